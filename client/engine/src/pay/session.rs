//! Sessions of a pool: which one a fetch pays from. **A session is one fetch's at a time, and only a home that has the record of
//! its promises uses it**: promises add up, so two books of one session would promise the same money twice, or the same bytes.
//!
//! Whoever lost the home loses no money: the keys follow from the words, and what a session may spend returns to the pool after
//! its last block.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use futures::StreamExt;
use hashcard_chain::{Account, ChainAt, Wait};
use hashcard_primitives::channel::{LaneView, PoolId, PoolView, SessionId, SessionKey, SessionView};
use hashcard_primitives::{Balance, BlockNumber};
use hashcard_protocol::ledger::LaneState;
use hashcard_protocol::payment::SessionRef;

use super::journal::{self, Journal, Lines};
use super::pool::ROWS_AT_ONCE;
use crate::amount::Amount;
use crate::command::Event;
use crate::engine::{waiting_for_disk, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;

/// How long a session lasts: its money returns a day after the fetch at the latest, and a day's fetches share one.
const SESSION_LIFE: Duration = Duration::from_secs(24 * 3600);
/// What must be left of a session that is used again, at least. Payees refuse one that ends before they can redeem for certain.
const LIFE_LEFT: Duration = Duration::from_secs(3600);
/// Bytes that a fetch brings in a second, if it is slow: what is missing then takes so long, and the session must last beyond that.
const SLOW_FETCH: u64 = 1 << 20;
/// What is left of a session when payees serve nothing for it any more: they stop five minutes before its end, or less (`till`), and
/// it takes a few more before a fetch gives up.
const ENDS_SOON: Duration = Duration::from_secs(15 * 60);
/// Expired sessions that are ended before another is added; each is a transaction.
const ENDED_AT_ONCE: usize = 4;
/// Sessions that have ended whose records are removed at a time.
const FORGOTTEN_AT_ONCE: u32 = 256;

/// The sessions that fetches of this process pay from, with their budgets.
#[derive(Clone, Default)]
pub struct SessionsInUse(Arc<Mutex<BTreeMap<SessionRef, Balance>>>);

impl SessionsInUse {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<SessionRef, Balance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a session for a fetch, until what this gives is dropped; `None` when another one has it.
    pub(super) fn claim(&self, session: SessionRef, budget: Balance) -> Option<Claim> {
        let mut taken = self.lock();
        if taken.contains_key(&session) {
            return None;
        }
        taken.insert(session, budget);
        Some(Claim {
            session,
            of: self.clone(),
        })
    }
}

/// A session that one fetch has.
pub struct Claim {
    session: SessionRef,
    of: SessionsInUse,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.of.lock().remove(&self.session);
    }
}

/// A session, ready to be spent from.
pub struct Session {
    /// Which.
    pub payer: SessionRef,
    /// Signs its vouchers; cleared when dropped.
    pub key: SigningKey,
    /// What it promised.
    pub journal: Journal,
    /// Its lanes at the finalised head.
    pub lanes: BTreeMap<Account, LaneState>,
    /// Its last block.
    pub expires_at: BlockNumber,
    /// Nobody else's until dropped.
    pub claim: Claim,
}

/// A session that has a row, and what this home knows of it.
pub struct Known {
    /// The row.
    pub view: SessionView,
    /// What was promised in it; `None` when this home has no record, or the key is another wallet's.
    pub lines: Option<Lines>,
    /// Its lanes; empty for a session of which this home has no record.
    pub lanes: BTreeMap<Account, LaneState>,
    /// What a fetch of this process may spend of it.
    in_use: Option<Balance>,
}

/// The sessions of a pool.
pub struct Standing {
    /// At which finalised block.
    pub head: BlockNumber,
    /// All that have a row.
    pub sessions: Vec<Known>,
}

