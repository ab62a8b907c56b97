//! A card comes into being whole: rows, feed rows and deposit in one dispatch, or nothing.

use crate::{
    CardOfRoot, Cards, Config, Content, Deposits, Error, Event, HoldReason, NextCardId, Pallet, PositionsOf,
    Previews, SupersededBy, TermsOf,
};
use frame_support::{ensure, traits::fungible::hold::Mutate};
use hashcard_primitives::{
    card::{Access, Card, CardId, Listing, Preview, Terms},
    BlockNumber,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult, SaturatedConversion};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_publish(creator: AccountId32, listing: Listing, content: Content) -> DispatchResult {
        Self::ensure_listing(&creator, &listing)?;
        let collaborators = Self::collaborators(&creator, &listing)?;
        let blob = match content {
            Content::Inline => {
                ensure!(!listing.preview.is_empty(), Error::<T>::EmptyInline);
                Self::ensure_sells_nothing(&listing)?;
                None
            }
            Content::Blob(proof) => {
                let blob = Self::proven_blob(&creator, &proof)?;
                if blob.commitments.is_none() {
                    Self::ensure_sells_nothing(&listing)?;
                }
                Some(blob)
            }
        };
        let access = match &blob {
            None => Access::Inline,
            Some(blob) if blob.commitments.is_some() => Access::Keyed,
            Some(_) => Access::Open,
        };
        let card = Card {
            creator,
            access,
            kind: listing.kind,
            title: listing.title,
            tags: listing.tags,
            blob,
            in_reply_to: listing.in_reply_to,
            supersedes: listing.supersedes,
            royalty: listing.royalty,
            delivery_share: listing.delivery_share,
            collaborators,
            published_at: Self::now(),
        };
        let terms = Terms {
            price: listing.price,
            editions: listing.editions,
            listed: true,
            version: 0,
        };
        Self::store(card, terms, listing.preview).map(|_| ())
    }

    /// Writes every row of a checked card, and takes the deposit for them.
    ///
    /// Errors: the creator cannot pay the deposit; ids or rows ran out.
    pub(crate) fn store(
        card: Card<AccountId32>,
        terms: Terms,
        preview: Preview,
    ) -> Result<CardId, DispatchError> {
        let deposit = Self::deposit_of(&card, &preview);
        T::Currency::hold(&HoldReason::Card.into(), &card.creator, deposit.total())?;

        let id = NextCardId::<T>::get();
        NextCardId::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
        let root = card.blob.as_ref().map(|blob| blob.root);
        if let Some(root) = root {
            CardOfRoot::<T>::insert(root, id);
        }
        if let Some(older) = card.supersedes {
            SupersededBy::<T>::insert(older, id);
        }
        PositionsOf::<T>::insert(id, Self::list(id, &card)?);
        TermsOf::<T>::insert(id, terms);
        Previews::<T>::insert(id, preview);
        Deposits::<T>::insert(id, deposit);
        Cards::<T>::insert(id, &card);
        Self::deposit_event(Event::Published {
            card: id,
            creator: card.creator,
            access: card.access,
            root,
            deposit: deposit.total(),
        });
        Ok(id)
    }

    /// The block that is being made.
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}
