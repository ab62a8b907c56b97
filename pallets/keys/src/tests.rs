//! One file for each call: every success with its event, every refusal. Calls are dispatched as a block would
//! dispatch them, so a refusal also shows that nothing changed.

mod buy;
mod claim_unclaimed;
mod discard_key;
mod expire;
mod fulfil;
mod genesis;
mod mint;
mod register_key;
mod report_false_key;
mod sequences;
mod settle;
mod views;

use crate::{
    fixtures::{
        commitments, content, encryption_secret, false_commitments, fresh_key, next_key, root, Handover,
        BLOB_LEN,
    },
    mock::*,
    Call, Event, HoldReason, KeyChoice, NextOrderId, Pallet, Unclaimed,
};
use frame_support::{assert_ok, dispatch::DispatchResultWithPostInfo, traits::fungible::hold::Inspect};
use hashcard_primitives::{
    card::{CardId, Terms},
    key::{Edition, KeyIndex, OrderId},
    Balance,
};
use hashcard_proofs::{Capsule, EncodedPoint, LongProof};
use sp_runtime::{traits::Dispatchable, AccountId32};

/// Runs a test on a new chain, and then checks what must hold after any call.
fn on_chain(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        assert_ok!(Pallet::<Test>::do_try_state());
    });
}

fn send(who: &AccountId32, call: Call<Test>) -> DispatchResultWithPostInfo {
    RuntimeCall::KeysPallet(call).dispatch(RuntimeOrigin::signed(who.clone()))
}

#[track_caller]
fn assert_event(event: Event<Test>) {
    System::assert_has_event(event.into());
}

fn salt(card: CardId) -> [u8; 32] {
    [card as u8 + 1; 32]
}

fn terms(price: Balance, editions: Option<u32>) -> Terms {
    Terms {
        price,
        editions,
        listed: true,
        version: 0,
    }
}

/// Publishes a keyed card that keeps what it promises. Its content has the number of the card.
fn publish(creator: &AccountId32, price: Balance, editions: Option<u32>) -> CardId {
    let id = next_card();
    let promised = commitments(id, &salt(id));
    FakeCards::publish(
        creator.clone(),
        root(id),
        BLOB_LEN,
        salt(id),
        Some(promised),
        terms(price, editions),
    )
}

/// Publishes a keyed card whose `h_K` belongs to no key.
fn publish_lie(creator: &AccountId32, price: Balance) -> CardId {
    let id = next_card();
    let promised = false_commitments(id);
    FakeCards::publish(
        creator.clone(),
        root(id),
        BLOB_LEN,
        salt(id),
        Some(promised),
        terms(price, None),
    )
}

fn next_card() -> CardId {
    use hashcard_primitives::roles::CardLookup;
    (0..)
        .find(|id| FakeCards::card(*id).is_none())
        .expect("there are always more numbers")
}

fn register(who: &AccountId32) -> KeyIndex {
    let index = Pallet::<Test>::encryption_keys(who.clone());
    let (key, proof) = next_key::<Test>(who);
    assert_ok!(send(who, Call::register_key { key, proof }));
    index
}

/// Buys on the terms as they are, with an encryption key registered by the purchase.
fn try_buy(who: &AccountId32, card: CardId) -> DispatchResultWithPostInfo {
    use hashcard_primitives::roles::CardLookup;
    let (price, terms_version) = FakeCards::terms(card).map_or((0, 0), |now| (now.price, now.version));
    let key = if Pallet::<Test>::encryption_keys(who.clone()) == 0 {
        fresh_key::<Test>(who)
    } else {
        KeyChoice::Registered(0)
    };
    send(
        who,
        Call::buy {
            card,
            price,
            terms_version,
            key,
        },
    )
}

#[track_caller]
fn buy(who: &AccountId32, card: CardId) -> OrderId {
    let id = NextOrderId::<Test>::get();
    assert_ok!(try_buy(who, card));
    id
}

/// What the seller of an order should send now.
fn capsule_for(order: OrderId) -> (Capsule, LongProof) {
    let handover = Handover::of_order::<Test>(order);
    handover.prove(&content(handover.card))
}

fn try_fulfil(order: OrderId) -> DispatchResultWithPostInfo {
    let seller = crate::Orders::<Test>::get(order)
        .expect("the test opened it")
        .seller;
    let (capsule, proof) = capsule_for(order);
    send(
        &seller,
        Call::fulfil {
            order,
            capsule,
            proof,
        },
    )
}

#[track_caller]
fn fulfil(order: OrderId) {
    assert_ok!(try_fulfil(order));
}

/// An order that is bought and delivered.
#[track_caller]
fn delivered(who: &AccountId32, card: CardId) -> OrderId {
    let order = buy(who, card);
    fulfil(order);
    order
}

#[track_caller]
fn mint(card: CardId, to: &AccountId32) {
    use hashcard_primitives::roles::CardLookup;
    if Pallet::<Test>::encryption_keys(to.clone()) == 0 {
        register(to);
    }
    let creator = FakeCards::card(card).expect("the test published it").creator;
    let (capsule, proof) = Handover::gift::<Test>(card, to, 0).prove(&content(card));
    assert_ok!(send(
        &creator,
        Call::mint {
            card,
            to: to.clone(),
            key_index: 0,
            capsule,
            proof
        }
    ));
}

/// What the holder of a key sends to report it.
fn report_of(card: CardId, edition: Edition, reporter: &AccountId32) -> Call<Test> {
    let (opened, proof) = crate::fixtures::report::<Test>(card, edition, reporter);
    Call::report_false_key {
        card,
        edition,
        opened,
        proof,
    }
}

fn wait(blocks: u32) {
    System::set_block_number(System::block_number() + blocks);
}

/// Everything that an account has, held or not, and what waits for it.
fn wealth(who: &AccountId32) -> Balance {
    use frame_support::traits::fungible::Inspect;
    Balances::total_balance(who) + Unclaimed::<Test>::get(who).unwrap_or_default()
}

fn held(reason: HoldReason, who: &AccountId32) -> Balance {
    Balances::balance_on_hold(&reason.into(), who)
}

/// Moves all that an account may spend to the stranger.
fn spend_all(who: &AccountId32) {
    assert_ok!(Balances::transfer_all(
        RuntimeOrigin::signed(who.clone()),
        STRANGER,
        false
    ));
}

/// The point inside a key's capsule, as its holder sees it.
fn opened(card: CardId, edition: Edition) -> EncodedPoint {
    let key = Pallet::<Test>::key(card, edition).expect("the key exists");
    let secret = encryption_secret::<Test>(&key.holder, key.key_index);
    let capsule = Capsule {
        r: EncodedPoint(key.capsule.r),
        c: EncodedPoint(key.capsule.c),
    };
    EncodedPoint(
        *secret
            .open(&capsule)
            .expect("a capsule on chain is well formed")
            .as_bytes(),
    )
}
