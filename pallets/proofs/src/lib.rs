//! The proofs that move a content point from one key holder to the next.
//!
//! **A verifier never trusts what a caller says about a statement.** Everything that decides the
//! meaning of a proof goes into its transcript: the chain, the use, every field of the context, the
//! generators, every point of the statement and every prover message. The equations alone say
//! little: the same equations hold for a resale, a clerk's delivery and a rewrap, and only the
//! transcript tells them apart.
//!
//! The specification is `docs/spec/keys.md`; the frozen vectors are in `tests/vectors/keys`.
//!
//! # Participants
//! - A **creator** draws a [`ContentSecret`] `s`. The content point is `K = s·G`; its commitment on
//!   the card is `V = s·H`. She proves that she knows `s` ([`prove_card`]).
//! - A **holder** has an [`EncryptionSecret`] `x`, registered as `X = x·G` ([`prove_possession`]). His
//!   **capsule** is `(R, C) = (r·G, K + r·X)`.
//! - The **chain** keeps a capsule only after [`verify_mint`] or [`verify_transfer`]. By induction every
//!   capsule on chain opens to the `K` that `V` commits to.
//!
//! # Properties
//! - Correctness rests on the proofs alone. Secrecy rests on the discrete logarithm family (DDH) and on
//!   nobody publishing `K`.
//! - The chain cannot see that the hash `h_K` on the card belongs to `K`. A holder who finds that it does
//!   not proves it with [`prove_false_key`].
//! - **Nothing here makes a former holder forget.** Whoever opened a capsule once keeps `K`.
//!
//! No I/O, no clock, and no randomness but what the caller passes in.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

mod card;
mod context;
mod derive;
mod error;
mod false_key;
mod lock;
mod mint;
mod point;
mod possession;
mod proof;
mod secret;
mod transcript;
mod transfer;

pub use card::{prove_card, verify_card};
pub use context::{CardContext, DeliveryContext, FalseKeyContext, PossessionContext, TransferUse};
pub use derive::{content_key, key_commitment};
pub use error::ProofError;
pub use false_key::{prove_false_key, verify_false_key};
pub use lock::lock_commitment;
pub use mint::{prove_mint, verify_mint};
pub use point::{Capsule, EncodedPoint};
pub use possession::{prove_possession, verify_possession};
pub use proof::{LongProof, ShortProof};
pub use secret::{ContentPoint, ContentSecret, EncryptionSecret};
pub use transfer::{prove_transfer, verify_transfer};

/// The version of transcripts and equations. It is part of every transcript, and it is not the runtime's
/// version: an upgrade that leaves proofs alone leaves pending proofs valid.
pub const PROOF_FORMAT_VERSION: u8 = 1;
