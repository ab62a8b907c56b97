//! Accounts, cards, orders and clerks for benchmarks to begin with.

use crate::{
    fixtures::{content, false_commitments, fresh_key, next_key, root, Handover, BLOB_LEN},
    ClerkCapsules, Config, Histories, KeyChoice, NextOrderId, Orders, Pallet, TermsOfClerks, Upgrades,
};
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::{Inspect, Mutate};
use frame_system::Pallet as System;
use hashcard_primitives::{
    card::{CardId, Terms, WHOLE_SHARE},
    key::{ClerkSource, Edition, KeyIndex, OrderId, PastSale, MAX_CLERKS, MAX_COMMISSION, PAST_SALES},
    roles::CardLookup,
    Balance, BlockNumber,
};
use hashcard_proofs::{lock_commitment, Capsule, LongProof};
use sp_runtime::{AccountId32, SaturatedConversion};

/// The content of every card here; its card lies about the key, so that it can be reported.
pub(super) const CONTENT: u64 = 1;

pub(super) fn funded<T: Config>(name: &'static str) -> AccountId32 {
    numbered::<T>(name, 0)
}

fn numbered<T: Config>(name: &'static str, number: u32) -> AccountId32 {
    let who: AccountId32 = account(name, number, 0);
    T::Currency::set_balance(&who, 1 << 100);
    who
}

/// A card with as many collaborators as there can be.
pub(super) fn published<T: Config>(creator: &AccountId32, price: Balance) -> CardId {
    let terms = Terms {
        price,
        editions: Some(u32::MAX),
        listed: true,
        version: 0,
    };
    T::Cards::benchmark_card(
        creator.clone(),
        root(CONTENT),
        BLOB_LEN,
        Some(false_commitments(CONTENT)),
        terms,
    )
}

pub(super) fn registered<T: Config>(who: &AccountId32) -> Result<KeyIndex, BenchmarkError> {
    let (key, proof) = next_key::<T>(who);
    Ok(Pallet::<T>::do_register_key(who.clone(), key, proof)?)
}

/// An order of a buyer for a new card at this price.
pub(super) fn ordered<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
    price: Balance,
) -> Result<OrderId, BenchmarkError> {
    let card = published::<T>(creator, price);
    let id = NextOrderId::<T>::get();
    Pallet::<T>::do_buy(buyer.clone(), card, price, 0, fresh_key::<T>(buyer))?;
    Ok(id)
}

pub(super) fn card_of<T: Config>(order: OrderId) -> Result<CardId, BenchmarkError> {
    Ok(Orders::<T>::get(order)
        .ok_or(BenchmarkError::Stop("no order"))?
        .card)
}

/// What the seller of an order sends.
pub(super) fn delivery<T: Config>(order: OrderId) -> (Capsule, LongProof) {
    Handover::of_order::<T>(order).prove(&content(CONTENT))
}

pub(super) fn delivered<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
    price: Balance,
) -> Result<OrderId, BenchmarkError> {
    let id = ordered::<T>(creator, buyer, price)?;
    let (capsule, proof) = delivery::<T>(id);
    Pallet::<T>::do_fulfil(creator.clone(), id, capsule, proof)?;
    Ok(id)
}

/// A key that the creator gave to an account.
pub(super) fn held_key<T: Config>(
    creator: &AccountId32,
    card: CardId,
    holder: &AccountId32,
) -> Result<Edition, BenchmarkError> {
    let index = registered::<T>(holder)?;
    let (capsule, proof) = Handover::gift::<T>(card, holder, index).prove(&content(CONTENT));
    let edition = Pallet::<T>::next_edition(card).map_err(|_| BenchmarkError::Stop("no edition"))?;
    Pallet::<T>::do_mint(creator.clone(), card, holder.clone(), index, capsule, proof)?;
    Ok(edition)
}

/// The locked order of a key that one account sells to another.
pub(super) fn locked_resale<T: Config>(
    creator: &AccountId32,
    seller: &AccountId32,
    buyer: &AccountId32,
) -> Result<OrderId, BenchmarkError> {
    let price = T::Currency::minimum_balance();
    let card = published::<T>(creator, price);
    let edition = held_key::<T>(creator, card, seller)?;
    Pallet::<T>::do_list(seller.clone(), card, edition, price)?;
    let id = NextOrderId::<T>::get();
    Pallet::<T>::do_buy_listed(buyer.clone(), card, edition, price, 0, fresh_key::<T>(buyer))?;
    lock_by_seller::<T>(id, seller)?;
    Ok(id)
}

pub(super) fn lock_by_seller<T: Config>(id: OrderId, seller: &AccountId32) -> Result<(), BenchmarkError> {
    let (capsule, proof) = delivery::<T>(id);
    let commitment = lock_commitment(id, seller.as_ref(), &capsule, &proof);
    Ok(Pallet::<T>::do_lock(seller.clone(), id, commitment, None)?)
}

