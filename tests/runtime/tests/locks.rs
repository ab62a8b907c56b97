//! Locks: they give time against censorship, bind whoever locked, and cost him only what he could have kept.

use frame_support::{assert_ok, traits::fungible::Inspect};
use hashcard_primitives::key::{ClerkSource, OrderId};
use hashcard_proofs::lock_commitment;
use hashcard_runtime::{AccountId, Balance, Balances, Keys, Runtime, RuntimeCall, System};
use hashcard_runtime_tests::{
    account,
    content::listing,
    go_to,
    handover::Handover,
    on_dev,
    scene::{assert_refused, deadline, settle, Scene, PRICE},
    sign,
};
use pallet_keys::{Call, Error};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};

fn wealth(who: &AccountId) -> Balance {
    <Balances as Inspect<AccountId>>::total_balance(who)
}

fn lock(order: OrderId, handover: &Handover, source: Option<ClerkSource>, scene: &Scene) -> RuntimeCall {
    let (capsule, proof) = scene.prove(handover);
    let commitment = lock_commitment(order, handover.submitter.as_ref(), &capsule, &proof);
    RuntimeCall::Keys(Call::lock {
        order,
        commitment,
        source,
    })
}

fn expire(order: OrderId) {
    go_to(deadline(order) + 1);
    assert_ok!(sign(&account(Eve), Call::expire { order }));
}

#[test]
fn a_lock_moves_the_deadline_once_and_binds_who_locked() {
    on_dev(|| {
        let scene = Scene::sold();
        let order = scene.order_listed(1, PRICE, &account(Charlie));
        go_to(deadline(order));
        let handover = Handover::of_order(order);
        let locking = lock(order, &handover, None, &scene);
        let seller = account(Bob);
        assert_ok!(sign(&seller, locking.clone()));
        assert_eq!(deadline(order), System::block_number() + Keys::lock_window());
        assert_refused(
            &seller,
            locking,
            Error::<Runtime>::AlreadyLocked,
            "once for each order",
        );

        let other = Handover {
            chance: 1,
            ..handover.clone()
        };
        let call = scene.fulfil_call(&other, order);
        assert_refused(
            &seller,
            call,
            Error::<Runtime>::LockMismatch,
            "not what was promised",
        );
        go_to(deadline(order));
        let early = Call::expire { order };
        assert_refused(
            &account(Charlie),
            early,
            Error::<Runtime>::DeadlineNotPassed,
            "locked",
        );
        assert_ok!(sign(&seller, scene.fulfil_call(&handover, order)));
        scene.assert_opens(1);
    });
}

#[test]
fn who_locks_an_order_and_does_not_deliver_pays_its_buyer() {
    on_dev(|| {
        let scene = Scene::sold();
        let (seller, buyer) = (account(Bob), account(Charlie));
        let order = scene.order_listed(1, PRICE, &buyer);
        let before = (wealth(&seller), wealth(&buyer));
        assert_ok!(sign(
            &seller,
            lock(order, &Handover::of_order(order), None, &scene)
        ));
        expire(order);
        // One stake of the listing, one of the lock.
        let stakes = 2 * (PRICE / 20);
        assert_eq!(
            (wealth(&seller), wealth(&buyer)),
            (before.0 - stakes, before.1 + stakes)
        );
        assert_eq!(scene.holder(1), seller, "he keeps his key");
        scene.list(1, PRICE);
    });
}

#[test]
fn a_lock_costs_nothing_when_somebody_else_delivers() {
    on_dev(|| {
        let scene = Scene::published();
        let clerk = account(Dave);
        scene.appoint(&clerk);
        let order = scene.order(&account(Bob));
        let source = ClerkSource::Appointed;
        let handover = Handover::of_clerk(order, &clerk, source).expect("appointed");
        let before = wealth(&clerk);
        assert_ok!(sign(&clerk, lock(order, &handover, Some(source), &scene)));
        scene.deliver(order);
        assert_eq!(wealth(&clerk), before);
        let held = pallet_balances::Holds::<Runtime>::get(&clerk);
        let bond = hashcard_runtime::RuntimeHoldReason::Keys(pallet_keys::HoldReason::Bond);
        assert!(held.iter().all(|hold| hold.id != bond), "his stake is back");
        settle(order);
        assert_eq!(wealth(&clerk), before, "no commission: the creator delivered");
    });
}

