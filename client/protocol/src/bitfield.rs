//! Which chunks of a blob somebody holds: chunk `i` is bit `i % 8`, counted from the lowest, of byte `i / 8`.
//!
//! Spare bits of the last byte are zero, so that a set has one spelling. On the wire it travels in pages of
//! [`PAGE_CHUNKS`] chunks, so that no message is as long as the longest bitfield.

use crate::limits::{MAX_CHUNKS, PAGE_CHUNKS};
use hashcard_primitives::blob::{chunk_count, MAX_BLOB_LEN};
use hashcard_primitives::coverage::Coverage;

/// A set of chunks of one blob.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bitfield {
    chunks: u64,
    bytes: Vec<u8>,
}

/// Why bytes are not a bitfield, or a page of one.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BitfieldError {
    /// No blob has as many chunks.
    #[error("a bitfield for {0} chunks is longer than that of any blob")]
    TooManyChunks(u64),
    /// The blob ends before this page.
    #[error("a bitfield of {chunks} chunks has no page {page}")]
    NoSuchPage {
        /// Chunks of the blob.
        chunks: u64,
        /// The page that was named.
        page: u64,
    },
    /// Too few or too many bytes.
    #[error("expected {expected} bytes of bits, found {found}")]
    Length {
        /// Bytes that the number of chunks asks for.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A bit past the last chunk is set.
    #[error("a chunk past the end of the blob is claimed")]
    PastTheEnd,
}

impl Bitfield {
    /// Holds nothing of a blob of `chunks` chunks.
    pub fn empty(chunks: u64) -> Result<Self, BitfieldError> {
        if chunks > MAX_CHUNKS {
            return Err(BitfieldError::TooManyChunks(chunks));
        }
        Ok(Self {
            chunks,
            bytes: vec![0; byte_len(chunks)],
        })
    }

    /// Reads ⌈`chunks` / 8⌉ bytes.
    pub fn from_bytes(chunks: u64, bytes: &[u8]) -> Result<Self, BitfieldError> {
        if chunks > MAX_CHUNKS {
            return Err(BitfieldError::TooManyChunks(chunks));
        }
        check(chunks, bytes)?;
        Ok(Self {
            chunks,
            bytes: bytes.to_vec(),
        })
    }

    /// The chunks that a seat with this coverage says it holds.
    pub fn claimed(blob_len: u64, coverage: Coverage) -> Result<Self, BitfieldError> {
        let mut out = Self::empty(chunk_count(blob_len))?;
        for chunk in 0..out.chunks {
            if coverage.covers(blob_len, chunk) {
                out.set(chunk, true);
            }
        }
        Ok(out)
    }

    /// What [`Bitfield::from_bytes`] reads.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Chunks of the blob, held or not.
    pub fn chunks(&self) -> u64 {
        self.chunks
    }

    /// Whether `chunk` is held; false past the end.
    pub fn get(&self, chunk: u64) -> bool {
        chunk < self.chunks
            && usize::try_from(chunk / 8)
                .ok()
                .and_then(|at| self.bytes.get(at))
                .is_some_and(|byte| byte >> (chunk % 8) & 1 == 1)
    }

    /// Marks `chunk` and says whether that changed anything; past the end it never does.
    pub fn set(&mut self, chunk: u64, held: bool) -> bool {
        if chunk >= self.chunks {
            return false;
        }
        let Some(byte) = usize::try_from(chunk / 8)
            .ok()
            .and_then(|at| self.bytes.get_mut(at))
        else {
            return false;
        };
        let before = *byte;
        let bit = 1 << (chunk % 8);
        *byte = if held { before | bit } else { before & !bit };
        *byte != before
    }

    /// Chunks held.
    pub fn count(&self) -> u64 {
        self.bytes.iter().map(|byte| u64::from(byte.count_ones())).sum()
    }

    /// Whether every chunk is held.
    pub fn is_complete(&self) -> bool {
        self.count() == self.chunks
    }

    /// The chunks held, ascending.
    pub fn held(&self) -> impl Iterator<Item = u64> + '_ {
        self.matching(0)
    }

    /// The chunks not held, ascending.
    pub fn missing(&self) -> impl Iterator<Item = u64> + '_ {
        self.matching(0xff)
    }

    /// Bytes of page `page`; `None` when the blob ends before it.
    pub fn page(&self, page: u64) -> Option<&[u8]> {
        let start = page_start(self.chunks, page)?;
        let len = byte_len(page_chunks(self.chunks, page)?);
        self.bytes.get(start..start.checked_add(len)?)
    }

    /// Replaces what page `page` says, and tells whether that changed anything.
    pub fn set_page(&mut self, page: u64, bits: &[u8]) -> Result<bool, BitfieldError> {
        let chunks = self.chunks;
        let missing = BitfieldError::NoSuchPage { chunks, page };
        check(page_chunks(chunks, page).ok_or(missing)?, bits)?;
        let start = page_start(chunks, page).ok_or(missing)?;
        let place = self
            .bytes
            .get_mut(start..start.saturating_add(bits.len()))
            .ok_or(missing)?;
        let changed = place != bits;
        place.copy_from_slice(bits);
        Ok(changed)
    }

    /// Indices of bits that differ from those of `skipped`; bytes equal to it are passed over as a whole.
    fn matching(&self, skipped: u8) -> impl Iterator<Item = u64> + '_ {
        let chunks = self.chunks;
        self.bytes
            .iter()
            .zip(0u64..)
            .filter(move |(byte, _)| **byte != skipped)
            .flat_map(move |(byte, at)| {
                let bits = byte ^ skipped;
                (0..8)
                    .filter(move |bit| bits >> bit & 1 == 1)
                    .map(move |bit| at * 8 + bit)
            })
            .take_while(move |chunk| *chunk < chunks)
    }
}

