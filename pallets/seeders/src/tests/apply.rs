use super::*;
use crate::{
    weights::of_deltas, Displaced, Error, Rankings, Seat, Seeders as SeederRows, MAX_SEATS_PER_SEEDER,
};
use frame_support::{assert_err, assert_noop, weights::Weight};
use hashcard_primitives::seeder::{MAX_DELTAS, MAX_SEATS};
use sp_runtime::{DispatchError, TokenError};

fn refused(account: &AccountId32, list: &[Delta], error: Error<Test>) {
    assert_noop!(Seeders::apply(by(account.clone()), deltas(list)), error);
}

/// Fills a card with seats, each bonded by the least and one more than the one before.
fn fill(card: CardId) {
    for number in 0..MAX_SEATS as u16 {
        let account = registered(number);
        apply(&account, &[join(card, MIN_BOND + Balance::from(number))]);
    }
}

#[test]
fn a_seeder_takes_a_seat_with_bond_and_deposit() {
    chain(|| {
        know(4, Some(BLOB_LEN));
        let account = registered(1);
        let before = deposited(&account);
        let coverage = Coverage(0b10101);
        apply(
            &account,
            &[Delta::Join {
                card: 4,
                coverage,
                price_per_mib: Some(7),
                bond: MIN_BOND + 5,
            }],
        );
        let (price_per_mib, bond) = (Some(7), MIN_BOND + 5);
        assert_eq!(
            last_event(),
            Event::Joined {
                card: 4,
                seeder: account.clone(),
                coverage,
                price_per_mib,
                bond
            }
        );
        assert_eq!(bonded(&account), bond);
        let deposit = deposited(&account) - before;
        assert!(deposit > 2 * DEPOSIT_BASE);
        let seat = Seat {
            coverage,
            price_per_mib,
            bond,
            joined_at: 1,
            covered_at: 1,
            deposit,
        };
        assert_eq!(Seats::<Test>::get(&account, card_key(4)), Some(seat));
        assert_eq!(SeederRows::<Test>::get(&account).unwrap().seats, 1);
        assert_eq!(ranked(4), [account]);
    });
}

#[test]
fn a_new_coverage_changes_the_seat_and_nothing_else() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        let (ranking, holds) = (Rankings::<Test>::get(0), (bonded(&account), deposited(&account)));
        let coverage = Coverage(0b11111);
        apply(&account, &[Delta::Cover { card: 0, coverage }]);
        assert_eq!(
            last_event(),
            Event::Covered {
                card: 0,
                seeder: account.clone(),
                coverage
            }
        );
        assert_eq!(
            Seats::<Test>::get(&account, card_key(0)).unwrap().coverage,
            coverage
        );
        assert_eq!(Rankings::<Test>::get(0), ranking);
        assert_eq!((bonded(&account), deposited(&account)), holds);
    });
}

#[test]
fn leaving_returns_bond_and_deposit_and_leaves_no_row() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        let before = deposited(&account);
        apply(&account, &[join(0, MIN_BOND)]);
        grow_old();
        apply(&account, &[Delta::Leave { card: 0 }]);
        assert_eq!(
            last_event(),
            Event::Left {
                card: 0,
                seeder: account.clone()
            }
        );
        assert_eq!((bonded(&account), deposited(&account)), (0, before));
        assert!(!is_seated(&account, 0));
        assert!(!Rankings::<Test>::contains_key(0));
    });
}

#[test]
fn many_deltas_act_in_order() {
    chain(|| {
        (0..3).for_each(|card| know(card, Some(BLOB_LEN)));
        let account = registered(1);
        let all = Coverage::all(BLOB_LEN);
        apply(&account, &[join(0, MIN_BOND), join(1, MIN_BOND)]);
        grow_old();
        apply(
            &account,
            &[
                Delta::Cover {
                    card: 1,
                    coverage: all,
                },
                Delta::Leave { card: 0 },
                join(2, MIN_BOND),
                Delta::Leave { card: 1 },
                join(1, 2 * MIN_BOND),
            ],
        );
        assert_eq!(Seeders::seats_of(account.clone(), None), [1, 2]);
        assert_eq!(bonded(&account), 3 * MIN_BOND);
    });
}

#[test]
fn one_delta_that_fails_undoes_all_and_is_named() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        refused(
            &account,
            &[join(0, MIN_BOND), join(9, MIN_BOND)],
            Error::UnknownCard { at: 1 },
        );
        assert!(!is_seated(&account, 0));
        assert_eq!(bonded(&account), 0);

        let mut list = vec![
            Delta::Cover {
                card: 0,
                coverage: Coverage(1)
            };
            MAX_DELTAS as usize
        ];
        list[0] = join(0, MIN_BOND);
        list[MAX_DELTAS as usize - 1] = join(0, MIN_BOND);
        refused(&account, &list, Error::AlreadySeated { at: 255 });
    });
}

