//! Sessions end and begin. **All that is done here is bounded by the set**, never by the candidates' history, and a session's
//! first block is charged as a full one by pallet-session.

use crate::{ranking, Bars, Config, Event, Ledgers, Pallet, Ranking, SessionStart};
use alloc::vec::Vec;
use hashcard_primitives::roles::RunningSession;
use sp_runtime::AccountId32;
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
    /// The set of the session after the next; `None` when it is the running one with the same keys.
    ///
    /// When a member was punished in the session that ended, it is announced nevertheless: of votes nobody knows more than the set,
    /// and those of a set that goes on could be reported once for each of its sessions.
    ///
    /// **The running set goes on while there are too few candidates**: else whoever bonds first after the others were slashed
    /// would be the whole set. In order of accounts and not of bonds, so that a bond that grows does not make another set.
    fn elect() -> Option<Vec<AccountId32>> {
        let mut chosen: Vec<_> = Ranking::<T>::get()
            .into_iter()
            .map(|rank| rank.who)
            .filter(T::Session::has_keys)
            .take(Self::validator_count() as usize)
            .collect();
        chosen.sort();
        let running = T::Session::validators();
        if chosen.len() < Self::least_validators() as usize && !running.is_empty() {
            chosen = running;
        }
        (!chosen.is_empty() && (Self::was_punished() || !T::Session::is_set(&chosen))).then_some(chosen)
    }

    /// Whether a book of a member of the running set began in the session that ended. The running one has begun by now.
    fn was_punished() -> bool {
        let now = T::Session::index();
        let is_new = |who: &AccountId32| Bars::<T>::get(who).is_some_and(|bar| bar.newest == now);
        T::Session::validators().iter().any(is_new)
    }

    fn begin_session(index: SessionIndex) {
        SessionStart::<T>::put(Self::now());
        let oldest = index.saturating_sub(Self::report_longevity());
        T::Session::forget_before(oldest);
        if let Some(closed) = oldest.checked_sub(1) {
            Self::close_books(closed);
        }
        // A set that goes on keeps its list of them. First, because only so many may be disabled at once.
        for who in T::Session::disabled() {
            if !Bars::<T>::contains_key(&who) {
                T::Session::enable(&who);
            }
        }
        let ranks = Ranking::<T>::get();
        for who in T::Session::validators() {
            // A new set is begun with nobody disabled, but offenders of the last session may be in it.
            if let Some(bar) = Bars::<T>::get(&who) {
                T::Session::disable(&who, bar.part);
            }
            if !ranking::contains(&ranks, &who) {
                Self::hold_back(who, Self::forgotten_in(index));
            }
        }
    }

    /// Who left and serves on is liable for this session too: what he has on hold waits until it cannot be reported.
    fn hold_back(who: AccountId32, due: SessionIndex) {
        let Some(mut ledger) = Ledgers::<T>::get(&who) else {
            return;
        };
        if let Some(amount) = ledger.hold_back(due) {
            Ledgers::<T>::insert(&who, ledger);
            Self::deposit_event(Event::HeldBack { who, amount, due });
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
