//! Lists and figures that no search gives: what is worth seeding, what one might like, whose a key was, what a creator
//! earned, and what a word might become.

use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, OrderId};
use hashcard_primitives::{Balance, BlockNumber};
use rusqlite::{params, Connection};

use crate::database::{all, first, read_back};
use crate::error::{IndexError, Result};
use crate::facts::Account;
use crate::index::{standing, Index, Standing};
use crate::money::Money;
use crate::search::{account_of, account_with, hit_of, Hit, MAX_LIMIT};
use crate::words::{after_prefix, tag_key, title_key, words};
use crate::write::{CreatorRow, Step};

mod recommended;

/// Tags and titles that a suggestion looks at: those with one beginning are read in order up to here.
const LOOKED_AT: u32 = 500;
/// Most steps of a key's history in one answer, the newest: nobody hides who holds a key by passing it to and fro.
pub const MAX_STEPS: u32 = 1_000;

/// A list, and where the index stood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<T> {
    /// In order.
    pub rows: Vec<T>,
    /// Where the index stood.
    pub standing: Standing,
}

/// A card that could be served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seedable {
    /// The card; `hit.seats` of them count.
    pub hit: Hit,
    /// Bytes of its blob.
    pub blob_len: u64,
    /// Buckets of the blob that no seat covers.
    pub missing: u32,
    /// What its seats were rewarded with so far for holding it.
    pub rewarded: Balance,
    /// What a GiB of it brought so far, by bytes that were paid and by these rewards, to each of its seats, with one more; in the
    /// smallest unit.
    pub per_gib: Balance,
}

/// What a word might become.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Suggestions {
    /// Tags that begin so, the most used first, with how many cards have them.
    pub tags: Vec<(String, u64)>,
    /// Titles that begin so, by name; each as its newest card writes it, of those that are not withdrawn.
    pub titles: Vec<(String, CardId)>,
}

/// What happened to a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyStep {
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

/// A step of a key's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyEvent {
    /// In which block.
    pub block: BlockNumber,
    /// What.
    pub step: KeyStep,
    /// Who holds it from then on.
    pub holder: Option<Account>,
    /// The order that it was delivered for.
    pub order: Option<OrderId>,
    /// What was paid, once that is settled.
    pub price: Option<Balance>,
}

/// What a creator's cards brought, since the block after [`Standing::origin`].
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Figures {
    /// Cards that the chain has, withdrawn ones too.
    pub cards: u64,
    /// New keys that were paid for.
    pub sales: u64,
    /// What buyers paid for them.
    pub revenue: Balance,
    /// What reached the creator of that and of resales.
    pub earned: Balance,
    /// Keys that holders sold.
    pub resales: u64,
    /// What buyers paid for those.
    pub resold: Balance,
    /// What was paid for bytes of the cards.
    pub bytes_paid: Balance,
    /// What the creator had of that.
    pub delivery: Balance,
}

impl Index {
    /// Cards that fewest serve, those that wait longest first among equals.
    pub fn under_seeded(&self, limit: u32) -> Result<Listed<Seedable>> {
        self.seedable(
            "SELECT id FROM card INDEXED BY card_seats WHERE seedable = 1 ORDER BY seats, id LIMIT ?1",
            limit,
        )
    }

    /// Cards that brought most for each byte to each who would serve them. Cards that brought nothing are not told.
    pub fn profitable(&self, limit: u32) -> Result<Listed<Seedable>> {
        self.seedable(
            "SELECT id FROM card INDEXED BY card_yield WHERE seedable = 1 AND yield > x'00' \
             ORDER BY yield DESC, id DESC LIMIT ?1",
            limit,
        )
    }

    fn seedable(&self, sql: &str, limit: u32) -> Result<Listed<Seedable>> {
        self.list(limit, |reader| {
            let cards: Vec<i64> = all(reader, "list what to seed", sql, [limit], |row| row.get(0))?;
            cards.into_iter().map(|card| seedable_of(reader, card)).collect()
        })
    }

