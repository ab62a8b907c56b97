//! Keys and what opens them: pallet Keys. Its market lies in the files beside this one.

use crate::{
    metadata::{
        keys::events::{EncryptionKeyRegistered, KeyMinted},
        runtime_types::{
            hashcard_proofs::{
                point::{Capsule, EncodedPoint},
                proof::{LongProof, ShortProof},
            },
            pallet_keys::rows::KeyChoice,
        },
        tx,
    },
    pages::{at_most, consistent, endless, MAX_PAGES, ROWS_PER_PAGE},
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    key::{item_id, CapsuleBytes, Edition, ItemId, KeyIndex, KeyPage, KeyView},
};

mod clerks;
mod listings;
mod offers;
mod orders;
mod versions;

pub use offers::Bid;

/// Under which encryption key a buyer wants his capsule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuyKey {
    /// One that he registered before.
    Registered(KeyIndex),
    /// A new one, registered by the same call.
    Register {
        /// X = x·G
        key: [u8; 32],
        /// Proof of possession of x.
        proof: [u8; 64],
    },
}

/// A new capsule, and the proof that it holds what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProvenCapsule {
    /// The encrypted content point.
    pub capsule: CapsuleBytes,
    /// Of a mint or a transfer, as the call wants.
    pub proof: [u8; 96],
}

impl ProvenCapsule {
    fn arguments(self) -> (Capsule, LongProof) {
        let capsule = Capsule {
            r: EncodedPoint(self.capsule.r),
            c: EncodedPoint(self.capsule.c),
        };
        (capsule, LongProof(self.proof))
    }
}

impl BuyKey {
    fn argument(self) -> KeyChoice {
        match self {
            BuyKey::Registered(index) => KeyChoice::Registered(index),
            BuyKey::Register { key, proof } => KeyChoice::Register(EncodedPoint(key), ShortProof(proof)),
        }
    }
}

impl ChainAt {
    /// A key: its holder and its capsule.
    pub async fn key(&self, card: CardId, edition: Edition) -> Result<Option<KeyView<Account>>> {
        const METHOD: &str = "KeysApi_key";
        let key: Option<KeyView<Account>> = self
            .chain
            .runtime_call(self.hash, METHOD, (card, edition))
            .await?;
        let is_it = key
            .as_ref()
            .is_none_or(|key| key.card == card && key.edition == edition);
        consistent(METHOD, is_it, "it is another key")?;
        Ok(key)
    }

    /// All keys of an account, in the chain's order.
    pub async fn keys_of(&self, holder: Account) -> Result<Vec<KeyView<Account>>> {
        const METHOD: &str = "KeysApi_keys_of";
        let mut keys: Vec<KeyView<Account>> = Vec::new();
        let mut after: Option<ItemId> = None;
        for _ in 0..MAX_PAGES {
            let page: KeyPage<Account> = self
                .chain
                .runtime_call(self.hash, METHOD, (holder, after, ROWS_PER_PAGE))
                .await?;
            at_most(METHOD, &page.keys, ROWS_PER_PAGE as usize)?;
            let all_his = page.keys.iter().all(|key| key.holder == holder);
            consistent(METHOD, all_his, "a key has another holder")?;
            // Items are not sorted by number, so only standing still can be told from leading on.
            let leads_on = page.next.is_none_or(|next| Some(next) != after);
            consistent(METHOD, leads_on, "a page leads to itself")?;
            let last = page.keys.last().map(|key| item_id(key.card, key.edition));
            consistent(
                METHOD,
                page.next.is_none() || page.next == last || last.is_none(),
                "a page leads elsewhere",
            )?;
            keys.extend(page.keys);
            match page.next {
                None => return Ok(keys),
                next => after = next,
            }
        }
        Err(endless(METHOD))
    }

    /// A registered encryption key.
    pub async fn encryption_key(&self, account: Account, index: KeyIndex) -> Result<Option<[u8; 32]>> {
        self.chain
            .runtime_call(self.hash, "KeysApi_encryption_key", (account, index))
            .await
    }

