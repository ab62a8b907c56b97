//! System and balances.

use crate::{
    constants::{block, money, SS58_PREFIX},
    *,
};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, Contains, VariantCountOf},
    weights::{
        constants::{BlockExecutionWeight, ExtrinsicBaseWeight, ParityDbWeight},
        Weight,
    },
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::traits::AccountIdLookup;

use super::{governance, parameters};

parameter_types! {
    pub const Version: RuntimeVersion = VERSION;
    pub const BlockHashCount: BlockNumber = block::HASH_COUNT;
    pub const Ss58Prefix: u16 = SS58_PREFIX;
    pub const ExistentialDeposit: Balance = money::EXISTENTIAL_DEPOSIT;
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(block::MAX_LENGTH)
        .modify_max_length_for_class(frame_support::dispatch::DispatchClass::Normal, |max| {
            *max = block::NORMAL_RATIO * *max
        })
        .build();
    pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
        .base_block(BlockExecutionWeight::get())
        .for_class(frame_support::dispatch::DispatchClass::all(), |weights| {
            weights.base_extrinsic = ExtrinsicBaseWeight::get();
        })
        .for_class(frame_support::dispatch::DispatchClass::Normal, |weights| {
            weights.max_total = Some(block::NORMAL_RATIO * max_block());
        })
        .for_class(frame_support::dispatch::DispatchClass::Operational, |weights| {
            weights.max_total = Some(max_block());
            // What ordinary transactions leave, so that operational ones always find room.
            weights.reserved = Some(max_block() - block::NORMAL_RATIO * max_block());
        })
        .avg_block_initialization(block::INITIALIZE_RATIO)
        .build_or_panic();
}

/// Proof size does not bound a chain of its own: nobody validates its blocks from proofs.
const fn max_block() -> Weight {
    Weight::from_parts(block::MAX_REF_TIME, u64::MAX)
}

/// Calls that nobody may make, not through utility, proxy or multisig either: those dispatch under the same filter. Decisions of
/// the council do too; only Root does not.
pub struct ClosedCalls;

impl Contains<RuntimeCall> for ClosedCalls {
    fn contains(call: &RuntimeCall) -> bool {
        match call {
            // Keys are items of pallet-nfts, and only pallet-keys may move them. `sudo_as` would dispatch past
            // this filter as the account that owns the collections.
            RuntimeCall::Nfts(_) | RuntimeCall::Sudo(pallet_sudo::Call::sudo_as { .. }) => false,
            // It would take keys out of a running set. `validators.retire_keys` is for whoever has left.
            RuntimeCall::Session(pallet_session::Call::purge_keys {}) => false,
            RuntimeCall::Council(call) => governance::is_open_to_members(call),
            RuntimeCall::Preimage(call) => governance::is_a_preimage_to_pay(call),
            RuntimeCall::Treasury(call) => governance::is_a_spend_of_today(call),
            RuntimeCall::Parameters(call) => parameters::are_within_bounds(call),
            _ => true,
        }
    }
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountData = pallet_balances::AccountData<Balance>;
    type AccountId = AccountId;
    type BaseCallFilter = ClosedCalls;
    type Block = Block;
    type BlockHashCount = BlockHashCount;
    type BlockLength = RuntimeBlockLength;
    type BlockWeights = RuntimeBlockWeights;
    type DbWeight = ParityDbWeight;
    type Hash = Hash;
    type Lookup = AccountIdLookup<AccountId, ()>;
    // Keys of sessions, balances, holds: each takes one reference.
    type MaxConsumers = ConstU32<16>;
    type Nonce = Nonce;
    type SS58Prefix = Ss58Prefix;
    // For a chain that ran before there were candidates; of others it changes nothing.
    type SingleBlockMigrations = pallet_validators::AdoptRunningSet<Runtime>;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type Version = Version;
}

impl pallet_balances::Config for Runtime {
    type AccountStore = System;
    type Balance = Balance;
    type DoneSlashHandler = ();
    type DustRemoval = ();
    type ExistentialDeposit = ExistentialDeposit;
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    // Locks and reserves belong to pallets that still use them: proxies and multisigs use one each.
    type MaxLocks = ConstU32<8>;
    type MaxReserves = ConstU32<8>;
    type ReserveIdentifier = [u8; 8];
    type RuntimeEvent = RuntimeEvent;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}
