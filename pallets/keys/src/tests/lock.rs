use super::*;
use crate::{Error, Frozen, Orders};
use frame_support::assert_noop;
use hashcard_primitives::key::{OrderState, CLERK_TURN};

const PRICE: Balance = 1_000;

fn deadline(order: OrderId) -> u32 {
    match Orders::<Test>::get(order).unwrap().state {
        OrderState::Waiting { deadline } => deadline,
        OrderState::Delivered { .. } => panic!("it is delivered"),
    }
}

#[test]
fn a_seller_commits_to_a_delivery_and_has_longer_for_it() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        wait(ORDER_DEADLINE);
        let lock = lock_by_seller(order);
        let Call::lock { commitment, .. } = lock else {
            panic!("a lock")
        };
        assert_ok!(send(&CREATOR, lock));
        let until = System::block_number() + LOCK_WINDOW;
        assert_event(Event::OrderLocked {
            order,
            by: CREATOR,
            commitment,
            deadline: until,
        });
        assert_eq!(deadline(order), until);
        assert_eq!(held(HoldReason::Bond, &CREATOR), LOCK_DEPOSIT + stake(PRICE));

        wait(LOCK_WINDOW);
        assert_noop!(
            send(&BUYER, Call::expire { order }),
            Error::<Test>::DeadlineNotPassed
        );
        fulfil(order);
        assert_eq!(held(HoldReason::Bond, &CREATOR), 0);
        assert_eq!(wealth(&CREATOR), WEALTH);
    });
}

#[test]
fn a_lock_never_shortens_the_time() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        crate::LockWindow::<Test>::put(1);
        let order = buy(&BUYER, card);
        let before = deadline(order);
        assert_ok!(send(&CREATOR, lock_by_seller(order)));
        assert_eq!(deadline(order), before);
    });
}

#[test]
fn who_locked_delivers_what_he_committed_to_and_nothing_else() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let lock = Call::lock {
            order,
            commitment: [7; 32],
            source: None,
        };
        assert_ok!(send(&CREATOR, lock));
        assert_noop!(try_fulfil(order), Error::<Test>::LockMismatch);
        // Nothing fits, so at the end the stake is the buyer's.
        wait(LOCK_WINDOW + 1);
        assert_ok!(send(&BUYER, Call::expire { order }));
        assert_eq!(wealth(&BUYER), WEALTH + stake(PRICE));
    });
}

#[test]
fn a_commitment_is_to_one_order_one_sender_and_one_capsule() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let (capsule, proof) = capsule_for(order);
        let committed = |order, who: &AccountId32, capsule: &Capsule| {
            hashcard_proofs::lock_commitment(order, who.as_ref(), capsule, &proof)
        };
        let swapped = Capsule {
            r: capsule.c,
            c: capsule.r,
        };
        let right = committed(order, &CREATOR, &capsule);
        for wrong in [
            committed(order + 1, &CREATOR, &capsule),
            committed(order, &OTHER, &capsule),
            committed(order, &CREATOR, &swapped),
        ] {
            assert_ne!(wrong, right);
        }
    });
}

#[test]
fn an_order_is_locked_once() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        let order = buy(&BUYER, card);
        let by_clerk = lock_by_clerk(&OTHER, order, ClerkSource::Appointed);
        assert_ok!(send(&OTHER, by_clerk.clone()));
        assert_noop!(
            send(&CREATOR, lock_by_seller(order)),
            Error::<Test>::AlreadyLocked
        );
        assert_noop!(send(&OTHER, by_clerk), Error::<Test>::AlreadyLocked);
    });
}

#[test]
fn only_who_may_deliver_locks() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        let lock = |source| Call::lock {
            order,
            commitment: [7; 32],
            source,
        };
        for who in [&BUYER, &STRANGER] {
            assert_noop!(send(who, lock(None)), Error::<Test>::NotSeller);
            assert_noop!(
                send(who, lock(Some(ClerkSource::Appointed))),
                Error::<Test>::NotEntitled
            );
            assert_noop!(
                send(who, lock(Some(ClerkSource::Holder(1)))),
                Error::<Test>::NotEntitled
            );
        }
        assert_noop!(
            send(&CREATOR, lock(Some(ClerkSource::Appointed))),
            Error::<Test>::NotEntitled
        );
        assert_ok!(send(&CREATOR, lock(None)));
    });
}

#[test]
fn a_clerk_out_of_turn_does_not_lock() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        for clerk in [&OTHER, &STRANGER] {
            appoint(card, clerk);
        }
        let order = buy(&BUYER, card);
        let first = Pallet::<Test>::turn(order).unwrap().clerk;
        let second = if first == OTHER { STRANGER } else { OTHER };
        let lock = lock_by_clerk(&second, order, ClerkSource::Appointed);
        assert_noop!(send(&second, lock.clone()), Error::<Test>::NotYourTurn);
        wait(CLERK_TURN + 1);
        assert_ok!(send(&second, lock));
    });
}

