//! Whether a chain's runtime is one that this program understands.
//!
//! Runtimes change by governance, and most changes leave alone what a client uses. So nothing is concluded from version
//! numbers: what this program uses (calls, events, errors, runtime APIs, how transactions are signed) is compared, type
//! by type, with the committed metadata. If all of it is the same, the committed metadata describes the new runtime
//! too.
//!
//! A program and a chain are seldom of one age: operators upgrade before the chain does, or after it. So a runtime may have more
//! than this program knows, and one of a lower version less: whoever asks for what it has not is told so ([`ChainError::NotYet`]).

mod fit;
mod shape;

use crate::{link::Link, runtime_call, ChainError, Result};
use codec::Encode;
use fit::verdict;
pub(crate) use fit::MADE_FOR;
use hashcard_primitives::Balance;
use serde::Deserialize;
use std::{collections::BTreeSet, sync::Arc};
use subxt::{
    config::substrate::H256,
    rpcs::{client::rpc_params, methods::legacy::Bytes},
    ArcMetadata,
};
use tokio::sync::Mutex;

/// `spec_name` of every Hashcard runtime.
const SPEC_NAME: &str = "hashcard";
/// The metadata format that the committed file has, and that subxt 0.51 prefers.
const METADATA_VERSION: u32 = 16;
/// Longest metadata of a node, in bytes: ten times what a large runtime has.
const MAX_METADATA: usize = 6 * 1024 * 1024;
/// Most types in it; a large runtime has about 1,200.
const MAX_TYPES: usize = 8_192;

/// Calls that this crate makes, by pallet.
const CALLS: &[(&str, &[&str])] = &[
    ("Balances", &["transfer_keep_alive"]),
    ("Cards", &["publish", "revise_terms", "retire"]),
    ("Seeders", &["register", "apply", "heartbeat"]),
    (
        "Keys",
        &[
            "register_key",
            "mint",
            "buy",
            "fulfil",
            "expire",
            "settle",
            "report_false_key",
            "remove_key",
            "list",
            "unlist",
            "buy_listed",
            "offer",
            "withdraw_offer",
            "accept",
            "lock",
            "fulfil_for",
            "appoint_clerk",
            "dismiss_clerk",
            "set_clerk_terms",
            "gift",
            "rewrap",
            "set_upgrade",
            "claim",
        ],
    ),
    (
        "Channels",
        &[
            "open_pool",
            "top_up",
            "add_session",
            "open_lanes",
            "redeem",
            "close_pool",
            "withdraw",
            "end_session",
        ],
    ),
    (
        "Rewards",
        &[
            "enlist",
            "delist",
            "collect_deliveries",
            "prove",
            "collect",
            "endow",
            "end_endowment",
            "clear_credits",
        ],
    ),
    ("Social", &["react", "unreact", "follow", "unfollow"]),
    ("Session", &["set_keys"]),
    (
        "Validators",
        &[
            "bond",
            "bond_more",
            "unbond",
            "withdraw",
            "pause",
            "rejoin",
            "retire_keys",
        ],
    ),
];

/// Entries of state that this crate reads.
const ROWS: &[(&str, &str)] = &[
    ("System", "Account"),
    ("Session", "NextKeys"),
    ("Validators", "Silences"),
    ("Validators", "Authored"),
];

/// Runtime APIs that this crate calls.
pub(crate) const APIS: &[(&str, &[&str])] = &[
    ("CardsApi", &["card", "cards_by_root", "feed", "superseded_by"]),
    ("SeedersApi", &["seats", "seats_of"]),
    (
        "KeysApi",
        &[
            "key",
            "keys_of",
            "order",
            "orders_of_seller",
            "orders_of_buyer",
            "encryption_key",
            "encryption_keys",
            "orders_of_card",
            "turn",
            "listing",
            "listings",
            "listings_of",
            "offer",
            "offers_of_card",
            "offers_of_buyer",
            "price_history",
            "clerks",
            "clerk_capsule",
            "clerk_cards",
            "upgrade",
        ],
    ),
    (
        "ChannelsApi",
        &["pool", "pools_of", "sessions", "lanes", "credit", "quote"],
    ),
    (
        "RewardsApi",
        &[
            "era",
            "emission",
            "challenge",
            "claims",
            "delivery_earnings",
            "endowments",
        ],
    ),
    (
        "SocialApi",
        &[
            "reactions",
            "reaction",
            "reactions_of",
            "follow_counts",
            "follows",
            "following",
        ],
    ),
    ("ValidatorsApi", &["validator_set", "candidates", "candidate"]),
    ("LengthsApi", &["lengths"]),
    ("AccountNonceApi", &["account_nonce"]),
];

