//! Money becomes a key. **No step is ever made twice**: an order that is open is waited for, not placed again, and a key
//! that is held is not bought again, so a buyer who was interrupted says the same command once more.
//!
//! ```text
//! look at price ─▶ order (money held) ─▶ final ─▶ delivered ─▶ opens? ─▶ bought
//!                                          │                    └ no ─▶ false key: report, money back
//!                                          └ deadline past ─▶ expire, money back
//! ```
//!
//! Where the key comes from, its creator, a holder who sells, or the creator of an older version, decides what is placed
//! (`place`); from then on all orders are alike (`wait`).

use hashcard_chain::{Account, Chain, ChainAt, Wait};
use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{Edition, OrderId, OrderState, OrderView, Sale};
use hashcard_primitives::BlockNumber;

use crate::amount::Amount;
use crate::capsule::{self, held_keys};
use crate::command::{Buy, Event, Outcome, Source};
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::wallet::AccountName;

mod place;
mod wait;

/// Buys a key and waits for it.
pub async fn buy(
    engine: &Engine,
    account: &AccountName,
    order: Buy,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let then = chain.at_finalized().await?;
    let card = known_card(&then, order.card).await?;
    capsule::sealed_with(&card)?;
    let held = held_keys(&then, actor.account, card.id).await?;

    let mut purchase = Purchase {
        engine,
        chain,
        actor: &actor,
        card: &card,
        report: order.report,
        fee: None,
        placed_at: None,
        held_before: held.iter().map(|key| key.edition).collect(),
    };
    if order.order.is_none() {
        if let Some(edition) = purchase.held_already(order.from) {
            return purchase.finish_held(&then, edition, events).await;
        }
    }
    let open = match order.order {
        Some(id) => Some(purchase.own_order(&then, id).await?),
        // At the best block: an order whose block is not final yet is an order.
        None => purchase.open_order(&chain.at_best().await?).await?,
    };
    let open = match open {
        Some(open) => open,
        None => match purchase.place(order.from, order.max_price, events).await {
            Ok(placed) => placed,
            // Another command of this account was quicker, or an earlier one was interrupted.
            Err(error) if is_open_already(&error) => {
                purchase.open_order(&chain.at_best().await?).await?.ok_or(error)?
            }
            Err(error) => return Err(error),
        },
    };
    if let OrderState::Waiting { deadline } = open.state {
        let (price, block) = (Amount(open.price), purchase.placed_at);
        events
            .say(Event::Ordered {
                order: open.id,
                card: card.id,
                price,
                block,
                deadline,
            })
            .await;
        if order.no_wait {
            return Ok(Outcome::Ordered {
                card: card.id,
                order: open.id,
                price,
                deadline,
                fee: purchase.fee,
            });
        }
    }
    let is_final = purchase.placed_at.is_some() || order.order.is_some();
    purchase.wait_and_finish(&open, is_final, events).await
}

