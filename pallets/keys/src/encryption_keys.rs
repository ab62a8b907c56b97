//! Nobody registers a key whose secret he does not know, nor a copy of a proof that another account made. And nobody
//! takes a key back that a capsule needs: **whatever names an encryption key counts as a use of it**, from the order
//! or offer on, so a buyer cannot make his own order impossible to deliver.

use crate::{
    Config, EncryptionKey, EncryptionKeyNumbers, EncryptionKeys, Error, Event, HoldReason, KeyChoice, Pallet,
};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::key::KeyIndex;
use hashcard_proofs::{verify_possession, EncodedPoint, PossessionContext, ShortProof};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_key(
        account: AccountId32,
        key: EncodedPoint,
        proof: ShortProof,
    ) -> Result<KeyIndex, DispatchError> {
        let mut numbers = EncryptionKeyNumbers::<T>::get(&account);
        ensure!(
            numbers.live < T::MaxKeysPerAccount::get(),
            Error::<T>::TooManyEncryptionKeys
        );
        let index = numbers.next;
        numbers.next = index.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        numbers.live = numbers.live.checked_add(1).ok_or(ArithmeticError::Overflow)?;

        let genesis = Self::genesis();
        let context = PossessionContext {
            genesis: &genesis,
            account: account.as_ref(),
            index,
        };
        verify_possession(&context, &key, &proof).map_err(Error::<T>::from)?;

        let deposit = T::EncryptionKeyDeposit::get();
        Self::hold(HoldReason::EncryptionKey, &account, deposit)?;
        let row = EncryptionKey {
            key,
            deposit,
            uses: 0,
        };
        EncryptionKeys::<T>::insert(&account, index, row);
        EncryptionKeyNumbers::<T>::insert(&account, numbers);
        Self::deposit_event(Event::EncryptionKeyRegistered { account, index, key });
        Ok(index)
    }

    pub(crate) fn do_remove_key(account: AccountId32, index: KeyIndex) -> DispatchResult {
        let row = EncryptionKeys::<T>::get(&account, index).ok_or(Error::<T>::UnknownEncryptionKey)?;
        ensure!(row.uses == 0, Error::<T>::EncryptionKeyInUse);
        EncryptionKeyNumbers::<T>::try_mutate(&account, |numbers| -> DispatchResult {
            numbers.live = numbers.live.checked_sub(1).ok_or(ArithmeticError::Underflow)?;
            Ok(())
        })?;
        EncryptionKeys::<T>::remove(&account, index);
        Self::hand_over(HoldReason::EncryptionKey, &account, &account, row.deposit)?;
        Self::deposit_event(Event::EncryptionKeyRemoved { account, index });
        Ok(())
    }

    /// The encryption key that a buyer wants, counted as used by the order or offer that the caller makes.
    pub(crate) fn use_chosen_key(
        buyer: &AccountId32,
        key: KeyChoice,
    ) -> Result<(KeyIndex, EncodedPoint), DispatchError> {
        let index = match key {
            KeyChoice::Registered(index) => index,
            KeyChoice::Register(key, proof) => Self::do_register_key(buyer.clone(), key, proof)?,
        };
        Ok((index, Self::use_key(buyer, index)?))
    }

    /// Counts one more row that names a registered key, and gives the key.
    pub(crate) fn use_key(account: &AccountId32, index: KeyIndex) -> Result<EncodedPoint, DispatchError> {
        EncryptionKeys::<T>::try_mutate(account, index, |row| {
            let row = row.as_mut().ok_or(Error::<T>::UnknownEncryptionKey)?;
            row.uses = row.uses.checked_add(1).ok_or(ArithmeticError::Overflow)?;
            Ok(row.key)
        })
    }

    /// Counts one row less; [`Pallet::use_key`] counted it.
    pub(crate) fn release_key(account: &AccountId32, index: KeyIndex) -> DispatchResult {
        EncryptionKeys::<T>::try_mutate(account, index, |row| {
            let row = row.as_mut().ok_or(Error::<T>::UnknownEncryptionKey)?;
            row.uses = row.uses.checked_sub(1).ok_or(ArithmeticError::Underflow)?;
            Ok(())
        })
    }
}
