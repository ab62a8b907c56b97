//! The chain cannot see whether a card's `h_K` belongs to its `V`. A holder can show that it does not, and then
//! every further key of the card would be as false as his.

use crate::{Config, Error, Event, Frozen, Keys, Offers, OpenOrderOf, Orders, Pallet};
use frame_support::ensure;
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition},
    roles::KeyItems,
};
use hashcard_proofs::{key_commitment, verify_false_key, EncodedPoint, FalseKeyContext, ShortProof};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_report_false_key(
        reporter: AccountId32,
        card: CardId,
        edition: Edition,
        opened: EncodedPoint,
        proof: ShortProof,
    ) -> DispatchResult {
        ensure!(!Frozen::<T>::contains_key(card), Error::<T>::AlreadyFrozen);
        let keyed = Self::keyed_card(card)?;
        let record = Keys::<T>::get(card, edition).ok_or(Error::<T>::UnknownKey)?;
        let holder = T::Items::owner(&keyed.creator, item_id(card, edition));
        ensure!(holder.as_ref() == Some(&reporter), Error::<T>::NotHolder);
        ensure!(
            key_commitment(&opened, &keyed.salt) != keyed.key_commitment,
            Error::<T>::KeyIsTrue
        );

        let genesis = Self::genesis();
        let context = FalseKeyContext {
            genesis: &genesis,
            card,
            root: &keyed.root,
            blob_len: keyed.blob_len,
            key_commitment: &keyed.key_commitment,
            content_commitment: &keyed.content_commitment,
            edition,
            account: reporter.as_ref(),
            key_index: record.key_index,
        };
        verify_false_key(&context, &record.encryption_key, &record.capsule, &opened, &proof)
            .map_err(Error::<T>::from)?;

        Frozen::<T>::insert(card, ());
        Self::deposit_event(Event::CardFrozen {
            card,
            edition,
            reporter: reporter.clone(),
        });
        if let Some(id) = OpenOrderOf::<T>::get(&reporter, card) {
            match Orders::<T>::get(id) {
                Some(order) => Self::refund(id, order)?,
                None => Self::end_offer(id, Offers::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?)?,
            }
        }
        Ok(())
    }
}
