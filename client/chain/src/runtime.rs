//! Whether a chain's runtime is one that this program understands.
//!
//! Runtimes change by governance, and most changes leave alone what a client uses. So nothing is concluded from version
//! numbers: what this program uses (calls, events, errors, runtime APIs, how transactions are signed) is compared, type
//! by type, with the committed metadata. If all of it is the same, the committed metadata describes the new runtime
//! too.

mod shape;

use crate::{
    link::Link,
    metadata::{committed, COMMITTED_BYTES},
    runtime_call, ChainError, Result,
};
use codec::{Decode, Encode};
use hashcard_primitives::Balance;
use scale_info::{form::PortableForm, Field};
use serde::Deserialize;
use shape::{same_shapes, Pair};
use subxt::{
    config::substrate::H256,
    metadata::PalletMetadata,
    rpcs::{client::rpc_params, methods::legacy::Bytes},
    Metadata,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runtime {
    pub(crate) spec_version: u32,
    pub(crate) transaction_version: u32,
    /// Least bond of a seat.
    pub(crate) min_seat_bond: Balance,
    /// Least bond of a candidate.
    pub(crate) min_validator_bond: Balance,
    /// Why transactions cannot be sent, or their outcome not be read; queries still can.
    pub(crate) no_transactions: Option<String>,
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
    let incompatible = |reason| ChainError::Incompatible {
        url: link.url().to_owned(),
        reason,
    };
    let bytes: Option<Vec<u8>> = runtime_call::decode_strictly(METHOD, &answer.0)?;
    let bytes =
        bytes.ok_or_else(|| incompatible(format!("it has no metadata of version {METADATA_VERSION}")))?;

    // Away from the tasks that serve others, and so that a panic over wild metadata stays there.
    let verdict = tokio::task::spawn_blocking(move || verdict(&bytes))
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
    })
}

#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    no_queries: Option<String>,
    no_transactions: Option<String>,
    min_seat_bond: Balance,
    min_validator_bond: Balance,
}

/// Compares a node's metadata with ours. The error says why it is no metadata at all.
fn verdict(bytes: &[u8]) -> core::result::Result<Verdict, String> {
    let ours = committed();
    if bytes == COMMITTED_BYTES {
        return Ok(Verdict {
            no_queries: None,
            no_transactions: None,
            min_seat_bond: min_bond(&ours, "Seeders")?,
            min_validator_bond: min_bond(&ours, "Validators")?,
        });
    }
    let theirs = Metadata::decode_from(bytes).map_err(|e| e.to_string())?;
    if theirs.types().types.len() > MAX_TYPES {
        return Err("it describes too many types".to_owned());
    }
    Ok(Verdict {
        no_queries: queries_fit(&ours, &theirs).err(),
        no_transactions: transactions_fit(&ours, &theirs).err(),
        min_seat_bond: min_bond(&theirs, "Seeders")?,
        min_validator_bond: min_bond(&theirs, "Validators")?,
    })
}

/// A pallet's constant `MinBond`.
fn min_bond(metadata: &Metadata, pallet: &str) -> core::result::Result<Balance, String> {
    let constant = metadata
        .pallet_by_name(pallet)
        .and_then(|pallet| pallet.constant_by_name("MinBond"))
        .ok_or_else(|| format!("it has no {pallet}.MinBond"))?;
    Balance::decode(&mut &constant.value()[..]).map_err(|_| format!("{pallet}.MinBond is not an amount"))
}

