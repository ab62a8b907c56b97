//! Vouchers become money, at finalised blocks. **What has little time left goes first**, and a transaction is not sent when it costs
//! more than it brings: the vouchers wait, and are redeemed with later ones or, if none come before their session ends, not at all.
//!
//! Which are sent is decided by [`choose`] from what the books say; then the chain is asked what each would be paid, so that those
//! which it would refuse take no room and cost no fee. Fates between asking and sending are possible (another payee is paid first) and
//! are told as they were.

mod choose;
mod heads;
mod rests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, TryStreamExt};
use hashcard_chain::{At, Chain, Fates, Wait};
use hashcard_primitives::channel::{
    SignedVoucher, Voucher, VoucherLine, VoucherLines, VoucherPayment, VoucherRefusal, MAX_LINES,
};
use hashcard_primitives::{Balance, BlockNumber};
use hashcard_protocol::ledger::RedeemWhy;
use hashcard_protocol::payment::{Account, SessionRef};

use super::session::trouble;
use super::till::Cashier;
use crate::amount::Amount;
use crate::command::Event;
use crate::engine::{waiting_for_disk, Actor, Engine};
use crate::error::EngineError;
use crate::events::Events;
use choose::{sift, Candidate, Choice, Costs, Sifted};
use rests::Rests;

/// Pause before something that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);
/// Sessions that are looked up at a block: all there are within some minutes, and no burden for a node.
const LOOKED_UP: usize = 64;
/// Questions about sessions at a time: over a link of 100 ms they are answered within a second.
const LOOKED_UP_AT_ONCE: usize = 8;
/// Blocks before vouchers are tried again that the chain would not pay, or that are worth less than the fee: half a minute. As long
/// it is believed what fees were.
const REST: BlockNumber = 10;
/// Times that the fee is asked for before something is sent, each time for half as many vouchers.
const FEES_ASKED: usize = 4;
/// Most transactions of one `earn --redeem`: four thousand vouchers.
const MAX_SENT: usize = 64;
/// Most rounds of one `earn --redeem` in which nothing could be sent. Each sets aside some vouchers that promise more than there is.
const MAX_IN_VAIN: usize = 1024;

/// Redeems for a cashier, as an account.
pub struct Redeemer {
    cashier: Arc<Cashier>,
    actor: Actor,
    rests: Rests,
    /// What fees were, and when.
    costs: Option<(BlockNumber, Costs)>,
}

