//! Who is in the council, how that changes, and what its motions cost.

use crate::on_local;
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    traits::{fungible::hold::Inspect, GetStorageVersion},
    BoundedVec,
};
use hashcard_primitives::{api::runtime_decl_for_lengths_api::LengthsApi, Balance};
use hashcard_runtime::{
    configs::ProxyType,
    constants::{
        governance::{MAX_MEMBERS, MAX_MOTIONS, MOTION_DEPOSIT},
        money::MIN_VALIDATOR_BOND,
    },
    decisions::{self, Kind, DEFAULT_NOTICE_BLOCKS},
    AccountId, Balances, Council, Decisions, Preimage, Runtime, RuntimeCall, RuntimeHoldReason, Scheduler,
    SessionKeys,
};
use hashcard_runtime_tests::{
    account, blocks, check_invariants,
    council::{
        by_inline, carry, close, decide, end_sudo, pass_notice, propose, release, vote, MAJORITY, MEMBERS,
        THREE_QUARTERS,
    },
    on_dev, on_preset, sign,
};
use pallet_collective::Instance1;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie, One, Two};
use sp_runtime::DispatchError;

type CollectiveError = pallet_collective::Error<Runtime, Instance1>;

fn members() -> Vec<AccountId> {
    pallet_collective::Members::<Runtime, Instance1>::get()
}

fn sorted(who: &[Sr25519Keyring]) -> Vec<AccountId> {
    let mut members: Vec<_> = who.iter().map(|who| account(*who)).collect();
    members.sort();
    members
}

fn held_for_motions(who: &AccountId) -> Balance {
    let reason = RuntimeHoldReason::Council(pallet_collective::HoldReason::ProposalSubmission);
    Balances::balance_on_hold(&reason, who)
}

fn set_council(who: &[Sr25519Keyring]) -> decisions::Call<Runtime> {
    let members: Vec<_> = who.iter().map(|who| account(*who)).collect();
    decisions::Call::set_council {
        members: members.try_into().expect("few enough"),
    }
}

/// A motion to decide on something harmless, another for each number.
fn harmless(number: u32) -> RuntimeCall {
    let remark = number.encode();
    let call = by_inline(&frame_system::Call::<Runtime>::remark { remark }.into());
    decisions::Call::<Runtime>::decide {
        kind: Kind::Parameter,
        call,
    }
    .into()
}

#[test]
fn who_is_no_member_makes_no_motion_and_has_no_vote() {
    on_local(|| {
        let motion = harmless(1);
        assert_eq!(
            propose(&account(Ferdie), 3, &motion),
            Err(CollectiveError::NotMember.into())
        );
        let hash = propose(&account(Alice), 3, &motion).expect("she is a member");
        assert_eq!(vote(Ferdie, hash, true), Err(CollectiveError::NotMember.into()));
    });
}

#[test]
fn nobody_decides_without_a_motion() {
    on_local(|| {
        for who in MEMBERS {
            let RuntimeCall::Decisions(decide) = harmless(1) else {
                unreachable!("it is a decision")
            };
            assert_eq!(sign(&account(who), decide), Err(DispatchError::BadOrigin));
        }
    });
}

#[test]
fn three_quarters_replace_the_council_and_the_votes_of_who_leaves_are_gone() {
    on_local(|| {
        let next = [Alice, Bob, Charlie, Ferdie];
        assert_ok!(decide(THREE_QUARTERS, Kind::Membership, set_council(&next)));
        blocks::pass(Decisions::notice_blocks() - 1);
        assert_eq!(members(), sorted(&MEMBERS));
        let open = harmless(1);
        let hash = propose(&account(Eve), 3, &open).expect("she still is a member");
        for member in [Dave, Eve, Alice] {
            assert_ok!(vote(member, hash, true));
        }
        blocks::next();
        assert_eq!(members(), sorted(&next));
        assert_noop!(close(Alice, &open), CollectiveError::TooEarly);
        assert_eq!(vote(Dave, hash, true), Err(CollectiveError::NotMember.into()));
        for member in [Bob, Ferdie] {
            assert_ok!(vote(member, hash, true));
        }
        assert_ok!(close(Alice, &open));
        assert_eq!(decisions::DecisionCount::<Runtime>::get(), 2);
    });
}

#[test]
fn a_majority_does_not_replace_the_council() {
    on_local(|| {
        let too_few = decisions::Error::<Runtime>::NotEnoughVotes;
        let next = set_council(&[Alice, Bob, Charlie]);
        assert_eq!(
            decide(MAJORITY, Kind::Membership, next.clone()),
            Err(too_few.into())
        );
        assert_ok!(decide(MAJORITY, Kind::Parameter, next));
        assert_eq!(pass_notice(), Err(DispatchError::BadOrigin));
        assert_eq!(members(), sorted(&MEMBERS));
    });
}

