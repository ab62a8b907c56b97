//! What every implementation refuses, with the reason.
//!
//! Those built by [`holds_but_refused`] satisfy every equation: an implementation that skips a check on the
//! encoding accepts them.

use crate::{
    case::{Case, Use},
    document::{holds_but_refused, refused},
    equations::{add_group_order, generator_h, prove_anything},
    people::*,
};
use curve25519_dalek::{
    constants::RISTRETTO_BASEPOINT_POINT as G, ristretto::RistrettoPoint, scalar::Scalar,
};
use hashcard_proofs::{
    Capsule,
    ProofError::{CapsuleReused, DoesNotVerify, IdentityPoint, NotCanonicalPoint, NotCanonicalScalar},
    TransferUse,
};

pub fn refusals() -> Vec<(String, String)> {
    [possessions(), cards(), mints(), transfers(), false_keys()].concat()
}

fn possessions() -> Vec<(String, String)> {
    let honest = honest_possession;
    let x: [u8; 32] = honest().point("X").0;
    let mut high_bit = x;
    high_bit[31] |= 0x80;
    let mut two = [0; 32];
    two[0] = 2;
    // 2^255 - 15: four, which encodes a point, plus the field's prime.
    let mut four_and_prime = [0xff; 32];
    (four_and_prime[0], four_and_prime[31]) = (0xf1, 0x7f);

    let mut identity = possession();
    identity.set("X", [0; 32]);
    prove_anything(&mut identity, &[Scalar::ZERO], &[scalar_of("nonce")]);

    vec![
        refused(
            "possession-by-another-account",
            "a copied registration is worthless under another account",
            DoesNotVerify,
            with(honest(), "account", bob().id),
        ),
        refused(
            "possession-under-another-index",
            "a registration counts for one index",
            DoesNotVerify,
            with(honest(), "key-index", 9u32.to_le_bytes()),
        ),
        refused(
            "possession-on-another-chain",
            "a registration counts on one chain",
            DoesNotVerify,
            with(honest(), "genesis", hash_of("another genesis")),
        ),
        refused(
            "possession-of-another-key",
            "a proof counts for one key",
            DoesNotVerify,
            with(honest(), "X", bob().secret.public().0),
        ),
        holds_but_refused(
            "possession-of-the-identity",
            "the identity is no key, though its secret is known: zero",
            IdentityPoint,
            identity,
        ),
        refused(
            "possession-of-a-key-not-reduced",
            "a field element of at least the prime is not canonical",
            NotCanonicalPoint,
            with(honest(), "X", four_and_prime),
        ),
        refused(
            "possession-of-a-key-with-the-high-bit",
            "the top bit is not ignored",
            NotCanonicalPoint,
            with(honest(), "X", high_bit),
        ),
        refused(
            "possession-of-a-negative-key",
            "a negative field element is not canonical",
            NotCanonicalPoint,
            with(honest(), "X", negated_field_element(&x)),
        ),
        refused(
            "possession-of-a-key-off-the-curve",
            "a field element without the square root is no point",
            NotCanonicalPoint,
            with(honest(), "X", two),
        ),
        refused(
            "possession-with-the-order-added-to-c",
            "a challenge has one form",
            NotCanonicalScalar,
            with_order_added(honest(), 0),
        ),
        refused(
            "possession-with-the-order-added-to-z",
            "a response has one form",
            NotCanonicalScalar,
            with_order_added(honest(), 1),
        ),
    ]
}

fn cards() -> Vec<(String, String)> {
    let honest = honest_card;
    let mut identity = card();
    identity.set("content-commitment", [0; 32]);
    prove_anything(&mut identity, &[Scalar::ZERO], &[scalar_of("nonce")]);
    vec![
        refused(
            "card-of-another-creator",
            "a copied commitment is worthless on another creator's card",
            DoesNotVerify,
            with(honest(), "creator", bob().id),
        ),
        refused(
            "card-with-another-root",
            "a commitment proof counts for one blob",
            DoesNotVerify,
            with(honest(), "root", hash_of("another root")),
        ),
        refused(
            "card-with-another-salt",
            "a commitment proof counts for one salt",
            DoesNotVerify,
            with(honest(), "salt", hash_of("another salt")),
        ),
        holds_but_refused(
            "card-that-commits-to-the-identity",
            "the identity commits to a point that all know",
            IdentityPoint,
            identity,
        ),
    ]
}

