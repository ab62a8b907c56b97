//! A holder moves his capsule to another of his own encryption keys: before he retires an old one, or to use a new one
//! for each purchase. The title does not move.

use crate::{resell::Rekeying, Config, EncryptionKeys, Error, Event, Keys, Pallet};
use frame_support::ensure;
use hashcard_primitives::{
    card::CardId,
    key::{Edition, KeyIndex},
};
use hashcard_proofs::{Capsule, LongProof, TransferUse};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_rewrap(
        holder: AccountId32,
        card: CardId,
        edition: Edition,
        key_index: KeyIndex,
        capsule: Capsule,
        proof: LongProof,
    ) -> DispatchResult {
        let keyed = Self::keyed_card(card)?;
        Self::ensure_not_frozen(card)?;
        let mut record = Self::idle_key(&keyed.creator, &holder, card, edition)?;
        ensure!(record.key_index != key_index, Error::<T>::SameKey);
        let registered =
            EncryptionKeys::<T>::get(&holder, key_index).ok_or(Error::<T>::UnknownEncryptionKey)?;
        let rekeying = Rekeying {
            transfer_use: TransferUse::Rewrap,
            edition,
            order: 0,
            price: 0,
            from: &holder,
            to: &holder,
            key_index,
            encryption_key: registered.key,
        };
        Self::rekey(&keyed, &mut record, &rekeying, capsule, &proof)?;
        Keys::<T>::insert(card, edition, record);
        Self::deposit_event(Event::KeyRewrapped {
            card,
            edition,
            holder,
            key_index,
        });
        Ok(())
    }
}
