use super::*;
use crate::{Error, Frozen, Keys, Orders, Share, Tallies};
use frame_support::assert_noop;
use hashcard_primitives::key::CLERK_TURN;

const PRICE: Balance = 1_010;
/// 2.5 % of the price, rounded down.
const FEE: Balance = 25;

fn send_as(
    clerk: &AccountId32,
    order: OrderId,
    source: ClerkSource,
    of: &Handover,
) -> DispatchResultWithPostInfo {
    let (capsule, proof) = of.prove(&content(of.card));
    send(
        clerk,
        Call::fulfil_for {
            order,
            source,
            capsule,
            proof,
        },
    )
}

#[test]
fn a_clerk_delivers_and_has_his_commission_when_the_order_settles() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        promise(card, 100_000, false);
        let order = buy(&BUYER, card);
        let (creator, clerk) = (wealth(&CREATOR), wealth(&OTHER));
        let delivery = delivery_by(&OTHER, order, ClerkSource::Appointed);
        assert_ok!(send(&OTHER, delivery));
        assert_event(Event::OrderFulfilled {
            order,
            card,
            edition: 1,
            buyer: BUYER,
            clerk: Some(OTHER),
            settles_at: 1 + SETTLEMENT_WINDOW,
        });
        assert_eq!(opened(card, 1), EncodedPoint(*content(card).point().as_bytes()));
        assert_eq!(Pallet::<Test>::key(card, 1).map(|key| key.holder), Some(BUYER));
        assert_eq!(Tallies::<Test>::get(card).waiting, 0);
        assert_eq!((wealth(&CREATOR), wealth(&OTHER)), (creator, clerk));

        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_event(Event::SharePaid {
            order,
            account: OTHER,
            share: Share::Commission,
            amount: 101,
        });
        assert_eq!(wealth(&OTHER), clerk + 101);
        assert_eq!(wealth(&CREATOR), creator + PRICE - FEE - 101);
        assert_eq!(wealth(&BUYER), WEALTH - PRICE);
    });
}

#[test]
fn an_order_keeps_the_commission_that_was_promised_when_it_was_made() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        let (before, after) = {
            let before = buy(&BUYER, card);
            promise(card, 100_000, false);
            (before, buy(&STRANGER, card))
        };
        promise(card, 0, false);
        let clerk = wealth(&OTHER);
        for order in [before, after] {
            assert_ok!(send(&OTHER, delivery_by(&OTHER, order, ClerkSource::Appointed)));
        }
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order: before }));
        assert_eq!(wealth(&OTHER), clerk);
        assert_ok!(send(&STRANGER, Call::settle { order: after }));
        assert_eq!(wealth(&OTHER), clerk + 101);
    });
}

#[test]
fn a_creator_who_delivers_himself_pays_no_commission() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        promise(card, 200_000, true);
        let creator = wealth(&CREATOR);
        let order = buy(&BUYER, card);
        // Also within the clerk's turn.
        fulfil(order);
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_eq!(wealth(&CREATOR), creator + PRICE - FEE);
    });
}

#[test]
fn a_holder_delivers_where_the_creator_lets_every_holder() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let edition = sold(&OTHER, card);
        let source = ClerkSource::Holder(edition);
        let order = buy(&BUYER, card);
        assert_noop!(
            send(&OTHER, delivery_by(&OTHER, order, source)),
            Error::<Test>::NotEntitled
        );
        promise(card, 50_000, true);
        // Nobody is appointed, so it is nobody's turn.
        assert_ok!(send(&OTHER, delivery_by(&OTHER, order, source)));
        assert_eq!(opened(card, 2), EncodedPoint(*content(card).point().as_bytes()));
        // His own key is as it was.
        assert_eq!(Keys::<Test>::get(card, edition).unwrap().sequence, 0);
        // And the order was made before the promise.
        assert_eq!(Orders::<Test>::get(order).unwrap().commission, 0);
    });
}

