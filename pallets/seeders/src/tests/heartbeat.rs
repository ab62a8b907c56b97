use super::*;
use crate::{Error, SeatLifetime, MIN_SEAT_LIFETIME_BLOCKS};
use frame_support::assert_noop;

#[test]
fn a_heartbeat_renews_every_seat() {
    chain(|| {
        (0..3).for_each(|card| know(card, Some(BLOB_LEN)));
        let account = registered(1);
        apply(
            &account,
            &[join(0, MIN_BOND), join(1, MIN_BOND), join(2, MIN_BOND)],
        );
        pass(u64::from(SEAT_LIFETIME));
        assert_ok!(Seeders::heartbeat(by(account.clone())));
        let expires_at = 1 + 2 * SEAT_LIFETIME;
        assert_eq!(
            last_event(),
            Event::Heartbeat {
                seeder: account,
                expires_at
            }
        );
        pass(u64::from(SEAT_LIFETIME));
        for card in 0..3 {
            assert_eq!(Seeders::seats(card, 0).seats[0].expires_at, expires_at);
        }
        pass(1);
        for card in 0..3 {
            assert!(Seeders::seats(card, 0).seats.is_empty());
        }
    });
}

#[test]
fn a_heartbeat_revives_seats_that_nobody_cleared() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        pass(10 * u64::from(SEAT_LIFETIME));
        assert!(Seeders::seats(0, 0).seats.is_empty());
        assert_ok!(Seeders::heartbeat(by(account)));
        assert_eq!(Seeders::seats(0, 0).seats.len(), 1);
    });
}

#[test]
fn who_is_not_registered_has_no_heartbeat() {
    chain(|| {
        assert_noop!(Seeders::heartbeat(by(seeder(1))), Error::<Test>::NotRegistered);
    });
}

#[test]
fn applying_deltas_is_a_sign_of_life_too() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        pass(10 * u64::from(SEAT_LIFETIME));
        apply(&account, &[join(0, MIN_BOND)]);
        assert_eq!(Seeders::seats(0, 0).seats.len(), 1);
    });
}

#[test]
fn the_lifetime_is_what_genesis_wrote_and_never_too_short() {
    chain(|| {
        assert_eq!(Seeders::seat_lifetime(), SEAT_LIFETIME);
        SeatLifetime::<Test>::put(0);
        assert_eq!(Seeders::seat_lifetime(), MIN_SEAT_LIFETIME_BLOCKS);
    });
}
