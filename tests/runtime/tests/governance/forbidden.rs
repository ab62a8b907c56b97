//! What no majority can do: a decision is never Root, and signs for nobody.

use crate::on_local;
use codec::Encode;
use frame_support::{
    assert_ok,
    traits::{fungible::Inspect, Bounded},
};
use hashcard_runtime::{
    constants::governance::MAX_MOTION_BYTES,
    decisions::{self, Kind, MAX_CALL_BYTES},
    Balances, Decisions, Runtime, RuntimeCall,
};
use hashcard_runtime_tests::{
    account, blocks,
    council::{carry, decide, enacted, named, note, pass_notice, propose, MEMBERS},
    sign,
};
use pallet_collective::Instance1;
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Ferdie};
use sp_runtime::{DispatchError, MultiAddress};

const ALL: u32 = MEMBERS.len() as u32;
const KINDS: [Kind; 4] = [Kind::Parameter, Kind::Spend, Kind::Membership, Kind::Upgrade];

fn filtered() -> DispatchError {
    frame_system::Error::<Runtime>::CallFiltered.into()
}

/// Calls that Root could make, and calls for which somebody signs.
fn forbidden() -> Vec<RuntimeCall> {
    let id = |who| MultiAddress::Id(account(who));
    let take = pallet_balances::Call::<Runtime>::force_transfer {
        source: id(Ferdie),
        dest: id(Bob),
        value: 1,
    };
    vec![
        take.clone().into(),
        pallet_balances::Call::<Runtime>::force_set_balance {
            who: id(Bob),
            new_free: 1 << 100,
        }
        .into(),
        pallet_balances::Call::<Runtime>::transfer_allow_death {
            dest: id(Bob),
            value: 1,
        }
        .into(),
        pallet_sudo::Call::<Runtime>::set_key { new: id(Bob) }.into(),
        pallet_sudo::Call::<Runtime>::sudo {
            call: Box::new(take.clone().into()),
        }
        .into(),
        pallet_utility::Call::<Runtime>::dispatch_as {
            as_origin: Box::new(frame_system::RawOrigin::Signed(account(Ferdie)).into()),
            call: Box::new(take.clone().into()),
        }
        .into(),
        pallet_utility::Call::<Runtime>::with_weight {
            call: Box::new(take.into()),
            weight: Default::default(),
        }
        .into(),
        frame_system::Call::<Runtime>::set_code { code: vec![1] }.into(),
        frame_system::Call::<Runtime>::set_code_without_checks { code: vec![1] }.into(),
        frame_system::Call::<Runtime>::authorize_upgrade_without_checks {
            code_hash: H256::zero(),
        }
        .into(),
        frame_system::Call::<Runtime>::set_storage {
            items: vec![(vec![1], vec![1])],
        }
        .into(),
        frame_system::Call::<Runtime>::kill_prefix {
            prefix: vec![],
            subkeys: 1,
        }
        .into(),
        pallet_scheduler::Call::<Runtime>::schedule_after {
            after: 0,
            maybe_periodic: None,
            priority: 0,
            call: Box::new(frame_system::Call::<Runtime>::remark { remark: vec![] }.into()),
        }
        .into(),
        pallet_grandpa::Call::<Runtime>::note_stalled {
            delay: 1,
            best_finalized_block_number: 1,
        }
        .into(),
        pallet_nfts::Call::<Runtime>::create {
            admin: id(Bob),
            config: pallet_nfts::CollectionConfig {
                settings: Default::default(),
                max_supply: None,
                mint_settings: Default::default(),
            },
        }
        .into(),
    ]
}

#[test]
fn no_majority_of_any_kind_moves_what_is_not_the_treasurys_or_becomes_root() {
    on_local(|| {
        let rich = Balances::total_balance(&account(Ferdie));
        for kind in KINDS {
            for call in forbidden() {
                assert_ok!(decide(ALL, kind, call));
            }
            let mut done = 0;
            blocks::pass(Decisions::notice_blocks() - 1);
            // Some weigh so much that they wait for a block of their own.
            for _ in 0..forbidden().len() {
                blocks::next();
                for result in enacted() {
                    done += 1;
                    let error = result.expect_err("it is forbidden");
                    assert!(
                        error == DispatchError::BadOrigin || error == filtered(),
                        "{kind:?} ended with {error:?}"
                    );
                }
            }
            assert_eq!(done, forbidden().len(), "{kind:?}");
        }
        assert_eq!(Balances::total_balance(&account(Ferdie)), rich);
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), None);
    });
}

