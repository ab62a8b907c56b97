//! Every refusal of a call. Why a voucher was refused, an event says. Positions are part of what clients see: new ones go
//! to the end.

use frame_support::pallet_macros::*;

#[pallet_section]
mod errors {
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such pool, or it is emptied.
        UnknownPool,
        /// The pool has no such session, or it is ended.
        UnknownSession,
        /// Only the owner of a pool does this.
        NotOwner,
        /// A pool is not opened with nothing, and nothing is not added to it. Name an amount.
        AmountIsZero,
        /// The pool closes: nothing is added to it any more. Open another.
        PoolCloses,
        /// A session expires in the future. Name a later block.
        ExpiresInThePast,
        /// The session's last block is over. Add another.
        SessionExpired,
        /// The session's last block is still to come, or this one.
        SessionLives,
        /// No lane was named.
        NoOpenings,
        /// Nobody pays himself: the payee owns the pool.
        PayeeIsOwner {
            /// Which opening.
            at: u8,
        },
        /// A lane begins with room for one line at least.
        NoRoom {
            /// Which opening.
            at: u8,
        },
        /// The lane is open, and nothing is added to it.
        NothingAdded {
            /// Which opening.
            at: u8,
        },
        /// A lane has no more than `MAX_LINES_PER_LANE` lines.
        TooMuchRoom {
            /// Which opening.
            at: u8,
        },
        /// The session's cap does not cover the reserve.
        CapExceeded {
            /// Which opening.
            at: u8,
        },
        /// The pool has less unreserved money than the reserve. Top it up.
        PoolTooSmall {
            /// Which opening.
            at: u8,
        },
        /// No voucher was given.
        NoVouchers,
        /// The pool's closing window has not begun. Its owner begins it by `close_pool`.
        PoolIsOpen,
        /// The pool's closing window is not over.
        WindowOpen,
        /// The pool's closing window is over. Use `withdraw`, which ends its sessions too.
        PoolIsOver,
        /// The limit is below 1 or above `MAX_FREED`.
        LimitOutOfRange,
        /// Nothing waits for this account.
        NothingUnclaimed,
        /// The vouchers have more than `MAX_REDEEMED_LINES` lines together. Redeem some of them later.
        TooManyLines,
    }
}
