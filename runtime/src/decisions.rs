//! What the council decided happens after a notice. Until then as many members as could have kept it from passing call it off.
//!
//! **A decision is never Root.** It is dispatched under an origin that says of which kind it is, and no more: the configurations
//! say which calls heed which kind. A call that heeds none fails, whatever the council voted; where sudo has no key nobody is
//! Root. What a decision may do so needs no list of calls that could be forgotten.
//!
//! **Calling off takes no motion.** A motion has a threshold that its maker chooses, a week, and a place among few: with any of
//! them a majority could wait a minority's objection out. So a member objects by a transaction of his own.
//!
//! A decision is a row of the scheduler's agenda, named by kind and index, and a row of objections if there are any. Everybody can
//! read what it will do for the whole notice: the bytes of its call are there when it is made, and stay. They are a call of this
//! runtime, short enough to be looked up, light enough for a block, and nested no deeper than a transaction: the scheduler decodes
//! without a limit, and a stack that overflows in its hook would end the chain.

pub use pallet::*;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod kind;
pub mod weights;

pub use kind::{EnsureDecided, Kind, Votes};
pub use weights::WeightInfo;

use alloc::{borrow::Cow, vec::Vec};
use codec::DecodeLimit;
use frame_support::{
    dispatch::{DispatchResult, GetDispatchInfo},
    ensure,
    traits::{Bounded, Get, QueryPreimage, StorePreimage},
    weights::Weight,
    MAX_EXTRINSIC_DEPTH,
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
    /// The block that a call waits for. `None` if it is not on the agenda.
    fn due(name: Name) -> Option<BlockNumber>;
    /// Takes a call off the agenda, and with it the request. `Err` if it is not on it.
    fn strike(name: Name) -> DispatchResult;
}

/// What is asked of the council.
pub trait Council<AccountId> {
    /// Its members, each once.
    fn members() -> Vec<AccountId>;
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
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, RuntimeCall: GetDispatchInfo>
    {
        /// Says how the council voted.
        type Votes: EnsureOrigin<OriginFor<Self>, Success = Votes>;
        /// May replace the council.
        type Membership: EnsureOrigin<OriginFor<Self>>;
        /// May authorize a runtime.
        type Upgrade: EnsureOrigin<OriginFor<Self>>;
        /// Keeps what was decided, and has it done.
        type Agenda: Agenda<BoundedCallOf<Self>>;
        /// Whose members object, and are replaced.
        type Council: Council<Self::AccountId>;
        /// Where the bytes of calls are that are named by their hash.
        type Preimages: QueryPreimage<H = Self::Hashing> + StorePreimage;
        /// Heaviest call of a decision: one that the agenda can enact in a block of its own.
        type MaxCallWeight: Get<Weight>;
        /// Most decisions that wait for the same block.
        #[pallet::constant]
        type MaxPerBlock: Get<u32>;
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

    /// Members who object to a decision, by the block of its enactment and its index: present at the time they objected. Gone when
    /// the notice is over, or the decision called off.
    #[pallet::storage]
    pub type Objections<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        BlockNumber,
        Twox64Concat,
        u32,
        BoundedVec<T::AccountId, T::MaxMembers>,
        ValueQuery,
    >;

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
            let members = T::Council::members().len();
            assert!(
                members == 0 || members >= MIN_MEMBERS as usize,
                "genesis names {members} members of a council; name none, or at least {MIN_MEMBERS}"
            );
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
        /// A member objects to a decision.
        Objected {
            /// What it is about.
            kind: Kind,
            /// Names it together with its kind.
            index: u32,
            /// Who objects.
            who: T::AccountId,
            /// `yes` are the members that object now, he among them.
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
        /// Fewer members agree than a decision of this kind needs. Convince more, and make the motion again with a threshold that
        /// is high enough.
        NotEnoughVotes,
        /// The call is longer than [`MAX_CALL_BYTES`], or does not say how long it is. Decide in several steps.
        CallTooLong,
        /// The chain does not have the bytes of this hash and length. Send them (`preimage.note_preimage`), then close the motion.
        CallMissing,
        /// The bytes are no call of this runtime, or one that is nested deeper than a transaction may be. Encode it anew.
        NotACall,
        /// The call weighs more than all decisions of a block may. Decide in several steps.
        CallTooHeavy,
        /// Who signed is no member of the council. Ask one of them to object.
        NotAMember,
        /// This member objected before, and those who object are too few. Convince others.
        AlreadyObjected,
        /// No decision of this kind and index waits: its notice is over, it is called off, or was never made. Look at the agenda.
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

        /// Objects to a decision, by a member. It is called off as soon as so many members object as could have kept it from passing.
        #[pallet::call_index(1)]
        pub fn object(origin: OriginFor<T>, kind: Kind, index: u32) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_object(who, kind, index)
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
        /// Forgets the objections to what this block enacts: at most a row for each decision that waited for it.
        fn on_initialize(now: BlockNumberFor<T>) -> Weight {
            let now: BlockNumber = now.saturated_into();
            let removed = Objections::<T>::clear_prefix(now, T::MaxPerBlock::get(), None);
            let rows = u64::from(removed.loops);
            T::DbWeight::get().reads_writes(rows.saturating_add(1), rows)
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_objections(now.saturated_into())
        }

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
        Self::ensure_enactable(&call)?;
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

    /// Whether the scheduler can enact it, and everybody can read it until then.
    fn ensure_enactable(call: &BoundedCallOf<T>) -> DispatchResult {
        let bytes = Self::bytes_of(call)?;
        let call = T::RuntimeCall::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &bytes[..])
            .map_err(|_| Error::<T>::NotACall)?;
        let weight = call.get_dispatch_info().call_weight;
        ensure!(weight.all_lte(T::MaxCallWeight::get()), Error::<T>::CallTooHeavy);
        Ok(())
    }

    /// The bytes of a call, which are few. A legacy hash does not say how many.
    fn bytes_of(call: &BoundedCallOf<T>) -> Result<Cow<'_, [u8]>, Error<T>> {
        match call {
            Bounded::Legacy { .. } => Err(Error::<T>::CallTooLong),
            Bounded::Inline(bytes) => Ok(Cow::Borrowed(bytes)),
            Bounded::Lookup { hash, len } => {
                ensure!(*len <= MAX_CALL_BYTES, Error::<T>::CallTooLong);
                ensure!(T::Preimages::len(hash) == Some(*len), Error::<T>::CallMissing);
                T::Preimages::fetch(hash, Some(*len)).map_err(|_| Error::<T>::CallMissing)
            }
        }
    }

