//! What this home did with money and keys: one line of JSON each, appended and never changed.
//!
//! **It begins with this home and tells nothing of what other homes did with the same words**: the chain forgets an
//! order once it is settled. Losing it loses no key and no money.
//!
//! An entry is on disk before [`Ledger::append`] returns. A crash in the middle of one leaves a torn last line, which is
//! left out when the file is read and cut off before the next entry. Once the file is longer than [`MAX_LEN`], its older
//! half is dropped.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, OrderId};
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use super::durable;
use crate::amount::Amount;
use crate::error::{Code, DiskContext, EngineError};

/// Longest file, in bytes: an entry has about 250, so these are some 16,000.
const MAX_LEN: u64 = 4 * 1024 * 1024;

/// What happened.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A key came, for money.
    Bought,
    /// A key of this home's, or of a card of this home's, went for money. It is paid once it settles.
    Sold,
    /// A key was given away.
    Gifted,
    /// A key was found here that this home neither bought nor minted.
    Received,
    /// The money of an order or offer came back.
    Refunded,
}

/// One thing that happened.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What.
    pub deed: Deed,
    /// The account of this home, SS58.
    pub account: String,
    /// Which card.
    pub card: CardId,
    /// Which of its keys; `None` when none came about.
    pub edition: Option<Edition>,
    /// The key's sequence then, which tells one stay of a key here from the next.
    pub sequence: Option<u32>,
    /// The order or offer; `None` for a gift.
    pub order: Option<OrderId>,
    /// What was paid or came back; for a sale what the buyer paid, before fee, royalty and commission.
    pub price: Amount,
    /// The other side, SS58, when it is known.
    pub with: Option<String>,
    /// A block at or soon after it.
    pub block: BlockNumber,
}

impl Entry {
    /// Whether both tell of the same thing, seen twice: by the command that did it and by a daemon, say.
    fn is_again(&self, other: &Self) -> bool {
        self.deed == other.deed
            && self.account == other.account
            && self.card == other.card
            && match (self.order, other.order) {
                (None, None) => self.edition == other.edition && self.sequence == other.sequence,
                (mine, theirs) => mine == theirs,
            }
    }
}

/// The entries, oldest first, and the file behind them.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    entries: Vec<Entry>,
    /// Length of the file up to its last whole line.
    len: u64,
}

impl Ledger {
    /// Reads it; a home without one has an empty one.
    pub fn read(path: &Path) -> Result<Self, EngineError> {
        // One more entry than fits may have been written before the next one drops the older half.
        let bytes = durable::read(path, MAX_LEN.saturating_mul(2))?.unwrap_or_default();
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at.saturating_add(1));
        let mut entries = Vec::new();
        let lines = bytes
            .get(..whole)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n');
        for (number, line) in lines.filter(|line| !line.is_empty()).enumerate() {
            entries.push(
                serde_json::from_slice(line)
                    .map_err(|error| damaged(path, number.saturating_add(1), &error))?,
            );
        }
        Ok(Self {
            path: path.to_owned(),
            entries,
            len: whole as u64,
        })
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds an entry, unless the same thing was told before. It is on disk when this returns.
    pub fn append(&mut self, entry: Entry) -> Result<(), EngineError> {
        if self.entries.iter().rev().any(|told| told.is_again(&entry)) {
            return Ok(());
        }
        let line = line_of(&entry)?;
        let len = self.len.saturating_add(line.len() as u64);
        if len > MAX_LEN {
            return self.append_to_newer_half(entry);
        }
        let is_new = !self.path.exists();
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)
            .disk("open", &self.path)?;
        self.write_line(&mut file, &line).disk("write", &self.path)?;
        if is_new {
            durable::sync_folder_of(&self.path)?;
        }
        self.len = len;
        self.entries.push(entry);
        Ok(())
    }

    fn write_line(&self, file: &mut File, line: &[u8]) -> std::io::Result<()> {
        use std::io::Seek;
        // What a crash left of a line goes.
        file.set_len(self.len)?;
        file.seek(std::io::SeekFrom::Start(self.len))?;
        file.write_all(line)?;
        file.sync_all()
    }

    fn append_to_newer_half(&mut self, entry: Entry) -> Result<(), EngineError> {
        let mut kept = self.entries.split_off(self.entries.len() / 2);
        kept.push(entry);
        let mut bytes = Vec::new();
        for entry in &kept {
            bytes.extend(line_of(entry)?);
        }
        durable::write(&self.path, &bytes)?;
        self.len = bytes.len() as u64;
        self.entries = kept;
        Ok(())
    }
}