impl Known {
    /// Promised, and neither redeemed nor reserved: it will be paid out of the pool's unreserved part.
    pub fn outstanding(&self) -> Balance {
        let mut promised: BTreeMap<Account, Balance> = BTreeMap::new();
        for ((payee, _), line) in self.lines.iter().flatten() {
            let sum = promised.entry(*payee).or_default();
            *sum = sum.saturating_add(line.promised);
        }
        let backed = |payee: &Account| {
            self.lanes
                .get(payee)
                .map_or(0, |lane| lane.reserve.saturating_add(lane.redeemed))
        };
        promised
            .iter()
            .map(|(payee, promised)| promised.saturating_sub(backed(payee)))
            .fold(0, Balance::saturating_add)
    }

    /// All that was promised.
    pub fn promised(&self) -> Balance {
        let lines = self.lines.iter().flatten();
        lines
            .map(|(_, line)| line.promised)
            .fold(0, Balance::saturating_add)
    }

    fn left(&self) -> Balance {
        let charged = self.view.charged.saturating_add(self.outstanding());
        self.view.cap.saturating_sub(charged)
    }
}

impl Standing {
    /// Money of the pool that nobody was promised, and that no fetch of this process may promise.
    pub fn unpromised(&self, pool: &PoolView<Account>) -> Balance {
        let live = self
            .sessions
            .iter()
            .filter(|known| known.view.expires_at >= self.head);
        live.map(|known| known.outstanding().saturating_add(known.in_use.unwrap_or(0)))
            .fold(pool.unreserved, Balance::saturating_sub)
    }

    /// The session that lasts longest among those that can be used for this budget.
    fn usable(&self, life_left: BlockNumber, budget: Balance) -> Option<&Known> {
        let enough = self.head.saturating_add(life_left);
        self.sessions
            .iter()
            .filter(|known| known.lines.is_some() && known.in_use.is_none())
            .filter(|known| known.view.expires_at >= enough && known.left() >= budget)
            .max_by_key(|known| known.view.expires_at)
    }
}

/// The pool that was named, or the account's newest open one.
pub async fn pool_to_pay_from(
    engine: &Engine,
    actor: &Actor,
    pool: Option<PoolId>,
) -> Result<PoolView<Account>, EngineError> {
    let then = engine.chain().await?.at_finalized().await?;
    super::pool::open_pool_of(&then, actor, pool).await
}

/// The sessions of a pool, and what this home knows of each.
pub async fn standing(
    engine: &Engine,
    actor: &Actor,
    pool: &PoolView<Account>,
) -> Result<Standing, EngineError> {
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let mut sessions = Vec::new();
    for view in then.sessions(pool.id).await? {
        let payer = SessionRef {
            pool: pool.id,
            session: view.id,
        };
        let key = signing_key(engine, actor, payer).await?;
        let is_ours = view.key == SessionKey::Ed25519(key.verifying_key().to_bytes());
        let lines = if is_ours {
            recorded(engine, payer).await?
        } else {
            None
        };
        let lanes = match &lines {
            Some(_) => lanes_of(&then, payer).await?,
            None => BTreeMap::new(),
        };
        let in_use = engine.sessions_in_use().lock().get(&payer).copied();
        sessions.push(Known {
            view,
            lines,
            lanes,
            in_use,
        });
    }
    Ok(Standing {
        head: at.number,
        sessions,
    })
}

/// The lanes of a session.
pub async fn lanes_of(
    then: &ChainAt,
    payer: SessionRef,
) -> Result<BTreeMap<Account, LaneState>, EngineError> {
    let lanes = then.lanes(payer.pool, payer.session).await?;
    Ok(lanes.iter().map(|lane| (lane.payee, lane_state(lane))).collect())
}

fn lane_state(lane: &LaneView<Account>) -> LaneState {
    LaneState {
        reserve: lane.reserve,
        redeemed: lane.redeemed,
        room: lane.room,
        cards: lane.lines.iter().map(|line| line.card).collect::<BTreeSet<_>>(),
    }
}