#[test]
fn a_batch_gives_a_decision_no_more_than_it_has() {
    on_local(|| {
        let calls = vec![
            RuntimeCall::from(decisions::Call::<Runtime>::authorize_upgrade {
                code_hash: H256::zero(),
            }),
            forbidden()[0].clone(),
        ];
        let batch = pallet_utility::Call::<Runtime>::batch_all { calls };
        assert_ok!(decide(ALL, Kind::Upgrade, batch));
        assert_eq!(pass_notice(), Err(DispatchError::BadOrigin));
        assert!(hashcard_runtime::System::authorized_upgrade().is_none());
    });
}

#[test]
fn a_motion_is_to_decide_and_nothing_else() {
    on_local(|| {
        for call in forbidden() {
            assert_eq!(propose(&account(Alice), ALL, &call), Err(filtered()));
            // A threshold of one would be executed at once.
            assert_eq!(propose(&account(Alice), 1, &call), Err(filtered()));
        }
        let others = [
            RuntimeCall::from(pallet_utility::Call::<Runtime>::batch { calls: vec![] }),
            decisions::Call::<Runtime>::authorize_upgrade {
                code_hash: H256::zero(),
            }
            .into(),
            decisions::Call::<Runtime>::object {
                kind: Kind::Upgrade,
                index: 0,
            }
            .into(),
        ];
        for call in others {
            assert_eq!(propose(&account(Alice), ALL, &call), Err(filtered()));
        }
        let execute = pallet_collective::Call::<Runtime, Instance1>::execute {
            proposal: Box::new(forbidden()[0].clone()),
            length_bound: 1_000,
        };
        assert_eq!(sign(&account(Alice), execute), Err(filtered()));
    });
}

#[test]
fn a_batch_around_a_motion_does_not_hide_it() {
    on_local(|| {
        let propose = pallet_collective::Call::<Runtime, Instance1>::propose {
            threshold: 1,
            proposal: Box::new(forbidden()[0].clone()),
            length_bound: 1_000,
        };
        let batch = pallet_utility::Call::<Runtime>::batch_all {
            calls: vec![propose.into()],
        };
        assert_eq!(sign(&account(Alice), batch), Err(filtered()));
    });
}

#[test]
fn a_motion_is_no_longer_than_a_decision() {
    on_local(|| {
        let hash = Bounded::Lookup {
            hash: H256::zero(),
            len: 1,
        };
        let decide = decisions::Call::<Runtime>::decide {
            kind: Kind::Parameter,
            call: hash,
        };
        let call = |length_bound| pallet_collective::Call::<Runtime, Instance1>::propose {
            threshold: ALL,
            proposal: Box::new(decide.clone().into()),
            length_bound,
        };
        assert_eq!(sign(&account(Alice), call(MAX_MOTION_BYTES + 1)), Err(filtered()));
        assert_ok!(sign(&account(Alice), call(MAX_MOTION_BYTES)));
        let longest = decisions::Call::<Runtime>::decide {
            kind: Kind::Parameter,
            call: Bounded::Inline(vec![0; 128].try_into().expect("that is the most")),
        };
        assert!(RuntimeCall::from(longest).encoded_size() <= MAX_MOTION_BYTES as usize);
    });
}

#[test]
fn a_call_of_unknown_or_endless_length_is_not_decided_on() {
    on_local(|| {
        let too_long = Err(decisions::Error::<Runtime>::CallTooLong.into());
        let hash = H256::repeat_byte(7);
        let lookup = |len| Bounded::Lookup { hash, len };
        let legacy = Bounded::Legacy {
            hash,
            dummy: Default::default(),
        };
        let decide = |call| {
            carry(
                ALL,
                decisions::Call::<Runtime>::decide {
                    kind: Kind::Parameter,
                    call,
                },
            )
        };
        assert_eq!(decide(lookup(u32::MAX)), too_long);
        assert_eq!(decide(lookup(MAX_CALL_BYTES + 1)), too_long);
        assert_eq!(decide(legacy), too_long);
        // The name of the call takes two bytes, the length two.
        let longest = |more| {
            let remark = vec![7; MAX_CALL_BYTES as usize - 4 + more];
            RuntimeCall::from(frame_system::Call::<Runtime>::remark { remark }).encode()
        };
        assert_eq!(longest(0).len(), MAX_CALL_BYTES as usize);
        note(longest(1));
        assert_eq!(decide(named(&longest(1))), too_long);
        note(longest(0));
        assert_ok!(decide(named(&longest(0))));
    });
}
