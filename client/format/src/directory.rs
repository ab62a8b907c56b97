//! The directory: which bytes of the content are which file.
//!
//! Only lengths are stored. Files lie one behind the other in the order of their paths, so an offset that points
//! elsewhere, or a byte that belongs to two files or to none, cannot be written down. [`Directory::encode`] is the
//! only place that builds the bytes, [`Directory::decode`] accepts exactly what it makes.
//! docs/spec/content-format.md, "Directory".

use crate::{
    error::DirectoryError,
    media_type::{is_media_type, media_type_of},
    path::{shown, EntryPath},
};

/// Most files of a blob: a client holds them all in memory.
pub const MAX_ENTRIES: usize = 65_536;
/// Longest directory, in bytes: what a reader fetches and holds before it can show anything.
pub const MAX_DIRECTORY_LEN: u64 = 16 * 1024 * 1024;

const MAGIC: &[u8; 4] = b"HDIR";
const DIRECTORY_VERSION: u8 = 1;
/// Bytes of magic, version and number of entries.
const HEADER_LEN: usize = 9;
/// Bytes of an entry without its path and its media type: two lengths that are prefixes, one that is the file's.
const ENTRY_FRAME_LEN: usize = 2 + 1 + 8;

/// One file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Where it lies in the folder.
    pub path: EntryPath,
    /// Where it begins in the content, in bytes.
    pub offset: u64,
    /// Its length in bytes.
    pub len: u64,
    /// What it is: `type/subtype` in lower case without parameters (RFC 6838).
    pub media_type: String,
}

/// All files of a blob, ascending by the bytes of their paths. A single file is a directory of one entry. Folders
/// exist only through the files in them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directory {
    /// The files. [`Directory::encode`] refuses what does not fit together.
    pub entries: Vec<Entry>,
}

impl Directory {
    /// The directory of these files, given with their lengths in bytes in any order. **The content is the files'
    /// bytes in the order of the entries.** Media types follow from the names.
    ///
    /// Errors: what [`DirectoryError`] lists about files, paths and their number.
    pub fn lay_out(files: impl IntoIterator<Item = (EntryPath, u64)>) -> Result<Self, DirectoryError> {
        let mut files: Vec<(EntryPath, u64)> = files.into_iter().collect();
        files.sort();
        let mut offset: u64 = 0;
        let mut entries = Vec::with_capacity(files.len().min(MAX_ENTRIES));
        for (path, len) in files {
            let media_type = media_type_of(&path).to_owned();
            entries.push(Entry {
                path,
                offset,
                len,
                media_type,
            });
            // A sum beyond 2⁶⁴ is found by `check`.
            offset = offset.saturating_add(len);
        }
        let directory = Self { entries };
        directory.check(offset)?;
        Ok(directory)
    }

