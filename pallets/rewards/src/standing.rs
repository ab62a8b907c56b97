//! What a seat gives a right to. **It stands as it stood before anybody knew anything of the challenge**: a seat or a coverage
//! that is younger gives no right to the era.

use crate::{
    arithmetic::{blocks_stood, weight},
    Config, EndedEra, Pallet,
};
use frame_support::traits::Get;
use hashcard_primitives::{
    coverage::Coverage,
    roles::{SeatLookup, SeatStanding},
    Balance, BlockNumber, CardId,
};
use sp_runtime::AccountId32;

/// A right to prove.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Right {
    pub coverage: Coverage,
    pub weight: Balance,
}

/// Why there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoRight {
    /// There is no seat, and none that was displaced in or after the era.
    NotSeated,
    /// The seat or its coverage is too young.
    TooYoung,
}

impl<T: Config> Pallet<T> {
    /// The better of two: a live seat, and one that a higher bond took in or after the era. The second counts for the blocks
    /// that it stood, so who displaces others as an era ends gains nothing by it.
    pub(crate) fn right(
        card: CardId,
        seeder: &AccountId32,
        blob_len: u64,
        era: &EndedEra,
    ) -> Result<Right, NoRight> {
        let live = T::Seats::seat(card, seeder).map(|standing| (standing, None));
        let displaced = T::Seats::displaced(card, seeder)
            .filter(|(_, at)| *at > era.started_at)
            .map(|(standing, at)| (standing, Some(at)));
        let seats = [live, displaced];
        if seats.iter().all(Option::is_none) {
            return Err(NoRight::NotSeated);
        }
        seats
            .into_iter()
            .flatten()
            .filter_map(|(standing, displaced_at)| Self::right_of(standing, displaced_at, blob_len, era))
            .reduce(|one, other| if other.weight > one.weight { other } else { one })
            .ok_or(NoRight::TooYoung)
    }

    fn right_of(
        standing: SeatStanding,
        displaced_at: Option<BlockNumber>,
        blob_len: u64,
        era: &EndedEra,
    ) -> Option<Right> {
        if standing.joined_at.max(standing.covered_at) > era.settled_by {
            return None;
        }
        let stood = blocks_stood(era.started_at, era.ended_at, standing.joined_at, displaced_at);
        let weight = weight(
            standing.bond,
            T::BondCap::get(),
            standing.coverage,
            blob_len,
            stood,
            era.blocks(),
        );
        (weight > 0).then_some(Right {
            coverage: standing.coverage,
            weight,
        })
    }
}
