//! Who holds which key, and whose it was.

use hashcard_primitives::card::CardId;
use hashcard_primitives::key::Edition;
use hashcard_primitives::Balance;
use rusqlite::params;

use super::Pen;
use crate::database::first;
use crate::error::Result;
use crate::facts::Account;
use crate::money::Money;

/// What happened to a key. Numbers are kept in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Its creator gave it away, or it was there when the index began.
    Made,
    /// Its creator sold it.
    Bought,
    /// A holder sold it.
    Resold,
    /// A holder gave it away.
    Given,
    /// It was destroyed.
    Lost,
}

impl Step {
    pub(crate) const ALL: [Step; 5] = [Self::Made, Self::Bought, Self::Resold, Self::Given, Self::Lost];

    fn number(self) -> i64 {
        self as i64
    }

    pub(crate) fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.number() == number)
    }
}

impl Pen<'_> {
    /// A key has a new holder.
    pub(super) fn key_goes(
        &self,
        (card, edition): (CardId, Edition),
        to: &Account,
        order: Option<u64>,
        given: bool,
    ) -> Result<()> {
        let key = (self.id(card)?, self.number_of(edition, "a key")?);
        let to = self.account(to)?;
        let order = order.map(|order| self.number_of(order, "an order")).transpose()?;
        let before: Option<i64> = first(
            self.writing,
            "find a key",
            "SELECT holder FROM key WHERE card = ?1 AND edition = ?2",
            [key.0, key.1],
            |row| row.get(0),
        )?;
        let step = match (given, order, before) {
            (true, ..) => Step::Given,
            (false, Some(_), Some(_)) => Step::Resold,
            (false, Some(_), None) => Step::Bought,
            // Told twice.
            (false, None, Some(holder)) if holder == to => return Ok(()),
            (false, None, _) => Step::Made,
        };
        self.writing.run(
            "move a key",
            "INSERT INTO key VALUES (?1, ?2, ?3) ON CONFLICT (card, edition) DO UPDATE SET holder = excluded.holder",
            [key.0, key.1, to],
        )?;
        self.step(key, step, Some(to), order)
    }

    pub(super) fn key_lost(&self, (card, edition): (CardId, Edition)) -> Result<()> {
        let key = (self.id(card)?, self.number_of(edition, "a key")?);
        let sql = "DELETE FROM key WHERE card = ?1 AND edition = ?2";
        if self.writing.run("remove a key", sql, [key.0, key.1])? == 0 {
            return Ok(());
        }
        self.step(key, Step::Lost, None, None)
    }

    fn step(&self, key: (i64, i64), step: Step, holder: Option<i64>, order: Option<i64>) -> Result<()> {
        self.writing.run(
            "note what happened to a key",
            "INSERT INTO key_step SELECT ?1, ?2, coalesce(max(step), 0) + 1, ?3, ?4, ?5, ?6, NULL \
             FROM key_step WHERE card = ?1 AND edition = ?2",
            params![key.0, key.1, self.number, step.number(), holder, order],
        )?;
        Ok(())
    }

    /// A holder sells his key for this much, or not any more.
    pub(super) fn key_listed(
        &self,
        (card, edition): (CardId, Edition),
        price: Option<Balance>,
    ) -> Result<()> {
        let (card, edition) = (self.id(card)?, self.number_of(edition, "a key")?);
        let sql = "DELETE FROM offer WHERE card = ?1 AND edition = ?2";
        let removed = self.writing.run("unlist a key", sql, [card, edition])?;
        if let Some(price) = price {
            self.writing.run(
                "list a key",
                "INSERT INTO offer VALUES (?1, ?2, ?3)",
                params![card, edition, Money(price)],
            )?;
        }
        let removed = i64::try_from(removed).unwrap_or_default();
        self.change(card, |row| {
            row.offered = row
                .offered
                .saturating_sub(removed)
                .saturating_add(price.is_some().into());
        })
    }
}
