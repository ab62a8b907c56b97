//! Money becomes a key. **No step is ever made twice**: an order that is open is waited for, not placed again, and a key
//! that is held is not bought again, so a buyer who was interrupted says the same command once more.
//!
//! ```text
//! look at price ─▶ order (money held) ─▶ final ─▶ delivered ─▶ opens? ─▶ bought
//!                                          │                    └ no ─▶ false key: report, money back
//!                                          └ deadline past ─▶ expire, money back
//! ```

use std::time::Duration;

use futures::StreamExt;
use hashcard_chain::{Account, At, BuyKey, Chain, ChainAt, Wait};
use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{Edition, KeyIndex, OrderId, OrderState, OrderView};
use hashcard_primitives::BlockNumber;
use hashcard_proofs::{prove_possession, PossessionContext};
use rand::rngs::OsRng;

use crate::amount::Amount;
use crate::capsule::{self, held_keys, Inside};
use crate::command::{Buy, Event, Outcome};
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::wallet::{AccountName, Wallet};
use crate::{money, report};

/// Connections to the node that may fail one after another while an order is waited for; each has the patience of a
/// question (half a minute), so this is some minutes of a node that is down.
const MAX_LOSSES: usize = 10;
/// Encryption keys of one account that are looked through for one of this wallet, newest first.
const MAX_KEYS_LOOKED_AT: u32 = 16;
/// Finalised blocks that may pass before an order that a best block had is given up as undone by a fork.
const MAX_UNSEEN_BLOCKS: u32 = 20;
/// Pause before the stream of blocks is polled again after a loss, so that a node that always fails is not flooded.
const AFTER_LOSS: Duration = Duration::from_secs(1);

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

    let report = order.report;
    let mut purchase = Purchase {
        engine,
        chain,
        actor: &actor,
        card: &card,
        report,
        fee: None,
        placed_at: None,
    };
    if order.order.is_none() {
        if let Some(key) = held_keys(&then, actor.account, card.id).await?.pop() {
            return purchase.finish(&then, None, key.edition, true, events).await;
        }
    }
    let open = match order.order {
        Some(id) => Some(purchase.own_order(&then, id).await?),
        // At the best block: an order whose block is not final yet is an order.
        None => purchase.open_order(&chain.at_best().await?).await?,
    };
    let open = match open {
        Some(open) => open,
        None => match purchase.place(order.max_price, events).await {
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
    let (at, edition) = purchase.wait_for_key(open.id, is_final, events).await?;
    events
        .say(Event::Fulfilled {
            order: open.id,
            card: card.id,
            edition,
            block: None,
        })
        .await;
    purchase
        .finish(&chain.at(at), Some(open.id), edition, false, events)
        .await
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

struct Purchase<'a> {
    engine: &'a Engine,
    chain: &'a Chain,
    actor: &'a Actor,
    card: &'a CardView<Account>,
    report: bool,
    /// What placing the order cost, if this command placed it.
    fee: Option<Amount>,
    /// Block that holds the order, if this command placed it.
    placed_at: Option<BlockNumber>,
}

impl Purchase<'_> {
    /// Places the order. Its block is final when this returns, so its number is, too.
    async fn place(
        &mut self,
        max_price: Option<Amount>,
        events: &Events,
    ) -> Result<OrderView<Account>, EngineError> {
        let card = self.card;
        ensure_for_sale(card, &self.actor.account, max_price)?;
        let terms = card.terms;
        money::ensure_enough(self.chain, self.actor, Amount(terms.price)).await?;
        events
            .say(Event::Price {
                card: card.id,
                price: Amount(terms.price),
                version: terms.version,
            })
            .await;
        let wallet = self.engine.wallet().await?;
        let turn = self.engine.registering.lock().await;
        let key = encryption_key(wallet, self.chain, self.actor).await?;
        let turn = matches!(key, BuyKey::Register { .. }).then_some(turn);
        let placing = self.chain.buy(
            &self.actor.signer,
            card.id,
            terms.price,
            terms.version,
            key,
            Wait::Finalized,
        );
        let placed = self.engine.send("buy", self.actor, events, placing).await?;
        drop(turn);
        self.fee = Some(Amount(placed.fee));
        self.placed_at = Some(placed.at.number);
        self.chain
            .at(placed.at)
            .order(placed.value)
            .await?
            .ok_or_else(|| {
                EngineError::new(
                    Code::HostileAnswer,
                    format!("the node included order {} and does not know it", placed.value),
                    "name another node: --node URL; the order stands",
                )
            })
    }

    /// The order that this account has open for this card; the chain allows one.
    async fn open_order(&self, then: &ChainAt) -> Result<Option<OrderView<Account>>, EngineError> {
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

    /// Follows finalised blocks until the key is there, or the deadline is past and the money back. `is_final` says whether a
    /// finalised block had the order already.
    async fn wait_for_key(
        &self,
        order: OrderId,
        is_final: bool,
        events: &Events,
    ) -> Result<(At, Edition), EngineError> {
        if is_final {
            events.say(Event::OrderFinalized { order }).await;
        }
        let mut blocks = self.chain.finalized_blocks().await?;
        let (mut losses, mut seen, mut unseen_blocks) = (0, is_final, 0);
        while let Some(block) = blocks.next().await {
            let step = match block {
                Ok(at) => self.look(at, order, seen).await,
                Err(error) => Err(error.into()),
            };
            if !seen && matches!(step, Ok(Step::Wait | Step::Held(..) | Step::Overdue)) {
                seen = true;
                events.say(Event::OrderFinalized { order }).await;
            }
            match step {
                Ok(Step::Wait) => losses = 0,
                Ok(Step::NotYet) if unseen_blocks < MAX_UNSEEN_BLOCKS => unseen_blocks += 1,
                Ok(Step::NotYet) => return Err(undone(order)),
                Ok(Step::Held(at, edition)) => return Ok((at, edition)),
                Ok(Step::Overdue) => return Err(self.take_back(order, events).await),
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
                Err(error) => return Err(still_open(error, self.card.id, order)),
            }
        }
        let lost = EngineError::new(
            Code::NodeDown,
            "the node stopped telling about blocks",
            "try again",
        );
        Err(still_open(lost, self.card.id, order))
    }

    /// How far the order is in a finalised block; `seen` says whether an earlier one had it.
    async fn look(&self, at: At, order: OrderId, seen: bool) -> Result<Step, EngineError> {
        let then = self.chain.at(at);
        Ok(match then.order(order).await?.map(|order| order.state) {
            Some(OrderState::Waiting { deadline }) if at.number > deadline => Step::Overdue,
            Some(OrderState::Waiting { .. }) => Step::Wait,
            Some(OrderState::Delivered { edition, .. }) => Step::Held(at, edition),
            // A free key is settled as it is delivered. Otherwise somebody had the order refunded.
            None => match held_keys(&then, self.actor.account, self.card.id).await?.pop() {
                Some(key) => Step::Held(at, key.edition),
                None if !seen => Step::NotYet,
                None => return Err(expired(order, Amount(self.card.terms.price))),
            },
        })
    }

    /// Has the chain refund an order that nobody answered.
    async fn take_back(&self, order: OrderId, events: &Events) -> EngineError {
        let expiring = self.chain.expire(&self.actor.signer, order, Wait::Finalized);
        match self.engine.send("expire", self.actor, events, expiring).await {
            Ok(_) => expired(order, Amount(self.card.terms.price)),
            // Anybody may expire an order that is overdue; somebody else was quicker.
            Err(error) if error.code == Code::NotFound => expired(order, Amount(self.card.terms.price)),
            Err(error) => EngineError {
                remedy: format!(
                    "the deadline is past, so the money can be had back: hashcard expire {order}"
                ),
                ..error
            }
            .with("order", order),
        }
    }

    /// Checks what came, before anybody relies on it.
    async fn finish(
        &self,
        then: &ChainAt,
        order: Option<OrderId>,
        edition: Edition,
        already_held: bool,
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
            Inside::Sound(_) => Ok(Outcome::Bought {
                card: card.id,
                order,
                edition,
                price: Amount(card.terms.price),
                fee: self.fee,
                key_verified: true,
                already_held,
            }),
            Inside::False => {
                if self.report {
                    report::report(self.engine, self.actor, card, &key, events).await?;
                    let refunded = order.map(|_| Amount(card.terms.price));
                    events
                        .say(Event::FalseKeyReported {
                            card: card.id,
                            edition,
                            refunded,
                        })
                        .await;
                    return Err(EngineError {
                        remedy: "it was reported: nothing of this card is sold any more, and unsettled money is refunded"
                            .to_owned(),
                        ..capsule::false_key(card.id, edition)
                    });
                }
                Err(capsule::false_key(card.id, edition))
            }
        }
    }
}

