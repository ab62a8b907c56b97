//! A gift: the creator makes a key and pays its deposit. Nothing is held from the receiver, so it needs no order.

use crate::{
    card::Occasion, deliver::NewKey, Config, EncryptionKeys, Error, Event, HoldReason, Pallet, Tallies,
};
use frame_support::traits::Get;
use hashcard_primitives::{card::CardId, key::KeyIndex};
use hashcard_proofs::{verify_mint, Capsule, LongProof};
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
        let keyed = Self::own_card(&creator, card)?;
        Self::ensure_not_frozen(card)?;
        Self::ensure_edition_left(&Self::current_terms(card)?, &Tallies::<T>::get(card))?;
        let registered = EncryptionKeys::<T>::get(&to, key_index).ok_or(Error::<T>::UnknownEncryptionKey)?;

        let genesis = Self::genesis();
        let occasion = Occasion {
            edition: Self::next_edition(card)?,
            order: 0,
            price: 0,
            sequence: 0,
            from: &creator,
            from_key_index: 0,
            to: &to,
            to_key_index: key_index,
        };
        let context = keyed.context(&genesis, &occasion);
        verify_mint(&context, &registered.key, &capsule, &proof).map_err(Error::<T>::from)?;

        let deposit = T::KeyDeposit::get();
        Self::hold(HoldReason::Key, &creator, deposit)?;
        let key = NewKey {
            card,
            creator: &creator,
            to: &to,
            key_index,
            encryption_key: registered.key,
            depositor: &creator,
            deposit,
        };
        let edition = Self::make_key(key, capsule)?;
        Self::deposit_event(Event::KeyMinted {
            card,
            edition,
            to,
            key_index,
        });
        Ok(())
    }
}
