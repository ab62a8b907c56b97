//! The footer: 200 clear bytes, the last leaf of every blob, that say what the blob is and whose.
//!
//! It is inside the root, so a blob cannot be moved to another chain or creator: the pallet takes it with its
//! leaf path and refuses a card whose footer names somebody else. [`Footer::to_bytes`] is the only place that
//! builds it, [`Footer::from_bytes`] accepts exactly what that makes. docs/spec/content-format.md, "Footer".
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 8 | `HASHCARD` |
//! | 8 | 1 | format version, 1 |
//! | 9 | 1 | suite: 0 plain, 1 ChaCha20-Poly1305 |
//! | 10 | 2 | zero |
//! | 12 | 4 | free chunks, little endian |
//! | 16 | 32 | genesis hash |
//! | 48 | 32 | creator's account |
//! | 80 | 32 | V, the content commitment (zero when plain) |
//! | 112 | 32 | salt |
//! | 144 | 32 | h_K, the key commitment (zero when plain) |
//! | 176 | 8 | length of the content, little endian |
//! | 184 | 8 | length of the directory, little endian |
//! | 192 | 8 | length of the blob, little endian |

use crate::blob::{Suite, FOOTER_LEN};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

const MAGIC: &[u8; 8] = b"HASHCARD";
const FORMAT_VERSION: u8 = 1;
/// Bytes of the part that is known before sealing begins.
const HEAD_LEN: usize = 176;

/// BLAKE3 `derive_key` context of [`Head::sealing_context`].
const SEALING_CONTEXT: &str = "hashcard 2026-11 sealing context v1";

/// What is known before the first byte is sealed; bound into every sealed piece.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Head {
    /// How the pieces are stored.
    pub suite: Suite,
    /// Pieces at the start that open without the key.
    pub free_chunks: u32,
    /// Hash of block 0 of the chain that the card lives on.
    pub genesis: [u8; 32],
    /// Account of the creator.
    pub creator: [u8; 32],
    /// V = s·H; zero when plain.
    pub content_commitment: [u8; 32],
    /// Makes keys and commitments of equal contents differ; makes the root unique.
    pub salt: [u8; 32],
    /// h_K, the BLAKE3 commitment to the content point; zero when plain.
    pub key_commitment: [u8; 32],
}

impl Head {
    /// 32 bytes that stand for this head in the associated data of every sealed piece.
    pub fn sealing_context(&self) -> [u8; 32] {
        blake3::derive_key(SEALING_CONTEXT, &self.to_bytes())
    }

    /// Whether this can be the head of a footer. The free part is left for [`Footer::new`] to judge: how many
    /// pieces there are is known only at the end.
    ///
    /// Errors: commitments or free chunks that do not fit the suite.
    pub fn check(&self) -> Result<(), FooterError> {
        let commitments = [self.content_commitment, self.key_commitment];
        let fits = match self.suite {
            Suite::Plain => commitments == [[0; 32]; 2] && self.free_chunks == 0,
            Suite::ChaCha20Poly1305 => !commitments.contains(&[0; 32]),
        };
        if fits {
            Ok(())
        } else {
            Err(FooterError::Commitments)
        }
    }

    fn to_bytes(self) -> [u8; HEAD_LEN] {
        let mut out = [0; HEAD_LEN];
        out[..8].copy_from_slice(MAGIC);
        out[8] = FORMAT_VERSION;
        out[9] = match self.suite {
            Suite::Plain => 0,
            Suite::ChaCha20Poly1305 => 1,
        };
        out[12..16].copy_from_slice(&self.free_chunks.to_le_bytes());
        out[16..48].copy_from_slice(&self.genesis);
        out[48..80].copy_from_slice(&self.creator);
        out[80..112].copy_from_slice(&self.content_commitment);
        out[112..144].copy_from_slice(&self.salt);
        out[144..176].copy_from_slice(&self.key_commitment);
        out
    }
}

