use super::*;
use crate::{Bars, Error, Slashed, FREE_REPORTS};
use frame_support::assert_noop;
use sp_runtime::Perbill;
use sp_staking::offence::OffenceError;

fn disabled() -> Vec<u8> {
    let set = set();
    Session::disabled_validators()
        .into_iter()
        .map(|index| set[index as usize])
        .collect()
}

#[test]
fn an_offence_burns_its_part_of_the_bond_disables_and_ends_the_candidacy() {
    chain(|| {
        pass_sessions(2);
        let issued = Balances::total_issuance();
        report(2, 2, 7, 3).expect("it is new");
        assert_eq!(held(2), BOND - BOND * 3 / 10);
        assert_eq!(Balances::total_issuance(), issued - BOND * 3 / 10);
        assert_eq!(
            Balances::free_balance(account(2)),
            WEALTH,
            "only what is on hold is liable"
        );
        assert!(!is_candidate(2));
        assert_eq!(disabled(), [2]);
        let expected = Event::Slashed {
            who: account(2),
            session: 2,
            part: Perbill::from_percent(30),
            amount: BOND * 3 / 10,
        };
        assert!(events().contains(&expected));
        pass_sessions(2);
        assert_eq!((set(), disabled()), (vec![1, 3, 4], vec![]));
    });
}

#[test]
fn an_offender_is_disabled_in_the_next_session_too_which_was_planned_with_him() {
    chain(|| {
        // Another set is planned, so that the list of the disabled is emptied when it begins.
        join(5, BOND + 1);
        pass_sessions(1);
        report(2, 1, 7, 3).expect("it is new");
        assert_eq!(disabled(), [2]);
        pass_sessions(1);
        assert_eq!((set(), disabled()), (vec![1, 2, 3, 5], vec![2]));
        pass_sessions(1);
        assert_eq!((set(), disabled()), (vec![1, 3, 4, 5], vec![]));
    });
}

#[test]
fn a_report_made_twice_costs_once() {
    chain(|| {
        report(2, 0, 7, 3).expect("it is new");
        let after = (held(2), wealth(2));
        assert_eq!(report(2, 0, 7, 3), Err(OffenceError::DuplicateReport));
        assert_eq!((held(2), wealth(2)), after);
    });
}

#[test]
fn of_many_offences_the_worst_counts_once() {
    chain(|| {
        report(2, 0, 1, 3).expect("it is new");
        report(2, 0, 2, 3).expect("another slot");
        report(2, 0, 3, 1).expect("another slot");
        assert_eq!(held(2), BOND * 7 / 10);
        report(2, 0, 4, 5).expect("a worse one");
        assert!(held(2).abs_diff(BOND / 2) <= 1, "rounded for him");
    });
}

#[test]
fn who_reports_does_not_make_an_offence_dearer_by_choosing_other_sessions() {
    chain(|| {
        pass_sessions(3);
        for session in 0..=3 {
            report(2, session, session.into(), 5).expect("it is new");
        }
        assert_eq!(held(2), BOND / 2);
        pass_sessions(1);
        report(2, 4, 4, 5).expect("the set of this one was planned with him");
        assert_eq!(held(2), BOND / 2);
        report(2, 4, 5, 6).expect("a worse one");
        assert!(held(2).abs_diff(BOND * 4 / 10) <= 1, "rounded for him");
    });
}

#[test]
fn an_old_session_that_is_named_makes_neither_the_fault_dearer_nor_the_bar_shorter() {
    chain(|| {
        pass_sessions(4);
        report(2, 0, 0, 5).expect("it is new");
        let bar = Bars::<Test>::get(account(2)).expect("he is barred");
        assert_eq!(bar.until, 4 + 1 + Validators::report_longevity() + 1);
        for session in 1..bar.until - 4 {
            pass_sessions(1);
            check();
            report(2, session.min(5), session.into(), 5).expect("it is new");
            assert_eq!(held(2), BOND / 2);
            assert_noop!(Validators::rejoin(by(2)), Error::<Test>::Barred);
        }
        assert_eq!(Session::current_index(), bar.until - 1);
        pass_sessions(1);
        assert_ok!(Validators::rejoin(by(2)));
    });
}

#[test]
fn what_was_done_later_makes_what_was_done_before_no_cheaper() {
    chain(|| {
        need_all();
        report(2, 0, 1, 1).expect("it is new");
        pass_sessions(2);
        report(2, 2, 2, 9).expect("he serves on");
        assert!(held(2).abs_diff(BOND * 9 / 100) <= 1, "rounded for him");
        report(2, 0, 3, 9).expect("a worse one of before");
        assert!(held(2).abs_diff(BOND / 100) <= 1, "rounded for him");
    });
}

