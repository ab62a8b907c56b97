//! The vouchers of one account that is paid, on disk. **A voucher is on disk, name and all, before [`Vouchers::keep_all`] returns**, and
//! is there again whatever happened after; what a crash tears is only what nobody was told of.
//!
//! ```text
//! file   = salt: 32 bytes || the first 8 bytes of BLAKE3(salt) || record*
//! record = length of the body: u32 || body || the first 8 bytes of BLAKE3 of the body, with the salt as key
//! body   = SCALE of `Record`; the first is `Owner`
//! ```
//!
//! Records are appended, one write and one sync each. A last record that is not whole is left out and cut off by the next. Anything
//! else that does not read is damage, and refused: guessing would lose what others owe us. Whole records tell the two apart. Others choose the bytes of their vouchers, and nobody knows the salt, so a voucher that is torn
//! never looks like damage because a record was written into its amounts.
//!
//! What no voucher needs any more is left out when the file is written anew, as a whole ([`durable::write`]) and with another salt:
//! when serving begins or ends, and when it has grown. Vouchers fill half of what is read at most; beyond that no more are kept, and
//! what makes the file smaller still is.
//!
//! How much was earned is known exactly only after an orderly end, by [`Record::Earned`]. Those are taken out, durably, before
//! anything is served again: after a crash an old one would give away what was served since.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use codec::{Decode, Encode};
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{PoolId, SessionId, SignedVoucher};
use hashcard_primitives::{Balance, BlockNumber};
use hashcard_protocol::payment::{Account, SessionRef};
use rand::rngs::OsRng;
use rand::RngCore;

use crate::error::{Code, DiskContext, EngineError};
use crate::home::durable;
use framing::{framed, has_record_within, head, next_record, salt_of, Salt, FRAME, MAX_BODY};

mod framing;

/// A file of vouchers of this account whose records behind the first have these bodies, and then has this end.
#[cfg(fuzzing)]
pub fn file_of_bodies(genesis: [u8; 32], payee: Account, bodies: &[&[u8]], end: &[u8]) -> Vec<u8> {
    struct Raw<'a>(&'a [u8]);
    impl Encode for Raw<'_> {
        fn encode_to<T: codec::Output + ?Sized>(&self, out: &mut T) {
            out.write(self.0);
        }
    }
    let salt = [5; 32];
    let mut bytes = head(&salt);
    bytes.extend(framed(&salt, &Record::Owner { genesis, payee }));
    bytes.extend(bodies.iter().flat_map(|body| framed(&salt, &Raw(body))));
    bytes.extend(end);
    bytes
}

/// Vouchers of a record: 32 of at most 634 bytes, half of the longest body.
const APPENDED_AT_ONCE: usize = 32;
/// Longest file that is read. Four thousand sessions with a voucher or two take some megabytes.
const MAX_LEN: u64 = 1 << 30;
/// Bytes beyond twice its last length at which the file is written anew: some ten thousand vouchers.
const SLACK: u64 = 4 << 20;
/// Part of the longest file by which one that is half full must have grown before it is written anew to make place: 4 MiB.
const WORTH_WRITING_ANEW: u64 = 256;

/// A line of the file. Numbers of variants are written down: none is used twice.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
enum Record {
    /// Whose file it is: nobody else's is read.
    #[codec(index = 0)]
    Owner { genesis: [u8; 32], payee: Account },
    /// Vouchers that were stored together: all of them are there or none.
    #[codec(index = 1)]
    Vouchers(Vec<Kept>),
    /// What a line had earned when the process ended in order.
    #[codec(index = 2)]
    Earned {
        pool: PoolId,
        session: SessionId,
        card: CardId,
        earned: Balance,
        bytes: u64,
    },
    /// A session is over: its vouchers are worth nothing, and its lines are added to what is past.
    #[codec(index = 3)]
    Ended {
        pool: PoolId,
        session: SessionId,
        lines: Vec<(CardId, Past)>,
    },
    /// All that ended sessions paid for a card.
    #[codec(index = 4)]
    Past { card: CardId, past: Past },
    /// All redemptions together.
    #[codec(index = 5)]
    Redeemed(Redeemed),
}

