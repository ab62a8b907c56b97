//! The hash tree above 16 KiB groups: its shape follows from the blob's length alone.
//!
//! It is BLAKE3's own tree (BLAKE3 paper, section 2.1), cut off at groups: a left subtree is always the largest
//! power of two of groups that leaves something for the right. Nodes are numbered in post-order, which is the
//! layout of bao-tree's post-order outboard, without a size: a writer can append them, and the nodes of a part of
//! the blob that is complete never move.

use blake3::{
    hazmat::{left_subtree_len, merge_subtrees_non_root, merge_subtrees_root, HasherExt, Mode},
    Hasher,
};
use hashcard_primitives::blob::{chunk_count, ContentRoot, CHUNK_LEN, GROUP_LEN, LEAF_LEN};
use std::ops::Range;

/// Bytes of a node: the hashes of its two children.
pub const NODE_LEN: usize = 64;

/// Hash of the left child, then hash of the right child.
pub type Node = [u8; NODE_LEN];

/// Groups that a whole chunk has.
pub(crate) const GROUPS_PER_CHUNK: u64 = CHUNK_LEN / GROUP_LEN;

/// Number of groups of a blob (the empty blob has one).
pub(crate) const fn group_count(blob_len: u64) -> u64 {
    let groups = blob_len.div_ceil(GROUP_LEN);
    if groups == 0 {
        1
    } else {
        groups
    }
}

/// Length of a group that exists, in bytes.
pub(crate) fn group_len(blob_len: u64, group: u64) -> usize {
    let left = blob_len.saturating_sub(group.saturating_mul(GROUP_LEN));
    usize::try_from(left.min(GROUP_LEN)).expect("a group has at most 16 KiB; qed")
}

/// The groups of a chunk; `None` where the blob has no such chunk.
pub(crate) fn groups_of_chunk(blob_len: u64, chunk: u64) -> Option<Range<u64>> {
    if chunk >= chunk_count(blob_len) {
        return None;
    }
    let start = chunk.checked_mul(GROUPS_PER_CHUNK)?;
    Some(start..start.checked_add(GROUPS_PER_CHUNK)?.min(group_count(blob_len)))
}

/// A part of the tree: some groups that have a hash in common.
#[derive(Clone, Copy)]
pub(crate) struct Subtree {
    start: u64,
    groups: u64,
}

impl Subtree {
    /// The tree of a blob of at most [`hashcard_primitives::blob::MAX_BLOB_LEN`] bytes.
    pub fn whole(blob_len: u64) -> Self {
        Self {
            start: 0,
            groups: group_count(blob_len),
        }
    }

    /// Its first group.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Its groups.
    pub fn groups(&self) -> Range<u64> {
        self.start..self.start + self.groups
    }

    /// Whether it has a group of this range.
    pub fn overlaps(&self, groups: &Range<u64>) -> bool {
        self.start < groups.end && groups.start < self.start + self.groups
    }

    /// Left and right; `None` for a single group.
    pub fn children(&self) -> Option<(Self, Self)> {
        let last = self.groups.checked_sub(1).filter(|last| *last > 0)?;
        let left = 1 << last.ilog2();
        Some((
            Self {
                start: self.start,
                groups: left,
            },
            Self {
                start: self.start + left,
                groups: self.groups - left,
            },
        ))
    }

    /// Where the outboard keeps its node, in nodes. Has a meaning only where there are children.
    ///
    /// Before it come the nodes of the complete subtrees to its left, one per group less one per subtree, and
    /// these subtrees are the binary digits of `start`; then its own nodes, of which it is the last.
    pub fn node_offset(&self) -> u64 {
        self.start - u64::from(self.start.count_ones()) + self.groups.saturating_sub(2)
    }
}

/// Left and right hash of a node.
pub(crate) fn halves(node: &Node) -> ([u8; 32], [u8; 32]) {
    let (mut left, mut right) = ([0; 32], [0; 32]);
    left.copy_from_slice(&node[..32]);
    right.copy_from_slice(&node[32..]);
    (left, right)
}

/// The node over two hashes.
pub(crate) fn join(left: &[u8; 32], right: &[u8; 32]) -> Node {
    let mut node = [0; NODE_LEN];
    node[..32].copy_from_slice(left);
    node[32..].copy_from_slice(right);
    node
}

/// Hash of a node.
pub(crate) fn hash_node(node: &Node, is_root: bool) -> [u8; 32] {
    let (left, right) = halves(node);
    if is_root {
        *merge_subtrees_root(&left, &right, Mode::Hash).as_bytes()
    } else {
        merge_subtrees_non_root(&left, &right, Mode::Hash)
    }
}

/// Hash of a group. Only the group of an empty blob, which is its root, may be empty.
pub(crate) fn hash_group(group: u64, bytes: &[u8], is_root: bool) -> [u8; 32] {
    if is_root {
        *blake3::hash(bytes).as_bytes()
    } else {
        hash_part(group * GROUP_LEN, bytes)
    }
}

/// Hash of a part of the blob that is a subtree and not the root.
fn hash_part(offset: u64, bytes: &[u8]) -> [u8; 32] {
    Hasher::new()
        .set_input_offset(offset)
        .update(bytes)
        .finalize_non_root()
}

