//! The row of a card, and all that follows from it: whether it is for sale and worth seeding, how popular it is, what it
//! brings a seeder, and by which words FTS5 finds it.

use std::collections::BTreeSet;

use hashcard_primitives::card::{Access, Kind};
use hashcard_primitives::Balance;
use rusqlite::{params, Connection, OptionalExtension, Row};

use super::{facet, Pen};
use crate::database::first;
use crate::error::{Doing, IndexError, Result};
use crate::facts::CardFact;
use crate::money::Money;
use crate::words::{clean, tag_key, title_key, words};

/// All kinds, in the order of their numbers here. New ones come last.
pub(crate) const KINDS: [Kind; 9] = [
    Kind::Post,
    Kind::Film,
    Kind::Music,
    Kind::Book,
    Kind::Picture,
    Kind::Software,
    Kind::Site,
    Kind::Dataset,
    Kind::Other,
];
/// All kinds of access, likewise.
pub(crate) const ACCESSES: [Access; 3] = [Access::Open, Access::Keyed, Access::Inline];
/// Between the tags of a card, and between the words of its title, tags and preview.
pub(crate) const TEXT_PARTS: char = '\n';
/// Bytes to which a yield refers: money for a GiB.
const YIELD_BYTES: Balance = 1 << 30;

/// Number of a kind.
pub(crate) fn kind_number(kind: Kind) -> i64 {
    position(&KINDS, kind)
}

/// Number of an access.
pub(crate) fn access_number(access: Access) -> i64 {
    position(&ACCESSES, access)
}

fn position<T: PartialEq>(all: &[T], one: T) -> i64 {
    let found = all.iter().position(|other| *other == one);
    found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)
}

/// A row of `card`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CardRow {
    pub id: i64,
    pub creator: i64,
    pub kind: i64,
    pub access: i64,
    pub price: Money,
    pub editions: Option<u32>,
    pub keys_made: u32,
    pub listed: bool,
    pub retired: bool,
    pub frozen: bool,
    pub blob_len: Option<i64>,
    pub size: i64,
    pub published_at: u32,
    pub year: Option<i64>,
    pub minutes: Option<i64>,
    /// Keys that holders sell.
    pub offered: i64,
    /// Seats that count.
    pub seats: i64,
    pub sold: i64,
    pub volume: Money,
    /// What was paid for its bytes.
    pub paid: Money,
    /// What its seats were rewarded with for holding it.
    pub rewarded: Money,
}

/// Columns in the order of [`CardRow::read`] and `CardRow::save`, without what is derived.
pub(crate) const COLUMNS: &str =
    "id, creator, kind, access, price, editions, keys_made, listed, retired, frozen, blob_len, \
     size, published_at, year, minutes, offered, seats, sold, volume, paid, rewarded";

