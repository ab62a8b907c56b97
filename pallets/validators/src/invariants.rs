//! What must hold between two calls, whatever they were.
//!
//! # Invariants
//! 1. The ranking is sorted by bond from the highest, names nobody twice, and each line has a ledger with the same bond, which
//!    is `MinBond` at least. Nobody on it is barred.
//! 2. No ledger is empty. What waits is more than nothing, sorted by session, and nothing waits longer than unbonding takes.
//! 3. What an account has on hold is the sum of its ledger.
//! 4. Who was slashed for a session is barred until that is forgotten or longer, by no smaller a part, and the first and the last
//!    of his books are those that the bar names; who is barred was slashed for the session that the bar stands for.
//! 5. Nothing is remembered of sessions that cannot be reported any more.
//! 6. The running set is not empty, and only its members made blocks in this session.
//! 7. A member of the running set who has no bond but something on hold waits until that session cannot be reported any more.

use crate::{Authored, Bars, Config, HoldReason, Ledgers, Pallet, Ranking, SessionStart, Silences, Slashed};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{
    ensure,
    traits::{fungible::hold::Inspect, Get},
};
use hashcard_primitives::roles::RunningSession;
use sp_runtime::TryRuntimeError;

type Checked = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
    /// Errors: a text that says which invariant does not hold.
    pub(crate) fn do_try_state() -> Checked {
        Self::check_ranking()?;
        Self::check_ledgers()?;
        Self::check_bars()?;
        Self::check_session()
    }

    fn check_ranking() -> Checked {
        let ranking = Ranking::<T>::get();
        ensure!(
            ranking.is_sorted_by(|a, b| a.bond >= b.bond),
            "validators: the ranking is not sorted by bond"
        );
        let names: BTreeSet<_> = ranking.iter().map(|rank| &rank.who).collect();
        ensure!(
            names.len() == ranking.len(),
            "validators: the ranking names somebody twice"
        );
        for rank in ranking {
            let ledger = Ledgers::<T>::get(&rank.who).ok_or("validators: a candidate has no ledger")?;
            ensure!(
                ledger.bond == rank.bond,
                "validators: a bond differs from its rank's"
            );
            ensure!(
                rank.bond >= T::MinBond::get(),
                "validators: a candidate's bond is too low"
            );
            ensure!(
                !Bars::<T>::contains_key(&rank.who),
                "validators: a candidate is barred"
            );
        }
        Ok(())
    }

    fn check_ledgers() -> Checked {
        let latest = Self::due_if_unbonded_now();
        for (who, ledger) in Ledgers::<T>::iter() {
            ensure!(ledger.total() > 0, "validators: an empty ledger is stored");
            ensure!(
                ledger
                    .parts
                    .iter()
                    .all(|part| part.amount > 0 && part.due <= latest),
                "validators: nothing waits, or it waits for too long"
            );
            ensure!(
                ledger.parts.is_sorted_by(|a, b| a.due < b.due),
                "validators: what waits is not in order"
            );
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Bond.into(), &who) == ledger.total(),
                "validators: what is held is not what the ledger says"
            );
        }
        for account in frame_system::Account::<T>::iter_keys() {
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Bond.into(), &account) == Self::on_hold(&account),
                "validators: something is held without a ledger"
            );
        }
        Ok(())
    }

    fn check_bars() -> Checked {
        let oldest = T::Session::index().saturating_sub(Self::report_longevity());
        let mut slashed = BTreeSet::new();
        for (session, who, part) in Slashed::<T>::iter() {
            ensure!(
                session >= oldest,
                "validators: an offence is remembered for too long"
            );
            let until = Self::forgotten_in(session);
            let bar = Bars::<T>::get(&who).ok_or("validators: somebody was slashed and is not barred")?;
            ensure!(
                bar.until >= until && bar.part >= part,
                "validators: a bar is too short or too light"
            );
            ensure!(
                (bar.unwarned..=bar.newest).contains(&session),
                "validators: of what was done unwarned something is remembered by itself"
            );
            slashed.insert((who, until));
        }
        for (who, bar) in Bars::<T>::iter() {
            ensure!(
                slashed.contains(&(who, bar.until)),
                "validators: somebody is barred for nothing"
            );
        }
        Ok(())
    }

    fn check_session() -> Checked {
        let set = T::Session::validators();
        ensure!(!set.is_empty(), "validators: the set is empty");
        let authors: Vec<_> = Authored::<T>::iter_keys().collect();
        ensure!(
            authors.iter().all(|who| set.contains(who)),
            "validators: a block was made by somebody who is not in the set"
        );
        ensure!(
            SessionStart::<T>::get() <= Self::now(),
            "validators: the session began after now"
        );
        let until = Self::forgotten_in(T::Session::index());
        for ledger in set.iter().filter_map(Ledgers::<T>::get) {
            ensure!(
                ledger.bond > 0 || ledger.parts.last().is_some_and(|last| last.due >= until),
                "validators: a member of the set can leave before he can be reported"
            );
        }
        let silences = Silences::<T>::get();
        let names: BTreeSet<_> = silences.iter().map(|silence| &silence.who).collect();
        ensure!(
            names.len() == silences.len(),
            "validators: somebody is silent twice"
        );
        Ok(())
    }
}
