//! What `fulfil` does with a key that its holder sold.

use super::*;
use crate::{EncryptionKeys, Error, Frozen, Holdings, Keys, Orders, Tallies};
use frame_support::assert_noop;
use hashcard_primitives::{
    key::{item_id, OrderState},
    roles::KeyItems,
};

const PRICE: Balance = 1_000;

fn send_as(seller: &AccountId32, order: OrderId, handover: &Handover) -> DispatchResultWithPostInfo {
    let (capsule, proof) = handover.prove(&content(handover.card));
    send(
        seller,
        Call::fulfil {
            order,
            capsule,
            proof,
        },
    )
}

#[test]
fn item_capsule_and_deposit_pass_to_the_buyer_in_one_dispatch() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let edition = sold(&BUYER, card);
        let old = Keys::<Test>::get(card, edition).unwrap();
        let order = resold(&BUYER, &OTHER, card, edition, PRICE);
        let before = wealth(&BUYER);
        fulfil(order);
        let settles_at = System::block_number() + SETTLEMENT_WINDOW;
        assert_event(Event::OrderFulfilled {
            order,
            card,
            edition,
            buyer: OTHER,
            clerk: None,
            settles_at,
        });

        assert_eq!(FakeItems::owner(&CREATOR, item_id(card, edition)), Some(OTHER));
        assert!(!Pallet::<Test>::items_unlocked());
        let record = Keys::<Test>::get(card, edition).unwrap();
        assert_eq!(record.sequence, 1);
        assert_ne!(record.capsule, old.capsule);
        assert_eq!(
            opened(card, edition),
            EncodedPoint(*content(card).point().as_bytes())
        );
        assert_eq!((record.depositor, record.deposit), (OTHER, KEY_DEPOSIT));
        assert_eq!(held(HoldReason::Key, &BUYER), 0);
        assert_eq!(held(HoldReason::Key, &OTHER), KEY_DEPOSIT);
        assert_eq!(held(HoldReason::Bond, &BUYER), 0);
        assert_eq!(Holdings::<Test>::get(BUYER, card), 0);
        assert_eq!(Holdings::<Test>::get(OTHER, card), 1);
        let tally = Tallies::<Test>::get(card);
        assert_eq!((tally.made, tally.live, tally.waiting), (1, 1, 0));

        // The money still waits for the settlement.
        assert_eq!(
            Orders::<Test>::get(order).map(|order| order.state),
            Some(OrderState::Delivered { edition, settles_at })
        );
        assert_eq!(held(HoldReason::Order, &OTHER), PRICE);
        assert_eq!(wealth(&BUYER), before);
    });
}

#[test]
fn the_deposit_of_a_gift_that_is_resold_goes_back_to_its_giver() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        mint(card, &BUYER);
        assert_eq!(held(HoldReason::Key, &CREATOR), KEY_DEPOSIT);
        fulfil(resold(&BUYER, &OTHER, card, 1, PRICE));
        assert_eq!(held(HoldReason::Key, &CREATOR), 0);
        assert_eq!(held(HoldReason::Key, &OTHER), KEY_DEPOSIT);
    });
}

#[test]
fn the_old_holders_encryption_key_is_free_again() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        assert_eq!(EncryptionKeys::<Test>::get(BUYER, 0).unwrap().uses, 1);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        assert_noop!(
            send(&BUYER, Call::remove_key { index: 0 }),
            Error::<Test>::EncryptionKeyInUse
        );
        fulfil(order);
        assert_ok!(send(&BUYER, Call::remove_key { index: 0 }));
        // The buyer's key counts for the order and for the capsule.
        assert_eq!(EncryptionKeys::<Test>::get(OTHER, 0).unwrap().uses, 2);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_eq!(EncryptionKeys::<Test>::get(OTHER, 0).unwrap().uses, 1);
    });
}

#[test]
fn only_the_seller_delivers_and_the_creator_cannot_instead() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        let honest = Handover::of_order::<Test>(order);
        for who in [&CREATOR, &OTHER, &STRANGER] {
            assert_noop!(send_as(who, order, &honest), Error::<Test>::NotSeller);
        }
        assert_ok!(send_as(&BUYER, order, &honest));
    });
}

#[test]
fn a_new_key_does_not_serve_where_an_old_one_was_sold() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        mint(card, &CREATOR);
        let order = resold(&CREATOR, &OTHER, card, 1, PRICE);
        // The creator could make any number of keys; he sold this one.
        let minted = Handover {
            edition: 0,
            opens: None,
            ..Handover::of_order::<Test>(order)
        };
        assert_noop!(send_as(&CREATOR, order, &minted), Error::<Test>::InvalidProof);
        fulfil(order);
        assert_eq!(Tallies::<Test>::get(card).made, 1);
    });
}

