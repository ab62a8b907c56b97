use super::*;
use crate::{Error, Frozen, Keys, Orders};
use frame_support::{assert_noop, dispatch::Pays};

const PRICE: Balance = 1_010;
/// 2.5 % of the price, rounded down.
const FEE: Balance = 25;

#[test]
fn the_seller_is_paid_and_the_fee_is_burnt() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        let issued = Balances::total_issuance();
        wait(SETTLEMENT_WINDOW);
        let info = send(&STRANGER, Call::settle { order }).unwrap();
        assert_eq!(info.pays_fee, Pays::No);
        let paid = PRICE - FEE;
        assert_event(Event::OrderSettled {
            order,
            card,
            edition: 1,
            buyer: BUYER,
            seller: CREATOR,
            price: PRICE,
            paid,
            fee: FEE,
        });

        assert_eq!(Balances::free_balance(&CREATOR), WEALTH + paid);
        assert_eq!(wealth(&BUYER), WEALTH - PRICE);
        assert_eq!(Balances::total_issuance(), issued - FEE);
        assert!(Orders::<Test>::get(order).is_none());
        // The key stays, and so does its deposit.
        assert!(Keys::<Test>::contains_key(card, 1));
        assert_eq!(held(HoldReason::Key, &BUYER), KEY_DEPOSIT);
        assert_eq!(held(HoldReason::Order, &BUYER), 0);
    });
}

#[test]
fn a_settled_sale_tells_of_its_fee_once_and_a_refunded_or_free_one_of_none() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        assert!(
            FeeRecorder::told().is_empty(),
            "nothing is burnt before settlement"
        );
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_eq!(FeeRecorder::told(), [(card, FEE)]);
        assert!(send(&STRANGER, Call::settle { order }).is_err());
        assert_eq!(FeeRecorder::told(), [(card, FEE)]);

        let refunded = buy(&OTHER, card);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order: refunded }));
        delivered(&BUYER, publish(&CREATOR, 0, None));
        assert_eq!(FeeRecorder::told(), [(card, FEE)]);
    });
}

#[test]
fn not_before_the_window_is_over() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        for _ in 0..SETTLEMENT_WINDOW {
            assert_noop!(send(&CREATOR, Call::settle { order }), Error::<Test>::WindowOpen);
            wait(1);
        }
        assert_ok!(send(&CREATOR, Call::settle { order }));
    });
}

#[test]
fn nothing_is_settled_twice_or_before_delivery() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        assert_noop!(
            send(&CREATOR, Call::settle { order }),
            Error::<Test>::NotDelivered
        );
        fulfil(order);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&CREATOR, Call::settle { order }));
        assert_noop!(
            send(&CREATOR, Call::settle { order }),
            Error::<Test>::UnknownOrder
        );
    });
}

#[test]
fn nothing_of_a_frozen_card_is_settled() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        wait(SETTLEMENT_WINDOW);
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&CREATOR, Call::settle { order }), Error::<Test>::CardFrozen);
    });
}

#[test]
fn a_share_too_small_to_open_the_sellers_account_waits_for_him() {
    on_chain(|| {
        let price = EXISTENTIAL_DEPOSIT - 1;
        let card = publish(&PAUPER, price, None);
        let order = delivered(&BUYER, card);
        let issued = Balances::total_issuance();
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        let fee = 2;
        let paid = price - fee;
        assert_event(Event::LeftUnclaimed {
            account: PAUPER,
            amount: paid,
        });
        assert_event(Event::OrderSettled {
            order,
            card,
            edition: 1,
            buyer: BUYER,
            seller: PAUPER,
            price,
            paid,
            fee,
        });
        assert_eq!(Unclaimed::<Test>::get(PAUPER), Some(paid));
        assert_eq!(held(HoldReason::Unclaimed, &Pallet::<Test>::account_id()), paid);
        assert_eq!(Balances::total_issuance(), issued - fee);
    });
}

#[test]
fn a_share_of_the_existential_deposit_opens_the_sellers_account() {
    on_chain(|| {
        let card = publish(&PAUPER, EXISTENTIAL_DEPOSIT + 2, None);
        let order = delivered(&BUYER, card);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_eq!(Balances::free_balance(&PAUPER), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn a_buyer_who_empties_or_freezes_his_account_cannot_stop_payment() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = delivered(&BUYER, card);
        System::inc_providers(&BUYER);
        spend_all(&BUYER);
        frame_system::Account::<Test>::mutate(&BUYER, |account| account.data.frozen = WEALTH);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&CREATOR, Call::settle { order }));
        assert_eq!(Balances::free_balance(&CREATOR), WEALTH + PRICE - FEE);
    });
}
