//! What must hold between two calls, whatever they were.
//!
//! # Invariants
//! 1. Every pool has a number below the next, and is among its owner's; there are no others among anybody's.
//! 2. No session, lane or line is without its parent, and each parent counts its children: a pool its sessions, a session
//!    its lanes, a lane its lines. A session's number is below its pool's next.
//! 3. A pool's reserved money is the sum of its lanes' reserves, unless its closing window is over: then it may be
//!    returned, and both parts are 0.
//! 4. A session is never charged beyond its cap. While it pays, it is charged with exactly what its lanes hold in reserve
//!    and have redeemed, and a lane has redeemed the sum of its lines.
//! 5. A lane has no more lines than room, and no more room than `MAX_LINES_PER_LANE`.
//! 6. Nobody has a lane towards himself.
//! 7. The deposits of a pool's sessions and lanes are part of its own.
//! 8. What an account has on hold is the sum of its pools' money, and of their deposits; on this pallet's account, of what
//!    is unclaimed, which is never nothing.

use crate::{
    rows::{pool_of_key, session_of_key},
    Config, HoldReason, Lane, Lanes, Lines, NextPool, Pallet, Pool, Pools, PoolsOf, Session, Sessions,
    Unclaimed,
};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::hold::Inspect};
use hashcard_primitives::{
    channel::{PoolId, SessionId, MAX_LINES_PER_LANE},
    Balance,
};
use sp_runtime::{AccountId32, TryRuntimeError};

type Checked = Result<(), TryRuntimeError>;

/// Sums over the children of a row.
#[derive(Default)]
struct Sums {
    rows: u32,
    reserves: Balance,
    redeemed: Balance,
    deposits: Balance,
}

impl<T: Config> Pallet<T> {
    /// Errors: a text that says which invariant does not hold.
    pub(crate) fn do_try_state() -> Checked {
        let lines = Self::check_lines()?;
        let lanes = Self::check_lanes(lines)?;
        let sessions = Self::check_sessions(lanes)?;
        Self::check_pools(sessions)?;
        Self::check_holds()
    }

    fn check_lines() -> Result<BTreeMap<(PoolId, SessionId, AccountId32), Sums>, TryRuntimeError> {
        let mut sums = BTreeMap::<_, Sums>::new();
        for ((pool, session, payee, _), redeemed) in Lines::<T>::iter() {
            ensure!(
                redeemed > 0,
                "channels: a line that nothing was paid for is stored"
            );
            let sum = sums.entry((pool, session, payee)).or_default();
            sum.rows += 1;
            sum.redeemed += redeemed;
        }
        Ok(sums)
    }

    fn check_lanes(
        mut lines: BTreeMap<(PoolId, SessionId, AccountId32), Sums>,
    ) -> Result<BTreeMap<(PoolId, SessionId), Sums>, TryRuntimeError> {
        let mut sums = BTreeMap::<_, Sums>::new();
        for ((pool, session, payee), lane) in Lanes::<T>::iter() {
            let own = lines.remove(&(pool, session, payee.clone())).unwrap_or_default();
            let Lane { room, .. } = lane;
            ensure!(
                own.rows == u32::from(lane.lines),
                "channels: a lane's lines are miscounted"
            );
            ensure!(
                lane.lines <= room && u32::from(room) <= MAX_LINES_PER_LANE,
                "channels: a lane has too many lines, or too much room"
            );
            ensure!(
                own.redeemed == lane.redeemed || !Self::pays(pool, session),
                "channels: a lane's lines do not add up to what it redeemed"
            );
            ensure!(
                Pools::<T>::get(pool).is_some_and(|pool| pool.owner != payee),
                "channels: somebody has a lane towards himself"
            );
            let sum = sums.entry((pool, session)).or_default();
            sum.rows += 1;
            sum.reserves += lane.reserve;
            sum.redeemed += lane.redeemed;
            sum.deposits += lane.deposit;
        }
        ensure!(lines.is_empty(), "channels: a line has no lane");
        Ok(sums)
    }

