//! Blocks in which everything happens that happens of itself: hooks, time stamp, an author in the digest.
//!
//! Every slot has a block. Roots and seals, which no pallet looks at, are left out.

use crate::GENESIS;
use codec::Encode;
use frame_support::{
    dispatch::DispatchClass,
    traits::{Get, OnFinalize, OnInitialize},
    weights::Weight,
};
use hashcard_runtime::{
    constants::time::SLOT_MILLIS, AllPalletsWithSystem, Babe, Runtime, RuntimeCall, RuntimeOrigin, Session,
    System,
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

/// Ends the block, so that one may follow that somebody else makes.
pub fn finish() {
    end();
}

/// What the block of this number is made by, as its header says.
pub fn digest_of(number: u32) -> Digest {
    let slot = slot_of(number);
    let made_by = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
        authority_index: author_of(slot),
        slot: slot.into(),
    });
    Digest {
        logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, made_by.encode())],
    }
}

/// The time stamp of the block of this number.
pub fn time_of(number: u32) -> RuntimeCall {
    let now = slot_of(number) * SLOT_MILLIS;
    RuntimeCall::from(pallet_timestamp::Call::<Runtime>::set { now })
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

/// Slot of a block.
pub fn slot_of(number: u32) -> u64 {
    FIRST_SLOT + u64::from(number)
}

/// Who makes the block of a slot, as its place in the set of that slot's epoch: the validators make blocks in turn, but for
/// those who are disabled.
fn author_of(slot: u64) -> u32 {
    let epoch_ends = *Babe::current_epoch_start() + <Runtime as pallet_babe::Config>::EpochDuration::get();
    let validators = if slot < epoch_ends {
        Babe::authorities().len() as u64
    } else {
        pallet_babe::NextAuthorities::<Runtime>::get().len() as u64
    };
    (slot..slot + validators)
        .map(|turn| (turn % validators) as u32)
        .find(|index| !Session::disabled_validators().contains(index))
        .expect("not all are disabled")
}

/// Begins the block of this number, after one that was [finished](finish).
pub fn begin(number: u32) {
    let parent = match number {
        1 => GENESIS.into(),
        _ => sp_core::H256::from_low_u64_be(number.into()),
    };
    System::reset_events();
    System::initialize(&number, &parent, &digest_of(number));
    AllPalletsWithSystem::on_initialize(number);
    time_of(number)
        .dispatch(RuntimeOrigin::none())
        .expect("time goes on");
}
