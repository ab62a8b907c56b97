//! What a daemon does with orders. **A capsule is only ever made for an order with time left whose money is held beyond
//! recall**: whoever sees it can read the content for ever, so the order is in a finalised block, unless its seller chose
//! to risk small amounts on the best one, and a delivery that comes too late is not made at all.
//!
//! Nothing is remembered on disk: which orders wait is on chain, and the secrets follow from the wallet, the card's salt and
//! the capsules that the chain keeps.
//!
//! | file | what it does |
//! | --- | --- |
//! | `todo` | what is to be done about an order, and when |
//! | `delivery` | one order answered: by the creator, the holder who sells, or a clerk |
//! | `clerking` | which orders of other people's cards are this daemon's to answer |
//! | `watch` | tells of listings, sales and offers; takes back what is due to the home's own purchases |

use std::collections::{BTreeMap, HashSet};

use futures::future::join_all;
use hashcard_chain::{address_of, Account, At, Chain, Wait};
use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{OrderId, OrderState, OrderView, Sale};
use hashcard_primitives::share::part;
use hashcard_primitives::BlockNumber;

use crate::amount::Amount;
use crate::command::Event;
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::history;
use crate::home::ledger::{Deed, Entry};
use clerking::Clerking;
use delivery::{By, Delivery};
use todo::{Memory, Todo};
use watch::Watch;

mod clerking;
mod delivery;
mod serve;
mod todo;
mod watch;

pub use delivery::deliver_and_wait;
pub use serve::serve;

/// Most pages of a card's waiting orders that are looked through for locked ones: 256 orders.
const MAX_PAGES: usize = 4;
/// Deliveries of one card that are sent together. They succeed in any order and without one another; this bounds the fees
/// when all are refused for one reason, as when a false key of the card is proven meanwhile.
const MAX_TOGETHER: usize = 16;
/// What a daemon does besides delivering finalised orders of its accounts.
#[derive(Clone, Copy, Default, Debug)]
pub struct Policy {
    /// Orders for less are answered on the best block: a fork that undoes one leaves the buyer with the key.
    pub best_block_below: Option<Amount>,
    /// Orders for this much and more are locked before they are answered.
    pub lock_from: Option<Amount>,
    /// Whether to answer orders of other people's cards.
    pub clerk: bool,
    /// The least commission for which to do so: a delivery costs a fee, and whoever appoints a clerk need not ask him.
    pub min_commission: Amount,
}

/// The sales of a daemon's accounts.
pub struct Sales {
    policy: Policy,
    memory: Memory,
    clerking: Clerking,
    watch: Watch,
    /// Keys delivered.
    pub fulfilled: u64,
    /// Sales settled.
    pub settled: u64,
}

