//! One number renews all seats; one comparison says whether they live.

use crate::{Config, Error, Event, Pallet, SeatLifetime, Seeders, MIN_SEAT_LIFETIME_BLOCKS};
use hashcard_primitives::BlockNumber;
use sp_runtime::{AccountId32, DispatchResult, SaturatedConversion};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_heartbeat(seeder: AccountId32) -> DispatchResult {
        Self::renew(&seeder)?;
        let expires_at = Self::expires_at(&seeder).ok_or(Error::<T>::NotRegistered)?;
        Self::deposit_event(Event::Heartbeat { seeder, expires_at });
        Ok(())
    }

    /// Blocks that seats live after a heartbeat; never fewer than [`MIN_SEAT_LIFETIME_BLOCKS`].
    pub fn seat_lifetime() -> BlockNumber {
        SeatLifetime::<T>::get().max(MIN_SEAT_LIFETIME_BLOCKS)
    }

    /// Last block in which a seeder's seats count; `None` for who is not registered.
    pub fn expires_at(seeder: &AccountId32) -> Option<BlockNumber> {
        let row = Seeders::<T>::get(seeder)?;
        Some(row.last_heartbeat.saturating_add(Self::seat_lifetime()))
    }

    /// The block that is being made.
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}
