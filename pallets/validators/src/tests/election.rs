use super::*;
use crate::Error;
use frame_support::assert_noop;
use sp_runtime::{traits::BadOrigin, DispatchError};

/// How often a new set was announced.
fn announced() -> usize {
    let is_new = |record: &frame_system::EventRecord<RuntimeEvent, _>| {
        matches!(
            record.event,
            RuntimeEvent::Session(pallet_session::Event::NewQueued)
        )
    };
    System::events().iter().filter(|record| is_new(record)).count()
}

#[test]
fn who_joins_validates_from_the_session_after_the_next_one_on() {
    chain(|| {
        assert_ok!(Validators::set_validator_count(RawOrigin::Root.into(), 5, 1));
        join(5, MIN_BOND);
        pass_sessions(1);
        assert_eq!(set(), [1, 2, 3, 4]);
        pass_sessions(1);
        assert_eq!(set(), [1, 2, 3, 4, 5]);
    });
}

#[test]
fn the_highest_bonds_are_the_set_and_the_others_wait_for_a_place() {
    chain(|| {
        join(5, BOND);
        join(6, BOND + 1);
        pass_sessions(2);
        assert_eq!(set(), [1, 2, 3, 6], "4 and 5 bonded as much as 3, and later");
        assert_ok!(Validators::unbond(by(2), BOND));
        pass_sessions(2);
        assert_eq!(set(), [1, 3, 4, 6]);
    });
}

#[test]
fn an_unchanged_set_is_not_announced_anew() {
    chain(|| {
        System::reset_events();
        pass_sessions(3);
        assert_ok!(Validators::bond_more(by(4), 5));
        pass_sessions(3);
        assert_eq!(announced(), 0, "a bond that grew is no other set");
        assert_ok!(Validators::unbond(by(4), Balance::MAX));
        pass_sessions(3);
        assert_eq!(announced(), 1);
    });
}

#[test]
fn new_keys_of_a_validator_are_announced_so_that_their_owner_can_be_proven() {
    chain(|| {
        use codec::Encode;
        use frame_support::traits::KeyOwnerProofSystem;
        use sp_runtime::{testing::UintAuthorityId, RuntimeAppPublic};
        pass_sessions(1);
        let only = UintAuthorityId(77);
        let proof = (only.sign(&account(1).encode()).expect("a test key signs"),).encode();
        assert_ok!(Session::set_keys(by(1), MockKeys { only: only.clone() }, proof));
        System::reset_events();
        pass_sessions(2);
        assert_eq!(announced(), 1);
        let key = (sp_runtime::key_types::DUMMY, only);
        let proof = Historical::prove(key.clone()).expect("it is the running set's");
        pass_sessions(1);
        assert_eq!(Historical::check_proof(key, proof), Some((account(1), ())));
    });
}