impl Sales {
    /// None yet.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            memory: Memory::default(),
            clerking: Clerking::default(),
            watch: Watch::default(),
            fulfilled: 0,
            settled: 0,
        }
    }

    /// Whether best blocks matter, or finalised ones are enough.
    pub fn wants_best_blocks(&self) -> bool {
        self.policy.best_block_below.is_some()
    }

    /// Cards of other people that these accounts deliver, as of the last look.
    pub async fn clerked_cards(
        &mut self,
        engine: &Engine,
        actors: &[Actor],
    ) -> Result<Vec<CardId>, EngineError> {
        let chain = engine.chain().await?;
        self.clerking
            .look_around(chain, actors, chain.finalized().await?)
            .await?;
        Ok(self.clerking.cards())
    }

    /// Deals with all orders that concern these accounts.
    pub async fn look(
        &mut self,
        engine: &Engine,
        actors: &[Actor],
        events: &Events,
    ) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        let at = chain.finalized().await?;
        let best = chain.best().await?;
        let now = best.number.max(at.number);
        let mut open = HashSet::new();
        for seller in actors {
            let orders = self.orders_of(chain, seller, at, best).await?;
            open.extend(orders.iter().map(|order| order.id));
            let mut by_card: BTreeMap<CardId, Vec<Delivery>> = BTreeMap::new();
            for order in orders {
                self.greet(&order, events).await;
                match self
                    .memory
                    .todo(&self.policy, &order, &seller.account, at.number, now)
                {
                    Todo::Deliver(step) => {
                        let delivery = Delivery {
                            by: By::seller_of(&order),
                            order,
                            step,
                        };
                        by_card.entry(delivery.order.card).or_default().push(delivery);
                    }
                    Todo::Settle => self.settle(engine, seller, order.id, at, events).await,
                    Todo::TooLate { blocks_left } => {
                        self.leave(&order, format!("only {blocks_left} blocks remain"), events)
                            .await;
                    }
                    Todo::Over => self.tell_over(&order, at, events).await,
                    Todo::Nothing => {}
                }
            }
            self.deliver_all(engine, seller, by_card, at, events).await;
        }
        if self.policy.clerk {
            open.extend(self.clerk(engine, actors, at, now, events).await?);
        }
        self.watch.look(engine, actors, at, events).await?;
        self.memory.keep_only(&open, at.number);
        Ok(())
    }

    /// Orders of a seller in the finalised block, and those small ones that only the best one has.
    async fn orders_of(
        &self,
        chain: &Chain,
        seller: &Actor,
        at: At,
        best: At,
    ) -> Result<Vec<OrderView<Account>>, EngineError> {
        let mut orders = chain.at(at).orders_of_seller(seller.account).await?;
        if let Some(below) = self.policy.best_block_below {
            let known: HashSet<OrderId> = orders.iter().map(|order| order.id).collect();
            let newer = chain.at(best).orders_of_seller(seller.account).await?;
            orders.extend(
                newer
                    .into_iter()
                    .filter(|order| Amount(order.price) < below && !known.contains(&order.id)),
            );
        }
        Ok(orders)
    }

    async fn greet(&mut self, order: &OrderView<Account>, events: &Events) {
        let OrderState::Waiting { deadline } = order.state else {
            return;
        };
        if !self.memory.seen.insert(order.id) {
            return;
        }
        let buyer = address_of(&order.buyer);
        events
            .say(match order.sale {
                Sale::Primary => Event::OrderSeen {
                    order: order.id,
                    card: order.card,
                    buyer,
                    deadline,
                },
                Sale::Resale { edition } => Event::Sold {
                    order: order.id,
                    card: order.card,
                    edition,
                    buyer,
                    price: Amount(order.price),
                    deadline,
                },
            })
            .await;
    }

    async fn leave(&mut self, order: &OrderView<Account>, reason: String, events: &Events) {
        if self.memory.left.insert(order.id) {
            events
                .say(Event::OrderRefused {
                    order: order.id,
                    card: order.card,
                    reason,
                })
                .await;
        }
    }

    async fn tell_over(&mut self, order: &OrderView<Account>, at: At, events: &Events) {
        self.memory.over.insert(order.id);
        events
            .say(Event::Expired {
                order: order.id,
                card: order.card,
                refunded: None,
                block: at.number,
            })
            .await;
    }

    async fn settle(&mut self, engine: &Engine, seller: &Actor, order: OrderId, at: At, events: &Events) {
        let settled = match engine.chain().await {
            Ok(chain) => chain
                .settle(&seller.signer, order, Wait::Best)
                .await
                .map_err(EngineError::from),
            Err(error) => Err(error),
        };
        match settled {
            Ok(sent) => {
                self.settled = self.settled.saturating_add(1);
                self.memory.resting.insert(order, sent.at.number);
                events
                    .say(Event::Settled {
                        order,
                        block: sent.at.number,
                    })
                    .await;
            }
            Err(error) => {
                self.memory.rest(order, at);
                tell(error, events).await;
            }
        }
    }

    /// Answers orders of other people's cards; which ones there are.
    async fn clerk(
        &mut self,
        engine: &Engine,
        actors: &[Actor],
        at: At,
        now: BlockNumber,
        events: &Events,
    ) -> Result<HashSet<OrderId>, EngineError> {
        let chain = engine.chain().await?;
        if self.clerking.is_stale(at) {
            self.clerking.look_around(chain, actors, at).await?;
        }
        let mut open = HashSet::new();
        for actor in actors {
            let mut by_card: BTreeMap<CardId, Vec<Delivery>> = BTreeMap::new();
            for (order, by) in self.clerking.work(chain, actor, at, now).await? {
                open.insert(order.id);
                if order.lock.is_none() && commission_of(&order) < self.policy.min_commission {
                    continue;
                }
                let todo = self
                    .memory
                    .todo(&self.policy, &order, &actor.account, at.number, now);
                if let Todo::Deliver(step) = todo {
                    by_card
                        .entry(order.card)
                        .or_default()
                        .push(Delivery { order, by, step });
                }
            }
            self.deliver_all(engine, actor, by_card, at, events).await;
            for order in self.clerking.unsettled(chain, actor, at).await? {
                open.insert(order.id);
                let todo = self
                    .memory
                    .todo(&self.policy, &order, &actor.account, at.number, now);
                if todo == Todo::Settle {
                    self.settle(engine, actor, order.id, at, events).await;
                }
            }
        }
        Ok(open)
    }

    async fn deliver_all(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        by_card: BTreeMap<CardId, Vec<Delivery>>,
        at: At,
        events: &Events,
    ) {
        for (card, deliveries) in by_card {
            if let Err(error) = self.deliver(engine, actor, card, &deliveries, at, events).await {
                tell(error, events).await;
                deliveries
                    .iter()
                    .for_each(|delivery| self.memory.rest(delivery.order.id, at));
            }
        }
    }

    /// Answers orders of one card.
    async fn deliver(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        card: CardId,
        deliveries: &[Delivery],
        at: At,
        events: &Events,
    ) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        // At the best block: whether the card is frozen must be known as late as possible.
        let view = known_card(&chain.at_best().await?, card).await?;
        if view.frozen {
            for delivery in deliveries {
                let reason = "a false key of the card was proven".to_owned();
                self.leave(&delivery.order, reason, events).await;
            }
            return Ok(());
        }
        // A capsule that the chain refuses is public all the same, so none is sent beyond the editions that are left.
        let room = editions_left(chain, &view).await?;
        let (new_keys, others): (Vec<_>, Vec<_>) = deliveries
            .iter()
            .partition(|delivery| delivery.needs_an_edition());
        for delivery in new_keys.iter().skip(room) {
            self.leave(&delivery.order, "all editions are sold".to_owned(), events)
                .await;
        }
        let sent = others
            .into_iter()
            .chain(new_keys.into_iter().take(room))
            .take(MAX_TOGETHER)
            .map(|delivery| {
                let view = &view;
                async move {
                    (
                        delivery,
                        delivery.take_step(engine, actor, view, at, Wait::Best).await,
                    )
                }
            });
        for (delivery, result) in join_all(sent).await {
            self.tell_delivery(engine, actor, delivery, result, at, events)
                .await;
        }
        Ok(())
    }

    async fn tell_delivery(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        delivery: &Delivery,
        result: Result<delivery::Done, EngineError>,
        at: At,
        events: &Events,
    ) {
        let order = &delivery.order;
        match result {
            Ok(done) => {
                self.memory.resting.insert(order.id, done.block);
                events.say(delivery.event(&done)).await;
                match done.edition {
                    Some(edition) => {
                        self.fulfilled = self.fulfilled.saturating_add(1);
                        if delivery.is_own_sale() {
                            note_sale(engine, actor, order, edition, done.block, events).await;
                        } else {
                            self.clerking.has_delivered(order.id, actor.account);
                        }
                    }
                    None if delivery.is_own_sale() => {}
                    None => self
                        .clerking
                        .promise(order.id, actor.account, delivery.by.clone()),
                }
            }
            Err(error) if error.code == Code::SoldOut => {
                self.leave(order, "all editions are sold".to_owned(), events)
                    .await;
            }
            // No later attempt can go better.
            Err(error) if matches!(error.code, Code::Wallet | Code::FalseKey | Code::KeyBusy) => {
                self.leave(order, error.message, events).await;
            }
            // Somebody else was quicker, or has the turn; both may happen.
            Err(error) if is_done_already(&error) || is_not_ours_yet(&error) => {
                self.memory.rest(order.id, at)
            }
            Err(error) => {
                self.memory.rest(order.id, at);
                tell(error, events).await;
            }
        }
    }
}

