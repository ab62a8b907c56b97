//! Capsules and their proofs, for every way in which a key passes on (docs/spec/keys.md, the table of deliveries).
//!
//! **Nothing is passed on that was not opened and compared with the card first**: the proof of a transfer shows only that
//! the new capsule holds what the old one holds, and a false key that is sold on is somebody's money.
//!
//! A locked delivery must be made again, byte for byte, whatever happens between lock and delivery, so its randomness
//! follows from the wallet's words ([`Wallet::lock_entropy`]) and nothing has to be kept on disk.

use hashcard_chain::{Account, ProvenCapsule};
use hashcard_primitives::card::CardView;
use hashcard_primitives::key::{CapsuleBytes, Edition, KeyIndex, KeyView, OrderView};
use hashcard_primitives::Balance;
use hashcard_proofs::{
    lock_commitment, prove_mint, prove_transfer, Capsule, ContentSecret, DeliveryContext, EncodedPoint,
    EncryptionSecret, LongProof, ProofError, TransferUse,
};
use rand::rngs::OsRng;
use rand::{CryptoRng, RngCore};

use crate::capsule::{self, sealed_with, Held, Inside};
use crate::engine::Actor;
use crate::error::{Code, EngineError};
use crate::wallet::Wallet;

/// Makes capsules of one card for one account.
pub struct Maker<'a> {
    /// Has the secrets.
    pub wallet: &'a Wallet,
    /// Which chain.
    pub genesis: [u8; 32],
    /// Who delivers and signs.
    pub actor: &'a Actor,
    /// Of which card.
    pub card: &'a CardView<Account>,
}

/// For whom a capsule is made.
#[derive(Clone, Copy)]
pub struct Receiver {
    /// Who.
    pub account: Account,
    /// Which of his encryption keys.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: [u8; 32],
}

impl Receiver {
    /// The buyer of an order, under the key that was fixed when it was made.
    pub fn of_order(order: &OrderView<Account>) -> Self {
        Self {
            account: order.buyer,
            key_index: order.key_index,
            encryption_key: order.encryption_key,
        }
    }
}

/// Why a capsule is made, as the proof names it.
#[derive(Clone, Copy)]
struct Occasion {
    edition: Edition,
    order: u64,
    price: Balance,
    sequence: u32,
    from_key_index: KeyIndex,
}

