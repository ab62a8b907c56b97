//! Secrets and proofs for tests and benchmarks, the same in every run: all of them come from numbers.
//!
//! The proofs are real. What a test wants to be wrong, it changes in a [`Handover`] before proving.

use crate::{ClerkCapsules, Config, EncryptionKeys, KeyChoice, Keys, Orders, Pallet, Tallies};
use hashcard_primitives::{
    blob::ContentRoot,
    card::{CardId, KeyCommitments},
    key::{item_id, ClerkSource, Edition, KeyIndex, OrderId, Sale},
    roles::{CardLookup, KeyItems},
    Balance,
};
use hashcard_proofs::{
    prove_false_key, prove_mint, prove_possession, prove_transfer, Capsule, ContentSecret, DeliveryContext,
    EncodedPoint, EncryptionSecret, FalseKeyContext, LongProof, PossessionContext, ShortProof, TransferUse,
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
    let index = Pallet::<T>::encryption_keys(account.clone());
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

/// A delivery as its prover sees it: every field that its proof binds.
#[derive(Clone)]
pub(crate) struct Handover {
    /// The chain whose secrets the prover has. A lie about `genesis` does not change them.
    pub(crate) chain: [u8; 32],
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
    pub(crate) from_key_index: KeyIndex,
    pub(crate) to_key_index: KeyIndex,
    pub(crate) encryption_key: EncodedPoint,
    /// What the prover opens, and whose key that takes; a mint opens nothing.
    pub(crate) opens: Option<Opens>,
}

/// The old capsule of a transfer.
#[derive(Clone)]
pub(crate) struct Opens {
    pub(crate) transfer_use: TransferUse,
    pub(crate) capsule: Capsule,
    pub(crate) by: (AccountId32, KeyIndex),
}

impl Handover {
    /// The next key of a card as a gift of its creator.
    pub(crate) fn gift<T: Config>(card: CardId, to: &AccountId32, to_key_index: KeyIndex) -> Self {
        let row = T::Cards::card(card).expect("fixtures name cards that exist");
        let blob = row.blob.expect("fixtures name cards with a blob");
        let commitments = blob.commitments.expect("fixtures name keyed cards");
        let encryption_key = EncryptionKeys::<T>::get(to, to_key_index)
            .map_or(EncodedPoint([0; 32]), |registered| registered.key);
        Self {
            chain: Pallet::<T>::genesis(),
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
            from_key_index: 0,
            to_key_index,
            encryption_key,
            opens: None,
        }
    }

    /// A clerk's capsule.
    pub(crate) fn appointment<T: Config>(card: CardId, clerk: &AccountId32, key_index: KeyIndex) -> Self {
        Self {
            edition: 0,
            ..Self::gift::<T>(card, clerk, key_index)
        }
    }

    /// A key that its holder gives to another, or, to himself, under another encryption key.
    pub(crate) fn given<T: Config>(
        card: CardId,
        edition: Edition,
        to: &AccountId32,
        to_key_index: KeyIndex,
    ) -> Self {
        let mut handover = Self::gift::<T>(card, to, to_key_index);
        let holder =
            T::Items::owner(&handover.from, item_id(card, edition)).expect("fixtures name keys that exist");
        let transfer_use = if holder == *to {
            TransferUse::Rewrap
        } else {
            TransferUse::Transfer
        };
        handover.open_key::<T>(edition, &holder, transfer_use);
        handover
    }

    /// What an order waits for, from its seller.
    pub(crate) fn of_order<T: Config>(id: OrderId) -> Self {
        let order = Orders::<T>::get(id).expect("fixtures name orders that are open");
        let mut handover = Self {
            edition: 0,
            order: id,
            price: order.price,
            encryption_key: order.encryption_key,
            ..Self::gift::<T>(order.card, &order.buyer, order.key_index)
        };
        if let Sale::Resale { edition } = order.sale {
            handover.open_key::<T>(edition, &order.seller, TransferUse::Transfer);
        }
        handover
    }

    /// What an order waits for, from a clerk.
    pub(crate) fn by_clerk<T: Config>(id: OrderId, clerk: &AccountId32, source: ClerkSource) -> Self {
        let mut handover = Self::of_order::<T>(id);
        match source {
            ClerkSource::Holder(edition) => handover.open_key::<T>(edition, clerk, TransferUse::Fulfil),
            ClerkSource::Appointed => {
                let row = ClerkCapsules::<T>::get(handover.card, clerk)
                    .expect("fixtures name clerks that are appointed");
                handover.open(clerk, row.capsule, row.key_index, TransferUse::Fulfil);
            }
        }
        handover
    }

    fn open_key<T: Config>(&mut self, edition: Edition, by: &AccountId32, transfer_use: TransferUse) {
        let record = Keys::<T>::get(self.card, edition).expect("fixtures name keys that exist");
        self.edition = edition;
        self.sequence = record.sequence;
        self.open(by, record.capsule, record.key_index, transfer_use);
    }

    fn open(&mut self, by: &AccountId32, capsule: Capsule, key_index: KeyIndex, transfer_use: TransferUse) {
        (self.from, self.submitter) = (by.clone(), by.clone());
        self.from_key_index = key_index;
        self.opens = Some(Opens {
            transfer_use,
            capsule,
            by: (by.clone(), key_index),
        });
    }

    /// A capsule and its proof: of `secret`'s content point, or of what the old capsule holds.
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
            from_key_index: self.from_key_index,
            to_key_index: self.to_key_index,
        };
        let mut rng = rng(self.order);
        match &self.opens {
            None => prove_mint(&context, secret, &self.encryption_key, &mut rng),
            Some(opens) => {
                let (account, index) = &opens.by;
                let opener = EncryptionSecret::derive(&[7; 32], &self.chain, account.as_ref(), *index);
                prove_transfer(
                    opens.transfer_use,
                    &context,
                    &opener,
                    &self.encryption_key,
                    &opens.capsule,
                    &mut rng,
                )
            }
        }
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
