//! "I know `x` and `r` with `X = x·G`, `R' = r·G`, `C - C' = x·R - r·X'`": the new capsule holds what the old
//! one holds, whatever that is. That it is the card's content point follows from the proof of the old capsule,
//! back to a mint; so **the old capsule must come from the chain's own state**.

use crate::{
    transcript::ProofTranscript, Capsule, DeliveryContext, EncodedPoint, EncryptionSecret, LongProof,
    ProofError, TransferUse,
};
use curve25519_dalek::{ristretto::RistrettoPoint, traits::VartimeMultiscalarMul};
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

/// Checks that `new` opens under `to_key` to what `old` opens to under `from_key`, and that the proof was made
/// for this use and this delivery.
///
/// Errors: any [`ProofError`]. Spec: "Transfer".
pub fn verify_transfer(
    transfer_use: TransferUse,
    context: &DeliveryContext,
    from_key: &EncodedPoint,
    to_key: &EncodedPoint,
    old: &Capsule,
    new: &Capsule,
    proof: &LongProof,
) -> Result<(), ProofError> {
    let (c, z_x, z_r) = proof.scalars()?;
    if new.r == old.r {
        return Err(ProofError::CapsuleReused);
    }
    context.content_commitment.decode()?;
    let x_from = from_key.decode()?;
    let x_to = to_key.decode()?;
    let (r_old, c_old) = old.decode()?;
    let (r_new, c_new) = new.decode()?;

    let t1 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, &x_from, &z_x);
    let t2 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-c, &r_new, &z_r);
    let t3 = RistrettoPoint::vartime_multiscalar_mul([z_x, -z_r, -c], [r_old, x_to, c_old - c_new]);

    let mut transcript = delivery_between(transfer_use, context, from_key, to_key, old);
    transcript.new_capsule(new);
    if transcript.challenge([t1, t2, t3]) == c {
        Ok(())
    } else {
        Err(ProofError::DoesNotVerify)
    }
}

/// Makes a capsule under `to_key` of what `old` holds under `secret`, and its proof. The `from_key` of the
/// statement is `secret.public()`.
///
/// Pass only a capsule read from finalised chain state, and publish the result only against an order that is
/// finalised. The content point is not checked against the card here: open the capsule first and compare its
/// key commitment.
///
/// Errors: a point that is the identity or not canonical.
pub fn prove_transfer(
    transfer_use: TransferUse,
    context: &DeliveryContext,
    secret: &EncryptionSecret,
    to_key: &EncodedPoint,
    old: &Capsule,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(Capsule, LongProof), ProofError> {
    context.content_commitment.decode()?;
    let x_to = to_key.decode()?;
    let (r_old, _) = old.decode()?;
    let content = secret.unmask(old)?;
    let x = secret.scalar();

    let mut transcript = delivery_between(transfer_use, context, &secret.public(), to_key, old);
    let [r] = transcript.hedged_scalars(&[(b"x", x)], rng);
    let mask = Zeroizing::new(x_to * *r);
    let new = Capsule {
        r: EncodedPoint::of(&RistrettoPoint::mul_base(&r)),
        c: EncodedPoint::of(&(*content + *mask)),
    };
    if new.r == old.r {
        return Err(ProofError::CapsuleReused);
    }

    transcript.new_capsule(&new);
    let [a, b] = transcript.hedged_scalars(&[(b"x", x), (b"r", &r)], rng);
    let c = transcript.challenge([
        RistrettoPoint::mul_base(&a),
        RistrettoPoint::mul_base(&b),
        r_old * *a - x_to * *b,
    ]);
    Ok((new, LongProof::of(&c, &(*a + c * x), &(*b + c * *r))))
}

fn delivery_between(
    transfer_use: TransferUse,
    context: &DeliveryContext,
    from_key: &EncodedPoint,
    to_key: &EncodedPoint,
    old: &Capsule,
) -> ProofTranscript {
    let mut transcript = ProofTranscript::delivery(transfer_use.tag(), context);
    transcript.point(b"X-from", from_key);
    transcript.point(b"X-to", to_key);
    transcript.old_capsule(old);
    transcript
}