fn mints() -> Vec<(String, String)> {
    let (s, x) = (content_scalar(), alice().x);
    let forged = |key: RistrettoPoint, new: Capsule, r: Scalar| {
        let mut case = mint();
        case.set("X-to", encode(&key).0);
        case.set("R-new", new.r.0);
        case.set("C-new", new.c.0);
        prove_anything(&mut case, &[s, r], &[scalar_of("nonce a"), scalar_of("nonce b")]);
        case
    };
    let (nothing, key, r) = (RistrettoPoint::default(), alice().key(), scalar_of("r"));
    let cancelling = -s * x.invert();
    vec![
        refused(
            "mint-by-another-submitter",
            "a copied delivery is worthless to whoever copies it",
            DoesNotVerify,
            with(honest_mint(), "submitter", clerk().id),
        ),
        refused(
            "mint-for-another-commitment",
            "a mint counts for the commitment it was made for",
            DoesNotVerify,
            with(
                honest_mint(),
                "content-commitment",
                encode(&(generator_h() * scalar_of("other"))).0,
            ),
        ),
        refused(
            "mint-of-another-content",
            "a capsule that holds something else has no proof",
            DoesNotVerify,
            forged(key, capsule(G * scalar_of("other"), key, r), r),
        ),
        holds_but_refused(
            "mint-to-the-identity",
            "under the identity the capsule is the content point in the clear",
            IdentityPoint,
            forged(nothing, capsule(content_point(), nothing, r), r),
        ),
        holds_but_refused(
            "mint-with-no-randomness",
            "with R the identity the capsule is the content point in the clear",
            IdentityPoint,
            forged(key, capsule(content_point(), key, Scalar::ZERO), Scalar::ZERO),
        ),
        holds_but_refused(
            "mint-with-an-empty-capsule",
            "C is never the identity",
            IdentityPoint,
            forged(key, capsule(content_point(), key, cancelling), cancelling),
        ),
        refused(
            "mint-with-the-order-added-to-z2",
            "every response has one form",
            NotCanonicalScalar,
            with_order_added(honest_mint(), 2),
        ),
        refused(
            "mint-for-a-clerk-as-a-gift",
            "an appointment makes no key",
            DoesNotVerify,
            with(honest_appointment(), "edition", 1u64.to_le_bytes()),
        ),
        refused(
            "mint-for-a-clerk-as-a-sale",
            "an appointment fulfils no order, though neither names an edition",
            DoesNotVerify,
            with(honest_appointment(), "order", 41u64.to_le_bytes()),
        ),
    ]
}

