//! The chain's rules: pallets, joined. No numbers stand here (see `constants`), no logic (see the pallets).
#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]

#[cfg(feature = "wasm")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod constants;
pub mod decisions;
pub mod genesis_presets;
pub mod lengths;
pub mod weights;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use hashcard_primitives::{Balance, BlockNumber};

/// Any of the three schemes that wallets use.
pub type Signature = MultiSignature;
/// 32 bytes.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Transactions of an account.
pub type Nonce = u32;
/// Hash of blocks and state.
pub type Hash = sp_core::H256;
/// How transactions name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// Blocks as the node sees them: their transactions are bytes, so that it never depends on how calls are encoded.
pub mod opaque {
    /// A block whose transactions are bytes.
    pub type Block = sp_runtime::generic::Block<super::Header, sp_runtime::OpaqueExtrinsic>;
}

/// Order matters: each sees what those before it let pass.
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    frame_system::WeightReclaim<Runtime>,
);

/// A transaction or inherent.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a signature is made over.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Runs blocks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

impl_opaque_keys! {
    /// A validator's keys.
    pub struct SessionKeys {
        pub babe: Babe,
        pub grandpa: Grandpa,
    }
}

/// `spec_version` rises with every change of the rules, `transaction_version` with every change of how calls
/// are encoded.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("hashcard"),
    impl_name: Cow::Borrowed("hashcard-node"),
    authoring_version: 1,
    spec_version: 5,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    // Indices are part of every encoded call and event: never reuse one. Hooks and genesis run in their order.
    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Lengths = crate::lengths;

    // Session needs Babe's digest.
    #[runtime::pallet_index(5)]
    pub type Babe = pallet_babe;
    #[runtime::pallet_index(10)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(11)]
    pub type TransactionPayment = pallet_transaction_payment;
    // Before Session, whose genesis asks who validates.
    #[runtime::pallet_index(13)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(14)]
    pub type Validators = pallet_validators;
    #[runtime::pallet_index(15)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(16)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(17)]
    pub type Grandpa = pallet_grandpa;
    // After Session: the author of a session's first block is numbered among its set, not among the last one.
    #[runtime::pallet_index(18)]
    pub type Authorship = pallet_authorship;

    #[runtime::pallet_index(20)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(21)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(22)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(23)]
    pub type Multisig = pallet_multisig;

    #[runtime::pallet_index(30)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(31)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(32)]
    pub type Council = pallet_collective<Instance1>;
    #[runtime::pallet_index(33)]
    pub type Decisions = crate::decisions;
    #[runtime::pallet_index(34)]
    pub type Treasury = pallet_treasury;
    #[runtime::pallet_index(35)]
    pub type Parameters = pallet_parameters;

    #[runtime::pallet_index(40)]
    pub type Nfts = pallet_nfts;
    #[runtime::pallet_index(41)]
    pub type Cards = pallet_cards;
    #[runtime::pallet_index(42)]
    pub type Seeders = pallet_seeders;
    #[runtime::pallet_index(43)]
    pub type Keys = pallet_keys;
    #[runtime::pallet_index(44)]
    pub type Channels = pallet_channels;
    // After Authorship, which says for whom a block mints, and after Babe, whose chance an era ends with.
    #[runtime::pallet_index(45)]
    pub type Rewards = pallet_rewards;
    #[runtime::pallet_index(46)]
    pub type Social = pallet_social;
}