    fn check_sessions(
        mut lanes: BTreeMap<(PoolId, SessionId), Sums>,
    ) -> Result<BTreeMap<PoolId, Sums>, TryRuntimeError> {
        let mut sums = BTreeMap::<_, Sums>::new();
        for (pool, key, session) in Sessions::<T>::iter() {
            let number = session_of_key(key);
            let own = lanes.remove(&(pool, number)).unwrap_or_default();
            let Session { cap, charged, .. } = session;
            ensure!(
                own.rows == session.lanes,
                "channels: a session's lanes are miscounted"
            );
            ensure!(charged <= cap, "channels: a session is charged beyond its cap");
            let promised = own.reserves + own.redeemed;
            ensure!(
                promised == charged || (promised < charged && !Self::pays(pool, number)),
                "channels: a session is not charged with its lanes' money"
            );
            let row = Pools::<T>::get(pool).ok_or("channels: a session has no pool")?;
            ensure!(
                number < row.next_session,
                "channels: a session's number was not given out"
            );
            let sum = sums.entry(pool).or_default();
            sum.rows += 1;
            sum.reserves += own.reserves;
            sum.deposits += own.deposits + session.deposit;
        }
        ensure!(lanes.is_empty(), "channels: a lane has no session");
        Ok(sums)
    }

    fn check_pools(mut sessions: BTreeMap<PoolId, Sums>) -> Checked {
        for (id, pool) in Pools::<T>::iter() {
            let own = sessions.remove(&id).unwrap_or_default();
            let Pool {
                unreserved,
                reserved,
                row_deposits,
                ..
            } = pool;
            ensure!(
                id < NextPool::<T>::get(),
                "channels: a pool's number was not given out"
            );
            ensure!(
                own.rows == pool.sessions,
                "channels: a pool's sessions are miscounted"
            );
            let is_returned = pool.is_over(Self::now()) && unreserved == 0 && reserved == 0;
            ensure!(
                reserved == own.reserves || is_returned,
                "channels: a pool's reserves are not its lanes'"
            );
            ensure!(
                own.deposits <= row_deposits,
                "channels: deposits of rows are more than their pool's"
            );
            ensure!(
                PoolsOf::<T>::contains_key(&pool.owner, id.to_be_bytes()),
                "channels: a pool is not among its owner's"
            );
        }
        for (owner, key, ()) in PoolsOf::<T>::iter() {
            let row = Pools::<T>::get(pool_of_key(key)).ok_or("channels: a pool among somebody's is gone")?;
            ensure!(row.owner == owner, "channels: a pool is among somebody else's");
        }
        Ok(())
    }

    fn check_holds() -> Checked {
        let mut owed = [
            (HoldReason::Pool, BTreeMap::<AccountId32, Balance>::new()),
            (HoldReason::Deposit, BTreeMap::new()),
            (HoldReason::Unclaimed, BTreeMap::new()),
        ];
        let [(_, pools), (_, deposits), (_, unclaimed)] = &mut owed;
        for pool in Pools::<T>::iter_values() {
            *pools.entry(pool.owner.clone()).or_default() += pool.unreserved + pool.reserved;
            *deposits.entry(pool.owner).or_default() += pool.row_deposits;
        }
        for amount in Unclaimed::<T>::iter_values() {
            ensure!(amount > 0, "channels: a claim to nothing is stored");
            *unclaimed.entry(Self::account_id()).or_default() += amount;
        }
        for (reason, sums) in &owed {
            for account in frame_system::Account::<T>::iter_keys().chain(sums.keys().cloned()) {
                let sum = sums.get(&account).copied().unwrap_or_default();
                ensure!(
                    T::Currency::balance_on_hold(&(*reason).into(), &account) == sum,
                    "channels: what is held is not what rows say"
                );
            }
        }
        Ok(())
    }

    /// Whether vouchers of a session are paid in this block.
    fn pays(pool: PoolId, session: SessionId) -> bool {
        let now = Self::now();
        Pools::<T>::get(pool).is_some_and(|pool| !pool.is_over(now))
            && Sessions::<T>::get(pool, session.to_be_bytes()).is_some_and(|row| now <= row.expires_at)
    }
}
