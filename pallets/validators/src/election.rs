//! Sessions end and begin. **All that is done here is bounded by the set**, never by the candidates' history, and a session's
//! first block is charged as a full one by pallet-session.

use crate::{Bars, Config, Pallet, Ranking, SessionStart};
use alloc::vec::Vec;
use hashcard_primitives::roles::RunningSession;
use sp_runtime::AccountId32;
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
    /// The set of the session after the next; `None` when it is the running one with the same keys, or when nobody can be
    /// chosen: then the running set goes on.
    ///
    /// In order of accounts and not of bonds, so that a bond that grows does not make another set.
    fn elect() -> Option<Vec<AccountId32>> {
        let mut chosen: Vec<_> = Ranking::<T>::get()
            .into_iter()
            .map(|rank| rank.who)
            .filter(T::Session::has_keys)
            .take(Self::validator_count() as usize)
            .collect();
        chosen.sort();
        (!chosen.is_empty() && !T::Session::is_set(&chosen)).then_some(chosen)
    }

    fn begin_session(index: SessionIndex) {
        SessionStart::<T>::put(Self::now());
        let oldest = index.saturating_sub(Self::report_longevity());
        T::Session::forget_before(oldest);
        if let Some(closed) = oldest.checked_sub(1) {
            Self::close_books(closed);
        }
        // A new set is begun with nobody disabled, but offenders of the last session may be in it.
        for who in T::Session::validators() {
            if let Some(bar) = Bars::<T>::get(&who) {
                T::Session::disable(&who, bar.part);
            }
        }
    }
}

impl<T: Config> pallet_session::SessionManager<AccountId32> for Pallet<T> {
    fn new_session(_: SessionIndex) -> Option<Vec<AccountId32>> {
        Self::elect()
    }

    fn end_session(_: SessionIndex) {
        Self::hear_silence();
    }

    fn start_session(index: SessionIndex) {
        Self::begin_session(index);
    }
}

/// What a validator is known by, besides his account, in proofs of who had which key: nothing. It is part of what tells two
/// reports apart, so it must not change while a session can be reported; a bond would, and one fault would count twice.
impl<T: Config> pallet_session::historical::SessionManager<AccountId32, ()> for Pallet<T> {
    fn new_session(_: SessionIndex) -> Option<Vec<(AccountId32, ())>> {
        Self::elect().map(|chosen| chosen.into_iter().map(|who| (who, ())).collect())
    }

    fn end_session(_: SessionIndex) {
        Self::hear_silence();
    }

    fn start_session(index: SessionIndex) {
        Self::begin_session(index);
    }
}
