//! Secrets and proofs for tests and benchmarks, the same in every run: all of them come from numbers.
//!
//! The proofs are real. What a test wants to be wrong, it changes in a [`Handover`] before proving.

use crate::{Config, EncryptionKeys, KeyChoice, NextKeyIndex, Orders, Pallet, Tallies};
use hashcard_primitives::{
    blob::ContentRoot,
    card::{CardId, KeyCommitments},
    key::{Edition, KeyIndex, OrderId},
    roles::CardLookup,
    Balance,
};
use hashcard_proofs::{
    prove_false_key, prove_mint, prove_possession, Capsule, ContentSecret, DeliveryContext, EncodedPoint,
    EncryptionSecret, FalseKeyContext, LongProof, PossessionContext, ShortProof,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_runtime::AccountId32;

/// Length of every content here, in bytes of blob: a blob of four chunks.
pub(crate) const BLOB_LEN: u64 = 1 << 20;

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// The secret behind content number `seed`.
pub(crate) fn content(seed: u64) -> ContentSecret {
    ContentSecret::random(&mut rng(seed))
}

/// The root of content number `seed`. Nothing reads the bytes behind it.
pub(crate) fn root(seed: u64) -> ContentRoot {
    let mut root = [0xA5; 32];
    root[..8].copy_from_slice(&seed.to_be_bytes());
    ContentRoot(root)
}

/// What the footer of content number `seed` truthfully says of its key, under this salt.
#[cfg(test)]
pub(crate) fn commitments(seed: u64, salt: &[u8; 32]) -> KeyCommitments {
    let secret = content(seed);
    KeyCommitments {
        content: secret.commitment().0,
        key: secret.point().key_commitment(salt),
    }
}

/// The commitments of content number `seed` with an `h_K` that no key opens to: what a cheat publishes.
pub(crate) fn false_commitments(seed: u64) -> KeyCommitments {
    KeyCommitments {
        content: content(seed).commitment().0,
        key: [0xEE; 32],
    }
}

/// The secret of an account's encryption key.
pub(crate) fn encryption_secret<T: Config>(account: &AccountId32, index: KeyIndex) -> EncryptionSecret {
    EncryptionSecret::derive(&[7; 32], &Pallet::<T>::genesis(), account.as_ref(), index)
}

/// The next encryption key of an account, with its proof of possession.
pub(crate) fn next_key<T: Config>(account: &AccountId32) -> (EncodedPoint, ShortProof) {
    let index = NextKeyIndex::<T>::get(account);
    let secret = encryption_secret::<T>(account, index);
    let genesis = Pallet::<T>::genesis();
    let context = PossessionContext {
        genesis: &genesis,
        account: account.as_ref(),
        index,
    };
    (
        secret.public(),
        prove_possession(&context, &secret, &mut rng(u64::from(index))),
    )
}

/// The next encryption key, to be registered by the purchase.
pub(crate) fn fresh_key<T: Config>(account: &AccountId32) -> KeyChoice {
    let (key, proof) = next_key::<T>(account);
    KeyChoice::Register(key, proof)
}

/// A delivery as its prover sees it: every field that a mint proof binds.
#[derive(Clone)]
pub(crate) struct Handover {
    pub(crate) genesis: [u8; 32],
    pub(crate) card: CardId,
    pub(crate) root: [u8; 32],
    pub(crate) blob_len: u64,
    pub(crate) key_commitment: [u8; 32],
    pub(crate) edition: Edition,
    pub(crate) order: OrderId,
    pub(crate) price: Balance,
    pub(crate) sequence: u32,
    pub(crate) from: AccountId32,
    pub(crate) to: AccountId32,
    pub(crate) submitter: AccountId32,
    pub(crate) to_key_index: KeyIndex,
    pub(crate) encryption_key: EncodedPoint,
}

impl Handover {
    /// The next key of a card as a gift.
    pub(crate) fn gift<T: Config>(card: CardId, to: &AccountId32, to_key_index: KeyIndex) -> Self {
        let row = T::Cards::card(card).expect("fixtures name cards that exist");
        let blob = row.blob.expect("fixtures name cards with a blob");
        let commitments = blob.commitments.expect("fixtures name keyed cards");
        let encryption_key = EncryptionKeys::<T>::get(to, to_key_index)
            .map_or(EncodedPoint([0; 32]), |registered| registered.key);
        Self {
            genesis: Pallet::<T>::genesis(),
            card,
            root: blob.root.0,
            blob_len: blob.len,
            key_commitment: commitments.key,
            edition: Edition::from(Tallies::<T>::get(card).made) + 1,
            order: 0,
            price: 0,
            sequence: 0,
            from: row.creator.clone(),
            to: to.clone(),
            submitter: row.creator,
            to_key_index,
            encryption_key,
        }
    }

    /// What an order waits for.
    pub(crate) fn of_order<T: Config>(id: OrderId) -> Self {
        let order = Orders::<T>::get(id).expect("fixtures name orders that are open");
        Self {
            edition: 0,
            order: id,
            price: order.price,
            encryption_key: order.encryption_key,
            ..Self::gift::<T>(order.card, &order.buyer, order.key_index)
        }
    }

    /// A capsule of `secret`'s content point and its proof.
    pub(crate) fn prove(&self, secret: &ContentSecret) -> (Capsule, LongProof) {
        let context = DeliveryContext {
            genesis: &self.genesis,
            card: self.card,
            root: &self.root,
            blob_len: self.blob_len,
            key_commitment: &self.key_commitment,
            content_commitment: &secret.commitment(),
            edition: self.edition,
            order: self.order,
            price: self.price,
            sequence: self.sequence,
            from: self.from.as_ref(),
            to: self.to.as_ref(),
            submitter: self.submitter.as_ref(),
            from_key_index: 0,
            to_key_index: self.to_key_index,
        };
        prove_mint(&context, secret, &self.encryption_key, &mut rng(self.order))
            .expect("fixtures encrypt to registered keys")
    }
}

/// What a key opens to, with the proof that its holder shows to the chain.
pub(crate) fn report<T: Config>(
    card: CardId,
    edition: Edition,
    reporter: &AccountId32,
) -> (EncodedPoint, ShortProof) {
    let record = crate::Keys::<T>::get(card, edition).expect("fixtures report keys that exist");
    let keyed = Pallet::<T>::keyed_card(card).unwrap_or_else(|_| panic!("fixtures name keyed cards"));
    let context = FalseKeyContext {
        genesis: &Pallet::<T>::genesis(),
        card,
        root: &keyed.root,
        blob_len: keyed.blob_len,
        key_commitment: &keyed.key_commitment,
        content_commitment: &keyed.content_commitment,
        edition,
        account: reporter.as_ref(),
        key_index: record.key_index,
    };
    let secret = encryption_secret::<T>(reporter, record.key_index);
    prove_false_key(&context, &secret, &record.capsule, &mut rng(edition))
        .expect("a capsule on chain is well formed")
}
