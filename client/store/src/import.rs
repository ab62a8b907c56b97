//! A blob that is made on this machine, written front to back and then kept as a whole.
//!
//! The bytes go to `incoming/`, with no entry in the catalogue. [`Import::commit`] makes them durable, notes the
//! blob as arriving, renames both files, makes the names durable, and last claims all chunks. A crash before that
//! leaves files that the next open removes. The source is always copied, never linked: what somebody does to it
//! later cannot change a blob.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use hashcard_format::{outboard_len, Node, Sink};
use hashcard_primitives::blob::ContentRoot;

use crate::base::Base;
use crate::catalogue::row::Row;
use crate::disk::{occupied, Disk};
use crate::error::StoreError;
use crate::files::{Files, WrongLength};
use crate::inner::{check_len, Inner};
use crate::layout::FilePair;

/// Bytes gathered before they are written: large enough that the calls cost nothing.
const BUFFER_LEN: usize = 1024 * 1024;

/// An import under way. Dropped without a commit it removes what it wrote.
pub struct Import {
    inner: Arc<Inner>,
    paths: FilePair,
    data: Appender,
    outboard: Appender,
    /// The last node written, which of a whole outboard is the root's.
    last_node: Option<Node>,
    /// Bytes taken from the budget.
    reserved: u64,
    /// Whether a write failed: what follows it would lie at the wrong place.
    failed: bool,
}

struct Appender {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
    written: u64,
}

impl Import {
    pub(crate) fn begin(inner: Arc<Inner>) -> Result<Self, StoreError> {
        let paths = inner.base.layout.import(inner.base.next_order());
        let data = Appender::create(&inner.base.disk, paths.data.clone())?;
        let outboard = Appender::create(&inner.base.disk, paths.outboard.clone()).inspect_err(|_| {
            discard(&inner.base.disk, &paths);
        })?;
        Ok(Self {
            inner,
            paths,
            data,
            outboard,
            last_node: None,
            reserved: 0,
            failed: false,
        })
    }

    /// Keeps what was written as blob `root` of `blob_len` bytes, complete and durable. A blob that is there already
    /// is completed, or left as it is when it is complete.
    pub fn commit(mut self, root: ContentRoot, blob_len: u64) -> Result<(), StoreError> {
        check_len(blob_len)?;
        self.check_is(root, blob_len)?;
        let inner = self.inner.clone();
        let disk = &inner.base.disk;
        self.data.finish(disk)?;
        self.outboard.finish(disk)?;

        let _membership = inner.membership();
        match inner.arrived(root)? {
            None => self.place(root, blob_len),
            Some(row) if row.len != blob_len => Err(StoreError::OtherLength {
                root,
                stored: row.len,
                asked: blob_len,
            }),
            Some(row) => self.complete(root, row),
        }
    }

    /// Moves the files to where no blob is yet.
    fn place(&mut self, root: ContentRoot, blob_len: u64) -> Result<(), StoreError> {
        let inner = self.inner.clone();
        let base = &inner.base;
        let target = inner.vacant(root)?;
        let mut row = Row::arriving(blob_len, base.next_order());
        base.catalogue.put_row("note an arriving blob", root, &row)?;
        let moved = self.rename_to(&target).and_then(|()| {
            row.doomed = false;
            base.catalogue.claim_all("claim a whole blob", root, &row)
        });
        match moved {
            Ok(()) => {
                // The import took from the budget exactly what the blob occupies; it is the blob's now.
                self.reserved = 0;
                Ok(())
            }
            Err(error) => {
                inner.bury_or_warn(root);
                Err(error)
            }
        }
    }

    /// Puts the files in place of those of a blob that is there in part. Its claims hold at every moment: for what
    /// they claim, old and new files have the same bytes.
    fn complete(&mut self, root: ContentRoot, mut row: Row) -> Result<(), StoreError> {
        let inner = self.inner.clone();
        let base = &inner.base;
        if inner
            .open_blobs
            .get(base, root, WrongLength::Refuse)
            .is_ok_and(|blob| blob.held().is_complete())
        {
            return Ok(());
        }
        let blob = inner.open_blobs.get(base, root, WrongLength::Mend)?;
        row.doomed = false;
        blob.replace(base, true, || {
            self.rename_to(&blob.paths)?;
            let files = Files::open(&base.disk, &blob.paths, blob.len, WrongLength::Refuse)?;
            base.catalogue.claim_all("claim a whole blob", root, &row)?;
            Ok(files)
        })
    }

