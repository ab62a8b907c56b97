//! Which chunks of a blob are held: bit `i` is bit `i % 8`, counted from the lowest, of byte `i / 8`.
//!
//! Bits past the last chunk are always zero, so that equal sets have equal bytes and a peer cannot hide anything
//! in them. [`Bitfield::from_bytes`] accepts exactly what [`Bitfield::as_bytes`] gives.

use std::ops::Range;

use hashcard_primitives::blob::{CHUNK_LEN, MAX_BLOB_LEN};
use hashcard_primitives::coverage::Coverage;

/// Most chunks that a blob can have. A bitfield is therefore never longer than 8 MiB.
pub const MAX_CHUNKS: u64 = MAX_BLOB_LEN / CHUNK_LEN;

/// A set of chunks of one blob.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bitfield {
    len_chunks: u64,
    bytes: Vec<u8>,
}

/// Why bytes are not a bitfield of the expected number of chunks.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BitfieldError {
    /// No blob has as many chunks.
    #[error("{0} chunks are more than any blob has")]
    TooManyChunks(u64),
    /// Too few or too many bytes.
    #[error("a bitfield of {chunks} chunks has {expected} bytes, not {found}")]
    Length {
        /// Chunks of the blob.
        chunks: u64,
        /// Bytes of a bitfield for them.
        expected: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// A bit past the last chunk is set.
    #[error("the bitfield claims a chunk past the end of the blob")]
    PastTheEnd,
}

impl Bitfield {
    /// Holds nothing. `len_chunks` beyond [`MAX_CHUNKS`] is cut to it, so that no number can make this large.
    pub fn empty(len_chunks: u64) -> Self {
        let len_chunks = len_chunks.min(MAX_CHUNKS);
        Self {
            len_chunks,
            bytes: vec![0; byte_count(len_chunks)],
        }
    }

    /// Holds everything; `len_chunks` is cut as in [`Bitfield::empty`].
    pub fn full(len_chunks: u64) -> Self {
        let mut out = Self::empty(len_chunks);
        out.bytes.fill(0xff);
        let spare = spare_bits(out.len_chunks);
        if let Some(last) = out.bytes.last_mut() {
            *last &= !spare;
        }
        out
    }

    /// Reads a bitfield of a blob of `len_chunks` chunks: ⌈`len_chunks` / 8⌉ bytes, the spare bits zero.
    pub fn from_bytes(len_chunks: u64, bytes: &[u8]) -> Result<Self, BitfieldError> {
        if len_chunks > MAX_CHUNKS {
            return Err(BitfieldError::TooManyChunks(len_chunks));
        }
        let expected = byte_count(len_chunks);
        if bytes.len() != expected {
            return Err(BitfieldError::Length {
                chunks: len_chunks,
                expected: expected as u64,
                found: bytes.len() as u64,
            });
        }
        if bytes
            .last()
            .is_some_and(|last| last & spare_bits(len_chunks) != 0)
        {
            return Err(BitfieldError::PastTheEnd);
        }
        Ok(Self {
            len_chunks,
            bytes: bytes.to_vec(),
        })
    }

    /// The bytes that [`Bitfield::from_bytes`] reads.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As [`Bitfield::as_bytes`], copied.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// Chunks of the blob, held or not.
    pub fn len_chunks(&self) -> u64 {
        self.len_chunks
    }

    /// Whether chunk `index` is held; false past the end.
    pub fn get(&self, index: u64) -> bool {
        self.place(index)
            .and_then(|(at, bit)| self.bytes.get(at).map(|byte| byte & bit != 0))
            .unwrap_or(false)
    }

    /// Marks chunk `index` as held or not, and says whether that changed anything. Past the end it never does.
    pub fn set(&mut self, index: u64, held: bool) -> bool {
        let Some((at, bit)) = self.place(index) else {
            return false;
        };
        let Some(byte) = self.bytes.get_mut(at) else {
            return false;
        };
        let before = *byte;
        *byte = if held { before | bit } else { before & !bit };
        *byte != before
    }

    /// Chunks held.
    pub fn count(&self) -> u64 {
        self.bytes.iter().map(|byte| u64::from(byte.count_ones())).sum()
    }

    /// Whether every chunk is held.
    pub fn is_complete(&self) -> bool {
        self.count() == self.len_chunks
    }

    /// What a seat that holds these chunks may claim on chain.
    pub fn coverage(&self, blob_len: u64) -> Coverage {
        Coverage::of(blob_len, |index| self.get(index))
    }

