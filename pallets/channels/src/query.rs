//! What the runtime APIs answer. A quote is a real redemption that is undone, so it is exact by construction.

use crate::{
    rows::{card_of_key, pool_key, pool_of_key, session_key, session_of_key},
    Config, HoldReason, Lane, Lanes, Lines, NextPool, Pallet, Pool, Pools, PoolsOf, Session, Sessions,
};
use alloc::vec::Vec;
use frame_support::{
    storage::{with_transaction, TransactionOutcome},
    traits::fungible::hold::Inspect,
};
use hashcard_primitives::{
    channel::{
        CreditView, LaneView, PoolId, PoolView, SessionId, SessionView, VoucherLine, VoucherPayment,
        VoucherRefusal, Vouchers, CHANNEL_ROWS_PER_PAGE,
    },
    figures::ChannelFigures,
    Balance,
};
use sp_runtime::{AccountId32, DispatchError};

const PAGE: usize = CHANNEL_ROWS_PER_PAGE as usize;

impl<T: Config> Pallet<T> {
    /// Payments for bytes in numbers.
    pub fn figures() -> ChannelFigures {
        ChannelFigures {
            pools_opened: NextPool::<T>::get(),
            unclaimed: T::Currency::balance_on_hold(&HoldReason::Unclaimed.into(), &Self::account_id()),
        }
    }

    /// A pool that has a row.
    pub fn pool(id: PoolId) -> Option<PoolView<AccountId32>> {
        Pools::<T>::get(id).map(|row| pool_view(id, row))
    }

    /// Pools of an account, in order, after `after`, a page at most.
    pub fn pools_of(owner: AccountId32, after: Option<PoolId>) -> Vec<PoolView<AccountId32>> {
        let keys = match after {
            None => PoolsOf::<T>::iter_key_prefix(&owner),
            Some(after) => {
                let from = PoolsOf::<T>::hashed_key_for(&owner, pool_key(after));
                PoolsOf::<T>::iter_key_prefix_from(&owner, from)
            }
        };
        keys.take(PAGE).map(pool_of_key).filter_map(Self::pool).collect()
    }

    /// Sessions of a pool, in order, after `after`, a page at most.
    pub fn sessions(pool: PoolId, after: Option<SessionId>) -> Vec<SessionView> {
        let rows = match after {
            None => Sessions::<T>::iter_prefix(pool),
            Some(after) => {
                let from = Sessions::<T>::hashed_key_for(pool, session_key(after));
                Sessions::<T>::iter_prefix_from(pool, from)
            }
        };
        rows.take(PAGE)
            .map(|(key, row)| session_view(session_of_key(key), row))
            .collect()
    }

    /// Lanes of a session, in no particular order, after the lane towards `after`, a page at most.
    pub fn lanes(pool: PoolId, session: SessionId, after: Option<AccountId32>) -> Vec<LaneView<AccountId32>> {
        let rows = match after {
            None => Lanes::<T>::iter_prefix((pool, session)),
            Some(after) => {
                let from = Lanes::<T>::hashed_key_for((pool, session, after));
                Lanes::<T>::iter_prefix_from((pool, session), from)
            }
        };
        rows.take(PAGE)
            .map(|(payee, row)| Self::lane_view(pool, session, payee, row))
            .collect()
    }

    /// What stands behind a session's vouchers to a payee; `None` without pool or session.
    pub fn credit(pool: PoolId, session: SessionId, payee: AccountId32) -> Option<CreditView<AccountId32>> {
        let row = Sessions::<T>::get(pool, session_key(session))?;
        Some(CreditView {
            pool: Self::pool(pool)?,
            session: session_view(session, row),
            lane: Lanes::<T>::get((pool, session, &payee))
                .map(|row| Self::lane_view(pool, session, payee, row)),
        })
    }

    /// What these vouchers would be paid in this block, one after the other, if their payees sent them.
    pub fn quote(vouchers: Vouchers<AccountId32>) -> Vec<Result<VoucherPayment, VoucherRefusal>> {
        let quoted = with_transaction(|| -> TransactionOutcome<Result<Vec<_>, DispatchError>> {
            let genesis = Self::genesis_hash();
            let judged = vouchers.iter().map(|voucher| {
                // Money that cannot be moved is as good as none.
                Self::redeem_one(voucher, &genesis, &voucher.voucher.payee)
                    .unwrap_or(Err(VoucherRefusal::NothingLeft))
            });
            TransactionOutcome::Rollback(Ok(judged.collect()))
        });
        // The transaction itself fails only when too many are nested, which no query is.
        quoted.unwrap_or_default()
    }

    /// The reserve of a pool that is over is its owner's again.
    fn lane_view(pool: PoolId, session: SessionId, payee: AccountId32, row: Lane) -> LaneView<AccountId32> {
        let is_over = Pools::<T>::get(pool).is_none_or(|pool| pool.is_over(Self::now()));
        let lines = Lines::<T>::iter_prefix((pool, session, &payee));
        let lines = lines.map(|(card, cumulative): (_, Balance)| VoucherLine {
            card: card_of_key(card),
            cumulative,
        });
        LaneView {
            reserve: if is_over { 0 } else { row.reserve },
            redeemed: row.redeemed,
            room: row.room,
            lines: lines.collect(),
            payee,
        }
    }
}

fn pool_view(id: PoolId, row: Pool) -> PoolView<AccountId32> {
    PoolView {
        id,
        owner: row.owner,
        unreserved: row.unreserved,
        reserved: row.reserved,
        closes_at: row.closes_at,
        sessions: row.sessions,
        next_session: row.next_session,
    }
}

fn session_view(id: SessionId, row: Session) -> SessionView {
    SessionView {
        id,
        key: row.key,
        cap: row.cap,
        charged: row.charged,
        expires_at: row.expires_at,
        lanes: row.lanes,
    }
}
