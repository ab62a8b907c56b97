//! Worst cases: blobs as long as can be, whose paths are the longest; seats that were displaced and taken anew, so that both
//! are looked at; cards with all their endowments, which the first claim of each divides.

use super::*;
use crate::{arithmetic::LONGEST_ERA, challenge::challenged_leaf};
use alloc::{vec, vec::Vec};
use blake3::{
    hazmat::{merge_subtrees_non_root, merge_subtrees_root, HasherExt, Mode},
    Hasher,
};
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{hold::Mutate as _, Mutate},
    EnsureOrigin, Get,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use hashcard_primitives::{
    blob::{ContentRoot, LEAF_LEN, MAX_BLOB_LEN},
    card::Terms,
    coverage::Coverage,
    leaf::{LeafPath, MAX_PATH},
    reward::{
        CollectedClaims, EraIndex, Leaf, PossessionProof, PossessionProofs, HORIZON, MAX_COLLECTED,
        MAX_ENDOWMENTS, MAX_PROOFS,
    },
    roles::{BurntFees, CardLookup, SeatLookup, SeatStanding},
    Balance, BlockNumber, BoundedVec, CardId,
};
use sp_runtime::AccountId32;

const FEE: Balance = 1 << 50;
const SEED: [u8; 32] = [5; 32];
/// The era that is proven, and how long it was.
const ERA: EraIndex = HORIZON;
const BLOCKS: BlockNumber = 1_000;

fn funded<T: Config>(name: &'static str) -> AccountId32 {
    let who: AccountId32 = account(name, 0, 0);
    fund::<T>(&who);
    who
}

fn caller<T: Config>() -> AccountId32 {
    let caller: AccountId32 = whitelisted_caller();
    fund::<T>(&caller);
    caller
}

fn fund<T: Config>(who: &AccountId32) {
    let deposits = T::DepositPerByte::get()
        .saturating_mul(1 << 20)
        .saturating_add(T::DepositBase::get().saturating_mul(1 << 12));
    let endowments = T::MinEndowment::get().saturating_mul(1 << 10);
    let amount = deposits.saturating_add(endowments).saturating_add(1 << 60);
    T::Currency::mint_into(who, amount).expect("issuance is far from its end; qed");
}

/// An emission under which every burnt unit gives credit, and the pot is large enough.
fn emit_most<T: Config>() {
    let mut emission = T::MostEmission::get();
    emission.credit_share = emission
        .credit_share
        .min(hashcard_primitives::card::WHOLE_SHARE - 1);
    TheEmission::<T>::put(emission);
}

/// Goes to era [`ERA`] + 1; the era before it had these blocks and this credit from sales.
fn end_era<T: Config>(sale_credit: Balance) {
    let ended_at = BLOCKS.saturating_mul(2);
    let ended = EndedEra {
        started_at: BLOCKS + 1,
        ended_at,
        pot: Balance::MAX >> 1,
        delivery_credit: 0,
        sale_credit,
        granted: 0,
        seed: SEED,
        settled_by: BLOCKS,
    };
    Eras::<T>::insert(ERA, ended);
    Running::<T>::put(RunningEra {
        index: ERA + 1,
        started_at: ended_at + 1,
        ..Default::default()
    });
    frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(ended_at + 1));
}

fn publish<T: Config>(root: [u8; 32]) -> CardId {
    let terms = Terms {
        price: 0,
        editions: None,
        listed: true,
        version: 0,
    };
    T::Cards::benchmark_card(
        account("creator", 0, 0),
        ContentRoot(root),
        MAX_BLOB_LEN,
        None,
        terms,
    )
}

/// A leaf, its siblings, and the root of the blob of [`MAX_BLOB_LEN`] bytes in which it stands at `index`: the tree is perfect, so
/// the bits of the index are the sides.
fn leaf_of_longest_blob(index: u64) -> (Leaf, LeafPath, [u8; 32]) {
    let leaf = vec![0xab; LEAF_LEN as usize];
    let siblings: Vec<[u8; 32]> = (0..MAX_PATH as u8).map(|depth| [depth; 32]).collect();
    let mut value = Hasher::new()
        .set_input_offset(index * LEAF_LEN)
        .update(&leaf)
        .finalize_non_root();
    for (height, sibling) in siblings.iter().enumerate() {
        let (l, r) = match index >> height & 1 {
            1 => (sibling, &value),
            _ => (&value, sibling),
        };
        value = if height + 1 == siblings.len() {
            *merge_subtrees_root(l, r, Mode::Hash).as_bytes()
        } else {
            merge_subtrees_non_root(l, r, Mode::Hash)
        };
    }
    (
        BoundedVec::truncate_from(leaf),
        BoundedVec::truncate_from(siblings),
        value,
    )
}

