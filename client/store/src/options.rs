//! How a store behaves.

use std::num::NonZeroU32;

/// When chunks that were put become claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SyncPolicy {
    /// Each at once. Slow: three syncs for 256 KiB.
    EveryChunk,
    /// As soon as this many of one blob are put, and at every [`Store::flush`](crate::Store::flush). A crash costs at
    /// most so many chunks of each blob.
    Batch(NonZeroU32),
}

/// Chunks in a batch unless said otherwise: 16 MiB, which takes a disk longer to write than to sync, and a peer
/// little to send again.
const BATCH: NonZeroU32 = NonZeroU32::new(64).expect("64 is not zero; qed");

impl SyncPolicy {
    /// Chunks put and not claimed that call for a flush.
    pub(crate) fn batch(self) -> usize {
        let batch = match self {
            SyncPolicy::EveryChunk => 1,
            SyncPolicy::Batch(chunks) => chunks.get(),
        };
        usize::try_from(batch).unwrap_or(usize::MAX)
    }
}

/// Settings of a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// When chunks that were put become claims.
    pub sync: SyncPolicy,
    /// Most bytes that blobs and imports may occupy; `None`: as many as the disk has.
    pub max_bytes: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sync: SyncPolicy::Batch(BATCH),
            max_bytes: None,
        }
    }
}
