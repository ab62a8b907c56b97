//! Numbers of genesis and governance, never beyond what is safe.

use crate::{
    Config, Error, Event, LeastValidators, Pallet, Ranking, UnbondingSessions, ValidatorCount,
    MAX_UNBONDING_SESSIONS, MIN_UNBONDING_SESSIONS, SAFE_VALIDATORS,
};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::BlockNumber;
use sp_runtime::{DispatchResult, SaturatedConversion};
use sp_staking::SessionIndex;

/// Who leaves is in the set of the running session and in the one that is planned.
const SESSIONS_IN_THE_SET: SessionIndex = 2;

/// How few of so many make a set: as many as are left when those fell away who cannot stop finality.
pub(crate) const fn least_of(all: u32) -> u32 {
    all.saturating_sub(all.saturating_sub(1) / 3)
}

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

    pub(crate) fn do_set_validator_count(count: u32, least: u32, is_root: bool) -> DispatchResult {
        ensure!(
            (1..=count).contains(&least) && count <= T::MaxValidators::get(),
            Error::<T>::CountOutOfRange
        );
        let may_decide = Self::may_decide(count, least);
        ensure!(is_root || may_decide, Error::<T>::CountBeyondDecision);
        ValidatorCount::<T>::put(count);
        LeastValidators::<T>::put(least);
        Self::deposit_event(Event::ValidatorCountSet { count, least });
        Ok(())
    }

    /// Whether these numbers make no set smaller than is safe, and leave one that the candidates there are can make though a third
    /// of them fell away. A floor above that would keep the running set, and every bond in it, after a fault that costs little.
    fn may_decide(count: u32, least: u32) -> bool {
        let now = Self::least_validators();
        let candidates = Ranking::<T>::decode_len().unwrap_or_default() as u32;
        count >= now && (now.min(SAFE_VALIDATORS)..=now.max(least_of(candidates))).contains(&least)
    }

    /// The block that is being made.
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}
