//! Names of the files of a store, and the lock that makes one process their owner.
//!
//! ```text
//! <folder>/lock                  held with flock(2) as long as the store is open
//! <folder>/catalogue.redb        which blobs, and which chunks of them
//! <folder>/blobs/<root>.data     the blob, sparse: chunk i at i · 256 KiB
//! <folder>/blobs/<root>.outboard BLAKE3 nodes over 16 KiB groups in post-order, node n at n · 64
//! <folder>/incoming/<n>.*        imports that are not committed yet
//! ```

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hashcard_primitives::blob::ContentRoot;
use rustix::fs::{flock, FlockOperation};

use crate::error::{RootName, StoreError};

/// Mode of every file: what a person buys is nobody else's business.
pub(crate) const FILE_MODE: u32 = 0o600;
/// Mode of every folder.
const FOLDER_MODE: u32 = 0o700;

const DATA: &str = "data";
const OUTBOARD: &str = "outboard";

/// Where the files of a store lie.
pub(crate) struct Layout {
    folder: PathBuf,
}

/// The two files of a blob, or of an import.
#[derive(Clone, Debug)]
pub(crate) struct FilePair {
    pub data: PathBuf,
    pub outboard: PathBuf,
}

impl Layout {
    /// Makes the folders that are missing.
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        let layout = Self {
            folder: folder.to_owned(),
        };
        for folder in [layout.folder.clone(), layout.blobs(), layout.incoming()] {
            DirBuilder::new()
                .recursive(true)
                .mode(FOLDER_MODE)
                .create(&folder)
                .map_err(|source| StoreError::io("create folder", &folder, 0, source))?;
        }
        Ok(layout)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn blobs(&self) -> PathBuf {
        self.folder.join("blobs")
    }

    pub fn incoming(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    pub fn catalogue(&self) -> PathBuf {
        self.folder.join("catalogue.redb")
    }

    pub fn blob(&self, root: ContentRoot) -> FilePair {
        FilePair::new(&self.blobs(), &RootName(root).to_string())
    }

    pub fn import(&self, number: u64) -> FilePair {
        FilePair::new(&self.incoming(), &number.to_string())
    }

    /// Files of imports that were never committed.
    pub fn abandoned_imports(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.list(&self.incoming(), |stem| {
            stem.bytes().all(|byte| byte.is_ascii_digit())
        })
    }

    /// Files among the blobs for whose root `known` is false.
    pub fn strangers(&self, known: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, StoreError> {
        self.list(&self.blobs(), |stem| !known(stem))
    }

    /// Files of `folder` with one of our two endings and a stem that is `wanted`.
    fn list(&self, folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, StoreError> {
        let failed = |source| StoreError::io("list", folder, 0, source);
        let mut found = Vec::new();
        for entry in folder.read_dir().map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let ours = path
                .extension()
                .is_some_and(|ending| ending == DATA || ending == OUTBOARD);
            if ours
                && path
                    .file_stem()
                    .and_then(|stem| stem.to_str())
                    .is_some_and(&wanted)
            {
                found.push(path);
            }
        }
        Ok(found)
    }
}

impl FilePair {
    fn new(folder: &Path, stem: &str) -> Self {
        Self {
            data: folder.join(format!("{stem}.{DATA}")),
            outboard: folder.join(format!("{stem}.{OUTBOARD}")),
        }
    }

    pub fn each(&self) -> [&Path; 2] {
        [&self.data, &self.outboard]
    }
}

/// Ownership of a store's folder. Ends with the process, however that ends.
pub(crate) struct FolderLock(File);

impl FolderLock {
    pub fn take(layout: &Layout) -> Result<Self, StoreError> {
        let path = layout.folder.join("lock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .open(&path)
            .map_err(|source| StoreError::io("open", &path, 0, source))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(StoreError::InUse {
                folder: layout.folder.clone(),
            }),
            Err(errno) => Err(StoreError::io("lock", &path, 0, io::Error::from(errno))),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing would not do while a child process, between fork and exec, still has a copy of the descriptor.
        if let Err(errno) = flock(&self.0, FlockOperation::Unlock) {
            tracing::warn!(%errno, "could not unlock the store");
        }
    }
}
