use super::*;
use crate::{Error, Frozen, Listings, ListingsBySeller};
use frame_support::assert_noop;

const PRICE: Balance = 1_010;

fn listing(card: CardId, edition: Edition, price: Balance) -> Call<Test> {
    Call::list { card, edition, price }
}

#[test]
fn a_holder_lists_his_key_and_stakes_a_part_of_the_price() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        list(&BUYER, card, edition, PRICE);
        assert_event(Event::KeyListed {
            card,
            edition,
            seller: BUYER,
            price: PRICE,
        });
        // 7 % of 1,010 is 70.7, and a stake is rounded up.
        assert_eq!(held(HoldReason::Bond, &BUYER), LISTING_DEPOSIT + 71);
        let row = Listings::<Test>::get(card, edition).unwrap();
        assert_eq!((row.seller, row.price, row.penalty), (BUYER, PRICE, 71));
    });
}

#[test]
fn taking_it_off_gives_all_of_the_bond_back() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        let free = Balances::free_balance(&BUYER);
        list(&BUYER, card, edition, PRICE);
        assert_ok!(send(&BUYER, Call::unlist { card, edition }));
        assert_event(Event::KeyUnlisted {
            card,
            edition,
            seller: BUYER,
        });
        assert_eq!(Balances::free_balance(&BUYER), free);
        assert!(!Listings::<Test>::contains_key(card, edition));
        assert_eq!(ListingsBySeller::<Test>::iter().count(), 0);
        list(&BUYER, card, edition, 2 * PRICE);
    });
}

#[test]
fn only_the_holder_lists_and_takes_off() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        for who in [&CREATOR, &OTHER] {
            assert_noop!(send(who, listing(card, edition, PRICE)), Error::<Test>::NotHolder);
        }
        list(&BUYER, card, edition, PRICE);
        for who in [&CREATOR, &OTHER] {
            assert_noop!(
                send(who, Call::unlist { card, edition }),
                Error::<Test>::NotHolder
            );
        }
    });
}

#[test]
fn what_does_not_exist_cannot_be_listed() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let open = FakeCards::publish(CREATOR, root(50), BLOB_LEN, [0; 32], None, terms(PRICE, None));
        assert_noop!(send(&BUYER, listing(card, 1, PRICE)), Error::<Test>::UnknownKey);
        assert_noop!(send(&BUYER, listing(open, 1, PRICE)), Error::<Test>::NotKeyed);
        assert_noop!(send(&BUYER, listing(77, 1, PRICE)), Error::<Test>::UnknownCard);
        assert_noop!(
            send(&BUYER, Call::unlist { card, edition: 1 }),
            Error::<Test>::NotListed
        );
    });
}

#[test]
fn nothing_is_listed_for_nothing_or_twice() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        assert_noop!(
            send(&BUYER, listing(card, edition, 0)),
            Error::<Test>::PriceIsZero
        );
        list(&BUYER, card, edition, PRICE);
        assert_noop!(
            send(&BUYER, listing(card, edition, 2 * PRICE)),
            Error::<Test>::KeyListed
        );
    });
}

#[test]
fn a_key_that_is_not_paid_for_cannot_be_listed() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let order = delivered(&BUYER, card);
        assert_noop!(send(&BUYER, listing(card, 1, PRICE)), Error::<Test>::KeyEngaged);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        list(&BUYER, card, 1, PRICE);
    });
}

#[test]
fn a_frozen_card_is_listed_no_more_but_can_be_taken_off() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let (first, second) = (sold(&BUYER, card), sold(&OTHER, card));
        list(&BUYER, card, first, PRICE);
        Frozen::<Test>::insert(card, ());
        assert_noop!(
            send(&OTHER, listing(card, second, PRICE)),
            Error::<Test>::CardFrozen
        );
        assert_ok!(send(&BUYER, Call::unlist { card, edition: first }));
        assert_eq!(held(HoldReason::Bond, &BUYER), 0);
    });
}

#[test]
fn a_listed_key_can_neither_be_given_nor_rewrapped() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        register(&BUYER);
        register(&OTHER);
        list(&BUYER, card, edition, PRICE);
        let (capsule, proof) = Handover::given::<Test>(card, edition, &OTHER, 0).prove(&content(card));
        let gift = Call::gift {
            card,
            edition,
            to: OTHER,
            key_index: 0,
            capsule,
            proof,
        };
        assert_noop!(send(&BUYER, gift.clone()), Error::<Test>::KeyListed);
        let (capsule, proof) = Handover::given::<Test>(card, edition, &BUYER, 1).prove(&content(card));
        let rewrap = Call::rewrap {
            card,
            edition,
            key_index: 1,
            capsule,
            proof,
        };
        assert_noop!(send(&BUYER, rewrap), Error::<Test>::KeyListed);
        assert_ok!(send(&BUYER, Call::unlist { card, edition }));
        assert_ok!(send(&BUYER, gift));
    });
}

#[test]
fn a_key_of_a_retired_card_can_still_be_listed() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        FakeCards::retire(card);
        list(&BUYER, card, edition, PRICE);
        let order = buy_listed(&OTHER, card, edition);
        fulfil(order);
    });
}

#[test]
fn who_cannot_pay_the_stake_lists_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        assert_noop!(
            send(&BUYER, listing(card, edition, 100 * WEALTH)),
            sp_runtime::TokenError::FundsUnavailable
        );
    });
}
