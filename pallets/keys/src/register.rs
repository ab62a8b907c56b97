//! Nobody registers a key whose secret he does not know, nor a copy of a proof that another account made.

use crate::{Config, EncryptionKey, EncryptionKeys, Error, Event, HoldReason, NextKeyIndex, Pallet};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::key::KeyIndex;
use hashcard_proofs::{verify_possession, EncodedPoint, PossessionContext, ShortProof};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_key(
        account: AccountId32,
        key: EncodedPoint,
        proof: ShortProof,
    ) -> Result<KeyIndex, DispatchError> {
        let index = NextKeyIndex::<T>::get(&account);
        ensure!(
            index < T::MaxKeysPerAccount::get(),
            Error::<T>::TooManyEncryptionKeys
        );
        let next = index.checked_add(1).ok_or(ArithmeticError::Overflow)?;

        let genesis = Self::genesis();
        let context = PossessionContext {
            genesis: &genesis,
            account: account.as_ref(),
            index,
        };
        verify_possession(&context, &key, &proof).map_err(Error::<T>::from)?;

        let deposit = T::EncryptionKeyDeposit::get();
        Self::hold(HoldReason::EncryptionKey, &account, deposit)?;
        EncryptionKeys::<T>::insert(&account, index, EncryptionKey { key, deposit });
        NextKeyIndex::<T>::insert(&account, next);
        Self::deposit_event(Event::EncryptionKeyRegistered { account, index, key });
        Ok(index)
    }
}
