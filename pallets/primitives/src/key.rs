//! Keys, their capsules, the orders that lead to them, and the market in which they change hands.

use crate::{
    card::{CardId, WHOLE_SHARE},
    Balance, BlockNumber,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Sequential number of an order, and of the offer that becomes one.
pub type OrderId = u64;
/// Number of an encryption key of one account, from 0.
pub type KeyIndex = u32;
/// Number of a key of one card, from 1.
pub type Edition = u64;
/// Item number of a key in its creator's collection of pallet-nfts.
pub type ItemId = u128;

/// Most clerks that a creator appoints for one card. Each knows the content before its first sale; and their list is
/// read whole whenever one delivers.
pub const MAX_CLERKS: u32 = 16;
/// Largest commission: a fifth of the price, in parts per million. It is taken before collaborators share, so it is
/// also the most that a creator could pay to himself, through a clerk of his own, past them.
pub const MAX_COMMISSION: u32 = WHOLE_SHARE / 5;
/// Blocks in which an order belongs to one clerk alone, so that the others do not pay fees for a race that they lose.
/// A clerk reveals nothing before the order is final, which is two or three blocks behind; five remain to deliver.
pub const CLERK_TURN: BlockNumber = 8;
/// Furthest that an offer may reach into the future: 30 days of 3-second blocks. Its money is held all that time, and
/// who forgot it gets it back by then.
pub const MAX_OFFER_BLOCKS: BlockNumber = 30 * 28_800;
/// Sales that a card's history tells one by one.
pub const PAST_SALES: u32 = 8;

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

/// What an order buys.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum Sale {
    /// A new key, from the creator.
    Primary,
    /// A key that somebody holds.
    Resale {
        /// Which of the card's keys.
        edition: Edition,
    },
}

/// Whose capsule a clerk opens to deliver.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum ClerkSource {
    /// The one that the creator gave him when he appointed him.
    Appointed,
    /// That of a key that he holds.
    Holder(Edition),
}

/// How far an order has come.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum OrderState {
    /// The money is held; it may be delivered up to and including block `deadline`.
    Waiting {
        /// Last block in which it can be delivered; afterwards anybody may expire it.
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

/// Who committed to a delivery before he revealed it.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct LockView<AccountId> {
    /// Who may deliver it, whatever happens to his clerkship or key meanwhile.
    pub by: AccountId,
    /// Hash of what he will deliver.
    pub commitment: [u8; 32],
}

/// An order as the runtime API gives it; settled and refunded orders are gone from state.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OrderView<AccountId> {
    /// Its number.
    pub id: OrderId,
    /// The card whose key was bought.
    pub card: CardId,
    /// A new key, or which old one.
    pub sale: Sale,
    /// Who held the money.
    pub buyer: AccountId,
    /// Who is to be paid: the creator, or the holder who sells.
    pub seller: AccountId,
    /// How much.
    pub price: Balance,
    /// Which encryption key of the buyer.
    pub key_index: KeyIndex,
    /// That key, as it was when the order was made.
    pub encryption_key: [u8; 32],
    /// Block in which the order was made; a clerk's turn counts from here.
    pub made_at: BlockNumber,
    /// Parts per million of the price for the clerk who delivers, as promised when the order was made.
    pub commission: u32,
    /// The key of the superseded card that claimed this one at a lower price.
    pub claimed_with: Option<Edition>,
    /// What the seller of a resale loses to the buyer if he does not deliver in time.
    pub penalty: Balance,
    /// Who has committed to deliver.
    pub lock: Option<LockView<AccountId>>,
    /// The clerk who delivered, to whom the commission goes.
    pub delivered_by: Option<AccountId>,
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

/// Whose turn it is to deliver a waiting primary order. The creator may at any time.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct TurnView<AccountId> {
    /// The one clerk who may.
    pub clerk: AccountId,
    /// Last block of his turn.
    pub until: BlockNumber,
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
    /// Times that the capsule changed or a newer version was claimed. Proofs and buyers name it.
    pub sequence: u32,
    /// The order about this key that is not settled. Until it is, the key can do nothing else.
    pub order: Option<OrderId>,
    /// The newer version that this key has claimed; it claims no other, whoever holds it.
    pub claimed: Option<CardId>,
    /// For how much it is offered for sale.
    pub listed: Option<Balance>,
}

/// A page of keys.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct KeyPage<AccountId> {
    /// The keys.
    pub keys: Vec<KeyView<AccountId>>,
    /// Where to go on, if there is more.
    pub next: Option<ItemId>,
}

/// A key that its holder offers for sale.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ListingView<AccountId> {
    /// The card that it opens.
    pub card: CardId,
    /// Which of its keys.
    pub edition: Edition,
    /// Its holder.
    pub seller: AccountId,
    /// For how much.
    pub price: Balance,
    /// The key's sequence, which a buyer names. It does not change while the key is listed.
    pub sequence: u32,
    /// The newer version that this key has claimed.
    pub claimed: Option<CardId>,
    /// What the seller loses to a buyer to whom he does not deliver in time.
    pub penalty: Balance,
    /// Block in which it was listed.
    pub listed_at: BlockNumber,
}

/// A page of listings, with the place `After` which to go on.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ListingPage<AccountId, After> {
    /// The listings.
    pub listings: Vec<ListingView<AccountId>>,
    /// Where to go on, if there is more.
    pub next: Option<After>,
}

/// Money that waits for a holder who sells.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OfferView<AccountId> {
    /// Its number, which stays when it becomes an order.
    pub id: OrderId,
    /// The card whose key is wanted.
    pub card: CardId,
    /// The one key that is wanted; `None` is any.
    pub edition: Option<Edition>,
    /// Of the one key that is wanted: the version that it had claimed when the offer was made.
    pub claimed: Option<CardId>,
    /// Whose money is held.
    pub buyer: AccountId,
    /// How much.
    pub price: Balance,
    /// Which encryption key of the buyer.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: [u8; 32],
    /// Last block in which it can be accepted.
    pub until: BlockNumber,
}

/// A page of offers, oldest first.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OfferPage<AccountId> {
    /// The offers.
    pub offers: Vec<OfferView<AccountId>>,
    /// Where to go on, if there is more.
    pub next: Option<OrderId>,
}

/// Who delivers the primary sales of a card besides its creator, and for what.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ClerksView<AccountId> {
    /// Parts per million of the price for whoever delivers.
    pub commission: u32,
    /// Whether any holder of a key may deliver.
    pub any_holder: bool,
    /// Those whom the creator appointed.
    pub accounts: Vec<AccountId>,
}

/// The capsule that a creator gave to a clerk.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ClerkCapsuleView {
    /// The encrypted content point.
    pub capsule: CapsuleBytes,
    /// Which encryption key of the clerk opens it.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: [u8; 32],
}

/// A sale that was paid for.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct PastSale {
    /// Block of settlement.
    pub block: BlockNumber,
    /// What the buyer paid.
    pub price: Balance,
    /// The key.
    pub edition: Edition,
    /// Whether a holder sold it.
    pub resale: bool,
}

/// What keys of a card were sold for. **It proves that fees were burnt, and nothing about demand**: anybody may trade
/// with himself. Free keys are not counted.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Default, Debug,
)]
pub struct PriceHistory {
    /// Settled sales.
    pub sold: u32,
    /// The sum of their prices.
    pub volume: Balance,
    /// The last of them, oldest first.
    pub last: BoundedVec<PastSale, ConstU32<PAST_SALES>>,
}
