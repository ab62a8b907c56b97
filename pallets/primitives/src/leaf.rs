//! A leaf and its path to the content root: proof that these bytes stand at that place of that blob.
//!
//! A path also proves the blob's length, when the leaf is the last one: BLAKE3 gives every leaf its index and
//! the root a flag, and the tree's shape follows from the length, so no other length has a path.
//! BLAKE3 paper, sections 2.1 and 5.1 (tree), `blake3::hazmat` (arithmetic).

use crate::blob::{leaf_count, ContentRoot, LEAF_LEN, MAX_BLOB_LEN};
use blake3::{
    hazmat::{merge_subtrees_non_root, merge_subtrees_root, HasherExt, Mode},
    Hasher,
};
use bounded_collections::{BoundedVec, ConstU32};

/// Most siblings of a path: a blob has at most 2³⁴ leaves.
pub const MAX_PATH: u32 = 34;

/// Siblings from the leaf upward, 32 bytes each.
pub type LeafPath = BoundedVec<[u8; 32], ConstU32<MAX_PATH>>;

/// Whether `leaf` is leaf `index` of the blob with this root and length.
pub fn verify_leaf(root: &ContentRoot, blob_len: u64, index: u64, leaf: &[u8], path: &[[u8; 32]]) -> bool {
    let leaves = leaf_count(blob_len);
    if blob_len > MAX_BLOB_LEN || index >= leaves {
        return false;
    }
    let expected_len = if index + 1 == leaves {
        blob_len - index * LEAF_LEN
    } else {
        LEAF_LEN
    };
    if leaf.len() as u64 != expected_len {
        return false;
    }
    if leaves == 1 {
        return path.is_empty() && *blake3::hash(leaf).as_bytes() == root.0;
    }

    // Bit `d` of `right` tells on which side the path goes at depth `d` below the root.
    let (mut right, mut depth) = (0u64, 0u32);
    let (mut at, mut size) = (index, leaves);
    while size > 1 {
        let left = 1u64 << (63 - (size - 1).leading_zeros());
        if at >= left {
            right |= 1 << depth;
            at -= left;
            size -= left;
        } else {
            size = left;
        }
        depth += 1;
    }
    if path.len() as u64 != depth as u64 {
        return false;
    }

    let mut value = Hasher::new()
        .set_input_offset(index * LEAF_LEN)
        .update(leaf)
        .finalize_non_root();
    for (sibling, depth) in path.iter().zip((0..depth).rev()) {
        let (l, r) = if right >> depth & 1 == 1 {
            (sibling, &value)
        } else {
            (&value, sibling)
        };
        if depth == 0 {
            return *merge_subtrees_root(l, r, Mode::Hash).as_bytes() == root.0;
        }
        value = merge_subtrees_non_root(l, r, Mode::Hash);
    }
    false
}

/// Whether `leaf` is the last leaf of the blob, which proves `blob_len` as well.
pub fn verify_last_leaf(root: &ContentRoot, blob_len: u64, leaf: &[u8], path: &[[u8; 32]]) -> bool {
    verify_leaf(root, blob_len, leaf_count(blob_len) - 1, leaf, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subtree(data: &[u8], offset: u64) -> [u8; 32] {
        if data.len() as u64 <= LEAF_LEN {
            return Hasher::new()
                .set_input_offset(offset)
                .update(data)
                .finalize_non_root();
        }
        let left = blake3::hazmat::left_subtree_len(data.len() as u64) as usize;
        let l = subtree(&data[..left], offset);
        let r = subtree(&data[left..], offset + left as u64);
        merge_subtrees_non_root(&l, &r, Mode::Hash)
    }

    fn path(data: &[u8], offset: u64, index: u64, out: &mut Vec<[u8; 32]>) {
        if data.len() as u64 <= LEAF_LEN {
            return;
        }
        let left = blake3::hazmat::left_subtree_len(data.len() as u64) as usize;
        if index * LEAF_LEN < left as u64 {
            path(&data[..left], offset, index, out);
            out.push(subtree(&data[left..], offset + left as u64));
        } else {
            path(
                &data[left..],
                offset + left as u64,
                index - left as u64 / LEAF_LEN,
                out,
            );
            out.push(subtree(&data[..left], offset));
        }
    }

    fn blob(len: usize) -> (Vec<u8>, ContentRoot) {
        let data: Vec<u8> = (0..len).map(|i| (i * 7 + i / 251) as u8).collect();
        let root = ContentRoot(*blake3::hash(&data).as_bytes());
        (data, root)
    }

    #[test]
    fn every_leaf_of_every_shape_verifies_and_at_no_other_index() {
        for len in [
            1usize,
            200,
            1024,
            1025,
            1224,
            3272,
            4096,
            5320,
            16384,
            17 * 1024 + 200,
            33 * 1024,
        ] {
            let (data, root) = blob(len);
            let leaves = leaf_count(len as u64);
            for index in 0..leaves {
                let start = (index * LEAF_LEN) as usize;
                let leaf = &data[start..(start + 1024).min(len)];
                let mut siblings = Vec::new();
                path(&data, 0, index, &mut siblings);
                assert!(
                    verify_leaf(&root, len as u64, index, leaf, &siblings),
                    "len {len} leaf {index}"
                );
                for other in (0..leaves + 2).filter(|o| *o != index) {
                    assert!(!verify_leaf(&root, len as u64, other, leaf, &siblings));
                }
            }
        }
    }

    #[test]
    fn a_last_leaf_proves_one_length_only() {
        let (data, root) = blob(5 * 1024 + 200);
        let mut siblings = Vec::new();
        path(&data, 0, 5, &mut siblings);
        let leaf = &data[5 * 1024..];
        assert!(verify_last_leaf(&root, data.len() as u64, leaf, &siblings));
        for len in (0..64)
            .map(|n| n * 1024 + 200)
            .filter(|len| *len != data.len() as u64)
        {
            assert!(
                !verify_last_leaf(&root, len, leaf, &siblings),
                "length {len} was believed"
            );
        }
    }

    #[test]
    fn a_changed_leaf_or_path_is_refused() {
        let (data, root) = blob(9 * 1024);
        let mut siblings = Vec::new();
        path(&data, 0, 8, &mut siblings);
        let mut leaf = data[8 * 1024..].to_vec();
        leaf[0] ^= 1;
        assert!(!verify_last_leaf(&root, data.len() as u64, &leaf, &siblings));
        leaf[0] ^= 1;
        siblings[0][31] ^= 1;
        assert!(!verify_last_leaf(&root, data.len() as u64, &leaf, &siblings));
        siblings.pop();
        assert!(!verify_last_leaf(&root, data.len() as u64, &leaf, &siblings));
    }
}
