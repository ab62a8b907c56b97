//! Which cards match words and facets, in which order, page by page.
//!
//! **What is answered does not depend on how it is found.** [`Plan`] only says how far one way is tried before another;
//! tests run every question under several plans and against a model that looks at every card.
//!
//! Relevance is BM25 over title, tags and preview, with fewer and fewer weight. It ranks the newest cards that match, up to
//! [`Plan::ranked`]; the other orders are of all cards.

use hashcard_primitives::card::{Access, CardId, Kind};
use hashcard_primitives::{Balance, BlockNumber};

use crate::error::Result;
use crate::facts::Account;
use crate::index::{standing, Index, Standing};
use crate::IndexError;

mod cursor;
mod filter;
mod hit;
mod question;
mod ranking;
mod walk;

pub(crate) use filter::account_of;
pub(crate) use hit::{account_with, hit_of};
use question::Question;
pub(crate) use walk::numbers;

/// Most cards of one page.
pub const MAX_LIMIT: u32 = 100;

/// What to look for. Everything that is given must hold.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Search {
    /// Words of title, tags or preview, in any order; the last may be the beginning of one.
    pub words: String,
    /// What else must hold.
    pub facets: Facets,
    /// In which order; without one the best first where there are words, and the newest where there are none.
    pub sort: Option<Sort>,
    /// Cards wanted, up to [`MAX_LIMIT`].
    pub limit: u32,
    /// Where the previous page ended.
    pub after: Option<String>,
}

/// What must hold besides words.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Facets {
    /// What it is.
    pub kind: Option<Kind>,
    /// Whose it is.
    pub creator: Option<Account>,
    /// It has all of these; capital letters do not count.
    pub tags: Vec<String>,
    /// It has the tag `lang:…`.
    pub language: Option<String>,
    /// It has the tag `licence:…`.
    pub licence: Option<String>,
    /// Price of a key from its creator; 0 where there are none.
    pub price: Range<Balance>,
    /// Bytes of the content.
    pub size: Range<u64>,
    /// It has the tag `minutes:…` with such a number.
    pub minutes: Range<u32>,
    /// It has the tag `year:…` with such a number.
    pub year: Range<u32>,
    /// A key can be bought, from its creator or from a holder.
    pub for_sale: bool,
    /// One of these accounts holds a key; then withdrawn cards are found, too.
    pub owned_by: Vec<Account>,
    /// Somebody serves it.
    pub alive: bool,
}

/// From `min` to `max`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range<T> {
    /// Not less.
    pub min: Option<T>,
    /// Not more.
    pub max: Option<T>,
}

impl<T> Default for Range<T> {
    fn default() -> Self {
        Self { min: None, max: None }
    }
}

/// An order of cards. Among equals the newer is first, and under [`Sort::Cheapest`] the older.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// The best match first.
    Relevance,
    /// The newest first.
    New,
    /// What brought most money first, by keys and by bytes.
    Popular,
    /// The lowest price first.
    Cheapest,
    /// The highest price first.
    Dearest,
}

/// A card that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    /// Its number.
    pub card: CardId,
    /// One line, without control characters.
    pub title: String,
    /// Likewise.
    pub tags: Vec<String>,
    /// What it is.
    pub kind: Kind,
    /// Who can read it.
    pub access: Access,
    /// Whose it is.
    pub creator: Account,
    /// Price of a key from its creator.
    pub price: Balance,
    /// Whether a key can be bought from anybody.
    pub for_sale: bool,
    /// Withdrawn by its creator.
    pub retired: bool,
    /// A false key was proven.
    pub frozen: bool,
    /// Bytes of the content.
    pub size: u64,
    /// Block of publication.
    pub published_at: BlockNumber,
    /// By its tag.
    pub year: Option<u32>,
    /// By its tag.
    pub minutes: Option<u32>,
    /// Sales that were settled for money.
    pub sold: u64,
    /// The sum of their prices.
    pub volume: Balance,
    /// What was paid for its bytes.
    pub bytes_paid: Balance,
    /// Seats that count.
    pub seats: u64,
}

/// Cards that were found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// In order.
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
    /// Where the index stood.
    pub standing: Standing,
}

/// How far each way of finding is tried. Figures are of a machine with two cores, where FTS5 gives a matching card in
/// 0.1 µs, a row is read in 1 µs, and the words of a card in 4 µs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Most cards that words and facets may match for all of them to be read and sorted.
    pub gathered: u32,
    /// Most cards whose words are read one by one, in order, where more match: then all are read after all.
    pub probed: u32,
    /// Most keys of the accounts that own, for those to be gone through.
    pub owned: u32,
    /// Most cards that relevance ranks, and most that a word is counted in to see how rare it is.
    pub ranked: u32,
    /// Most words that the beginning of one is spelt out to.
    pub spelt: u32,
    /// Most cards in a range for it to be told to FTS5, if it is not a narrow one anyway.
    pub narrow: u32,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            gathered: 8_000,
            probed: 5_000,
            owned: 2_000,
            ranked: 2_000,
            spelt: 24,
            narrow: 2_000,
        }
    }
}

impl Index {
    /// A page of the cards that match.
    ///
    /// Errors: [`IndexError::Empty`] before the first block, [`IndexError::BadQuestion`], [`IndexError::BadCursor`].
    pub fn search(&self, search: &Search) -> Result<Page> {
        let question = Question::of(search)?;
        self.database.read(|reader| {
            let standing = standing(reader)?.ok_or(IndexError::Empty)?;
            let after = search
                .after
                .as_deref()
                .map(|text| question.place(text))
                .transpose()?;
            let limit = question.limit;
            let mut places = match filter::Filter::of(reader, &question, &self.plan)? {
                Some(filter) => walk::places(reader, &filter, &self.plan, question.sort, after, limit + 1)?,
                None => Vec::new(),
            };
            let more = places.len() > limit;
            places.truncate(limit);
            let next = places.last().filter(|_| more).map(|last| question.cursor(last));
            let hits = places
                .iter()
                .map(|place| hit_of(reader, place.card))
                .collect::<Result<_>>()?;
            Ok(Page { hits, next, standing })
        })
    }
}
