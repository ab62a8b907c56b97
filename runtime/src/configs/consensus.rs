//! BABE, GRANDPA, sessions, and the bonded candidates who make the set. Reports of equivocation go from BABE and GRANDPA, which
//! check their proofs, through pallet-validators, which counts them, and pallet-offences, which refuses doubles, back to
//! pallet-validators, which slashes.

use crate::{
    constants::{money, time},
    *,
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64, Get, KeyOwnerProofSystem},
    weights::Weight,
};
use frame_system::offchain::{CreateBare, CreateTransactionBase};
use pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// Secondary slots with VRF: every slot has an author, and no author is known to others before his slot.
pub const GENESIS_EPOCH_CONFIG: BabeEpochConfiguration = BabeEpochConfiguration {
    c: time::PRIMARY_PROBABILITY,
    allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

parameter_types! {
    /// Two keys of 32 bytes and their owners' rows.
    pub const SessionKeyDeposit: Balance = money::deposit(3, 3 * 64);
    pub const MinValidatorBond: Balance = money::MIN_VALIDATOR_BOND;
}

/// Most validators: what GRANDPA's all-to-all votes bear at a 3-second slot.
type MaxAuthorities = ConstU32<100>;
/// Most candidates: as many wait as validate, so that a set of the highest number can be replaced at once.
type MaxCandidates = ConstU32<200>;

/// Blocks for which a pool keeps a report: as long as it can be heard.
pub struct ReportLongevity;

impl Get<u64> for ReportLongevity {
    fn get() -> u64 {
        let epoch = <Runtime as pallet_babe::Config>::EpochDuration::get();
        epoch.saturating_mul(Validators::report_longevity().into())
    }
}

/// Reports on their way to pallet-offences.
type HeardOffences = pallet_validators::CountedReports<Runtime, Offences>;

/// What a report costs: its proof by the libraries' own reckoning, and what pallet-validators does with it, for every validator
/// of the set that the proof names, all of whom may have done the same in the same slot.
pub struct ReportWeight;

impl ReportWeight {
    fn judging(validators: u32) -> Weight {
        use pallet_validators::WeightInfo;
        <Runtime as pallet_validators::Config>::WeightInfo::punish(validators.clamp(1, MaxAuthorities::get()))
    }
}

impl pallet_babe::WeightInfo for ReportWeight {
    fn plan_config_change() -> Weight {
        <() as pallet_babe::WeightInfo>::plan_config_change()
    }
    fn report_equivocation(validators: u32, nominators: u32) -> Weight {
        <() as pallet_babe::WeightInfo>::report_equivocation(validators, nominators)
            .saturating_add(Self::judging(validators))
    }
}

impl pallet_grandpa::WeightInfo for ReportWeight {
    fn report_equivocation(validators: u32, nominators: u32) -> Weight {
        <() as pallet_grandpa::WeightInfo>::report_equivocation(validators, nominators)
            .saturating_add(Self::judging(validators))
    }
    fn note_stalled() -> Weight {
        <() as pallet_grandpa::WeightInfo>::note_stalled()
    }
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

/// A node's own reports carry no signature; only the author of a block puts them in.
impl<LocalCall> CreateBare<LocalCall> for Runtime
where
    RuntimeCall: From<LocalCall>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}

impl pallet_timestamp::Config for Runtime {
    // Half a slot, so that a block may come early in its slot after a late one.
    type MinimumPeriod = ConstU64<{ time::SLOT_MILLIS / 2 }>;
    type Moment = u64;
    type OnTimestampSet = Babe;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl crate::lengths::Config for Runtime {}

impl pallet_babe::Config for Runtime {
    type DisabledValidators = Session;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type EpochDuration = crate::lengths::EpochDuration<Runtime>;
    type EquivocationReportSystem =
        pallet_babe::EquivocationReportSystem<Self, HeardOffences, Historical, ReportLongevity>;
    type ExpectedBlockTime = ConstU64<{ time::SLOT_MILLIS }>;
    type KeyOwnerProof = <Historical as KeyOwnerProofSystem<(KeyTypeId, pallet_babe::AuthorityId)>>::Proof;
    type MaxAuthorities = MaxAuthorities;
    // Nominators do not exist here.
    type MaxNominators = ConstU32<0>;
    type WeightInfo = ReportWeight;
}

impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Self, HeardOffences, Historical, ReportLongevity>;
    type KeyOwnerProof = <Historical as KeyOwnerProofSystem<(KeyTypeId, pallet_grandpa::AuthorityId)>>::Proof;
    type MaxAuthorities = MaxAuthorities;
    type MaxNominators = ConstU32<0>;
    // As many sets as there are sessions for which a bond waits at most, each of which may have another set.
    type MaxSetIdSessionEntries = ConstU64<{ pallet_validators::MAX_UNBONDING_SESSIONS as u64 }>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ReportWeight;
}

impl pallet_authorship::Config for Runtime {
    type EventHandler = Validators;
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

/// A validator needs no description beside his account; one that changed would let a fault be reported twice.
pub struct NoDescription;

impl sp_runtime::traits::Convert<AccountId, Option<()>> for NoDescription {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

impl pallet_session::Config for Runtime {
    type Currency = Balances;
    type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
    type KeyDeposit = SessionKeyDeposit;
    type Keys = SessionKeys;
    type NextSessionRotation = Babe;
    type RuntimeEvent = RuntimeEvent;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, Validators>;
    type ShouldEndSession = Babe;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
    type FullIdentification = ();
    type FullIdentificationOf = NoDescription;
    type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
    type OnOffenceHandler = Validators;
    type RuntimeEvent = RuntimeEvent;
}

impl pallet_validators::Config for Runtime {
    type Currency = Balances;
    type Governance = super::governance::ByParameterDecision;
    type MaxCandidates = MaxCandidates;
    type MaxValidators = MaxAuthorities;
    type MinBond = MinValidatorBond;
    type ReportCost = super::parameters::ReportCost;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Session = pallet_validators::InPalletSession<Self>;
    type WeightInfo = crate::weights::pallet_validators::WeightInfo<Runtime>;
}