impl Maker<'_> {
    /// The creator's answer to an order.
    pub fn first_sale(
        &self,
        order: &OrderView<Account>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<ProvenCapsule, EngineError> {
        let occasion = Occasion {
            // The order keeps the proof from serving twice; which edition it makes depends on what the chain takes first.
            edition: 0,
            order: order.id,
            price: order.price,
            sequence: 0,
            from_key_index: 0,
        };
        self.mint(occasion, Receiver::of_order(order), rng)
    }

    /// What a clerk of this card's creator needs.
    pub fn appointment(&self, clerk: Receiver) -> Result<ProvenCapsule, EngineError> {
        let occasion = Occasion {
            edition: 0,
            order: 0,
            price: 0,
            sequence: 0,
            from_key_index: 0,
        };
        self.mint(occasion, clerk, &mut OsRng)
    }

    /// A seller's answer to an order for his key.
    pub fn resale(
        &self,
        key: &KeyView<Account>,
        order: &OrderView<Account>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<ProvenCapsule, EngineError> {
        let occasion = Occasion {
            edition: key.edition,
            order: order.id,
            price: order.price,
            sequence: key.sequence,
            from_key_index: key.key_index,
        };
        let receiver = Receiver::of_order(order);
        self.transfer(TransferUse::Transfer, &Held::key(key), occasion, receiver, rng)
    }

    /// The answer of a clerk whom the creator appointed.
    pub fn first_sale_as_clerk(
        &self,
        held: &Held,
        order: &OrderView<Account>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<ProvenCapsule, EngineError> {
        let occasion = Occasion {
            edition: 0,
            order: order.id,
            price: order.price,
            sequence: 0,
            from_key_index: held.key_index,
        };
        self.transfer(
            TransferUse::Fulfil,
            held,
            occasion,
            Receiver::of_order(order),
            rng,
        )
    }

    /// The answer of a holder whom the card's terms let deliver.
    pub fn first_sale_as_holder(
        &self,
        key: &KeyView<Account>,
        order: &OrderView<Account>,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<ProvenCapsule, EngineError> {
        let occasion = Occasion {
            edition: key.edition,
            order: order.id,
            price: order.price,
            sequence: key.sequence,
            from_key_index: key.key_index,
        };
        let receiver = Receiver::of_order(order);
        self.transfer(TransferUse::Fulfil, &Held::key(key), occasion, receiver, rng)
    }

    /// A key for somebody else, without money.
    pub fn gift(&self, key: &KeyView<Account>, receiver: Receiver) -> Result<ProvenCapsule, EngineError> {
        self.without_order(TransferUse::Transfer, key, receiver)
    }

    /// A key for another encryption key of the same holder.
    pub fn rewrap(&self, key: &KeyView<Account>, receiver: Receiver) -> Result<ProvenCapsule, EngineError> {
        self.without_order(TransferUse::Rewrap, key, receiver)
    }

    /// What is published before a delivery, so that nobody can keep it out until the order is over.
    pub fn commitment(&self, order: u64, proven: &ProvenCapsule) -> [u8; 32] {
        let capsule = Capsule {
            r: EncodedPoint(proven.capsule.r),
            c: EncodedPoint(proven.capsule.c),
        };
        lock_commitment(order, &self.actor.account, &capsule, &LongProof(proven.proof))
    }

    /// The secret of the card, if this account sealed it with this wallet.
    pub fn content_secret(&self) -> Result<ContentSecret, EngineError> {
        let (salt, commitments) = sealed_with(self.card)?;
        let secret = self
            .wallet
            .content_secret(&self.genesis, &self.actor.account, &salt);
        if secret.commitment().0 != commitments.content {
            return Err(EngineError::new(
                Code::Wallet,
                format!(
                    "this wallet did not seal card {}, so it cannot make keys of it",
                    self.card.id
                ),
                "use the wallet and the account that published it",
            ));
        }
        Ok(secret)
    }

    fn mint(
        &self,
        occasion: Occasion,
        receiver: Receiver,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<ProvenCapsule, EngineError> {
        let secret = self.content_secret()?;
        let key = EncodedPoint(receiver.encryption_key);
        self.proven(occasion, receiver, |context| {
            prove_mint(context, &secret, &key, rng)
        })
    }

    fn without_order(
        &self,
        transfer_use: TransferUse,
        key: &KeyView<Account>,
        receiver: Receiver,
    ) -> Result<ProvenCapsule, EngineError> {
        let occasion = Occasion {
            edition: key.edition,
            order: 0,
            price: 0,
            sequence: key.sequence,
            from_key_index: key.key_index,
        };
        self.transfer(transfer_use, &Held::key(key), occasion, receiver, &mut OsRng)
    }

    fn transfer(
        &self,
        transfer_use: TransferUse,
        held: &Held,
        occasion: Occasion,
        receiver: Receiver,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<ProvenCapsule, EngineError> {
        if let Inside::False = held.open(self.wallet, &self.genesis, self.actor, self.card)? {
            return Err(capsule::false_key(self.card.id, occasion.edition));
        }
        let secret: EncryptionSecret = held.secret(self.wallet, &self.genesis, self.actor)?;
        let key = EncodedPoint(receiver.encryption_key);
        self.proven(occasion, receiver, |context| {
            prove_transfer(transfer_use, context, &secret, &key, &held.capsule, rng)
        })
    }

    fn proven(
        &self,
        occasion: Occasion,
        receiver: Receiver,
        prove: impl FnOnce(&DeliveryContext) -> Result<(Capsule, LongProof), ProofError>,
    ) -> Result<ProvenCapsule, EngineError> {
        let (_, commitments) = sealed_with(self.card)?;
        let blob = self.card.card.blob.as_ref();
        let (root, blob_len) = blob.map_or(([0; 32], 0), |blob| (blob.root.0, blob.len));
        let content_commitment = EncodedPoint(commitments.content);
        let context = DeliveryContext {
            genesis: &self.genesis,
            card: self.card.id,
            root: &root,
            blob_len,
            key_commitment: &commitments.key,
            content_commitment: &content_commitment,
            edition: occasion.edition,
            order: occasion.order,
            price: occasion.price,
            sequence: occasion.sequence,
            from: &self.actor.account,
            to: &receiver.account,
            submitter: &self.actor.account,
            from_key_index: occasion.from_key_index,
            to_key_index: receiver.key_index,
        };
        let (capsule, proof) = prove(&context).map_err(|error| {
            EngineError::new(
                Code::HostileAnswer,
                format!("no capsule of card {} can be made for {error}", self.card.id),
                "name another node: --node URL",
            )
        })?;
        Ok(ProvenCapsule {
            capsule: CapsuleBytes {
                r: capsule.r.0,
                c: capsule.c.0,
            },
            proof: proof.0,
        })
    }
}

#[cfg(test)]
mod tests;
