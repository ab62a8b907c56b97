//! Rewards on the real runtime: fees that pallet-keys and pallet-channels burn, seats of pallet-seeders, BABE's chance, and
//! blocks that mint.
//!
//! `lives.rs` says how many random lives are lived.

#[path = "rewards/acts.rs"]
mod acts;
#[path = "rewards/books.rs"]
mod books;
#[path = "rewards/eras.rs"]
mod eras;
#[path = "rewards/lives.rs"]
mod lives;
#[path = "rewards/steps.rs"]
mod steps;
#[path = "rewards/town.rs"]
mod town;
#[path = "rewards/wiring.rs"]
mod wiring;
