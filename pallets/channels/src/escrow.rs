//! Every movement of money in this pallet. **Nobody's account can make another's payment fail**: what a receiver
//! cannot take (it would be below the existential deposit) is set aside for him.
//!
//! Held money is moved by force: a freeze that an owner puts on his account after he promised must not keep a payee's
//! money there.

use crate::{Config, Error, Event, HoldReason, Pallet, Unclaimed};
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

    /// Gives an owner back what is on hold on his own account.
    pub(crate) fn release(reason: HoldReason, who: &AccountId32, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        T::Currency::release(&reason.into(), who, amount, Exact)?;
        Ok(())
    }

    /// Destroys money of a pool of `owner`.
    pub(crate) fn burn(owner: &AccountId32, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        T::Currency::burn_held(&HoldReason::Pool.into(), owner, amount, Exact, Force)?;
        Ok(())
    }

    /// Gives money of a pool of `owner` to `to`, who may be the owner himself. If his account cannot take it, it waits
    /// for him in [`Unclaimed`].
    pub(crate) fn pay(owner: &AccountId32, to: &AccountId32, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        let given = with_storage_layer(|| Self::give(HoldReason::Pool, owner, to, amount));
        match given {
            Ok(()) => Ok(()),
            Err(_) => Self::set_aside(owner, to, amount),
        }
    }

    pub(crate) fn do_claim_unclaimed(account: AccountId32) -> DispatchResult {
        let amount = Unclaimed::<T>::take(&account).ok_or(Error::<T>::NothingUnclaimed)?;
        Self::give(HoldReason::Unclaimed, &Self::account_id(), &account, amount)?;
        Self::deposit_event(Event::UnclaimedPaid { account, amount });
        Ok(())
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
    fn set_aside(owner: &AccountId32, to: &AccountId32, amount: Balance) -> DispatchResult {
        let keeper = Self::account_id();
        if frame_system::Pallet::<T>::providers(&keeper) == 0 {
            frame_system::Pallet::<T>::inc_providers(&keeper);
        }
        T::Currency::decrease_balance_on_hold(&HoldReason::Pool.into(), owner, amount, Exact)?;
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
}
