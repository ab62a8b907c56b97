//! Refunds. Each order is pulled out by itself, so that a frozen card with many orders costs no block too much.

use crate::{
    Config, Error, Event, Frozen, HoldReason, Holdings, ItemsUnlocked, Keys, Order, Orders, Pallet, Tallies,
    Tally,
};
use frame_support::ensure;
use hashcard_primitives::{
    key::{item_id, Edition, OrderId, OrderState},
    roles::KeyItems,
};
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult};

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
                Self::tally_down(&order, |tally| &mut tally.waiting)?;
                Self::hand_over(HoldReason::Key, &order.buyer, &order.buyer, order.deposit)?;
                None
            }
            OrderState::Delivered { edition, .. } => {
                Self::destroy(&order, edition)?;
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

    /// Removes a key and gives its deposit back. Its number is never used again.
    fn destroy(order: &Order, edition: Edition) -> DispatchResult {
        let record = Keys::<T>::take(order.card, edition).ok_or(Error::<T>::UnknownKey)?;
        Self::tally_down(order, |tally| &mut tally.live)?;
        Holdings::<T>::try_mutate_exists(&order.buyer, order.card, |held| -> DispatchResult {
            let rest = held
                .unwrap_or_default()
                .checked_sub(1)
                .ok_or(ArithmeticError::Underflow)?;
            *held = (rest > 0).then_some(rest);
            Ok(())
        })?;

        // The runtime refuses to burn an item of ours while this is false. Nothing but the role runs between.
        ItemsUnlocked::<T>::put(true);
        let burnt = T::Items::burn(&order.seller, item_id(order.card, edition));
        ItemsUnlocked::<T>::kill();
        burnt?;

        Self::hand_over(
            HoldReason::Key,
            &record.depositor,
            &record.depositor,
            record.deposit,
        )
    }

    /// Counts one less. A card of which nothing was ever made keeps no row.
    fn tally_down(order: &Order, count: fn(&mut Tally) -> &mut u32) -> Result<(), DispatchError> {
        Tallies::<T>::try_mutate_exists(order.card, |row| {
            let mut tally = row.unwrap_or_default();
            let count = count(&mut tally);
            *count = count.checked_sub(1).ok_or(ArithmeticError::Underflow)?;
            *row = (tally != Tally::default()).then_some(tally);
            Ok(())
        })
    }
}
