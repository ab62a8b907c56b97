//! The pallets whose weights are made for this runtime: ours.

use crate::*;
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};

frame_benchmarking::define_benchmarks!(
    [frame_system, frame_system_benchmarking::Pallet::<Runtime>]
    [pallet_balances, Balances]
    [pallet_timestamp, Timestamp]
    [pallet_utility, Utility]
    [pallet_proxy, Proxy]
    [pallet_multisig, Multisig]
    [pallet_sudo, Sudo]
    [pallet_preimage, Preimage]
    [pallet_scheduler, Scheduler]
    [pallet_collective, Council]
    [decisions, Decisions]
    [pallet_treasury, Treasury]
    [pallet_parameters, Parameters]
    [pallet_cards, Cards]
    [pallet_seeders, Seeders]
    [pallet_keys, Keys]
    [pallet_channels, Channels]
    [pallet_rewards, Rewards]
    [pallet_social, Social]
    [pallet_validators, Validators]
);

impl frame_system_benchmarking::Config for Runtime {}

/// Which benchmarks there are.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::<BenchmarkList>::new();
    list_benchmarks!(list, extra);
    (list, AllPalletsWithSystem::storage_info())
}

/// Runs some of them.
pub fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
    let mut batches = Vec::<BenchmarkBatch>::new();
    let params = (&config, &whitelist);
    add_benchmarks!(params, batches);
    Ok(batches)
}
