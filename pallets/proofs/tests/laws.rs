//! What a verifier promises, as laws: honest proofs verify, and nothing else does.

#[path = "support/case.rs"]
mod case;
#[path = "support/equations.rs"]
mod equations;

use case::{honest, random_encryption_secret, Case, Use, ALL_USES};
use codec::{Decode, Encode, MaxEncodedLen};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use hashcard_proofs::{
    Capsule, ContentPoint, ContentSecret, EncodedPoint, EncryptionSecret, LongProof, ProofError, ShortProof,
    TransferUse,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, Error, RngCore, SeedableRng};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn an_honest_proof_verifies(seed: u64) {
        for case_use in ALL_USES {
            prop_assert_eq!(honest(case_use, &mut rng(seed)).verify(), Ok(()), "{:?}", case_use);
        }
    }

    #[test]
    fn the_crate_agrees_with_the_equations_of_the_specification(seed: u64) {
        for case_use in ALL_USES {
            let case = honest(case_use, &mut rng(seed));
            let challenge = equations::trace(&case).challenge.to_bytes();
            prop_assert_eq!(&case.proof[..32], &challenge);
        }
    }

    #[test]
    fn changing_any_one_field_is_refused(seed: u64, mask in 1u8..) {
        let mut random = rng(seed);
        for case_use in ALL_USES {
            let case = honest(case_use, &mut random);
            for label in case.context.iter().map(|item| item.0) {
                let mut changed = case.clone();
                let mut bytes = case.get(label).to_vec();
                let place = (random.next_u32() as usize) % bytes.len();
                bytes[place] ^= mask;
                changed.set(label, bytes);
                prop_assert!(changed.verify().is_err(), "{:?} {}", case_use, label);
            }
        }
    }

    #[test]
    fn another_point_in_any_place_of_the_statement_is_refused(seed: u64) {
        let mut random = rng(seed);
        for case_use in ALL_USES {
            let case = honest(case_use, &mut random);
            for label in places(case_use) {
                let mut changed = case.clone();
                changed.set(label, random_encryption_secret(&mut random).public().0);
                prop_assert_eq!(changed.verify(), Err(ProofError::DoesNotVerify), "{:?} {}", case_use, label);
            }
        }
    }

    #[test]
    fn a_capsule_keeps_its_content_through_any_chain_of_transfers(seed: u64) {
        let mut random = rng(seed);
        let content = ContentSecret::random(&mut random);
        let mut holder = random_encryption_secret(&mut random);
        let mut mint = Case::with_random_context(Use::Mint, &mut random);
        mint.prove_mint(&content, &holder.public(), &mut random);
        prop_assert_eq!(mint.verify(), Ok(()));
        let mut held = mint.new_capsule();
        for transfer_use in [TransferUse::Fulfil, TransferUse::Transfer, TransferUse::Rewrap] {
            let next = random_encryption_secret(&mut random);
            let mut case = Case::with_random_context(Use::Transfer(transfer_use), &mut random);
            case.set("content-commitment", content.commitment().0);
            case.prove_transfer(&holder, &next.public(), &held, &mut random);
            prop_assert_eq!(case.verify(), Ok(()));
            held = case.new_capsule();
            holder = next;
            prop_assert!(holder.open(&held).unwrap().as_bytes() == content.point().as_bytes());
        }
    }

    #[test]
    fn bytes_that_nobody_proved_are_refused(seed: u64) {
        let mut random = rng(seed);
        for case_use in ALL_USES {
            let mut case = honest(case_use, &mut random);
            for scalar in case.proof.chunks_exact_mut(32) {
                let mut wide = [0; 64];
                random.fill_bytes(&mut wide);
                scalar.copy_from_slice(Scalar::from_bytes_mod_order_wide(&wide).as_bytes());
            }
            prop_assert_eq!(case.verify(), Err(ProofError::DoesNotVerify));
        }
    }
}

/// Points of the statement, with the commitment where the context holds it.
fn places(case_use: Use) -> Vec<&'static str> {
    let mut places = case_use.points().to_vec();
    if case_use != Use::Possession {
        places.push("content-commitment");
    }
    places
}

#[test]
fn flipping_any_bit_of_statement_context_or_proof_is_refused() {
    for case_use in ALL_USES {
        let case = honest(case_use, &mut rng(1));
        assert_eq!(case.verify(), Ok(()));
        let pieces = case.clone().pieces().count();
        for piece in 0..pieces {
            let length = case.clone().pieces().nth(piece).unwrap().1.len();
            for bit in 0..8 * length {
                let mut changed = case.clone();
                let (label, bytes) = changed.pieces().nth(piece).unwrap();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(changed.verify().is_err(), "{case_use:?}: bit {bit} of {label}");
            }
        }
    }
}

