//! Which blobs the store has and which of their chunks it claims, in redb.
//!
//! Every change of claims is one durable transaction: after a crash either all of it happened or none. Claims are kept in pages of [`PAGE_LEN`] bytes, so that a claim
//! in a blob of 16 TiB does not rewrite 8 MiB; a page that is absent claims nothing.
//!
//! redb refuses all work after a failed write, for instance on a full disk. The database is then opened anew, which
//! brings back the last durable state, and the next operation goes on from there.

pub(crate) mod row;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use hashcard_primitives::blob::{chunk_count, ContentRoot};
use redb::{Database, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction};

use crate::bitfield::Bitfield;
use crate::disk::{Disk, Step};
use crate::error::StoreError;
use crate::layout::{Layout, FILE_MODE};
use row::Row;

/// Layout of the store as a whole: folders, tables, order of nodes in an outboard.
const LAYOUT_VERSION: u64 = 1;
/// Bytes of a page of claims: one page of the database, 32768 chunks, 8 GiB of a blob.
const PAGE_LEN: usize = 4096;
const PAGE_CHUNKS: u64 = PAGE_LEN as u64 * 8;
/// Bytes of memory that the database may use as cache: the claims of 64 TiB.
const CACHE_LEN: usize = 32 * 1024 * 1024;

type RootKey = &'static [u8; 32];
const LAYOUT: TableDefinition<&str, u64> = TableDefinition::new("layout");
const BLOBS: TableDefinition<RootKey, &[u8]> = TableDefinition::new("blobs");
const CLAIMS: TableDefinition<(RootKey, u32), &[u8]> = TableDefinition::new("claims");

pub(crate) struct Catalogue {
    path: PathBuf,
    disk: Disk,
    /// `None` only after it could not be opened anew.
    database: RwLock<Option<Database>>,
}

/// A row with its claims.
pub(crate) struct Entry {
    pub root: ContentRoot,
    pub row: Row,
    pub held: Bitfield,
}

impl Catalogue {
    pub fn open(layout: &Layout, disk: Disk) -> Result<Self, StoreError> {
        let path = layout.catalogue();
        let catalogue = Self {
            disk,
            database: RwLock::new(None),
            path,
        };
        let found = catalogue.write("open", |txn| {
            txn.open_table(BLOBS)?;
            txn.open_table(CLAIMS)?;
            let mut table = txn.open_table(LAYOUT)?;
            let found = table.get("version")?.map(|version| version.value());
            if found.is_none() {
                table.insert("version", LAYOUT_VERSION)?;
            }
            Ok(found.unwrap_or(LAYOUT_VERSION))
        })?;
        if found != LAYOUT_VERSION {
            return Err(StoreError::OtherLayout {
                folder: layout.folder().to_owned(),
                found,
                known: LAYOUT_VERSION,
            });
        }
        Ok(catalogue)
    }

    /// The row of a blob, doomed or not.
    pub fn row(&self, root: ContentRoot) -> Result<Option<Row>, StoreError> {
        let found = self.read("look up a blob", |blobs, _| {
            Ok(blobs.get(&root.0)?.map(|bytes| bytes.value().to_vec()))
        })?;
        found.map(|bytes| self.parse(root, &bytes)).transpose()
    }

    /// The row and claims of a blob that is not doomed.
    pub fn entry(&self, root: ContentRoot) -> Result<Option<Entry>, StoreError> {
        let found = self.read("look up a blob", |blobs, claims| {
            let Some(bytes) = blobs.get(&root.0)? else {
                return Ok(None);
            };
            let bytes = bytes.value().to_vec();
            let held = Row::from_bytes(&bytes)
                .map(|row| read_claims(claims, root, row.len))
                .transpose()?;
            Ok(Some((bytes, held)))
        })?;
        let Some((bytes, held)) = found else {
            return Ok(None);
        };
        let row = self.parse(root, &bytes)?;
        Ok(held.filter(|_| !row.doomed).map(|held| Entry { root, row, held }))
    }