#[test]
fn an_offender_makes_blocks_again_when_the_bar_is_over_though_the_set_goes_on() {
    chain(|| {
        need_all();
        report(2, 0, 1, 5).expect("it is new");
        let bar = Bars::<Test>::get(account(2)).expect("he is barred");
        for _ in 0..bar.until {
            assert_eq!((set(), disabled()), (vec![1, 2, 3, 4], vec![2]));
            pass_sessions(1);
        }
        assert_eq!((set(), disabled()), (vec![1, 2, 3, 4], vec![]));
        assert_ok!(Validators::rejoin(by(2)));
        pass_sessions(3);
        assert_eq!((set(), disabled()), (vec![1, 2, 3, 4], vec![]));
    });
}

#[test]
fn who_does_it_again_where_he_serves_on_is_punished_again() {
    chain(|| {
        need_all();
        report(2, 0, 1, 5).expect("it is new");
        pass_sessions(2);
        assert!(set().contains(&2), "there is nobody else");
        report(2, 2, 2, 5).expect("it is new");
        assert!(held(2).abs_diff(BOND / 4) <= 1, "rounded for him");
        report(2, 2, 3, 5).expect("it is new");
        assert!(held(2).abs_diff(BOND / 4) <= 1, "once for each time");
        pass_sessions(1);
        report(2, 3, 4, 5).expect("it is new");
        assert!(
            held(2).abs_diff(BOND / 4) <= 1,
            "nor for the session in which he had not heard of it"
        );
    });
}

