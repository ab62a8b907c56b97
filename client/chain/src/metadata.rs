//! The committed metadata: the only description of the runtime by which anything is encoded or decoded.
//!
//! A node's own metadata is compared with it (see [`crate::runtime`]), and used for one thing beside: to pass over events that this
//! program does not know ([`crate::events`]). So no node decides how what this program knows is read. `scripts/metadata` writes the file, and with `--check` tells whether it is current.

use std::sync::{Arc, LazyLock};
use subxt::{ArcMetadata, Metadata};

/// Calls and events, typed. Arguments that the client shares with the pallets keep the shared types.
#[subxt::subxt(
    runtime_metadata_path = "artifacts/metadata.scale",
    substitute_type(
        path = "hashcard_primitives::card::Listing",
        with = "::subxt::utils::Static<::hashcard_primitives::card::Listing>"
    ),
    substitute_type(
        path = "hashcard_primitives::channel::SessionKey",
        with = "::subxt::utils::Static<::hashcard_primitives::channel::SessionKey>"
    ),
    substitute_type(
        path = "hashcard_primitives::channel::VoucherRefusal",
        with = "::subxt::utils::Static<::hashcard_primitives::channel::VoucherRefusal>"
    ),
    substitute_type(
        path = "hashcard_primitives::reward::PossessionProof",
        with = "::subxt::utils::Static<::hashcard_primitives::reward::PossessionProof>"
    ),
    substitute_type(
        path = "hashcard_primitives::seeder::Delta",
        with = "::subxt::utils::Static<::hashcard_primitives::seeder::Delta>"
    ),
    substitute_type(
        path = "hashcard_primitives::social::Reaction",
        with = "::subxt::utils::Static<::hashcard_primitives::social::Reaction>"
    )
)]
mod generated {}

pub(crate) use generated::*;

/// The file, as a node's `Metadata_metadata_at_version` gives it.
pub(crate) static COMMITTED_BYTES: &[u8] = include_bytes!("../artifacts/metadata.scale");

/// The same, decoded.
pub(crate) fn committed() -> ArcMetadata {
    static DECODED: LazyLock<ArcMetadata> = LazyLock::new(|| {
        Arc::new(Metadata::decode_from(COMMITTED_BYTES).expect("a test decodes the committed file; qed"))
    });
    DECODED.clone()
}
