//! One open blob: its two files, what is claimed of them, and what is written and not claimed yet.
//!
//! Three locks, always taken in this order:
//! 1. `files`, shared by whoever reads, writes or syncs, exclusive for whoever takes bytes away. So no hole is
//!    punched under a reader, nor between a write and its claim.
//! 2. `claiming`, by whoever changes claims, from before the catalogue is written until `state` says the same.
//! 3. `state`, for moments, never across a call to the system.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hashcard_format::VerifiedChunk;
use hashcard_primitives::blob::{chunk_count, chunk_len, ContentRoot};

use crate::base::Base;
use crate::bitfield::Bitfield;
use crate::catalogue::Entry;
use crate::disk::occupied;
use crate::error::StoreError;
use crate::files::{claimed_bytes, punch_chunks, Files, Proven, ReadFault, WrongLength};
use crate::layout::FilePair;

pub(crate) struct Blob {
    pub root: ContentRoot,
    pub len: u64,
    pub paths: FilePair,
    /// `None` once the blob is removed.
    files: RwLock<Option<Files>>,
    claiming: Mutex<()>,
    state: Mutex<State>,
    last_read: AtomicU64,
}

struct State {
    /// Claimed in the catalogue: on disk and synced.
    held: Bitfield,
    /// Written since the last flush.
    unflushed: BTreeSet<u64>,
    /// How often a sync failed. What was written before such a failure may be lost although a later sync succeeds:
    /// the kernel reports a failed write once and then drops the bytes.
    failed_syncs: u64,
}

impl Blob {
    pub fn open(base: &Base, entry: Entry, wrong: WrongLength) -> Result<Self, StoreError> {
        let Entry { root, row, held } = entry;
        let paths = base.layout.blob(root);
        let files = Files::open(&base.disk, &paths, row.len, wrong)?;
        Ok(Self {
            root,
            len: row.len,
            paths,
            files: RwLock::new(Some(files)),
            claiming: Mutex::new(()),
            state: Mutex::new(State {
                held,
                unflushed: BTreeSet::new(),
                failed_syncs: 0,
            }),
            last_read: AtomicU64::new(row.last_read),
        })
    }

    /// The chunks claimed.
    pub fn held(&self) -> Bitfield {
        self.state().held.clone()
    }

    /// Chunks written and not claimed yet.
    pub fn unflushed(&self) -> usize {
        self.state().unflushed.len()
    }

    /// Order number of the last reading.
    pub fn last_read(&self) -> u64 {
        self.last_read.load(Ordering::Relaxed)
    }

    /// Bytes that its chunks occupy, claimed or not yet.
    pub fn chunk_bytes(&self) -> u64 {
        let state = self.state();
        let unflushed: u64 = state
            .unflushed
            .iter()
            .map(|index| occupied(chunk_len(self.len, *index)))
            .sum();
        claimed_bytes(self.len, &state.held).saturating_add(unflushed)
    }

    /// Writes a chunk and its nodes, and says whether it is new. It is not claimed before [`Blob::flush`].
    pub fn put(&self, base: &Base, chunk: &VerifiedChunk) -> Result<bool, StoreError> {
        let index = chunk.index();
        self.check_belongs(chunk)?;
        let guard = self.shared();
        let files = self.present(&guard)?;
        let failed_syncs = {
            let state = self.state();
            if state.has(index) {
                return Ok(false);
            }
            state.failed_syncs
        };
        let bytes = occupied(chunk_len(self.len, index));
        base.budget.take(bytes)?;
        let outcome = files.write(base, &self.paths, chunk).and_then(|()| {
            let mut state = self.state();
            if state.failed_syncs != failed_syncs {
                return Err(StoreError::LostWrites { root: self.root });
            }
            Ok(!state.held.get(index) && state.unflushed.insert(index))
        });
        if !matches!(outcome, Ok(true)) {
            base.budget.give_back(bytes);
        }
        outcome
    }

