//! What can go wrong: each error names the operation, the thing, and what to do about it.
//!
//! None of them carries a secret or a byte of content; paths are cut short and escaped, so that an error about a
//! hostile blob can be printed.

use hashcard_primitives::footer::FooterError;
use std::ops::Range;

/// A path that no directory may hold.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
#[error("checking the path {path:?}: {fault}")]
pub struct PathError {
    /// The path, or its beginning.
    pub path: String,
    /// What is wrong with it.
    pub fault: PathFault,
}

/// What is wrong with a path.
#[derive(thiserror::Error, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathFault {
    /// No bytes.
    #[error("it is empty; give the file a name")]
    Empty,
    /// More than [`crate::MAX_PATH_LEN`] bytes.
    #[error(
        "it has more than {} bytes; shorten names or move the file up",
        crate::MAX_PATH_LEN
    )]
    TooLong,
    /// Bytes that are not UTF-8.
    #[error("it is not UTF-8; rename the file")]
    NotUtf8,
    /// Begins with `/`.
    #[error("it is absolute; give it relative to the folder")]
    Absolute,
    /// Two `/` in a row, or one at the end.
    #[error("it has an empty component; remove the extra slash")]
    EmptyComponent,
    /// A component `.` or `..`.
    #[error("it has a component . or ..; name every folder")]
    DotComponent,
    /// A component of more than [`crate::MAX_COMPONENT_LEN`] bytes.
    #[error("a name in it has more than {} bytes; shorten it", crate::MAX_COMPONENT_LEN)]
    ComponentTooLong,
    /// A character that some system cannot hold in a name, or that makes a name look like another.
    #[error("it has the character {0:?}, which not every system can hold or show; rename the file")]
    Character(char),
    /// A component that ends in a dot or a space.
    #[error("a name in it ends in a dot or a space, which Windows drops; rename the file")]
    TrailingDotOrSpace,
    /// A component that Windows takes for a device.
    #[error("a name in it is a device on Windows; rename the file")]
    ReservedName,
}

/// A directory that cannot be written, or bytes that are none.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum DirectoryError {
    /// No entry.
    #[error("checking a directory: it has no file; publish at least one")]
    Empty,
    /// More than [`crate::MAX_ENTRIES`].
    #[error(
        "checking a directory: it has {found} files and may have {}; publish fewer, or an archive",
        crate::MAX_ENTRIES
    )]
    TooManyEntries {
        /// How many.
        found: u64,
    },
    /// More than [`crate::MAX_DIRECTORY_LEN`] bytes.
    #[error(
        "checking a directory: it takes {found} bytes and may take {}; shorten paths, or publish an archive",
        crate::MAX_DIRECTORY_LEN
    )]
    TooLong {
        /// How many.
        found: u64,
    },
    /// They begin otherwise, or are of another version.
    #[error("reading a directory: the bytes are none that this version knows; update the program")]
    UnknownFormat,
    /// They end before the last entry does.
    #[error(
        "reading a directory: it ends in the middle of entry {entry}; the publisher's program is at fault"
    )]
    Truncated {
        /// Which entry.
        entry: u64,
    },
    /// They go on after the last entry.
    #[error("reading a directory: {extra} bytes follow its last entry; the publisher's program is at fault")]
    TrailingBytes {
        /// How many.
        extra: u64,
    },
    /// A path that is not allowed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Something that is no media type in lower case.
    #[error(
        "checking a directory: the media type of {path:?} is none in lower case; use one such as text/plain"
    )]
    MediaType {
        /// Whose.
        path: String,
    },
    /// Paths that do not ascend, or one that comes twice.
    #[error("checking a directory: {path:?} does not come after the path before it; sort the paths and give each once")]
    Order {
        /// The path.
        path: String,
    },
    /// An entry that does not begin where the one before it ends.
    #[error("checking a directory: {path:?} begins at {found} and should at {expected}; lay the directory out again")]
    Offset {
        /// The path.
        path: String,
        /// Where it should begin.
        expected: u64,
        /// Where it says it begins.
        found: u64,
    },
    /// Two paths that are one where upper and lower case are.
    #[error("checking a directory: {first:?} and {second:?} differ in case only; rename one of them")]
    CaseCollision {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// A path that is a folder of another.
    #[error("checking a directory: {file:?} is a file and the folder of {inside:?}; rename one of them")]
    FileAsFolder {
        /// The file.
        file: String,
        /// What lies below it.
        inside: String,
    },
    /// Lengths of the files that are not the length of the content.
    #[error(
        "checking a directory: its files have {} bytes and the content has {expected}; read the files again, for one changed",
        found.map_or_else(|| "too many".to_owned(), |found| found.to_string())
    )]
    ContentLength {
        /// Bytes of the content.
        expected: u64,
        /// Bytes that the entries add up to; `None` beyond 2⁶⁴.
        found: Option<u64>,
    },
}

