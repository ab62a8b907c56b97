//! What a step reads and writes of state, row by row, and by how much state grows.
//!
//! **Rows of `System` other than accounts are left out of growth**: events, hashes and counters of the block take the place of those
//! of the block before, or leave after a while.

use crate::World;
use sp_core::Blake2Hasher;
use sp_state_machine::{Backend, InMemoryBackend, OverlayedChanges};
use sp_trie::recorder::Recorder;
use std::collections::BTreeSet;

/// Rows that a step read and wrote. A row that was read and written is in both.
#[derive(Debug, PartialEq, Eq)]
pub struct Touched {
    /// Keys of rows that were read, found or not.
    pub read: BTreeSet<Vec<u8>>,
    /// Keys of rows that were written or removed.
    pub written: BTreeSet<Vec<u8>>,
    /// By how much state grew.
    pub growth: Growth,
}

/// Rows, and bytes of keys and values; without what the trie adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    /// Rows that are new, less those that are gone.
    pub rows: i64,
    /// Bytes of all.
    pub bytes: i64,
}

impl Growth {
    /// By what somebody did on top of a state.
    pub fn of(
        changes: &OverlayedChanges<Blake2Hasher>,
        before: &impl Backend<Blake2Hasher>,
    ) -> Result<Self, String> {
        let mut growth = Self::default();
        let mut changes = changes.clone();
        for (key, value) in changes.changes_mut() {
            if is_of_the_block(key) {
                continue;
            }
            let size = |value: usize| (key.len() + value) as i64;
            if let Some(old) = before.storage(key).map_err(|error| format!("{error:?}"))? {
                growth.rows -= 1;
                growth.bytes -= size(old.len());
            }
            if let Some(new) = value.value() {
                growth.rows += 1;
                growth.bytes += size(new.len());
            }
        }
        Ok(growth)
    }
}

/// Of `System` and no account.
fn is_of_the_block(key: &[u8]) -> bool {
    let system = sp_io::hashing::twox_128(b"System");
    let account = sp_io::hashing::twox_128(b"Account");
    key.starts_with(&system) && !key[system.len()..].starts_with(&account)
}

impl World {
    /// Writes what was done into the trie, so that the next step begins with nothing in between.
    pub fn commit(&mut self) {
        self.0.commit_all().expect("no transaction is open between steps");
    }

    /// The trie as of the last [`World::commit`].
    pub fn trie(&self) -> &InMemoryBackend<Blake2Hasher> {
        &self.0.backend
    }

    /// Sets a row, such as the code.
    pub fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.0.insert(key, value);
    }

    /// Does something, and says which rows it touched. What it changes stays.
    pub fn touched<R>(&mut self, step: impl FnOnce() -> R) -> (R, Touched) {
        self.commit();
        let recorder = Recorder::default();
        let result = self.0.execute_with_recorder(recorder.clone(), step);
        let changes = self.0.overlayed_changes();
        let touched = Touched {
            read: recorder
                .recorded_keys()
                .into_values()
                .flat_map(|keys| keys.into_keys())
                .map(|key| key.to_vec())
                .collect(),
            written: changes.changes().map(|(key, _)| key.clone()).collect(),
            growth: Growth::of(changes, &self.0.backend).expect("a trie in memory answers"),
        };
        self.commit();
        (result, touched)
    }
}