    fn rename_to(&self, target: &FilePair) -> Result<(), StoreError> {
        let base = &self.inner.base;
        base.disk.rename(&self.paths.data, &target.data)?;
        base.disk.rename(&self.paths.outboard, &target.outboard)?;
        base.disk.sync_folder(&base.layout.blobs())
    }

    /// Refuses what cannot be that blob, by its lengths and by the node at the top. That the data are those of the
    /// nodes is the format's promise; every reading checks it again.
    fn check_is(&self, root: ContentRoot, blob_len: u64) -> Result<(), StoreError> {
        let lengths = self.data.len() == blob_len && self.outboard.len() == outboard_len(blob_len);
        let top = match &self.last_node {
            Some(node) => root_of(node),
            // A blob of one group has no node. It is still in the buffer, which is longer than a group.
            None => *blake3::hash(&self.data.buffer).as_bytes(),
        };
        if lengths && top == root.0 && !self.failed {
            Ok(())
        } else {
            Err(StoreError::WrongImport { root, blob_len })
        }
    }

    /// Keeps the outcome of an appending in mind: what follows a failed one would lie at the wrong place.
    fn note(&mut self, outcome: Result<u64, StoreError>) -> Result<(), StoreError> {
        self.failed |= outcome.is_err();
        self.reserved = self.reserved.saturating_add(outcome?);
        Ok(())
    }
}

impl Sink for Import {
    type Error = StoreError;

    fn blob(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let outcome = self.data.append(&self.inner.base, bytes);
        self.note(outcome)
    }

    fn outboard(&mut self, node: &Node) -> Result<(), StoreError> {
        self.last_node = Some(*node);
        let outcome = self.outboard.append(&self.inner.base, node);
        self.note(outcome)
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        // After a commit there is nothing under these names any more.
        discard(&self.inner.base.disk, &self.paths);
        self.inner.base.budget.give_back(self.reserved);
    }
}

impl Appender {
    fn create(disk: &Disk, path: PathBuf) -> Result<Self, StoreError> {
        Ok(Self {
            file: disk.create(&path)?,
            path,
            buffer: Vec::new(),
            written: 0,
        })
    }

    fn len(&self) -> u64 {
        self.written.saturating_add(self.buffer.len() as u64)
    }

    /// Returns the bytes that it took from the budget. A failure takes none.
    fn append(&mut self, base: &Base, bytes: &[u8]) -> Result<u64, StoreError> {
        let len = self.len().saturating_add(bytes.len() as u64);
        let grown = occupied(len).saturating_sub(occupied(self.len()));
        base.budget.take(grown)?;
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER_LEN {
            self.write_out(&base.disk)
                .inspect_err(|_| base.budget.give_back(grown))?;
        }
        Ok(grown)
    }

    fn write_out(&mut self, disk: &Disk) -> Result<(), StoreError> {
        disk.write(&self.file, &self.path, &self.buffer, self.written)?;
        self.written = self.len();
        self.buffer.clear();
        Ok(())
    }

    fn finish(&mut self, disk: &Disk) -> Result<(), StoreError> {
        if !self.buffer.is_empty() {
            self.write_out(disk)?;
        }
        disk.sync(&self.file, &self.path)
    }
}

/// BLAKE3 root over a node that is the top of its tree.
fn root_of(node: &Node) -> [u8; 32] {
    let (mut left, mut right) = ([0; 32], [0; 32]);
    left.copy_from_slice(&node[..32]);
    right.copy_from_slice(&node[32..]);
    *blake3::hazmat::merge_subtrees_root(&left, &right, blake3::hazmat::Mode::Hash).as_bytes()
}

fn discard(disk: &Disk, paths: &FilePair) {
    for path in paths.each() {
        if let Err(error) = disk.unlink(path) {
            tracing::warn!(%error, "an abandoned import stays until the store is opened again");
        }
    }
}
