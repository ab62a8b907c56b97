//! Keys, their capsules, and the orders that lead to them.

use crate::{card::CardId, Balance, BlockNumber};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Sequential number of an order.
pub type OrderId = u64;
/// Number of an encryption key of one account, from 0.
pub type KeyIndex = u32;
/// Number of a key of one card, from 1.
pub type Edition = u64;
/// Item number of a key in its creator's collection of pallet-nfts.
pub type ItemId = u128;

/// The item of an edition: the card in the upper 64 bits, the edition in the lower.
pub const fn item_id(card: CardId, edition: Edition) -> ItemId {
    (card as u128) << 64 | edition as u128
}

/// The card and edition of an item.
pub const fn card_and_edition(item: ItemId) -> (CardId, Edition) {
    ((item >> 64) as u64, item as u64)
}

/// The ElGamal encryption (R, C) = (r·G, K + r·X) of a content point, as encoded points.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct CapsuleBytes {
    /// r·G
    pub r: [u8; 32],
    /// K + r·X
    pub c: [u8; 32],
}

/// How far an order has come.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum OrderState {
    /// The money is held; the seller may fulfil up to and including block `deadline`.
    Waiting {
        /// Last block in which it can be fulfilled; afterwards anybody may expire it.
        deadline: BlockNumber,
    },
    /// The key is delivered; the money is still held, for fraud proofs.
    Delivered {
        /// The key.
        edition: Edition,
        /// First block in which anybody may settle it.
        settles_at: BlockNumber,
    },
}

/// An order as the runtime API gives it; settled and refunded orders are gone from state.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OrderView<AccountId> {
    /// Its number.
    pub id: OrderId,
    /// What was bought.
    pub card: CardId,
    /// Who held the money.
    pub buyer: AccountId,
    /// Who is to be paid.
    pub seller: AccountId,
    /// How much.
    pub price: Balance,
    /// Which encryption key of the buyer.
    pub key_index: KeyIndex,
    /// That key, as it was when the order was made.
    pub encryption_key: [u8; 32],
    /// How far it has come.
    pub state: OrderState,
}

/// A page of orders, oldest first.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OrderPage<AccountId> {
    /// The orders.
    pub orders: Vec<OrderView<AccountId>>,
    /// Where to go on, if there is more.
    pub next: Option<OrderId>,
}

/// A key as the runtime API gives it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct KeyView<AccountId> {
    /// The card that it opens.
    pub card: CardId,
    /// Which of its keys.
    pub edition: Edition,
    /// Who holds it, as pallet-nfts says.
    pub holder: AccountId,
    /// The encrypted content point.
    pub capsule: CapsuleBytes,
    /// Which encryption key of the holder opens the capsule.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: [u8; 32],
    /// Times that the capsule has changed hands.
    pub sequence: u32,
}

/// A page of keys.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct KeyPage<AccountId> {
    /// The keys.
    pub keys: Vec<KeyView<AccountId>>,
    /// Where to go on, if there is more.
    pub next: Option<ItemId>,
}
