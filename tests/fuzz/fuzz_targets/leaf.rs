//! Of all leaves and paths only the true ones verify: what the chain accepts as proof that somebody holds a blob, and that a
//! footer is a blob's.
#![no_main]

#[path = "shared/written.rs"]
mod written;

use hashcard_format::leaf_path;
use hashcard_primitives::{
    blob::{leaf_count, Suite, GROUP_LEN, LEAF_LEN},
    leaf::{verify_last_leaf, verify_leaf},
};
use libfuzzer_sys::fuzz_target;
use std::convert::Infallible;
use written::written;

/// A path from bytes, as long as they are.
fn hashes(bytes: &[u8]) -> Vec<[u8; 32]> {
    bytes
        .chunks_exact(32)
        .map(|hash| hash.try_into().expect("32 bytes"))
        .collect()
}

// Four bytes: how long the content is, which leaf, and what the rest is laid over: leaf and path, one behind the other.
fuzz_target!(|data: &[u8]| {
    let Some((&[len_low, len_high, leaf, place], patch)) = data.split_first_chunk::<4>() else {
        return;
    };
    let content_len = usize::from(u16::from_le_bytes([len_low, len_high])) * 4;
    let (root, memory) = written(content_len, Suite::Plain, 0).expect("nothing of it is sealed");
    let len = memory.blob.len() as u64;
    let leaves = leaf_count(len);

    let any = hashes(patch);
    assert!(!verify_leaf(
        &root,
        u64::MAX - u64::from(leaf),
        u64::from(place),
        patch,
        &any
    ));

    let index = u64::from(leaf) % leaves;
    let group = index / (GROUP_LEN / LEAF_LEN) * GROUP_LEN;
    let group = &memory.blob[group as usize..(group + GROUP_LEN).min(len) as usize];
    let node = |offset: u64| Ok::<_, Infallible>(memory.nodes[offset as usize]);
    let path = leaf_path(len, index, group, node).expect("all of the blob is here");
    let start = (index * LEAF_LEN) as usize;
    let leaf = &memory.blob[start..(start + LEAF_LEN as usize).min(memory.blob.len())];
    assert!(verify_leaf(&root, len, index, leaf, &path));
    assert_eq!(verify_last_leaf(&root, len, leaf, &path), index + 1 == leaves);

    let honest = [leaf, path.as_flattened()].concat();
    let mut changed = honest.clone();
    let at = usize::from(place) * changed.len() / 256;
    for (byte, with) in changed[at..].iter_mut().zip(patch) {
        *byte ^= with;
    }
    let (other_leaf, other_path) = changed.split_at(leaf.len());
    let verifies = verify_leaf(&root, len, index, other_leaf, &hashes(other_path));
    assert_eq!(verifies, changed == honest);
    assert!(
        !verify_leaf(&root, len, index ^ 1, leaf, &path),
        "it is of one place"
    );
    // The last leaf alone proves how long a blob is.
    if index + 1 == leaves {
        for other in [len + 1, len * 2, len - 1] {
            assert!(
                !verify_leaf(&root, other, index, leaf, &path),
                "it is of one length"
            );
        }
    }
});
