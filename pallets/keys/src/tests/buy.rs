use super::*;
use crate::{Error, Frozen, Orders, Tallies};
use frame_support::assert_noop;
use hashcard_primitives::key::{OrderState, Sale};
use sp_runtime::TokenError;

const PRICE: Balance = 1_000;

fn offer(card: CardId, price: Balance, terms_version: u32) -> Call<Test> {
    Call::buy {
        card,
        price,
        terms_version,
        key: KeyChoice::Registered(0),
    }
}

#[test]
fn price_and_deposit_are_held_and_the_key_is_snapshotted() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(5));
        register(&BUYER);
        assert_ok!(send(&BUYER, offer(card, PRICE, 0)));
        let deadline = 1 + ORDER_DEADLINE;
        assert_event(Event::OrderPlaced {
            order: 1,
            card,
            sale: Sale::Primary,
            buyer: BUYER,
            seller: CREATOR,
            price: PRICE,
            key_index: 0,
            claimed_with: None,
            deadline,
        });

        assert_eq!(held(HoldReason::Order, &BUYER), PRICE);
        assert_eq!(held(HoldReason::Key, &BUYER), KEY_DEPOSIT);
        assert_eq!(wealth(&BUYER), WEALTH);
        let order = Orders::<Test>::get(1).unwrap();
        assert_eq!(
            order.encryption_key,
            encryption_secret::<Test>(&BUYER, 0).public()
        );
        assert_eq!(order.state, OrderState::Waiting { deadline });
        assert_eq!(Tallies::<Test>::get(card).waiting, 1);
    });
}

#[test]
fn a_first_purchase_registers_its_encryption_key() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let (key, proof) = next_key::<Test>(&BUYER);
        let call = Call::buy {
            card,
            price: PRICE,
            terms_version: 0,
            key: KeyChoice::Register(key, proof),
        };
        assert_ok!(send(&BUYER, call));
        assert_event(Event::EncryptionKeyRegistered {
            account: BUYER,
            index: 0,
            key,
        });
        assert_eq!(
            Pallet::<Test>::order(1).map(|order| order.encryption_key),
            Some(key.0)
        );
        assert_eq!(held(HoldReason::EncryptionKey, &BUYER), ENCRYPTION_KEY_DEPOSIT);
    });
}

#[test]
fn a_purchase_that_registers_a_false_or_empty_key_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let (key, proof) = next_key::<Test>(&OTHER);
        let call = |key| Call::buy {
            card,
            price: PRICE,
            terms_version: 0,
            key: KeyChoice::Register(key, proof),
        };
        assert_noop!(send(&BUYER, call(key)), Error::<Test>::InvalidProof);
        assert_noop!(
            send(&BUYER, call(EncodedPoint([0; 32]))),
            Error::<Test>::InvalidPoint
        );
        assert_noop!(
            send(&BUYER, call(EncodedPoint([0xff; 32]))),
            Error::<Test>::InvalidPoint
        );
    });
}

#[test]
fn an_encryption_key_that_is_not_registered_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&OTHER);
        assert_noop!(
            send(&BUYER, offer(card, PRICE, 0)),
            Error::<Test>::UnknownEncryptionKey
        );
    });
}

#[test]
fn a_buyer_pays_neither_more_nor_less_than_he_saw() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&BUYER);
        for price in [PRICE - 1, PRICE + 1] {
            assert_noop!(send(&BUYER, offer(card, price, 0)), Error::<Test>::PriceChanged);
        }
    });
}

#[test]
fn terms_that_changed_between_look_and_purchase_stop_it() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        register(&BUYER);
        FakeCards::revise(card, |terms| terms.price = 2 * PRICE);
        assert_noop!(send(&BUYER, offer(card, PRICE, 0)), Error::<Test>::PriceChanged);
        FakeCards::revise(card, |terms| terms.price = PRICE);
        assert_noop!(send(&BUYER, offer(card, PRICE, 0)), Error::<Test>::TermsChanged);
        assert_ok!(send(&BUYER, offer(card, PRICE, 2)));
    });
}

