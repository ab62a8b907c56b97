//! A seat, its line in the card's ranking, its seeder's count and its holds change together, here and nowhere
//! else.

use crate::{
    card_key, Config, Displaced, DisplacedSeat, Error, Event, HoldReason, Pallet, Rank, Rankings, Seat,
    Seats, Seeders,
};
use codec::MaxEncodedLen;
use frame_support::{
    defensive, ensure,
    traits::{fungible::hold::Mutate, Get},
};
use hashcard_primitives::{coverage::Coverage, seeder::MAX_SEATS, Balance, CardId};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

/// The seat, and the ranking, which may be there for this seat alone.
const ROWS: usize = 2;

impl<T: Config> Pallet<T> {
    /// Gives a seeder a seat on a card, and displaces the lowest bond when the card is full.
    ///
    /// Errors: there is no place for this bond or this seeder, or he cannot pay bond and deposit.
    pub(crate) fn seat(
        seeder: &AccountId32,
        card: CardId,
        at: u8,
        coverage: Coverage,
        price_per_mib: Option<Balance>,
        bond: Balance,
    ) -> DispatchResult {
        ensure!(bond >= T::MinBond::get(), Error::<T>::BondTooLow { at });
        ensure!(
            !Seats::<T>::contains_key(seeder, card_key(card)),
            Error::<T>::AlreadySeated { at }
        );
        let mut row = Seeders::<T>::get(seeder).ok_or(Error::<T>::NotRegistered)?;
        ensure!(
            row.seats < crate::MAX_SEATS_PER_SEEDER,
            Error::<T>::TooManySeats { at }
        );

        let mut ranking = Rankings::<T>::get(card);
        if ranking.len() >= MAX_SEATS as usize {
            let lowest = ranking.pop().ok_or(Error::<T>::CardFull { at })?;
            ensure!(bond > lowest.bond, Error::<T>::CardFull { at });
            Self::displace(&lowest.seeder, card)?;
            Self::deposit_event(Event::Displaced {
                card,
                seeder: lowest.seeder,
                by: seeder.clone(),
            });
        }
        let place = ranking.partition_point(|rank| rank.bond >= bond);
        ranking
            .try_insert(
                place,
                Rank {
                    bond,
                    seeder: seeder.clone(),
                },
            )
            .map_err(|_| {
                defensive!("a full ranking lost its lowest line");
                DispatchError::Corruption
            })?;
        Rankings::<T>::insert(card, ranking);

        let deposit = Self::deposit_for(ROWS, Seat::max_encoded_len() + Rank::max_encoded_len());
        T::Currency::hold(&HoldReason::Bond.into(), seeder, bond)?;
        T::Currency::hold(&HoldReason::Deposit.into(), seeder, deposit)?;
        Seats::<T>::insert(
            seeder,
            card_key(card),
            Seat {
                coverage,
                price_per_mib,
                bond,
                joined_at: Self::now(),
                covered_at: Self::now(),
                deposit,
            },
        );
        row.seats = row.seats.saturating_add(1);
        Seeders::<T>::insert(seeder, row);
        Ok(())
    }

    /// Takes a seat off a card, and returns its bond and deposit.
    ///
    /// Errors: there is no such seat.
    pub(crate) fn unseat(seeder: &AccountId32, card: CardId, at: u8) -> DispatchResult {
        ensure!(
            Seats::<T>::contains_key(seeder, card_key(card)),
            Error::<T>::NotSeated { at }
        );
        Rankings::<T>::mutate_exists(card, |ranking| {
            if let Some(lines) = ranking {
                lines.retain(|rank| rank.seeder != *seeder);
                if lines.is_empty() {
                    *ranking = None;
                }
            }
        });
        let seat = Self::vacate(seeder, card)?;
        Self::release(HoldReason::Deposit, seeder, seat.deposit)
    }

    /// Takes a seat away for a higher bond. If it was live it is remembered, at the cost of a part of its deposit, in
    /// place of one that was remembered before.
    fn displace(seeder: &AccountId32, card: CardId) -> DispatchResult {
        let live = Self::expires_at(seeder).is_some_and(|expires_at| Self::now() <= expires_at);
        let seat = Self::vacate(seeder, card)?;
        if !live {
            return Self::release(HoldReason::Deposit, seeder, seat.deposit);
        }
        let deposit = Self::deposit_for(1, DisplacedSeat::max_encoded_len()).min(seat.deposit);
        let row = DisplacedSeat {
            coverage: seat.coverage,
            bond: seat.bond,
            joined_at: seat.joined_at,
            covered_at: seat.covered_at,
            displaced_at: Self::now(),
            deposit,
        };
        let before = Displaced::<T>::mutate(seeder, card_key(card), |place| place.replace(row));
        let freed = seat
            .deposit
            .saturating_sub(deposit)
            .saturating_add(before.map_or(0, |before| before.deposit));
        Self::release(HoldReason::Deposit, seeder, freed)
    }

    /// All but the line in the ranking and the deposit.
    fn vacate(seeder: &AccountId32, card: CardId) -> Result<Seat, DispatchError> {
        let Some(seat) = Seats::<T>::take(seeder, card_key(card)) else {
            defensive!("every line of a ranking has a seat");
            return Err(DispatchError::Corruption);
        };
        Seeders::<T>::mutate(seeder, |row| match row {
            Some(row) => row.seats = row.seats.saturating_sub(1),
            None => {
                defensive!("who has a seat is registered");
            }
        });
        Self::release(HoldReason::Bond, seeder, seat.bond)?;
        Ok(seat)
    }
}
