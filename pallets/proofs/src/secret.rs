//! Secrets cannot be printed, cloned, compared or encoded, and are cleared when dropped.
//!
//! Arithmetic on them takes the same time for every value. Only what is held in these types and in `Zeroizing`
//! is cleared; copies that the compiler leaves in registers or on the stack are out of reach.

use crate::{
    derive::{content_key, encryption_secret_bytes, key_commitment},
    point::generator_h,
    Capsule, EncodedPoint, ProofError,
};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar, traits::IsIdentity};
use rand_core::{CryptoRng, RngCore};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// `s`: who knows it can mint keys of the content. One per card, never a user's words, never zero.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ContentSecret(Scalar);

impl ContentSecret {
    /// A uniform secret. Draws again while the draw is zero, which a sound source does once in 2^252.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut wide = Zeroizing::new([0; 64]);
        loop {
            rng.fill_bytes(wide.as_mut());
            let scalar = Scalar::from_bytes_mod_order_wide(&wide);
            if scalar != Scalar::ZERO {
                return Self(scalar);
            }
        }
    }

    /// The secret that [`to_bytes`](Self::to_bytes) gave; `None` for zero or a number not below the group order.
    pub fn from_canonical_bytes(bytes: &[u8; 32]) -> Option<Self> {
        Option::<Scalar>::from(Scalar::from_canonical_bytes(*bytes))
            .filter(|scalar| *scalar != Scalar::ZERO)
            .map(Self)
    }

    /// 32 bytes, little-endian, for the creator's key file.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// `V = s·H`, for the card.
    pub fn commitment(&self) -> EncodedPoint {
        EncodedPoint::of(&(generator_h() * self.0))
    }

    /// `K = s·G`.
    pub fn point(&self) -> ContentPoint {
        ContentPoint::of(&self.element())
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        &self.0
    }

    /// `K` as an element.
    pub(crate) fn element(&self) -> Zeroizing<RistrettoPoint> {
        Zeroizing::new(RistrettoPoint::mul_base(&self.0))
    }
}

/// `K`: who knows it can read the content. Holds the encoding of a point that was computed, not received.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ContentPoint([u8; 32]);

impl ContentPoint {
    fn of(element: &RistrettoPoint) -> Self {
        Self(element.compress().to_bytes())
    }

    /// The encoding. Secret: it is all that a reader needs.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// `h_K` for the card; compare it with the card's before decrypting.
    pub fn key_commitment(&self, salt: &[u8; 32]) -> [u8; 32] {
        let mut point = EncodedPoint(self.0);
        let commitment = key_commitment(&point, salt);
        point.0.zeroize();
        commitment
    }

    /// The content key, see [`content_key`].
    pub fn content_key(&self, salt: &[u8; 32]) -> Zeroizing<[u8; 32]> {
        let mut point = EncodedPoint(self.0);
        let key = content_key(&point, salt);
        point.0.zeroize();
        key
    }
}

/// `x`: opens every capsule under `X = x·G`. Kept apart from the account's signing key.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct EncryptionSecret(Scalar);

impl EncryptionSecret {
    /// Secret number `index` of `account` on the chain with this genesis. The same arguments always give
    /// the same secret, so a seed is the only thing to back up (`docs/spec/keys.md`, "Derivations").
    pub fn derive(seed: &[u8; 32], genesis: &[u8; 32], account: &[u8; 32], index: u32) -> Self {
        Self(Scalar::from_bytes_mod_order_wide(&encryption_secret_bytes(
            seed, genesis, account, index,
        )))
    }

    /// `X = x·G`, for registration.
    pub fn public(&self) -> EncodedPoint {
        EncodedPoint::of(&RistrettoPoint::mul_base(&self.0))
    }

