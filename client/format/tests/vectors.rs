//! The frozen vectors say the same as this crate, and as the second implementation in Python.

#[path = "../examples/vectors/blobs.rs"]
mod blobs;
#[path = "../examples/vectors/collection.rs"]
mod collection;
#[path = "../examples/vectors/json.rs"]
mod json;
#[path = "../examples/vectors/parts.rs"]
mod parts;
#[path = "../examples/vectors/reasons.rs"]
mod reasons;

use hashcard_format::{ContentKey, Directory, EntryPath, SliceError};
use hashcard_primitives::{
    blob::ContentRoot,
    footer::Footer,
    leaf::{verify_last_leaf, verify_leaf},
};
use parts::Change;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/format")
}

fn files_on_disk() -> BTreeMap<String, String> {
    let paths = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(text(value)).unwrap()
}

fn array(value: &Value) -> [u8; 32] {
    bytes(value).try_into().unwrap()
}

fn number(value: &Value) -> u64 {
    text(value).parse().unwrap()
}

fn hashes(value: &Value) -> Vec<[u8; 32]> {
    value.as_array().unwrap().iter().map(array).collect()
}

/// The reason for which this crate refuses, or `None`.
fn decide(document: &Value, all: &BTreeMap<String, String>) -> Option<&'static str> {
    match text(&document["kind"]) {
        "blob" => decide_blob(document),
        "footer" => Footer::from_bytes(&bytes(&document["footer"]))
            .err()
            .as_ref()
            .map(reasons::of_footer),
        "directory" => {
            let read = Directory::decode(
                &bytes(&document["directory"]),
                number(&document["content-length"]),
            );
            read.err().as_ref().map(reasons::of_directory)
        }
        "paths" => decide_paths(document),
        "slice" => decide_slice(document, all).err().as_ref().map(reasons::of_slice),
        other => panic!("a kind that this test does not know: {other}"),
    }
}

fn decide_blob(document: &Value) -> Option<&'static str> {
    // A vector that spells no blob out is checked by making it again.
    let blob = blobs::rehashed(bytes(document.get("blob")?));
    assert_eq!(blake3::hash(&blob.blob).as_bytes(), &array(&document["root"]));
    let key = document
        .get("content-key")
        .or_else(|| document.get("derived").map(|derived| &derived["content-key"]));
    let key = key.map(|key| ContentKey::from(array(key)));
    match blobs::open(&blob, key.as_ref()) {
        Err(error) => Some(reasons::of_open(&error)),
        Ok(files) => {
            let listed = document["files"].as_array().unwrap();
            let listed = listed
                .iter()
                .map(|file| (text(&file["path"]).to_owned(), bytes(&file["bytes"])));
            assert_eq!(files, listed.collect::<Vec<_>>());
            None
        }
    }
}

fn decide_paths(document: &Value) -> Option<&'static str> {
    for case in document["paths"].as_array().unwrap() {
        match case.as_array() {
            None => assert!(EntryPath::from_utf8(&bytes(case)).is_ok(), "{case}"),
            Some(case) => {
                let fault = EntryPath::from_utf8(&bytes(&case[0])).unwrap_err().fault;
                assert_eq!(reasons::of_path(&fault), text(&case[1]), "{case:?}");
            }
        }
    }
    document["reason"].as_str().map(|_| "each-its-own")
}

