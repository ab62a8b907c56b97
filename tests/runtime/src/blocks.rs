//! Blocks in which everything happens that happens of itself: hooks, time stamp, an author in the digest.
//!
//! Every slot has a block. Roots and seals, which no pallet looks at, are left out.

use crate::GENESIS;
use codec::Encode;
use frame_support::{
    dispatch::DispatchClass,
    traits::{OnFinalize, OnInitialize},
    weights::Weight,
};
use hashcard_runtime::{
    constants::time::SLOT_MILLIS, AllPalletsWithSystem, Babe, Runtime, RuntimeCall, RuntimeOrigin, System,
};
use sp_consensus_babe::{
    digests::{PreDigest, SecondaryPlainPreDigest},
    BABE_ENGINE_ID,
};
use sp_runtime::{traits::Dispatchable, Digest, DigestItem};

/// Slot of a block 0 that would have had one.
const FIRST_SLOT: u64 = 1_000;

/// Begins block 1 of a new world.
pub fn begin_first() {
    System::set_block_number(0);
    begin(1);
}

/// Ends the block and begins the next one.
pub fn next() {
    end();
    begin(System::block_number() + 1);
}

/// The same, several times.
pub fn pass(blocks: u32) {
    (0..blocks).for_each(|_| next());
}

/// Ends a block into which no ordinary transaction would have fitted any more, and begins the next one.
pub fn next_after_full() {
    let weights = <Runtime as frame_system::Config>::BlockWeights::get();
    let limit = weights.get(DispatchClass::Normal).max_total;
    let used = limit.map_or(0, |limit| limit.ref_time());
    System::set_block_consumed_resources(Weight::from_parts(used, 0), 0);
    next();
}

fn end() {
    AllPalletsWithSystem::on_finalize(System::block_number());
}

/// The validators make blocks in turn.
fn begin(number: u32) {
    let slot = FIRST_SLOT + u64::from(number);
    let validators = Babe::authorities().len() as u64;
    let made_by = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
        authority_index: (slot % validators) as u32,
        slot: slot.into(),
    });
    let digest = Digest {
        logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, made_by.encode())],
    };
    let parent = match number {
        1 => GENESIS.into(),
        _ => sp_core::H256::from_low_u64_be(number.into()),
    };
    System::reset_events();
    System::initialize(&number, &parent, &digest);
    AllPalletsWithSystem::on_initialize(number);
    let time = pallet_timestamp::Call::<Runtime>::set {
        now: slot * SLOT_MILLIS,
    };
    RuntimeCall::from(time)
        .dispatch(RuntimeOrigin::none())
        .expect("time goes on");
}
