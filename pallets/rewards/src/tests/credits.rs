use super::*;
use crate::{CardCredits, Earners, Error};
use frame_support::{assert_noop, dispatch::Pays};
use hashcard_primitives::reward::HORIZON;

fn enlisted(number: u8) -> AccountId32 {
    let who = account(number);
    assert_ok!(Rewards::enlist(by(&who)));
    who
}

/// What collecting deliveries brings.
#[track_caller]
fn collected(who: &AccountId32) -> Balance {
    let before = wealth(who);
    assert_ok!(Rewards::collect_deliveries(by(who)));
    let minted = wealth(who) - before;
    assert_event(Event::DeliveriesCollected {
        account: who.clone(),
        minted,
    });
    minted
}

#[test]
fn a_fee_for_a_delivery_gives_credit_once_and_it_is_minted_when_the_era_is_over() {
    on_chain(|| {
        let (card, who) = (publish(), enlisted(1));
        delivered(card, &who, 1_001);
        assert_event(Event::DeliveryCredited {
            era: 0,
            card,
            payee: who.clone(),
            credit: 800,
        });
        assert_noop!(
            Rewards::collect_deliveries(by(&who)),
            Error::<Test>::NothingToCollect
        );
        next_era();
        assert_eq!(collected(&who), 800);
        assert_noop!(
            Rewards::collect_deliveries(by(&who)),
            Error::<Test>::NothingToCollect
        );
        assert_eq!(granted(0), 800);
    });
}

#[test]
fn who_is_not_enlisted_gets_no_credit_and_lessens_nobodys() {
    on_chain(|| {
        delivered(publish(), &account(1), 1_000);
        assert_eq!(Running::<Test>::get().delivery_credit, 0);
        assert!(events().is_empty());
        assert_noop!(
            Rewards::collect_deliveries(by(&account(1))),
            Error::<Test>::NotEnlisted
        );
    });
}

#[test]
fn a_fee_too_small_for_a_credit_leaves_no_trace() {
    on_chain(|| {
        let (card, who) = (publish(), enlisted(1));
        let stored = sp_io::storage::root(sp_runtime::StateVersion::V1);
        Rewards::of_delivery(card, &who, 1);
        Rewards::of_sale(card, 1);
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), stored);
    });
}

#[test]
fn credits_beyond_the_pot_share_it() {
    on_chain(|| {
        let (card, a, b) = (publish(), enlisted(1), enlisted(2));
        let pot = Balance::from(ERA) * EMISSION.seeders_per_block;
        delivered(card, &a, 3 * pot);
        delivered(card, &b, pot);
        sold(card, 4 * pot);
        next_era();
        assert_eq!((collected(&a), collected(&b)), (pot * 3 / 8, pot / 8));
        assert_eq!(granted(0), pot / 2);
    });
}

#[test]
fn credits_of_many_eras_are_collected_together_and_the_running_one_waits() {
    on_chain(|| {
        let (card, who) = (publish(), enlisted(1));
        for _ in 0..3 {
            delivered(card, &who, 100);
            delivered(card, &who, 100);
            next_era();
        }
        delivered(card, &who, 1_000);
        assert_eq!(collected(&who), 480);
        next_era();
        assert_eq!(collected(&who), 800);
    });
}

#[test]
fn a_credit_expires_behind_the_horizon_and_not_one_era_before() {
    on_chain(|| {
        let (card, early, late) = (publish(), enlisted(1), enlisted(2));
        delivered(card, &early, 100);
        delivered(card, &late, 100);
        (0..HORIZON).for_each(|_| next_era());
        assert_eq!(collected(&early), 80);
        next_era();
        assert_eq!(collected(&late), 0);
        assert!(Earners::<Test>::get(&late).unwrap().credits.is_empty());
    });
}

