use super::*;
use crate::Error;
use frame_support::assert_noop;

#[test]
fn who_pauses_is_out_of_the_set_with_his_bond_on_hold_until_he_rejoins() {
    chain(|| {
        assert_ok!(Validators::pause(by(3)));
        assert_eq!(last_event(), Event::Paused { who: account(3) });
        assert_noop!(Validators::pause(by(3)), Error::<Test>::NotCandidate);
        pass_sessions(2);
        assert_eq!((set(), held(3)), (vec![1, 2, 4], BOND));
        assert_ok!(Validators::rejoin(by(3)));
        let expected = Event::Rejoined {
            who: account(3),
            bond: BOND,
        };
        assert_eq!(last_event(), expected);
        pass_sessions(2);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn nobody_rejoins_without_a_bond_or_twice_or_where_there_is_no_place() {
    chain(|| {
        assert_noop!(Validators::rejoin(by(9)), Error::<Test>::NotBonded);
        assert_noop!(Validators::rejoin(by(1)), Error::<Test>::AlreadyCandidate);
        join(5, MIN_BOND);
        assert_ok!(Validators::pause(by(5)));
        for number in 6..=7 {
            join(number, MIN_BOND);
        }
        assert_noop!(Validators::rejoin(by(5)), Error::<Test>::RankingFull);
        assert_ok!(Validators::bond_more(by(5), 1));
        assert_ok!(Validators::rejoin(by(5)));
        assert_eq!(candidates(), [1, 2, 3, 4, 5, 6]);
    });
}

#[test]
fn who_unbonds_while_he_pauses_leaves_without_a_place() {
    chain(|| {
        assert_ok!(Validators::pause(by(3)));
        assert_ok!(Validators::unbond(by(3), BOND));
        assert_noop!(Validators::rejoin(by(3)), Error::<Test>::NotBonded);
        pass_sessions(UNBONDING);
        assert_ok!(Validators::withdraw(by(3), account(3)));
        assert_eq!(held(3), 0);
    });
}
