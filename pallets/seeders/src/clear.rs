//! Silence costs a seeder his seats and nothing else.

use crate::{ClearedCards, Config, Error, Event, Pallet};
use frame_support::ensure;
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_clear(seeder: AccountId32, cards: ClearedCards) -> DispatchResult {
        ensure!(!cards.is_empty(), Error::<T>::NoCards);
        let expires_at = Self::expires_at(&seeder).ok_or(Error::<T>::NotRegistered)?;
        ensure!(Self::now() > expires_at, Error::<T>::StillLive);
        for (at, card) in (0..=u8::MAX).zip(&cards) {
            Self::unseat(&seeder, *card, at)?;
        }
        Self::deposit_event(Event::Cleared { seeder, cards });
        Ok(())
    }
}
