//! Promises of the store, one file for each kind, and what they share.

mod arrival;
mod budget;
mod claims;
mod damage;
mod disk_full;
mod evict;
mod listing;
mod model;
mod ownership;
mod power_cut;
mod reading;
mod sample;
mod threads;
mod verify;

use std::fs;
use std::num::NonZeroU32;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use hashcard_primitives::blob::ContentRoot;
use tempfile::TempDir;

use crate::disk::{Disk, Listener};
use crate::error::RootName;
use crate::options::{Options, SyncPolicy};
use crate::store::Store;
use sample::Sample;

/// A store in a folder of its own, which can be closed and opened again.
struct Place {
    folder: TempDir,
    options: Options,
}

impl Place {
    fn new() -> Self {
        Self::with(Options {
            sync: batch(1000),
            max_bytes: None,
        })
    }

    fn with(options: Options) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            options,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn open(&self) -> Store {
        Store::open(&self.path(), self.options.clone()).unwrap()
    }

    fn reopen(&self, store: Store) -> Store {
        drop(store);
        self.open()
    }

    /// A store whose every change of a file is announced to `listener`.
    fn open_heard(&self, listener: Listener) -> Store {
        Store::open_on(
            &self.path(),
            &self.options,
            Disk {
                listener: Some(listener),
            },
        )
        .unwrap()
    }

    fn data(&self, root: ContentRoot) -> PathBuf {
        self.path().join("blobs").join(format!("{}.data", RootName(root)))
    }

    fn outboard(&self, root: ContentRoot) -> PathBuf {
        self.path()
            .join("blobs")
            .join(format!("{}.outboard", RootName(root)))
    }

    /// Names of the files among the blobs and the imports.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = ["blobs", "incoming"]
            .iter()
            .flat_map(|folder| fs::read_dir(self.path().join(folder)).unwrap())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn batch(chunks: u32) -> SyncPolicy {
    SyncPolicy::Batch(NonZeroU32::new(chunks).unwrap())
}

fn flip_byte(path: &Path, at: u64) {
    let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
}

fn set_len(path: &Path, len: u64) {
    fs::OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(len)
        .unwrap();
}

/// Begins the sample and puts these chunks into it, durably.
fn hold(store: &Store, sample: &Sample, chunks: impl IntoIterator<Item = u64>) {
    store.begin(sample.root, sample.len()).unwrap();
    for index in chunks {
        store.put(sample.root, &sample.chunk(index)).unwrap();
    }
    store.flush(sample.root).unwrap();
}

fn held(store: &Store, sample: &Sample) -> Vec<u64> {
    store.held(sample.root).unwrap().iter().collect()
}

/// Every chunk that is claimed can be read, and is the sample's; verification agrees.
fn assert_claims_hold(store: &Store, sample: &Sample) {
    for index in held(store, sample) {
        assert!(
            store.chunk(sample.root, index).unwrap() == sample.bytes_of(index),
            "chunk {index} differs"
        );
    }
    assert_eq!(
        store.verify(sample.root, &mut |_, _| {}).unwrap().rotten.count(),
        0
    );
}
