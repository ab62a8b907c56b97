//! Each known attack on the sale of keys, tried on the real runtime. docs/THREATS.md names these tests, and says what
//! cannot be prevented.

use frame_support::{assert_ok, traits::fungible::Inspect};
use hashcard_primitives::key::{ClerkSource, OrderId};
use hashcard_runtime::{constants::money::CARD, AccountId, Balance, Balances, Keys, Runtime, RuntimeCall};
use hashcard_runtime_tests::{
    account, check_invariants,
    content::listing,
    go_to,
    handover::Handover,
    on_dev,
    scene::{
        assert_refused, deadline, key_choice, last_order_of, register, registered, settle, Scene, PRICE,
    },
    sign,
};
use pallet_keys::{Call, Error};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::MultiAddress;

fn wealth(who: &AccountId) -> Balance {
    <Balances as Inspect<AccountId>>::total_balance(who)
}

fn expire(order: OrderId) {
    go_to(deadline(order) + 1);
    assert_ok!(sign(&account(Eve), Call::expire { order }));
}

#[test]
fn who_reads_a_delivery_in_the_pool_cannot_take_his_money_back() {
    on_dev(|| {
        let scene = Scene::sold();
        let buyer = account(Charlie);
        let offer = scene.offer(Some(1), PRICE, &buyer);
        assert_ok!(sign(&account(Bob), Call::accept { offer, edition: 1 }));
        let delivery = scene.fulfil_call(&Handover::of_order(offer), offer);

        // He knows the content point now, and tries everything that could end the order.
        let unknown = Error::<Runtime>::UnknownOffer;
        assert_refused(&buyer, Call::withdraw_offer { offer }, unknown, "it was accepted");
        let early = Error::<Runtime>::DeadlineNotPassed;
        assert_refused(
            &buyer,
            Call::expire { order: offer },
            early,
            "the seller has time",
        );
        let drain = pallet_balances::Call::transfer_all {
            dest: MultiAddress::Id(account(Dave)),
            keep_alive: false,
        };
        assert_ok!(sign(&buyer, drain));
        let used = Error::<Runtime>::EncryptionKeyInUse;
        assert_refused(&buyer, Call::remove_key { index: 0 }, used, "the order is for it");

        let before = wealth(&account(Bob));
        assert_ok!(sign(&account(Bob), delivery));
        settle(offer);
        assert_eq!(wealth(&account(Bob)), before + PRICE - PRICE / 100 - PRICE / 20);
    });
}

#[test]
fn an_offer_that_can_be_taken_back_is_delivered_by_nobody() {
    on_dev(|| {
        let scene = Scene::sold();
        let offer = scene.offer(Some(1), PRICE, &account(Charlie));
        // A proof as if the offer were an order already.
        let key = Keys::offer_view(offer).expect("it stands").key_index;
        let handover = Handover {
            order: offer,
            price: PRICE,
            ..Handover::gift(scene.card, 1, &account(Charlie), key)
        };
        let call = scene.fulfil_call(&handover, offer);
        assert_refused(
            &account(Bob),
            call,
            Error::<Runtime>::UnknownOrder,
            "it is an offer",
        );
    });
}

#[test]
fn a_copied_delivery_is_worthless_under_another_account() {
    on_dev(|| {
        let scene = Scene::published();
        let (clerk, thief) = (account(Dave), account(Charlie));
        scene.appoint(&clerk);
        scene.appoint(&thief);
        scene.clerk_terms(100_000, false);
        let order = scene.order(&account(Bob));
        go_to(Keys::turn(order).expect("two clerks").until + 1);
        let source = ClerkSource::Appointed;
        let handover = Handover::of_clerk(order, &clerk, source).expect("appointed");
        let (capsule, proof) = scene.prove(&handover);
        let call = Call::fulfil_for {
            order,
            source,
            capsule,
            proof,
        };
        let no = Error::<Runtime>::InvalidProof;
        assert_refused(&thief, call.clone(), no, "a clerk like him, with his proof");
        assert_ok!(sign(&clerk, call));
        settle(order);
    });
}