#[test]
fn a_proof_for_one_use_is_no_proof_for_another() {
    use TransferUse::*;
    for made in [Transfer, Fulfil, Rewrap] {
        for shown in [Transfer, Fulfil, Rewrap] {
            let case = Case {
                case_use: Use::Transfer(shown),
                ..honest(Use::Transfer(made), &mut rng(2))
            };
            let expected = if made == shown {
                Ok(())
            } else {
                Err(ProofError::DoesNotVerify)
            };
            assert_eq!(case.verify(), expected, "{made:?} shown as {shown:?}");
        }
    }
}

#[test]
fn a_proof_submitted_by_somebody_else_is_refused() {
    for case_use in ALL_USES {
        let submitter = match case_use {
            Use::Possession | Use::FalseKey => "account",
            Use::Card => "creator",
            Use::Mint | Use::Transfer(_) => "submitter",
        };
        let mut case = honest(case_use, &mut rng(3));
        case.set(submitter, [0x5a; 32]);
        assert_eq!(case.verify(), Err(ProofError::DoesNotVerify), "{case_use:?}");
    }
}

#[test]
fn the_identity_is_refused_in_every_place() {
    for case_use in ALL_USES {
        let case = honest(case_use, &mut rng(4));
        for label in places(case_use) {
            let mut changed = case.clone();
            changed.set(label, [0; 32]);
            assert_eq!(
                changed.verify(),
                Err(ProofError::IdentityPoint),
                "{case_use:?} {label}"
            );
        }
    }
}

#[test]
fn a_point_that_is_not_canonical_is_refused_in_every_place() {
    let mut negative = [0; 32];
    negative[0] = 1;
    // The prime, and the prime plus four: other names of zero, and of a point that four encodes.
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    let mut prime_and_four = prime;
    prime_and_four[0] = 0xf1;
    let mut off_the_curve = [0; 32];
    off_the_curve[0] = 2;
    for case_use in ALL_USES {
        let case = honest(case_use, &mut rng(5));
        for label in places(case_use) {
            for bytes in [negative, prime, prime_and_four, off_the_curve, [0xff; 32]] {
                let mut changed = case.clone();
                changed.set(label, bytes);
                assert_eq!(
                    changed.verify(),
                    Err(ProofError::NotCanonicalPoint),
                    "{case_use:?} {label}"
                );
            }
        }
    }
}

#[test]
fn the_group_order_added_to_any_scalar_is_refused() {
    for case_use in ALL_USES {
        let case = honest(case_use, &mut rng(6));
        for slot in 0..=case_use.responses() {
            let mut changed = case.clone();
            equations::add_group_order(&mut changed.proof[32 * slot..][..32]);
            assert_eq!(
                changed.verify(),
                Err(ProofError::NotCanonicalScalar),
                "{case_use:?} scalar {slot}"
            );
        }
    }
}

#[test]
fn a_proof_of_zeros_is_refused() {
    for case_use in ALL_USES {
        let mut case = honest(case_use, &mut rng(7));
        case.proof.fill(0);
        assert_eq!(case.verify(), Err(ProofError::DoesNotVerify), "{case_use:?}");
    }
}

#[test]
fn swapping_the_responses_or_the_halves_of_a_capsule_is_refused() {
    for case_use in [Use::Mint, Use::Transfer(TransferUse::Transfer)] {
        let case = honest(case_use, &mut rng(8));
        let mut swapped = case.clone();
        swapped.proof[32..].rotate_left(32);
        assert_eq!(swapped.verify(), Err(ProofError::DoesNotVerify));
        let mut swapped = case.clone();
        swapped.set("R-new", case.get("C-new"));
        swapped.set("C-new", case.get("R-new"));
        assert_eq!(swapped.verify(), Err(ProofError::DoesNotVerify));
    }
}

#[test]
fn a_capsule_shifted_by_a_stranger_is_refused() {
    // ElGamal is malleable: (R + d·G, C + d·X) opens to the same point. The proof is not.
    let case = honest(Use::Mint, &mut rng(9));
    let shift = Scalar::from(5u64);
    let moved = |point: EncodedPoint, by: RistrettoPoint| {
        let point = curve25519_dalek::ristretto::CompressedRistretto(point.0)
            .decompress()
            .unwrap();
        (point + by).compress().0
    };
    let key = curve25519_dalek::ristretto::CompressedRistretto(case.point("X-to").0)
        .decompress()
        .unwrap();
    let mut shifted = case.clone();
    shifted.set(
        "R-new",
        moved(case.point("R-new"), RistrettoPoint::mul_base(&shift)),
    );
    shifted.set("C-new", moved(case.point("C-new"), key * shift));
    assert_eq!(shifted.verify(), Err(ProofError::DoesNotVerify));
}

#[test]
fn a_transfer_to_the_same_randomness_is_refused() {
    let mut case = honest(Use::Transfer(TransferUse::Rewrap), &mut rng(10));
    let old = case.get("R-old").to_vec();
    case.set("R-new", old);
    assert_eq!(case.verify(), Err(ProofError::CapsuleReused));
}

