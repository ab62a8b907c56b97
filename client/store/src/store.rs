//! The store as its users see it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hashcard_format::{outboard_len, VerifiedChunk};
use hashcard_primitives::blob::{chunk_count, ContentRoot, CHUNK_LEN, FOOTER_LEN, LEAF_LEN};
use hashcard_primitives::footer::Footer;

use crate::bitfield::Bitfield;
use crate::blob::Blob;
use crate::catalogue::row::MAX_LABEL_LEN;
use crate::catalogue::Entry;
use crate::disk::Disk;
use crate::error::StoreError;
use crate::files::WrongLength;
use crate::import::Import;
use crate::inner::Inner;
use crate::leaf::ProvenLeaf;
use crate::options::Options;
use crate::verify::{self, Report};

/// A folder of blobs. Clones are the same store; the folder is free for others once the last clone, and the last
/// [`Import`], is dropped.
///
/// Every call waits for the disk; asynchronous callers need a thread for it. Calls for different blobs do not wait
/// for one another, but for claims, which the catalogue takes one after another.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// What the store knows of a blob.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlobInfo {
    /// BLAKE3 of the blob.
    pub root: ContentRoot,
    /// Bytes of the blob.
    pub len: u64,
    /// Chunks claimed.
    pub held: u64,
    /// Chunks of the blob.
    pub chunks: u64,
    /// Bytes that its two files occupy, as the file system counts them.
    pub bytes_on_disk: u64,
    /// Whether every chunk is claimed.
    pub complete: bool,
    /// Whether it is kept from eviction and removal.
    pub pinned: bool,
    /// Whether a file is missing or of another length, so that only [`Store::verify`] and [`Store::remove`] work.
    pub damaged: bool,
    /// Order number of its arrival; higher is later.
    pub added: u64,
    /// Order number of its last reading, or of its arrival before any; higher is later. A crash may forget some.
    pub last_read: u64,
    /// What people call it.
    pub label: Option<String>,
}

impl Store {
    /// Opens the store in `folder`, which is made if it is not there, and clears away what a crash left half done.
    /// Refuses with [`StoreError::InUse`] while somebody else has it open.
    pub fn open(folder: &Path, options: Options) -> Result<Self, StoreError> {
        Self::open_on(folder, &options, Disk::default())
    }

    pub(crate) fn open_on(folder: &Path, options: &Options, disk: Disk) -> Result<Self, StoreError> {
        Ok(Self {
            inner: Arc::new(Inner::open(folder, options, disk)?),
        })
    }

    /// Begins a blob that is made on this machine.
    pub fn import(&self) -> Result<Import, StoreError> {
        Import::begin(self.inner.clone())
    }

    /// Makes room for a blob that is to be fetched as a whole: see [`Store::begin_part`].
    pub fn begin(&self, root: ContentRoot, blob_len: u64) -> Result<(), StoreError> {
        self.inner.begin(root, blob_len, blob_len)
    }

    /// Makes a blob of which nothing is held yet, and of which at most `planned_bytes` shall be held at once. Refuses
    /// when so many do not fit on the disk or in the budget; reserves them not. One that is there already with this
    /// length is fine, with another an error.
    pub fn begin_part(&self, root: ContentRoot, blob_len: u64, planned_bytes: u64) -> Result<(), StoreError> {
        self.inner.begin(root, blob_len, planned_bytes)
    }

    /// Writes a chunk, and says whether it is new. It can be read at once, and is *held* only after a flush, which
    /// this call does itself when [`Options::sync`] says so. After an error ask [`Store::held`] again: when the disk
    /// failed, chunks put since the last flush are lost.
    pub fn put(&self, root: ContentRoot, chunk: &VerifiedChunk) -> Result<bool, StoreError> {
        let blob = self.blob(root)?;
        let new = blob.put(&self.inner.base, chunk)?;
        if new && blob.unflushed() >= self.inner.sync.batch() {
            blob.flush(&self.inner.base)?;
        }
        Ok(new)
    }

    /// Makes everything put into the blob durable, and claims it.
    pub fn flush(&self, root: ContentRoot) -> Result<(), StoreError> {
        self.blob(root)?.flush(&self.inner.base)
    }

    /// The chunks held: those that no crash can take away.
    pub fn held(&self, root: ContentRoot) -> Result<Bitfield, StoreError> {
        Ok(self.blob(root)?.held())
    }

    /// The bytes of a chunk, checked against the root. One that does not match is not held any more, and the error
    /// is [`StoreError::Rotten`].
    pub fn chunk(&self, root: ContentRoot, index: u64) -> Result<Vec<u8>, StoreError> {
        self.blob(root)?
            .chunk(&self.inner.base, index)
            .map(VerifiedChunk::into_data)
    }

