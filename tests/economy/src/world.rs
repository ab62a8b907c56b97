//! A chain at the level of accounts and amounts. It does what the pallets' calls do, in their order, and asks their arithmetic
//! for every number. Weights, blocks and signatures are left out: every block has room.

mod eras;
mod market;
mod rewards;
mod seats;

pub use rewards::Refusal;

use crate::{
    books::{Books, Who},
    transactions::Transaction,
    Balance, BlockNumber,
};
use hashcard_primitives::{
    reward::{Emission, EraIndex},
    CardId,
};
use pallet_rewards::{Claim, EndedEra, EraCredit, RunningEra, Shares};
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha8Rng,
};
use seats::Card;
use std::collections::BTreeMap;

/// Who gets the fees of transactions.
pub const AUTHORS: &str = "authors of blocks";
/// Who gets its part of each block.
pub const TREASURY: &str = "treasury";

/// The chain.
pub struct World {
    pub books: Books,
    chance: ChaCha8Rng,
    emission: Emission,
    running: RunningEra,
    now: BlockNumber,
    ended: BTreeMap<EraIndex, EndedEra>,
    cards: Vec<Card>,
    /// Credit from sales that no claim has taken.
    sales: BTreeMap<(CardId, EraIndex), Balance>,
    earners: BTreeMap<Who, Vec<EraCredit>>,
    shares: BTreeMap<(CardId, EraIndex), Shares>,
    claims: BTreeMap<(Who, EraIndex, CardId), Claim>,
    authors: Who,
    treasury: Who,
    /// Keeps endowed money.
    keeper: Who,
}

impl World {
    /// With this emission.
    pub fn new(seed: u64, emission: Emission) -> Self {
        let mut books = Books::default();
        let (authors, treasury) = (books.open(AUTHORS), books.open(TREASURY));
        let keeper = books.open("kept for seeders");
        World {
            books,
            chance: ChaCha8Rng::seed_from_u64(seed),
            emission,
            running: RunningEra {
                started_at: 1,
                ..Default::default()
            },
            now: 1,
            ended: BTreeMap::new(),
            cards: Vec::new(),
            sales: BTreeMap::new(),
            earners: BTreeMap::new(),
            shares: BTreeMap::new(),
            claims: BTreeMap::new(),
            authors,
            treasury,
            keeper,
        }
    }

    /// With the chain's emission to seeders and none to authors and treasury, so that what they have in the end are fees.
    pub fn of_trade(seed: u64) -> Self {
        let emission = Emission {
            author_per_block: 0,
            treasury_per_block: 0,
            ..crate::parameters::EMISSION
        };
        Self::new(seed, emission)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The remainder prefers no number by more than bound / 2⁶⁴.
        self.chance.next_u64() % bound.max(1)
    }

    /// Pays for a transaction.
    pub fn pay(&mut self, who: Who, transaction: Transaction) {
        self.books.transfer(who, self.authors, transaction.fee());
    }

    /// Pays for a transaction, several times.
    pub fn pay_times(&mut self, who: Who, transaction: Transaction, times: u32) {
        for _ in 0..times {
            self.pay(who, transaction);
        }
    }
}
