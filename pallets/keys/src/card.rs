//! What this pallet needs of a card, asked of the card role once per call.

use crate::{Config, Error, Frozen, Pallet, Tally};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use hashcard_primitives::{
    card::{Access, CardId, KeyCommitments, Terms},
    roles::CardLookup,
    BlockNumber,
};
use hashcard_proofs::EncodedPoint;
use sp_runtime::{traits::Zero, AccountId32, SaturatedConversion};

/// The fields of a keyed card that proofs bind.
pub(crate) struct KeyedCard {
    pub(crate) id: CardId,
    pub(crate) creator: AccountId32,
    pub(crate) root: [u8; 32],
    pub(crate) blob_len: u64,
    pub(crate) salt: [u8; 32],
    /// h_K
    pub(crate) key_commitment: [u8; 32],
    /// V
    pub(crate) content_commitment: EncodedPoint,
}

impl<T: Config> Pallet<T> {
    /// A card that has keys, retired or not.
    pub(crate) fn keyed_card(id: CardId) -> Result<KeyedCard, Error<T>> {
        let card = T::Cards::card(id).ok_or(Error::<T>::UnknownCard)?;
        ensure!(card.access == Access::Keyed, Error::<T>::NotKeyed);
        let blob = card.blob.ok_or(Error::<T>::NotKeyed)?;
        let KeyCommitments { content, key } = blob.commitments.ok_or(Error::<T>::NotKeyed)?;
        Ok(KeyedCard {
            id,
            creator: card.creator,
            root: blob.root.0,
            blob_len: blob.len,
            salt: blob.salt,
            key_commitment: key,
            content_commitment: EncodedPoint(content),
        })
    }

    /// The terms of a known card; none once it is retired.
    pub(crate) fn current_terms(card: CardId) -> Result<Terms, Error<T>> {
        T::Cards::terms(card).ok_or(Error::<T>::Retired)
    }

    pub(crate) fn ensure_not_frozen(card: CardId) -> Result<(), Error<T>> {
        ensure!(!Frozen::<T>::contains_key(card), Error::<T>::CardFrozen);
        Ok(())
    }

    /// Refuses when every edition is made or kept for a waiting order.
    pub(crate) fn ensure_edition_left(terms: &Terms, tally: &Tally) -> Result<(), Error<T>> {
        let taken = u64::from(tally.made) + u64::from(tally.waiting);
        ensure!(
            terms.editions.is_none_or(|most| taken < u64::from(most)),
            Error::<T>::SoldOut
        );
        Ok(())
    }

    /// Hash of block 0, which every proof binds. The system pallet keeps it for ever.
    pub(crate) fn genesis() -> [u8; 32] {
        frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()).into()
    }

    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}