    /// Who objected and left the council since does not count. A member who objected before may do so again where that calls it
    /// off: the council shrank meanwhile, and those who object are enough now.
    fn do_object(who: T::AccountId, kind: Kind, index: u32) -> DispatchResult {
        let members = T::Council::members();
        ensure!(members.contains(&who), Error::<T>::NotAMember);
        let at = Self::end_of_notice(kind, index).ok_or(Error::<T>::UnknownDecision)?;
        let mut objectors = Objections::<T>::get(at, index);
        objectors.retain(|objector| members.contains(objector));
        let is_new = !objectors.contains(&who);
        if is_new {
            // There is a place for each member.
            objectors
                .try_push(who.clone())
                .map_err(|_| Error::<T>::NotAMember)?;
        }
        let votes = Votes {
            yes: objectors.len().saturated_into(),
            seats: members.len().saturated_into(),
        };
        let is_off = kind.is_called_off_by(votes);
        ensure!(is_new || is_off, Error::<T>::AlreadyObjected);
        Self::deposit_event(Event::Objected {
            kind,
            index,
            who,
            votes,
        });
        if !is_off {
            Objections::<T>::insert(at, index, objectors);
            return Ok(());
        }
        T::Agenda::strike(name_of(kind, index)).map_err(|_| Error::<T>::UnknownDecision)?;
        Objections::<T>::remove(at, index);
        Self::deposit_event(Event::CalledOff { kind, index });
        Ok(())
    }

    /// The block that a decision waits for, if that is yet to come. What a full block postponed had its notice.
    fn end_of_notice(kind: Kind, index: u32) -> Option<BlockNumber> {
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        T::Agenda::due(name_of(kind, index)).filter(|at| *at > now)
    }

    /// Objections are to what is yet to come, of some members, each once.
    #[cfg(feature = "try-runtime")]
    fn check_objections(now: BlockNumber) -> Result<(), sp_runtime::TryRuntimeError> {
        for (at, index, objectors) in Objections::<T>::iter() {
            ensure!(at > now, "objections to what is enacted are forgotten");
            ensure!(
                index < DecisionCount::<T>::get(),
                "what is objected to was decided"
            );
            ensure!(!objectors.is_empty(), "a row has an objection");
            let mut each = objectors.into_inner();
            let all = each.len();
            each.sort();
            each.dedup();
            ensure!(each.len() == all, "a member objects once");
        }
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
