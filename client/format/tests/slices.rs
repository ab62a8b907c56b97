//! Outboards and slices are bao-tree's, byte for byte; every leaf has a path that the chain accepts.

#[path = "support/blobs.rs"]
mod blobs;

use bao_tree::{
    io::{
        outboard::PostOrderMemOutboard,
        sync::{encode_ranges_validated, DecodeResponseIter},
        BaoContentItem,
    },
    BaoTree, BlockSize, ChunkNum, ChunkRanges,
};
use blobs::*;
use hashcard_format::{
    build_slice, leaf_path, max_slice_len, outboard_len, verify_chunk_against_outboard, verify_slice,
    BuildSliceError, LeafPathError, VerifyChunkError, NODE_LEN,
};
use hashcard_primitives::{
    blob::{chunk_count, leaf_count, ContentRoot, CHUNK_LEN, GROUP_LEN, LEAF_LEN, MAX_BLOB_LEN},
    leaf::verify_leaf,
};
use proptest::prelude::*;
use std::convert::Infallible;

const GROUP: BlockSize = BlockSize::from_chunk_log(4);

/// Bytes, their root, and the outboard that bao-tree makes of them.
struct Hashed {
    bytes: Vec<u8>,
    root: ContentRoot,
    theirs: PostOrderMemOutboard,
}

impl Hashed {
    fn of(len: u64) -> Self {
        let bytes = bytes(len as usize);
        let theirs = PostOrderMemOutboard::create(&bytes, GROUP);
        Self {
            root: ContentRoot(*blake3::hash(&bytes).as_bytes()),
            bytes,
            theirs,
        }
    }

    fn chunk(&self, index: u64) -> &[u8] {
        let start = (index * CHUNK_LEN) as usize;
        &self.bytes[start..self.bytes.len().min(start + CHUNK_LEN as usize)]
    }

    fn node(&self, offset: u64) -> Result<[u8; NODE_LEN], Infallible> {
        let start = offset as usize * NODE_LEN;
        Ok(self.theirs.data[start..start + NODE_LEN].try_into().unwrap())
    }

    fn ranges(&self, chunk: u64) -> ChunkRanges {
        let leaves = CHUNK_LEN / LEAF_LEN;
        ChunkRanges::from(ChunkNum(chunk * leaves)..ChunkNum((chunk + 1) * leaves))
    }

    fn their_slice(&self, chunk: u64) -> Vec<u8> {
        let mut slice = Vec::new();
        encode_ranges_validated(&self.bytes[..], &self.theirs, &self.ranges(chunk), &mut slice).unwrap();
        slice
    }
}

fn check_slices(len: u64) {
    let hashed = Hashed::of(len);
    assert_eq!(outboard_len(len), hashed.theirs.data.len() as u64, "{len} bytes");
    let mut longest = 0;
    let mut nodes = vec![None; hashed.theirs.data.len() / NODE_LEN];
    for chunk in 0..chunk_count(len) {
        let ours = build_slice(len, chunk, hashed.chunk(chunk), |offset| hashed.node(offset)).unwrap();
        assert!(ours == hashed.their_slice(chunk), "chunk {chunk} of {len} bytes");
        longest = longest.max(ours.len() as u64);

        let verified = verify_slice(hashed.root, len, chunk, &ours).unwrap();
        assert_eq!(
            (verified.root(), verified.blob_len(), verified.index()),
            (hashed.root, len, chunk)
        );
        assert!(verified.data() == hashed.chunk(chunk));
        for (offset, node) in verified.nodes() {
            nodes[*offset as usize] = Some(*node);
        }

        let ranges = hashed.ranges(chunk);
        let tree = BaoTree::new(len, GROUP);
        let root = blake3::Hash::from(hashed.root.0);
        let mut theirs = Vec::new();
        for item in DecodeResponseIter::new(root, tree, std::io::Cursor::new(&ours), &ranges) {
            if let BaoContentItem::Leaf(leaf) = item.unwrap() {
                theirs.extend_from_slice(&leaf.data);
            }
        }
        assert!(theirs == verified.data(), "bao-tree reads our slices");
        let stored =
            verify_chunk_against_outboard(hashed.root, len, chunk, hashed.chunk(chunk), |o| hashed.node(o));
        assert_eq!(stored, Ok(verified));
    }
    assert_eq!(longest, max_slice_len(len), "{len} bytes");
    let rebuilt: Vec<u8> = nodes
        .into_iter()
        .flat_map(|node| node.expect("some chunk has the node"))
        .collect();
    assert!(
        rebuilt == hashed.theirs.data,
        "the chunks' nodes make up the outboard"
    );
}

#[test]
fn slices_are_those_of_bao_tree_at_every_edge() {
    for edge in [
        LEAF_LEN,
        GROUP_LEN,
        2 * GROUP_LEN,
        3 * GROUP_LEN,
        CHUNK_LEN,
        2 * CHUNK_LEN,
        4 * CHUNK_LEN,
    ] {
        for len in [edge - 1, edge, edge + 1, edge + 200, edge + 1224] {
            check_slices(len);
        }
    }
    check_slices(1);
    check_slices(200);
}

#[test]
fn the_longest_slice_of_the_longest_blob_is_known() {
    assert_eq!(max_slice_len(MAX_BLOB_LEN), CHUNK_LEN + (15 + 26) * 64);
    assert_eq!(max_slice_len(0), 0);
    assert_eq!(outboard_len(0), 0);
}

