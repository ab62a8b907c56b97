//! Delivery: the capsule is verified, the item made and the order moved on in one dispatch, or nothing is.

use crate::{deliver::Delivery, Config, Error, Event, Orders, Pallet, Tallies};
use frame_support::ensure;
use hashcard_primitives::{
    key::{OrderId, OrderState},
    roles::CardLookup,
};
use hashcard_proofs::{Capsule, LongProof};
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_fulfil(
        seller: AccountId32,
        id: OrderId,
        capsule: Capsule,
        proof: LongProof,
    ) -> DispatchResult {
        let mut order = Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?;
        ensure!(order.seller == seller, Error::<T>::NotSeller);
        let OrderState::Waiting { deadline } = order.state else {
            return Err(Error::<T>::AlreadyDelivered.into());
        };
        let now = Self::now();
        ensure!(now <= deadline, Error::<T>::DeadlinePassed);
        Self::ensure_not_frozen(order.card)?;
        let card = Self::keyed_card(order.card)?;

        let mut tally = Tallies::<T>::get(order.card);
        tally.waiting = tally.waiting.checked_sub(1).ok_or(ArithmeticError::Underflow)?;
        // A creator may have lowered the editions since the sale: what he promised to the other holders comes
        // first, and this buyer is refunded. A retired card has no terms, and only its waiting orders are left.
        if let Some(terms) = T::Cards::terms(order.card) {
            let most = terms.editions.unwrap_or(u32::MAX);
            ensure!(tally.made < most, Error::<T>::SoldOut);
        }
        Tallies::<T>::insert(order.card, tally);

        let delivery = Delivery {
            card: &card,
            order: id,
            price: order.price,
            to: &order.buyer,
            key_index: order.key_index,
            encryption_key: order.encryption_key,
            depositor: &order.buyer,
            deposit: order.deposit,
        };
        let edition = Self::deliver(delivery, capsule, &proof)?;

        let free = order.price == 0;
        let window = if free { 0 } else { Self::settlement_window() };
        let settles_at = now.checked_add(window).ok_or(ArithmeticError::Overflow)?;
        Self::deposit_event(Event::OrderFulfilled {
            order: id,
            card: order.card,
            edition,
            buyer: order.buyer.clone(),
            settles_at,
        });
        if free {
            Self::pay_seller(id, order)
        } else {
            order.state = OrderState::Delivered { edition, settles_at };
            Orders::<T>::insert(id, order);
            Ok(())
        }
    }
}