/// A voucher that was kept.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The voucher; its payee is the file's.
    pub voucher: SignedVoucher<Account>,
    /// When, in seconds since 1970.
    pub at: u64,
    /// The finalised block at which its session was last seen.
    pub block: BlockNumber,
    /// For each of its lines, bytes that the session was served for money by then.
    pub bytes: Vec<u64>,
}

impl Kept {
    /// Whose promise it is.
    pub fn payer(&self) -> SessionRef {
        SessionRef {
            pool: self.voucher.voucher.pool,
            session: self.voucher.voucher.session,
        }
    }

    /// When, since 1970.
    pub fn since_epoch(&self) -> Duration {
        Duration::from_secs(self.at)
    }
}

/// A line at an orderly end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EarnedLine {
    /// Whose.
    pub payer: SessionRef,
    /// For which card.
    pub card: CardId,
    /// What was earned.
    pub earned: Balance,
    /// Bytes that were served for it.
    pub bytes: u64,
}

/// What sessions that are over paid for a card.
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Past {
    /// Bytes that were served for money.
    pub bytes: u64,
    /// What left their pools for them.
    pub redeemed: Balance,
}

impl Past {
    fn add(&mut self, other: Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.redeemed = self.redeemed.saturating_add(other.redeemed);
    }
}

/// All redemptions of this home together.
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Redeemed {
    /// What came to the account.
    pub received: Balance,
    /// Fees of the transactions.
    pub fees: Balance,
}

/// Why a voucher was not kept.
#[derive(thiserror::Error, Debug)]
pub enum NotKept {
    /// There are so many already that a file with more might not be read again.
    #[error("the file of vouchers is full; redeem them, or wait until their sessions end")]
    Full,
    /// The disk refused.
    #[error("{0}")]
    Disk(#[from] EngineError),
}

impl From<NotKept> for EngineError {
    fn from(error: NotKept) -> Self {
        let said = error.to_string();
        match error {
            NotKept::Disk(error) => error,
            NotKept::Full => Self::new(
                Code::Disk,
                said,
                "redeem what is worth it: hashcard earn --redeem",
            ),
        }
    }
}

/// The vouchers, and the file behind them.
pub struct Vouchers {
    path: PathBuf,
    owner: Record,
    salt: Salt,
    /// Longest file that is read.
    max_len: u64,
    /// By session, oldest first.
    kept: BTreeMap<SessionRef, Vec<Kept>>,
    earned: Vec<EarnedLine>,
    past: BTreeMap<CardId, Past>,
    redeemed: Redeemed,
    /// Length of the file up to its last whole record.
    len: u64,
    /// Length when it was last written anew.
    compact_len: u64,
    file: Option<File>,
}

impl Vouchers {
    /// Reads those of an account on a chain. Changes nothing on disk.
    pub fn read(path: &Path, genesis: [u8; 32], payee: Account) -> Result<Self, EngineError> {
        let bytes = durable::read(path, MAX_LEN)?.unwrap_or_default();
        let (salt, mut rest) = match bytes.is_empty() {
            true => (Salt::default(), &bytes[..]),
            false => salt_of(&bytes).ok_or_else(|| damaged(path, 0))?,
        };
        let mut vouchers = Self {
            path: path.to_owned(),
            owner: Record::Owner { genesis, payee },
            salt,
            max_len: MAX_LEN,
            kept: BTreeMap::new(),
            earned: Vec::new(),
            past: BTreeMap::new(),
            redeemed: Redeemed::default(),
            len: 0,
            compact_len: 0,
            file: None,
        };
        while let Some((body, after)) = next_record(&salt, rest) {
            let record = Record::decode(&mut &body[..]).map_err(|_| damaged(path, vouchers.len))?;
            let is_first = vouchers.len == 0;
            if is_first != matches!(record, Record::Owner { .. }) {
                return Err(damaged(path, vouchers.len));
            }
            if is_first && record != vouchers.owner {
                return Err(EngineError::new(
                    Code::Damaged,
                    format!("{} holds another account's vouchers", path.display()),
                    "put every file back under its own name",
                ));
            }
            vouchers.apply(record);
            vouchers.len = bytes.len().saturating_sub(after.len()) as u64;
            rest = after;
        }
        // One append may be torn, which never is the first record; no more than that.
        let is_headless = vouchers.len == 0 && !bytes.is_empty();
        if is_headless || rest.len() > MAX_BODY + FRAME || has_record_within(&salt, rest) {
            return Err(damaged(path, vouchers.len));
        }
        vouchers.compact_len = vouchers.len;
        vouchers.prune();
        Ok(vouchers)
    }

