//! A hash of a delivery that its maker publishes before the delivery itself, so that he has time to be heard.
//!
//! **It tells nothing about the capsule**: capsule and proof hold fresh randomness of full width, so nobody can try
//! candidates. It binds all that a delivery consists of; chain, card, price and keys are bound by the proof inside.

use crate::{derive::derive_key, Capsule, LongProof};

/// BLAKE3 context of a lock's commitment.
const LOCK_CONTEXT: &str = "hashcard 2026-11 lock v1";

/// What a submitter puts on chain before he reveals `capsule` and `proof` for `order` (`docs/spec/keys.md`, "Lock").
///
/// Another submitter's delivery of the same bytes has another commitment, so a lock is of no use to who copies it.
pub fn lock_commitment(order: u64, submitter: &[u8; 32], capsule: &Capsule, proof: &LongProof) -> [u8; 32] {
    let mut commitment = [0; 32];
    derive_key(
        LOCK_CONTEXT,
        &[
            &order.to_le_bytes(),
            submitter,
            &capsule.r.0,
            &capsule.c.0,
            &proof.0,
        ],
        &mut commitment,
    );
    commitment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodedPoint;

    /// The 200 bytes that a commitment is made of: order, submitter, R, C, proof.
    fn commitment_of(bytes: &[u8; 200]) -> [u8; 32] {
        let capsule = Capsule {
            r: EncodedPoint(bytes[40..72].try_into().unwrap()),
            c: EncodedPoint(bytes[72..104].try_into().unwrap()),
        };
        lock_commitment(
            u64::from_le_bytes(bytes[..8].try_into().unwrap()),
            bytes[8..40].try_into().unwrap(),
            &capsule,
            &LongProof(bytes[104..].try_into().unwrap()),
        )
    }

    fn bytes() -> [u8; 200] {
        core::array::from_fn(|at| at as u8)
    }

    #[test]
    fn a_commitment_is_the_derive_key_mode_of_the_concatenation() {
        assert_eq!(
            commitment_of(&bytes()),
            blake3::derive_key(LOCK_CONTEXT, &bytes())
        );
    }

    #[test]
    fn flipping_any_bit_of_order_submitter_capsule_or_proof_gives_another_commitment() {
        let mut seen = std::collections::BTreeSet::from([commitment_of(&bytes())]);
        for bit in 0..8 * 200 {
            let mut changed = bytes();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(seen.insert(commitment_of(&changed)), "bit {bit} does not decide");
        }
    }

    #[test]
    fn a_commitment_is_no_other_derivation_of_the_same_bytes() {
        let plain = *blake3::hash(&bytes()).as_bytes();
        assert_ne!(commitment_of(&bytes()), plain);
    }
}
