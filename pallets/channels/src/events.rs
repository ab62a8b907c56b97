//! Everything that happens. Indices are never used for anything else again: clients of older blocks read them.

use frame_support::pallet_macros::*;

#[pallet_section]
mod events {
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Money waits for seeders.
        #[codec(index = 0)]
        PoolOpened {
            /// Its number.
            pool: PoolId,
            /// Whose money.
            owner: AccountId32,
            /// How much.
            deposit: Balance,
        },
        /// More money was put into a pool.
        #[codec(index = 1)]
        ToppedUp {
            /// Which.
            pool: PoolId,
            /// How much was added.
            amount: Balance,
        },
        /// A key can spend of a pool.
        #[codec(index = 2)]
        SessionAdded {
            /// Which pool.
            pool: PoolId,
            /// Its number.
            session: SessionId,
            /// What signs its vouchers.
            key: SessionKey,
            /// Most money that it spends.
            cap: Balance,
            /// Last block in which its vouchers are redeemed.
            expires_at: BlockNumber,
        },
        /// A lane was opened, or added to.
        #[codec(index = 3)]
        LaneOpened {
            /// Which pool.
            pool: PoolId,
            /// Which session.
            session: SessionId,
            /// Towards whom.
            payee: AccountId32,
            /// Reserve that was added.
            reserve: Balance,
            /// Lines that room was added for.
            lines: u16,
        },
        /// A voucher was paid.
        #[codec(index = 4)]
        Redeemed {
            /// Which pool.
            pool: PoolId,
            /// Which session.
            session: SessionId,
            /// Who was paid.
            payee: AccountId32,
            /// All that left the pool. What is neither the payee's nor burnt went to creators.
            paid: Balance,
            /// The payee's part.
            to_payee: Balance,
            /// The network's part.
            burnt: Balance,
            /// What is due beyond `paid`, and had no money behind it.
            shortfall: Balance,
        },
        /// A voucher was not paid.
        #[codec(index = 5)]
        VoucherRefused {
            /// Which of the call's vouchers, from 0.
            at: u8,
            /// Why.
            refusal: VoucherRefusal,
        },
        /// A creator was paid for deliveries of his cards.
        #[codec(index = 6)]
        CreatorPaid {
            /// Out of which pool.
            pool: PoolId,
            /// Who delivered.
            payee: AccountId32,
            /// Who was paid.
            creator: AccountId32,
            /// How much.
            amount: Balance,
        },
        /// The closing window of a pool has begun.
        #[codec(index = 7)]
        PoolCloses {
            /// Which.
            pool: PoolId,
            /// Last block in which vouchers are redeemed.
            closes_at: BlockNumber,
        },
        /// Money or rows of a closed pool returned to its owner.
        #[codec(index = 8)]
        Withdrawn {
            /// Which pool.
            pool: PoolId,
            /// Money of the pool.
            amount: Balance,
            /// Deposits for rows.
            deposits: Balance,
            /// Whether rows are left; then call again.
            rows_left: bool,
        },
        /// Rows of an expired session were freed.
        #[codec(index = 9)]
        SessionEnded {
            /// Which pool.
            pool: PoolId,
            /// Which session.
            session: SessionId,
            /// Reserves that returned to the pool.
            reserves: Balance,
            /// Deposits for rows, which returned to the owner.
            deposits: Balance,
            /// Whether rows are left; then call again.
            rows_left: bool,
        },
        /// A payment waits, because the receiver's account could not take it.
        #[codec(index = 10)]
        LeftUnclaimed {
            /// For whom.
            account: AccountId32,
            /// How much.
            amount: Balance,
        },
        /// What waited was paid.
        #[codec(index = 11)]
        UnclaimedPaid {
            /// To whom.
            account: AccountId32,
            /// How much.
            amount: Balance,
        },
    }
}
