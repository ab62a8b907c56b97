//! Worst cases: a call of nearly the longest, of as many calls as fit, named by its hash; an agenda that is full but for one place; a
//! council of the most members, who voted on as many motions as may be.

use super::*;
use crate::constants::governance::{MAX_MEMBERS, MAX_MOTIONS};
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, EnsureOrigin},
    BoundedVec,
};
use frame_system::RawOrigin;
use hashcard_primitives::Balance;
use pallet_collective::{Instance1, Pallet as Collective};
use sp_runtime::traits::Hash;

type OriginOf<T> = <T as frame_system::Config>::RuntimeOrigin;

#[benchmarks(where
    T: pallet_collective::Config<Instance1> + pallet_balances::Config<Balance = Balance> + pallet_utility::Config,
    <T as frame_system::Config>::RuntimeCall: From<pallet_utility::Call<T>>,
    <T as pallet_utility::Config>::RuntimeCall: From<frame_system::Call<T>>,
)]
mod benchmarks {
    use super::*;

    /// The call that takes longest to decode: a batch of remarks without a word, three bytes each.
    fn requested<T>() -> Result<BoundedCallOf<T>, BenchmarkError>
    where
        T: Config + pallet_utility::Config,
        <T as frame_system::Config>::RuntimeCall: From<pallet_utility::Call<T>>,
        <T as pallet_utility::Config>::RuntimeCall: From<frame_system::Call<T>>,
    {
        let silent = || frame_system::Call::<T>::remark { remark: Vec::new() }.into();
        let calls = (0..MAX_CALL_BYTES / 3 - 8).map(|_| silent()).collect();
        let call = <T as frame_system::Config>::RuntimeCall::from(pallet_utility::Call::<T>::batch { calls });
        T::Preimages::bound(call).map_err(|_| BenchmarkError::Stop("preimages are kept"))
    }

    /// Leaves one place in the agenda of the block that a decision of now waits for.
    fn fill_agenda<T: Config>() -> Result<(), BenchmarkError> {
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let at = now + Pallet::<T>::notice_blocks();
        for index in 1..T::MaxPerBlock::get() {
            let remark = alloc::vec![7; 100];
            let call =
                <T as frame_system::Config>::RuntimeCall::from(frame_system::Call::<T>::remark { remark });
            let call = T::Preimages::bound(call).map_err(|_| BenchmarkError::Stop("it is short"))?;
            T::Agenda::enter(name_of(Kind::Upgrade, index), at, Kind::Upgrade, call)?;
        }
        Ok(())
    }

    /// A council of the most members, sorted.
    fn full_council<T: Config>() -> Vec<T::AccountId> {
        let mut members: Vec<T::AccountId> = (0..T::MaxMembers::get())
            .map(|index| account("member", index, 0))
            .collect();
        members.sort();
        T::Council::replace(&members);
        members
    }

    #[benchmark]
    fn decide() -> Result<(), BenchmarkError> {
        let origin = T::Votes::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let call = requested::<T>()?;
        fill_agenda::<T>()?;

        #[extrinsic_call]
        _(origin as OriginOf<T>, Kind::Parameter, call);

        assert_eq!(DecisionCount::<T>::get(), 1);
        Ok(())
    }

    #[benchmark]
    fn object() -> Result<(), BenchmarkError> {
        let origin = T::Votes::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        fill_agenda::<T>()?;
        let call = requested::<T>()?;
        Pallet::<T>::decide(origin, Kind::Parameter, call.clone())?;
        // The last request, so that the bytes go with it.
        T::Preimages::drop(&call);
        let members = full_council::<T>();
        // Half of them, rounded down, are one too few.
        let (before, rest) = members.split_at(members.len() / 2);
        for member in before {
            Pallet::<T>::object(RawOrigin::Signed(member.clone()).into(), Kind::Parameter, 0)?;
        }

        #[extrinsic_call]
        _(RawOrigin::Signed(rest[0].clone()), Kind::Parameter, 0);

        assert!(T::Agenda::strike(name_of(Kind::Parameter, 0)).is_err());
        Ok(())
    }

    #[benchmark]
    fn set_council(m: Linear<MIN_MEMBERS, MAX_MEMBERS>) -> Result<(), BenchmarkError> {
        let origin = T::Membership::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let voters = full_council::<T>();
        let rich = Balance::MAX / 4;
        pallet_balances::Pallet::<T>::set_balance(&voters[0], rich);
        for motion in 0..MAX_MOTIONS {
            let remark = alloc::vec![motion as u8];
            let motion_call: <T as pallet_collective::Config<Instance1>>::Proposal =
                frame_system::Call::<T>::remark { remark }.into();
            Collective::<T, Instance1>::do_propose_proposed(
                voters[0].clone(),
                MAX_MEMBERS,
                Box::new(motion_call),
                100,
            )?;
            let hash = pallet_collective::Proposals::<T, Instance1>::get()[motion as usize];
            for voter in &voters {
                Collective::<T, Instance1>::do_vote(voter.clone(), hash, motion, true)?;
            }
        }
        let mut members: Vec<T::AccountId> = (0..m).map(|index| account("successor", index, 0)).collect();
        members.sort();

        #[extrinsic_call]
        _(origin as OriginOf<T>, BoundedVec::truncate_from(members.clone()));

        assert_eq!(T::Council::members(), members);
        Ok(())
    }

    #[benchmark]
    fn authorize_upgrade() -> Result<(), BenchmarkError> {
        let origin = T::Upgrade::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as OriginOf<T>, T::Hashing::hash(b"a runtime"));

        assert!(frame_system::Pallet::<T>::authorized_upgrade().is_some());
        Ok(())
    }
}