/// A card that supersedes another, of which a buyer holds a key; its holders get half off, and clerks are promised
/// something.
pub(super) fn superseding<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
    price: Balance,
) -> Result<(CardId, Edition), BenchmarkError> {
    let older = published::<T>(creator, price);
    let with = held_key::<T>(creator, older, buyer)?;
    let newer = published::<T>(creator, price);
    T::Cards::benchmark_supersede(newer, older);
    Pallet::<T>::do_set_upgrade(creator.clone(), newer, WHOLE_SHARE / 2)?;
    Pallet::<T>::do_set_clerk_terms(creator.clone(), newer, MAX_COMMISSION, true)?;
    assert!(Upgrades::<T>::contains_key(newer) && TermsOfClerks::<T>::contains_key(newer));
    Ok((newer, with))
}

/// An order that claims a newer version.
pub(super) fn claimed<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
) -> Result<OrderId, BenchmarkError> {
    let price = T::Currency::minimum_balance().saturating_mul(2);
    let (newer, with) = superseding::<T>(creator, buyer, price)?;
    let id = NextOrderId::<T>::get();
    let key = KeyChoice::Registered(0);
    Pallet::<T>::do_claim(buyer.clone(), newer, with, price / 2, 0, key)?;
    Ok(id)
}

/// Such an order, delivered.
pub(super) fn delivered_claim<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
) -> Result<OrderId, BenchmarkError> {
    let id = claimed::<T>(creator, buyer)?;
    let (capsule, proof) = delivery::<T>(id);
    Pallet::<T>::do_fulfil(creator.clone(), id, capsule, proof)?;
    Ok(id)
}

/// What appoints the next of many clerks.
pub(super) fn appointment<T: Config>(
    card: CardId,
    number: u32,
) -> Result<(AccountId32, KeyIndex, Capsule, LongProof), BenchmarkError> {
    let clerk = numbered::<T>("clerk", number);
    let index = registered::<T>(&clerk)?;
    let (capsule, proof) = Handover::appointment::<T>(card, &clerk, index).prove(&content(CONTENT));
    Ok((clerk, index, capsule, proof))
}

/// Appoints this many clerks, and gives the last.
pub(super) fn appoint<T: Config>(
    creator: &AccountId32,
    card: CardId,
    how_many: u32,
) -> Result<AccountId32, BenchmarkError> {
    let mut last = creator.clone();
    for number in 0..how_many {
        let (clerk, index, capsule, proof) = appointment::<T>(card, number)?;
        Pallet::<T>::do_appoint_clerk(creator.clone(), card, clerk.clone(), index, capsule, proof)?;
        last = clerk;
    }
    Ok(last)
}

/// An order of a card with as many clerks as there can be, and the clerk whose turn it is.
pub(super) fn clerks_order<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
    price: Balance,
) -> Result<(OrderId, AccountId32), BenchmarkError> {
    let id = ordered::<T>(creator, buyer, price)?;
    appoint::<T>(creator, card_of::<T>(id)?, MAX_CLERKS)?;
    let turn = Pallet::<T>::turn(id).ok_or(BenchmarkError::Stop("nobody's turn"))?;
    assert!(ClerkCapsules::<T>::contains_key(card_of::<T>(id)?, &turn.clerk));
    Ok((id, turn.clerk))
}

/// What a clerk sends.
pub(super) fn clerks_delivery<T: Config>(order: OrderId, clerk: &AccountId32) -> (Capsule, LongProof) {
    Handover::by_clerk::<T>(order, clerk, ClerkSource::Appointed).prove(&content(CONTENT))
}

pub(super) fn later<T: Config>(blocks: BlockNumber) {
    let then = Pallet::<T>::now().saturating_add(blocks);
    System::<T>::set_block_number(then.saturated_into());
}

/// A delivered order that is due, of a card with a full history, whose clerk has no account, nor have its
/// collaborators; and whose price is too small for a share to open one.
pub(super) fn payment_nobody_takes<T: Config>() -> Result<(AccountId32, OrderId), BenchmarkError> {
    let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
    let clerk: AccountId32 = account("pauper", 0, 0);
    // One unit more, so that something is left for the creator too.
    let price = (T::Currency::minimum_balance() / 2).saturating_add(1);
    let id = delivered::<T>(&creator, &buyer, price)?;
    Orders::<T>::mutate(id, |order| {
        if let Some(order) = order {
            order.commission = MAX_COMMISSION;
            order.delivered_by = Some(clerk.clone());
        }
    });
    let sale = PastSale {
        block: 1,
        price: 1,
        edition: 1,
        resale: false,
    };
    Histories::<T>::mutate(card_of::<T>(id)?, |history| {
        history.sold = PAST_SALES;
        for _ in 0..PAST_SALES {
            history.last.force_push(sale);
        }
    });
    later::<T>(Pallet::<T>::settlement_window());
    Ok((clerk, id))
}