/// Siblings of a leaf inside its group, from the leaf upward. `leaf` is its number inside the group.
pub(crate) fn siblings_in_group(group: u64, bytes: &[u8], leaf: u64) -> Vec<[u8; 32]> {
    let mut path = Vec::new();
    let (mut offset, mut bytes) = (group * GROUP_LEN, bytes);
    let leaf_start = offset.saturating_add(leaf.saturating_mul(LEAF_LEN));
    while bytes.len() as u64 > LEAF_LEN {
        let left_len = left_subtree_len(bytes.len() as u64);
        let (left, right) =
            bytes.split_at(usize::try_from(left_len).expect("it is shorter than the group; qed"));
        let middle = offset + left_len;
        if leaf_start < middle {
            path.push(hash_part(middle, right));
            bytes = left;
        } else {
            path.push(hash_part(offset, left));
            (offset, bytes) = (middle, right);
        }
    }
    path.reverse();
    path
}

/// Hashes a blob from front to back and hands out its nodes in post-order.
///
/// Holds one group, because only what follows tells whether it is the last, and one hash per level.
pub(crate) struct TreeBuilder {
    group: Vec<u8>,
    groups: u64,
    /// Hashes of the complete subtrees so far, the largest first: one per binary digit of `groups`.
    subtrees: Vec<[u8; 32]>,
}

impl TreeBuilder {
    pub fn new() -> Self {
        Self {
            group: Vec::with_capacity(GROUP_LEN as usize),
            groups: 0,
            subtrees: Vec::new(),
        }
    }

    pub fn push<E>(
        &mut self,
        mut bytes: &[u8],
        node: &mut impl FnMut(&Node) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            if self.group.len() as u64 == GROUP_LEN {
                self.close_group(node)?;
            }
            let room = (GROUP_LEN as usize).saturating_sub(self.group.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.group.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Takes a group in after which more follows, so nothing that it completes is the root.
    fn close_group<E>(&mut self, node: &mut impl FnMut(&Node) -> Result<(), E>) -> Result<(), E> {
        let mut hash = hash_group(self.groups, &self.group, false);
        self.group.clear();
        self.groups += 1;
        for _ in 0..self.groups.trailing_zeros() {
            let left = self.subtrees.pop().expect("one subtree per binary digit; qed");
            let joined = join(&left, &hash);
            node(&joined)?;
            hash = hash_node(&joined, false);
        }
        self.subtrees.push(hash);
        Ok(())
    }

    /// The root, and the path of the last leaf.
    pub fn finish<E>(
        mut self,
        node: &mut impl FnMut(&Node) -> Result<(), E>,
    ) -> Result<(ContentRoot, Vec<[u8; 32]>), E> {
        let last_leaf = (self.group.len() as u64).div_ceil(LEAF_LEN).saturating_sub(1);
        let mut path = siblings_in_group(self.groups, &self.group, last_leaf);
        let mut hash = hash_group(self.groups, &self.group, self.subtrees.is_empty());
        while let Some(left) = self.subtrees.pop() {
            path.push(left);
            let joined = join(&left, &hash);
            node(&joined)?;
            hash = hash_node(&joined, self.subtrees.is_empty());
        }
        Ok((ContentRoot(hash), path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bao_tree::{BaoTree, BlockSize};
    use proptest::prelude::*;

    #[test]
    fn nodes_lie_where_bao_tree_keeps_them() {
        for groups in 1..200u64 {
            let blob_len = groups * GROUP_LEN - 1;
            let tree = BaoTree::new(blob_len, BlockSize::from_chunk_log(4));
            let mut seen = vec![false; groups as usize - 1];
            let mut open = vec![Subtree::whole(blob_len)];
            while let Some(subtree) = open.pop() {
                let Some((left, right)) = subtree.children() else {
                    continue;
                };
                // bao-tree numbers a node by the leaf that its middle is at.
                let middle = right.start() * (GROUP_LEN / LEAF_LEN);
                let node = tree
                    .post_order_nodes_iter()
                    .find(|node| node.mid().0 == middle)
                    .expect("bao-tree has that node");
                let theirs = tree.post_order_offset(node).unwrap().value();
                assert_eq!(
                    subtree.node_offset(),
                    theirs,
                    "{groups} groups, {:?}",
                    subtree.groups()
                );
                seen[theirs as usize] = true;
                open.extend([left, right]);
            }
            assert!(
                seen.iter().all(|seen| *seen),
                "every place of the outboard is some node's"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_root_is_blake3_of_the_bytes_however_they_arrive(len in 0usize..100_000, step in 1usize..40_000) {
            let bytes: Vec<u8> = (0..len).map(|i| (i * 7 + i / 251) as u8).collect();
            let mut builder = TreeBuilder::new();
            let mut nodes = 0u64;
            let mut count = |_: &Node| -> Result<(), ()> { nodes += 1; Ok(()) };
            for part in bytes.chunks(step) {
                builder.push(part, &mut count).unwrap();
            }
            let (root, _) = builder.finish(&mut count).unwrap();
            prop_assert_eq!(root.0, *blake3::hash(&bytes).as_bytes());
            prop_assert_eq!(nodes, group_count(len as u64) - 1);
        }
    }
}
