//! Bytes and nothing else: a file or folder becomes a blob, and a blob becomes files again.
//!
//! **No I/O, no clock, no async, and no randomness**: the salt comes with the footer's head, nonces follow from
//! piece numbers. A salt or content key that is used for two different contents breaks the sealing, so the caller
//! MUST draw both anew for every blob. The specification is `docs/spec/content-format.md`; the frozen vectors are
//! in `tests/vectors/format`.
//!
//! # Participants
//! - A **publisher** lays out a [`Directory`], pushes the files' bytes through a [`BlobWriter`] in the
//!   directory's order, and keeps what the writer hands to its [`Sink`]: the blob, and the outboard that proves it.
//! - A **seeder** cuts chunks out with [`build_slice`] and proves single leaves with [`leaf_path`]. It needs no key.
//! - A **downloader** trusts a content root and nobody else: [`verify_slice`] turns a stranger's bytes into a
//!   [`VerifiedChunk`], and nothing else makes one.
//! - A **reader** takes verified chunks through a [`BlobReader`], with the content key where they are sealed.
//!
//! # Properties
//! - Everything works in bounded memory, whatever the length of the blob: the writer holds one chunk, one group and
//!   one hash per level of the tree; the reader one chunk; the directory is bounded by [`MAX_DIRECTORY_LEN`].
//! - A byte that differs from what the publisher wrote is refused, be it content, directory, padding or footer.
//! - A path that could lead out of the target folder, or that another system could not hold, cannot be written
//!   and is not read.

mod directory;
mod error;
mod media_type;
mod path;
mod read;
mod seal;
mod slice;
mod tree;
mod write;

pub use directory::{Directory, Entry, MAX_DIRECTORY_LEN, MAX_ENTRIES};
pub use error::{
    BuildSliceError, DirectoryError, HeadError, LeafPathError, OpenError, PathError, PathFault, SliceError,
    VerifyChunkError, WriteError,
};
pub use media_type::media_type_of;
pub use path::{EntryPath, MAX_COMPONENT_LEN, MAX_PATH_LEN};
pub use read::{BlobReader, EntryPlan, Span};
pub use seal::{free_part_key, ContentKey};
pub use slice::{
    build_slice, leaf_path, max_slice_len, outboard_len, verify_chunk_against_outboard, verify_slice,
    VerifiedChunk,
};
pub use tree::{Node, NODE_LEN};
pub use write::{BlobWriter, Sink, Written};