fn decide_slice(document: &Value, all: &BTreeMap<String, String>) -> Result<(), SliceError> {
    let base: Value = match document.get("slice-of") {
        Some(name) => serde_json::from_str(&all[text(name)]).unwrap(),
        None => document.clone(),
    };
    let (len, chunk, slice) = (
        number(&base["blob-length"]),
        number(&base["chunk"]),
        bytes(&base["slice"]),
    );
    let change = match document.get("change").and_then(Value::as_object) {
        None => Change::Length(slice.len()),
        Some(change) => match change.keys().next().unwrap().as_str() {
            "xor-at" => Change::Xor(number(&change["xor-at"]) as usize, bytes(&change["xor-with"])[0]),
            "slice-length" => Change::Length(number(&change["slice-length"]) as usize),
            "chunk" => Change::Chunk(number(&change["chunk"])),
            "blob-length" => Change::BlobLength(number(&change["blob-length"])),
            other => panic!("a change that this test does not know: {other}"),
        },
    };
    let verified = change.verify(ContentRoot(array(&base["root"])), len, chunk, &slice)?;
    let listed = base["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (number(&node[0]), bytes(&node[1])));
    let nodes = verified
        .nodes()
        .iter()
        .map(|(offset, node)| (*offset, node.to_vec()));
    assert!(nodes.eq(listed));
    Ok(())
}

#[test]
fn every_vector_is_decided_as_it_says() {
    let all = files_on_disk();
    let (mut accepted, mut refused) = (0, 0);
    for (name, content) in &all {
        assert!(
            content.starts_with("{\n  \"expect\": "),
            "{name}: `expect` comes first"
        );
        let document: Value = serde_json::from_str(content).unwrap();
        let decided = decide(&document, &all);
        match text(&document["expect"]) {
            "open" | "verify" => {
                assert_eq!(decided, None, "{name}");
                accepted += 1;
            }
            "refuse" => {
                assert_eq!(decided, Some(text(&document["reason"])), "{name}");
                refused += 1;
            }
            other => panic!("{name}: unknown expectation {other}"),
        }
    }
    assert!(accepted > 10 && refused > 40, "the vectors are there");
}

#[test]
fn leaves_of_every_vector_verify_as_on_chain() {
    for (name, content) in files_on_disk() {
        let document: Value = serde_json::from_str(&content).unwrap();
        if document.get("last-leaf-path").is_none() {
            continue;
        }
        let (root, len) = (
            ContentRoot(array(&document["root"])),
            number(&document["blob-length"]),
        );
        let path = hashes(&document["last-leaf-path"]);
        assert!(
            verify_last_leaf(&root, len, &bytes(&document["footer"]), &path),
            "{name}"
        );
        let Some(blob) = document.get("blob").map(bytes) else {
            continue;
        };
        let middle = &document["middle-leaf"];
        let leaf = number(&middle["index"]);
        let leaf_bytes = &blob[leaf as usize * 1024..blob.len().min((leaf as usize + 1) * 1024)];
        assert!(
            verify_leaf(&root, len, leaf, leaf_bytes, &hashes(&middle["path"])),
            "{name}"
        );
    }
}

#[test]
fn the_vectors_are_regenerated_byte_for_byte() {
    let generated: BTreeMap<String, String> = collection::vectors().into_iter().collect();
    let stored = files_on_disk();
    let again = "run `cargo run -p hashcard-format --example vectors`";
    assert_eq!(
        generated.keys().collect::<Vec<_>>(),
        stored.keys().collect::<Vec<_>>(),
        "{again}"
    );
    for (name, content) in &generated {
        assert!(*content == stored[name], "{name}: {again}");
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
    let sound = &files["open-sealed-file.json"];
    // The last digit of a field, changed.
    let lying = |content: &str, field: &str| {
        let field_at = content.find(&format!("\"{field}\": \"")).unwrap();
        let value_at = field_at + field.len() + 5;
        let end = value_at + content[value_at..].find('"').unwrap();
        let other = if content[..end].ends_with('0') { "1" } else { "0" };
        let mut changed = content.to_owned();
        changed.replace_range(end - 1..end, other);
        changed
    };
    let mut cases = vec![("sound".to_owned(), sound.clone(), true)];
    for field in [
        "root",
        "directory",
        "footer",
        "content-key",
        "free-part-key",
        "blob",
        "pieces",
        "bytes",
    ] {
        cases.push((field.to_owned(), lying(sound, field), false));
    }
    let padding = &files["refuse-padding.json"];
    let wrong_reason = padding.replace("\"reason\": \"padding\"", "\"reason\": \"does-not-open\"");
    cases.push(("reason".to_owned(), wrong_reason, false));
    let opened = files["open-directory-of-two.json"].replace("\"offset\": \"3\"", "\"offset\": \"4\"");
    cases.push(("offset".to_owned(), opened, false));

    for (name, content, agrees) in cases {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("format-vector-{name}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("vector.json"), content).unwrap();
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
