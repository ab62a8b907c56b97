use super::*;
use hashcard_primitives::roles::{SeatLookup, SeatStanding};

fn seat(account: &AccountId32) -> Option<SeatStanding> {
    <Seeders as SeatLookup>::seat(0, account)
}

#[test]
fn a_live_seat_is_looked_up_and_one_of_a_silent_seeder_or_nobody_is_not() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        assert_eq!(seat(&account), None);
        apply(&account, &[join(0, MIN_BOND)]);
        let standing = SeatStanding {
            coverage: Coverage(0b11),
            bond: MIN_BOND,
            joined_at: 1,
            covered_at: 1,
        };
        assert_eq!(seat(&account), Some(standing));
        assert_eq!(seat(&seeder(2)), None);
        pass(u64::from(SEAT_LIFETIME));
        assert_eq!(seat(&account), Some(standing));
        pass(1);
        assert_eq!(seat(&account), None);
        assert_ok!(Seeders::heartbeat(by(account.clone())));
        assert_eq!(seat(&account), Some(standing));
    });
}

#[test]
fn a_new_coverage_is_dated_and_the_same_one_again_is_not() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        pass(7);
        let cover = |coverage| Delta::Cover { card: 0, coverage };
        apply(&account, &[cover(Coverage(0b11))]);
        assert_eq!(seat(&account).unwrap().covered_at, 1);
        apply(&account, &[cover(Coverage(0b111))]);
        let now = seat(&account).unwrap();
        assert_eq!((now.joined_at, now.covered_at), (1, 8));
        pass(1);
        // Less is a change as well: otherwise who is challenged would drop the bucket that he does not hold.
        apply(&account, &[cover(Coverage(0b1))]);
        assert_eq!(seat(&account).unwrap().covered_at, 9);
    });
}

#[test]
fn a_seat_taken_anew_is_dated_anew() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        grow_old();
        apply(&account, &[Delta::Leave { card: 0 }, join(0, MIN_BOND)]);
        let now = seat(&account).unwrap();
        let taken_at = 1 + SEAT_LIFETIME;
        assert_eq!((now.joined_at, now.covered_at), (taken_at, taken_at));
    });
}