    /// All that are worth something, each session's oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Kept> {
        self.kept.values().flatten()
    }

    /// What was earned, if the last process that served ended in order.
    pub fn earned(&self) -> &[EarnedLine] {
        &self.earned
    }

    /// What sessions that are over paid, by card.
    pub fn past(&self) -> &BTreeMap<CardId, Past> {
        &self.past
    }

    /// All redemptions.
    pub fn redeemed(&self) -> Redeemed {
        self.redeemed
    }

    /// The newest block at which a session was seen, by its vouchers.
    pub fn seen_at(&self, payer: SessionRef) -> Option<BlockNumber> {
        self.kept.get(&payer)?.iter().map(|kept| kept.block).max()
    }

    /// Begins to serve: from now on nobody knows what was earned but the books in memory.
    pub fn begin_serving(&mut self) -> Result<(), EngineError> {
        self.earned.clear();
        self.write_anew()
    }

    /// Ends serving, with what was earned by then.
    pub fn end_serving(&mut self, earned: Vec<EarnedLine>) -> Result<(), EngineError> {
        self.earned = earned;
        self.write_anew()
    }

    /// Keeps vouchers for good, all of them or, on an error, none that anybody may count on.
    pub fn keep_all(&mut self, kept: &[Kept]) -> Result<(), NotKept> {
        for some in kept.chunks(APPENDED_AT_ONCE) {
            let record = Record::Vouchers(some.to_vec());
            let len = record.encoded_size().saturating_add(FRAME) as u64;
            if self.len.saturating_add(len) > self.max_len / 2 {
                let grown = self.len.saturating_sub(self.compact_len);
                if grown > self.max_len / WORTH_WRITING_ANEW {
                    self.write_anew()?;
                }
                if self.len.saturating_add(len) > self.max_len / 2 {
                    return Err(NotKept::Full);
                }
            }
            self.append(record)?;
        }
        Ok(())
    }

    /// A session is over, and this is what its lines came to.
    pub fn end(&mut self, payer: SessionRef, lines: Vec<(CardId, Past)>) -> Result<(), EngineError> {
        self.append(Record::Ended {
            pool: payer.pool,
            session: payer.session,
            lines,
        })
    }