#[test]
fn only_who_holds_a_free_key_delivers_as_a_holder() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        promise(card, 50_000, true);
        let edition = sold(&OTHER, card);
        let order = buy(&BUYER, card);
        let source = ClerkSource::Holder(edition);
        let honest = Handover::by_clerk::<Test>(order, &OTHER, source);
        assert_noop!(
            send_as(&STRANGER, order, source, &honest),
            Error::<Test>::NotHolder
        );
        assert_noop!(
            send_as(&OTHER, order, ClerkSource::Holder(9), &honest),
            Error::<Test>::UnknownKey
        );
        let unpaid = delivered(&STRANGER, card);
        let theirs = Handover::by_clerk::<Test>(order, &STRANGER, ClerkSource::Holder(2));
        assert_noop!(
            send_as(&STRANGER, order, ClerkSource::Holder(2), &theirs),
            Error::<Test>::KeyEngaged
        );
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order: unpaid }));
        // A key that is listed still opens.
        list(&STRANGER, card, 2, PRICE);
        assert_ok!(send_as(&STRANGER, order, ClerkSource::Holder(2), &theirs));
    });
}

#[test]
fn nobody_delivers_to_himself_for_a_commission() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        promise(card, 200_000, true);
        appoint(card, &BUYER);
        let edition = sold(&BUYER, card);
        let order = buy(&BUYER, card);
        for source in [ClerkSource::Appointed, ClerkSource::Holder(edition)] {
            let delivery = delivery_by(&BUYER, order, source);
            assert_noop!(send(&BUYER, delivery), Error::<Test>::NotEntitled);
        }
        fulfil(order);
    });
}

#[test]
fn a_creator_who_holds_a_key_takes_no_commission_past_his_collaborators() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        promise(card, 200_000, true);
        mint(card, &CREATOR);
        let order = buy(&BUYER, card);
        let delivery = delivery_by(&CREATOR, order, ClerkSource::Holder(1));
        assert_noop!(send(&CREATOR, delivery), Error::<Test>::NotEntitled);
    });
}

#[test]
fn the_first_blocks_belong_to_one_clerk_and_the_rest_to_all() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        promise(card, 50_000, true);
        let edition = sold(&BUYER, card);
        appoint(card, &OTHER);
        appoint(card, &STRANGER);
        let order = buy(&CHEAT, card);
        let made_at = System::block_number();
        let turn = Pallet::<Test>::turn(order).unwrap();
        assert_eq!(turn.until, made_at + CLERK_TURN);
        let second = if turn.clerk == OTHER { STRANGER } else { OTHER };
        let by_second = delivery_by(&second, order, ClerkSource::Appointed);
        let by_holder = delivery_by(&BUYER, order, ClerkSource::Holder(edition));
        wait(CLERK_TURN);
        assert_noop!(send(&second, by_second.clone()), Error::<Test>::NotYourTurn);
        assert_noop!(send(&BUYER, by_holder), Error::<Test>::NotYourTurn);
        wait(1);
        assert_eq!(Pallet::<Test>::turn(order), None);
        assert_ok!(send(&second, by_second));
    });
}

#[test]
fn the_clerk_whose_turn_it_is_delivers_at_once() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        appoint(card, &STRANGER);
        let order = buy(&BUYER, card);
        let first = Pallet::<Test>::turn(order).unwrap().clerk;
        let delivery = delivery_by(&first, order, ClerkSource::Appointed);
        assert_ok!(send(&first, delivery));
        assert_eq!(Pallet::<Test>::turn(order), None);
    });
}

#[test]
fn turns_go_round() {
    on_chain(|| {
        let card = publish(&CREATOR, 0, None);
        appoint(card, &OTHER);
        appoint(card, &STRANGER);
        let mut turns = [0, 0];
        for _ in 0..32 {
            let order = buy(&BUYER, card);
            let first = Pallet::<Test>::turn(order).unwrap().clerk;
            turns[usize::from(first == OTHER)] += 1;
            fulfil(order);
        }
        assert!(turns.iter().all(|turns| *turns > 4), "{turns:?}");
    });
}

