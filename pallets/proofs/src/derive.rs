//! Every symmetric secret of a content comes from its content point and its salt, under a name of its own.
//!
//! A group element is not a key: its encoding is not uniform. It is hashed, and never used as it is. A card
//! is one immutable version, so there is no version in the input; another version has another salt and
//! another point.

use crate::EncodedPoint;
use zeroize::{Zeroize, Zeroizing};

/// BLAKE3 context of `h_K`, the commitment on the card.
const KEY_COMMITMENT_CONTEXT: &str = "hashcard 2026-11 key-commitment v1";

/// BLAKE3 context of the content key, from which the chunk keys come.
const CONTENT_KEY_CONTEXT: &str = "hashcard 2026-11 content-encryption-key v1";

/// BLAKE3 context of an account's encryption secrets.
const ENCRYPTION_SECRET_CONTEXT: &str = "hashcard 2026-11 enc-key v1";

/// `h_K`: 32 bytes that commit to a content point. Public; it stands on the card. A client decrypts only when
/// the point it opened gives the card's `h_K` (see `docs/spec/keys.md`, "Derivations").
pub fn key_commitment(point: &EncodedPoint, salt: &[u8; 32]) -> [u8; 32] {
    let mut commitment = [0; 32];
    derive_key(KEY_COMMITMENT_CONTEXT, &[&point.0, salt], &mut commitment);
    commitment
}

/// The content key: 32 secret bytes from which the chunk keys derive. Check [`key_commitment`] first: this
/// gives bytes for any point.
pub fn content_key(point: &EncodedPoint, salt: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    derive_key(CONTENT_KEY_CONTEXT, &[&point.0, salt], key.as_mut());
    key
}

/// 64 uniform secret bytes for the encryption secret number `index` of `account`.
pub(crate) fn encryption_secret_bytes(
    seed: &[u8; 32],
    genesis: &[u8; 32],
    account: &[u8; 32],
    index: u32,
) -> Zeroizing<[u8; 64]> {
    let mut wide = Zeroizing::new([0; 64]);
    derive_key(
        ENCRYPTION_SECRET_CONTEXT,
        &[seed, genesis, account, &index.to_le_bytes()],
        wide.as_mut(),
    );
    wide
}

/// BLAKE3's `derive_key` mode over the concatenated parts, read out to the length of `output`. All parts have
/// a fixed length, so no two lists of parts give the same input.
pub(crate) fn derive_key(context: &str, parts: &[&[u8]], output: &mut [u8]) {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    let mut reader = hasher.finalize_xof();
    reader.fill(output);
    reader.zeroize();
    hasher.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derivation_is_the_derive_key_mode_of_the_concatenation() {
        let (point, salt) = (EncodedPoint([7; 32]), [9; 32]);
        let input = [[7; 32], salt].concat();
        assert_eq!(
            key_commitment(&point, &salt),
            blake3::derive_key(KEY_COMMITMENT_CONTEXT, &input)
        );
        assert_eq!(
            *content_key(&point, &salt),
            blake3::derive_key(CONTENT_KEY_CONTEXT, &input)
        );
    }

    #[test]
    fn the_published_commitment_is_not_the_content_key() {
        let (point, salt) = (EncodedPoint([7; 32]), [9; 32]);
        assert_ne!(key_commitment(&point, &salt), *content_key(&point, &salt));
    }

    #[test]
    fn point_and_salt_both_decide() {
        let base = key_commitment(&EncodedPoint([7; 32]), &[9; 32]);
        assert_ne!(base, key_commitment(&EncodedPoint([8; 32]), &[9; 32]));
        assert_ne!(base, key_commitment(&EncodedPoint([7; 32]), &[8; 32]));
    }
}
