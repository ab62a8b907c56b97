use super::*;
use crate::{Error, Frozen, Holdings, Keys, Orders, Tallies};
use frame_support::assert_noop;
use hashcard_primitives::key::OrderState;

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
fn the_buyer_gets_a_key_that_opens_and_the_money_stays_held() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(5));
        let order = buy(&BUYER, card);
        fulfil(order);
        let settles_at = 1 + SETTLEMENT_WINDOW;
        assert_event(Event::OrderFulfilled {
            order,
            card,
            edition: 1,
            buyer: BUYER,
            clerk: None,
            settles_at,
        });

        assert_eq!(opened(card, 1), EncodedPoint(*content(card).point().as_bytes()));
        assert_eq!(Pallet::<Test>::key(card, 1).map(|key| key.holder), Some(BUYER));
        assert_eq!(
            Orders::<Test>::get(order).map(|order| order.state),
            Some(OrderState::Delivered {
                edition: 1,
                settles_at
            })
        );
        assert_eq!(held(HoldReason::Order, &BUYER), PRICE);
        assert_eq!(held(HoldReason::Key, &BUYER), KEY_DEPOSIT);
        assert_eq!(wealth(&CREATOR), WEALTH);
        assert_eq!(Holdings::<Test>::get(BUYER, card), 1);
        let tally = Tallies::<Test>::get(card);
        assert_eq!((tally.made, tally.live, tally.waiting), (1, 1, 0));
    });
}

#[test]
fn a_free_key_is_settled_when_it_is_delivered() {
    on_chain(|| {
        let card = publish(&CREATOR, 0, None);
        let order = buy(&BUYER, card);
        fulfil(order);
        assert_event(Event::OrderFulfilled {
            order,
            card,
            edition: 1,
            buyer: BUYER,
            clerk: None,
            settles_at: 1,
        });
        assert_event(Event::OrderSettled {
            order,
            card,
            edition: 1,
            buyer: BUYER,
            seller: CREATOR,
            price: 0,
            paid: 0,
            fee: 0,
        });
        assert!(Orders::<Test>::get(order).is_none());
        assert!(Keys::<Test>::contains_key(card, 1));
        assert_eq!(held(HoldReason::Key, &BUYER), KEY_DEPOSIT);
        buy(&BUYER, card);
    });
}

#[test]
fn the_last_block_of_the_deadline_is_in_time_and_the_next_is_not() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let (in_time, late) = (buy(&BUYER, card), buy(&OTHER, card));
        wait(ORDER_DEADLINE);
        fulfil(in_time);
        wait(1);
        assert_noop!(try_fulfil(late), Error::<Test>::DeadlinePassed);
    });
}

#[test]
fn only_the_seller_fulfils() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let copied = Handover::of_order::<Test>(order);
        let own = Handover {
            submitter: OTHER,
            from: OTHER,
            ..copied.clone()
        };
        assert_noop!(send_as(&OTHER, order, &copied), Error::<Test>::NotSeller);
        assert_noop!(send_as(&OTHER, order, &own), Error::<Test>::NotSeller);
        assert_noop!(send_as(&BUYER, order, &copied), Error::<Test>::NotSeller);
    });
}

#[test]
fn a_proof_for_any_other_delivery_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        register(&OTHER);
        let honest = Handover::of_order::<Test>(order);
        let wrong = [
            Handover {
                genesis: [0; 32],
                ..honest.clone()
            },
            Handover {
                card: card + 1,
                ..honest.clone()
            },
            Handover {
                root: [0; 32],
                ..honest.clone()
            },
            Handover {
                blob_len: 1,
                ..honest.clone()
            },
            Handover {
                key_commitment: [0; 32],
                ..honest.clone()
            },
            Handover {
                edition: 1,
                ..honest.clone()
            },
            Handover {
                order: order + 1,
                ..honest.clone()
            },
            Handover {
                order: 0,
                ..honest.clone()
            },
            Handover {
                price: PRICE - 1,
                ..honest.clone()
            },
            Handover {
                sequence: 1,
                ..honest.clone()
            },
            Handover {
                from: OTHER,
                ..honest.clone()
            },
            Handover {
                to: OTHER,
                ..honest.clone()
            },
            Handover {
                submitter: OTHER,
                ..honest.clone()
            },
            Handover {
                to_key_index: 1,
                ..honest.clone()
            },
            Handover {
                encryption_key: encryption_secret::<Test>(&OTHER, 0).public(),
                ..honest.clone()
            },
        ];
        for handover in wrong {
            assert_noop!(send_as(&CREATOR, order, &handover), Error::<Test>::InvalidProof);
        }
        assert_ok!(send_as(&CREATOR, order, &honest));
    });
}

