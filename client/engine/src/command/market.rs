//! The market, the library and what is recovered, as people see them.

use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, KeyIndex, ListingView, OfferView, OrderId, PastSale};
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use super::shown::OrderShown;
use crate::amount::Amount;

/// What is known of a sealed card beside the card itself.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Market {
    pub superseded_by: Option<CardId>,
    /// Parts per million that holders of the older version save.
    pub upgrade_discount: Option<u32>,
    /// The cheapest among the first listings that the chain gives.
    pub lowest: Option<ListingShown>,
    /// Listings that were looked at.
    pub listings: u64,
    /// Whether there are more than those.
    pub more_listings: bool,
    pub commission: u32,
    pub any_holder: bool,
    pub clerks: Vec<String>,
    pub sold: u32,
    pub volume: Amount,
    pub last_price: Option<Amount>,
}

/// A key for sale as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct ListingShown {
    pub card: CardId,
    pub edition: Edition,
    pub seller: String,
    pub price: Amount,
    pub penalty: Amount,
    pub claimed: Option<CardId>,
    pub listed_at: BlockNumber,
}

impl ListingShown {
    /// The listing as the chain gives it; `address` writes accounts.
    pub fn of(listing: &ListingView<[u8; 32]>, address: impl Fn(&[u8; 32]) -> String) -> Self {
        Self {
            card: listing.card,
            edition: listing.edition,
            seller: address(&listing.seller),
            price: Amount(listing.price),
            penalty: Amount(listing.penalty),
            claimed: listing.claimed,
            listed_at: listing.listed_at,
        }
    }
}

/// An offer as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct OfferShown {
    pub offer: OrderId,
    pub card: CardId,
    pub edition: Option<Edition>,
    pub buyer: String,
    pub price: Amount,
    pub until: BlockNumber,
}

impl OfferShown {
    /// The offer as the chain gives it; `address` writes accounts.
    pub fn of(offer: &OfferView<[u8; 32]>, address: impl Fn(&[u8; 32]) -> String) -> Self {
        Self {
            offer: offer.id,
            card: offer.card,
            edition: offer.edition,
            buyer: address(&offer.buyer),
            price: Amount(offer.price),
            until: offer.until,
        }
    }
}

/// A sale that was paid for, as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PastSaleShown {
    pub block: BlockNumber,
    pub price: Amount,
    pub edition: Edition,
    pub resale: bool,
}

impl From<&PastSale> for PastSaleShown {
    fn from(sale: &PastSale) -> Self {
        Self {
            block: sale.block,
            price: Amount(sale.price),
            edition: sale.edition,
            resale: sale.resale,
        }
    }
}

/// An encryption key of the account.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct OwnKeyShown {
    pub key_index: KeyIndex,
    /// Whether this wallet has its secret.
    pub mine: bool,
}

/// Who delivers sales of a card.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct ClerkedCard {
    pub card: CardId,
    pub title: Option<String>,
    pub commission: u32,
    pub any_holder: bool,
    pub clerks: Vec<String>,
    /// First sales that wait for delivery, up to a page.
    pub waiting: u64,
}

/// A key that one holds.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct LibraryRow {
    pub card: CardId,
    pub edition: Edition,
    pub title: Option<String>,
    pub kind: Option<String>,
    pub creator: Option<String>,
    pub account: Option<String>,
    pub root: Option<String>,
    pub frozen: bool,
    /// A newer version that is there.
    pub newer: Option<CardId>,
    /// The newer version that this key has claimed.
    pub claimed: Option<CardId>,
    pub listed: Option<Amount>,
    /// The order about this key that is not settled.
    pub order: Option<OrderId>,
    /// What a key of this card was sold for last.
    pub last_price: Option<Amount>,
    /// What this home paid for it.
    pub paid: Option<Amount>,
    /// Whether all of the blob is here.
    pub here: bool,
    pub collections: Vec<String>,
}

/// What an account has.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Recovered {
    pub account: Option<String>,
    pub address: String,
    pub free: Amount,
    pub held: Amount,
    pub keys: Vec<RecoveredKey>,
    pub published: Vec<RecoveredCard>,
    /// Orders as a buyer.
    pub bought: Vec<OrderShown>,
    /// Orders as a seller.
    pub sold: Vec<OrderShown>,
    pub listings: Vec<ListingShown>,
    pub offers: Vec<OfferShown>,
    pub clerk_of: Vec<CardId>,
    pub seats: Vec<CardId>,
    /// Whether any of these lists is longer than what is told of it.
    pub more: bool,
}

/// A card that an account published.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct RecoveredCard {
    pub card: CardId,
    pub title: String,
    pub access: String,
    pub keys_made: u32,
    pub retired: bool,
    pub frozen: bool,
    /// Whether these words make its keys; `null` for a card without keys.
    pub makes_keys: Option<bool>,
}

/// A key that an account holds, opened.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct RecoveredKey {
    pub card: CardId,
    pub edition: Edition,
    pub title: Option<String>,
    pub opens: bool,
    /// Why not.
    pub reason: Option<String>,
}
