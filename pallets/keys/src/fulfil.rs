//! Delivery: the capsule is verified, the item made or moved and the order moved on in one dispatch, or nothing is.

use crate::{
    card::{KeyedCard, Occasion},
    deliver::NewKey,
    resell::Rekeying,
    Config, Error, Event, HoldReason, InOrder, Keys, Order, Orders, OrdersByCard, Pallet,
};
use frame_support::ensure;
use hashcard_primitives::key::{ClerkSource, Edition, OrderId, OrderState, Sale};
use hashcard_proofs::{verify_mint, verify_transfer, Capsule, LongProof, TransferUse};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_fulfil(
        seller: AccountId32,
        id: OrderId,
        capsule: Capsule,
        proof: LongProof,
    ) -> DispatchResult {
        let order = Orders::<T>::get(id).ok_or(Error::<T>::UnknownOrder)?;
        ensure!(order.seller == seller, Error::<T>::NotSeller);
        let (order, _) = Self::deliverable(id)?;
        Self::ensure_as_committed(id, &order, &seller, &capsule, &proof)?;
        let card = Self::keyed_card(order.card)?;
        let edition = match order.sale {
            Sale::Primary => {
                let genesis = Self::genesis();
                let occasion = Occasion {
                    edition: 0,
                    order: id,
                    price: order.price,
                    sequence: 0,
                    from: &seller,
                    from_key_index: 0,
                    to: &order.buyer,
                    to_key_index: order.key_index,
                };
                let context = card.context(&genesis, &occasion);
                verify_mint(&context, &order.encryption_key, &capsule, &proof).map_err(Error::<T>::from)?;
                Self::make_ordered_key(&card, id, &order, capsule)?
            }
            Sale::Resale { edition } => {
                Self::resell(&card, id, &order, edition, capsule, &proof)?;
                edition
            }
        };
        Self::deliver(id, order, edition, None)
    }

    pub(crate) fn do_fulfil_for(
        clerk: AccountId32,
        id: OrderId,
        source: ClerkSource,
        capsule: Capsule,
        proof: LongProof,
    ) -> DispatchResult {
        let (order, _) = Self::deliverable(id)?;
        let from = Self::clerk_source(id, &order, &clerk, source)?;
        Self::ensure_as_committed(id, &order, &clerk, &capsule, &proof)?;
        let card = Self::keyed_card(order.card)?;
        let genesis = Self::genesis();
        let occasion = Occasion {
            edition: from.edition,
            order: id,
            price: order.price,
            sequence: from.sequence,
            from: &clerk,
            from_key_index: from.key_index,
            to: &order.buyer,
            to_key_index: order.key_index,
        };
        verify_transfer(
            TransferUse::Fulfil,
            &card.context(&genesis, &occasion),
            &from.encryption_key,
            &order.encryption_key,
            &from.capsule,
            &capsule,
            &proof,
        )
        .map_err(Error::<T>::from)?;
        let edition = Self::make_ordered_key(&card, id, &order, capsule)?;
        Self::deliver(id, order, edition, Some(clerk))
    }

    /// Makes the key of a primary order, if the editions still allow it. The capsule is verified.
    fn make_ordered_key(
        card: &KeyedCard,
        id: OrderId,
        order: &Order,
        capsule: Capsule,
    ) -> Result<Edition, DispatchError> {
        let tally = Self::stop_waiting(order)?;
        Self::ensure_deliverable(card.id, &tally)?;
        OrdersByCard::<T>::remove(card.id, InOrder::from(id));
        let key = NewKey {
            card: card.id,
            creator: &card.creator,
            to: &order.buyer,
            key_index: order.key_index,
            encryption_key: order.encryption_key,
            depositor: &order.buyer,
            deposit: order.deposit,
        };
        let edition = Self::make_key(key, capsule)?;
        Self::set_order_of_key(card.id, edition, Some(id))?;
        Ok(edition)
    }

    /// Moves the key of a resale to its buyer, whose deposit replaces the old one.
    fn resell(
        card: &KeyedCard,
        id: OrderId,
        order: &Order,
        edition: Edition,
        capsule: Capsule,
        proof: &LongProof,
    ) -> DispatchResult {
        let record = Keys::<T>::get(card.id, edition).ok_or(Error::<T>::UnknownKey)?;
        let rekeying = Rekeying {
            transfer_use: TransferUse::Transfer,
            edition,
            order: id,
            price: order.price,
            from: &order.seller,
            to: &order.buyer,
            key_index: order.key_index,
            encryption_key: order.encryption_key,
        };
        let new_deposit = Some((&order.buyer, order.deposit));
        Self::hand_key_over(card, record, &rekeying, capsule, proof, new_deposit)
    }

    /// Moves an order on whose key is at its buyer's: stakes go back, and the money waits for its settlement.
    fn deliver(
        id: OrderId,
        mut order: Order,
        edition: Edition,
        clerk: Option<AccountId32>,
    ) -> DispatchResult {
        Self::hand_over(HoldReason::Bond, &order.seller, &order.seller, order.penalty)?;
        order.penalty = 0;
        if let Some(lock) = order.lock.take() {
            Self::release_lock(lock)?;
        }
        let free = order.price == 0;
        let window = if free { 0 } else { Self::settlement_window() };
        let settles_at = Self::now().checked_add(window).ok_or(ArithmeticError::Overflow)?;
        order.state = OrderState::Delivered { edition, settles_at };
        order.delivered_by = clerk;
        Self::deposit_event(Event::OrderFulfilled {
            order: id,
            card: order.card,
            edition,
            buyer: order.buyer.clone(),
            clerk: order.delivered_by.clone(),
            settles_at,
        });
        if free {
            return Self::pay(id, order, edition);
        }
        Orders::<T>::insert(id, order);
        Ok(())
    }
}
