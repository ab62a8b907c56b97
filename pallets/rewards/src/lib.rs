//! What blocks mint, and how seeders earn it: eras, credits, claims, endowments.
//!
//! **What is not earned is never minted.** The seeders' part of the emission is a ceiling. Under it, each unit of network fee
//! that burns creates φ < 1 units of credit, once, and no reward exceeds its credit. So whoever deals with himself, by sales or
//! deliveries, in whatever era and with however many accounts, loses 1 − φ of every fee.
//!
//! # Earning
//! - **By delivering.** Credit from a delivery's fee is the payee's, if he is enlisted; when the era is over he collects it.
//! - **By holding.** Credit from the sales of a card is shared by seats that prove. When era *e* is over a seed chooses a leaf
//!   for each seat; in era *e* + 1 its seeder shows it by [`Pallet::prove`]; from era *e* + 2 on, when the number of claims is
//!   known, anybody has them paid by [`Pallet::collect`]. Shares are by bond (capped) × coverage × blocks of the era stood.
//!   Who does not prove forfeits that era's share and nothing else.
//! - **By holding what is rare.** Endowments add what the sales of a card leave to be desired.
//!
//! # Properties
//! - An era's rewards never exceed its pot, nor φ of the fees burnt in it: `granted <= pot` is kept for every era.
//! - What claims share is fixed by the first claim. Later sales, endowments or withdrawals do not change it.
//! - Nothing is looped over at an era's end, and nothing that a hook does grows.
//! - `prove`, `collect` and `clear_credits` are all or nothing; their errors name the part, counted from 0.
//! - All that rounds is in [`arithmetic`], and the choice of leaves in [`challenge`]: pure, for simulations.
//!
//! # What a proof shows
//! That its sender could reach these bytes, not that he alone stores them or will serve them. Bytes fetched from an honest
//! seeder within the era prove as well. What bounds the harm is that all rewards of a card are a part of its fees.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod arithmetic;
pub mod challenge;
mod collect;
mod credits;
mod emission;
mod endow;
mod eras;
mod errors;
mod events;
mod keeper;
mod prove;
mod query;
mod standing;
mod storage;
mod types;
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
pub use types::*;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[import_section(storage::storage)]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::{fungible, Randomness},
        PalletId,
    };
    use frame_system::pallet_prelude::*;
    use hashcard_primitives::{
        reward::{CollectedClaims, Emission, EndowmentId, EraIndex, PossessionProofs},
        roles::{CardLookup, SeatLookup},
        Balance, BlockNumber, CardId,
    };
    use sp_runtime::AccountId32;

    /// Fewest blocks of an era: in fewer, a full block or two would keep proofs out.
    pub const MIN_ERA_BLOCKS: BlockNumber = 10;
    /// Blocks of an era where genesis says nothing: a day of 3-second slots.
    pub const DEFAULT_ERA_BLOCKS: BlockNumber = 28_800;

    #[pallet::config]
    pub trait Config:
        frame_system::Config<AccountId = AccountId32, Hash: Into<[u8; 32]>, RuntimeEvent: From<Event<Self>>>
    {
        /// The chain's token.
        type Currency: fungible::Mutate<AccountId32, Balance = Balance>
            + fungible::hold::Mutate<AccountId32, Balance = Balance, Reason = Self::RuntimeHoldReason>;
        /// The runtime's reasons to hold money.
        type RuntimeHoldReason: From<HoldReason>;
        /// Says how long a card's blob is, and its root.
        type Cards: CardLookup;
        /// Says who holds what of it.
        type Seats: SeatLookup;
        /// Chooses challenges. With each answer it says since which block that could be known; it was gathered within an epoch
        /// before that block.
        type Randomness: Randomness<Self::Hash, BlockNumberFor<Self>>;
        /// Most blocks of an epoch.
        type EpochBlocks: Get<BlockNumber>;
        /// Says who makes this block, if that is known.
        type Author: Get<Option<AccountId32>>;
        /// Gets the treasury's part.
        type Treasury: Get<AccountId32>;
        /// Sets the emission.
        type Governance: EnsureOrigin<Self::RuntimeOrigin>;
        /// The bounds of each of its numbers.
        #[pallet::constant]
        type MostEmission: Get<Emission>;
        /// What a bond counts for at most.
        #[pallet::constant]
        type BondCap: Get<Balance>;
        /// The least that the claims of a card must share before one is heard: proofs are free of charge.
        #[pallet::constant]
        type LeastShare: Get<Balance>;
        /// The least amount of an endowment. At least the existential deposit.
        #[pallet::constant]
        type MinEndowment: Get<Balance>;
        /// Most blocks that an endowment lasts at its full rate: a place must not be taken by a promise of nothing.
        #[pallet::constant]
        type MaxEndowmentBlocks: Get<BlockNumber>;
        /// Deposit for each row in state beside its bytes.
        #[pallet::constant]
        type DepositBase: Get<Balance>;
        /// Deposit for each byte in state.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;
        /// Names the account that keeps endowed money.
        #[pallet::constant]
        type PalletId: Get<PalletId>;
        /// Costs of calls and hooks.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Endowed money and what claims have of it, on this pallet's account.
        Endowment,
        /// Deposits for rows of earners, claims and endowments.
        Deposit,
    }

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Blocks with room that make an era; at least [`MIN_ERA_BLOCKS`].
        pub era_blocks: BlockNumber,
        /// See [`Emission`].
        pub author_per_block: Balance,
        /// See [`Emission`].
        pub treasury_per_block: Balance,
        /// See [`Emission`].
        pub seeders_per_block: Balance,
        /// See [`Emission`].
        pub credit_share: u32,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    /// Nothing is minted unless genesis says so.
    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                era_blocks: DEFAULT_ERA_BLOCKS,
                author_per_block: 0,
                treasury_per_block: 0,
                seeders_per_block: 0,
                credit_share: 0,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            let emission = Emission {
                author_per_block: self.author_per_block,
                treasury_per_block: self.treasury_per_block,
                seeders_per_block: self.seeders_per_block,
                credit_share: self.credit_share,
            };
            assert!(
                emission.is_within(&T::MostEmission::get()),
                "the emission of genesis is out of its bounds"
            );
            EraBlocks::<T>::put(self.era_blocks);
            TheEmission::<T>::put(emission);
            Running::<T>::put(RunningEra {
                started_at: 1,
                ..Default::default()
            });
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            Self::emit();
            T::WeightInfo::emit().saturating_add(T::WeightInfo::end_era())
        }

        fn on_finalize(_: BlockNumberFor<T>) {
            Self::count_block();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Sets what blocks mint from the next one on, and the share of fees that becomes credit from now on.
        #[pallet::call_index(0)]
        pub fn set_emission(origin: OriginFor<T>, emission: Emission) -> DispatchResult {
            T::Governance::ensure_origin(origin)?;
            Self::do_set_emission(emission)
        }

        /// Has the caller rewarded for deliveries from now on. Holds a deposit.
        #[pallet::call_index(1)]
        pub fn enlist(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_enlist(account)
        }

        /// Ends that, once all credit is collected or expired, and returns the deposit.
        #[pallet::call_index(2)]
        pub fn delist(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_delist(account)
        }

        /// Mints what the caller's deliveries of ended eras have earned him.
        #[pallet::call_index(3)]
        pub fn collect_deliveries(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_collect_deliveries(account)
        }

        /// Claims shares of the era before the running one, by showing the leaves that it chose for the caller's seats. All or
        /// nothing; the fee is refunded. Holds a deposit for each claim.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::prove(proofs.len() as u32))]
        pub fn prove(
            origin: OriginFor<T>,
            era: EraIndex,
            proofs: PossessionProofs,
        ) -> DispatchResultWithPostInfo {
            let seeder = ensure_signed(origin)?;
            Self::do_prove(seeder, era, proofs)?;
            Ok(Pays::No.into())
        }

        /// Pays claims of a seeder, from the second era after theirs on, and returns their deposits. Anybody may; the fee is
        /// refunded.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::collect(claims.len() as u32))]
        pub fn collect(
            origin: OriginFor<T>,
            seeder: AccountId32,
            claims: CollectedClaims,
        ) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_collect(seeder, claims)?;
            Ok(Pays::No.into())
        }

        /// Gives money to seeders of a card: at most `per_block` for each block of an era in which one of them proves, from the
        /// running era on. Holds a deposit.
        #[pallet::call_index(6)]
        pub fn endow(
            origin: OriginFor<T>,
            card: CardId,
            amount: Balance,
            per_block: Balance,
        ) -> DispatchResult {
            let funder = ensure_signed(origin)?;
            Self::do_endow(funder, card, amount, per_block)
        }

        /// First, by its funder: lets an endowment end with the next era. Then, two eras later, or when nothing is left of it,
        /// by anybody: returns the rest and the deposit to the funder.
        #[pallet::call_index(7)]
        pub fn end_endowment(origin: OriginFor<T>, card: CardId, endowment: EndowmentId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_end_endowment(&who, card, endowment)
        }

        /// Removes credits that no claim can ask for any more. Anybody may; the fee is refunded.
        #[pallet::call_index(8)]
        #[pallet::weight(T::WeightInfo::clear_credits(cards.len() as u32))]
        pub fn clear_credits(origin: OriginFor<T>, cards: ClearedCards) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_clear_credits(cards)?;
            Ok(Pays::No.into())
        }
    }
}