    /// Indices of the chunks held, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.indices(0)
    }

    /// Indices of the chunks not held, ascending.
    pub fn iter_missing(&self) -> impl Iterator<Item = u64> + '_ {
        self.indices(0xff)
    }

    /// The chunks not held as maximal ranges, ascending.
    pub fn missing_ranges(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let mut missing = self.iter_missing().peekable();
        std::iter::from_fn(move || {
            let start = missing.next()?;
            let mut end = start + 1;
            while missing.next_if_eq(&end).is_some() {
                end += 1;
            }
            Some(start..end)
        })
    }

    /// Indices of the bits that are set after each byte was XORed with `flip`; whole bytes without any are skipped.
    fn indices(&self, flip: u8) -> impl Iterator<Item = u64> + '_ {
        let len_chunks = self.len_chunks;
        self.bytes
            .iter()
            .zip(0u64..)
            .filter(move |(byte, _)| **byte != flip)
            .flat_map(move |(byte, at)| {
                (0..8)
                    .filter(move |bit| (byte ^ flip) >> bit & 1 == 1)
                    .map(move |bit| at * 8 + bit)
            })
            .take_while(move |index| *index < len_chunks)
    }

    fn place(&self, index: u64) -> Option<(usize, u8)> {
        if index >= self.len_chunks {
            return None;
        }
        Some((usize::try_from(index / 8).ok()?, 1 << (index % 8)))
    }
}

fn byte_count(len_chunks: u64) -> usize {
    usize::try_from(len_chunks.div_ceil(8))
        .expect("callers bound len_chunks by MAX_CHUNKS, an eighth of which fits; qed")
}

/// Mask of the bits of the last byte that stand for no chunk.
fn spare_bits(len_chunks: u64) -> u8 {
    match len_chunks % 8 {
        0 => 0,
        used => 0xff << used,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_read_back_and_stand_for_one_set_only() {
        let mut field = Bitfield::empty(11);
        for index in [0, 7, 8, 10] {
            assert!(field.set(index, true));
        }
        assert_eq!(field.as_bytes(), [0b1000_0001, 0b0000_0101]);
        assert_eq!(Bitfield::from_bytes(11, field.as_bytes()), Ok(field));
    }

    #[test]
    fn bytes_of_another_length_or_with_spare_bits_are_refused() {
        let length = |found| {
            Err(BitfieldError::Length {
                chunks: 11,
                expected: 2,
                found,
            })
        };
        assert_eq!(Bitfield::from_bytes(11, &[0]), length(1));
        assert_eq!(Bitfield::from_bytes(11, &[0, 0, 0]), length(3));
        assert_eq!(
            Bitfield::from_bytes(11, &[0, 0b1000]),
            Err(BitfieldError::PastTheEnd)
        );
        assert!(Bitfield::from_bytes(11, &[0, 0b0100]).is_ok());
        assert!(Bitfield::from_bytes(16, &[0, 0x80]).is_ok());
        assert_eq!(
            Bitfield::from_bytes(u64::MAX, &[]),
            Err(BitfieldError::TooManyChunks(u64::MAX))
        );
    }

    #[test]
    fn no_number_makes_a_large_bitfield() {
        assert_eq!(Bitfield::empty(u64::MAX).len_chunks(), MAX_CHUNKS);
        assert!(Bitfield::full(u64::MAX).is_complete());
    }

    #[test]
    fn a_chunk_past_the_end_is_neither_held_nor_settable() {
        let mut field = Bitfield::full(9);
        assert!(field.is_complete() && !field.get(9) && !field.get(u64::MAX));
        assert!(!field.set(9, true) && !field.set(u64::MAX, false));
        assert_eq!(field, Bitfield::full(9));
    }

    #[test]
    fn held_and_missing_are_each_others_complement() {
        for len in [0u64, 1, 7, 8, 9, 64, 100] {
            let mut field = Bitfield::empty(len);
            for index in (0..len).filter(|index| index % 3 == 0 || (16..40).contains(index)) {
                field.set(index, true);
            }
            let mut all: Vec<u64> = field.iter().chain(field.iter_missing()).collect();
            all.sort_unstable();
            assert_eq!(all, (0..len).collect::<Vec<_>>());
            assert_eq!(field.iter().count() as u64, field.count());
            let ranged: Vec<u64> = field.missing_ranges().flatten().collect();
            assert_eq!(ranged, field.iter_missing().collect::<Vec<_>>());
        }
        assert!(Bitfield::empty(20).missing_ranges().eq(std::iter::once(0..20)));
        assert_eq!(Bitfield::full(20).missing_ranges().next(), None);
    }

    #[test]
    fn coverage_claims_only_whole_buckets() {
        let blob_len = 128 * CHUNK_LEN;
        let mut field = Bitfield::full(128);
        assert_eq!(field.coverage(blob_len), Coverage::all(blob_len));
        field.set(5, false);
        assert_eq!(field.coverage(blob_len), Coverage(!(1 << 2)));
    }
}
