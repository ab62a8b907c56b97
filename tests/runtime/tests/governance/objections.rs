//! Members call off what was decided, each by a transaction of his own, for the whole of the notice.

use crate::on_local;
use codec::Encode;
use frame_support::assert_ok;
use hashcard_runtime::{
    constants::governance::MAX_MOTIONS,
    decisions::{self, Error, Kind, Objections},
    Decisions, Runtime, RuntimeCall, RuntimeEvent, System,
};
use hashcard_runtime_tests::{
    account, blocks,
    council::{
        by_inline, close, decide, enacted, object, pass_notice, pass_notice_but_one, propose, vote, MAJORITY,
        MEMBERS, THREE_QUARTERS,
    },
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie};

/// What three quarters decide, here without code to be brought.
fn authorize() -> decisions::Call<Runtime> {
    decisions::Call::authorize_upgrade {
        code_hash: H256::repeat_byte(7),
    }
}

fn is_authorized() -> bool {
    System::authorized_upgrade().is_some()
}

/// Four of five decide on a runtime. Its index.
fn decide_on_a_runtime() -> u32 {
    decide(THREE_QUARTERS, Kind::Upgrade, authorize()).expect("they are enough")
}

/// Four of five decide on another council.
fn decide_on_members(who: &[Sr25519Keyring]) {
    let members: Vec<_> = who.iter().map(|who| account(*who)).collect();
    let call = decisions::Call::<Runtime>::set_council {
        members: members.try_into().expect("few enough"),
    };
    assert_ok!(decide(THREE_QUARTERS, Kind::Membership, call));
}

fn rows() -> usize {
    Objections::<Runtime>::iter().count()
}

fn called_off() -> usize {
    let is_that =
        |event: &RuntimeEvent| matches!(event, RuntimeEvent::Decisions(decisions::Event::CalledOff { .. }));
    System::events()
        .iter()
        .filter(|record| is_that(&record.event))
        .count()
}

#[test]
fn two_of_five_call_a_runtime_off_in_the_last_block_of_the_notice() {
    on_local(|| {
        let index = decide_on_a_runtime();
        pass_notice_but_one();
        assert_ok!(object(Dave, Kind::Upgrade, index));
        assert_eq!((rows(), called_off()), (1, 0));
        assert_ok!(object(Eve, Kind::Upgrade, index));
        assert_eq!((rows(), called_off()), (0, 1));
        blocks::pass(3);
        assert!(!is_authorized());
    });
}

#[test]
fn no_motion_of_the_majority_stands_between_an_objection_and_its_decision() {
    on_local(|| {
        let index = decide_on_a_runtime();
        // Alice takes every place, with a threshold that two neither reach nor defeat.
        for number in 0..MAX_MOTIONS {
            let remark = number.encode();
            let call = by_inline(&frame_system::Call::<Runtime>::remark { remark }.into());
            let kind = Kind::Parameter;
            let motion = RuntimeCall::from(decisions::Call::<Runtime>::decide { kind, call });
            assert_ok!(propose(&account(Alice), MAJORITY, &motion));
        }
        for member in [Dave, Eve] {
            assert_ok!(object(member, Kind::Upgrade, index));
        }
        blocks::pass(Decisions::notice_blocks());
        assert!(!is_authorized());
    });
}

#[test]
fn a_member_objects_once_and_nobody_else_does() {
    on_local(|| {
        let index = decide_on_a_runtime();
        assert_eq!(
            object(Ferdie, Kind::Upgrade, index),
            Err(Error::<Runtime>::NotAMember.into())
        );
        assert_ok!(object(Eve, Kind::Upgrade, index));
        assert_eq!(
            object(Eve, Kind::Upgrade, index),
            Err(Error::<Runtime>::AlreadyObjected.into())
        );
        assert_ok!(pass_notice());
        assert!(is_authorized());
    });
}

#[test]
fn objections_to_one_decision_are_none_to_another() {
    on_local(|| {
        let first = decide_on_a_runtime();
        let second = decide_on_a_runtime();
        assert_ok!(object(Dave, Kind::Upgrade, first));
        assert_ok!(object(Eve, Kind::Upgrade, second));
        assert_eq!((rows(), called_off()), (2, 0));
        assert_ok!(object(Eve, Kind::Upgrade, first));
        assert_eq!((rows(), called_off()), (1, 1));
        assert_ok!(pass_notice());
        assert!(is_authorized());
    });
}

#[test]
fn objections_are_gone_when_the_notice_is_over_and_come_too_late_then() {
    on_local(|| {
        let index = decide_on_a_runtime();
        assert_ok!(object(Eve, Kind::Upgrade, index));
        pass_notice_but_one();
        assert_eq!((rows(), enacted().len()), (1, 0));
        blocks::next();
        assert_eq!((rows(), enacted().len()), (0, 1));
        let unknown = Error::<Runtime>::UnknownDecision;
        assert_eq!(object(Dave, Kind::Upgrade, index), Err(unknown.into()));
        assert_eq!(rows(), 0);
    });
}

#[test]
fn who_left_the_council_does_not_count_any_more() {
    on_local(|| {
        decide_on_members(&[Alice, Bob, Charlie, Dave, Ferdie]);
        blocks::next();
        let index = decide_on_a_runtime();
        assert_ok!(object(Eve, Kind::Upgrade, index));
        pass_notice_but_one();
        assert_eq!(enacted(), vec![Ok(())]);
        assert_eq!(
            object(Eve, Kind::Upgrade, index),
            Err(Error::<Runtime>::NotAMember.into())
        );
        assert_ok!(object(Dave, Kind::Upgrade, index));
        assert_eq!(called_off(), 0, "Eve is gone");
        assert_ok!(object(Ferdie, Kind::Upgrade, index));
        assert_eq!(called_off(), 1);
        blocks::next();
        assert!(!is_authorized());
    });
}

#[test]
fn those_who_object_are_counted_against_the_seats_that_there_are_now() {
    on_local(|| {
        decide_on_members(&[Alice, Bob, Eve]);
        blocks::next();
        let index = decide_on_a_runtime();
        assert_ok!(object(Eve, Kind::Upgrade, index));
        let before = Error::<Runtime>::AlreadyObjected;
        assert_eq!(object(Eve, Kind::Upgrade, index), Err(before.into()));
        pass_notice_but_one();
        assert_eq!(enacted(), vec![Ok(())]);
        // Of three, three decide on a runtime: one could have kept it from passing.
        assert_ok!(object(Eve, Kind::Upgrade, index));
        assert_eq!((rows(), called_off()), (0, 1));
        blocks::next();
        assert!(!is_authorized());
    });
}

#[test]
fn a_motion_to_object_objects_for_nobody() {
    on_local(|| {
        let index = decide_on_a_runtime();
        let kind = Kind::Upgrade;
        let inner = by_inline(&decisions::Call::<Runtime>::object { kind, index }.into());
        let motion = RuntimeCall::from(decisions::Call::<Runtime>::decide {
            kind: Kind::Parameter,
            call: inner,
        });
        let hash = propose(&account(Alice), MAJORITY, &motion).expect("she is a member");
        for member in &MEMBERS[..MAJORITY as usize] {
            assert_ok!(vote(*member, hash, true));
        }
        assert_ok!(close(Alice, &motion));
        blocks::pass(Decisions::notice_blocks());
        assert_eq!((enacted().len(), called_off()), (2, 0));
        assert!(is_authorized());
    });
}
