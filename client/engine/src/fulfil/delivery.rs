//! One order answered.

use futures::StreamExt;
use hashcard_chain::{address_of, Account, At, Chain, ProvenCapsule, Wait};
use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{ClerkSource, Edition, KeyView, OrderState, OrderView, Sale};
use hashcard_primitives::BlockNumber;
use rand::rngs::OsRng;
use rand::{CryptoRng, RngCore};

use super::todo::MIN_BLOCKS_LEFT;
use super::{is_done_already, note_sale};
use crate::capsule::Held;
use crate::command::Event;
use crate::deliver::Maker;
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;

/// Who answers, and with what.
#[derive(Clone)]
pub(super) enum By {
    /// The creator, with the card's secret.
    Creator,
    /// The holder who sells, with the key.
    Holder(Edition),
    /// A clerk whom the creator appointed, with the capsule that he was given.
    Clerk(Held),
    /// A holder whom the card's terms let deliver, with his own key.
    AnyHolder(KeyView<Account>),
}

impl By {
    /// Whom an order names as its seller.
    pub(super) fn seller_of(order: &OrderView<Account>) -> Self {
        match order.sale {
            Sale::Primary => Self::Creator,
            Sale::Resale { edition } => Self::Holder(edition),
        }
    }

    /// What a clerk opens; `None` for a seller.
    fn source(&self) -> Option<ClerkSource> {
        match self {
            Self::Creator | Self::Holder(_) => None,
            Self::Clerk(_) => Some(ClerkSource::Appointed),
            Self::AnyHolder(key) => Some(ClerkSource::Holder(key.edition)),
        }
    }
}

/// How far the answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// To commit to it.
    Lock,
    /// To deliver what was committed to.
    Locked,
    /// To deliver.
    Deliver,
}

/// An order to answer.
pub(super) struct Delivery {
    pub(super) order: OrderView<Account>,
    pub(super) by: By,
    pub(super) step: Step,
}

/// A step that is in a block.
pub(super) struct Done {
    pub(super) block: BlockNumber,
    /// The key that was delivered; `None` after a lock.
    pub(super) edition: Option<Edition>,
}

impl Delivery {
    /// Whether it makes a new key of which nobody has bound the edition by a lock.
    pub(super) fn needs_an_edition(&self) -> bool {
        self.order.sale == Sale::Primary && self.order.lock.is_none()
    }

    /// Whether the money is for whoever answers.
    pub(super) fn is_own_sale(&self) -> bool {
        matches!(self.by, By::Creator | By::Holder(_))
    }

    /// What a daemon says of it.
    pub(super) fn event(&self, done: &Done) -> Event {
        let order = &self.order;
        match (done.edition, order.sale) {
            (None, _) => Event::Locked {
                order: order.id,
                card: order.card,
                block: done.block,
            },
            (Some(edition), Sale::Primary) => Event::Fulfilled {
                order: order.id,
                card: order.card,
                edition,
                block: Some(done.block),
            },
            (Some(edition), Sale::Resale { .. }) => Event::Delivered {
                order: order.id,
                card: order.card,
                edition,
                buyer: address_of(&order.buyer),
                block: done.block,
            },
        }
    }

    /// Commits or delivers, from the chain as it was `at` a finalised block.
    pub(super) async fn take_step(
        &self,
        engine: &Engine,
        actor: &Actor,
        card: &CardView<Account>,
        at: At,
        wait: Wait,
    ) -> Result<Done, EngineError> {
        let chain = engine.chain().await?;
        let maker = Maker {
            wallet: engine.wallet().await?,
            genesis: chain.genesis(),
            actor,
            card,
        };
        let order = &self.order;
        let proven = match self.step {
            Step::Deliver => self.capsule(chain, &maker, at, &mut OsRng).await?,
            Step::Lock | Step::Locked => {
                let mut entropy = maker
                    .wallet
                    .lock_entropy(&maker.genesis, &actor.account, order.id);
                self.capsule(chain, &maker, at, &mut entropy).await?
            }
        };
        let signer = &actor.signer;
        if self.step == Step::Lock {
            let commitment = maker.commitment(order.id, &proven);
            let source = self.by.source();
            let sent = chain.lock(signer, order.id, commitment, source, wait).await?;
            return Ok(Done {
                block: sent.at.number,
                edition: None,
            });
        }
        if self.step == Step::Locked {
            self.ensure_committed(&maker, &proven)?;
        }
        let sent = match self.by.source() {
            None => chain.fulfil(signer, order.id, proven, wait).await?,
            Some(source) => chain.fulfil_for(signer, order.id, source, proven, wait).await?,
        };
        Ok(Done {
            block: sent.at.number,
            edition: Some(sent.value),
        })
    }

