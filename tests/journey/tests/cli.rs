//! The documents in tests/cli are true: every command in them prints what stands there.

use std::path::{Path, PathBuf};

use hashcard_journey_tests::{ensure, transcript, Told};

async fn runs(document: &str) -> Told {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli");
    transcript::run(&folder.join(document)).await
}

pub async fn wallet() -> Told {
    runs("wallet.md").await
}

pub async fn publish() -> Told {
    runs("publish.md").await
}

pub async fn discover() -> Told {
    runs("discover.md").await
}

pub async fn buy() -> Told {
    runs("buy.md").await
}

pub async fn fetch() -> Told {
    runs("fetch.md").await
}

pub async fn seed() -> Told {
    runs("seed.md").await
}

pub async fn resell() -> Told {
    runs("resell.md").await
}

pub async fn gift() -> Told {
    runs("gift.md").await
}

pub async fn clerk() -> Told {
    runs("clerk.md").await
}

pub async fn library() -> Told {
    runs("library.md").await
}

pub async fn search() -> Told {
    runs("search.md").await
}

pub async fn recover() -> Told {
    runs("recover.md").await
}

pub async fn pool() -> Told {
    runs("pool.md").await
}

pub async fn earn() -> Told {
    runs("earn.md").await
}

pub async fn endow() -> Told {
    runs("endow.md").await
}

pub async fn social() -> Told {
    runs("social.md").await
}

pub async fn validator() -> Told {
    runs("validator.md").await
}

pub async fn every_document_of_the_folder_is_run() -> Told {
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        documents.extend(name.ends_with(".md").then_some(name));
    }
    documents.sort();
    let run = [
        "buy.md",
        "clerk.md",
        "discover.md",
        "earn.md",
        "endow.md",
        "fetch.md",
        "gift.md",
        "library.md",
        "pool.md",
        "publish.md",
        "recover.md",
        "resell.md",
        "search.md",
        "seed.md",
        "social.md",
        "validator.md",
        "wallet.md",
    ];
    ensure(documents == run, || format!("{documents:?}"))
}