/// What a clerk is paid for an order, as the chain divides its price.
fn commission_of(order: &OrderView<Account>) -> Amount {
    Amount(part(order.price, order.commission))
}

/// Keys of a card that can still be made for orders that nobody has locked: a lock binds an edition.
async fn editions_left(chain: &Chain, card: &CardView<Account>) -> Result<usize, EngineError> {
    let Some(most) = card.terms.editions.filter(|_| !card.retired) else {
        return Ok(usize::MAX);
    };
    let now = chain.at_best().await?;
    let (mut locked, mut from) = (0usize, 0);
    for _ in 0..MAX_PAGES {
        let page = now.orders_of_card(card.id, from).await?;
        locked = locked.saturating_add(page.orders.iter().filter(|order| order.lock.is_some()).count());
        match page.next {
            None => break,
            Some(next) => from = next,
        }
    }
    Ok((most.saturating_sub(card.keys_made) as usize).saturating_sub(locked))
}

/// Notes what was sold.
async fn note_sale(
    engine: &Engine,
    actor: &Actor,
    order: &OrderView<Account>,
    edition: u64,
    block: BlockNumber,
    events: &Events,
) {
    let entry = Entry {
        deed: Deed::Sold,
        account: actor.address(),
        card: order.card,
        edition: Some(edition),
        sequence: None,
        order: Some(order.id),
        price: Amount(order.price),
        with: Some(address_of(&order.buyer)),
        block,
    };
    history::note(engine, entry, events).await;
}