    /// All rows with their claims, those of doomed blobs too, by root.
    pub fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let found = self.read("list the blobs", |blobs, claims| {
            let mut out = Vec::new();
            for item in blobs.iter()? {
                let (key, bytes) = item?;
                let root = ContentRoot(*key.value());
                let row = Row::from_bytes(bytes.value());
                let held = row
                    .as_ref()
                    .map(|row| read_claims(claims, root, row.len))
                    .transpose()?;
                out.push((root, row.zip(held)));
            }
            Ok(out)
        })?;
        found
            .into_iter()
            .map(|(root, found)| {
                let (row, held) = found.ok_or_else(|| self.bad_row(root))?;
                Ok(Entry { root, row, held })
            })
            .collect()
    }

    /// Writes the row of a blob of which nothing is claimed.
    pub fn put_row(&self, operation: &'static str, root: ContentRoot, row: &Row) -> Result<(), StoreError> {
        self.write(operation, |txn| {
            txn.open_table(BLOBS)?
                .insert(&root.0, row.to_bytes().as_slice())?;
            drop_claims(txn, root)
        })
    }

    /// Changes a row in one transaction, and says whether there was one. Claims stay.
    pub fn amend(
        &self,
        operation: &'static str,
        root: ContentRoot,
        change: impl Fn(&mut Row),
    ) -> Result<bool, StoreError> {
        self.write(operation, |txn| {
            amend_row(&mut txn.open_table(BLOBS)?, root, &change)
        })
    }

    /// Notes when blobs were last read. Not made durable: only the order of eviction rests on it.
    pub fn note_reads(&self, reads: &[(ContentRoot, u64)]) -> Result<(), StoreError> {
        self.with("note when blobs were read", |database| {
            let mut txn = database.begin_write()?;
            txn.set_durability(redb::Durability::None)?;
            {
                let mut blobs = txn.open_table(BLOBS)?;
                for (root, order) in reads {
                    amend_row(&mut blobs, *root, &|row: &mut Row| {
                        row.last_read = row.last_read.max(*order)
                    })?;
                }
            }
            Ok(txn.commit()?)
        })
    }

    /// Claims these chunks, or ceases to. Refuses when the blob is not there, or not any more.
    pub fn change_claims(
        &self,
        operation: &'static str,
        root: ContentRoot,
        len: u64,
        chunks: impl IntoIterator<Item = u64>,
        held: bool,
    ) -> Result<(), StoreError> {
        let mut by_page: BTreeMap<u32, Bitfield> = BTreeMap::new();
        for chunk in chunks {
            by_page
                .entry(page_of(chunk))
                .or_insert_with(|| Bitfield::empty(PAGE_CHUNKS))
                .set(chunk % PAGE_CHUNKS, true);
        }
        let known = self.write(operation, |txn| {
            let row = txn
                .open_table(BLOBS)?
                .get(&root.0)?
                .and_then(|bytes| Row::from_bytes(bytes.value()));
            if !row.is_some_and(|row| !row.doomed && row.len == len) {
                return Ok(false);
            }
            let mut claims = txn.open_table(CLAIMS)?;
            for (page, changed) in &by_page {
                let mut field = read_page(&claims, root, len, *page)?;
                // Not `any`: every bit has to be set, whether or not an earlier one changed something.
                if changed.iter().filter(|place| field.set(*place, held)).count() > 0 {
                    claims.insert((&root.0, *page), field.as_bytes())?;
                }
            }
            Ok(true)
        })?;
        known.then_some(()).ok_or(StoreError::UnknownBlob { root })
    }

    /// Writes a row and claims every chunk.
    pub fn claim_all(&self, operation: &'static str, root: ContentRoot, row: &Row) -> Result<(), StoreError> {
        self.write(operation, |txn| {
            txn.open_table(BLOBS)?
                .insert(&root.0, row.to_bytes().as_slice())?;
            let mut claims = txn.open_table(CLAIMS)?;
            for page in 0..page_count(row.len) {
                let field = Bitfield::full(chunks_of_page(row.len, page));
                claims.insert((&root.0, page), field.as_bytes())?;
            }
            Ok(())
        })
    }

    /// Marks a blob as leaving and ceases to claim any of it.
    pub fn doom(&self, root: ContentRoot) -> Result<(), StoreError> {
        self.write("give up a blob", |txn| {
            amend_row(&mut txn.open_table(BLOBS)?, root, &|row: &mut Row| {
                row.doomed = true
            })?;
            drop_claims(txn, root)
        })
    }

    /// Removes all that is known of a blob.
    pub fn forget(&self, root: ContentRoot) -> Result<(), StoreError> {
        self.write("forget a blob", |txn| {
            txn.open_table(BLOBS)?.remove(&root.0)?;
            drop_claims(txn, root)
        })
    }

    fn parse(&self, root: ContentRoot, bytes: &[u8]) -> Result<Row, StoreError> {
        Row::from_bytes(bytes).ok_or_else(|| self.bad_row(root))
    }

    fn bad_row(&self, root: ContentRoot) -> StoreError {
        StoreError::BadRow {
            path: self.path.clone(),
            root,
        }
    }

    fn read<R>(
        &self,
        operation: &'static str,
        look: impl Fn(&BlobTable, &ClaimTable) -> Result<R, redb::Error>,
    ) -> Result<R, StoreError> {
        self.with(operation, |database| {
            let txn = database.begin_read()?;
            look(&txn.open_table(BLOBS)?, &txn.open_table(CLAIMS)?)
        })
    }

    /// Makes a change durable, or makes none.
    fn write<R>(
        &self,
        operation: &'static str,
        change: impl Fn(&WriteTransaction) -> Result<R, redb::Error>,
    ) -> Result<R, StoreError> {
        self.with(operation, |database| {
            let txn = database.begin_write()?;
            let out = change(&txn)?;
            self.disk.step(Step::Commit { operation })?;
            txn.commit()?;
            Ok(out)
        })
    }

    /// Does `work`, a second time where an earlier failure had closed the database.
    fn with<R>(
        &self,
        operation: &'static str,
        work: impl Fn(&Database) -> Result<R, redb::Error>,
    ) -> Result<R, StoreError> {
        let attempt = || match &*self.database.read().unwrap_or_else(PoisonError::into_inner) {
            Some(database) => work(database),
            None => Err(redb::Error::PreviousIo),
        };
        let outcome = match attempt() {
            Err(redb::Error::PreviousIo) => self.open_anew().and_then(|()| attempt()),
            other => other,
        };
        outcome.map_err(|source| match source {
            redb::Error::Io(source) => StoreError::io(operation, &self.path, PAGE_LEN as u64, source),
            source => StoreError::Catalogue {
                operation,
                path: self.path.clone(),
                source: Box::new(source),
            },
        })
    }

    fn open_anew(&self) -> Result<(), redb::Error> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        *database = None;
        *database = Some(open_database(&self.path)?);
        Ok(())
    }
}

