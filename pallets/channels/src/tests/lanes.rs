use super::*;
use crate::{Error, Lanes};
use frame_support::assert_noop;
use hashcard_primitives::channel::{MAX_LANES, MAX_LINES_PER_LANE};
use sp_runtime::{DispatchError, TokenError};

fn try_open(list: &[(AccountId32, Balance, u16)]) -> sp_runtime::DispatchResult {
    Channels::open_lanes(by(OWNER), 0, 0, openings(list))
}

#[test]
fn a_lane_takes_its_reserve_from_the_pool_and_charges_it_to_the_session() {
    chain(|| {
        opened();
        let deposit = held(HoldReason::Deposit, &OWNER);
        open_lane(&PAYEE, 700, 3);
        assert_eq!(
            last_event(),
            Event::LaneOpened {
                pool: 0,
                session: 0,
                payee: PAYEE,
                reserve: 700,
                lines: 3
            }
        );
        let credit = Channels::credit(0, 0, PAYEE).unwrap();
        assert_eq!((credit.pool.unreserved, credit.pool.reserved), (MONEY - 700, 700));
        assert_eq!((credit.session.charged, credit.session.lanes), (700, 1));
        let lane = credit.lane.unwrap();
        assert_eq!((lane.reserve, lane.room, lane.redeemed), (700, 3, 0));
        let expected = Channels::lane_deposit() + 3 * Channels::line_deposit();
        assert_eq!(held(HoldReason::Deposit, &OWNER) - deposit, expected);
        assert_eq!(
            held(HoldReason::Pool, &OWNER),
            MONEY,
            "a reserve stays the pool's"
        );
    });
}

#[test]
fn a_lane_is_added_to_and_pays_for_no_second_row() {
    chain(|| {
        opened();
        open_lane(&PAYEE, 700, 3);
        let deposit = held(HoldReason::Deposit, &OWNER);
        open_lane(&PAYEE, 50, 0);
        assert_eq!(held(HoldReason::Deposit, &OWNER), deposit);
        open_lane(&PAYEE, 0, 2);
        assert_eq!(
            held(HoldReason::Deposit, &OWNER) - deposit,
            2 * Channels::line_deposit()
        );
        let lane = Lanes::<Test>::get((0, 0, PAYEE)).unwrap();
        assert_eq!((lane.reserve, lane.room), (750, 5));
    });
}

#[test]
fn many_lanes_open_in_one_call_one_of_them_twice() {
    chain(|| {
        opened();
        let mut list: Vec<_> = (1..MAX_LANES as u16).map(|n| (someone(n), 10, 1)).collect();
        list.push((someone(1), 5, 0));
        assert_ok!(try_open(&list));
        let lane = Lanes::<Test>::get((0, 0, someone(1))).unwrap();
        assert_eq!((lane.reserve, lane.room), (15, 1));
        assert_eq!(Channels::sessions(0, None)[0].lanes, MAX_LANES - 1);
    });
}

#[test]
fn one_bad_opening_undoes_all_and_is_named() {
    chain(|| {
        opened();
        let good = (someone(1), 10, 1);
        for (bad, error) in [
            ((OWNER, 1, 1), Error::<Test>::PayeeIsOwner { at: 1 }),
            ((someone(2), 1, 0), Error::NoRoom { at: 1 }),
            ((someone(1), 0, 0), Error::NothingAdded { at: 1 }),
            ((someone(2), 0, 257), Error::TooMuchRoom { at: 1 }),
            ((someone(1), 0, 256), Error::TooMuchRoom { at: 1 }),
            ((someone(1), 0, u16::MAX), Error::TooMuchRoom { at: 1 }),
            ((someone(2), MONEY, 1), Error::CapExceeded { at: 1 }),
            ((someone(2), Balance::MAX, 1), Error::CapExceeded { at: 1 }),
        ] {
            assert_noop!(try_open(&[good.clone(), bad]), error);
        }
        assert_noop!(try_open(&[]), Error::<Test>::NoOpenings);
    });
}

#[test]
fn a_reserve_needs_money_in_the_pool() {
    chain(|| {
        opened();
        assert_ok!(Channels::add_session(by(OWNER), 0, key(), Balance::MAX, 9));
        let open = |reserve| Channels::open_lanes(by(OWNER), 0, 1, openings(&[(PAYEE, reserve, 1)]));
        assert_noop!(open(MONEY + 1), Error::<Test>::PoolTooSmall { at: 0 });
        assert_ok!(open(MONEY));
    });
}

#[test]
fn a_lane_has_room_for_as_many_lines_as_a_lane_may_have() {
    chain(|| {
        opened();
        open_lane(&PAYEE, 0, MAX_LINES_PER_LANE as u16);
        assert_noop!(try_open(&[(PAYEE, 0, 1)]), Error::<Test>::TooMuchRoom { at: 0 });
    });
}

#[test]
fn only_the_owner_opens_lanes_and_only_while_the_session_lives() {
    chain(|| {
        opened();
        let open = |who, session| {
            let lane = openings(&[(PAYEE, 1, 1)]);
            Channels::open_lanes(by(who), 0, session, lane)
        };
        assert_noop!(open(STRANGER, 0), Error::<Test>::NotOwner);
        assert_noop!(open(OWNER, 1), Error::<Test>::UnknownSession);
        go_to(EXPIRES_AT + 1);
        assert_noop!(open(OWNER, 0), Error::<Test>::SessionExpired);
        go_to(EXPIRES_AT);
        assert_ok!(open(OWNER, 0));
    });
}

#[test]
fn who_cannot_pay_for_the_rows_opens_no_lane() {
    chain(|| {
        opened();
        assert_ok!(Balances::transfer_allow_death(
            by(OWNER),
            STRANGER,
            free(&OWNER) - EXISTENTIAL_DEPOSIT
        ));
        assert_noop!(
            try_open(&[(PAYEE, 1, 1)]),
            DispatchError::Token(TokenError::FundsUnavailable)
        );
    });
}
