//! BABE, GRANDPA, sessions. The validators are those of genesis until bonded validators come.

use crate::{
    constants::{money, time},
    *,
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64, KeyOwnerProofSystem},
};
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
}

/// Most validators: what GRANDPA's all-to-all votes bear at a 3-second slot.
type MaxAuthorities = ConstU32<100>;

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
    type EquivocationReportSystem = ();
    type ExpectedBlockTime = ConstU64<{ time::SLOT_MILLIS }>;
    type KeyOwnerProof = <Historical as KeyOwnerProofSystem<(KeyTypeId, pallet_babe::AuthorityId)>>::Proof;
    type MaxAuthorities = MaxAuthorities;
    // Nominators do not exist here.
    type MaxNominators = ConstU32<0>;
    type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem = ();
    type KeyOwnerProof = <Historical as KeyOwnerProofSystem<(KeyTypeId, pallet_grandpa::AuthorityId)>>::Proof;
    type MaxAuthorities = MaxAuthorities;
    type MaxNominators = ConstU32<0>;
    // As many sessions as a report of a double vote may be late.
    type MaxSetIdSessionEntries = ConstU64<168>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
}

impl pallet_authorship::Config for Runtime {
    type EventHandler = ();
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

/// The set of genesis, in every session.
pub struct GenesisValidators;

impl pallet_session::SessionManager<AccountId> for GenesisValidators {
    fn new_session(_: u32) -> Option<alloc::vec::Vec<AccountId>> {
        None
    }
    fn start_session(_: u32) {}
    fn end_session(_: u32) {}
}

impl pallet_session::historical::SessionManager<AccountId, ()> for GenesisValidators {
    fn new_session(_: u32) -> Option<alloc::vec::Vec<(AccountId, ())>> {
        None
    }
    fn start_session(_: u32) {}
    fn end_session(_: u32) {}
}

/// A validator needs no description beside his account.
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
    type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, GenesisValidators>;
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
