//! The card: one immutable version of one content.
//!
//! [`Card`] never changes after `publish`; [`Terms`] do, and carry a version that a buyer names, so that nobody
//! pays a price that he did not see.

use crate::{
    blob::{ContentRoot, Suite},
    Balance, BlockNumber,
};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Sequential number of a card.
pub type CardId = u64;

/// Longest title, in bytes of UTF-8: a line of a feed.
pub const MAX_TITLE: u32 = 128;
/// Longest tag, in bytes of UTF-8.
pub const MAX_TAG: u32 = 32;
/// Most tags of a card; each is a row in a feed of its own.
pub const MAX_TAGS: u32 = 8;
/// Longest preview, in bytes: a small picture or a long post, stored on chain and paid for by deposit.
pub const MAX_PREVIEW: u32 = 4096;
/// Shares are in parts per million.
pub const WHOLE_SHARE: u32 = 1_000_000;
/// Most accounts that share the creator's money of a card: a payment to each is part of the weight of every
/// settlement. A larger band shares through a multisig.
pub const MAX_COLLABORATORS: u32 = 8;
/// Longest source, in bytes: a magnet link with a few trackers.
pub const MAX_SOURCE: u32 = 256;
/// Most sources of a card; further ones push out the oldest.
pub const MAX_SOURCES: u32 = 8;
/// Largest royalty: half of a resale. Beyond that honest resale has no reason left.
pub const MAX_ROYALTY: u32 = WHOLE_SHARE / 2;

/// UTF-8, checked at `publish`.
pub type Title = BoundedVec<u8, ConstU32<MAX_TITLE>>;
/// UTF-8 without control characters, checked at `publish`.
pub type Tag = BoundedVec<u8, ConstU32<MAX_TAG>>;
/// No tag twice.
pub type Tags = BoundedVec<Tag, ConstU32<MAX_TAGS>>;
/// Any bytes; clients show UTF-8 or a picture.
pub type Preview = BoundedVec<u8, ConstU32<MAX_PREVIEW>>;
/// A URL from which a blob can be had besides the swarm.
pub type Source = BoundedVec<u8, ConstU32<MAX_SOURCE>>;
/// Oldest first, none twice.
pub type Sources = BoundedVec<Source, ConstU32<MAX_SOURCES>>;
/// No account twice, no share of nothing, never the creator, together [`WHOLE_SHARE`] at most; checked at
/// `publish`.
pub type Collaborators<AccountId> = BoundedVec<Collaborator<AccountId>, ConstU32<MAX_COLLABORATORS>>;

/// Who can read a content.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum Access {
    /// Everybody: a plain blob.
    Open,
    /// Holders of a key: a sealed blob.
    Keyed,
    /// Everybody, and without a swarm: the preview is the content.
    Inline,
}

/// What a content is, for filters and lenses.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
)]
pub enum Kind {
    /// A short text.
    Post,
    /// Moving pictures.
    Film,
    /// Music, speech, any sound.
    Music,
    /// A text to read at length.
    Book,
    /// A still picture.
    Picture,
    /// A program.
    Software,
    /// A website.
    Site,
    /// Data for programs.
    Dataset,
    /// Anything else.
    Other,
}

impl Kind {
    /// Every kind, in the order in which they are numbered.
    pub const ALL: [Kind; 9] = [
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
}

/// What the chain knows of a sealed blob's key.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct KeyCommitments {
    /// V = s·H: the chain checks every capsule against it.
    pub content: [u8; 32],
    /// h_K: the holder checks the opened point against it.
    pub key: [u8; 32],
}

/// The blob of a card, as its footer says.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Blob {
    /// BLAKE3 of all its bytes.
    pub root: ContentRoot,
    /// Length in bytes.
    pub len: u64,
    /// Length of content alone, in bytes.
    pub content_len: u64,
    /// How its pieces are stored.
    pub suite: Suite,
    /// Pieces at the start that open without the key.
    pub free_chunks: u32,
    /// The footer's salt.
    pub salt: [u8; 32],
    /// Present exactly when sealed.
    pub commitments: Option<KeyCommitments>,
}

/// One of those who share the creator's money of every sale and resale; what is left is the creator's.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Collaborator<AccountId> {
    /// Who is paid.
    pub account: AccountId,
    /// Parts per million of the creator's money, after the network's fee and a clerk's commission.
    pub share: u32,
}

/// What never changes about a card.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Card<AccountId> {
    /// Who published it, and is paid for it.
    pub creator: AccountId,
    /// Who can read it.
    pub access: Access,
    /// What it is.
    pub kind: Kind,
    /// One line.
    pub title: Title,
    /// The feeds it is listed under.
    pub tags: Tags,
    /// Absent exactly when `access` is [`Access::Inline`].
    pub blob: Option<Blob>,
    /// The card that this one replies to; it is then listed there and not in the common feed.
    pub in_reply_to: Option<CardId>,
    /// The older version that this one replaces.
    pub supersedes: Option<CardId>,
    /// Parts per million of a resale that go to the creator.
    pub royalty: u32,
    /// Parts per million of each payment for delivered bytes that go to the creator.
    pub delivery_share: u32,
    /// Who shares the creator's money. It never changes, so a sale that is not settled pays those whom its buyer
    /// saw.
    pub collaborators: Collaborators<AccountId>,
    /// Block of publication.
    pub published_at: BlockNumber,
}

/// What the creator may revise.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Terms {
    /// Price of a key.
    pub price: Balance,
    /// Most keys that may ever exist; `None` is no limit.
    pub editions: Option<u32>,
    /// Whether keys are for sale.
    pub listed: bool,
    /// Counts revisions. A buyer names the one he saw.
    pub version: u32,
}

/// What a creator says when he publishes; the pallet adds what the footer proves.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// What it is.
    pub kind: Kind,
    /// One line.
    pub title: Title,
    /// The feeds to list it under.
    pub tags: Tags,
    /// Up to 4 KiB that everybody can read; the content itself when access is inline.
    pub preview: Preview,
    /// The card that it replies to.
    pub in_reply_to: Option<CardId>,
    /// The older version that it replaces, of the same creator.
    pub supersedes: Option<CardId>,
    /// Parts per million of a resale that go to the creator.
    pub royalty: u32,
    /// Parts per million of delivery payments that go to the creator; for a plain blob 0 unless stated.
    pub delivery_share: u32,
    /// Price of a key.
    pub price: Balance,
    /// Most keys that may ever exist.
    pub editions: Option<u32>,
    /// Who shares the creator's money of a sealed blob's keys. Accounts as bare bytes, as the footer names its
    /// creator, so that chain and client have one type.
    pub collaborators: Collaborators<[u8; 32]>,
}

/// A card as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct CardView<AccountId> {
    /// Its number.
    pub id: CardId,
    /// What never changes.
    pub card: Card<AccountId>,
    /// What does.
    pub terms: Terms,
    /// Up to 4 KiB; empty once retired.
    pub preview: Preview,
    /// Keys made so far.
    pub keys_made: u32,
    /// Withdrawn by its creator.
    pub retired: bool,
    /// A false key was proven: no sale settles any more.
    pub frozen: bool,
}
