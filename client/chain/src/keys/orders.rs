//! Orders, from escrow to settlement, and what settled ones leave behind.

use crate::{
    keys::{BuyKey, ProvenCapsule},
    metadata::{
        keys::events::{OrderFulfilled, OrderPlaced},
        runtime_types::hashcard_primitives::key::ClerkSource as SourceArgument,
        tx,
    },
    pages::{consistent, endless, Numbered, MAX_PAGES},
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    key::{ClerkSource, Edition, OrderId, OrderPage, OrderState, OrderView, PriceHistory, Sale, TurnView},
    Balance,
};

impl ChainAt {
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

    /// A page of the first sales of a card that wait for delivery, oldest first.
    pub async fn orders_of_card(&self, card: CardId, from: OrderId) -> Result<OrderPage<Account>> {
        let belongs = |order: &OrderView<Account>| {
            order.card == card
                && order.sale == Sale::Primary
                && matches!(order.state, OrderState::Waiting { .. })
        };
        let page = self
            .numbered_page(
                "KeysApi_orders_of_card",
                (card,),
                from,
                opened,
                |order| order.id,
                (belongs, "an order that is no work for a clerk of this card"),
            )
            .await?;
        Ok(OrderPage {
            orders: page.rows,
            next: page.next,
        })
    }

    /// The clerk who alone may deliver a waiting order now.
    pub async fn turn(&self, order: OrderId) -> Result<Option<TurnView<Account>>> {
        self.chain.runtime_call(self.hash, "KeysApi_turn", (order,)).await
    }

    /// What keys of a card were sold for; `None` before the first sale.
    pub async fn price_history(&self, card: CardId) -> Result<Option<PriceHistory>> {
        const METHOD: &str = "KeysApi_price_history";
        let history: Option<PriceHistory> = self.chain.runtime_call(self.hash, METHOD, (card,)).await?;
        if let Some(history) = &history {
            let told: Option<Balance> = history
                .last
                .iter()
                .try_fold(0, |sum: Balance, sale| sum.checked_add(sale.price));
            let adds_up = told.is_some_and(|told| told <= history.volume)
                && history.last.len() as u64 <= history.sold.into();
            consistent(METHOD, adds_up, "its sales are more than their sum")?;
            let in_order = history.last.iter().is_sorted_by_key(|sale| sale.block);
            consistent(METHOD, in_order, "its sales are not in order")?;
        }
        Ok(history)
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
            let belongs = |order: &OrderView<Account>| party(order) == account;
            let reason = "an order of somebody else";
            let page = self
                .numbered_page(
                    method,
                    (account,),
                    from,
                    opened,
                    |order| order.id,
                    (belongs, reason),
                )
                .await?;
            orders.extend(page.rows);
            match page.next {
                None => return Ok(orders),
                Some(next) => from = next,
            }
        }
        Err(endless(method))
    }
}

fn opened(page: OrderPage<Account>) -> Numbered<OrderView<Account>> {
    Numbered {
        rows: page.orders,
        next: page.next,
    }
}

/// Queries at the finalised head.
impl Chain {
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
}

/// Calls.
impl Chain {
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
        let call = tx().keys().buy(card, price, terms_version, key.argument());
        let done = self.transact(signer, "keys.buy", call, wait).await?;
        done.with(|placed: OrderPlaced| placed.order)
    }

    /// Commits to a delivery before it is revealed: more time, at the price of a bond. `source` is what a clerk opens, and
    /// `None` for the seller.
    pub async fn lock(
        &self,
        signer: &Signer,
        order: OrderId,
        commitment: [u8; 32],
        source: Option<ClerkSource>,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().keys().lock(order, commitment, source.map(source_argument));
        Ok(self.transact(signer, "keys.lock", call, wait).await?.included())
    }

    /// Delivers the key of an order, as its seller.
    pub async fn fulfil(
        &self,
        signer: &Signer,
        order: OrderId,
        proven: ProvenCapsule,
        wait: Wait,
    ) -> Result<Included<Edition>> {
        let (capsule, proof) = proven.arguments();
        let call = tx().keys().fulfil(order, capsule, proof);
        let done = self.transact(signer, "keys.fulfil", call, wait).await?;
        done.with(|fulfilled: OrderFulfilled| fulfilled.edition)
    }

    /// Delivers the key of a first sale, as a clerk.
    pub async fn fulfil_for(
        &self,
        signer: &Signer,
        order: OrderId,
        source: ClerkSource,
        proven: ProvenCapsule,
        wait: Wait,
    ) -> Result<Included<Edition>> {
        let (capsule, proof) = proven.arguments();
        let call = tx()
            .keys()
            .fulfil_for(order, source_argument(source), capsule, proof);
        let done = self.transact(signer, "keys.fulfil_for", call, wait).await?;
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
}

fn source_argument(source: ClerkSource) -> SourceArgument {
    match source {
        ClerkSource::Appointed => SourceArgument::Appointed,
        ClerkSource::Holder(edition) => SourceArgument::Holder(edition),
    }
}
