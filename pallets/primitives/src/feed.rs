//! The feed: bounded pages under direct keys, newest page last, so that a light client reads the newest cards
//! with two proofs (head, page) and never iterates a map.

use crate::{
    card::{CardId, CardView, Kind, Tag},
    Balance, BlockNumber,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Rows of a page: 16 bytes each at most, so a page's proof stays near 1 KiB.
pub const PAGE_ROWS: u32 = 64;
/// Pages that one query scans at most; it returns a cursor even when it found nothing.
pub const MAX_PAGES_SCANNED: u32 = 8;
/// Cards that one query returns at most.
pub const MAX_FEED_LIMIT: u32 = 64;

/// One feed.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Feed<AccountId> {
    /// Every card that is not a reply.
    All,
    /// Cards of a kind.
    Kind(Kind),
    /// Cards of a creator, replies too.
    Creator(AccountId),
    /// Cards with a tag.
    Tag(Tag),
    /// Replies to a card.
    RepliesTo(CardId),
}

/// A row; `None` where a card was retired.
pub type Row = Option<CardId>;
/// Rows in order of publication.
pub type Page = BoundedVec<Row, ConstU32<PAGE_ROWS>>;

/// Where a query goes on: rows before this one, counted over the whole feed.
pub type Cursor = u64;

/// A filtered, paged query of one feed, newest first.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FeedQuery<AccountId> {
    /// Which feed.
    pub feed: Feed<AccountId>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this creator.
    pub creator: Option<AccountId>,
    /// Only with this tag.
    pub tag: Option<Tag>,
    /// Only keys at this price or less; free and open cards count as 0.
    pub max_price: Option<Balance>,
    /// Only cards published at this block or later.
    pub since: Option<BlockNumber>,
    /// Where the previous answer ended; `None` begins at the newest.
    pub cursor: Option<Cursor>,
    /// Cards wanted, at most [`MAX_FEED_LIMIT`].
    pub limit: u32,
}

/// An answer.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FeedPage<AccountId> {
    /// Newest first.
    pub cards: Vec<CardView<AccountId>>,
    /// `None` when the feed's beginning was reached.
    pub next: Option<Cursor>,
}
