//! The two files of a blob: a chunk read with its proof, or written with its nodes.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::atomic::Ordering;

use hashcard_format::{
    build_slice, outboard_len, verify_slice, BuildSliceError, Node, VerifiedChunk, NODE_LEN,
};
use hashcard_primitives::blob::{chunk_len, ContentRoot, CHUNK_LEN};

use crate::base::Base;
use crate::bitfield::Bitfield;
use crate::disk::{occupied, Disk};
use crate::error::StoreError;
use crate::layout::FilePair;

pub(crate) struct Files {
    pub data: File,
    pub outboard: File,
}

/// What to do about a file that is missing or of another length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongLength {
    Refuse,
    Mend,
}

/// A chunk that matched the root, with the slice that proves it.
pub(crate) struct Proven {
    pub chunk: VerifiedChunk,
    pub slice: Vec<u8>,
}

/// Why a claimed chunk could not be read.
pub(crate) enum ReadFault {
    /// It does not match the root, is not there, or the device cannot give it back.
    Rot(Option<io::Error>),
    /// Anything that says nothing about the bytes.
    Other(io::Error),
}

impl Files {
    pub fn open(disk: &Disk, paths: &FilePair, len: u64, wrong: WrongLength) -> Result<Self, StoreError> {
        let open = |path, len| match wrong {
            WrongLength::Refuse => disk.open(path, len),
            WrongLength::Mend => disk.mend(path, len),
        };
        Ok(Self {
            data: open(&paths.data, len)?,
            outboard: open(&paths.outboard, outboard_len(len))?,
        })
    }

    /// Reads a chunk and checks it against the root.
    pub fn prove(&self, root: ContentRoot, blob_len: u64, index: u64) -> Result<Proven, ReadFault> {
        let len = usize::try_from(chunk_len(blob_len, index)).expect("a chunk has at most 256 KiB; qed");
        let mut data = vec![0; len];
        self.data
            .read_exact_at(&mut data, index.saturating_mul(CHUNK_LEN))?;
        let slice = build_slice(blob_len, index, &data, |node| {
            let mut bytes = [0; NODE_LEN];
            self.outboard
                .read_exact_at(&mut bytes, place_of(node))
                .map(|()| bytes)
        })
        .map_err(|error| match error {
            BuildSliceError::Node { source, .. } => ReadFault::from(source),
            _ => ReadFault::Rot(None),
        })?;
        match verify_slice(root, blob_len, index, &slice) {
            Ok(chunk) => Ok(Proven { chunk, slice }),
            Err(_) => Err(ReadFault::Rot(None)),
        }
    }

    /// Writes the data at the chunk's place and the nodes at theirs.
    pub fn write(&self, base: &Base, paths: &FilePair, chunk: &VerifiedChunk) -> Result<(), StoreError> {
        let at = chunk.index().saturating_mul(CHUNK_LEN);
        base.disk.write(&self.data, &paths.data, chunk.data(), at)?;
        let mut nodes = chunk.nodes().to_vec();
        nodes.sort_unstable_by_key(|(offset, _)| *offset);
        // Nodes near the top belong to claimed chunks too. They are left alone, for a power cut may spoil what is
        // being written, be it the same bytes. After a failed sync the page cache may show bytes that are on no disk.
        if !base.sync_failed.load(Ordering::Acquire) {
            nodes = self.not_there_yet(&nodes);
        }
        for run in neighbours(&nodes) {
            let bytes: Vec<u8> = run.iter().flat_map(|(_, node)| *node).collect();
            base.disk
                .write(&self.outboard, &paths.outboard, &bytes, start_of(run))?;
        }
        Ok(())
    }

    /// Those of the nodes that the outboard does not have.
    fn not_there_yet(&self, nodes: &[(u64, Node)]) -> Vec<(u64, Node)> {
        let mut missing = Vec::with_capacity(nodes.len());
        for run in neighbours(nodes) {
            let mut there = vec![0; run.len().saturating_mul(NODE_LEN)];
            let unread = self.outboard.read_exact_at(&mut there, start_of(run)).is_err();
            let compared = run.iter().zip(there.chunks_exact(NODE_LEN));
            let differing = compared.filter(|((_, node), there)| unread || node.as_slice() != *there);
            missing.extend(differing.map(|(node, _)| *node));
        }
        missing
    }
}

impl From<io::Error> for ReadFault {
    fn from(error: io::Error) -> Self {
        let device = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
        if device || error.kind() == io::ErrorKind::UnexpectedEof {
            ReadFault::Rot(Some(error))
        } else {
            ReadFault::Other(error)
        }
    }
}

/// Ordered nodes as runs of neighbours, each of which one call reads or writes.
fn neighbours(nodes: &[(u64, Node)]) -> impl Iterator<Item = &[(u64, Node)]> {
    nodes.chunk_by(|(one, _), (next, _)| one.checked_add(1) == Some(*next))
}

/// Where in the outboard a run begins, in bytes.
fn start_of(run: &[(u64, Node)]) -> u64 {
    run.first().map_or(0, |(offset, _)| place_of(*offset))
}

/// Where in the outboard a node lies, in bytes.
fn place_of(offset: u64) -> u64 {
    offset.saturating_mul(NODE_LEN as u64)
}

/// Bytes that the claimed chunks of a blob occupy.
pub(crate) fn claimed_bytes(len: u64, held: &Bitfield) -> u64 {
    let Some(last) = held.len_chunks().checked_sub(1) else {
        return 0;
    };
    let whole = held.count().saturating_mul(CHUNK_LEN);
    if held.get(last) {
        whole
            .saturating_sub(CHUNK_LEN)
            .saturating_add(occupied(chunk_len(len, last)))
    } else {
        whole
    }
}

/// Bytes that the outboard of a blob occupies when it is full.
pub(crate) fn outboard_bytes(len: u64) -> u64 {
    occupied(outboard_len(len))
}

/// Gives the space of these chunks back to the file system.
pub(crate) fn punch_chunks(
    disk: &Disk,
    data: &File,
    paths: &FilePair,
    len: u64,
    chunks: Range<u64>,
) -> Result<(), StoreError> {
    let at = chunks.start.saturating_mul(CHUNK_LEN);
    // Up to the end of the last block: the file system keeps a block of which a part remains.
    let end = occupied(chunks.end.saturating_mul(CHUNK_LEN).min(len));
    disk.punch(data, &paths.data, at, end.saturating_sub(at))
}
