//! A slice: one chunk with the nodes that lead from it to the content root.
//!
//! It is bao's combined encoding of the chunk's bytes as bao-tree makes it with groups of 16 KiB, without a size:
//! the nodes above and inside the chunk and its groups, in pre-order. Its length follows from the blob's length and
//! the chunk's number, so a slice that is longer or shorter is refused before anything is hashed.
//!
//! **Nothing else makes a [`VerifiedChunk`]**: whoever has one has bytes that match the root.

use crate::{
    error::{BuildSliceError, LeafPathError, SliceError, VerifyChunkError},
    tree::{
        group_count, group_len, groups_of_chunk, halves, hash_group, hash_node, siblings_in_group, Node,
        Subtree, GROUPS_PER_CHUNK, NODE_LEN,
    },
};
use hashcard_primitives::blob::{
    chunk_count, chunk_len, leaf_count, ContentRoot, CHUNK_LEN, GROUP_LEN, LEAF_LEN, MAX_BLOB_LEN,
};
use std::{borrow::Borrow, ops::Range};

/// Bytes of the outboard of a blob: one node for each group but one.
pub const fn outboard_len(blob_len: u64) -> u64 {
    (group_count(blob_len) - 1) * NODE_LEN as u64
}

/// Bytes of the longest slice of a blob, which is that of its first chunk.
pub const fn max_slice_len(blob_len: u64) -> u64 {
    let groups = group_count(blob_len);
    let nodes = if groups <= GROUPS_PER_CHUNK {
        groups - 1
    } else {
        // Inside the chunk, and one per level above it.
        GROUPS_PER_CHUNK - 1 + (u64::BITS - (chunk_count(blob_len) - 1).leading_zeros()) as u64
    };
    let data = if blob_len < CHUNK_LEN { blob_len } else { CHUNK_LEN };
    data + nodes * NODE_LEN as u64
}

/// A chunk that matches the root, and the nodes that proved it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifiedChunk {
    root: ContentRoot,
    blob_len: u64,
    index: u64,
    data: Vec<u8>,
    nodes: Vec<(u64, Node)>,
}

impl VerifiedChunk {
    /// The root that it matches.
    pub fn root(&self) -> ContentRoot {
        self.root
    }

    /// Length of the blob that it was verified with, in bytes. Proven only if this is the last chunk.
    pub fn blob_len(&self) -> u64 {
        self.blob_len
    }

    /// Its number.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Its bytes: all that the chunk has.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes, without copying them.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// The nodes above and inside it, each with its offset in the outboard, in nodes. From the root down.
    pub fn nodes(&self) -> &[(u64, Node)] {
        &self.nodes
    }
}

/// The chunk that `slice` holds, if every group of it matches the root, which may be given by value or by reference.
///
/// `blob_len` is what the card says. A false length fails at the latest with the last chunk, whose path no other
/// length has.
pub fn verify_slice(
    root: impl Borrow<ContentRoot>,
    blob_len: u64,
    chunk: u64,
    slice: &[u8],
) -> Result<VerifiedChunk, SliceError> {
    let root = *root.borrow();
    if blob_len > MAX_BLOB_LEN {
        return Err(SliceError::BlobTooLong { blob_len });
    }
    let groups = groups_of_chunk(blob_len, chunk).ok_or(SliceError::NoSuchChunk { blob_len, chunk })?;
    let tree = Subtree::whole(blob_len);
    let nodes = count_nodes(tree, &groups);
    let data_len = chunk_len(blob_len, chunk);
    let expected = data_len.saturating_add(nodes.saturating_mul(NODE_LEN as u64));
    let wrong_length = SliceError::Length {
        chunk,
        expected,
        found: slice.len() as u64,
    };
    if slice.len() as u64 != expected {
        return Err(wrong_length);
    }
    let mut decoder = Decoder {
        blob_len,
        chunk,
        groups,
        rest: slice,
        wrong_length,
        data: Vec::with_capacity(usize::try_from(data_len).expect("a chunk has at most 256 KiB; qed")),
        nodes: Vec::with_capacity(usize::try_from(nodes).expect("at most a few dozen; qed")),
    };
    decoder.subtree(tree, &root.0, true)?;
    Ok(VerifiedChunk {
        root,
        blob_len,
        index: chunk,
        data: decoder.data,
        nodes: decoder.nodes,
    })
}

