//! Another runtime: motion, votes, notice, and then whoever brings the code.

use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use hashcard_runtime::{
    decisions::{self, Kind},
    Runtime, System, VERSION,
};
use hashcard_runtime_tests::{
    account, blocks, check_invariants,
    council::{
        call_off, close, decide, enacted, end_sudo, named, note, pass_notice, propose, vote, MAJORITY,
        THREE_QUARTERS,
    },
    sign, World,
};
use sp_core::storage::well_known_keys::CODE;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Ferdie};
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    DispatchResult,
};

/// What stands for a runtime: the world is told which version it has.
const NEW_CODE: &[u8] = b"the next runtime";

/// A world at block 1 without sudo, in which all code is of this version.
fn in_a_world_where_code_is_of(spec_version: u32, test: impl FnOnce()) {
    let mut version = VERSION;
    version.spec_version = spec_version;
    let mut world = World::new(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET);
    world.read_codes_as(version.encode());
    world.execute_with(|| {
        blocks::begin_first();
        end_sudo();
        test();
        check_invariants();
    });
}

fn authorize() -> decisions::Call<Runtime> {
    decisions::Call::authorize_upgrade {
        code_hash: BlakeTwo256::hash(NEW_CODE),
    }
}

fn bring(code: &[u8]) -> DispatchResult {
    let call = frame_system::Call::<Runtime>::apply_authorized_upgrade { code: code.to_vec() };
    sign(&account(Ferdie), call)
}

fn code() -> Option<Vec<u8>> {
    sp_io::storage::get(CODE).map(|code| code.to_vec())
}

#[test]
fn a_runtime_that_the_council_decided_on_is_the_chains_after_the_notice_and_not_before() {
    in_a_world_where_code_is_of(VERSION.spec_version + 1, || {
        let before = code();
        assert_ok!(decide(THREE_QUARTERS, Kind::Upgrade, authorize()));
        let nothing = || frame_system::Error::<Runtime>::NothingAuthorized;
        assert_eq!(bring(NEW_CODE), Err(nothing().into()));
        blocks::pass(hashcard_runtime::Decisions::notice_blocks() - 1);
        assert_eq!(bring(NEW_CODE), Err(nothing().into()));
        assert_eq!(code(), before);
        blocks::next();
        assert_eq!(enacted(), vec![Ok(())]);
        assert_eq!(code(), before, "it is allowed, and nobody has brought it");
        let other = frame_system::Error::<Runtime>::Unauthorized;
        assert_eq!(bring(b"another runtime"), Err(other.into()));
        assert_ok!(bring(NEW_CODE));
        assert_eq!(code().as_deref(), Some(NEW_CODE));
        assert!(System::authorized_upgrade().is_none());
    });
}

#[test]
fn a_runtime_of_no_higher_version_is_refused_though_it_was_decided_on() {
    in_a_world_where_code_is_of(VERSION.spec_version, || {
        let before = code();
        assert_ok!(decide(THREE_QUARTERS, Kind::Upgrade, authorize()));
        assert_ok!(pass_notice());
        let _ = bring(NEW_CODE);
        assert_eq!(code(), before);
        assert!(
            System::authorized_upgrade().is_none(),
            "what was refused is not asked twice"
        );
    });
}

#[test]
fn three_of_five_do_not_decide_on_a_runtime() {
    in_a_world_where_code_is_of(VERSION.spec_version + 1, || {
        let too_few = decisions::Error::<Runtime>::NotEnoughVotes;
        assert_eq!(decide(MAJORITY, Kind::Upgrade, authorize()), Err(too_few.into()));
        blocks::pass(hashcard_runtime::Decisions::notice_blocks());
        assert!(System::authorized_upgrade().is_none());
    });
}

#[test]
fn a_motion_without_the_votes_that_it_asks_for_does_nothing() {
    in_a_world_where_code_is_of(VERSION.spec_version + 1, || {
        let bytes = hashcard_runtime::RuntimeCall::from(authorize()).encode();
        let call = decisions::Call::<Runtime>::decide {
            kind: Kind::Upgrade,
            call: named(&bytes),
        };
        note(bytes);
        let motion = call.into();
        let hash = propose(&account(Alice), THREE_QUARTERS, &motion).expect("she is a member");
        for member in [Alice, Bob, Charlie] {
            assert_ok!(vote(member, hash, true));
        }
        let early = pallet_collective::Error::<Runtime, pallet_collective::Instance1>::TooEarly;
        assert_noop!(close(Alice, &motion), early);
        assert_eq!(decisions::DecisionCount::<Runtime>::get(), 0);
        // Who says nothing in a week says no.
        System::set_block_number(
            System::block_number() + hashcard_runtime::constants::governance::MOTION_BLOCKS,
        );
        assert_ok!(close(Ferdie, &motion));
        assert_eq!(decisions::DecisionCount::<Runtime>::get(), 0);
        assert_eq!(
            pallet_collective::ProposalCount::<Runtime, pallet_collective::Instance1>::get(),
            1
        );
    });
}

#[test]
fn what_is_called_off_is_not_enacted() {
    in_a_world_where_code_is_of(VERSION.spec_version + 1, || {
        let index = decide(THREE_QUARTERS, Kind::Upgrade, authorize()).expect("enough of them");
        blocks::next();
        // Two of five could have kept it from passing; one could not.
        assert_ok!(call_off(2, Kind::Upgrade, index));
        let gone = decisions::Error::<Runtime>::UnknownDecision;
        assert_eq!(call_off(3, Kind::Upgrade, index), Err(gone.into()));
        blocks::pass(hashcard_runtime::Decisions::notice_blocks());
        assert!(System::authorized_upgrade().is_none());
    });
}

#[test]
fn one_of_five_calls_nothing_off() {
    in_a_world_where_code_is_of(VERSION.spec_version + 1, || {
        let index = decide(THREE_QUARTERS, Kind::Upgrade, authorize()).expect("enough of them");
        assert_ok!(call_off(1, Kind::Upgrade, index));
        // Nor do two call off what needs three to be called off.
        let parameter = decide(
            MAJORITY,
            Kind::Parameter,
            frame_system::Call::<Runtime>::remark { remark: vec![] },
        )
        .expect("enough of them");
        assert_ok!(call_off(2, Kind::Parameter, parameter));
        blocks::pass(hashcard_runtime::Decisions::notice_blocks());
        assert!(System::authorized_upgrade().is_some());
        assert_eq!(enacted().len(), 2);
    });
}

#[test]
fn a_decision_is_not_called_off_under_another_kind() {
    in_a_world_where_code_is_of(VERSION.spec_version + 1, || {
        let index = decide(MAJORITY, Kind::Parameter, authorize()).expect("enough of them");
        let unknown = decisions::Error::<Runtime>::UnknownDecision;
        assert_eq!(call_off(2, Kind::Upgrade, index), Err(unknown.into()));
        // And a majority for a parameter is none for a runtime.
        assert_eq!(pass_notice(), Err(sp_runtime::DispatchError::BadOrigin));
        assert!(System::authorized_upgrade().is_none());
    });
}