    /// Claims what was put: first the bytes are made durable, then the claims. An error claims nothing; where it
    /// was the disk that failed to sync, what was put since the last flush is forgotten as well.
    pub fn flush(&self, base: &Base) -> Result<(), StoreError> {
        let guard = self.shared();
        let files = self.present(&guard)?;
        let _claiming = self.claiming();
        let batch: Vec<u64> = self.state().unflushed.iter().copied().collect();
        if batch.is_empty() {
            return Ok(());
        }
        let synced = base
            .disk
            .sync(&files.data, &self.paths.data)
            .and_then(|()| base.disk.sync(&files.outboard, &self.paths.outboard));
        if let Err(error) = synced {
            base.sync_failed.store(true, Ordering::Release);
            let mut state = self.state();
            state.failed_syncs = state.failed_syncs.saturating_add(1);
            for index in std::mem::take(&mut state.unflushed) {
                base.budget.give_back(occupied(chunk_len(self.len, index)));
            }
            return Err(error);
        }
        base.catalogue
            .change_claims("claim chunks", self.root, self.len, batch.iter().copied(), true)?;
        let mut state = self.state();
        for index in batch {
            state.unflushed.remove(&index);
            state.held.set(index, true);
        }
        Ok(())
    }

    /// The chunk, checked against the root.
    pub fn chunk(&self, base: &Base, index: u64) -> Result<VerifiedChunk, StoreError> {
        self.read(base, index).map(|proven| proven.chunk)
    }

    /// The chunk's bytes with the nodes that lead to the root.
    pub fn slice(&self, base: &Base, index: u64) -> Result<Vec<u8>, StoreError> {
        self.read(base, index).map(|proven| proven.slice)
    }

    /// Whether the chunk can be read and matches the root, or is not held at all. Changes no claim.
    pub fn is_sound(&self, index: u64) -> Result<bool, StoreError> {
        let guard = self.shared();
        self.matches(self.present(&guard)?, index)
    }

    /// Ceases to claim the chunks of a range, and gives their space back. In this order, so that a crash in between
    /// leaves space taken and no false claim.
    pub fn evict(&self, base: &Base, chunks: Range<u64>) -> Result<(), StoreError> {
        let chunks = chunks.start..chunks.end.min(chunk_count(self.len));
        if chunks.is_empty() {
            return Ok(());
        }
        let guard = self.exclusive();
        let files = self.present(&guard)?;
        let claiming = self.claiming();
        self.unclaim(&claiming, base, "give up chunks", chunks.clone())?;
        punch_chunks(&base.disk, &files.data, &self.paths, self.len, chunks)
    }

