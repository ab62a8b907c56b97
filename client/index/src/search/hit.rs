//! A card as it is shown.

use rusqlite::Connection;

use super::Hit;
use crate::database::{first, read_back};
use crate::error::{IndexError, Result};
use crate::facts::Account;
use crate::write::{CardRow, ACCESSES, KINDS, TEXT_PARTS};

/// What a card says of itself.
struct Tale {
    title: String,
    tags: Vec<String>,
}

impl Tale {
    fn of(reader: &Connection, card: i64) -> Result<Self> {
        let sql = "SELECT title, tags FROM text WHERE card = ?1";
        let (title, tags) = first(reader, "read a card's text", sql, [card], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?
        .ok_or(IndexError::Damaged {
            what: "a card has no text",
        })?;
        let tags = tags
            .split(TEXT_PARTS)
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect();
        Ok(Self { title, tags })
    }
}

/// The card as it is shown.
pub(crate) fn hit_of(reader: &Connection, card: i64) -> Result<Hit> {
    let row = CardRow::find(reader, card)?.ok_or(IndexError::Damaged {
        what: "a card that matches is not there",
    })?;
    let Tale { title, tags } = Tale::of(reader, card)?;
    Ok(Hit {
        card: read_back(card),
        title,
        tags,
        kind: numbered(&KINDS, row.kind)?,
        access: numbered(&ACCESSES, row.access)?,
        creator: account_with(reader, row.creator)?,
        price: row.price.0,
        for_sale: row.for_sale(),
        retired: row.retired,
        frozen: row.frozen,
        size: read_back(row.size),
        published_at: row.published_at,
        year: row.year.and_then(|year| u32::try_from(year).ok()),
        minutes: row.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
        sold: read_back(row.sold),
        volume: row.volume.0,
        bytes_paid: row.paid.0,
        seats: read_back(row.seats),
    })
}

/// The account with a number.
pub(crate) fn account_with(reader: &Connection, id: i64) -> Result<Account> {
    first(
        reader,
        "read an account",
        "SELECT account FROM account WHERE id = ?1",
        [id],
        |row| row.get(0),
    )?
    .ok_or(IndexError::Damaged {
        what: "an account that is named is not there",
    })
}

fn numbered<T: Copy>(all: &[T], number: i64) -> Result<T> {
    let found = usize::try_from(number).ok().and_then(|number| all.get(number));
    found.copied().ok_or(IndexError::Damaged {
        what: "a card is of no kind",
    })
}