    /// Cards that others hold who hold what `accounts` do, and that `accounts` neither hold nor made. Counted here, so that
    /// nobody learns who asks.
    pub fn recommended(&self, accounts: &[Account], limit: u32) -> Result<Listed<Hit>> {
        self.list(limit, |reader| {
            let mut own = Vec::new();
            for account in accounts {
                own.extend(account_of(reader, account)?);
            }
            let cards = recommended::cards(reader, &own, limit as usize)?;
            cards.into_iter().map(|card| hit_of(reader, card)).collect()
        })
    }

    /// Whose a key was, oldest first, the newest [`MAX_STEPS`].
    pub fn key_history(&self, card: CardId, edition: Edition) -> Result<Listed<KeyEvent>> {
        self.list(1, |reader| {
            let (Ok(card), Ok(edition)) = (i64::try_from(card), i64::try_from(edition)) else {
                return Ok(Vec::new());
            };
            let rows = all(
                reader,
                "read a key's history",
                "SELECT block, what, holder, order_id, price FROM key_step WHERE card = ?1 AND edition = ?2 \
                 ORDER BY step DESC LIMIT ?3",
                params![card, edition, MAX_STEPS],
                |row| {
                    Ok((
                        row.get::<_, u32>(0)?,
                        row.get::<_, i64>(1)?,
                        row.get::<_, Option<i64>>(2)?,
                        row.get::<_, Option<i64>>(3)?,
                        row.get::<_, Option<Money>>(4)?,
                    ))
                },
            )?;
            rows.into_iter()
                .rev()
                .map(|(block, what, holder, order, price)| {
                    let step = Step::of(what).ok_or(IndexError::Damaged {
                        what: "a key's history is none",
                    })?;
                    Ok(KeyEvent {
                        block,
                        step: step.into(),
                        holder: holder.map(|holder| account_with(reader, holder)).transpose()?,
                        order: order.map(read_back),
                        price: price.map(|price| price.0),
                    })
                })
                .collect()
        })
    }

    /// Whether the seats of an account count.
    pub fn lives(&self, seeder: &Account) -> Result<bool> {
        self.database.read(|reader| {
            let sql = "SELECT lives FROM account JOIN seeder ON seeder.account = account.id WHERE account.account = ?1";
            let lives = first(reader, "look for a seeder", sql, [seeder], |row| row.get(0))?;
            Ok(lives.unwrap_or_default())
        })
    }

    /// What a creator's cards brought.
    pub fn figures(&self, creator: &Account) -> Result<(Figures, Standing)> {
        self.database.read(|reader| {
            let standing = standing(reader)?.ok_or(IndexError::Empty)?;
            let Some(id) = account_of(reader, creator)? else {
                return Ok((Figures::default(), standing));
            };
            let sql = "SELECT count(*) FROM card WHERE creator = ?1";
            let cards: Option<i64> = first(reader, "count a creator's cards", sql, [id], |row| row.get(0))?;
            let row = CreatorRow::find(reader, id)?.unwrap_or_default();
            let figures = Figures {
                cards: read_back(cards.unwrap_or_default()),
                sales: read_back(row.sales),
                revenue: row.revenue.0,
                earned: row.earned.0,
                resales: read_back(row.resales),
                resold: row.resold.0,
                bytes_paid: row.bytes_paid.0,
                delivery: row.delivery.0,
            };
            Ok((figures, standing))
        })
    }

