use super::*;
use hashcard_primitives::channel::{VoucherPayment, CHANNEL_ROWS_PER_PAGE};

#[test]
fn pools_of_an_account_are_answered_in_order_and_pages() {
    chain(|| {
        for pool in 0..150u32 {
            let owner = if pool % 2 == 0 { OWNER } else { STRANGER };
            assert_ok!(Channels::open_pool(by(owner), 1));
        }
        let mut seen = Vec::new();
        while let Some(page) = Some(Channels::pools_of(OWNER, seen.last().copied())) {
            assert!(page.len() <= CHANNEL_ROWS_PER_PAGE as usize);
            if page.is_empty() {
                break;
            }
            seen.extend(page.into_iter().map(|pool| pool.id));
        }
        assert_eq!(seen, (0..150).step_by(2).collect::<Vec<_>>());
        assert!(Channels::pools_of(PAUPER, None).is_empty());
        assert_eq!(Channels::pool(150), None);
    });
}

#[test]
fn sessions_are_answered_in_order_and_pages() {
    chain(|| {
        opened();
        for _ in 1..300 {
            assert_ok!(Channels::add_session(by(OWNER), 0, key(), 5, 9));
        }
        let mut seen: Vec<SessionId> = Vec::new();
        loop {
            let page = Channels::sessions(0, seen.last().copied());
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= CHANNEL_ROWS_PER_PAGE as usize);
            seen.extend(page.into_iter().map(|session| session.id));
        }
        assert_eq!(seen, (0..300).collect::<Vec<_>>());
    });
}

#[test]
fn every_lane_is_answered_once() {
    chain(|| {
        opened();
        for first in [0, 60, 120] {
            let list: Vec<_> = (first..first + 60).map(|n| (someone(n), 5, 1)).collect();
            assert_ok!(Channels::open_lanes(by(OWNER), 0, 0, openings(&list)));
        }
        let mut seen: Vec<AccountId32> = Vec::new();
        loop {
            let page = Channels::lanes(0, 0, seen.last().cloned());
            if page.is_empty() {
                break;
            }
            seen.extend(page.into_iter().map(|lane| lane.payee));
        }
        seen.sort();
        let mut expected: Vec<_> = (0..180).map(someone).collect();
        expected.sort();
        assert_eq!(seen, expected);
    });
}

#[test]
fn credit_says_what_stands_behind_a_session() {
    chain(|| {
        opened();
        assert_eq!(Channels::credit(0, 0, PAYEE).unwrap().lane, None);
        open_lane(&PAYEE, 700, 2);
        redeem(&[promise(100)]);
        let credit = Channels::credit(0, 0, PAYEE).unwrap();
        assert_eq!(credit.pool.unreserved, MONEY - 700);
        assert_eq!(
            (credit.session.cap, credit.session.expires_at),
            (MONEY, EXPIRES_AT)
        );
        let lane = credit.lane.unwrap();
        assert_eq!((lane.reserve, lane.redeemed, lane.room), (600, 100, 2));
        assert_eq!(
            lane.lines,
            [VoucherLine {
                card: FILM,
                cumulative: 100
            }]
        );
        assert_eq!(Channels::credit(0, 1, PAYEE), None);
        assert_eq!(Channels::credit(1, 0, PAYEE), None);
    });
}

#[test]
fn a_pool_that_is_over_stands_behind_nothing() {
    chain(|| {
        opened();
        open_lane(&PAYEE, 700, 2);
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        let reserve = || Channels::credit(0, 0, PAYEE).unwrap().lane.unwrap().reserve;
        go_to(1 + CLOSING_WINDOW);
        assert_eq!(reserve(), 700);
        go_to(2 + CLOSING_WINDOW);
        assert_eq!(reserve(), 0);
    });
}

#[test]
fn a_quote_is_what_a_redeem_then_pays_and_writes_nothing() {
    chain(|| {
        with_lane();
        let list = [
            promise(400),
            promise(300),
            promise(MONEY + 50),
            promise(MONEY + 90),
        ];
        let before = state();
        let quoted = Channels::quote(batch(&list));
        assert!(state() == before);
        redeem(&list);
        let happened: Vec<_> = events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Redeemed {
                    paid,
                    to_payee,
                    shortfall,
                    ..
                } => Some(Ok(VoucherPayment {
                    paid,
                    to_payee,
                    shortfall,
                })),
                Event::VoucherRefused { refusal, .. } => Some(Err(refusal)),
                _ => None,
            })
            .collect();
        assert_eq!(quoted, happened);
        assert_eq!(quoted[1], Err(VoucherRefusal::NothingDue));
        assert_eq!(quoted[3], Err(VoucherRefusal::NothingLeft));
    });
}
