//! Arrival and departure of blobs.
//!
//! Files and catalogue cannot change in one step, so a blob that arrives or leaves is *doomed* meanwhile: its row
//! says that files of its name are the store's own and none of their bytes count. Opening the store removes what is
//! doomed. A file that no row speaks of was put there by somebody else; it is never touched.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashcard_format::outboard_len;
use hashcard_primitives::blob::{ContentRoot, FOOTER_LEN, MAX_BLOB_LEN};

use crate::base::Base;
use crate::blob::Blob;
use crate::budget::Budget;
use crate::catalogue::row::Row;
use crate::catalogue::{Catalogue, Entry};
use crate::disk::{occupied, Disk};
use crate::error::{RootName, StoreError};
use crate::files::{claimed_bytes, outboard_bytes, punch_chunks, WrongLength};
use crate::layout::{FilePair, FolderLock, Layout};
use crate::open_blobs::OpenBlobs;
use crate::options::{Options, SyncPolicy};

/// Bytes that a sparse file may occupy beyond its claims before its unclaimed ranges are freed on opening: room for
/// what a file system itself keeps per file.
const SLACK: u64 = 64 * 1024;

pub(crate) struct Inner {
    pub open_blobs: OpenBlobs,
    pub sync: SyncPolicy,
    /// Held by whoever adds or removes a blob, or changes its row.
    membership: Mutex<()>,
    /// Last: the folder's lock is in it.
    pub base: Base,
}

impl Inner {
    pub fn open(folder: &Path, options: &Options, disk: Disk) -> Result<Self, StoreError> {
        let layout = Layout::create(folder)?;
        let lock = FolderLock::take(&layout)?;
        let catalogue = Catalogue::open(&layout, disk.clone())?;
        let base = Base {
            disk,
            catalogue,
            budget: Budget::new(folder, options.max_bytes),
            order: AtomicU64::new(0),
            sync_failed: AtomicBool::new(false),
            layout,
            _lock: lock,
        };
        let inner = Self {
            open_blobs: OpenBlobs::default(),
            sync: options.sync,
            membership: Mutex::new(()),
            base,
        };
        inner.recover()?;
        Ok(inner)
    }

    /// Makes a sparse blob without claims. `planned` is how many bytes of it the caller means to hold at once.
    pub fn begin(&self, root: ContentRoot, blob_len: u64, planned: u64) -> Result<(), StoreError> {
        check_len(blob_len)?;
        let _membership = self.membership();
        match self.arrived(root)? {
            Some(row) if row.len == blob_len => return Ok(()),
            Some(row) => {
                return Err(StoreError::OtherLength {
                    root,
                    stored: row.len,
                    asked: blob_len,
                })
            }
            None => {}
        }
        let target = self.vacant(root)?;
        let base = &self.base;
        let outboard = outboard_bytes(blob_len);
        let needed = planned.min(occupied(blob_len)).saturating_add(outboard);
        base.budget.check(needed)?;
        base.disk.check_free(base.layout.folder(), needed)?;

        let mut row = Row::arriving(blob_len, base.next_order());
        base.catalogue.put_row("note an arriving blob", root, &row)?;
        let made = self.create_sparse(&target, blob_len).and_then(|()| {
            row.doomed = false;
            base.catalogue.put_row("note a blob", root, &row)
        });
        match made {
            Ok(()) => {
                base.budget.add(outboard);
                Ok(())
            }
            Err(error) => {
                self.bury_or_warn(root);
                Err(error)
            }
        }
    }

    /// Removes a blob and all that is known of it.
    pub fn remove(&self, root: ContentRoot) -> Result<(), StoreError> {
        let _membership = self.membership();
        let entry = self
            .base
            .catalogue
            .entry(root)?
            .ok_or(StoreError::UnknownBlob { root })?;
        if entry.row.pinned {
            return Err(StoreError::Pinned { root });
        }
        let chunks = match self.open_blobs.get(&self.base, root, WrongLength::Refuse) {
            Ok(blob) => {
                blob.close_for_ever(|| self.base.catalogue.doom(root))?;
                blob.chunk_bytes()
            }
            // Nobody can have opened them, and they need not be open to be removed.
            Err(StoreError::Damaged { .. }) => {
                self.base.catalogue.doom(root)?;
                claimed_bytes(entry.row.len, &entry.held)
            }
            Err(error) => return Err(error),
        };
        self.open_blobs.forget(root);
        self.base
            .budget
            .give_back(chunks.saturating_add(outboard_bytes(entry.row.len)));
        self.bury(root)
    }

    /// Changes the row of a blob.
    pub fn amend(
        &self,
        operation: &'static str,
        root: ContentRoot,
        change: impl Fn(&mut Row),
    ) -> Result<(), StoreError> {
        let _membership = self.membership();
        self.arrived(root)?.ok_or(StoreError::UnknownBlob { root })?;
        self.base.catalogue.amend(operation, root, change).map(|_| ())
    }

    /// The row of a blob that is there. One that is doomed is buried first.
    pub fn arrived(&self, root: ContentRoot) -> Result<Option<Row>, StoreError> {
        match self.base.catalogue.row(root)? {
            Some(row) if row.doomed => self.bury(root).map(|()| None),
            other => Ok(other),
        }
    }

