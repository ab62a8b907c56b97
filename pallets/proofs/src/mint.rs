//! "I know `s` and `r` with `V = s·H`, `R = r·G`, `C = s·G + r·X`": the first capsule of a key holds the
//! content point that the card commits to, under the buyer's key.

use crate::{
    point::generator_h, transcript::ProofTranscript, Capsule, ContentSecret, DeliveryContext, EncodedPoint,
    LongProof, ProofError,
};
use curve25519_dalek::{
    constants::RISTRETTO_BASEPOINT_POINT, ristretto::RistrettoPoint, traits::VartimeMultiscalarMul,
};
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

/// Checks that `capsule` opens under `to_key` to the content point behind `context.content_commitment`, and
/// that the proof was made for this delivery.
///
/// Errors: any [`ProofError`] but [`ProofError::CapsuleReused`]. Spec: "Mint".
pub fn verify_mint(
    context: &DeliveryContext,
    to_key: &EncodedPoint,
    capsule: &Capsule,
    proof: &LongProof,
) -> Result<(), ProofError> {
    let (c, z_s, z_r) = proof.scalars()?;
    let v = context.content_commitment.decode()?;
    let x_to = to_key.decode()?;
    let (r_new, c_new) = capsule.decode()?;

    let t1 = RistrettoPoint::vartime_multiscalar_mul([z_s, -c], [generator_h(), v]);
    let t2 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, &r_new, &z_r);
    let t3 =
        RistrettoPoint::vartime_multiscalar_mul([z_s, z_r, -c], [RISTRETTO_BASEPOINT_POINT, x_to, c_new]);

    let mut transcript = delivery_to(context, to_key);
    transcript.new_capsule(capsule);
    if transcript.challenge([t1, t2, t3]) == c {
        Ok(())
    } else {
        Err(ProofError::DoesNotVerify)
    }
}

/// Makes a capsule of the content point under `to_key`, and its proof.
///
/// Publishing the result lets the owner of `to_key` read the content for ever: make it only against an order
/// that is finalised.
///
/// Errors: `to_key` is the identity or not canonical; [`ProofError::DoesNotVerify`] when `secret` is not the
/// one behind `context.content_commitment`.
pub fn prove_mint(
    context: &DeliveryContext,
    secret: &ContentSecret,
    to_key: &EncodedPoint,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(Capsule, LongProof), ProofError> {
    if secret.commitment() != *context.content_commitment {
        return Err(ProofError::DoesNotVerify);
    }
    let x_to = to_key.decode()?;
    let s = secret.scalar();

    let mut transcript = delivery_to(context, to_key);
    let [r] = transcript.hedged_scalars(&[(b"s", s)], rng);
    let mask = Zeroizing::new(x_to * *r);
    let capsule = Capsule {
        r: EncodedPoint::of(&RistrettoPoint::mul_base(&r)),
        c: EncodedPoint::of(&(*secret.element() + *mask)),
    };

    transcript.new_capsule(&capsule);
    let [a, b] = transcript.hedged_scalars(&[(b"s", s), (b"r", &r)], rng);
    let c = transcript.challenge([
        generator_h() * *a,
        RistrettoPoint::mul_base(&b),
        RistrettoPoint::mul_base(&a) + x_to * *b,
    ]);
    Ok((capsule, LongProof::of(&c, &(*a + c * s), &(*b + c * *r))))
}

fn delivery_to(context: &DeliveryContext, to_key: &EncodedPoint) -> ProofTranscript {
    let mut transcript = ProofTranscript::delivery(b"mint", context);
    transcript.point(b"X-to", to_key);
    transcript
}
