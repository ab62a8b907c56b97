//! The document and its pictures are what the simulation says.

use hashcard_economy::{document, scenarios};
use std::{collections::BTreeSet, fs, path::PathBuf};

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

const REMEDY: &str = "run: cargo run -p hashcard-economy -- --write";

#[test]
fn the_document_and_its_pictures_are_what_the_simulation_says() {
    let outcomes = scenarios::all();
    let page = fs::read_to_string(docs().join("ECONOMICS.md")).expect("the document exists");
    let filled = document::filled(&page, &outcomes).expect("the document has its marks");
    assert!(
        page == filled,
        "docs/ECONOMICS.md is not what the simulation says; {REMEDY}"
    );
    let mut expected = BTreeSet::new();
    for one in &outcomes {
        let name = format!("{}.svg", one.slug);
        let picture = fs::read_to_string(docs().join("economics").join(&name));
        let picture = picture.unwrap_or_else(|why| panic!("docs/economics/{name}: {why}; {REMEDY}"));
        assert!(
            picture == one.plot.svg(),
            "docs/economics/{name} is not what the simulation says; {REMEDY}"
        );
        expected.insert(name);
    }
    let found: BTreeSet<_> = fs::read_dir(docs().join("economics"))
        .expect("the folder exists")
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(
        found, expected,
        "docs/economics holds the scenarios' pictures and nothing else"
    );
}
