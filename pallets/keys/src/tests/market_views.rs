use super::*;
use crate::MAX_PAGE;
use hashcard_primitives::key::{item_id, ListingView, LockView, OfferView, Sale};

type Keys = Pallet<Test>;

const PRICE: Balance = 1_000;

#[test]
fn a_listing_shows_what_a_buyer_must_name() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        assert_eq!(Keys::listing(card, 1), None);
        list(&BUYER, card, 1, PRICE);
        let expected = ListingView {
            card,
            edition: 1,
            seller: BUYER,
            price: PRICE,
            sequence: 0,
            claimed: None,
            penalty: stake(PRICE),
            listed_at: System::block_number(),
        };
        assert_eq!(Keys::listing(card, 1), Some(expected.clone()));
        let all = vec![expected];
        assert_eq!(Keys::listings(card, None, 9).listings, all);
        assert_eq!(Keys::listings_of(BUYER, None, 9).listings, all);
        assert_eq!(Keys::key(card, 1).unwrap().listed, Some(PRICE));
        buy_listed(&OTHER, card, 1);
        assert_eq!(Keys::listing(card, 1), None);
        assert_eq!(Keys::key(card, 1).unwrap().listed, None);
    });
}

#[test]
fn listings_of_a_card_come_page_by_page_each_once() {
    on_chain(|| {
        let card = publish(&CREATOR, 0, None);
        for _ in 0..7 {
            let edition = sold(&BUYER, card);
            list(&BUYER, card, edition, PRICE);
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = Keys::listings(card, after, 3);
            assert!(page.listings.len() <= 3);
            seen.extend(page.listings.iter().map(|listing| listing.edition));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=7).collect::<Vec<_>>());
    });
}

#[test]
fn listings_of_a_seller_come_by_card_and_edition() {
    on_chain(|| {
        let cards = [publish(&CREATOR, 0, None), publish(&CREATOR, 0, None)];
        for card in cards.iter().rev() {
            for _ in 0..2 {
                let edition = sold(&BUYER, *card);
                list(&BUYER, *card, edition, PRICE);
            }
        }
        let page = Keys::listings_of(BUYER, None, 3);
        let places: Vec<_> = page
            .listings
            .iter()
            .map(|listing| (listing.card, listing.edition))
            .collect();
        assert_eq!(places, [(cards[0], 1), (cards[0], 2), (cards[1], 1)]);
        assert_eq!(page.next, Some(item_id(cards[1], 1)));
        let rest = Keys::listings_of(BUYER, page.next, 3);
        assert_eq!((rest.listings.len(), rest.next), (1, None));
        assert!(Keys::listings_of(OTHER, None, 3).listings.is_empty());
    });
}

#[test]
fn offers_are_shown_by_card_and_by_buyer() {
    on_chain(|| {
        let (card, other) = (publish(&CREATOR, 10, None), publish(&CREATOR, 10, None));
        sold(&BUYER, card);
        sold(&BUYER, other);
        let (first, second, third) = (
            offer(&OTHER, card, Some(1), PRICE),
            offer(&STRANGER, card, None, 2 * PRICE),
            offer(&OTHER, other, None, PRICE),
        );
        let expected = OfferView {
            id: first,
            card,
            edition: Some(1),
            claimed: None,
            buyer: OTHER,
            price: PRICE,
            key_index: 0,
            encryption_key: encryption_secret::<Test>(&OTHER, 0).public().0,
            until: System::block_number() + OFFER_BLOCKS,
        };
        assert_eq!(Keys::offer_view(first), Some(expected));
        let ids = |page: hashcard_primitives::key::OfferPage<AccountId32>| -> Vec<_> {
            page.offers.iter().map(|offer| offer.id).collect()
        };
        assert_eq!(ids(Keys::offers_of_card(card, 0, 9)), [first, second]);
        assert_eq!(ids(Keys::offers_of_card(card, second, 9)), [second]);
        assert_eq!(ids(Keys::offers_of_buyer(OTHER, 0, 9)), [first, third]);
        assert_eq!(Keys::offers_of_buyer(OTHER, 0, 1).next, Some(third));
        assert_ok!(send(
            &BUYER,
            Call::accept {
                offer: first,
                edition: 1
            }
        ));
        assert_eq!(ids(Keys::offers_of_card(card, 0, 9)), [second]);
        let order = Keys::order(first).unwrap();
        assert_eq!(order.sale, Sale::Resale { edition: 1 });
        assert_eq!((order.seller, order.penalty), (BUYER, stake(PRICE)));
        assert_eq!(Keys::key(card, 1).unwrap().order, Some(first));
    });
}

