//! Every deposit, and the account that keeps endowed money. **What is endowed leaves its funder's account**: a claim that pays
//! out of eight endowments must not cost eight transfers, nor depend on what funders did to their accounts.

use crate::{Config, HoldReason, Pallet};
use frame_support::{
    ensure,
    traits::{
        fungible::hold::Mutate as _,
        tokens::{
            Fortitude::{Force, Polite},
            Precision::Exact,
            Preservation::Preserve,
            Restriction::Free,
        },
        Get,
    },
};
use hashcard_primitives::Balance;
use sp_runtime::{traits::AccountIdConversion, AccountId32, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// The account that keeps endowed money.
    pub fn account_id() -> AccountId32 {
        T::PalletId::get().into_account_truncating()
    }

    /// Takes money from a funder's account.
    pub(crate) fn keep(funder: &AccountId32, amount: Balance) -> DispatchResult {
        let keeper = Self::account_id();
        // All that it has is on hold, which alone would not let it exist.
        if frame_system::Pallet::<T>::providers(&keeper) == 0 {
            frame_system::Pallet::<T>::inc_providers(&keeper);
        }
        let reason = HoldReason::Endowment.into();
        let kept = T::Currency::transfer_and_hold(&reason, funder, &keeper, amount, Exact, Preserve, Polite)?;
        ensure!(kept == amount, DispatchError::Corruption);
        Ok(())
    }

    /// Gives kept money to an account, which exists: it has a deposit here.
    pub(crate) fn give(to: &AccountId32, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        let (reason, keeper) = (HoldReason::Endowment.into(), Self::account_id());
        let given = T::Currency::transfer_on_hold(&reason, &keeper, to, amount, Exact, Free, Force)?;
        ensure!(given == amount, DispatchError::Corruption);
        Ok(())
    }

    /// Deposit for `rows` rows that hold `bytes` bytes together.
    pub(crate) fn deposit_for(rows: usize, bytes: usize) -> Balance {
        let for_rows = T::DepositBase::get().saturating_mul(rows as Balance);
        let for_bytes = T::DepositPerByte::get().saturating_mul(bytes as Balance);
        for_rows.saturating_add(for_bytes)
    }

    pub(crate) fn return_deposit(account: &AccountId32, amount: Balance) -> DispatchResult {
        if amount > 0 {
            T::Currency::release(&HoldReason::Deposit.into(), account, amount, Exact)?;
        }
        Ok(())
    }
}
