//! What each row costs while it exists: a base for the row, and its bytes, keys included.

use crate::{
    rows::{CardKey, PoolKey, SessionRowKey},
    Config, Lane, Pallet, Pool, Session,
};
use codec::MaxEncodedLen;
use core::mem::size_of;
use frame_support::traits::Get;
use hashcard_primitives::Balance;

const ACCOUNT: usize = 32;
const SESSION_KEY: usize = size_of::<PoolKey>() + size_of::<SessionRowKey>();
const LANE_KEY: usize = SESSION_KEY + ACCOUNT;
const LINE_KEY: usize = LANE_KEY + size_of::<CardKey>();

impl<T: Config> Pallet<T> {
    /// For a pool: its row, and its entry among its owner's.
    pub(crate) fn pool_deposit() -> Balance {
        let index = ACCOUNT.saturating_add(size_of::<PoolKey>());
        Self::deposit_for(
            2,
            Pool::max_encoded_len()
                .saturating_add(size_of::<PoolKey>())
                .saturating_add(index),
        )
    }

    /// For a session.
    pub(crate) fn session_deposit() -> Balance {
        Self::deposit_for(1, Session::max_encoded_len().saturating_add(SESSION_KEY))
    }

    /// For a lane without room.
    pub(crate) fn lane_deposit() -> Balance {
        Self::deposit_for(1, Lane::max_encoded_len().saturating_add(LANE_KEY))
    }

    /// For room for a line.
    pub(crate) fn line_deposit() -> Balance {
        Self::deposit_for(1, Balance::max_encoded_len().saturating_add(LINE_KEY))
    }

    fn deposit_for(rows: u32, bytes: usize) -> Balance {
        let for_rows = T::DepositBase::get().saturating_mul(rows.into());
        let for_bytes = T::DepositPerByte::get().saturating_mul(bytes as Balance);
        for_rows.saturating_add(for_bytes)
    }
}
