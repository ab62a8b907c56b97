//! The store keeps within its budget, and says what it needs.

use super::*;
use crate::error::StoreError;
use hashcard_format::Sink;
use hashcard_primitives::blob::CHUNK_LEN;

fn place(max_bytes: u64) -> Place {
    Place::with(Options {
        sync: batch(1000),
        max_bytes: Some(max_bytes),
    })
}

fn over(outcome: Result<(), StoreError>) -> bool {
    matches!(outcome, Err(StoreError::OverBudget { .. }))
}

#[test]
fn a_blob_that_does_not_fit_is_not_begun_and_a_part_of_it_is() {
    let place = place(3 * CHUNK_LEN);
    let store = place.open();
    let sample = Sample::of_chunks(1, 5);
    assert!(over(store.begin(sample.root, sample.len())));
    assert!(place.files().is_empty() && store.list().unwrap().is_empty());
    store
        .begin_part(sample.root, sample.len(), 2 * CHUNK_LEN)
        .unwrap();
    store.put(sample.root, &sample.chunk(0)).unwrap();
}

#[test]
fn a_chunk_that_does_not_fit_is_refused_until_another_is_evicted() {
    let place = place(3 * CHUNK_LEN);
    let store = place.open();
    let sample = Sample::of_chunks(1, 5);
    store
        .begin_part(sample.root, sample.len(), 2 * CHUNK_LEN)
        .unwrap();
    store.put(sample.root, &sample.chunk(0)).unwrap();
    store.put(sample.root, &sample.chunk(1)).unwrap();
    let before = store.used_bytes();
    assert!(over(store.put(sample.root, &sample.chunk(2)).map(drop)));
    assert_eq!(store.used_bytes(), before);
    store.evict(sample.root, 0..1).unwrap();
    assert!(store.put(sample.root, &sample.chunk(2)).unwrap());
    store.flush(sample.root).unwrap();
    assert_eq!(held(&store, &sample), [1, 2]);
}

#[test]
fn an_import_that_does_not_fit_is_refused_and_its_bytes_are_free_again() {
    let place = place(CHUNK_LEN);
    let store = place.open();
    let sample = Sample::of_chunks(1, 3);
    let mut import = store.import().unwrap();
    assert!(over(sample.pour(&mut import, 10_000)));
    assert!(matches!(
        import.commit(sample.root, sample.len()),
        Err(StoreError::WrongImport { .. })
    ));
    assert_eq!((store.used_bytes(), place.files().len()), (0, 0));
    let mut import = store.import().unwrap();
    import.blob(&[1; 1000]).unwrap();
}

#[test]
fn the_count_is_the_same_after_a_restart_and_zero_after_removal() {
    let place = place(100 * CHUNK_LEN);
    let (one, two) = (Sample::of_chunks(1, 5), Sample::of_chunks(2, 3));
    let store = place.open();
    hold(&store, &one, [0, 2, 4]);
    let mut import = store.import().unwrap();
    two.pour(&mut import, 70_000).unwrap();
    import.commit(two.root, two.len()).unwrap();
    store.put(one.root, &one.chunk(1)).unwrap();
    store.evict(one.root, 2..3).unwrap();
    let used = store.used_bytes();
    drop(store);
    let store = place.open();
    assert_eq!(store.used_bytes(), used);
    store.remove(one.root).unwrap();
    store.remove(two.root).unwrap();
    assert_eq!(store.used_bytes(), 0);
}

#[test]
fn the_count_is_that_of_the_file_system_but_for_its_own_notes() {
    let place = place(100 * CHUNK_LEN);
    let store = place.open();
    let sample = Sample::of_chunks(1, 30);
    hold(&store, &sample, (0..30).step_by(2));
    store.evict(sample.root, 3..11).unwrap();
    let on_disk: u64 = store.list().unwrap().iter().map(|info| info.bytes_on_disk).sum();
    let counted = store.used_bytes();
    assert!(
        on_disk.abs_diff(counted) < 64 * 1024,
        "{on_disk} bytes on disk, {counted} counted"
    );
}

#[test]
fn what_does_not_fit_on_the_disk_is_not_begun() {
    let place = Place::new();
    let store = place.open();
    // 16 TiB: more than a machine that runs tests has free.
    let full = store.begin(ContentRoot([7; 32]), (1 << 44) - 824);
    assert!(
        matches!(full, Err(StoreError::DiskFull { needed, .. }) if needed > 1 << 44),
        "{full:?}"
    );
    assert!(place.files().is_empty());
}
