//! Rows go from the leaves up, as many as a call was asked to free, and never one whose children remain.

use crate::{
    rows::{session_key, Lane, Session},
    Config, Error, Lanes, Lines, Pallet, Sessions, MAX_FREED,
};
use frame_support::{
    dispatch::{Pays, PostDispatchInfo},
    ensure,
    weights::Weight,
};
use hashcard_primitives::{
    channel::{PoolId, SessionId},
    Balance,
};
use sp_runtime::{AccountId32, DispatchError};

/// What a call has freed so far.
pub struct Freed {
    limit: u32,
    /// Rows.
    pub(crate) rows: u32,
    /// Deposits of sessions and lanes among them.
    pub(crate) deposits: Balance,
    /// Reserves of lanes among them.
    pub(crate) reserves: Balance,
    /// Whether nothing of what was to be freed is left.
    pub(crate) all: bool,
}

impl Freed {
    /// Nothing yet.
    ///
    /// Errors: the limit is not 1 to [`MAX_FREED`].
    pub(crate) fn up_to<T: Config>(limit: u32) -> Result<Self, DispatchError> {
        ensure!((1..=MAX_FREED).contains(&limit), Error::<T>::LimitOutOfRange);
        Ok(Self {
            limit,
            rows: 0,
            deposits: 0,
            reserves: 0,
            all: false,
        })
    }

    /// Whether no other row may be freed.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= self.limit
    }

    /// Counts a row, unless the limit is reached.
    pub(crate) fn count(&mut self) -> bool {
        let room = !self.is_full();
        self.rows = self.rows.saturating_add(room.into());
        room
    }

    /// What the call costs: the weight of the rows, and nothing when as much was freed as could be. A call that frees
    /// less than it could is not free, or a million of them would be.
    pub(crate) fn post_info(&self, weight: Weight) -> PostDispatchInfo {
        let pays_fee = if self.all || self.rows == MAX_FREED {
            Pays::No
        } else {
            Pays::Yes
        };
        PostDispatchInfo {
            actual_weight: Some(weight),
            pays_fee,
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Frees rows of a session; whether its own was the last of them.
    pub(crate) fn free_session(
        pool: PoolId,
        session: SessionId,
        row: &mut Session,
        freed: &mut Freed,
    ) -> bool {
        let before = row.lanes;
        for (payee, mut lane) in Lanes::<T>::iter_prefix((pool, session)) {
            if freed.is_full() {
                break;
            }
            if Self::free_lane(pool, session, &payee, &mut lane, freed) {
                row.lanes = row.lanes.saturating_sub(1);
            }
        }
        if row.lanes == 0 && freed.count() {
            freed.deposits = freed.deposits.saturating_add(row.deposit);
            Sessions::<T>::remove(pool, session_key(session));
            return true;
        }
        if row.lanes != before {
            Sessions::<T>::insert(pool, session_key(session), *row);
        }
        false
    }

    fn free_lane(
        pool: PoolId,
        session: SessionId,
        payee: &AccountId32,
        row: &mut Lane,
        freed: &mut Freed,
    ) -> bool {
        let before = row.lines;
        for card in Lines::<T>::iter_key_prefix((pool, session, payee)) {
            if !freed.count() {
                break;
            }
            Lines::<T>::remove((pool, session, payee, card));
            row.lines = row.lines.saturating_sub(1);
        }
        if row.lines == 0 && freed.count() {
            freed.deposits = freed.deposits.saturating_add(row.deposit);
            freed.reserves = freed.reserves.saturating_add(row.reserve);
            Lanes::<T>::remove((pool, session, payee));
            return true;
        }
        if row.lines != before {
            Lanes::<T>::insert((pool, session, payee), *row);
        }
        false
    }
}
