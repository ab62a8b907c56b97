//! Who seeds what: `register`, `apply` deltas, `heartbeat`.
//!
//! **A seat has no expiry of its own.** It lives as long as its seeder's last sign of life is recent, so one
//! heartbeat renews ten thousand seats with one write. `register` and `apply` are signs of life too. Seats of
//! a seeder who fell silent are never returned, and anybody may clear them; bond and deposit then go back to
//! the seeder.
//!
//! # Ranking
//! A card has at most [`MAX_SEATS`](hashcard_primitives::seeder::MAX_SEATS) seats, ranked by bond. When it is
//! full, a higher bond displaces the lowest, which returns to its owner; an equal bond does not, and among
//! equal bonds the newest goes first. The ranking is one value per card, touched by join, leave and
//! displacement only; a new coverage rewrites the seat alone.
//!
//! **A seat is not left before it is a seat's lifetime old**, unless its card is retired. Otherwise whoever bids
//! one unit more than every honest bond could displace all seats of a card and leave in the next block: the
//! seeder map would be empty, at the price of fees. Now the bonds that displaced others stay on hold, and their
//! seats on the map, for as long as one sign of life counts. Displacement ends a seat at any age, and so does
//! `clear`, since a seeder who is silent for a lifetime has no younger seat.
//!
//! **A seat that is displaced is remembered** for a while ([`Displaced`]). Otherwise a rich seeder could displace all
//! others of a card when an era ends, before they prove what they held, and be rewarded in their place.
//!
//! # Properties
//! - `apply` is all or nothing. Its errors name the delta, counted from 0, that could not be applied; an
//!   error of the currency (too little money for bond and deposit) names none.
//! - What is on hold is exactly the sum of bonds and deposits of the rows that exist.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod apply;
mod clear;
mod forget;
mod heartbeat;
mod lookup;
mod query;
mod register;
mod seating;
mod types;
pub mod weights;

