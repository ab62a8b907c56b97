//! What a proven offence costs. Proofs are checked by BABE and GRANDPA, doubles are refused by pallet-offences; what is left
//! here is one question: how much more than what it cost already?
//!
//! **Of all that a validator did until it was first punished, the worst counts, once.** A machine that runs twice signs twice in
//! every slot; each would be a report of its own, and a fault of an hour would cost more than a conspiracy. Sessions do not tell
//! them apart: a set may go on through many, and of two votes nobody knows more than the set, so whoever reports them
//! chooses the session. What somebody does again who serves on after that is counted by itself, session for session.
//! When somebody else did the same in the same slot, every offender's part grows, and each pays the difference.
//!
//! What is slashed burns: whoever reports, judges or governs has nothing of another's fall, and the treasury gets its part of
//! every block anyway.

use crate::{
    ledger::rest_of, ranking, Bars, Config, Event, Heard, HoldReason, Ledger, Ledgers, Pallet, Ranking,
    Slashed,
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

/// Reports of one offender about one session that are heard for nothing: as many as a machine that ran twice gives cause for
/// until it is disabled.
pub const FREE_REPORTS: u32 = 32;

/// Keeps an offender off the ranking until nothing about his worst or latest session can be reported any more.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Bar {
    /// First session in which he may be a candidate.
    pub until: SessionIndex,
    /// The greatest part that any offence cost him.
    pub part: Perbill,
    /// Last session in which he had not heard of it: that after the one in which he was first punished, whose set was planned
    /// with him. All offences until then cost the worst of them.
    pub unwarned: SessionIndex,
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
        let until = Self::forgotten_in(session);
        if until <= T::Session::index() {
            // Its bond may be withdrawn: nobody can prove it any more either.
            return;
        }
        let of_session = Slashed::<T>::get(session, who);
        if of_session.is_some_and(|done| done >= part) {
            return;
        }
        Slashed::<T>::insert(session, who, part);
        let done = match Bars::<T>::get(who) {
            Some(bar) if session <= bar.unwarned => bar.part,
            _ => of_session.unwrap_or_default(),
        };
        let amount = Self::slash(who, rest_of(part, done));
        // Even the last candidate: the running set goes on without him on the ranking.
        Ranking::<T>::mutate(|ranks| ranking::remove(ranks, who));
        let severity = Bars::<T>::mutate(who, |bar| {
            let unwarned = T::Session::index().saturating_add(1);
            let before = bar.unwrap_or(Bar {
                until,
                part,
                unwarned,
            });
            let now = Bar {
                until: before.until.max(until),
                part: before.part.max(part),
                ..before
            };
            *bar = Some(now);
            now.part
        });
        T::Session::disable(who, severity);
        Self::deposit_event(Event::Slashed {
            who: who.clone(),
            session,
            part,
            amount,
        });
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
        let open = Self::forgotten_in(session) > T::Session::index();
        open && (Heard::<T>::get(session, who) < FREE_REPORTS || Self::on_hold(who) > 0)
    }

    pub(crate) fn count_report(who: &AccountId32, session: SessionIndex) {
        let heard = Heard::<T>::get(session, who);
        Heard::<T>::insert(session, who, heard.saturating_add(1));
        if heard < FREE_REPORTS {
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

    /// Forgets what was reported about a session, and the bars that stand for it. As many rows as validators at most.
    pub(crate) fn close_books(session: SessionIndex) {
        let now = Self::forgotten_in(session);
        for (who, _) in Slashed::<T>::drain_prefix(session) {
            if Bars::<T>::get(&who).is_some_and(|bar| bar.until <= now) {
                Bars::<T>::remove(&who);
            }
        }
        Heard::<T>::drain_prefix(session).for_each(drop);
    }
}
