//! What a seller's daemon does with orders. **A capsule is only ever made for an order in a finalised block with time left**:
//! whoever sees it can read the content for ever, so the money must be held beyond recall first, and a delivery that comes
//! too late would give the content away.
//!
//! Nothing is remembered on disk: which orders wait is on chain, and the secrets follow from the wallet and the card's salt.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::future::join_all;
use hashcard_chain::{address_of, Account, At, Chain, Wait};
use hashcard_primitives::card::CardView;
use hashcard_primitives::key::{CapsuleBytes, Edition, OrderId, OrderState, OrderView};
use hashcard_primitives::BlockNumber;
use hashcard_proofs::{prove_mint, ContentSecret, DeliveryContext, EncodedPoint};
use rand::rngs::OsRng;

use crate::capsule::sealed_with;
use crate::command::Event;
use crate::engine::{Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;

/// Fewest blocks that an order must have left: time for the pool, an unlucky author, and a short fork.
pub const MIN_BLOCKS_LEFT: BlockNumber = 5;
/// Deliveries of one card that are sent together. They succeed in any order and without one another; this bounds the fees
/// when all are refused for one reason, as when a false key of the card is proven meanwhile.
const MAX_TOGETHER: usize = 16;
/// Blocks to wait after a delivery or settlement that failed.
const AFTER_FAILURE: BlockNumber = 3;

/// The sales of a daemon's accounts.
#[derive(Default)]
pub struct Sales {
    /// Orders that were dealt with, until the block in which that is final, or until they may be tried again.
    resting: HashMap<OrderId, BlockNumber>,
    /// Orders that were seen.
    seen: HashSet<OrderId>,
    /// Orders that are left to expire.
    left: HashSet<OrderId>,
    /// Keys delivered.
    pub fulfilled: u64,
    /// Sales settled.
    pub settled: u64,
}

/// What to do with an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Todo {
    Fulfil,
    Settle,
    TooLate { blocks_left: BlockNumber },
    Nothing,
}

