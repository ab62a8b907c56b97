//! When an era ends. **A block without room for proofs does not count towards it**, so that nobody shortens the time in which
//! others prove by filling blocks. Every block counts towards the pot.

use crate::{
    arithmetic::{had_room, is_over},
    Config, EndedEra, EraBlocks, Eras, Event, Pallet, Running, RunningEra, TheEmission, MIN_ERA_BLOCKS,
};
use codec::Encode;
use frame_support::{
    dispatch::DispatchClass,
    traits::{Get, Randomness},
};
use hashcard_primitives::{reward::HORIZON, BlockNumber};
use sp_runtime::SaturatedConversion;

/// What the randomness is asked for, with the era's number.
const SUBJECT: &[u8] = b"hashcard/rewards/era";

impl<T: Config> Pallet<T> {
    /// Counts the block that ends; to be called once, after its transactions.
    pub(crate) fn count_block() {
        let mut era = Running::<T>::get();
        era.pot = era.pot.saturating_add(TheEmission::<T>::get().seeders_per_block);
        if Self::block_had_room() {
            era.with_room = era.with_room.saturating_add(1);
        }
        let blocks = Self::now().saturating_add(1).saturating_sub(era.started_at);
        if is_over(Self::era_blocks(), blocks, era.with_room) {
            era = Self::end_era(era);
        }
        Running::<T>::put(era);
    }

    /// Keeps what claims of an era need, forgets the era whose credits expire, and answers the next one.
    fn end_era(era: RunningEra) -> RunningEra {
        let (ended_at, era_index) = (Self::now(), era.index);
        let (seed, known_since) = T::Randomness::random(&(SUBJECT, era_index).encode());
        let epoch = T::EpochBlocks::get();
        // Two epochs before this block, and one before the seed became known: both before any of it was gathered.
        let settled_by = ended_at
            .saturating_sub(epoch.saturating_mul(2))
            .min(known_since.saturated_into::<BlockNumber>().saturating_sub(epoch));
        let ended = EndedEra {
            started_at: era.started_at,
            ended_at,
            pot: era.pot,
            delivery_credit: era.delivery_credit,
            sale_credit: era.sale_credit,
            granted: 0,
            seed: seed.into(),
            settled_by,
        };
        Eras::<T>::insert(era_index, ended);
        if let Some(expired) = era_index.checked_sub(HORIZON) {
            Eras::<T>::remove(expired);
        }
        Self::deposit_event(Event::EraEnded {
            era: era_index,
            pot: era.pot,
            delivery_credit: era.delivery_credit,
            sale_credit: era.sale_credit,
        });
        RunningEra {
            index: era_index.saturating_add(1),
            started_at: ended_at.saturating_add(1),
            ..Default::default()
        }
    }

    /// By each measure that can keep an ordinary transaction out.
    fn block_had_room() -> bool {
        let weights = T::BlockWeights::get();
        let limit = weights
            .get(DispatchClass::Normal)
            .max_total
            .unwrap_or(weights.max_block);
        let consumed = frame_system::Pallet::<T>::block_weight();
        let used = consumed.get(DispatchClass::Normal);
        let lengths = T::BlockLength::get();
        let length_limit = *lengths.max.get(DispatchClass::Normal);
        had_room(used.ref_time(), limit.ref_time())
            && had_room(used.proof_size(), limit.proof_size())
            && had_room(
                frame_system::Pallet::<T>::block_size().into(),
                length_limit.into(),
            )
    }

    /// Blocks with room that make an era; never fewer than [`MIN_ERA_BLOCKS`].
    pub fn era_blocks() -> BlockNumber {
        EraBlocks::<T>::get().max(MIN_ERA_BLOCKS)
    }

    /// Blocks after its displacement in which a seat may be proven: to the end of the era after the one in which it was
    /// displaced, if both are as long as can be.
    pub fn provable_for() -> BlockNumber {
        Self::era_blocks()
            .saturating_mul(crate::arithmetic::LONGEST_ERA)
            .saturating_mul(2)
    }

    /// The block that is being made.
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}
