//! One vector as a file. `expect` comes first, so that a reader of a folder sees at once what each file is.

use crate::{case::Case, equations::trace, json::Json, people::Recorded};
use curve25519_dalek::scalar::Scalar;
use hashcard_proofs::ProofError;

pub fn derived(
    name: &str,
    law: &str,
    case_use: &str,
    inputs: Vec<(&'static str, Json)>,
    outputs: Vec<(&'static str, Json)>,
) -> (String, String) {
    let document = Json::Object(vec![
        ("expect", Json::text("derive")),
        ("law", Json::text(law)),
        ("use", Json::text(case_use)),
        ("inputs", Json::Object(inputs)),
        ("outputs", Json::Object(outputs)),
    ]);
    (format!("{name}.json"), document.document())
}

pub fn verified(name: &str, law: &str, case: Case, secret: Scalar, rng: Recorded) -> (String, String) {
    assert_eq!(case.verify(), Ok(()), "{name}");
    let mut fields = vec![("expect", Json::text("verify")), ("law", Json::text(law))];
    fields.extend(case_fields(&case));
    fields.push(("trace", trace_fields(&case)));
    fields.push((
        "prover",
        Json::Object(vec![
            ("secret", Json::hex(secret.as_bytes())),
            ("entropy", Json::List(rng.draws.iter().map(Json::hex).collect())),
        ]),
    ));
    (format!("verify-{name}.json"), Json::Object(fields).document())
}

pub fn refused(name: &str, law: &str, reason: ProofError, case: Case) -> (String, String) {
    assert_eq!(case.verify(), Err(reason), "{name}");
    let mut fields = vec![
        ("expect", Json::text("refuse")),
        ("reason", Json::text(reason_word(reason))),
        ("law", Json::text(law)),
    ];
    fields.extend(case_fields(&case));
    if reason == ProofError::DoesNotVerify {
        fields.push(("trace", trace_fields(&case)));
    }
    (format!("refuse-{name}.json"), Json::Object(fields).document())
}

/// A refusal although every equation holds.
pub fn holds_but_refused(name: &str, law: &str, reason: ProofError, case: Case) -> (String, String) {
    assert_eq!(trace(&case).challenge.to_bytes(), case.proof[..32], "{name}");
    refused(name, law, reason, case)
}

pub fn reason_word(reason: ProofError) -> &'static str {
    match reason {
        ProofError::NotCanonicalPoint => "not-canonical-point",
        ProofError::IdentityPoint => "identity-point",
        ProofError::NotCanonicalScalar => "not-canonical-scalar",
        ProofError::DoesNotVerify => "does-not-verify",
        ProofError::CapsuleReused => "capsule-reused",
    }
}

fn case_fields(case: &Case) -> [(&'static str, Json); 4] {
    let context = case.context.iter().map(|(label, bytes)| {
        let value = if bytes.len() < 32 {
            let mut number = [0; 16];
            number[..bytes.len()].copy_from_slice(bytes);
            Json::text(u128::from_le_bytes(number).to_string())
        } else {
            Json::hex(bytes)
        };
        (*label, value)
    });
    let statement = case
        .case_use
        .points()
        .iter()
        .map(|label| (*label, Json::hex(case.get(label))));
    [
        ("use", Json::text(case.case_use.tag())),
        ("context", Json::Object(context.collect())),
        ("statement", Json::Object(statement.collect())),
        ("proof", Json::hex(&case.proof)),
    ]
}

fn trace_fields(case: &Case) -> Json {
    let trace = trace(case);
    let items = trace
        .items
        .iter()
        .map(|(label, bytes)| Json::Row(vec![Json::text(*label), Json::hex(bytes)]));
    Json::Object(vec![
        ("transcript", Json::List(items.collect())),
        ("challenge-bytes", Json::hex(trace.wide)),
        ("challenge", Json::hex(trace.challenge.as_bytes())),
    ])
}
