//! Every movement of money in this pallet. **Nobody's account can make another's payment fail**: what a receiver
//! cannot take (it would be below the existential deposit) is set aside for him.
//!
//! Held money is moved by force: a freeze that a buyer puts on his account after he bought must not keep the
//! seller's money there.

use crate::{Config, Event, HoldReason, Pallet, Unclaimed};
use frame_support::{
    storage::with_storage_layer,
    traits::{
        fungible::hold::{Mutate as _, Unbalanced as _},
        tokens::{Fortitude::Force, Precision::Exact, Restriction::Free},
        Get,
    },
};
use hashcard_primitives::Balance;
use sp_runtime::{traits::AccountIdConversion, AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// The account that keeps unclaimed payments.
    pub fn account_id() -> AccountId32 {
        T::PalletId::get().into_account_truncating()
    }

    pub(crate) fn hold(reason: HoldReason, who: &AccountId32, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        T::Currency::hold(&reason.into(), who, amount)
    }

    /// Destroys money that is held on `who` for `reason`.
    pub(crate) fn burn(reason: HoldReason, who: &AccountId32, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        T::Currency::burn_held(&reason.into(), who, amount, Exact, Force)?;
        Ok(())
    }

    /// Gives money that is held on `from` for `reason` to `to`, who may be `from` himself. If his account
    /// cannot take it, it waits for him in [`Unclaimed`].
    pub(crate) fn hand_over(
        reason: HoldReason,
        from: &AccountId32,
        to: &AccountId32,
        amount: Balance,
    ) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        let given = with_storage_layer(|| Self::give(reason, from, to, amount));
        match given {
            Ok(()) => Ok(()),
            Err(_) => Self::set_aside(reason, from, to, amount),
        }
    }

    /// Pays out of what was set aside. The caller has removed the claim.
    pub(crate) fn pay_unclaimed(to: &AccountId32, amount: Balance) -> DispatchResult {
        Self::give(HoldReason::Unclaimed, &Self::account_id(), to, amount)
    }

    fn give(reason: HoldReason, from: &AccountId32, to: &AccountId32, amount: Balance) -> DispatchResult {
        let given = if from == to {
            T::Currency::release(&reason.into(), from, amount, Exact)?
        } else {
            T::Currency::transfer_on_hold(&reason.into(), from, to, amount, Exact, Free, Force)?
        };
        if given == amount {
            Ok(())
        } else {
            Err(DispatchError::Corruption)
        }
    }

    /// Moves held money to this pallet's account, where it is held as well. A held amount needs no existential
    /// deposit, only a reference that keeps the account alive; so this succeeds for the smallest amount, which
    /// the ordinary transfer would refuse.
    fn set_aside(
        reason: HoldReason,
        from: &AccountId32,
        to: &AccountId32,
        amount: Balance,
    ) -> DispatchResult {
        let keeper = Self::account_id();
        if frame_system::Pallet::<T>::providers(&keeper) == 0 {
            frame_system::Pallet::<T>::inc_providers(&keeper);
        }
        T::Currency::decrease_balance_on_hold(&reason.into(), from, amount, Exact)?;
        T::Currency::increase_balance_on_hold(&HoldReason::Unclaimed.into(), &keeper, amount, Exact)?;
        Unclaimed::<T>::try_mutate(to, |owed| -> DispatchResult {
            let sum = owed
                .unwrap_or_default()
                .checked_add(amount)
                .ok_or(ArithmeticError::Overflow)?;
            *owed = Some(sum);
            Ok(())
        })?;
        Self::deposit_event(Event::LeftUnclaimed {
            account: to.clone(),
            amount,
        });
        Ok(())
    }

    pub(crate) fn held(reason: HoldReason, who: &AccountId32) -> Balance {
        use frame_support::traits::fungible::hold::Inspect;
        T::Currency::balance_on_hold(&reason.into(), who)
    }
}