enum Step {
    /// Not in a final block yet.
    NotYet,
    /// The seller has time.
    Wait,
    Held(At, Edition),
    Overdue,
}

/// Says what the chain would say, before a fee is paid for it.
fn ensure_for_sale(
    card: &CardView<Account>,
    buyer: &Account,
    max_price: Option<Amount>,
) -> Result<(), EngineError> {
    let id = card.id;
    if card.frozen {
        return Err(EngineError::new(
            Code::Frozen,
            format!("a false key of card {id} was proven, and nothing of it is sold any more"),
            "look for another: hashcard discover",
        ));
    }
    if card.retired {
        return Err(EngineError::new(
            Code::Retired,
            format!("the creator withdrew card {id}"),
            "look for another: hashcard discover",
        ));
    }
    if card.card.creator == *buyer {
        return Err(EngineError::bad_input(
            format!("card {id} is your own, and a creator needs no key"),
            format!("open it: hashcard fetch {id}"),
        ));
    }
    if !card.terms.listed {
        return Err(EngineError::new(
            Code::NotForSale,
            format!("card {id} is not for sale"),
            "ask the creator",
        ));
    }
    if card.terms.editions.is_some_and(|most| card.keys_made >= most) {
        return Err(EngineError::new(
            Code::SoldOut,
            format!("all {} keys of card {id} are sold", card.keys_made),
            "the creator may raise the editions",
        ));
    }
    let price = Amount(card.terms.price);
    if max_price.is_some_and(|most| price > most) {
        return Err(EngineError::new(
            Code::PriceChanged,
            format!("a key of card {id} costs {price}, more than you want to pay"),
            "give a higher --max-price, or leave it",
        ));
    }
    Ok(())
}

