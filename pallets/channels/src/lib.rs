//! Pools, sessions, lanes and vouchers: one deposit pays every seeder, by signatures that nobody waits for.
//!
//! **Nobody can take back what he promised, only let it run out.** A session cannot be revoked, shortened, or its cap
//! lowered; a pool that closes still pays through its closing window. So a payee who looked at the finalised head knows
//! what stands behind a voucher until a block that he knows too, and serves against it without a transaction.
//!
//! # Participants
//! - An **owner** holds money in a pool ([`Pallet::open_pool`], [`Pallet::top_up`]), lets a key spend up to a cap until a
//!   block ([`Pallet::add_session`]), and reserves parts of the pool for payees ([`Pallet::open_lanes`]).
//! - The **session key** signs vouchers, off chain. It is never the key of a wallet.
//! - A **payee** serves bytes against vouchers. **Anybody** redeems them for him ([`Pallet::redeem`]); each voucher is
//!   judged alone, and the payee is paid whoever sent it. Only he himself is paid out of his lane's reserve.
//! - **Anybody** frees what time has ended: [`Pallet::end_session`] after a session's last block, [`Pallet::withdraw`]
//!   after a pool's closing window. Money and deposits go to the owner.
//!
//! # Money
//! All money of a pool is on hold on its owner's account until it is paid. A lane's reserve is paid for vouchers to its payee
//! and when he sends them, so that nobody spends it behind his back; it was charged to the session's cap when the lane
//! opened. What a voucher is due beyond it is paid out of the pool's unreserved part, as far as that and the cap reach; the
//! event says the shortfall, and the voucher stays good for it. Of what is paid for a line the network fee burns, and a part goes to the card's creator (`division.rs`).
//!
//! # Properties
//! - No sequence of calls pays out of a pool more than was put in, nor of a session more than its cap.
//! - Every pool can be closed and emptied by its owner alone. Nothing loops over what grows: rows are freed in steps.
//! - A payment that an account cannot take waits in [`Unclaimed`]; it never fails the dispatch.
//! - The invariants that hold between calls are listed in `invariants.rs` and checked after every test.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod deposit;
pub mod division;
mod errors;
mod escrow;
mod events;
mod freeing;
mod judge;
mod lanes;
mod pools;
mod query;
mod redeem;
mod rows;
mod sessions;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(test, feature = "try-runtime"))]
mod invariants;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use rows::{Lane, Pool, PoolKey, Session, SessionRowKey};
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use crate::rows::CardKey;
    use frame_support::{pallet_prelude::*, traits::fungible, PalletId};
    use frame_system::pallet_prelude::*;
    use hashcard_primitives::{
        channel::{LaneOpenings, PoolId, SessionId, SessionKey, VoucherRefusal, Vouchers},
        roles::{BurntFees, CardLookup},
        Balance, BlockNumber,
    };
    use sp_runtime::{AccountId32, Permill};

    /// Fewest blocks of a closing window: with fewer, a payee who looks at finalised heads only, which lag a few blocks,
    /// would learn too late, or a block or two full of other transactions would decide who keeps the money.
    pub const MIN_CLOSING_WINDOW_BLOCKS: BlockNumber = 10;
    /// Blocks of a closing window where genesis says nothing: a day of 3-second blocks, so that a seeder which looks once
    /// a day loses nothing.
    pub const DEFAULT_CLOSING_WINDOW_BLOCKS: BlockNumber = 28_800;
    /// Most rows that one `withdraw` or `end_session` frees: a small part of a block, whatever kind they are.
    pub const MAX_FREED: u32 = 512;

    #[pallet::config]
    pub trait Config:
        frame_system::Config<AccountId = AccountId32, Hash: Into<[u8; 32]>, RuntimeEvent: From<Event<Self>>>
    {
        /// The chain's token.
        type Currency: fungible::Mutate<AccountId32, Balance = Balance>
            + fungible::hold::Mutate<AccountId32, Balance = Balance, Reason = Self::RuntimeHoldReason>;
        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;
        /// Says whose card it is, and which part of a payment is its creator's.
        type Cards: CardLookup;
        /// Is told of every fee that burns.
        type Fees: BurntFees;
        /// The part of a payment that is burnt.
        #[pallet::constant]
        type NetworkFee: Get<Permill>;
        /// Deposit for each row in state beside its bytes.
        #[pallet::constant]
        type DepositBase: Get<Balance>;
        /// Deposit for each byte in state.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;
        /// Names the account that keeps unclaimed payments.
        #[pallet::constant]
        type PalletId: Get<PalletId>;
        /// Costs of the calls.
        type WeightInfo: WeightInfo;
    }

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Money of pools, on their owners' accounts.
        Pool,
        /// Deposits for rows of pools, on their owners' accounts.
        Deposit,
        /// Payments that their receivers could not take, on this pallet's account.
        Unclaimed,
    }

    /// The number that the next pool will have.
    #[pallet::storage]
    pub type NextPool<T: Config> = StorageValue<_, PoolId, ValueQuery>;

    /// Pools that are not emptied.
    #[pallet::storage]
    pub type Pools<T: Config> = StorageMap<_, Twox64Concat, PoolId, Pool>;

    /// Pools of an account, in order.
    #[pallet::storage]
    pub type PoolsOf<T: Config> = StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, PoolKey, ()>;

    /// Sessions of a pool, in order.
    #[pallet::storage]
    pub type Sessions<T: Config> =
        StorageDoubleMap<_, Twox64Concat, PoolId, Identity, SessionRowKey, Session>;

    /// Lanes of a session, by payee.
    #[pallet::storage]
    pub type Lanes<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, PoolId>,
            NMapKey<Twox64Concat, SessionId>,
            NMapKey<Blake2_128Concat, AccountId32>,
        ),
        Lane,
    >;

    /// Lines of a lane, in order of cards: all that was ever paid out of the pool for each, whoever got it.
    #[pallet::storage]
    pub type Lines<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, PoolId>,
            NMapKey<Twox64Concat, SessionId>,
            NMapKey<Blake2_128Concat, AccountId32>,
            NMapKey<Identity, CardKey>,
        ),
        Balance,
    >;

    /// What an account is owed and could not take. The money is held on this pallet's account.
    #[pallet::storage]
    pub type Unclaimed<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Balance>;

    /// Blocks in which a pool that closes still pays. Written at genesis only; read it through
    /// [`Pallet::closing_window`].
    #[pallet::storage]
    pub type ClosingWindow<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Blocks in which a pool that closes still pays; at least [`MIN_CLOSING_WINDOW_BLOCKS`].
        pub closing_window_blocks: BlockNumber,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                closing_window_blocks: DEFAULT_CLOSING_WINDOW_BLOCKS,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            ClosingWindow::<T>::put(self.closing_window_blocks);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Holds `deposit` of the signer's money in a new pool, and a deposit for its rows.
        #[pallet::call_index(0)]
        pub fn open_pool(origin: OriginFor<T>, deposit: Balance) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_open_pool(owner, deposit)
        }

        /// Holds more of the signer's money in a pool of his.
        #[pallet::call_index(1)]
        pub fn top_up(origin: OriginFor<T>, pool: PoolId, amount: Balance) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_top_up(&owner, pool, amount)
        }

        /// Lets a key spend up to `cap` of a pool of the signer's, through block `expires_at`. It cannot be taken back.
        #[pallet::call_index(2)]
        pub fn add_session(
            origin: OriginFor<T>,
            pool: PoolId,
            key: SessionKey,
            cap: Balance,
            expires_at: BlockNumber,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_add_session(&owner, pool, key, cap, expires_at)
        }

        /// Opens lanes towards payees or adds to them, all or none. Reserves are charged to the session's cap.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::open_lanes(openings.len() as u32))]
        pub fn open_lanes(
            origin: OriginFor<T>,
            pool: PoolId,
            session: SessionId,
            openings: LaneOpenings<AccountId32>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_open_lanes(&owner, pool, session, openings)
        }

        /// Pays the payees of vouchers, whoever sends them; out of a lane's reserve only those that its payee sends himself. Each
        /// is judged alone and in order; one that is refused leaves an event and changes nothing.
        #[pallet::call_index(4)]
        #[pallet::weight(weights::of_vouchers::<T::WeightInfo>(vouchers))]
        pub fn redeem(origin: OriginFor<T>, vouchers: Vouchers<AccountId32>) -> DispatchResult {
            let submitter = ensure_signed(origin)?;
            Self::do_redeem(&submitter, vouchers)
        }

        /// Begins the closing window of a pool of the signer's. Vouchers are redeemed through its last block; nothing is
        /// added to the pool any more.
        #[pallet::call_index(5)]
        pub fn close_pool(origin: OriginFor<T>, pool: PoolId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_close_pool(&owner, pool)
        }

        /// After the closing window, returns a pool's money to its owner, and frees up to `limit` of its rows, 1 to
        /// [`MAX_FREED`], with their deposits. Anybody may; the call is free when it frees the last row, or
        /// [`MAX_FREED`].
        #[pallet::call_index(6)]
        #[pallet::weight(weights::of_withdraw::<T::WeightInfo>(*limit))]
        pub fn withdraw(origin: OriginFor<T>, pool: PoolId, limit: u32) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let freed = Self::do_withdraw(pool, limit)?;
            Ok(freed.post_info(weights::of_withdraw::<T::WeightInfo>(freed.rows)))
        }

        /// After a session's last block, returns its reserves to the pool, and frees up to `limit` of its rows, 1 to
        /// [`MAX_FREED`], with their deposits. Anybody may; the call is free when it frees the last row, or
        /// [`MAX_FREED`].
        #[pallet::call_index(7)]
        #[pallet::weight(T::WeightInfo::end_session(weights::rows_at_most(*limit)))]
        pub fn end_session(
            origin: OriginFor<T>,
            pool: PoolId,
            session: SessionId,
            limit: u32,
        ) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            let freed = Self::do_end_session(pool, session, limit)?;
            Ok(freed.post_info(T::WeightInfo::end_session(freed.rows)))
        }

        /// Pays out what an account was owed when it could not take it. Anybody may.
        #[pallet::call_index(8)]
        pub fn claim_unclaimed(origin: OriginFor<T>, account: AccountId32) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_claim_unclaimed(account)
        }
    }
}
