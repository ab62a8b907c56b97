//! Reactions and follows: `react`, `unreact`, `follow`, `unfollow`.
//!
//! **One reaction for each account and card.** Another one takes its place. Counts are kept apart from cards, so that a reaction
//! never rewrites a card, and each is one row that a light client reads with one proof.
//!
//! Nothing here is money or right: accounts are cheap, and whoever buys ten thousand of them has ten thousand likes. What it
//! costs him is a deposit for each row, which he has back when he takes it back.
//!
//! # Properties
//! - A count is the number of rows that say so. A row goes when its owner says so, whatever became of the card.
//! - What is on hold is exactly the sum of the deposits of the rows that exist.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod follow;
mod query;
mod react;
mod rows;
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
pub use rows::{CardKey, ReactionRow};
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
        roles::CardLookup,
        social::{FollowCounts, Reaction, ReactionCounts},
        Balance, CardId,
    };
    use sp_runtime::AccountId32;

    /// Most accounts that one account follows: more than anybody reads, and few enough for forty answers.
    pub const MAX_FOLLOWING: u32 = 10_000;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<AccountId = AccountId32, RuntimeEvent: From<Event<Self>>> {
        /// Holds deposits.
        type Currency: Mutate<AccountId32>
            + MutateHold<AccountId32, Reason = Self::RuntimeHoldReason, Balance = Balance>;
        /// The runtime's reasons to hold money.
        type RuntimeHoldReason: From<HoldReason>;
        /// Says what can be reacted to.
        type Cards: CardLookup;
        /// Deposit for each row in state beside its bytes.
        #[pallet::constant]
        type DepositBase: Get<Balance>;
        /// Deposit for each byte in state.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;
        /// Costs of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Deposits for rows of reactions and follows.
        Deposit,
    }

    /// Reactions of each account, in order of cards.
    #[pallet::storage]
    pub type Reactions<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, CardKey, ReactionRow>;

    /// How many reacted to a card; no row where nobody did.
    #[pallet::storage]
    pub type CountsOfCard<T: Config> = StorageMap<_, Twox64Concat, CardId, ReactionCounts, ValueQuery>;

    /// Whom each account follows, and the deposit for that.
    #[pallet::storage]
    pub type Follows<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Blake2_128Concat, AccountId32, Balance>;

    /// How many follow an account, and how many it follows; no row where there are neither.
    #[pallet::storage]
    pub type CountsOfAccount<T: Config> =
        StorageMap<_, Blake2_128Concat, AccountId32, FollowCounts, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account reacted to a card, or reacts otherwise from now on.
        #[codec(index = 0)]
        Reacted {
            /// To which card.
            card: CardId,
            /// Who.
            account: AccountId32,
            /// How.
            reaction: Reaction,
            /// How it did before.
            before: Option<Reaction>,
        },
        /// An account took its reaction back.
        #[codec(index = 1)]
        Unreacted {
            /// To which card.
            card: CardId,
            /// Who.
            account: AccountId32,
            /// Which reaction.
            reaction: Reaction,
        },
        /// An account follows another.
        #[codec(index = 2)]
        Followed {
            /// Who.
            follower: AccountId32,
            /// Whom.
            followed: AccountId32,
        },
        /// An account follows another no longer.
        #[codec(index = 3)]
        Unfollowed {
            /// Who.
            follower: AccountId32,
            /// Whom.
            followed: AccountId32,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// There is no such card, or it is retired.
        UnknownCard,
        /// This account reacted so already. React otherwise, or take it back.
        SameReaction,
        /// This account did not react to this card.
        NoReaction,
        /// Nobody follows himself.
        FollowsHimself,
        /// This account follows that one already.
        AlreadyFollows,
        /// This account does not follow that one.
        DoesNotFollow,
        /// This account follows as many as an account may follow. Unfollow somebody.
        TooManyFollowed,
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
        /// Reacts to a card, in place of how the signer reacted before. Holds a deposit for the first one.
        #[pallet::call_index(0)]
        pub fn react(origin: OriginFor<T>, card: CardId, reaction: Reaction) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_react(account, card, reaction)
        }

        /// Takes the signer's reaction to a card back, and returns its deposit. The card may be retired or gone.
        #[pallet::call_index(1)]
        pub fn unreact(origin: OriginFor<T>, card: CardId) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_unreact(account, card)
        }

        /// Follows an account, which need not exist. Holds a deposit.
        #[pallet::call_index(2)]
        pub fn follow(origin: OriginFor<T>, account: AccountId32) -> DispatchResult {
            let follower = ensure_signed(origin)?;
            Self::do_follow(follower, account)
        }

        /// Follows an account no longer, and returns the deposit.
        #[pallet::call_index(3)]
        pub fn unfollow(origin: OriginFor<T>, account: AccountId32) -> DispatchResult {
            let follower = ensure_signed(origin)?;
            Self::do_unfollow(follower, account)
        }
    }
}
