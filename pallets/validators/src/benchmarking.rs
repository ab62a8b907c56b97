//! Worst cases: a full ranking, of which the place that moves is the last; a ledger with as many parts as may wait.
//!
//! Only candidates that a call touches are real. The other lines of the ranking are names alone.

use super::*;
use crate::ledger::{Part, MAX_PARTS};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{
        fungible::{hold::Mutate as _, Mutate},
        EnsureOrigin, Get,
    },
    BoundedVec,
};
use frame_system::RawOrigin;
use hashcard_primitives::{roles::RunningSession, Balance};
use sp_runtime::{AccountId32, Perbill};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

/// Most validators that a benchmark punishes at once.
const MOST_OFFENDERS: u32 = 100;

fn bond_of<T: Config>(multiple: Balance) -> Balance {
    T::MinBond::get().max(1).saturating_mul(multiple)
}

/// An account with money and keys.
fn keyed<T: Config>(who: AccountId32) -> AccountId32 {
    let amount = bond_of::<T>(100).saturating_add(1 << 60);
    T::Currency::mint_into(&who, amount).expect("issuance is far from its end; qed");
    T::Session::benchmark_keys(&who);
    who
}

/// Gives an account a bond, and a part that waits, which is due.
fn bonded<T: Config>(who: &AccountId32, bond: Balance, parts: u32) {
    let part = |_| Part { amount: 1, due: 0 };
    let ledger = Ledger {
        bond,
        parts: BoundedVec::truncate_from((0..parts).map(part).collect()),
    };
    T::Currency::mint_into(who, ledger.total().saturating_add(1 << 60))
        .expect("issuance is far from its end; qed");
    T::Currency::hold(&HoldReason::Bond.into(), who, ledger.total()).expect("he was just given it; qed");
    Ledgers::<T>::insert(who, ledger);
}

/// As many candidates as may be, the last of whom is this one.
fn crowd<T: Config>(last: &AccountId32) {
    let line = |index| Rank {
        bond: bond_of::<T>(3),
        who: account("line", index, 0),
    };
    let mut ranks: Vec<_> = (1..T::MaxCandidates::get()).map(line).collect();
    ranks.push(Rank {
        bond: bond_of::<T>(1),
        who: last.clone(),
    });
    Ranking::<T>::put(BoundedVec::truncate_from(ranks));
}

fn crowd_with_a_victim<T: Config>() {
    let victim: AccountId32 = account("victim", 0, 0);
    bonded::<T>(&victim, bond_of::<T>(1), MAX_PARTS);
    crowd::<T>(&victim);
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn bond() {
        let caller = keyed::<T>(whitelisted_caller());
        crowd_with_a_victim::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), bond_of::<T>(2));

        assert!(ranking::contains(&Ranking::<T>::get(), &caller));
    }

    #[benchmark]
    fn bond_more() {
        let caller = keyed::<T>(whitelisted_caller());
        bonded::<T>(&caller, bond_of::<T>(1), MAX_PARTS);
        crowd::<T>(&caller);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), bond_of::<T>(3));

        assert_eq!(
            Ranking::<T>::get().first().map(|rank| rank.who.clone()),
            Some(caller)
        );
    }

    #[benchmark]
    fn unbond() {
        let caller = keyed::<T>(whitelisted_caller());
        bonded::<T>(&caller, bond_of::<T>(1), MAX_PARTS - 1);
        crowd::<T>(&caller);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), bond_of::<T>(1));

        assert!(!ranking::contains(&Ranking::<T>::get(), &caller));
    }

    #[benchmark]
    fn withdraw() {
        let caller: AccountId32 = whitelisted_caller();
        let who: AccountId32 = account("leaver", 0, 0);
        bonded::<T>(&who, 0, MAX_PARTS);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), who.clone());

        assert!(!Ledgers::<T>::contains_key(who));
    }

    #[benchmark]
    fn pause() {
        let caller = keyed::<T>(whitelisted_caller());
        bonded::<T>(&caller, bond_of::<T>(1), 0);
        crowd::<T>(&caller);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(!ranking::contains(&Ranking::<T>::get(), &caller));
    }

    #[benchmark]
    fn rejoin() {
        let caller = keyed::<T>(whitelisted_caller());
        bonded::<T>(&caller, bond_of::<T>(2), MAX_PARTS);
        crowd_with_a_victim::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(ranking::contains(&Ranking::<T>::get(), &caller));
    }

    #[benchmark]
    fn retire_keys() {
        let caller = keyed::<T>(whitelisted_caller());

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()));

        assert!(!T::Session::has_keys(&caller));
    }

    #[benchmark]
    fn set_validator_count() -> Result<(), BenchmarkError> {
        let origin = T::Governance::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        crowd::<T>(&whitelisted_caller());

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, 1, 1);

        assert_eq!(Pallet::<T>::validator_count(), 1);
        Ok(())
    }

    #[benchmark]
    fn punish(n: Linear<1, MOST_OFFENDERS>) {
        let offenders: Vec<AccountId32> = (0..n).map(|index| account("offender", index, 0)).collect();
        let who = offenders[0].clone();
        T::Session::benchmark_set(&offenders);
        offenders
            .iter()
            .for_each(|who| bonded::<T>(who, bond_of::<T>(1), MAX_PARTS));
        crowd::<T>(&who);
        let details: Vec<_> = offenders
            .into_iter()
            .map(|who| OffenceDetails {
                offender: (who, ()),
                reporters: vec![],
            })
            .collect();
        let parts = vec![Perbill::from_percent(30); n as usize];
        let session = T::Session::index();
        let unwarned = session.saturating_add(1);
        // So that another report of him is charged, and his bar is read.
        let bar = Bar {
            until: Pallet::<T>::forgotten_in(unwarned),
            part: Perbill::zero(),
            unwarned,
            newest: unwarned,
            heard: FREE_REPORTS,
        };
        Bars::<T>::insert(&who, bar);

        #[block]
        {
            if Pallet::<T>::hears(&who, session) {
                <Pallet<T> as OnOffenceHandler<_, _, _>>::on_offence(&details, &parts, session);
                Pallet::<T>::count_report(&who, session);
            }
        }

        assert!(Slashed::<T>::contains_key(unwarned, who));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
