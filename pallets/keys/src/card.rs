//! What this pallet needs of a card, asked of the card role once per call.

use crate::{Config, Error, Frozen, Pallet, Tally};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use hashcard_primitives::{
    card::{Access, CardId, Collaborators, KeyCommitments, Terms},
    key::{Edition, KeyIndex, OrderId},
    roles::CardLookup,
    Balance, BlockNumber,
};
use hashcard_proofs::{DeliveryContext, EncodedPoint};
use sp_runtime::{traits::Zero, AccountId32, SaturatedConversion};

/// The fields of a keyed card that proofs bind, and those that decide who is paid.
pub(crate) struct KeyedCard {
    pub(crate) id: CardId,
    pub(crate) creator: AccountId32,
    pub(crate) supersedes: Option<CardId>,
    /// Parts per million of a resale.
    pub(crate) royalty: u32,
    pub(crate) collaborators: Collaborators<AccountId32>,
    pub(crate) root: [u8; 32],
    pub(crate) blob_len: u64,
    pub(crate) salt: [u8; 32],
    /// h_K
    pub(crate) key_commitment: [u8; 32],
    /// V
    pub(crate) content_commitment: EncodedPoint,
}

/// What a delivery proof binds beside its card. **Who gives is who signs**, in every use that this chain knows.
pub(crate) struct Occasion<'a> {
    pub(crate) edition: Edition,
    pub(crate) order: OrderId,
    pub(crate) price: Balance,
    pub(crate) sequence: u32,
    pub(crate) from: &'a AccountId32,
    pub(crate) from_key_index: KeyIndex,
    pub(crate) to: &'a AccountId32,
    pub(crate) to_key_index: KeyIndex,
}

impl KeyedCard {
    /// The context of a delivery proof about this card.
    pub(crate) fn context<'a>(
        &'a self,
        genesis: &'a [u8; 32],
        occasion: &Occasion<'a>,
    ) -> DeliveryContext<'a> {
        DeliveryContext {
            genesis,
            card: self.id,
            root: &self.root,
            blob_len: self.blob_len,
            key_commitment: &self.key_commitment,
            content_commitment: &self.content_commitment,
            edition: occasion.edition,
            order: occasion.order,
            price: occasion.price,
            sequence: occasion.sequence,
            from: occasion.from.as_ref(),
            to: occasion.to.as_ref(),
            submitter: occasion.from.as_ref(),
            from_key_index: occasion.from_key_index,
            to_key_index: occasion.to_key_index,
        }
    }
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
            supersedes: card.supersedes,
            royalty: card.royalty,
            collaborators: card.collaborators,
            root: blob.root.0,
            blob_len: blob.len,
            salt: blob.salt,
            key_commitment: key,
            content_commitment: EncodedPoint(content),
        })
    }

    /// Likewise, for what only its creator does.
    pub(crate) fn own_card(creator: &AccountId32, id: CardId) -> Result<KeyedCard, Error<T>> {
        let card = Self::keyed_card(id)?;
        ensure!(card.creator == *creator, Error::<T>::NotCreator);
        Ok(card)
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

    /// Refuses when no new key can be made for an order that waits; `tally` counts this order's own lock no more. A
    /// creator may have lowered the editions since the sale: what he promised to the other holders comes first, and
    /// this buyer is refunded. A retired card has no terms, and only its waiting orders are left.
    pub(crate) fn ensure_deliverable(card: CardId, tally: &Tally) -> Result<(), Error<T>> {
        let most = T::Cards::terms(card).and_then(|terms| terms.editions);
        let bound = tally.made.saturating_add(tally.locked);
        ensure!(bound < most.unwrap_or(u32::MAX), Error::<T>::SoldOut);
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
