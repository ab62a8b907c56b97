//! A holder gives his key away. No money is declared, so nobody has a share of it; and the deposit stays with whoever
//! paid it, since nothing can be held from a receiver who signs nothing. Nor can a receiver refuse: his encryption key
//! is bound while he holds the gift, until he gives it on.

use crate::{resell::Rekeying, Config, EncryptionKeys, Error, Event, Pallet};
use frame_support::ensure;
use hashcard_primitives::{
    card::CardId,
    key::{Edition, KeyIndex},
};
use hashcard_proofs::{Capsule, LongProof, TransferUse};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_gift(
        holder: AccountId32,
        card: CardId,
        edition: Edition,
        to: AccountId32,
        key_index: KeyIndex,
        capsule: Capsule,
        proof: LongProof,
    ) -> DispatchResult {
        let keyed = Self::keyed_card(card)?;
        Self::ensure_not_frozen(card)?;
        ensure!(holder != to, Error::<T>::BuyerIsSeller);
        let record = Self::idle_key(&keyed.creator, &holder, card, edition)?;
        let registered = EncryptionKeys::<T>::get(&to, key_index).ok_or(Error::<T>::UnknownEncryptionKey)?;
        let rekeying = Rekeying {
            transfer_use: TransferUse::Transfer,
            edition,
            order: 0,
            price: 0,
            from: &holder,
            to: &to,
            key_index,
            encryption_key: registered.key,
        };
        Self::hand_key_over(&keyed, record, &rekeying, capsule, &proof, None)?;
        Self::deposit_event(Event::KeyGiven {
            card,
            edition,
            from: holder,
            to,
            key_index,
        });
        Ok(())
    }
}
