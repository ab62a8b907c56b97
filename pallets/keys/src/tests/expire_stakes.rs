//! Who loses his stake when an order is not delivered, and who does not.

use super::*;
use crate::{Error, Frozen, Keys, Listings, Tallies};
use frame_support::assert_noop;
use hashcard_primitives::roles::CardDependents;

const PRICE: Balance = 1_000;

#[test]
fn a_holder_who_sold_and_does_not_deliver_pays_the_buyer_for_his_time() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let seller = wealth(&BUYER);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_event(Event::PenaltyPaid {
            order,
            from: BUYER,
            to: OTHER,
            amount: stake(PRICE),
        });
        assert_event(Event::OrderRefunded {
            order,
            card,
            buyer: OTHER,
            price: PRICE,
            edition: None,
        });
        assert_eq!(wealth(&OTHER), WEALTH + stake(PRICE));
        assert_eq!(wealth(&BUYER), seller - stake(PRICE));
        assert_eq!(held(HoldReason::Bond, &BUYER), 0);
        assert_eq!(held(HoldReason::Order, &OTHER), 0);
        assert_eq!(held(HoldReason::Key, &OTHER), 0);

        // The key is where it was, free, and not listed any more.
        let key = Pallet::<Test>::key(card, 1).unwrap();
        assert_eq!((key.holder, key.order, key.listed), (BUYER, None, None));
        list(&BUYER, card, 1, PRICE);
    });
}

#[test]
fn an_accepted_offer_that_is_not_delivered_costs_the_stake_as_well() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let order = offer(&OTHER, card, None, PRICE);
        assert_ok!(send(
            &BUYER,
            Call::accept {
                offer: order,
                edition: 1
            }
        ));
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&OTHER, Call::expire { order }));
        assert_eq!(wealth(&OTHER), WEALTH + stake(PRICE));
    });
}

#[test]
fn a_frozen_card_costs_nobody_his_stake() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, 10);
        sold(&BUYER, card);
        sold(&STRANGER, card);
        let seller = wealth(&BUYER);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        assert_ok!(send(&BUYER, lock_by_seller(order)));
        assert_ok!(send(&STRANGER, report_of(card, 2, &STRANGER)));
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_eq!((wealth(&BUYER), wealth(&OTHER)), (seller, WEALTH));
        assert_eq!(held(HoldReason::Bond, &BUYER), 0);
        // What was sold was never delivered: it is the seller's to destroy.
        assert!(Keys::<Test>::contains_key(card, 1));
        assert_ok!(send(&BUYER, Call::discard_key { card, edition: 1 }));
    });
}

#[test]
fn who_locked_and_sold_loses_both_stakes_and_no_deposit() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let seller = wealth(&BUYER);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        assert_ok!(send(&BUYER, lock_by_seller(order)));
        assert_eq!(held(HoldReason::Bond, &BUYER), 2 * stake(PRICE) + LOCK_DEPOSIT);
        wait(LOCK_WINDOW + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_eq!(wealth(&OTHER), WEALTH + 2 * stake(PRICE));
        assert_eq!(wealth(&BUYER), seller - 2 * stake(PRICE));
        assert_eq!(held(HoldReason::Bond, &BUYER), 0);
    });
}

#[test]
fn a_locked_order_has_its_edition_and_the_others_wait_for_what_is_left() {
    for creator_locks in [false, true] {
        on_chain(|| {
            let card = publish(&CREATOR, PRICE, Some(2));
            appoint(card, &STRANGER);
            let (order, other) = (buy(&BUYER, card), buy(&OTHER, card));
            let delivery = delivery_by(&STRANGER, order, ClerkSource::Appointed);
            if creator_locks {
                assert_ok!(send(&CREATOR, lock_by_seller(order)));
            } else {
                let lock = lock_by_clerk(&STRANGER, order, ClerkSource::Appointed);
                assert_ok!(send(&STRANGER, lock));
            }
            assert_eq!(Tallies::<Test>::get(card).locked, 1);
            FakeCards::revise(card, |terms| terms.editions = Some(0));
            // One edition is left, and it is bound.
            assert_noop!(try_fulfil(other), Error::<Test>::SoldOut);
            assert_noop!(send(&CREATOR, lock_by_seller(other)), Error::<Test>::SoldOut);
            assert_ok!(send(&STRANGER, delivery));
            assert_eq!(wealth(&STRANGER), WEALTH);
            let tally = Tallies::<Test>::get(card);
            assert_eq!((tally.made, tally.waiting, tally.locked), (1, 1, 0));
        });
    }
}

#[test]
fn an_edition_is_free_again_when_its_lock_expires() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(1));
        let order = buy(&BUYER, card);
        assert_ok!(send(&CREATOR, lock_by_seller(order)));
        assert_eq!(Pallet::<Test>::editions_bound(card), 1);
        assert_eq!(Pallet::<Test>::keys_made(card), 0);
        wait(LOCK_WINDOW + 1);
        assert_ok!(send(&BUYER, Call::expire { order }));
        assert!(!Tallies::<Test>::contains_key(card));
        fulfil(buy(&OTHER, card));
    });
}

#[test]
fn a_stake_too_small_for_an_emptied_buyer_waits_for_him() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, 1, 10);
        System::inc_providers(&OTHER);
        spend_all(&OTHER);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        // Stake, deposit and price are each below the existential deposit.
        let owed = stake(10) + KEY_DEPOSIT + 10;
        assert_eq!(Unclaimed::<Test>::get(OTHER), Some(owed));
    });
}

#[test]
fn a_listing_ends_with_its_false_key() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, 10);
        sold(&BUYER, card);
        list(&BUYER, card, 1, PRICE);
        Frozen::<Test>::insert(card, ());
        assert_ok!(send(&BUYER, Call::discard_key { card, edition: 1 }));
        assert!(!Listings::<Test>::contains_key(card, 1));
        assert_eq!(held(HoldReason::Bond, &BUYER), 0);
    });
}
