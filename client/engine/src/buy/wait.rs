//! From an order in a final block to a key that opens, or to the money back.

use std::future::Future;
use std::time::Duration;

use futures::StreamExt;
use hashcard_chain::{address_of, Account, At, ChainAt, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, OrderId, OrderState, OrderView, Sale};

use super::{expired, is_resale, Purchase};
use crate::amount::Amount;
use crate::capsule::{self, held_keys, Inside};
use crate::command::{Event, Outcome};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::history;
use crate::home::ledger::{Deed, Entry};
use crate::report;

/// Connections to the node that may fail one after another while an order is waited for; each has the patience of a
/// question (half a minute), so this is some minutes of a node that is down.
const MAX_LOSSES: usize = 10;
/// Finalised blocks that may pass before an order that a best block had is given up as undone by a fork.
const MAX_UNSEEN_BLOCKS: u32 = 20;
/// Pause before the stream of blocks is polled again after a loss, so that a node that always fails is not flooded.
const AFTER_LOSS: Duration = Duration::from_secs(1);

/// How far something is that is waited for.
enum Step<T> {
    /// Not in a final block yet.
    NotYet,
    /// Others have time.
    Wait,
    Done(T),
    Overdue,
}

impl Purchase<'_> {
    /// Waits until the key is there and checks it. `is_final` says whether a finalised block had the order already.
    pub(crate) async fn wait_and_finish(
        &self,
        order: &OrderView<Account>,
        is_final: bool,
        events: &Events,
    ) -> Result<Outcome, EngineError> {
        let (at, edition) = self.wait_for_key(order, is_final, events).await?;
        events
            .say(Event::Fulfilled {
                order: order.id,
                card: self.card.id,
                edition,
                block: None,
            })
            .await;
        self.finish(&self.chain.at(at), Some(order), edition, events)
            .await
    }

    /// Follows finalised blocks until a holder has accepted the offer; then it is an order.
    pub(crate) async fn wait_for_seller(
        &self,
        offer: OrderId,
        events: &Events,
    ) -> Result<OrderView<Account>, EngineError> {
        let accepted = self
            .follow(events, None, |at, _| self.look_at_offer(at, offer))
            .await
            .map_err(|error| still_offered(error, offer))?;
        let Some(order) = accepted else {
            return Err(self.withdraw(offer, events).await);
        };
        if let Sale::Resale { edition } = order.sale {
            events
                .say(Event::OfferAccepted {
                    offer,
                    edition,
                    seller: address_of(&order.seller),
                })
                .await;
        }
        Ok(order)
    }

    async fn look_at_offer(&self, at: At, id: OrderId) -> Result<Step<OrderView<Account>>, EngineError> {
        let then = self.chain.at(at);
        if let Some(offer) = then.offer(id).await? {
            return Ok(if at.number > offer.until {
                Step::Overdue
            } else {
                Step::Wait
            });
        }
        match then.order(id).await? {
            Some(order) if order.buyer == self.actor.account => Ok(Step::Done(order)),
            _ => Err(offer_gone(id)),
        }
    }

    async fn withdraw(&self, offer: OrderId, events: &Events) -> EngineError {
        let withdrawing = self
            .chain
            .withdraw_offer(&self.actor.signer, offer, Wait::Finalized);
        let sent = self
            .engine
            .send("withdraw_offer", self.actor, events, withdrawing)
            .await;
        match sent {
            Ok(_) => EngineError::new(
                Code::OrderExpired,
                format!("nobody accepted offer {offer} in time; the money came back to you"),
                "offer again, for longer or for more",
            ),
            Err(error) => EngineError {
                remedy: format!("take it back yourself: hashcard resell cancel --offer {offer}"),
                ..error
            },
        }
        .with("offer", offer)
    }

    async fn wait_for_key(
        &self,
        order: &OrderView<Account>,
        is_final: bool,
        events: &Events,
    ) -> Result<(At, Edition), EngineError> {
        if is_final {
            events.say(Event::OrderFinalized { order: order.id }).await;
        }
        let unseen = (!is_final).then_some(order.id);
        let held = self
            .follow(events, unseen, |at, seen| self.look(at, order, seen, events))
            .await
            .map_err(|error| still_open(error, self.card.id, order.id))?;
        match held {
            Some(held) => Ok(held),
            None => Err(self.take_back(order, events).await),
        }
    }

    /// Looks at every finalised block until something is done; `None` when its time is over. A node that is away for a
    /// while only delays it. `unseen` is an order that no final block had yet; whether one has had it is what `look` is told.
    async fn follow<T, Looking>(
        &self,
        events: &Events,
        mut unseen: Option<OrderId>,
        look: impl Fn(At, bool) -> Looking,
    ) -> Result<Option<T>, EngineError>
    where
        Looking: Future<Output = Result<Step<T>, EngineError>>,
    {
        let mut blocks = self.chain.finalized_blocks().await?;
        let (mut losses, mut unseen_blocks) = (0, 0);
        while let Some(block) = blocks.next().await {
            let step = match block {
                Ok(at) => look(at, unseen.is_none()).await,
                Err(error) => Err(error.into()),
            };
            if matches!(step, Ok(Step::Wait | Step::Done(_) | Step::Overdue)) {
                if let Some(order) = unseen.take() {
                    events.say(Event::OrderFinalized { order }).await;
                }
            }
            match step {
                Ok(Step::Wait) => losses = 0,
                Ok(Step::NotYet) if unseen_blocks < MAX_UNSEEN_BLOCKS => unseen_blocks += 1,
                Ok(Step::NotYet) => return Err(undone(unseen.unwrap_or_default())),
                Ok(Step::Done(done)) => return Ok(Some(done)),
                Ok(Step::Overdue) => return Ok(None),
                Err(error) if error.code == Code::NodeDown && losses < MAX_LOSSES => {
                    losses += 1;
                    events
                        .say(Event::Trouble {
                            message: error.message,
                            remedy: error.remedy,
                        })
                        .await;
                    tokio::time::sleep(AFTER_LOSS).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err(EngineError::new(
            Code::NodeDown,
            "the node stopped telling about blocks",
            "try again",
        ))
    }

    /// How far the order is in a finalised block; `seen` says whether an earlier one had it.
    async fn look(
        &self,
        at: At,
        order: &OrderView<Account>,
        seen: bool,
        events: &Events,
    ) -> Result<Step<(At, Edition)>, EngineError> {
        let then = self.chain.at(at);
        Ok(match then.order(order.id).await?.map(|order| order.state) {
            Some(OrderState::Waiting { deadline }) if at.number > deadline => Step::Overdue,
            Some(OrderState::Waiting { .. }) => Step::Wait,
            Some(OrderState::Delivered { edition, .. }) => Step::Done((at, edition)),
            // It was settled since the last look, and a free key is as it is delivered. Otherwise somebody had it refunded.
            None => match self.arrived(&then, order).await? {
                Some(edition) => Step::Done((at, edition)),
                None if !seen => Step::NotYet,
                None => {
                    self.note_refund(order, at.number, events).await;
                    return Err(expired(order));
                }
            },
        })
    }

    /// The key that an order brought which is not there any more.
    async fn arrived(
        &self,
        then: &ChainAt,
        order: &OrderView<Account>,
    ) -> Result<Option<Edition>, EngineError> {
        let held = held_keys(then, self.actor.account, self.card.id).await?;
        let mut editions = held.iter().map(|key| key.edition);
        Ok(match order.sale {
            Sale::Resale { edition } => editions.find(|one| *one == edition),
            Sale::Primary => editions.rfind(|one| !self.held_before.contains(one)),
        })
    }

    /// Has the chain refund an order that nobody answered.
    async fn take_back(&self, order: &OrderView<Account>, events: &Events) -> EngineError {
        let id = order.id;
        let expiring = self.chain.expire(&self.actor.signer, id, Wait::Finalized);
        match self.engine.send("expire", self.actor, events, expiring).await {
            Ok(sent) => {
                self.note_refund(order, sent.at.number, events).await;
                expired(order)
            }
            // Anybody may expire an order that is overdue; somebody else was quicker.
            Err(error) if error.code == Code::NotFound => expired(order),
            Err(error) => EngineError {
                remedy: format!("the deadline is past, so the money can be had back: hashcard expire {id}"),
                ..error
            }
            .with("order", id),
        }
    }

    /// Checks what came, before anybody relies on it.
    pub(crate) async fn finish(
        &self,
        then: &ChainAt,
        order: Option<&OrderView<Account>>,
        edition: Edition,
        events: &Events,
    ) -> Result<Outcome, EngineError> {
        let card = self.card;
        let key = then.key(card.id, edition).await?.ok_or_else(|| {
            EngineError::new(
                Code::HostileAnswer,
                format!(
                    "the node delivered key {edition} of card {} and does not know it",
                    card.id
                ),
                "name another node: --node URL",
            )
        })?;
        let wallet = self.engine.wallet().await?;
        match capsule::open(wallet, &self.chain.genesis(), self.actor, &key, card)? {
            Inside::Sound(_) => {
                if let Some(order) = order {
                    let entry = Entry {
                        deed: Deed::Bought,
                        account: self.actor.address(),
                        card: card.id,
                        edition: Some(edition),
                        sequence: Some(key.sequence),
                        order: Some(order.id),
                        price: Amount(order.price),
                        with: Some(address_of(&order.seller)),
                        block: self.placed_at.unwrap_or(order.made_at),
                    };
                    history::note(self.engine, entry, events).await;
                }
                Ok(Outcome::Bought {
                    card: card.id,
                    order: order.map(|order| order.id),
                    edition,
                    price: Amount(order.map_or(card.terms.price, |order| order.price)),
                    fee: self.fee,
                    key_verified: true,
                    already_held: false,
                    resale: order.is_some_and(is_resale),
                })
            }
            Inside::False => {
                if !self.report {
                    return Err(capsule::false_key(card.id, edition));
                }
                report::report(self.engine, self.actor, card, &key, events).await?;
                events
                    .say(Event::FalseKeyReported {
                        card: card.id,
                        edition,
                        refunded: order.map(|order| Amount(order.price)),
                    })
                    .await;
                Err(EngineError {
                    remedy: "it was reported: nothing of this card is sold any more, and unsettled money is refunded"
                        .to_owned(),
                    ..capsule::false_key(card.id, edition)
                })
            }
        }
    }

    async fn note_refund(&self, order: &OrderView<Account>, block: u32, events: &Events) {
        let entry = Entry {
            deed: Deed::Refunded,
            account: self.actor.address(),
            card: order.card,
            edition: None,
            sequence: None,
            order: Some(order.id),
            price: Amount(order.price),
            with: None,
            block,
        };
        history::note(self.engine, entry, events).await;
    }
}

fn undone(order: OrderId) -> EngineError {
    EngineError::new(
        Code::Dropped,
        format!("order {order} is in no final block: a fork undid it"),
        "nothing was paid; buy again",
    )
    .with("order", order)
}

fn offer_gone(offer: OrderId) -> EngineError {
    EngineError::not_found(
        format!("offer {offer} is there no more"),
        "it was withdrawn, or accepted and settled; see what you hold: hashcard library",
    )
    .with("offer", offer)
}

/// An error on the way to a key: the money is still held, and nothing is lost.
fn still_open(error: EngineError, card: CardId, order: OrderId) -> EngineError {
    if matches!(error.code, Code::OrderExpired | Code::Dropped) {
        return error;
    }
    let remedy = format!(
        "{}; the order stands, go on waiting for it: hashcard buy {card} --order {order}",
        error.remedy
    );
    EngineError { remedy, ..error }.with("order", order)
}

fn still_offered(error: EngineError, offer: OrderId) -> EngineError {
    if error.code == Code::NotFound {
        return error;
    }
    let remedy = format!(
        "{}; the offer stands: hashcard keys shows it, hashcard resell cancel --offer {offer} takes it back",
        error.remedy
    );
    EngineError { remedy, ..error }.with("offer", offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::order_of;

    #[test]
    fn an_interrupted_purchase_says_how_to_go_on() {
        let error = still_open(EngineError::new(Code::NodeDown, "down", "start it"), 7, 12);
        assert!(error.remedy.contains("hashcard buy 7 --order 12"));
        assert_eq!(
            error.details.get("order").and_then(|order| order.as_u64()),
            Some(12)
        );
        let error = still_open(expired(&order_of(Sale::Primary)), 7, 12);
        assert!(!error.remedy.contains("--order"));
    }

    #[test]
    fn a_buyer_who_waited_in_vain_hears_of_the_sellers_penalty() {
        let first_sale = expired(&order_of(Sale::Primary));
        assert!(!first_sale.message.contains("bond"), "{}", first_sale.message);
        let resale = expired(&OrderView {
            penalty: 250_000_000_000,
            ..order_of(Sale::Resale { edition: 1 })
        });
        assert!(
            resale.message.contains("0.25 CARD of the seller's bond"),
            "{}",
            resale.message
        );
    }

    #[test]
    fn an_interrupted_offer_says_how_to_take_it_back() {
        let error = still_offered(EngineError::new(Code::NodeDown, "down", "start it"), 12);
        assert!(error.remedy.contains("hashcard resell cancel --offer 12"));
        assert!(!still_offered(offer_gone(12), 12).remedy.contains("--offer"));
    }
}
