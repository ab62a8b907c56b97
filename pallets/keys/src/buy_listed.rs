//! The purchase of a key that its holder listed. The order takes over the penalty that the holder staked.

use crate::{Config, Error, Event, HoldReason, KeyChoice, Keys, Order, Pallet};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    card::CardId,
    key::{Edition, OrderId, OrderState, Sale},
    Balance,
};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    /// The creator may buy like anybody: a key of his own card that somebody else holds is not his.
    pub(crate) fn do_buy_listed(
        buyer: AccountId32,
        card: CardId,
        edition: Edition,
        price: Balance,
        sequence: u32,
        key: KeyChoice,
    ) -> DispatchResult {
        Self::keyed_card(card)?;
        Self::ensure_not_frozen(card)?;
        let listing = Self::take_listing(card, edition)?.ok_or(Error::<T>::NotListed)?;
        ensure!(listing.seller != buyer, Error::<T>::BuyerIsSeller);
        ensure!(listing.price == price, Error::<T>::PriceChanged);
        let record = Keys::<T>::get(card, edition).ok_or(Error::<T>::UnknownKey)?;
        ensure!(record.sequence == sequence, Error::<T>::KeyChanged);
        Self::ensure_no_open_order(&buyer, card)?;

        let (key_index, encryption_key) = Self::use_chosen_key(&buyer, key)?;
        let deposit = T::KeyDeposit::get();
        Self::hold(HoldReason::Order, &buyer, price)?;
        Self::hold(HoldReason::Key, &buyer, deposit)?;
        let order = Order {
            card,
            sale: Sale::Resale { edition },
            buyer,
            seller: listing.seller,
            price,
            deposit,
            key_index,
            encryption_key,
            made_at: Self::now(),
            commission: 0,
            claimed_with: None,
            penalty: listing.penalty,
            lock: None,
            delivered_by: None,
            state: OrderState::Waiting {
                deadline: Self::deadline_from_now()?,
            },
        };
        Self::open_resale(Self::next_order_id()?, order)
    }

    /// Stores the order of a resale and tells of it.
    pub(crate) fn open_resale(id: OrderId, order: Order) -> DispatchResult {
        if let OrderState::Waiting { deadline } = order.state {
            Self::deposit_event(Event::OrderPlaced {
                order: id,
                card: order.card,
                sale: order.sale,
                buyer: order.buyer.clone(),
                seller: order.seller.clone(),
                price: order.price,
                key_index: order.key_index,
                claimed_with: None,
                deadline,
            });
        }
        Self::open(id, order)
    }
}
