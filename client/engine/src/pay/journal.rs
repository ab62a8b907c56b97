//! What this home promised in one payment session. **A promise is durable here before the voucher that makes it is sent**, for
//! who forgot it would promise the same bytes twice, or find that his payees know more than he does.
//!
//! One file for each session, of records that are only ever appended:
//!
//! ```text
//! record  = LE32(length of body) || body || first 8 bytes of BLAKE3(LE32(length of body) || body)
//! header  = 0x00 || genesis (32) || LE64(pool) || LE32(session)                     body of the first record
//! line    = 0x01 || payee (32) || LE64(card) || LE128(owed) || LE128(promised)     body of every other
//! ```
//!
//! Of the lines for one payee and card the largest amounts count. A crash leaves at most one torn record, at the end: it is left
//! out, and nothing that it promised was sent. Anything else that does not read is damage, and the session is not used.
//! The file is written anew, with one record for each line, when it is opened and when it has grown long.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use hashcard_primitives::card::CardId;
use hashcard_primitives::Balance;
use hashcard_protocol::ledger::LineRecord;
use hashcard_protocol::payment::{Account, SessionRef};

use crate::error::{Code, DiskContext, EngineError};
use crate::home::durable;
use crate::notation::hex;

const HEADER: u8 = 0;
const LINE: u8 = 1;

const LEN_LEN: usize = 4;
const CHECKSUM_LEN: usize = 8;
/// Bytes of a record of a line, and so the most that a crash leaves of one.
const LINE_RECORD_LEN: usize = LEN_LEN + 1 + 32 + 8 + 16 + 16 + CHECKSUM_LEN;
/// Longest body that is read; today's have 45 and 73 bytes.
const MAX_BODY_LEN: usize = 128;
/// Bytes after which the file is written anew: some twelve thousand promises.
const COMPACT_AT: u64 = 1024 * 1024;
/// Longest file that is read: twice the lines of all payees that a ledger keeps, and [`COMPACT_AT`], with room.
const MAX_LEN: u64 = 8 * 1024 * 1024;

/// The lines of a session, by payee and card.
pub type Lines = BTreeMap<(Account, CardId), LineRecord>;

/// The record of a session, open.
pub struct Journal {
    path: PathBuf,
    file: File,
    header: Vec<u8>,
    lines: Lines,
    /// Length of the file up to its last whole record.
    len: u64,
    /// Something may lie behind that.
    torn: bool,
}

/// Where the record of a session is, in this folder.
fn path_of(folder: &Path, genesis: &[u8; 32], session: SessionRef) -> PathBuf {
    // Eight bytes tell the chains apart that one home meets; the header has all of them.
    let chain = hex(genesis.first_chunk::<8>().unwrap_or(&[0; 8]));
    folder.join(format!("{chain}-{}-{}", session.pool, session.session))
}

/// What a session promised, as its record says; `None` when this home has none.
pub fn read(folder: &Path, genesis: &[u8; 32], session: SessionRef) -> Result<Option<Lines>, EngineError> {
    let path = path_of(folder, genesis, session);
    let Some(bytes) = durable::read(&path, MAX_LEN)? else {
        return Ok(None);
    };
    lines_of(&bytes, &header_body(genesis, session))
        .map(Some)
        .map_err(|why| damaged(&path, why))
}

/// Removes the record of a session that has no row on chain any more: nothing that it promised can be redeemed.
pub fn remove(folder: &Path, genesis: &[u8; 32], session: SessionRef) -> Result<(), EngineError> {
    let path = path_of(folder, genesis, session);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error).disk("remove", &path),
        _ => Ok(()),
    }
}

