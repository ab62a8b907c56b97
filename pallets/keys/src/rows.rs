//! What the pallet stores. Each row carries the deposit that was taken for it, so that a runtime which changes
//! the amount gives back neither more nor less than it took.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hashcard_primitives::{
    card::CardId,
    key::{KeyIndex, OrderId, OrderState},
    Balance,
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
}

/// An order that is neither settled nor refunded.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// What was bought.
    pub card: CardId,
    /// Whose money is held.
    pub buyer: AccountId32,
    /// Who delivers and is paid: the creator of the card.
    pub seller: AccountId32,
    /// Held on the buyer's account until the order ends.
    pub price: Balance,
    /// Held on the buyer's account. Once the key is delivered, its row carries the deposit.
    pub deposit: Balance,
    /// Which encryption key of the buyer.
    pub key_index: KeyIndex,
    /// That key when the order was made: the seller must encrypt to it whatever happens meanwhile.
    pub encryption_key: EncodedPoint,
    /// How far it has come.
    pub state: OrderState,
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
    /// Times that the capsule has changed; proofs name it, so that none serves twice.
    pub sequence: u32,
    /// On whose account the deposit is held: the buyer's, or the creator's if he gave the key away.
    pub depositor: AccountId32,
    /// How much.
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
    /// Orders that wait for delivery. Each has an edition kept free for it.
    pub waiting: u32,
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

/// An order number as the trie sorts it: big-endian, so that iteration under `Identity` is oldest first. SCALE
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
