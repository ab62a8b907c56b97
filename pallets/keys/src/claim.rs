//! A holder of an old version orders the new one at the price for holders. **Each old key claims once, whoever holds
//! it**: the claim is written on the key and travels with it, and only the refund of the order gives it back.

use crate::{buy::Purchase, division::discounted, Config, Error, KeyChoice, Keys, Pallet, Upgrades};
use frame_support::ensure;
use hashcard_primitives::{card::CardId, key::Edition, roles::CardLookup, Balance};
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_claim(
        buyer: AccountId32,
        card: CardId,
        with: Edition,
        price: Balance,
        terms_version: u32,
        key: KeyChoice,
    ) -> DispatchResult {
        let newer = Self::keyed_card(card)?;
        ensure!(newer.creator != buyer, Error::<T>::OwnCard);
        let older = newer.supersedes.ok_or(Error::<T>::SupersedesNothing)?;
        let discount = Upgrades::<T>::get(card).ok_or(Error::<T>::NoUpgrade)?.discount;
        // The keys of a frozen card are worthless, and their holders can destroy them.
        Self::ensure_not_frozen(older)?;
        let mut record = Self::idle_key(&newer.creator, &buyer, older, with)?;
        ensure!(record.claimed.is_none(), Error::<T>::AlreadyClaimed);

        record.claimed = Some(card);
        // It is not the key any more that a buyer may have looked at.
        record.sequence = record.sequence.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        Keys::<T>::insert(older, with, record);
        let purchase = Purchase {
            buyer,
            price,
            terms_version,
            key,
            claimed_with: Some(with),
        };
        Self::order_new_key(newer, purchase, |terms| discounted(terms.price, discount))
    }

    /// Undoes a claim whose order is refunded. A key that was destroyed meanwhile has none to get back.
    pub(crate) fn give_claim_back(newer: CardId, with: Edition) -> DispatchResult {
        let older = T::Cards::card(newer)
            .and_then(|card| card.supersedes)
            .ok_or(Error::<T>::SupersedesNothing)?;
        Keys::<T>::mutate(older, with, |record| {
            if let Some(record) = record {
                record.claimed = None;
            }
        });
        Ok(())
    }
}