#[test]
fn a_clerk_who_locked_delivers_although_he_was_dismissed() {
    on_dev(|| {
        let scene = Scene::published();
        let clerk = account(Dave);
        scene.appoint(&clerk);
        scene.clerk_terms(100_000, false);
        let order = scene.order(&account(Bob));
        let source = ClerkSource::Appointed;
        let handover = Handover::of_clerk(order, &clerk, source).expect("appointed");
        assert_ok!(sign(&clerk, lock(order, &handover, Some(source), &scene)));
        let dismiss = Call::dismiss_clerk {
            card: scene.card,
            account: clerk.clone(),
        };
        assert_ok!(sign(&account(Alice), dismiss));
        scene.clerk_terms(0, false);

        let before = wealth(&clerk);
        let (capsule, proof) = scene.prove(&handover);
        let call = Call::fulfil_for {
            order,
            source,
            capsule,
            proof,
        };
        assert_ok!(sign(&clerk, call));
        scene.assert_opens(1);
        settle(order);
        assert_eq!(
            wealth(&clerk),
            before + PRICE / 10,
            "as promised when the order was made"
        );
    });
}

#[test]
fn a_creator_cannot_take_a_clerks_stake_by_lowering_the_editions() {
    on_dev(|| {
        let scene = Scene::published_as(1, listing(PRICE, Some(2)));
        let clerk = account(Dave);
        scene.sell_to(&account(Charlie));
        scene.appoint(&clerk);
        let order = scene.order(&account(Bob));
        let source = ClerkSource::Appointed;
        let handover = Handover::of_clerk(order, &clerk, source).expect("appointed");
        let before = wealth(&clerk);
        assert_ok!(sign(&clerk, lock(order, &handover, Some(source), &scene)));
        let revise = pallet_cards::Call::revise_terms {
            card: scene.card,
            price: PRICE,
            editions: Some(1),
            listed: true,
        };
        let below = pallet_cards::Error::<Runtime>::EditionsBelowKeysMade;
        assert_refused(&account(Alice), revise, below, "an edition is locked");
        let (capsule, proof) = scene.prove(&handover);
        let call = Call::fulfil_for {
            order,
            source,
            capsule,
            proof,
        };
        assert_ok!(sign(&clerk, call));
        assert_eq!(wealth(&clerk), before);
    });
}

#[test]
fn an_edition_that_is_locked_is_nobody_elses() {
    on_dev(|| {
        let scene = Scene::published_as(1, listing(PRICE, Some(3)));
        let clerk = account(Dave);
        scene.appoint(&clerk);
        let (first, second) = (scene.order(&account(Bob)), scene.order(&account(Charlie)));
        let revise = pallet_cards::Call::revise_terms {
            card: scene.card,
            price: PRICE,
            editions: Some(1),
            listed: true,
        };
        assert_ok!(sign(&account(Alice), revise));
        let source = ClerkSource::Appointed;
        let handover = Handover::of_clerk(first, &clerk, source).expect("appointed");
        assert_ok!(sign(&clerk, lock(first, &handover, Some(source), &scene)));
        let others = Handover::of_order(second);
        let sold_out = Error::<Runtime>::SoldOut;
        assert_refused(
            &account(Alice),
            scene.fulfil_call(&others, second),
            sold_out,
            "locked",
        );
        let locking = lock(second, &others, None, &scene);
        assert_refused(&account(Alice), locking, Error::<Runtime>::SoldOut, "locked");
        assert_ok!(sign(&clerk, scene.fulfil_for_call(first, source, &handover)));
        scene.assert_opens(1);
    });
}
