//! A retired card's row must outlive the keys and orders that name it, and nothing tells this pallet when the
//! last one goes. So removing it is a call that anybody may make.

use crate::{CardOfRoot, Cards, Config, Deposits, Error, Event, HoldReason, Pallet, TermsOf};
use frame_support::{
    ensure,
    traits::{fungible::hold::Mutate, tokens::Precision},
};
use hashcard_primitives::{
    card::{Card, CardId},
    roles::CardDependents,
    Balance,
};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_clear(id: CardId) -> DispatchResult {
        let card = Cards::<T>::get(id).ok_or(Error::<T>::UnknownCard)?;
        ensure!(!TermsOf::<T>::contains_key(id), Error::<T>::NotRetired);
        ensure!(!Self::is_needed(id), Error::<T>::StillNeeded);
        let refunded = Deposits::<T>::get(id).total();
        Self::refund(&card.creator, refunded)?;
        Self::forget(id, &card);
        Self::deposit_event(Event::Cleared { card: id, refunded });
        Ok(())
    }

    /// Whether a retired card's row must stay.
    pub(crate) fn is_needed(id: CardId) -> bool {
        T::Dependents::depends_on(id) || T::Dependents::keys_made(id) > 0
    }

    /// Removes the last rows of a card; its root may be published again.
    pub(crate) fn forget(id: CardId, card: &Card<AccountId32>) {
        Cards::<T>::remove(id);
        Deposits::<T>::remove(id);
        if let Some(blob) = &card.blob {
            CardOfRoot::<T>::remove(blob.root);
        }
    }

    /// Gives a creator back a part of what is on hold for his cards.
    pub(crate) fn refund(creator: &AccountId32, amount: Balance) -> DispatchResult {
        if amount > 0 {
            T::Currency::release(&HoldReason::Card.into(), creator, amount, Precision::Exact)?;
        }
        Ok(())
    }
}
