//! Numbers of genesis and governance, never beyond what is safe.

use crate::{
    Config, Error, Event, LeastValidators, Pallet, UnbondingSessions, ValidatorCount, MAX_UNBONDING_SESSIONS,
    MIN_UNBONDING_SESSIONS,
};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::BlockNumber;
use sp_runtime::{DispatchResult, SaturatedConversion};
use sp_staking::SessionIndex;

/// Who leaves is in the set of the running session and in the one that is planned.
const SESSIONS_IN_THE_SET: SessionIndex = 2;

impl<T: Config> Pallet<T> {
    /// Sessions between `unbond` and `withdraw`.
    pub fn unbonding_sessions() -> SessionIndex {
        UnbondingSessions::<T>::get().clamp(MIN_UNBONDING_SESSIONS, MAX_UNBONDING_SESSIONS)
    }

    /// Sessions after its own in which an offence can be reported: as many as leave every bond on hold.
    ///
    /// Who unbonds in session `c` is last in the set in `c + 1`; that is reported in `c + 1 + longevity` at the latest; his
    /// bond is due in `c + unbonding`, one session later.
    pub fn report_longevity() -> SessionIndex {
        Self::unbonding_sessions().saturating_sub(SESSIONS_IN_THE_SET)
    }

    /// Validators of a session, if there are as many candidates; at least 1.
    pub fn validator_count() -> u32 {
        ValidatorCount::<T>::get().clamp(1, T::MaxValidators::get().max(1))
    }

    /// Fewest candidates that make another set, and that may be left by whoever leaves or is chilled; 1 to
    /// [`Pallet::validator_count`].
    pub fn least_validators() -> u32 {
        LeastValidators::<T>::get().clamp(1, Self::validator_count())
    }

    pub(crate) fn do_set_validator_count(count: u32, least: u32) -> DispatchResult {
        ensure!(
            (1..=count).contains(&least) && count <= T::MaxValidators::get(),
            Error::<T>::CountOutOfRange
        );
        ValidatorCount::<T>::put(count);
        LeastValidators::<T>::put(least);
        Self::deposit_event(Event::ValidatorCountSet { count, least });
        Ok(())
    }

    /// The block that is being made.
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}