    async fn capsule(
        &self,
        chain: &Chain,
        maker: &Maker<'_>,
        at: At,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<ProvenCapsule, EngineError> {
        match &self.by {
            By::Creator => maker.first_sale(&self.order, rng),
            By::Clerk(held) => maker.first_sale_as_clerk(held, &self.order, rng),
            By::AnyHolder(key) => maker.first_sale_as_holder(key, &self.order, rng),
            By::Holder(edition) => {
                let key = chain.at(at).key(self.order.card, *edition).await?;
                let key = key.filter(|key| key.holder == maker.actor.account);
                let key = key.ok_or_else(|| not_held(self.order.card, *edition))?;
                maker.resale(&key, &self.order, rng)
            }
        }
    }

    /// A delivery that is not the one that was committed to would be refused, and its capsule public for nothing.
    fn ensure_committed(&self, maker: &Maker, proven: &ProvenCapsule) -> Result<(), EngineError> {
        let lock = self.order.lock.as_ref();
        if lock.is_some_and(|lock| lock.commitment == maker.commitment(self.order.id, proven)) {
            return Ok(());
        }
        Err(EngineError::new(
            Code::KeyBusy,
            "another program of this account has locked it to a delivery of its own",
            "let that program deliver it",
        ))
    }
}

/// Answers one order of the account's, and returns once it is delivered in a final block. In a daemon's process the daemon
/// answers it, and this only waits.
pub async fn deliver_and_wait(
    engine: &Engine,
    actor: &Actor,
    order: &OrderView<Account>,
    events: &Events,
) -> Result<(), EngineError> {
    let chain = engine.chain().await?;
    if !engine.is_daemon() {
        let at = chain.finalized().await?;
        let card = known_card(&chain.at_best().await?, order.card).await?;
        ensure_deliverable(&card, order, chain.best().await?.number)?;
        let delivery = Delivery {
            by: By::seller_of(order),
            order: order.clone(),
            step: match &order.lock {
                Some(lock) if lock.by == actor.account => Step::Locked,
                _ => Step::Deliver,
            },
        };
        let taken = delivery
            .take_step(engine, actor, &card, at, Wait::Finalized)
            .await;
        match taken {
            Ok(done) => {
                events.say(delivery.event(&done)).await;
                if let Some(edition) = done.edition {
                    note_sale(engine, actor, order, edition, done.block, events).await;
                }
                return Ok(());
            }
            Err(error) if is_done_already(&error) => {}
            Err(error) => return Err(still_to_deliver(error, order)),
        }
    }
    let mut blocks = chain.finalized_blocks().await?;
    while let Some(block) = blocks.next().await {
        let at = block.map_err(|error| still_to_deliver(error.into(), order))?;
        match chain.at(at).order(order.id).await?.map(|order| order.state) {
            Some(OrderState::Waiting { deadline }) if at.number <= deadline => {}
            Some(OrderState::Waiting { .. }) => {
                return Err(EngineError::new(
                    Code::OrderExpired,
                    format!("order {} was not answered in time", order.id),
                    "keep a daemon running: hashcard seed",
                )
                .with("order", order.id));
            }
            Some(OrderState::Delivered { .. }) | None => return Ok(()),
        }
    }
    let lost = EngineError::new(
        Code::NodeDown,
        "the node stopped telling about blocks",
        "try again",
    );
    Err(still_to_deliver(lost, order))
}

fn not_held(card: CardId, edition: Edition) -> EngineError {
    EngineError::new(
        Code::KeyBusy,
        format!("key {edition} of card {card} is not yours in a final block"),
        "see what you hold: hashcard library",
    )
}

fn ensure_deliverable(
    card: &CardView<Account>,
    order: &OrderView<Account>,
    now: BlockNumber,
) -> Result<(), EngineError> {
    if card.frozen {
        return Err(EngineError::new(
            Code::Frozen,
            format!(
                "a false key of card {} was proven; nothing of it is sold",
                card.id
            ),
            "nothing is to be done: the buyer is refunded, and you lose nothing",
        ));
    }
    let OrderState::Waiting { deadline } = order.state else {
        return Ok(());
    };
    let blocks_left = deadline.saturating_sub(now);
    if blocks_left < MIN_BLOCKS_LEFT {
        return Err(EngineError::new(
            Code::OrderExpired,
            format!("only {blocks_left} blocks remain for order {}", order.id),
            "a delivery that comes too late would give the content away for nothing",
        )
        .with("order", order.id));
    }
    Ok(())
}

fn still_to_deliver(error: EngineError, order: &OrderView<Account>) -> EngineError {
    let remedy = format!(
        "{}; the order stands, and any daemon of this wallet delivers it: hashcard seed",
        error.remedy
    );
    EngineError { remedy, ..error }.with("order", order.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::{actor, card, order_of, sold, GENESIS};
    use crate::wallet::Wallet;
    use hashcard_primitives::key::LockView;

    #[test]
    fn a_seller_delivers_as_what_the_order_names_him() {
        let first = order_of(Sale::Primary);
        assert!(matches!(By::seller_of(&first), By::Creator));
        let resale = order_of(Sale::Resale { edition: 3 });
        assert!(matches!(By::seller_of(&resale), By::Holder(3)));
    }

    #[test]
    fn a_delivery_other_than_the_one_committed_to_is_never_revealed() {
        let (creator, buyer) = (Wallet::generate().unwrap(), Wallet::generate().unwrap());
        let (creator_actor, card) = (actor(&creator), card(&creator, false));
        let key = sold(&creator, &card, &buyer);
        let maker = Maker {
            wallet: &creator,
            genesis: GENESIS,
            actor: &creator_actor,
            card: &card,
        };
        let order = OrderView {
            encryption_key: key.encryption_key,
            ..order_of(Sale::Primary)
        };
        let mut entropy = creator.lock_entropy(&GENESIS, &creator_actor.account, order.id);
        let proven = maker.first_sale(&order, &mut entropy).unwrap();
        let locked = |commitment| Delivery {
            order: OrderView {
                lock: Some(LockView {
                    by: creator_actor.account,
                    commitment,
                }),
                ..order.clone()
            },
            by: By::Creator,
            step: Step::Locked,
        };
        let committed = maker.commitment(order.id, &proven);
        assert!(locked(committed).ensure_committed(&maker, &proven).is_ok());
        assert!(locked([0; 32]).ensure_committed(&maker, &proven).is_err());
        let other = maker.first_sale(&order, &mut OsRng).unwrap();
        assert!(locked(committed).ensure_committed(&maker, &other).is_err());
    }

    #[test]
    fn nothing_is_delivered_of_a_frozen_card_or_too_late() {
        let mut card = card(&Wallet::generate().unwrap(), false);
        let order = order_of(Sale::Resale { edition: 1 });
        assert!(ensure_deliverable(&card, &order, 95).is_ok());
        assert_eq!(
            ensure_deliverable(&card, &order, 96).unwrap_err().code,
            Code::OrderExpired
        );
        card.frozen = true;
        assert_eq!(
            ensure_deliverable(&card, &order, 50).unwrap_err().code,
            Code::Frozen
        );
    }
}
