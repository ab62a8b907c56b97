//! The economy in simulation. **No rule of money is written here a second time**: what rounds is
//! [`pallet_rewards::arithmetic`], what divides a price or a payment are the `division` modules of the pallets, what chooses
//! a leaf is [`pallet_rewards::challenge`], and the numbers are the runtime's. Here is who does what, and the books.
//!
//! Deterministic: the same seed gives the same table and the same pictures, byte for byte, and a test compares them with
//! docs/ECONOMICS.md and docs/economics.

pub mod assumptions;
pub mod books;
pub mod deposits;
pub mod document;
pub mod money;
pub mod outcome;
pub mod parameters;
pub mod plot;
pub mod scenarios;
pub mod transactions;
pub mod world;

/// The runtime's own numbers: its file, not a copy. The runtime itself is not linked.
#[path = "../../../runtime/src/constants.rs"]
pub mod constants;

pub use hashcard_primitives::{Balance, BlockNumber};
