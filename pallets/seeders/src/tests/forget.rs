use super::*;
use crate::{ClearedCards, Displaced, Error};
use frame_support::{assert_noop, dispatch::Pays};
use hashcard_primitives::{
    roles::{SeatLookup, SeatStanding},
    seeder::MAX_SEATS,
};

fn cards(cards: &[CardId]) -> ClearedCards {
    cards.to_vec().try_into().unwrap()
}

fn displaced(account: &AccountId32) -> Option<(SeatStanding, u32)> {
    <Seeders as SeatLookup>::displaced(0, account)
}

/// Fills card 0, whose lowest seat is the account's that is returned.
fn full_card() -> AccountId32 {
    know(0, Some(BLOB_LEN));
    let lowest = registered(1);
    apply(&lowest, &[join(0, MIN_BOND)]);
    for number in 2..=MAX_SEATS as u16 {
        apply(&registered(number), &[join(0, MIN_BOND + 1)]);
    }
    lowest
}

/// Displaces the lowest seat in block 8.
fn displace_lowest() -> AccountId32 {
    let lowest = full_card();
    pass(7);
    apply(&registered(300), &[join(0, MIN_BOND + 2)]);
    lowest
}

#[test]
fn a_displaced_seat_is_remembered_as_it_stood() {
    chain(|| {
        let lowest = displace_lowest();
        assert!(!is_seated(&lowest, 0));
        let standing = SeatStanding {
            coverage: Coverage(0b11),
            bond: MIN_BOND,
            joined_at: 1,
            covered_at: 1,
        };
        assert_eq!(displaced(&lowest), Some((standing, 8)));
        assert_eq!(<Seeders as SeatLookup>::seat(0, &lowest), None);
        assert_eq!(bonded(&lowest), 0);
    });
}

#[test]
fn a_silent_seeders_seat_and_one_that_is_left_are_not_remembered() {
    chain(|| {
        let silent = full_card();
        pass(u64::from(SEAT_LIFETIME) + 1);
        let bold = registered(300);
        apply(&bold, &[join(0, MIN_BOND + 2)]);
        assert!(!is_seated(&silent, 0));
        grow_old();
        apply(&bold, &[Delta::Leave { card: 0 }]);
        assert_eq!((displaced(&silent), displaced(&bold)), (None, None));
    });
}

#[test]
fn its_seeder_has_it_forgotten_at_any_time_and_gets_the_rest_of_the_deposit() {
    chain(|| {
        let lowest = displace_lowest();
        let kept = Displaced::<Test>::get(&lowest, card_key(0)).unwrap().deposit;
        let before = deposited(&lowest);
        assert!(kept >= DEPOSIT_BASE);
        let post = Seeders::forget(by(lowest.clone()), lowest.clone(), cards(&[0])).unwrap();
        assert_eq!(post.pays_fee, Pays::No);
        assert_eq!(deposited(&lowest), before - kept);
        assert_eq!(displaced(&lowest), None);
        assert_eq!(
            last_event(),
            Event::Forgotten {
                seeder: lowest.clone(),
                cards: cards(&[0])
            }
        );
        assert_ok!(Seeders::deregister(by(lowest.clone())));
        assert_eq!(Balances::free_balance(&lowest), ENDOWMENT);
    });
}

#[test]
fn anybody_has_it_forgotten_once_it_cannot_be_proven_and_not_one_block_before() {
    chain(|| {
        let lowest = displace_lowest();
        pass(u64::from(REMEMBERED_FOR));
        assert_noop!(
            Seeders::forget(by(seeder(2)), lowest.clone(), cards(&[0])),
            Error::<Test>::StillProvable { at: 0 }
        );
        pass(1);
        assert_ok!(Seeders::forget(by(seeder(2)), lowest.clone(), cards(&[0])));
        assert_eq!(displaced(&lowest), None);
    });
}

#[test]
fn what_is_not_remembered_is_not_forgotten() {
    chain(|| {
        let lowest = displace_lowest();
        let call = |list: &[CardId]| Seeders::forget(by(lowest.clone()), lowest.clone(), cards(list));
        assert_noop!(call(&[]), Error::<Test>::NoCards);
        assert_noop!(call(&[0, 0]), Error::<Test>::NotRemembered { at: 1 });
        assert_noop!(call(&[3]), Error::<Test>::NotRemembered { at: 0 });
        assert!(displaced(&lowest).is_some());
    });
}

#[test]
fn the_last_of_two_displaced_seats_is_remembered_and_the_deposit_of_the_first_returns() {
    chain(|| {
        let lowest = displace_lowest();
        let deposit = deposited(&lowest);
        pass(1);
        apply(&lowest, &[join(0, MIN_BOND + 3)]);
        for number in 301..=300 + MAX_SEATS as u16 {
            apply(&registered(number), &[join(0, MIN_BOND + 4)]);
        }
        let (standing, at) = displaced(&lowest).unwrap();
        assert_eq!((standing.bond, standing.joined_at, at), (MIN_BOND + 3, 9, 9));
        assert_eq!(deposited(&lowest), deposit);
    });
}
