//! Motions of the council of the preset `local`, and what comes of them.

use crate::{account, blocks, sign};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, traits::Bounded};
use hashcard_runtime::{
    decisions::{self, BoundedCallOf, Kind},
    AccountId, Decisions, Runtime, RuntimeCall, RuntimeEvent, System,
};
use pallet_collective::Instance1;
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    DispatchError, DispatchResult,
};

/// Its members.
pub const MEMBERS: [Sr25519Keyring; 5] = [Alice, Bob, Charlie, Dave, Eve];
/// How many of them decide about parameters and money.
pub const MAJORITY: u32 = 3;
/// How many of them decide about the council and the runtime.
pub const THREE_QUARTERS: u32 = 4;

/// Alice gives up sudo, so that nobody is Root any more.
pub fn end_sudo() {
    sign(&account(Alice), pallet_sudo::Call::<Runtime>::remove_key {}).expect("she has the key");
    assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
}

/// Somebody makes a motion that so many votes decide.
pub fn propose(who: &AccountId, threshold: u32, motion: &RuntimeCall) -> Result<H256, DispatchError> {
    let call = pallet_collective::Call::<Runtime, Instance1>::propose {
        threshold,
        proposal: Box::new(motion.clone()),
        length_bound: motion.encoded_size() as u32,
    };
    sign(who, call)?;
    Ok(BlakeTwo256::hash_of(motion))
}

/// A member votes on the motion that was made last.
pub fn vote(who: Sr25519Keyring, motion: H256, approve: bool) -> DispatchResult {
    let index = pallet_collective::ProposalCount::<Runtime, Instance1>::get() - 1;
    let call = pallet_collective::Call::<Runtime, Instance1>::vote {
        proposal: motion,
        index,
        approve,
    };
    sign(&account(who), call)
}

/// Somebody closes the motion that was made last.
pub fn close(who: Sr25519Keyring, motion: &RuntimeCall) -> DispatchResult {
    let index = pallet_collective::ProposalCount::<Runtime, Instance1>::get() - 1;
    let call = pallet_collective::Call::<Runtime, Instance1>::close {
        proposal_hash: BlakeTwo256::hash_of(motion),
        index,
        proposal_weight_bound: motion.get_dispatch_info().call_weight,
        length_bound: motion.encoded_size() as u32 + 4,
    };
    sign(&account(who), call)
}

/// Somebody has the deposit of a motion returned.
pub fn release(motion: H256) -> DispatchResult {
    let call = pallet_collective::Call::<Runtime, Instance1>::release_proposal_cost {
        proposal_hash: motion,
    };
    sign(&account(Bob), call)
}

/// A motion that so many members vote for: what came of it.
pub fn carry(yes: u32, motion: impl Into<RuntimeCall>) -> DispatchResult {
    let motion = motion.into();
    let hash = propose(&account(Alice), yes.max(2), &motion)?;
    for member in &MEMBERS[..yes as usize] {
        vote(*member, hash, true)?;
    }
    close(Alice, &motion)?;
    let outcome = System::events()
        .into_iter()
        .rev()
        .find_map(|record| match record.event {
            RuntimeEvent::Council(pallet_collective::Event::Executed {
                proposal_hash,
                result,
                ..
            }) if proposal_hash == hash => Some(result),
            _ => None,
        });
    release(hash).expect("it is closed");
    outcome.expect("a motion that passed is executed")
}

/// So many members decide on a call. The decision's index.
pub fn decide(yes: u32, kind: Kind, call: impl Into<RuntimeCall>) -> Result<u32, DispatchError> {
    let index = decisions::DecisionCount::<Runtime>::get();
    let call = by_hash_if_long(call.into());
    carry(yes, decisions::Call::<Runtime>::decide { kind, call })?;
    Ok(index)
}

/// A member, or somebody else, objects to a decision.
pub fn object(who: Sr25519Keyring, kind: Kind, index: u32) -> DispatchResult {
    sign(&account(who), decisions::Call::<Runtime>::object { kind, index })
}

/// So many members object to a decision, one after the other: the first refusal.
pub fn call_off(members: u32, kind: Kind, index: u32) -> DispatchResult {
    MEMBERS[..members as usize]
        .iter()
        .try_for_each(|member| object(*member, kind, index))
}

/// Bob pays for bytes to be there.
pub fn note(bytes: Vec<u8>) {
    let note = pallet_preimage::Call::<Runtime>::note_preimage { bytes };
    sign(&account(Bob), note).expect("he can pay for it");
}

/// A call of at most 128 bytes.
pub fn by_inline(call: &RuntimeCall) -> BoundedCallOf<Runtime> {
    Bounded::Inline(call.encode().try_into().expect("it is short"))
}

/// The call itself, or its hash; Bob pays for its bytes to be there.
fn by_hash_if_long(call: RuntimeCall) -> BoundedCallOf<Runtime> {
    let bytes = call.encode();
    match bytes.clone().try_into() {
        Ok(inline) => Bounded::Inline(inline),
        Err(_) => {
            let named = named(&bytes);
            note(bytes);
            named
        }
    }
}

/// A call by its hash.
pub fn named(bytes: &[u8]) -> BoundedCallOf<Runtime> {
    Bounded::Lookup {
        hash: BlakeTwo256::hash(bytes),
        len: bytes.len() as u32,
    }
}

/// Passes all blocks of a notice but the last one.
pub fn pass_notice_but_one() {
    blocks::pass(Decisions::notice_blocks() - 1);
}

/// What came of the calls that this block enacted.
pub fn enacted() -> Vec<DispatchResult> {
    System::events()
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched { result, .. }) => Some(result),
            _ => None,
        })
        .collect()
}

/// Passes the notice, and says what came of the only decision that the last block enacted.
pub fn pass_notice() -> DispatchResult {
    pass_notice_but_one();
    assert_eq!(enacted(), vec![], "nothing before its time");
    blocks::next();
    let enacted = enacted();
    assert_eq!(enacted.len(), 1);
    enacted[0]
}

/// Most that scheduled calls may take of a block, in picoseconds.
pub fn scheduled_share() -> u64 {
    let share: frame_support::weights::Weight = <Runtime as pallet_scheduler::Config>::MaximumWeight::get();
    share.ref_time()
}