fn line_of(entry: &Entry) -> Result<Vec<u8>, EngineError> {
    let mut line = serde_json::to_vec(entry).map_err(|error| {
        EngineError::new(
            Code::Failed,
            format!("could not write the ledger: {error}"),
            "report it",
        )
    })?;
    line.push(b'\n');
    Ok(line)
}

fn damaged(path: &Path, line: usize, why: &serde_json::Error) -> EngineError {
    EngineError::new(
        Code::Damaged,
        format!("line {line} of {} cannot be read: {why}", path.display()),
        "move it away: the home then forgets what it did, and no key or money",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(order: OrderId) -> Entry {
        Entry {
            deed: Deed::Bought,
            account: "hcA".into(),
            card: 7,
            edition: Some(1),
            sequence: Some(0),
            order: Some(order),
            price: Amount(5),
            with: Some("hcB".into()),
            block: 12,
        }
    }

    fn ledger() -> (tempfile::TempDir, PathBuf, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let ledger = Ledger::read(&path).unwrap();
        (folder, path, ledger)
    }

    #[test]
    fn entries_read_back_in_order() {
        let (_folder, path, mut ledger) = ledger();
        assert_eq!(ledger.entries(), []);
        ledger.append(entry(1)).unwrap();
        ledger.append(entry(2)).unwrap();
        assert_eq!(Ledger::read(&path).unwrap().entries(), [entry(1), entry(2)]);
    }

    #[test]
    fn what_was_told_before_is_not_told_again() {
        let (_folder, _path, mut ledger) = ledger();
        ledger.append(entry(1)).unwrap();
        ledger
            .append(Entry {
                block: 13,
                ..entry(1)
            })
            .unwrap();
        assert_eq!(ledger.entries(), [entry(1)]);
        // The same key given away, come back, and given away again, is three things.
        let gift = Entry {
            deed: Deed::Gifted,
            order: None,
            ..entry(0)
        };
        ledger.append(gift.clone()).unwrap();
        ledger.append(gift.clone()).unwrap();
        ledger
            .append(Entry {
                sequence: Some(2),
                ..gift
            })
            .unwrap();
        assert_eq!(ledger.entries().len(), 3);
    }

    #[test]
    fn a_line_that_a_crash_tore_is_left_out_and_cut_off() {
        let (_folder, path, mut ledger) = ledger();
        ledger.append(entry(1)).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend(br#"{"deed":"bou"#);
        std::fs::write(&path, &bytes).unwrap();
        let mut ledger = Ledger::read(&path).unwrap();
        assert_eq!(ledger.entries(), [entry(1)]);
        ledger.append(entry(2)).unwrap();
        assert_eq!(Ledger::read(&path).unwrap().entries(), [entry(1), entry(2)]);
    }

    #[test]
    fn a_damaged_line_in_the_middle_is_refused_and_left_alone() {
        let (_folder, path, _ledger) = ledger();
        std::fs::write(&path, b"{}\n{}\n").unwrap();
        assert_eq!(Ledger::read(&path).unwrap_err().code, Code::Damaged);
        assert_eq!(std::fs::read(&path).unwrap(), b"{}\n{}\n");
    }

    #[test]
    fn a_full_ledger_drops_its_older_half() {
        let (_folder, path, _) = ledger();
        let many = MAX_LEN as usize / line_of(&entry(100_000)).unwrap().len();
        let full: Vec<u8> = (0..many as u64)
            .flat_map(|n| line_of(&entry(100_000 + n)).unwrap())
            .collect();
        std::fs::write(&path, full).unwrap();
        let mut ledger = Ledger::read(&path).unwrap();
        ledger.append(entry(1)).unwrap();
        assert_eq!(ledger.entries().last(), Some(&entry(1)));
        assert_eq!(ledger.entries().len(), many - many / 2 + 1);
        assert_eq!(Ledger::read(&path).unwrap().entries(), ledger.entries());
    }
}
