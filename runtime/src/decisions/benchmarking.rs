//! Worst cases of what is counted here: a call that is named by its hash, a council of the most members. How full the agenda is
//! the scheduler's own benchmarks measure; how long a call of many small ones takes to decode, nothing here does.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{traits::EnsureOrigin, BoundedVec};
use frame_system::RawOrigin;
use sp_runtime::traits::Hash;

#[benchmarks]
mod benchmarks {
    use super::*;

    /// A call of nearly the longest, whose bytes are there.
    fn requested<T: Config>() -> Result<BoundedCallOf<T>, BenchmarkError> {
        let remark = alloc::vec![7; MAX_CALL_BYTES as usize - 16];
        let call = T::RuntimeCall::from(frame_system::Call::<T>::remark { remark });
        T::Preimages::bound(call).map_err(|_| BenchmarkError::Stop("preimages are kept"))
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

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Kind::Parameter, call);

        assert_eq!(DecisionCount::<T>::get(), 1);
        Ok(())
    }

    #[benchmark]
    fn object() -> Result<(), BenchmarkError> {
        let origin = T::Votes::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        Pallet::<T>::decide(origin, Kind::Parameter, requested::<T>()?)?;
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
    fn set_council(m: Linear<MIN_MEMBERS, 21>) -> Result<(), BenchmarkError> {
        let origin = T::Membership::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let members: Vec<T::AccountId> = (0..m).map(|index| account("member", index, 0)).collect();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, BoundedVec::truncate_from(members));

        Ok(())
    }

    #[benchmark]
    fn authorize_upgrade() -> Result<(), BenchmarkError> {
        let origin = T::Upgrade::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, T::Hashing::hash(b"a runtime"));

        assert!(frame_system::Pallet::<T>::authorized_upgrade().is_some());
        Ok(())
    }
}
