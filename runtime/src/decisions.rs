//! What the council decided happens after a notice. Until then as many members as could have kept it from passing call it off.
//!
//! **A decision is never Root.** It is dispatched under an origin that says of which kind it is, and no more: the configurations
//! say which calls heed which kind. A call that heeds none fails, whatever the council voted; where sudo has no key nobody is
//! Root. What a decision may do so needs no list of calls that could be forgotten.
//!
//! A decision is a row of the scheduler's agenda and nothing else; its name there follows from kind and index. The preimage of
//! its call may come later than the vote. That the call's length is bounded matters: the scheduler would wait for ever for a
//! block in which a call of gigabytes could be looked up, and every agenda after that one with it.

pub use pallet::*;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod kind;
pub mod weights;

pub use kind::{EnsureDecided, Kind, Votes};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame_support::{
    dispatch::DispatchResult,
    ensure,
    traits::{Bounded, Get},
};
use hashcard_primitives::BlockNumber;
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    SaturatedConversion,
};

/// A call, or its hash and length.
pub type BoundedCallOf<T> =
    Bounded<<T as frame_system::Config>::RuntimeCall, <T as frame_system::Config>::Hashing>;

/// Name of a decision in the agenda.
pub type Name = [u8; 32];

/// What is asked of the scheduler.
pub trait Agenda<Call> {
    /// Has the call dispatched in that block with the origin of its kind. A call that is named by its hash is requested.
    fn enter(name: Name, at: BlockNumber, kind: Kind, call: Call) -> DispatchResult;
    /// Takes a call off the agenda, and with it the request. `Err` if it is not on it.
    fn strike(name: Name) -> DispatchResult;
}

/// What is asked of the council.
pub trait Council<AccountId> {
    /// Replaces its members. They come sorted, each once.
    fn replace(members: &[AccountId]);
}

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    /// Shortest notice, in blocks: half a minute, in which a test can still call off what it decided.
    pub const MIN_NOTICE_BLOCKS: BlockNumber = 10;
    /// Notice where genesis said nothing: a week of 3-second slots. A validator, a seeder or a holder who does not agree can have
    /// read of it and acted; those who were away for a weekend too.
    pub const DEFAULT_NOTICE_BLOCKS: BlockNumber = 7 * 28_800;
    /// Fewest members that the council can be given: of three the loss of one key stops nothing that needs a majority.
    pub const MIN_MEMBERS: u32 = 3;
    /// Longest call of a decision, in bytes: a batch of hundreds of payments. Runtimes are decided on by their hash.
    pub const MAX_CALL_BYTES: u32 = 16 * 1024;

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Says how the council voted.
        type Votes: EnsureOrigin<OriginFor<Self>, Success = Votes>;
        /// May replace the council.
        type Membership: EnsureOrigin<OriginFor<Self>>;
        /// May authorize a runtime.
        type Upgrade: EnsureOrigin<OriginFor<Self>>;
        /// Keeps what was decided, and has it done.
        type Agenda: Agenda<BoundedCallOf<Self>>;
        /// Whose members are replaced.
        type Council: Council<Self::AccountId>;
        /// Most members of the council.
        #[pallet::constant]
        type MaxMembers: Get<u32>;
        /// Costs of calls.
        type WeightInfo: WeightInfo;
    }

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What a decision is dispatched as.
    #[pallet::origin]
    pub type Origin = Kind;

    /// Blocks between a decision and its enactment. Written at genesis only.
    #[pallet::storage]
    pub type NoticeBlocks<T: Config> = StorageValue<_, BlockNumber, OptionQuery>;

    /// How many decisions there ever were: the index of the next one.
    #[pallet::storage]
    pub type DecisionCount<T: Config> = StorageValue<_, u32, ValueQuery>;

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Blocks between a decision and its enactment; at least [`MIN_NOTICE_BLOCKS`].
        pub notice_blocks: BlockNumber,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                notice_blocks: DEFAULT_NOTICE_BLOCKS,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            NoticeBlocks::<T>::put(self.notice_blocks);
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// The council decided. The scheduler says `Dispatched` when it is enacted, with what came of it.
        Decided {
            /// What it is about.
            kind: Kind,
            /// Names it together with its kind.
            index: u32,
            /// What will be done.
            call: BoundedCallOf<T>,
            /// The block that begins with it, unless that one is full.
            at: BlockNumber,
            /// Who wanted it.
            votes: Votes,
        },
        /// What was decided will not happen.
        CalledOff {
            /// What it was about.
            kind: Kind,
            /// Named it together with its kind.
            index: u32,
        },
        /// The council has other members.
        CouncilReplaced {
            /// All of them, sorted.
            members: Vec<T::AccountId>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// Fewer members agree than a decision of this kind needs, or than could have kept it from passing. Convince more, and
        /// make the motion again with a threshold that is high enough.
        NotEnoughVotes,
        /// The call is longer than [`MAX_CALL_BYTES`], or does not say how long it is. Decide in several steps.
        CallTooLong,
        /// No decision of this kind and index waits: it is enacted, called off, or was never made. Look at the agenda.
        UnknownDecision,
        /// A council has [`MIN_MEMBERS`] members at least. Name more.
        TooFewMembers,
        /// A member is named twice. Name each once.
        MemberTwice,
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Has a call enacted when the notice is over. To be proposed as a motion of the council.
        #[pallet::call_index(0)]
        pub fn decide(origin: OriginFor<T>, kind: Kind, call: BoundedCallOf<T>) -> DispatchResult {
            let votes = T::Votes::ensure_origin(origin)?;
            Self::do_decide(kind, call, votes)
        }

        /// Keeps a decision from being enacted. To be proposed as a motion of the council.
        #[pallet::call_index(1)]
        pub fn call_off(origin: OriginFor<T>, kind: Kind, index: u32) -> DispatchResult {
            let votes = T::Votes::ensure_origin(origin)?;
            Self::do_call_off(kind, index, votes)
        }

        /// Replaces the council. Votes of those who leave do not count any more in the motions that are open.
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::set_council(T::MaxMembers::get()))]
        pub fn set_council(
            origin: OriginFor<T>,
            members: BoundedVec<T::AccountId, T::MaxMembers>,
        ) -> DispatchResult {
            T::Membership::ensure_origin(origin)?;
            Self::do_set_council(members.into_inner())
        }

        /// Lets anybody bring the runtime of this hash, BLAKE2-256 of the code, by `system.apply_authorized_upgrade`. It must have
        /// this chain's name and a higher version.
        #[pallet::call_index(3)]
        pub fn authorize_upgrade(origin: OriginFor<T>, code_hash: T::Hash) -> DispatchResult {
            T::Upgrade::ensure_origin(origin)?;
            frame_system::Pallet::<T>::do_authorize_upgrade(code_hash, true);
            Ok(())
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                T::MaxMembers::get() >= MIN_MEMBERS,
                "a council of the least size fits"
            );
        }
    }
}