/// A session to redeem from, and whether it ends soon.
type DueSession = (SessionRef, bool);

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
    /// What was chosen would bring less than it costs, and others may not have been looked at. It rests now.
    InVain {
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
            rests: Rests::default(),
            costs: None,
        }
    }

    /// Follows the finalised heads, and redeems what is due. Never returns.
    pub async fn keep(&mut self, engine: &Engine, events: &Events) {
        let cashier = &self.cashier.clone();
        let redeemer = &tokio::sync::Mutex::new(self);
        heads::keep_up(
            heads::heads(engine, events),
            |at| cashier.head_is(at),
            move |at| survive(refresh(engine, cashier, at), events),
            move |at| async move {
                let mut redeemer = redeemer.lock().await;
                survive(redeemer.redeem_due(engine, at, events), events).await;
            },
        )
        .await;
    }

    async fn redeem_due(&mut self, engine: &Engine, at: At, events: &Events) -> Result<(), EngineError> {
        let sessions: BTreeSet<SessionRef> = self.cashier.sessions().into_keys().collect();
        self.rests.prune(at.number, &sessions);
        let due = self.cashier.redeemable(at.number).into_iter();
        let due = due
            .map(|(payer, why)| (payer, why == RedeemWhy::Ending))
            .collect();
        self.round(engine, engine.chain().await?, due, events).await?;
        Ok(())
    }

    /// Redeems all that is worth it, whatever its age.
    pub async fn redeem_all(&mut self, engine: &Engine, events: &Events) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        let (mut sent, mut in_vain, mut waiting) = (0, 0, None);
        // Once: what is redeemed is looked at again as it is.
        self.refresh(chain, chain.finalized().await?, usize::MAX).await?;
        while sent < MAX_SENT && in_vain < MAX_IN_VAIN {
            let at = chain.finalized().await?;
            let due = self.cashier.redeemable(at.number).into_iter();
            let ending: BTreeSet<SessionRef> = due
                .filter(|(_, why)| *why == RedeemWhy::Ending)
                .map(|(payer, _)| payer)
                .collect();
            let sessions = self.cashier.pending_sessions().into_iter();
            let sessions = sessions.map(|payer| (payer, ending.contains(&payer))).collect();
            match self.round(engine, chain, sessions, events).await? {
                Round::Redeemed => sent += 1,
                Round::InVain { value, fee } => {
                    in_vain += 1;
                    waiting = Some(added(waiting, value, fee));
                }
                Round::NotWorthIt { value, fee } => {
                    waiting = Some(added(waiting, value, fee));
                    break;
                }
                Round::Nothing => break,
            }
        }
        if let Some((value, fee)) = waiting {
            let (value, fee) = (Amount(value), Amount(fee));
            events.say(Event::RedeemWaits { value, fee }).await;
        }
        Ok(())
    }

    /// Asks the chain about sessions, those first that were not heard of for longest.
    pub async fn refresh(&self, chain: &Chain, at: At, most: usize) -> Result<(), EngineError> {
        look_up(chain, &self.cashier, at, most).await
    }

    async fn round(
        &mut self,
        engine: &Engine,
        chain: &Chain,
        sessions: Vec<DueSession>,
        events: &Events,
    ) -> Result<Round, EngineError> {
        if sessions.is_empty() {
            return Ok(Round::Nothing);
        }
        let cashier = self.cashier.clone();
        let _turn = cashier.turn_to_redeem().await;
        // What was redeemed while this waited for its turn is in the books by now, and in the newest head.
        let at = chain.finalized().await?;
        let costs = self.costs(chain, at).await?;
        let chosen = match self.chosen(sessions, costs, at) {
            Ok(chosen) => chosen,
            Err(0) => return Ok(Round::Nothing),
            Err(value) => {
                let fee = costs.base.saturating_add(costs.of_lines(1));
                return Ok(Round::NotWorthIt { value, fee });
            }
        };
        let fates = chain.at(at).quote(vouchers_of(&chosen)).await?;
        let sifted = self.quoted(chosen, &fates, costs, at, events).await;
        let most = sifted
            .worth_it
            .iter()
            .fold(0, |sum: Balance, (_, worth)| sum.saturating_add(*worth));
        let tried: Vec<SignedVoucher<Account>> = vouchers_of(sifted.worth_it.iter().map(|(one, _)| one));
        let (payable, fee) = self.payable(chain, sifted.worth_it).await?;
        if payable.is_empty() {
            if sifted.disappointing.is_empty() {
                // Nothing else is to be chosen in their place as long as they are there.
                for voucher in &tried {
                    self.rests.rest(voucher, at.number.saturating_add(REST));
                }
            }
            return Ok(Round::InVain { value: most, fee });
        }
        self.send(engine, chain, payable, events).await?;
        Ok(Round::Redeemed)
    }

    /// What fees are about: exact ones are asked for before anything is sent.
    async fn costs(&mut self, chain: &Chain, at: At) -> Result<Costs, EngineError> {
        match self.costs {
            Some((asked_at, costs)) if at.number < asked_at.saturating_add(REST) => return Ok(costs),
            _ => {}
        }
        let (signer, payee) = (&self.actor.signer, self.cashier.payee());
        let (short, long) = (model(payee, 1), model(payee, MAX_LINES));
        let one = chain.redeem_fee(signer, vec![short.clone()]).await?;
        let two = chain
            .redeem_fee(signer, vec![short.clone(), short.clone()])
            .await?;
        let one_and_longest = chain.redeem_fee(signer, vec![short, long]).await?;
        let costs = Costs::from_fees(one, two, one_and_longest);
        self.costs = Some((at.number, costs));
        Ok(costs)
    }

    fn chosen(&self, sessions: Vec<DueSession>, costs: Costs, at: At) -> Result<Vec<Candidate>, Balance> {
        let mut choice = Choice::new(costs);
        for (payer, is_ending) in sessions {
            let disappointments = self.rests.disappointments(payer);
            for (voucher, value) in self.cashier.due(payer) {
                if self.rests.is_resting(&voucher, at.number) {
                    continue;
                }
                choice.offer(Candidate {
                    payer,
                    voucher,
                    value,
                    is_ending,
                    disappointments,
                });
            }
        }
        choice.made()
    }

    /// What is worth sending by what the chain says. The others rest.
    async fn quoted(
        &mut self,
        chosen: Vec<Candidate>,
        fates: &[Result<VoucherPayment, VoucherRefusal>],
        costs: Costs,
        at: At,
        events: &Events,
    ) -> Sifted {
        for (candidate, fate) in chosen.iter().zip(fates) {
            if let Err(refusal) = fate {
                tell_refused(candidate.payer, *refusal, events).await;
            }
        }
        let worth = fates
            .iter()
            .map(|fate| fate.map_or(0, |payment| payment.to_payee));
        let sifted = sift(chosen.into_iter().zip(worth), &costs);
        for candidate in &sifted.disappointing {
            self.rests
                .rest(&candidate.voucher, at.number.saturating_add(REST));
        }
        // Once for all vouchers of a session: it is one payer.
        let payers: BTreeSet<SessionRef> = sifted.disappointing.iter().map(|one| one.payer).collect();
        for payer in payers {
            self.rests.disappointed(payer);
        }
        sifted
    }

    /// As many as bring more than the fee of just those, and that fee; none if a few that bring most do not.
    async fn payable(
        &self,
        chain: &Chain,
        mut worth_it: Vec<(Candidate, Balance)>,
    ) -> Result<(Vec<Candidate>, Balance), EngineError> {
        let mut fee = 0;
        for _ in 0..FEES_ASKED {
            if worth_it.is_empty() {
                break;
            }
            let vouchers = vouchers_of(worth_it.iter().map(|(candidate, _)| candidate));
            fee = chain.redeem_fee(&self.actor.signer, vouchers).await?;
            let worth = worth_it
                .iter()
                .fold(0, |sum: Balance, (_, worth)| sum.saturating_add(*worth));
            if worth > fee {
                return Ok((
                    worth_it.into_iter().map(|(candidate, _)| candidate).collect(),
                    fee,
                ));
            }
            worth_it.truncate(worth_it.len() / 2);
        }
        Ok((Vec::new(), fee))
    }

    async fn send(
        &mut self,
        engine: &Engine,
        chain: &Chain,
        payable: Vec<Candidate>,
        events: &Events,
    ) -> Result<(), EngineError> {
        let redeeming = chain.redeem(&self.actor.signer, vouchers_of(&payable), Wait::Finalized);
        let done = engine.send("redeem", &self.actor, events, redeeming).await?;
        let sum = sum_of(&done.value);
        let (cashier, received, fee) = (self.cashier.clone(), sum.to_payee, done.fee);
        waiting_for_disk(move || cashier.add_redeemed(received, fee)).await?;
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
        for (candidate, fate) in payable.iter().zip(&done.value) {
            // The books hear of it with the next look at the session; until then it is not sent again.
            self.rests
                .rest(&candidate.voucher, done.at.number.saturating_add(REST));
            match fate {
                Ok(_) => self.rests.paid(candidate.payer),
                Err(refusal) => {
                    self.rests.disappointed(candidate.payer);
                    tell_refused(candidate.payer, *refusal, events).await;
                }
            }
        }
        let then = chain.at(done.at);
        let payers: BTreeSet<SessionRef> = payable.iter().map(|candidate| candidate.payer).collect();
        for payer in payers {
            let view = then
                .credit(payer.pool, payer.session, self.cashier.payee())
                .await?;
            let (cashier, at) = (self.cashier.clone(), done.at);
            waiting_for_disk(move || cashier.heard(payer, view.as_ref(), at).map(drop)).await?;
            let of_payer = payable
                .iter()
                .zip(&done.value)
                .filter(|(one, _)| one.payer == payer);
            for (candidate, _) in of_payer.filter(|(_, fate)| fate.is_ok()) {
                self.rests.wake(&candidate.voucher);
            }
        }
        Ok(())
    }
}