/// A session with so much to spend: one that is there and lasts as long as `missing` bytes may take, or a new one. `_turn` says that
/// nobody else chooses one meanwhile.
pub async fn ready(
    engine: &Engine,
    actor: &Actor,
    pool: &PoolView<Account>,
    standing: &Standing,
    (budget, missing): (Balance, u64),
    _turn: &mut tokio::sync::MutexGuard<'_, ()>,
    events: &Events,
) -> Result<Session, EngineError> {
    let chain = engine.chain().await?;
    let slot = Duration::from_millis(chain.lengths().await?.slot_millis.max(1));
    if let Some(known) = standing.usable(blocks(life_left(missing), slot), budget) {
        let payer = SessionRef {
            pool: pool.id,
            session: known.view.id,
        };
        let (folder, genesis) = (engine.home().paths().paying(), chain.genesis());
        let journal = waiting_for_disk(move || Journal::open(&folder, &genesis, payer)).await?;
        if let (Some(claim), Some(journal)) = (engine.sessions_in_use().claim(payer, budget), journal) {
            return Ok(Session {
                payer,
                key: signing_key(engine, actor, payer).await?,
                journal,
                lanes: known.lanes.clone(),
                expires_at: known.view.expires_at,
                claim,
            });
        }
    }
    end_expired(engine, actor, pool, standing, events).await;
    forget_ended(engine, pool, standing).await?;
    let cap = standing.unpromised(pool).max(budget);
    let expires_at = standing.head.saturating_add(blocks(SESSION_LIFE, slot));
    add(engine, actor, pool, cap, expires_at, budget, events).await
}

async fn add(
    engine: &Engine,
    actor: &Actor,
    pool: &PoolView<Account>,
    cap: Balance,
    expires_at: BlockNumber,
    budget: Balance,
    events: &Events,
) -> Result<Session, EngineError> {
    let chain = engine.chain().await?;
    let now = chain.at_best().await?.pool(pool.id).await?;
    let payer = SessionRef {
        pool: pool.id,
        session: now.map_or(pool.next_session, |now| now.next_session),
    };
    let key = signing_key(engine, actor, payer).await?;
    let public = SessionKey::Ed25519(key.verifying_key().to_bytes());
    let adding = chain.add_session(&actor.signer, pool.id, public, cap, expires_at, Wait::Finalized);
    let added = engine.send("add_session", actor, events, adding).await?;
    if added.value != payer.session {
        return Err(EngineError::new(
            Code::Failed,
            format!(
                "another program added a session to pool {} at the same time: this one became number {}, not {}",
                pool.id, added.value, payer.session
            ),
            "try again; the session is not used, and its deposit comes back when it has expired",
        ));
    }
    let busy = || EngineError::new(Code::Failed, "a new session is in use already", "try again");
    let claim = engine.sessions_in_use().claim(payer, budget).ok_or_else(busy)?;
    let (folder, genesis) = (engine.home().paths().paying(), chain.genesis());
    let journal = waiting_for_disk(move || Journal::create(&folder, &genesis, payer)).await?;
    // Payees look at the finalised heads of their own nodes, which may be a block behind ours.
    if let Ok(mut blocks) = chain.finalized_blocks().await {
        while let Some(Ok(at)) = blocks.next().await {
            if at.number > added.at.number {
                break;
            }
        }
    }
    Ok(Session {
        payer,
        key,
        journal,
        lanes: BTreeMap::new(),
        expires_at,
        claim,
    })
}

/// Ends sessions whose last block is over, so that their reserves and deposits return. The chain takes no fee for it. A failure is
/// none of the fetch.
async fn end_expired(
    engine: &Engine,
    actor: &Actor,
    pool: &PoolView<Account>,
    standing: &Standing,
    events: &Events,
) {
    let expired = standing
        .sessions
        .iter()
        .filter(|known| known.view.expires_at < standing.head);
    for known in expired.take(ENDED_AT_ONCE) {
        if let Err(error) = end(engine, actor, pool.id, known.view.id, Wait::Best, events).await {
            tracing::info!(%error, "an expired session stays");
            return;
        }
    }
}

