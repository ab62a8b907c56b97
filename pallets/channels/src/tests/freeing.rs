//! Pools and sessions end, in as many steps as it takes, and every deposit returns as it was taken.

use super::*;
use crate::{Error, Lanes, Lines, Pools, PoolsOf, Sessions, MAX_FREED};
use frame_support::{assert_noop, dispatch::Pays};

/// A pool with two sessions, twenty lanes and forty lines.
fn crowded() {
    opened();
    FakeCards::publish(8, CREATOR, 0);
    let other = SessionKey::Sr25519([1; 32]);
    assert_ok!(Channels::add_session(by(OWNER), 0, other, 5, EXPIRES_AT));
    let payees: Vec<_> = (0..20).map(someone).collect();
    let lanes: Vec<_> = payees.iter().map(|payee| (payee.clone(), 300, 2)).collect();
    assert_ok!(Channels::open_lanes(by(OWNER), 0, 0, openings(&lanes)));
    let vouchers: Vec<_> = payees
        .iter()
        .map(|payee| signed(voucher(payee, &[(FILM, 120), (8, 120)])))
        .collect();
    redeem(&vouchers);
}

fn assert_nothing_left() {
    assert_eq!(Pools::<Test>::iter().count(), 0);
    assert_eq!(PoolsOf::<Test>::iter().count(), 0);
    assert_eq!(Sessions::<Test>::iter().count(), 0);
    assert_eq!(Lanes::<Test>::iter().count(), 0);
    assert_eq!(Lines::<Test>::iter().count(), 0);
    assert_eq!(held(HoldReason::Pool, &OWNER), 0);
    assert_eq!(held(HoldReason::Deposit, &OWNER), 0);
}

fn close() {
    assert_ok!(Channels::close_pool(by(OWNER), 0));
    go_to(System::block_number() + CLOSING_WINDOW + 1);
}

#[test]
fn a_closed_pool_returns_all_money_at_once_and_rows_in_steps() {
    chain(|| {
        crowded();
        close();
        let rows = 1 + 2 + 20 + 40;
        let mut calls = 0;
        while Pools::<Test>::contains_key(0) {
            assert_ok!(Channels::withdraw(by(STRANGER), 0, 7));
            assert_eq!(held(HoldReason::Pool, &OWNER), 0);
            check();
            calls += 1;
        }
        assert_eq!(calls, u32::div_ceil(rows, 7), "each call frees as many as it may");
        assert_nothing_left();
        assert_eq!(free(&OWNER), WEALTH - 20 * 240);
    });
}

#[test]
fn one_call_empties_a_small_pool_and_is_free() {
    chain(|| {
        crowded();
        close();
        let post = Channels::withdraw(by(STRANGER), 0, MAX_FREED).unwrap();
        assert_eq!(post.pays_fee, Pays::No);
        let expected = crate::weights::of_withdraw::<()>(63);
        assert_eq!(post.actual_weight, Some(expected), "63 rows were freed");
        assert_nothing_left();
    });
}

#[test]
fn a_call_that_frees_less_than_it_could_is_not_free() {
    chain(|| {
        crowded();
        close();
        let post = Channels::withdraw(by(STRANGER), 0, 62).unwrap();
        assert_eq!(post.pays_fee, Pays::Yes);
        let post = Channels::withdraw(by(STRANGER), 0, 62).unwrap();
        assert_eq!(post.pays_fee, Pays::No);
        assert_nothing_left();
    });
}

#[test]
fn nothing_is_withdrawn_before_the_window_is_over() {
    chain(|| {
        crowded();
        let withdraw = || Channels::withdraw(by(OWNER), 0, 9);
        assert_noop!(withdraw(), Error::<Test>::PoolIsOpen);
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        assert_noop!(withdraw(), Error::<Test>::WindowOpen);
        go_to(1 + CLOSING_WINDOW);
        assert_noop!(withdraw(), Error::<Test>::WindowOpen);
        go_to(2 + CLOSING_WINDOW);
        assert_ok!(withdraw());
        assert_noop!(Channels::withdraw(by(OWNER), 1, 9), Error::<Test>::UnknownPool);
    });
}

#[test]
fn a_limit_of_nothing_or_too_much_is_refused() {
    chain(|| {
        crowded();
        close();
        for limit in [0, MAX_FREED + 1, u32::MAX] {
            assert_noop!(
                Channels::withdraw(by(OWNER), 0, limit),
                Error::<Test>::LimitOutOfRange
            );
        }
        assert_ok!(Channels::withdraw(by(OWNER), 0, MAX_FREED));
    });
    chain(|| {
        opened();
        go_to(EXPIRES_AT + 1);
        assert_noop!(
            Channels::end_session(by(OWNER), 0, 0, 0),
            Error::<Test>::LimitOutOfRange
        );
        assert_ok!(Channels::end_session(by(OWNER), 0, 0, 1));
    });
}

#[test]
fn a_session_ends_in_steps_and_the_pool_goes_on() {
    chain(|| {
        crowded();
        go_to(EXPIRES_AT + 1);
        let mut calls = 0;
        while Sessions::<Test>::contains_key(0, 0u32.to_be_bytes()) {
            assert_ok!(Channels::end_session(by(STRANGER), 0, 0, 6));
            check();
            calls += 1;
        }
        assert_eq!(calls, 61u32.div_ceil(6));
        let pool = Channels::pool(0).unwrap();
        assert_eq!((pool.unreserved, pool.reserved), (MONEY - 20 * 240, 0));
        assert_ok!(Channels::add_session(by(OWNER), 0, key(), 9, EXPIRES_AT + 9));
        assert_eq!(Channels::sessions(0, None)[1].id, 2, "no number is used twice");
    });
}

#[test]
fn a_half_ended_session_is_withdrawn_with_its_pool() {
    chain(|| {
        crowded();
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        go_to(2 + CLOSING_WINDOW);
        assert_ok!(Channels::withdraw(by(OWNER), 0, 9));
        // Time goes on, and money that has returned does not return again.
        go_to(EXPIRES_AT + 1);
        assert_noop!(
            Channels::end_session(by(OWNER), 0, 0, 9),
            Error::<Test>::PoolIsOver
        );
        assert_ok!(Channels::withdraw(by(OWNER), 0, MAX_FREED));
        assert_nothing_left();
    });
}

#[test]
fn deposits_return_as_they_were_taken_whatever_rows_cost_by_then() {
    for price in [1, 0, 1_000] {
        chain(|| {
            crowded();
            DepositPerByte::set(&price);
            if price == 0 {
                open_lane(&PAYEE, 5, 4);
            }
            go_to(EXPIRES_AT + 1);
            assert_ok!(Channels::end_session(by(OWNER), 0, 0, 30));
            check();
            close();
            assert_ok!(Channels::withdraw(by(OWNER), 0, MAX_FREED));
            assert_nothing_left();
        });
    }
}
