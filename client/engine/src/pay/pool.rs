//! Pools: money that pays any number of seeders. **All of it stays on hold on the owner's account until it is paid**, and
//! closing takes a while, because payees rely on it until then.

use hashcard_chain::{Account, ChainAt, Wait};
use hashcard_primitives::channel::{PoolId, PoolView};
use hashcard_primitives::Balance;

use super::session::{self, Known};
use crate::amount::Amount;
use crate::command::{Outcome, PoolShown, SessionShown};
use crate::engine::{Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::money::ensure_enough;
use crate::wallet::AccountName;

/// Rows that one call frees: the most that the chain does at a time, and then for nothing.
pub const ROWS_AT_ONCE: u32 = 512;
/// Calls of one `pool withdraw`: half a million rows, more than anybody pays deposits for.
const MAX_CALLS: u32 = 1_000;

/// Puts money into a new pool.
pub async fn open(
    engine: &Engine,
    account: &AccountName,
    amount: Amount,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    ensure_some(amount)?;
    ensure_enough(chain, &actor, amount).await?;
    let opening = chain.open_pool(&actor.signer, amount.0, Wait::Finalized);
    let opened = engine.send("open_pool", &actor, events, opening).await?;
    Ok(Outcome::PoolOpened {
        pool: opened.value,
        amount,
        fee: Amount(opened.fee),
        block: opened.at.number,
    })
}

/// Adds money to a pool.
pub async fn top_up(
    engine: &Engine,
    account: &AccountName,
    pool: Option<PoolId>,
    amount: Amount,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    ensure_some(amount)?;
    let pool = open_pool_of(&chain.at_finalized().await?, &actor, pool).await?;
    ensure_enough(chain, &actor, amount).await?;
    let adding = chain.top_up(&actor.signer, pool.id, amount.0, Wait::Finalized);
    let added = engine.send("top_up", &actor, events, adding).await?;
    Ok(Outcome::PoolToppedUp {
        pool: pool.id,
        amount,
        fee: Amount(added.fee),
        block: added.at.number,
    })
}

/// Shows the account's pools, or one.
pub async fn show(
    engine: &Engine,
    account: &AccountName,
    pool: Option<PoolId>,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let at = engine.chain().await?.finalized().await?;
    let then = engine.chain().await?.at(at);
    let pools = match pool {
        Some(pool) => vec![own_pool(&then, &actor, pool).await?],
        None => then.pools_of(actor.account).await?,
    };
    let mut shown = Vec::new();
    for pool in &pools {
        let standing = session::standing(engine, &actor, pool).await?;
        let unpromised = match pool.closes_at {
            None => standing.unpromised(pool),
            Some(_) => 0,
        };
        shown.push(PoolShown {
            pool: pool.id,
            unreserved: Amount(pool.unreserved),
            reserved: Amount(pool.reserved),
            unpromised: Amount(unpromised),
            closes_at: pool.closes_at,
            sessions: standing.sessions.iter().map(session_shown).collect(),
        });
    }
    Ok(Outcome::Pools {
        pools: shown,
        block: at.number,
    })
}

fn session_shown(known: &Known) -> SessionShown {
    SessionShown {
        session: known.view.id,
        cap: Amount(known.view.cap),
        charged: Amount(known.view.charged),
        expires_at: known.view.expires_at,
        lanes: known.view.lanes,
        promised: known.lines.as_ref().map(|_| Amount(known.promised())),
    }
}

/// Begins the closing window of a pool.
pub async fn close(
    engine: &Engine,
    account: &AccountName,
    pool: Option<PoolId>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let pool = open_pool_of(&chain.at_finalized().await?, &actor, pool).await?;
    let closing = chain.close_pool(&actor.signer, pool.id, Wait::Finalized);
    let closed = engine.send("close_pool", &actor, events, closing).await?;
    Ok(Outcome::PoolCloses {
        pool: pool.id,
        closes_at: closed.value,
        fee: Amount(closed.fee),
        block: closed.at.number,
    })
}

/// Gets the money of a closed pool back; of an open one what expired sessions still hold.
pub async fn withdraw(
    engine: &Engine,
    account: &AccountName,
    pool: Option<PoolId>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let pool = match pool {
        Some(pool) => own_pool(&then, &actor, pool).await?,
        None => pool_to_withdraw(&then.pools_of(actor.account).await?, at.number)
            .cloned()
            .ok_or_else(|| no_pool(&actor))?,
    };
    match pool.closes_at {
        None => end_sessions(engine, &actor, &pool, at.number, events).await,
        Some(closes_at) if at.number <= closes_at => Err(EngineError::new(
            Code::Refused,
            format!(
                "pool {} still pays vouchers up to block {closes_at}, and the chain is at block {}",
                pool.id, at.number
            ),
            "withdraw after that block",
        )
        .with("closes_at", closes_at)),
        Some(_) => empty(engine, &actor, &pool, events).await,
    }
}

async fn empty(
    engine: &Engine,
    actor: &Actor,
    pool: &PoolView<Account>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let chain = engine.chain().await?;
    let mut sum = Sum::default();
    for _ in 0..MAX_CALLS {
        let withdrawing = chain.withdraw(&actor.signer, pool.id, ROWS_AT_ONCE, Wait::Finalized);
        let freed = engine.send("withdraw", actor, events, withdrawing).await?;
        sum.add(freed.value.money, freed.value.deposits, freed.fee);
        if !freed.value.rows_left {
            return Ok(sum.outcome(pool.id, true, freed.at.number));
        }
    }
    Err(EngineError::new(
        Code::Failed,
        format!("pool {} has more rows than one command frees", pool.id),
        "withdraw again",
    ))
}

async fn end_sessions(
    engine: &Engine,
    actor: &Actor,
    pool: &PoolView<Account>,
    head: u32,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let sessions = engine
        .chain()
        .await?
        .at_finalized()
        .await?
        .sessions(pool.id)
        .await?;
    let expired: Vec<_> = sessions
        .iter()
        .filter(|session| session.expires_at < head)
        .collect();
    if expired.is_empty() {
        return Err(EngineError::new(
            Code::Refused,
            format!("pool {} is open, and none of its sessions has expired", pool.id),
            format!("close it first: hashcard pool close --pool {}", pool.id),
        ));
    }
    let (mut sum, mut block) = (Sum::default(), head);
    for session in expired {
        for _ in 0..MAX_CALLS {
            let ended = session::end(engine, actor, pool.id, session.id, Wait::Finalized, events).await?;
            // What lanes had reserved returns to the pool, not to the account.
            sum.add(0, ended.value.deposits, ended.fee);
            block = ended.at.number;
            if !ended.value.rows_left {
                break;
            }
        }
    }
    Ok(sum.outcome(pool.id, false, block))
}

#[derive(Default)]
struct Sum {
    amount: Balance,
    deposits: Balance,
    fee: Balance,
}

impl Sum {
    fn add(&mut self, amount: Balance, deposits: Balance, fee: Balance) {
        self.amount = self.amount.saturating_add(amount);
        self.deposits = self.deposits.saturating_add(deposits);
        self.fee = self.fee.saturating_add(fee);
    }

    fn outcome(self, pool: PoolId, removed: bool, block: u32) -> Outcome {
        Outcome::PoolWithdrawn {
            pool,
            amount: Amount(self.amount),
            deposits: Amount(self.deposits),
            removed,
            fee: Amount(self.fee),
            block,
        }
    }
}

/// The pool that was named, or the account's newest open one.
pub(super) async fn open_pool_of(
    then: &ChainAt,
    actor: &Actor,
    pool: Option<PoolId>,
) -> Result<PoolView<Account>, EngineError> {
    let Some(pool) = pool else {
        let pools = then.pools_of(actor.account).await?;
        return newest_open(&pools).cloned().ok_or_else(|| no_pool(actor));
    };
    let pool = own_pool(then, actor, pool).await?;
    match pool.closes_at {
        None => Ok(pool),
        Some(closes_at) => Err(EngineError::new(
            Code::Refused,
            format!(
                "pool {} closes: it pays up to block {closes_at}, and nothing is added to it",
                pool.id
            ),
            "use another, or open one: hashcard pool open 10",
        )
        .with("closes_at", closes_at)),
    }
}

async fn own_pool(then: &ChainAt, actor: &Actor, pool: PoolId) -> Result<PoolView<Account>, EngineError> {
    let found = then.pool(pool).await?;
    found.filter(|found| found.owner == actor.account).ok_or_else(|| {
        EngineError::not_found(
            format!("the account {} has no pool {pool}", actor.address()),
            "see those that it has: hashcard pool show",
        )
    })
}

fn newest_open(pools: &[PoolView<Account>]) -> Option<&PoolView<Account>> {
    pools.iter().rfind(|pool| pool.closes_at.is_none())
}

/// The oldest one whose window is over; else the newest that closes; else the newest.
fn pool_to_withdraw(pools: &[PoolView<Account>], head: u32) -> Option<&PoolView<Account>> {
    let is_over = |pool: &&PoolView<Account>| pool.closes_at.is_some_and(|closes_at| closes_at < head);
    pools
        .iter()
        .find(is_over)
        .or_else(|| pools.iter().rfind(|pool| pool.closes_at.is_some()))
        .or(pools.last())
}

fn no_pool(actor: &Actor) -> EngineError {
    EngineError::not_found(
        format!("the account {} has no open pool to pay from", actor.address()),
        "open one: hashcard pool open 10",
    )
}

fn ensure_some(amount: Amount) -> Result<(), EngineError> {
    if amount.0 > 0 {
        return Ok(());
    }
    Err(EngineError::bad_input(
        "nothing is to be put into a pool",
        "give an amount above 0",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(id: PoolId, closes_at: Option<u32>) -> PoolView<Account> {
        PoolView {
            id,
            owner: [1; 32],
            unreserved: 0,
            reserved: 0,
            closes_at,
            sessions: 0,
            next_session: 0,
        }
    }

    fn id(pool: Option<&PoolView<Account>>) -> Option<PoolId> {
        pool.map(|pool| pool.id)
    }

    #[test]
    fn the_newest_open_pool_pays_and_a_closing_one_never() {
        let pools = [pool(1, None), pool(4, None), pool(9, Some(100))];
        assert_eq!(id(newest_open(&pools)), Some(4));
        assert_eq!(id(newest_open(&pools[2..])), None);
        assert_eq!(id(newest_open(&[])), None);
    }

    #[test]
    fn the_oldest_pool_that_is_over_is_emptied_first() {
        let pools = [
            pool(1, None),
            pool(2, Some(50)),
            pool(3, Some(60)),
            pool(4, Some(500)),
        ];
        assert_eq!(id(pool_to_withdraw(&pools, 51)), Some(2));
        // In its last block it still pays.
        assert_eq!(id(pool_to_withdraw(&pools, 50)), Some(4));
        assert_eq!(id(pool_to_withdraw(&pools[..1], 51)), Some(1));
        assert_eq!(id(pool_to_withdraw(&[], 51)), None);
    }

    #[test]
    fn a_pool_is_not_opened_with_nothing() {
        assert_eq!(ensure_some(Amount(0)).unwrap_err().code, Code::BadInput);
        assert!(ensure_some(Amount(1)).is_ok());
    }
}