#[test]
fn no_deltas_and_no_registration_are_refused() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        refused(&registered(1), &[], Error::NoDeltas);
        refused(&seeder(2), &[join(0, MIN_BOND)], Error::NotRegistered);
    });
}

#[test]
fn what_cannot_be_seeded_has_no_seats() {
    chain(|| {
        let account = registered(1);
        know(0, None);
        know(1, Some(BLOB_LEN));
        retire(1);
        refused(&account, &[join(0, MIN_BOND)], Error::NotSeedable { at: 0 });
        refused(&account, &[join(1, MIN_BOND)], Error::NotSeedable { at: 0 });
        refused(&account, &[join(2, MIN_BOND)], Error::UnknownCard { at: 0 });
    });
}

#[test]
fn a_seat_is_left_when_it_is_a_lifetime_old_and_not_one_block_before() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        pass(u64::from(SEAT_LIFETIME) - 1);
        refused(
            &account,
            &[Delta::Leave { card: 0 }],
            Error::SeatTooYoung { at: 0 },
        );
        pass(1);
        apply(&account, &[Delta::Leave { card: 0 }]);
    });
}

#[test]
fn a_seat_is_not_left_in_the_call_that_takes_it() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        let leave = Delta::Leave { card: 0 };
        refused(
            &account,
            &[join(0, MIN_BOND), leave],
            Error::SeatTooYoung { at: 1 },
        );
        apply(&account, &[join(0, MIN_BOND)]);
        grow_old();
        refused(
            &account,
            &[leave, join(0, MIN_BOND), leave],
            Error::SeatTooYoung { at: 2 },
        );
        apply(&account, &[leave, join(0, MIN_BOND)]);
        refused(&account, &[leave], Error::SeatTooYoung { at: 0 });
    });
}

#[test]
fn heartbeats_and_new_coverages_do_not_make_a_seat_young() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        grow_old();
        assert_ok!(Seeders::heartbeat(by(account.clone())));
        let cover = Delta::Cover {
            card: 0,
            coverage: Coverage(1),
        };
        apply(&account, &[cover]);
        apply(&account, &[Delta::Leave { card: 0 }]);
    });
}

#[test]
fn whoever_displaces_all_seats_of_a_card_keeps_its_list_full_for_a_lifetime() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        fill(0);
        let highest = MIN_BOND + Balance::from(MAX_SEATS) - 1;
        let raiders: Vec<_> = (300..300 + MAX_SEATS as u16).map(registered).collect();
        for raider in &raiders {
            apply(raider, &[join(0, highest + 1)]);
        }
        pass(1);
        let leave = Delta::Leave { card: 0 };
        for raider in &raiders {
            let left = Seeders::apply(by(raider.clone()), deltas(&[leave]));
            assert_err!(left, Error::<Test>::SeatTooYoung { at: 0 });
        }
        pass(u64::from(SEAT_LIFETIME) - 1);
        assert_eq!(ranked(0), raiders);
        for raider in &raiders {
            apply(raider, &[leave]);
        }
        assert!(ranked(0).is_empty());
    });
}

#[test]
fn a_young_seat_is_displaced_all_the_same() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        fill(0);
        let lowest = seeder(0);
        refused(
            &lowest,
            &[Delta::Leave { card: 0 }],
            Error::SeatTooYoung { at: 0 },
        );
        apply(&registered(270), &[join(0, MIN_BOND + 1)]);
        assert!(!is_seated(&lowest, 0));
        assert_eq!(bonded(&lowest), 0);
    });
}

#[test]
fn seats_of_a_card_that_is_retired_can_be_left_and_not_changed() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        retire(0);
        refused(
            &account,
            &[Delta::Cover {
                card: 0,
                coverage: Coverage(1),
            }],
            Error::NotSeedable { at: 0 },
        );
        apply(&account, &[Delta::Leave { card: 0 }]);
    });
}

#[test]
fn seats_of_a_card_that_is_gone_can_be_left() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        forget();
        refused(
            &account,
            &[Delta::Cover {
                card: 0,
                coverage: Coverage(1),
            }],
            Error::UnknownCard { at: 0 },
        );
        apply(&account, &[Delta::Leave { card: 0 }]);
    });
}

