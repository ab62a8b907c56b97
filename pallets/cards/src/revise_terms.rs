//! The version goes up even when nothing else changes, so a buyer's version names one state of the terms.

use crate::{Cards, Config, Error, Event, Pallet, TermsOf};
use frame_support::ensure;
use hashcard_primitives::{
    card::{Access, Card, CardId, Terms},
    roles::CardDependents,
    Balance,
};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_revise_terms(
        creator: &AccountId32,
        id: CardId,
        price: Balance,
        editions: Option<u32>,
        listed: bool,
    ) -> DispatchResult {
        let card = Self::card_by(creator, id)?;
        ensure!(card.access == Access::Keyed, Error::<T>::NotKeyed);
        let old = TermsOf::<T>::get(id).ok_or(Error::<T>::CardRetired)?;
        if let Some(editions) = editions {
            ensure!(editions > 0, Error::<T>::NoEditions);
            ensure!(
                editions >= T::Dependents::editions_bound(id),
                Error::<T>::EditionsBelowKeysMade
            );
        }
        let version = old.version.checked_add(1).ok_or(Error::<T>::TooManyRevisions)?;
        let terms = Terms {
            price,
            editions,
            listed,
            version,
        };
        TermsOf::<T>::insert(id, terms);
        Self::deposit_event(Event::TermsRevised { card: id, terms });
        Ok(())
    }

    /// The card, if this account published it.
    pub(crate) fn card_by(creator: &AccountId32, id: CardId) -> Result<Card<AccountId32>, DispatchError> {
        let card = Cards::<T>::get(id).ok_or(Error::<T>::UnknownCard)?;
        ensure!(card.creator == *creator, Error::<T>::NotCreator);
        Ok(card)
    }
}