/// Why no blob can be begun with a head.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum HeadError {
    /// No footer can have this head.
    #[error("beginning a blob: {0}; give a sealed blob both commitments, and a plain one neither them nor a free part")]
    Footer(FooterError),
    /// A sealed blob without a content key.
    #[error("beginning a sealed blob: there is no content key; give the one that its commitments are about")]
    KeyNeeded,
    /// A plain blob with a content key.
    #[error("beginning a plain blob: there is a content key, which would seal nothing; choose the sealed suite or leave it out")]
    KeyUseless,
}

/// Why a blob could not be written. `E` is the error of the [`crate::Sink`].
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum WriteError<E> {
    /// The content makes too long a blob.
    #[error(
        "writing a blob: it would have more than {} bytes; publish it in parts",
        hashcard_primitives::blob::MAX_BLOB_LEN
    )]
    TooLong,
    /// A free part that leaves nothing sealed.
    #[error("writing a sealed blob: {free_chunks} of its {pieces} pieces are to be free, which leaves none for sale; free fewer, or publish it open")]
    NothingSealed {
        /// Pieces that open without a key.
        free_chunks: u32,
        /// Pieces of the blob.
        pieces: u64,
    },
    /// The directory does not fit the content.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// An earlier call failed, so bytes are missing in between.
    #[error("writing a blob: it failed before; begin a new one")]
    FailedBefore,
    /// The sink failed.
    #[error("writing a blob: the bytes could not be kept")]
    Sink(#[source] E),
}

/// Why a slice was refused.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum SliceError {
    /// The blob is longer than a blob may be.
    #[error("verifying a slice: no blob has {blob_len} bytes; check the length on the card")]
    BlobTooLong {
        /// The length.
        blob_len: u64,
    },
    /// The blob has no such chunk.
    #[error("verifying a slice: a blob of {blob_len} bytes has no chunk {chunk}; ask for another")]
    NoSuchChunk {
        /// Length of the blob.
        blob_len: u64,
        /// The chunk.
        chunk: u64,
    },
    /// Not the one length that a slice of this chunk has.
    #[error("verifying the slice of chunk {chunk}: it has {found} bytes and should have {expected}; ask another peer")]
    Length {
        /// The chunk.
        chunk: u64,
        /// Bytes that it should have.
        expected: u64,
        /// Bytes that it has.
        found: u64,
    },
    /// A node does not match the hash above it.
    #[error("verifying the slice of chunk {chunk}: the node over groups {} to {} does not match the root; ask another peer", groups.start, groups.end.saturating_sub(1))]
    Node {
        /// The chunk.
        chunk: u64,
        /// The groups below the node.
        groups: Range<u64>,
    },
    /// A group does not match the hash above it.
    #[error("verifying the slice of chunk {chunk}: group {group} does not match the root; ask another peer")]
    Group {
        /// The chunk.
        chunk: u64,
        /// The group, counted from the start of the blob.
        group: u64,
    },
}

/// Why no slice could be built. `E` is the error of whoever reads the outboard.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum BuildSliceError<E> {
    /// The blob has no such chunk, or is longer than a blob may be.
    #[error("building a slice: a blob of {blob_len} bytes has no chunk {chunk}; ask for another")]
    NoSuchChunk {
        /// Length of the blob.
        blob_len: u64,
        /// The chunk.
        chunk: u64,
    },
    /// Data of another length than the chunk has.
    #[error("building the slice of chunk {chunk}: the data have {found} bytes and should have {expected}; read the whole chunk")]
    DataLength {
        /// The chunk.
        chunk: u64,
        /// Bytes that it has.
        expected: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// The outboard could not be read.
    #[error("building a slice: node {node} of the outboard could not be read")]
    Node {
        /// Offset of the node, in nodes.
        node: u64,
        /// What went wrong.
        source: E,
    },
}