/// Takes the money of an unanswered order back.
pub async fn expire(
    engine: &Engine,
    account: &AccountName,
    order: OrderId,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    ensure_open(chain, order).await?;
    let sent = engine
        .send(
            "expire",
            &actor,
            events,
            chain.expire(&actor.signer, order, Wait::Finalized),
        )
        .await?;
    Ok(Outcome::Expired {
        order,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Pays the seller of an order whose window is over.
pub async fn settle(
    engine: &Engine,
    account: &AccountName,
    order: OrderId,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    ensure_open(chain, order).await?;
    let sent = engine
        .send(
            "settle",
            &actor,
            events,
            chain.settle(&actor.signer, order, Wait::Finalized),
        )
        .await?;
    Ok(Outcome::Settled {
        order,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Says what the chain would say, before a fee is paid for it.
async fn ensure_open(chain: &Chain, order: OrderId) -> Result<(), EngineError> {
    match chain.at_best().await?.order(order).await? {
        Some(_) => Ok(()),
        None => Err(EngineError::not_found(
            format!("there is no open order {order}"),
            "see hashcard keys for yours; what is settled or refunded has no order any more",
        )),
    }
}

/// One purchase by one account of a key of one card.
pub(crate) struct Purchase<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) chain: &'a Chain,
    pub(crate) actor: &'a Actor,
    pub(crate) card: &'a CardView<Account>,
    /// Report the key when it turns out false.
    pub(crate) report: bool,
    /// What placing the order cost, if this command placed it.
    pub(crate) fee: Option<Amount>,
    /// Block that holds the order, if this command placed it.
    pub(crate) placed_at: Option<BlockNumber>,
    /// Keys of the card that the account had before, to tell from them what comes.
    pub(crate) held_before: Vec<Edition>,
}

impl Purchase<'_> {
    /// The key that makes a purchase needless.
    fn held_already(&self, from: Source) -> Option<Edition> {
        let mut held = self.held_before.iter().copied();
        match from {
            Source::Edition(edition) => held.find(|one| *one == edition),
            Source::Creator | Source::Cheapest | Source::Upgrade { .. } => held.max(),
        }
    }

    /// The order that this account has open for this card; the chain allows one.
    pub(crate) async fn open_order(&self, then: &ChainAt) -> Result<Option<OrderView<Account>>, EngineError> {
        let orders = then.orders_of_buyer(self.actor.account).await?;
        Ok(orders.into_iter().find(|order| order.card == self.card.id))
    }

    /// An order made earlier, of this account and card.
    async fn own_order(&self, then: &ChainAt, id: OrderId) -> Result<OrderView<Account>, EngineError> {
        let order = then.order(id).await?.ok_or_else(|| {
            EngineError::not_found(
                format!("there is no open order {id}"),
                "it is settled or refunded; see what you hold: hashcard keys",
            )
        })?;
        if order.buyer != self.actor.account || order.card != self.card.id {
            return Err(EngineError::bad_input(
                format!("order {id} is not yours, or not of card {}", self.card.id),
                "see your orders: hashcard keys",
            ));
        }
        Ok(order)
    }

    /// Says what a key that was there before is worth.
    async fn finish_held(
        &self,
        then: &ChainAt,
        edition: Edition,
        events: &Events,
    ) -> Result<Outcome, EngineError> {
        // If it came just now, by a command that was interrupted, its order is still there.
        let order = self.open_order(then).await?.filter(
            |order| matches!(order.state, OrderState::Delivered { edition: one, .. } if one == edition),
        );
        match self.finish(then, order.as_ref(), edition, events).await? {
            Outcome::Bought {
                card,
                edition,
                price,
                resale,
                ..
            } => Ok(Outcome::Bought {
                card,
                order: None,
                edition,
                price,
                fee: None,
                key_verified: true,
                already_held: true,
                resale,
            }),
            other => Ok(other),
        }
    }
}

/// Whether an order is for a key that somebody held.
pub(crate) fn is_resale(order: &OrderView<Account>) -> bool {
    matches!(order.sale, Sale::Resale { .. })
}

/// Whether the chain says that there is an order or offer of this account for the card.
fn is_open_already(error: &EngineError) -> bool {
    error.details.get("chain_error").and_then(|name| name.as_str()) == Some("OrderAlreadyOpen")
}

/// The money of an order came back.
fn expired(order: &OrderView<Account>) -> EngineError {
    let (id, price) = (order.id, Amount(order.price));
    let penalty = match order.penalty {
        0 => String::new(),
        penalty => format!(", and {} of the seller's bond is yours", Amount(penalty)),
    };
    EngineError::new(
        Code::OrderExpired,
        format!("the seller did not answer order {id} in time; {price} came back to you{penalty}"),
        "try again later: the seller's program has to run to deliver keys",
    )
    .with("order", id)
}

/// The open offer of this account, which stands in the way of an order.
pub(crate) fn offer_in_the_way(offer: OrderId, card: CardId) -> EngineError {
    EngineError::new(
        Code::Refused,
        format!("your offer {offer} for a key of card {card} is still open"),
        format!("take it back first: hashcard resell cancel --offer {offer}"),
    )
    .with("offer", offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::order_of;

    #[test]
    fn an_order_for_a_held_key_is_a_resale() {
        assert!(!is_resale(&order_of(Sale::Primary)));
        assert!(is_resale(&order_of(Sale::Resale { edition: 1 })));
    }
}