    /// Names for the files of a blob, which nothing bears yet.
    pub fn vacant(&self, root: ContentRoot) -> Result<FilePair, StoreError> {
        let target = self.base.layout.blob(root);
        for path in target.each() {
            if path.symlink_metadata().is_ok() {
                return Err(StoreError::Foreign {
                    path: path.to_owned(),
                });
            }
        }
        Ok(target)
    }

    /// Clears away what a failed arrival left; what cannot be cleared now stays doomed.
    pub fn bury_or_warn(&self, root: ContentRoot) {
        if let Err(error) = self.base.catalogue.doom(root).and_then(|()| self.bury(root)) {
            tracing::warn!(root = %RootName(root), %error, "left for the next opening of the store to remove");
        }
    }

    pub fn membership(&self) -> MutexGuard<'_, ()> {
        self.membership.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the files of a doomed blob, then its row.
    fn bury(&self, root: ContentRoot) -> Result<(), StoreError> {
        let base = &self.base;
        for path in base.layout.blob(root).each() {
            base.disk.unlink(path)?;
        }
        base.disk.sync_folder(&base.layout.blobs())?;
        base.catalogue.forget(root)
    }

    fn create_sparse(&self, target: &FilePair, blob_len: u64) -> Result<(), StoreError> {
        let disk = &self.base.disk;
        for (path, len) in [
            (&target.data, blob_len),
            (&target.outboard, outboard_len(blob_len)),
        ] {
            let file = disk.create(path)?;
            disk.set_len(&file, path, len)?;
            disk.sync(&file, path)?;
        }
        disk.sync_folder(&self.base.layout.blobs())
    }

    /// Brings files and catalogue together after whatever ended the last process.
    fn recover(&self) -> Result<(), StoreError> {
        let base = &self.base;
        // A power cut must not take the catalogue's own name away.
        let folder = base.layout.folder();
        base.disk.sync_folder(folder)?;
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            base.disk.sync_folder(parent)?;
        }
        for path in base.layout.abandoned_imports()? {
            base.disk.unlink(&path)?;
        }
        let (doomed, entries): (Vec<Entry>, Vec<Entry>) = base
            .catalogue
            .entries()?
            .into_iter()
            .partition(|entry| entry.row.doomed);
        for entry in doomed {
            self.bury(entry.root)?;
        }
        let mut order = 0;
        for entry in &entries {
            order = order.max(entry.row.added).max(entry.row.last_read);
            let claimed = claimed_bytes(entry.row.len, &entry.held);
            base.budget
                .add(claimed.saturating_add(outboard_bytes(entry.row.len)));
            if let Err(error) = self.free_unclaimed(entry, claimed) {
                tracing::warn!(root = %RootName(entry.root), %error, "space that nothing uses stays taken");
            }
        }
        base.order.store(order.saturating_add(1), Ordering::Relaxed);
        for path in self.strangers(&entries)? {
            tracing::warn!(path = %path.display(), "not put there by this store; it is left alone");
        }
        Ok(())
    }

    /// Frees what was written and never claimed, or given up and not freed.
    fn free_unclaimed(&self, entry: &Entry, claimed: u64) -> Result<(), StoreError> {
        let disk = &self.base.disk;
        let paths = self.base.layout.blob(entry.root);
        if disk.bytes_of(&paths.data) <= claimed.saturating_add(SLACK) {
            return Ok(());
        }
        let data = match disk.open(&paths.data, entry.row.len) {
            // Not ours to touch before somebody asked for it to be mended.
            Err(StoreError::Damaged { .. }) => return Ok(()),
            other => other?,
        };
        for chunks in entry.held.missing_ranges() {
            punch_chunks(disk, &data, &paths, entry.row.len, chunks)?;
        }
        Ok(())
    }

    fn strangers(&self, entries: &[Entry]) -> Result<Vec<PathBuf>, StoreError> {
        let known: HashSet<String> = entries
            .iter()
            .map(|entry| RootName(entry.root).to_string())
            .collect();
        self.base.layout.strangers(|stem| known.contains(stem))
    }

    /// Claims what can be claimed, and notes when blobs were read.
    fn settle(&self, blobs: &[Arc<Blob>]) {
        if blobs.is_empty() {
            return;
        }
        for blob in blobs {
            match blob.flush(&self.base) {
                Ok(()) | Err(StoreError::UnknownBlob { .. }) => {}
                Err(error) => tracing::warn!(%error, "chunks put lately have to be fetched again"),
            }
        }
        let reads: Vec<_> = blobs.iter().map(|blob| (blob.root, blob.last_read())).collect();
        if let Err(error) = self.base.catalogue.note_reads(&reads) {
            tracing::debug!(%error, "the order of eviction forgets some readings");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.settle(&self.open_blobs.all());
    }
}

/// Refuses a length that no blob has: every blob ends with a footer.
pub(crate) fn check_len(blob_len: u64) -> Result<(), StoreError> {
    if (FOOTER_LEN..=MAX_BLOB_LEN).contains(&blob_len) {
        Ok(())
    } else {
        Err(StoreError::BadLength { blob_len })
    }
}
