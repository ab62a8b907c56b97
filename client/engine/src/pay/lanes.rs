//! Lanes towards the payees of a fetch. **One transaction at a time, for all that were asked for meanwhile**: a lane is wanted
//! when a payee has delivered something, and twenty payees deliver something in the same second. The same transaction makes the
//! rows, without which a payee does not count the reserve for a card.
//!
//! What is told back to the purse is the finalised head, never what was sent.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use hashcard_chain::{Account, Wait};
use hashcard_primitives::channel::{LaneOpening, MAX_LANES};
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::LaneState;
use hashcard_protocol::payment::SessionRef;

use super::purse::{Purse, Wishes};
use super::session::{lanes_of, trouble};
use crate::engine::{Actor, Engine};
use crate::error::EngineError;
use crate::events::Events;

/// How long to wait for others, and after failures.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// After the first that is asked for, for others to go into the same transaction: who comes later waits until that is final.
    pub gather: Duration,
    /// After a failure: the node is away, or the account has no money for deposits.
    pub try_again: Duration,
}

/// Payees of one fetch deliver first chunks within a part of a second; a block takes three.
pub const PAUSES: Pauses = Pauses {
    gather: Duration::from_millis(400),
    try_again: Duration::from_secs(30),
};

/// Lanes of one session, by payee.
pub type Lanes = BTreeMap<Account, LaneState>;

/// What the chain does with the lanes of one session.
pub trait OnChain {
    /// Most that lanes can reserve, of pool and cap.
    fn spendable(&self) -> impl Future<Output = Result<Balance, EngineError>> + Send;
    /// Opens lanes or adds to them, and redeems vouchers after that; done when it is final.
    fn open(&self, wishes: Wishes) -> impl Future<Output = Result<(), EngineError>> + Send;
    /// The lanes at the finalised head.
    fn lanes(&self) -> impl Future<Output = Result<Lanes, EngineError>> + Send;
}

/// A session on the real chain.
pub struct SessionOnChain<'a> {
    /// Asks and sends.
    pub engine: &'a Engine,
    /// Owns the pool.
    pub actor: &'a Actor,
    /// Which session.
    pub session: SessionRef,
    /// Hears of transactions.
    pub events: &'a Events,
}

impl OnChain for SessionOnChain<'_> {
    async fn spendable(&self) -> Result<Balance, EngineError> {
        let then = self.engine.chain().await?.at_best().await?;
        let (pool, session) = (self.session.pool, self.session.session);
        let gone = || {
            EngineError::not_found(
                format!("session {session} of pool {pool} is not there any more"),
                "fetch again: another session is added",
            )
        };
        // Whom the credit is towards decides its lane only.
        let credit = then
            .credit(pool, session, self.actor.account)
            .await?
            .ok_or_else(gone)?;
        let left = credit.session.cap.saturating_sub(credit.session.charged);
        Ok(credit.pool.unreserved.min(left))
    }

    async fn open(&self, wishes: Wishes) -> Result<(), EngineError> {
        let chain = self.engine.chain().await?;
        let (signer, Wishes { openings, rows }) = (&self.actor.signer, wishes);
        if openings.is_empty() {
            let making = chain.redeem(signer, rows, Wait::Finalized);
            self.engine
                .send("make_rows", self.actor, self.events, making)
                .await?;
            return Ok(());
        }
        let (pool, session) = (self.session.pool, self.session.session);
        let opening = chain.open_lanes(signer, pool, session, openings, rows, Wait::Finalized);
        self.engine
            .send("open_lanes", self.actor, self.events, opening)
            .await?;
        Ok(())
    }

    async fn lanes(&self) -> Result<Lanes, EngineError> {
        let then = self.engine.chain().await?.at_finalized().await?;
        lanes_of(&then, self.session).await
    }
}

/// Opens what the purse asks for, until it is closed and asks for nothing more. After a failure it waits, and gives up if the
/// purse is closed.
pub async fn keep(purse: &Purse, chain: &impl OnChain, pauses: Pauses, events: &Events) {
    while let Some(wanted) = purse.wanted_lanes(pauses.gather).await {
        let Err(error) = open(purse, chain, &wanted).await else {
            continue;
        };
        trouble(&error, events).await;
        purse.lanes_failed(&wanted, error);
        tokio::select! {
            () = purse.closed() => return,
            () = tokio::time::sleep(pauses.try_again) => {}
        }
    }
}

async fn open(purse: &Purse, chain: &impl OnChain, wanted: &Wishes) -> Result<(), EngineError> {
    let done = Wishes {
        openings: affordable(&wanted.openings, chain.spendable().await?),
        rows: wanted.rows.clone(),
    };
    if done.is_empty() {
        // It is not asked for again: that would change nothing. A payee that serves no more without it is left.
        tracing::info!("no money is left to reserve for a payee");
        return Ok(());
    }
    chain.open(done.clone()).await?;
    purse.lanes_are(&done, chain.lanes().await?);
    Ok(())
}

/// As much of the openings as there is money for, in their order; room for lines takes none of it.
fn affordable(wanted: &[LaneOpening<Account>], mut spendable: Balance) -> Vec<LaneOpening<Account>> {
    let mut openings = Vec::new();
    for opening in wanted.iter().take(MAX_LANES as usize) {
        let reserve = opening.reserve.min(spendable);
        spendable = spendable.saturating_sub(reserve);
        if reserve > 0 || opening.lines > 0 {
            openings.push(LaneOpening { reserve, ..*opening });
        }
    }
    openings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(payee: u8, reserve: Balance, lines: u16) -> LaneOpening<Account> {
        LaneOpening {
            payee: [payee; 32],
            reserve,
            lines,
        }
    }

    #[test]
    fn openings_share_the_money_in_their_order_and_room_costs_none() {
        let wanted = [
            opening(1, 60, 1),
            opening(2, 60, 1),
            opening(3, 60, 1),
            opening(4, 60, 0),
        ];
        assert_eq!(
            affordable(&wanted, 100),
            [opening(1, 60, 1), opening(2, 40, 1), opening(3, 0, 1)]
        );
        assert_eq!(affordable(&[opening(4, 60, 0)], 0), []);
    }

    #[test]
    fn a_call_has_no_more_lanes_than_the_chain_takes() {
        let wanted: Vec<_> = (0..100).map(|payee| opening(payee, 1, 1)).collect();
        assert_eq!(affordable(&wanted, 1_000).len(), MAX_LANES as usize);
    }
}
