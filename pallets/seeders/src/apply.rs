//! Deltas act one after the other, so a seat that is old enough to be left can be left and taken anew, with
//! another bond, in one call; the new one is young again. The dispatch is transactional: whatever fails undoes
//! all.

use crate::{card_key, Config, Error, Event, Pallet, Seats, Seeders};
use frame_support::ensure;
use hashcard_primitives::{
    coverage::Coverage,
    roles::CardLookup,
    seeder::{Delta, Deltas},
    CardId,
};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_apply(seeder: &AccountId32, deltas: Deltas) -> DispatchResult {
        ensure!(!deltas.is_empty(), Error::<T>::NoDeltas);
        Self::renew(seeder)?;
        for (at, delta) in (0..=u8::MAX).zip(deltas) {
            match delta {
                Delta::Join {
                    card,
                    coverage,
                    price_per_mib,
                    bond,
                } => {
                    Self::ensure_covers(card, coverage, at)?;
                    Self::seat(seeder, card, at, coverage, price_per_mib, bond)?;
                    let seeder = seeder.clone();
                    Self::deposit_event(Event::Joined {
                        card,
                        seeder,
                        coverage,
                        price_per_mib,
                        bond,
                    });
                }
                Delta::Cover { card, coverage } => {
                    Self::cover(seeder, card, coverage, at)?;
                    Self::deposit_event(Event::Covered {
                        card,
                        seeder: seeder.clone(),
                        coverage,
                    });
                }
                Delta::Leave { card } => {
                    Self::leave(seeder, card, at)?;
                    Self::deposit_event(Event::Left {
                        card,
                        seeder: seeder.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    fn cover(seeder: &AccountId32, card: CardId, coverage: Coverage, at: u8) -> DispatchResult {
        Seats::<T>::try_mutate(seeder, card_key(card), |seat| {
            let seat = seat.as_mut().ok_or(Error::<T>::NotSeated { at })?;
            Self::ensure_covers(card, coverage, at)?;
            if seat.coverage != coverage {
                seat.coverage = coverage;
                seat.covered_at = Self::now();
            }
            Ok(())
        })
    }

    /// Terms are asked for however old the seat is, so that no leave costs more than a measured one.
    ///
    /// Errors: there is no such seat, or it is too young and its card not retired.
    fn leave(seeder: &AccountId32, card: CardId, at: u8) -> DispatchResult {
        let seat = Seats::<T>::get(seeder, card_key(card)).ok_or(Error::<T>::NotSeated { at })?;
        let old_at = seat.joined_at.saturating_add(Self::seat_lifetime());
        ensure!(
            T::Cards::terms(card).is_none() || Self::now() >= old_at,
            Error::<T>::SeatTooYoung { at }
        );
        Self::unseat(seeder, card, at)
    }

    /// Errors: nothing of this card can be seeded, or this coverage says nothing or too much.
    fn ensure_covers(card: CardId, coverage: Coverage, at: u8) -> DispatchResult {
        let row = T::Cards::card(card).ok_or(Error::<T>::UnknownCard { at })?;
        let blob = row.blob.ok_or(Error::<T>::NotSeedable { at })?;
        ensure!(T::Cards::terms(card).is_some(), Error::<T>::NotSeedable { at });
        ensure!(!coverage.is_empty(), Error::<T>::EmptyCoverage { at });
        ensure!(coverage.fits(blob.len), Error::<T>::CoverageDoesNotFit { at });
        Ok(())
    }

    /// Counts this block as a sign of life.
    pub(crate) fn renew(seeder: &AccountId32) -> Result<(), DispatchError> {
        Seeders::<T>::try_mutate(seeder, |row| {
            row.as_mut().ok_or(Error::<T>::NotRegistered)?.last_heartbeat = Self::now();
            Ok(())
        })
    }
}
