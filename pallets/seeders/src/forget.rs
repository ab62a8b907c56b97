//! What is remembered of a displaced seat goes when it is of no more use to its seeder.

use crate::{card_key, ClearedCards, Config, Displaced, Error, Event, HoldReason, Pallet};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::Balance;
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_forget(who: &AccountId32, seeder: AccountId32, cards: ClearedCards) -> DispatchResult {
        ensure!(!cards.is_empty(), Error::<T>::NoCards);
        let mut freed: Balance = 0;
        for (at, card) in (0..=u8::MAX).zip(&cards) {
            let seat =
                Displaced::<T>::take(&seeder, card_key(*card)).ok_or(Error::<T>::NotRemembered { at })?;
            let provable_until = seat.displaced_at.saturating_add(T::RememberedFor::get());
            ensure!(
                *who == seeder || Self::now() > provable_until,
                Error::<T>::StillProvable { at }
            );
            freed = freed.saturating_add(seat.deposit);
        }
        Self::release(HoldReason::Deposit, &seeder, freed)?;
        Self::deposit_event(Event::Forgotten { seeder, cards });
        Ok(())
    }
}