/// Why a chunk does not match its root. `E` is the error of whoever reads the outboard.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum VerifyChunkError<E> {
    /// Chunk and outboard could not be put together.
    #[error(transparent)]
    Build(BuildSliceError<E>),
    /// They were, and do not match the root.
    #[error(transparent)]
    Slice(SliceError),
}

/// Why no path could be given. `E` is the error of whoever reads the outboard.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum LeafPathError<E> {
    /// The blob has no such leaf, or is longer than a blob may be.
    #[error("proving a leaf: a blob of {blob_len} bytes has no leaf {leaf}; check the challenge")]
    NoSuchLeaf {
        /// Length of the blob.
        blob_len: u64,
        /// The leaf.
        leaf: u64,
    },
    /// Bytes of another length than the leaf's group has.
    #[error("proving a leaf: group {group} has {expected} bytes, not {found}; read the whole group")]
    GroupLength {
        /// The group.
        group: u64,
        /// Bytes that it has.
        expected: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// The outboard could not be read.
    #[error("proving a leaf: node {node} of the outboard could not be read")]
    Node {
        /// Offset of the node, in nodes.
        node: u64,
        /// What went wrong.
        source: E,
    },
}

/// Why a blob, or a piece of it, could not be opened.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum OpenError {
    /// The last leaf is no footer.
    #[error("opening a blob: {0}; ask its creator")]
    Footer(FooterError),
    /// The chunk that should hold the footer is not the last.
    #[error("opening a blob: chunk {chunk} is not its last, so it has no footer; give chunk {last}")]
    NotTheLastChunk {
        /// The chunk given.
        chunk: u64,
        /// The last one.
        last: u64,
    },
    /// The footer is of a blob of another length.
    #[error("opening a blob: its footer says {said} bytes and it has {found}; ask its creator")]
    BlobLength {
        /// Length that the footer says.
        said: u64,
        /// Length of the blob.
        found: u64,
    },
    /// A length that no directory has.
    #[error(
        "opening a blob: its footer says that the directory has {found} bytes, and none has; ask its creator"
    )]
    DirectoryLength {
        /// What the footer says.
        found: u64,
    },
    /// The blob has no such piece.
    #[error("opening piece {piece}: the blob has {pieces} pieces; ask for one of them")]
    NoSuchPiece {
        /// The piece.
        piece: u64,
        /// How many there are.
        pieces: u64,
    },
    /// The chunk has another length than it should.
    #[error("opening piece {piece}: its chunk has {found} bytes and should have {expected}; fetch it again")]
    ChunkLength {
        /// The piece.
        piece: u64,
        /// Bytes that the chunk should have.
        expected: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// A byte between the last piece and the footer is not zero.
    #[error("opening piece {piece}: the bytes after it are not zero; the blob was made by no honest program, do not trust it")]
    Padding {
        /// The piece.
        piece: u64,
    },
    /// The chunk ends with another footer than the one this reader was made with.
    #[error("opening piece {piece}: its chunk ends with the footer of another blob; fetch it again")]
    OtherFooter {
        /// The piece.
        piece: u64,
    },
    /// The piece is sealed, not free, and there is no key.
    #[error("opening piece {piece}: it is sealed; buy a key")]
    KeyNeeded {
        /// The piece.
        piece: u64,
    },
    /// The key does not open the piece, or the piece was changed.
    #[error(
        "opening piece {piece}: the key does not open it; if the chunk matches the root, report a false key"
    )]
    DoesNotOpen {
        /// The piece.
        piece: u64,
    },
    /// The pieces that hold the directory are not all there.
    #[error(
        "reading a directory: {found} bytes of its pieces were given and they have {expected}; open them all"
    )]
    DirectoryPieces {
        /// Bytes that they have.
        expected: u64,
        /// Bytes that were given.
        found: u64,
    },
    /// The directory cannot be read.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}
