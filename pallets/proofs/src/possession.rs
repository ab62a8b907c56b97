//! "I know `x` with `X = x·G`", bound to account and index, so nobody registers another's key or a key
//! related to it. The bytes of every call that carries this proof name the same account as its signer.

use crate::{
    transcript::ProofTranscript, EncodedPoint, EncryptionSecret, PossessionContext, ProofError, ShortProof,
};
use curve25519_dalek::ristretto::RistrettoPoint;
use rand_core::{CryptoRng, RngCore};

/// Checks that whoever made `proof` for this account and index knows the secret of `key`.
///
/// Errors: any [`ProofError`] but [`ProofError::CapsuleReused`]. Spec: "Possession".
pub fn verify_possession(
    context: &PossessionContext,
    key: &EncodedPoint,
    proof: &ShortProof,
) -> Result<(), ProofError> {
    let (c, z) = proof.scalars()?;
    let x = key.decode()?;

    let t1 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, &x, &z);

    let expected = statement(context, key).challenge([t1]);
    if expected == c {
        Ok(())
    } else {
        Err(ProofError::DoesNotVerify)
    }
}

/// Proves knowledge of `secret` for this account and index. The key is `secret.public()`.
pub fn prove_possession(
    context: &PossessionContext,
    secret: &EncryptionSecret,
    rng: &mut (impl RngCore + CryptoRng),
) -> ShortProof {
    let transcript = statement(context, &secret.public());
    let [a] = transcript.hedged_scalars(&[(b"x", secret.scalar())], rng);
    let c = transcript.challenge([RistrettoPoint::mul_base(&a)]);
    ShortProof::of(&c, &(*a + c * secret.scalar()))
}

fn statement(context: &PossessionContext, key: &EncodedPoint) -> ProofTranscript {
    let mut transcript = ProofTranscript::possession(context);
    transcript.point(b"X", key);
    transcript
}
