//! Money is held before anybody reveals anything, and only for exactly what the buyer saw.

use crate::{
    Config, EncryptionKeys, Error, Event, HoldReason, KeyChoice, NextOrderId, OpenOrderOf, Order, Orders,
    OrdersByBuyer, OrdersBySeller, Pallet, Tallies,
};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    card::CardId,
    key::{KeyIndex, OrderId, OrderState},
    Balance,
};
use hashcard_proofs::EncodedPoint;
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_buy(
        buyer: AccountId32,
        card: CardId,
        price: Balance,
        terms_version: u32,
        key: KeyChoice,
    ) -> DispatchResult {
        let seller = Self::keyed_card(card)?.creator;
        ensure!(seller != buyer, Error::<T>::OwnCard);
        let terms = Self::current_terms(card)?;
        ensure!(terms.listed, Error::<T>::NotListed);
        Self::ensure_not_frozen(card)?;
        ensure!(terms.price == price, Error::<T>::PriceChanged);
        ensure!(terms.version == terms_version, Error::<T>::TermsChanged);
        let mut tally = Tallies::<T>::get(card);
        Self::ensure_edition_left(&terms, &tally)?;
        ensure!(
            !OpenOrderOf::<T>::contains_key(&buyer, card),
            Error::<T>::OrderAlreadyOpen
        );
        tally.waiting = tally.waiting.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        let deadline = Self::now()
            .checked_add(Self::order_deadline())
            .ok_or(ArithmeticError::Overflow)?;

        let (key_index, encryption_key) = Self::chosen_key(&buyer, key)?;
        let deposit = T::KeyDeposit::get();
        Self::hold(HoldReason::Order, &buyer, price)?;
        Self::hold(HoldReason::Key, &buyer, deposit)?;

        let state = OrderState::Waiting { deadline };
        let order = Order {
            card,
            buyer: buyer.clone(),
            seller: seller.clone(),
            price,
            deposit,
            key_index,
            encryption_key,
            state,
        };
        let id = Self::open(order)?;
        Tallies::<T>::insert(card, tally);
        Self::deposit_event(Event::OrderPlaced {
            order: id,
            card,
            buyer,
            seller,
            price,
            key_index,
            deadline,
        });
        Ok(())
    }

    fn chosen_key(buyer: &AccountId32, key: KeyChoice) -> Result<(KeyIndex, EncodedPoint), DispatchError> {
        match key {
            KeyChoice::Registered(index) => {
                let registered =
                    EncryptionKeys::<T>::get(buyer, index).ok_or(Error::<T>::UnknownEncryptionKey)?;
                Ok((index, registered.key))
            }
            KeyChoice::Register(key, proof) => Ok((Self::do_register_key(buyer.clone(), key, proof)?, key)),
        }
    }

    /// Stores an order under its number and in its three indices; [`Pallet::close`] is the reverse.
    fn open(order: Order) -> Result<OrderId, DispatchError> {
        let id = NextOrderId::<T>::get();
        NextOrderId::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
        OpenOrderOf::<T>::insert(&order.buyer, order.card, id);
        OrdersBySeller::<T>::insert(&order.seller, crate::InOrder::from(id), ());
        OrdersByBuyer::<T>::insert(&order.buyer, crate::InOrder::from(id), ());
        Orders::<T>::insert(id, order);
        Ok(id)
    }

    /// Removes an order from where `open` put it. Its money has been dealt with.
    pub(crate) fn close(id: OrderId, order: &Order) {
        OpenOrderOf::<T>::remove(&order.buyer, order.card);
        OrdersBySeller::<T>::remove(&order.seller, crate::InOrder::from(id));
        OrdersByBuyer::<T>::remove(&order.buyer, crate::InOrder::from(id));
        Orders::<T>::remove(id);
    }
}
