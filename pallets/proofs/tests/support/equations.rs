//! The specification's transcript and equations, written a second time over merlin and dalek alone.
//!
//! It gives the vectors their intermediate values, and it makes proofs that the crate's own prover refuses to
//! make: proofs about identities, which satisfy every equation and must be refused all the same.

// Each test and the vector writer use a part of this.
#![allow(dead_code)]

use super::case::{Case, Use};
use curve25519_dalek::{
    constants::{RISTRETTO_BASEPOINT_COMPRESSED, RISTRETTO_BASEPOINT_POINT as G},
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
};
use merlin::Transcript;

/// Everything between a statement and its challenge.
pub struct Trace {
    /// What was appended after the protocol label, in order.
    pub items: Vec<(&'static str, Vec<u8>)>,
    /// The 64 bytes drawn from the transcript.
    pub wide: [u8; 64],
    /// The challenge, reduced.
    pub challenge: Scalar,
}

pub fn generator_h() -> RistrettoPoint {
    let mut uniform = [0; 64];
    blake3::Hasher::new()
        .update(b"hashcard/ristretto/gen-H/v1")
        .finalize_xof()
        .fill(&mut uniform);
    RistrettoPoint::from_uniform_bytes(&uniform)
}

/// What a verifier computes from the proof of a case whose points and scalars are well formed.
pub fn trace(case: &Case) -> Trace {
    let mut scalars = case.proof.chunks_exact(32).map(scalar);
    let c = scalars.next().expect("a challenge");
    let responses: Vec<Scalar> = scalars.collect();
    challenge(case, &messages(case, &responses, &c))
}

/// Proves the statement of a case with given nonces, refusing nothing.
pub fn prove_anything(case: &mut Case, secrets: &[Scalar], nonces: &[Scalar]) {
    let c = challenge(case, &messages(case, nonces, &Scalar::ZERO)).challenge;
    case.proof = c.to_bytes().to_vec();
    for (nonce, secret) in nonces.iter().zip(secrets) {
        case.proof.extend((nonce + c * secret).to_bytes());
    }
}

/// Gives a reduced scalar its other name: the same number plus the group order, which still fits 32 bytes.
pub fn add_group_order(scalar: &mut [u8]) {
    let one_less = (-Scalar::ONE).to_bytes();
    let mut carry = 1u16;
    for (byte, order) in scalar.iter_mut().zip(one_less) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "a reduced scalar plus the order is below 2^253");
}

/// The prover's messages. With the nonces as responses and zero as challenge these are the prover's formulas,
/// with responses and challenge of a proof they are the verifier's.
fn messages(case: &Case, z: &[Scalar], c: &Scalar) -> Vec<RistrettoPoint> {
    let at = |label: &str| element(case.get(label));
    let v = || at("content-commitment");
    match case.case_use {
        Use::Possession => vec![G * z[0] - at("X") * c],
        Use::Card => vec![generator_h() * z[0] - v() * c],
        Use::Mint => vec![
            generator_h() * z[0] - v() * c,
            G * z[1] - at("R-new") * c,
            G * z[0] + at("X-to") * z[1] - at("C-new") * c,
        ],
        Use::Transfer(_) => vec![
            G * z[0] - at("X-from") * c,
            G * z[1] - at("R-new") * c,
            at("R-old") * z[0] - at("X-to") * z[1] - (at("C-old") - at("C-new")) * c,
        ],
        Use::FalseKey => vec![
            G * z[0] - at("X") * c,
            at("R-old") * z[0] - (at("C-old") - at("K")) * c,
        ],
    }
}

fn challenge(case: &Case, messages: &[RistrettoPoint]) -> Trace {
    let mut items = vec![
        ("use", case.case_use.tag().as_bytes().to_vec()),
        ("proof-format", vec![1]),
    ];
    items.extend(case.context.iter().cloned());
    items.push(("G", RISTRETTO_BASEPOINT_COMPRESSED.0.to_vec()));
    items.push(("H", generator_h().compress().0.to_vec()));
    for label in case.case_use.points() {
        items.push((label, case.get(label).to_vec()));
    }
    for (label, message) in ["T1", "T2", "T3"].into_iter().zip(messages) {
        items.push((label, message.compress().0.to_vec()));
    }

    let mut transcript = Transcript::new(b"hashcard/keys/v1");
    for (label, bytes) in &items {
        transcript.append_message(label.as_bytes(), bytes);
    }
    let mut wide = [0; 64];
    transcript.challenge_bytes(b"challenge", &mut wide);
    Trace {
        items,
        wide,
        challenge: Scalar::from_bytes_mod_order_wide(&wide),
    }
}

fn element(bytes: &[u8]) -> RistrettoPoint {
    CompressedRistretto::from_slice(bytes)
        .expect("32 bytes")
        .decompress()
        .expect("a canonical point")
}

fn scalar(bytes: &[u8]) -> Scalar {
    Option::from(Scalar::from_canonical_bytes(bytes.try_into().expect("32 bytes"))).expect("canonical")
}
