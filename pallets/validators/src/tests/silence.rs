use super::*;

#[test]
fn a_validator_that_makes_no_block_in_a_long_session_is_chilled_and_loses_nothing() {
    chain(|| {
        pass_sessions(1);
        end_session(LONG, &[1, 2, 3]);
        let expected = Event::Chilled {
            who: account(4),
            silent_blocks: LONG,
        };
        assert_eq!(last_event(), expected);
        assert_eq!((is_candidate(4), held(4)), (false, BOND));
        pass_sessions(1);
        assert_eq!(set(), [1, 2, 3]);
        assert_ok!(Validators::rejoin(by(4)));
        pass_sessions(2);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn one_block_in_a_session_is_enough() {
    chain(|| {
        end_session(LONG, &[4, 1, 2, 3, 4]);
        end_session(LONG, &[1, 2, 3, 4]);
        assert_eq!(candidates(), [1, 2, 3, 4]);
    });
}

#[test]
fn short_sessions_are_added_up_and_a_block_begins_the_count_anew() {
    chain(|| {
        end_session(SHORT, &[1, 2, 3]);
        assert!(is_candidate(4), "chance may pass over him for so long");
        end_session(SHORT, &[1, 2, 3, 4]);
        end_session(SHORT, &[1, 2, 3]);
        assert!(is_candidate(4));
        end_session(SHORT, &[1, 2, 3]);
        assert!(!is_candidate(4));
    });
}

#[test]
fn when_the_network_fails_no_more_than_a_third_is_chilled_at_once() {
    chain(|| {
        end_session(LONG, &[]);
        assert_eq!(candidates(), [2, 3, 4]);
        end_session(LONG, &[]);
        end_session(LONG, &[]);
        assert_eq!(
            candidates().len(),
            1,
            "one of each set of four, which was planned before"
        );
        for _ in 0..9 {
            end_session(LONG, &[]);
        }
        assert_eq!((candidates().len(), set().len()), (1, 1));
    });
}

#[test]
fn a_set_of_two_is_never_chilled() {
    chain(|| {
        assert_ok!(Validators::set_validator_count(RawOrigin::Root.into(), 2, 1));
        pass_sessions(2);
        for _ in 0..9 {
            end_session(LONG, &[1]);
        }
        assert!(is_candidate(2));
        assert_eq!(set(), [1, 2]);
    });
}

#[test]
fn a_candidate_who_is_not_in_the_set_owes_no_blocks() {
    chain(|| {
        join(5, MIN_BOND);
        pass_sessions(3);
        assert!(is_candidate(5));
    });
}
