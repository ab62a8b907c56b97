//! Council, decisions, scheduler, preimages, treasury. Who decides what, and why so: docs/adr/0011-governance.md.
//!
//! Members make motions to decide, and nothing else; what is decided is dispatched under [`Kind`], never as Root.

use crate::{
    constants::{
        governance::{self, MAX_MOTION_BYTES},
        money,
    },
    decisions::{Agenda, BoundedCallOf, EnsureDecided, Kind, Name, Votes, MAX_CALL_BYTES},
    *,
};
use codec::{Decode, Encode};
use frame_support::{
    parameter_types,
    traits::{
        fungible::HoldConsideration,
        schedule::{v3::Named, DispatchTime, LOWEST_PRIORITY},
        tokens::{PayFromAccount, UnityAssetBalanceConversion},
        AsEnsureOriginWithArg, Bounded, ChangeMembers, ConstU32, EitherOf, EnsureOrigin, EqualPrivilegeOnly,
        Get, LinearStoragePrice, OriginTrait, QueryPreimage,
    },
    weights::Weight,
};
#[cfg(not(feature = "runtime-benchmarks"))]
use frame_system::EnsureNever;
use frame_system::{EnsureRoot, EnsureRootWithSuccess};
use pallet_collective::{deposit::Geometric, Instance1};
use sp_runtime::{
    traits::{Hash as _, IdentityLookup},
    DispatchError, DispatchResult, FixedU128, Permill,
};

use super::rewards::{TreasuryAccount, TreasuryPalletId};

parameter_types! {
    pub const ParameterKind: Kind = Kind::Parameter;
    pub const SpendKind: Kind = Kind::Spend;
    pub const MembershipKind: Kind = Kind::Membership;
    pub const UpgradeKind: Kind = Kind::Upgrade;
    /// A motion that passes costs nobody more than a decision does.
    pub MotionWeight: Weight = share_of_a_block();
    pub DecisionsWeight: Weight = share_of_a_block();
    pub const MotionDeposit: Balance = governance::MOTION_DEPOSIT;
    pub MotionRatio: FixedU128 = FixedU128::from_u32(governance::MOTION_RATIO);
    pub const MotionHold: RuntimeHoldReason =
        RuntimeHoldReason::Council(pallet_collective::HoldReason::ProposalSubmission);
    /// A preimage's bytes are one row, its status another, of 130 bytes.
    pub const PreimageBase: Balance = money::deposit(2, 130);
    pub const PreimageByte: Balance = money::DEPOSIT_PER_BYTE;
    pub const PreimageHold: RuntimeHoldReason =
        RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
    pub const AnyAmount: Balance = Balance::MAX;
    pub const NothingBurns: Permill = Permill::zero();
}

/// Root, or a decision about a number.
pub type ByParameterDecision = EitherOf<EnsureRoot<AccountId>, EnsureDecided<ParameterKind>>;
/// The same, where the origin may depend on the parameter. It does not.
pub type ByParameterDecisionForAll = AsEnsureOriginWithArg<ByParameterDecision>;

fn share_of_a_block() -> Weight {
    governance::BLOCK_RATIO * super::system::RuntimeBlockWeights::get().max_block
}

/// What members do: make a motion to decide, vote, close. A motion is short, because its row is as long as it
/// is; `execute` would be a way to send any call twice as dear; members are replaced by [`decisions`], which counts them. A motion
/// that was closed is made again once its deposit is released: the library remembers one deposit for each motion's hash, and
/// would keep the first one for ever.
pub fn is_open_to_members(call: &pallet_collective::Call<Runtime, Instance1>) -> bool {
    use crate::decisions::Call::decide;
    use pallet_collective::Call::{close, execute, propose, set_members};
    match call {
        propose {
            proposal,
            length_bound,
            ..
        } => {
            let is_a_decision = matches!(**proposal, RuntimeCall::Decisions(decide { .. }));
            is_a_decision && *length_bound <= MAX_MOTION_BYTES && !has_a_deposit_left(proposal)
        }
        execute { .. } | set_members { .. } => false,
        close { proposal_hash, .. } => !lacks_its_bytes(proposal_hash),
        _ => true,
    }
}

/// Whether a motion that is being voted on decides on bytes that are not there. To close it would consume it for nothing: whoever
/// sent the bytes, before the motion's maker could, would have a veto by taking them back.
fn lacks_its_bytes(motion: &Hash) -> bool {
    use crate::decisions::Call::decide;
    let Some(RuntimeCall::Decisions(decide { call, .. })) =
        pallet_collective::ProposalOf::<Runtime, Instance1>::get(motion)
    else {
        return false;
    };
    match call {
        Bounded::Lookup { hash, len } => {
            len <= MAX_CALL_BYTES
                && Preimage::len(&hash) != Some(len)
                && last_block_to_vote(motion).is_some_and(|last| System::block_number() <= last)
        }
        Bounded::Legacy { .. } | Bounded::Inline(_) => false,
    }
}

