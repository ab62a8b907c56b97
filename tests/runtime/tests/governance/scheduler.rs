//! What the agenda does when a call is missing, too heavy, or one of too many; and deposits of preimages.

use crate::on_local;
use codec::Encode;
use frame_support::{
    assert_ok,
    traits::{
        fungible::hold::Inspect,
        schedule::{v3::Anon, DispatchTime, LOWEST_PRIORITY},
        Bounded, Get,
    },
    weights::Weight,
};
use frame_system::RawOrigin;
use hashcard_primitives::Balance;
use hashcard_runtime::{
    configs::HeaviestDecision,
    constants::{
        governance::{MAX_PER_BLOCK, MOTION_BLOCKS},
        money,
    },
    decisions::{self, BoundedCallOf, Kind, MAX_CALL_BYTES},
    AccountId, Balances, Decisions, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
    RuntimeOrigin, Scheduler, System,
};
use hashcard_runtime_tests::{
    account, blocks,
    council::{
        by_inline, call_off, carry, close, decide, enacted, named, pass_notice, propose, scheduled_share,
        vote, MAJORITY,
    },
    sign,
};
use pallet_collective::Instance1;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Ferdie};
use sp_runtime::{
    traits::{BlakeTwo256, Dispatchable, Hash},
    DispatchError,
};

/// A call of so many bytes that does nothing.
fn remark(bytes: usize) -> RuntimeCall {
    frame_system::Call::<Runtime>::remark {
        remark: vec![7; bytes],
    }
    .into()
}

fn note(who: &AccountId, bytes: Vec<u8>) -> Result<(), DispatchError> {
    sign(who, pallet_preimage::Call::<Runtime>::note_preimage { bytes })
}

fn unnote(who: &AccountId, bytes: &[u8]) -> Result<(), DispatchError> {
    let hash = BlakeTwo256::hash(bytes);
    sign(who, pallet_preimage::Call::<Runtime>::unnote_preimage { hash })
}

fn held(who: &AccountId) -> Balance {
    let reason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
    Balances::balance_on_hold(&reason, who)
}

fn is_kept(bytes: &[u8]) -> bool {
    let hash = BlakeTwo256::hash(bytes);
    pallet_preimage::PreimageFor::<Runtime>::contains_key((hash, bytes.len() as u32))
}

/// How many calls this block could not have for want of their bytes.
fn unavailable() -> usize {
    let is_that = |event: &RuntimeEvent| {
        matches!(
            event,
            RuntimeEvent::Scheduler(pallet_scheduler::Event::CallUnavailable { .. })
        )
    };
    System::events()
        .iter()
        .filter(|record| is_that(&record.event))
        .count()
}

fn decide_by_hash(bytes: &[u8]) -> Result<(), DispatchError> {
    decide_on(named(bytes))
}

fn decide_on(call: BoundedCallOf<Runtime>) -> Result<(), DispatchError> {
    let kind = Kind::Parameter;
    carry(MAJORITY, decisions::Call::<Runtime>::decide { kind, call })
}

/// Decides as a majority does, without a motion.
fn decide_at_once(call: BoundedCallOf<Runtime>) -> Result<(), DispatchError> {
    let kind = Kind::Parameter;
    let council = pallet_collective::RawOrigin::<AccountId, Instance1>::Members(MAJORITY, MAJORITY);
    RuntimeCall::from(decisions::Call::<Runtime>::decide { kind, call })
        .dispatch(council.into())
        .map(|_| ())
        .map_err(|failed| failed.error)
}

/// What no decision can be any more, and a runtime may find that comes after one: enters it past `decide`.
fn enter_unchecked(call: BoundedCallOf<Runtime>, at: u32, origin: OriginCaller) {
    let entered = <Scheduler as Anon<u32, RuntimeCall, OriginCaller>>::schedule(
        DispatchTime::At(at),
        None,
        LOWEST_PRIORITY,
        origin,
        call,
    );
    assert_ok!(entered);
}

#[test]
fn a_preimages_deposit_is_by_its_bytes_and_comes_back() {
    on_local(|| {
        let bob = account(Bob);
        let bytes = vec![1; 5_000];
        assert_ok!(note(&bob, bytes.clone()));
        assert_eq!(held(&bob), money::deposit(2, 130 + 5_000));
        assert_eq!(
            unnote(&account(Ferdie), &bytes),
            Err(pallet_preimage::Error::<Runtime>::NotAuthorized.into())
        );
        assert_ok!(unnote(&bob, &bytes));
        assert_eq!(held(&bob), 0);
        assert!(!is_kept(&bytes));
    });
}

