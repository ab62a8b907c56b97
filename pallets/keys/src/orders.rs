//! Where orders stand: their row, their indices, and the key that each engages. **A key's record names an order
//! exactly when that order is about it**, so one look at the record says whether the key is free.

use crate::{
    Config, Error, InOrder, KeyRecord, Keys, NextOrderId, OpenOrderOf, Order, Orders, OrdersByBuyer,
    OrdersByCard, OrdersBySeller, Pallet,
};
use frame_support::ensure;
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition, OrderId, OrderState, Sale},
    roles::KeyItems,
    BlockNumber,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// A new number, for an order or an offer.
    pub(crate) fn next_order_id() -> Result<OrderId, DispatchError> {
        let id = NextOrderId::<T>::get();
        NextOrderId::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
        Ok(id)
    }

    /// The last block in which an order that is made now can be delivered.
    pub(crate) fn deadline_from_now() -> Result<BlockNumber, ArithmeticError> {
        Self::now()
            .checked_add(Self::order_deadline())
            .ok_or(ArithmeticError::Overflow)
    }

    pub(crate) fn ensure_no_open_order(buyer: &AccountId32, card: CardId) -> Result<(), Error<T>> {
        ensure!(
            !OpenOrderOf::<T>::contains_key(buyer, card),
            Error::<T>::OrderAlreadyOpen
        );
        Ok(())
    }

    /// Stores an order that waits, under its number and in its indices, and engages the key that it resells.
    /// [`Pallet::close`] is the reverse. The caller has counted the use of the buyer's encryption key.
    pub(crate) fn open(id: OrderId, order: Order) -> DispatchResult {
        match order.sale {
            Sale::Primary => OrdersByCard::<T>::insert(order.card, InOrder::from(id), ()),
            Sale::Resale { edition } => Self::set_order_of_key(order.card, edition, Some(id))?,
        }
        OpenOrderOf::<T>::insert(&order.buyer, order.card, id);
        OrdersBySeller::<T>::insert(&order.seller, InOrder::from(id), ());
        OrdersByBuyer::<T>::insert(&order.buyer, InOrder::from(id), ());
        Orders::<T>::insert(id, order);
        Ok(())
    }

    /// Removes an order from where [`Pallet::open`] put it. Its money has been dealt with, and so has the key that it
    /// engaged.
    pub(crate) fn close(id: OrderId, order: &Order) -> DispatchResult {
        OpenOrderOf::<T>::remove(&order.buyer, order.card);
        OrdersBySeller::<T>::remove(&order.seller, InOrder::from(id));
        OrdersByBuyer::<T>::remove(&order.buyer, InOrder::from(id));
        OrdersByCard::<T>::remove(order.card, InOrder::from(id));
        Orders::<T>::remove(id);
        Self::release_key(&order.buyer, order.key_index)
    }

    /// Engages a key, or sets it free.
    pub(crate) fn set_order_of_key(card: CardId, edition: Edition, order: Option<OrderId>) -> DispatchResult {
        Keys::<T>::try_mutate(card, edition, |record| {
            record.as_mut().ok_or(Error::<T>::UnknownKey)?.order = order;
            Ok(())
        })
    }

    /// An order that may still be delivered now, and the last block in which it may.
    pub(crate) fn deliverable(id: OrderId) -> Result<(Order, BlockNumber), DispatchError> {
        let order = Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?;
        let OrderState::Waiting { deadline } = order.state else {
            return Err(Error::<T>::AlreadyDelivered.into());
        };
        ensure!(Self::now() <= deadline, Error::<T>::DeadlinePassed);
        Self::ensure_not_frozen(order.card)?;
        Ok((order, deadline))
    }

    /// The record of a key that an account holds and that no order is about.
    pub(crate) fn free_key(
        creator: &AccountId32,
        holder: &AccountId32,
        card: CardId,
        edition: Edition,
    ) -> Result<KeyRecord, Error<T>> {
        let record = Keys::<T>::get(card, edition).ok_or(Error::<T>::UnknownKey)?;
        let owner = T::Items::owner(creator, item_id(card, edition));
        ensure!(owner.as_ref() == Some(holder), Error::<T>::NotHolder);
        ensure!(record.order.is_none(), Error::<T>::KeyEngaged);
        Ok(record)
    }

    /// Likewise, and the key is not listed either: its holder may do with it what he likes.
    pub(crate) fn idle_key(
        creator: &AccountId32,
        holder: &AccountId32,
        card: CardId,
        edition: Edition,
    ) -> Result<KeyRecord, Error<T>> {
        let record = Self::free_key(creator, holder, card, edition)?;
        ensure!(
            !crate::Listings::<T>::contains_key(card, edition),
            Error::<T>::KeyListed
        );
        Ok(record)
    }
}