/// Frees rows of an expired session; what returned to the pool, and the deposits that returned.
pub async fn end(
    engine: &Engine,
    actor: &Actor,
    pool: PoolId,
    session: SessionId,
    wait: Wait,
    events: &Events,
) -> Result<hashcard_chain::Included<hashcard_chain::Freed>, EngineError> {
    let chain = engine.chain().await?;
    let ending = chain.end_session(&actor.signer, pool, session, ROWS_AT_ONCE, wait);
    engine.send("end_session", actor, events, ending).await
}

/// Removes the records of sessions that have no row any more.
async fn forget_ended(
    engine: &Engine,
    pool: &PoolView<Account>,
    standing: &Standing,
) -> Result<(), EngineError> {
    let genesis = engine.chain().await?.genesis();
    let folder = engine.home().paths().paying();
    let gone = gone(pool, standing);
    waiting_for_disk(move || {
        gone.into_iter()
            .try_for_each(|session| journal::remove(&folder, &genesis, session))
    })
    .await
}

/// The newest sessions of a pool that have ended.
fn gone(pool: &PoolView<Account>, standing: &Standing) -> Vec<SessionRef> {
    let live: BTreeSet<SessionId> = standing.sessions.iter().map(|known| known.view.id).collect();
    let first = pool.next_session.saturating_sub(FORGOTTEN_AT_ONCE);
    (first..pool.next_session)
        .filter(|session| !live.contains(session))
        .map(|session| SessionRef {
            pool: pool.id,
            session,
        })
        .collect()
}

async fn signing_key(engine: &Engine, actor: &Actor, payer: SessionRef) -> Result<SigningKey, EngineError> {
    let genesis = engine.chain().await?.genesis();
    let wallet = engine.wallet().await?;
    let secret = wallet.session_secret(&genesis, &actor.account, payer.pool, payer.session);
    Ok(SigningKey::from_bytes(&secret))
}

async fn recorded(engine: &Engine, payer: SessionRef) -> Result<Option<Lines>, EngineError> {
    let genesis = engine.chain().await?.genesis();
    let folder = engine.home().paths().paying();
    waiting_for_disk(move || journal::read(&folder, &genesis, payer)).await
}

/// What must be left of a session that so many bytes are to be paid from. A new one is always enough: when it ends, another follows.
fn life_left(missing: u64) -> Duration {
    let fetching = Duration::from_secs(missing / SLOW_FETCH);
    LIFE_LEFT.saturating_add(fetching).min(SESSION_LIFE / 2)
}

/// Whether payees serve nothing any more for a session with this last block.
pub async fn ends_soon(engine: &Engine, expires_at: BlockNumber) -> Result<bool, EngineError> {
    let chain = engine.chain().await?;
    let slot = Duration::from_millis(chain.lengths().await?.slot_millis.max(1));
    Ok(is_soon(chain.finalized().await?.number, expires_at, slot))
}

fn is_soon(head: BlockNumber, expires_at: BlockNumber, slot: Duration) -> bool {
    expires_at <= head.saturating_add(blocks(ENDS_SOON, slot))
}

/// Blocks in which so much time passes, rounded up.
fn blocks(time: Duration, slot: Duration) -> BlockNumber {
    let blocks = time.as_millis().div_ceil(slot.as_millis().max(1));
    BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX)
}

/// A pool that is empty, or promised.
pub fn nothing_left(pool: &PoolView<Account>) -> EngineError {
    EngineError::new(
        Code::InsufficientFunds,
        format!(
            "nothing is left to promise in pool {}: {} are unreserved, and promised already",
            pool.id,
            Amount(pool.unreserved)
        ),
        format!("add to it: hashcard pool top-up 10 --pool {}", pool.id),
    )
}

/// Says that something failed that the work survives.
pub async fn trouble(error: &EngineError, events: &Events) {
    events
        .say(Event::Trouble {
            message: error.message.clone(),
            remedy: error.remedy.clone(),
        })
        .await;
}

#[cfg(test)]
mod tests;
