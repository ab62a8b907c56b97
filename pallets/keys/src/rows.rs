//! What the pallet stores. Each row carries the deposit that was taken for it, so that a runtime which changes
//! the amount gives back neither more nor less than it took.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hashcard_primitives::{
    card::CardId,
    key::{card_and_edition, item_id, ClerkSource, Edition, ItemId, KeyIndex, OrderId, OrderState, Sale},
    Balance, BlockNumber,
};
use hashcard_proofs::{Capsule, EncodedPoint, ShortProof};
use scale_info::TypeInfo;
use sp_runtime::AccountId32;

/// A registered encryption key.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct EncryptionKey {
    /// X = x·G
    pub key: EncodedPoint,
    /// Held on its account.
    pub deposit: Balance,
    /// Rows that name it: capsules of keys and of clerks, orders and offers. Until they are gone it stays.
    pub uses: u32,
}

/// The encryption keys of one account, counted. The row stays when the last of them goes, as an account's nonce
/// does, so that no index comes twice.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct KeyNumbers {
    /// The index that the next one will have.
    pub next: KeyIndex,
    /// How many are registered.
    pub live: u32,
}

/// An order that is neither settled nor refunded.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The card whose key was bought.
    pub card: CardId,
    /// A new key, or which old one.
    pub sale: Sale,
    /// Whose money is held.
    pub buyer: AccountId32,
    /// Who is paid: the creator of the card, or the holder who sells.
    pub seller: AccountId32,
    /// Held on the buyer's account until the order ends.
    pub price: Balance,
    /// Held on the buyer's account. Once the key is delivered, its row carries the deposit.
    pub deposit: Balance,
    /// Which encryption key of the buyer.
    pub key_index: KeyIndex,
    /// That key when the order was made: whoever delivers must encrypt to it whatever happens meanwhile.
    pub encryption_key: EncodedPoint,
    /// Block in which the order was made; a clerk's turn counts from here.
    pub made_at: BlockNumber,
    /// Parts per million of the price for a clerk who delivers, as promised when the order was made. 0 in a resale.
    pub commission: u32,
    /// The key of the superseded card with which this order claims the newer version.
    pub claimed_with: Option<Edition>,
    /// Held on the seller's account while a resale waits; the buyer's if it is not delivered in time.
    pub penalty: Balance,
    /// Who has committed to a delivery.
    pub lock: Option<Lock>,
    /// The clerk who delivered, to whom the commission goes.
    pub delivered_by: Option<AccountId32>,
    /// How far it has come.
    pub state: OrderState,
}

impl Order {
    /// The key of the card that this order is about, which it engages: the one that it resells, or the one that it
    /// brought. A primary order that waits is about none.
    pub fn engages(&self) -> Option<Edition> {
        match (self.sale, self.state) {
            (Sale::Resale { edition }, _) | (Sale::Primary, OrderState::Delivered { edition, .. }) => {
                Some(edition)
            }
            (Sale::Primary, OrderState::Waiting { .. }) => None,
        }
    }
}

/// A commitment to a delivery that nobody has seen yet.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Lock {
    /// Who committed. Only he may be the one who must match it.
    pub by: AccountId32,
    /// [`hashcard_proofs::lock_commitment`] of what he will deliver.
    pub commitment: [u8; 32],
    /// A clerk's capsule as it was: he may deliver from it even when he is dismissed or his key is sold.
    pub source: Option<SourceCapsule>,
    /// Held on his account for the bytes of this lock.
    pub deposit: Balance,
    /// Held on his account; the buyer's if the order is not delivered in time.
    pub penalty: Balance,
}

/// The capsule that a clerk opens to deliver, with what a proof about it names.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct SourceCapsule {
    /// Of the holder's key; 0 for an appointed clerk.
    pub edition: Edition,
    /// Of the holder's key; 0 for an appointed clerk.
    pub sequence: u32,
    /// The content point under the clerk's encryption key.
    pub capsule: Capsule,
    /// Which encryption key of his opens it.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: EncodedPoint,
}

impl SourceCapsule {
    /// Whether it is the one that the clerk says he opens. Editions begin at 1.
    pub fn is(&self, source: ClerkSource) -> bool {
        match source {
            ClerkSource::Appointed => self.edition == 0,
            ClerkSource::Holder(edition) => edition != 0 && self.edition == edition,
        }
    }
}