#[test]
fn a_preimage_that_a_decision_needs_stays_and_its_deposit_comes_back_at_once() {
    on_local(|| {
        let bob = account(Bob);
        let bytes = remark(500).encode();
        assert_ok!(note(&bob, bytes.clone()));
        assert_ok!(decide_by_hash(&bytes));
        assert_ok!(unnote(&bob, &bytes));
        assert_eq!(held(&bob), 0);
        assert!(is_kept(&bytes));
        assert_ok!(pass_notice());
        assert!(!is_kept(&bytes), "nobody needs it any more");
    });
}

#[test]
fn a_preimage_left_with_its_owner_is_his_again_after_the_decision() {
    on_local(|| {
        let bob = account(Bob);
        let bytes = remark(500).encode();
        assert_ok!(note(&bob, bytes.clone()));
        assert_ok!(decide_by_hash(&bytes));
        let _ = pass_notice();
        assert!(is_kept(&bytes));
        assert_ok!(unnote(&bob, &bytes));
        assert_eq!(held(&bob), 0);
        assert!(!is_kept(&bytes));
    });
}

#[test]
fn who_sent_the_bytes_of_a_decision_cannot_have_its_motion_closed_without_them() {
    on_local(|| {
        let (mallory, bytes) = (account(Ferdie), remark(500).encode());
        let motion: RuntimeCall = decisions::Call::<Runtime>::decide {
            kind: Kind::Parameter,
            call: named(&bytes),
        }
        .into();
        assert_ok!(note(&mallory, bytes.clone()));
        let hash = propose(&account(Alice), MAJORITY, &motion).expect("a member proposes");
        for member in [Alice, Bob, Charlie] {
            assert_ok!(vote(member, hash, true));
        }
        let filtered = || Err(frame_system::Error::<Runtime>::CallFiltered.into());
        assert_ok!(unnote(&mallory, &bytes));
        assert_eq!(close(Ferdie, &motion), filtered());
        assert_eq!(close(Alice, &motion), filtered());
        // A majority has what it needs as soon as anybody sends them again.
        assert_ok!(note(&account(Bob), bytes.clone()));
        assert_ok!(close(Alice, &motion));
        assert_eq!(decisions::DecisionCount::<Runtime>::get(), 1);
    });
}

#[test]
fn a_motion_whose_bytes_never_come_ends_with_its_time() {
    on_local(|| {
        let motion: RuntimeCall = decisions::Call::<Runtime>::decide {
            kind: Kind::Parameter,
            call: named(&remark(500).encode()),
        }
        .into();
        let hash = propose(&account(Alice), MAJORITY, &motion).expect("a member proposes");
        let last = System::block_number() + MOTION_BLOCKS;
        for member in [Alice, Bob, Charlie] {
            assert_ok!(vote(member, hash, true));
        }
        System::set_block_number(last);
        assert!(close(Ferdie, &motion).is_err());
        System::set_block_number(last + 1);
        assert_ok!(close(Ferdie, &motion));
        assert_eq!(decisions::DecisionCount::<Runtime>::get(), 0);
        assert_eq!(pallet_collective::Proposals::<Runtime, Instance1>::get().len(), 0);
    });
}

#[test]
fn bytes_that_a_decision_has_are_not_sent_again_for_nothing() {
    on_local(|| {
        let bytes = remark(500).encode();
        assert_ok!(note(&account(Bob), bytes.clone()));
        assert_ok!(decide_by_hash(&bytes));
        let filtered = frame_system::Error::<Runtime>::CallFiltered;
        assert_eq!(note(&account(Ferdie), bytes), Err(filtered.into()));
        assert_ok!(note(&account(Ferdie), remark(501).encode()));
    });
}

#[test]
fn what_is_decided_on_can_be_read_for_the_whole_notice() {
    on_local(|| {
        let bytes = remark(500).encode();
        let missing = || Err(decisions::Error::<Runtime>::CallMissing.into());
        assert_eq!(decide_at_once(named(&bytes)), missing());
        assert_ok!(note(&account(Ferdie), bytes.clone()));
        // Nor is another length that of these bytes.
        let shorter = Bounded::Lookup {
            hash: BlakeTwo256::hash(&bytes),
            len: bytes.len() as u32 - 1,
        };
        assert_eq!(decide_at_once(shorter), missing());
        assert_ok!(decide_by_hash(&bytes));
        assert_ok!(unnote(&account(Ferdie), &bytes));
        for _ in 1..Decisions::notice_blocks() {
            blocks::next();
            assert!(is_kept(&bytes));
        }
        blocks::next();
        assert_eq!(enacted().len(), 1);
        assert!(!is_kept(&bytes));
    });
}