#[test]
fn a_proof_for_any_other_resale_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        register(&STRANGER);
        let honest = Handover::of_order::<Test>(order);
        let with = |change: fn(&mut Handover)| {
            let mut handover = honest.clone();
            change(&mut handover);
            handover
        };
        use hashcard_proofs::TransferUse;
        let wrong = [
            with(|it| it.genesis = [0; 32]),
            with(|it| it.card += 1),
            with(|it| it.root = [0; 32]),
            with(|it| it.blob_len = 1),
            with(|it| it.key_commitment = [0; 32]),
            with(|it| it.edition = 0),
            with(|it| it.edition = 2),
            with(|it| it.order = 0),
            with(|it| it.order += 1),
            with(|it| it.price = PRICE - 1),
            with(|it| it.sequence = 1),
            with(|it| it.from = CREATOR),
            with(|it| it.to = STRANGER),
            with(|it| it.submitter = CREATOR),
            with(|it| it.from_key_index = 1),
            with(|it| it.to_key_index = 1),
            with(|it| it.encryption_key = encryption_secret::<Test>(&STRANGER, 0).public()),
            with(|it| it.opens.as_mut().unwrap().transfer_use = TransferUse::Fulfil),
            with(|it| it.opens.as_mut().unwrap().transfer_use = TransferUse::Rewrap),
            with(|it| it.opens.as_mut().unwrap().by = (STRANGER, 0)),
        ];
        for handover in wrong {
            assert_noop!(send_as(&BUYER, order, &handover), Error::<Test>::InvalidProof);
        }
        assert_ok!(send_as(&BUYER, order, &honest));
    });
}

#[test]
fn a_capsule_of_another_content_is_refused() {
    on_chain(|| {
        let (card, other) = (publish(&CREATOR, 10, None), publish(&CREATOR, 10, None));
        sold(&BUYER, card);
        sold(&BUYER, other);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        let mut handover = Handover::of_order::<Test>(order);
        handover.opens.as_mut().unwrap().capsule = Keys::<Test>::get(other, 1).unwrap().capsule;
        assert_noop!(send_as(&BUYER, order, &handover), Error::<Test>::InvalidProof);
    });
}

#[test]
fn the_capsule_that_the_seller_had_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        let (_, proof) = capsule_for(order);
        let capsule = Keys::<Test>::get(card, 1).unwrap().capsule;
        let call = Call::fulfil {
            order,
            capsule,
            proof,
        };
        assert_noop!(send(&BUYER, call), Error::<Test>::InvalidProof);
    });
}

#[test]
fn a_proof_of_one_resale_serves_no_later_one_between_the_same_two() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let first = resold(&BUYER, &OTHER, card, 1, PRICE);
        let (capsule, proof) = capsule_for(first);
        fulfil(first);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order: first }));
        let back = resold(&OTHER, &BUYER, card, 1, PRICE);
        fulfil(back);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order: back }));
        let second = resold(&BUYER, &OTHER, card, 1, PRICE);
        let replayed = Call::fulfil {
            order: second,
            capsule,
            proof,
        };
        assert_noop!(send(&BUYER, replayed), Error::<Test>::InvalidProof);
        fulfil(second);
        assert_eq!(Keys::<Test>::get(card, 1).unwrap().sequence, 3);
        assert_eq!(opened(card, 1), EncodedPoint(*content(card).point().as_bytes()));
    });
}

#[test]
fn not_after_the_deadline_and_not_of_a_frozen_card() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        let (first, second) = (sold(&BUYER, card), sold(&BUYER, card));
        let late = resold(&BUYER, &OTHER, card, first, PRICE);
        wait(ORDER_DEADLINE + 1);
        assert_noop!(try_fulfil(late), Error::<Test>::DeadlinePassed);
        let frozen = resold(&BUYER, &STRANGER, card, second, PRICE);
        Frozen::<Test>::insert(card, ());
        assert_noop!(try_fulfil(frozen), Error::<Test>::CardFrozen);
    });
}

#[test]
fn a_resale_is_delivered_once() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        let (capsule, proof) = capsule_for(order);
        let call = Call::fulfil {
            order,
            capsule,
            proof,
        };
        assert_ok!(send(&BUYER, call.clone()));
        assert_noop!(send(&BUYER, call), Error::<Test>::AlreadyDelivered);
    });
}

#[test]
fn no_item_no_delivery_and_items_are_locked_again() {
    on_chain(|| {
        let card = publish(&CREATOR, 10, None);
        sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        FakeItems::refuse(true);
        assert!(try_fulfil(order).is_err());
        assert!(!Pallet::<Test>::items_unlocked());
        assert_eq!(Keys::<Test>::get(card, 1).unwrap().sequence, 0);
        FakeItems::refuse(false);
        fulfil(order);
    });
}

#[test]
fn a_buyer_of_a_false_key_is_refunded_and_the_key_destroyed() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, 10);
        sold(&BUYER, card);
        let order = resold(&BUYER, &OTHER, card, 1, PRICE);
        fulfil(order);
        assert_ok!(send(&OTHER, report_of(card, 1, &OTHER)));
        assert_event(Event::OrderRefunded {
            order,
            card,
            buyer: OTHER,
            price: PRICE,
            edition: Some(1),
        });
        assert_eq!(wealth(&OTHER), WEALTH);
        assert!(!Keys::<Test>::contains_key(card, 1));
        assert_eq!(held(HoldReason::Key, &OTHER), 0);
        assert_eq!(held(HoldReason::Bond, &BUYER), 0);
    });
}
