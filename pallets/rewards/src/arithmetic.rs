//! Everything that rounds, and nothing that stores. **Every part is rounded down, and what is shared out is shared out of what
//! is left**, so that no rounding creates a unit, and whoever collects last leaves none behind.
//!
//! Pure: a simulation runs these functions without a chain.

use alloc::vec::Vec;
use hashcard_primitives::{
    blob::chunk_count,
    coverage::{Coverage, BUCKETS},
    share::part,
    Balance, BlockNumber,
};
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

/// An era ends at the latest after so many times its number of blocks, however full they were: filling blocks is expensive,
/// and must not stop the rewards of everybody for ever.
pub const LONGEST_ERA: BlockNumber = 4;

/// Tenths of what a class of transactions may use of a block, beyond which the block had no room: proofs were kept out of it,
/// or would have been.
const TENTHS_WITH_ROOM: u128 = 9;

/// ⌊amount · share / whole⌋, exact for every amount. A share above the whole counts as the whole; of a whole of 0 there
/// are no shares.
pub const fn proportion(amount: Balance, share: Balance, whole: Balance) -> Balance {
    if whole == 0 {
        return 0;
    }
    if share >= whole {
        return amount;
    }
    match multiply_by_rational_with_rounding(amount, share, whole, Rounding::Down) {
        Some(part) => part,
        // Not reached: a share of less than the whole is less than the amount.
        None => amount,
    }
}

/// Credit for a burnt fee. `credit_share` is in parts per million.
pub const fn credit(fee: Balance, credit_share: u32) -> Balance {
    part(fee, credit_share)
}

/// What a credit is worth when its era has ended: itself, or its proportion of the pot if all credits exceed that.
pub const fn worth(credit: Balance, pot: Balance, all_credits: Balance) -> Balance {
    if all_credits <= pot {
        credit
    } else {
        proportion(pot, credit, all_credits)
    }
}

/// Weight of a seat's claim: what it bonded (at most `bond_cap`), times the part of the blob that it held (in 64ths), times the
/// part of the era that it stood.
///
/// The last factor means that neither who joins late nor who is displaced late changes much.
pub const fn weight(
    bond: Balance,
    bond_cap: Balance,
    coverage: Coverage,
    blob_len: u64,
    stood: BlockNumber,
    era_blocks: BlockNumber,
) -> Balance {
    let bond = if bond < bond_cap { bond } else { bond_cap };
    let chunks = chunk_count(blob_len);
    let buckets = if chunks < BUCKETS { chunks } else { BUCKETS };
    let covered = Coverage(coverage.0 & Coverage::all(blob_len).0).0.count_ones() as Balance;
    // Scaled to 64 buckets, so that a small blob is worth as much as a large one.
    let held = bond.saturating_mul(proportion(BUCKETS as Balance, covered, buckets as Balance));
    proportion(held, stood as Balance, era_blocks as Balance)
}

/// Blocks of an era, from its first to its last, in which a seat stood: from the block in which it was taken on, until before
/// the one in which it was displaced, if it was.
pub const fn blocks_stood(
    first: BlockNumber,
    last: BlockNumber,
    joined_at: BlockNumber,
    displaced_at: Option<BlockNumber>,
) -> BlockNumber {
    let from = if joined_at > first { joined_at } else { first };
    let after = last.saturating_add(1);
    let until = match displaced_at {
        Some(at) if at < after => at,
        _ => after,
    };
    until.saturating_sub(from)
}

/// Something that is shared by weight, until nothing is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heap {
    /// What is left.
    pub left: Balance,
    /// Weight of those who have not taken their shares.
    pub weight_left: Balance,
}

impl Heap {
    /// Takes the share of one of those. The last one takes what is left.
    pub fn take(&mut self, weight: Balance) -> Balance {
        let taken = if weight >= self.weight_left {
            self.left
        } else {
            proportion(self.left, weight, self.weight_left)
        };
        self.left = self.left.saturating_sub(taken);
        self.weight_left = self.weight_left.saturating_sub(weight);
        taken
    }
}

/// An endowment, as far as arithmetic knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stream {
    /// Most that it gives for a block.
    pub per_block: Balance,
    /// What is left of it.
    pub left: Balance,
}

/// What each stream gives for an era of so many blocks: together what they promise beyond the reward from sales, each in
/// proportion to its own promise, and never more than that.
pub fn flow(streams: &[Stream], era_blocks: BlockNumber, from_sales: Balance) -> Vec<Balance> {
    let promises: Vec<_> = streams
        .iter()
        .map(|stream| {
            let promise = stream.per_block.saturating_mul(era_blocks as Balance);
            promise.min(stream.left)
        })
        .collect();
    let promised = promises
        .iter()
        .fold(0, |sum: Balance, one| sum.saturating_add(*one));
    let mut heap = Heap {
        left: promised.saturating_sub(from_sales),
        weight_left: promised,
    };
    promises
        .into_iter()
        .map(|promise| heap.take(promise).min(promise))
        .collect()
}

/// Whether a block that used so much of a limit had room for proofs.
pub const fn had_room(used: u64, limit: u64) -> bool {
    used as u128 * 10 <= limit as u128 * TENTHS_WITH_ROOM
}

/// Whether an era is over after so many blocks, of which so many had room.
pub const fn is_over(era_blocks: BlockNumber, blocks: BlockNumber, with_room: BlockNumber) -> bool {
    with_room >= era_blocks || blocks >= era_blocks.saturating_mul(LONGEST_ERA)
}

#[cfg(test)]
#[path = "tests/arithmetic.rs"]
mod tests;
