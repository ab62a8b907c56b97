//! Typed access to the chain. The only crate that names subxt.
//!
//! **Reading trusts nothing but the shape.** Queries go to the runtime's own APIs at the finalised head and are decoded
//! strictly by the types that pallets and client share; answers that contradict the question are refused. A node can
//! still lie within the rules, since its answers come without proofs; so name a node that you trust, best your own, or ask as a
//! light client (`light.rs`), which believes proofs alone.
//!
//! **Nothing is written twice.** `transact.rs` says what is done when a connection breaks; the one error after which a
//! transaction may still be included is [`ChainError::Unknown`].
//!
//! Files mirror the pallets: `cards`, `seeders`, `keys`, `channels`, `rewards`, `social`, `validators` and `balances` hold queries
//! and calls of one pallet each. [`At`] and [`ChainAt`] say about which block an answer is.

mod ancestry;
mod at;
mod balances;
mod cards;
mod channels;
mod checkpoint;
mod connect;
mod error;
mod events;
mod extrinsic;
mod happenings;
mod keys;
mod lanes;
mod lengths;
mod light;
mod link;
mod metadata;
mod outcome;
mod pages;
mod pool;
mod refusal;
mod rewards;
mod runtime;
mod runtime_call;
mod seeders;
mod signer;
mod social;
mod stored;
mod transact;
mod validators;
mod validity;

#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(test)]
mod testing;

pub use at::{At, ChainAt, Included, Wait};
pub use balances::Money;
pub use cards::PublishContent;
pub use channels::{Fates, Freed};
pub use checkpoint::Checkpoint;
pub use connect::Chain;
pub use error::{ChainError, Result};
pub use happenings::{Happened, Happening};
pub use keys::{Bid, BuyKey, ProvenCapsule};
pub use rewards::{CollectedClaims, EndedEndowment, PaidClaim, ProvenClaims};
pub use signer::{account_of, address_of, Account, Signer, SS58_PREFIX};
pub use social::{Reacted, Unreacted};
pub use validators::{ProvenSessionKeys, SessionKeys, SilentValidator, Unbonded};