#[test]
fn a_straw_man_is_not_paid_for_a_false_key() {
    on_dev(|| {
        let scene = Scene::lying();
        let (straw, victim) = (account(Bob), account(Charlie));
        scene.sell_to(&straw);
        let before = (wealth(&account(Alice)), wealth(&straw), wealth(&victim));
        let order = scene.order_listed(1, 5 * PRICE, &victim);
        scene.deliver(order);
        scene.report_false_key(1);
        assert!(Keys::order(order).is_none() && Keys::key(scene.card, 1).is_none());
        assert_eq!((wealth(&account(Alice)), wealth(&straw), wealth(&victim)), before);
        check_invariants();
    });
}

#[test]
fn a_delivery_between_the_same_two_does_not_serve_again() {
    on_dev(|| {
        let scene = Scene::sold();
        let (bob, charlie) = (account(Bob), account(Charlie));
        let first = scene.order_listed(1, PRICE, &charlie);
        let there = scene.fulfil_call(&Handover::of_order(first), first);
        scene.deliver(first);
        settle(first);
        let back = scene.order_listed(1, PRICE, &bob);
        scene.deliver(back);
        settle(back);

        let again = scene.order_listed(1, PRICE, &charlie);
        let RuntimeCall::Keys(Call::fulfil { capsule, proof, .. }) = there else {
            panic!("it is a delivery");
        };
        let replayed = Call::fulfil {
            order: again,
            capsule,
            proof,
        };
        assert_refused(
            &bob,
            replayed,
            Error::<Runtime>::InvalidProof,
            "another order, another sequence",
        );
        scene.deliver(again);
    });
}

#[test]
fn a_gift_back_and_forth_does_not_serve_again() {
    on_dev(|| {
        let scene = Scene::sold();
        let (bob, charlie) = (account(Bob), account(Charlie));
        let give = |to: &AccountId| {
            let key_index = registered(to);
            let (capsule, proof) = scene.prove(&Handover::gift(scene.card, 1, to, key_index));
            Call::gift {
                card: scene.card,
                edition: 1,
                to: to.clone(),
                key_index,
                capsule,
                proof,
            }
        };
        let first = give(&charlie);
        assert_ok!(sign(&bob, first.clone()));
        assert_ok!(sign(&charlie, give(&bob)));
        assert_refused(&bob, first, Error::<Runtime>::InvalidProof, "the key moved on");
        assert_ok!(sign(&bob, give(&charlie)));
        scene.assert_opens(1);
    });
}

#[test]
fn the_key_that_a_buyer_ordered_for_stays_the_one_that_is_delivered_to() {
    on_dev(|| {
        let scene = Scene::sold();
        let buyer = account(Charlie);
        let order = scene.order_listed(1, PRICE, &buyer);
        let ordered = Keys::order(order).expect("open").key_index;
        let newer = register(&buyer);
        let to_newer = Handover {
            to_key_index: newer,
            to_key: hashcard_proofs::EncodedPoint(
                Keys::encryption_key(buyer.clone(), newer).expect("registered"),
            ),
            ..Handover::of_order(order)
        };
        let call = scene.fulfil_call(&to_newer, order);
        assert_refused(
            &account(Bob),
            call,
            Error::<Runtime>::InvalidProof,
            "he ordered for another",
        );
        scene.deliver(order);
        assert_eq!(Keys::key(scene.card, 1).expect("sold").key_index, ordered);
    });
}

#[test]
fn a_capsule_that_repeats_the_randomness_of_the_old_one_is_refused() {
    on_dev(|| {
        let scene = Scene::sold();
        let order = scene.order_listed(1, PRICE, &account(Charlie));
        let (mut capsule, proof) = scene.prove(&Handover::of_order(order));
        capsule.r = hashcard_proofs::EncodedPoint(Keys::key(scene.card, 1).expect("sold").capsule.r);
        let call = Call::fulfil {
            order,
            capsule,
            proof,
        };
        assert_refused(&account(Bob), call, Error::<Runtime>::InvalidProof, "R again");
    });
}

#[test]
fn a_declared_resale_pays_its_royalty_and_an_undeclared_one_cannot_be_seen() {
    on_dev(|| {
        let scene = Scene::sold();
        let creator = account(Alice);
        let before = wealth(&creator);
        let order = scene.order_listed(1, 20 * CARD, &account(Charlie));
        scene.deliver(order);
        settle(order);
        assert_eq!(wealth(&creator), before + CARD, "a twentieth");

        // A gift and a payment beside it: the chain sees a gift.
        let key_index = registered(&account(Dave));
        let (capsule, proof) = scene.prove(&Handover::gift(scene.card, 1, &account(Dave), key_index));
        let gift = Call::gift {
            card: scene.card,
            edition: 1,
            to: account(Dave),
            key_index,
            capsule,
            proof,
        };
        assert_ok!(sign(&account(Charlie), gift));
        let paid = pallet_balances::Call::transfer_allow_death {
            dest: MultiAddress::Id(account(Charlie)),
            value: 20 * CARD,
        };
        assert_ok!(sign(&account(Dave), paid));
        assert_eq!(wealth(&creator), before + CARD);
    });
}