#[test]
fn a_proof_for_any_other_delivery_is_refused() {
    on_chain(|| {
        use hashcard_proofs::TransferUse;
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        let order = buy(&BUYER, card);
        register(&STRANGER);
        let honest = Handover::by_clerk::<Test>(order, &OTHER, ClerkSource::Appointed);
        let with = |change: fn(&mut Handover)| {
            let mut handover = honest.clone();
            change(&mut handover);
            handover
        };
        let wrong = [
            with(|it| it.genesis = [0; 32]),
            with(|it| it.card += 1),
            with(|it| it.root = [0; 32]),
            with(|it| it.blob_len = 1),
            with(|it| it.key_commitment = [0; 32]),
            with(|it| it.edition = 1),
            with(|it| it.order = 0),
            with(|it| it.order += 1),
            with(|it| it.price = PRICE - 1),
            with(|it| it.sequence = 1),
            with(|it| it.from = CREATOR),
            with(|it| it.to = STRANGER),
            with(|it| it.submitter = STRANGER),
            with(|it| it.from_key_index = 1),
            with(|it| it.to_key_index = 1),
            with(|it| it.encryption_key = encryption_secret::<Test>(&STRANGER, 0).public()),
            with(|it| it.opens.as_mut().unwrap().transfer_use = TransferUse::Transfer),
            with(|it| it.opens.as_mut().unwrap().by = (STRANGER, 0)),
            with(|it| it.opens = None),
        ];
        for handover in wrong {
            assert_noop!(
                send_as(&OTHER, order, ClerkSource::Appointed, &handover),
                Error::<Test>::InvalidProof
            );
        }
        assert_ok!(send_as(&OTHER, order, ClerkSource::Appointed, &honest));
    });
}

#[test]
fn a_clerk_cannot_send_what_another_proved() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        for clerk in [&OTHER, &STRANGER] {
            appoint(card, clerk);
        }
        let order = buy(&BUYER, card);
        wait(CLERK_TURN + 1);
        let copied = delivery_by(&OTHER, order, ClerkSource::Appointed);
        assert_noop!(send(&STRANGER, copied.clone()), Error::<Test>::InvalidProof);
        assert_ok!(send(&OTHER, copied));
    });
}

#[test]
fn who_is_no_clerk_or_no_more_delivers_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        let order = buy(&BUYER, card);
        let delivery = delivery_by(&OTHER, order, ClerkSource::Appointed);
        assert_noop!(send(&STRANGER, delivery.clone()), Error::<Test>::NotEntitled);
        assert_ok!(send(&CREATOR, Call::dismiss_clerk { card, account: OTHER }));
        assert_noop!(send(&OTHER, delivery), Error::<Test>::NotEntitled);
    });
}

#[test]
fn clerks_deliver_no_resales() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        promise(card, 50_000, true);
        let edition = sold(&BUYER, card);
        appoint(card, &OTHER);
        let order = resold(&BUYER, &STRANGER, card, edition, PRICE);
        let delivery = delivery_by(&OTHER, order, ClerkSource::Appointed);
        assert_noop!(send(&OTHER, delivery), Error::<Test>::NotEntitled);
    });
}

#[test]
fn not_after_the_deadline_not_of_a_frozen_card_and_not_beyond_the_editions() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(2));
        appoint(card, &OTHER);
        let (order, other) = (buy(&BUYER, card), buy(&STRANGER, card));
        let delivery = delivery_by(&OTHER, order, ClerkSource::Appointed);
        fulfil(other);
        assert_noop!(
            send(&OTHER, delivery_by(&OTHER, other, ClerkSource::Appointed)),
            Error::<Test>::AlreadyDelivered
        );
        FakeCards::revise(card, |terms| terms.editions = Some(1));
        assert_noop!(send(&OTHER, delivery.clone()), Error::<Test>::SoldOut);
        FakeCards::revise(card, |terms| terms.editions = None);
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&OTHER, delivery.clone()), Error::<Test>::CardFrozen);
        Frozen::<Test>::remove(card);
        wait(ORDER_DEADLINE + 1);
        assert_noop!(send(&OTHER, delivery), Error::<Test>::DeadlinePassed);
    });
}

#[test]
fn a_free_key_delivered_by_a_clerk_is_settled_at_once() {
    on_chain(|| {
        let card = publish(&CREATOR, 0, None);
        appoint(card, &OTHER);
        promise(card, 200_000, false);
        let order = buy(&BUYER, card);
        assert_ok!(send(&OTHER, delivery_by(&OTHER, order, ClerkSource::Appointed)));
        assert!(Orders::<Test>::get(order).is_none());
        assert_eq!(Keys::<Test>::get(card, 1).unwrap().order, None);
    });
}

#[test]
fn a_false_key_pays_no_commission() {
    on_chain(|| {
        let card = publish_lie(&CHEAT, PRICE);
        appoint(card, &OTHER);
        promise(card, 200_000, false);
        let order = buy(&BUYER, card);
        assert_ok!(send(&OTHER, delivery_by(&OTHER, order, ClerkSource::Appointed)));
        assert_ok!(send(&BUYER, report_of(card, 1, &BUYER)));
        assert_eq!((wealth(&BUYER), wealth(&OTHER)), (WEALTH, WEALTH));
    });
}