impl Sales {
    /// Deals with all orders of these sellers, as they are in a finalised block.
    pub async fn look(
        &mut self,
        engine: &Engine,
        sellers: &[Actor],
        at: At,
        events: &Events,
    ) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        let best = chain.best().await?.number.max(at.number);
        let mut open = HashSet::new();
        for seller in sellers {
            let orders = chain.at(at).orders_of_seller(seller.account).await?;
            open.extend(orders.iter().map(|order| order.id));
            let mut by_card: BTreeMap<u64, Vec<OrderView<Account>>> = BTreeMap::new();
            for order in orders {
                self.greet(&order, events).await;
                match self.todo(&order, at.number, best) {
                    Todo::Fulfil => by_card.entry(order.card).or_default().push(order),
                    Todo::Settle => self.settle(engine, seller, order.id, at, events).await,
                    Todo::TooLate { blocks_left } => {
                        self.leave(&order, format!("only {blocks_left} blocks remain"), events)
                            .await;
                    }
                    Todo::Nothing => {}
                }
            }
            for (card, orders) in by_card {
                if let Err(error) = self.deliver(engine, seller, card, &orders, at, events).await {
                    events
                        .say(Event::Trouble {
                            message: error.message,
                            remedy: error.remedy,
                        })
                        .await;
                    orders.iter().for_each(|order| self.rest(order.id, at));
                }
            }
        }
        // What is not open any more needs no memory.
        self.resting.retain(|order, _| open.contains(order));
        self.seen.retain(|order| open.contains(order));
        self.left.retain(|order| open.contains(order));
        Ok(())
    }

    fn todo(&self, order: &OrderView<Account>, finalized: BlockNumber, best: BlockNumber) -> Todo {
        if self.left.contains(&order.id)
            || self
                .resting
                .get(&order.id)
                .is_some_and(|until| finalized <= *until)
        {
            return Todo::Nothing;
        }
        match order.state {
            OrderState::Waiting { deadline } => match deadline.saturating_sub(best) {
                blocks_left if blocks_left < MIN_BLOCKS_LEFT => Todo::TooLate { blocks_left },
                _ => Todo::Fulfil,
            },
            OrderState::Delivered { settles_at, .. } if best >= settles_at => Todo::Settle,
            OrderState::Delivered { .. } => Todo::Nothing,
        }
    }

    async fn greet(&mut self, order: &OrderView<Account>, events: &Events) {
        let OrderState::Waiting { deadline } = order.state else {
            return;
        };
        if self.seen.insert(order.id) {
            let buyer = address_of(&order.buyer);
            events
                .say(Event::OrderSeen {
                    order: order.id,
                    card: order.card,
                    buyer,
                    deadline,
                })
                .await;
        }
    }

    async fn leave(&mut self, order: &OrderView<Account>, reason: String, events: &Events) {
        self.left.insert(order.id);
        events
            .say(Event::OrderRefused {
                order: order.id,
                card: order.card,
                reason,
            })
            .await;
    }

    fn rest(&mut self, order: OrderId, at: At) {
        self.resting
            .insert(order, at.number.saturating_add(AFTER_FAILURE));
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
                self.resting.insert(order, sent.at.number);
                events
                    .say(Event::Settled {
                        order,
                        block: sent.at.number,
                    })
                    .await;
            }
            Err(error) => {
                self.rest(order, at);
                events
                    .say(Event::Trouble {
                        message: error.message,
                        remedy: error.remedy,
                    })
                    .await;
            }
        }
    }

    /// Delivers keys of one card.
    async fn deliver(
        &mut self,
        engine: &Engine,
        seller: &Actor,
        card: u64,
        orders: &[OrderView<Account>],
        at: At,
        events: &Events,
    ) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        // At the best block: whether the card is frozen must be known as late as possible.
        let view = crate::engine::known_card(&chain.at_best().await?, card).await?;
        if view.frozen {
            for order in orders {
                self.leave(order, "a false key of the card was proven".to_owned(), events)
                    .await;
            }
            return Ok(());
        }
        let genesis = chain.genesis();
        let (salt, commitments) = sealed_with(&view)?;
        let secret = engine
            .wallet()
            .await?
            .content_secret(&genesis, &seller.account, &salt);
        if secret.commitment().0 != commitments.content {
            for order in orders {
                let reason = "this wallet did not seal the card, so it cannot make keys of it".to_owned();
                self.leave(order, reason, events).await;
            }
            return Ok(());
        }
        // A capsule that the chain refuses is public all the same, so none is sent beyond the editions that are left.
        let most = view.terms.editions.filter(|_| !view.retired);
        let left = most.map_or(usize::MAX, |most| most.saturating_sub(view.keys_made) as usize);
        for order in orders.iter().skip(left) {
            self.leave(order, "all editions are sold".to_owned(), events)
                .await;
        }
        let sent = orders.iter().take(left.min(MAX_TOGETHER)).map(|order| {
            let view = &view;
            let secret = &secret;
            async move { (order, deliver_one(chain, seller, view, secret, order).await) }
        });
        for (order, result) in join_all(sent).await {
            match result {
                Ok((edition, block)) => {
                    self.fulfilled = self.fulfilled.saturating_add(1);
                    self.resting.insert(order.id, block);
                    events
                        .say(Event::Fulfilled {
                            order: order.id,
                            card,
                            edition,
                            block: Some(block),
                        })
                        .await;
                }
                Err(error) if error.code == Code::SoldOut => {
                    self.leave(order, "all editions are sold".to_owned(), events)
                        .await;
                }
                Err(error) => {
                    self.rest(order.id, at);
                    events
                        .say(Event::Trouble {
                            message: error.message,
                            remedy: error.remedy,
                        })
                        .await;
                }
            }
        }
        Ok(())
    }
}

async fn deliver_one(
    chain: &Chain,
    seller: &Actor,
    card: &CardView<Account>,
    secret: &ContentSecret,
    order: &OrderView<Account>,
) -> Result<(Edition, BlockNumber), EngineError> {
    let (capsule, proof) = capsule_for(&chain.genesis(), seller.account, card, secret, order)?;
    let sent = chain
        .fulfil(&seller.signer, order.id, capsule, proof, Wait::Best)
        .await?;
    Ok((sent.value, sent.at.number))
}

