//! The way back for the deposits of false keys whose money is settled, and of those that were gifts: nothing else
//! would ever end them. The deposit returns to whoever paid it, which for a gift is the creator and not the holder.

use crate::{Config, Error, Event, Frozen, Keys, OpenOrderOf, Orders, Pallet};
use frame_support::ensure;
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition, OrderState},
    roles::KeyItems,
};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_discard_key(holder: AccountId32, card: CardId, edition: Edition) -> DispatchResult {
        let creator = Self::keyed_card(card)?.creator;
        ensure!(Frozen::<T>::contains_key(card), Error::<T>::NotFrozen);
        ensure!(Keys::<T>::contains_key(card, edition), Error::<T>::UnknownKey);
        let owner = T::Items::owner(&creator, item_id(card, edition));
        ensure!(owner.as_ref() == Some(&holder), Error::<T>::NotHolder);
        ensure!(
            Self::delivered_and_unsettled(&holder, card) != Some(edition),
            Error::<T>::NotSettled
        );
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

    /// The key of a card that a buyer has and whose money is still held. The buyer of a delivered order holds its
    /// key until the order ends, so the order of a key's holder is the only one that can refer to it.
    fn delivered_and_unsettled(buyer: &AccountId32, card: CardId) -> Option<Edition> {
        let order = Orders::<T>::get(OpenOrderOf::<T>::get(buyer, card)?)?;
        match order.state {
            OrderState::Delivered { edition, .. } => Some(edition),
            OrderState::Waiting { .. } => None,
        }
    }
}
