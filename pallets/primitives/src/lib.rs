//! What pallets and client share: the footer's bytes, the shape of a blob, cards, seats, orders, vouchers, rewards, reactions, validators, figures.
//!
//! Concrete over identifiers, generic only over the account type: the chain has `AccountId32`, the client
//! 32 plain bytes, and both encode alike. Without the feature `runtime` nothing of Substrate is linked, so
//! that the client can depend on this crate.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod blob;
pub mod card;
pub mod channel;
pub mod coverage;
pub mod feed;
pub mod figures;
pub mod footer;
pub mod key;
pub mod leaf;
pub mod lengths;
pub mod reward;
pub mod seeder;
pub mod share;
pub mod social;
pub mod validator;

#[cfg(feature = "runtime")]
pub mod api;
#[cfg(feature = "runtime")]
pub mod roles;

pub use bounded_collections::{BoundedVec, ConstU32};
pub use card::CardId;

/// Amounts of the chain's token in its smallest unit (10⁻¹² CARD).
pub type Balance = u128;

/// Height of a block.
pub type BlockNumber = u32;
