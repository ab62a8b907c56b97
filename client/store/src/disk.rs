//! Every change to a file goes through here, one function for each kind of change.
//!
//! That is what makes the order of changes testable: in tests each step is announced before it is done, and the
//! listener may refuse it, as a crash or a full disk would.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::statvfs;

use crate::error::StoreError;
use crate::layout::FILE_MODE;

/// Unit in which file systems hand out space, in bytes; the block size of ext4, xfs and btrfs.
pub(crate) const BLOCK_LEN: u64 = 4096;

/// Bytes that a file of `len` bytes occupies when no part of it is a hole.
pub(crate) fn occupied(len: u64) -> u64 {
    len.div_ceil(BLOCK_LEN).saturating_mul(BLOCK_LEN)
}

/// A change that is about to be made.
#[cfg_attr(not(test), allow(dead_code))]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    Create { path: &'a Path },
    SetLen { path: &'a Path },
    Write { path: &'a Path, at: u64, len: u64 },
    Sync { path: &'a Path },
    SyncFolder { path: &'a Path },
    Rename { from: &'a Path, to: &'a Path },
    Unlink { path: &'a Path },
    Punch,
    Commit { operation: &'static str },
}

/// Who hears of each step in tests. Returning an error prevents the step.
#[cfg(test)]
pub(crate) type Listener = std::sync::Arc<dyn Fn(Step<'_>) -> io::Result<()> + Send + Sync>;

/// The file system as the store uses it.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    pub listener: Option<Listener>,
}

impl Disk {
    /// Announces a step. Outside tests this is nothing.
    pub fn step(&self, _step: Step<'_>) -> io::Result<()> {
        #[cfg(test)]
        if let Some(listener) = &self.listener {
            return listener(_step);
        }
        Ok(())
    }

    /// Creates a file that does not exist yet.
    pub fn create(&self, path: &Path) -> Result<File, StoreError> {
        self.step(Step::Create { path })
            .and_then(|()| {
                OpenOptions::new()
                    .read(true)
                    .write(true)
                    .create_new(true)
                    .mode(FILE_MODE)
                    .open(path)
            })
            .map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => StoreError::Foreign {
                    path: path.to_owned(),
                },
                _ => StoreError::io("create", path, 0, source),
            })
    }

    /// Opens a file that must exist with exactly `len` bytes.
    pub fn open(&self, path: &Path, len: u64) -> Result<File, StoreError> {
        let damaged = |found| StoreError::Damaged {
            path: path.to_owned(),
            expected: len,
            found,
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|source| match source.kind() {
                io::ErrorKind::NotFound => damaged(None),
                _ => StoreError::io("open", path, 0, source),
            })?;
        let found = file
            .metadata()
            .map_err(|source| StoreError::io("look at", path, 0, source))?
            .len();
        if found == len {
            Ok(file)
        } else {
            Err(damaged(Some(found)))
        }
    }

    /// Opens a file that may be missing or have another length, and gives it `len` bytes: a hole where it was too
    /// short.
    pub fn mend(&self, path: &Path, len: u64) -> Result<File, StoreError> {
        match self.open(path, len) {
            Err(StoreError::Damaged { found, .. }) => {
                let file = if found.is_none() {
                    self.create(path)?
                } else {
                    OpenOptions::new()
                        .read(true)
                        .write(true)
                        .open(path)
                        .map_err(|source| StoreError::io("open", path, 0, source))?
                };
                self.set_len(&file, path, len)?;
                self.sync(&file, path)?;
                Ok(file)
            }
            other => other,
        }
    }

    pub fn set_len(&self, file: &File, path: &Path, len: u64) -> Result<(), StoreError> {
        self.step(Step::SetLen { path })
            .and_then(|()| file.set_len(len))
            .map_err(|source| StoreError::io("set the length of", path, len, source))
    }

    pub fn write(&self, file: &File, path: &Path, bytes: &[u8], at: u64) -> Result<(), StoreError> {
        let len = bytes.len() as u64;
        self.step(Step::Write { path, at, len })
            .and_then(|()| file.write_all_at(bytes, at))
            .map_err(|source| StoreError::io("write", path, len, source))
    }

    /// Returns once the file's bytes, and the length needed to read them, are on the disk.
    pub fn sync(&self, file: &File, path: &Path) -> Result<(), StoreError> {
        self.step(Step::Sync { path })
            .and_then(|()| file.sync_data())
            .map_err(|source| StoreError::io("sync", path, 0, source))
    }

    /// Returns once the names in the folder are on the disk.
    pub fn sync_folder(&self, path: &Path) -> Result<(), StoreError> {
        self.step(Step::SyncFolder { path })
            .and_then(|()| File::open(path)?.sync_all())
            .map_err(|source| StoreError::io("sync", path, 0, source))
    }

    /// Renames, replacing what is there.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        self.step(Step::Rename { from, to })
            .and_then(|()| std::fs::rename(from, to))
            .map_err(|source| StoreError::io("rename", from, 0, source))
    }

    /// Removes a file; one that is not there is fine.
    pub fn unlink(&self, path: &Path) -> Result<(), StoreError> {
        match self
            .step(Step::Unlink { path })
            .and_then(|()| std::fs::remove_file(path))
        {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("remove", path, 0, source))
            }
            _ => Ok(()),
        }
    }

    /// Gives `len` bytes at `at` back to the file system; they read as zeros afterwards.
    pub fn punch(&self, file: &File, path: &Path, at: u64, len: u64) -> Result<(), StoreError> {
        self.step(Step::Punch)
            .and_then(|()| punch_hole(file, at, len))
            .map_err(|source| match source.kind() {
                io::ErrorKind::Unsupported => StoreError::CannotFree {
                    path: path.to_owned(),
                },
                _ => StoreError::io("free part of", path, 0, source),
            })
    }

    /// Bytes that the file occupies; 0 when it cannot be looked at.
    pub fn bytes_of(&self, path: &Path) -> u64 {
        // The unit of st_blocks is 512 bytes (stat(3type)), whatever the file system's block.
        std::fs::metadata(path)
            .map(|found| found.blocks().saturating_mul(512))
            .unwrap_or(0)
    }

    /// Refuses when the file system of `folder` has fewer than `needed` bytes for us.
    pub fn check_free(&self, folder: &Path, needed: u64) -> Result<(), StoreError> {
        let found = statvfs(folder)
            .map_err(|errno| StoreError::io("ask for the free space of", folder, 0, errno.into()))?;
        if found.f_bavail.saturating_mul(found.f_frsize) < needed {
            return Err(StoreError::DiskFull {
                needed,
                folder: folder.to_owned(),
                source: None,
            });
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn punch_hole(file: &File, at: u64, len: u64) -> io::Result<()> {
    use rustix::fs::{fallocate, FallocateFlags};
    fallocate(
        file,
        FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE,
        at,
        len,
    )
    .map_err(io::Error::from)
}

#[cfg(not(target_os = "linux"))]
fn punch_hole(_file: &File, _at: u64, _len: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