/// A card whose challenge for the seeder is answered, with a seat that was displaced when the era was over and another that is too
/// young, credit from sales, and all endowments.
fn provable_card<T: Config>(seeder: &AccountId32, card: CardId) -> PossessionProof {
    let coverage = Coverage::all(MAX_BLOB_LEN);
    let index =
        challenged_leaf(&SEED, card, seeder.as_ref(), coverage, MAX_BLOB_LEN).expect("all is covered; qed");
    let (leaf, path, root) = leaf_of_longest_blob(index);
    assert_eq!(publish::<T>(root), card, "cards are numbered one after the other");
    let old = SeatStanding {
        coverage,
        bond: T::BondCap::get(),
        joined_at: 1,
        covered_at: 1,
    };
    T::Seats::benchmark_displaced(card, seeder, old, 2 * BLOCKS + 1);
    let young = SeatStanding {
        joined_at: 2 * BLOCKS + 1,
        covered_at: 2 * BLOCKS + 1,
        ..old
    };
    T::Seats::benchmark_seat(card, seeder, young);
    CardCredits::<T>::insert(
        card,
        CardCredit {
            era: ERA + 1,
            credit: FEE,
            before: T::LeastShare::get().saturating_add(FEE),
        },
    );
    Endowments::<T>::insert(card, endowments::<T>(seeder));
    PossessionProof { card, leaf, path }
}

/// Eight endowments that give more than sales, of money that nobody holds: no proof moves any.
fn endowments<T: Config>(funder: &AccountId32) -> CardEndowments {
    let one = |id: u64| Endowment {
        id,
        funder: funder.clone(),
        per_block: FEE.saturating_add(T::LeastShare::get()),
        left: Balance::MAX >> 4,
        first_era: 0,
        last_era: Some(ERA),
        deposit: 1,
    };
    BoundedVec::truncate_from((0..u64::from(MAX_ENDOWMENTS)).map(one).collect())
}

/// The number that the next card will have.
fn next_card<T: Config>() -> CardId {
    publish::<T>([0xee; 32]).saturating_add(1)
}