#[test]
fn a_council_is_never_left_with_two_members_or_one_twice() {
    on_local(|| {
        let few = decisions::Error::<Runtime>::TooFewMembers;
        assert_ok!(decide(
            THREE_QUARTERS,
            Kind::Membership,
            set_council(&[Alice, Bob])
        ));
        assert_eq!(pass_notice(), Err(few.into()));
        let twice = decisions::Error::<Runtime>::MemberTwice;
        let next = set_council(&[Alice, Bob, Alice]);
        assert_ok!(decide(THREE_QUARTERS, Kind::Membership, next));
        assert_eq!(pass_notice(), Err(twice.into()));
        assert_eq!(members(), sorted(&MEMBERS));
    });
}

#[test]
fn a_motions_deposit_is_held_until_it_is_closed_and_then_comes_back() {
    on_local(|| {
        let motion = harmless(1);
        let hash = propose(&account(Bob), 3, &motion).expect("he is a member");
        assert_eq!(held_for_motions(&account(Bob)), MOTION_DEPOSIT);
        assert_eq!(release(hash), Err(CollectiveError::ProposalActive.into()));
        for member in [Alice, Bob, Charlie] {
            assert_ok!(vote(member, hash, false));
        }
        assert_ok!(close(Ferdie, &motion));
        // Made again before, it would be the second deposit that comes back, and the first one never.
        let filtered = frame_system::Error::<Runtime>::CallFiltered;
        assert_eq!(propose(&account(Alice), 3, &motion), Err(filtered.into()));
        assert_ok!(release(hash));
        assert_eq!(held_for_motions(&account(Bob)), 0);
        assert_ok!(propose(&account(Alice), 3, &motion));
        let twice = CollectiveError::DuplicateProposal;
        assert_eq!(propose(&account(Bob), 3, &motion), Err(twice.into()));
    });
}

#[test]
fn there_are_no_more_motions_than_there_may_be_and_each_costs_twice_what_the_last_did() {
    on_local(|| {
        let mut before = 0;
        for number in 0..MAX_MOTIONS {
            assert_ok!(propose(&account(Alice), 3, &harmless(number)));
            let now = held_for_motions(&account(Alice));
            assert_eq!(now - before, MOTION_DEPOSIT << number);
            before = now;
        }
        assert!(before > MIN_VALIDATOR_BOND);
        assert_eq!(
            propose(&account(Bob), 3, &harmless(MAX_MOTIONS)),
            Err(CollectiveError::TooManyProposals.into())
        );
    });
}

#[test]
fn a_delegate_for_the_council_votes_and_moves_no_money_and_one_for_all_but_money_does_not_vote() {
    use frame_support::traits::InstanceFilter;
    let vote = RuntimeCall::Council(pallet_collective::Call::vote {
        proposal: Default::default(),
        index: 0,
        approve: true,
    });
    let pay = RuntimeCall::Balances(pallet_balances::Call::transfer_all {
        dest: sp_runtime::MultiAddress::Id(account(Bob)),
        keep_alive: false,
    });
    let note = RuntimeCall::Preimage(pallet_preimage::Call::note_preimage { bytes: vec![] });
    let object = RuntimeCall::Decisions(decisions::Call::object {
        kind: Kind::Upgrade,
        index: 0,
    });
    for call in [&vote, &object] {
        assert!(ProxyType::Council.filter(call));
        assert!(!ProxyType::NonTransfer.filter(call) && !ProxyType::Content.filter(call));
    }
    assert!(ProxyType::Council.filter(&note));
    assert!(!ProxyType::Council.filter(&pay));
}

#[test]
fn a_delegate_who_may_move_no_money_does_not_put_his_own_session_keys_under_a_bond() {
    use codec::Decode;
    use frame_support::traits::InstanceFilter;
    let keys = SessionKeys::decode(&mut sp_runtime::traits::TrailingZeroInput::zeroes());
    let set = RuntimeCall::Session(pallet_session::Call::set_keys {
        keys: keys.expect("zeroes are keys"),
        proof: vec![],
    });
    let purge = RuntimeCall::Session(pallet_session::Call::purge_keys {});
    assert!(!ProxyType::NonTransfer.filter(&set));
    assert!(ProxyType::NonTransfer.filter(&purge) && ProxyType::Any.filter(&set));
}

