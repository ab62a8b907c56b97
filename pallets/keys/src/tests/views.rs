use super::*;
use crate::{InOrder, OrdersBySeller, MAX_PAGE};
use hashcard_primitives::{
    key::{item_id, OrderState, OrderView, Sale},
    roles::CardDependents,
};

type Keys = Pallet<Test>;

fn ids(orders: &[OrderView<AccountId32>]) -> Vec<OrderId> {
    orders.iter().map(|order| order.id).collect()
}

#[test]
fn an_order_is_shown_until_it_ends() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        let order = buy(&BUYER, card);
        let expected = OrderView {
            id: order,
            card,
            sale: Sale::Primary,
            buyer: BUYER,
            seller: CREATOR,
            price: 1_000,
            key_index: 0,
            encryption_key: encryption_secret::<Test>(&BUYER, 0).public().0,
            made_at: 1,
            commission: 0,
            claimed_with: None,
            penalty: 0,
            lock: None,
            delivered_by: None,
            state: OrderState::Waiting {
                deadline: 1 + ORDER_DEADLINE,
            },
        };
        assert_eq!(Keys::order(order), Some(expected));
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&BUYER, Call::expire { order }));
        assert_eq!(Keys::order(order), None);
    });
}

#[test]
fn orders_come_oldest_first_also_where_numbers_grow_a_byte() {
    on_chain(|| {
        let cards: Vec<_> = (0..4).map(|_| publish(&CREATOR, 10, None)).collect();
        let elsewhere = publish(&CHEAT, 10, None);
        let mut expected = Vec::new();
        for (card, number) in cards.into_iter().zip([1, 255, 256, 65_536]) {
            NextOrderId::<Test>::put(number);
            expected.push(buy(&BUYER, card));
        }
        buy(&BUYER, elsewhere);

        assert_eq!(ids(&Keys::orders_of_seller(CREATOR, 0, 64).orders), expected);
        assert_eq!(ids(&Keys::orders_of_seller(CREATOR, 2, 64).orders), expected[1..]);
        assert_eq!(
            ids(&Keys::orders_of_seller(CREATOR, 255, 64).orders),
            expected[1..]
        );
        assert!(&Keys::orders_of_seller(CREATOR, 65_537, 64).orders.is_empty());
        assert!(&Keys::orders_of_seller(CREATOR, u64::MAX, 64).orders.is_empty());
        assert_eq!(
            ids(&Keys::orders_of_buyer(BUYER, 256, 64).orders),
            [256, 65_536, 65_537]
        );
        assert!(&Keys::orders_of_buyer(OTHER, 0, 64).orders.is_empty());
    });
}

#[test]
fn a_page_of_orders_says_where_the_next_begins() {
    on_chain(|| {
        for _ in 0..5 {
            let card = publish(&CREATOR, 10, None);
            buy(&BUYER, card);
        }
        let mut from = 0;
        let mut seen = Vec::new();
        loop {
            let page = Keys::orders_of_seller(CREATOR, from, 2);
            assert!(page.orders.len() <= 2);
            seen.extend(ids(&page.orders));
            match page.next {
                Some(next) => from = next,
                None => break,
            }
        }
        assert_eq!(seen, [1, 2, 3, 4, 5]);
        assert_eq!(Keys::orders_of_buyer(BUYER, 0, 5).next, None);
    });
}

#[test]
fn a_page_is_bounded_whatever_is_asked() {
    on_chain(|| {
        for _ in 0..=MAX_PAGE {
            let card = publish(&CREATOR, 0, None);
            buy(&BUYER, card);
        }
        let page = Keys::orders_of_seller(CREATOR, 0, u32::MAX);
        assert_eq!(page.orders.len(), MAX_PAGE as usize);
        assert_eq!(page.next, Some(u64::from(MAX_PAGE) + 1));

        for order in 1..=u64::from(MAX_PAGE) + 1 {
            fulfil(order);
        }
        let page = Keys::keys_of(BUYER, None, u32::MAX);
        assert_eq!(page.keys.len(), MAX_PAGE as usize);
        let rest = Keys::keys_of(BUYER, page.next, u32::MAX);
        assert_eq!(rest.keys.len(), 1);
        assert_eq!(rest.next, None);
    });
}

#[test]
fn numbers_in_order_survive_the_round_trip() {
    for id in [0, 1, 255, 256, u64::MAX] {
        assert_eq!(OrderId::from(InOrder::from(id)), id);
    }
    on_chain(|| {
        let key = |id: OrderId| OrdersBySeller::<Test>::hashed_key_for(CREATOR, InOrder::from(id));
        assert!(key(255) < key(256));
    });
}

#[test]
fn keys_are_shown_with_their_holder_and_capsule() {
    on_chain(|| {
        let card = publish(&CREATOR, 0, None);
        mint(card, &OTHER);
        delivered(&BUYER, card);
        let page = Keys::keys_of(BUYER, None, 10);
        assert_eq!(page.keys, [Keys::key(card, 2).unwrap()]);
        let key = &page.keys[0];
        assert_eq!(
            (key.card, key.edition, &key.holder, key.sequence),
            (card, 2, &BUYER, 0)
        );
        assert_eq!(
            key.encryption_key,
            encryption_secret::<Test>(&BUYER, 0).public().0
        );
        assert!(Keys::keys_of(BUYER, Some(item_id(card, 2)), 10).keys.is_empty());
        assert_eq!(Keys::key(card, 3), None);
    });
}

#[test]
fn encryption_keys_are_shown_by_index() {
    on_chain(|| {
        register(&BUYER);
        assert_eq!(Keys::encryption_keys(BUYER), 1);
        assert_eq!(
            Keys::encryption_key(BUYER, 0),
            Some(encryption_secret::<Test>(&BUYER, 0).public().0)
        );
        assert_eq!(Keys::encryption_key(BUYER, 1), None);
    });
}

#[test]
fn a_card_is_depended_on_while_it_has_orders_or_keys() {
    on_chain(|| {
        let card = publish(&CREATOR, 1_000, None);
        assert!(!Keys::depends_on(card));
        let order = buy(&BUYER, card);
        assert!(Keys::depends_on(card));
        assert_eq!(Keys::keys_made(card), 0);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&BUYER, Call::expire { order }));
        assert!(!Keys::depends_on(card));
        delivered(&BUYER, card);
        assert!(Keys::depends_on(card));
        assert_eq!(Keys::keys_made(card), 1);
        assert!(!Keys::is_frozen(card));
    });
}
