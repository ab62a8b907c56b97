//! Blobs on disk. **A chunk is claimed only once its bytes are**: whatever ends the process or the power, every chunk
//! that [`Store::held`] names afterwards is there and matches its root, and at most the claims of the last batch are
//! lost.
//!
//! # Where things are
//! A blob has a sparse data file, in which a chunk lies where it lies in the blob, and an outboard file with its
//! BLAKE3 nodes in post-order, so that the data file of a complete blob is the blob. Which chunks are held is not a
//! third file: it is in `catalogue.redb`, beside the row of the blob. A separate file of bits would have to be kept
//! in step with the catalogue by us, at every arrival, removal and eviction, and a torn or swapped one could claim
//! anything. In redb a claim is a durable transaction with a checksum.
//!
//! # Why a crash makes no false claim
//! *Put.* Data and nodes are written in any order ([`Store::put`]), and the chunk is remembered as unflushed. A
//! flush takes the unflushed chunks, **then** syncs the data file, **then** the outboard, **then** commits their
//! claims. A chunk's write is over before it counts as unflushed, so both syncs cover it; a crash before the commit
//! leaves bytes that nobody claims. When a sync fails the unflushed chunks are forgotten, because the kernel reports
//! a failed write once only, and the next sync would succeed without those bytes.
//!
//! *Shared nodes.* Nodes near the top belong to many chunks. A put writes only those that the outboard lacks, so no
//! write ever touches a byte that a claim rests on. (Of the disk this asks that a write which the power cuts short
//! spoils no bytes beside it, as databases do.)
//!
//! *Evict.* First the claims go, then a hole is punched. A crash in between leaves space taken, which the next open
//! frees. Nobody else may read, write or flush the blob meanwhile, so no hole falls between a write and its claim.
//!
//! *Import.* Files are written and synced under `incoming/`, the blob is noted as arriving, the files are renamed,
//! the folder is synced, and one transaction claims everything. Removal runs the other way. Opening the store removes
//! blobs that were arriving or leaving: the catalogue names them, so no file is removed that the store did not make.
//!
//! # What can go wrong besides
//! Whatever is read is checked against the root before it is handed out, so a disk that rots, a truncated file, or
//! one that somebody else put there is found out by the first reading, and the chunk is not claimed any more. A file
//! of another length is found when a blob is opened. [`Store::verify`] mends lengths and finds all rot at once. A full
//! disk fails the call with [`StoreError::DiskFull`] and changes no claim.
//!
//! One process owns the folder, by a lock on a file in it. Linux; other Unixes lack [`Store::evict`].

mod base;
mod bitfield;
mod blob;
mod budget;
mod catalogue;
mod disk;
mod error;
mod files;
mod import;
mod inner;
mod layout;
mod leaf;
mod open_blobs;
mod options;
mod store;
mod verify;

pub use bitfield::{Bitfield, BitfieldError, MAX_CHUNKS};
pub use catalogue::row::MAX_LABEL_LEN;
pub use error::{RootName, StoreError};
pub use import::Import;
pub use leaf::ProvenLeaf;
pub use options::{Options, SyncPolicy};
pub use store::{BlobInfo, Store};
pub use verify::Report;

#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(test)]
mod tests;