/// Whether the chain refused because the order was answered, or is gone.
fn is_done_already(error: &EngineError) -> bool {
    let name = error.details.get("chain_error").and_then(|name| name.as_str());
    matches!(name, Some("AlreadyDelivered" | "UnknownOrder"))
}

/// Whether the chain refused because another clerk has the turn, or has committed to it.
fn is_not_ours_yet(error: &EngineError) -> bool {
    let name = error.details.get("chain_error").and_then(|name| name.as_str());
    matches!(name, Some("NotYourTurn" | "AlreadyLocked"))
}

/// A failure that a daemon survives.
async fn tell(error: EngineError, events: &Events) {
    events
        .say(Event::Trouble {
            message: error.message,
            remedy: error.remedy,
        })
        .await;
}

#[cfg(test)]
mod tests {
    use hashcard_primitives::card::WHOLE_SHARE;
    use hashcard_primitives::Balance;

    use super::*;
    use crate::capsule::tests::order_of;

    #[test]
    fn a_commission_is_a_share_of_the_price_rounded_down() {
        let order = |price, commission| OrderView {
            price,
            commission,
            ..order_of(Sale::Primary)
        };
        for (price, share, commission) in [
            (0, 50_000, 0),
            (19, 50_000, 0),
            (20, 50_000, 1),
            (2_000_000_000_000, 50_000, 100_000_000_000),
            (Balance::MAX, WHOLE_SHARE, Balance::MAX),
        ] {
            assert_eq!(commission_of(&order(price, share)), Amount(commission));
        }
    }
}
