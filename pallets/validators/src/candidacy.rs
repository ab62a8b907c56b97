//! Onto the ranking and off it. A bond stays what it was, but for that of whoever is displaced.

use crate::{ranking, Bars, Config, Error, Event, Ledgers, Pallet, Rank, Ranking};
use frame_support::{defensive, ensure, traits::Get};
use hashcard_primitives::{roles::RunningSession, Balance};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_rejoin(who: AccountId32) -> DispatchResult {
        let bond = Ledgers::<T>::get(&who).map_or(0, |ledger| ledger.bond);
        ensure!(bond > 0, Error::<T>::NotBonded);
        ensure!(
            !ranking::contains(&Ranking::<T>::get(), &who),
            Error::<T>::AlreadyCandidate
        );
        ensure!(bond >= T::MinBond::get(), Error::<T>::BondTooLow);
        ensure!(T::Session::has_keys(&who), Error::<T>::NoKeys);
        Self::ensure_not_barred(&who)?;
        Self::rank(&who, bond)?;
        Self::deposit_event(Event::Rejoined { who, bond });
        Ok(())
    }

    pub(crate) fn do_pause(who: AccountId32) -> DispatchResult {
        Self::unrank(&who)?;
        Self::deposit_event(Event::Paused { who });
        Ok(())
    }

    /// Errors: an offence of this account is not forgotten yet.
    pub(crate) fn ensure_not_barred(who: &AccountId32) -> DispatchResult {
        ensure!(!Bars::<T>::contains_key(who), Error::<T>::Barred);
        Ok(())
    }

    /// Makes an account a candidate, and lets the bond of whoever it displaces wait.
    ///
    /// Errors: there is no place for this bond.
    pub(crate) fn rank(who: &AccountId32, bond: Balance) -> DispatchResult {
        let rank = Rank {
            bond,
            who: who.clone(),
        };
        let displaced = Ranking::<T>::try_mutate(|ranks| ranking::place(ranks, rank))
            .map_err(|ranking::Full| Error::<T>::RankingFull)?;
        if let Some(lowest) = displaced {
            Self::displace(lowest.who, who);
        }
        Ok(())
    }

    /// Takes a candidate off the ranking for another reason than an offence.
    ///
    /// Errors: he is no candidate, or there would be too few.
    pub(crate) fn unrank(who: &AccountId32) -> DispatchResult {
        Ranking::<T>::try_mutate(|ranks| {
            ranking::remove(ranks, who).ok_or(Error::<T>::NotCandidate)?;
            ensure!(
                ranks.len() >= Self::least_validators() as usize,
                Error::<T>::TooFewCandidates
            );
            Ok(())
        })
    }

    fn displace(who: AccountId32, by: &AccountId32) {
        let due = Self::due_if_unbonded_now();
        let Some(mut ledger) = Ledgers::<T>::get(&who) else {
            defensive!("every candidate has a ledger");
            return;
        };
        let amount = ledger.unbond_all(due);
        Ledgers::<T>::insert(&who, ledger);
        Self::deposit_event(Event::Displaced {
            who,
            by: by.clone(),
            amount,
            due,
        });
    }
}