impl CardRow {
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            creator: row.get(1)?,
            kind: row.get(2)?,
            access: row.get(3)?,
            price: row.get(4)?,
            editions: row.get(5)?,
            keys_made: row.get(6)?,
            listed: row.get(7)?,
            retired: row.get(8)?,
            frozen: row.get(9)?,
            blob_len: row.get(10)?,
            size: row.get(11)?,
            published_at: row.get(12)?,
            year: row.get(13)?,
            minutes: row.get(14)?,
            offered: row.get(15)?,
            seats: row.get(16)?,
            sold: row.get(17)?,
            volume: row.get(18)?,
            paid: row.get(19)?,
            rewarded: row.get(20)?,
        })
    }

    pub(crate) fn find(connection: &Connection, card: i64) -> Result<Option<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM card WHERE id = ?1");
        first(connection, "read a card", &sql, [card], Self::read)
    }

    /// Whether a key of it can be bought, from its creator or from a holder.
    pub(crate) fn for_sale(&self) -> bool {
        let sold_out = self.editions.is_some_and(|most| self.keys_made >= most);
        let keyed = self.access == access_number(Access::Keyed);
        keyed && !self.retired && !self.frozen && (self.offered > 0 || self.listed && !sold_out)
    }

    /// Whether it is worth serving: what is withdrawn, or was sold with a false key, is not.
    pub(crate) fn seedable(&self) -> bool {
        self.blob_len.is_some() && !self.retired && !self.frozen
    }

    /// All money that its keys and bytes brought.
    pub(crate) fn popularity(&self) -> Money {
        self.volume.plus(self.paid.0)
    }

    /// What a GiB of it brought so far to each of its seats and one more, by bytes that were paid and by rewards for holding it.
    pub(crate) fn yields(&self) -> Money {
        let len = Balance::try_from(self.blob_len.unwrap_or_default()).unwrap_or_default();
        let seats = Balance::try_from(self.seats)
            .unwrap_or_default()
            .saturating_add(1);
        let per_seat = self.paid.plus(self.rewarded.0).0.saturating_mul(YIELD_BYTES) / seats;
        Money(per_seat.checked_div(len).unwrap_or_default())
    }

    /// By which words FTS5 finds it besides those of its text. `tags` are numbers of tags.
    fn facets(&self, tags: &[i64]) -> String {
        let mut facets = vec![
            facet::kind(self.kind),
            facet::creator(self.creator),
            facet::price(self.price.bits()),
            facet::size(bits(self.size)),
        ];
        facets.extend(tags.iter().map(|tag| facet::tag(*tag)));
        facets.extend(self.year.map(facet::year));
        facets.extend(self.minutes.map(|minutes| facet::minutes(bits(minutes))));
        if self.for_sale() {
            facets.push(facet::FOR_SALE.to_owned());
        }
        if self.seats > 0 {
            facets.push(facet::ALIVE.to_owned());
        }
        facets.join(" ")
    }
}

/// Bits of a number that is not negative.
pub(crate) fn bits(number: i64) -> u32 {
    i64::BITS - number.leading_zeros()
}

/// What the tag of a year begins with.
pub(crate) const YEAR: &str = "year:";
/// The last year that counts as one.
const LAST_YEAR: i64 = 9_999;

/// The year that a tag says.
pub(crate) fn year_of(tag: &str) -> Option<i64> {
    number_of_tag(tag, YEAR, LAST_YEAR)
}

/// The number in a tag such as `year:1999`.
fn number_of_tag(tag: &str, name: &str, most: i64) -> Option<i64> {
    let digits = tag.strip_prefix(name)?;
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| all_digits)?;
    (number <= most).then_some(number)
}

/// The lowest number that any of the tags says.
fn number_tag(tags: &BTreeSet<String>, name: &str, most: i64) -> Option<i64> {
    tags.iter().filter_map(|tag| number_of_tag(tag, name, most)).min()
}

