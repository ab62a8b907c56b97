//! What a proven offence costs. Proofs are checked by BABE and GRANDPA, doubles are refused by pallet-offences; what is left
//! here is one question: how much more than what it cost already?
//!
//! **Of all that a validator did until it was first punished, the worst counts, once.** A machine that runs twice signs twice in
//! every slot; each would be a report of its own, and a fault of an hour would cost more than a conspiracy. Sessions do not tell
//! them apart: a set may go on through many, and of two votes nobody knows more than the set, so whoever reports them
//! chooses the session. So all of it is one book, under the last session of that time, which is open until nothing about that
//! session can be reported: an old one that is named makes neither the fault dearer nor the bar shorter. Nor does a later one:
//! where an offender serves on, another set is announced, of the same members if need be, and no vote of the one before can be
//! said to be of a session after that time. What he does again after it is counted by itself, and likewise until he was punished
//! for that.
//! When somebody else did the same in the same slot, every offender's part grows, and each pays the difference.
//!
//! What is slashed burns: whoever reports, judges or governs has nothing of another's fall, and the treasury gets its part of
//! every block anyway.

use crate::{
    ledger::rest_of, ranking, Bars, Config, Event, HoldReason, Ledger, Ledgers, Pallet, Ranking, Slashed,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::marker::PhantomData;
use frame_support::{
    defensive,
    traits::{
        fungible::hold::Mutate,
        tokens::{Fortitude::Force, Precision::BestEffort},
        Get,
    },
    weights::Weight,
};
use hashcard_primitives::{roles::RunningSession, Balance};
use scale_info::TypeInfo;
use sp_runtime::{AccountId32, Perbill};
use sp_staking::{
    offence::{Offence, OffenceDetails, OffenceError, OnOffenceHandler, ReportOffence},
    SessionIndex,
};

/// Reports of one offender that are heard for nothing while he is barred: as many as a machine that ran twice gives cause for
/// until it is disabled. Not so many for each session: who reports two votes chooses the session.
pub const FREE_REPORTS: u32 = 32;

/// Keeps an offender off the ranking until nothing that he did can be reported any more.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Bar {
    /// First session in which he may be a candidate.
    pub until: SessionIndex,
    /// The greatest part that any offence cost him.
    pub part: Perbill,
    /// Last session in which he had not heard of it: that after the one in which he was first punished, whose set was planned
    /// with him. All offences until then cost the worst of them, and are one book under this session.
    pub unwarned: SessionIndex,
    /// The same of what he was punished for last: later than `unwarned` if he served on and did it again.
    pub newest: SessionIndex,
    /// Reports of him that were heard since.
    pub heard: u32,
}

/// An offender as historical sessions name him.
pub type Offender = (AccountId32, ());

/// Counts reports before `R` keeps them, which is played by pallet-offences.
///
/// **Whoever proves an offence pays no fee, so the offender pays for reports without number.** He alone could make them: he may
/// sign for any slot and any round that he likes, and what is kept of each stays in state. When he has nothing left on hold,
/// no more are heard of him: a refused report costs its sender a fee.
pub struct CountedReports<T, R>(PhantomData<(T, R)>);

impl<T, R, O> ReportOffence<AccountId32, Offender, O> for CountedReports<T, R>
where
    T: Config,
    R: ReportOffence<AccountId32, Offender, O>,
    O: Offence<Offender>,
{
    fn report_offence(reporters: Vec<AccountId32>, offence: O) -> Result<(), OffenceError> {
        let (offenders, session) = (offence.offenders(), offence.session_index());
        if !offenders.iter().any(|(who, ())| Pallet::<T>::hears(who, session)) {
            return Err(OffenceError::DuplicateReport);
        }
        R::report_offence(reporters, offence)?;
        for (who, ()) in &offenders {
            Pallet::<T>::count_report(who, session);
        }
        Ok(())
    }

    fn is_known_offence(offenders: &[Offender], slot: &O::Slot) -> bool {
        R::is_known_offence(offenders, slot)
    }
}