/// The name of a decision in the scheduler's agenda: BLAKE2-256 of `"hashcard decision"`, kind and index in SCALE.
pub fn name_of(kind: Kind, index: u32) -> Name {
    BlakeTwo256::hash_of(&(b"hashcard decision", kind, index)).0
}

impl<T: Config> Pallet<T> {
    /// Blocks between a decision and its enactment.
    pub fn notice_blocks() -> BlockNumber {
        NoticeBlocks::<T>::get().map_or(DEFAULT_NOTICE_BLOCKS, |blocks| blocks.max(MIN_NOTICE_BLOCKS))
    }

    fn do_decide(kind: Kind, call: BoundedCallOf<T>, votes: Votes) -> DispatchResult {
        ensure!(kind.is_decided_by(votes), Error::<T>::NotEnoughVotes);
        ensure!(is_short(&call), Error::<T>::CallTooLong);
        let index = DecisionCount::<T>::get();
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let at = now.saturating_add(Self::notice_blocks());
        T::Agenda::enter(name_of(kind, index), at, kind, call.clone())?;
        DecisionCount::<T>::put(index.saturating_add(1));
        Self::deposit_event(Event::Decided {
            kind,
            index,
            call,
            at,
            votes,
        });
        Ok(())
    }

    fn do_call_off(kind: Kind, index: u32, votes: Votes) -> DispatchResult {
        ensure!(kind.is_called_off_by(votes), Error::<T>::NotEnoughVotes);
        T::Agenda::strike(name_of(kind, index)).map_err(|_| Error::<T>::UnknownDecision)?;
        Self::deposit_event(Event::CalledOff { kind, index });
        Ok(())
    }

    fn do_set_council(mut members: Vec<T::AccountId>) -> DispatchResult {
        ensure!(members.len() >= MIN_MEMBERS as usize, Error::<T>::TooFewMembers);
        members.sort();
        ensure!(
            members.windows(2).all(|pair| pair[0] != pair[1]),
            Error::<T>::MemberTwice
        );
        T::Council::replace(&members);
        Self::deposit_event(Event::CouncilReplaced { members });
        Ok(())
    }
}

/// A legacy hash does not say how long its call is.
fn is_short<Call, Hashing: Hash>(call: &Bounded<Call, Hashing>) -> bool {
    match call {
        Bounded::Legacy { .. } => false,
        Bounded::Inline(_) => true,
        Bounded::Lookup { len, .. } => *len <= MAX_CALL_BYTES,
    }
}
