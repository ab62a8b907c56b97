//! The role that other pallets know this one by.

use crate::{card_key, Config, Displaced, Pallet, Seats};
use hashcard_primitives::{
    roles::{SeatLookup, SeatStanding},
    BlockNumber, CardId,
};
use sp_runtime::AccountId32;

impl<T: Config> SeatLookup for Pallet<T> {
    fn seat(card: CardId, seeder: &AccountId32) -> Option<SeatStanding> {
        let seat = Seats::<T>::get(seeder, card_key(card))?;
        let live = Self::expires_at(seeder).is_some_and(|expires_at| Self::now() <= expires_at);
        live.then_some(SeatStanding {
            coverage: seat.coverage,
            bond: seat.bond,
            joined_at: seat.joined_at,
            covered_at: seat.covered_at,
        })
    }

    fn displaced(card: CardId, seeder: &AccountId32) -> Option<(SeatStanding, BlockNumber)> {
        let seat = Displaced::<T>::get(seeder, card_key(card))?;
        let standing = SeatStanding {
            coverage: seat.coverage,
            bond: seat.bond,
            joined_at: seat.joined_at,
            covered_at: seat.covered_at,
        };
        Some((standing, seat.displaced_at))
    }

    /// Without its line in the ranking and its holds, which nobody looks up by this role.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_seat(card: CardId, seeder: &AccountId32, standing: SeatStanding) {
        use crate::{Seat, Seeder, Seeders};
        Seeders::<T>::insert(
            seeder,
            Seeder {
                last_heartbeat: Self::now(),
                seats: 1,
            },
        );
        let seat = Seat {
            coverage: standing.coverage,
            price_per_mib: Some(1),
            bond: standing.bond,
            joined_at: standing.joined_at,
            covered_at: standing.covered_at,
            deposit: 0,
        };
        Seats::<T>::insert(seeder, card_key(card), seat);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_displaced(card: CardId, seeder: &AccountId32, standing: SeatStanding, at: BlockNumber) {
        let seat = crate::DisplacedSeat {
            coverage: standing.coverage,
            bond: standing.bond,
            joined_at: standing.joined_at,
            covered_at: standing.covered_at,
            displaced_at: at,
            deposit: 0,
        };
        Displaced::<T>::insert(seeder, card_key(card), seat);
    }
}
