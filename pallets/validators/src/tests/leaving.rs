use super::*;
use crate::{ledger::MAX_PARTS, Error, Ledgers};
use frame_support::{assert_noop, dispatch::Pays};

#[test]
fn a_bond_is_withdrawn_when_unbonding_is_over_and_not_before() {
    chain(|| {
        pass_sessions(1);
        assert_ok!(Validators::unbond(by(4), BOND));
        let expected = Event::Unbonded {
            who: account(4),
            amount: BOND,
            bond: 0,
            due: 1 + UNBONDING,
        };
        assert_eq!(last_event(), expected);
        assert!(!is_candidate(4));
        for _ in 0..UNBONDING {
            assert_eq!(held(4), BOND);
            assert_noop!(Validators::withdraw(by(4), account(4)), Error::<Test>::NothingDue);
            pass_sessions(1);
        }
        let free = Balances::free_balance(account(4));
        let post = Validators::withdraw(by(9), account(4)).expect("it is due, and anybody may");
        assert_eq!(post.pays_fee, Pays::No);
        assert_eq!(Balances::free_balance(account(4)), free + BOND);
        assert!(!Ledgers::<Test>::contains_key(account(4)));
        assert_noop!(Validators::withdraw(by(9), account(4)), Error::<Test>::NothingDue);
    });
}

#[test]
fn who_leaves_validates_through_the_next_session_and_no_longer() {
    chain(|| {
        assert_ok!(Validators::unbond(by(4), BOND));
        assert_eq!(set(), [1, 2, 3, 4]);
        pass_sessions(1);
        assert_eq!(set(), [1, 2, 3, 4], "this session was planned before");
        pass_sessions(1);
        assert_eq!(set(), [1, 2, 3]);
    });
}

#[test]
fn a_part_of_a_bond_is_unbonded_and_the_rest_is_a_bond_or_nothing() {
    chain(|| {
        let most = BOND - MIN_BOND;
        assert_noop!(Validators::unbond(by(1), most + 1), Error::<Test>::RestTooLow);
        assert_noop!(Validators::unbond(by(1), 0), Error::<Test>::AmountIsZero);
        assert_ok!(Validators::unbond(by(1), most));
        assert_eq!(candidates(), [2, 3, 4, 1]);
        assert_noop!(Validators::unbond(by(1), 1), Error::<Test>::RestTooLow);
        pass_sessions(UNBONDING);
        let post = Validators::withdraw(by(1), account(1)).expect("it is due");
        assert_eq!(post.pays_fee, Pays::Yes, "a ledger stays");
        assert_eq!(held(1), MIN_BOND);
        assert_ok!(Validators::unbond(by(1), Balance::MAX));
        assert_noop!(Validators::unbond(by(1), 1), Error::<Test>::NotBonded);
        assert_noop!(Validators::unbond(by(9), 1), Error::<Test>::NotBonded);
    });
}

#[test]
fn nobody_waits_in_more_parts_than_may_wait_and_withdrawing_makes_room() {
    chain(|| {
        for _ in 0..MAX_PARTS {
            assert_ok!(Validators::unbond(by(1), 1));
            assert_ok!(Validators::unbond(by(1), 1));
            pass_sessions(1);
        }
        assert_noop!(Validators::unbond(by(1), 1), Error::<Test>::TooManyParts);
        let parts = || {
            Ledgers::<Test>::get(account(1))
                .expect("he is bonded")
                .parts
                .len() as u32
        };
        assert_eq!(parts(), MAX_PARTS);
        assert_ok!(Validators::withdraw(by(1), account(1)));
        assert_eq!(parts(), UNBONDING - 1);
        assert_ok!(Validators::unbond(by(1), 1));
    });
}

#[test]
fn who_is_displaced_when_no_part_more_may_wait_waits_with_the_last_one() {
    chain(|| {
        join(5, BOND - 100);
        join(6, BOND - 90);
        for _ in 0..MAX_PARTS {
            assert_ok!(Validators::unbond(by(5), 1));
            pass_sessions(1);
        }
        let all = held(5);
        join(7, BOND);
        assert!(!is_candidate(5));
        assert_eq!(held(5), all);
        pass_sessions(UNBONDING);
        assert_ok!(Validators::withdraw(by(5), account(5)));
        assert_eq!(held(5), 0);
    });
}