#[test]
fn a_mint_of_a_secret_that_the_card_does_not_commit_to_is_not_made() {
    let mut random = rng(11);
    let (content, other) = (
        ContentSecret::random(&mut random),
        ContentSecret::random(&mut random),
    );
    let buyer = random_encryption_secret(&mut random).public();
    let commitment = other.commitment();
    let context = hashcard_proofs::DeliveryContext {
        genesis: &[0; 32],
        card: 0,
        root: &[0; 32],
        blob_len: 0,
        key_commitment: &[0; 32],
        content_commitment: &commitment,
        edition: 0,
        order: 0,
        price: 0,
        sequence: 0,
        from: &[0; 32],
        to: &[0; 32],
        submitter: &[0; 32],
        from_key_index: 0,
        to_key_index: 0,
    };
    let mint = |secret, key: &EncodedPoint, random: &mut ChaCha20Rng| {
        hashcard_proofs::prove_mint(&context, secret, key, random).map(|_| ())
    };
    assert_eq!(mint(&other, &buyer, &mut random), Ok(()));
    assert_eq!(
        mint(&content, &buyer, &mut random),
        Err(ProofError::DoesNotVerify)
    );
    assert_eq!(
        mint(&other, &EncodedPoint([0; 32]), &mut random),
        Err(ProofError::IdentityPoint)
    );
    assert_eq!(
        mint(&other, &EncodedPoint([1; 32]), &mut random),
        Err(ProofError::NotCanonicalPoint)
    );
}

#[test]
fn wire_types_have_the_sizes_of_the_specification() {
    let point = EncodedPoint([7; 32]);
    let capsule = Capsule { r: point, c: point };
    assert_eq!((point.encoded_size(), EncodedPoint::max_encoded_len()), (32, 32));
    assert_eq!((capsule.encoded_size(), Capsule::max_encoded_len()), (64, 64));
    assert_eq!(
        (ShortProof([7; 64]).encoded_size(), ShortProof::max_encoded_len()),
        (64, 64)
    );
    assert_eq!(
        (LongProof([7; 96]).encoded_size(), LongProof::max_encoded_len()),
        (96, 96)
    );
    assert_eq!(Capsule::decode(&mut &[7; 64][..]), Ok(capsule));
    assert!(LongProof::decode(&mut &[7; 95][..]).is_err());
}

/// Does not compile for a type that implements the trait: then two implementations fit and neither is chosen.
macro_rules! never_implements {
    ($secret:ty, $forbidden:path) => {
        const _: fn() = || {
            struct Forbidden;
            trait Chosen<Which> {
                fn choose() {}
            }
            impl<T> Chosen<()> for T {}
            impl<T: $forbidden> Chosen<Forbidden> for T {}
            <$secret as Chosen<_>>::choose();
        };
    };
}

// Secrets are neither printed, nor copied, nor encoded for storage.
never_implements!(ContentSecret, core::fmt::Debug);
never_implements!(ContentSecret, Clone);
never_implements!(ContentSecret, codec::Encode);
never_implements!(ContentPoint, core::fmt::Debug);
never_implements!(ContentPoint, Clone);
never_implements!(ContentPoint, codec::Encode);
never_implements!(EncryptionSecret, core::fmt::Debug);
never_implements!(EncryptionSecret, Clone);
never_implements!(EncryptionSecret, codec::Encode);

#[test]
fn secrets_are_cleared_when_dropped() {
    fn clears<T: zeroize::ZeroizeOnDrop>() {}
    clears::<ContentSecret>();
    clears::<ContentPoint>();
    clears::<EncryptionSecret>();
}

/// A source that is stuck: the worst that a machine without entropy can do.
struct Stuck;

impl RngCore for Stuck {
    fn next_u32(&mut self) -> u32 {
        0
    }

    fn next_u64(&mut self) -> u64 {
        0
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        dest.fill(0);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        dest.fill(0);
        Ok(())
    }
}

impl CryptoRng for Stuck {}

#[test]
fn a_stuck_source_of_randomness_gives_no_secret_away() {
    let mut random = rng(12);
    let content = ContentSecret::random(&mut random);
    let buyer = random_encryption_secret(&mut random).public();
    let mut first = Case::with_random_context(Use::Mint, &mut random);
    let mut second = first.clone();
    let mut again = first.clone();
    second.set("order", 99u64.to_le_bytes());
    for case in [&mut first, &mut second, &mut again] {
        case.prove_mint(&content, &buyer, &mut Stuck);
        assert_eq!(case.verify(), Ok(()));
    }
    assert_eq!(
        first, again,
        "the same statement repeats itself, which tells nothing"
    );
    assert_ne!(
        first.get("R-new"),
        second.get("R-new"),
        "another order has other randomness"
    );
    let (one, two) = (equations::trace(&first), equations::trace(&second));
    for (a, b) in one
        .items
        .iter()
        .zip(&two.items)
        .filter(|(a, _)| a.0.starts_with('T'))
    {
        assert_ne!(a, b, "another order has other nonces");
    }
}
