//! Vouchers become money, at finalised blocks. **What has little time left goes first**, and a transaction is not sent when it costs
//! more than it brings: the vouchers wait, and are redeemed with later ones or, if none come before their session ends, not at all.
//!
//! Before anything is sent the chain is asked what each voucher would be paid, so that those which it would refuse take no room and
//! cost no fee. Fates between asking and sending are possible (another payee is paid first) and are told as they were.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use hashcard_chain::{Account, At, Chain, Fates, Wait};
use hashcard_primitives::channel::{SignedVoucher, VoucherRefusal, MAX_VOUCHERS};
use hashcard_primitives::{Balance, BlockNumber};
use hashcard_protocol::ledger::RedeemWhy;
use hashcard_protocol::payment::SessionRef;

use super::till::Cashier;
use crate::amount::Amount;
use crate::command::Event;
use crate::engine::{waiting_for_disk, Actor, Engine};
use crate::error::EngineError;
use crate::events::Events;

/// Pause before something that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);
/// Sessions that are looked up at a block: all there are within some minutes, and no burden for a node.
const LOOKED_UP: usize = 64;
/// Blocks before vouchers are tried again that the chain would not pay, or that are worth less than the fee: half a minute.
const REST: BlockNumber = 10;
/// Most transactions of one `earn --redeem`: four thousand vouchers.
const MAX_ROUNDS: usize = 64;

/// Redeems for a cashier, as an account.
pub struct Redeemer {
    cashier: Arc<Cashier>,
    actor: Actor,
    /// Sessions that are left alone until a block.
    resting: BTreeMap<SessionRef, BlockNumber>,
}

/// A voucher, and why it is to be redeemed.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Due {
    payer: SessionRef,
    voucher: SignedVoucher<Account>,
}

/// What a round came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Round {
    /// Nothing was there to redeem.
    Nothing,
    /// What is there would bring less than it costs.
    NotWorthIt {
        value: Balance,
        fee: Balance,
    },
    Redeemed,
}

impl Redeemer {
    /// For the account that the cashier takes payments for.
    pub fn new(cashier: Arc<Cashier>, actor: Actor) -> Self {
        Self {
            cashier,
            actor,
            resting: BTreeMap::new(),
        }
    }

