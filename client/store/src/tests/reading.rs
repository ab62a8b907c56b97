//! What is handed out is what was put, and only if it is held.

use super::*;
use crate::error::StoreError;
use hashcard_format::verify_slice;
use hashcard_primitives::blob::leaf_count;
use hashcard_primitives::footer::Footer;
use hashcard_primitives::leaf::verify_leaf;

#[test]
fn a_slice_is_what_a_peer_can_verify() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 9);
    hold(&store, &sample, [0, 3, 8]);
    for index in [0, 3, 8] {
        let slice = store.slice(sample.root, index).unwrap();
        assert_eq!(slice, sample.slice(index));
        assert_eq!(
            verify_slice(sample.root, sample.len(), index, &slice)
                .unwrap()
                .data(),
            sample.bytes_of(index)
        );
    }
}

#[test]
fn a_chunk_that_is_not_held_or_does_not_exist_is_not_handed_out() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 4);
    hold(&store, &sample, [1]);
    for index in [0, 2, 3, 4, u64::MAX] {
        assert!(matches!(
            store.chunk(sample.root, index),
            Err(StoreError::NotHeld { .. })
        ));
        assert!(matches!(
            store.slice(sample.root, index),
            Err(StoreError::NotHeld { .. })
        ));
    }
}

#[test]
fn a_leaf_comes_with_the_path_that_a_challenge_asks_for() {
    let place = Place::new();
    let store = place.open();
    for (seed, content) in [(1, 300), (2, 40_000), (3, 5 * 256 * 1024 + 3000)] {
        let sample = Sample::of_content(seed, content);
        hold(&store, &sample, 0..sample.chunks());
        let leaves = leaf_count(sample.len());
        for leaf in [0, 1, leaves / 2, leaves - 2, leaves - 1]
            .into_iter()
            .filter(|leaf| *leaf < leaves)
        {
            let proven = store.leaf(sample.root, leaf).unwrap();
            assert!(
                verify_leaf(&sample.root, sample.len(), leaf, &proven.bytes, &proven.path),
                "leaf {leaf}"
            );
        }
        assert!(matches!(
            store.leaf(sample.root, leaves),
            Err(StoreError::NoSuchLeaf { .. })
        ));
        assert!(matches!(
            store.leaf(sample.root, u64::MAX),
            Err(StoreError::NotHeld { .. })
        ));
    }
    let sparse = Sample::of_chunks(4, 3);
    hold(&store, &sparse, [1]);
    assert!(store.leaf(sparse.root, 300).is_ok());
    assert!(matches!(
        store.leaf(sparse.root, 3),
        Err(StoreError::NotHeld { index: 0, .. })
    ));
}

#[test]
fn every_leaf_of_every_length_is_proven_from_the_chunk_that_holds_it_alone() {
    let place = Place::new();
    let store = place.open();
    for len in [
        // The shortest blob is a footer.
        200, 1024, 1025, 16_383, 16_384, 16_385, 262_143, 262_144, 262_145, 540_000,
    ] {
        let sample = Sample::of_bytes((0..len).map(|at| (at % 251 + len % 7) as u8).collect());
        for index in 0..sample.chunks() {
            // Nothing else of the blob is here.
            hold(&store, &sample, [index]);
            for leaf in index * 256..leaf_count(sample.len()).min((index + 1) * 256) {
                let proven = store.leaf(sample.root, leaf).unwrap();
                assert!(
                    verify_leaf(&sample.root, sample.len(), leaf, &proven.bytes, &proven.path),
                    "leaf {leaf} of {len} bytes"
                );
            }
            store.evict(sample.root, index..index + 1).unwrap();
            assert!(matches!(
                store.leaf(sample.root, index * 256),
                Err(StoreError::NotHeld { .. })
            ));
        }
    }
}

#[test]
fn the_footer_is_known_with_the_last_chunk() {
    let place = Place::new();
    let store = place.open();
    for content in [0, 5000, 256 * 1024, 3 * 256 * 1024 + 1] {
        let sample = Sample::of_content(content, content);
        hold(&store, &sample, 0..sample.chunks() - 1);
        assert_eq!(store.footer(sample.root).unwrap(), None);
        hold(&store, &sample, [sample.chunks() - 1]);
        let expected = Footer::from_bytes(&sample.bytes[sample.bytes.len() - 200..]).unwrap();
        assert_eq!(store.footer(sample.root).unwrap(), Some(expected));
    }
}

#[test]
fn a_blob_that_matches_its_root_and_ends_otherwise_has_a_bad_footer() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_bytes(vec![7; 3000]);
    hold(&store, &sample, [0]);
    assert!(matches!(
        store.footer(sample.root),
        Err(StoreError::Footer { .. })
    ));
}

#[test]
fn more_blobs_than_can_be_open_are_all_read() {
    let place = Place::new();
    let store = place.open();
    let samples: Vec<Sample> = (0..300).map(|seed| Sample::of_content(seed, 100)).collect();
    for sample in &samples {
        store.begin(sample.root, sample.len()).unwrap();
        store.put(sample.root, &sample.chunk(0)).unwrap();
    }
    for sample in samples.iter().rev() {
        assert_eq!(store.chunk(sample.root, 0).unwrap(), sample.bytes);
    }
    drop(store);
    let infos = place.open().list().unwrap();
    assert_eq!(infos.iter().filter(|info| info.complete).count(), 300);
}
