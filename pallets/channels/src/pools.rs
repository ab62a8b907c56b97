//! The money: put in at any time while the pool is open, taken out only when its closing window is over.

use crate::{
    freeing::Freed,
    rows::{pool_key, session_of_key},
    ClosingWindow, Config, Error, Event, HoldReason, NextPool, Pallet, Pool, Pools, PoolsOf, Sessions,
    MIN_CLOSING_WINDOW_BLOCKS,
};
use frame_support::ensure;
use hashcard_primitives::{channel::PoolId, Balance, BlockNumber};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult, SaturatedConversion};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_open_pool(owner: AccountId32, deposit: Balance) -> DispatchResult {
        ensure!(deposit > 0, Error::<T>::AmountIsZero);
        let pool = NextPool::<T>::get();
        NextPool::<T>::put(pool.checked_add(1).ok_or(ArithmeticError::Overflow)?);
        let row_deposits = Self::pool_deposit();
        Self::hold(HoldReason::Pool, &owner, deposit)?;
        Self::hold(HoldReason::Deposit, &owner, row_deposits)?;
        PoolsOf::<T>::insert(&owner, pool_key(pool), ());
        Pools::<T>::insert(
            pool,
            Pool {
                owner: owner.clone(),
                unreserved: deposit,
                reserved: 0,
                row_deposits,
                closes_at: None,
                sessions: 0,
                next_session: 0,
            },
        );
        Self::deposit_event(Event::PoolOpened { pool, owner, deposit });
        Ok(())
    }

    pub(crate) fn do_top_up(owner: &AccountId32, pool: PoolId, amount: Balance) -> DispatchResult {
        let mut row = Self::open_pool_of(owner, pool)?;
        ensure!(amount > 0, Error::<T>::AmountIsZero);
        Self::hold(HoldReason::Pool, owner, amount)?;
        row.unreserved = row
            .unreserved
            .checked_add(amount)
            .ok_or(ArithmeticError::Overflow)?;
        Pools::<T>::insert(pool, row);
        Self::deposit_event(Event::ToppedUp { pool, amount });
        Ok(())
    }

    pub(crate) fn do_close_pool(owner: &AccountId32, pool: PoolId) -> DispatchResult {
        let mut row = Self::open_pool_of(owner, pool)?;
        let closes_at = Self::now().saturating_add(Self::closing_window());
        row.closes_at = Some(closes_at);
        Pools::<T>::insert(pool, row);
        Self::deposit_event(Event::PoolCloses { pool, closes_at });
        Ok(())
    }

    /// All money goes with the first call: whoever has a large pool waits for none of it while its rows are freed.
    pub(crate) fn do_withdraw(pool: PoolId, limit: u32) -> Result<Freed, DispatchError> {
        let mut row = Pools::<T>::get(pool).ok_or(Error::<T>::UnknownPool)?;
        let closes_at = row.closes_at.ok_or(Error::<T>::PoolIsOpen)?;
        ensure!(Self::now() > closes_at, Error::<T>::WindowOpen);
        let mut freed = Freed::up_to::<T>(limit)?;

        let amount = row.unreserved.saturating_add(row.reserved);
        Self::release(HoldReason::Pool, &row.owner, amount)?;
        (row.unreserved, row.reserved) = (0, 0);

        for (key, mut session) in Sessions::<T>::iter_prefix(pool) {
            if freed.is_full() {
                break;
            }
            if Self::free_session(pool, session_of_key(key), &mut session, &mut freed) {
                row.sessions = row.sessions.saturating_sub(1);
            }
        }
        let owner = row.owner.clone();
        let mut deposits = freed.deposits;
        if row.sessions == 0 && freed.count() {
            deposits = row.row_deposits;
            Pools::<T>::remove(pool);
            PoolsOf::<T>::remove(&owner, pool_key(pool));
            freed.all = true;
        } else {
            row.row_deposits = row.row_deposits.saturating_sub(deposits);
            Pools::<T>::insert(pool, row);
        }
        Self::release(HoldReason::Deposit, &owner, deposits)?;
        Self::deposit_event(Event::Withdrawn {
            pool,
            amount,
            deposits,
            rows_left: !freed.all,
        });
        Ok(freed)
    }

    /// A pool that its owner can still add to.
    ///
    /// Errors: there is none, it is somebody else's, or it closes.
    pub(crate) fn open_pool_of(owner: &AccountId32, pool: PoolId) -> Result<Pool, DispatchError> {
        let row = Pools::<T>::get(pool).ok_or(Error::<T>::UnknownPool)?;
        ensure!(row.owner == *owner, Error::<T>::NotOwner);
        ensure!(row.closes_at.is_none(), Error::<T>::PoolCloses);
        Ok(row)
    }

    /// Blocks in which a pool that closes still pays; never fewer than [`MIN_CLOSING_WINDOW_BLOCKS`].
    pub fn closing_window() -> BlockNumber {
        ClosingWindow::<T>::get().max(MIN_CLOSING_WINDOW_BLOCKS)
    }

    /// The block that is being made.
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}
