//! Money is held before anybody reveals anything, and only for exactly what the buyer saw.

use crate::{
    card::KeyedCard, Config, Error, Event, HoldReason, KeyChoice, Order, Pallet, Tallies, TermsOfClerks,
};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    card::{CardId, Terms},
    key::{Edition, OrderState, Sale},
    Balance,
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult};

/// A purchase of a new key, as its buyer described it.
pub(crate) struct Purchase {
    pub(crate) buyer: AccountId32,
    pub(crate) price: Balance,
    pub(crate) terms_version: u32,
    pub(crate) key: KeyChoice,
    /// The key of the superseded card that he claims with.
    pub(crate) claimed_with: Option<Edition>,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_buy(
        buyer: AccountId32,
        card: CardId,
        price: Balance,
        terms_version: u32,
        key: KeyChoice,
    ) -> DispatchResult {
        let card = Self::keyed_card(card)?;
        ensure!(card.creator != buyer, Error::<T>::OwnCard);
        let purchase = Purchase {
            buyer,
            price,
            terms_version,
            key,
            claimed_with: None,
        };
        Self::order_new_key(card, purchase, |terms| terms.price)
    }

    /// Holds the money for a new key, if what it costs is what the buyer named.
    pub(crate) fn order_new_key(
        card: KeyedCard,
        purchase: Purchase,
        cost: impl FnOnce(&Terms) -> Balance,
    ) -> DispatchResult {
        let Purchase {
            buyer,
            price,
            terms_version,
            key,
            claimed_with,
        } = purchase;
        let terms = Self::current_terms(card.id)?;
        ensure!(terms.listed, Error::<T>::NotListed);
        Self::ensure_not_frozen(card.id)?;
        ensure!(cost(&terms) == price, Error::<T>::PriceChanged);
        ensure!(terms.version == terms_version, Error::<T>::TermsChanged);
        let mut tally = Tallies::<T>::get(card.id);
        Self::ensure_edition_left(&terms, &tally)?;
        Self::ensure_no_open_order(&buyer, card.id)?;
        tally.waiting = tally.waiting.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        let deadline = Self::deadline_from_now()?;

        let (key_index, encryption_key) = Self::use_chosen_key(&buyer, key)?;
        let deposit = T::KeyDeposit::get();
        Self::hold(HoldReason::Order, &buyer, price)?;
        Self::hold(HoldReason::Key, &buyer, deposit)?;

        let commission = TermsOfClerks::<T>::get(card.id).map_or(0, |terms| terms.commission);
        let order = Order {
            card: card.id,
            sale: Sale::Primary,
            buyer: buyer.clone(),
            seller: card.creator.clone(),
            price,
            deposit,
            key_index,
            encryption_key,
            made_at: Self::now(),
            commission,
            claimed_with,
            penalty: 0,
            lock: None,
            delivered_by: None,
            state: OrderState::Waiting { deadline },
        };
        let id = Self::next_order_id()?;
        Self::open(id, order)?;
        Tallies::<T>::insert(card.id, tally);
        Self::deposit_event(Event::OrderPlaced {
            order: id,
            card: card.id,
            sale: Sale::Primary,
            buyer,
            seller: card.creator,
            price,
            key_index,
            claimed_with,
            deadline,
        });
        Ok(())
    }
}