#[test]
fn a_set_in_which_somebody_was_punished_is_announced_anew_and_once() {
    chain(|| {
        need_all();
        pass_sessions(2);
        report(2, 0, 1, 5).expect("it is new");
        let changes = |sessions: u32| -> Vec<bool> {
            (0..sessions)
                .map(|_| {
                    pass_sessions(1);
                    check();
                    pallet_session::QueuedChanged::<Test>::get()
                })
                .collect()
        };
        assert_eq!(
            changes(3),
            [true, false, false],
            "though its members are the same"
        );
        report(2, 3, 2, 5).expect("it costs nothing more");
        assert_eq!(changes(1), [false]);
        report(2, 5, 3, 5).expect("he did it again");
        assert_eq!(changes(3), [true, false, false]);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

/// Has the running set go on when one of it is off the ranking.
fn need_all() {
    let all = COUNT.into();
    assert_ok!(Validators::set_validator_count(RawOrigin::Root.into(), all, all));
}

#[test]
fn who_did_the_same_in_the_same_slot_makes_it_dearer_for_both() {
    chain(|| {
        report(2, 0, 7, 2).expect("it is new");
        assert_eq!(held(2), BOND * 8 / 10);
        report(3, 0, 7, 2).expect("it is new");
        assert_eq!((held(2), held(3)), (BOND * 6 / 10, BOND * 6 / 10));
    });
}

#[test]
fn what_is_unbonded_and_waits_is_slashed_as_the_bond_is() {
    chain(|| {
        assert_ok!(Validators::unbond(by(2), BOND / 2));
        report(2, 0, 7, 4).expect("it is new");
        assert_eq!(held(2), BOND * 6 / 10);
        assert_ok!(Validators::unbond(by(2), Balance::MAX));
        pass_sessions(UNBONDING);
        assert_ok!(Validators::withdraw(by(2), account(2)));
        assert_eq!(wealth(2), WEALTH + BOND * 6 / 10);
    });
}

#[test]
fn who_left_is_slashed_as_long_as_reports_are_heard_and_has_his_money_one_session_later() {
    chain(|| {
        assert_ok!(Validators::unbond(by(2), BOND));
        pass_sessions(1);
        assert!(set().contains(&2), "his last session");
        let last = 1 + Validators::report_longevity();
        pass_sessions(last - 1);
        assert_noop!(Validators::withdraw(by(2), account(2)), Error::<Test>::NothingDue);
        report(2, 1, 7, 10).expect("it is new");
        assert_eq!(held(2), 0);
        assert_eq!(last + 1, UNBONDING);
    });
}

#[test]
fn a_report_that_comes_when_bonds_may_be_withdrawn_costs_nothing() {
    chain(|| {
        pass_sessions(Validators::report_longevity() + 1);
        let before = held(2);
        assert_eq!(report(2, 0, 7, 10), Err(OffenceError::DuplicateReport));
        Validators::punish(&account(2), Perbill::one(), 0);
        assert_eq!((held(2), is_candidate(2)), (before, true));
        assert_eq!(Slashed::<Test>::iter().count(), 0);
    });
}

#[test]
fn an_offender_comes_back_when_the_books_on_his_session_are_closed_and_not_before() {
    chain(|| {
        report(2, 0, 7, 1).expect("it is new");
        // He serves in the next session too.
        for _ in 0..=1 + Validators::report_longevity() {
            assert_noop!(Validators::rejoin(by(2)), Error::<Test>::Barred);
            pass_sessions(1);
        }
        assert_ok!(Validators::rejoin(by(2)));
        assert_eq!(
            (Slashed::<Test>::iter().count(), Bars::<Test>::iter().count()),
            (0, 0)
        );
        pass_sessions(2);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn who_lost_everything_bonds_anew_when_he_is_no_longer_barred() {
    chain(|| {
        report(2, 0, 7, 10).expect("it is new");
        assert_eq!(held(2), 0);
        assert_noop!(Validators::bond(by(2), BOND), Error::<Test>::Barred);
        pass_sessions(Validators::report_longevity() + 2);
        assert_noop!(Validators::rejoin(by(2)), Error::<Test>::NotBonded);
        assert_ok!(Validators::bond(by(2), BOND));
        assert_eq!((held(2), is_candidate(2)), (BOND, true));
    });
}

#[test]
fn who_was_slashed_below_the_least_bond_adds_to_it_before_he_rejoins() {
    chain(|| {
        join(5, MIN_BOND);
        report(5, 0, 7, 1).expect("it is new");
        pass_sessions(Validators::report_longevity() + 2);
        assert_noop!(Validators::rejoin(by(5)), Error::<Test>::BondTooLow);
        assert_ok!(Validators::bond_more(by(5), MIN_BOND));
        assert_ok!(Validators::rejoin(by(5)));
    });
}

#[test]
fn a_later_offence_makes_the_bar_longer_and_an_earlier_one_does_not_make_it_shorter() {
    chain(|| {
        need_all();
        report(2, 0, 6, 1).expect("it is new");
        pass_sessions(2);
        report(2, 2, 7, 1).expect("it is new");
        report(2, 0, 8, 2).expect("it is new");
        let bar = Bars::<Test>::get(account(2)).expect("he is barred");
        assert_eq!(bar.until, 3 + Validators::report_longevity() + 1);
        assert_eq!(bar.part, Perbill::from_percent(20));
        pass_sessions(Validators::report_longevity() + 1);
        check();
        assert_noop!(Validators::rejoin(by(2)), Error::<Test>::Barred);
        pass_sessions(1);
        assert_ok!(Validators::rejoin(by(2)));
    });
}

#[test]
fn reports_without_end_are_paid_by_their_offender_and_refused_when_he_has_nothing_left() {
    chain(|| {
        let free = u64::from(FREE_REPORTS);
        for slot in 0..free {
            report(2, 0, slot, 1).expect("it is new");
        }
        assert_eq!(held(2), BOND * 9 / 10, "the worst counts once");
        let issued = Balances::total_issuance();
        report(2, 0, free, 1).expect("it is new");
        assert_eq!(held(2), BOND * 9 / 10 - REPORT_COST);
        assert_eq!(Balances::total_issuance(), issued - REPORT_COST, "it burnt");
        let expected = Event::ReportCharged {
            who: account(2),
            session: 0,
            amount: REPORT_COST,
        };
        assert!(events().contains(&expected));
        check();

        let kept = || pallet_offences::Reports::<Test>::iter().count();
        report(2, 0, free + 1, 10).expect("a worse one is heard");
        assert_eq!(held(2), 0);
        let before = kept();
        assert_eq!(report(2, 0, free + 2, 10), Err(OffenceError::DuplicateReport));
        assert_eq!(kept(), before, "nothing is kept of it");
        report(3, 0, free + 2, 1).expect("of somebody else");
        pass_sessions(Validators::report_longevity() + 2);
        assert_eq!(Bars::<Test>::iter().count(), 0, "and they are counted anew");
    });
}

#[test]
fn no_more_reports_are_heard_for_nothing_because_they_name_many_sessions() {
    chain(|| {
        need_all();
        pass_sessions(3);
        let mut slot = 0;
        let mut report = |session| {
            slot += 1;
            report(2, session, slot, 1).expect("it is new");
        };
        (0..FREE_REPORTS).for_each(|number| report(number % 4));
        assert_eq!(held(2), BOND * 9 / 10);
        report(0);
        report(3);
        assert_eq!(held(2), BOND * 9 / 10 - 2 * REPORT_COST);
        pass_sessions(2);
        let before = held(2);
        report(5);
        let punished = before - before / 10;
        assert_eq!(held(2), punished - REPORT_COST, "nor because he serves on");
    });
}
