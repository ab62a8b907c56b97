use super::*;
use hashcard_primitives::validator::{Standing, WaitingPart};

fn standing(number: u8) -> Option<Standing> {
    Validators::candidate(account(number)).map(|view| view.standing)
}

#[test]
fn the_set_is_told_with_the_next_one_and_the_numbers_of_governance() {
    chain(|| {
        join(5, BOND + 1);
        pass_sessions(1);
        let told = Validators::validator_set();
        let numbers = |list: &[_]| -> Vec<u8> { list.iter().map(number_of).collect() };
        assert_eq!(told.session, 1);
        assert_eq!(numbers(&told.validators), [1, 2, 3, 4]);
        assert_eq!(numbers(&told.planned), [1, 2, 3, 5]);
        assert_eq!((told.validator_count, told.least_validators), (COUNT.into(), 1));
        assert!(told.disabled.is_empty());
        report(3, 1, 7, 1).expect("it is new");
        assert_eq!(numbers(&Validators::validator_set().disabled), [3]);
    });
}

#[test]
fn candidates_are_told_by_rank_and_there_is_no_page_after_the_last() {
    chain(|| {
        join(5, BOND + 1);
        let page = Validators::candidates(0);
        let told: Vec<_> = page
            .candidates
            .iter()
            .map(|view| (number_of(&view.account), view.bond, view.validates))
            .collect();
        let expected = [
            (5, BOND + 1, false),
            (1, BOND, true),
            (2, BOND, true),
            (3, BOND, true),
            (4, BOND, true),
        ];
        assert_eq!((&told[..], page.next), (&expected[..], None));
        assert!(page
            .candidates
            .iter()
            .all(|view| view.standing == Standing::Candidate));
        for page in [1, u32::MAX] {
            let page = Validators::candidates(page);
            assert_eq!((page.candidates.len(), page.next), (0, None));
        }
    });
}

#[test]
fn an_account_is_told_with_its_standing_and_what_waits() {
    chain(|| {
        assert_eq!(standing(9), None);
        assert_ok!(Validators::unbond(by(1), 5));
        let view = Validators::candidate(account(1)).expect("he is a candidate");
        let waits = WaitingPart {
            amount: 5,
            due: UNBONDING,
        };
        assert_eq!((view.bond, view.waiting), (BOND - 5, vec![waits]));
        assert_ok!(Validators::pause(by(2)));
        assert_eq!(standing(2), Some(Standing::Resting));
        assert_ok!(Validators::unbond(by(2), Balance::MAX));
        assert_eq!(standing(2), Some(Standing::Leaving));
        report(3, 0, 7, 10).expect("it is new");
        // As long as the next session, the first that he was warned for, can be reported.
        let until = 1 + Validators::report_longevity() + 1;
        let view = Validators::candidate(account(3)).expect("he is barred");
        assert_eq!(
            (view.bond, view.standing, view.disabled),
            (0, Standing::Barred { until }, true)
        );
    });
}