type BlobTable = redb::ReadOnlyTable<RootKey, &'static [u8]>;
type ClaimTable = redb::ReadOnlyTable<(RootKey, u32), &'static [u8]>;

fn open_database(path: &Path) -> Result<Database, redb::Error> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path)?;
    Ok(Database::builder().set_cache_size(CACHE_LEN).create_file(file)?)
}

fn amend_row(
    blobs: &mut Table<'_, RootKey, &'static [u8]>,
    root: ContentRoot,
    change: &impl Fn(&mut Row),
) -> Result<bool, redb::Error> {
    let Some(bytes) = blobs.get(&root.0)?.map(|bytes| bytes.value().to_vec()) else {
        return Ok(false);
    };
    let mut row = Row::from_bytes(&bytes)
        .ok_or_else(|| redb::Error::Corrupted("a row of the table of blobs".to_owned()))?;
    change(&mut row);
    blobs.insert(&root.0, row.to_bytes().as_slice())?;
    Ok(true)
}

fn drop_claims(txn: &WriteTransaction, root: ContentRoot) -> Result<(), redb::Error> {
    let mut claims = txn.open_table(CLAIMS)?;
    claims.retain_in((&root.0, 0)..=(&root.0, u32::MAX), |_, _| false)?;
    Ok(())
}

fn read_claims(
    claims: &impl ReadableTable<(RootKey, u32), &'static [u8]>,
    root: ContentRoot,
    len: u64,
) -> Result<Bitfield, redb::Error> {
    let mut bytes = Vec::new();
    for page in 0..page_count(len) {
        bytes.extend_from_slice(read_page(claims, root, len, page)?.as_bytes());
    }
    Bitfield::from_bytes(chunk_count(len), &bytes).map_err(|error| redb::Error::Corrupted(error.to_string()))
}

fn read_page(
    claims: &impl ReadableTable<(RootKey, u32), &'static [u8]>,
    root: ContentRoot,
    len: u64,
    page: u32,
) -> Result<Bitfield, redb::Error> {
    let chunks = chunks_of_page(len, page);
    match claims.get((&root.0, page))? {
        None => Ok(Bitfield::empty(chunks)),
        Some(bytes) => Bitfield::from_bytes(chunks, bytes.value())
            .map_err(|error| redb::Error::Corrupted(format!("page {page} of claims: {error}"))),
    }
}

/// Page that holds the claim of a chunk. A blob has at most 2²⁶ chunks, so 2¹¹ pages.
fn page_of(chunk: u64) -> u32 {
    u32::try_from(chunk / PAGE_CHUNKS).unwrap_or(u32::MAX)
}

fn page_count(len: u64) -> u32 {
    page_of(chunk_count(len).saturating_sub(1)).saturating_add(1)
}

fn chunks_of_page(len: u64, page: u32) -> u64 {
    chunk_count(len)
        .saturating_sub(u64::from(page) * PAGE_CHUNKS)
        .min(PAGE_CHUNKS)
}
