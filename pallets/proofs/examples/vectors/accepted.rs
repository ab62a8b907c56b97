//! What every implementation computes alike: derivations, and proofs that verify.

use crate::{
    case::Use,
    document::{derived, verified},
    equations::generator_h,
    json::Json,
    people::*,
};
use hashcard_proofs::{lock_commitment, LongProof, TransferUse};

pub fn derivations() -> Vec<(String, String)> {
    let mut uniform = [0; 64];
    blake3::Hasher::new()
        .update(b"hashcard/ristretto/gen-H/v1")
        .finalize_xof()
        .fill(&mut uniform);
    let generator = derived(
        "derive-generator-h",
        "the second generator is the map of a hash",
        "generator-h",
        vec![("name", Json::text("hashcard/ristretto/gen-H/v1"))],
        vec![
            ("uniform", Json::hex(uniform)),
            ("H", Json::hex(encode(&generator_h()).0)),
        ],
    );

    let secret = content_secret();
    let point = secret.point();
    let content = derived(
        "derive-content-point",
        "point, commitments and content key follow from the content secret and the salt",
        "content-point",
        vec![("s", Json::hex(*secret.to_bytes())), ("salt", Json::hex(salt()))],
        vec![
            ("K", Json::hex(point.as_bytes())),
            ("content-commitment", Json::hex(secret.commitment().0)),
            ("key-commitment", Json::hex(point.key_commitment(&salt()))),
            ("content-key", Json::hex(*point.content_key(&salt()))),
        ],
    );

    let capsule = alices_capsule();
    let opened = derived(
        "derive-opened-capsule",
        "a capsule opens to the content point under the holder's secret",
        "opened-capsule",
        vec![
            ("x", Json::hex(alice().x.as_bytes())),
            ("R", Json::hex(capsule.r.0)),
            ("C", Json::hex(capsule.c.0)),
            ("salt", Json::hex(salt())),
        ],
        vec![
            (
                "K",
                Json::hex(alice().secret.open(&capsule).expect("honest").as_bytes()),
            ),
            ("key-commitment", Json::hex(point.key_commitment(&salt()))),
        ],
    );

    let mut files = vec![generator, content, opened];
    for (name, law, order) in [
        (
            "derive-lock",
            "a lock commits to order, submitter, capsule and proof",
            41,
        ),
        (
            "derive-lock-of-the-largest-order",
            "a lock of the same delivery for another order is another",
            u64::MAX,
        ),
    ] {
        let delivery = honest_fulfil();
        let proof = LongProof(delivery.proof.as_slice().try_into().expect("a long proof"));
        let commitment = lock_commitment(order, &clerk().id, &delivery.new_capsule(), &proof);
        files.push(derived(
            name,
            law,
            "lock",
            vec![
                ("order", Json::text(order.to_string())),
                ("submitter", Json::hex(clerk().id)),
                ("R", Json::hex(delivery.get("R-new"))),
                ("C", Json::hex(delivery.get("C-new"))),
                ("proof", Json::hex(&delivery.proof)),
            ],
            vec![("commitment", Json::hex(commitment))],
        ));
    }
    for (name, account) in [
        ("derive-encryption-secret", alice()),
        (
            "derive-encryption-secret-of-the-largest-index",
            Account::named("alice", u32::MAX),
        ),
    ] {
        files.push(derived(
            name,
            "an encryption secret follows from seed, chain, account and index",
            "encryption-secret",
            vec![
                ("seed", Json::hex(account.seed)),
                ("genesis", Json::hex(genesis())),
                ("account", Json::hex(account.id)),
                ("key-index", Json::text(account.index.to_string())),
            ],
            vec![
                ("x", Json::hex(account.x.as_bytes())),
                ("X", Json::hex(account.secret.public().0)),
            ],
        ));
    }
    files
}

pub fn accepted() -> Vec<(String, String)> {
    let mut files = Vec::new();

    let (mut case, mut rng) = (possession(), Recorded::named("possession"));
    case.prove_possession(&alice().secret, &mut rng);
    files.push(verified(
        "possession",
        "the owner of a key registers it",
        case,
        alice().x,
        rng,
    ));

    let (mut case, mut rng) = (card(), Recorded::named("card"));
    case.prove_card(&content_secret(), &mut rng);
    files.push(verified(
        "card",
        "the creator publishes a card",
        case,
        content_scalar(),
        rng,
    ));

    for (name, law, mut case) in [
        ("mint", "the creator delivers a first key to alice", mint()),
        (
            "mint-with-the-largest-numbers",
            "every number may be the largest of its width",
            about(Use::Mint, &creator(), &alice(), &creator(), true),
        ),
    ] {
        let mut rng = Recorded::named(name);
        case.prove_mint(&content_secret(), &alice().secret.public(), &mut rng);
        files.push(verified(name, law, case, content_scalar(), rng));
    }

    let (mut case, mut rng) = (appointment(), Recorded::named("appointment"));
    case.prove_mint(&content_secret(), &clerk().secret.public(), &mut rng);
    files.push(verified(
        "mint-for-a-clerk",
        "the creator appoints a clerk: no edition, no order, no price",
        case,
        content_scalar(),
        rng,
    ));

    let alice_again = Account::named("alice", 5);
    for (name, law, case, from, to, held) in [
        (
            "transfer",
            "alice resells to bob",
            transfer(TransferUse::Transfer),
            &alice(),
            &bob(),
            alices_capsule(),
        ),
        (
            "transfer-with-the-largest-numbers",
            "every number may be the largest of its width",
            about(
                Use::Transfer(TransferUse::Transfer),
                &alice(),
                &bob(),
                &alice(),
                true,
            ),
            &alice(),
            &bob(),
            alices_capsule(),
        ),
        (
            "fulfil",
            "a clerk delivers a first sale to bob",
            transfer(TransferUse::Fulfil),
            &clerk(),
            &bob(),
            clerks_capsule(),
        ),
        (
            "fulfil-as-appointed-clerk",
            "a clerk delivers from the capsule of his appointment, which is of no edition",
            fulfil_as_appointed(),
            &clerk(),
            &bob(),
            clerks_capsule(),
        ),
        (
            "gift",
            "alice gives her key to bob: no order, no price",
            gift(),
            &alice(),
            &bob(),
            alices_capsule(),
        ),
        (
            "rewrap",
            "alice moves her capsule to another key of hers",
            transfer(TransferUse::Rewrap),
            &alice(),
            &alice_again,
            alices_capsule(),
        ),
    ] {
        let (mut case, mut rng) = (case, Recorded::named(name));
        case.prove_transfer(&from.secret, &to.secret.public(), &held, &mut rng);
        files.push(verified(name, law, case, from.x, rng));
    }

    let (mut case, mut rng) = (false_key(), Recorded::named("false key"));
    case.prove_false_key(&alice().secret, &alices_capsule(), &mut rng);
    files.push(verified(
        "false-key",
        "alice shows what her capsule opens to, because the card commits to something else",
        case,
        alice().x,
        rng,
    ));
    files
}
