//! Bytes that blobs and imports occupy, and the most they may.
//!
//! Counted in blocks by what is held, not by asking the file system: the sum is right at once, and the same on every
//! file system. Not counted are the catalogue (some 4 KiB for each 8 GiB), the blocks in which a file system notes
//! where the parts of a sparse file are, and writes that a crash left unclaimed, which the next open frees.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::StoreError;

pub(crate) struct Budget {
    max: u64,
    used: AtomicU64,
    folder: PathBuf,
}

impl Budget {
    pub fn new(folder: &Path, max: Option<u64>) -> Self {
        Self {
            max: max.unwrap_or(u64::MAX),
            used: AtomicU64::new(0),
            folder: folder.to_owned(),
        }
    }

    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Acquire)
    }

    /// Refuses when `needed` more bytes do not fit; reserves nothing.
    pub fn check(&self, needed: u64) -> Result<(), StoreError> {
        let used = self.used();
        match used.checked_add(needed) {
            Some(sum) if sum <= self.max => Ok(()),
            _ => Err(StoreError::OverBudget {
                needed,
                used,
                max: self.max,
                folder: self.folder.clone(),
            }),
        }
    }

    /// Reserves `needed` bytes, or refuses.
    pub fn take(&self, needed: u64) -> Result<(), StoreError> {
        self.used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                used.checked_add(needed).filter(|sum| *sum <= self.max)
            })
            .map(|_| ())
            .map_err(|used| StoreError::OverBudget {
                needed,
                used,
                max: self.max,
                folder: self.folder.clone(),
            })
    }

    /// Counts bytes that are there already, whether they fit or not.
    pub fn add(&self, bytes: u64) {
        self.change(|used| used.saturating_add(bytes));
    }

    pub fn give_back(&self, bytes: u64) {
        self.change(|used| used.saturating_sub(bytes));
    }

    fn change(&self, to: impl Fn(u64) -> u64) {
        let mut used = self.used();
        while let Err(now) =
            self.used
                .compare_exchange_weak(used, to(used), Ordering::AcqRel, Ordering::Acquire)
        {
            used = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_taken_again_and_not_more() {
        let budget = Budget::new(Path::new("/store"), Some(10));
        budget.take(7).unwrap();
        assert!(matches!(
            budget.take(4),
            Err(StoreError::OverBudget {
                needed: 4,
                used: 7,
                max: 10,
                ..
            })
        ));
        budget.give_back(1);
        budget.take(4).unwrap();
        assert!(budget.check(1).is_err() && budget.check(0).is_ok());
        assert!(matches!(
            budget.take(u64::MAX),
            Err(StoreError::OverBudget { .. })
        ));
    }

    #[test]
    fn what_is_there_already_counts_even_beyond_the_limit() {
        let budget = Budget::new(Path::new("/store"), Some(10));
        budget.add(12);
        assert!(budget.take(0).is_err());
        budget.give_back(12);
        assert!(budget.take(10).is_ok());
    }
}
