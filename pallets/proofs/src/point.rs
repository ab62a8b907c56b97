//! A point is bytes until the moment it is used, and is checked at that moment.
//!
//! The wire types hold whatever 32 bytes they were given, so storage and calls can carry them cheaply;
//! nothing computes with them except through [`EncodedPoint::decode`], which refuses a non-canonical
//! encoding and the identity. Canonical encodings are unique, so equal bytes mean equal points.

use crate::ProofError;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use scale_info::TypeInfo;

/// 32 bytes that should encode a ristretto255 element (RFC 9496). Not yet checked.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct EncodedPoint(pub [u8; 32]);

impl EncodedPoint {
    pub(crate) fn of(point: &RistrettoPoint) -> Self {
        Self(point.compress().to_bytes())
    }

    /// The element behind the bytes.
    ///
    /// Errors: [`ProofError::IdentityPoint`] for 32 zero bytes, which encode the identity;
    /// [`ProofError::NotCanonicalPoint`] for bytes that RFC 9496 section 4.3.1 does not decode.
    pub(crate) fn decode(&self) -> Result<RistrettoPoint, ProofError> {
        if self.0 == IDENTITY {
            return Err(ProofError::IdentityPoint);
        }
        CompressedRistretto(self.0)
            .decompress()
            .ok_or(ProofError::NotCanonicalPoint)
    }
}

/// The content point under a holder's key: `r = r·G` and `c = K + r·X`.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Capsule {
    /// `R = r·G`, the ephemeral half.
    pub r: EncodedPoint,
    /// `C = K + r·X`, the masked content point.
    pub c: EncodedPoint,
}

impl Capsule {
    /// Both halves, checked again at each use.
    pub(crate) fn decode(&self) -> Result<(RistrettoPoint, RistrettoPoint), ProofError> {
        Ok((self.r.decode()?, self.c.decode()?))
    }
}

/// The only encoding of the identity.
const IDENTITY: [u8; 32] = [0; 32];

/// The input of the hash that gives the second generator.
#[cfg(test)]
const GENERATOR_H_NAME: &[u8] = b"hashcard/ristretto/gen-H/v1";

/// `H`, the base of content commitments: RFC 9496's map (section 4.3.4) of the first 64 bytes of BLAKE3's
/// output on the name above. Nobody may know its logarithm to base `G`: who did could compute `K` from
/// `V` on every card. A unit test derives it again.
pub(crate) const GENERATOR_H: EncodedPoint = EncodedPoint([
    0x7c, 0x9d, 0xfd, 0x65, 0x98, 0x23, 0xee, 0xe3, 0x18, 0xdd, 0x07, 0x3b, 0x19, 0x63, 0x4d, 0xa7, 0xa6,
    0xfe, 0x88, 0x78, 0xee, 0x66, 0x78, 0xd1, 0x90, 0xdf, 0xe7, 0x05, 0xe4, 0xce, 0x92, 0x32,
]);

/// `G`, the base point of RFC 9496.
pub(crate) const GENERATOR_G: EncodedPoint =
    EncodedPoint(curve25519_dalek::constants::RISTRETTO_BASEPOINT_COMPRESSED.0);

/// The element `H`.
pub(crate) fn generator_h() -> RistrettoPoint {
    GENERATOR_H
        .decode()
        .expect("GENERATOR_H is a frozen encoding that a unit test decodes; qed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generator_h_is_the_map_of_the_hash_of_its_name() {
        let mut uniform = [0u8; 64];
        blake3::Hasher::new()
            .update(GENERATOR_H_NAME)
            .finalize_xof()
            .fill(&mut uniform);
        let derived = EncodedPoint::of(&RistrettoPoint::from_uniform_bytes(&uniform));
        assert_eq!(hex::encode(derived.0), hex::encode(GENERATOR_H.0));
        assert_eq!(EncodedPoint::of(&generator_h()), GENERATOR_H);
        assert_ne!(GENERATOR_H, GENERATOR_G);
    }

    #[test]
    fn the_identity_is_refused() {
        assert_eq!(EncodedPoint([0; 32]).decode(), Err(ProofError::IdentityPoint));
        assert_eq!(
            EncodedPoint::of(&RistrettoPoint::default()),
            EncodedPoint(IDENTITY)
        );
    }

    /// The classes of RFC 9496, appendix A.3: not reduced, negative, not on the curve or with `xy`
    /// negative or `y` zero.
    #[test]
    fn an_encoding_that_is_not_canonical_is_refused() {
        for bytes in [
            // p, which is zero, and p + 1, which is one: the identity's other names
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            // the top bit set; all bits set
            "0000000000000000000000000000000000000000000000000000000000000080",
            "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2df6",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            // one is odd, so negative; and the negative of the encoding of G
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0b0d51f59543b18e577b569e3affaea0a71cf4955a7d22724959a6ba1f72d209",
            // two and minus one: no square root, and y equal to zero
            "0200000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ] {
            let mut point = [0u8; 32];
            hex::decode_to_slice(bytes, &mut point).unwrap();
            assert_eq!(
                EncodedPoint(point).decode(),
                Err(ProofError::NotCanonicalPoint),
                "{bytes}"
            );
        }
    }
}
