//! Money goes on hold here, and nowhere else.

use crate::{ranking, Config, Error, Event, HoldReason, Ledgers, Pallet, Ranking};
use frame_support::{
    ensure,
    traits::{fungible::hold::Mutate, Get},
};
use hashcard_primitives::{roles::RunningSession, Balance};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_bond(who: AccountId32, amount: Balance) -> DispatchResult {
        ensure!(T::Session::has_keys(&who), Error::<T>::NoKeys);
        Self::ensure_not_barred(&who)?;
        Self::make_candidate(&who, amount)
    }

    /// Session keys come after this pallet in genesis; without them a candidate is passed over.
    pub(crate) fn bond_at_genesis(who: &AccountId32, amount: Balance) -> DispatchResult {
        Self::make_candidate(who, amount)
    }

    pub(crate) fn make_candidate(who: &AccountId32, amount: Balance) -> DispatchResult {
        ensure!(amount >= T::MinBond::get(), Error::<T>::BondTooLow);
        let mut ledger = Ledgers::<T>::get(who).unwrap_or_default();
        ensure!(ledger.bond == 0, Error::<T>::AlreadyBonded);
        T::Currency::hold(&HoldReason::Bond.into(), who, amount)?;
        ledger.bond = amount;
        Ledgers::<T>::insert(who, ledger);
        Self::rank(who, amount)?;
        Self::deposit_event(Event::Bonded {
            who: who.clone(),
            bond: amount,
        });
        Ok(())
    }

    pub(crate) fn do_bond_more(who: AccountId32, amount: Balance) -> DispatchResult {
        ensure!(amount > 0, Error::<T>::AmountIsZero);
        let mut ledger = Ledgers::<T>::get(&who).ok_or(Error::<T>::NotBonded)?;
        ensure!(ledger.bond > 0, Error::<T>::NotBonded);
        T::Currency::hold(&HoldReason::Bond.into(), &who, amount)?;
        ledger.bond = ledger.bond.saturating_add(amount);
        let bond = ledger.bond;
        Ledgers::<T>::insert(&who, ledger);
        Ranking::<T>::mutate(|ranks| ranking::change(ranks, &who, bond));
        Self::deposit_event(Event::BondedMore { who, amount, bond });
        Ok(())
    }
}
