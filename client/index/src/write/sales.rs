//! What was paid, to whom, for what.

use hashcard_primitives::Balance;
use rusqlite::params;

use super::{CardRow, Pen, Step};
use crate::database::first;
use crate::error::Result;
use crate::facts::{Account, Sold};
use crate::money::Money;

/// A row of `creator`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct CreatorRow {
    pub sales: i64,
    pub revenue: Money,
    pub earned: Money,
    pub resales: i64,
    pub resold: Money,
    pub bytes_paid: Money,
    pub delivery: Money,
}

impl CreatorRow {
    pub(crate) fn find(connection: &rusqlite::Connection, creator: i64) -> Result<Option<Self>> {
        first(
            connection,
            "read a creator's figures",
            "SELECT sales, revenue, earned, resales, resold, bytes_paid, delivery FROM creator WHERE account = ?1",
            [creator],
            |row| {
                Ok(Self {
                    sales: row.get(0)?,
                    revenue: row.get(1)?,
                    earned: row.get(2)?,
                    resales: row.get(3)?,
                    resold: row.get(4)?,
                    bytes_paid: row.get(5)?,
                    delivery: row.get(6)?,
                })
            },
        )
    }
}

impl Pen<'_> {
    pub(super) fn sold(&self, sold: &Sold) -> Result<()> {
        let card = self.id(sold.card)?;
        let order = self.number_of(sold.order, "an order")?;
        self.writing.run(
            "note the price of a key",
            "UPDATE key_step SET price = ?2 WHERE order_id = ?1",
            params![order, Money(sold.price)],
        )?;
        // What costs nothing is no sale, as in the chain's own price history.
        if sold.price == 0 {
            return Ok(());
        }
        self.change(card, |row| {
            row.sold = row.sold.saturating_add(1);
            row.volume = row.volume.plus(sold.price);
        })?;
        let Some(CardRow { creator, .. }) = CardRow::find(self.writing, card)? else {
            return Ok(());
        };
        let seller_is_creator = self.account(&sold.seller)? == creator;
        let step = first(
            self.writing,
            "find a delivery",
            "SELECT what FROM key_step WHERE order_id = ?1",
            [order],
            |row| row.get::<_, i64>(0),
        )?;
        // A delivery before the index began is not known: who sold tells nearly as well.
        let resale = match step.and_then(Step::of) {
            Some(step) => step == Step::Resold,
            None => !seller_is_creator,
        };
        let mut to_creator: Balance = if seller_is_creator { sold.paid } else { 0 };
        for (account, amount) in &sold.shares {
            if self.account(account)? == creator {
                to_creator = to_creator.saturating_add(*amount);
            }
        }
        self.change_creator(creator, |row| {
            if resale {
                row.resales = row.resales.saturating_add(1);
                row.resold = row.resold.plus(sold.price);
            } else {
                row.sales = row.sales.saturating_add(1);
                row.revenue = row.revenue.plus(sold.price);
            }
            row.earned = row.earned.plus(to_creator);
        })
    }

    pub(super) fn bytes_paid(&self, card: i64, amount: Balance) -> Result<()> {
        self.change(card, |row| row.paid = row.paid.plus(amount))?;
        match CardRow::find(self.writing, card)? {
            Some(CardRow { creator, .. }) => {
                self.change_creator(creator, |row| row.bytes_paid = row.bytes_paid.plus(amount))
            }
            None => Ok(()),
        }
    }

    pub(super) fn holding_paid(&self, card: i64, amount: Balance) -> Result<()> {
        self.change(card, |row| row.rewarded = row.rewarded.plus(amount))
    }

    pub(super) fn creator_paid(&self, creator: &Account, amount: Balance) -> Result<()> {
        let creator = self.account(creator)?;
        self.change_creator(creator, |row| row.delivery = row.delivery.plus(amount))
    }

    fn change_creator(&self, creator: i64, change: impl FnOnce(&mut CreatorRow)) -> Result<()> {
        let before = CreatorRow::find(self.writing, creator)?;
        let mut row = before.unwrap_or_default();
        change(&mut row);
        let sql = match before {
            Some(_) => {
                "UPDATE creator SET sales = ?2, revenue = ?3, earned = ?4, resales = ?5, resold = ?6, bytes_paid = ?7, \
                 delivery = ?8 WHERE account = ?1"
            }
            None => "INSERT INTO creator VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        };
        self.writing.run(
            "change a creator's figures",
            sql,
            params![
                creator,
                row.sales,
                row.revenue,
                row.earned,
                row.resales,
                row.resold,
                row.bytes_paid,
                row.delivery
            ],
        )?;
        Ok(())
    }
}
