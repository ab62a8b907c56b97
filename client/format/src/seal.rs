//! Sealing of single pieces: a key, a nonce and associated data of its own for each.
//!
//! **The content key and the salt must never be used for two different contents.** Keys and nonces follow from
//! them and the piece's number, so the same ones would seal two plaintexts. Names as in the specification
//! (docs/spec/content-format.md, "Sealing"):
//!
//! ```text
//! k_i     = BLAKE3.keyed_hash(key, "chunk" || LE64(i))
//! nonce_i = LE64(i) || 00 00 00 || last
//! aad_i   = sealing context || LE64(i) || last
//! ```
//!
//! `key` is the content key, or for the free part a key that anybody can compute from the footer. That the key is
//! the right one, ChaCha20-Poly1305 alone does not prove (one ciphertext can open under two keys): the holder
//! compares `h_K` first, which is in the sealing context.

use chacha20poly1305::{aead::AeadInPlace, ChaCha20Poly1305, Key, KeyInit, Nonce, Tag};
use hashcard_primitives::{blob::TAG_LEN, footer::Head};
use zeroize::{Zeroize, Zeroizing};

/// BLAKE3 `derive_key` context of [`free_part_key`].
const FREE_PART_CONTEXT: &str = "hashcard 2026-11 free-part key v1";
/// What the key of a piece is derived with, before its number.
const PIECE_KEY_LABEL: &[u8] = b"chunk";

/// The key of a whole content (`hashcard_proofs::ContentPoint::content_key`). Cleared when dropped, never printed.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<[u8; 32]>);

impl ContentKey {
    /// The key that these bytes are.
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Its bytes. Secret: they open every piece.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<Zeroizing<[u8; 32]>> for ContentKey {
    fn from(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }
}

impl From<[u8; 32]> for ContentKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// The key that the free part of a blob is sealed under. No secret: it follows from the footer.
pub fn free_part_key(head: &Head) -> ContentKey {
    ContentKey::from(blake3::derive_key(FREE_PART_CONTEXT, &head.sealing_context()))
}

/// There is no key for the piece.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct KeyNeeded;

/// Why a sealed piece does not open.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum PieceError {
    KeyNeeded,
    DoesNotOpen,
}

impl From<KeyNeeded> for PieceError {
    fn from(_: KeyNeeded) -> Self {
        PieceError::KeyNeeded
    }
}

/// Seals and opens the pieces of one blob.
pub(crate) struct Sealing {
    context: [u8; 32],
    free_chunks: u64,
    free: ContentKey,
    key: Option<ContentKey>,
}

impl Sealing {
    pub fn new(head: &Head, key: Option<&ContentKey>) -> Self {
        Self {
            context: head.sealing_context(),
            free_chunks: head.free_chunks.into(),
            free: free_part_key(head),
            key: key.cloned(),
        }
    }

    /// Seals piece `index` in place and appends the tag. Room for the tag should be reserved, since growing would leave
    /// a copy of the piece behind.
    pub fn seal(&self, index: u64, last: bool, piece: &mut Vec<u8>) -> Result<(), KeyNeeded> {
        let cipher = self.cipher(index)?;
        let tag = cipher
            .encrypt_in_place_detached(&nonce(index, last), &self.associated_data(index, last), piece)
            .expect("a piece is far below the cipher's limit of 256 GiB; qed");
        piece.extend_from_slice(&tag);
        Ok(())
    }

    /// Opens piece `index` in place and cuts the tag off. Nothing is decrypted before the tag is checked.
    pub fn open(&self, index: u64, last: bool, piece: &mut Vec<u8>) -> Result<(), PieceError> {
        let cipher = self.cipher(index)?;
        let len = piece
            .len()
            .checked_sub(TAG_LEN as usize)
            .ok_or(PieceError::DoesNotOpen)?;
        let tag = piece.split_off(len);
        cipher
            .decrypt_in_place_detached(
                &nonce(index, last),
                &self.associated_data(index, last),
                piece,
                Tag::from_slice(&tag),
            )
            .map_err(|_| PieceError::DoesNotOpen)
    }

    fn cipher(&self, index: u64) -> Result<ChaCha20Poly1305, KeyNeeded> {
        let key = if index < self.free_chunks {
            Some(&self.free)
        } else {
            self.key.as_ref()
        };
        let piece_key = piece_key(key.ok_or(KeyNeeded)?, index);
        Ok(ChaCha20Poly1305::new(Key::from_slice(piece_key.as_slice())))
    }

