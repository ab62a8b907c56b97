//! Which leaf a seeder has to show. **Nothing that he can still choose when the seed becomes known goes in**: his seat, its
//! coverage, the card and its length are all older. So he cannot try until he is asked for something that he has.
//!
//! A covered bucket is chosen first, then one of its chunks, then one of that chunk's leaves: who says that he holds a bucket is
//! asked for it as often as for any other. Pure, as the client's and the simulation's tests need it.

use blake3::Hasher;
use hashcard_primitives::{
    blob::{chunk_len, CHUNK_LEN, LEAF_LEN},
    card::CardId,
    coverage::{chunks_of, Coverage, BUCKETS},
};

/// Context of BLAKE3's key derivation (its paper, section 2.3), so that these numbers are used for nothing else.
const CONTEXT: &str = "hashcard/storage-challenge/1";

/// The leaf of a blob that the seeder of a seat has to show; `None` when the coverage holds no bucket of the blob.
///
/// A remainder of 64 uniform bits by at most 2²⁰ prefers no choice by more than 2⁻⁴⁴.
pub fn challenged_leaf(
    seed: &[u8; 32],
    card: CardId,
    seeder: &[u8; 32],
    coverage: Coverage,
    blob_len: u64,
) -> Option<u64> {
    let held = coverage.0 & Coverage::all(blob_len).0;
    let mut hasher = Hasher::new_derive_key(CONTEXT);
    hasher.update(seed);
    hasher.update(&card.to_le_bytes());
    hasher.update(seeder);
    let mut chance = [0; 24];
    hasher.finalize_xof().fill(&mut chance);
    let [for_bucket, for_chunk, for_leaf] = numbers(&chance);

    let nth = for_bucket.checked_rem(u64::from(held.count_ones()))?;
    let bucket = (0..BUCKETS)
        .filter(|bucket| held >> bucket & 1 == 1)
        .nth(nth as usize)?;
    let chunks = chunks_of(blob_len, bucket);
    let chunk = chunks.start + for_chunk.checked_rem(chunks.end.saturating_sub(chunks.start))?;
    let leaves = chunk_len(blob_len, chunk).div_ceil(LEAF_LEN);
    let leaf = for_leaf.checked_rem(leaves)?;
    Some(chunk * (CHUNK_LEN / LEAF_LEN) + leaf)
}

/// Three numbers from little-endian bytes.
fn numbers(bytes: &[u8; 24]) -> [u64; 3] {
    let mut out = [0; 3];
    for (number, bytes) in out.iter_mut().zip(bytes.chunks_exact(8)) {
        *number = bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    }
    out
}

#[cfg(test)]
#[path = "tests/challenge.rs"]
mod tests;