/// The capsule for an order, and the proof that the chain asks for.
fn capsule_for(
    genesis: &[u8; 32],
    seller: Account,
    card: &CardView<Account>,
    secret: &ContentSecret,
    order: &OrderView<Account>,
) -> Result<(CapsuleBytes, [u8; 96]), EngineError> {
    let (_, commitments) = sealed_with(card)?;
    let (root, blob_len) = card
        .card
        .blob
        .as_ref()
        .map_or(([0; 32], 0), |blob| (blob.root.0, blob.len));
    let content_commitment = EncodedPoint(commitments.content);
    let context = DeliveryContext {
        genesis,
        card: card.id,
        root: &root,
        blob_len,
        key_commitment: &commitments.key,
        content_commitment: &content_commitment,
        // The order keeps the proof from serving twice; which edition it makes depends on what the chain takes first.
        edition: 0,
        order: order.id,
        price: order.price,
        sequence: 0,
        from: &seller,
        to: &order.buyer,
        submitter: &seller,
        from_key_index: 0,
        to_key_index: order.key_index,
    };
    let (capsule, proof) = prove_mint(&context, secret, &EncodedPoint(order.encryption_key), &mut OsRng)
        .map_err(|error| {
            EngineError::new(
                Code::HostileAnswer,
                format!("order {} cannot be fulfilled: {error}", order.id),
                "name another node: --node URL",
            )
        })?;
    Ok((
        CapsuleBytes {
            r: capsule.r.0,
            c: capsule.c.0,
        },
        proof.0,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::{actor, card, GENESIS};
    use crate::wallet::Wallet;
    use hashcard_proofs::{verify_mint, Capsule, LongProof};

    fn order(state: OrderState) -> OrderView<Account> {
        OrderView {
            id: 12,
            card: 7,
            buyer: [3; 32],
            seller: [4; 32],
            price: 5,
            key_index: 2,
            encryption_key: [0; 32],
            state,
        }
    }

    #[test]
    fn an_order_with_too_few_blocks_left_is_left_alone() {
        let sales = Sales::default();
        let waiting = order(OrderState::Waiting { deadline: 100 });
        assert_eq!(sales.todo(&waiting, 50, 60), Todo::Fulfil);
        assert_eq!(sales.todo(&waiting, 50, 95), Todo::Fulfil);
        // The best block decides: finality may lag.
        assert_eq!(sales.todo(&waiting, 50, 96), Todo::TooLate { blocks_left: 4 });
        assert_eq!(sales.todo(&waiting, 101, 101), Todo::TooLate { blocks_left: 0 });
    }

    #[test]
    fn a_sale_is_settled_when_its_window_is_over() {
        let sales = Sales::default();
        let delivered = order(OrderState::Delivered {
            edition: 1,
            settles_at: 100,
        });
        assert_eq!(sales.todo(&delivered, 98, 99), Todo::Nothing);
        assert_eq!(sales.todo(&delivered, 98, 100), Todo::Settle);
    }

    #[test]
    fn what_was_sent_is_not_sent_again_until_it_should_be_final() {
        let mut sales = Sales::default();
        let waiting = order(OrderState::Waiting { deadline: 100 });
        sales.resting.insert(12, 55);
        assert_eq!(sales.todo(&waiting, 55, 60), Todo::Nothing);
        // Still waiting in a later final block: a fork undid it.
        assert_eq!(sales.todo(&waiting, 56, 60), Todo::Fulfil);
        sales.left.insert(12);
        assert_eq!(sales.todo(&waiting, 56, 60), Todo::Nothing);
    }

    #[test]
    fn a_capsule_satisfies_the_chain_and_opens_for_the_buyer() {
        let (creator, buyer) = (Wallet::generate().unwrap(), Wallet::generate().unwrap());
        let (seller, to) = (actor(&creator).account, actor(&buyer).account);
        let card = card(&creator, false);
        let (salt, commitments) = sealed_with(&card).unwrap();
        let secret = creator.content_secret(&GENESIS, &seller, &salt);
        let x = buyer.encryption_secret(&GENESIS, &to, 2);
        let order = OrderView {
            buyer: to,
            encryption_key: x.public().0,
            ..order(OrderState::Waiting { deadline: 100 })
        };
        let (capsule, proof) = capsule_for(&GENESIS, seller, &card, &secret, &order).unwrap();
        let capsule = Capsule {
            r: EncodedPoint(capsule.r),
            c: EncodedPoint(capsule.c),
        };
        let content_commitment = EncodedPoint(commitments.content);
        // Written out as pallet-keys fills it.
        let context = DeliveryContext {
            genesis: &GENESIS,
            card: 7,
            root: &[8; 32],
            blob_len: 200,
            key_commitment: &commitments.key,
            content_commitment: &content_commitment,
            edition: 0,
            order: 12,
            price: 5,
            sequence: 0,
            from: &seller,
            to: &to,
            submitter: &seller,
            from_key_index: 0,
            to_key_index: 2,
        };
        assert_eq!(
            verify_mint(&context, &x.public(), &capsule, &LongProof(proof)),
            Ok(())
        );
        assert_eq!(x.open(&capsule).unwrap().as_bytes(), secret.point().as_bytes());
    }

    #[test]
    fn an_order_with_a_key_that_is_no_point_is_never_fulfilled() {
        let creator = Wallet::generate().unwrap();
        let seller = actor(&creator).account;
        let card = card(&creator, false);
        let (salt, _) = sealed_with(&card).unwrap();
        let secret = creator.content_secret(&GENESIS, &seller, &salt);
        for key in [[0; 32], [0xff; 32]] {
            let order = OrderView {
                encryption_key: key,
                ..order(OrderState::Waiting { deadline: 100 })
            };
            assert!(capsule_for(&GENESIS, seller, &card, &secret, &order).is_err());
        }
    }
}
