use super::*;
use crate::{Error, Frozen, Offers, OpenOrderOf};
use frame_support::{assert_noop, dispatch::Pays};
use hashcard_primitives::key::MAX_OFFER_BLOCKS;

const PRICE: Balance = 1_000;

fn until(card: CardId, until: u32) -> Call<Test> {
    Call::offer {
        card,
        edition: None,
        price: PRICE,
        until,
        key: KeyChoice::Registered(0),
    }
}

#[test]
fn an_offer_holds_price_and_deposit_until_it_is_taken_back() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        register(&OTHER);
        let free = Balances::free_balance(&OTHER);
        let made = offer(&OTHER, card, Some(1), PRICE);
        assert_event(Event::OfferMade {
            offer: made,
            card,
            edition: Some(1),
            buyer: OTHER,
            price: PRICE,
            until: System::block_number() + OFFER_BLOCKS,
        });
        assert_eq!(held(HoldReason::Order, &OTHER), PRICE);
        assert_eq!(held(HoldReason::Key, &OTHER), KEY_DEPOSIT);

        let info = send(&OTHER, Call::withdraw_offer { offer: made }).unwrap();
        assert_eq!(info.pays_fee, Pays::Yes);
        assert_event(Event::OfferWithdrawn {
            offer: made,
            card,
            buyer: OTHER,
            price: PRICE,
        });
        assert_eq!(Balances::free_balance(&OTHER), free);
        assert!(!Offers::<Test>::contains_key(made));
        assert!(!OpenOrderOf::<Test>::contains_key(OTHER, card));
        assert_noop!(
            send(&OTHER, Call::withdraw_offer { offer: made }),
            Error::<Test>::UnknownOffer
        );
    });
}

#[test]
fn only_its_buyer_takes_it_back_before_its_last_block_and_anybody_after_it_for_free() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let made = offer(&OTHER, card, None, PRICE);
        let withdraw = Call::withdraw_offer { offer: made };
        assert_noop!(send(&STRANGER, withdraw.clone()), Error::<Test>::OfferStands);
        wait(OFFER_BLOCKS);
        assert_noop!(send(&STRANGER, withdraw.clone()), Error::<Test>::OfferStands);
        wait(1);
        let info = send(&STRANGER, withdraw).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert_eq!(wealth(&OTHER), WEALTH);
    });
}

#[test]
fn an_offer_for_a_frozen_card_ends_at_any_time_by_anybody() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let made = offer(&OTHER, card, None, PRICE);
        Frozen::<Test>::insert(card, ());
        assert_noop!(try_offer(&STRANGER, card, None, PRICE), Error::<Test>::CardFrozen);
        let info = send(&STRANGER, Call::withdraw_offer { offer: made }).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        assert_eq!(held(HoldReason::Order, &OTHER), 0);
    });
}

#[test]
fn an_offer_for_what_nobody_can_sell_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let open = FakeCards::publish(CREATOR, root(50), BLOB_LEN, [0; 32], None, terms(PRICE, None));
        assert_noop!(try_offer(&OTHER, card, None, PRICE), Error::<Test>::UnknownKey);
        assert_noop!(try_offer(&OTHER, open, None, PRICE), Error::<Test>::NotKeyed);
        assert_noop!(try_offer(&OTHER, 77, None, PRICE), Error::<Test>::UnknownCard);
        sold(&BUYER, card);
        assert_noop!(try_offer(&OTHER, card, Some(2), PRICE), Error::<Test>::UnknownKey);
        assert_noop!(try_offer(&OTHER, card, None, 0), Error::<Test>::PriceIsZero);
        offer(&OTHER, card, None, 1);
    });
}

#[test]
fn an_offer_reaches_neither_into_the_past_nor_too_far_ahead() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        register(&OTHER);
        let now = System::block_number();
        for bad in [now - 1, now + MAX_OFFER_BLOCKS + 1, u32::MAX] {
            assert_noop!(send(&OTHER, until(card, bad)), Error::<Test>::InvalidUntil);
        }
        assert_ok!(send(&OTHER, until(card, now)));
        register(&STRANGER);
        assert_ok!(send(&STRANGER, until(card, now + MAX_OFFER_BLOCKS)));
    });
}

#[test]
fn a_buyer_has_one_offer_or_order_for_a_card() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        offer(&OTHER, card, None, PRICE);
        assert_noop!(
            try_offer(&OTHER, card, None, 2 * PRICE),
            Error::<Test>::OrderAlreadyOpen
        );
        assert_noop!(try_buy(&OTHER, card), Error::<Test>::OrderAlreadyOpen);
    });
}

#[test]
fn a_reporter_gets_his_offer_for_the_card_back() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, 10);
        sold(&BUYER, card);
        mint(card, &OTHER);
        let made = offer(&OTHER, card, Some(1), PRICE);
        assert_ok!(send(&OTHER, report_of(card, 2, &OTHER)));
        assert_event(Event::OfferWithdrawn {
            offer: made,
            card,
            buyer: OTHER,
            price: PRICE,
        });
        assert_eq!(wealth(&OTHER), WEALTH);
        assert_eq!(held(HoldReason::Order, &OTHER), 0);
    });
}

#[test]
fn who_cannot_pay_offers_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        assert_noop!(
            try_offer(&OTHER, card, None, WEALTH),
            sp_runtime::TokenError::FundsUnavailable
        );
    });
}
