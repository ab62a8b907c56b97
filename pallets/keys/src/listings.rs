//! Keys for sale. A listing is a promise with a stake: who lists and does not deliver pays the buyer for his time.
//!
//! While a key is listed it cannot be rewrapped, given or claimed with, so a buyer who names price and sequence gets
//! the very key that he saw.

use crate::{Config, Error, Event, HoldReason, ItemInOrder, Listing, Listings, ListingsBySeller, Pallet};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{card::CardId, key::Edition, Balance};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_list(
        seller: AccountId32,
        card: CardId,
        edition: Edition,
        price: Balance,
    ) -> DispatchResult {
        let creator = Self::keyed_card(card)?.creator;
        Self::ensure_not_frozen(card)?;
        Self::idle_key(&creator, &seller, card, edition)?;
        ensure!(price > 0, Error::<T>::PriceIsZero);

        let listing = Listing {
            seller: seller.clone(),
            price,
            deposit: T::ListingDeposit::get(),
            penalty: Self::delivery_bond(price),
            listed_at: Self::now(),
        };
        Self::hold(HoldReason::Bond, &seller, listing.deposit)?;
        Self::hold(HoldReason::Bond, &seller, listing.penalty)?;
        Listings::<T>::insert(card, edition, listing);
        ListingsBySeller::<T>::insert(&seller, ItemInOrder::of(card, edition), ());
        Self::deposit_event(Event::KeyListed {
            card,
            edition,
            seller,
            price,
        });
        Ok(())
    }

    /// Works on a frozen card as well: what ends, can always end.
    pub(crate) fn do_unlist(seller: AccountId32, card: CardId, edition: Edition) -> DispatchResult {
        let listing = Listings::<T>::get(card, edition).ok_or(Error::<T>::NotListed)?;
        ensure!(listing.seller == seller, Error::<T>::NotHolder);
        Self::end_listing(card, edition)
    }

    /// Ends a listing, if there is one, and gives the seller all of his bond back.
    pub(crate) fn end_listing(card: CardId, edition: Edition) -> DispatchResult {
        if let Some(listing) = Self::take_listing(card, edition)? {
            Self::hand_over(
                HoldReason::Bond,
                &listing.seller,
                &listing.seller,
                listing.penalty,
            )?;
        }
        Ok(())
    }

    /// Removes a listing, if there is one, and gives its deposit back. The penalty stays held, for the caller.
    pub(crate) fn take_listing(
        card: CardId,
        edition: Edition,
    ) -> Result<Option<Listing>, sp_runtime::DispatchError> {
        let Some(listing) = Listings::<T>::take(card, edition) else {
            return Ok(None);
        };
        ListingsBySeller::<T>::remove(&listing.seller, ItemInOrder::of(card, edition));
        Self::hand_over(
            HoldReason::Bond,
            &listing.seller,
            &listing.seller,
            listing.deposit,
        )?;
        Self::deposit_event(Event::KeyUnlisted {
            card,
            edition,
            seller: listing.seller.clone(),
        });
        Ok(Some(listing))
    }

    /// What is staked on delivering for this price in time; rounded up, so it is never nothing.
    pub(crate) fn delivery_bond(price: Balance) -> Balance {
        T::DeliveryBond::get().mul_ceil(price)
    }
}
