//! What is played in a world, who cheats in it and how, and what came of it.

use hashcard_primitives::Balance;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayerManner {
    Honest,
    /// After so many vouchers it signs nothing more, and asks without end.
    StopsAfter(u32),
    /// Opens no lane, and promises everybody the same money.
    Overspends,
    /// Makes no rows, and when the payee's first redemption is under way fills the lane's room before it.
    FillsRoom,
    /// After so many vouchers each has a line for another card, and when a redemption is under way the room for that is filled.
    MixesAfter(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayeeManner {
    Honest,
    GarbageAfter(u64),
    /// Takes vouchers and serves nothing more.
    RefusesAfter(u64),
    /// Dies when it is to store this voucher, and is back a second later with what it had stored.
    DiesAtVoucher(u32),
    /// Tells its terms and never serves.
    Silent,
}

/// What is on chain when the fetch begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// Nothing.
    Bare,
    /// A lane with room and reserve.
    Lane,
    /// And a row.
    Row,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain {
    pub unreserved: Balance,
    pub start: Start,
    /// Bytes that lanes are there for at the start, if there is money.
    pub prepared: u64,
    /// Whether the payer makes the rows, or leaves that to the payees.
    pub payer_makes_rows: bool,
    /// When the pool is closed: nothing is opened from then on, and all is over some blocks later.
    pub closes_at: Option<Duration>,
}

#[derive(Clone, Debug)]
pub struct Scenario {
    pub seed: u64,
    pub chunks: u64,
    pub round_trip: Duration,
    pub storing: Duration,
    /// Of each payee, bytes per second.
    pub rates: Vec<u64>,
    pub free_bytes: u64,
    pub price: Balance,
    pub payer: PayerManner,
    pub payees: Vec<PayeeManner>,
    pub chain: Chain,
    pub ends_at: Duration,
}

/// What one payee and the payer lost to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loss {
    /// Redeemed beyond what was verified.
    pub payer: Balance,
    /// Served beyond what was redeemed.
    pub payee: Balance,
    /// The window that the payer gave this payee in the end.
    pub payers_window: Balance,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Most that was locked in lanes towards payees that served nothing.
    pub locked_for_nothing: Balance,
    pub first_at: Option<Duration>,
    pub done_at: Option<Duration>,
    pub losses: Vec<Loss>,
}
