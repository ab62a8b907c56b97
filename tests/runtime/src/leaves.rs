//! Leaves of a blob and their paths, by BLAKE3's own tree.

use blake3::{
    hazmat::{left_subtree_len, HasherExt},
    Hasher,
};
use hashcard_primitives::blob::LEAF_LEN;

/// The bytes of a leaf.
pub fn leaf(blob: &[u8], leaf: u64) -> &[u8] {
    let start = (leaf * LEAF_LEN) as usize;
    let end = blob.len().min(start + LEAF_LEN as usize);
    &blob[start..end]
}

/// What lies beside the way from a leaf to the root, from the leaf upward.
pub fn path(blob: &[u8], leaf: u64) -> Vec<[u8; 32]> {
    let (mut subtree, mut start, mut path) = (blob, 0, Vec::new());
    while subtree.len() as u64 > LEAF_LEN {
        let left_len = left_subtree_len(subtree.len() as u64);
        let (left, right) = subtree.split_at(left_len as usize);
        let middle = start + left_len;
        if leaf * LEAF_LEN < middle {
            path.push(chaining_value(right, middle));
            subtree = left;
        } else {
            path.push(chaining_value(left, start));
            (subtree, start) = (right, middle);
        }
    }
    path.reverse();
    path
}

fn chaining_value(subtree: &[u8], start: u64) -> [u8; 32] {
    Hasher::new()
        .set_input_offset(start)
        .update(subtree)
        .finalize_non_root()
}