impl Journal {
    /// Begins the record of a session that has never promised anything.
    pub fn create(folder: &Path, genesis: &[u8; 32], session: SessionRef) -> Result<Self, EngineError> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error).disk("make", folder),
            _ => durable::sync_folder_of(folder)?,
        }
        let path = path_of(folder, genesis, session);
        Self::write_anew(path, header_body(genesis, session), Lines::new())
    }

    /// Opens the record of a session that this home has used; `None` when it has not.
    pub fn open(folder: &Path, genesis: &[u8; 32], session: SessionRef) -> Result<Option<Self>, EngineError> {
        let Some(lines) = read(folder, genesis, session)? else {
            return Ok(None);
        };
        let path = path_of(folder, genesis, session);
        Self::write_anew(path, header_body(genesis, session), lines).map(Some)
    }

    fn write_anew(path: PathBuf, header: Vec<u8>, lines: Lines) -> Result<Self, EngineError> {
        let mut bytes = record(&header);
        for ((payee, card), line) in &lines {
            bytes.extend(record(&line_body(payee, *card, line)));
        }
        durable::write(&path, &bytes)?;
        let file = OpenOptions::new().write(true).open(&path).disk("open", &path)?;
        Ok(Self {
            path,
            file,
            header,
            lines,
            len: bytes.len() as u64,
            torn: false,
        })
    }

    /// Nothing can be written any more.
    #[cfg(test)]
    pub fn break_it(&mut self) {
        self.file = File::open(&self.path).unwrap();
    }

    /// All lines.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Writes a line down, unless it is written already. It is durable when this returns.
    pub fn write(&mut self, payee: &Account, card: CardId, line: LineRecord) -> Result<(), EngineError> {
        let known = self.lines.get(&(*payee, card)).copied().unwrap_or_default();
        let line = larger(known, line);
        if line == known {
            return Ok(());
        }
        if self.len >= COMPACT_AT && self.len > self.len_of_lines().saturating_mul(2) {
            *self = Self::write_anew(self.path.clone(), self.header.clone(), self.lines.clone())?;
        }
        let bytes = record(&line_body(payee, card, &line));
        self.append(&bytes).disk("write", &self.path)?;
        self.len = self.len.saturating_add(bytes.len() as u64);
        self.lines.insert((*payee, card), line);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if std::mem::replace(&mut self.torn, true) {
            self.file.set_len(self.len)?;
        }
        self.file.seek(SeekFrom::Start(self.len))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()?;
        self.torn = false;
        Ok(())
    }

    fn len_of_lines(&self) -> u64 {
        (self.lines.len() as u64).saturating_mul(LINE_RECORD_LEN as u64)
    }
}

fn larger(one: LineRecord, other: LineRecord) -> LineRecord {
    LineRecord {
        owed: one.owed.max(other.owed),
        promised: one.promised.max(other.promised),
    }
}

/// A body with its length and checksum. The only place that builds them.
fn record(body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).expect("bodies have a hundred bytes; qed");
    let mut bytes = Vec::with_capacity(LINE_RECORD_LEN);
    bytes.extend(len.to_le_bytes());
    bytes.extend(body);
    let checksum = blake3::hash(&bytes);
    bytes.extend(checksum.as_bytes().iter().take(CHECKSUM_LEN));
    bytes
}

fn header_body(genesis: &[u8; 32], session: SessionRef) -> Vec<u8> {
    let mut body = vec![HEADER];
    body.extend(genesis);
    body.extend(session.pool.to_le_bytes());
    body.extend(session.session.to_le_bytes());
    body
}

fn line_body(payee: &Account, card: CardId, line: &LineRecord) -> Vec<u8> {
    let mut body = vec![LINE];
    body.extend(payee);
    body.extend(card.to_le_bytes());
    body.extend(line.owed.to_le_bytes());
    body.extend(line.promised.to_le_bytes());
    body
}

/// Reads a file, but for what a crash left at its end.
fn lines_of(bytes: &[u8], header: &[u8]) -> Result<Lines, &'static str> {
    let (first, mut rest) = split_record(bytes).ok_or("its beginning cannot be read")?;
    if first != header {
        return Err("it is about another session");
    }
    let mut lines = Lines::new();
    while !rest.is_empty() {
        let Some((body, behind)) = split_record(rest) else {
            if rest.len() <= LINE_RECORD_LEN {
                break;
            }
            return Err("a record in its middle cannot be read");
        };
        let (payee, card, line) = line_of(body).ok_or("a record is no line")?;
        let known = lines.entry((payee, card)).or_default();
        *known = larger(*known, line);
        rest = behind;
    }
    Ok(lines)
}