#[test]
fn a_capsule_with_an_identity_or_no_point_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let (good, proof) = capsule_for(order);
        for bad in [EncodedPoint([0; 32]), EncodedPoint([0xff; 32])] {
            for capsule in [Capsule { r: bad, ..good }, Capsule { c: bad, ..good }] {
                let call = Call::fulfil {
                    order,
                    capsule,
                    proof,
                };
                assert_noop!(send(&CREATOR, call), Error::<Test>::InvalidPoint);
            }
        }
    });
}

#[test]
fn a_capsule_of_another_content_is_refused() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let (capsule, proof) = Handover::of_order::<Test>(order).prove(&content(99));
        assert_noop!(
            send(
                &CREATOR,
                Call::fulfil {
                    order,
                    capsule,
                    proof
                }
            ),
            Error::<Test>::InvalidProof
        );
    });
}

#[test]
fn deliveries_proven_for_the_same_state_succeed_in_any_order() {
    for first_is_sent_first in [true, false] {
        on_chain(|| {
            let card = publish(&CREATOR, PRICE, None);
            let (first, second) = (buy(&BUYER, card), buy(&OTHER, card));
            let mut prepared = [first, second].map(|order| (order, Handover::of_order::<Test>(order)));
            if !first_is_sent_first {
                prepared.reverse();
            }
            for (edition, (order, handover)) in (1..).zip(&prepared) {
                assert_ok!(send_as(&CREATOR, *order, handover));
                let holder = Pallet::<Test>::key(card, edition).map(|key| key.holder);
                assert_eq!(holder.as_ref(), Some(&handover.to));
                assert_eq!(
                    opened(card, edition),
                    EncodedPoint(*content(card).point().as_bytes())
                );
            }
        });
    }
}

#[test]
fn a_delivery_that_fails_and_a_gift_that_goes_before_spoil_no_other() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let late = buy(&BUYER, card);
        wait(1);
        let in_time = buy(&OTHER, card);
        let prepared = [late, in_time].map(|order| (order, Handover::of_order::<Test>(order)));
        wait(ORDER_DEADLINE);
        assert_noop!(
            send_as(&CREATOR, late, &prepared[0].1),
            Error::<Test>::DeadlinePassed
        );
        mint(card, &STRANGER);
        assert_ok!(send_as(&CREATOR, in_time, &prepared[1].1));
        assert_eq!(Pallet::<Test>::key(card, 2).map(|key| key.holder), Some(OTHER));
    });
}

#[test]
fn a_delivery_proven_for_one_order_serves_no_other() {
    on_chain(|| {
        let (card, next) = (publish(&CREATOR, PRICE, None), publish(&CREATOR, PRICE, None));
        let (first, second) = (buy(&BUYER, card), buy(&BUYER, next));
        let (capsule, proof) = capsule_for(first);
        let call = |order| Call::fulfil {
            order,
            capsule,
            proof,
        };
        assert_noop!(send(&CREATOR, call(second)), Error::<Test>::InvalidProof);
        assert_ok!(send(&CREATOR, call(first)));
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&CREATOR, Call::settle { order: first }));
        let again = buy(&BUYER, card);
        assert_noop!(send(&CREATOR, call(again)), Error::<Test>::InvalidProof);
        fulfil(again);
    });
}

#[test]
fn an_order_is_delivered_once() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let (capsule, proof) = capsule_for(order);
        let call = Call::fulfil {
            order,
            capsule,
            proof,
        };
        assert_ok!(send(&CREATOR, call.clone()));
        assert_noop!(send(&CREATOR, call.clone()), Error::<Test>::AlreadyDelivered);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_noop!(send(&CREATOR, call), Error::<Test>::UnknownOrder);
    });
}

#[test]
fn a_frozen_card_is_delivered_no_more() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        Frozen::<Test>::insert(card, ());
        assert_noop!(try_fulfil(order), Error::<Test>::CardFrozen);
    });
}

#[test]
fn a_card_retired_after_the_sale_is_still_delivered() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(1));
        let order = buy(&BUYER, card);
        FakeCards::retire(card);
        fulfil(order);
    });
}

#[test]
fn editions_lowered_after_the_sale_are_not_exceeded() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(2));
        let (first, second) = (buy(&BUYER, card), buy(&OTHER, card));
        FakeCards::revise(card, |terms| terms.editions = Some(1));
        fulfil(first);
        assert_noop!(try_fulfil(second), Error::<Test>::SoldOut);
        wait(ORDER_DEADLINE + 1);
        assert_ok!(send(&OTHER, Call::expire { order: second }));
        assert_eq!(wealth(&OTHER), WEALTH);
    });
}

#[test]
fn no_item_no_delivery() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        FakeItems::refuse(true);
        assert!(try_fulfil(order).is_err());
        assert_eq!(Tallies::<Test>::get(card).waiting, 1);
        assert!(!Keys::<Test>::contains_key(card, 1));
    });
}

#[test]
fn an_encryption_key_registered_later_does_not_change_an_order() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        register(&BUYER);
        fulfil(order);
        assert_eq!(opened(card, 1), EncodedPoint(*content(card).point().as_bytes()));
    });
}
