//! The documents in tests/cli are true: every command in them prints what stands there.

use std::path::{Path, PathBuf};

use hashcard_journey_tests::{transcript, Told};

async fn runs(document: &str) -> Told {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli");
    transcript::run(&folder.join(document)).await
}

#[tokio::test]
async fn wallet() -> Told {
    runs("wallet.md").await
}

#[tokio::test]
async fn publish() -> Told {
    runs("publish.md").await
}

#[tokio::test]
async fn discover() -> Told {
    runs("discover.md").await
}

#[tokio::test]
async fn buy() -> Told {
    runs("buy.md").await
}

#[tokio::test]
async fn fetch() -> Told {
    runs("fetch.md").await
}

#[tokio::test]
async fn seed() -> Told {
    runs("seed.md").await
}

#[test]
fn every_document_of_the_folder_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli");
    let mut documents: Vec<String> = std::fs::read_dir(folder)
        .expect("tests/cli is there")
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".md"))
        .collect();
    documents.sort();
    assert_eq!(
        documents,
        [
            "buy.md",
            "discover.md",
            "fetch.md",
            "publish.md",
            "seed.md",
            "wallet.md"
        ]
    );
}