/// Pages of the bitfield of a blob of `chunks` chunks; an empty blob has none.
pub fn pages(chunks: u64) -> u64 {
    chunks.div_ceil(PAGE_CHUNKS)
}

/// Checks that `bits` is page `page` of the bitfield of a blob of `blob_len` bytes.
pub fn check_page(blob_len: u64, page: u64, bits: &[u8]) -> Result<(), BitfieldError> {
    let chunks = chunk_count(blob_len);
    if blob_len > MAX_BLOB_LEN {
        return Err(BitfieldError::TooManyChunks(chunks));
    }
    check(
        page_chunks(chunks, page).ok_or(BitfieldError::NoSuchPage { chunks, page })?,
        bits,
    )
}

fn check(chunks: u64, bits: &[u8]) -> Result<(), BitfieldError> {
    let expected = byte_len(chunks);
    if bits.len() != expected {
        return Err(BitfieldError::Length {
            expected,
            found: bits.len(),
        });
    }
    let used = chunks % 8;
    match bits.last() {
        Some(last) if used != 0 && last >> used != 0 => Err(BitfieldError::PastTheEnd),
        _ => Ok(()),
    }
}

fn page_chunks(chunks: u64, page: u64) -> Option<u64> {
    let left = chunks.checked_sub(page.checked_mul(PAGE_CHUNKS)?)?;
    (left > 0).then_some(left.min(PAGE_CHUNKS))
}

fn page_start(chunks: u64, page: u64) -> Option<usize> {
    page_chunks(chunks, page)?;
    usize::try_from(page * (PAGE_CHUNKS / 8)).ok()
}

fn byte_len(chunks: u64) -> usize {
    usize::try_from(chunks.div_ceil(8))
        .expect("callers keep chunks within MAX_CHUNKS, an eighth of which fits; qed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::blob::CHUNK_LEN;

    #[test]
    fn a_set_has_one_spelling() {
        let mut field = Bitfield::empty(11).unwrap();
        for chunk in [0, 7, 8, 10] {
            assert!(field.set(chunk, true));
        }
        assert_eq!(field.as_bytes(), [0b1000_0001, 0b101]);
        assert_eq!(Bitfield::from_bytes(11, field.as_bytes()), Ok(field));
        assert_eq!(
            Bitfield::from_bytes(11, &[0, 0b1000]),
            Err(BitfieldError::PastTheEnd)
        );
        assert_eq!(
            Bitfield::from_bytes(11, &[0]),
            Err(BitfieldError::Length {
                expected: 2,
                found: 1
            })
        );
    }

    #[test]
    fn no_number_makes_a_large_bitfield() {
        assert_eq!(
            Bitfield::empty(u64::MAX),
            Err(BitfieldError::TooManyChunks(u64::MAX))
        );
        assert!(check_page(u64::MAX, 0, &[]).is_err());
        assert!(check_page(CHUNK_LEN, u64::MAX, &[]).is_err());
    }

    #[test]
    fn a_chunk_past_the_end_is_neither_held_nor_settable() {
        let mut field = Bitfield::from_bytes(9, &[0xff, 1]).unwrap();
        assert!(field.is_complete());
        assert!(!field.get(9) && !field.set(9, true) && !field.set(u64::MAX, true) && !field.get(u64::MAX));
    }

    #[test]
    fn held_and_missing_are_each_others_complement() {
        for chunks in [0u64, 1, 7, 8, 9, 64, 100] {
            let mut field = Bitfield::empty(chunks).unwrap();
            for chunk in (0..chunks).filter(|chunk| chunk % 3 == 0 || (16..40).contains(chunk)) {
                field.set(chunk, true);
            }
            let mut all: Vec<u64> = field.held().chain(field.missing()).collect();
            all.sort_unstable();
            assert_eq!(all, (0..chunks).collect::<Vec<_>>());
            assert_eq!(field.held().count() as u64, field.count());
        }
    }

    #[test]
    fn pages_put_together_are_the_bitfield() {
        let chunks = 2 * PAGE_CHUNKS + 13;
        let mut field = Bitfield::empty(chunks).unwrap();
        for chunk in [0, PAGE_CHUNKS - 1, PAGE_CHUNKS, 2 * PAGE_CHUNKS + 12] {
            field.set(chunk, true);
        }
        let mut copy = Bitfield::empty(chunks).unwrap();
        for page in 0..pages(chunks) {
            let bits = field.page(page).unwrap();
            assert_eq!(check_page(chunks * CHUNK_LEN, page, bits), Ok(()));
            assert_eq!(copy.set_page(page, bits), Ok(true));
            assert_eq!(copy.set_page(page, bits), Ok(false));
        }
        assert_eq!(copy, field);
        assert_eq!(field.page(3), None);
        assert_eq!(
            copy.set_page(3, &[]),
            Err(BitfieldError::NoSuchPage { chunks, page: 3 })
        );
        assert_eq!(copy.set_page(2, &[0, 0xff]), Err(BitfieldError::PastTheEnd));
    }

    #[test]
    fn a_claim_holds_the_chunks_of_its_buckets() {
        let field = Bitfield::claimed(128 * CHUNK_LEN, Coverage(0b10)).unwrap();
        assert_eq!(field.held().collect::<Vec<_>>(), [2, 3]);
    }
}
