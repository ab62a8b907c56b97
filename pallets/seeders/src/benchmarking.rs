//! Worst cases: cards with all their seats taken, so that each join displaces a different seeder and each
//! ranking is rewritten whole, and seeders with as many and as long addresses as they may have.
//!
//! Only seats that a call touches are real. The other lines of a ranking are names alone, since seating
//! 65,000 others for each repetition would take hours and change nothing that is measured.

use super::*;
use alloc::{vec, vec::Vec};
use codec::MaxEncodedLen;
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{hold::Mutate as _, Mutate},
    Get,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use hashcard_primitives::{
    blob::ContentRoot,
    card::Terms,
    coverage::Coverage,
    roles::CardLookup,
    seeder::{Addresses, Delta, Deltas, PeerId, MAX_ADDRESS, MAX_ADDRESSES, MAX_DELTAS, MAX_SEATS},
    Balance, BoundedVec, CardId,
};
use sp_runtime::AccountId32;

const BLOB_LEN: u64 = 1 << 30;

fn endowed<T: Config>(name: &'static str, index: u32) -> AccountId32 {
    let who: AccountId32 = account(name, index, 0);
    endow::<T>(&who);
    who
}

fn endow<T: Config>(who: &AccountId32) {
    let each_byte = T::DepositPerByte::get().saturating_mul(1 << 20);
    let each_row = T::DepositBase::get().saturating_mul(1 << 16);
    let bonds = T::MinBond::get().saturating_mul(1 << 16);
    let amount: Balance = each_byte
        .saturating_add(each_row)
        .saturating_add(bonds)
        .saturating_add(1 << 40);
    T::Currency::mint_into(who, amount).expect("issuance is far from its end; qed");
}

fn longest_addresses() -> Addresses {
    let address = BoundedVec::truncate_from(vec![7; MAX_ADDRESS as usize]);
    Addresses::truncate_from(vec![address; MAX_ADDRESSES as usize])
}

fn peer() -> PeerId {
    let mut peer = vec![0x12, 32];
    peer.resize(34, 9);
    PeerId::truncate_from(peer)
}

fn registered<T: Config>(name: &'static str, index: u32) -> AccountId32 {
    let who = endowed::<T>(name, index);
    Pallet::<T>::do_register(who.clone(), peer(), longest_addresses()).expect("he was endowed; qed");
    who
}

fn caller<T: Config>() -> AccountId32 {
    let caller: AccountId32 = whitelisted_caller();
    endow::<T>(&caller);
    Pallet::<T>::do_register(caller.clone(), peer(), longest_addresses()).expect("he was endowed; qed");
    caller
}

fn cards<T: Config>(n: u32) -> Vec<CardId> {
    let terms = Terms {
        price: 0,
        editions: None,
        listed: true,
        version: 0,
    };
    let card = |index: u32| {
        let mut root = [0; 32];
        root[..4].copy_from_slice(&index.to_le_bytes());
        T::Cards::benchmark_card(account("creator", 0, 0), ContentRoot(root), BLOB_LEN, None, terms)
    };
    (0..n).map(card).collect()
}

fn bond_of<T: Config>(multiple: Balance) -> Balance {
    T::MinBond::get().max(1).saturating_mul(multiple)
}

fn join<T: Config>(card: CardId, multiple: Balance) -> Delta {
    let (coverage, bond) = (Coverage(1), bond_of::<T>(multiple));
    Delta::Join {
        card,
        coverage,
        price_per_mib: Some(1),
        bond,
    }
}

/// Puts names with a high bond before the lines of these cards, until so many lines are there.
fn crowd<T: Config>(cards: &[CardId], lines: u32) {
    for card in cards {
        Rankings::<T>::mutate(card, |ranking| {
            for index in ranking.len() as u32..lines {
                let rank = Rank {
                    bond: bond_of::<T>(3),
                    seeder: account("line", index, 0),
                };
                ranking
                    .try_insert(0, rank)
                    .expect("lines are MAX_SEATS at most; qed");
            }
        });
    }
}

fn remember<T: Config>(seeder: &AccountId32, card: CardId) {
    let row = DisplacedSeat {
        coverage: Coverage(1),
        bond: bond_of::<T>(1),
        joined_at: 0,
        covered_at: 0,
        displaced_at: 0,
        deposit: Pallet::<T>::deposit_for(1, DisplacedSeat::max_encoded_len()),
    };
    T::Currency::hold(&HoldReason::Deposit.into(), seeder, row.deposit).expect("he was endowed; qed");
    Displaced::<T>::insert(seeder, card_key(card), row);
}