#[test]
fn clerks_find_the_primary_orders_that_wait() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        resold(&BUYER, &OTHER, card, edition, PRICE);
        let (first, second) = (buy(&STRANGER, card), buy(&CHEAT, card));
        let ids = |from| -> Vec<_> {
            let page = Keys::orders_of_card(card, from, 9);
            page.orders.iter().map(|order| order.id).collect()
        };
        assert_eq!(ids(0), [first, second]);
        assert_eq!(ids(second), [second]);
        assert_eq!(Keys::orders_of_card(card, 0, 1).next, Some(second));
        fulfil(first);
        assert_eq!(ids(0), [second]);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&STRANGER, Call::expire { order: second }));
        assert!(ids(0).is_empty());
    });
}

#[test]
fn clerks_and_what_they_are_promised_are_shown() {
    on_chain(|| {
        let (card, other) = (publish(&CREATOR, 10, None), publish(&CREATOR, 10, None));
        let none = Keys::clerks(card);
        assert_eq!((none.commission, none.any_holder), (0, false));
        assert!(none.accounts.is_empty());
        appoint(card, &OTHER);
        appoint(card, &STRANGER);
        appoint(other, &OTHER);
        promise(card, 1_000, true);
        let some = Keys::clerks(card);
        assert_eq!((some.commission, some.any_holder), (1_000, true));
        assert_eq!(some.accounts, [OTHER, STRANGER]);
        let capsule = Keys::clerk_capsule(card, OTHER).unwrap();
        assert_eq!(capsule.key_index, 0);
        assert_eq!(
            capsule.encryption_key,
            encryption_secret::<Test>(&OTHER, 0).public().0
        );
        assert_eq!(Keys::clerk_capsule(other, STRANGER), None);
        assert_eq!(Keys::clerk_cards(OTHER, None, 9), [card, other]);
        assert_eq!(Keys::clerk_cards(OTHER, None, 1), [card]);
        assert_eq!(Keys::clerk_cards(OTHER, Some(card), 9), [other]);
    });
}

#[test]
fn a_lock_is_shown_on_its_order() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let lock = lock_by_seller(order);
        let Call::lock { commitment, .. } = lock else {
            panic!("a lock")
        };
        assert_ok!(send(&CREATOR, lock));
        let by = CREATOR;
        assert_eq!(
            Keys::order(order).unwrap().lock,
            Some(LockView { by, commitment })
        );
    });
}

#[test]
fn pages_are_bounded_whatever_is_asked() {
    on_chain(|| {
        let card = publish(&CREATOR, 0, None);
        let buyers: Vec<_> = (0..=MAX_PAGE as u8)
            .map(|n| AccountId32::new([100 + n; 32]))
            .collect();
        for buyer in &buyers {
            assert_ok!(Balances::transfer_allow_death(
                RuntimeOrigin::signed(STRANGER),
                buyer.clone(),
                5 * EXISTENTIAL_DEPOSIT
            ));
            let edition = sold(buyer, card);
            list(buyer, card, edition, 1);
        }
        for buyer in &buyers {
            offer(buyer, card, None, 1);
        }
        let most = MAX_PAGE as usize;
        assert_eq!(Keys::listings(card, None, u32::MAX).listings.len(), most);
        assert_eq!(Keys::offers_of_card(card, 0, u32::MAX).offers.len(), most);
        assert!(Keys::offers_of_card(card, 0, u32::MAX).next.is_some());
    });
}
