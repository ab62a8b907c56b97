//! What a daemon notices beside its own sales: listings, offers for what the home holds, and money of the home's own
//! purchases that is due back. It settles purchases that their sellers leave unsettled.

use std::collections::{HashMap, HashSet};

use hashcard_chain::{address_of, Account, At, Chain, ChainError, Included, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, OrderId, OrderState, OrderView};
use hashcard_primitives::{Balance, BlockNumber};

use super::tell;
use crate::amount::Amount;
use crate::command::Event;
use crate::engine::{Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::history;
use crate::home::ledger::{Deed, Entry};

/// How often it looks around, in blocks: a quarter of a minute. Nothing here is in a hurry.
const LOOK_EVERY: BlockNumber = 5;
/// Blocks after the window in which a sale is left to its seller to settle.
const SELLER_FIRST: BlockNumber = 10;
/// Most cards whose offers are looked at in one round.
const MAX_CARDS: usize = 64;
/// Most things of one kind that are remembered as told.
const MAX_TOLD: usize = 16_384;

/// What was noticed before.
#[derive(Default)]
pub(super) struct Watch {
    looked_at: Option<BlockNumber>,
    listed: HashSet<(CardId, Edition, Balance)>,
    offered: HashSet<OrderId>,
    /// The card after which the next round of offers begins.
    next_card: CardId,
    /// Orders and offers that were ended, until the block in which that is final, or until it may be tried again.
    ended: HashMap<OrderId, BlockNumber>,
}

impl Watch {
    /// Looks around, if it is time.
    pub(super) async fn look(
        &mut self,
        engine: &Engine,
        actors: &[Actor],
        at: At,
        events: &Events,
    ) -> Result<(), EngineError> {
        let is_time = self
            .looked_at
            .is_none_or(|block| at.number >= block.saturating_add(LOOK_EVERY));
        if !is_time {
            return Ok(());
        }
        self.looked_at = Some(at.number);
        let chain = engine.chain().await?;
        self.look_at_listings(chain, actors, at, events).await?;
        self.look_at_offers(chain, actors, at, events).await?;
        self.ended.retain(|_, until| at.number <= *until);
        for actor in actors {
            self.take_back(engine, chain, actor, at, events).await?;
        }
        Ok(())
    }

    async fn look_at_listings(
        &mut self,
        chain: &Chain,
        actors: &[Actor],
        at: At,
        events: &Events,
    ) -> Result<(), EngineError> {
        let mut listed = HashSet::new();
        for actor in actors {
            for listing in chain.at(at).listings_of(actor.account).await? {
                let (card, edition, price) = (listing.card, listing.edition, listing.price);
                if !self.listed.contains(&(card, edition, price)) {
                    let price = Amount(price);
                    events.say(Event::Listed { card, edition, price }).await;
                }
                listed.insert((card, edition, price));
            }
        }
        self.listed = listed;
        Ok(())
    }

    async fn look_at_offers(
        &mut self,
        chain: &Chain,
        actors: &[Actor],
        at: At,
        events: &Events,
    ) -> Result<(), EngineError> {
        let then = chain.at(at);
        let mut cards = Vec::new();
        for actor in actors {
            cards.extend(then.keys_of(actor.account).await?.iter().map(|key| key.card));
        }
        for card in self.round(cards) {
            for offer in then.offers_of_card(card, 0).await?.offers {
                let own = actors.iter().any(|actor| actor.account == offer.buyer);
                if own || !self.offered.insert(offer.id) {
                    continue;
                }
                events
                    .say(Event::Offered {
                        offer: offer.id,
                        card,
                        edition: offer.edition,
                        buyer: address_of(&offer.buyer),
                        price: Amount(offer.price),
                        until: offer.until,
                    })
                    .await;
            }
        }
        if self.offered.len() > MAX_TOLD {
            self.offered.clear();
        }
        Ok(())
    }

    /// The cards of this round: a bounded number, going on where the last one ended.
    fn round(&mut self, mut cards: Vec<CardId>) -> Vec<CardId> {
        cards.sort_unstable();
        cards.dedup();
        let from = cards.partition_point(|card| *card < self.next_card);
        cards.rotate_left(from);
        cards.truncate(MAX_CARDS);
        self.next_card = cards.last().map_or(0, |card| card.saturating_add(1));
        cards
    }

    /// Takes back what an account's own orders and offers hold and will not bring a key any more.
    async fn take_back(
        &mut self,
        engine: &Engine,
        chain: &Chain,
        actor: &Actor,
        at: At,
        events: &Events,
    ) -> Result<(), EngineError> {
        let then = chain.at(at);
        for order in then.orders_of_buyer(actor.account).await? {
            if self.ended.contains_key(&order.id) {
                continue;
            }
            if !is_lost(chain, &order, at).await? {
                self.settle_if_due(chain, actor, &order, at, events).await;
                continue;
            }
            let sent = chain.expire(&actor.signer, order.id, Wait::Best).await;
            let money = Money {
                id: order.id,
                card: order.card,
                amount: order.price,
            };
            self.tell_money(engine, actor, money, sent, at, events).await;
        }
        for offer in then.offers_of_buyer(actor.account).await? {
            let is_over = at.number > offer.until || is_frozen(chain, offer.card, at).await?;
            if self.ended.contains_key(&offer.id) || !is_over {
                continue;
            }
            let sent = chain.withdraw_offer(&actor.signer, offer.id, Wait::Best).await;
            let money = Money {
                id: offer.id,
                card: offer.card,
                amount: offer.price,
            };
            self.tell_money(engine, actor, money, sent, at, events).await;
        }
        Ok(())
    }

    /// Settles a purchase whose seller leaves it: until then the key can do nothing else.
    async fn settle_if_due(
        &mut self,
        chain: &Chain,
        actor: &Actor,
        order: &OrderView<Account>,
        at: At,
        events: &Events,
    ) {
        let OrderState::Delivered { settles_at, .. } = order.state else {
            return;
        };
        if at.number < settles_at.saturating_add(SELLER_FIRST) {
            return;
        }
        match chain.settle(&actor.signer, order.id, Wait::Best).await {
            Ok(sent) => {
                let block = sent.at.number;
                self.ended.insert(order.id, block);
                events
                    .say(Event::Settled {
                        order: order.id,
                        block,
                    })
                    .await;
            }
            Err(error) => self.ended_in_vain(order.id, error.into(), at, events).await,
        }
    }

    /// A command that waits for the same order, or its seller, may have been quicker.
    async fn ended_in_vain(&mut self, id: OrderId, error: EngineError, at: At, events: &Events) {
        self.ended.insert(id, at.number.saturating_add(LOOK_EVERY));
        if error.code != Code::NotFound {
            tell(error, events).await;
        }
    }

    async fn tell_money(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        money: Money,
        sent: Result<Included<()>, ChainError>,
        at: At,
        events: &Events,
    ) {
        match sent {
            Ok(sent) => {
                let block = sent.at.number;
                self.ended.insert(money.id, block);
                events
                    .say(Event::Expired {
                        order: money.id,
                        card: money.card,
                        refunded: Some(Amount(money.amount)),
                        block,
                    })
                    .await;
                let entry = Entry {
                    deed: Deed::Refunded,
                    account: actor.address(),
                    card: money.card,
                    edition: None,
                    sequence: None,
                    order: Some(money.id),
                    price: Amount(money.amount),
                    with: None,
                    block,
                };
                history::note(engine, entry, events).await;
            }
            Err(error) => self.ended_in_vain(money.id, error.into(), at, events).await,
        }
    }
}

/// Money of an order or offer.
struct Money {
    id: OrderId,
    card: CardId,
    amount: Balance,
}

/// Whether an order will bring no key any more, or brought a false one.
async fn is_lost(chain: &Chain, order: &OrderView<Account>, at: At) -> Result<bool, EngineError> {
    Ok(match order.state {
        OrderState::Waiting { deadline } => at.number > deadline || is_frozen(chain, order.card, at).await?,
        OrderState::Delivered { .. } => is_frozen(chain, order.card, at).await?,
    })
}

async fn is_frozen(chain: &Chain, card: CardId, at: At) -> Result<bool, EngineError> {
    let card = chain.at(at).card(card).await?;
    Ok(card.is_some_and(|card| card.frozen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_of_cards_are_bounded_and_reach_all_of_them() {
        let mut watch = Watch::default();
        let cards: Vec<CardId> = (0..100).collect();
        let mut seen = HashSet::new();
        for _ in 0..2 {
            let round = watch.round(cards.clone());
            assert_eq!(round.len(), MAX_CARDS);
            seen.extend(round);
        }
        assert_eq!(seen.len(), 100);
        assert_eq!(watch.round(vec![5, 5, 3]), [3, 5]);
        assert!(watch.round(vec![]).is_empty());
    }
}
