//! Files that something else changed are found, and cost what was changed and no more.

use super::*;
use crate::error::StoreError;
use hashcard_primitives::blob::CHUNK_LEN;

fn damaged(outcome: Result<(), StoreError>, path: &Path) -> bool {
    let Err(error @ StoreError::Damaged { .. }) = outcome else {
        return false;
    };
    let said = error.to_string();
    said.contains(path.to_str().unwrap()) && said.contains("hashcard verify")
}

#[test]
fn a_truncated_file_is_found_on_opening_and_mended_by_verifying() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 5);
    hold(&place.open(), &sample, [0, 1, 3, 4]);
    set_len(&place.data(sample.root), 3 * CHUNK_LEN + 100);
    let store = place.open();
    assert!(damaged(
        store.held(sample.root).map(drop),
        &place.data(sample.root)
    ));
    assert!(damaged(
        store.chunk(sample.root, 0).map(drop),
        &place.data(sample.root)
    ));
    assert!(store.list().unwrap()[0].damaged);

    let report = store.verify(sample.root, &mut |_, _| {}).unwrap();
    assert_eq!(
        (report.checked, report.rotten.iter().collect::<Vec<_>>()),
        (4, vec![3, 4])
    );
    assert_eq!(held(&store, &sample), [0, 1]);
    hold(&store, &sample, [2, 3, 4]);
    assert_claims_hold(&store, &sample);
    assert!(store.held(sample.root).unwrap().is_complete());
}

#[test]
fn a_file_that_is_missing_or_too_long_is_found_and_mended() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 3);
    hold(&place.open(), &sample, 0..3);
    std::fs::remove_file(place.outboard(sample.root)).unwrap();
    set_len(&place.data(sample.root), sample.len() + 1);
    let store = place.open();
    assert!(store.held(sample.root).is_err());
    // All data are there, so the outboard can be had from them.
    let report = store.verify(sample.root, &mut |_, _| {}).unwrap();
    assert!(report.outboard_rebuilt && report.rotten.count() == 0);
    assert_claims_hold(&store, &sample);
    assert!(!store.list().unwrap()[0].damaged);

    drop(store);
    std::fs::remove_file(place.data(sample.root)).unwrap();
    let store = place.open();
    assert!(damaged(
        store.slice(sample.root, 0).map(drop),
        &place.data(sample.root)
    ));
    assert_eq!(
        store.verify(sample.root, &mut |_, _| {}).unwrap().rotten.count(),
        3
    );
    assert!(held(&store, &sample).is_empty());
}

#[test]
fn a_damaged_blob_can_be_removed_and_fetched_again() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 3);
    hold(&place.open(), &sample, 0..3);
    set_len(&place.data(sample.root), 5);
    let store = place.open();
    store.remove(sample.root).unwrap();
    assert_eq!((store.used_bytes(), place.files().len()), (0, 0));
    hold(&store, &sample, 0..3);
    assert_claims_hold(&store, &sample);
}

#[test]
fn a_file_truncated_under_an_open_store_loses_only_the_chunks_cut_off() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 4);
    hold(&store, &sample, 0..4);
    set_len(&place.data(sample.root), 2 * CHUNK_LEN);
    assert!(matches!(
        store.chunk(sample.root, 3),
        Err(StoreError::Rotten { index: 3, .. })
    ));
    assert_eq!(store.chunk(sample.root, 1).unwrap(), sample.bytes_of(1));
    assert_eq!(held(&store, &sample), [0, 1, 2]);
    assert_eq!(
        store
            .verify(sample.root, &mut |_, _| {})
            .unwrap()
            .rotten
            .iter()
            .collect::<Vec<_>>(),
        [2]
    );
    hold(&store, &sample, [2, 3]);
    assert_claims_hold(&store, &sample);
}

#[test]
fn a_foreign_file_of_the_right_length_is_never_handed_out() {
    let place = Place::new();
    let (sample, other) = (Sample::of_chunks(1, 3), Sample::of_chunks(2, 3));
    hold(&place.open(), &sample, 0..3);
    std::fs::write(place.data(sample.root), &other.bytes).unwrap();
    let store = place.open();
    for index in 0..3 {
        assert!(matches!(
            store.slice(sample.root, index),
            Err(StoreError::Rotten { .. })
        ));
        assert!(matches!(
            store.chunk(sample.root, index),
            Err(StoreError::NotHeld { .. })
        ));
    }
    assert!(held(&place.reopen(store), &sample).is_empty());
}

#[test]
fn a_file_that_the_catalogue_does_not_know_is_neither_used_nor_touched() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 2);
    drop(place.open());
    std::fs::write(place.data(sample.root), b"somebody's").unwrap();
    let store = place.open();
    let mut import = store.import().unwrap();
    sample.pour(&mut import, 1 << 20).unwrap();
    for outcome in [
        store.begin(sample.root, sample.len()),
        import.commit(sample.root, sample.len()),
    ] {
        assert!(matches!(outcome, Err(StoreError::Foreign { path }) if path == place.data(sample.root)));
    }
    assert_eq!(std::fs::read(place.data(sample.root)).unwrap(), b"somebody's");
    assert!(store.list().unwrap().is_empty());
    std::fs::remove_file(place.data(sample.root)).unwrap();
    hold(&store, &sample, 0..2);
}

#[test]
fn a_flipped_byte_is_never_handed_out_and_costs_its_chunk() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 4);
    hold(&store, &sample, 0..4);
    flip_byte(&place.data(sample.root), 2 * CHUNK_LEN + 77);
    assert!(matches!(
        store.slice(sample.root, 2),
        Err(StoreError::Rotten { index: 2, .. })
    ));
    assert_eq!(held(&store, &sample), [0, 1, 3]);
    assert_eq!(store.slice(sample.root, 1).unwrap(), sample.slice(1));
    drop(store);
    let store = place.open();
    assert_eq!(held(&store, &sample), [0, 1, 3]);
    hold(&store, &sample, [2]);
    assert_claims_hold(&store, &sample);
}
