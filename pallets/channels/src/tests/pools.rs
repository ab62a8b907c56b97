use super::*;
use crate::{Error, Pools, PoolsOf};
use frame_support::assert_noop;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn a_pool_holds_its_money_and_a_deposit_on_its_owners_account() {
    chain(|| {
        assert_ok!(Channels::open_pool(by(OWNER), MONEY));
        assert_eq!(
            last_event(),
            Event::PoolOpened {
                pool: 0,
                owner: OWNER,
                deposit: MONEY
            }
        );
        assert_eq!(held(HoldReason::Pool, &OWNER), MONEY);
        let deposit = held(HoldReason::Deposit, &OWNER);
        assert!(deposit > 20);
        assert_eq!(free(&OWNER), WEALTH - MONEY - deposit);
        assert!(PoolsOf::<Test>::contains_key(OWNER, 0u64.to_be_bytes()));
    });
}

#[test]
fn pools_are_numbered_and_no_number_is_used_twice() {
    chain(|| {
        for pool in 0..3 {
            assert_ok!(Channels::open_pool(by(OWNER), 1));
            assert_ok!(Channels::close_pool(by(OWNER), pool));
            go_to(System::block_number() + CLOSING_WINDOW + 1);
            assert_ok!(Channels::withdraw(by(OWNER), pool, 1));
            assert!(!Pools::<Test>::contains_key(pool));
        }
        assert_ok!(Channels::open_pool(by(STRANGER), 1));
        assert_eq!(Pools::<Test>::get(3).map(|pool| pool.owner), Some(STRANGER));
    });
}

#[test]
fn a_pool_of_nothing_is_not_opened() {
    chain(|| {
        assert_noop!(Channels::open_pool(by(OWNER), 0), Error::<Test>::AmountIsZero);
    });
}

#[test]
fn who_has_less_than_he_puts_in_opens_no_pool() {
    chain(|| {
        let nothing = DispatchError::Token(TokenError::FundsUnavailable);
        assert_noop!(Channels::open_pool(by(PAUPER), 1), nothing);
        assert_noop!(Channels::open_pool(by(OWNER), WEALTH), nothing);
    });
}

#[test]
fn a_pool_is_topped_up() {
    chain(|| {
        opened();
        assert_ok!(Channels::top_up(by(OWNER), 0, 5));
        assert_eq!(last_event(), Event::ToppedUp { pool: 0, amount: 5 });
        assert_eq!(Channels::pool(0).unwrap().unreserved, MONEY + 5);
        assert_eq!(held(HoldReason::Pool, &OWNER), MONEY + 5);
    });
}

#[test]
fn only_its_owner_adds_to_a_pool_and_never_nothing() {
    chain(|| {
        opened();
        assert_noop!(Channels::top_up(by(STRANGER), 0, 5), Error::<Test>::NotOwner);
        assert_noop!(Channels::top_up(by(OWNER), 0, 0), Error::<Test>::AmountIsZero);
        assert_noop!(Channels::top_up(by(OWNER), 1, 5), Error::<Test>::UnknownPool);
    });
}

#[test]
fn a_pool_closes_a_window_from_now() {
    chain(|| {
        opened();
        go_to(9);
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        let closes_at = 9 + CLOSING_WINDOW;
        assert_eq!(last_event(), Event::PoolCloses { pool: 0, closes_at });
        assert_eq!(Channels::pool(0).unwrap().closes_at, Some(closes_at));
    });
}

#[test]
fn nobody_closes_a_pool_but_its_owner_once() {
    chain(|| {
        opened();
        assert_noop!(Channels::close_pool(by(STRANGER), 0), Error::<Test>::NotOwner);
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        go_to(3);
        assert_noop!(Channels::close_pool(by(OWNER), 0), Error::<Test>::PoolCloses);
    });
}

#[test]
fn nothing_is_added_to_a_pool_that_closes() {
    chain(|| {
        opened();
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        let closes = Error::<Test>::PoolCloses;
        assert_noop!(Channels::top_up(by(OWNER), 0, 1), closes);
        let closes = Error::<Test>::PoolCloses;
        assert_noop!(Channels::add_session(by(OWNER), 0, key(), 1, 9), closes);
        let closes = Error::<Test>::PoolCloses;
        let lane = openings(&[(PAYEE, 1, 1)]);
        assert_noop!(Channels::open_lanes(by(OWNER), 0, 0, lane), closes);
    });
}