impl Pen<'_> {
    /// A card as it is now; the first time it is new.
    pub(super) fn card(&self, fact: &CardFact) -> Result<()> {
        let id = self.id(fact.card)?;
        let before = CardRow::find(self.writing, id)?;
        let keys: BTreeSet<String> = fact.tags.iter().map(|tag| tag_key(&clean(tag))).collect();
        let mut row = CardRow {
            id,
            creator: self.account(&fact.creator)?,
            kind: kind_number(fact.kind),
            access: access_number(fact.access),
            price: Money(fact.price),
            editions: fact.editions,
            keys_made: fact.keys_made,
            listed: fact.listed,
            retired: fact.retired,
            frozen: fact.frozen,
            blob_len: fact
                .blob_len
                .map(|len| self.number_of(len, "a blob's length"))
                .transpose()?,
            size: self.number_of(fact.size, "a content's length")?,
            published_at: fact.published_at,
            year: number_tag(&keys, YEAR, LAST_YEAR),
            minutes: number_tag(&keys, "minutes:", i64::from(u32::MAX)),
            offered: self.counted("SELECT count(*) FROM offer WHERE card = ?1", id)?,
            seats: self.counted(
                "SELECT count(*) FROM seat JOIN seeder ON account = seeder AND lives = 1 WHERE card = ?1",
                id,
            )?,
            sold: 0,
            volume: Money(0),
            paid: Money(0),
            rewarded: Money(0),
        };
        if let Some(before) = before {
            // What cards do not say themselves.
            row = CardRow {
                sold: before.sold,
                volume: before.volume,
                paid: before.paid,
                rewarded: before.rewarded,
                ..row
            };
            return self.save(&before, &row);
        }
        self.new_card(&row, fact, keys)
    }

    fn new_card(&self, row: &CardRow, fact: &CardFact, keys: BTreeSet<String>) -> Result<()> {
        let tags = keys
            .iter()
            .map(|key| self.tagged(key))
            .collect::<Result<Vec<i64>>>()?;
        let title = clean(&fact.title);
        let shown: Vec<String> = fact.tags.iter().map(|tag| clean(tag)).collect();
        let preview = std::str::from_utf8(&fact.preview).unwrap_or_default();
        let parts = [words(&title), words(&shown.join(" ")), words(preview)];
        for word in parts.iter().flatten() {
            self.writing
                .run("keep a word", "INSERT OR IGNORE INTO word VALUES (?1)", [word])?;
        }
        let count: usize = parts.iter().map(Vec::len).sum();
        let said = parts.map(|part| part.join(" ")).join(&TEXT_PARTS.to_string());
        self.insert(row)?;
        self.writing.run(
            "keep a card's text",
            "INSERT INTO text VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                row.id,
                title,
                title_key(&title),
                shown.join(&TEXT_PARTS.to_string()),
                said,
                row.facets(&tags)
            ],
        )?;
        self.count_cards(1, i64::try_from(count).unwrap_or_default())
    }

    fn insert(&self, row: &CardRow) -> Result<()> {
        let sql = format!(
            "INSERT INTO card ({COLUMNS}, for_sale, seedable, popularity, yield) VALUES \
             (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)"
        );
        self.written("keep a card", &sql, row)
    }

    /// Writes what changed of a row that is there, and what follows from it. Most changes touch few of its indexes.
    fn save(&self, before: &CardRow, after: &CardRow) -> Result<()> {
        let paid = CardRow {
            sold: after.sold,
            volume: after.volume,
            paid: after.paid,
            rewarded: after.rewarded,
            ..before.clone()
        };
        let seated = CardRow {
            seats: after.seats,
            offered: after.offered,
            ..before.clone()
        };
        if *after == paid {
            self.writing.run(
                "count what a card brought",
                "UPDATE card SET sold = ?2, volume = ?3, paid = ?4, rewarded = ?5, popularity = ?6, yield = ?7 WHERE id = ?1",
                params![
                    after.id,
                    after.sold,
                    after.volume,
                    after.paid,
                    after.rewarded,
                    after.popularity(),
                    after.yields()
                ],
            )?;
        } else if *after == seated {
            self.writing.run(
                "count a card's seats",
                "UPDATE card SET seats = ?2, offered = ?3, for_sale = ?4, yield = ?5 WHERE id = ?1",
                params![
                    after.id,
                    after.seats,
                    after.offered,
                    after.for_sale(),
                    after.yields()
                ],
            )?;
        } else {
            self.written(
                "change a card",
                "UPDATE card SET creator = ?2, kind = ?3, access = ?4, price = ?5, editions = ?6, keys_made = ?7, listed = ?8, \
                 retired = ?9, frozen = ?10, blob_len = ?11, size = ?12, published_at = ?13, year = ?14, minutes = ?15, \
                 offered = ?16, seats = ?17, sold = ?18, volume = ?19, paid = ?20, rewarded = ?21, for_sale = ?22, \
                 seedable = ?23, popularity = ?24, yield = ?25 WHERE id = ?1",
                after,
            )?;
        }
        // Tags never change, so what they say is kept.
        if before.facets(&[]) == after.facets(&[]) {
            return Ok(());
        }
        let said = first(
            self.writing,
            "read a card's facets",
            "SELECT facets FROM text WHERE card = ?1",
            [after.id],
            |found| found.get::<_, String>(0),
        )?
        .ok_or(IndexError::Damaged {
            what: "a card has no text",
        })?;
        let facets = after.facets(&facet::tags(&said));
        self.writing.run(
            "change a card's facets",
            "UPDATE text SET facets = ?2 WHERE card = ?1",
            params![after.id, facets],
        )?;
        Ok(())
    }

    fn written(&self, operation: &'static str, sql: &str, row: &CardRow) -> Result<()> {
        self.writing.run(
            operation,
            sql,
            params![
                row.id,
                row.creator,
                row.kind,
                row.access,
                row.price,
                row.editions,
                row.keys_made,
                row.listed,
                row.retired,
                row.frozen,
                row.blob_len,
                row.size,
                row.published_at,
                row.year,
                row.minutes,
                row.offered,
                row.seats,
                row.sold,
                row.volume,
                row.paid,
                row.rewarded,
                row.for_sale(),
                row.seedable(),
                row.popularity(),
                row.yields(),
            ],
        )?;
        Ok(())
    }

    /// Changes a card; one that the chain has forgotten has nothing to change.
    pub(super) fn change(&self, card: i64, change: impl FnOnce(&mut CardRow)) -> Result<()> {
        let Some(before) = CardRow::find(self.writing, card)? else {
            return Ok(());
        };
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        self.save(&before, &after)
    }

    pub(super) fn card_gone(&self, card: i64) -> Result<()> {
        let text: Option<(String, String)> = self
            .writing
            .prepare_cached("SELECT words, facets FROM text WHERE card = ?1")
            .and_then(|mut text| {
                text.query_row([card], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })
            .doing("read a card's text")?;
        let Some((words, facets)) = text else {
            return Ok(());
        };
        for tag in facet::tags(&facets) {
            self.writing.run(
                "count a tag",
                "UPDATE tag SET cards = cards - 1 WHERE id = ?1",
                [tag],
            )?;
        }
        for sql in [
            "DELETE FROM text WHERE card = ?1",
            "DELETE FROM card WHERE id = ?1",
        ] {
            self.writing.run("forget a card", sql, [card])?;
        }
        let count = words.split_whitespace().count();
        self.count_cards(-1, i64::try_from(count).unwrap_or_default().saturating_neg())
    }

    pub(super) fn sold_before(&self, card: i64, sold: u32, volume: Balance) -> Result<()> {
        self.change(card, |row| {
            row.sold = sold.into();
            row.volume = Money(volume);
        })
    }

    fn counted(&self, sql: &str, card: i64) -> Result<i64> {
        let count = first(self.writing, "count what a card has", sql, [card], |row| {
            row.get(0)
        })?;
        Ok(count.unwrap_or_default())
    }

    fn count_cards(&self, cards: i64, words: i64) -> Result<()> {
        self.writing.run(
            "count its cards",
            "UPDATE totals SET cards = cards + ?1, words = words + ?2",
            [cards, words],
        )?;
        Ok(())
    }

    /// Counts one more card of a tag; the tag's number.
    fn tagged(&self, key: &str) -> Result<i64> {
        self.writing.run(
            "keep a tag",
            "INSERT INTO tag (tag, cards) VALUES (?1, 1) ON CONFLICT (tag) DO UPDATE SET cards = cards + 1",
            [key],
        )?;
        first(
            self.writing,
            "find a tag",
            "SELECT id FROM tag WHERE tag = ?1",
            [key],
            |row| row.get(0),
        )?
        .ok_or(IndexError::Damaged {
            what: "a tag that was kept is not there",
        })
    }
}