#[test]
fn when_nobody_is_a_candidate_the_running_set_goes_on() {
    chain(|| {
        for number in 1..=COUNT {
            report(number, 0, number.into(), 1).expect("it is new");
        }
        assert!(candidates().is_empty());
        pass_sessions(5);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

fn need(count: u32, least: u32) {
    assert_ok!(Validators::set_validator_count(
        RawOrigin::Root.into(),
        count,
        least
    ));
}

#[test]
fn who_bonds_first_after_all_others_were_slashed_is_not_the_whole_set() {
    chain(|| {
        need(4, 3);
        for number in 1..=COUNT {
            report(number, 0, number.into(), 1).expect("it is new");
        }
        join(5, BOND);
        join(6, BOND);
        pass_sessions(3);
        assert_eq!((candidates(), set()), (vec![5, 6], vec![1, 2, 3, 4]));
        join(7, BOND);
        pass_sessions(2);
        assert_eq!(set(), [5, 6, 7], "as many as a set needs");
    });
}

#[test]
fn nobody_leaves_when_fewer_would_be_left_than_a_set_needs() {
    chain(|| {
        need(4, 3);
        assert_ok!(Validators::pause(by(1)));
        assert_noop!(Validators::pause(by(2)), Error::<Test>::TooFewCandidates);
        assert_noop!(
            Validators::unbond(by(2), Balance::MAX),
            Error::<Test>::TooFewCandidates
        );
        assert_ok!(Validators::unbond(by(2), BOND - MIN_BOND));
        for _ in 0..9 {
            end_session(LONG, &[]);
        }
        assert_eq!(
            (candidates().len(), set().len()),
            (3, 3),
            "silence takes nobody either"
        );
        join(5, MIN_BOND);
        assert_ok!(Validators::pause(by(2)));
    });
}

#[test]
fn how_few_may_be_is_at_least_one_and_no_more_than_how_many_there_are() {
    chain(|| {
        for (count, least) in [(3, 0), (3, 4), (0, 0)] {
            assert_noop!(
                Validators::set_validator_count(RawOrigin::Root.into(), count, least),
                Error::<Test>::CountOutOfRange
            );
        }
        need(3, 3);
        assert_eq!(
            (Validators::validator_count(), Validators::least_validators()),
            (3, 3)
        );
    });
}

#[test]
fn a_set_that_goes_on_for_want_of_others_announces_new_keys_of_its_members() {
    chain(|| {
        use codec::Encode;
        use frame_support::traits::KeyOwnerProofSystem;
        use sp_runtime::{testing::UintAuthorityId, RuntimeAppPublic};
        need(4, 4);
        report(1, 0, 1, 1).expect("it is new");
        let only = UintAuthorityId(77);
        let proof = (only.sign(&account(2).encode()).expect("a test key signs"),).encode();
        assert_ok!(Session::set_keys(by(2), MockKeys { only: only.clone() }, proof));
        pass_sessions(2);
        assert_eq!(set(), [1, 2, 3, 4]);
        let key = (sp_runtime::key_types::DUMMY, only);
        let proof = Historical::prove(key.clone()).expect("it is the running set's");
        pass_sessions(1);
        assert_eq!(Historical::check_proof(key, proof), Some((account(2), ())));
    });
}

#[test]
fn who_changes_his_keys_after_a_fault_is_proven_by_the_old_ones_once_the_session_is_over() {
    chain(|| {
        use codec::Encode;
        use frame_support::traits::KeyOwnerProofSystem;
        use sp_runtime::{testing::UintAuthorityId, RuntimeAppPublic};
        let key = (sp_runtime::key_types::DUMMY, UintAuthorityId(1));
        let proof = Historical::prove(key.clone()).expect("it is in the set");
        let only = UintAuthorityId(77);
        let owner = (only.sign(&account(1).encode()).expect("a test key signs"),).encode();
        assert_ok!(Session::set_keys(by(1), MockKeys { only }, owner));
        assert_eq!(
            Historical::check_proof(key.clone(), proof.clone()),
            None,
            "the running session is proven by the newest keys"
        );
        pass_sessions(1);
        assert_eq!(Historical::check_proof(key, proof), Some((account(1), ())));
    });
}

#[test]
fn the_number_of_validators_is_governances_and_never_none() {
    chain(|| {
        let set_count = |origin: RuntimeOrigin, count| Validators::set_validator_count(origin, count, 1);
        assert_noop!(set_count(by(1), 2), DispatchError::from(BadOrigin));
        let root = || RuntimeOrigin::from(RawOrigin::Root);
        assert_noop!(set_count(root(), 0), Error::<Test>::CountOutOfRange);
        assert_noop!(
            set_count(root(), MAX_VALIDATORS + 1),
            Error::<Test>::CountOutOfRange
        );
        assert_ok!(set_count(root(), 2));
        assert_eq!(last_event(), Event::ValidatorCountSet { count: 2, least: 1 });
        pass_sessions(2);
        assert_eq!(set(), [1, 2]);
    });
}

#[test]
fn governance_makes_no_set_that_is_not_safe_and_none_that_nobody_can_leave() {
    chain(|| {
        let decide = |count, least| Validators::set_validator_count(by(COUNCIL), count, least);
        need(4, 4);
        let beyond = |count, least| {
            assert_noop!(decide(count, least), Error::<Test>::CountBeyondDecision);
        };
        beyond(1, 1);
        beyond(3, 3);
        beyond(4, 3);
        beyond(5, 5);
        assert_noop!(decide(6, 4), Error::<Test>::CountOutOfRange);
        join(5, MIN_BOND);
        beyond(5, 5);
        assert_ok!(decide(5, 4));
        beyond(3, 3);
        assert_ok!(decide(4, 4));
        // Where genesis said fewer it may stay so, and come no lower.
        need(3, 2);
        beyond(1, 1);
        beyond(2, 1);
        assert_ok!(decide(2, 2));
        assert_ok!(decide(4, 3));
        beyond(4, 2);
        // A floor that Root has put above the candidates may stay, too.
        need(5, 5);
        report(5, 0, 1, 1).expect("it is new");
        assert_ok!(decide(5, 5));
        assert_ok!(decide(5, 4));
        need(1, 1);
    });
}

#[test]
fn who_validated_is_proven_while_it_can_be_reported_and_forgotten_after() {
    chain(|| {
        use frame_support::traits::KeyOwnerProofSystem;
        let key = (
            sp_runtime::key_types::DUMMY,
            sp_runtime::testing::UintAuthorityId(1),
        );
        let proof = Historical::prove(key.clone()).expect("it is in the set");
        pass_sessions(Validators::report_longevity());
        assert_eq!(
            Historical::check_proof(key.clone(), proof.clone()),
            Some((account(1), ()))
        );
        pass_sessions(1);
        assert_eq!(Historical::check_proof(key, proof), None);
    });
}
