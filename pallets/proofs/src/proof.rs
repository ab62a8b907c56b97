//! A proof is its challenge followed by its responses; the verifier recomputes the prover's messages.
//!
//! Scalars are read only in canonical form. Adding the group order to one gives other bytes for the same
//! proof, which would let a stranger change a pending transaction without breaking it.

use crate::ProofError;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use curve25519_dalek::scalar::Scalar;
use scale_info::TypeInfo;

/// `c || z`, 32 bytes each, little-endian: possession, card, false key.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ShortProof(pub [u8; 64]);

/// `c || z1 || z2`, 32 bytes each, little-endian: mint, transfer.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct LongProof(pub [u8; 96]);

impl ShortProof {
    pub(crate) fn of(challenge: &Scalar, response: &Scalar) -> Self {
        let mut bytes = [0; 64];
        for (slot, scalar) in bytes.chunks_exact_mut(32).zip([challenge, response]) {
            slot.copy_from_slice(scalar.as_bytes());
        }
        Self(bytes)
    }

    /// `(c, z)`.
    pub(crate) fn scalars(&self) -> Result<(Scalar, Scalar), ProofError> {
        let [c, z] = canonical_scalars(&self.0)?;
        Ok((c, z))
    }
}

impl LongProof {
    pub(crate) fn of(challenge: &Scalar, first: &Scalar, second: &Scalar) -> Self {
        let mut bytes = [0; 96];
        for (slot, scalar) in bytes.chunks_exact_mut(32).zip([challenge, first, second]) {
            slot.copy_from_slice(scalar.as_bytes());
        }
        Self(bytes)
    }

    /// `(c, z1, z2)`.
    pub(crate) fn scalars(&self) -> Result<(Scalar, Scalar, Scalar), ProofError> {
        let [c, z1, z2] = canonical_scalars(&self.0)?;
        Ok((c, z1, z2))
    }
}

fn canonical_scalars<const N: usize>(bytes: &[u8]) -> Result<[Scalar; N], ProofError> {
    let mut scalars = [Scalar::ZERO; N];
    for (scalar, encoded) in scalars.iter_mut().zip(bytes.chunks_exact(32)) {
        let encoded: [u8; 32] = encoded.try_into().map_err(|_| ProofError::NotCanonicalScalar)?;
        *scalar =
            Option::from(Scalar::from_canonical_bytes(encoded)).ok_or(ProofError::NotCanonicalScalar)?;
    }
    Ok(scalars)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of the group, little-endian (RFC 9496, section 4).
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

    #[test]
    fn a_scalar_that_is_not_below_the_order_is_refused() {
        let mut order = [0; 32];
        hex::decode_to_slice(ORDER, &mut order).unwrap();
        for bad in [order, [0xff; 32]] {
            for slot in 0..2 {
                let mut bytes = [0; 64];
                bytes[32 * slot..][..32].copy_from_slice(&bad);
                assert_eq!(ShortProof(bytes).scalars(), Err(ProofError::NotCanonicalScalar));
            }
            for slot in 0..3 {
                let mut bytes = [0; 96];
                bytes[32 * slot..][..32].copy_from_slice(&bad);
                assert_eq!(LongProof(bytes).scalars(), Err(ProofError::NotCanonicalScalar));
            }
        }
    }

    #[test]
    fn the_parts_of_a_proof_keep_their_order() {
        let [a, b, c] = [1u64, 2, 3].map(Scalar::from);
        assert_eq!(ShortProof::of(&a, &b).scalars(), Ok((a, b)));
        assert_eq!(LongProof::of(&a, &b, &c).scalars(), Ok((a, b, c)));
    }
}