/// The library keeps the fields of a vote to itself: index, threshold, ayes, nays and this.
fn last_block_to_vote(motion: &Hash) -> Option<BlockNumber> {
    type Fields = (u32, u32, Vec<AccountId>, Vec<AccountId>, BlockNumber);
    let votes = pallet_collective::Voting::<Runtime, Instance1>::get(motion)?;
    let (.., last) = Fields::decode(&mut &votes.encode()[..]).ok()?;
    Some(last)
}

/// Whether a preimage is sent of which the chain has all that it needs. The library takes no fee for bytes that are requested, which
/// those of a decision are for the whole notice, though they are there before it.
pub fn is_a_preimage_to_pay(call: &pallet_preimage::Call<Runtime>) -> bool {
    let pallet_preimage::Call::note_preimage { bytes } = call else {
        return true;
    };
    let hash = <Runtime as frame_system::Config>::Hashing::hash(bytes);
    !(Preimage::is_requested(&hash) && Preimage::len(&hash).is_some())
}

/// Whether a motion is closed, and its deposit is still held.
fn has_a_deposit_left(motion: &RuntimeCall) -> bool {
    let hash = <Runtime as frame_system::Config>::Hashing::hash_of(motion);
    pallet_collective::CostOf::<Runtime, Instance1>::contains_key(hash)
        && !pallet_collective::ProposalOf::<Runtime, Instance1>::contains_key(hash)
}

/// Whether it is not one of the two that pallet-treasury keeps for those who used it before. They put payments into a list that
/// a hook walks.
#[allow(deprecated)]
pub fn is_a_spend_of_today(call: &pallet_treasury::Call<Runtime>) -> bool {
    use pallet_treasury::Call::{remove_approval, spend_local};
    !matches!(call, spend_local { .. } | remove_approval { .. })
}

/// How the council voted on a motion.
pub struct CouncilVotes;

impl EnsureOrigin<RuntimeOrigin> for CouncilVotes {
    type Success = Votes;

    fn try_origin(origin: RuntimeOrigin) -> Result<Votes, RuntimeOrigin> {
        match origin.caller() {
            OriginCaller::Council(pallet_collective::RawOrigin::Members(yes, seats)) => Ok(Votes {
                yes: *yes,
                seats: *seats,
            }),
            _ => Err(origin),
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        Ok(pallet_collective::RawOrigin::<AccountId, Instance1>::Members(1, 1).into())
    }
}

/// Who says nothing says no. There is no prime member whose word would count for the absent.
pub struct SilenceIsNo;

impl pallet_collective::DefaultVote for SilenceIsNo {
    fn default_vote(_: Option<bool>, _: u32, _: u32, _: u32) -> bool {
        false
    }
}

impl pallet_collective::Config<Instance1> for Runtime {
    type Consideration =
        HoldConsideration<AccountId, Balances, MotionHold, Geometric<MotionRatio, MotionDeposit>, u32>;
    type DefaultVote = SilenceIsNo;
    type DisapproveOrigin = EnsureRoot<AccountId>;
    type KillOrigin = EnsureRoot<AccountId>;
    type MaxMembers = ConstU32<{ governance::MAX_MEMBERS }>;
    type MaxProposalWeight = MotionWeight;
    type MaxProposals = ConstU32<{ governance::MAX_MOTIONS }>;
    type MotionDuration = ConstU32<{ governance::MOTION_BLOCKS }>;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type SetMembersOrigin = EnsureRoot<AccountId>;
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
}

/// Played by pallet-collective, which drops the votes of those who leave.
pub struct CouncilOfCollective;

impl decisions::Council<AccountId> for CouncilOfCollective {
    fn members() -> Vec<AccountId> {
        pallet_collective::Members::<Runtime, Instance1>::get()
    }

    fn replace(members: &[AccountId]) {
        let before = pallet_collective::Members::<Runtime, Instance1>::get();
        <Council as ChangeMembers<AccountId>>::set_members_sorted(members, &before);
    }
}

/// Played by pallet-scheduler.
pub struct AgendaOfScheduler;

impl Agenda<BoundedCallOf<Runtime>> for AgendaOfScheduler {
    fn enter(name: Name, at: BlockNumber, kind: Kind, call: BoundedCallOf<Runtime>) -> DispatchResult {
        <Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::schedule_named(
            name,
            DispatchTime::At(at),
            None,
            LOWEST_PRIORITY,
            kind.into(),
            call,
        )
        .map(|_| ())
    }

    fn due(name: Name) -> Option<BlockNumber> {
        pallet_scheduler::Lookup::<Runtime>::get(name).map(|(at, _)| at)
    }

