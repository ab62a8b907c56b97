//! From facts to rows. Everything that follows from a row is derived where the row is saved, in one place each.

use rusqlite::params;

use crate::database::{all, first, kept, Writing};
use crate::error::Result;
use crate::facts::{Account, Fact};

mod card;
pub(crate) mod facet;
mod keys;
mod sales;
mod seats;

pub(crate) use card::{bits, kind_number, year_of, CardRow, ACCESSES, KINDS, TEXT_PARTS, YEAR};
pub(crate) use keys::Step;
pub(crate) use sales::CreatorRow;

/// All facts of a block, and what its number alone says: whose seats count no more.
pub(crate) fn block(writing: &Writing<'_>, number: u32, facts: &[Fact]) -> Result<()> {
    let pen = Pen { writing, number };
    for fact in facts {
        pen.fact(fact)?;
    }
    pen.expire()
}

/// Writes the facts of one block.
pub(crate) struct Pen<'a> {
    writing: &'a Writing<'a>,
    number: u32,
}

impl Pen<'_> {
    fn fact(&self, fact: &Fact) -> Result<()> {
        match fact {
            Fact::Card(card) => self.card(card),
            Fact::CardGone { card } => self.card_gone(self.id(*card)?),
            Fact::SoldBefore { card, sold, volume } => self.sold_before(self.id(*card)?, *sold, *volume),
            Fact::KeyMade { card, edition, to } => self.key_goes((*card, *edition), to, None, false),
            Fact::KeyDelivered {
                card,
                edition,
                to,
                order,
            } => self.key_goes((*card, *edition), to, Some(*order), false),
            Fact::KeyGiven { card, edition, to } => self.key_goes((*card, *edition), to, None, true),
            Fact::KeyLost { card, edition } => self.key_lost((*card, *edition)),
            Fact::KeyListed { card, edition, price } => self.key_listed((*card, *edition), Some(*price)),
            Fact::KeyUnlisted { card, edition } => self.key_listed((*card, *edition), None),
            Fact::Sold(sold) => self.sold(sold),
            Fact::SeederLives { seeder, until } => self.seeder_lives(seeder, *until),
            Fact::SeatTaken {
                card,
                seeder,
                coverage,
            } => self.seat_taken(self.id(*card)?, seeder, *coverage),
            Fact::SeatLeft { card, seeder } => self.seat_left(self.id(*card)?, seeder),
            Fact::BytesPaid { card, amount } => self.bytes_paid(self.id(*card)?, *amount),
            Fact::HoldingPaid { card, amount } => self.holding_paid(self.id(*card)?, *amount),
            Fact::CreatorPaid { creator, amount } => self.creator_paid(creator, *amount),
        }
    }

    /// A card's number as SQLite keeps it.
    fn id(&self, card: u64) -> Result<i64> {
        kept(card, self.number, "a card")
    }

    fn number_of(&self, number: u64, what: &'static str) -> Result<i64> {
        kept(number, self.number, what)
    }

    /// The number under which the index keeps an account.
    fn account(&self, account: &Account) -> Result<i64> {
        let find = || {
            first(
                self.writing,
                "find an account",
                "SELECT id FROM account WHERE account = ?1",
                [account],
                |row| row.get(0),
            )
        };
        if let Some(found) = find()? {
            return Ok(found);
        }
        self.writing.run(
            "keep an account",
            "INSERT INTO account (account) VALUES (?1)",
            [account],
        )?;
        Ok(self.writing.last_insert_rowid())
    }

    /// All numbers that a question gives.
    fn numbers(&self, operation: &'static str, sql: &str, of: i64) -> Result<Vec<i64>> {
        all(self.writing, operation, sql, params![of], |row| row.get(0))
    }
}