#[test]
fn a_coverage_says_something_and_not_more_than_the_blob_has() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        let join = |coverage| Delta::Join {
            card: 0,
            coverage,
            price_per_mib: None,
            bond: MIN_BOND,
        };
        refused(&account, &[join(Coverage(0))], Error::EmptyCoverage { at: 0 });
        refused(
            &account,
            &[join(Coverage(0b100000))],
            Error::CoverageDoesNotFit { at: 0 },
        );
        apply(&account, &[join(Coverage(0b11111))]);
        let cover = |coverage| Delta::Cover { card: 0, coverage };
        refused(&account, &[cover(Coverage(0))], Error::EmptyCoverage { at: 0 });
        refused(
            &account,
            &[cover(Coverage(1 << 63))],
            Error::CoverageDoesNotFit { at: 0 },
        );
    });
}

#[test]
fn a_bond_below_the_least_is_refused() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        refused(
            &registered(1),
            &[join(0, MIN_BOND - 1)],
            Error::BondTooLow { at: 0 },
        );
    });
}

#[test]
fn who_cannot_pay_the_bond_takes_no_seat() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        assert_noop!(
            Seeders::apply(by(account), deltas(&[join(0, ENDOWMENT)])),
            DispatchError::Token(TokenError::FundsUnavailable)
        );
    });
}

#[test]
fn a_seeder_has_one_seat_on_a_card() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        refused(&account, &[join(0, 2 * MIN_BOND)], Error::AlreadySeated { at: 0 });
    });
}

#[test]
fn who_has_no_seat_can_neither_change_nor_leave_it() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        refused(
            &account,
            &[Delta::Cover {
                card: 0,
                coverage: Coverage(1),
            }],
            Error::NotSeated { at: 0 },
        );
        refused(&account, &[Delta::Leave { card: 0 }], Error::NotSeated { at: 0 });
    });
}

#[test]
fn seats_rank_by_bond_and_among_equals_by_age() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let [a, b, c, d] = [1, 2, 3, 4].map(registered);
        apply(&a, &[join(0, 2_000)]);
        apply(&b, &[join(0, 3_000)]);
        apply(&c, &[join(0, 2_000)]);
        apply(&d, &[join(0, 1_000)]);
        assert_eq!(ranked(0), [b, a, c, d]);
    });
}

#[test]
fn a_higher_bond_displaces_the_lowest_of_a_full_card() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        fill(0);
        let (lowest, bold) = (seeder(0), registered(270));
        let before = deposited(&bold);
        apply(&bold, &[join(0, MIN_BOND + 1)]);
        let displaced = Event::Displaced {
            card: 0,
            seeder: lowest.clone(),
            by: bold.clone(),
        };
        assert!(events().contains(&displaced));
        assert!(matches!(last_event(), Event::Joined { card: 0, .. }));
        assert!(!is_seated(&lowest, 0) && is_seated(&bold, 0));
        assert_eq!((bonded(&lowest), bonded(&bold)), (0, MIN_BOND + 1));
        let memory = Displaced::<Test>::get(&lowest, card_key(0)).unwrap().deposit;
        assert_eq!(
            deposited(&lowest),
            before + memory,
            "he pays for his registration and for the memory of his seat"
        );
        assert_eq!(SeederRows::<Test>::get(&lowest).unwrap().seats, 0);
        assert_eq!(ranked(0).len(), MAX_SEATS as usize);
        assert_eq!(
            ranked(0).last(),
            Some(&bold),
            "among equal bonds the newest is last"
        );
    });
}

#[test]
fn an_equal_bond_displaces_nobody() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        fill(0);
        let late = registered(270);
        refused(&late, &[join(0, MIN_BOND)], Error::CardFull { at: 0 });
        assert!(is_seated(&seeder(0), 0));
    });
}

#[test]
fn a_seeder_has_so_many_seats_and_no_more() {
    chain(|| {
        (0..=MAX_SEATS_PER_SEEDER).for_each(|card| know(card.into(), Some(BLOB_LEN)));
        let account = registered(1);
        let cards: Vec<_> = (0..CardId::from(MAX_SEATS_PER_SEEDER)).collect();
        for cards in cards.chunks(MAX_DELTAS as usize) {
            apply(
                &account,
                &cards.iter().map(|card| join(*card, MIN_BOND)).collect::<Vec<_>>(),
            );
        }
        let one_more = join(MAX_SEATS_PER_SEEDER.into(), MIN_BOND);
        refused(&account, &[one_more], Error::TooManySeats { at: 0 });
        grow_old();
        apply(&account, &[Delta::Leave { card: 0 }, one_more]);
    });
}

#[test]
fn each_kind_of_delta_has_its_own_weight() {
    let (cover, leave) = (
        Delta::Cover {
            card: 0,
            coverage: Coverage(1),
        },
        Delta::Leave { card: 0 },
    );
    let weight = of_deltas::<()>(&[join(0, 1), cover, cover, leave]);
    assert_eq!(weight, Weight::from_parts(40_000, 0));
}
