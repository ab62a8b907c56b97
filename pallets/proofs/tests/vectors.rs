//! The frozen vectors say the same as this crate, and as the second implementation in Python.

#[path = "../examples/vectors/accepted.rs"]
mod accepted;
#[path = "support/case.rs"]
mod case;
#[path = "../examples/vectors/collection.rs"]
mod collection;
#[path = "../examples/vectors/document.rs"]
mod document;
#[path = "support/equations.rs"]
mod equations;
#[path = "../examples/vectors/json.rs"]
mod json;
#[path = "../examples/vectors/people.rs"]
mod people;
#[path = "../examples/vectors/refused.rs"]
mod refused;

use case::{Case, Use};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/keys")
}

fn files_on_disk() -> BTreeMap<String, String> {
    fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

fn case_of(document: &Value) -> Case {
    let case_use = Use::of_tag(document["use"].as_str().unwrap());
    let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
    let context = case_use.fields().iter().map(|&(label, width)| {
        let value = &document["context"][label];
        let number = || value.as_str().unwrap().parse::<u128>().unwrap().to_le_bytes()[..width].to_vec();
        (label, if width == 32 { bytes(value) } else { number() })
    });
    let statement = case_use
        .points()
        .iter()
        .map(|label| (*label, bytes(&document["statement"][label])));
    Case {
        case_use,
        context: context.collect(),
        statement: statement.collect(),
        proof: bytes(&document["proof"]),
    }
}

#[test]
fn every_vector_is_decided_as_it_says() {
    let (mut accepted, mut refused) = (0, 0);
    for (name, text) in files_on_disk() {
        assert!(
            text.starts_with("{\n  \"expect\": "),
            "{name}: `expect` comes first"
        );
        let document: Value = serde_json::from_str(&text).unwrap();
        match document["expect"].as_str().unwrap() {
            "verify" => {
                assert_eq!(case_of(&document).verify(), Ok(()), "{name}");
                accepted += 1;
            }
            "refuse" => {
                let reason = case_of(&document).verify().map_err(document::reason_word);
                assert_eq!(reason, Err(document["reason"].as_str().unwrap()), "{name}");
                refused += 1;
            }
            "derive" => {}
            other => panic!("{name}: unknown expectation {other}"),
        }
    }
    assert!(accepted > 0 && refused > 0, "the vectors are there");
}

#[test]
fn the_vectors_are_regenerated_byte_for_byte() {
    let generated: BTreeMap<String, String> = collection::vectors().into_iter().collect();
    let stored = files_on_disk();
    assert_eq!(
        generated.keys().collect::<Vec<_>>(),
        stored.keys().collect::<Vec<_>>()
    );
    for (name, text) in &generated {
        assert_eq!(
            text, &stored[name],
            "{name}: run `cargo run -p hashcard-proofs --example vectors`"
        );
    }
}

#[test]
fn the_second_implementation_agrees_with_every_vector() {
    let (agrees, said) = run_reference(&folder());
    assert!(agrees, "the reference disagrees:\n{said}");
    let expected = format!("{} vectors agree", files_on_disk().len());
    assert!(said.contains(&expected), "it must have read every vector: {said}");
}

#[test]
fn the_second_implementation_notices_a_vector_that_lies() {
    let files = files_on_disk();
    let sound = &files["verify-transfer.json"];
    let price = sound.replace("\"price\": \"2500000000000\"", "\"price\": \"2500000000001\"");
    let mut point = files["derive-content-point.json"].clone();
    let digit = point.rfind("\"content-key\": \"").unwrap() + 16;
    let other = if &point[digit..=digit] == "0" { "1" } else { "0" };
    point.replace_range(digit..=digit, other);
    let wrong_reason = files["refuse-transfer-that-reuses-randomness.json"]
        .replace("\"reason\": \"capsule-reused\"", "\"reason\": \"identity-point\"");
    let lock = files["derive-lock.json"].replace("\"order\": \"41\"", "\"order\": \"42\"");

    for (name, text, agrees) in [
        ("sound", sound, true),
        ("another-price", &price, false),
        ("another-content-key", &point, false),
        ("another-reason", &wrong_reason, false),
        ("another-order", &lock, false),
    ] {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("key-vector-{name}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("vector.json"), text).unwrap();
        let (agreed, said) = run_reference(&folder);
        assert_eq!(agreed, agrees, "{name}: {said}");
    }
}

/// Whether the reference agrees with the vectors in a folder, and what it printed.
fn run_reference(vectors: &Path) -> (bool, String) {
    let run = Command::new("python3")
        .arg(folder().join("reference.py"))
        .arg(vectors)
        .output()
        .unwrap();
    let said = [run.stdout, run.stderr].concat();
    (run.status.success(), String::from_utf8_lossy(&said).into_owned())
}