    /// Redeems what is due at every finalised block. Never returns.
    pub async fn keep(&mut self, engine: &Engine, events: &Events) {
        loop {
            if let Err(error) = self.while_connected(engine, events).await {
                events
                    .say(Event::Trouble {
                        message: error.message,
                        remedy: error.remedy,
                    })
                    .await;
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    async fn while_connected(&mut self, engine: &Engine, events: &Events) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        let mut blocks = chain.finalized_blocks().await?;
        while let Some(block) = blocks.next().await {
            let at = block?;
            self.cashier.head_is(at);
            self.refresh(chain, at, LOOKED_UP).await?;
            self.resting.retain(|_, until| *until > at.number);
            let sessions = self
                .cashier
                .redeemable(at.number)
                .into_iter()
                .map(|(payer, _)| payer)
                .filter(|payer| !self.resting.contains_key(payer))
                .collect();
            self.round(engine, chain, sessions, events).await?;
        }
        Ok(())
    }

    /// Redeems all that is worth it, whatever its age.
    pub async fn redeem_all(&mut self, engine: &Engine, events: &Events) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        for _ in 0..MAX_ROUNDS {
            let at = chain.finalized().await?;
            self.refresh(chain, at, usize::MAX).await?;
            let ending: Vec<SessionRef> = self
                .cashier
                .redeemable(at.number)
                .into_iter()
                .filter(|(_, why)| *why == RedeemWhy::Ending)
                .map(|(payer, _)| payer)
                .collect();
            let mut sessions: Vec<SessionRef> = self
                .cashier
                .pending_sessions()
                .into_iter()
                .filter(|payer| !self.resting.contains_key(payer))
                .collect();
            sessions.sort_by_key(|payer| !ending.contains(payer));
            match self.round(engine, chain, sessions, events).await? {
                Round::Redeemed => {}
                Round::Nothing => break,
                Round::NotWorthIt { value, fee } => {
                    events
                        .say(Event::RedeemWaits {
                            value: Amount(value),
                            fee: Amount(fee),
                        })
                        .await;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Asks the chain about sessions, those first that were not heard of for longest.
    pub async fn refresh(&self, chain: &Chain, at: At, most: usize) -> Result<(), EngineError> {
        let then = chain.at(at);
        for payer in self.cashier.stalest().into_iter().take(most) {
            let view = then
                .credit(payer.pool, payer.session, self.cashier.payee())
                .await?;
            let cashier = self.cashier.clone();
            waiting_for_disk(move || cashier.heard(payer, view.as_ref(), at).map(drop)).await?;
        }
        Ok(())
    }

    async fn round(
        &mut self,
        engine: &Engine,
        chain: &Chain,
        sessions: Vec<SessionRef>,
        events: &Events,
    ) -> Result<Round, EngineError> {
        if sessions.is_empty() {
            return Ok(Round::Nothing);
        }
        let cashier = self.cashier.clone();
        let _turn = cashier.turn_to_redeem().await;
        // What was redeemed while this waited for its turn is in the books by now, and in the newest head.
        let at = chain.finalized().await?;
        let due = first_due(sessions, |payer| cashier.unredeemed(payer));
        if due.is_empty() {
            return Ok(Round::Nothing);
        }
        let until = at.number.saturating_add(REST);
        let quoted = chain.at(at).quote(vouchers_of(&due)).await?;
        let mut payable = Vec::new();
        for (due, fate) in due.into_iter().zip(quoted) {
            match fate {
                Ok(payment) => payable.push((due, payment.to_payee)),
                Err(refusal) => {
                    self.resting.insert(due.payer, until);
                    tell_refused(due.payer, refusal, events).await;
                }
            }
        }
        let Some((first, _)) = payable.first() else {
            return Ok(Round::Nothing);
        };
        let signer = &self.actor.signer;
        let fees = Fees {
            of_one: chain.redeem_fee(signer, vec![first.voucher.clone()]).await?,
            of_all: chain
                .redeem_fee(signer, vouchers_of(payable.iter().map(|(due, _)| due)))
                .await?,
        };
        let (payable, left) = fees.worth_sending(payable);
        self.resting
            .extend(left.iter().map(|(due, _)| (due.payer, until)));
        if payable.is_empty() {
            let value = left
                .iter()
                .fold(0, |sum: Balance, (_, worth)| sum.saturating_add(*worth));
            let fee = fees.of_all;
            return Ok(Round::NotWorthIt { value, fee });
        }
        let redeeming = chain.redeem(
            &self.actor.signer,
            vouchers_of(payable.iter().map(|(due, _)| due)),
            Wait::Finalized,
        );
        let done = engine.send("redeem", &self.actor, events, redeeming).await?;
        let sum = sum_of(&done.value);
        let (cashier, received, paid_fee) = (self.cashier.clone(), sum.to_payee, done.fee);
        waiting_for_disk(move || cashier.add_redeemed(received, paid_fee)).await?;
        events
            .say(Event::Redeemed {
                vouchers: sum.vouchers,
                paid: Amount(sum.paid),
                received: Amount(sum.to_payee),
                shortfall: Amount(sum.shortfall),
                fee: Amount(done.fee),
                block: done.at.number,
            })
            .await;
        let settled_by = done.at.number.saturating_add(REST);
        for ((due, _), fate) in payable.iter().zip(&done.value) {
            // The books hear of it with the next look at the session; until then it is not sent again.
            self.resting.insert(due.payer, settled_by);
            if let Err(refusal) = fate {
                tell_refused(due.payer, *refusal, events).await;
            }
        }
        let then = chain.at(done.at);
        for (due, _) in &payable {
            let view = then
                .credit(due.payer.pool, due.payer.session, self.cashier.payee())
                .await?;
            let (cashier, payer, at) = (self.cashier.clone(), due.payer, done.at);
            waiting_for_disk(move || cashier.heard(payer, view.as_ref(), at).map(drop)).await?;
            if done.value.iter().all(Result::is_ok) {
                self.resting.remove(&due.payer);
            }
        }
        Ok(Round::Redeemed)
    }
}

/// The first vouchers that fit a transaction, in the order of their sessions.
fn first_due(
    sessions: Vec<SessionRef>,
    vouchers: impl Fn(SessionRef) -> Vec<SignedVoucher<Account>>,
) -> Vec<Due> {
    sessions
        .into_iter()
        .flat_map(|payer| {
            vouchers(payer)
                .into_iter()
                .map(move |voucher| Due { payer, voucher })
        })
        .take(MAX_VOUCHERS as usize)
        .collect()
}

fn vouchers_of<'a>(due: impl IntoIterator<Item = &'a Due>) -> Vec<SignedVoucher<Account>> {
    due.into_iter().map(|due| due.voucher.clone()).collect()
}

/// What it costs to have one of some vouchers redeemed, and all of them.
#[derive(Clone, Copy, Debug)]
struct Fees {
    of_one: Balance,
    of_all: Balance,
}

impl Fees {
    /// Parts vouchers, each with what its payee would get, into those to send and those to leave. **Each must bring more than it adds
    /// to the fee, and all of them more than the fee**, also when their session ends: otherwise somebody with many sessions of
    /// next to nothing makes a payee pay fees for ever.
    fn worth_sending<V>(self, vouchers: Vec<(V, Balance)>) -> (Vec<(V, Balance)>, Vec<(V, Balance)>) {
        let others = vouchers.len().saturating_sub(1) as Balance;
        let added = self.of_all.saturating_sub(self.of_one).div_ceil(others.max(1));
        let (sent, mut left): (Vec<_>, Vec<_>) = vouchers.into_iter().partition(|(_, worth)| *worth > added);
        let fee = added
            .saturating_mul(sent.len().saturating_sub(1) as Balance)
            .saturating_add(self.of_one);
        if sent
            .iter()
            .fold(0, |sum: Balance, (_, worth)| sum.saturating_add(*worth))
            > fee
        {
            return (sent, left);
        }
        left.extend(sent);
        (Vec::new(), left)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Sum {
    vouchers: u64,
    paid: Balance,
    to_payee: Balance,
    shortfall: Balance,
}

fn sum_of(fates: &Fates) -> Sum {
    fates.iter().flatten().fold(Sum::default(), |sum, payment| Sum {
        vouchers: sum.vouchers.saturating_add(1),
        paid: sum.paid.saturating_add(payment.paid),
        to_payee: sum.to_payee.saturating_add(payment.to_payee),
        shortfall: sum.shortfall.saturating_add(payment.shortfall),
    })
}

async fn tell_refused(payer: SessionRef, refusal: VoucherRefusal, events: &Events) {
    if refusal == VoucherRefusal::NothingDue {
        // Somebody redeemed it for us.
        return;
    }
    events
        .say(Event::VoucherRefused {
            pool: payer.pool,
            session: payer.session,
            reason: reason(refusal),
        })
        .await;
}

fn reason(refusal: VoucherRefusal) -> String {
    match refusal {
        VoucherRefusal::Malformed => "its lines are not in order".into(),
        VoucherRefusal::UnknownPool => "the pool is gone, or closed and its window over".into(),
        VoucherRefusal::UnknownSession => "the pool has no such session".into(),
        VoucherRefusal::SessionExpired => "the session is over".into(),
        VoucherRefusal::NoLane => "the payer opened no lane towards this account".into(),
        VoucherRefusal::BadSignature => "the session's key did not sign it".into(),
        VoucherRefusal::UnknownCard { card } => format!("there never was a card {card}"),
        VoucherRefusal::NoRoomForLine => "the lane has no room for another card".into(),
        VoucherRefusal::NothingDue => "nothing is due that was not paid".into(),
        VoucherRefusal::NothingLeft => "neither lane nor pool has any money left for it".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::channel::{Voucher, VoucherLines, VoucherPayment};

    fn session(session: u32) -> SessionRef {
        SessionRef { pool: 1, session }
    }

    fn voucher(payer: SessionRef) -> SignedVoucher<Account> {
        SignedVoucher {
            voucher: Voucher {
                pool: payer.pool,
                session: payer.session,
                payee: [1; 32],
                lines: VoucherLines::default(),
            },
            signature: [0; 64],
        }
    }

    #[test]
    fn a_transaction_is_filled_in_the_order_of_sessions_and_no_further() {
        let sessions = vec![session(3), session(1), session(2)];
        let due = first_due(sessions, |payer| vec![voucher(payer); 40]);
        assert_eq!(due.len(), MAX_VOUCHERS as usize);
        assert!(due[..40].iter().all(|due| due.payer == session(3)));
        assert!(due[40..].iter().all(|due| due.payer == session(1)));
    }

    #[test]
    fn only_vouchers_are_sent_that_bring_more_than_they_cost() {
        let fees = Fees {
            of_one: 10,
            of_all: 16,
        };
        let (sent, left) = fees.worth_sending(vec![("a", 9), ("b", 2), ("c", 3), ("d", 4)]);
        assert_eq!(sent, [("a", 9), ("c", 3), ("d", 4)], "2 is what each adds");
        assert_eq!(left, [("b", 2)]);
        let (sent, left) = fees.worth_sending(vec![("a", 9), ("b", 2), ("c", 2), ("d", 2)]);
        assert_eq!((sent.len(), left.len()), (0, 4), "9 would be paid for 10");
        let one = Fees { of_one: 5, of_all: 5 };
        assert_eq!(one.worth_sending(vec![("a", 5)]).0, []);
        assert_eq!(one.worth_sending(vec![("a", 6)]).0, [("a", 6)]);
        assert_eq!(one.worth_sending(Vec::<(&str, Balance)>::new()), (vec![], vec![]));
    }

    #[test]
    fn only_what_was_paid_is_summed() {
        let paid = VoucherPayment {
            paid: 10,
            to_payee: 7,
            shortfall: 2,
        };
        let fates = vec![Ok(paid), Err(VoucherRefusal::NothingLeft), Ok(paid)];
        let expected = Sum {
            vouchers: 2,
            paid: 20,
            to_payee: 14,
            shortfall: 4,
        };
        assert_eq!(sum_of(&fates), expected);
    }
}