    /// The content point of a capsule under this key: `K = C - x·R`.
    ///
    /// Pass only capsules read from finalised chain state. The result is whatever the capsule holds: compare
    /// its [`key_commitment`](ContentPoint::key_commitment) with the card's before using it.
    ///
    /// Errors: a half that is the identity or not canonical, or a result that is the identity.
    pub fn open(&self, capsule: &Capsule) -> Result<ContentPoint, ProofError> {
        let element = self.unmask(capsule)?;
        if element.is_identity() {
            return Err(ProofError::IdentityPoint);
        }
        Ok(ContentPoint::of(&element))
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        &self.0
    }

    /// `C - x·R` as an element.
    pub(crate) fn unmask(&self, capsule: &Capsule) -> Result<Zeroizing<RistrettoPoint>, ProofError> {
        let (r, c) = capsule.decode()?;
        let mask = Zeroizing::new(r * self.0);
        Ok(Zeroizing::new(c - *mask))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

    #[test]
    fn a_content_secret_survives_its_bytes() {
        let secret = ContentSecret::random(&mut ChaCha20Rng::from_seed([1; 32]));
        let again = ContentSecret::from_canonical_bytes(&secret.to_bytes()).unwrap();
        assert_eq!(secret.commitment(), again.commitment());
        assert_eq!(secret.point().as_bytes(), again.point().as_bytes());
    }

    #[test]
    fn zero_and_numbers_not_below_the_order_are_no_content_secret() {
        assert!(ContentSecret::from_canonical_bytes(&[0; 32]).is_none());
        assert!(ContentSecret::from_canonical_bytes(&[0xff; 32]).is_none());
    }

    #[test]
    fn every_argument_of_a_derivation_decides() {
        let base = EncryptionSecret::derive(&[1; 32], &[2; 32], &[3; 32], 4).public();
        assert_eq!(
            base,
            EncryptionSecret::derive(&[1; 32], &[2; 32], &[3; 32], 4).public()
        );
        for other in [
            EncryptionSecret::derive(&[9; 32], &[2; 32], &[3; 32], 4),
            EncryptionSecret::derive(&[1; 32], &[9; 32], &[3; 32], 4),
            EncryptionSecret::derive(&[1; 32], &[2; 32], &[9; 32], 4),
            EncryptionSecret::derive(&[1; 32], &[2; 32], &[3; 32], 9),
        ] {
            assert_ne!(base, other.public());
        }
    }

    #[test]
    fn a_capsule_opens_under_its_own_key_only() {
        let content = ContentSecret::random(&mut ChaCha20Rng::from_seed([1; 32]));
        let (owner, other) = (
            EncryptionSecret::derive(&[1; 32], &[2; 32], &[3; 32], 0),
            EncryptionSecret::derive(&[1; 32], &[2; 32], &[3; 32], 1),
        );
        let r = Scalar::from(77u64);
        let mask = owner.public().decode().unwrap() * r;
        let capsule = Capsule {
            r: EncodedPoint::of(&RistrettoPoint::mul_base(&r)),
            c: EncodedPoint::of(&(*content.element() + mask)),
        };
        assert_eq!(
            owner.open(&capsule).unwrap().as_bytes(),
            content.point().as_bytes()
        );
        assert_ne!(
            other.open(&capsule).unwrap().as_bytes(),
            content.point().as_bytes()
        );
    }

    #[test]
    fn a_capsule_with_a_bad_half_or_nothing_inside_is_refused() {
        let owner = EncryptionSecret::derive(&[1; 32], &[2; 32], &[3; 32], 0);
        let good = owner.public();
        let zero = EncodedPoint([0; 32]);
        let open = |r, c| owner.open(&Capsule { r, c }).map(|_| ());
        assert_eq!(open(zero, good), Err(ProofError::IdentityPoint));
        assert_eq!(open(good, zero), Err(ProofError::IdentityPoint));
        assert_eq!(
            open(good, EncodedPoint([0xff; 32])),
            Err(ProofError::NotCanonicalPoint)
        );
        // R = G and C = X open to X - x·G, the identity.
        assert_eq!(
            open(crate::point::GENERATOR_G, good),
            Err(ProofError::IdentityPoint)
        );
    }
}
