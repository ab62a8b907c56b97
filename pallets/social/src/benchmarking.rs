//! Every row is made anew or removed; there is no worse case.

use super::*;
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::Mutate;
use frame_system::RawOrigin;
use hashcard_primitives::{
    blob::ContentRoot,
    card::Terms,
    roles::CardLookup,
    social::Reaction::{Like, Love},
    CardId,
};
use sp_runtime::AccountId32;

fn caller<T: Config>() -> AccountId32 {
    let caller: AccountId32 = whitelisted_caller();
    let amount = Pallet::<T>::follow_deposit()
        .saturating_add(Pallet::<T>::reaction_deposit())
        .saturating_add(1 << 60);
    T::Currency::mint_into(&caller, amount).expect("issuance is far from its end; qed");
    caller
}

fn card<T: Config>() -> CardId {
    let terms = Terms {
        price: 0,
        editions: None,
        listed: true,
        version: 0,
    };
    T::Cards::benchmark_card(
        account("creator", 0, 0),
        ContentRoot([7; 32]),
        1 << 30,
        None,
        terms,
    )
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn react() {
        let (caller, card) = (caller::<T>(), card::<T>());

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), card, Love);

        assert_eq!(Pallet::<T>::reaction(card, caller), Some(Love));
    }

    #[benchmark]
    fn unreact() {
        let (caller, card) = (caller::<T>(), card::<T>());
        Pallet::<T>::do_react(caller.clone(), card, Like).expect("he was endowed; qed");

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), card);

        assert_eq!(Pallet::<T>::reaction(card, caller), None);
    }

    #[benchmark]
    fn follow() {
        let (caller, other) = (caller::<T>(), account("creator", 0, 0));

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), other);

        assert_eq!(Pallet::<T>::follow_counts(caller).following, 1);
    }

    #[benchmark]
    fn unfollow() {
        let (caller, other): (_, AccountId32) = (caller::<T>(), account("creator", 0, 0));
        Pallet::<T>::do_follow(caller.clone(), other.clone()).expect("he was endowed; qed");

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), other);

        assert_eq!(Pallet::<T>::follow_counts(caller).following, 0);
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