    /// Vouchers were redeemed.
    pub fn add_redeemed(&mut self, received: Balance, fee: Balance) -> Result<(), EngineError> {
        self.append(Record::Redeemed(Redeemed {
            received: self.redeemed.received.saturating_add(received),
            fees: self.redeemed.fees.saturating_add(fee),
        }))
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Owner { .. } => {}
            Record::Vouchers(vouchers) => {
                for kept in vouchers {
                    self.kept.entry(kept.payer()).or_default().push(kept);
                }
            }
            Record::Earned {
                pool,
                session,
                card,
                earned,
                bytes,
            } => self.earned.push(EarnedLine {
                payer: SessionRef { pool, session },
                card,
                earned,
                bytes,
            }),
            Record::Ended { pool, session, lines } => {
                let payer = SessionRef { pool, session };
                self.kept.remove(&payer);
                self.earned.retain(|line| line.payer != payer);
                for (card, past) in lines {
                    self.past.entry(card).or_default().add(past);
                }
            }
            Record::Past { card, past } => {
                self.past.insert(card, past);
            }
            Record::Redeemed(redeemed) => self.redeemed = redeemed,
        }
    }

    fn append(&mut self, record: Record) -> Result<(), EngineError> {
        if self.len == 0 || self.has_grown() {
            self.write_anew()?;
        }
        // Not before the file is written anew, with another salt.
        let bytes = framed(&self.salt, &record);
        let end = self.len;
        let path = self.path.clone();
        self.write_at(end, &bytes).disk("write", &path)?;
        self.len = end.saturating_add(bytes.len() as u64);
        self.apply(record);
        Ok(())
    }

    /// Whether the file is so long that it is written anew: before it is too long to be read.
    fn has_grown(&self) -> bool {
        let grown = self.len.saturating_sub(self.compact_len);
        let is_half_full = self.len > self.max_len / 2;
        grown > self.compact_len.saturating_add(SLACK)
            || (is_half_full && grown > self.max_len / WORTH_WRITING_ANEW)
    }

    fn write_at(&mut self, end: u64, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => {
                let file = OpenOptions::new().write(true).mode(0o600).open(&self.path)?;
                // What a crash, or a failed write, left of a record goes. After a failure the file is opened anew.
                file.set_len(end)?;
                file
            }
        };
        file.seek(SeekFrom::Start(end))?;
        file.write_all(bytes)?;
        file.sync_data()?;
        self.file = Some(file);
        Ok(())
    }

    /// Writes the file with nothing in it that is not needed.
    fn write_anew(&mut self) -> Result<(), EngineError> {
        self.prune();
        let mut salt = Salt::default();
        OsRng.fill_bytes(&mut salt);
        let mut bytes = head(&salt);
        bytes.extend(framed(&salt, &self.owner));
        let all: Vec<&Kept> = self.all().collect();
        for some in all.chunks(APPENDED_AT_ONCE) {
            let vouchers = some.iter().map(|kept| (*kept).clone()).collect();
            bytes.extend(framed(&salt, &Record::Vouchers(vouchers)));
        }
        for line in &self.earned {
            let record = Record::Earned {
                pool: line.payer.pool,
                session: line.payer.session,
                card: line.card,
                earned: line.earned,
                bytes: line.bytes,
            };
            bytes.extend(framed(&salt, &record));
        }
        for (card, past) in &self.past {
            let record = Record::Past {
                card: *card,
                past: *past,
            };
            bytes.extend(framed(&salt, &record));
        }
        bytes.extend(framed(&salt, &Record::Redeemed(self.redeemed)));
        self.file = None;
        durable::write(&self.path, &bytes)?;
        self.salt = salt;
        self.len = bytes.len() as u64;
        self.compact_len = self.len;
        Ok(())
    }

    fn prune(&mut self) {
        for kept in self.kept.values_mut() {
            keep_best(kept);
        }
    }
}

/// Leaves those vouchers of a session that promise the most for some card; of two that do, the newer.
fn keep_best(vouchers: &mut Vec<Kept>) {
    let mut best: BTreeMap<CardId, Balance> = BTreeMap::new();
    for line in vouchers.iter().flat_map(|kept| &kept.voucher.voucher.lines) {
        let most = best.entry(line.card).or_default();
        *most = line.cumulative.max(*most);
    }
    let mut covered = BTreeSet::new();
    let mut needed: Vec<bool> = vouchers
        .iter()
        .rev()
        .map(|kept| {
            let lines = kept.voucher.voucher.lines.iter();
            let best_for = lines.filter(|line| best.get(&line.card) == Some(&line.cumulative));
            // All of them, not the first alone: an older voucher is not needed for what this one covers.
            best_for.filter(|line| covered.insert(line.card)).count() > 0
        })
        .collect();
    vouchers.retain(|_| needed.pop().unwrap_or(true));
}

fn damaged(path: &Path, at: u64) -> EngineError {
    EngineError::new(
        Code::Damaged,
        format!("{} cannot be read from byte {at} on", path.display()),
        "put back your copy of it; or move it away: the vouchers in it are then lost, and what they promise",
    )
}

#[cfg(test)]
mod tests;