    /// Tags and titles that begin like `text`. Nothing is suggested for a text without letters.
    pub fn suggest(&self, text: &str, limit: u32) -> Result<(Suggestions, Standing)> {
        check(limit)?;
        self.database.read(|reader| {
            let standing = standing(reader)?.ok_or(IndexError::Empty)?;
            let mut suggestions = Suggestions::default();
            if words(text).is_empty() {
                return Ok((suggestions, standing));
            }
            let tag = tag_key(text.trim());
            suggestions.tags = all(
                reader,
                "look for tags",
                "SELECT tag, cards FROM (SELECT tag, cards FROM tag \
                 WHERE tag >= ?1 AND (?2 IS NULL OR tag < ?2) AND cards > 0 ORDER BY tag LIMIT ?3) \
                 ORDER BY cards DESC, tag LIMIT ?4",
                params![tag, after_prefix(&tag), LOOKED_AT, limit],
                |row| Ok((row.get(0)?, read_back(row.get(1)?))),
            )?;
            suggestions.titles = titles(reader, &title_key(text), limit as usize)?;
            Ok((suggestions, standing))
        })
    }

    fn list<T>(&self, limit: u32, rows: impl FnOnce(&Connection) -> Result<Vec<T>>) -> Result<Listed<T>> {
        check(limit)?;
        self.database.read(|reader| {
            let standing = standing(reader)?.ok_or(IndexError::Empty)?;
            Ok(Listed {
                rows: rows(reader)?,
                standing,
            })
        })
    }
}

impl From<Step> for KeyStep {
    fn from(step: Step) -> Self {
        match step {
            Step::Made => Self::Made,
            Step::Bought => Self::Bought,
            Step::Resold => Self::Resold,
            Step::Given => Self::Given,
            Step::Lost => Self::Lost,
        }
    }
}

fn check(limit: u32) -> Result<()> {
    if limit == 0 || limit > MAX_LIMIT {
        let reason = format!("a list cannot have {limit} rows; ask for 1 to {MAX_LIMIT}: --limit N");
        return Err(IndexError::BadQuestion { reason });
    }
    Ok(())
}

/// Titles that begin so. Each is sought from the one before, so a title that thousands of cards have hides no other.
fn titles(reader: &Connection, beginning: &str, limit: usize) -> Result<Vec<(String, CardId)>> {
    let mut titles = Vec::new();
    let mut from = beginning.to_owned();
    let mut sql = "SELECT title_key FROM text WHERE title_key >= ?1 ORDER BY title_key LIMIT 1";
    for _ in 0..LOOKED_AT {
        if titles.len() >= limit {
            break;
        }
        let found: Option<String> = first(reader, "look for titles", sql, [&from], |row| row.get(0))?;
        let Some(found) = found.filter(|found| found.starts_with(beginning)) else {
            break;
        };
        sql = "SELECT title_key FROM text WHERE title_key > ?1 ORDER BY title_key LIMIT 1";
        titles.extend(first(
            reader,
            "look for titles",
            "SELECT title, card FROM text CROSS JOIN card ON id = card AND retired = 0 WHERE title_key = ?1 \
             ORDER BY card DESC LIMIT 1",
            [&found],
            |row| Ok((row.get(0)?, read_back(row.get(1)?))),
        )?);
        from = found;
    }
    Ok(titles)
}

fn seedable_of(reader: &Connection, card: i64) -> Result<Seedable> {
    let hit = hit_of(reader, card)?;
    let sql = "SELECT blob_len, rewarded, yield FROM card WHERE id = ?1";
    let (blob_len, rewarded, per_gib) = first(reader, "read a card", sql, [card], |row| {
        let money = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Money>(at)?.0);
        Ok((read_back(row.get(0)?), money(1)?, money(2)?))
    })?
    .ok_or(IndexError::Damaged {
        what: "a card that is listed is not there",
    })?;
    let covered: Vec<i64> = all(
        reader,
        "read a card's seats",
        "SELECT coverage FROM seat JOIN seeder ON account = seeder AND lives = 1 WHERE card = ?1",
        [card],
        |row| row.get(0),
    )?;
    let covered = covered
        .into_iter()
        .fold(0, |sum, bits| sum | bits.cast_unsigned());
    let whole = hashcard_primitives::coverage::Coverage::all(blob_len).0;
    Ok(Seedable {
        hit,
        blob_len,
        missing: (whole & !covered).count_ones(),
        rewarded,
        per_gib,
    })
}
