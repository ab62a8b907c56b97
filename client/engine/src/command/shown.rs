//! Things of the chain and the store as people see them: amounts in words, roots in digits, accounts as addresses.

use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{Edition, KeyIndex, OrderId, OrderState, OrderView};
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::notation::{access_name, hex, kind_name, root_name, text_of};

/// A card as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct CardShown {
    pub id: CardId,
    pub title: String,
    pub kind: String,
    pub access: String,
    pub creator: String,
    pub price: Amount,
    pub editions: Option<u32>,
    pub keys_made: u32,
    pub listed: bool,
    pub version: u32,
    pub tags: Vec<String>,
    pub root: Option<String>,
    pub blob_len: Option<u64>,
    pub content_len: Option<u64>,
    pub chunks: Option<u64>,
    pub free_chunks: Option<u32>,
    pub content_commitment: Option<String>,
    pub key_commitment: Option<String>,
    pub salt: Option<String>,
    pub royalty: u32,
    pub delivery_share: u32,
    pub in_reply_to: Option<CardId>,
    pub supersedes: Option<CardId>,
    pub published_at: BlockNumber,
    pub retired: bool,
    pub frozen: bool,
    pub preview: Option<String>,
    pub preview_len: u64,
}

impl CardShown {
    /// The card as the chain gives it; `address` writes accounts.
    pub fn of(view: &CardView<[u8; 32]>, address: impl Fn(&[u8; 32]) -> String) -> Self {
        let CardView {
            id,
            card,
            terms,
            preview,
            keys_made,
            retired,
            frozen,
        } = view;
        let blob = card.blob.as_ref();
        let commitments = blob.and_then(|blob| blob.commitments.as_ref());
        let preview = preview.as_slice();
        Self {
            id: *id,
            title: text_of(&card.title),
            kind: kind_name(card.kind).to_owned(),
            access: access_name(card.access).to_owned(),
            creator: address(&card.creator),
            price: Amount(terms.price),
            editions: terms.editions,
            keys_made: *keys_made,
            listed: terms.listed,
            version: terms.version,
            tags: card.tags.iter().map(|tag| text_of(tag)).collect(),
            root: blob.map(|blob| root_name(blob.root)),
            blob_len: blob.map(|blob| blob.len),
            content_len: blob.map(|blob| blob.content_len),
            chunks: blob.map(|blob| hashcard_primitives::blob::chunk_count(blob.len)),
            free_chunks: blob.map(|blob| blob.free_chunks),
            content_commitment: commitments.map(|both| hex(&both.content)),
            key_commitment: commitments.map(|both| hex(&both.key)),
            salt: blob.map(|blob| hex(&blob.salt)),
            royalty: card.royalty,
            delivery_share: card.delivery_share,
            in_reply_to: card.in_reply_to,
            supersedes: card.supersedes,
            published_at: card.published_at,
            retired: *retired,
            frozen: *frozen,
            preview: std::str::from_utf8(preview)
                .ok()
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            preview_len: preview.len() as u64,
        }
    }
}

/// A seat as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct SeatShown {
    pub seeder: String,
    pub peer: String,
    pub addresses: Vec<String>,
    pub coverage: String,
    pub covered: u32,
    pub price_per_mib: Option<Amount>,
    pub bond: Amount,
    pub expires_at: BlockNumber,
}

/// A key as its holder sees it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct KeyShown {
    pub card: CardId,
    pub edition: Edition,
    pub title: Option<String>,
    pub root: Option<String>,
    pub account: Option<String>,
    pub holder: String,
    pub key_index: KeyIndex,
    pub sequence: u32,
}

/// An order as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct OrderShown {
    pub order: OrderId,
    pub card: CardId,
    pub buyer: String,
    pub seller: String,
    pub price: Amount,
    pub state: String,
    pub deadline: Option<BlockNumber>,
    pub edition: Option<Edition>,
    pub settles_at: Option<BlockNumber>,
}

impl OrderShown {
    /// The order as the chain gives it; `address` writes accounts.
    pub fn of(order: &OrderView<[u8; 32]>, address: impl Fn(&[u8; 32]) -> String) -> Self {
        let (state, deadline, edition, settles_at) = match order.state {
            OrderState::Waiting { deadline } => ("waiting", Some(deadline), None, None),
            OrderState::Delivered { edition, settles_at } => {
                ("delivered", None, Some(edition), Some(settles_at))
            }
        };
        Self {
            order: order.id,
            card: order.card,
            buyer: address(&order.buyer),
            seller: address(&order.seller),
            price: Amount(order.price),
            state: state.to_owned(),
            deadline,
            edition,
            settles_at,
        }
    }
}

/// A blob of the store as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct BlobShown {
    pub root: String,
    pub label: Option<String>,
    pub card: Option<CardId>,
    pub len: u64,
    pub chunks: u64,
    pub held: u64,
    pub complete: bool,
    pub damaged: bool,
    pub bytes_on_disk: u64,
}

/// A blob that was read again.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct VerifiedBlob {
    pub root: String,
    pub checked: u64,
    pub rotten: u64,
    pub outboard_rebuilt: bool,
}

/// An account of the wallet.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct AccountShown {
    pub name: Option<String>,
    pub address: String,
}
