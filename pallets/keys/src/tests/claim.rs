use super::*;
use crate::{Error, Frozen, Keys, Orders};
use frame_support::assert_noop;

const PRICE: Balance = 1_001;
/// A third off, rounded down in the buyer's favour.
const DISCOUNT: u32 = 333_333;
const REDUCED: Balance = 667;

fn claim_of(card: CardId, with: Edition, price: Balance) -> Call<Test> {
    Call::claim {
        card,
        with,
        price,
        terms_version: 0,
        key: KeyChoice::Registered(0),
    }
}

/// An old card with a key of the buyer's, and a newer one with an upgrade.
fn versions() -> (CardId, CardId) {
    let older = publish(&CREATOR, 10, None);
    let newer = publish_next_version(older, PRICE);
    assert_ok!(send(
        &CREATOR,
        Call::set_upgrade {
            card: newer,
            discount: DISCOUNT
        }
    ));
    sold(&BUYER, older);
    (older, newer)
}

#[test]
fn a_holder_of_the_old_version_orders_the_new_one_for_less() {
    on_chain(|| {
        let (older, newer) = versions();
        let before = wealth(&BUYER);
        assert_ok!(send(&BUYER, claim_of(newer, 1, REDUCED)));
        let order = NextOrderId::<Test>::get() - 1;
        assert_eq!(Orders::<Test>::get(order).unwrap().claimed_with, Some(1));
        let record = Keys::<Test>::get(older, 1).unwrap();
        assert_eq!((record.claimed, record.order), (Some(newer), None));
        fulfil(order);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_eq!(wealth(&BUYER), before - REDUCED);
        assert_eq!(opened(newer, 1), EncodedPoint(*content(newer).point().as_bytes()));
        // Both are his.
        assert_eq!(Pallet::<Test>::keys_of(BUYER, None, 9).keys.len(), 2);
    });
}

#[test]
fn a_claim_at_any_other_price_is_refused() {
    on_chain(|| {
        let (_, newer) = versions();
        for price in [0, REDUCED - 1, REDUCED + 1, PRICE] {
            assert_noop!(
                send(&BUYER, claim_of(newer, 1, price)),
                Error::<Test>::PriceChanged
            );
        }
        FakeCards::revise(newer, |terms| terms.listed = true);
        assert_noop!(
            send(&BUYER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::TermsChanged
        );
    });
}

#[test]
fn a_whole_discount_gives_the_new_key_for_nothing() {
    on_chain(|| {
        let (_, newer) = versions();
        assert_ok!(send(
            &CREATOR,
            Call::set_upgrade {
                card: newer,
                discount: 1_000_000
            }
        ));
        let before = wealth(&BUYER);
        assert_ok!(send(&BUYER, claim_of(newer, 1, 0)));
        fulfil(NextOrderId::<Test>::get() - 1);
        assert_eq!(wealth(&BUYER), before);
        assert!(Keys::<Test>::contains_key(newer, 1));
    });
}

#[test]
fn an_old_key_claims_once_whoever_holds_it() {
    on_chain(|| {
        let (older, newer) = versions();
        assert_ok!(send(&BUYER, claim_of(newer, 1, REDUCED)));
        let order = NextOrderId::<Test>::get() - 1;
        fulfil(order);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_noop!(
            send(&BUYER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::AlreadyClaimed
        );
        let resale = resold(&BUYER, &OTHER, older, 1, 50);
        fulfil(resale);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order: resale }));
        assert_noop!(
            send(&OTHER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::AlreadyClaimed
        );
        assert_eq!(Pallet::<Test>::key(older, 1).unwrap().claimed, Some(newer));
    });
}

#[test]
fn a_refunded_claim_is_given_back_to_the_key() {
    on_chain(|| {
        let (older, newer) = versions();
        assert_ok!(send(&BUYER, claim_of(newer, 1, REDUCED)));
        let order = NextOrderId::<Test>::get() - 1;
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_eq!(Keys::<Test>::get(older, 1).unwrap().claimed, None);
        assert_ok!(send(&BUYER, claim_of(newer, 1, REDUCED)));
    });
}

#[test]
fn a_refund_of_a_claim_whose_old_key_is_gone_gives_nothing_back_and_works() {
    on_chain(|| {
        let (older, newer) = versions();
        assert_ok!(send(&BUYER, claim_of(newer, 1, REDUCED)));
        let order = NextOrderId::<Test>::get() - 1;
        Frozen::<Test>::insert(older, ());
        assert_ok!(send(
            &BUYER,
            Call::discard_key {
                card: older,
                edition: 1
            }
        ));
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
    });
}

#[test]
fn only_a_holder_with_a_free_key_of_the_old_version_claims() {
    on_chain(|| {
        let (older, newer) = versions();
        register(&OTHER);
        assert_noop!(
            send(&OTHER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::NotHolder
        );
        assert_noop!(
            send(&OTHER, claim_of(newer, 2, REDUCED)),
            Error::<Test>::UnknownKey
        );
        delivered(&OTHER, older);
        assert_noop!(
            send(&OTHER, claim_of(newer, 2, REDUCED)),
            Error::<Test>::KeyEngaged
        );
        list(&BUYER, older, 1, 50);
        assert_noop!(
            send(&BUYER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::KeyListed
        );
        assert_ok!(send(
            &BUYER,
            Call::unlist {
                card: older,
                edition: 1
            }
        ));
        assert_ok!(send(&BUYER, claim_of(newer, 1, REDUCED)));
    });
}

#[test]
fn where_no_way_is_open_nobody_claims() {
    on_chain(|| {
        let (older, newer) = versions();
        let newest = publish_next_version(newer, PRICE);
        assert_noop!(
            send(&BUYER, claim_of(older, 1, REDUCED)),
            Error::<Test>::SupersedesNothing
        );
        assert_noop!(
            send(&BUYER, claim_of(newest, 1, REDUCED)),
            Error::<Test>::NoUpgrade
        );
        Frozen::<Test>::insert(older, ());
        assert_noop!(
            send(&BUYER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::CardFrozen
        );
        Frozen::<Test>::remove(older);
        Frozen::<Test>::insert(newer, ());
        assert_noop!(
            send(&BUYER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::CardFrozen
        );
        Frozen::<Test>::remove(newer);
        FakeCards::retire(newer);
        assert_noop!(send(&BUYER, claim_of(newer, 1, REDUCED)), Error::<Test>::Retired);
    });
}

#[test]
fn a_creator_claims_nothing_from_himself_and_nobody_beside_an_open_order() {
    on_chain(|| {
        let (older, newer) = versions();
        mint(older, &CREATOR);
        assert_noop!(
            send(&CREATOR, claim_of(newer, 2, REDUCED)),
            Error::<Test>::OwnCard
        );
        buy(&BUYER, newer);
        assert_noop!(
            send(&BUYER, claim_of(newer, 1, REDUCED)),
            Error::<Test>::OrderAlreadyOpen
        );
    });
}

#[test]
fn claims_take_editions_as_every_order_does() {
    on_chain(|| {
        let (_, newer) = versions();
        FakeCards::revise(newer, |terms| terms.editions = Some(1));
        buy(&OTHER, newer);
        let late = Call::claim {
            card: newer,
            with: 1,
            price: REDUCED,
            terms_version: 1,
            key: KeyChoice::Registered(0),
        };
        assert_noop!(send(&BUYER, late), Error::<Test>::SoldOut);
    });
}
