//! Ranges can be given up and fetched again.

use super::*;
use crate::error::StoreError;
use hashcard_primitives::blob::CHUNK_LEN;

#[test]
fn what_is_evicted_is_not_held_and_its_space_is_free() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 20);
    hold(&store, &sample, 0..20);
    let before = store.list().unwrap()[0].bytes_on_disk;
    store.evict(sample.root, 4..12).unwrap();
    assert_eq!(held(&store, &sample), (0..4).chain(12..20).collect::<Vec<_>>());
    assert_eq!(before - store.list().unwrap()[0].bytes_on_disk, 8 * CHUNK_LEN);
    assert!(matches!(
        store.chunk(sample.root, 4),
        Err(StoreError::NotHeld { .. })
    ));
    assert_claims_hold(&store, &sample);
}

#[test]
fn what_was_evicted_can_be_fetched_again() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 6);
    hold(&store, &sample, 0..6);
    store.evict(sample.root, 0..6).unwrap();
    assert!(held(&store, &sample).is_empty());
    hold(&store, &sample, [5, 0, 2]);
    drop(store);
    let store = place.open();
    assert_eq!(held(&store, &sample), [0, 2, 5]);
    assert_claims_hold(&store, &sample);
}

#[test]
fn a_chunk_evicted_before_its_flush_is_never_claimed() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 3);
    store.begin(sample.root, sample.len()).unwrap();
    let empty = store.used_bytes();
    store.put(sample.root, &sample.chunk(0)).unwrap();
    store.put(sample.root, &sample.chunk(1)).unwrap();
    store.evict(sample.root, 1..2).unwrap();
    store.flush(sample.root).unwrap();
    assert_eq!(held(&store, &sample), [0]);
    assert_eq!(store.used_bytes(), empty + CHUNK_LEN);
}

#[test]
fn a_range_beyond_the_end_or_of_nothing_is_passed_over() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 3);
    hold(&store, &sample, 0..3);
    #[allow(clippy::reversed_empty_ranges)]
    for range in [3..9, 7..u64::MAX, u64::MAX..u64::MAX, 2..1, 1..1] {
        store.evict(sample.root, range).unwrap();
    }
    assert_eq!(held(&store, &sample), [0, 1, 2]);
    store.evict(sample.root, 2..u64::MAX).unwrap();
    assert_eq!(held(&store, &sample), [0, 1]);
}

#[test]
fn a_pinned_blob_is_neither_evicted_nor_removed_until_it_is_unpinned() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 3);
    let store = place.open();
    hold(&store, &sample, 0..3);
    store.pin(sample.root, true).unwrap();
    drop(store);
    let store = place.open();
    assert!(store.list().unwrap()[0].pinned);
    assert!(matches!(
        store.evict(sample.root, 0..1),
        Err(StoreError::Pinned { .. })
    ));
    assert!(matches!(
        store.remove(sample.root),
        Err(StoreError::Pinned { .. })
    ));
    assert_claims_hold(&store, &sample);
    store.pin(sample.root, false).unwrap();
    store.evict(sample.root, 0..1).unwrap();
    store.remove(sample.root).unwrap();
    assert!(store.list().unwrap().is_empty() && place.files().is_empty());
}

#[test]
fn space_that_a_crash_left_taken_is_free_after_a_restart() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 8);
    hold(&place.open(), &sample, [0]);
    // As after a crash between writing and claiming, or between giving up and freeing.
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(place.data(sample.root))
        .unwrap();
    file.write_all_at(&vec![1; 3 * 256 * 1024], 2 * CHUNK_LEN)
        .unwrap();
    drop(file);
    let store = place.open();
    assert!(store.list().unwrap()[0].bytes_on_disk < 2 * CHUNK_LEN);
    assert_eq!(held(&store, &sample), [0]);
    assert_claims_hold(&store, &sample);
}