/// The body of the first record, if it is whole, and what is behind it.
fn split_record(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let len = u32::from_le_bytes(*bytes.first_chunk::<LEN_LEN>()?);
    let len = usize::try_from(len).ok().filter(|len| *len <= MAX_BODY_LEN)?;
    let (summed, rest) = bytes.split_at_checked(LEN_LEN.checked_add(len)?)?;
    let (checksum, behind) = rest.split_at_checked(CHECKSUM_LEN)?;
    let right = blake3::hash(summed);
    let is_whole = right.as_bytes().get(..CHECKSUM_LEN)? == checksum;
    Some((summed.get(LEN_LEN..)?, behind)).filter(|_| is_whole)
}

fn line_of(body: &[u8]) -> Option<(Account, CardId, LineRecord)> {
    let (tag, body) = body.split_first()?;
    let (payee, body) = body.split_first_chunk::<32>()?;
    let (card, body) = body.split_first_chunk::<8>()?;
    let (owed, body) = body.split_first_chunk::<16>()?;
    let (promised, body) = body.split_first_chunk::<16>()?;
    let line = LineRecord {
        owed: Balance::from_le_bytes(*owed),
        promised: Balance::from_le_bytes(*promised),
    };
    (*tag == LINE && body.is_empty()).then_some((*payee, CardId::from_le_bytes(*card), line))
}

/// How many lines a record of promises has whose bodies behind the first these are.
#[cfg(fuzzing)]
pub fn lines_of_bodies(bodies: &[&[u8]]) -> Result<usize, &'static str> {
    let header = header_body(&[1; 32], SessionRef { pool: 1, session: 1 });
    let mut bytes = record(&header);
    bytes.extend(bodies.iter().flat_map(|body| record(body)));
    lines_of(&bytes, &header).map(|lines| lines.len())
}

