//! Worst cases of what is counted here: a call that is named by its hash, a council of the most members. How full the agenda is
//! the scheduler's own benchmarks measure.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{traits::EnsureOrigin, BoundedVec};
use sp_runtime::traits::Hash;

#[benchmarks]
mod benchmarks {
    use super::*;

    fn requested<T: Config>() -> BoundedCallOf<T> {
        Bounded::Lookup {
            hash: T::Hashing::hash(b"a call that comes later"),
            len: MAX_CALL_BYTES,
        }
    }

    #[benchmark]
    fn decide() -> Result<(), BenchmarkError> {
        let origin = T::Votes::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Kind::Parameter, requested::<T>());

        assert_eq!(DecisionCount::<T>::get(), 1);
        Ok(())
    }

    #[benchmark]
    fn call_off() -> Result<(), BenchmarkError> {
        let origin = T::Votes::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        Pallet::<T>::decide(origin.clone(), Kind::Parameter, requested::<T>())?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Kind::Parameter, 0);

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
