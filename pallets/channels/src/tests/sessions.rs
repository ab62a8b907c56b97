use super::*;
use crate::Error;
use frame_support::assert_noop;

#[test]
fn a_session_says_which_key_spends_how_much_until_when() {
    chain(|| {
        opened();
        let before = held(HoldReason::Deposit, &OWNER);
        let key = SessionKey::Sr25519([8; 32]);
        assert_ok!(Channels::add_session(by(OWNER), 0, key, 5, 2));
        assert_eq!(
            last_event(),
            Event::SessionAdded {
                pool: 0,
                session: 1,
                key,
                cap: 5,
                expires_at: 2
            }
        );
        let session = &Channels::sessions(0, None)[1];
        assert_eq!((session.key, session.cap, session.expires_at), (key, 5, 2));
        assert!(held(HoldReason::Deposit, &OWNER) > before);
    });
}

#[test]
fn a_session_does_not_expire_in_the_past_or_now() {
    chain(|| {
        opened();
        go_to(10);
        let add = |expires_at| Channels::add_session(by(OWNER), 0, key(), 1, expires_at);
        assert_noop!(add(9), Error::<Test>::ExpiresInThePast);
        assert_noop!(add(10), Error::<Test>::ExpiresInThePast);
        assert_ok!(add(11));
    });
}

#[test]
fn only_the_owner_of_a_pool_adds_a_session() {
    chain(|| {
        opened();
        let add = |who, pool| Channels::add_session(by(who), pool, key(), 1, 9);
        assert_noop!(add(STRANGER, 0), Error::<Test>::NotOwner);
        assert_noop!(add(OWNER, 1), Error::<Test>::UnknownPool);
    });
}

#[test]
fn sessions_share_a_pool_and_each_has_its_cap() {
    chain(|| {
        with_lane();
        let other = ed25519::Pair::from_seed(&[8; 32]);
        let other_key = SessionKey::Ed25519(other.public().0);
        assert_ok!(Channels::add_session(by(OWNER), 0, other_key, 300, 90));
        let lane = openings(&[(PAYEE, 0, 1)]);
        assert_ok!(Channels::open_lanes(by(OWNER), 0, 1, lane));
        let mut second = voucher(&PAYEE, &[(FILM, 1_000)]);
        second.session = 1;
        let signature = other.sign(&second.signed_bytes(&GENESIS)).0;
        let second = SignedVoucher {
            voucher: second,
            signature,
        };
        redeem(&[second]);
        let (paid, _, _, shortfall) = last_payment();
        assert_eq!((paid, shortfall), (300, 700), "the cap is the end of it");
        redeem(&[promise(MONEY)]);
        let (paid, _, _, shortfall) = last_payment();
        assert_eq!((paid, shortfall), (MONEY - 300, 300), "the pool is the end of it");
    });
}

#[test]
fn an_expired_session_ends_and_its_reserves_return_to_the_pool() {
    chain(|| {
        opened();
        let pool_alone = {
            let session = Channels::session_deposit();
            held(HoldReason::Deposit, &OWNER) - session
        };
        open_lane(&PAYEE, 600, 2);
        redeem(&[promise(100)]);
        go_to(EXPIRES_AT + 1);
        assert_ok!(Channels::end_session(by(STRANGER), 0, 0, 512));
        let pool = Channels::pool(0).unwrap();
        assert_eq!((pool.unreserved, pool.reserved), (MONEY - 100, 0));
        assert_eq!(pool.sessions, 0);
        assert_eq!(held(HoldReason::Deposit, &OWNER), pool_alone);
        let Event::SessionEnded {
            reserves, rows_left, ..
        } = last_event()
        else {
            panic!("it ended");
        };
        assert_eq!((reserves, rows_left), (500, false));
        assert_noop!(
            Channels::end_session(by(STRANGER), 0, 0, 512),
            Error::<Test>::UnknownSession
        );
    });
}

#[test]
fn a_session_does_not_end_in_its_last_block() {
    chain(|| {
        opened();
        go_to(EXPIRES_AT);
        assert_noop!(
            Channels::end_session(by(OWNER), 0, 0, 512),
            Error::<Test>::SessionLives
        );
        go_to(EXPIRES_AT + 1);
        assert_ok!(Channels::end_session(by(OWNER), 0, 0, 512));
    });
}

#[test]
fn a_session_of_a_pool_that_is_over_ends_by_withdrawal_alone() {
    chain(|| {
        opened();
        assert_ok!(Channels::add_session(by(OWNER), 0, key(), 9, 5));
        assert_ok!(Channels::close_pool(by(OWNER), 0));
        go_to(6);
        assert_ok!(Channels::end_session(by(STRANGER), 0, 1, 1));
        go_to(EXPIRES_AT + 1);
        assert_noop!(
            Channels::end_session(by(OWNER), 0, 0, 512),
            Error::<Test>::PoolIsOver
        );
        assert_ok!(Channels::withdraw(by(OWNER), 0, 512));
    });
}
