//! What rows lock while they exist: the runtime's price of rows and bytes, for the pallets' own types.

use crate::{constants::money::deposit, Balance};
use codec::MaxEncodedLen;
use pallet_channels::{Lane, Pool, Session};
use pallet_rewards::{Claim, Earner, Endowment, Shares};
use pallet_seeders::{Rank, Seat};

const ACCOUNT: usize = 32;
const ID: usize = 8;
const SESSION: usize = 4;

fn of(rows: u32, bytes: usize) -> Balance {
    deposit(rows, u32::try_from(bytes).expect("rows are short; qed"))
}

/// A seat and its line in the ranking.
pub fn seat() -> Balance {
    of(2, Seat::max_encoded_len() + Rank::max_encoded_len())
}

/// A claim and what it shares with others.
pub fn claim() -> Balance {
    of(2, Claim::max_encoded_len() + Shares::max_encoded_len())
}

/// An earner.
pub fn earner() -> Balance {
    of(1, Earner::max_encoded_len())
}

/// An endowment.
pub fn endowment() -> Balance {
    of(1, Endowment::max_encoded_len())
}

/// A pool, and its entry among its owner's.
pub fn pool() -> Balance {
    of(2, Pool::max_encoded_len() + ID + ACCOUNT + ID)
}

/// A session.
pub fn session() -> Balance {
    of(1, Session::max_encoded_len() + ID + SESSION)
}

/// A lane with room for so many lines.
pub fn lane(lines: u32) -> Balance {
    let key = ID + SESSION + ACCOUNT;
    let line = of(1, Balance::max_encoded_len() + key + ID);
    of(1, Lane::max_encoded_len() + key) + Balance::from(lines) * line
}

/// The least that an inline card without tags locks: rows of card, deposit, terms, preview and positions, head and page of three
/// feeds, and the preview's bytes. The rest of its bytes comes on top.
pub fn inline_card_at_least(preview: u32) -> Balance {
    deposit(5 + 2 * 3, preview)
}
