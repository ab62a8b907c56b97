//! Keys and orders: pallet Keys.

use crate::{
    metadata::{
        keys::events::{EncryptionKeyRegistered, KeyMinted, OrderFulfilled, OrderPlaced},
        runtime_types::{
            hashcard_proofs::{
                point::{Capsule, EncodedPoint},
                proof::{LongProof, ShortProof},
            },
            pallet_keys::rows::KeyChoice,
        },
        tx,
    },
    pages::{at_most, consistent, endless, MAX_PAGES},
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    key::{
        item_id, CapsuleBytes, Edition, ItemId, KeyIndex, KeyPage, KeyView, OrderId, OrderPage, OrderView,
    },
    Balance,
};

/// Rows of one answer (pallet Keys, `MAX_PAGE`).
const ROWS_PER_PAGE: u32 = 64;

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

    /// An order that is neither settled nor refunded.
    pub async fn order(&self, id: OrderId) -> Result<Option<OrderView<Account>>> {
        const METHOD: &str = "KeysApi_order";
        let order: Option<OrderView<Account>> = self.chain.runtime_call(self.hash, METHOD, (id,)).await?;
        consistent(
            METHOD,
            order.as_ref().is_none_or(|order| order.id == id),
            "it is another order",
        )?;
        Ok(order)
    }

    /// Orders that wait for a seller, or whose money is not settled, oldest first.
    pub async fn orders_of_seller(&self, seller: Account) -> Result<Vec<OrderView<Account>>> {
        self.orders("KeysApi_orders_of_seller", seller, |order| order.seller)
            .await
    }

    /// Orders of a buyer that are neither settled nor refunded, oldest first.
    pub async fn orders_of_buyer(&self, buyer: Account) -> Result<Vec<OrderView<Account>>> {
        self.orders("KeysApi_orders_of_buyer", buyer, |order| order.buyer)
            .await
    }

    async fn orders(
        &self,
        method: &'static str,
        account: Account,
        party: impl Fn(&OrderView<Account>) -> Account,
    ) -> Result<Vec<OrderView<Account>>> {
        let mut orders: Vec<OrderView<Account>> = Vec::new();
        let mut from: OrderId = 0;
        for _ in 0..MAX_PAGES {
            let page: OrderPage<Account> = self
                .chain
                .runtime_call(self.hash, method, (account, from, ROWS_PER_PAGE))
                .await?;
            at_most(method, &page.orders, ROWS_PER_PAGE as usize)?;
            consistent(
                method,
                page.orders.iter().all(|order| party(order) == account),
                "an order of somebody else",
            )?;
            let ids = page.orders.iter().map(|order| order.id);
            let rises = ids.clone().all(|id| id >= from) && ids.is_sorted_by(|a, b| a < b);
            consistent(method, rises, "its orders are not in order")?;
            let last = page.orders.last().map_or(from, |order| order.id);
            orders.extend(page.orders);
            match page.next {
                None => return Ok(orders),
                Some(next) => {
                    consistent(method, next > last, "a page leads back")?;
                    from = next;
                }
            }
        }
        Err(endless(method))
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

    /// An order that is neither settled nor refunded.
    pub async fn order(&self, id: OrderId) -> Result<Option<OrderView<Account>>> {
        self.at_finalized().await?.order(id).await
    }

    /// Orders that wait for a seller, or whose money is not settled, oldest first.
    pub async fn orders_of_seller(&self, seller: Account) -> Result<Vec<OrderView<Account>>> {
        self.at_finalized().await?.orders_of_seller(seller).await
    }

    /// Orders of a buyer that are neither settled nor refunded, oldest first.
    pub async fn orders_of_buyer(&self, buyer: Account) -> Result<Vec<OrderView<Account>>> {
        self.at_finalized().await?.orders_of_buyer(buyer).await
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
    #[allow(clippy::too_many_arguments)]
    pub async fn mint(
        &self,
        signer: &Signer,
        card: CardId,
        to: Account,
        key_index: KeyIndex,
        capsule: CapsuleBytes,
        proof: [u8; 96],
        wait: Wait,
    ) -> Result<Included<Edition>> {
        let call = tx()
            .keys()
            .mint(card, to.into(), key_index, argument(capsule), LongProof(proof));
        let done = self.transact(signer, "keys.mint", call, wait).await?;
        done.with(|minted: KeyMinted| minted.edition)
    }

    /// Holds `price` for a key, on the terms of version `terms_version`; refused if either has changed.
    pub async fn buy(
        &self,
        signer: &Signer,
        card: CardId,
        price: Balance,
        terms_version: u32,
        key: BuyKey,
        wait: Wait,
    ) -> Result<Included<OrderId>> {
        let key = match key {
            BuyKey::Registered(index) => KeyChoice::Registered(index),
            BuyKey::Register { key, proof } => KeyChoice::Register(EncodedPoint(key), ShortProof(proof)),
        };
        let call = tx().keys().buy(card, price, terms_version, key);
        let done = self.transact(signer, "keys.buy", call, wait).await?;
        done.with(|placed: OrderPlaced| placed.order)
    }

    /// Delivers the key of an order.
    pub async fn fulfil(
        &self,
        signer: &Signer,
        order: OrderId,
        capsule: CapsuleBytes,
        proof: [u8; 96],
        wait: Wait,
    ) -> Result<Included<Edition>> {
        let call = tx().keys().fulfil(order, argument(capsule), LongProof(proof));
        let done = self.transact(signer, "keys.fulfil", call, wait).await?;
        done.with(|fulfilled: OrderFulfilled| fulfilled.edition)
    }

    /// Refunds an order that nobody fulfilled in time, or whose card is frozen. Anybody may.
    pub async fn expire(&self, signer: &Signer, order: OrderId, wait: Wait) -> Result<Included<()>> {
        let call = tx().keys().expire(order);
        Ok(self.transact(signer, "keys.expire", call, wait).await?.included())
    }

    /// Pays the seller of a delivered order once the settlement window is over. Anybody may.
    pub async fn settle(&self, signer: &Signer, order: OrderId, wait: Wait) -> Result<Included<()>> {
        let call = tx().keys().settle(order);
        Ok(self.transact(signer, "keys.settle", call, wait).await?.included())
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

fn argument(capsule: CapsuleBytes) -> Capsule {
    Capsule {
        r: EncodedPoint(capsule.r),
        c: EncodedPoint(capsule.c),
    }
}
