//! One file for each call: every success with its event, every refusal. Calls are dispatched as a block would
//! dispatch them, so a refusal also shows that nothing changed.

mod accept;
mod buy;
mod buy_listed;
mod claim;
mod claim_unclaimed;
mod clerks;
mod discard_key;
mod expire;
mod expire_stakes;
mod fulfil;
mod fulfil_for;
mod fulfil_resale;
mod genesis;
mod gift;
mod history;
mod list;
mod lock;
mod market_views;
mod mint;
mod offer;
mod register_key;
mod remove_key;
mod report_false_key;
mod rewrap;
mod sequences;
mod set_upgrade;
mod settle;
mod settle_shares;
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
    key::{ClerkSource, Edition, KeyIndex, OrderId},
    Balance,
};
use hashcard_proofs::{Capsule, EncodedPoint, LongProof};
use sp_runtime::{traits::Dispatchable, AccountId32};

/// How long an offer of these tests stands.
const OFFER_BLOCKS: u32 = 25;
/// What the mock's delivery bond takes, in parts per million.
const BOND_PARTS: Balance = 70_000;

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

/// The first encryption key of an account, registered if it is not yet.
fn any_key(who: &AccountId32) -> KeyChoice {
    if Pallet::<Test>::encryption_keys(who.clone()) == 0 {
        fresh_key::<Test>(who)
    } else {
        KeyChoice::Registered(0)
    }
}

/// Buys on the terms as they are, with an encryption key registered by the purchase.
fn try_buy(who: &AccountId32, card: CardId) -> DispatchResultWithPostInfo {
    use hashcard_primitives::roles::CardLookup;
    let (price, terms_version) = FakeCards::terms(card).map_or((0, 0), |now| (now.price, now.version));
    let key = any_key(who);
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

/// A key that is bought, delivered and paid for.
#[track_caller]
fn sold(who: &AccountId32, card: CardId) -> Edition {
    let order = delivered(who, card);
    let edition = u64::from(crate::Tallies::<Test>::get(card).made);
    if Pallet::<Test>::order(order).is_some() {
        wait(SETTLEMENT_WINDOW);
        assert_ok!(send(&STRANGER, Call::settle { order }));
    }
    edition
}

#[track_caller]
fn list(who: &AccountId32, card: CardId, edition: Edition, price: Balance) {
    assert_ok!(send(who, Call::list { card, edition, price }));
}

/// Buys a listed key as it is.
fn try_buy_listed(who: &AccountId32, card: CardId, edition: Edition) -> DispatchResultWithPostInfo {
    let (price, sequence) =
        Pallet::<Test>::listing(card, edition).map_or((0, 0), |listing| (listing.price, listing.sequence));
    let key = any_key(who);
    send(
        who,
        Call::buy_listed {
            card,
            edition,
            price,
            sequence,
            key,
        },
    )
}

#[track_caller]
fn buy_listed(who: &AccountId32, card: CardId, edition: Edition) -> OrderId {
    let id = NextOrderId::<Test>::get();
    assert_ok!(try_buy_listed(who, card, edition));
    id
}

/// The order of a key that one account sells to another for this price.
#[track_caller]
fn resold(from: &AccountId32, to: &AccountId32, card: CardId, edition: Edition, price: Balance) -> OrderId {
    list(from, card, edition, price);
    buy_listed(to, card, edition)
}

fn try_offer(
    who: &AccountId32,
    card: CardId,
    edition: Option<Edition>,
    price: Balance,
) -> DispatchResultWithPostInfo {
    let key = any_key(who);
    let until = System::block_number() + OFFER_BLOCKS;
    send(
        who,
        Call::offer {
            card,
            edition,
            price,
            until,
            key,
        },
    )
}

#[track_caller]
fn offer(who: &AccountId32, card: CardId, edition: Option<Edition>, price: Balance) -> OrderId {
    let id = NextOrderId::<Test>::get();
    assert_ok!(try_offer(who, card, edition, price));
    id
}

#[track_caller]
fn appoint(card: CardId, clerk: &AccountId32) {
    use hashcard_primitives::roles::CardLookup;
    if Pallet::<Test>::encryption_keys(clerk.clone()) == 0 {
        register(clerk);
    }
    let creator = FakeCards::card(card).expect("the test published it").creator;
    let (capsule, proof) = Handover::appointment::<Test>(card, clerk, 0).prove(&content(card));
    assert_ok!(send(
        &creator,
        Call::appoint_clerk {
            card,
            account: clerk.clone(),
            key_index: 0,
            capsule,
            proof
        }
    ));
}

/// What the creator of a card promises to those who deliver for him.
#[track_caller]
fn promise(card: CardId, commission: u32, any_holder: bool) {
    use hashcard_primitives::roles::CardLookup;
    let creator = FakeCards::card(card).expect("the test published it").creator;
    assert_ok!(send(
        &creator,
        Call::set_clerk_terms {
            card,
            commission,
            any_holder
        }
    ));
}

/// The delivery of a clerk. He proves what the chain says he has.
fn delivery_by(clerk: &AccountId32, order: OrderId, source: ClerkSource) -> Call<Test> {
    let handover = Handover::by_clerk::<Test>(order, clerk, source);
    let (capsule, proof) = handover.prove(&content(handover.card));
    Call::fulfil_for {
        order,
        source,
        capsule,
        proof,
    }
}

/// Commits to what the seller of an order will deliver.
fn lock_by_seller(order: OrderId) -> Call<Test> {
    let seller = Pallet::<Test>::order(order).expect("the test opened it").seller;
    let (capsule, proof) = capsule_for(order);
    Call::lock {
        order,
        commitment: hashcard_proofs::lock_commitment(order, seller.as_ref(), &capsule, &proof),
        source: None,
    }
}

/// Commits to what a clerk will deliver.
fn lock_by_clerk(clerk: &AccountId32, order: OrderId, source: ClerkSource) -> Call<Test> {
    let handover = Handover::by_clerk::<Test>(order, clerk, source);
    let (capsule, proof) = handover.prove(&content(handover.card));
    Call::lock {
        order,
        commitment: hashcard_proofs::lock_commitment(order, clerk.as_ref(), &capsule, &proof),
        source: Some(source),
    }
}

/// Publishes the next version of a card.
fn publish_next_version(older: CardId, price: Balance) -> CardId {
    use hashcard_primitives::roles::CardLookup;
    let creator = FakeCards::card(older).expect("the test published it").creator;
    let newer = publish(&creator, price, None);
    FakeCards::amend(newer, |card| card.supersedes = Some(older));
    newer
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

/// What is staked on a delivery at this price.
fn stake(price: Balance) -> Balance {
    (price * BOND_PARTS).div_ceil(1_000_000)
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
