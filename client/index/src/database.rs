//! One file, one writer, a few readers.
//!
//! **Whoever writes holds the one writer for one transaction**; readers see the block before it until it is done (WAL).
//! Every statement that changes something goes through [`Writing`], so that a test can let the power fail at each.
//! What cannot be read any more is not mended: the file is removed and made anew, for the chain says all of it again.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, TransactionBehavior};

use crate::error::{Doing, IndexError, Result};

/// Prepared statements kept by a connection: all that blocks and questions need, of which the text hardly varies.
const STATEMENTS_KEPT: usize = 128;
/// How long a connection waits for another process that writes, in milliseconds. One home has one owner, so nobody does,
/// but a copy or a backup may look.
const BUSY_MILLIS: u32 = 5_000;
/// Page cache of a connection, in KiB: the inner pages of every tree of a million cards.
const CACHE_KIB: u32 = 65_536;
/// Most of the file that is mapped instead of read, in bytes.
const MAPPED: u64 = 1 << 31;
/// The log is cut to this length when it was longer, in bytes.
const LOG_KEPT: u64 = 64 << 20;
/// Readers that are kept for the next question.
const READERS_KEPT: usize = 4;

/// The file, opened.
pub(crate) struct Database {
    path: PathBuf,
    readers: Mutex<Readers>,
    /// Closed last, and so it is the one that empties the log.
    writer: Mutex<Connection>,
}

/// Connections that wait for the next question.
#[derive(Default)]
struct Readers {
    /// How often the file was made anew: a reader of an older one is of no use.
    file: u64,
    kept: Vec<Connection>,
}

impl Database {
    /// Opens the file, and makes it if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(new_writer(path)?),
            readers: Mutex::default(),
        })
    }

    /// Removes the file, whatever it holds, and opens an empty one. Questions that are being answered end with the old one.
    pub(crate) fn recreate(&self) -> Result<()> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut readers = self.readers();
        readers.kept.clear();
        readers.file = readers.file.wrapping_add(1);
        // The old file is closed before it goes.
        *writer = Connection::open_in_memory().doing("close its file")?;
        let removed = remove(&self.path);
        *writer = new_writer(&self.path)?;
        removed
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// One transaction that writes: all of it or nothing.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Writing<'_>) -> Result<T>) -> Result<T> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .doing("begin a transaction")?;
        let done = work(&Writing {
            connection: &transaction,
        })?;
        #[cfg(test)]
        crate::tests::power::step()?;
        transaction.commit().doing("commit a block")?;
        Ok(done)
    }

    /// One look at the index as it stands.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let (file, kept) = {
            let mut readers = self.readers();
            (readers.file, readers.kept.pop())
        };
        let mut reader = match kept {
            Some(reader) => reader,
            None => self.new_reader()?,
        };
        let transaction = reader
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .doing("begin to read")?;
        let seen = look(&transaction);
        transaction.finish().doing("end reading")?;
        let mut readers = self.readers();
        if readers.file == file && readers.kept.len() < READERS_KEPT {
            readers.kept.push(reader);
        }
        seen
    }

    /// Bytes of the file without what is free in it.
    pub(crate) fn used_bytes(&self) -> Result<u64> {
        self.read(|reader| {
            let pragma = |name| {
                reader
                    .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                    .doing("measure its file")
            };
            let pages = pragma("page_count")?.saturating_sub(pragma("freelist_count")?);
            Ok(u64::try_from(pages.saturating_mul(pragma("page_size")?)).unwrap_or_default())
        })
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_reader(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&self.path, flags).doing("open its file to read")?;
        prepare(&reader)?;
        Ok(reader)
    }
}

/// Removes a database with its log and the map of that.
pub(crate) fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(IndexError::File {
                    path: name.into(),
                    source,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

fn new_writer(path: &Path) -> Result<Connection> {
    let writer = Connection::open(path).doing("open its file")?;
    prepare(&writer)?;
    writer
        .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .doing("set its log")?;
    // A power cut may lose the last blocks, never tear one; they are read from the chain again.
    for (name, value) in [
        ("synchronous", "NORMAL".to_owned()),
        ("foreign_keys", "OFF".to_owned()),
        ("journal_size_limit", LOG_KEPT.to_string()),
    ] {
        writer.pragma_update(None, name, value).doing("set its log")?;
    }
    Ok(writer)
}

fn prepare(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection
        .busy_timeout(std::time::Duration::from_millis(BUSY_MILLIS.into()))
        .doing("set how long it waits")?;
    connection
        .pragma_update(None, "cache_size", -i64::from(CACHE_KIB))
        .doing("set its cache")?;
    // Answers with the size that was mapped.
    connection
        .query_row(&format!("PRAGMA mmap_size = {MAPPED}"), [], |_| Ok(()))
        .optional()
        .doing("map its file")?;
    // Values are bound, never written into a question; what a damaged file says is not run as a schema.
    connection
        .pragma_update(None, "trusted_schema", "OFF")
        .doing("set whom it trusts")
}

/// A transaction that writes. Reading is as on any connection.
pub(crate) struct Writing<'a> {
    connection: &'a Connection,
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Writing<'_> {
    /// Runs a statement that changes something; how many rows it changed.
    pub(crate) fn run(&self, operation: &'static str, sql: &str, params: impl Params) -> Result<usize> {
        #[cfg(test)]
        crate::tests::power::step()?;
        let mut statement = self.connection.prepare_cached(sql).doing(operation)?;
        statement.execute(params).doing(operation)
    }

    /// The same for a statement that will not come again.
    pub(crate) fn run_once(&self, operation: &'static str, sql: &str) -> Result<()> {
        #[cfg(test)]
        crate::tests::power::step()?;
        self.connection.execute(sql, []).doing(operation).map(|_| ())
    }
}

/// The first row of an answer, if there is one.
pub(crate) fn first<T>(
    connection: &Connection,
    operation: &'static str,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql).doing(operation)?;
    statement.query_row(params, read).optional().doing(operation)
}

/// All rows of an answer.
pub(crate) fn all<T>(
    connection: &Connection,
    operation: &'static str,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql).doing(operation)?;
    let rows = statement.query_map(params, read).doing(operation)?;
    rows.collect::<rusqlite::Result<_>>().doing(operation)
}

/// A number of the chain as SQLite keeps it.
pub(crate) fn kept(number: u64, block: u32, what: &'static str) -> Result<i64> {
    i64::try_from(number).map_err(|_| IndexError::TooLarge { number: block, what })
}

/// A number that the index kept.
pub(crate) fn read_back(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