/// The whole footer. Fields can be read and not changed: a `Footer` has lengths that fit together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Footer {
    head: Head,
    content_len: u64,
    directory_len: u64,
    blob_len: u64,
}

/// Why 200 bytes are not a footer, or two lengths make none.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FooterError {
    /// Not 200 bytes, or they do not begin with the magic.
    NotAFooter,
    /// A format version, suite or reserved byte that this code does not know.
    UnknownFormat,
    /// The lengths contradict one another, or exceed [`crate::blob::MAX_BLOB_LEN`].
    Lengths,
    /// A plain blob that carries commitments or free chunks, or a sealed one without commitments.
    Commitments,
    /// A sealed blob of which every piece is free, so that nothing of it is sealed.
    FreePart,
}

impl core::fmt::Display for FooterError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            FooterError::NotAFooter => "these bytes are not a footer",
            FooterError::UnknownFormat => "the footer is of a format that this version does not know",
            FooterError::Lengths => "the footer's lengths contradict one another or are too large",
            FooterError::Commitments => "the footer's commitments do not fit its suite",
            FooterError::FreePart => "the footer makes every piece of a sealed blob free",
        })
    }
}

impl core::error::Error for FooterError {}

impl Footer {
    /// The footer of a blob with this head, content and directory.
    ///
    /// At least one piece of a sealed blob is not free, else nothing of it would need the key that is sold. A
    /// plain blob has no free part, since all of it is open.
    pub fn new(head: Head, content_len: u64, directory_len: u64) -> Result<Self, FooterError> {
        let stream_len = content_len
            .checked_add(directory_len)
            .ok_or(FooterError::Lengths)?;
        let blob_len = head.suite.blob_len(stream_len).ok_or(FooterError::Lengths)?;
        head.check()?;
        if head.free_chunks > 0 && u64::from(head.free_chunks) >= head.suite.pieces(stream_len) {
            return Err(FooterError::FreePart);
        }
        Ok(Self {
            head,
            content_len,
            directory_len,
            blob_len,
        })
    }

    /// The bytes of table "Footer" above.
    pub fn to_bytes(&self) -> [u8; FOOTER_LEN as usize] {
        let mut out = [0; FOOTER_LEN as usize];
        out[..HEAD_LEN].copy_from_slice(&self.head.to_bytes());
        out[176..184].copy_from_slice(&self.content_len.to_le_bytes());
        out[184..192].copy_from_slice(&self.directory_len.to_le_bytes());
        out[192..200].copy_from_slice(&self.blob_len.to_le_bytes());
        out
    }

