//! The blobs whose files are open: at most one [`Blob`] for each root, so that its locks mean something.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashcard_primitives::blob::ContentRoot;

use crate::base::Base;
use crate::blob::Blob;
use crate::error::StoreError;
use crate::files::WrongLength;

/// Blobs kept open while idle. Each takes two file descriptors, and 1024 is the usual limit of a process.
const MOST_OPEN: usize = 256;

#[derive(Default)]
pub(crate) struct OpenBlobs {
    blobs: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    by_root: HashMap<ContentRoot, (Arc<Blob>, u64)>,
    /// Counts uses; the blob with the lowest count is closed first.
    uses: u64,
}

impl OpenBlobs {
    /// The blob, opened if it was not.
    pub fn get(&self, base: &Base, root: ContentRoot, wrong: WrongLength) -> Result<Arc<Blob>, StoreError> {
        let mut shelf = self.shelf();
        shelf.uses = shelf.uses.saturating_add(1);
        let uses = shelf.uses;
        if let Some((blob, last_use)) = shelf.by_root.get_mut(&root) {
            *last_use = uses;
            return Ok(blob.clone());
        }
        let entry = base
            .catalogue
            .entry(root)?
            .ok_or(StoreError::UnknownBlob { root })?;
        let blob = Arc::new(Blob::open(base, entry, wrong)?);
        while shelf.by_root.len() >= MOST_OPEN && shelf.close_one(base) {}
        shelf.by_root.insert(root, (blob.clone(), uses));
        Ok(blob)
    }

    /// The blob, if it is open.
    pub fn opened(&self, root: ContentRoot) -> Option<Arc<Blob>> {
        self.shelf().by_root.get(&root).map(|(blob, _)| blob.clone())
    }

    /// All open blobs.
    pub fn all(&self) -> Vec<Arc<Blob>> {
        self.shelf()
            .by_root
            .values()
            .map(|(blob, _)| blob.clone())
            .collect()
    }

    /// Lets go of a blob that was closed for ever.
    pub fn forget(&self, root: ContentRoot) {
        self.shelf().by_root.remove(&root);
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    /// Closes the blob that is longest unused and not in anybody's hands, and says whether there was one.
    fn close_one(&mut self, base: &Base) -> bool {
        // Handed out only by `get`, under the lock that is held now: whoever is alone here stays alone.
        let idle = self
            .by_root
            .values()
            .filter(|(blob, _)| Arc::strong_count(blob) == 1);
        let Some((blob, _)) = idle.min_by_key(|(blob, last_use)| (blob.unflushed() > 0, *last_use)) else {
            return false;
        };
        let root = blob.root;
        if let Err(error) = blob.flush(base) {
            tracing::warn!(%error, "chunks put lately have to be fetched again");
        }
        if let Err(error) = base.catalogue.note_reads(&[(root, blob.last_read())]) {
            tracing::debug!(%error, "the order of eviction forgets a reading");
        }
        self.by_root.remove(&root);
        true
    }
}
