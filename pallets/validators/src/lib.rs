//! Bonded candidates, the set that they make, and what a fault costs.
//!
//! **Nobody has his bond back while he can still be reported.** What is unbonded waits as many sessions as reports are heard,
//! and two more, because who leaves is in the set of the running session and in the one that is planned. So whoever
//! signed two blocks for one slot and left in the next block is slashed all the same.
//!
//! # Participants
//! - A **candidate** has session keys and a bond ([`Pallet::bond`], [`Pallet::bond_more`]). Candidates are ranked by bond;
//!   when there are as many as may be, a higher bond displaces the lowest, whose bond is then unbonded.
//! - The highest [`Pallet::validator_count`] candidates are **validators** from the session after the next one on.
//! - Who leaves ([`Pallet::unbond`]) waits and then has his money ([`Pallet::withdraw`]), and at last the deposit of his keys
//!   ([`Pallet::retire_keys`]). Who rests ([`Pallet::pause`]) keeps his bond and comes back by [`Pallet::rejoin`].
//! - **Governance** says how many validators there are, and how few may be ([`Pallet::set_validator_count`]).
//!
//! # Faults
//! - *Silence* is no crime: a validator that made no block in as many as should have brought him two dozen is taken off the
//!   ranking, and loses nothing but the rewards until he calls `rejoin` (`silence.rs`).
//! - *Equivocation* costs the part of all he has on hold that the report says, which burns; it disables him while he is in the
//!   set, and bars him until nothing that he did can be reported any more (`offences.rs`).
//!
//! Authors are rewarded by pallet-rewards, which mints for every block; nothing is minted here.
//!
//! # Properties
//! - The set never becomes smaller than [`Pallet::least_validators`]: nobody leaves when too few candidates would be left, and
//!   when reports left too few the running set goes on, and its members' money on hold with it.
//! - An unchanged set is not announced anew, so that light clients follow one proof for each change and no more.
//! - Whatever a validator did before it was first punished costs as much as the worst of it, once.
//! - What is on hold is exactly the sum of the ledgers. The invariants are listed in `invariants.rs`.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod bonding;
mod candidacy;
mod election;
mod errors;
mod events;
mod leaving;
pub mod ledger;
mod lengths;
mod migration;
mod offences;
mod query;
pub mod ranking;
mod session;
mod silence;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(test, feature = "try-runtime"))]
mod invariants;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use ledger::Ledger;
pub use migration::AdoptRunningSet;
pub use offences::{Bar, CountedReports, FREE_REPORTS};
pub use pallet::*;
pub use ranking::Rank;
pub use session::InPalletSession;
pub use silence::Silence;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{hold::Mutate as MutateHold, Mutate},
    };
    use frame_system::pallet_prelude::*;
    use hashcard_primitives::{roles::RunningSession, Balance, BlockNumber};
    use sp_runtime::{AccountId32, Perbill};
    use sp_staking::SessionIndex;

    /// Fewest sessions that unbonding takes: reports are then heard for two sessions, the fewest in which one that was made
    /// at the end of a session finds a block.
    pub const MIN_UNBONDING_SESSIONS: SessionIndex = 4;
    /// Most of them: a week of sessions of an hour. What is remembered of sessions that may be reported stays below that.
    pub const MAX_UNBONDING_SESSIONS: SessionIndex = 168;
    /// Sessions that unbonding takes where genesis says nothing: as long as possible.
    pub const DEFAULT_UNBONDING_SESSIONS: SessionIndex = MAX_UNBONDING_SESSIONS;
    /// Fewest validators of whom one may fail. Nobody but Root lets a set become smaller, where it is not so from genesis on.
    pub const SAFE_VALIDATORS: u32 = 4;
    /// Validators where genesis says nothing.
    pub const DEFAULT_VALIDATOR_COUNT: u32 = SAFE_VALIDATORS;
    /// How few candidates make another set where genesis says nothing: as many, so that a network whose genesis names none
    /// is not the first bidder's.
    pub const DEFAULT_LEAST_VALIDATORS: u32 = DEFAULT_VALIDATOR_COUNT;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<AccountId = AccountId32, RuntimeEvent: From<Event<Self>>> {
        /// Holds bonds, and burns what is slashed.
        type Currency: Mutate<AccountId32>
            + MutateHold<AccountId32, Reason = Self::RuntimeHoldReason, Balance = Balance>;
        /// The runtime's reasons to hold money.
        type RuntimeHoldReason: From<HoldReason>;
        /// Says who validates now and who has keys, and disables.
        type Session: RunningSession;
        /// Says how many validators there are.
        type Governance: EnsureOrigin<Self::RuntimeOrigin>;
        /// Least bond of a candidate: what is at stake when he alone equivocates.
        #[pallet::constant]
        type MinBond: Get<Balance>;
        /// Most candidates.
        #[pallet::constant]
        type MaxCandidates: Get<u32>;
        /// Most validators.
        #[pallet::constant]
        type MaxValidators: Get<u32>;
        /// What each report of one offender costs him beyond [`FREE_REPORTS`]: at least what whoever sends a report would pay for
        /// its weight and rows, had he to pay.
        #[pallet::constant]
        type ReportCost: Get<Balance>;
        /// Costs of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Bonds, and what is unbonded and waits.
        Bond,
    }

    /// Candidates, highest bond first; among equal bonds the older first.
    #[pallet::storage]
    pub type Ranking<T: Config> = StorageValue<_, BoundedVec<Rank, T::MaxCandidates>, ValueQuery>;

    /// What each account has on hold, candidate or not.
    #[pallet::storage]
    pub type Ledgers<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Ledger>;

    /// How many validators governance wants; read it through [`Pallet::validator_count`].
    #[pallet::storage]
    pub type ValidatorCount<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// How few candidates make another set; read it through [`Pallet::least_validators`].
    #[pallet::storage]
    pub type LeastValidators<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// Sessions that unbonding takes. Written at genesis only; read it through [`Pallet::unbonding_sessions`].
    #[pallet::storage]
    pub type UnbondingSessions<T: Config> = StorageValue<_, SessionIndex, ValueQuery>;

    /// First block of the running session.
    #[pallet::storage]
    pub type SessionStart<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// Who made a block in the running session.
    #[pallet::storage]
    pub type Authored<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, ()>;

    /// Validators of the session that ended last who made no block in it.
    #[pallet::storage]
    pub type Silences<T: Config> = StorageValue<_, BoundedVec<Silence, T::MaxValidators>, ValueQuery>;

    /// The part that each offender was slashed for what he did until a session, while more may be reported: until [`Bar::unwarned`],
    /// and since then until each time that he was punished again.
    #[pallet::storage]
    pub type Slashed<T: Config> =
        StorageDoubleMap<_, Twox64Concat, SessionIndex, Blake2_128Concat, AccountId32, Perbill>;

    /// Who may not be a candidate because of an offence.
    #[pallet::storage]
    pub type Bars<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Bar>;

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Candidates of the first session and their bonds; at least [`Config::MinBond`], out of their balances.
        pub candidates: alloc::vec::Vec<(AccountId32, Balance)>,
        /// How many of them validate.
        pub validator_count: u32,
        /// How few candidates make another set; at least 1, at most `validator_count`.
        pub least_validators: u32,
        /// Sessions that unbonding takes; at least [`MIN_UNBONDING_SESSIONS`], at most [`MAX_UNBONDING_SESSIONS`].
        pub unbonding_sessions: SessionIndex,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                candidates: Default::default(),
                validator_count: DEFAULT_VALIDATOR_COUNT,
                least_validators: DEFAULT_LEAST_VALIDATORS,
                unbonding_sessions: DEFAULT_UNBONDING_SESSIONS,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            ValidatorCount::<T>::put(self.validator_count);
            LeastValidators::<T>::put(self.least_validators);
            UnbondingSessions::<T>::put(self.unbonding_sessions);
            for (who, amount) in &self.candidates {
                Pallet::<T>::bond_at_genesis(who, *amount)
                    .expect("a candidate of genesis is named once and can pay his bond");
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                T::MaxValidators::get() >= 1 && T::MaxCandidates::get() >= T::MaxValidators::get(),
                "there is room for as many candidates as validators"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Makes the signer a candidate with this bond, which is held. He has session keys already. When there are as many
        /// candidates as may be, the lowest is displaced, if his bond is lower.
        #[pallet::call_index(0)]
        pub fn bond(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_bond(who, amount)
        }

        /// Adds to the signer's bond, whether he is a candidate or not.
        #[pallet::call_index(1)]
        pub fn bond_more(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_bond_more(who, amount)
        }

        /// Takes this much out of the signer's bond, or all of it if it is less; it can be withdrawn after
        /// [`Pallet::unbonding_sessions`]. What is left is nothing or a bond; with nothing he is no candidate.
        #[pallet::call_index(2)]
        pub fn unbond(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_unbond(who, amount)
        }

        /// Gives an account what it unbonded and has waited for. Anybody may; the fee is refunded when nothing is left in
        /// state about the account.
        #[pallet::call_index(3)]
        pub fn withdraw(origin: OriginFor<T>, who: AccountId32) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_withdraw(who)
        }

        /// Takes the signer off the ranking. His bond stays, and stays liable.
        #[pallet::call_index(4)]
        pub fn pause(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_pause(who)
        }

        /// Ranks the signer again, who was silent, paused, or slashed and is no longer barred.
        #[pallet::call_index(5)]
        pub fn rejoin(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_rejoin(who)
        }

        /// Gives up the session keys of a signer who has nothing on hold here and is not in the set, and returns their
        /// deposit.
        #[pallet::call_index(6)]
        pub fn retire_keys(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_retire_keys(who)
        }

        /// Says how many validators there are from the session after the next one on, 1 to [`Config::MaxValidators`], and
        /// how few candidates make another set, 1 to as many: with fewer the running set goes on.
        ///
        /// Who is not Root makes no set smaller than is safe, and locks nobody in: the count is no lower than the fewest that make
        /// a set now; those are not brought below [`SAFE_VALIDATORS`], nor above two thirds of the candidates there are, and one.
        #[pallet::call_index(7)]
        pub fn set_validator_count(origin: OriginFor<T>, count: u32, least: u32) -> DispatchResult {
            let is_root = ensure_root(origin.clone()).is_ok();
            T::Governance::ensure_origin(origin)?;
            Self::do_set_validator_count(count, least, is_root)
        }
    }
}