/// What signing and reading need to know of the runtime at the best block.
#[derive(Clone, Debug)]
pub(crate) struct Runtime {
    pub(crate) spec_version: u32,
    pub(crate) transaction_version: u32,
    /// Least bond of a seat.
    pub(crate) min_seat_bond: Balance,
    /// Least bond of a candidate, where there are any.
    pub(crate) min_validator_bond: Option<Balance>,
    /// Why transactions cannot be sent, or their outcome not be read; queries still can.
    pub(crate) no_transactions: Option<String>,
    /// What this program would use and a runtime of a lower version does not have: `CardsApi_feed`, `cards.publish`.
    pub(crate) lacks: Arc<BTreeSet<String>>,
    /// What describes its events, where they are not those of the committed metadata; those that both have are the same.
    pub(crate) events: Option<ArcMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    spec_name: String,
    spec_version: u32,
    transaction_version: u32,
}

/// The runtime that was compared last.
#[derive(Default)]
pub(crate) struct Known(Mutex<Option<Runtime>>);

impl Known {
    /// What the runtime that was compared last does not have.
    pub(crate) async fn lacked(&self, what: &str) -> bool {
        let known = self.0.lock().await;
        known.as_ref().is_some_and(|runtime| runtime.lacks.contains(what))
    }

    /// The runtime at the best block; compared anew when its version is another than before.
    ///
    /// Errors: [`ChainError::WrongChain`], [`ChainError::Incompatible`] when not even queries fit, and those of the link.
    pub(crate) async fn current(&self, link: &Link) -> Result<Runtime> {
        let version = version_at(link, None).await?;
        let mut known = self.0.lock().await;
        if let Some(runtime) = known.as_ref().filter(|runtime| {
            runtime.spec_version == version.spec_version
                && runtime.transaction_version == version.transaction_version
        }) {
            return Ok(runtime.clone());
        }
        let runtime = compare(link).await?;
        *known = Some(runtime.clone());
        Ok(runtime)
    }
}

/// `spec_version` of the runtime after a block: of the one that takes the transactions of the next.
pub(crate) async fn spec_version_at(link: &Link, at: [u8; 32]) -> Result<u32> {
    Ok(version_at(link, Some(H256(at))).await?.spec_version)
}

/// A runtime that cannot be understood, and what to do: whoever is older has to change.
pub(crate) fn incompatible(url: &str, reason: String, spec_version: u32) -> ChainError {
    ChainError::Incompatible {
        url: url.to_owned(),
        reason: format!(
            "{reason} (it has version {spec_version}, and this program was made for {})",
            *MADE_FOR
        ),
        remedy: match spec_version < *MADE_FOR {
            true => "use the hashcard of that version until the chain is upgraded",
            false => "update hashcard",
        },
    }
}

async fn version_at(link: &Link, at: Option<H256>) -> Result<Version> {
    let version: Version = link.ask("state_getRuntimeVersion", rpc_params![at]).await?;
    if version.spec_name != SPEC_NAME {
        return Err(ChainError::WrongChain {
            url: link.url().to_owned(),
            expected: SPEC_NAME.to_owned(),
            found: crate::error::quoted(version.spec_name),
        });
    }
    Ok(version)
}

async fn compare(link: &Link) -> Result<Runtime> {
    const METHOD: &str = "Metadata_metadata_at_version";
    // Both at one block: between two questions the runtime might change.
    let at: Option<H256> = link.ask("chain_getBlockHash", rpc_params![]).await?;
    let at = at.ok_or_else(|| ChainError::hostile("chain_getBlockHash", "there is no best block"))?;
    let version = version_at(link, Some(at)).await?;
    let params = rpc_params![
        METHOD,
        format!("0x{}", hex::encode(METADATA_VERSION.encode())),
        at
    ];
    let answer: Bytes = link.ask("state_call", params).await?;
    if answer.0.len() > MAX_METADATA {
        return Err(ChainError::hostile(METHOD, "it is too long"));
    }
    let incompatible = |reason| incompatible(link.url(), reason, version.spec_version);
    let bytes: Option<Vec<u8>> = runtime_call::decode_strictly(METHOD, &answer.0)?;
    let bytes =
        bytes.ok_or_else(|| incompatible(format!("it has no metadata of version {METADATA_VERSION}")))?;

    // Away from the tasks that serve others, and so that a panic over wild metadata stays there.
    let is_older = version.spec_version < *MADE_FOR;
    let verdict = tokio::task::spawn_blocking(move || verdict(&bytes, is_older))
        .await
        .map_err(|_| ChainError::hostile(METHOD, "it is not metadata"))?
        .map_err(|reason| ChainError::hostile(METHOD, reason))?;
    if let Some(reason) = verdict.no_queries {
        return Err(incompatible(reason));
    }
    Ok(Runtime {
        spec_version: version.spec_version,
        transaction_version: version.transaction_version,
        min_seat_bond: verdict.min_seat_bond,
        min_validator_bond: verdict.min_validator_bond,
        no_transactions: verdict.no_transactions,
        lacks: Arc::new(verdict.lacks),
        events: verdict.events,
    })
}

#[cfg(test)]
mod tests;
