//! Retiring early burns a part of the whole deposit, so that churning the feed costs something; the part that
//! still stands for a row that stays is never burnt.

use crate::{
    Config, Deposits, Error, Event, HoldReason, Pallet, PositionsOf, Previews, SourcesOf, SupersededBy,
    TermsOf,
};
use frame_support::{
    ensure,
    traits::{
        fungible::hold::Mutate,
        tokens::{Fortitude, Precision},
        Defensive, Get,
    },
};
use hashcard_primitives::{card::CardId, Balance, BlockNumber};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_retire(creator: &AccountId32, id: CardId) -> DispatchResult {
        let card = Self::card_by(creator, id)?;
        ensure!(TermsOf::<T>::contains_key(id), Error::<T>::CardRetired);
        let positions = PositionsOf::<T>::take(id)
            .defensive_proof("a card that is not retired has positions")
            .unwrap_or_default();
        Self::unlist(&card, &positions);
        TermsOf::<T>::remove(id);
        Previews::<T>::remove(id);
        SourcesOf::<T>::remove(id);
        if let Some(older) = card.supersedes {
            SupersededBy::<T>::remove(older);
        }

        let kept = Self::is_needed(id);
        let mut deposit = Deposits::<T>::get(id);
        let whole = deposit.total();
        let returned = if kept {
            whole.saturating_sub(deposit.card)
        } else {
            whole
        };
        let burned = Self::early_burn(card.published_at, whole).min(returned);
        let refunded = returned.saturating_sub(burned);
        Self::burn(creator, burned)?;
        Self::refund(creator, refunded)?;
        if kept {
            (deposit.listing, deposit.sources) = (0, 0);
            Deposits::<T>::insert(id, deposit);
        } else {
            Self::forget(id, &card);
        }
        Self::deposit_event(Event::Retired {
            card: id,
            refunded,
            burned,
            kept,
        });
        Ok(())
    }

    /// The part of a deposit that burns when a card of that age is retired now.
    fn early_burn(published_at: BlockNumber, deposit: Balance) -> Balance {
        if Self::now() < published_at.saturating_add(T::EarlyRetireBlocks::get()) {
            T::EarlyRetireBurn::get().mul_floor(deposit)
        } else {
            0
        }
    }

    fn burn(creator: &AccountId32, amount: Balance) -> DispatchResult {
        if amount > 0 {
            let reason = HoldReason::Card.into();
            T::Currency::burn_held(&reason, creator, amount, Precision::Exact, Fortitude::Force)?;
        }
        Ok(())
    }
}
