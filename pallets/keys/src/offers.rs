//! Money that waits for a holder who sells. Nothing is revealed against an offer, so its buyer may take it back until
//! somebody accepts it; from then on it is an order, under the same number, and cannot be taken back.

use crate::{
    Config, Error, Event, Frozen, HoldReason, InOrder, KeyChoice, Keys, Offer, Offers, OffersByBuyer,
    OffersByCard, OpenOrderOf, Order, Pallet, Tallies,
};
use frame_support::{
    dispatch::{DispatchResultWithPostInfo, Pays},
    ensure,
    traits::Get,
};
use hashcard_primitives::{
    card::CardId,
    key::{Edition, OrderId, OrderState, Sale, MAX_OFFER_BLOCKS},
    Balance, BlockNumber,
};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_offer(
        buyer: AccountId32,
        card: CardId,
        edition: Option<Edition>,
        price: Balance,
        until: BlockNumber,
        key: KeyChoice,
    ) -> DispatchResult {
        Self::keyed_card(card)?;
        Self::ensure_not_frozen(card)?;
        let claimed = match edition {
            Some(edition) => {
                Keys::<T>::get(card, edition)
                    .ok_or(Error::<T>::UnknownKey)?
                    .claimed
            }
            None => {
                ensure!(Tallies::<T>::get(card).live > 0, Error::<T>::UnknownKey);
                None
            }
        };
        ensure!(price > 0, Error::<T>::PriceIsZero);
        let now = Self::now();
        ensure!(
            (now..=now.saturating_add(MAX_OFFER_BLOCKS)).contains(&until),
            Error::<T>::InvalidUntil
        );
        Self::ensure_no_open_order(&buyer, card)?;

        let (key_index, encryption_key) = Self::use_chosen_key(&buyer, key)?;
        let deposit = T::KeyDeposit::get();
        Self::hold(HoldReason::Order, &buyer, price)?;
        Self::hold(HoldReason::Key, &buyer, deposit)?;
        let id = Self::next_order_id()?;
        let offer = Offer {
            card,
            edition,
            claimed,
            buyer: buyer.clone(),
            price,
            deposit,
            key_index,
            encryption_key,
            until,
        };
        OpenOrderOf::<T>::insert(&buyer, card, id);
        OffersByCard::<T>::insert(card, InOrder::from(id), ());
        OffersByBuyer::<T>::insert(&buyer, InOrder::from(id), ());
        Offers::<T>::insert(id, offer);
        Self::deposit_event(Event::OfferMade {
            offer: id,
            card,
            edition,
            buyer,
            price,
            until,
        });
        Ok(())
    }

    pub(crate) fn do_withdraw_offer(who: AccountId32, id: OrderId) -> DispatchResultWithPostInfo {
        let offer = Offers::<T>::get(id).ok_or(Error::<T>::UnknownOffer)?;
        let over = Self::now() > offer.until || Frozen::<T>::contains_key(offer.card);
        ensure!(over || offer.buyer == who, Error::<T>::OfferStands);
        Self::end_offer(id, offer)?;
        Ok(if over { Pays::No } else { Pays::Yes }.into())
    }

    /// Ends an offer by giving back all that was held for it.
    pub(crate) fn end_offer(id: OrderId, offer: Offer) -> DispatchResult {
        Self::remove_offer(id, &offer);
        OpenOrderOf::<T>::remove(&offer.buyer, offer.card);
        Self::release_key(&offer.buyer, offer.key_index)?;
        Self::hand_over(HoldReason::Key, &offer.buyer, &offer.buyer, offer.deposit)?;
        Self::hand_over(HoldReason::Order, &offer.buyer, &offer.buyer, offer.price)?;
        let Offer {
            card, buyer, price, ..
        } = offer;
        Self::deposit_event(Event::OfferWithdrawn {
            offer: id,
            card,
            buyer,
            price,
        });
        Ok(())
    }

    /// The use of the buyer's encryption key and all that is held on his account pass to the order.
    pub(crate) fn do_accept(seller: AccountId32, id: OrderId, edition: Edition) -> DispatchResult {
        let offer = Offers::<T>::get(id).ok_or(Error::<T>::UnknownOffer)?;
        ensure!(Self::now() <= offer.until, Error::<T>::OfferOver);
        Self::ensure_not_frozen(offer.card)?;
        ensure!(offer.buyer != seller, Error::<T>::BuyerIsSeller);
        let creator = Self::keyed_card(offer.card)?.creator;
        let record = Self::free_key(&creator, &seller, offer.card, edition)?;
        if let Some(wanted) = offer.edition {
            ensure!(wanted == edition, Error::<T>::OtherKeyWanted);
            let as_seen = record.claimed.is_none() || record.claimed == offer.claimed;
            ensure!(as_seen, Error::<T>::KeyChanged);
        }
        Self::end_listing(offer.card, edition)?;

        let penalty = Self::delivery_bond(offer.price);
        Self::hold(HoldReason::Bond, &seller, penalty)?;
        Self::remove_offer(id, &offer);
        let order = Order {
            card: offer.card,
            sale: Sale::Resale { edition },
            buyer: offer.buyer,
            seller,
            price: offer.price,
            deposit: offer.deposit,
            key_index: offer.key_index,
            encryption_key: offer.encryption_key,
            made_at: Self::now(),
            commission: 0,
            claimed_with: None,
            penalty,
            lock: None,
            delivered_by: None,
            state: OrderState::Waiting {
                deadline: Self::deadline_from_now()?,
            },
        };
        Self::open_resale(id, order)
    }

    /// The offer's own rows; [`OpenOrderOf`] stays.
    fn remove_offer(id: OrderId, offer: &Offer) {
        Offers::<T>::remove(id);
        OffersByCard::<T>::remove(offer.card, InOrder::from(id));
        OffersByBuyer::<T>::remove(&offer.buyer, InOrder::from(id));
    }
}
