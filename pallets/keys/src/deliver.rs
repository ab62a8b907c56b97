//! The one way in which a key comes into being: proof, item and record together, for gift and sale alike.
//!
//! **The proof of a sale names no edition.** Its order ends with it, so it never serves twice; and were the next
//! edition bound as well, one delivery that fails would spoil all that were sent after it, whose capsules are
//! public by then and not paid. A gift has no order, so its edition is what makes its proof serve once.

use crate::{card::KeyedCard, Config, Error, Holdings, KeyRecord, Keys, Pallet, Tallies};
use hashcard_primitives::{
    key::{item_id, Edition, KeyIndex, OrderId},
    roles::KeyItems,
    Balance,
};
use hashcard_proofs::{verify_mint, Capsule, DeliveryContext, EncodedPoint, LongProof};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError};

/// A new key: of what, for whom, on which occasion. The creator delivers and submits.
pub(crate) struct Delivery<'a> {
    pub(crate) card: &'a KeyedCard,
    /// 0 for a gift.
    pub(crate) order: OrderId,
    pub(crate) price: Balance,
    pub(crate) to: &'a AccountId32,
    pub(crate) key_index: KeyIndex,
    pub(crate) encryption_key: EncodedPoint,
    pub(crate) depositor: &'a AccountId32,
    pub(crate) deposit: Balance,
}

impl<T: Config> Pallet<T> {
    /// Verifies the capsule and makes the next edition. The caller has checked that one is left, and has seen
    /// to the deposit.
    pub(crate) fn deliver(
        delivery: Delivery,
        capsule: Capsule,
        proof: &LongProof,
    ) -> Result<Edition, DispatchError> {
        let Delivery {
            card,
            order,
            price,
            to,
            key_index,
            encryption_key,
            depositor,
            deposit,
        } = delivery;
        let mut tally = Tallies::<T>::get(card.id);
        tally.made = tally.made.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        tally.live = tally.live.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        let edition = Edition::from(tally.made);
        let held = Holdings::<T>::get(to, card.id)
            .checked_add(1)
            .ok_or(ArithmeticError::Overflow)?;

        let bound_edition = if order == 0 { edition } else { 0 };
        let genesis = Self::genesis();
        let context = DeliveryContext {
            genesis: &genesis,
            card: card.id,
            root: &card.root,
            blob_len: card.blob_len,
            key_commitment: &card.key_commitment,
            content_commitment: &card.content_commitment,
            edition: bound_edition,
            order,
            price,
            sequence: 0,
            from: card.creator.as_ref(),
            to: to.as_ref(),
            submitter: card.creator.as_ref(),
            from_key_index: 0,
            to_key_index: key_index,
        };
        verify_mint(&context, &encryption_key, &capsule, proof).map_err(Error::<T>::from)?;

        T::Items::mint(&card.creator, item_id(card.id, edition), to)?;
        let record = KeyRecord {
            capsule,
            key_index,
            encryption_key,
            sequence: 0,
            depositor: depositor.clone(),
            deposit,
        };
        Keys::<T>::insert(card.id, edition, record);
        Holdings::<T>::insert(to, card.id, held);
        Tallies::<T>::insert(card.id, tally);
        Ok(edition)
    }
}
