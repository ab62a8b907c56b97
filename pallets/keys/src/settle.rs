//! Payment, after the time in which a holder can prove that the key is false.

use crate::{Config, Error, Event, HoldReason, Order, Orders, Pallet, Unclaimed};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::key::{OrderId, OrderState};
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_settle(id: OrderId) -> DispatchResult {
        let order = Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?;
        let OrderState::Delivered { settles_at, .. } = order.state else {
            return Err(Error::<T>::NotDelivered.into());
        };
        ensure!(Self::now() >= settles_at, Error::<T>::WindowOpen);
        Self::ensure_not_frozen(order.card)?;
        Self::pay_seller(id, order)
    }

    /// Ends an order whose key is delivered: fee burnt, rest paid. The deposit stays held, for the key.
    pub(crate) fn pay_seller(id: OrderId, order: Order) -> DispatchResult {
        let fee = T::NetworkFee::get().mul_floor(order.price);
        let paid = order.price.checked_sub(fee).ok_or(ArithmeticError::Underflow)?;
        Self::burn(HoldReason::Order, &order.buyer, fee)?;
        Self::hand_over(HoldReason::Order, &order.buyer, &order.seller, paid)?;
        Self::close(id, &order);
        let Order {
            card, buyer, seller, ..
        } = order;
        Self::deposit_event(Event::OrderSettled {
            order: id,
            card,
            buyer,
            seller,
            paid,
            fee,
        });
        Ok(())
    }

    pub(crate) fn do_claim_unclaimed(account: AccountId32) -> DispatchResult {
        let amount = Unclaimed::<T>::take(&account).ok_or(Error::<T>::NothingUnclaimed)?;
        Self::pay_unclaimed(&account, amount)?;
        Self::deposit_event(Event::UnclaimedPaid { account, amount });
        Ok(())
    }
}
