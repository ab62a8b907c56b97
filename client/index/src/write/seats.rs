//! Seats, and whether they count: a seeder's silence ends all of his at once, a sign of life brings all back.

use hashcard_primitives::coverage::Coverage;
use rusqlite::params;

use super::Pen;
use crate::database::first;
use crate::error::Result;
use crate::facts::Account;

impl Pen<'_> {
    pub(super) fn seeder_lives(&self, seeder: &Account, until: u32) -> Result<()> {
        let seeder = self.account(seeder)?;
        let before = self.lives(seeder)?;
        self.writing.run(
            "note a sign of life",
            "INSERT INTO seeder VALUES (?1, ?2, 1) ON CONFLICT (account) DO UPDATE SET until = excluded.until, lives = 1",
            params![seeder, until],
        )?;
        if before != Some(true) {
            self.count_seats_of(seeder, 1)?;
        }
        Ok(())
    }

    /// Ends the seats of all who were silent for too long.
    pub(super) fn expire(&self) -> Result<()> {
        let silent = self.numbers(
            "look for silent seeders",
            "SELECT account FROM seeder WHERE lives = 1 AND until < ?1",
            self.number.into(),
        )?;
        for seeder in silent {
            self.writing.run(
                "end a seeder's seats",
                "UPDATE seeder SET lives = 0 WHERE account = ?1",
                [seeder],
            )?;
            self.count_seats_of(seeder, -1)?;
        }
        Ok(())
    }

    pub(super) fn seat_taken(&self, card: i64, seeder: &Account, coverage: Coverage) -> Result<()> {
        let seeder = self.account(seeder)?;
        let coverage = coverage.0.cast_signed();
        let sql = "UPDATE seat SET coverage = ?3 WHERE card = ?1 AND seeder = ?2";
        if self.writing.run("change a seat", sql, [card, seeder, coverage])? > 0 {
            return Ok(());
        }
        self.writing.run(
            "keep a seat",
            "INSERT INTO seat VALUES (?1, ?2, ?3)",
            [card, seeder, coverage],
        )?;
        if self.lives(seeder)? == Some(true) {
            self.count_seats(card, 1)?;
        }
        Ok(())
    }

    pub(super) fn seat_left(&self, card: i64, seeder: &Account) -> Result<()> {
        let seeder = self.account(seeder)?;
        let sql = "DELETE FROM seat WHERE card = ?1 AND seeder = ?2";
        let left = self.writing.run("remove a seat", sql, [card, seeder])?;
        if left > 0 && self.lives(seeder)? == Some(true) {
            self.count_seats(card, -1)?;
        }
        Ok(())
    }

    fn lives(&self, seeder: i64) -> Result<Option<bool>> {
        first(
            self.writing,
            "look for a seeder",
            "SELECT lives FROM seeder WHERE account = ?1",
            [seeder],
            |row| row.get(0),
        )
    }

    fn count_seats_of(&self, seeder: i64, more: i64) -> Result<()> {
        let cards = self.numbers(
            "list a seeder's seats",
            "SELECT card FROM seat WHERE seeder = ?1",
            seeder,
        )?;
        for card in cards {
            self.count_seats(card, more)?;
        }
        Ok(())
    }

    fn count_seats(&self, card: i64, more: i64) -> Result<()> {
        self.change(card, |row| row.seats = row.seats.saturating_add(more))
    }
}
