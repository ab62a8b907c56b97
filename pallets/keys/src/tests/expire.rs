use super::*;
use crate::{Error, Frozen, Holdings, Keys, Orders, Tallies};
use frame_support::{assert_noop, dispatch::Pays};
use hashcard_primitives::roles::KeyItems;

const PRICE: Balance = 1_000;

#[test]
fn after_the_deadline_anybody_refunds_price_and_deposit_for_free() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        wait(ORDER_DEADLINE + 1);
        let info = send(&STRANGER, Call::expire { order }).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert_event(Event::OrderRefunded {
            order,
            card,
            buyer: BUYER,
            price: PRICE,
            edition: None,
        });

        assert_eq!(Balances::free_balance(&BUYER), WEALTH - ENCRYPTION_KEY_DEPOSIT);
        assert!(Orders::<Test>::get(order).is_none());
        assert!(!Tallies::<Test>::contains_key(card));
    });
}

#[test]
fn until_the_deadline_is_past_nobody_does() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        for _ in 0..=ORDER_DEADLINE {
            assert_noop!(
                send(&STRANGER, Call::expire { order }),
                Error::<Test>::DeadlineNotPassed
            );
            wait(1);
        }
        assert_ok!(send(&STRANGER, Call::expire { order }));
    });
}

#[test]
fn a_delivered_order_does_not_expire() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        wait(10 * ORDER_DEADLINE);
        assert_noop!(
            send(&BUYER, Call::expire { order }),
            Error::<Test>::AlreadyDelivered
        );
    });
}

#[test]
fn a_waiting_order_of_a_frozen_card_is_refunded_at_any_time() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        delivered(&BUYER, card);
        let order = buy(&OTHER, card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_event(Event::OrderRefunded {
            order,
            card,
            buyer: OTHER,
            price: PRICE,
            edition: None,
        });
        assert_eq!(Balances::free_balance(&OTHER), WEALTH - ENCRYPTION_KEY_DEPOSIT);
    });
}

#[test]
fn a_false_key_is_destroyed_with_the_refund() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        let order = delivered(&BUYER, card);
        delivered(&OTHER, card);
        assert_ok!(send(&OTHER, report_of(card, 2, &OTHER)));
        // Long after the window, a frozen card's money still goes back and nowhere else.
        wait(10 * SETTLEMENT_WINDOW);
        assert_noop!(send(&CHEAT, Call::settle { order }), Error::<Test>::CardFrozen);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_event(Event::OrderRefunded {
            order,
            card,
            buyer: BUYER,
            price: PRICE,
            edition: Some(1),
        });

        assert_eq!(Balances::free_balance(&BUYER), WEALTH - ENCRYPTION_KEY_DEPOSIT);
        assert!(!Keys::<Test>::contains_key(card, 1));
        let item = hashcard_primitives::key::item_id(card, 1);
        assert_eq!(FakeItems::owner(&CHEAT, item), None);
        assert!(!Pallet::<Test>::items_unlocked());
        assert_eq!(Holdings::<Test>::get(BUYER, card), 0);
        let tally = Tallies::<Test>::get(card);
        assert_eq!((tally.made, tally.live), (2, 0));
        assert_eq!(wealth(&CHEAT), WEALTH);
    });
}

#[test]
fn an_order_is_refunded_once() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&BUYER, Call::expire { order }));
        assert_noop!(send(&BUYER, Call::expire { order }), Error::<Test>::UnknownOrder);
    });
}

#[test]
fn a_settled_order_is_not_refunded_when_the_card_freezes() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&CREATOR, Call::settle { order }));
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&BUYER, Call::expire { order }), Error::<Test>::UnknownOrder);
    });
}

#[test]
fn items_are_locked_again_when_burning_fails() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        Frozen::<Test>::insert(card, ());
        FakeItems::refuse(true);
        assert!(send(&STRANGER, Call::expire { order }).is_err());
        assert!(!Pallet::<Test>::items_unlocked());
        FakeItems::refuse(false);
        assert_ok!(send(&STRANGER, Call::expire { order }));
    });
}

#[test]
fn a_refund_too_small_for_an_emptied_account_waits_for_its_owner() {
    on_chain(|| {
        let price = EXISTENTIAL_DEPOSIT / 2;
        let card = publish(&CREATOR, price, None);
        let order = buy(&BUYER, card);
        // Another reference keeps the account alive, so its owner can take out all that is not held.
        System::inc_providers(&BUYER);
        spend_all(&BUYER);
        assert_eq!(Balances::free_balance(&BUYER), 0);

        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_event(Event::LeftUnclaimed {
            account: BUYER,
            amount: price,
        });
        assert_event(Event::LeftUnclaimed {
            account: BUYER,
            amount: KEY_DEPOSIT,
        });
        assert_eq!(Unclaimed::<Test>::get(BUYER), Some(price + KEY_DEPOSIT));
    });
}