/// A key. Who owns it, only the items say.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct KeyRecord {
    /// The content point under the holder's encryption key.
    pub capsule: Capsule,
    /// Which encryption key of the holder opens the capsule.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: EncodedPoint,
    /// Times that the capsule changed or a newer version was claimed. Proofs name it, so that none serves twice;
    /// buyers name it, so that a key which lost its claim is not the one they saw.
    pub sequence: u32,
    /// On whose account the deposit is held: the buyer's, or the creator's if he gave the key away.
    pub depositor: AccountId32,
    /// How much.
    pub deposit: Balance,
    /// The order about this key that is neither settled nor refunded. While there is one the key is *engaged*: it
    /// cannot be listed, sold, given, rewrapped, claimed with, delivered from or discarded.
    pub order: Option<OrderId>,
    /// The newer version that this key has claimed. Goes with it to the next holder.
    pub claimed: Option<CardId>,
}

/// A key that its holder offers for sale.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Its holder.
    pub seller: AccountId32,
    /// For how much.
    pub price: Balance,
    /// Held on the seller's account for this row and its index.
    pub deposit: Balance,
    /// Held on the seller's account. The order that buys the key takes it over.
    pub penalty: Balance,
    /// Block in which it was listed.
    pub listed_at: BlockNumber,
}

/// Money that waits for a holder who sells. Never changes, so a seller gets what he saw.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// The card whose key is wanted.
    pub card: CardId,
    /// The one key that is wanted; `None` is any, whatever it has claimed.
    pub edition: Option<Edition>,
    /// Of the one key that is wanted: what it had claimed when the offer was made. If it claims afterwards, it is
    /// not the key any more that the buyer saw.
    pub claimed: Option<CardId>,
    /// Whose money is held.
    pub buyer: AccountId32,
    /// Held on the buyer's account.
    pub price: Balance,
    /// Held on the buyer's account.
    pub deposit: Balance,
    /// Which encryption key of the buyer.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: EncodedPoint,
    /// Last block in which it can be accepted.
    pub until: BlockNumber,
}

/// The capsule that a creator gave to a clerk. It is no key: it cannot be sold, and ends with the clerkship.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ClerkCapsule {
    /// The content point under the clerk's encryption key.
    pub capsule: Capsule,
    /// Which encryption key of the clerk opens it.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: EncodedPoint,
    /// Held on the creator's account.
    pub deposit: Balance,
}

/// What a creator promises to those who deliver for him. A card without this row promises nothing.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ClerkTerms {
    /// Parts per million of the price.
    pub commission: u32,
    /// Whether any holder of a key may deliver.
    pub any_holder: bool,
    /// Held on the creator's account.
    pub deposit: Balance,
}

/// What holders of the superseded card save on a key of the newer one.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Upgrade {
    /// Parts per million of the price, more than 0.
    pub discount: u32,
    /// Held on the creator's account.
    pub deposit: Balance,
}

/// Keys and orders of one card.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct Tally {
    /// Keys ever made. Never falls, so that no edition number comes twice.
    pub made: u32,
    /// Keys that exist: those made, less the false ones that were destroyed by refund or by their holders.
    pub live: u32,
    /// Primary orders that wait for delivery. Each takes an edition from later buyers.
    pub waiting: u32,
    /// Those of them that are locked. Each has an edition that even its creator cannot take away.
    pub locked: u32,
}

/// Under which encryption key a buyer wants his capsule.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum KeyChoice {
    /// One that he registered before.
    Registered(KeyIndex),
    /// A new one, with its proof of possession; registered by the same call.
    Register(EncodedPoint, ShortProof),
}

/// A number of an order, offer or card as the trie sorts it: big-endian, so that iteration under `Identity` is oldest first. SCALE
/// writes integers little-endian, and would sort 256 before 1.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct InOrder([u8; 8]);

impl From<OrderId> for InOrder {
    fn from(id: OrderId) -> Self {
        Self(id.to_be_bytes())
    }
}

impl From<InOrder> for OrderId {
    fn from(id: InOrder) -> Self {
        OrderId::from_be_bytes(id.0)
    }
}

/// An item number as the trie sorts it, likewise: by card, then by edition.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ItemInOrder([u8; 16]);

impl ItemInOrder {
    /// The place of a key.
    pub fn of(card: CardId, edition: Edition) -> Self {
        Self::from(item_id(card, edition))
    }

    /// The key at this place.
    pub fn card_and_edition(self) -> (CardId, Edition) {
        card_and_edition(ItemId::from_be_bytes(self.0))
    }
}

impl From<ItemId> for ItemInOrder {
    fn from(item: ItemId) -> Self {
        Self(item.to_be_bytes())
    }
}