#[cfg(any(test, feature = "try-runtime"))]
mod invariants;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{hold::Mutate as MutateHold, Mutate},
    };
    use frame_system::pallet_prelude::*;
    use hashcard_primitives::{
        coverage::Coverage,
        roles::CardLookup,
        seeder::{Addresses, Deltas, PeerId},
        Balance, BlockNumber, CardId,
    };
    use sp_runtime::AccountId32;

    /// Most seats of a seeder: what a server with a few ten terabytes holds, and little enough to clear in
    /// forty calls.
    pub const MAX_SEATS_PER_SEEDER: u32 = 10_000;
    /// Fewest blocks that seats live after a heartbeat: with fewer, a full block or two would silence
    /// everybody.
    pub const MIN_SEAT_LIFETIME_BLOCKS: BlockNumber = 10;
    /// Blocks that seats live where genesis says nothing: an hour of 3-second slots.
    pub const DEFAULT_SEAT_LIFETIME_BLOCKS: BlockNumber = 1_200;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<AccountId = AccountId32, RuntimeEvent: From<Event<Self>>> {
        /// Holds bonds and deposits.
        type Currency: Mutate<AccountId32>
            + MutateHold<AccountId32, Reason = Self::RuntimeHoldReason, Balance = Balance>;
        /// The runtime's reasons to hold money.
        type RuntimeHoldReason: From<HoldReason>;
        /// Says what can be seeded.
        type Cards: CardLookup;
        /// Least bond of a seat: what it costs to crowd a card's list with seats that serve nothing.
        #[pallet::constant]
        type MinBond: Get<Balance>;
        /// Deposit for each row in state beside its bytes.
        #[pallet::constant]
        type DepositBase: Get<Balance>;
        /// Deposit for each byte in state.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;
        /// Blocks for which a displaced seat is remembered against its seeder's will: as long as it may still be proven.
        type RememberedFor: Get<BlockNumber>;
        /// Costs of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Bonds of seats.
        Bond,
        /// Deposits for rows of registrations and seats.
        Deposit,
    }

    /// Whom to dial, and where.
    #[pallet::storage]
    pub type Contacts<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Contact>;

    /// Who seeds, when he last gave a sign of life, and how many seats he has.
    #[pallet::storage]
    pub type Seeders<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Seeder>;

    /// Seats of each seeder, in order of cards. A card's seats are found through its ranking.
    #[pallet::storage]
    pub type Seats<T: Config> = StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, CardKey, Seat>;

    /// Seats of each card by bond; no row for a card without seats.
    #[pallet::storage]
    pub type Rankings<T: Config> = StorageMap<_, Twox64Concat, CardId, Ranking, ValueQuery>;

    /// Live seats that higher bonds took, the last one of each seeder on each card.
    #[pallet::storage]
    pub type Displaced<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, CardKey, DisplacedSeat>;

    /// Blocks that seats live after a heartbeat. Written at genesis only; read it through
    /// [`Pallet::seat_lifetime`].
    #[pallet::storage]
    pub type SeatLifetime<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Blocks that seats live after a heartbeat; at least [`MIN_SEAT_LIFETIME_BLOCKS`].
        pub seat_lifetime_blocks: BlockNumber,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                seat_lifetime_blocks: DEFAULT_SEAT_LIFETIME_BLOCKS,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            SeatLifetime::<T>::put(self.seat_lifetime_blocks);
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A seeder said whom to dial and where, for the first time or anew.
        Registered {
            /// Who.
            seeder: AccountId32,
            /// His peer id from now on.
            peer: PeerId,
            /// What he has on hold for the rows.
            deposit: Balance,
        },
        /// A seeder without seats withdrew.
        Deregistered {
            /// Who.
            seeder: AccountId32,
            /// Deposit that went back to him.
            refunded: Balance,
        },
        /// A seeder took a seat.
        Joined {
            /// On which card.
            card: CardId,
            /// Who.
            seeder: AccountId32,
            /// What he says he holds.
            coverage: Coverage,
            /// What he asks for a MiB.
            price_per_mib: Option<Balance>,
            /// What he bonded.
            bond: Balance,
        },
        /// A seeder holds more, or less.
        Covered {
            /// Of which card.
            card: CardId,
            /// Who.
            seeder: AccountId32,
            /// What he says he holds from now on.
            coverage: Coverage,
        },
        /// A seeder gave a seat up.
        Left {
            /// On which card.
            card: CardId,
            /// Who.
            seeder: AccountId32,
        },
        /// A higher bond took a seat on a full card.
        Displaced {
            /// On which card.
            card: CardId,
            /// Who lost the seat; his bond went back to him, and of his deposit what the memory of the seat does not take.
            seeder: AccountId32,
            /// Who has it now.
            by: AccountId32,
        },
        /// A seeder renewed all his seats.
        Heartbeat {
            /// Who.
            seeder: AccountId32,
            /// Last block in which his seats count, unless renewed.
            expires_at: BlockNumber,
        },
        /// Seats of a silent seeder were removed.
        Cleared {
            /// Whose; bonds and deposits went back to him.
            seeder: AccountId32,
            /// On which cards.
            cards: ClearedCards,
        },
        /// Displaced seats are no longer remembered.
        Forgotten {
            /// Whose; deposits went back to him.
            seeder: AccountId32,
            /// On which cards.
            cards: ClearedCards,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The peer id is neither an identity multihash nor one of SHA-256.
        BadPeerId,
        /// An address is empty.
        EmptyAddress,
        /// This account is not registered.
        NotRegistered,
        /// A seeder with seats cannot withdraw; leave them first.
        StillSeated,
        /// No delta was given.
        NoDeltas,
        /// There is no such card.
        UnknownCard {
            /// Which delta.
            at: u8,
        },
        /// The card has no blob, or is retired.
        NotSeedable {
            /// Which delta.
            at: u8,
        },
        /// The coverage is empty; leave instead.
        EmptyCoverage {
            /// Which delta.
            at: u8,
        },
        /// The coverage claims a bucket that the blob does not have.
        CoverageDoesNotFit {
            /// Which delta.
            at: u8,
        },
        /// The bond is below `MinBond`.
        BondTooLow {
            /// Which delta.
            at: u8,
        },
        /// This seeder has a seat on this card.
        AlreadySeated {
            /// Which delta.
            at: u8,
        },
        /// This seeder has no seat on this card.
        NotSeated {
            /// Which delta, or which card of a `clear`.
            at: u8,
        },
        /// Every seat of the card is bonded at least as high.
        CardFull {
            /// Which delta.
            at: u8,
        },
        /// This seeder has as many seats as a seeder may have.
        TooManySeats {
            /// Which delta.
            at: u8,
        },
        /// No card was given.
        NoCards,
        /// The seeder's seats are live.
        StillLive,
        /// A seat is not left before it is a seat's lifetime old, unless its card is retired.
        SeatTooYoung {
            /// Which delta.
            at: u8,
        },
        /// No seat of this seeder on this card is remembered.
        NotRemembered {
            /// Which card.
            at: u8,
        },
        /// Only its seeder may have a displaced seat forgotten that can still be proven; wait.
        StillProvable {
            /// Which card.
            at: u8,
        },
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
        /// Says whom to dial and where, in place of what was said before. Holds a deposit for the bytes.
        #[pallet::call_index(0)]
        pub fn register(origin: OriginFor<T>, peer: PeerId, addresses: Addresses) -> DispatchResult {
            let seeder = ensure_signed(origin)?;
            Self::do_register(seeder, peer, addresses)
        }

        /// Withdraws a seeder that has no seats, and returns the deposit.
        #[pallet::call_index(1)]
        pub fn deregister(origin: OriginFor<T>) -> DispatchResult {
            let seeder = ensure_signed(origin)?;
            Self::do_deregister(seeder)
        }

        /// Takes, changes and gives up seats, in order, all or nothing. Renews all other seats too. A seat is
        /// given up when it is [`Pallet::seat_lifetime`] blocks old, or its card retired.
        #[pallet::call_index(2)]
        #[pallet::weight(weights::of_deltas::<T::WeightInfo>(deltas))]
        pub fn apply(origin: OriginFor<T>, deltas: Deltas) -> DispatchResult {
            let seeder = ensure_signed(origin)?;
            Self::do_apply(&seeder, deltas)
        }

        /// Renews all seats of the caller.
        #[pallet::call_index(3)]
        pub fn heartbeat(origin: OriginFor<T>) -> DispatchResult {
            let seeder = ensure_signed(origin)?;
            Self::do_heartbeat(seeder)
        }

        /// Removes seats of a seeder whose last heartbeat is too long ago. Anybody may; the fee is refunded.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::clear(cards.len() as u32))]
        pub fn clear(
            origin: OriginFor<T>,
            seeder: AccountId32,
            cards: ClearedCards,
        ) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_clear(seeder, cards)?;
            Ok(Pays::No.into())
        }

        /// Forgets displaced seats and returns their deposits to their seeder: he may at any time, anybody when they
        /// cannot be proven any more. The fee is refunded.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::forget(cards.len() as u32))]
        pub fn forget(
            origin: OriginFor<T>,
            seeder: AccountId32,
            cards: ClearedCards,
        ) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::do_forget(&who, seeder, cards)?;
            Ok(Pays::No.into())
        }
    }
}
