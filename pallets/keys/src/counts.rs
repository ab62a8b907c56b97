//! Numbers that are kept beside the rows that they count. `invariants.rs` counts again.

use crate::{Config, Holdings, Order, Pallet, Tallies, Tally};
use hashcard_primitives::card::CardId;
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Counts one less. A card of which nothing was ever made keeps no row.
    pub(crate) fn tally_down(
        card: CardId,
        count: fn(&mut Tally) -> &mut u32,
    ) -> Result<Tally, DispatchError> {
        Tallies::<T>::try_mutate_exists(card, |row| {
            let mut tally = row.unwrap_or_default();
            let count = count(&mut tally);
            *count = count.checked_sub(1).ok_or(ArithmeticError::Underflow)?;
            *row = (tally != Tally::default()).then_some(tally);
            Ok(tally)
        })
    }

    /// One primary order less that waits, locked or not.
    pub(crate) fn stop_waiting(order: &Order) -> Result<Tally, DispatchError> {
        if order.lock.is_some() {
            Self::tally_down(order.card, |tally| &mut tally.locked)?;
        }
        Self::tally_down(order.card, |tally| &mut tally.waiting)
    }

    /// One more key of a card for an account.
    pub(crate) fn holding_up(holder: &AccountId32, card: CardId) -> DispatchResult {
        Holdings::<T>::try_mutate(holder, card, |held| {
            *held = held.checked_add(1).ok_or(ArithmeticError::Overflow)?;
            Ok(())
        })
    }

    /// One less. Who has none keeps no row.
    pub(crate) fn holding_down(holder: &AccountId32, card: CardId) -> DispatchResult {
        Holdings::<T>::try_mutate_exists(holder, card, |held| {
            let rest = held
                .unwrap_or_default()
                .checked_sub(1)
                .ok_or(ArithmeticError::Underflow)?;
            *held = (rest > 0).then_some(rest);
            Ok(())
        })
    }
}
