//! What can go wrong, each with the folder or file it concerns and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::footer::FooterError;

/// A content root as 64 lowercase hexadecimal digits, as in file names and messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RootName(pub ContentRoot);

impl fmt::Display for RootName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0 .0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why the store did not do what it was asked.
#[derive(thiserror::Error, Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process, or another `Store` of this one, has the folder open.
    #[error("the store {} is in use by another process; stop that one or let it do the work", folder.display())]
    InUse {
        /// The store's folder.
        folder: PathBuf,
    },
    /// The file system, a quota or a file size limit leaves no room. Everything claimed before is still there.
    #[error("no room for {needed} bytes under {}; free some space, or evict chunks, and try again", folder.display())]
    DiskFull {
        /// Bytes that were to be written.
        needed: u64,
        /// Folder or file that could not take them.
        folder: PathBuf,
        /// What the system said; `None` where the store looked ahead.
        source: Option<io::Error>,
    },
    /// The store's own limit leaves no room.
    #[error(
        "{needed} more bytes in {} would exceed its budget of {max} bytes, of which {used} are used; \
         evict or remove something, or raise the budget", folder.display()
    )]
    OverBudget {
        /// Bytes that were to be written.
        needed: u64,
        /// Bytes that blobs occupy.
        used: u64,
        /// The limit.
        max: u64,
        /// The store's folder.
        folder: PathBuf,
    },
    /// The store has no blob of this root.
    #[error("the store has no blob {}", RootName(*root))]
    UnknownBlob {
        /// The root asked for.
        root: ContentRoot,
    },
    /// The store has this blob with another length, so one of the two lengths is a lie.
    #[error("blob {} has {stored} bytes in the store, not {asked}; if the card says {asked}, remove it and fetch again", RootName(*root))]
    OtherLength {
        /// The root asked for.
        root: ContentRoot,
        /// Length in the catalogue.
        stored: u64,
        /// Length that was asked for.
        asked: u64,
    },
    /// No blob has this length.
    #[error("no blob has {blob_len} bytes")]
    BadLength {
        /// Length that was asked for.
        blob_len: u64,
    },
    /// The chunk is not held, or the blob has no such chunk.
    #[error("chunk {index} of blob {} is not held", RootName(*root))]
    NotHeld {
        /// The blob.
        root: ContentRoot,
        /// The chunk.
        index: u64,
    },
    /// The blob has no such leaf.
    #[error("blob {} has no leaf {leaf}; the challenge is for another length", RootName(*root))]
    NoSuchLeaf {
        /// The blob.
        root: ContentRoot,
        /// The leaf.
        leaf: u64,
    },
    /// The disk gave back other bytes than were put, or none. The chunk is not claimed any more.
    #[error("chunk {index} of blob {} has rotted on disk and is no longer held; fetch it again, and run `hashcard verify`", RootName(*root))]
    Rotten {
        /// The blob.
        root: ContentRoot,
        /// The chunk.
        index: u64,
        /// What the system said, when it refused to read.
        source: Option<io::Error>,
    },
    /// A file of the blob is missing or has another length than the store gave it.
    #[error(
        "{} should have {expected} bytes and {}; something else changed it: run `hashcard verify` to keep what is still good",
        path.display(), match found { Some(found) => format!("has {found}"), None => "is missing".to_owned() }
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Length that the store gave it.
        expected: u64,
        /// Length found; `None` when it is missing.
        found: Option<u64>,
    },
    /// A file that the catalogue does not know lies where a blob is to go.
    #[error("{} was not put there by this store; move it away and try again", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A chunk that was verified against another root or length.
    #[error("chunk {index} does not belong to blob {}", RootName(*root))]
    WrongChunk {
        /// The blob it was put into.
        root: ContentRoot,
        /// The chunk.
        index: u64,
    },
    /// What was imported is not the blob it is committed as.
    #[error("the imported bytes are not blob {} of {blob_len} bytes; import the source again", RootName(*root))]
    WrongImport {
        /// The root it was committed as.
        root: ContentRoot,
        /// The length it was committed as.
        blob_len: u64,
    },
    /// The system could not say that earlier writes are on disk, so they are forgotten.
    #[error("the disk lost writes to blob {}; fetch its latest chunks again, and check the disk", RootName(*root))]
    LostWrites {
        /// The blob.
        root: ContentRoot,
    },
    /// The blob is pinned.
    #[error("blob {} is pinned; unpin it first", RootName(*root))]
    Pinned {
        /// The blob.
        root: ContentRoot,
    },
    /// The last leaf matches the root and still is no footer: the publisher made it so.
    #[error("blob {} matches its root and has no valid footer", RootName(*root))]
    Footer {
        /// The blob.
        root: ContentRoot,
        /// What is wrong with it.
        source: FooterError,
    },
    /// The file system cannot free part of a file. The chunks are no longer claimed all the same.
    #[error("the file system of {} cannot free part of a file; remove the whole blob instead", path.display())]
    CannotFree {
        /// The file.
        path: PathBuf,
    },
    /// A label of more than [`crate::MAX_LABEL_LEN`] bytes.
    #[error(
        "a label of {len} bytes is too long; at most {} are kept",
        crate::MAX_LABEL_LEN
    )]
    LabelTooLong {
        /// Bytes of the label.
        len: usize,
    },
    /// The store was written by a version that lays it out differently.
    #[error("the store {} has layout {found}, and this version knows only layout {known}; use the version that wrote it", folder.display())]
    OtherLayout {
        /// The store's folder.
        folder: PathBuf,
        /// Layout of the store.
        found: u64,
        /// Layout that this code writes.
        known: u64,
    },
    /// The catalogue holds a row that this version cannot have written.
    #[error("the catalogue {} has a row of blob {} that this version cannot read; use the version that wrote it", path.display(), RootName(*root))]
    BadRow {
        /// The catalogue.
        path: PathBuf,
        /// The blob.
        root: ContentRoot,
    },
    /// The catalogue could not be read or written.
    #[error("could not {operation} in the catalogue {}", path.display())]
    Catalogue {
        /// What was being done.
        operation: &'static str,
        /// The catalogue.
        path: PathBuf,
        /// What the database said.
        source: Box<redb::Error>,
    },
    /// Any other failure of the system.
    #[error("could not {operation} {}", path.display())]
    Io {
        /// What was being done.
        operation: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StoreError {
    /// Turns a failure to do `operation` to `path`, which would have added `needed` bytes, into an error that
    /// tells a full disk from anything else.
    pub(crate) fn io(operation: &'static str, path: &Path, needed: u64, source: io::Error) -> Self {
        if leaves_no_room(&source) {
            StoreError::DiskFull {
                needed,
                folder: path.to_owned(),
                source: Some(source),
            }
        } else {
            StoreError::Io {
                operation,
                path: path.to_owned(),
                source,
            }
        }
    }
}

/// Whether the system says that there is no room: full disk, quota, or the limit of a file's size.
fn leaves_no_room(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