impl<T: Config> OnOffenceHandler<AccountId32, Offender, Weight> for Pallet<T> {
    fn on_offence(
        offenders: &[OffenceDetails<AccountId32, Offender>],
        parts: &[Perbill],
        session: SessionIndex,
    ) -> Weight {
        for (details, part) in offenders.iter().zip(parts) {
            let (who, ()) = &details.offender;
            Self::punish(who, *part, session);
        }
        <T::WeightInfo as crate::WeightInfo>::punish(offenders.len() as u32)
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn punish(who: &AccountId32, part: Perbill, session: SessionIndex) {
        if !Self::is_reportable(session) {
            // Its bond may be withdrawn: nobody can prove it any more either.
            return;
        }
        let before = Bars::<T>::get(who);
        let book = Self::book_of(session, before);
        let done = Slashed::<T>::get(book, who);
        if done.is_some_and(|done| done >= part) {
            return;
        }
        Slashed::<T>::insert(book, who, part);
        let amount = Self::slash(who, rest_of(part, done.unwrap_or_default()));
        // Even the last candidate: the running set goes on without him on the ranking.
        Ranking::<T>::mutate(|ranks| ranking::remove(ranks, who));
        let until = Self::forgotten_in(book);
        let bar = Bar {
            until: before.map_or(until, |bar| bar.until.max(until)),
            part: before.map_or(part, |bar| bar.part.max(part)),
            unwarned: before.map_or(book, |bar| bar.unwarned),
            newest: before.map_or(book, |bar| bar.newest.max(book)),
            heard: before.map_or(0, |bar| bar.heard),
        };
        Bars::<T>::insert(who, bar);
        T::Session::disable(who, bar.part);
        Self::deposit_event(Event::Slashed {
            who: who.clone(),
            session,
            part,
            amount,
        });
    }

    /// The session under which an offence is counted, of somebody who is barred or is not.
    fn book_of(session: SessionIndex, bar: Option<Bar>) -> SessionIndex {
        match bar {
            Some(bar) if session <= bar.unwarned => bar.unwarned,
            Some(bar) if session <= bar.newest => bar.newest,
            _ => T::Session::index().saturating_add(1),
        }
    }

    /// Burns a part of all that an account has on hold; how much that was.
    fn slash(who: &AccountId32, part: Perbill) -> Balance {
        let Some(mut ledger) = Ledgers::<T>::get(who) else {
            return 0;
        };
        let amount = ledger.slash(part);
        Self::burn(who, ledger, amount);
        amount
    }

    /// Burns what was taken out of an account's ledger, which is this now.
    fn burn(who: &AccountId32, ledger: Ledger, amount: Balance) {
        if amount > 0
            && T::Currency::burn_held(&HoldReason::Bond.into(), who, amount, BestEffort, Force) != Ok(amount)
        {
            defensive!("what a ledger says is on hold");
        }
        if ledger.total() > 0 {
            Ledgers::<T>::insert(who, ledger);
        } else {
            Ledgers::<T>::remove(who);
        }
    }

    /// Whether a report about somebody's session is heard: it can be reported still, and he has not been reported so often that
    /// another one has to be paid with what he no longer has.
    pub(crate) fn hears(who: &AccountId32, session: SessionIndex) -> bool {
        let is_free = Bars::<T>::get(who).is_none_or(|bar| bar.heard < FREE_REPORTS);
        Self::is_reportable(session) && (is_free || Self::on_hold(who) > 0)
    }

    pub(crate) fn count_report(who: &AccountId32, session: SessionIndex) {
        let Some(bar) = Bars::<T>::get(who) else {
            defensive!("whoever is reported is barred");
            return;
        };
        let heard = bar.heard.saturating_add(1);
        Bars::<T>::insert(who, Bar { heard, ..bar });
        if heard <= FREE_REPORTS {
            return;
        }
        let Some(mut ledger) = Ledgers::<T>::get(who) else {
            return;
        };
        let amount = ledger.charge(T::ReportCost::get());
        Self::burn(who, ledger, amount);
        Self::deposit_event(Event::ReportCharged {
            who: who.clone(),
            session,
            amount,
        });
    }

    /// The session at whose begin nothing about `session` can be reported any more.
    pub(crate) fn forgotten_in(session: SessionIndex) -> SessionIndex {
        session.saturating_add(Self::report_longevity()).saturating_add(1)
    }

    fn is_reportable(session: SessionIndex) -> bool {
        Self::forgotten_in(session) > T::Session::index()
    }

    /// Forgets the books under a session, and the bars that stand for them. As many rows as offenders whose punishment began a book
    /// in the session before: each had a bond in a set.
    pub(crate) fn close_books(session: SessionIndex) {
        let now = Self::forgotten_in(session);
        for (who, _) in Slashed::<T>::drain_prefix(session) {
            if Bars::<T>::get(&who).is_some_and(|bar| bar.until <= now) {
                Bars::<T>::remove(&who);
            }
        }
    }
}
