//! A report outlives its card: only its reporter removes it, and gets his deposit back then.

use crate::{Config, Error, Event, HoldReason, Pallet, Report, ReportCounts, ReportReason, Reports, TermsOf};
use codec::MaxEncodedLen;
use frame_support::{
    ensure,
    traits::{fungible::hold::Mutate, tokens::Precision},
};
use hashcard_primitives::card::CardId;
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult};

/// The report, and the count, which may be there for this report alone.
const ROWS: usize = 2;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_report(reporter: AccountId32, id: CardId, reason: ReportReason) -> DispatchResult {
        Self::ensure_live(id)?;
        ensure!(
            !Reports::<T>::contains_key(id, &reporter),
            Error::<T>::AlreadyReported
        );
        let deposit = Self::deposit_for(ROWS, Report::max_encoded_len() + u32::max_encoded_len());
        T::Currency::hold(&HoldReason::Report.into(), &reporter, deposit)?;
        Reports::<T>::insert(id, &reporter, Report { reason, deposit });
        let reports = ReportCounts::<T>::get(id)
            .checked_add(1)
            .ok_or(ArithmeticError::Overflow)?;
        ReportCounts::<T>::insert(id, reports);
        Self::deposit_event(Event::Reported {
            card: id,
            reporter,
            reason,
            reports,
        });
        Ok(())
    }

    pub(crate) fn do_withdraw_report(reporter: AccountId32, id: CardId) -> DispatchResult {
        let report = Reports::<T>::take(id, &reporter).ok_or(Error::<T>::NotReported)?;
        if report.deposit > 0 {
            T::Currency::release(
                &HoldReason::Report.into(),
                &reporter,
                report.deposit,
                Precision::Exact,
            )?;
        }
        let reports = ReportCounts::<T>::get(id).saturating_sub(1);
        if reports == 0 {
            ReportCounts::<T>::remove(id);
        } else {
            ReportCounts::<T>::insert(id, reports);
        }
        Self::deposit_event(Event::ReportWithdrawn {
            card: id,
            reporter,
            reports,
        });
        Ok(())
    }

    fn ensure_live(id: CardId) -> DispatchResult {
        if TermsOf::<T>::contains_key(id) {
            return Ok(());
        }
        ensure!(crate::Cards::<T>::contains_key(id), Error::<T>::UnknownCard);
        Err(Error::<T>::CardRetired.into())
    }
}
