//! Reserves: money of the pool that one payee alone can be paid. **A reserve counts against the session's cap from the
//! moment it is made**, so a payee who reads cap, charged and his own reserve knows what is left for him.

use crate::{rows::session_key, Config, Error, Event, HoldReason, Lanes, Pallet, Pools, Sessions};
use frame_support::ensure;
use hashcard_primitives::{
    channel::{LaneOpening, LaneOpenings, PoolId, SessionId, MAX_LINES_PER_LANE},
    Balance,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_open_lanes(
        owner: &AccountId32,
        pool: PoolId,
        session: SessionId,
        openings: LaneOpenings<AccountId32>,
    ) -> DispatchResult {
        ensure!(!openings.is_empty(), Error::<T>::NoOpenings);
        let mut row = Self::open_pool_of(owner, pool)?;
        let mut spender = Sessions::<T>::get(pool, session_key(session)).ok_or(Error::<T>::UnknownSession)?;
        ensure!(Self::now() <= spender.expires_at, Error::<T>::SessionExpired);

        let mut deposits: Balance = 0;
        for (at, opening) in (0..=u8::MAX).zip(openings) {
            let reserve = opening.reserve;
            ensure!(opening.payee != *owner, Error::<T>::PayeeIsOwner { at });
            spender.charged = spender
                .charged
                .checked_add(reserve)
                .filter(|charged| *charged <= spender.cap)
                .ok_or(Error::<T>::CapExceeded { at })?;
            row.unreserved = row
                .unreserved
                .checked_sub(reserve)
                .ok_or(Error::<T>::PoolTooSmall { at })?;
            row.reserved = row
                .reserved
                .checked_add(reserve)
                .ok_or(ArithmeticError::Overflow)?;
            let (is_new, deposit) = Self::open_lane(pool, session, at, &opening)?;
            spender.lanes = spender
                .lanes
                .checked_add(is_new.into())
                .ok_or(ArithmeticError::Overflow)?;
            deposits = deposits.checked_add(deposit).ok_or(ArithmeticError::Overflow)?;
            Self::deposit_event(Event::LaneOpened {
                pool,
                session,
                payee: opening.payee,
                reserve,
                lines: opening.lines,
            });
        }
        row.row_deposits = row
            .row_deposits
            .checked_add(deposits)
            .ok_or(ArithmeticError::Overflow)?;
        Self::hold(HoldReason::Deposit, owner, deposits)?;
        Sessions::<T>::insert(pool, session_key(session), spender);
        Pools::<T>::insert(pool, row);
        Ok(())
    }

    /// Writes one lane; whether it is new, and the deposit that is to be taken.
    fn open_lane(
        pool: PoolId,
        session: SessionId,
        at: u8,
        opening: &LaneOpening<AccountId32>,
    ) -> Result<(bool, Balance), DispatchError> {
        let key = (pool, session, &opening.payee);
        let old = Lanes::<T>::get(key);
        let for_row = match old {
            Some(_) => {
                ensure!(
                    opening.reserve > 0 || opening.lines > 0,
                    Error::<T>::NothingAdded { at }
                );
                0
            }
            None => {
                ensure!(opening.lines > 0, Error::<T>::NoRoom { at });
                Self::lane_deposit()
            }
        };
        let mut lane = old.unwrap_or_default();
        lane.room = lane
            .room
            .checked_add(opening.lines)
            .filter(|room| u32::from(*room) <= MAX_LINES_PER_LANE)
            .ok_or(Error::<T>::TooMuchRoom { at })?;
        lane.reserve = lane
            .reserve
            .checked_add(opening.reserve)
            .ok_or(ArithmeticError::Overflow)?;
        let deposit = for_row.saturating_add(Self::line_deposit().saturating_mul(opening.lines.into()));
        lane.deposit = lane
            .deposit
            .checked_add(deposit)
            .ok_or(ArithmeticError::Overflow)?;
        Lanes::<T>::insert(key, lane);
        Ok((old.is_none(), deposit))
    }
}
