//! What storage keeps about seeders and seats.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hashcard_primitives::{
    coverage::Coverage,
    seeder::{Addresses, PeerId, MAX_DELTAS, MAX_SEATS},
    Balance, BlockNumber, BoundedVec, CardId, ConstU32,
};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

/// Whom to dial, and where. Apart from [`Seeder`], so that a heartbeat does not rewrite addresses.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    /// libp2p peer id.
    pub peer: PeerId,
    /// Multiaddresses; none for a seeder that is found through the swarm alone.
    pub addresses: Addresses,
    /// On hold for this row and the [`Seeder`]'s.
    pub deposit: Balance,
}

/// What a heartbeat renews.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Seeder {
    /// Block of the last sign of life. All seats live from it.
    pub last_heartbeat: BlockNumber,
    /// Seats taken.
    pub seats: u32,
}

/// One seeder's seat on one card.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Seat {
    /// What he says he holds.
    pub coverage: Coverage,
    /// What he asks for a MiB; `None` is the network's default.
    pub price_per_mib: Option<Balance>,
    /// On hold as bond; the same as in the card's ranking.
    pub bond: Balance,
    /// Block in which it was taken. A new coverage does not change it.
    pub joined_at: BlockNumber,
    /// Block in which the coverage last changed; that of joining if it never did.
    pub covered_at: BlockNumber,
    /// On hold for the rows.
    pub deposit: Balance,
}

/// What is remembered of a live seat that a higher bond took: its seeder may still prove what he held.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct DisplacedSeat {
    /// What he said he held.
    pub coverage: Coverage,
    /// What was bonded, and went back to him.
    pub bond: Balance,
    /// Block in which the seat was taken.
    pub joined_at: BlockNumber,
    /// Block in which the coverage last changed.
    pub covered_at: BlockNumber,
    /// Block in which the seat was lost.
    pub displaced_at: BlockNumber,
    /// Part of the seat's deposit that stays on hold for this row.
    pub deposit: Balance,
}

/// One line of a card's ranking.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Rank {
    /// What he bonded.
    pub bond: Balance,
    /// Whose seat.
    pub seeder: AccountId32,
}

/// Highest bond first; among equal bonds the older seat first.
pub type Ranking = BoundedVec<Rank, ConstU32<MAX_SEATS>>;

/// Most seats that one `clear` removes.
pub const MAX_CLEARED: u32 = 256;
// An error that names a delta or a card of a `clear` has one byte for it.
const _: () = assert!(MAX_DELTAS <= 256 && MAX_CLEARED <= 256);
/// The cards of a `clear`.
pub type ClearedCards = BoundedVec<CardId, ConstU32<MAX_CLEARED>>;

/// A card number whose bytes sort as its value does, so that a seeder's seats are read in order of cards.
pub type CardKey = [u8; 8];

/// The key of a card.
pub(crate) const fn card_key(card: CardId) -> CardKey {
    card.to_be_bytes()
}

/// The card of a key.
pub(crate) const fn card_of_key(key: CardKey) -> CardId {
    CardId::from_be_bytes(key)
}