fn damaged(path: &Path, why: &str) -> EngineError {
    EngineError::new(
        Code::Damaged,
        format!("the record of promises {} is damaged: {why}", path.display()),
        "move it away: its session is then not used any more, and the next fetch adds another",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENESIS: [u8; 32] = [1; 32];
    const SESSION: SessionRef = SessionRef { pool: 41, session: 3 };
    const ALICE: Account = [7; 32];
    const BOB: Account = [8; 32];

    fn line(owed: Balance, promised: Balance) -> LineRecord {
        LineRecord { owed, promised }
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("paying");
        (home, folder)
    }

    fn reopened(folder: &Path) -> Lines {
        let journal = Journal::open(folder, &GENESIS, SESSION).unwrap().unwrap();
        journal.lines().clone()
    }

    #[test]
    fn promises_read_back_and_the_largest_counts() {
        let (_home, folder) = folder();
        assert!(Journal::open(&folder, &GENESIS, SESSION).unwrap().is_none());
        let mut journal = Journal::create(&folder, &GENESIS, SESSION).unwrap();
        journal.write(&ALICE, 7, line(0, 10)).unwrap();
        journal.write(&BOB, 7, line(0, 5)).unwrap();
        journal.write(&ALICE, 7, line(8, 20)).unwrap();
        journal.write(&ALICE, 7, line(3, 15)).unwrap();
        let expected = Lines::from([((ALICE, 7), line(8, 20)), ((BOB, 7), line(0, 5))]);
        assert_eq!(journal.lines(), &expected);
        assert_eq!(reopened(&folder), expected);
        assert_eq!(read(&folder, &GENESIS, SESSION).unwrap(), Some(expected));
    }

    #[test]
    fn what_is_written_already_is_not_written_again() {
        let (_home, folder) = folder();
        let mut journal = Journal::create(&folder, &GENESIS, SESSION).unwrap();
        journal.write(&ALICE, 7, line(0, 10)).unwrap();
        let len = journal.len;
        journal.write(&ALICE, 7, line(0, 10)).unwrap();
        assert_eq!(journal.len, len);
        journal.write(&ALICE, 7, line(4, 10)).unwrap();
        assert_eq!(journal.len, len + LINE_RECORD_LEN as u64);
    }

    #[test]
    fn a_cut_at_every_byte_loses_the_torn_promise_and_no_other() {
        let (_home, folder) = folder();
        let mut journal = Journal::create(&folder, &GENESIS, SESSION).unwrap();
        let mut whole = vec![(journal.len as usize, Lines::new())];
        for promised in 1..=4 {
            let payee = if promised % 2 == 0 { BOB } else { ALICE };
            journal.write(&payee, 7, line(promised - 1, promised)).unwrap();
            whole.push((journal.len as usize, journal.lines().clone()));
        }
        let path = path_of(&folder, &GENESIS, SESSION);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len(), whole.last().unwrap().0);
        for cut in 0..=bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let Some((_, expected)) = whole.iter().rfind(|(end, _)| *end <= cut) else {
                // The header came with the file, by a rename: a part of it is no crash.
                let error = read(&folder, &GENESIS, SESSION).unwrap_err();
                assert_eq!(error.code, Code::Damaged, "cut at {cut}");
                continue;
            };
            let mut journal = Journal::open(&folder, &GENESIS, SESSION).unwrap().unwrap();
            assert_eq!(journal.lines(), expected, "cut at {cut}");
            // And what comes next lies behind whole records.
            journal.write(&ALICE, 9, line(0, 99)).unwrap();
            assert_eq!(
                reopened(&folder).get(&(ALICE, 9)),
                Some(&line(0, 99)),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn garbage_at_the_end_is_left_out_and_in_the_middle_refused() {
        let (_home, folder) = folder();
        let mut journal = Journal::create(&folder, &GENESIS, SESSION).unwrap();
        let header = journal.len as usize;
        journal.write(&ALICE, 7, line(0, 10)).unwrap();
        journal.write(&ALICE, 7, line(0, 20)).unwrap();
        let path = path_of(&folder, &GENESIS, SESSION);
        let bytes = std::fs::read(&path).unwrap();
        for at in header..bytes.len() {
            let mut rotten = bytes.clone();
            rotten[at] ^= 0x40;
            std::fs::write(&path, &rotten).unwrap();
            let found = read(&folder, &GENESIS, SESSION);
            if at < header + LINE_RECORD_LEN {
                assert_eq!(found.unwrap_err().code, Code::Damaged, "byte {at}");
            } else {
                let first = Lines::from([((ALICE, 7), line(0, 10))]);
                assert_eq!(found.unwrap(), Some(first), "byte {at}");
            }
        }
    }

    #[test]
    fn a_record_of_another_session_is_refused() {
        let (_home, folder) = folder();
        Journal::create(&folder, &GENESIS, SESSION).unwrap();
        let other = SessionRef {
            session: 4,
            ..SESSION
        };
        let (from, to) = (
            path_of(&folder, &GENESIS, SESSION),
            path_of(&folder, &GENESIS, other),
        );
        std::fs::rename(from, to).unwrap();
        assert_eq!(read(&folder, &GENESIS, other).unwrap_err().code, Code::Damaged);
        assert_eq!(read(&folder, &GENESIS, SESSION).unwrap(), None);
        assert_eq!(read(&folder, &[2; 32], other).unwrap(), None);
        remove(&folder, &GENESIS, other).unwrap();
        assert_eq!(read(&folder, &GENESIS, other).unwrap(), None);
    }

    #[test]
    fn a_long_record_is_written_anew_and_loses_nothing() {
        let (_home, folder) = folder();
        let mut journal = Journal::create(&folder, &GENESIS, SESSION).unwrap();
        journal.write(&ALICE, 7, line(0, 10)).unwrap();
        let path = path_of(&folder, &GENESIS, SESSION);
        let mut bytes = std::fs::read(&path).unwrap();
        while bytes.len() as u64 <= COMPACT_AT {
            bytes.extend(record(&line_body(&ALICE, 7, &line(0, 9))));
        }
        std::fs::write(&path, &bytes).unwrap();
        journal.len = bytes.len() as u64;
        journal.write(&BOB, 7, line(0, 1)).unwrap();
        assert!(path.metadata().unwrap().len() < 400);
        let expected = Lines::from([((ALICE, 7), line(0, 10)), ((BOB, 7), line(0, 1))]);
        assert_eq!(reopened(&folder), expected);
    }

    #[test]
    fn the_bytes_of_a_record_never_change() {
        let bytes = record(&line_body(&ALICE, 7, &line(1, 2)));
        assert_eq!(bytes.len(), LINE_RECORD_LEN);
        assert_eq!(hex(&bytes[..5]), "4900000001");
        assert_eq!(bytes[5..37], ALICE);
        assert_eq!(
            hex(&bytes[37..77]),
            "07000000000000000100000000000000000000000000000002000000000000000000000000000000"
        );
        assert_eq!(bytes[77..], blake3::hash(&bytes[..77]).as_bytes()[..8]);
    }
}
