use super::*;
use crate::{Frozen, Histories};
use hashcard_primitives::key::{PastSale, PAST_SALES};

#[test]
fn a_settled_sale_is_remembered_and_a_waiting_one_is_not() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        delivered(&BUYER, card);
        assert_eq!(Pallet::<Test>::price_history(card), None);
        wait(SETTLEMENT_WINDOW);
        let block = System::block_number();
        assert_ok!(send(&STRANGER, Call::settle { order: 1 }));
        let history = Pallet::<Test>::price_history(card).unwrap();
        assert_eq!((history.sold, history.volume), (1, 1_000));
        let sale = PastSale {
            block,
            price: 1_000,
            edition: 1,
            resale: false,
        };
        assert_eq!(history.last.into_inner(), [sale]);
    });
}

#[test]
fn a_resale_is_told_as_one_with_its_key() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let edition = sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, edition, 700);
        fulfil(order);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        let history = Pallet::<Test>::price_history(card).unwrap();
        assert_eq!((history.sold, history.volume), (2, 1_700));
        let last = history.last.last().unwrap();
        assert_eq!((last.price, last.edition, last.resale), (700, edition, true));
    });
}

#[test]
fn free_keys_gifts_and_refunds_are_not_sales() {
    on_chain(|| {
        let (free, card) = (publish(&CREATOR, 0, None), publish(&CREATOR, 1_000, None));
        sold(&BUYER, free);
        mint(card, &OTHER);
        let order = buy(&BUYER, card);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order }));
        assert_eq!(Histories::<Test>::iter().count(), 0);
    });
}

#[test]
fn the_last_few_are_told_one_by_one_and_all_are_counted() {
    on_chain(|| {
        let card = publish(&CREATOR, 1, None);
        for price in 1..=u128::from(PAST_SALES) + 3 {
            FakeCards::revise(card, |terms| terms.price = price);
            sold(&BUYER, card);
        }
        let history = Pallet::<Test>::price_history(card).unwrap();
        assert_eq!((history.sold, history.volume), (11, 66));
        let prices: Vec<_> = history.last.iter().map(|sale| sale.price).collect();
        assert_eq!(prices, (4..=11).collect::<Vec<_>>());
    });
}

#[test]
fn it_goes_with_the_last_key_that_paid_for_it() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        sold(&OTHER, card);
        Frozen::<Test>::insert(card, ());
        assert_ok!(send(&BUYER, Call::discard_key { card, edition: 1 }));
        assert!(Histories::<Test>::contains_key(card));
        assert_ok!(send(&OTHER, Call::discard_key { card, edition: 2 }));
        assert!(!Histories::<Test>::contains_key(card));
    });
}