#[test]
fn a_writer_makes_the_outboard_of_bao_tree() {
    for len in [0, 20_000, 262_200, 700_000, 1_048_576] {
        for head in [plain_head(), sealed_head(0)] {
            let blob = write_file(head, len);
            let theirs = PostOrderMemOutboard::create(&blob.blob, GROUP);
            assert!(theirs.data == blob.outboard, "a file of {len} bytes");
            assert_eq!(theirs.root.as_bytes(), &blob.written.root.0);
        }
    }
}

fn check_leaves(len: u64) {
    let hashed = Hashed::of(len);
    for leaf in 0..leaf_count(len) {
        let part = |unit: u64, index: u64| {
            let start = (index * unit) as usize;
            &hashed.bytes[start..hashed.bytes.len().min(start + unit as usize)]
        };
        let path = leaf_path(len, leaf, part(GROUP_LEN, leaf / 16), |offset| {
            hashed.node(offset)
        })
        .unwrap();
        let bytes = part(LEAF_LEN, leaf);
        assert!(
            verify_leaf(&hashed.root, len, leaf, bytes, &path),
            "leaf {leaf} of {len} bytes"
        );
        assert!(!verify_leaf(&hashed.root, len, leaf + 1, bytes, &path));
    }
}

#[test]
fn every_leaf_has_a_path_that_the_chain_accepts() {
    for len in [
        1, 200, 1024, 1025, 5_320, 16_383, 16_384, 16_385, 17_608, 50_000, 262_143, 262_144, 262_145,
        262_344, 300_000, 786_433,
    ] {
        check_leaves(len);
    }
}

#[test]
fn the_writers_last_leaf_path_is_the_one_that_the_outboard_gives() {
    for len in [0, 1, 900, 20_000, 262_200, 700_000] {
        let blob = write_file(sealed_head(0), len);
        let leaf = leaf_count(blob.len()) - 1;
        let group = &blob.blob[(leaf / 16 * GROUP_LEN) as usize..];
        let path = leaf_path(blob.len(), leaf, group, |offset| blob.node(offset)).unwrap();
        assert_eq!(path, blob.written.last_leaf_path);
    }
}

#[test]
fn what_cannot_be_sliced_or_proven_is_refused() {
    let hashed = Hashed::of(300_000);
    let node = |offset| hashed.node(offset);
    for (len, chunk) in [
        (300_000, 2),
        (300_000, u64::MAX),
        (0, 0),
        (u64::MAX, 0),
        (u64::MAX, u64::MAX),
    ] {
        let refused = build_slice(len, chunk, hashed.chunk(0), node);
        assert_eq!(
            refused,
            Err(BuildSliceError::NoSuchChunk { blob_len: len, chunk })
        );
    }
    let refused = build_slice(300_000, 0, &hashed.bytes[1..CHUNK_LEN as usize], node);
    let expected = CHUNK_LEN;
    assert_eq!(
        refused,
        Err(BuildSliceError::DataLength {
            chunk: 0,
            expected,
            found: CHUNK_LEN - 1
        })
    );
    let refused = build_slice(300_000, 0, hashed.chunk(0), |_| Err("torn"));
    assert_eq!(
        refused,
        Err(BuildSliceError::Node {
            node: 17,
            source: "torn"
        })
    );

    for (len, leaf) in [(300_000, 293), (u64::MAX, 0)] {
        let refused = leaf_path(len, leaf, &hashed.bytes[..GROUP_LEN as usize], node);
        assert_eq!(refused, Err(LeafPathError::NoSuchLeaf { blob_len: len, leaf }));
    }
    let refused = leaf_path(300_000, 0, &hashed.bytes[..100], node);
    assert_eq!(
        refused,
        Err(LeafPathError::GroupLength {
            group: 0,
            expected: GROUP_LEN,
            found: 100
        })
    );
    let refused = leaf_path(300_000, 0, &hashed.bytes[..GROUP_LEN as usize], |_| Err("torn"));
    assert_eq!(
        refused,
        Err(LeafPathError::Node {
            node: 17,
            source: "torn"
        })
    );
}

#[test]
fn a_chunk_or_outboard_that_rotted_is_found() {
    let hashed = Hashed::of(300_000);
    let mut data = hashed.chunk(0).to_vec();
    data[100_000] ^= 1;
    let found = verify_chunk_against_outboard(hashed.root, 300_000, 0, &data, |o| hashed.node(o));
    assert!(matches!(found, Err(VerifyChunkError::Slice(_))));
    let rotten = |offset| {
        hashed.node(offset).map(|mut node| {
            node[0] ^= 1;
            node
        })
    };
    let found = verify_chunk_against_outboard(hashed.root, 300_000, 0, hashed.chunk(0), rotten);
    assert!(matches!(found, Err(VerifyChunkError::Slice(_))));
    let found = verify_chunk_against_outboard(hashed.root, 300_000, 0, &[], |o| hashed.node(o));
    assert!(matches!(found, Err(VerifyChunkError::Build(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn slices_are_those_of_bao_tree_at_any_length(len in 1u64..1_600_000) {
        check_slices(len);
    }

    #[test]
    fn every_leaf_of_any_length_has_a_path(len in 1u64..200_000) {
        check_leaves(len);
    }
}
