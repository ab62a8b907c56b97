//! Every refusal names what was wrong with the bytes, never which secret or which equation.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Why a proof or a capsule was refused.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub enum ProofError {
    /// A point is not the canonical encoding of a ristretto255 element (RFC 9496, section 4.3.1).
    NotCanonicalPoint,
    /// A point is the identity. No key, commitment or capsule part may be.
    IdentityPoint,
    /// A scalar of the proof is not below the group order.
    NotCanonicalScalar,
    /// The proof is well formed and does not hold for this statement in this context.
    DoesNotVerify,
    /// The new capsule repeats the randomness of the old one (`R' = R`).
    CapsuleReused,
}

impl fmt::Display for ProofError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotCanonicalPoint => {
                "checking a proof: a point is not a canonical ristretto255 encoding; send the 32 bytes that the group's encoder gives"
            }
            Self::IdentityPoint => {
                "checking a proof: a point is the identity, which would leave the content point in the clear; use a key and randomness that are not zero"
            }
            Self::NotCanonicalScalar => {
                "checking a proof: a scalar is not below the group order; send scalars fully reduced"
            }
            Self::DoesNotVerify => {
                "checking a proof: it does not hold for this statement; check that keys, capsule, order, sequence and submitter are those on chain, then prove again"
            }
            Self::CapsuleReused => {
                "checking a transfer: the new capsule reuses the randomness of the old one; prove again with fresh randomness"
            }
        })
    }
}

impl core::error::Error for ProofError {}