#[test]
fn a_later_price_does_not_change_an_order() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        FakeCards::revise(card, |terms| terms.price = 9 * PRICE);
        fulfil(order);
        assert_eq!(held(HoldReason::Order, &BUYER), PRICE);
    });
}

#[test]
fn what_is_not_for_sale_cannot_be_bought() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let open = FakeCards::publish(CREATOR, root(50), BLOB_LEN, [0; 32], None, terms(PRICE, None));
        register(&BUYER);
        assert_noop!(send(&BUYER, offer(77, PRICE, 0)), Error::<Test>::UnknownCard);
        assert_noop!(send(&BUYER, offer(open, PRICE, 0)), Error::<Test>::NotKeyed);

        FakeCards::revise(card, |terms| terms.listed = false);
        assert_noop!(send(&BUYER, offer(card, PRICE, 1)), Error::<Test>::NotListed);
        FakeCards::revise(card, |terms| terms.listed = true);
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&BUYER, offer(card, PRICE, 2)), Error::<Test>::CardFrozen);
        FakeCards::retire(card);
        assert_noop!(send(&BUYER, offer(card, PRICE, 2)), Error::<Test>::Retired);
    });
}

#[test]
fn the_last_edition_is_sold_once() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(1));
        let order = buy(&BUYER, card);
        assert_noop!(try_buy(&OTHER, card), Error::<Test>::SoldOut);
        fulfil(order);
        assert_noop!(try_buy(&OTHER, card), Error::<Test>::SoldOut);
    });
}

#[test]
fn an_expired_order_gives_its_edition_free() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(1));
        let order = buy(&BUYER, card);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        buy(&OTHER, card);
    });
}

#[test]
fn a_card_without_editions_sells_none() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(0));
        assert_noop!(try_buy(&BUYER, card), Error::<Test>::SoldOut);
    });
}

#[test]
fn a_creator_does_not_buy_from_himself() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        assert_noop!(try_buy(&CREATOR, card), Error::<Test>::OwnCard);
    });
}

#[test]
fn a_buyer_has_one_open_order_for_a_card() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        assert_noop!(try_buy(&BUYER, card), Error::<Test>::OrderAlreadyOpen);
        fulfil(order);
        assert_noop!(try_buy(&BUYER, card), Error::<Test>::OrderAlreadyOpen);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        buy(&BUYER, card);
    });
}

#[test]
fn a_buyer_who_cannot_pay_price_and_deposit_buys_nothing() {
    on_chain(|| {
        let spendable = WEALTH - EXISTENTIAL_DEPOSIT - ENCRYPTION_KEY_DEPOSIT - KEY_DEPOSIT;
        let dear = publish(&CREATOR, spendable + 1, None);
        let just = publish(&CREATOR, spendable, None);
        assert_noop!(try_buy(&BUYER, dear), TokenError::FundsUnavailable);
        buy(&BUYER, just);
    });
}

#[test]
fn held_money_can_neither_be_spent_nor_taken_back() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        spend_all(&BUYER);
        let locked = PRICE + KEY_DEPOSIT + ENCRYPTION_KEY_DEPOSIT + EXISTENTIAL_DEPOSIT;
        assert_eq!(wealth(&BUYER), locked);
        assert_noop!(
            send(&BUYER, Call::expire { order }),
            Error::<Test>::DeadlineNotPassed
        );

        fulfil(order);
        assert_noop!(
            send(&BUYER, Call::expire { order }),
            Error::<Test>::AlreadyDelivered
        );
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_eq!(wealth(&BUYER), locked - PRICE);
    });
}

#[test]
fn registering_within_a_purchase_is_charged_for() {
    use crate::WeightInfo;
    use frame_support::dispatch::GetDispatchInfo;
    on_chain(|| {
        let of = |key| {
            Call::<Test>::buy {
                card: 0,
                price: 0,
                terms_version: 0,
                key,
            }
            .get_dispatch_info()
            .call_weight
        };
        assert_eq!(of(KeyChoice::Registered(0)), <()>::buy());
        assert_eq!(of(fresh_key::<Test>(&BUYER)), <()>::buy() + <()>::register_key());
    });
}
