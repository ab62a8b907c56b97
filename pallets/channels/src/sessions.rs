//! Keys that spend. **What a session may spend, and until when, never shrinks**: payees serve against it.

use crate::{
    freeing::Freed,
    rows::{session_key, Session},
    Config, Error, Event, HoldReason, Pallet, Pools, Sessions,
};
use frame_support::ensure;
use hashcard_primitives::{
    channel::{PoolId, SessionId, SessionKey},
    Balance, BlockNumber,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// The cap may be beyond the pool's money: a pool can be topped up, and several sessions share one.
    pub(crate) fn do_add_session(
        owner: &AccountId32,
        pool: PoolId,
        key: SessionKey,
        cap: Balance,
        expires_at: BlockNumber,
    ) -> DispatchResult {
        let mut row = Self::open_pool_of(owner, pool)?;
        ensure!(expires_at > Self::now(), Error::<T>::ExpiresInThePast);
        let session = row.next_session;
        let deposit = Self::session_deposit();
        Self::hold(HoldReason::Deposit, owner, deposit)?;
        row.next_session = session.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        row.sessions = row.sessions.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        row.row_deposits = row
            .row_deposits
            .checked_add(deposit)
            .ok_or(ArithmeticError::Overflow)?;
        Pools::<T>::insert(pool, row);
        Sessions::<T>::insert(
            pool,
            session_key(session),
            Session {
                key,
                cap,
                charged: 0,
                expires_at,
                lanes: 0,
                deposit,
            },
        );
        Self::deposit_event(Event::SessionAdded {
            pool,
            session,
            key,
            cap,
            expires_at,
        });
        Ok(())
    }

    /// A session of a pool that is over has nothing to give back to the pool: `withdraw` ends it.
    pub(crate) fn do_end_session(
        pool: PoolId,
        session: SessionId,
        limit: u32,
    ) -> Result<Freed, DispatchError> {
        let mut row = Pools::<T>::get(pool).ok_or(Error::<T>::UnknownPool)?;
        ensure!(!row.is_over(Self::now()), Error::<T>::PoolIsOver);
        let mut spent = Sessions::<T>::get(pool, session_key(session)).ok_or(Error::<T>::UnknownSession)?;
        ensure!(Self::now() > spent.expires_at, Error::<T>::SessionLives);
        let mut freed = Freed::up_to::<T>(limit)?;

        freed.all = Self::free_session(pool, session, &mut spent, &mut freed);
        if freed.all {
            row.sessions = row.sessions.saturating_sub(1);
        }
        let owner = row.owner.clone();
        let (reserves, deposits) = (freed.reserves, freed.deposits);
        row.reserved = row.reserved.saturating_sub(reserves);
        row.unreserved = row.unreserved.saturating_add(reserves);
        row.row_deposits = row.row_deposits.saturating_sub(deposits);
        Pools::<T>::insert(pool, row);
        Self::release(HoldReason::Deposit, &owner, deposits)?;
        Self::deposit_event(Event::SessionEnded {
            pool,
            session,
            reserves,
            deposits,
            rows_left: !freed.all,
        });
        Ok(freed)
    }
}