    /// A chunk with the nodes that prove it, as a peer wants it; checked as in [`Store::chunk`].
    pub fn slice(&self, root: ContentRoot, index: u64) -> Result<Vec<u8>, StoreError> {
        self.blob(root)?.slice(&self.inner.base, index)
    }

    /// A leaf with its path, as a storage challenge asks for it. Its chunk must be held.
    pub fn leaf(&self, root: ContentRoot, leaf: u64) -> Result<ProvenLeaf, StoreError> {
        let chunk = self
            .blob(root)?
            .chunk(&self.inner.base, leaf / (CHUNK_LEN / LEAF_LEN))?;
        ProvenLeaf::cut_from(&chunk, leaf)
    }

    /// The footer, checked against the root; `None` when the last chunk is not held.
    pub fn footer(&self, root: ContentRoot) -> Result<Option<Footer>, StoreError> {
        let blob = self.blob(root)?;
        let last = match blob.chunk(&self.inner.base, chunk_count(blob.len).saturating_sub(1)) {
            Err(StoreError::NotHeld { .. }) => return Ok(None),
            other => other?,
        };
        // The last leaf is whole in the last chunk, for both begin at multiples of 1 KiB.
        let bytes = last
            .data()
            .last_chunk::<{ FOOTER_LEN as usize }>()
            .map_or(&[][..], |footer| &footer[..]);
        Footer::from_bytes(bytes)
            .map(Some)
            .map_err(|source| StoreError::Footer { root, source })
    }

    /// Reads all that is held of a blob again. Files that are missing or of another length are given their length
    /// back first, and chunks that do not match the root are not held any more afterwards. `progress` hears the
    /// number of chunks read and to read.
    pub fn verify(
        &self,
        root: ContentRoot,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Report, StoreError> {
        let blob = self
            .inner
            .open_blobs
            .get(&self.inner.base, root, WrongLength::Mend)?;
        verify::verify(&self.inner.base, &blob, progress)
    }

    /// All blobs, by root.
    pub fn list(&self) -> Result<Vec<BlobInfo>, StoreError> {
        let entries = self.inner.base.catalogue.entries()?;
        Ok(entries
            .into_iter()
            .filter(|entry| !entry.row.doomed)
            .map(|entry| self.describe(entry))
            .collect())
    }

    /// Removes a blob and its files. Refuses when it is pinned.
    pub fn remove(&self, root: ContentRoot) -> Result<(), StoreError> {
        self.inner.remove(root)
    }

    /// Keeps a blob from eviction and removal, or ceases to.
    pub fn pin(&self, root: ContentRoot, pinned: bool) -> Result<(), StoreError> {
        self.inner.amend("pin a blob", root, |row| row.pinned = pinned)
    }

    /// Gives a blob a name for people; an empty one takes it away.
    pub fn set_label(&self, root: ContentRoot, label: &str) -> Result<(), StoreError> {
        if label.len() > MAX_LABEL_LEN {
            return Err(StoreError::LabelTooLong { len: label.len() });
        }
        let label = (!label.is_empty()).then(|| label.to_owned());
        self.inner
            .amend("label a blob", root, |row| row.label.clone_from(&label))
    }

    /// Gives up chunks of a blob, and their space back to the disk. Those that are not held, or beyond the end, are
    /// passed over. Refuses when the blob is pinned.
    pub fn evict(&self, root: ContentRoot, chunks: Range<u64>) -> Result<(), StoreError> {
        let row = self
            .inner
            .base
            .catalogue
            .row(root)?
            .ok_or(StoreError::UnknownBlob { root })?;
        if row.pinned {
            return Err(StoreError::Pinned { root });
        }
        self.blob(root)?.evict(&self.inner.base, chunks)
    }

    /// Bytes that blobs and imports occupy, as [`Options::max_bytes`] counts them.
    pub fn used_bytes(&self) -> u64 {
        self.inner.base.budget.used()
    }

    fn blob(&self, root: ContentRoot) -> Result<Arc<Blob>, StoreError> {
        self.inner
            .open_blobs
            .get(&self.inner.base, root, WrongLength::Refuse)
    }

    fn describe(&self, Entry { root, row, held }: Entry) -> BlobInfo {
        let base = &self.inner.base;
        let paths = base.layout.blob(root);
        let sound = |path: &Path, len| path.metadata().is_ok_and(|found| found.len() == len);
        let read_now = self
            .inner
            .open_blobs
            .opened(root)
            .map_or(0, |blob| blob.last_read());
        BlobInfo {
            root,
            len: row.len,
            held: held.count(),
            chunks: held.len_chunks(),
            bytes_on_disk: paths.each().iter().map(|path| base.disk.bytes_of(path)).sum(),
            complete: held.is_complete(),
            pinned: row.pinned,
            damaged: !sound(&paths.data, row.len) || !sound(&paths.outboard, outboard_len(row.len)),
            added: row.added,
            last_read: row.last_read.max(read_now),
            label: row.label,
        }
    }
}