/// The slice of a chunk. `data` are its bytes, `node` gives the node at an offset of the outboard, in nodes.
///
/// Verifies nothing: a slice of wrong bytes is refused by whoever gets it.
pub fn build_slice<E>(
    blob_len: u64,
    chunk: u64,
    data: &[u8],
    mut node: impl FnMut(u64) -> Result<Node, E>,
) -> Result<Vec<u8>, BuildSliceError<E>> {
    let groups = groups_of_chunk(blob_len, chunk)
        .filter(|_| blob_len <= MAX_BLOB_LEN)
        .ok_or(BuildSliceError::NoSuchChunk { blob_len, chunk })?;
    let expected = chunk_len(blob_len, chunk);
    if data.len() as u64 != expected {
        return Err(BuildSliceError::DataLength {
            chunk,
            expected,
            found: data.len() as u64,
        });
    }
    let tree = Subtree::whole(blob_len);
    let nodes = usize::try_from(count_nodes(tree, &groups)).expect("at most a few dozen; qed");
    let mut slice = Vec::with_capacity(data.len().saturating_add(nodes.saturating_mul(NODE_LEN)));
    // Pre-order with a stack of what is still to come; a chunk's groups come one behind the other.
    let mut groups_left = data.chunks(GROUP_LEN as usize);
    let mut to_come = vec![tree];
    while let Some(subtree) = to_come.pop() {
        if !subtree.overlaps(&groups) {
            continue;
        }
        match subtree.children() {
            Some((left, right)) => {
                let offset = subtree.node_offset();
                let bytes = node(offset).map_err(|source| BuildSliceError::Node { node: offset, source })?;
                slice.extend_from_slice(&bytes);
                to_come.push(right);
                to_come.push(left);
            }
            None => slice.extend_from_slice(groups_left.next().unwrap_or_default()),
        }
    }
    Ok(slice)
}

/// Whether a chunk and the outboard of a store still match the root, and if so the verified chunk.
pub fn verify_chunk_against_outboard<E>(
    root: impl Borrow<ContentRoot>,
    blob_len: u64,
    chunk: u64,
    data: &[u8],
    node: impl FnMut(u64) -> Result<Node, E>,
) -> Result<VerifiedChunk, VerifyChunkError<E>> {
    let slice = build_slice(blob_len, chunk, data, node).map_err(VerifyChunkError::Build)?;
    verify_slice(root, blob_len, chunk, &slice).map_err(VerifyChunkError::Slice)
}

/// Siblings of leaf number `leaf` of the blob, from the leaf upward, as [`hashcard_primitives::leaf::verify_leaf`]
/// takes them. `group` are the bytes of the 16 KiB group that the leaf lies in (number `leaf / 16`), `node` gives
/// the node at an offset of the outboard, in nodes.
pub fn leaf_path<E>(
    blob_len: u64,
    leaf: u64,
    group: &[u8],
    mut node: impl FnMut(u64) -> Result<Node, E>,
) -> Result<Vec<[u8; 32]>, LeafPathError<E>> {
    if blob_len > MAX_BLOB_LEN || leaf >= leaf_count(blob_len) {
        return Err(LeafPathError::NoSuchLeaf { blob_len, leaf });
    }
    let leaves_per_group = GROUP_LEN / LEAF_LEN;
    let index = leaf / leaves_per_group;
    let expected = group_len(blob_len, index);
    if group.len() != expected {
        let (expected, found) = (expected as u64, group.len() as u64);
        return Err(LeafPathError::GroupLength {
            group: index,
            expected,
            found,
        });
    }
    let mut above = Vec::new();
    let mut subtree = Subtree::whole(blob_len);
    while let Some((left, right)) = subtree.children() {
        let offset = subtree.node_offset();
        let pair = node(offset).map_err(|source| LeafPathError::Node { node: offset, source })?;
        let (left_hash, right_hash) = halves(&pair);
        if index < right.start() {
            above.push(right_hash);
            subtree = left;
        } else {
            above.push(left_hash);
            subtree = right;
        }
    }
    let mut path = siblings_in_group(index, group, leaf % leaves_per_group);
    path.extend(above.into_iter().rev());
    Ok(path)
}

/// Nodes of a subtree that lie above one of these groups. At most 45 for the groups of a chunk.
fn count_nodes(subtree: Subtree, groups: &Range<u64>) -> u64 {
    match subtree.children() {
        Some((left, right)) if subtree.overlaps(groups) => {
            1 + count_nodes(left, groups) + count_nodes(right, groups)
        }
        _ => 0,
    }
}

struct Decoder<'a> {
    blob_len: u64,
    chunk: u64,
    groups: Range<u64>,
    rest: &'a [u8],
    wrong_length: SliceError,
    data: Vec<u8>,
    nodes: Vec<(u64, Node)>,
}

impl<'a> Decoder<'a> {
    /// Reads what the slice has of a subtree with this hash. At most 30 levels deep, for 2³⁰ groups.
    fn subtree(&mut self, subtree: Subtree, hash: &[u8; 32], is_root: bool) -> Result<(), SliceError> {
        if !subtree.overlaps(&self.groups) {
            return Ok(());
        }
        let Some((left, right)) = subtree.children() else {
            let group = subtree.start();
            let bytes = self.take(group_len(self.blob_len, group))?;
            if hash_group(group, bytes, is_root) != *hash {
                return Err(SliceError::Group {
                    chunk: self.chunk,
                    group,
                });
            }
            self.data.extend_from_slice(bytes);
            return Ok(());
        };
        let mut node = [0; NODE_LEN];
        node.copy_from_slice(self.take(NODE_LEN)?);
        if hash_node(&node, is_root) != *hash {
            return Err(SliceError::Node {
                chunk: self.chunk,
                groups: subtree.groups(),
            });
        }
        self.nodes.push((subtree.node_offset(), node));
        let (left_hash, right_hash) = halves(&node);
        self.subtree(left, &left_hash, false)?;
        self.subtree(right, &right_hash, false)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], SliceError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or_else(|| self.wrong_length.clone())?;
        self.rest = rest;
        Ok(taken)
    }
}