#[test]
fn bytes_that_a_decision_needed_are_not_there_for_the_next_one() {
    on_local(|| {
        let bytes = remark(500).encode();
        assert_ok!(note(&account(Bob), bytes.clone()));
        assert_ok!(decide_by_hash(&bytes));
        assert_ok!(unnote(&account(Bob), &bytes));
        assert_ok!(call_off(MAJORITY, Kind::Parameter, 0));
        let missing = decisions::Error::<Runtime>::CallMissing;
        assert_eq!(decide_at_once(named(&bytes)), Err(missing.into()));
    });
}

#[test]
fn calling_off_lets_go_of_the_preimage() {
    on_local(|| {
        let bytes = remark(500).encode();
        assert_ok!(note(&account(Bob), bytes.clone()));
        assert_ok!(decide_by_hash(&bytes));
        assert_ok!(call_off(MAJORITY, Kind::Parameter, 0));
        assert_ok!(unnote(&account(Bob), &bytes));
        assert_eq!(held(&account(Bob)), 0);
        assert!(!is_kept(&bytes));
    });
}

#[test]
fn a_call_whose_bytes_never_came_stops_nothing() {
    on_local(|| {
        let at = System::block_number() + Decisions::notice_blocks();
        let never = named(&[9; MAX_CALL_BYTES as usize]);
        enter_unchecked(never, at, Kind::Parameter.into());
        assert_ok!(decide(MAJORITY, Kind::Parameter, remark(1)));
        blocks::next();
        assert_ok!(decide(MAJORITY, Kind::Parameter, remark(2)));
        blocks::pass(Decisions::notice_blocks() - 1);
        assert_eq!((enacted().len(), unavailable()), (1, 1));
        blocks::next();
        assert_eq!((enacted().len(), unavailable()), (1, 0));
        assert_eq!(
            pallet_scheduler::IncompleteSince::<Runtime>::get(),
            Some(System::block_number() + 1),
            "it waits for the next block, and for none before"
        );
    });
}

#[test]
fn bytes_that_are_no_call_are_not_decided_on() {
    on_local(|| {
        let no_call = || Err(decisions::Error::<Runtime>::NotACall.into());
        let nonsense = vec![0xff; 200];
        assert_ok!(note(&account(Bob), nonsense.clone()));
        assert_eq!(decide_by_hash(&nonsense), no_call());
        let short = vec![0xff].try_into().expect("it is short");
        assert_eq!(decide_on(Bounded::Inline(short)), no_call());
        let mut with_more = remark(1).encode();
        with_more.push(0);
        let with_more = with_more.try_into().expect("it is short");
        assert_eq!(decide_on(Bounded::Inline(with_more)), no_call());
    });
}

/// A batch in a batch in a batch, so many.
fn nested(depth: usize) -> Vec<u8> {
    let mut batch = RuntimeCall::from(pallet_utility::Call::<Runtime>::batch { calls: vec![] }).encode();
    *batch.last_mut().expect("it has a length") = 1 << 2;
    let mut bytes = batch.repeat(depth);
    bytes.extend(remark(0).encode());
    bytes
}

/// The scheduler decodes it in a hook, without a limit: five thousand levels would overflow the stack of each node.
#[test]
fn a_call_that_is_nested_deeper_than_a_transaction_is_not_decided_on() {
    on_local(|| {
        let deep = nested(5_000);
        assert!(deep.len() <= MAX_CALL_BYTES as usize);
        assert_ok!(note(&account(Bob), deep.clone()));
        let no_call = decisions::Error::<Runtime>::NotACall;
        assert_eq!(decide_by_hash(&deep), Err(no_call.into()));
        let shallow = nested(50);
        assert_ok!(note(&account(Bob), shallow.clone()));
        assert_ok!(decide_by_hash(&shallow));
        assert_ok!(pass_notice());
    });
}

#[test]
fn bytes_that_are_no_call_any_more_stop_nothing() {
    on_local(|| {
        let nonsense = vec![0xff; 200];
        assert_ok!(note(&account(Bob), nonsense.clone()));
        let at = System::block_number() + Decisions::notice_blocks();
        enter_unchecked(named(&nonsense), at, Kind::Parameter.into());
        assert_ok!(decide(MAJORITY, Kind::Parameter, remark(1)));
        blocks::pass(Decisions::notice_blocks());
        assert_eq!((enacted().len(), unavailable()), (1, 1));
    });
}

