//! "I know `s` with `V = s·H`", bound to creator, blob, salt and `h_K`, so nobody lists another's `V` under
//! a card of his own.

use crate::{
    point::generator_h, transcript::ProofTranscript, CardContext, ContentSecret, EncodedPoint, ProofError,
    ShortProof,
};
use curve25519_dalek::{ristretto::RistrettoPoint, traits::VartimeMultiscalarMul};
use rand_core::{CryptoRng, RngCore};

/// Checks that whoever made `proof` for this card knows the secret behind `content_commitment` (`V`).
///
/// It does not show that `h_K` belongs to `V`; a holder shows the contrary with
/// [`verify_false_key`](crate::verify_false_key).
///
/// Errors: any [`ProofError`] but [`ProofError::CapsuleReused`]. Spec: "Card".
pub fn verify_card(
    context: &CardContext,
    content_commitment: &EncodedPoint,
    proof: &ShortProof,
) -> Result<(), ProofError> {
    let (c, z) = proof.scalars()?;
    let v = content_commitment.decode()?;

    let t1 = RistrettoPoint::vartime_multiscalar_mul([z, -c], [generator_h(), v]);

    let expected = ProofTranscript::card(context, content_commitment).challenge([t1]);
    if expected == c {
        Ok(())
    } else {
        Err(ProofError::DoesNotVerify)
    }
}

/// Proves knowledge of `secret` for this card. The commitment is `secret.commitment()`.
pub fn prove_card(
    context: &CardContext,
    secret: &ContentSecret,
    rng: &mut (impl RngCore + CryptoRng),
) -> ShortProof {
    let transcript = ProofTranscript::card(context, &secret.commitment());
    let [a] = transcript.hedged_scalars(&[(b"s", secret.scalar())], rng);
    let c = transcript.challenge([generator_h() * *a]);
    ShortProof::of(&c, &(*a + c * secret.scalar()))
}