    /// The library's trait leaves the preimage requested, and its call is for those who may schedule, which is nobody.
    fn strike(name: Name) -> DispatchResult {
        let (at, place) = pallet_scheduler::Lookup::<Runtime>::get(name).ok_or(DispatchError::Unavailable)?;
        let tasks = pallet_scheduler::Agenda::<Runtime>::get(at);
        <Scheduler as Named<BlockNumber, RuntimeCall, OriginCaller>>::cancel_named(name)?;
        if let Some(Some(task)) = tasks.get(place as usize) {
            Preimage::drop(&task.call);
        }
        Ok(())
    }
}

/// What of their share a block's decisions leave for the first one of a full agenda, named by its hash.
pub struct HeaviestDecision;

impl Get<Weight> for HeaviestDecision {
    fn get() -> Weight {
        use pallet_scheduler::WeightInfo;
        type Of = <Runtime as pallet_scheduler::Config>::WeightInfo;
        DecisionsWeight::get()
            .saturating_sub(Of::service_agendas_base())
            .saturating_sub(Of::service_agenda_base(governance::MAX_PER_BLOCK))
            .saturating_sub(Of::service_task_fetched(MAX_CALL_BYTES))
            .saturating_sub(Of::service_task_named())
            .saturating_sub(Of::execute_dispatch_unsigned())
    }
}

impl decisions::Config for Runtime {
    type Agenda = AgendaOfScheduler;
    type Council = CouncilOfCollective;
    type MaxCallWeight = HeaviestDecision;
    type MaxMembers = ConstU32<{ governance::MAX_MEMBERS }>;
    type MaxPerBlock = ConstU32<{ governance::MAX_PER_BLOCK }>;
    type Membership = EitherOf<EnsureRoot<AccountId>, EnsureDecided<MembershipKind>>;
    type Preimages = Preimage;
    type Upgrade = EitherOf<EnsureRoot<AccountId>, EnsureDecided<UpgradeKind>>;
    type Votes = CouncilVotes;
    type WeightInfo = weights::decisions::WeightInfo<Runtime>;
}

impl pallet_scheduler::Config for Runtime {
    type BlockNumberProvider = System;
    type MaxScheduledPerBlock = ConstU32<{ governance::MAX_PER_BLOCK }>;
    type MaximumWeight = DecisionsWeight;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type PalletsOrigin = OriginCaller;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    // The library's benchmarks schedule as Root.
    #[cfg(feature = "runtime-benchmarks")]
    type ScheduleOrigin = EnsureRoot<AccountId>;
    // The only way to the agenda leads through `decisions`, which keeps the notice. What Root scheduled would outlive sudo.
    #[cfg(not(feature = "runtime-benchmarks"))]
    type ScheduleOrigin = EnsureNever<AccountId>;
    type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
}

impl pallet_preimage::Config for Runtime {
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageHold,
        LinearStoragePrice<PreimageBase, PreimageByte, Balance>,
    >;
    type Currency = Balances;
    type ManagerOrigin = EnsureRoot<AccountId>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}

/// A decision to spend promises no more than the treasury has when it is enacted. What it promised before and still owes is not
/// taken off: promises are as many as were decided on, and a sum over them has no bound. The first to fetch is paid.
pub struct WhatThereIs;

impl EnsureOrigin<RuntimeOrigin> for WhatThereIs {
    type Success = Balance;

    fn try_origin(origin: RuntimeOrigin) -> Result<Balance, RuntimeOrigin> {
        EnsureDecided::<SpendKind>::try_origin(origin).map(|()| Treasury::pot())
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
        EnsureDecided::<SpendKind>::try_successful_origin()
    }
}

impl pallet_treasury::Config for Runtime {
    type AssetKind = ();
    type BalanceConverter = UnityAssetBalanceConversion;
    type Beneficiary = AccountId;
    type BeneficiaryLookup = IdentityLookup<AccountId>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = ();
    type BlockNumberProvider = System;
    type Burn = NothingBurns;
    type BurnDestination = ();
    type Currency = Balances;
    // Of a list that stays empty: the calls that fill it are closed.
    type MaxApprovals = ConstU32<10>;
    type PalletId = TreasuryPalletId;
    type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
    type PayoutPeriod = ConstU32<{ governance::PAYOUT_BLOCKS }>;
    type RejectOrigin = EitherOf<EnsureRoot<AccountId>, EnsureDecided<SpendKind>>;
    type RuntimeEvent = RuntimeEvent;
    type SpendFunds = ();
    type SpendOrigin = EitherOf<EnsureRootWithSuccess<AccountId, AnyAmount>, WhatThereIs>;
    // How often it looks at that list.
    type SpendPeriod = ConstU32<{ governance::PAYOUT_BLOCKS }>;
    type WeightInfo = pallet_treasury::weights::SubstrateWeight<Runtime>;
}