    /// The file of this path.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        let found = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().as_bytes().cmp(path.as_bytes()));
        found.ok().and_then(|index| self.entries.get(index))
    }

    /// The bytes of this directory of a content of `content_len` bytes.
    ///
    /// | bytes | field |
    /// | --- | --- |
    /// | 4 | `HDIR` |
    /// | 1 | version, 1 |
    /// | 4 | number of entries, little endian |
    ///
    /// then for each entry, ascending by path:
    ///
    /// | bytes | field |
    /// | --- | --- |
    /// | 2 | length of the path, little endian |
    /// | … | path, UTF-8 |
    /// | 1 | length of the media type |
    /// | … | media type, ASCII |
    /// | 8 | length of the file, little endian |
    ///
    /// Errors: entries that do not fit together or do not fill the content.
    pub fn encode(&self, content_len: u64) -> Result<Vec<u8>, DirectoryError> {
        self.check(content_len)?;
        let count = u32::try_from(self.entries.len()).expect("checked to be at most MAX_ENTRIES; qed");
        let mut out = Vec::with_capacity(usize::try_from(self.encoded_len()).unwrap_or(0));
        out.extend_from_slice(MAGIC);
        out.push(DIRECTORY_VERSION);
        out.extend_from_slice(&count.to_le_bytes());
        for entry in &self.entries {
            let path = entry.path.as_str().as_bytes();
            let path_len = u16::try_from(path.len()).expect("a path has at most 1024 bytes; qed");
            let type_len = u8::try_from(entry.media_type.len()).expect("two parts of at most 127 bytes; qed");
            out.extend_from_slice(&path_len.to_le_bytes());
            out.extend_from_slice(path);
            out.push(type_len);
            out.extend_from_slice(entry.media_type.as_bytes());
            out.extend_from_slice(&entry.len.to_le_bytes());
        }
        Ok(out)
    }

    /// The directory that these bytes are, of a content of `content_len` bytes. What it accepts, [`Directory::encode`]
    /// gives back unchanged.
    pub fn decode(bytes: &[u8], content_len: u64) -> Result<Self, DirectoryError> {
        if bytes.len() as u64 > MAX_DIRECTORY_LEN {
            return Err(DirectoryError::TooLong {
                found: bytes.len() as u64,
            });
        }
        let mut rest = Bytes { rest: bytes };
        let known = rest.take(MAGIC.len()) == Some(MAGIC) && rest.take(1) == Some(&[DIRECTORY_VERSION]);
        let count = rest
            .array()
            .map(u32::from_le_bytes)
            .filter(|_| known)
            .ok_or(DirectoryError::UnknownFormat)?;
        let count = match usize::try_from(count) {
            Ok(count) if count <= MAX_ENTRIES => count,
            _ => return Err(DirectoryError::TooManyEntries { found: count.into() }),
        };
        // No entry is shorter than its frame, so a short input cannot ask for much memory.
        let mut entries = Vec::with_capacity(count.min(bytes.len() / ENTRY_FRAME_LEN));
        let mut offset: u64 = 0;
        for index in 0..count {
            let entry = rest
                .entry(offset)
                .ok_or(DirectoryError::Truncated { entry: index as u64 })??;
            offset = offset.saturating_add(entry.len);
            entries.push(entry);
        }
        if !rest.rest.is_empty() {
            return Err(DirectoryError::TrailingBytes {
                extra: rest.rest.len() as u64,
            });
        }
        let directory = Self { entries };
        directory.check(content_len)?;
        Ok(directory)
    }

    fn encoded_len(&self) -> u64 {
        let entries = self.entries.iter().map(|entry| {
            (ENTRY_FRAME_LEN + entry.path.as_str().len()).saturating_add(entry.media_type.len()) as u64
        });
        entries.fold(HEADER_LEN as u64, u64::saturating_add)
    }

    /// Whether the entries fit together and fill the content.
    fn check(&self, content_len: u64) -> Result<(), DirectoryError> {
        if self.entries.is_empty() {
            return Err(DirectoryError::Empty);
        }
        if self.entries.len() > MAX_ENTRIES {
            return Err(DirectoryError::TooManyEntries {
                found: self.entries.len() as u64,
            });
        }
        if self.encoded_len() > MAX_DIRECTORY_LEN {
            return Err(DirectoryError::TooLong {
                found: self.encoded_len(),
            });
        }
        for entry in &self.entries {
            if !is_media_type(&entry.media_type) {
                return Err(DirectoryError::MediaType {
                    path: shown(entry.path.as_str()),
                });
            }
        }
        self.check_order()?;
        self.check_lengths(content_len)?;
        self.check_collisions()
    }

    fn check_order(&self) -> Result<(), DirectoryError> {
        for pair in self.entries.windows(2) {
            if let [before, after] = pair {
                if before.path >= after.path {
                    return Err(DirectoryError::Order {
                        path: shown(after.path.as_str()),
                    });
                }
            }
        }
        Ok(())
    }

    fn check_lengths(&self, content_len: u64) -> Result<(), DirectoryError> {
        let mut sum: u64 = 0;
        for entry in &self.entries {
            if entry.offset != sum {
                let path = shown(entry.path.as_str());
                return Err(DirectoryError::Offset {
                    path,
                    expected: sum,
                    found: entry.offset,
                });
            }
            sum = sum.checked_add(entry.len).ok_or(DirectoryError::ContentLength {
                expected: content_len,
                found: None,
            })?;
        }
        if sum != content_len {
            return Err(DirectoryError::ContentLength {
                expected: content_len,
                found: Some(sum),
            });
        }
        Ok(())
    }

    /// Folded paths sort so that equal ones are neighbours, and so are a file and something inside it.
    fn check_collisions(&self) -> Result<(), DirectoryError> {
        let mut folded: Vec<(String, &EntryPath)> = self
            .entries
            .iter()
            .map(|entry| (entry.path.folded(), &entry.path))
            .collect();
        folded.sort_unstable();
        for pair in folded.windows(2) {
            let [(one, first), (other, second)] = pair else {
                continue;
            };
            if one == other {
                return Err(DirectoryError::CaseCollision {
                    first: shown(first.as_str()),
                    second: shown(second.as_str()),
                });
            }
            if other
                .strip_prefix(one.as_str())
                .is_some_and(|rest| rest.starts_with('\0'))
            {
                return Err(DirectoryError::FileAsFolder {
                    file: shown(first.as_str()),
                    inside: shown(second.as_str()),
                });
            }
        }
        Ok(())
    }
}

/// What is left to read.
struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// The next entry; `None` where the bytes end before it does.
    fn entry(&mut self, offset: u64) -> Option<Result<Entry, DirectoryError>> {
        let path_len = u16::from_le_bytes(self.array()?);
        let path = self.take(path_len.into())?;
        let [type_len] = self.array()?;
        let media_type = self.take(type_len.into())?;
        let len = u64::from_le_bytes(self.array()?);
        let path = match EntryPath::from_utf8(path) {
            Ok(path) => path,
            Err(error) => return Some(Err(error.into())),
        };
        Some(match std::str::from_utf8(media_type) {
            Ok(media_type) => Ok(Entry {
                path,
                offset,
                len,
                media_type: media_type.to_owned(),
            }),
            Err(_) => Err(DirectoryError::MediaType {
                path: shown(path.as_str()),
            }),
        })
    }
}

#[cfg(test)]
mod tests;
