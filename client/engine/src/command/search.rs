//! Questions to this home's index, and what it says, as people see it.

use hashcard_index::lists::{Figures, KeyEvent, KeyStep, Seedable};
use hashcard_index::search::Hit;
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, OrderId};
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::notation::{access_name, kind_name};

/// What to look for. Everything that is given must hold.
#[derive(Serialize, Deserialize, Clone, PartialEq, Default, Debug)]
pub struct Search {
    /// Words of title, tags or preview; the last may be the beginning of one.
    pub words: String,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only of this creator, SS58.
    pub creator: Option<String>,
    /// Only with all of these tags.
    pub tags: Vec<String>,
    /// Only with the tag `lang:…`.
    pub language: Option<String>,
    /// Only with the tag `licence:…`.
    pub licence: Option<String>,
    /// Not cheaper.
    pub price_min: Option<Amount>,
    /// Not dearer.
    pub price_max: Option<Amount>,
    /// Not fewer bytes.
    pub size_min: Option<u64>,
    /// Not more bytes.
    pub size_max: Option<u64>,
    /// Not shorter, by the tag `minutes:…`.
    pub minutes_min: Option<u32>,
    /// Not longer, likewise.
    pub minutes_max: Option<u32>,
    /// Not older, by the tag `year:…`.
    pub year_min: Option<u32>,
    /// Not newer, likewise.
    pub year_max: Option<u32>,
    /// Only what can be bought, from its creator or a holder.
    pub for_sale: bool,
    /// Only what the account holds a key of; then withdrawn cards are found, too.
    pub owned: bool,
    /// Only what somebody serves.
    pub alive: bool,
    /// Name of an order; `None`: the best first where there are words, else the newest.
    pub sort: Option<String>,
    /// Cards wanted.
    pub limit: u32,
    /// Where the previous page ended.
    pub after: Option<String>,
    /// Blocks that are not final yet, too.
    pub unfinalized: bool,
}

/// Lists and figures.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Explore {
    /// What fewest serve.
    UnderSeeded {
        /// Cards wanted.
        limit: u32,
    },
    /// What brought most to each who serves it.
    Profitable {
        /// Cards wanted.
        limit: u32,
    },
    /// What others hold who hold what the account does.
    Recommended {
        /// Cards wanted.
        limit: u32,
    },
    /// What a creator's cards brought.
    Creator {
        /// Whose, SS58; `None`: the account's own.
        address: Option<String>,
    },
    /// Whose a key was.
    History {
        /// Of which card.
        card: CardId,
        /// Which.
        edition: Edition,
    },
    /// What begins like this.
    Suggest {
        /// The beginning of a title or tag.
        text: String,
        /// Of each wanted.
        limit: u32,
    },
}

/// A card that was found.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct FoundCard {
    pub id: CardId,
    pub title: String,
    pub kind: String,
    pub access: String,
    pub creator: String,
    pub tags: Vec<String>,
    pub price: Amount,
    pub for_sale: bool,
    pub retired: bool,
    pub frozen: bool,
    /// Bytes of the content.
    pub size: u64,
    pub published_at: BlockNumber,
    pub year: Option<u32>,
    pub minutes: Option<u32>,
    pub sold: u64,
    pub volume: Amount,
    pub bytes_paid: Amount,
    pub seats: u64,
}

impl FoundCard {
    /// The card as the index gives it; `address` writes accounts.
    pub fn of(hit: Hit, address: impl Fn(&[u8; 32]) -> String) -> Self {
        Self {
            id: hit.card,
            title: hit.title,
            kind: kind_name(hit.kind).to_owned(),
            access: access_name(hit.access).to_owned(),
            creator: address(&hit.creator),
            tags: hit.tags,
            price: Amount(hit.price),
            for_sale: hit.for_sale,
            retired: hit.retired,
            frozen: hit.frozen,
            size: hit.size,
            published_at: hit.published_at,
            year: hit.year,
            minutes: hit.minutes,
            sold: hit.sold,
            volume: Amount(hit.volume),
            bytes_paid: Amount(hit.bytes_paid),
            seats: hit.seats,
        }
    }
}

/// A card that could be served.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct SeedableShown {
    pub card: FoundCard,
    pub blob_len: u64,
    /// Buckets of the blob that no seat covers.
    pub missing: u32,
    /// What its seats were rewarded with so far for holding it.
    pub rewarded: Amount,
    /// What a GiB brought so far to each of its seats and one more, by paid bytes and by these rewards.
    pub per_gib: Amount,
}

impl SeedableShown {
    /// The card as the index gives it; `address` writes accounts.
    pub fn of(row: Seedable, address: impl Fn(&[u8; 32]) -> String) -> Self {
        Self {
            card: FoundCard::of(row.hit, address),
            blob_len: row.blob_len,
            missing: row.missing,
            rewarded: Amount(row.rewarded),
            per_gib: Amount(row.per_gib),
        }
    }
}

/// What a creator's cards brought.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct FiguresShown {
    pub cards: u64,
    pub sales: u64,
    pub revenue: Amount,
    pub earned: Amount,
    pub resales: u64,
    pub resold: Amount,
    pub bytes_paid: Amount,
    pub delivery: Amount,
}

impl From<Figures> for FiguresShown {
    fn from(figures: Figures) -> Self {
        Self {
            cards: figures.cards,
            sales: figures.sales,
            revenue: Amount(figures.revenue),
            earned: Amount(figures.earned),
            resales: figures.resales,
            resold: Amount(figures.resold),
            bytes_paid: Amount(figures.bytes_paid),
            delivery: Amount(figures.delivery),
        }
    }
}

/// A step of a key's history.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct KeyStepShown {
    pub block: BlockNumber,
    /// `made`, `bought`, `resold`, `given` or `lost`.
    pub step: String,
    pub holder: Option<String>,
    pub order: Option<OrderId>,
    pub price: Option<Amount>,
}

impl KeyStepShown {
    /// The step as the index gives it; `address` writes accounts.
    pub fn of(event: KeyEvent, address: impl Fn(&[u8; 32]) -> String) -> Self {
        let step = match event.step {
            KeyStep::Made => "made",
            KeyStep::Bought => "bought",
            KeyStep::Resold => "resold",
            KeyStep::Given => "given",
            KeyStep::Lost => "lost",
        };
        Self {
            block: event.block,
            step: step.to_owned(),
            holder: event.holder.as_ref().map(address),
            order: event.order,
            price: event.price.map(Amount),
        }
    }
}

/// A tag that begins as was asked.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct SuggestedTag {
    pub tag: String,
    pub cards: u64,
}

/// A title that begins as was asked.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct SuggestedTitle {
    pub title: String,
    pub card: CardId,
}
