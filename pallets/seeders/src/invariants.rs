//! What must hold between two calls, whatever they were.
//!
//! # Invariants
//! 1. Who has a contact is a seeder and the reverse; who has a seat is a seeder, and is credited with as many
//!    seats as he has, at most `MAX_SEATS_PER_SEEDER`.
//! 2. A ranking is not empty and not above `MAX_SEATS`, is sorted by bond from the highest, names nobody
//!    twice, and each line has a seat with the same bond; there are no other seats.
//! 3. No coverage is empty.
//! 4. No seat was taken after its seeder's last sign of life, nor was that after now. So a seeder who is silent
//!    for a seat's lifetime has no younger seat.
//! 5. No coverage changed before its seat was taken, or after now; no seat was displaced before its coverage last
//!    changed, or after now.
//! 6. What accounts have on hold is the sum of their bonds, and of the deposits of their rows.

use crate::{
    card_of_key, Config, Contacts, Displaced, HoldReason, Pallet, Rankings, Seats, Seeders,
    MAX_SEATS_PER_SEEDER,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::hold::Inspect};
use hashcard_primitives::{seeder::MAX_SEATS, Balance};
use sp_runtime::{AccountId32, TryRuntimeError};

type Checked = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
    /// Errors: a text that says which invariant does not hold.
    pub(crate) fn do_try_state() -> Checked {
        Self::check_seeders()?;
        Self::check_rankings()?;
        Self::check_holds()
    }

    fn check_seeders() -> Checked {
        ensure!(
            Contacts::<T>::iter_keys().all(Seeders::<T>::contains_key),
            "a contact without a seeder"
        );
        let mut seats = BTreeMap::<AccountId32, u32>::new();
        for (seeder, _, seat) in Seats::<T>::iter() {
            ensure!(!seat.coverage.is_empty(), "a seat covers nothing");
            let row = Seeders::<T>::get(&seeder).ok_or("a seat of nobody who is registered")?;
            ensure!(
                seat.joined_at <= row.last_heartbeat && row.last_heartbeat <= Self::now(),
                "a seat was taken after its seeder's last sign of life, or that was after now"
            );
            ensure!(
                seat.joined_at <= seat.covered_at && seat.covered_at <= Self::now(),
                "a coverage changed before its seat was taken, or after now"
            );
            *seats.entry(seeder).or_default() += 1;
        }
        for (_, _, seat) in Displaced::<T>::iter() {
            ensure!(!seat.coverage.is_empty(), "a displaced seat covered nothing");
            ensure!(
                seat.joined_at <= seat.covered_at
                    && seat.covered_at <= seat.displaced_at
                    && seat.displaced_at <= Self::now(),
                "a displaced seat's blocks are out of order"
            );
        }
        for (seeder, row) in Seeders::<T>::iter() {
            ensure!(Contacts::<T>::contains_key(&seeder), "a seeder without a contact");
            ensure!(row.seats <= MAX_SEATS_PER_SEEDER, "a seeder has too many seats");
            ensure!(
                seats.remove(&seeder).unwrap_or(0) == row.seats,
                "a seeder's seats are counted wrongly"
            );
        }
        Ok(())
    }

    fn check_rankings() -> Checked {
        let mut bonds: BTreeMap<_, _> = Seats::<T>::iter()
            .map(|(seeder, key, seat)| ((card_of_key(key), seeder), seat.bond))
            .collect();
        for (card, ranking) in Rankings::<T>::iter() {
            ensure!(!ranking.is_empty(), "an empty ranking is stored");
            ensure!(ranking.len() <= MAX_SEATS as usize, "a card has too many seats");
            ensure!(
                ranking.is_sorted_by(|a, b| a.bond >= b.bond),
                "a ranking is not sorted by bond"
            );
            let names: BTreeSet<_> = ranking.iter().map(|rank| &rank.seeder).collect();
            ensure!(names.len() == ranking.len(), "a ranking names a seeder twice");
            for rank in ranking {
                let bond = bonds.remove(&(card, rank.seeder));
                ensure!(bond == Some(rank.bond), "a line of a ranking and its seat differ");
            }
        }
        ensure!(bonds.is_empty(), "a seat is not in its card's ranking");
        Ok(())
    }

    fn check_holds() -> Checked {
        let mut held = BTreeMap::<AccountId32, (Balance, Balance)>::new();
        for (seeder, contact) in Contacts::<T>::iter() {
            held.entry(seeder).or_default().1 += contact.deposit;
        }
        for (seeder, _, seat) in Seats::<T>::iter() {
            let (bonds, deposits) = held.entry(seeder).or_default();
            *bonds += seat.bond;
            *deposits += seat.deposit;
        }
        for (seeder, _, seat) in Displaced::<T>::iter() {
            held.entry(seeder).or_default().1 += seat.deposit;
        }
        for account in frame_system::Account::<T>::iter_keys() {
            let (bonds, deposits) = held.remove(&account).unwrap_or_default();
            let on_hold = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
            ensure!(
                on_hold(HoldReason::Bond) == bonds,
                "holds are not the sum of an account's bonds"
            );
            ensure!(
                on_hold(HoldReason::Deposit) == deposits,
                "holds are not the sum of an account's deposits"
            );
        }
        ensure!(
            held.is_empty(),
            "an account that does not exist has a bond or deposit"
        );
        Ok(())
    }
}
