use super::*;
use crate::{Error, Ledgers};
use frame_support::assert_noop;
use sp_runtime::TokenError;

#[test]
fn who_bonds_with_keys_is_a_candidate_and_his_bond_is_held() {
    chain(|| {
        set_keys(5);
        assert_ok!(Validators::bond(by(5), MIN_BOND));
        assert_eq!(held(5), MIN_BOND);
        assert_eq!(candidates(), [1, 2, 3, 4, 5]);
        let expected = Event::Bonded {
            who: account(5),
            bond: MIN_BOND,
        };
        assert_eq!(last_event(), expected);
    });
}

#[test]
fn nobody_bonds_without_keys_below_the_least_bond_twice_or_what_he_does_not_have() {
    chain(|| {
        assert_noop!(Validators::bond(by(5), MIN_BOND), Error::<Test>::NoKeys);
        set_keys(5);
        assert_noop!(Validators::bond(by(5), MIN_BOND - 1), Error::<Test>::BondTooLow);
        assert_noop!(Validators::bond(by(5), WEALTH + 1), TokenError::FundsUnavailable);
        assert_ok!(Validators::bond(by(5), MIN_BOND));
        assert_noop!(Validators::bond(by(5), MIN_BOND), Error::<Test>::AlreadyBonded);
    });
}

#[test]
fn a_greater_bond_is_a_better_rank() {
    chain(|| {
        join(5, MIN_BOND);
        assert_ok!(Validators::bond_more(by(5), BOND));
        assert_eq!(held(5), MIN_BOND + BOND);
        assert_eq!(candidates(), [5, 1, 2, 3, 4]);
        let expected = Event::BondedMore {
            who: account(5),
            amount: BOND,
            bond: MIN_BOND + BOND,
        };
        assert_eq!(last_event(), expected);
    });
}

#[test]
fn only_a_bond_is_added_to_and_only_by_something() {
    chain(|| {
        assert_noop!(Validators::bond_more(by(5), 1), Error::<Test>::NotBonded);
        assert_noop!(Validators::bond_more(by(1), 0), Error::<Test>::AmountIsZero);
        assert_noop!(
            Validators::bond_more(by(1), WEALTH + 1),
            TokenError::FundsUnavailable
        );
        assert_ok!(Validators::unbond(by(1), BOND));
        assert_noop!(Validators::bond_more(by(1), 1), Error::<Test>::NotBonded);
    });
}

#[test]
fn a_higher_bond_displaces_the_lowest_whose_money_waits_and_an_equal_one_is_refused() {
    chain(|| {
        join(5, MIN_BOND + 1);
        join(6, MIN_BOND);
        set_keys(7);
        assert_noop!(Validators::bond(by(7), MIN_BOND), Error::<Test>::RankingFull);
        assert_ok!(Validators::bond(by(7), MIN_BOND + 1));
        assert_eq!(candidates(), [1, 2, 3, 4, 5, 7]);
        let displaced = Event::Displaced {
            who: account(6),
            by: account(7),
            amount: MIN_BOND,
            due: UNBONDING,
        };
        assert!(events().contains(&displaced));
        assert_eq!(held(6), MIN_BOND, "it waits like any other");
        let ledger = Ledgers::<Test>::get(account(6)).expect("it waits");
        assert_eq!((ledger.bond, ledger.parts.len()), (0, 1));

        pass_sessions(UNBONDING - 1);
        assert_noop!(Validators::withdraw(by(9), account(6)), Error::<Test>::NothingDue);
        pass_sessions(1);
        assert_ok!(Validators::withdraw(by(9), account(6)));
        assert_eq!(held(6), 0);
    });
}

#[test]
fn who_was_displaced_comes_back_with_other_money_while_the_old_bond_waits() {
    chain(|| {
        join(5, MIN_BOND);
        join(6, MIN_BOND);
        join(7, MIN_BOND + 1);
        assert!(!is_candidate(6));
        assert_ok!(Validators::bond(by(6), MIN_BOND + 2));
        assert_eq!(held(6), 2 * MIN_BOND + 2);
        assert_eq!(candidates(), [1, 2, 3, 4, 6, 7]);
        assert_eq!(held(5), MIN_BOND);
    });
}
