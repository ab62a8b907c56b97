//! Reading a blob again from end to end, and giving up what does not match its root any more.
//!
//! The claims are the last thing to go: a fault among the nodes near the top would cost every chunk below it, so the
//! outboard of a complete blob is computed anew first, and when that leads to the root only the nodes were at fault.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use bao_tree::io::sync::outboard_post_order;
use bao_tree::{BaoTree, BlockSize};
use hashcard_primitives::blob::{chunk_count, GROUP_LEN, LEAF_LEN};

use crate::base::Base;
use crate::bitfield::Bitfield;
use crate::blob::Blob;
use crate::disk::Disk;
use crate::error::StoreError;
use crate::files::{Files, WrongLength};

/// BLAKE3 groups of 16 KiB, as in the format.
const GROUP: BlockSize = BlockSize::from_chunk_log((GROUP_LEN / LEAF_LEN).ilog2() as u8);
/// Suspects given up in one transaction. Each is read once more while nobody else may read: 16 MiB at most.
const BATCH: usize = 64;
/// Bytes read or written at once while the outboard is computed anew.
const BUFFER_LEN: usize = 1024 * 1024;

/// What a verification found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Chunks that were read.
    pub checked: u64,
    /// Chunks that did not match the root; they are not held any more.
    pub rotten: Bitfield,
    /// Whether the outboard was at fault and has been computed anew from the data.
    pub outboard_rebuilt: bool,
}

/// Reads every chunk that is held. `progress` is called after each with the number of chunks read and to read.
pub(crate) fn verify(
    base: &Base,
    blob: &Blob,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, StoreError> {
    blob.flush(base)?;
    blob.replace(base, false, || {
        Files::open(&base.disk, &blob.paths, blob.len, WrongLength::Mend)
    })?;
    let held = blob.held();
    let mut suspects = find_rot(blob, &held, progress)?;
    let mut outboard_rebuilt = false;
    if suspects.count() > 0 && held.is_complete() && rebuild_outboard(base, blob)? {
        outboard_rebuilt = true;
        suspects = find_rot(blob, &suspects, &mut |_, _| {})?;
    }
    let mut rotten = Bitfield::empty(suspects.len_chunks());
    let mut suspects = suspects.iter();
    loop {
        let batch: Vec<u64> = suspects.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(Report {
                checked: held.count(),
                rotten,
                outboard_rebuilt,
            });
        }
        for index in blob.discard_rot(base, &batch)? {
            rotten.set(index, true);
        }
    }
}

fn find_rot(
    blob: &Blob,
    among: &Bitfield,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Bitfield, StoreError> {
    let mut rotten = Bitfield::empty(chunk_count(blob.len));
    let total = among.count();
    for (index, done) in among.iter().zip(1..) {
        if !blob.is_sound(index)? {
            rotten.set(index, true);
        }
        progress(done, total);
    }
    Ok(rotten)
}

/// Computes the outboard from the data. When it leads to the root it replaces the one on disk.
fn rebuild_outboard(base: &Base, blob: &Blob) -> Result<bool, StoreError> {
    let paths = base.layout.import(base.next_order());
    let path = &paths.outboard;
    let file = base.disk.create(path)?;
    let rebuilt = compute_outboard(&base.disk, blob, &file, path).and_then(|matches| {
        if matches {
            base.disk.sync(&file, path)?;
            blob.replace(base, false, || {
                base.disk.rename(path, &blob.paths.outboard)?;
                base.disk.sync_folder(&base.layout.blobs())?;
                Files::open(&base.disk, &blob.paths, blob.len, WrongLength::Refuse)
            })?;
        }
        Ok(matches)
    });
    if !matches!(rebuilt, Ok(true)) {
        if let Err(error) = base.disk.unlink(path) {
            tracing::warn!(%error, "a useless outboard stays until the store is opened again");
        }
    }
    rebuilt
}

/// Writes the outboard of the blob's data to `file`, and says whether it leads to the root. Data that cannot be read
/// do not.
fn compute_outboard(disk: &Disk, blob: &Blob, file: &File, path: &Path) -> Result<bool, StoreError> {
    let mut data = BufReader::with_capacity(
        BUFFER_LEN,
        FromStart {
            file: blob.data_file()?,
            at: 0,
        },
    );
    let mut target = Target {
        disk,
        file,
        path,
        at: 0,
        failed: None,
    };
    let mut out = BufWriter::with_capacity(BUFFER_LEN, &mut target);
    let computed = outboard_post_order(&mut data, BaoTree::new(blob.len, GROUP), &mut out);
    let flushed = out.flush();
    drop(out);
    if let Some(error) = target.failed {
        return Err(error);
    }
    Ok(flushed.is_ok() && computed.is_ok_and(|root| *root.as_bytes() == blob.root.0))
}

/// A file read from its start to its end, with a place of its own: the handle is shared.
struct FromStart {
    file: File,
    at: u64,
}

impl Read for FromStart {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at = self.at.saturating_add(read as u64);
        Ok(read)
    }
}

/// A file written from its start through [`Disk`], for code that wants [`Write`].
struct Target<'a> {
    disk: &'a Disk,
    file: &'a File,
    path: &'a Path,
    at: u64,
    failed: Option<StoreError>,
}

impl Write for Target<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.disk.write(self.file, self.path, bytes, self.at) {
            self.failed = Some(error);
            return Err(io::ErrorKind::Other.into());
        }
        self.at = self.at.saturating_add(bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