/// Gives each of these cards a seat of a different seeder, with the least bond, who lost one before.
fn seat_victims<T: Config>(cards: &[CardId]) {
    for (index, card) in (0..).zip(cards) {
        let victim = registered::<T>("victim", index);
        remember::<T>(&victim, *card);
        let joins = Deltas::truncate_from(vec![join::<T>(*card, 1)]);
        Pallet::<T>::do_apply(&victim, joins).expect("the card has free seats; qed");
    }
}

/// Lets seats of now grow old enough to be left, and die unless their seeder gives a sign of life.
fn outlive_seats<T: Config>() {
    let later = Pallet::<T>::now()
        .saturating_add(Pallet::<T>::seat_lifetime())
        .saturating_add(1);
    frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(later));
}

fn deltas(cards: &[CardId], delta: impl FnMut(CardId) -> Delta) -> Deltas {
    Deltas::truncate_from(cards.iter().copied().map(delta).collect())
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() {
        let caller = endowed::<T>("seeder", 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), peer(), longest_addresses());

        assert!(Contacts::<T>::contains_key(caller));
    }

    #[benchmark]
    fn deregister() {
        let caller = caller::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(!Contacts::<T>::contains_key(caller));
    }

    #[benchmark]
    fn apply_joins(n: Linear<1, { MAX_DELTAS }>) {
        let cards = cards::<T>(n);
        seat_victims::<T>(&cards);
        crowd::<T>(&cards, MAX_SEATS);
        let caller = caller::<T>();
        let joins = deltas(&cards, |card| join::<T>(card, 2));

        #[extrinsic_call]
        apply(RawOrigin::Signed(caller.clone()), joins);

        assert_eq!(Seeders::<T>::get(caller).map(|row| row.seats), Some(n));
    }

    #[benchmark]
    fn apply_covers(n: Linear<1, { MAX_DELTAS }>) {
        let cards = cards::<T>(n);
        let caller = caller::<T>();
        let joins = deltas(&cards, |card| join::<T>(card, 1));
        Pallet::<T>::do_apply(&caller, joins).expect("the cards have free seats; qed");
        let covers = deltas(&cards, |card| Delta::Cover {
            card,
            coverage: Coverage(3),
        });

        #[extrinsic_call]
        apply(RawOrigin::Signed(caller.clone()), covers);

        let seats = Seats::<T>::iter_prefix_values(caller);
        assert_eq!(
            seats.filter(|seat| seat.coverage == Coverage(3)).count() as u32,
            n
        );
    }

    #[benchmark]
    fn apply_leaves(n: Linear<1, { MAX_DELTAS }>) {
        let cards = cards::<T>(n);
        let caller = caller::<T>();
        let joins = deltas(&cards, |card| join::<T>(card, 2));
        Pallet::<T>::do_apply(&caller, joins).expect("the cards have free seats; qed");
        crowd::<T>(&cards, MAX_SEATS);
        outlive_seats::<T>();
        let leaves = deltas(&cards, |card| Delta::Leave { card });

        #[extrinsic_call]
        apply(RawOrigin::Signed(caller.clone()), leaves);

        assert_eq!(Seeders::<T>::get(caller).map(|row| row.seats), Some(0));
    }

    #[benchmark]
    fn heartbeat() {
        let caller = caller::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert_eq!(
            Seeders::<T>::get(caller).map(|row| row.last_heartbeat),
            Some(Pallet::<T>::now())
        );
    }

    #[benchmark]
    fn clear(n: Linear<1, { MAX_CLEARED }>) {
        let cards = cards::<T>(n);
        let silent = registered::<T>("silent", 0);
        let joins = deltas(&cards, |card| join::<T>(card, 2));
        Pallet::<T>::do_apply(&silent, joins).expect("the cards have free seats; qed");
        crowd::<T>(&cards, MAX_SEATS);
        outlive_seats::<T>();

        #[extrinsic_call]
        _(
            RawOrigin::Signed(whitelisted_caller()),
            silent.clone(),
            ClearedCards::truncate_from(cards),
        );

        assert_eq!(Seeders::<T>::get(silent).map(|row| row.seats), Some(0));
    }

    #[benchmark]
    fn forget(n: Linear<1, { MAX_CLEARED }>) {
        let cards = cards::<T>(n);
        let seeder = endowed::<T>("seeder", 0);
        cards.iter().for_each(|card| remember::<T>(&seeder, *card));

        #[extrinsic_call]
        _(
            RawOrigin::Signed(seeder.clone()),
            seeder.clone(),
            ClearedCards::truncate_from(cards),
        );

        assert_eq!(Displaced::<T>::iter_prefix(seeder).count(), 0);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
