use super::*;
use crate::{Error, Frozen, Keys, Listings, Orders, Tallies};
use frame_support::assert_noop;
use hashcard_primitives::key::{OrderState, Sale};

const PRICE: Balance = 1_000;

fn purchase(card: CardId, price: Balance, sequence: u32) -> Call<Test> {
    Call::buy_listed {
        card,
        edition: 1,
        price,
        sequence,
        key: KeyChoice::Registered(0),
    }
}

#[test]
fn price_and_deposit_are_held_and_the_key_is_engaged() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        list(&BUYER, card, edition, PRICE);
        let order = buy_listed(&OTHER, card, edition);
        let deadline = System::block_number() + ORDER_DEADLINE;
        assert_event(Event::OrderPlaced {
            order,
            card,
            sale: Sale::Resale { edition },
            buyer: OTHER,
            seller: BUYER,
            price: PRICE,
            key_index: 0,
            claimed_with: None,
            deadline,
        });
        assert_event(Event::KeyUnlisted {
            card,
            edition,
            seller: BUYER,
        });

        assert_eq!(held(HoldReason::Order, &OTHER), PRICE);
        assert_eq!(held(HoldReason::Key, &OTHER), KEY_DEPOSIT);
        // The listing's row is gone and its deposit back; the stake stays with the order.
        assert_eq!(held(HoldReason::Bond, &BUYER), stake(PRICE));
        let row = Orders::<Test>::get(order).unwrap();
        assert_eq!(row.state, OrderState::Waiting { deadline });
        assert_eq!((row.penalty, row.commission), (stake(PRICE), 0));
        assert!(!Listings::<Test>::contains_key(card, edition));
        assert_eq!(Keys::<Test>::get(card, edition).unwrap().order, Some(order));
        // A resale takes none of the editions that are left.
        assert_eq!(Tallies::<Test>::get(card).waiting, 0);
    });
}

#[test]
fn a_buyer_pays_what_he_saw_for_the_key_that_he_saw() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        register(&OTHER);
        list(&BUYER, card, 1, PRICE);
        for price in [PRICE - 1, PRICE + 1] {
            assert_noop!(
                send(&OTHER, purchase(card, price, 0)),
                Error::<Test>::PriceChanged
            );
        }
        assert_noop!(send(&OTHER, purchase(card, PRICE, 1)), Error::<Test>::KeyChanged);
        assert_ok!(send(&OTHER, purchase(card, PRICE, 0)));
    });
}

#[test]
fn a_key_that_claimed_the_next_version_meanwhile_is_not_the_one_he_saw() {
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
        register(&OTHER);
        list(&BUYER, card, 1, PRICE);
        // The seller takes it off, uses its claim, and lists it again at the same price.
        assert_ok!(send(&BUYER, Call::unlist { card, edition: 1 }));
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
        list(&BUYER, card, 1, PRICE);
        assert_noop!(send(&OTHER, purchase(card, PRICE, 0)), Error::<Test>::KeyChanged);
        assert_ok!(send(&OTHER, purchase(card, PRICE, 1)));
    });
}

#[test]
fn what_is_not_listed_cannot_be_bought() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        register(&OTHER);
        assert_noop!(send(&OTHER, purchase(card, PRICE, 0)), Error::<Test>::NotListed);
        list(&BUYER, card, 1, PRICE);
        assert_ok!(send(&BUYER, Call::unlist { card, edition: 1 }));
        assert_noop!(send(&OTHER, purchase(card, PRICE, 0)), Error::<Test>::NotListed);
    });
}

#[test]
fn a_listed_key_is_sold_once() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        register(&STRANGER);
        list(&BUYER, card, 1, PRICE);
        buy_listed(&OTHER, card, 1);
        assert_noop!(
            send(&STRANGER, purchase(card, PRICE, 0)),
            Error::<Test>::NotListed
        );
        assert_noop!(
            send(
                &BUYER,
                Call::list {
                    card,
                    edition: 1,
                    price: PRICE
                }
            ),
            Error::<Test>::KeyEngaged
        );
        assert_noop!(
            send(&BUYER, Call::unlist { card, edition: 1 }),
            Error::<Test>::NotListed
        );
    });
}

#[test]
fn nobody_buys_from_himself_or_of_a_frozen_card() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        register(&OTHER);
        list(&BUYER, card, 1, PRICE);
        assert_noop!(
            send(&BUYER, purchase(card, PRICE, 0)),
            Error::<Test>::BuyerIsSeller
        );
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&OTHER, purchase(card, PRICE, 0)), Error::<Test>::CardFrozen);
    });
}

#[test]
fn a_buyer_has_one_open_order_or_offer_for_a_card() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        list(&BUYER, card, 1, PRICE);
        let order = buy(&OTHER, card);
        assert_noop!(try_buy_listed(&OTHER, card, 1), Error::<Test>::OrderAlreadyOpen);
        fulfil(order);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        let made = offer(&OTHER, card, None, PRICE);
        assert_noop!(try_buy_listed(&OTHER, card, 1), Error::<Test>::OrderAlreadyOpen);
        assert_noop!(try_buy(&OTHER, card), Error::<Test>::OrderAlreadyOpen);
        assert_ok!(send(&OTHER, Call::withdraw_offer { offer: made }));
        buy_listed(&OTHER, card, 1);
        assert_noop!(try_buy(&OTHER, card), Error::<Test>::OrderAlreadyOpen);
    });
}

#[test]
fn a_creator_buys_a_key_of_his_own_card_back() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        FakeCards::amend(card, |row| row.royalty = 100_000);
        let edition = sold(&BUYER, card);
        let (creator, buyer) = (wealth(&CREATOR), wealth(&BUYER));
        let order = resold(&BUYER, &CREATOR, card, edition, PRICE);
        fulfil(order);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        // The royalty is his own money; fee 25, royalty 100.
        assert_eq!(wealth(&CREATOR), creator - PRICE + 100);
        assert_eq!(wealth(&BUYER), buyer + PRICE - 25 - 100);
        assert_eq!(Pallet::<Test>::key(card, edition).unwrap().holder, CREATOR);
    });
}

#[test]
fn registering_within_a_purchase_is_charged_for() {
    use crate::WeightInfo;
    use frame_support::dispatch::GetDispatchInfo;
    on_chain(|| {
        let key = fresh_key::<Test>(&BUYER);
        let weigh = |call: Call<Test>| call.get_dispatch_info().call_weight;
        let bought = Call::buy_listed {
            card: 0,
            edition: 1,
            price: 0,
            sequence: 0,
            key,
        };
        let offered = Call::offer {
            card: 0,
            edition: None,
            price: 0,
            until: 0,
            key,
        };
        let claimed = Call::claim {
            card: 0,
            with: 1,
            price: 0,
            terms_version: 0,
            key,
        };
        assert_eq!(weigh(bought), <()>::buy_listed() + <()>::register_key());
        assert_eq!(weigh(offered), <()>::offer() + <()>::register_key());
        assert_eq!(weigh(claimed), <()>::claim() + <()>::register_key());
    });
}
