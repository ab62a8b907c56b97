//! A gift: the creator makes a key and pays its deposit. Nothing is held from the receiver, so it needs no order.

use crate::{deliver::Delivery, Config, EncryptionKeys, Error, Event, HoldReason, Pallet, Tallies};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{card::CardId, key::KeyIndex};
use hashcard_proofs::{Capsule, LongProof};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_mint(
        creator: AccountId32,
        card: CardId,
        to: AccountId32,
        key_index: KeyIndex,
        capsule: Capsule,
        proof: LongProof,
    ) -> DispatchResult {
        let keyed = Self::keyed_card(card)?;
        ensure!(keyed.creator == creator, Error::<T>::NotCreator);
        Self::ensure_not_frozen(card)?;
        Self::ensure_edition_left(&Self::current_terms(card)?, &Tallies::<T>::get(card))?;
        let registered = EncryptionKeys::<T>::get(&to, key_index).ok_or(Error::<T>::UnknownEncryptionKey)?;

        let deposit = T::KeyDeposit::get();
        Self::hold(HoldReason::Key, &creator, deposit)?;
        let delivery = Delivery {
            card: &keyed,
            order: 0,
            price: 0,
            to: &to,
            key_index,
            encryption_key: registered.key,
            depositor: &creator,
            deposit,
        };
        let edition = Self::deliver(delivery, capsule, &proof)?;
        Self::deposit_event(Event::KeyMinted {
            card,
            edition,
            to,
            key_index,
        });
        Ok(())
    }
}
