use super::*;
use crate::{Error, Frozen, Holdings, Keys, Orders, Tallies};
use frame_support::{assert_noop, dispatch::Pays};
use hashcard_primitives::{
    key::item_id,
    roles::{CardDependents, KeyItems},
};

const PRICE: Balance = 1_000;

fn discard(who: &AccountId32, card: CardId, edition: Edition) -> DispatchResultWithPostInfo {
    send(who, Call::discard_key { card, edition })
}

/// An order that is bought, delivered and settled.
fn settled(who: &AccountId32, card: CardId) {
    let order = delivered(who, card);
    wait(SETTLEMENT_WINDOW);
    assert_ok!(send(&STRANGER, Call::settle { order }));
}

#[test]
fn a_holder_who_paid_long_ago_destroys_his_false_key_and_gets_its_deposit_back_for_free() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        settled(&BUYER, card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_eq!(held(HoldReason::Key, &BUYER), KEY_DEPOSIT);
        let info = discard(&BUYER, card, 1).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert_event(Event::KeyDiscarded {
            card,
            edition: 1,
            holder: BUYER,
            depositor: BUYER,
            deposit: KEY_DEPOSIT,
        });

        assert_eq!(held(HoldReason::Key, &BUYER), 0);
        assert_eq!(wealth(&BUYER), WEALTH - PRICE);
        assert!(!Keys::<Test>::contains_key(card, 1));
        assert_eq!(FakeItems::owner(&CHEAT, item_id(card, 1)), None);
        assert!(!Pallet::<Test>::items_unlocked());
        assert_eq!(Holdings::<Test>::get(BUYER, card), 0);
        let tally = Tallies::<Test>::get(card);
        assert_eq!((tally.made, tally.live), (1, 0));
        assert!(!Pallet::<Test>::depends_on(card));
        assert!(Pallet::<Test>::is_frozen(card), "the card stays what it is");
    });
}

#[test]
fn the_deposit_of_a_gift_goes_back_to_its_giver() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        mint(card, &BUYER);
        mint(card, &BUYER);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_ok!(discard(&BUYER, card, 2));
        assert_event(Event::KeyDiscarded {
            card,
            edition: 2,
            holder: BUYER,
            depositor: CHEAT,
            deposit: KEY_DEPOSIT,
        });
        assert_eq!(held(HoldReason::Key, &CHEAT), KEY_DEPOSIT);
        assert_eq!(Holdings::<Test>::get(BUYER, card), 1);
        assert_ok!(discard(&BUYER, card, 1));
        assert_eq!(held(HoldReason::Key, &CHEAT), 0);
        assert_eq!(wealth(&CHEAT), WEALTH);
    });
}

#[test]
fn a_key_of_a_card_that_is_not_frozen_stays() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        settled(&BUYER, card);
        assert_noop!(discard(&BUYER, card, 1), Error::<Test>::NotFrozen);
        Frozen::<Test>::insert(card, ());
        assert_ok!(discard(&BUYER, card, 1));
    });
}

#[test]
fn only_the_holder_discards() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        settled(&BUYER, card);
        mint(card, &OTHER);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        for (who, edition) in [(&CHEAT, 1), (&OTHER, 1), (&STRANGER, 1), (&CHEAT, 2), (&BUYER, 2)] {
            assert_noop!(discard(who, card, edition), Error::<Test>::NotHolder);
        }
        assert_ok!(discard(&BUYER, card, 1));
        assert_ok!(discard(&OTHER, card, 2));
    });
}

#[test]
fn a_key_whose_order_is_open_goes_with_its_refund_and_not_before() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        mint(card, &BUYER);
        let order = delivered(&BUYER, card);
        delivered(&OTHER, card);
        assert_ok!(send(&OTHER, report_of(card, 3, &OTHER)));
        assert_noop!(discard(&BUYER, card, 2), Error::<Test>::KeyEngaged);
        // Another key of the same holder is not what the order is about.
        assert_ok!(discard(&BUYER, card, 1));
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_eq!(wealth(&BUYER), WEALTH);
        assert_noop!(discard(&BUYER, card, 2), Error::<Test>::UnknownKey);
        assert_eq!(Tallies::<Test>::get(card).live, 0);
    });
}

#[test]
fn an_order_that_waits_is_about_no_key_and_is_left_alone() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        mint(card, &BUYER);
        settled(&OTHER, card);
        let order = buy(&BUYER, card);
        assert_ok!(send(&OTHER, report_of(card, 2, &OTHER)));
        assert_ok!(discard(&BUYER, card, 1));
        assert!(Orders::<Test>::contains_key(order));
        assert_ok!(send(&BUYER, Call::expire { order }));
    });
}

#[test]
fn a_key_is_discarded_once_and_must_exist() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        let open = FakeCards::publish(CREATOR, root(50), BLOB_LEN, [0; 32], None, terms(0, None));
        settled(&BUYER, card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_noop!(discard(&BUYER, card, 2), Error::<Test>::UnknownKey);
        assert_noop!(discard(&BUYER, 77, 1), Error::<Test>::UnknownCard);
        assert_noop!(discard(&BUYER, open, 1), Error::<Test>::NotKeyed);
        assert_ok!(discard(&BUYER, card, 1));
        assert_noop!(discard(&BUYER, card, 1), Error::<Test>::UnknownKey);
    });
}

#[test]
fn a_key_of_a_retired_card_can_be_discarded() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        settled(&BUYER, card);
        FakeCards::retire(card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_ok!(discard(&BUYER, card, 1));
    });
}

#[test]
fn items_are_locked_again_when_burning_fails() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        settled(&BUYER, card);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        FakeItems::refuse(true);
        assert!(discard(&BUYER, card, 1).is_err());
        assert!(!Pallet::<Test>::items_unlocked());
        assert!(Keys::<Test>::contains_key(card, 1));
        FakeItems::refuse(false);
        assert_ok!(discard(&BUYER, card, 1));
    });
}

#[test]
fn a_deposit_too_small_for_an_emptied_account_waits_for_its_owner() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        mint(card, &BUYER);
        // Another reference keeps the account alive, so its owner can take out all that is not held.
        System::inc_providers(&CHEAT);
        spend_all(&CHEAT);
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_ok!(discard(&BUYER, card, 1));
        assert_event(Event::LeftUnclaimed {
            account: CHEAT,
            amount: KEY_DEPOSIT,
        });
        assert_eq!(Unclaimed::<Test>::get(CHEAT), Some(KEY_DEPOSIT));
    });
}
