//! Refunds. Each order is pulled out by itself, so that a frozen card with many orders costs no block too much.

use crate::{
    Config, Error, Event, Frozen, HoldReason, Holdings, ItemsUnlocked, KeyRecord, Keys, Order, Orders,
    Pallet, Tallies, Tally,
};
use frame_support::ensure;
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition, OrderId, OrderState},
    roles::KeyItems,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_expire(id: OrderId) -> DispatchResult {
        let order = Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?;
        let frozen = Frozen::<T>::contains_key(order.card);
        match order.state {
            OrderState::Waiting { deadline } => {
                ensure!(frozen || Self::now() > deadline, Error::<T>::DeadlineNotPassed)
            }
            OrderState::Delivered { .. } => ensure!(frozen, Error::<T>::AlreadyDelivered),
        }
        Self::refund(id, order)
    }

    /// Ends an order by giving back all that was held for it. A key that it brought is destroyed: it is false.
    pub(crate) fn refund(id: OrderId, order: Order) -> DispatchResult {
        let edition = match order.state {
            OrderState::Waiting { .. } => {
                Self::tally_down(order.card, |tally| &mut tally.waiting)?;
                Self::hand_over(HoldReason::Key, &order.buyer, &order.buyer, order.deposit)?;
                None
            }
            OrderState::Delivered { edition, .. } => {
                Self::destroy(&order.seller, &order.buyer, order.card, edition)?;
                Some(edition)
            }
        };
        Self::hand_over(HoldReason::Order, &order.buyer, &order.buyer, order.price)?;
        Self::close(id, &order);
        let Order {
            card, buyer, price, ..
        } = order;
        Self::deposit_event(Event::OrderRefunded {
            order: id,
            card,
            buyer,
            price,
            edition,
        });
        Ok(())
    }

    /// Removes the key that `holder` has of a card of `creator`, and gives its deposit back. Its number is never
    /// used again. The caller has checked that no order refers to it any more, or ends that order.
    pub(crate) fn destroy(
        creator: &AccountId32,
        holder: &AccountId32,
        card: CardId,
        edition: Edition,
    ) -> Result<KeyRecord, DispatchError> {
        let record = Keys::<T>::take(card, edition).ok_or(Error::<T>::UnknownKey)?;
        Self::tally_down(card, |tally| &mut tally.live)?;
        Holdings::<T>::try_mutate_exists(holder, card, |held| -> DispatchResult {
            let rest = held
                .unwrap_or_default()
                .checked_sub(1)
                .ok_or(ArithmeticError::Underflow)?;
            *held = (rest > 0).then_some(rest);
            Ok(())
        })?;

        // The runtime refuses to burn an item of ours while this is false. Nothing but the role runs between.
        ItemsUnlocked::<T>::put(true);
        let burnt = T::Items::burn(creator, item_id(card, edition));
        ItemsUnlocked::<T>::kill();
        burnt?;

        Self::hand_over(
            HoldReason::Key,
            &record.depositor,
            &record.depositor,
            record.deposit,
        )?;
        Ok(record)
    }

    /// Counts one less. A card of which nothing was ever made keeps no row.
    fn tally_down(card: CardId, count: fn(&mut Tally) -> &mut u32) -> Result<(), DispatchError> {
        Tallies::<T>::try_mutate_exists(card, |row| {
            let mut tally = row.unwrap_or_default();
            let count = count(&mut tally);
            *count = count.checked_sub(1).ok_or(ArithmeticError::Underflow)?;
            *row = (tally != Tally::default()).then_some(tally);
            Ok(())
        })
    }
}
