use super::*;
use crate::{
    AdoptRunningSet, LeastValidators, Ledgers, SessionStart, UnbondingSessions, ValidatorCount,
    DEFAULT_UNBONDING_SESSIONS,
};
use frame_support::traits::{
    fungible::{hold::Mutate as _, Mutate as _},
    tokens::{Fortitude, Precision, Preservation},
    OnRuntimeUpgrade,
};
use pallet_session::historical::{HistoricalSessions, StoredRange};

/// The chain as it was before this pallet: a set from genesis, without bonds or records, after so many sessions.
fn never_had_this_pallet(sessions: u32) {
    for number in 1..=COUNT {
        let who = account(number);
        Balances::release(&HoldReason::Bond.into(), &who, BOND, Precision::Exact).expect("it is on hold");
        Ledgers::<Test>::remove(&who);
    }
    Ranking::<Test>::kill();
    ValidatorCount::<Test>::kill();
    LeastValidators::<Test>::kill();
    UnbondingSessions::<Test>::kill();
    SessionStart::<Test>::kill();
    let _ = HistoricalSessions::<Test>::clear(u32::MAX, None);
    pallet_session::CurrentIndex::<Test>::put(sessions);
    StoredRange::<Test>::put((0, sessions + 2));
    System::set_block_number(sessions * LONG + 1);
}

fn upgrade() {
    AdoptRunningSet::<Test>::on_runtime_upgrade();
}

fn take_all_money(number: u8) {
    let free = Balances::free_balance(account(number));
    let left = Balances::burn_from(
        &account(number),
        free - MIN_BOND,
        Preservation::Preserve,
        Precision::Exact,
        Fortitude::Polite,
    );
    assert_ok!(left);
}

#[test]
fn the_running_set_goes_on_through_the_upgrade_and_is_bonded_and_recorded() {
    chain(|| {
        never_had_this_pallet(1_000);
        upgrade();
        assert_eq!((candidates(), held(1)), (vec![1, 2, 3, 4], MIN_BOND));
        assert_eq!(Validators::validator_count(), 4);
        assert_eq!(Validators::least_validators(), 3);
        assert_eq!(Validators::unbonding_sessions(), DEFAULT_UNBONDING_SESSIONS);
        // The session in which it happened is shorter than the count of its blocks.
        end_session(1, &[1]);
        assert_eq!(
            candidates(),
            [1, 2, 3, 4],
            "nobody is silent for what nobody listened to"
        );
        for _ in 0..3 {
            pass_sessions(1);
            assert_eq!(set(), [1, 2, 3, 4]);
            check();
        }
        use frame_support::traits::KeyOwnerProofSystem;
        let key = (
            sp_runtime::key_types::DUMMY,
            sp_runtime::testing::UintAuthorityId(1),
        );
        let proof = Historical::prove(key.clone()).expect("it is in the set");
        pass_sessions(1);
        assert_eq!(Historical::check_proof(key, proof), Some((account(1), ())));
    });
}

#[test]
fn a_long_history_is_forgotten_bit_by_bit() {
    chain(|| {
        never_had_this_pallet(1_000);
        upgrade();
        let oldest = || StoredRange::<Test>::get().expect("there are records").0;
        pass_sessions(1);
        assert_eq!(oldest(), 64);
        pass_sessions(20);
        assert_eq!(oldest(), 1_021 - Validators::report_longevity());
    });
}

#[test]
fn it_is_done_once_and_not_where_genesis_did_it() {
    chain(|| {
        let before = state();
        upgrade();
        assert_eq!(state(), before, "genesis did it");
        never_had_this_pallet(10);
        upgrade();
        let before = state();
        upgrade();
        assert_eq!(state(), before);
    });
}

#[test]
fn members_who_cannot_pay_serve_on_while_too_few_others_are_candidates() {
    chain(|| {
        never_had_this_pallet(10);
        take_all_money(3);
        take_all_money(4);
        upgrade();
        assert_eq!((candidates(), held(3)), (vec![1, 2], 0));
        pass_sessions(3);
        assert_eq!(set(), [1, 2, 3, 4]);
        // A stranger alone does not take their place; one that makes as many as are needed does.
        join(5, MIN_BOND);
        pass_sessions(2);
        assert_eq!(set(), [1, 2, 5]);
    });
}

#[test]
fn an_upgrade_with_nobody_who_can_pay_leaves_the_set_and_a_stranger_does_not_get_it() {
    chain(|| {
        never_had_this_pallet(10);
        (1..=COUNT).for_each(take_all_money);
        upgrade();
        join(5, BOND);
        join(6, BOND);
        pass_sessions(4);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}