#[test]
fn credits_of_more_eras_than_there_are_places_never_fail() {
    on_chain(|| {
        let (card, who) = (publish(), enlisted(1));
        for _ in 0..2 * HORIZON {
            delivered(card, &who, 100);
            next_era();
        }
        assert_eq!(collected(&who), Balance::from(HORIZON) * 80);
    });
}

#[test]
fn enlisting_holds_a_deposit_that_delisting_returns() {
    on_chain(|| {
        let who = enlisted(1);
        let deposit = deposited(&who);
        assert!(deposit > DEPOSIT_BASE);
        assert_event(Event::Enlisted {
            account: who.clone(),
            deposit,
        });
        assert_noop!(Rewards::enlist(by(&who)), Error::<Test>::AlreadyEnlisted);
        assert_ok!(Rewards::delist(by(&who)));
        assert_event(Event::Delisted {
            account: who.clone(),
            refunded: deposit,
        });
        assert_eq!((deposited(&who), wealth(&who)), (0, WEALTH));
        assert_noop!(Rewards::delist(by(&who)), Error::<Test>::NotEnlisted);
    });
}

#[test]
fn nobody_delists_before_his_credit_is_collected_or_expired() {
    on_chain(|| {
        let (card, collects, waits) = (publish(), enlisted(1), enlisted(2));
        delivered(card, &collects, 100);
        delivered(card, &waits, 100);
        assert_noop!(Rewards::delist(by(&collects)), Error::<Test>::CreditPending);
        next_era();
        assert_noop!(Rewards::delist(by(&collects)), Error::<Test>::CreditPending);
        collected(&collects);
        assert_ok!(Rewards::delist(by(&collects)));
        (0..HORIZON).for_each(|_| next_era());
        assert_ok!(Rewards::delist(by(&waits)));
    });
}

#[test]
fn a_credit_that_is_worth_nothing_can_be_collected_so_that_its_owner_can_delist() {
    on_chain(|| {
        let (card, who) = (publish(), enlisted(1));
        let nothing = hashcard_primitives::reward::Emission {
            seeders_per_block: 0,
            ..EMISSION
        };
        assert_ok!(Rewards::set_emission(RuntimeOrigin::root(), nothing));
        delivered(card, &who, 100);
        next_era();
        assert_eq!(collected(&who), 0);
        assert_ok!(Rewards::delist(by(&who)));
    });
}

#[test]
fn sales_of_two_eras_are_told_apart_and_older_ones_dropped() {
    on_chain(|| {
        let card = publish();
        sold(card, 100);
        sold(card, 100);
        let row = CardCredits::<Test>::get(card).unwrap();
        assert_eq!((row.of(0), row.of(1)), (160, 0));
        next_era();
        sold(card, 1_000);
        let row = CardCredits::<Test>::get(card).unwrap();
        assert_eq!((row.of(0), row.of(1)), (160, 800));
        (0..2).for_each(|_| next_era());
        sold(card, 10);
        let row = CardCredits::<Test>::get(card).unwrap();
        assert_eq!((row.of(1), row.of(2), row.of(3)), (0, 0, 8));
    });
}

#[test]
fn credits_of_cards_are_cleared_once_no_claim_can_ask_for_them_and_not_before() {
    on_chain(|| {
        let card = publish();
        sold(card, 100);
        let clear = |list: &[CardId]| Rewards::clear_credits(by(&account(9)), cards(list));
        for _ in 0..2 {
            assert_noop!(clear(&[card]), Error::<Test>::StillProvable { at: 0 });
            next_era();
        }
        assert_noop!(clear(&[]), Error::<Test>::NothingGiven);
        assert_noop!(clear(&[card, 7]), Error::<Test>::NoCredit { at: 1 });
        assert_eq!(clear(&[card]).unwrap().pays_fee, Pays::No);
        assert_event(Event::CreditsCleared {
            cards: cards(&[card]),
        });
        assert!(CardCredits::<Test>::get(card).is_none());
    });
}
