//! What calls carry and storage keeps, beyond the vocabulary that the client shares.

use alloc::boxed::Box;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
pub use hashcard_primitives::card::{Source, Sources, MAX_SOURCE, MAX_SOURCES};
use hashcard_primitives::{
    blob::{ContentRoot, FOOTER_LEN, LEAF_LEN},
    card::MAX_TAGS,
    feed::Cursor,
    leaf::LeafPath,
    Balance, BoundedVec, ConstU32,
};
use hashcard_proofs::ShortProof;
use scale_info::TypeInfo;

/// Most feeds that list one card: its creator's, all, its kind, and one for each tag.
pub const MAX_FEEDS: u32 = MAX_TAGS + 3;

const _: () = assert!(FOOTER_LEN <= LEAF_LEN, "a footer fits into the last leaf");

/// The row of a card in each of its feeds, in the order of `feeds_of`.
pub type Positions = BoundedVec<Cursor, ConstU32<MAX_FEEDS>>;

/// What is published.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// The preview; no blob.
    Inline,
    /// A blob, whose footer says whether it is plain or sealed.
    Blob(Box<BlobProof>),
}

/// Shows that a blob is the caller's to publish.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct BlobProof {
    /// BLAKE3 of the blob.
    pub root: ContentRoot,
    /// Its last BLAKE3 leaf: the footer.
    pub last_leaf: BoundedVec<u8, ConstU32<{ LEAF_LEN as u32 }>>,
    /// Siblings from that leaf upward.
    pub path: LeafPath,
    /// Proof of knowledge of the content secret. Present exactly when the blob is sealed.
    pub card_proof: Option<ShortProof>,
}

/// What a creator has on hold for one card, in three parts that return at different times.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct Deposit {
    /// For the card's own row, and its root's. Returns when that row goes.
    pub card: Balance,
    /// For terms, preview, feed rows and the link from the older version. Returns at `retire`.
    pub listing: Balance,
    /// For sources. Follows them; returns at `retire`.
    pub sources: Balance,
}

impl Deposit {
    /// All parts together.
    pub fn total(&self) -> Balance {
        self.card
            .saturating_add(self.listing)
            .saturating_add(self.sources)
    }
}

/// How long a feed is.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct FeedHead {
    /// Rows ever listed, tombstones too: the position of the next one.
    pub rows: Cursor,
    /// Rows that are not tombstones. The head goes when none is left, and the feed begins again at row 0.
    pub live: Cursor,
}

/// Why somebody reports a card.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum ReportReason {
    /// Unwanted advertising, or the same thing many times.
    Spam,
    /// A program that harms its user.
    Malware,
    /// Not what title and preview say.
    Misleading,
    /// Somebody else's work.
    NotTheirs,
    /// Against the law where the reporter lives.
    Unlawful,
}

/// A report.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Report {
    /// Why.
    pub reason: ReportReason,
    /// On hold from the reporter until he withdraws it.
    pub deposit: Balance,
}
