//! Refunds. Each order is pulled out by itself, so that a frozen card with many orders costs no block too much.
//!
//! **A stake is lost only by who could have delivered.** A frozen card costs nobody his stake; nothing else keeps a key
//! or a locked order from being delivered.

use crate::{Config, Error, Event, Frozen, Histories, HoldReason, KeyRecord, Keys, Order, Orders, Pallet};
use frame_support::ensure;
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition, OrderId, OrderState, Sale},
    roles::KeyItems,
    Balance,
};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

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
        Self::end_stakes(id, &order)?;
        let destroyed = match (order.state, order.sale) {
            (OrderState::Waiting { .. }, sale) => {
                match sale {
                    Sale::Primary => {
                        Self::stop_waiting(&order)?;
                    }
                    Sale::Resale { edition } => Self::set_order_of_key(order.card, edition, None)?,
                }
                Self::hand_over(HoldReason::Key, &order.buyer, &order.buyer, order.deposit)?;
                None
            }
            (OrderState::Delivered { edition, .. }, _) => {
                let creator = Self::keyed_card(order.card)?.creator;
                Self::destroy(&creator, &order.buyer, order.card, edition)?;
                Some(edition)
            }
        };
        if let Some(with) = order.claimed_with {
            Self::give_claim_back(order.card, with)?;
        }
        Self::hand_over(HoldReason::Order, &order.buyer, &order.buyer, order.price)?;
        Self::close(id, &order)?;
        let Order {
            card, buyer, price, ..
        } = order;
        Self::deposit_event(Event::OrderRefunded {
            order: id,
            card,
            buyer,
            price,
            edition: destroyed,
        });
        Ok(())
    }

    /// Gives the stakes on a delivery that did not come to the buyer, or back where nobody is to blame.
    fn end_stakes(id: OrderId, order: &Order) -> DispatchResult {
        let blameless = Frozen::<T>::contains_key(order.card);
        Self::end_stake(id, &order.seller, &order.buyer, order.penalty, blameless)?;
        if let Some(lock) = &order.lock {
            Self::hand_over(HoldReason::Bond, &lock.by, &lock.by, lock.deposit)?;
            Self::end_stake(id, &lock.by, &order.buyer, lock.penalty, blameless)?;
        }
        Ok(())
    }

    fn end_stake(
        id: OrderId,
        from: &AccountId32,
        buyer: &AccountId32,
        amount: Balance,
        blameless: bool,
    ) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        let to = if blameless { from } else { buyer };
        Self::hand_over(HoldReason::Bond, from, to, amount)?;
        if !blameless {
            Self::deposit_event(Event::PenaltyPaid {
                order: id,
                from: from.clone(),
                to: to.clone(),
                amount,
            });
        }
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
        Self::end_listing(card, edition)?;
        let tally = Self::tally_down(card, |tally| &mut tally.live)?;
        if tally.live == 0 {
            // The keys' deposits paid for it.
            Histories::<T>::remove(card);
        }
        Self::holding_down(holder, card)?;
        Self::release_key(holder, record.key_index)?;
        Self::with_items_unlocked(|| T::Items::burn(creator, item_id(card, edition)))?;
        Self::hand_over(
            HoldReason::Key,
            &record.depositor,
            &record.depositor,
            record.deposit,
        )?;
        Ok(record)
    }
}