/// Whether every runtime API that this crate calls takes and gives what it did.
fn queries_fit(ours: &Metadata, theirs: &Metadata) -> core::result::Result<(), String> {
    for (api, methods) in APIS {
        for method in *methods {
            let find = |metadata: &Metadata| {
                let method = metadata.runtime_api_trait_by_name(api)?.method_by_name(method)?;
                let types: Vec<u32> = method
                    .inputs()
                    .map(|input| input.id)
                    .chain([method.output_ty()])
                    .collect();
                Some(types)
            };
            let ours_types =
                find(ours).ok_or_else(|| format!("{api}.{method} is not in the committed metadata"))?;
            let theirs_types = find(theirs).ok_or_else(|| format!("it has no {api}.{method}"))?;
            same_lists(ours, &ours_types, theirs, &theirs_types)
                .map_err(|()| format!("{api}.{method} is another"))?;
        }
    }
    for (pallet, entry) in ROWS {
        let types = |metadata: &Metadata| {
            let found = metadata.pallet_by_name(pallet)?.storage()?.entry_by_name(entry)?;
            let keys = found.keys().map(|key| key.key_id);
            let hashers: Vec<_> = found.keys().map(|key| key.hasher).collect();
            Some((keys.chain([found.value_ty()]).collect::<Vec<u32>>(), hashers))
        };
        let (ours_types, ours_hashers) =
            types(ours).ok_or_else(|| format!("{pallet}.{entry} is not in the committed metadata"))?;
        let (theirs_types, theirs_hashers) =
            types(theirs).ok_or_else(|| format!("it has no {pallet}.{entry}"))?;
        let otherwise = || format!("{pallet}.{entry} is stored otherwise");
        if ours_hashers != theirs_hashers {
            return Err(otherwise());
        }
        same_lists(ours, &ours_types, theirs, &theirs_types).map_err(|()| otherwise())?;
    }
    Ok(())
}

/// Whether transactions can be signed, and their outcome be read.
fn transactions_fit(ours: &Metadata, theirs: &Metadata) -> core::result::Result<(), String> {
    for (name, calls) in CALLS {
        let (a, b) = both(ours, theirs, name)?;
        if a.call_index() != b.call_index() || a.error_index() != b.error_index() {
            return Err(format!("{name} has another place"));
        }
        for call in *calls {
            let (Some(mine), Some(its)) = (a.call_variant_by_name(call), b.call_variant_by_name(call)) else {
                return Err(format!("it has no call {name}.{call}"));
            };
            let types =
                |fields: &[Field<PortableForm>]| -> Vec<u32> { fields.iter().map(|f| f.ty.id).collect() };
            if mine.index != its.index {
                return Err(format!("the call {name}.{call} has another place"));
            }
            same_lists(ours, &types(&mine.fields), theirs, &types(&its.fields))
                .map_err(|()| format!("the call {name}.{call} is another"))?;
        }
        // New errors are welcome; known ones must keep number and name.
        for error in a.error_variants().unwrap_or_default() {
            if b.error_variant_by_index(error.index)
                .is_none_or(|other| other.name != error.name)
            {
                return Err(format!("the error {name}.{} is another", error.name));
            }
        }
    }
    let extensions = |metadata: &Metadata| {
        let version_0 = metadata
            .extrinsic()
            .transaction_extensions_by_version(0)
            .into_iter()
            .flatten();
        version_0
            .map(|e| (e.identifier().to_owned(), [e.extra_ty(), e.additional_ty()]))
            .collect::<Vec<_>>()
    };
    let (a, b) = (extensions(ours), extensions(theirs));
    let types =
        |list: &[(String, [u32; 2])]| -> Vec<u32> { list.iter().flat_map(|(_, types)| *types).collect() };
    if a.iter().map(|(name, _)| name).ne(b.iter().map(|(name, _)| name)) {
        return Err("transactions are signed otherwise".into());
    }
    same_lists(ours, &types(&a), theirs, &types(&b)).map_err(|()| "transactions are signed otherwise")?;
    if ours.extrinsic().supported_versions() != theirs.extrinsic().supported_versions() {
        return Err("transactions have another format".into());
    }
    let (a, b) = (
        ours.outer_enums().event_enum_ty(),
        theirs.outer_enums().event_enum_ty(),
    );
    same_lists(ours, &[a], theirs, &[b]).map_err(|()| "its events are others".into())
}

fn both<'a>(
    ours: &'a Metadata,
    theirs: &'a Metadata,
    pallet: &str,
) -> core::result::Result<(PalletMetadata<'a>, PalletMetadata<'a>), String> {
    ours.pallet_by_name(pallet)
        .zip(theirs.pallet_by_name(pallet))
        .ok_or_else(|| format!("it has no pallet {pallet}"))
}

fn same_lists(ours: &Metadata, a: &[u32], theirs: &Metadata, b: &[u32]) -> core::result::Result<(), ()> {
    let pairs: Vec<Pair> = a.iter().copied().zip(b.iter().copied()).collect();
    if a.len() == b.len() && same_shapes(ours.types(), theirs.types(), pairs) {
        Ok(())
    } else {
        Err(())
    }
}

#[cfg(test)]
mod tests;
