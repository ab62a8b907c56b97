//! What the runtime API answers. Everything is read from a few rows: the ranking, the two sets, and a ledger and a bar for each
//! row of an answer.

use crate::{ranking, Bars, Config, Ledgers, Pallet, Ranking, Silences};
use alloc::vec::Vec;
use hashcard_primitives::{
    figures::ValidatorFigures,
    roles::RunningSession,
    validator::{CandidatePage, CandidateView, SetView, Standing, WaitingPart, CANDIDATES_PER_PAGE},
    Balance,
};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// Who validates now and next.
    pub fn validator_set() -> SetView<AccountId32> {
        SetView {
            session: T::Session::index(),
            validators: T::Session::validators(),
            planned: T::Session::planned(),
            disabled: T::Session::disabled(),
            validator_count: Self::validator_count(),
            least_validators: Self::least_validators(),
        }
    }

    /// Validators and candidates in numbers.
    pub fn figures() -> ValidatorFigures {
        let ranks = Ranking::<T>::get();
        ValidatorFigures {
            session: T::Session::index(),
            validators: T::Session::validators().len() as u32,
            disabled: T::Session::disabled().len() as u32,
            silent: Silences::<T>::decode_len().unwrap_or_default() as u32,
            planned: T::Session::planned().len() as u32,
            candidates: ranks.len() as u32,
            bonded: ranks
                .iter()
                .fold(0, |sum: Balance, rank| sum.saturating_add(rank.bond)),
            most_validators: Self::validator_count(),
            least_validators: Self::least_validators(),
        }
    }

    /// Candidates, highest bond first; page 0 is the first.
    pub fn candidates(page: u32) -> CandidatePage<AccountId32> {
        let set = Self::validator_set();
        let ranks = Ranking::<T>::get();
        let from = page.saturating_mul(CANDIDATES_PER_PAGE) as usize;
        let end = from.saturating_add(CANDIDATES_PER_PAGE as usize);
        let candidates: Vec<_> = ranks
            .iter()
            .skip(from)
            .take(CANDIDATES_PER_PAGE as usize)
            .map(|rank| Self::view(&set, rank.who.clone(), true))
            .collect();
        let next = (ranks.len() > end).then(|| page.saturating_add(1));
        CandidatePage { candidates, next }
    }

    /// An account that has something at stake, or is barred.
    pub fn candidate(account: AccountId32) -> Option<CandidateView<AccountId32>> {
        if !Ledgers::<T>::contains_key(&account) && !Bars::<T>::contains_key(&account) {
            return None;
        }
        let is_ranked = ranking::contains(&Ranking::<T>::get(), &account);
        Some(Self::view(&Self::validator_set(), account, is_ranked))
    }

    fn view(set: &SetView<AccountId32>, account: AccountId32, is_ranked: bool) -> CandidateView<AccountId32> {
        let ledger = Ledgers::<T>::get(&account).unwrap_or_default();
        let standing = match Bars::<T>::get(&account) {
            Some(bar) => Standing::Barred { until: bar.until },
            None if is_ranked => Standing::Candidate,
            None if ledger.bond > 0 => Standing::Resting,
            None => Standing::Leaving,
        };
        let waiting = |part: &crate::ledger::Part| WaitingPart {
            amount: part.amount,
            due: part.due,
        };
        CandidateView {
            bond: ledger.bond,
            standing,
            validates: set.validators.contains(&account),
            planned: set.planned.contains(&account),
            disabled: set.disabled.contains(&account),
            waiting: ledger.parts.iter().map(waiting).collect(),
            account,
        }
    }
}
