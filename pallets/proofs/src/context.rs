//! What a proof is about, beyond its points. **Every field here changes the challenge**: a proof made for
//! one order, price, sequence or submitter is worthless for another.
//!
//! The caller fills a context from chain state and from the signed origin, never from the arguments of
//! the call that carries the proof.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Why a holder encrypts his capsule's content to another key. The equations are the same for all three,
/// so each has its own tag: a proof for one never passes as another.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum TransferUse {
    /// A resale or a gift: the title moves from `from` to `to`.
    Transfer,
    /// A clerk or another holder delivers a primary sale; his own capsule stays.
    Fulfil,
    /// A holder moves his capsule to another of his own keys.
    Rewrap,
}

impl TransferUse {
    pub(crate) fn tag(self) -> &'static [u8] {
        match self {
            Self::Transfer => b"transfer",
            Self::Fulfil => b"fulfil",
            Self::Rewrap => b"rewrap",
        }
    }
}

/// Whose encryption key is registered, where.
#[derive(Clone, Copy)]
pub struct PossessionContext<'a> {
    /// Hash of the chain's block 0.
    pub genesis: &'a [u8; 32],
    /// The account that registers, and signs, the call.
    pub account: &'a [u8; 32],
    /// Which of the account's keys.
    pub index: u32,
}

/// Which card a content commitment is published on.
#[derive(Clone, Copy)]
pub struct CardContext<'a> {
    /// Hash of the chain's block 0.
    pub genesis: &'a [u8; 32],
    /// The account that publishes, and signs, the call.
    pub creator: &'a [u8; 32],
    /// BLAKE3 of the blob.
    pub root: &'a [u8; 32],
    /// Length of the blob in bytes.
    pub blob_len: u64,
    /// The salt of the key commitment.
    pub salt: &'a [u8; 32],
    /// `h_K`, see [`crate::key_commitment`].
    pub key_commitment: &'a [u8; 32],
}

/// Which delivery of which key a new capsule is for.
#[derive(Clone, Copy)]
pub struct DeliveryContext<'a> {
    /// Hash of the chain's block 0.
    pub genesis: &'a [u8; 32],
    /// The card's id.
    pub card: u64,
    /// BLAKE3 of the blob.
    pub root: &'a [u8; 32],
    /// Length of the blob in bytes.
    pub blob_len: u64,
    /// `h_K` of the card.
    pub key_commitment: &'a [u8; 32],
    /// `V` of the card.
    pub content_commitment: &'a crate::EncodedPoint,
    /// Which key of the card: in a gift the one that it makes, in a transfer the one whose capsule is opened. Zero in a
    /// mint that fulfils an order, whatever edition that makes, and for a clerk's capsule, which is of no key.
    pub edition: u64,
    /// The order that is being fulfilled; zero where there is none.
    pub order: u64,
    /// What the order pays, in the chain's smallest unit.
    pub price: u128,
    /// How often the key's capsule changed before; one more at each change, so an old proof never returns.
    pub sequence: u32,
    /// Who gives: the creator, the holder or the clerk.
    pub from: &'a [u8; 32],
    /// Who receives.
    pub to: &'a [u8; 32],
    /// The account that signs the call. A copy sent by anybody else does not verify.
    pub submitter: &'a [u8; 32],
    /// Which of `from`'s encryption keys opens the old capsule; zero for a mint, which has none.
    pub from_key_index: u32,
    /// Which of `to`'s encryption keys the new capsule is for.
    pub to_key_index: u32,
}

/// Which capsule of which key is claimed to open to something that is not the card's content point.
#[derive(Clone, Copy)]
pub struct FalseKeyContext<'a> {
    /// Hash of the chain's block 0.
    pub genesis: &'a [u8; 32],
    /// The card's id.
    pub card: u64,
    /// BLAKE3 of the blob.
    pub root: &'a [u8; 32],
    /// Length of the blob in bytes.
    pub blob_len: u64,
    /// `h_K` of the card.
    pub key_commitment: &'a [u8; 32],
    /// `V` of the card.
    pub content_commitment: &'a crate::EncodedPoint,
    /// Which key of the card.
    pub edition: u64,
    /// The holder, who reports and signs the call.
    pub account: &'a [u8; 32],
    /// Which of the holder's encryption keys opens the capsule.
    pub key_index: u32,
}
