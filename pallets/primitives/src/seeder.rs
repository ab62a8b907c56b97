//! Seats: who serves which part of a card's blob.

use crate::{card::CardId, coverage::Coverage, Balance, BlockNumber};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Longest peer id: a libp2p identity multihash of an RSA-free key has 38 to 42 bytes.
pub const MAX_PEER_ID: u32 = 64;
/// Longest multiaddress in binary: an address through a relay has about 100 bytes.
pub const MAX_ADDRESS: u32 = 128;
/// Most addresses of a seeder: two families, a few transports, a relay.
pub const MAX_ADDRESSES: u32 = 8;
/// Most seats of a card; the lowest bond is displaced.
pub const MAX_SEATS: u32 = 256;
/// Most deltas of one call.
pub const MAX_DELTAS: u32 = 256;
/// Seats in one answer of the runtime API.
pub const SEATS_PER_PAGE: u32 = 64;

/// A libp2p peer id in binary.
pub type PeerId = BoundedVec<u8, ConstU32<MAX_PEER_ID>>;
/// Multiaddresses in binary.
pub type Addresses = BoundedVec<BoundedVec<u8, ConstU32<MAX_ADDRESS>>, ConstU32<MAX_ADDRESSES>>;

/// One change of a seeder map.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum Delta {
    /// Take a seat.
    Join {
        /// The card.
        card: CardId,
        /// What is held now.
        coverage: Coverage,
        /// Price of a MiB; `None` is the network's default.
        price_per_mib: Option<Balance>,
        /// Held while the seat lasts; ranks seats when a card is full.
        bond: Balance,
    },
    /// Hold more, or less.
    Cover {
        /// The card.
        card: CardId,
        /// What is held now.
        coverage: Coverage,
    },
    /// Give the seat up and get the bond back; not before the seat is a seat's lifetime old, unless its card is
    /// retired.
    Leave {
        /// The card.
        card: CardId,
    },
}

/// The deltas of one call.
pub type Deltas = BoundedVec<Delta, ConstU32<MAX_DELTAS>>;

/// A seat as the runtime API gives it: never an expired one.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SeatView<AccountId> {
    /// Whose.
    pub seeder: AccountId,
    /// Whom to dial.
    pub peer: PeerId,
    /// Where.
    pub addresses: Addresses,
    /// What he says he holds.
    pub coverage: Coverage,
    /// What he asks for a MiB.
    pub price_per_mib: Option<Balance>,
    /// What he bonded.
    pub bond: Balance,
    /// Last block in which the seat counts, unless renewed.
    pub expires_at: BlockNumber,
}

/// A page of seats, highest bond first.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SeatPage<AccountId> {
    /// Live seats.
    pub seats: Vec<SeatView<AccountId>>,
    /// The page after this one, if any.
    pub next: Option<u32>,
}
