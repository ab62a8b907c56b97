//! Money comes off hold here; what is slashed burns elsewhere.

use crate::{ranking, Config, Error, Event, HoldReason, Ledgers, Pallet, Ranking};
use frame_support::{
    dispatch::{DispatchResultWithPostInfo, Pays, PostDispatchInfo},
    ensure,
    traits::{fungible::hold::Mutate, tokens::Precision::Exact, Get},
};
use hashcard_primitives::{roles::RunningSession, Balance};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_unbond(who: AccountId32, amount: Balance) -> DispatchResult {
        ensure!(amount > 0, Error::<T>::AmountIsZero);
        let mut ledger = Ledgers::<T>::get(&who).ok_or(Error::<T>::NotBonded)?;
        ensure!(ledger.bond > 0, Error::<T>::NotBonded);
        let amount = amount.min(ledger.bond);
        let due = Self::due_if_unbonded_now();
        ledger.unbond(amount, due).map_err(|_| Error::<T>::TooManyParts)?;
        let bond = ledger.bond;
        ensure!(bond == 0 || bond >= T::MinBond::get(), Error::<T>::RestTooLow);
        if bond > 0 {
            Ranking::<T>::mutate(|ranks| ranking::change(ranks, &who, bond));
        } else if ranking::contains(&Ranking::<T>::get(), &who) {
            Self::unrank(&who)?;
        }
        Ledgers::<T>::insert(&who, ledger);
        Self::deposit_event(Event::Unbonded {
            who,
            amount,
            bond,
            due,
        });
        Ok(())
    }

    pub(crate) fn do_withdraw(who: AccountId32) -> DispatchResultWithPostInfo {
        let mut ledger = Ledgers::<T>::get(&who).ok_or(Error::<T>::NothingDue)?;
        let amount = ledger.take_due(T::Session::index());
        ensure!(amount > 0, Error::<T>::NothingDue);
        // A part of a bond of which the rest still answers for him may be due while he serves, but not his last.
        ensure!(
            ledger.bond > 0 || !T::Session::serves(&who),
            Error::<T>::StillServes
        );
        T::Currency::release(&HoldReason::Bond.into(), &who, amount, Exact)?;
        let pays_fee = if ledger.total() > 0 {
            Ledgers::<T>::insert(&who, ledger);
            Pays::Yes
        } else {
            Ledgers::<T>::remove(&who);
            Pays::No
        };
        Self::deposit_event(Event::Withdrawn { who, amount });
        Ok(PostDispatchInfo {
            actual_weight: None,
            pays_fee,
        })
    }

    pub(crate) fn do_retire_keys(who: AccountId32) -> DispatchResult {
        ensure!(!Ledgers::<T>::contains_key(&who), Error::<T>::StillBonded);
        ensure!(!T::Session::serves(&who), Error::<T>::StillServes);
        ensure!(T::Session::has_keys(&who), Error::<T>::NoKeys);
        T::Session::retire_keys(&who)?;
        Self::deposit_event(Event::KeysRetired { who });
        Ok(())
    }

    /// First session in which what is unbonded now can be withdrawn.
    pub(crate) fn due_if_unbonded_now() -> sp_staking::SessionIndex {
        T::Session::index().saturating_add(Self::unbonding_sessions())
    }

    /// All that an account has on hold.
    pub fn on_hold(who: &AccountId32) -> Balance {
        Ledgers::<T>::get(who).map_or(0, |ledger| ledger.total())
    }
}