#[test]
fn each_purchase_may_have_a_key_of_its_own() {
    on_dev(|| {
        let scene = Scene::sold();
        let buyer = account(Charlie);
        let first = scene.sell_to(&buyer);
        register(&buyer);
        scene.list(1, PRICE);
        assert_eq!(key_choice(&buyer), pallet_keys::KeyChoice::Registered(1));
        assert_ok!(sign(&buyer, scene.buy_listed(1, &buyer)));
        scene.deliver(last_order_of(&buyer));
        let index = |edition| Keys::key(scene.card, edition).expect("his").key_index;
        assert_eq!((index(first), index(1)), (0, 1));
    });
}

#[test]
fn a_seller_who_does_not_deliver_pays_his_buyer_and_keeps_his_key() {
    on_dev(|| {
        let scene = Scene::sold();
        let (seller, buyer) = (account(Bob), account(Charlie));
        for how in ["listed", "offered"] {
            let before = (wealth(&seller), wealth(&buyer));
            let order = if how == "listed" {
                scene.order_listed(1, PRICE, &buyer)
            } else {
                let offer = scene.offer(None, PRICE, &buyer);
                assert_ok!(sign(&seller, Call::accept { offer, edition: 1 }));
                offer
            };
            expire(order);
            let stake = PRICE / 20;
            assert_eq!(
                (wealth(&seller), wealth(&buyer)),
                (before.0 - stake, before.1 + stake),
                "{how}"
            );
            assert_eq!(scene.holder(1), seller);
        }
    });
}

#[test]
fn a_card_keeps_selling_when_its_creator_is_gone() {
    on_dev(|| {
        let scene = Scene::sold();
        scene.clerk_terms(100_000, true);
        let (holder, buyer) = (account(Bob), account(Charlie));
        let before = (wealth(&holder), wealth(&account(Alice)));
        let order = scene.order(&buyer);
        let source = ClerkSource::Holder(1);
        let handover = Handover::of_clerk(order, &holder, source).expect("he holds a key");
        let (capsule, proof) = scene.prove(&handover);
        let call = Call::fulfil_for {
            order,
            source,
            capsule,
            proof,
        };
        assert_ok!(sign(&holder, call));
        scene.assert_opens(2);
        settle(order);
        let commission = PRICE / 10;
        let creators = PRICE - PRICE / 100 - commission;
        assert_eq!(
            (wealth(&holder), wealth(&account(Alice))),
            (before.0 + commission, before.1 + creators)
        );
    });
}

#[test]
fn a_key_claims_a_new_version_once_whoever_holds_it() {
    on_dev(|| {
        let scene = Scene::sold();
        let said = hashcard_primitives::card::Listing {
            supersedes: Some(scene.card),
            ..listing(2 * PRICE, None)
        };
        let newer = Scene::published_as(2, said);
        let upgrade = Call::<Runtime>::set_upgrade {
            card: newer.card,
            discount: 750_000,
        };
        assert_ok!(sign(&account(Alice), upgrade));
        let claim = |who: &AccountId| Call::claim {
            card: newer.card,
            with: 1,
            price: PRICE / 2,
            terms_version: 0,
            key: key_choice(who),
        };
        let (bob, charlie) = (account(Bob), account(Charlie));
        assert_ok!(sign(&bob, claim(&bob)));
        assert_refused(&bob, claim(&bob), Error::<Runtime>::AlreadyClaimed, "once");
        expire(last_order_of(&bob));
        assert_ok!(sign(&bob, claim(&bob)));
        let order = last_order_of(&bob);
        newer.deliver(order);
        settle(order);

        let resale = scene.order_listed(1, PRICE, &charlie);
        scene.deliver(resale);
        settle(resale);
        assert_refused(
            &charlie,
            claim(&charlie),
            Error::<Runtime>::AlreadyClaimed,
            "it travels with the key",
        );
    });
}