#[test]
fn only_an_order_that_can_be_delivered_is_locked() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, Some(2));
        let (first, second) = (buy(&BUYER, card), buy(&OTHER, card));
        let lock = |order| Call::lock {
            order,
            commitment: [7; 32],
            source: None,
        };
        assert_noop!(send(&CREATOR, lock(9)), Error::<Test>::UnknownOrder);
        fulfil(first);
        assert_noop!(send(&CREATOR, lock(first)), Error::<Test>::AlreadyDelivered);
        FakeCards::revise(card, |terms| terms.editions = Some(1));
        assert_noop!(send(&CREATOR, lock(second)), Error::<Test>::SoldOut);
        FakeCards::revise(card, |terms| terms.editions = None);
        Frozen::<Test>::insert(card, ());
        assert_noop!(send(&CREATOR, lock(second)), Error::<Test>::CardFrozen);
        Frozen::<Test>::remove(card);
        wait(ORDER_DEADLINE + 1);
        assert_noop!(send(&CREATOR, lock(second)), Error::<Test>::DeadlinePassed);
    });
}

#[test]
fn a_lock_keeps_nobody_else_from_delivering_and_then_costs_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        let order = buy(&BUYER, card);
        let before = wealth(&OTHER);
        assert_ok!(send(&OTHER, lock_by_clerk(&OTHER, order, ClerkSource::Appointed)));
        fulfil(order);
        assert_eq!(wealth(&OTHER), before);
        assert_eq!(held(HoldReason::Bond, &OTHER), 0);
        assert_eq!(Orders::<Test>::get(order).unwrap().delivered_by, None);
    });
}

#[test]
fn a_clerk_who_is_dismissed_after_he_locked_still_delivers() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        promise(card, 100_000, false);
        let order = buy(&BUYER, card);
        let delivery = delivery_by(&OTHER, order, ClerkSource::Appointed);
        assert_ok!(send(&OTHER, lock_by_clerk(&OTHER, order, ClerkSource::Appointed)));
        assert_ok!(send(&CREATOR, Call::dismiss_clerk { card, account: OTHER }));
        assert_ok!(send(&OTHER, Call::remove_key { index: 0 }));
        assert_ok!(send(&OTHER, delivery));
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
        assert_eq!(wealth(&OTHER), WEALTH + PRICE / 10);
    });
}

#[test]
fn a_holder_who_sells_his_key_after_he_locked_still_delivers_from_what_it_was() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        promise(card, 0, true);
        let edition = sold(&OTHER, card);
        let order = buy(&BUYER, card);
        let source = ClerkSource::Holder(edition);
        let delivery = delivery_by(&OTHER, order, source);
        assert_ok!(send(&OTHER, lock_by_clerk(&OTHER, order, source)));
        promise(card, 0, false);
        fulfil(resold(&OTHER, &STRANGER, card, edition, PRICE));
        let Call::fulfil_for { capsule, proof, .. } = delivery else {
            panic!("a delivery")
        };
        let from = |source| Call::fulfil_for {
            order,
            source,
            capsule,
            proof,
        };
        for wrong in [
            ClerkSource::Appointed,
            ClerkSource::Holder(0),
            ClerkSource::Holder(2),
        ] {
            assert_noop!(send(&OTHER, from(wrong)), Error::<Test>::LockMismatch);
        }
        assert_ok!(send(&OTHER, from(source)));
    });
}

#[test]
fn a_copied_commitment_is_of_no_use_to_the_copier() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        appoint(card, &OTHER);
        let order = buy(&BUYER, card);
        let Call::lock { commitment, .. } = lock_by_seller(order) else {
            panic!("a lock")
        };
        let copied = Call::lock {
            order,
            commitment,
            source: Some(ClerkSource::Appointed),
        };
        assert_ok!(send(&OTHER, copied));
        let delivery = delivery_by(&OTHER, order, ClerkSource::Appointed);
        assert_noop!(send(&OTHER, delivery), Error::<Test>::LockMismatch);
        fulfil(order);
    });
}

#[test]
fn who_cannot_pay_the_stake_locks_nothing() {
    on_chain(|| {
        let card = publish(&CREATOR, PRICE, None);
        let order = buy(&BUYER, card);
        spend_all(&CREATOR);
        assert_noop!(
            send(&CREATOR, lock_by_seller(order)),
            sp_runtime::TokenError::FundsUnavailable
        );
    });
}
