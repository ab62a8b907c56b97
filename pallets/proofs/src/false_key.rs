//! "I know `x` with `X = x·G` and `C - K' = x·R`": this capsule opens to `K'` and to nothing else.
//!
//! **It says nothing about right or wrong.** The caller compares [`key_commitment`](crate::key_commitment) of
//! `K'` under the card's salt with the card's `h_K`, and only a difference is a fraud. The point becomes public,
//! so a client makes this proof only after it saw that difference: then what it gives away opens nothing.
//!
//! A report also publishes `x·R = C - K'`. That helps nobody as long as the capsule stands on chain, because then
//! its maker proved that he knows `r`, and `x·R = r·X`. For a capsule from anywhere else the report would be
//! a decryption of whatever a stranger chose.

use crate::{
    transcript::ProofTranscript, Capsule, EncodedPoint, EncryptionSecret, FalseKeyContext, ProofError,
    ShortProof,
};
use curve25519_dalek::{ristretto::RistrettoPoint, traits::VartimeMultiscalarMul};
use rand_core::{CryptoRng, RngCore};

/// Checks that `capsule` opens to `opened` under `key`, and that the proof was made for this report.
///
/// Errors: any [`ProofError`] but [`ProofError::CapsuleReused`]. Spec: "False key".
pub fn verify_false_key(
    context: &FalseKeyContext,
    key: &EncodedPoint,
    capsule: &Capsule,
    opened: &EncodedPoint,
    proof: &ShortProof,
) -> Result<(), ProofError> {
    let (c, z) = proof.scalars()?;
    context.content_commitment.decode()?;
    let x = key.decode()?;
    let (r, c_point) = capsule.decode()?;
    let k = opened.decode()?;

    let t1 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, &x, &z);
    let t2 = RistrettoPoint::vartime_multiscalar_mul([z, -c], [r, c_point - k]);

    if statement(context, key, capsule, opened).challenge([t1, t2]) == c {
        Ok(())
    } else {
        Err(ProofError::DoesNotVerify)
    }
}

/// Opens `capsule` in public: returns the point inside and the proof that it is the one.
///
/// **Whoever reads the result knows the point.** Call it only for a capsule read from finalised chain state, and
/// only after the key commitment of its point turned out to differ from the card's.
///
/// Errors: a point that is the identity or not canonical.
pub fn prove_false_key(
    context: &FalseKeyContext,
    secret: &EncryptionSecret,
    capsule: &Capsule,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(EncodedPoint, ShortProof), ProofError> {
    context.content_commitment.decode()?;
    let (r, _) = capsule.decode()?;
    let opened = EncodedPoint(*secret.open(capsule)?.as_bytes());
    let x = secret.scalar();

    let transcript = statement(context, &secret.public(), capsule, &opened);
    let [a] = transcript.hedged_scalars(&[(b"x", x)], rng);
    let c = transcript.challenge([RistrettoPoint::mul_base(&a), r * *a]);
    Ok((opened, ShortProof::of(&c, &(*a + c * x))))
}

fn statement(
    context: &FalseKeyContext,
    key: &EncodedPoint,
    capsule: &Capsule,
    opened: &EncodedPoint,
) -> ProofTranscript {
    let mut transcript = ProofTranscript::false_key(context);
    transcript.point(b"X", key);
    transcript.old_capsule(capsule);
    transcript.point(b"K", opened);
    transcript
}