    /// Ceases to claim those of the suspects that are held and do not match the root, and tells which they were.
    /// Looks again under the exclusive lock, for somebody may have put them anew since they were found rotten.
    pub fn discard_rot(&self, base: &Base, suspects: &[u64]) -> Result<Vec<u64>, StoreError> {
        let guard = self.exclusive();
        let files = self.present(&guard)?;
        let mut rotten = Vec::new();
        for index in suspects {
            if !self.matches(files, *index)? {
                rotten.push(*index);
            }
        }
        let claiming = self.claiming();
        self.unclaim(&claiming, base, "give up rotten chunks", rotten.iter().copied())?;
        for index in &rotten {
            match punch_chunks(
                &base.disk,
                &files.data,
                &self.paths,
                self.len,
                *index..index.saturating_add(1),
            ) {
                Ok(()) | Err(StoreError::CannotFree { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(rotten)
    }

    /// Puts other files in place of these: `swap` moves them there and opens them.
    pub fn replace(
        &self,
        base: &Base,
        now_complete: bool,
        swap: impl FnOnce() -> Result<Files, StoreError>,
    ) -> Result<(), StoreError> {
        let mut guard = self.exclusive();
        self.present(&guard)?;
        let _claiming = self.claiming();
        let files = swap().inspect_err(|_| {
            // One of the two may have moved already. Handles and names must not part.
            if let Ok(files) = Files::open(&base.disk, &self.paths, self.len, WrongLength::Refuse) {
                *guard = Some(files);
            }
        })?;
        if now_complete {
            base.budget.give_back(self.chunk_bytes());
            let mut state = self.state();
            state.held = Bitfield::full(chunk_count(self.len));
            state.unflushed.clear();
            base.budget.add(claimed_bytes(self.len, &state.held));
        }
        *guard = Some(files);
        Ok(())
    }

    /// Closes the files for good once `leave` has made sure that nothing is claimed.
    pub fn close_for_ever(&self, leave: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut guard = self.exclusive();
        self.present(&guard)?;
        leave()?;
        *guard = None;
        Ok(())
    }

    /// Another handle of the data file.
    pub fn data_file(&self) -> Result<File, StoreError> {
        let guard = self.shared();
        self.present(&guard)?
            .data
            .try_clone()
            .map_err(|source| self.unreadable(source))
    }

    fn read(&self, base: &Base, index: u64) -> Result<Proven, StoreError> {
        let guard = self.shared();
        let files = self.present(&guard)?;
        if !self.state().has(index) {
            return Err(StoreError::NotHeld {
                root: self.root,
                index,
            });
        }
        self.last_read.fetch_max(base.next_order(), Ordering::Relaxed);
        match files.prove(self.root, self.len, index) {
            Ok(proven) => Ok(proven),
            Err(ReadFault::Other(source)) => Err(self.unreadable(source)),
            Err(ReadFault::Rot(source)) => {
                // While it counts as held nobody writes it; if somebody gave it up and put it anew, it is sound now.
                let claiming = self.claiming();
                if !self.matches(files, index)? {
                    self.unclaim(&claiming, base, "give up a rotten chunk", [index])?;
                }
                Err(StoreError::Rotten {
                    root: self.root,
                    index,
                    source,
                })
            }
        }
    }

    fn matches(&self, files: &Files, index: u64) -> Result<bool, StoreError> {
        if !self.state().has(index) {
            return Ok(true);
        }
        match files.prove(self.root, self.len, index) {
            Ok(_) => Ok(true),
            Err(ReadFault::Rot(_)) => Ok(false),
            Err(ReadFault::Other(source)) => Err(self.unreadable(source)),
        }
    }

    /// Ceases to claim those of the chunks that are claimed, in the catalogue and here.
    fn unclaim(
        &self,
        _claiming: &MutexGuard<'_, ()>,
        base: &Base,
        operation: &'static str,
        chunks: impl IntoIterator<Item = u64> + Clone,
    ) -> Result<(), StoreError> {
        base.catalogue
            .change_claims(operation, self.root, self.len, chunks.clone(), false)?;
        let mut state = self.state();
        for index in chunks {
            let unflushed = state.unflushed.remove(&index);
            if state.held.set(index, false) || unflushed {
                base.budget.give_back(occupied(chunk_len(self.len, index)));
            }
        }
        Ok(())
    }

    fn unreadable(&self, source: io::Error) -> StoreError {
        StoreError::io("read", &self.paths.data, 0, source)
    }

    fn check_belongs(&self, chunk: &VerifiedChunk) -> Result<(), StoreError> {
        if chunk.root() == self.root && chunk.blob_len() == self.len {
            Ok(())
        } else {
            Err(StoreError::WrongChunk {
                root: self.root,
                index: chunk.index(),
            })
        }
    }

    fn present<'a>(&self, files: &'a Option<Files>) -> Result<&'a Files, StoreError> {
        files.as_ref().ok_or(StoreError::UnknownBlob { root: self.root })
    }

    // A panic while one of these is held leaves nothing half done that the next holder could trip over.

    fn shared(&self) -> RwLockReadGuard<'_, Option<Files>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn exclusive(&self) -> RwLockWriteGuard<'_, Option<Files>> {
        self.files.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn claiming(&self) -> MutexGuard<'_, ()> {
        self.claiming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has(&self, index: u64) -> bool {
        self.held.get(index) || self.unflushed.contains(&index)
    }
}
