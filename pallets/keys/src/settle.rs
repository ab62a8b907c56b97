//! Payment, after the time in which a holder can prove that the key is false: to all at once, or to nobody.

use crate::{
    division::{divide, Shares},
    Config, Error, Event, Histories, HoldReason, Order, Orders, Pallet, Unclaimed,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    key::{Edition, OrderId, OrderState, PastSale, Sale, PAST_SALES},
    roles::BurntFees,
    Balance,
};
use scale_info::TypeInfo;
use sp_runtime::{AccountId32, DispatchResult};

/// For what somebody else than the seller is paid out of a price.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum Share {
    /// A clerk delivered.
    Commission,
    /// The creator's part of a resale.
    Royalty,
    /// A collaborator's part of the creator's money.
    Collaboration,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_settle(id: OrderId) -> DispatchResult {
        let order = Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?;
        let OrderState::Delivered { edition, settles_at } = order.state else {
            return Err(Error::<T>::NotDelivered.into());
        };
        ensure!(Self::now() >= settles_at, Error::<T>::WindowOpen);
        Self::ensure_not_frozen(order.card)?;
        Self::pay(id, order, edition)
    }

    /// Ends an order whose key is delivered: the price is divided, the key is free. The deposit stays held, for the
    /// key.
    ///
    /// A creator who sells a key that he holds himself sells as in a primary sale: otherwise he could give keys to
    /// himself and resell them past his collaborators.
    pub(crate) fn pay(id: OrderId, order: Order, edition: Edition) -> DispatchResult {
        let card = Self::keyed_card(order.card)?;
        let resale = order.seller != card.creator;
        let shares = Shares {
            network_fee: T::NetworkFee::get(),
            royalty: resale.then_some(card.royalty),
            commission: order.delivered_by.as_ref().map(|_| order.commission),
            collaborators: &card.collaborators,
        };
        let division = divide(order.price, &shares);
        Self::burn(HoldReason::Order, &order.buyer, division.burnt)?;
        if division.burnt > 0 {
            T::Fees::of_sale(order.card, division.burnt);
        }
        if let Some(clerk) = &order.delivered_by {
            Self::pay_share(id, &order, clerk, Share::Commission, division.commission)?;
        }
        for (collaborator, amount) in card.collaborators.iter().zip(division.collaborators) {
            Self::pay_share(id, &order, &collaborator.account, Share::Collaboration, amount)?;
        }
        let paid = if resale {
            Self::pay_share(id, &order, &card.creator, Share::Royalty, division.creator)?;
            division.seller
        } else {
            division.creator
        };
        Self::hand_over(HoldReason::Order, &order.buyer, &order.seller, paid)?;

        Self::set_order_of_key(order.card, edition, None)?;
        Self::record_sale(&order, edition);
        Self::close(id, &order)?;
        let Order {
            card,
            buyer,
            seller,
            price,
            ..
        } = order;
        Self::deposit_event(Event::OrderSettled {
            order: id,
            card,
            edition,
            buyer,
            seller,
            price,
            paid,
            fee: division.burnt,
        });
        Ok(())
    }

    fn pay_share(
        id: OrderId,
        order: &Order,
        account: &AccountId32,
        share: Share,
        amount: Balance,
    ) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        Self::hand_over(HoldReason::Order, &order.buyer, account, amount)?;
        Self::deposit_event(Event::SharePaid {
            order: id,
            account: account.clone(),
            share,
            amount,
        });
        Ok(())
    }

    /// Free keys say nothing about prices, and would push out those that do.
    fn record_sale(order: &Order, edition: Edition) {
        if order.price == 0 {
            return;
        }
        let sale = PastSale {
            block: Self::now(),
            price: order.price,
            edition,
            resale: matches!(order.sale, Sale::Resale { .. }),
        };
        Histories::<T>::mutate(order.card, |history| {
            history.sold = history.sold.saturating_add(1);
            history.volume = history.volume.saturating_add(order.price);
            if history.last.len() >= PAST_SALES as usize {
                history.last.remove(0);
            }
            history.last.force_push(sale);
        });
    }

    pub(crate) fn do_claim_unclaimed(account: AccountId32) -> DispatchResult {
        let amount = Unclaimed::<T>::take(&account).ok_or(Error::<T>::NothingUnclaimed)?;
        Self::pay_unclaimed(&account, amount)?;
        Self::deposit_event(Event::UnclaimedPaid { account, amount });
        Ok(())
    }
}
