//! Which part of a blob a seat holds, in 64 bits.
//!
//! Bucket of chunk `i` of `n` is ⌊64·i/n⌋, or `i` itself when the blob has fewer than 64 chunks. A set bit says
//! that *all* chunks of the bucket are held, so a claim can be false but never vague.

use crate::blob::chunk_count;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Range;
use scale_info::TypeInfo;

/// Buckets of a coverage.
pub const BUCKETS: u64 = 64;

/// A set of buckets.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Default, Debug,
)]
pub struct Coverage(pub u64);

impl Coverage {
    /// Every bucket that a blob of this length has.
    pub const fn all(blob_len: u64) -> Self {
        let chunks = chunk_count(blob_len);
        if chunks >= BUCKETS {
            Coverage(u64::MAX)
        } else {
            Coverage((1 << chunks) - 1)
        }
    }

    /// Whether it claims no bucket that a blob of this length lacks.
    pub const fn fits(self, blob_len: u64) -> bool {
        self.0 & !Self::all(blob_len).0 == 0
    }

    /// Whether it holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the bucket of this chunk is held.
    pub const fn covers(self, blob_len: u64, chunk: u64) -> bool {
        chunk < chunk_count(blob_len) && self.0 >> bucket_of(blob_len, chunk) & 1 == 1
    }

    /// The coverage of somebody who holds exactly the chunks for which `held` is true.
    pub fn of(blob_len: u64, mut held: impl FnMut(u64) -> bool) -> Self {
        let mut out = 0;
        for bucket in 0..BUCKETS.min(chunk_count(blob_len)) {
            if chunks_of(blob_len, bucket).all(&mut held) {
                out |= 1 << bucket;
            }
        }
        Coverage(out)
    }
}

/// Bucket of a chunk. The chunk must exist; `chunk_count` ≤ 2²⁶ keeps the product far from overflow.
pub const fn bucket_of(blob_len: u64, chunk: u64) -> u64 {
    let chunks = chunk_count(blob_len);
    if chunks < BUCKETS {
        chunk
    } else {
        BUCKETS * chunk / chunks
    }
}

/// Chunks of a bucket; empty for a bucket that the blob lacks.
pub const fn chunks_of(blob_len: u64, bucket: u64) -> Range<u64> {
    let chunks = chunk_count(blob_len);
    if chunks < BUCKETS {
        if bucket < chunks {
            bucket..bucket + 1
        } else {
            0..0
        }
    } else {
        (bucket * chunks).div_ceil(BUCKETS)..((bucket + 1) * chunks).div_ceil(BUCKETS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::CHUNK_LEN;

    #[test]
    fn buckets_partition_the_chunks() {
        for chunks in [1u64, 2, 63, 64, 65, 127, 128, 1000] {
            let len = chunks * CHUNK_LEN;
            let mut next = 0;
            for bucket in 0..BUCKETS {
                let range = chunks_of(len, bucket);
                if range.is_empty() {
                    continue;
                }
                assert_eq!(range.start, next);
                assert!(range.clone().all(|chunk| bucket_of(len, chunk) == bucket));
                next = range.end;
            }
            assert_eq!(next, chunks);
        }
    }

    #[test]
    fn a_bucket_with_one_missing_chunk_is_not_claimed() {
        let len = 128 * CHUNK_LEN;
        let coverage = Coverage::of(len, |chunk| chunk != 3);
        assert!(!coverage.covers(len, 2) && !coverage.covers(len, 3) && coverage.covers(len, 4));
        assert_eq!(Coverage::of(len, |_| true), Coverage::all(len));
    }

    #[test]
    fn a_bucket_that_the_blob_lacks_does_not_fit() {
        assert!(Coverage(0b111).fits(3 * CHUNK_LEN));
        assert!(!Coverage(0b1000).fits(3 * CHUNK_LEN));
    }
}
