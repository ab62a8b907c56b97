//! Deliveries as their provers see them: every field that a proof binds, so that a test can get any of them wrong.
//!
//! What is right is read from the runtime APIs, as a client reads it.

use crate::{content::encryption_secret, GENESIS};
use hashcard_primitives::{
    card::CardId,
    key::{CapsuleBytes, ClerkSource, Edition, KeyIndex, OrderId, Sale},
    Balance,
};
use hashcard_proofs::{
    prove_mint, prove_transfer, Capsule, ContentSecret, DeliveryContext, EncodedPoint, LongProof, TransferUse,
};
use hashcard_runtime::{Cards, Keys};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_runtime::AccountId32;

/// From what a new capsule is made.
#[derive(Clone, Copy)]
pub enum From {
    /// The content secret, which only the creator knows.
    Secret,
    /// The capsule that `from` holds.
    Capsule(TransferUse, Capsule),
}

/// A delivery.
#[derive(Clone)]
pub struct Handover {
    /// From what it is made.
    pub source: From,
    /// Hash of the chain's block 0.
    pub genesis: [u8; 32],
    /// Of which card.
    pub card: CardId,
    /// Its root.
    pub root: [u8; 32],
    /// Its length.
    pub blob_len: u64,
    /// Its h_K.
    pub key_commitment: [u8; 32],
    /// Its V.
    pub content_commitment: EncodedPoint,
    /// Which of its keys; 0 for a clerk's capsule and for a mint that fulfils an order.
    pub edition: Edition,
    /// For which order; 0 for none.
    pub order: OrderId,
    /// At which price.
    pub price: Balance,
    /// How often the key changed before.
    pub sequence: u32,
    /// Who gives.
    pub from: AccountId32,
    /// Who receives.
    pub to: AccountId32,
    /// Who signs the call.
    pub submitter: AccountId32,
    /// Which of the giver's keys opens the old capsule.
    pub from_key_index: KeyIndex,
    /// Which of the receiver's keys the new one is for.
    pub to_key_index: KeyIndex,
    /// That key.
    pub to_key: EncodedPoint,
    /// Seed of the prover's chance: another one makes another capsule of the same content.
    pub chance: u64,
}

impl Handover {
    /// A mint by the creator, which names nothing but the card and the receiver. An unregistered index is taken
    /// as a key that nobody has.
    fn mint(card: CardId, to: &AccountId32, to_key_index: KeyIndex) -> Self {
        let view = Cards::card_view(card).expect("the card exists").card;
        let blob = view.blob.expect("the card is keyed");
        let commitments = blob.commitments.expect("the card is keyed");
        let stranger = encryption_secret(&AccountId32::new([0xFE; 32]), 0).public();
        Self {
            source: From::Secret,
            genesis: GENESIS,
            card,
            root: blob.root.0,
            blob_len: blob.len,
            key_commitment: commitments.key,
            content_commitment: EncodedPoint(commitments.content),
            edition: 0,
            order: 0,
            price: 0,
            sequence: 0,
            from: view.creator.clone(),
            to: to.clone(),
            submitter: view.creator,
            from_key_index: 0,
            to_key_index,
            to_key: Keys::encryption_key(to.clone(), to_key_index).map_or(stranger, EncodedPoint),
            chance: 0,
        }
    }

    /// A new key, given away by the creator.
    pub fn minted_gift(card: CardId, to: &AccountId32, to_key_index: KeyIndex) -> Self {
        let made = Cards::card_view(card).expect("the card exists").keys_made;
        Self {
            edition: Edition::from(made) + 1,
            ..Self::mint(card, to, to_key_index)
        }
    }

    /// A capsule for a clerk.
    pub fn appointment(card: CardId, clerk: &AccountId32, key_index: KeyIndex) -> Self {
        Self::mint(card, clerk, key_index)
    }

    /// What an order waits for: from the creator in a first sale, from the seller in a resale.
    pub fn of_order(id: OrderId) -> Self {
        let order = Keys::order(id).expect("the order is open");
        let delivery = Self {
            order: id,
            price: order.price,
            to_key: EncodedPoint(order.encryption_key),
            ..Self::mint(order.card, &order.buyer, order.key_index)
        };
        match order.sale {
            Sale::Primary => delivery,
            Sale::Resale { edition } => delivery.out_of_key(TransferUse::Transfer, edition),
        }
    }

    /// A first sale delivered by a clerk; `None` when he has no such capsule.
    pub fn of_clerk(id: OrderId, clerk: &AccountId32, source: ClerkSource) -> Option<Self> {
        let delivery = Self::of_order(id);
        match source {
            ClerkSource::Holder(edition) => {
                let key = Keys::key(delivery.card, edition)?;
                (key.holder == *clerk).then(|| delivery.out_of_key(TransferUse::Fulfil, edition))
            }
            ClerkSource::Appointed => {
                let held = Keys::clerk_capsule(delivery.card, clerk.clone())?;
                Some(Self {
                    source: From::Capsule(TransferUse::Fulfil, capsule(held.capsule)),
                    from: clerk.clone(),
                    submitter: clerk.clone(),
                    from_key_index: held.key_index,
                    ..delivery
                })
            }
        }
    }

    /// A key that its holder gives away.
    pub fn gift(card: CardId, edition: Edition, to: &AccountId32, to_key_index: KeyIndex) -> Self {
        Self::mint(card, to, to_key_index).out_of_key(TransferUse::Transfer, edition)
    }

    /// A key that its holder moves to another encryption key of his own.
    pub fn rewrap(card: CardId, edition: Edition, to_key_index: KeyIndex) -> Self {
        let holder = Keys::key(card, edition).expect("the key exists").holder;
        Self::mint(card, &holder, to_key_index).out_of_key(TransferUse::Rewrap, edition)
    }

    fn out_of_key(self, transfer_use: TransferUse, edition: Edition) -> Self {
        let key = Keys::key(self.card, edition).expect("the key exists");
        Self {
            source: From::Capsule(transfer_use, capsule(key.capsule)),
            edition,
            sequence: key.sequence,
            from: key.holder.clone(),
            submitter: key.holder,
            from_key_index: key.key_index,
            ..self
        }
    }

    /// The new capsule and its proof. `secret` is the content's, which only a mint needs.
    pub fn prove(&self, secret: &ContentSecret) -> (Capsule, LongProof) {
        let context = DeliveryContext {
            genesis: &self.genesis,
            card: self.card,
            root: &self.root,
            blob_len: self.blob_len,
            key_commitment: &self.key_commitment,
            content_commitment: &self.content_commitment,
            edition: self.edition,
            order: self.order,
            price: self.price,
            sequence: self.sequence,
            from: self.from.as_ref(),
            to: self.to.as_ref(),
            submitter: self.submitter.as_ref(),
            from_key_index: self.from_key_index,
            to_key_index: self.to_key_index,
        };
        let chance = &mut ChaCha20Rng::seed_from_u64(self.chance);
        match &self.source {
            From::Secret => prove_mint(&context, secret, &self.to_key, chance),
            From::Capsule(transfer_use, old) => {
                let holders = encryption_secret(&self.from, self.from_key_index);
                prove_transfer(*transfer_use, &context, &holders, &self.to_key, old, chance)
            }
        }
        .expect("points on chain are well formed")
    }
}

/// A capsule as the proofs read it.
pub fn capsule(bytes: CapsuleBytes) -> Capsule {
    Capsule {
        r: EncodedPoint(bytes.r),
        c: EncodedPoint(bytes.c),
    }
}
