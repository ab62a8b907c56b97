//! The shape of a blob: where chunks, directory and footer lie, as functions of two lengths.
//!
//! A blob is one stream (the content, then the directory), cut into pieces that each fill one 256 KiB chunk
//! (sealed pieces carry a 16-byte tag), then zeros up to the next 1 KiB boundary, then the footer. So chunk `i`
//! always begins at `i · 256 KiB`, the footer is always the whole of the last BLAKE3 leaf, and every offset
//! follows from the footer alone. docs/spec/content-format.md, "Layout".

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Bytes of a chunk: unit of request, sealing and payment. Small enough to start a film after one, large
/// enough that a signature per chunk is noise.
pub const CHUNK_LEN: u64 = 256 * 1024;
/// Bytes of a group: unit of verification on receipt (16 BLAKE3 leaves; the outboard is then 0.4 % of a blob).
pub const GROUP_LEN: u64 = 16 * 1024;
/// Bytes of a BLAKE3 leaf (BLAKE3 paper, section 2.1); unit of a storage proof.
pub const LEAF_LEN: u64 = 1024;
/// Bytes of the tag that ChaCha20-Poly1305 appends to each sealed piece (RFC 8439, section 2.8).
pub const TAG_LEN: u64 = 16;
/// Bytes of the footer; see [`crate::footer`].
pub const FOOTER_LEN: u64 = 200;
/// Longest blob: 16 TiB. Keeps leaf indices within 34 bits, so leaf paths within [`crate::leaf::MAX_PATH`].
pub const MAX_BLOB_LEN: u64 = 1 << 44;

/// BLAKE3 of a blob: the name under which its bytes travel.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
)]
pub struct ContentRoot(pub [u8; 32]);

/// How the pieces of a blob are stored.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum Suite {
    /// As they are.
    Plain,
    /// Each by ChaCha20-Poly1305 under a key of its own, derived by BLAKE3.
    ChaCha20Poly1305,
}

impl Suite {
    /// Bytes of the stream that one chunk holds.
    pub const fn piece_len(self) -> u64 {
        match self {
            Suite::Plain => CHUNK_LEN,
            Suite::ChaCha20Poly1305 => CHUNK_LEN - TAG_LEN,
        }
    }

    const fn tag_len(self) -> u64 {
        match self {
            Suite::Plain => 0,
            Suite::ChaCha20Poly1305 => TAG_LEN,
        }
    }

    /// Number of pieces that a stream of `stream_len` bytes is cut into. A sealed stream has at least one, so
    /// that even an empty one is authenticated.
    pub const fn pieces(self, stream_len: u64) -> u64 {
        let pieces = stream_len.div_ceil(self.piece_len());
        match self {
            Suite::ChaCha20Poly1305 if pieces == 0 => 1,
            _ => pieces,
        }
    }

    /// Length of the blob that holds a stream of `stream_len` bytes; `None` beyond [`MAX_BLOB_LEN`].
    pub const fn blob_len(self, stream_len: u64) -> Option<u64> {
        if stream_len > MAX_BLOB_LEN {
            return None;
        }
        let stored = stream_len + self.pieces(stream_len) * self.tag_len();
        let len = stored.next_multiple_of(LEAF_LEN) + FOOTER_LEN;
        if len > MAX_BLOB_LEN {
            None
        } else {
            Some(len)
        }
    }
}

/// Number of chunks of a blob.
pub const fn chunk_count(blob_len: u64) -> u64 {
    blob_len.div_ceil(CHUNK_LEN)
}

/// Number of BLAKE3 leaves of a blob (the empty blob has one).
pub const fn leaf_count(blob_len: u64) -> u64 {
    let leaves = blob_len.div_ceil(LEAF_LEN);
    if leaves == 0 {
        1
    } else {
        leaves
    }
}

/// Length of chunk `index`; 0 past the end.
pub const fn chunk_len(blob_len: u64, index: u64) -> u64 {
    let start = index.saturating_mul(CHUNK_LEN);
    let left = blob_len.saturating_sub(start);
    if left < CHUNK_LEN {
        left
    } else {
        CHUNK_LEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_ends_with_a_leaf_that_is_the_footer() {
        for suite in [Suite::Plain, Suite::ChaCha20Poly1305] {
            for len in [
                0,
                1,
                1023,
                1024,
                CHUNK_LEN - TAG_LEN,
                CHUNK_LEN,
                CHUNK_LEN + 1,
                10 * CHUNK_LEN,
            ] {
                assert_eq!(suite.blob_len(len).unwrap() % LEAF_LEN, FOOTER_LEN);
            }
        }
    }

    #[test]
    fn a_stream_that_makes_too_long_a_blob_has_no_length() {
        assert_eq!(Suite::Plain.blob_len(MAX_BLOB_LEN), None);
        assert_eq!(Suite::Plain.blob_len(u64::MAX), None);
        assert!(Suite::Plain.blob_len(MAX_BLOB_LEN - CHUNK_LEN).is_some());
    }

    #[test]
    fn chunk_lengths_add_up_to_the_blob() {
        for len in [200, 1224, CHUNK_LEN, CHUNK_LEN + 200, 5 * CHUNK_LEN + 1224] {
            let sum: u64 = (0..chunk_count(len)).map(|i| chunk_len(len, i)).sum();
            assert_eq!(sum, len);
            assert_eq!(chunk_len(len, chunk_count(len)), 0);
        }
    }
}
