//! What every blob of a store works with.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::budget::Budget;
use crate::catalogue::Catalogue;
use crate::disk::Disk;
use crate::layout::{FolderLock, Layout};

/// Folder, catalogue, budget and order of one open store. Fields are dropped in this order: the lock last.
pub(crate) struct Base {
    pub disk: Disk,
    pub catalogue: Catalogue,
    pub budget: Budget,
    /// Next order number: what was added or read later has a higher one. No clock, so no clock can go back.
    pub order: AtomicU64,
    /// Whether a sync ever failed: from then on what reads back from a file need not be on the disk.
    pub sync_failed: AtomicBool,
    pub layout: Layout,
    pub _lock: FolderLock,
}

impl Base {
    pub fn next_order(&self) -> u64 {
        self.order.fetch_add(1, Ordering::Relaxed)
    }
}
