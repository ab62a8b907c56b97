//! What a creator says must be printable and possible before anything dearer is checked.

use crate::{Cards, Config, Error, Pallet, SupersededBy};
use frame_support::ensure;
use hashcard_primitives::card::{Collaborator, Collaborators, Listing, MAX_ROYALTY, WHOLE_SHARE};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Errors: one for each field that cannot be.
    pub(crate) fn ensure_listing(creator: &AccountId32, listing: &Listing) -> DispatchResult {
        ensure!(is_line_of_text(&listing.title), Error::<T>::BadTitle);
        for (at, tag) in listing.tags.iter().enumerate() {
            ensure!(is_line_of_text(tag), Error::<T>::BadTag);
            ensure!(
                !listing.tags.iter().take(at).any(|earlier| earlier == tag),
                Error::<T>::TagTwice
            );
        }
        ensure!(listing.royalty <= MAX_ROYALTY, Error::<T>::RoyaltyTooHigh);
        ensure!(
            listing.delivery_share <= WHOLE_SHARE,
            Error::<T>::DeliveryShareTooHigh
        );
        ensure!(listing.editions != Some(0), Error::<T>::NoEditions);
        if let Some(parent) = listing.in_reply_to {
            ensure!(Cards::<T>::contains_key(parent), Error::<T>::UnknownParent);
        }
        if let Some(older) = listing.supersedes {
            let older_card = Cards::<T>::get(older).ok_or(Error::<T>::UnknownPredecessor)?;
            ensure!(older_card.creator == *creator, Error::<T>::NotYourPredecessor);
            ensure!(
                !SupersededBy::<T>::contains_key(older),
                Error::<T>::AlreadySuperseded
            );
        }
        Ok(())
    }

    /// Those who share the creator's money, as a card keeps them.
    ///
    /// Errors: an account twice; a share of nothing; the creator himself; more than the whole.
    pub(crate) fn collaborators(
        creator: &AccountId32,
        listing: &Listing,
    ) -> Result<Collaborators<AccountId32>, DispatchError> {
        let mut collaborators = Collaborators::default();
        // Eight shares of 32 bits fit.
        let mut together = 0u64;
        for Collaborator { account, share } in &listing.collaborators {
            let account = AccountId32::new(*account);
            ensure!(account != *creator, Error::<T>::CreatorCollaborates);
            ensure!(*share > 0, Error::<T>::CollaboratorWithoutShare);
            ensure!(
                !collaborators
                    .iter()
                    .any(|earlier: &Collaborator<AccountId32>| earlier.account == account),
                Error::<T>::CollaboratorTwice
            );
            together = together.saturating_add(u64::from(*share));
            collaborators
                .try_push(Collaborator {
                    account,
                    share: *share,
                })
                .map_err(|_| DispatchError::Corruption)?;
        }
        ensure!(
            together <= u64::from(WHOLE_SHARE),
            Error::<T>::CollaboratorsShareTooHigh
        );
        Ok(collaborators)
    }

    /// Errors: a price, editions or collaborators on what has no keys.
    pub(crate) fn ensure_sells_nothing(listing: &Listing) -> DispatchResult {
        ensure!(
            listing.price == 0 && listing.editions.is_none() && listing.collaborators.is_empty(),
            Error::<T>::OnlyKeyedSells
        );
        Ok(())
    }
}

/// Not empty, UTF-8, and without control characters, which could forge lines in a terminal.
pub(crate) fn is_line_of_text(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && !text.chars().any(char::is_control))
}