/// Genesis with a council of so many.
fn begin_with(members: u8) {
    use frame_support::traits::BuildGenesisConfig;
    sp_io::TestExternalities::default().execute_with(|| {
        let council = pallet_collective::GenesisConfig::<Runtime, Instance1> {
            members: (0..members).map(|n| AccountId::new([n; 32])).collect(),
            ..Default::default()
        };
        council.build();
        decisions::GenesisConfig::<Runtime>::default().build();
    });
}

#[test]
fn genesis_names_no_council_or_one_of_three_at_least() {
    begin_with(0);
    begin_with(3);
}

#[test]
#[should_panic(expected = "genesis names 2 members of a council; name none, or at least 3")]
fn genesis_does_not_name_a_council_of_two() {
    begin_with(2);
}

#[test]
fn clients_are_told_the_notice() {
    on_local(|| {
        assert_eq!(Runtime::lengths().notice_blocks, 100);
        assert_eq!(Decisions::notice_blocks(), 100);
    });
}

/// Storage of the pallets that governance came with.
fn forget_governance() {
    for pallet in [
        "Preimage",
        "Scheduler",
        "Council",
        "Decisions",
        "Treasury",
        "Parameters",
    ] {
        let prefix = sp_io::hashing::twox_128(pallet.as_bytes());
        let _ = sp_io::storage::clear_prefix(&prefix, None);
    }
}

#[test]
fn a_chain_that_had_no_governance_is_given_a_council_by_sudo_which_then_ends() {
    on_dev(|| {
        forget_governance();
        hashcard_runtime::Executive::execute_on_runtime_upgrade();
        check_invariants();
        assert_eq!(
            Scheduler::on_chain_storage_version(),
            Scheduler::in_code_storage_version()
        );
        assert_eq!(
            Preimage::on_chain_storage_version(),
            Preimage::in_code_storage_version()
        );
        assert_eq!(
            Council::on_chain_storage_version(),
            Council::in_code_storage_version()
        );
        blocks::begin_first();
        blocks::pass(3);
        assert_eq!(members(), vec![]);
        assert_eq!(Decisions::notice_blocks(), DEFAULT_NOTICE_BLOCKS);
        let first = [Alice, Bob, Charlie, One, Two];
        let sudo = pallet_sudo::Call::<Runtime>::sudo {
            call: Box::new(set_council(&first).into()),
        };
        assert_ok!(sign(&account(Alice), sudo));
        assert_eq!(members(), sorted(&first));
        end_sudo();
        let motion = harmless(1);
        let hash = propose(&account(Two), 3, &motion).expect("he is a member");
        for member in [Alice, Bob, Two] {
            assert_ok!(vote(member, hash, true));
        }
        assert_ok!(close(Ferdie, &motion));
        assert_eq!(decisions::DecisionCount::<Runtime>::get(), 1);
    });
}

#[test]
fn an_upgrade_changes_nothing_of_what_the_council_has_open() {
    on_local(|| {
        let hash = propose(&account(Alice), 3, &harmless(1)).expect("she is a member");
        let said = || {
            (
                members(),
                Decisions::notice_blocks(),
                pallet_collective::Voting::<Runtime, Instance1>::get(hash).map(|votes| votes.encode()),
            )
        };
        let before = said();
        hashcard_runtime::Executive::execute_on_runtime_upgrade();
        assert_eq!(said(), before);
        assert_ok!(carry(MAJORITY, harmless(2)));
    });
}

#[test]
fn a_council_as_large_as_may_be_decides() {
    on_preset(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET, || {
        blocks::begin_first();
        let many: Vec<_> = (0..MAX_MEMBERS as u8).map(|n| AccountId::new([n; 32])).collect();
        let members: BoundedVec<_, _> = many.clone().try_into().expect("not more than may be");
        let sudo = pallet_sudo::Call::<Runtime>::sudo {
            call: Box::new(decisions::Call::<Runtime>::set_council { members }.into()),
        };
        assert_ok!(sign(&account(Alice), sudo));
        let motion = harmless(1);
        let give = |who: &AccountId| {
            let dest = sp_runtime::MultiAddress::Id(who.clone());
            let value = hashcard_runtime::constants::money::CARD;
            sign(
                &account(Alice),
                pallet_balances::Call::<Runtime>::transfer_allow_death { dest, value },
            )
        };
        for who in &many {
            assert_ok!(give(who));
        }
        let hash = propose(&many[0], 11, &motion).expect("he is a member");
        for who in &many[..11] {
            let call = pallet_collective::Call::<Runtime, Instance1>::vote {
                proposal: hash,
                index: 0,
                approve: true,
            };
            assert_ok!(sign(who, call));
        }
        assert_ok!(close(Ferdie, &motion));
        assert_eq!(decisions::DecisionCount::<Runtime>::get(), 1);
    });
}