    fn associated_data(&self, index: u64, last: bool) -> [u8; 41] {
        let mut out = [0; 41];
        out[..32].copy_from_slice(&self.context);
        out[32..40].copy_from_slice(&index.to_le_bytes());
        out[40] = last.into();
        out
    }
}

fn piece_key(key: &ContentKey, index: u64) -> Zeroizing<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    hasher.update(PIECE_KEY_LABEL).update(&index.to_le_bytes());
    let mut hash = hasher.finalize();
    let out = Zeroizing::new(*hash.as_bytes());
    hash.zeroize();
    hasher.zeroize();
    out
}

fn nonce(index: u64, last: bool) -> Nonce {
    let mut out = [0; 12];
    out[..8].copy_from_slice(&index.to_le_bytes());
    out[11] = last.into();
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::blob::Suite;

    fn head() -> Head {
        Head {
            suite: Suite::ChaCha20Poly1305,
            free_chunks: 2,
            genesis: [1; 32],
            creator: [2; 32],
            content_commitment: [3; 32],
            salt: [4; 32],
            key_commitment: [5; 32],
        }
    }

    fn sealed(sealing: &Sealing, index: u64, last: bool) -> Vec<u8> {
        let mut piece = b"some bytes".to_vec();
        sealing.seal(index, last, &mut piece).unwrap();
        piece
    }

    fn opened(sealing: &Sealing, index: u64, last: bool, sealed: &[u8]) -> Result<Vec<u8>, PieceError> {
        let mut piece = sealed.to_vec();
        sealing.open(index, last, &mut piece).map(|()| piece)
    }

    #[test]
    fn a_piece_opens_at_its_place_with_its_flag_and_nowhere_else() {
        let sealing = Sealing::new(&head(), Some(&ContentKey::from([7; 32])));
        let piece = sealed(&sealing, 5, false);
        assert_eq!(opened(&sealing, 5, false, &piece).unwrap(), b"some bytes");
        for (index, last) in [
            (4, false),
            (6, false),
            (5, true),
            (0, false),
            (5 + (1 << 32), false),
        ] {
            assert_eq!(
                opened(&sealing, index, last, &piece),
                Err(PieceError::DoesNotOpen)
            );
        }
    }

    #[test]
    fn any_changed_bit_is_refused_and_so_is_a_piece_without_tag() {
        let sealing = Sealing::new(&head(), Some(&ContentKey::from([7; 32])));
        let piece = sealed(&sealing, 5, true);
        for bit in 0..piece.len() * 8 {
            let mut changed = piece.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(opened(&sealing, 5, true, &changed), Err(PieceError::DoesNotOpen));
        }
        for len in 0..piece.len() {
            assert_eq!(
                opened(&sealing, 5, true, &piece[..len]),
                Err(PieceError::DoesNotOpen)
            );
        }
    }

    #[test]
    fn the_free_part_opens_without_a_key_and_nothing_else_does() {
        let sealing = Sealing::new(&head(), Some(&ContentKey::from([7; 32])));
        let keyless = Sealing::new(&head(), None);
        for index in [0, 1] {
            assert!(opened(&keyless, index, false, &sealed(&sealing, index, false)).is_ok());
        }
        assert_eq!(
            opened(&keyless, 2, false, &sealed(&sealing, 2, false)),
            Err(PieceError::KeyNeeded)
        );
        assert_eq!(keyless.seal(2, false, &mut Vec::new()), Err(KeyNeeded));
    }

    #[test]
    fn a_piece_of_another_blob_does_not_open() {
        let key = ContentKey::from([7; 32]);
        let piece = sealed(&Sealing::new(&head(), Some(&key)), 5, false);
        for other in [
            Head {
                creator: [9; 32],
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
            Head {
                free_chunks: 3,
                ..head()
            },
        ] {
            let sealing = Sealing::new(&other, Some(&key));
            assert_eq!(opened(&sealing, 5, false, &piece), Err(PieceError::DoesNotOpen));
        }
    }

    #[test]
    fn a_content_key_is_neither_a_piece_key_nor_the_free_key() {
        let key = ContentKey::from([7; 32]);
        assert_ne!(*piece_key(&key, 0), *key.as_bytes());
        assert_ne!(*piece_key(&key, 0), *piece_key(&key, 1));
        assert_ne!(free_part_key(&head()).as_bytes(), key.as_bytes());
        assert_ne!(
            free_part_key(&head()).as_bytes(),
            free_part_key(&Head {
                salt: [9; 32],
                ..head()
            })
            .as_bytes()
        );
    }
}
