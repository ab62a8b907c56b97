//! The one place that decides what a challenge depends on.
//!
//! Every append is labelled and length-framed by merlin, so no two lists of fields give the same bytes.
//! **Order matters: context, generators, statement, prover messages, challenge.** A verifier that forgot
//! one prover message or one statement point would accept forgeries; so each proof has one function that
//! writes its statement, shared by prover and verifier.

use crate::{
    context::{CardContext, DeliveryContext, FalseKeyContext, PossessionContext},
    point::{GENERATOR_G, GENERATOR_H},
    Capsule, EncodedPoint, PROOF_FORMAT_VERSION,
};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use merlin::Transcript;
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

/// Separates these transcripts from every other protocol that uses merlin.
const PROTOCOL_LABEL: &[u8] = b"hashcard/keys/v1";

/// A transcript that has taken in a use, a context and the generators, and grows by a statement.
pub(crate) struct ProofTranscript(Transcript);

impl ProofTranscript {
    /// Possession of an encryption key.
    pub(crate) fn possession(context: &PossessionContext) -> Self {
        let mut transcript = Self::opened(b"possession", context.genesis);
        transcript.bytes(b"account", context.account);
        transcript.bytes(b"key-index", &context.index.to_le_bytes());
        transcript.generators()
    }

    /// Knowledge of a card's content secret.
    pub(crate) fn card(context: &CardContext, content_commitment: &EncodedPoint) -> Self {
        let mut transcript = Self::opened(b"card", context.genesis);
        transcript.bytes(b"creator", context.creator);
        transcript.bytes(b"root", context.root);
        transcript.bytes(b"blob-length", &context.blob_len.to_le_bytes());
        transcript.bytes(b"salt", context.salt);
        transcript.bytes(b"key-commitment", context.key_commitment);
        transcript.bytes(b"content-commitment", &content_commitment.0);
        transcript.generators()
    }

    /// A delivery; `use_tag` says whether it is a mint or which kind of transfer.
    pub(crate) fn delivery(use_tag: &'static [u8], context: &DeliveryContext) -> Self {
        let mut transcript = Self::opened(use_tag, context.genesis);
        transcript.bytes(b"card", &context.card.to_le_bytes());
        transcript.bytes(b"root", context.root);
        transcript.bytes(b"blob-length", &context.blob_len.to_le_bytes());
        transcript.bytes(b"key-commitment", context.key_commitment);
        transcript.bytes(b"content-commitment", &context.content_commitment.0);
        transcript.bytes(b"edition", &context.edition.to_le_bytes());
        transcript.bytes(b"order", &context.order.to_le_bytes());
        transcript.bytes(b"price", &context.price.to_le_bytes());
        transcript.bytes(b"sequence", &context.sequence.to_le_bytes());
        transcript.bytes(b"from", context.from);
        transcript.bytes(b"to", context.to);
        transcript.bytes(b"submitter", context.submitter);
        transcript.bytes(b"from-key-index", &context.from_key_index.to_le_bytes());
        transcript.bytes(b"to-key-index", &context.to_key_index.to_le_bytes());
        transcript.generators()
    }

    /// A capsule that opens to the wrong point.
    pub(crate) fn false_key(context: &FalseKeyContext) -> Self {
        let mut transcript = Self::opened(b"false-key", context.genesis);
        transcript.bytes(b"card", &context.card.to_le_bytes());
        transcript.bytes(b"root", context.root);
        transcript.bytes(b"blob-length", &context.blob_len.to_le_bytes());
        transcript.bytes(b"key-commitment", context.key_commitment);
        transcript.bytes(b"content-commitment", &context.content_commitment.0);
        transcript.bytes(b"edition", &context.edition.to_le_bytes());
        transcript.bytes(b"account", context.account);
        transcript.bytes(b"key-index", &context.key_index.to_le_bytes());
        transcript.generators()
    }

    /// A point of the statement.
    pub(crate) fn point(&mut self, label: &'static [u8], point: &EncodedPoint) {
        self.bytes(label, &point.0);
    }

    /// The capsule that a statement starts from.
    pub(crate) fn old_capsule(&mut self, capsule: &Capsule) {
        self.point(b"R-old", &capsule.r);
        self.point(b"C-old", &capsule.c);
    }

    /// The capsule that a statement ends in.
    pub(crate) fn new_capsule(&mut self, capsule: &Capsule) {
        self.point(b"R-new", &capsule.r);
        self.point(b"C-new", &capsule.c);
    }

    /// The challenge over everything appended and over the prover's messages, in order.
    pub(crate) fn challenge<const N: usize>(mut self, messages: [RistrettoPoint; N]) -> Scalar {
        const {
            assert!(
                N <= MESSAGE_LABELS.len(),
                "a message without a label would stay out"
            )
        };
        for (label, message) in MESSAGE_LABELS.into_iter().zip(messages) {
            self.point(label, &EncodedPoint::of(&message));
        }
        let mut wide = [0; 64];
        self.0.challenge_bytes(b"challenge", &mut wide);
        Scalar::from_bytes_mod_order_wide(&wide)
    }

    /// `N` scalars that depend on everything appended so far, on the secrets, and on 32 bytes of `rng`.
    ///
    /// A generator that repeats itself therefore repeats a nonce only for the same statement and the same
    /// secrets, where a repeated nonce gives the same proof and tells nothing. A nonce that served two
    /// challenges would give the secret away.
    pub(crate) fn hedged_scalars<const N: usize>(
        &self,
        secrets: &[(&'static [u8], &Scalar)],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> [Zeroizing<Scalar>; N] {
        let mut builder = self.0.build_rng();
        for (label, secret) in secrets {
            builder = builder.rekey_with_witness_bytes(label, secret.as_bytes());
        }
        let mut hedged = builder.finalize(rng);
        core::array::from_fn(|_| {
            let mut wide = Zeroizing::new([0; 64]);
            hedged.fill_bytes(wide.as_mut());
            Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide))
        })
    }

    fn opened(use_tag: &'static [u8], genesis: &[u8; 32]) -> Self {
        let mut transcript = Self(Transcript::new(PROTOCOL_LABEL));
        transcript.bytes(b"use", use_tag);
        transcript.bytes(b"proof-format", &[PROOF_FORMAT_VERSION]);
        transcript.bytes(b"genesis", genesis);
        transcript
    }

    fn generators(mut self) -> Self {
        self.point(b"G", &GENERATOR_G);
        self.point(b"H", &GENERATOR_H);
        self
    }

    fn bytes(&mut self, label: &'static [u8], bytes: &[u8]) {
        self.0.append_message(label, bytes);
    }
}

/// The longest statement has three equations.
const MESSAGE_LABELS: [&[u8]; 3] = [b"T1", b"T2", b"T3"];