    /// Reads a footer; what it accepts, [`Footer::to_bytes`] gives back unchanged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FooterError> {
        let bytes: &[u8; FOOTER_LEN as usize] = bytes.try_into().map_err(|_| FooterError::NotAFooter)?;
        if &bytes[..8] != MAGIC {
            return Err(FooterError::NotAFooter);
        }
        let suite = match (bytes[8], bytes[9], bytes[10], bytes[11]) {
            (FORMAT_VERSION, 0, 0, 0) => Suite::Plain,
            (FORMAT_VERSION, 1, 0, 0) => Suite::ChaCha20Poly1305,
            _ => return Err(FooterError::UnknownFormat),
        };
        let array = |at: usize| -> [u8; 32] {
            let mut out = [0; 32];
            out.copy_from_slice(&bytes[at..at + 32]);
            out
        };
        let long = |at: usize| -> u64 {
            let mut out = [0; 8];
            out.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(out)
        };
        let head = Head {
            suite,
            free_chunks: u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]),
            genesis: array(16),
            creator: array(48),
            content_commitment: array(80),
            salt: array(112),
            key_commitment: array(144),
        };
        let footer = Self::new(head, long(176), long(184))?;
        if footer.blob_len != long(192) {
            return Err(FooterError::Lengths);
        }
        Ok(footer)
    }

    /// What was known before sealing.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Bytes of the content, before the directory.
    pub fn content_len(&self) -> u64 {
        self.content_len
    }

    /// Bytes of the directory.
    pub fn directory_len(&self) -> u64 {
        self.directory_len
    }

    /// Bytes of content and directory together.
    pub fn stream_len(&self) -> u64 {
        self.content_len + self.directory_len
    }

    /// Bytes of the whole blob, this footer included.
    pub fn blob_len(&self) -> u64 {
        self.blob_len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            suite: Suite::ChaCha20Poly1305,
            free_chunks: 3,
            genesis: [1; 32],
            creator: [2; 32],
            content_commitment: [3; 32],
            salt: [4; 32],
            key_commitment: [5; 32],
        }
    }

    #[test]
    fn a_footer_reads_back_as_it_was_written() {
        let footer = Footer::new(head(), 1_000_000, 77).unwrap();
        assert_eq!(Footer::from_bytes(&footer.to_bytes()), Ok(footer));
    }

    #[test]
    fn every_accepted_byte_string_is_the_one_that_would_be_written() {
        let bytes = Footer::new(head(), 1_000_000, 77).unwrap().to_bytes();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes;
                changed[at] ^= 1 << bit;
                if let Ok(footer) = Footer::from_bytes(&changed) {
                    assert_eq!(footer.to_bytes(), changed, "byte {at} was accepted and not kept");
                }
            }
        }
    }

    #[test]
    fn a_plain_footer_with_commitments_is_refused_and_a_sealed_one_without() {
        let plain = Head {
            suite: Suite::Plain,
            ..head()
        };
        assert_eq!(Footer::new(plain, 1, 1), Err(FooterError::Commitments));
        let sealed = Head {
            key_commitment: [0; 32],
            ..head()
        };
        assert_eq!(Footer::new(sealed, 1, 1), Err(FooterError::Commitments));
    }

    #[test]
    fn a_sealed_footer_leaves_at_least_one_piece_that_is_not_free() {
        let piece = Suite::ChaCha20Poly1305.piece_len();
        let footer = |free_chunks, content_len| {
            Footer::new(
                Head {
                    free_chunks,
                    ..head()
                },
                content_len,
                1,
            )
        };
        // With the directory's byte, a stream of one piece and one of two.
        let (one, two) = (piece - 1, piece);
        for (free_chunks, content_len) in [(0, 0), (0, one), (1, two)] {
            let footer = footer(free_chunks, content_len).unwrap();
            assert_eq!(Footer::from_bytes(&footer.to_bytes()), Ok(footer));
        }
        for (free_chunks, content_len) in [(1, 0), (1, one), (2, two), (u32::MAX, two)] {
            assert_eq!(footer(free_chunks, content_len), Err(FooterError::FreePart));
        }
        let mut all_free = footer(1, two).unwrap().to_bytes();
        all_free[12] = 2;
        assert_eq!(Footer::from_bytes(&all_free), Err(FooterError::FreePart));
    }

    #[test]
    fn lengths_that_overflow_are_refused() {
        assert_eq!(Footer::new(head(), u64::MAX, 1), Err(FooterError::Lengths));
        assert_eq!(Footer::new(head(), u64::MAX - 1, 1), Err(FooterError::Lengths));
    }

    #[test]
    fn the_sealing_context_depends_on_every_field_of_the_head() {
        let base = head().sealing_context();
        let others = [
            Head {
                free_chunks: 4,
                ..head()
            },
            Head {
                genesis: [9; 32],
                ..head()
            },
            Head {
                creator: [9; 32],
                ..head()
            },
            Head {
                content_commitment: [9; 32],
                ..head()
            },
            Head {
                salt: [9; 32],
                ..head()
            },
            Head {
                key_commitment: [9; 32],
                ..head()
            },
        ];
        for other in others {
            assert_ne!(other.sealing_context(), base);
        }
    }
}