fn transfers() -> Vec<(String, String)> {
    let honest = honest_transfer;
    let under_use = |transfer_use| Case {
        case_use: Use::Transfer(transfer_use),
        ..honest()
    };
    let forged = |x: Scalar, to: RistrettoPoint, old: Capsule, new: Capsule, r: Scalar| {
        let mut case = transfer(TransferUse::Transfer);
        case.set("X-from", encode(&(G * x)).0);
        case.set("X-to", encode(&to).0);
        case.set("R-old", old.r.0);
        case.set("C-old", old.c.0);
        case.set("R-new", new.r.0);
        case.set("C-new", new.c.0);
        prove_anything(&mut case, &[x, r], &[scalar_of("nonce a"), scalar_of("nonce b")]);
        case
    };
    let (x, held, old_r, r) = (
        alice().x,
        alices_capsule(),
        scalar_of("r of alice"),
        scalar_of("r"),
    );
    let (nothing, to, point) = (RistrettoPoint::default(), bob().key(), content_point());
    vec![
        refused(
            "transfer-by-another-submitter",
            "a copied delivery is worthless to whoever copies it",
            DoesNotVerify,
            with(honest(), "submitter", bob().id),
        ),
        refused(
            "transfer-at-another-sequence",
            "a proof does not return after the capsule changed",
            DoesNotVerify,
            with(honest(), "sequence", 3u32.to_le_bytes()),
        ),
        refused(
            "transfer-for-another-order",
            "a proof counts for one order",
            DoesNotVerify,
            with(honest(), "order", 42u64.to_le_bytes()),
        ),
        refused(
            "transfer-at-another-price",
            "a proof counts at one price",
            DoesNotVerify,
            with(honest(), "price", 1u128.to_le_bytes()),
        ),
        refused(
            "transfer-as-fulfil",
            "a resale is no delivery by a clerk, though the equations agree",
            DoesNotVerify,
            under_use(TransferUse::Fulfil),
        ),
        refused(
            "transfer-as-rewrap",
            "a resale is no rewrap, though the equations agree",
            DoesNotVerify,
            under_use(TransferUse::Rewrap),
        ),
        refused(
            "transfer-of-another-content",
            "a new capsule that holds something else has no proof",
            DoesNotVerify,
            forged(x, to, held, capsule(G * scalar_of("other"), to, r), r),
        ),
        holds_but_refused(
            "transfer-that-reuses-randomness",
            "a new capsule does not repeat R",
            CapsuleReused,
            forged(x, to, held, capsule(point, to, old_r), old_r),
        ),
        holds_but_refused(
            "transfer-from-the-identity",
            "a capsule under the identity is not a start",
            IdentityPoint,
            forged(
                Scalar::ZERO,
                to,
                capsule(point, nothing, old_r),
                capsule(point, to, r),
                r,
            ),
        ),
        holds_but_refused(
            "transfer-to-the-identity",
            "under the identity the capsule is the content point in the clear",
            IdentityPoint,
            forged(x, nothing, held, capsule(point, nothing, r), r),
        ),
        holds_but_refused(
            "transfer-with-no-randomness",
            "with R the identity the capsule is the content point in the clear",
            IdentityPoint,
            forged(x, to, held, capsule(point, to, Scalar::ZERO), Scalar::ZERO),
        ),
        refused(
            "transfer-with-the-order-added-to-z1",
            "every response has one form",
            NotCanonicalScalar,
            with_order_added(honest(), 1),
        ),
        refused(
            "fulfil-as-appointed-clerk-from-a-key",
            "a clerk who also holds a key says which capsule he opened",
            DoesNotVerify,
            with(honest_fulfil_as_appointed(), "edition", 3u64.to_le_bytes()),
        ),
    ]
}

fn false_keys() -> Vec<(String, String)> {
    let x = alice().x;
    let forged = |held: Capsule, opened: RistrettoPoint| {
        let mut case = false_key();
        case.set("X", alice().secret.public().0);
        case.set("R-old", held.r.0);
        case.set("C-old", held.c.0);
        case.set("K", encode(&opened).0);
        prove_anything(&mut case, &[x], &[scalar_of("nonce")]);
        case
    };
    let nothing = RistrettoPoint::default();
    vec![
        refused(
            "false-key-by-another-account",
            "a copied report is worthless under another account",
            DoesNotVerify,
            with(honest_false_key(), "account", bob().id),
        ),
        refused(
            "false-key-about-another-card",
            "a report counts for one card",
            DoesNotVerify,
            with(honest_false_key(), "card", 8u64.to_le_bytes()),
        ),
        refused(
            "false-key-with-an-invented-point",
            "an honest capsule cannot be shown to open to something else",
            DoesNotVerify,
            forged(alices_capsule(), G * scalar_of("other")),
        ),
        holds_but_refused(
            "false-key-with-the-identity",
            "no accepted card has a capsule of the identity",
            IdentityPoint,
            forged(capsule(nothing, alice().key(), scalar_of("r")), nothing),
        ),
    ]
}

fn with(mut case: Case, label: &'static str, bytes: impl AsRef<[u8]>) -> Case {
    case.set(label, bytes);
    case
}

fn with_order_added(mut case: Case, slot: usize) -> Case {
    add_group_order(&mut case.proof[32 * slot..][..32]);
    case
}

/// `p - s`, little-endian.
fn negated_field_element(s: &[u8; 32]) -> [u8; 32] {
    let mut prime = [0xff_u8; 32];
    (prime[0], prime[31]) = (0xed, 0x7f);
    let mut borrow = false;
    core::array::from_fn(|i| {
        let (difference, below) = prime[i].overflowing_sub(s[i]);
        let (difference, below_again) = difference.overflowing_sub(u8::from(borrow));
        borrow = below || below_again;
        difference
    })
}
