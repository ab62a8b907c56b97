use super::*;
use crate::{CountsOfAccount, Error, MAX_FOLLOWING};
use frame_support::assert_noop;
use hashcard_primitives::social::ROWS_PER_ANSWER;
use sp_runtime::TokenError;

fn follow(number: u16, other: u16) {
    assert_ok!(Social::follow(by(number), account(other)));
}

#[test]
fn a_follow_is_counted_on_both_sides_and_paid_for_until_it_ends() {
    chain(|| {
        follow(1, 2);
        follow(3, 2);
        follow(2, 1);
        let counts = |number| Social::follow_counts(account(number));
        let pair = |followers, following| FollowCounts { followers, following };
        assert_eq!(
            [counts(1), counts(2), counts(3)],
            [pair(1, 1), pair(2, 1), pair(0, 1)]
        );
        assert!(Social::follows(account(3), account(2)) && !Social::follows(account(2), account(3)));
        assert!(held(1) > 0);
        let expected = Event::Followed {
            follower: account(2),
            followed: account(1),
        };
        assert_eq!(last_event(), expected);

        assert_ok!(Social::unfollow(by(3), account(2)));
        let expected = Event::Unfollowed {
            follower: account(3),
            followed: account(2),
        };
        assert_eq!(last_event(), expected);
        assert_eq!((held(3), counts(2)), (0, pair(1, 1)));
        assert!(!CountsOfAccount::<Test>::contains_key(account(3)));
    });
}

#[test]
fn nobody_follows_himself_or_twice_or_without_a_deposit() {
    chain(|| {
        follow(1, 2);
        assert_noop!(Social::follow(by(1), account(2)), Error::<Test>::AlreadyFollows);
        assert_noop!(Social::follow(by(1), account(1)), Error::<Test>::FollowsHimself);
        assert_noop!(
            Social::follow(by(PAUPER), account(1)),
            TokenError::FundsUnavailable
        );
        assert_noop!(Social::unfollow(by(2), account(1)), Error::<Test>::DoesNotFollow);
    });
}

#[test]
fn an_account_that_does_not_exist_can_be_followed() {
    chain(|| {
        follow(1, 500);
        assert_eq!(Social::follow_counts(account(500)).followers, 1);
    });
}

#[test]
fn nobody_follows_more_than_may_be_followed() {
    chain(|| {
        follow(1, 2);
        let counts = |following| FollowCounts {
            followers: 0,
            following,
        };
        // As if he followed so many already: making the rows takes half a minute.
        CountsOfAccount::<Test>::insert(account(1), counts(MAX_FOLLOWING));
        assert_noop!(Social::follow(by(1), account(3)), Error::<Test>::TooManyFollowed);
        CountsOfAccount::<Test>::insert(account(1), counts(MAX_FOLLOWING - 1));
        follow(1, 3);
        CountsOfAccount::<Test>::insert(account(1), counts(2));
    });
}

#[test]
fn whom_an_account_follows_is_answered_in_pages_without_gap_or_double() {
    chain(|| {
        let count = 2 * ROWS_PER_ANSWER + 5;
        (0..count as u16).for_each(|other| follow(1, 1_000 + other));
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = Social::following(account(1), after.clone());
            assert!(page.len() <= ROWS_PER_ANSWER);
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            all.extend(page);
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    });
}
