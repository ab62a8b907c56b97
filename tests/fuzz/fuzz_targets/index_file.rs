//! An index whose file was changed opens, or is refused, and answers or refuses each question; it never ends the process.
#![no_main]

#[path = "shared/file.rs"]
mod file;

use hashcard_index::{
    facts::{Block, Fact},
    search::Search,
    Index,
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const GENESIS: [u8; 32] = [7; 32];

/// The bytes of a small index.
static HONEST: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = file::path("honest.index");
    let index = Index::open_anew(&path, GENESIS).expect("there is room for an index");
    let block = Block {
        number: 1,
        hash: [1; 32],
    };
    index
        .begin(block, &[Fact::CardGone { card: 3 }])
        .expect("it can begin");
    drop(index);
    std::fs::read(&path).expect("it was written")
});

// Two bytes: where the rest is laid over the file, in parts of 65,536 of its length.
fuzz_target!(|data: &[u8]| {
    let Some((place, patch)) = data.split_first_chunk::<2>() else {
        return;
    };
    let mut bytes = HONEST.clone();
    let at = usize::from(u16::from_le_bytes(*place)) * bytes.len() / 65_536;
    for (byte, with) in bytes[at..].iter_mut().zip(patch) {
        *byte ^= with;
    }
    let path = file::path("changed.index");
    for beside in ["changed.index-wal", "changed.index-shm"] {
        let _ = std::fs::remove_file(file::path(beside));
    }
    std::fs::write(&path, bytes).expect("there is room for a file");
    if let Ok(index) = Index::open(&path, GENESIS) {
        let _ = (index.standing(), index.size());
        let _ = index.search(&Search {
            words: "film".into(),
            limit: 10,
            ..Search::default()
        });
    }
});
