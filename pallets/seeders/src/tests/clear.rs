use super::*;
use crate::{ClearedCards, Error, Rankings, Seeders as SeederRows};
use frame_support::{assert_noop, dispatch::Pays};

fn cards(cards: &[CardId]) -> ClearedCards {
    cards.to_vec().try_into().unwrap()
}

/// A seeder with seats on cards 0, 1 and 2 who has been silent for too long by one block.
fn silent() -> AccountId32 {
    (0..3).for_each(|card| know(card, Some(BLOB_LEN)));
    let account = registered(1);
    apply(
        &account,
        &[join(0, MIN_BOND), join(1, MIN_BOND), join(2, MIN_BOND)],
    );
    pass(u64::from(SEAT_LIFETIME) + 1);
    account
}

#[test]
fn anybody_clears_seats_of_a_silent_seeder_for_nothing_and_the_money_returns() {
    chain(|| {
        let account = silent();
        let post = Seeders::clear(by(seeder(2)), account.clone(), cards(&[0, 2])).unwrap();
        assert_eq!(post.pays_fee, Pays::No);
        assert_eq!(
            last_event(),
            Event::Cleared {
                seeder: account.clone(),
                cards: cards(&[0, 2])
            }
        );
        assert!(!is_seated(&account, 0) && is_seated(&account, 1) && !is_seated(&account, 2));
        assert_eq!(bonded(&account), MIN_BOND);
        assert_eq!(bonded(&seeder(2)), 0);
        assert_eq!(SeederRows::<Test>::get(&account).unwrap().seats, 1);
        assert!(!Rankings::<Test>::contains_key(0));

        assert_ok!(Seeders::clear(by(seeder(2)), account.clone(), cards(&[1])));
        assert_ok!(Seeders::deregister(by(account.clone())));
        assert_eq!(Balances::free_balance(&account), ENDOWMENT);
    });
}

#[test]
fn seats_in_their_last_block_are_live() {
    chain(|| {
        let account = silent();
        System::set_block_number(System::block_number() - 1);
        assert_noop!(
            Seeders::clear(by(seeder(2)), account.clone(), cards(&[0])),
            Error::<Test>::StillLive
        );
        assert_eq!(Seeders::seats(0, 0).seats.len(), 1);
    });
}

#[test]
fn one_seat_that_is_not_there_refuses_the_whole_call() {
    chain(|| {
        let account = silent();
        for list in [&[0, 7][..], &[0, 0]] {
            assert_noop!(
                Seeders::clear(by(seeder(2)), account.clone(), cards(list)),
                Error::<Test>::NotSeated { at: 1 }
            );
        }
        assert!(is_seated(&account, 0));
    });
}

#[test]
fn nothing_to_clear_is_refused() {
    chain(|| {
        let account = silent();
        assert_noop!(
            Seeders::clear(by(seeder(2)), account, cards(&[])),
            Error::<Test>::NoCards
        );
        assert_noop!(
            Seeders::clear(by(seeder(2)), seeder(3), cards(&[0])),
            Error::<Test>::NotRegistered
        );
    });
}

#[test]
fn a_refused_clear_is_paid_for() {
    chain(|| {
        let account = registered(1);
        let error = Seeders::clear(by(seeder(2)), account, cards(&[0])).unwrap_err();
        assert_eq!(error.post_info.pays_fee, Pays::Yes);
    });
}