#[test]
fn the_last_candidate_cannot_leave() {
    chain(|| {
        for number in 1..COUNT {
            assert_ok!(Validators::unbond(by(number), BOND));
        }
        assert_noop!(Validators::unbond(by(4), BOND), Error::<Test>::TooFewCandidates);
        assert_noop!(Validators::pause(by(4)), Error::<Test>::TooFewCandidates);
        pass_sessions(4);
        assert_eq!(set(), [4]);
        join(5, MIN_BOND);
        assert_ok!(Validators::unbond(by(4), BOND));
        pass_sessions(2);
        assert_eq!(set(), [5]);
    });
}

#[test]
fn who_is_still_in_the_set_keeps_his_bond_on_hold_even_when_it_is_due() {
    chain(|| {
        // All are slashed off the ranking in one session, so that the set has to go on.
        for number in 1..=COUNT {
            report(number, 0, number.into(), 1).expect("it is new");
            assert_ok!(Validators::unbond(by(number), Balance::MAX));
        }
        let last = UNBONDING + 3;
        pass_sessions(last - 1);
        assert_eq!((candidates(), set()), (vec![], vec![1, 2, 3, 4]));
        assert_noop!(Validators::withdraw(by(1), account(1)), Error::<Test>::NothingDue);
        join(5, MIN_BOND);
        pass_sessions(1);
        assert!(set().contains(&1), "his last session");
        let held_back = Event::HeldBack {
            who: account(1),
            amount: held(1),
            due: last + Validators::report_longevity() + 1,
        };
        assert!(events().contains(&held_back));
        for session in 1..=Validators::report_longevity() {
            pass_sessions(1);
            assert_eq!(set(), [5]);
            assert_noop!(Validators::withdraw(by(1), account(1)), Error::<Test>::NothingDue);
            // Each of them can still be reported about that session.
            let number = session.min(COUNT.into()) as u8;
            let before = held(number);
            report(number, last, 100 + u64::from(session), 5).expect("it is new");
            assert!(held(number) < before);
        }
        pass_sessions(1);
        assert_ok!(Validators::withdraw(by(1), account(1)));
        assert_eq!(held(1), 0);
    });
}

#[test]
fn a_part_that_is_due_waits_while_its_owner_serves_without_a_bond() {
    chain(|| {
        assert_ok!(Validators::unbond(by(4), 1));
        pass_sessions(UNBONDING);
        assert_ok!(Validators::unbond(by(4), Balance::MAX));
        for _ in 0..2 {
            assert_noop!(
                Validators::withdraw(by(4), account(4)),
                Error::<Test>::StillServes
            );
            pass_sessions(1);
        }
        assert_ok!(Validators::withdraw(by(4), account(4)));
        assert_eq!(held(4), BOND - 1, "the rest waits");
    });
}

#[test]
fn the_deposit_of_keys_comes_back_when_nothing_is_left_on_hold_and_not_before() {
    chain(|| {
        set_keys(5);
        assert_eq!(Balances::free_balance(account(5)), WEALTH - KEY_DEPOSIT);
        assert_ok!(Validators::bond(by(5), MIN_BOND));
        assert_noop!(Validators::retire_keys(by(5)), Error::<Test>::StillBonded);
        assert_ok!(Validators::unbond(by(5), MIN_BOND));
        pass_sessions(UNBONDING);
        assert_noop!(Validators::retire_keys(by(5)), Error::<Test>::StillBonded);
        assert_ok!(Validators::withdraw(by(5), account(5)));
        assert_ok!(Validators::retire_keys(by(5)));
        assert_eq!(last_event(), Event::KeysRetired { who: account(5) });
        assert_eq!(Balances::free_balance(account(5)), WEALTH);
        assert_noop!(Validators::retire_keys(by(5)), Error::<Test>::NoKeys);
        assert_noop!(Validators::bond(by(5), MIN_BOND), Error::<Test>::NoKeys);
    });
}

#[test]
fn keys_of_the_running_set_are_never_retired() {
    chain(|| {
        report(1, 0, 7, 10).expect("it is new");
        assert_eq!(held(1), 0, "slashed of everything");
        assert_noop!(Validators::retire_keys(by(1)), Error::<Test>::StillServes);
        pass_sessions(2);
        assert_ok!(Validators::retire_keys(by(1)));
    });
}
