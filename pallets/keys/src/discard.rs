//! The way back for the deposits of false keys whose money is settled, and of those that were gifts: nothing else
//! would ever end them. The deposit returns to whoever paid it, which for a gift is the giver and not the holder.

use crate::{Config, Error, Event, Frozen, Pallet};
use frame_support::ensure;
use hashcard_primitives::{card::CardId, key::Edition};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_discard_key(holder: AccountId32, card: CardId, edition: Edition) -> DispatchResult {
        let creator = Self::keyed_card(card)?.creator;
        ensure!(Frozen::<T>::contains_key(card), Error::<T>::NotFrozen);
        Self::free_key(&creator, &holder, card, edition)?;
        let record = Self::destroy(&creator, &holder, card, edition)?;
        Self::deposit_event(Event::KeyDiscarded {
            card,
            edition,
            holder,
            depositor: record.depositor,
            deposit: record.deposit,
        });
        Ok(())
    }
}