    /// The index that an account's next encryption key will have.
    pub async fn next_key_index(&self, account: Account) -> Result<KeyIndex> {
        self.chain
            .runtime_call(self.hash, "KeysApi_encryption_keys", (account,))
            .await
    }
}

/// Queries at the finalised head.
impl Chain {
    /// A key: its holder and its capsule.
    pub async fn key(&self, card: CardId, edition: Edition) -> Result<Option<KeyView<Account>>> {
        self.at_finalized().await?.key(card, edition).await
    }

    /// All keys of an account.
    pub async fn keys_of(&self, holder: Account) -> Result<Vec<KeyView<Account>>> {
        self.at_finalized().await?.keys_of(holder).await
    }

    /// A registered encryption key.
    pub async fn encryption_key(&self, account: Account, index: KeyIndex) -> Result<Option<[u8; 32]>> {
        self.at_finalized().await?.encryption_key(account, index).await
    }

    /// The index that an account's next encryption key will have.
    pub async fn next_key_index(&self, account: Account) -> Result<KeyIndex> {
        self.at_finalized().await?.next_key_index(account).await
    }
}

/// Calls.
impl Chain {
    /// Registers an encryption key; `proof` shows possession of its secret.
    pub async fn register_key(
        &self,
        signer: &Signer,
        key: [u8; 32],
        proof: [u8; 64],
        wait: Wait,
    ) -> Result<Included<KeyIndex>> {
        let call = tx().keys().register_key(EncodedPoint(key), ShortProof(proof));
        let done = self.transact(signer, "keys.register_key", call, wait).await?;
        done.with(|registered: EncryptionKeyRegistered| registered.index)
    }

    /// Gives a key of the signer's card away.
    pub async fn mint(
        &self,
        signer: &Signer,
        card: CardId,
        to: Account,
        key_index: KeyIndex,
        proven: ProvenCapsule,
        wait: Wait,
    ) -> Result<Included<Edition>> {
        let (capsule, proof) = proven.arguments();
        let call = tx().keys().mint(card, to.into(), key_index, capsule, proof);
        let done = self.transact(signer, "keys.mint", call, wait).await?;
        done.with(|minted: KeyMinted| minted.edition)
    }

    /// Gives a key that the signer holds away.
    #[allow(clippy::too_many_arguments)]
    pub async fn gift(
        &self,
        signer: &Signer,
        card: CardId,
        edition: Edition,
        to: Account,
        key_index: KeyIndex,
        proven: ProvenCapsule,
        wait: Wait,
    ) -> Result<Included<()>> {
        let (capsule, proof) = proven.arguments();
        let call = tx()
            .keys()
            .gift(card, edition, to.into(), key_index, capsule, proof);
        Ok(self.transact(signer, "keys.gift", call, wait).await?.included())
    }

    /// Moves the capsule of a key that the signer holds to another of his encryption keys.
    pub async fn rewrap(
        &self,
        signer: &Signer,
        card: CardId,
        edition: Edition,
        key_index: KeyIndex,
        proven: ProvenCapsule,
        wait: Wait,
    ) -> Result<Included<()>> {
        let (capsule, proof) = proven.arguments();
        let call = tx().keys().rewrap(card, edition, key_index, capsule, proof);
        Ok(self.transact(signer, "keys.rewrap", call, wait).await?.included())
    }

    /// Takes an encryption key of the signer's back, with its deposit; refused while anything needs it.
    pub async fn remove_key(&self, signer: &Signer, index: KeyIndex, wait: Wait) -> Result<Included<()>> {
        let call = tx().keys().remove_key(index);
        Ok(self
            .transact(signer, "keys.remove_key", call, wait)
            .await?
            .included())
    }

    /// Freezes a card whose key opens to something else than the card commits to. **`opened` becomes public.**
    pub async fn report_false_key(
        &self,
        signer: &Signer,
        card: CardId,
        edition: Edition,
        opened: [u8; 32],
        proof: [u8; 64],
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx()
            .keys()
            .report_false_key(card, edition, EncodedPoint(opened), ShortProof(proof));
        Ok(self
            .transact(signer, "keys.report_false_key", call, wait)
            .await?
            .included())
    }
}
