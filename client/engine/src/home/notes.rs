//! What a home remembers that neither chain nor store can tell it: which accounts were used, which card a blob
//! belongs to, what to seed, who lied.
//!
//! Losing the notes loses no key and no money: all of it can be built up again by using the home.

use std::collections::BTreeMap;
use std::path::Path;

use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::CardId;
use rand::RngCore;
use serde::{Deserialize, Serialize};

use super::durable;
use crate::error::{Code, EngineError};
use crate::notation::{bytes32, hex, root_name};

/// Longest notes that are read: a row has about 200 bytes, so this is some hundred thousand blobs.
const MAX_LEN: u64 = 32 * 1024 * 1024;
/// Layout that this version writes.
const VERSION: u32 = 1;
/// Most accounts remembered; the daemon asks the chain about each at every block.
const MAX_ACCOUNTS: usize = 64;
/// Most liars remembered; the oldest is forgotten first. A ban costs a liar one identity, so more is no use.
const MAX_BANNED: usize = 4096;

/// The notes of one home.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Notes {
    version: u32,
    /// 32 random bytes: two homes of one wallet are two peers.
    home_id: String,
    accounts: Vec<String>,
    blobs: BTreeMap<String, BlobNote>,
    banned: Vec<Ban>,
}

/// What is known of a blob.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct BlobNote {
    /// The card under which it was published or fetched.
    pub card: CardId,
    /// Whether to serve it.
    pub seed: bool,
}

/// Somebody who lied.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Ban {
    /// The peer, as text.
    pub peer: String,
    /// About what.
    pub reason: String,
}

impl Notes {
    /// Reads them; a home without notes has new ones.
    pub fn read(path: &Path) -> Result<Self, EngineError> {
        let damaged = |why: &str| {
            EngineError::new(
                Code::Damaged,
                format!("{} {why}", path.display()),
                "move it away: the home then forgets what it seeds and whom it banned, and no key or money",
            )
        };
        let Some(bytes) = durable::read(path, MAX_LEN)? else {
            return Ok(Self::new());
        };
        let notes: Self =
            serde_json::from_slice(&bytes).map_err(|error| damaged(&format!("cannot be read: {error}")))?;
        if notes.version != VERSION {
            return Err(damaged(&format!(
                "has version {}, and this program knows {VERSION}",
                notes.version
            )));
        }
        if bytes32(&notes.home_id).is_none() {
            return Err(damaged("has no id of the home"));
        }
        Ok(notes)
    }

    /// Writes them durably.
    pub(super) fn write(&self, path: &Path) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| {
            EngineError::new(
                Code::Failed,
                format!("could not write notes: {error}"),
                "report it",
            )
        })?;
        durable::write(path, &bytes)
    }

    fn new() -> Self {
        let mut id = [0; 32];
        rand::rngs::OsRng.fill_bytes(&mut id);
        Self {
            version: VERSION,
            home_id: hex(&id),
            accounts: Vec::new(),
            blobs: BTreeMap::new(),
            banned: Vec::new(),
        }
    }

    /// 64 hexadecimal digits.
    pub fn home_id(&self) -> &str {
        &self.home_id
    }

    /// The same as bytes.
    pub fn home_id_bytes(&self) -> [u8; 32] {
        // `read` checked it, `new` made it.
        bytes32(&self.home_id).unwrap_or_default()
    }

    /// Names of accounts used besides the default one, in order of first use.
    pub fn accounts(&self) -> &[String] {
        &self.accounts
    }

    /// Remembers that an account was used.
    pub fn remember_account(&mut self, name: &str) {
        if !self.accounts.iter().any(|one| one == name) && self.accounts.len() < MAX_ACCOUNTS {
            self.accounts.push(name.to_owned());
        }
    }

    /// What is known of a blob.
    pub fn blob(&self, root: ContentRoot) -> Option<&BlobNote> {
        self.blobs.get(&root_name(root))
    }

    /// All blobs that are known.
    pub fn blobs(&self) -> impl Iterator<Item = (ContentRoot, &BlobNote)> {
        self.blobs
            .iter()
            .filter_map(|(root, note)| Some((ContentRoot(bytes32(root)?), note)))
    }

    /// Remembers what a blob is, and whether to serve it.
    pub fn remember_blob(&mut self, root: ContentRoot, card: CardId, seed: bool) {
        self.blobs.insert(root_name(root), BlobNote { card, seed });
    }

    /// Forgets a blob.
    pub fn forget_blob(&mut self, root: ContentRoot) {
        self.blobs.remove(&root_name(root));
    }

    /// Everybody who lied, oldest first.
    pub fn banned(&self) -> &[Ban] {
        &self.banned
    }

    /// Remembers a liar.
    pub fn ban(&mut self, peer: &str, reason: &str) {
        if self.banned.iter().any(|ban| ban.peer == peer) {
            return;
        }
        if self.banned.len() >= MAX_BANNED {
            self.banned.remove(0);
        }
        self.banned.push(Ban {
            peer: peer.to_owned(),
            reason: reason.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.json");
        let mut notes = Notes::read(&path).unwrap();
        notes.remember_account("Alice");
        notes.remember_account("Alice");
        notes.remember_blob(ContentRoot([7; 32]), 3, true);
        notes.ban("12D3", "a wrong chunk");
        notes.write(&path).unwrap();
        assert_eq!(Notes::read(&path).unwrap(), notes);
        assert_eq!(notes.accounts(), ["Alice"]);
        assert_eq!(notes.blob(ContentRoot([7; 32])).unwrap().card, 3);
    }

    #[test]
    fn damaged_notes_are_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.json");
        for bytes in [
            &b"{"[..],
            b"",
            b"[]",
            br#"{"version":2,"home_id":"","accounts":[],"blobs":{},"banned":[]}"#,
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(Notes::read(&path).unwrap_err().code, Code::Damaged);
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
    }

    #[test]
    fn lists_that_strangers_can_grow_are_bounded() {
        let mut notes = Notes::new();
        for n in 0..MAX_BANNED + 10 {
            notes.ban(&n.to_string(), "");
        }
        assert_eq!(notes.banned().len(), MAX_BANNED);
        assert_eq!(notes.banned()[0].peer, "10");
    }
}