fn weighing(weight: Weight, number: u32) -> RuntimeCall {
    pallet_utility::Call::<Runtime>::with_weight {
        call: Box::new(remark(number as usize)),
        weight,
    }
    .into()
}

/// Has Root enter calls of this weight into the agenda of the same block: a batch of them is what a decision of the largest weight
/// is, and what is to be seen is the scheduler's bound.
fn enter(count: u32, weight: Weight, at: u32) {
    for number in 0..count {
        let call = by_inline(&weighing(weight, number));
        enter_unchecked(call, at, OriginCaller::system(RawOrigin::Root));
    }
}

#[test]
fn a_call_that_no_block_can_bear_is_not_decided_on_and_the_heaviest_that_one_can_is_enacted() {
    on_local(|| {
        let heaviest = HeaviestDecision::get();
        let more = heaviest.saturating_add(Weight::from_parts(1, 0));
        let too_heavy = decisions::Error::<Runtime>::CallTooHeavy;
        assert_eq!(
            decide(MAJORITY, Kind::Parameter, weighing(more, 0)),
            Err(too_heavy.into())
        );
        // Beside as many light ones as fit into its block, and first of them by chance: it is made first.
        assert_ok!(decide(MAJORITY, Kind::Parameter, weighing(heaviest, 0)));
        for number in 1..MAX_PER_BLOCK {
            assert_ok!(decide(MAJORITY, Kind::Parameter, remark(number as usize)));
        }
        blocks::pass(Decisions::notice_blocks());
        // It is dispatched, and the call is one of Root.
        assert_eq!(enacted().first(), Some(&Err(DispatchError::BadOrigin)));
        let mut done = enacted().len();
        while done < MAX_PER_BLOCK as usize {
            blocks::next();
            assert!(!enacted().is_empty(), "the rest is done in the next blocks");
            done += enacted().len();
        }
    });
}

#[test]
fn a_full_agenda_takes_no_more_than_its_share_of_each_block_and_is_done_in_time() {
    on_local(|| {
        let share = scheduled_share();
        let block: Weight = <Runtime as frame_system::Config>::BlockWeights::get().max_block;
        assert!(share <= block.ref_time() / 4);
        // Ten of them would be two and a half times the share.
        let weight = Weight::from_parts(share / 4, 0);
        enter(10, weight, System::block_number() + 1);
        let mut done = 0;
        for _ in 0..4 {
            blocks::next();
            let now = enacted().len();
            assert!(now as u64 * weight.ref_time() <= share, "{now} in one block");
            done += now;
        }
        assert_eq!(done, 10);
    });
}

#[test]
fn a_call_that_no_block_can_bear_stops_nothing() {
    on_local(|| {
        enter(
            1,
            Weight::from_parts(scheduled_share(), 0),
            System::block_number() + 1,
        );
        enter(1, Weight::from_parts(1, 0), System::block_number() + 2);
        blocks::next();
        assert_eq!(enacted(), vec![]);
        blocks::next();
        assert_eq!(enacted(), vec![Ok(())]);
    });
}

#[test]
fn a_block_is_not_given_more_decisions_than_it_may_enact() {
    on_local(|| {
        for number in 0..MAX_PER_BLOCK {
            assert_ok!(decide(MAJORITY, Kind::Parameter, remark(number as usize)));
        }
        let one_more = decide(MAJORITY, Kind::Parameter, remark(100));
        assert_eq!(one_more, Err(DispatchError::Exhausted));
        blocks::next();
        assert_ok!(decide(MAJORITY, Kind::Parameter, remark(100)));
    });
}

#[test]
fn nobody_enters_anything_himself_and_what_root_would_enter_could_outlive_sudo() {
    on_local(|| {
        let schedule = pallet_scheduler::Call::<Runtime>::schedule_after {
            after: 1,
            maybe_periodic: None,
            priority: 0,
            call: Box::new(remark(1)),
        };
        assert_eq!(
            sign(&account(Bob), schedule.clone()),
            Err(DispatchError::BadOrigin)
        );
        let by_root = RuntimeCall::from(schedule).dispatch(RuntimeOrigin::root());
        assert_eq!(
            by_root.map_err(|error| error.error),
            Err(DispatchError::BadOrigin)
        );
        let hash = BlakeTwo256::hash(&[1]);
        let request = pallet_preimage::Call::<Runtime>::request_preimage { hash };
        assert_eq!(sign(&account(Bob), request), Err(DispatchError::BadOrigin));
    });
}
