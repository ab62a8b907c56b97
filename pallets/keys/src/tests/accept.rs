use super::*;
use crate::{Error, Frozen, Keys, Listings, Offers, Orders};
use frame_support::assert_noop;
use hashcard_primitives::key::{OrderState, Sale};

const PRICE: Balance = 1_000;

fn accept(offer: OrderId, edition: Edition) -> Call<Test> {
    Call::accept { offer, edition }
}

#[test]
fn an_accepted_offer_is_an_order_with_the_same_number_and_the_holders_stake() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        let made = offer(&OTHER, card, None, PRICE);
        wait(5);
        assert_ok!(send(&BUYER, accept(made, edition)));
        let deadline = System::block_number() + ORDER_DEADLINE;
        assert_event(Event::OrderPlaced {
            order: made,
            card,
            sale: Sale::Resale { edition },
            buyer: OTHER,
            seller: BUYER,
            price: PRICE,
            key_index: 0,
            claimed_with: None,
            deadline,
        });
        assert!(!Offers::<Test>::contains_key(made));
        let order = Orders::<Test>::get(made).unwrap();
        assert_eq!(order.state, OrderState::Waiting { deadline });
        assert_eq!(held(HoldReason::Bond, &BUYER), stake(PRICE));
        assert_eq!(Keys::<Test>::get(card, edition).unwrap().order, Some(made));

        // From now on it cannot be taken back.
        assert_noop!(
            send(&OTHER, Call::withdraw_offer { offer: made }),
            Error::<Test>::UnknownOffer
        );
        fulfil(made);
        assert_eq!(Pallet::<Test>::key(card, edition).unwrap().holder, OTHER);
    });
}

#[test]
fn accepting_ends_the_listing_of_the_key_and_gives_its_bond_back() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        list(&BUYER, card, edition, 5 * PRICE);
        let made = offer(&OTHER, card, Some(edition), PRICE);
        assert_ok!(send(&BUYER, accept(made, edition)));
        assert!(!Listings::<Test>::contains_key(card, edition));
        assert_eq!(held(HoldReason::Bond, &BUYER), stake(PRICE));
    });
}

#[test]
fn only_a_holder_accepts_and_not_the_buyer() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let (first, second) = (sold(&BUYER, card), sold(&OTHER, card));
        let made = offer(&OTHER, card, None, PRICE);
        assert_noop!(send(&STRANGER, accept(made, first)), Error::<Test>::NotHolder);
        assert_noop!(send(&BUYER, accept(made, second)), Error::<Test>::NotHolder);
        assert_noop!(send(&BUYER, accept(made, 9)), Error::<Test>::UnknownKey);
        assert_noop!(send(&OTHER, accept(made, second)), Error::<Test>::BuyerIsSeller);
        assert_noop!(send(&BUYER, accept(made + 1, first)), Error::<Test>::UnknownOffer);
        assert_ok!(send(&BUYER, accept(made, first)));
    });
}

#[test]
fn an_offer_for_one_key_is_accepted_with_no_other() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let (first, second) = (sold(&BUYER, card), sold(&BUYER, card));
        let made = offer(&OTHER, card, Some(second), PRICE);
        assert_noop!(send(&BUYER, accept(made, first)), Error::<Test>::OtherKeyWanted);
        assert_ok!(send(&BUYER, accept(made, second)));
    });
}

#[test]
fn an_offer_is_accepted_up_to_its_last_block() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let (in_time, late) = (
            offer(&OTHER, card, None, PRICE),
            offer(&STRANGER, card, None, PRICE),
        );
        wait(OFFER_BLOCKS);
        assert_ok!(send(&BUYER, accept(in_time, 1)));
        wait(1);
        assert_noop!(send(&BUYER, accept(late, 1)), Error::<Test>::OfferOver);
    });
}

#[test]
fn a_key_that_is_being_sold_is_sold_to_nobody_else() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let (first, second) = (
            offer(&OTHER, card, None, PRICE),
            offer(&STRANGER, card, None, 2 * PRICE),
        );
        assert_ok!(send(&BUYER, accept(first, 1)));
        assert_noop!(send(&BUYER, accept(second, 1)), Error::<Test>::KeyEngaged);
        fulfil(first);
        assert_noop!(send(&OTHER, accept(second, 1)), Error::<Test>::KeyEngaged);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order: first }));
        assert_ok!(send(&OTHER, accept(second, 1)));
    });
}

#[test]
fn nothing_of_a_frozen_card_is_accepted() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let made = offer(&OTHER, card, None, PRICE);
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&BUYER, accept(made, 1)), Error::<Test>::CardFrozen);
    });
}

fn claim_with_key_one(newer: CardId) {
    assert_ok!(send(
        &BUYER,
        Call::claim {
            card: newer,
            with: 1,
            price: 0,
            terms_version: 0,
            key: KeyChoice::Registered(0)
        }
    ));
}

#[test]
fn who_names_a_key_is_not_sold_one_that_lost_its_claim_meanwhile() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let newer = publish_next_version(card, 100);
        assert_ok!(send(
            &CREATOR,
            Call::set_upgrade {
                card: newer,
                discount: 1_000_000
            }
        ));
        sold(&BUYER, card);
        let (named, any) = (
            offer(&OTHER, card, Some(1), PRICE),
            offer(&STRANGER, card, None, PRICE),
        );
        claim_with_key_one(newer);
        assert_noop!(send(&BUYER, accept(named, 1)), Error::<Test>::KeyChanged);
        // Any key is any key.
        assert_ok!(send(&BUYER, accept(any, 1)));
    });
}

#[test]
fn who_saw_that_a_key_had_claimed_is_sold_it() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let newer = publish_next_version(card, 100);
        assert_ok!(send(
            &CREATOR,
            Call::set_upgrade {
                card: newer,
                discount: 1_000_000
            }
        ));
        sold(&BUYER, card);
        claim_with_key_one(newer);
        let made = offer(&OTHER, card, Some(1), PRICE);
        assert_ok!(send(&BUYER, accept(made, 1)));
    });
}