/// The newest encryption key of the account that is this wallet's, or a new one to register with the order.
async fn encryption_key(wallet: &Wallet, chain: &Chain, actor: &Actor) -> Result<BuyKey, EngineError> {
    let genesis = chain.genesis();
    // At the best block: a registration that is not final yet counts for the index of the next one.
    let now = chain.at_best().await?;
    let next = now.next_key_index(actor.account).await?;
    for index in (next.saturating_sub(MAX_KEYS_LOOKED_AT)..next).rev() {
        let registered = now.encryption_key(actor.account, index).await?;
        let own = wallet.encryption_secret(&genesis, &actor.account, index).public();
        if registered == Some(own.0) {
            return Ok(BuyKey::Registered(index));
        }
    }
    Ok(new_key(wallet, &genesis, &actor.account, next))
}

fn new_key(wallet: &Wallet, genesis: &[u8; 32], account: &Account, index: KeyIndex) -> BuyKey {
    let secret = wallet.encryption_secret(genesis, account, index);
    let context = PossessionContext {
        genesis,
        account,
        index,
    };
    BuyKey::Register {
        key: secret.public().0,
        proof: prove_possession(&context, &secret, &mut OsRng).0,
    }
}

/// Whether the chain says that there is an order of this account for the card.
fn is_open_already(error: &EngineError) -> bool {
    error.details.get("chain_error").and_then(|name| name.as_str()) == Some("OrderAlreadyOpen")
}

fn undone(order: OrderId) -> EngineError {
    EngineError::new(
        Code::Dropped,
        format!("order {order} is in no final block: a fork undid it"),
        "nothing was paid; buy again",
    )
    .with("order", order)
}

fn expired(order: OrderId, price: Amount) -> EngineError {
    EngineError::new(
        Code::OrderExpired,
        format!("the seller did not answer order {order} in time; {price} came back to you"),
        "try again later: the seller's program has to run to deliver keys",
    )
    .with("order", order)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::{actor, card, GENESIS};
    use hashcard_proofs::{verify_possession, EncodedPoint, ShortProof};

    const BUYER: Account = [3; 32];

    fn refusal(change: impl FnOnce(&mut CardView<Account>)) -> Code {
        let mut card = card(&Wallet::generate().unwrap(), false);
        change(&mut card);
        ensure_for_sale(&card, &BUYER, Some(Amount(5))).unwrap_err().code
    }

    #[test]
    fn what_cannot_be_bought_is_refused_before_a_fee_is_paid() {
        let wallet = Wallet::generate().unwrap();
        let sound = card(&wallet, false);
        assert!(ensure_for_sale(&sound, &BUYER, Some(Amount(5))).is_ok());
        assert_eq!(
            ensure_for_sale(&sound, &actor(&wallet).account, None)
                .unwrap_err()
                .code,
            Code::BadInput
        );
        assert_eq!(refusal(|card| card.frozen = true), Code::Frozen);
        assert_eq!(refusal(|card| card.retired = true), Code::Retired);
        assert_eq!(refusal(|card| card.terms.listed = false), Code::NotForSale);
        assert_eq!(refusal(|card| card.terms.price = 6), Code::PriceChanged);
        assert_eq!(
            refusal(|card| {
                card.terms.editions = Some(2);
                card.keys_made = 2;
            }),
            Code::SoldOut
        );
    }

    #[test]
    fn a_new_encryption_key_comes_with_the_proof_that_the_chain_checks() {
        let wallet = Wallet::generate().unwrap();
        let account = actor(&wallet).account;
        let BuyKey::Register { key, proof } = new_key(&wallet, &GENESIS, &account, 3) else {
            panic!("registered")
        };
        let context = PossessionContext {
            genesis: &GENESIS,
            account: &account,
            index: 3,
        };
        assert_eq!(
            verify_possession(&context, &EncodedPoint(key), &ShortProof(proof)),
            Ok(())
        );
        let other = PossessionContext { index: 4, ..context };
        assert!(verify_possession(&other, &EncodedPoint(key), &ShortProof(proof)).is_err());
    }

    #[test]
    fn an_interrupted_purchase_says_how_to_go_on() {
        let error = still_open(EngineError::new(Code::NodeDown, "down", "start it"), 7, 12);
        assert!(error.remedy.contains("hashcard buy 7 --order 12"));
        assert_eq!(
            error.details.get("order").and_then(|order| order.as_u64()),
            Some(12)
        );
        let error = still_open(expired(12, Amount(5)), 7, 12);
        assert!(!error.remedy.contains("--order"));
    }
}
