//! Deltas act one after the other, so a seat can be left and taken anew, with another bond, in one call. The
//! dispatch is transactional: whatever fails undoes all.

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
                    Self::unseat(seeder, card, at)?;
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
            seat.coverage = coverage;
            Ok(())
        })
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