/// At a new head: some sessions are looked up, and what is better stored soon is stored.
async fn refresh(engine: &Engine, cashier: &Arc<Cashier>, at: At) -> Result<(), EngineError> {
    let storing = cashier.clone();
    waiting_for_disk(move || storing.store_held()).await?;
    look_up(engine.chain().await?, cashier, at, LOOKED_UP).await
}

async fn look_up(chain: &Chain, cashier: &Arc<Cashier>, at: At, most: usize) -> Result<(), EngineError> {
    let then = &chain.at(at);
    let sessions = cashier.stalest().into_iter().take(most);
    stream::iter(sessions.map(Ok))
        .try_for_each_concurrent(LOOKED_UP_AT_ONCE, |payer| async move {
            let view = then.credit(payer.pool, payer.session, cashier.payee()).await?;
            let cashier = cashier.clone();
            waiting_for_disk(move || cashier.heard(payer, view.as_ref(), at).map(drop)).await
        })
        .await
}

/// A failure is told, and what failed is left alone for a while.
async fn survive(work: impl std::future::Future<Output = Result<(), EngineError>>, events: &Events) {
    if let Err(error) = work.await {
        trouble(&error, events).await;
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

fn added(waiting: Option<(Balance, Balance)>, value: Balance, fee: Balance) -> (Balance, Balance) {
    let before = waiting.map_or(0, |(value, _)| value);
    (before.saturating_add(value), fee)
}

fn vouchers_of<'a>(candidates: impl IntoIterator<Item = &'a Candidate>) -> Vec<SignedVoucher<Account>> {
    let vouchers = candidates.into_iter().map(|candidate| &candidate.voucher);
    vouchers.cloned().collect()
}

/// A voucher like any with so many lines, to ask what one costs.
fn model(payee: Account, lines: u32) -> SignedVoucher<Account> {
    let lines = (0..lines).map(|card| VoucherLine {
        card: card.into(),
        cumulative: Balance::MAX,
    });
    SignedVoucher {
        voucher: Voucher {
            pool: 0,
            session: 0,
            payee,
            lines: VoucherLines::truncate_from(lines.collect()),
        },
        signature: [0; 64],
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

    #[test]
    fn the_models_that_fees_are_asked_for_are_the_shortest_and_the_longest_vouchers() {
        for lines in [1, MAX_LINES] {
            let voucher = model([1; 32], lines).voucher;
            assert!(voucher.is_well_formed() && voucher.lines.len() == lines as usize);
        }
    }
}