/// Places endowed money with this pallet.
fn keep<T: Config>(amount: Balance) {
    let funder = funded::<T>("keeper's funder");
    T::Currency::mint_into(&funder, amount).expect("issuance is far from its end; qed");
    Pallet::<T>::keep(&funder, amount).expect("he was funded; qed");
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn emit() {
        emit_most::<T>();

        #[block]
        {
            Pallet::<T>::emit();
        }
    }

    /// An era that ends by its length, and one that expires.
    #[benchmark]
    fn end_era() {
        emit_most::<T>();
        super::end_era::<T>(FEE);
        let expired = Eras::<T>::get(ERA).expect("it has just ended; qed");
        Eras::<T>::insert(1, expired);
        let last = Pallet::<T>::era_blocks()
            .saturating_mul(LONGEST_ERA)
            .saturating_add(2 * BLOCKS);
        frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(last));

        #[block]
        {
            Pallet::<T>::count_block();
        }

        assert_eq!(Running::<T>::get().index, ERA + 2);
        assert!(!Eras::<T>::contains_key(1));
    }

    #[benchmark]
    fn set_emission() -> Result<(), BenchmarkError> {
        let origin = T::Governance::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Default::default());

        assert_eq!(TheEmission::<T>::get(), Default::default());
        Ok(())
    }

    #[benchmark]
    fn enlist() {
        let caller = caller::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(Earners::<T>::contains_key(caller));
    }

    #[benchmark]
    fn delist() -> Result<(), BenchmarkError> {
        let caller = caller::<T>();
        Pallet::<T>::do_enlist(caller.clone())?;

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(!Earners::<T>::contains_key(caller));
        Ok(())
    }

    /// Credit of every era that is remembered.
    #[benchmark]
    fn collect_deliveries() -> Result<(), BenchmarkError> {
        emit_most::<T>();
        let caller = caller::<T>();
        Pallet::<T>::do_enlist(caller.clone())?;
        super::end_era::<T>(FEE);
        let ended = Eras::<T>::get(ERA).expect("it has just ended; qed");
        for index in 1..=ERA {
            Eras::<T>::insert(index, ended);
        }
        Earners::<T>::mutate(&caller, |earner| {
            if let Some(earner) = earner {
                let credits = (1..=ERA).map(|era| EraCredit { era, credit: FEE });
                earner.credits = BoundedVec::truncate_from(credits.collect());
            }
        });
        Pallet::<T>::of_delivery(0, &caller, FEE);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert_eq!(
            Earners::<T>::get(caller).map(|earner| earner.credits.len()),
            Some(1)
        );
        Ok(())
    }

    #[benchmark]
    fn prove(n: Linear<1, { MAX_PROOFS }>) {
        let caller = caller::<T>();
        let first = next_card::<T>();
        let proofs: Vec<_> = (first..)
            .take(n as usize)
            .map(|card| provable_card::<T>(&caller, card))
            .collect();
        super::end_era::<T>(FEE);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(caller.clone()),
            ERA,
            PossessionProofs::truncate_from(proofs),
        );

        assert_eq!(Claims::<T>::iter_prefix((caller,)).count() as u32, n);
    }

    #[benchmark]
    fn collect(n: Linear<1, { MAX_COLLECTED }>) {
        let seeder = funded::<T>("seeder");
        super::end_era::<T>(FEE);
        let era = ERA - 1;
        let deposit = Pallet::<T>::deposit_for(2, 100);
        let endowed = T::MinEndowment::get().max(FEE);
        for card in 0..CardId::from(n) {
            let (era_key, card_key) = claim_key(era, card);
            Claims::<T>::insert((&seeder, era_key, card_key), Claim { weight: 7, deposit });
            let shares = Shares {
                from_sales: FEE,
                from_endowments: endowed,
                weight: 7,
                claims: 1,
            };
            SharesOf::<T>::insert(card, era, shares);
            keep::<T>(endowed);
        }
        let deposits = deposit.saturating_mul(n.into());
        T::Currency::hold(&HoldReason::Deposit.into(), &seeder, deposits).expect("he was funded; qed");
        let claims: Vec<_> = (0..CardId::from(n)).map(|card| (era, card)).collect();

        #[extrinsic_call]
        _(
            RawOrigin::Signed(whitelisted_caller()),
            seeder.clone(),
            CollectedClaims::truncate_from(claims),
        );

        assert_eq!(Claims::<T>::iter_prefix((seeder,)).count(), 0);
    }

    #[benchmark]
    fn endow() -> Result<(), BenchmarkError> {
        let (caller, other) = (caller::<T>(), funded::<T>("other"));
        let card = publish::<T>([1; 32]);
        let mut rows = endowments::<T>(&other);
        if let Some(spent) = rows.last_mut() {
            spent.left = 0;
        }
        T::Currency::hold(&HoldReason::Deposit.into(), &other, 1)?;
        Endowments::<T>::insert(card, rows);
        let amount = T::MinEndowment::get();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), card, amount, amount);

        assert_eq!(
            Endowments::<T>::get(card).last().map(|last| last.left),
            Some(amount)
        );
        Ok(())
    }

    #[benchmark]
    fn end_endowment() -> Result<(), BenchmarkError> {
        let funder = funded::<T>("funder");
        let card = publish::<T>([1; 32]);
        let amount = T::MinEndowment::get();
        let mut rows = endowments::<T>(&funder);
        if let Some(last) = rows.last_mut() {
            (last.left, last.last_era) = (amount, Some(ERA - 1));
        }
        T::Currency::hold(&HoldReason::Deposit.into(), &funder, 1)?;
        keep::<T>(amount);
        Endowments::<T>::insert(card, rows);
        super::end_era::<T>(FEE);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(whitelisted_caller()),
            card,
            u64::from(MAX_ENDOWMENTS) - 1,
        );

        assert_eq!(Endowments::<T>::get(card).len() as u32, MAX_ENDOWMENTS - 1);
        Ok(())
    }

    #[benchmark]
    fn clear_credits(n: Linear<1, { MAX_CLEARED }>) {
        super::end_era::<T>(FEE);
        let cards: Vec<_> = (0..CardId::from(n)).collect();
        for card in &cards {
            let mut row = CardCredit::default();
            row.add(ERA - 1, FEE);
            CardCredits::<T>::insert(card, row);
        }

        #[extrinsic_call]
        _(
            RawOrigin::Signed(whitelisted_caller()),
            ClearedCards::truncate_from(cards),
        );

        assert_eq!(CardCredits::<T>::iter().count(), 0);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
