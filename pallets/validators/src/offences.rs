//! What a proven offence costs. Proofs are checked by BABE and GRANDPA, doubles are refused by pallet-offences; what is left
//! here is one question: how much more than what it cost already?
//!
//! **Of all that is reported of one validator about one session, the worst counts, once.** A machine that runs twice signs
//! twice in every slot; each would be a report of its own, and a fault of an hour would cost more than a conspiracy.
//! When somebody else did the same in the same slot, every offender's part grows, and each pays the difference.
//!
//! What is slashed burns: whoever reports, judges or governs has nothing of another's fall, and the treasury gets its part of
//! every block anyway.

use crate::{ledger::rest_of, ranking, Bars, Config, Event, HoldReason, Ledgers, Pallet, Ranking, Slashed};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    defensive,
    traits::{
        fungible::hold::Mutate,
        tokens::{Fortitude::Force, Precision::BestEffort},
    },
    weights::Weight,
};
use hashcard_primitives::{roles::RunningSession, Balance};
use scale_info::TypeInfo;
use sp_runtime::{AccountId32, Perbill};
use sp_staking::{
    offence::{OffenceDetails, OnOffenceHandler},
    SessionIndex,
};

/// Keeps an offender off the ranking until nothing about his worst or latest session can be reported any more.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Bar {
    /// First session in which he may be a candidate.
    pub until: SessionIndex,
    /// The greatest part that any offence cost him.
    pub part: Perbill,
}

/// An offender as historical sessions name him.
pub type Offender = (AccountId32, ());

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
        let done = Slashed::<T>::get(session, who);
        if done.is_some_and(|done| done >= part) {
            return;
        }
        Slashed::<T>::insert(session, who, part);
        let amount = Self::slash(who, rest_of(part, done.unwrap_or_default()));
        // Even the last candidate: the running set goes on without him on the ranking.
        Ranking::<T>::mutate(|ranks| ranking::remove(ranks, who));
        let severity = Bars::<T>::mutate(who, |bar| {
            let before = bar.unwrap_or(Bar { until, part });
            let now = Bar {
                until: before.until.max(until),
                part: before.part.max(part),
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
        amount
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
    }
}
