//! Eras pass. As in pallet-rewards, whose hook does this for each block.

use super::World;
use crate::{
    assumptions::EPOCH_BLOCKS,
    parameters::{EMISSION, ERA_BLOCKS},
    Balance, BlockNumber,
};
use hashcard_primitives::reward::{EraIndex, HORIZON};
use pallet_rewards::{arithmetic::is_over, EndedEra, RunningEra};
use rand_chacha::rand_core::RngCore;

impl World {
    /// The running era.
    pub fn era(&self) -> EraIndex {
        self.running.index
    }

    /// An era that is over and not forgotten.
    pub fn ended(&self, era: EraIndex) -> &EndedEra {
        &self.ended[&era]
    }

    /// The most that an era's seeders are minted.
    pub fn pot_of_an_era() -> Balance {
        EMISSION.seeders_per_block * Balance::from(ERA_BLOCKS)
    }

    /// Blocks pass, all of them with room, within the running era or to its end.
    pub fn pass(&mut self, blocks: BlockNumber) {
        if blocks == 0 {
            return;
        }
        let count = Balance::from(blocks);
        self.books
            .mint(self.authors, self.emission.author_per_block * count);
        self.books
            .mint(self.treasury, self.emission.treasury_per_block * count);
        self.running.pot += self.emission.seeders_per_block * count;
        self.running.with_room += blocks;
        self.now += blocks;
        let length = self.now - self.running.started_at;
        assert!(length <= ERA_BLOCKS, "blocks of two eras pass in two steps");
        if is_over(ERA_BLOCKS, length, self.running.with_room) {
            self.end_of_era();
        }
    }

    /// The rest of the running era passes.
    pub fn end_era(&mut self) {
        let era = self.era();
        self.pass(self.running.started_at + ERA_BLOCKS - self.now);
        assert_eq!(self.era(), era + 1, "an era has its blocks");
    }

    fn end_of_era(&mut self) {
        let mut seed = [0; 32];
        self.chance.fill_bytes(&mut seed);
        let running = std::mem::take(&mut self.running);
        let ended = EndedEra {
            started_at: running.started_at,
            ended_at: self.now - 1,
            pot: running.pot,
            delivery_credit: running.delivery_credit,
            sale_credit: running.sale_credit,
            granted: 0,
            seed,
            settled_by: (self.now - 1).saturating_sub(2 * EPOCH_BLOCKS),
        };
        self.ended.insert(running.index, ended);
        if let Some(expired) = running.index.checked_sub(HORIZON) {
            self.ended.remove(&expired);
        }
        self.running = RunningEra {
            index: running.index + 1,
            started_at: self.now,
            ..Default::default()
        };
    }
}
