//! Blobs come by import or chunk by chunk.

use super::*;
use crate::error::StoreError;
use hashcard_format::Sink;
use hashcard_primitives::blob::{CHUNK_LEN, MAX_BLOB_LEN};

fn import(store: &Store, sample: &Sample) -> Result<(), StoreError> {
    let mut import = store.import()?;
    sample.pour(&mut import, 100_000)?;
    import.commit(sample.root, sample.len())
}

#[test]
fn what_is_imported_is_held_and_comes_back_after_a_restart() {
    let place = Place::new();
    for (seed, content) in [
        (0, 0),
        (1, 700),
        (2, 15 * 1024),
        (3, 17_000),
        (4, CHUNK_LEN),
        (5, 5 * CHUNK_LEN + 9),
    ] {
        let sample = Sample::of_content(seed, content);
        import(&place.open(), &sample).unwrap();
        let store = place.open();
        assert!(store.held(sample.root).unwrap().is_complete());
        assert_claims_hold(&store, &sample);
        assert_eq!(std::fs::read(place.data(sample.root)).unwrap(), sample.bytes);
    }
}

#[test]
fn what_is_fetched_in_any_order_makes_the_same_files_as_an_import() {
    let sample = Sample::of_chunks(1, 7);
    let (fetched, imported) = (Place::new(), Place::new());
    hold(&fetched.open(), &sample, [6, 0, 3, 5, 1, 4, 2]);
    import(&imported.open(), &sample).unwrap();
    for file in [Place::data, Place::outboard] {
        assert_eq!(
            std::fs::read(file(&fetched, sample.root)).unwrap(),
            std::fs::read(file(&imported, sample.root)).unwrap()
        );
    }
}

#[test]
fn an_import_that_is_dropped_leaves_nothing() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 6);
    let mut dropped = store.import().unwrap();
    sample.pour(&mut dropped, 100_000).unwrap();
    assert!(store.used_bytes() > 0 && place.files().len() == 2);
    drop(dropped);
    assert_eq!((store.used_bytes(), place.files().len()), (0, 0));
}

#[test]
fn an_import_that_no_crash_allowed_to_commit_is_gone_after_a_restart() {
    let place = Place::new();
    let store = place.open();
    let mut import = store.import().unwrap();
    import.blob(&[1; 10]).unwrap();
    // As a crash does it: the files stay.
    let left: Vec<_> = place
        .files()
        .iter()
        .map(|name| place.path().join("incoming").join(name))
        .collect();
    drop(import);
    drop(store);
    for path in &left {
        std::fs::write(path, b"left").unwrap();
    }
    drop(place.open());
    assert!(place.files().is_empty());
}

#[test]
fn an_import_of_something_else_is_refused() {
    let store_place = Place::new();
    let store = store_place.open();
    let (sample, other) = (Sample::of_chunks(1, 2), Sample::of_chunks(2, 2));
    let poured = |sample: &Sample| {
        let mut import = store.import().unwrap();
        sample.pour(&mut import, 1 << 20).unwrap();
        import
    };
    let refused = |outcome| matches!(outcome, Err(StoreError::WrongImport { .. }));
    assert!(refused(poured(&sample).commit(other.root, sample.len())));
    assert!(refused(poured(&sample).commit(sample.root, sample.len() + 1024)));
    let tiny = Sample::of_content(3, 10);
    assert!(refused(poured(&tiny).commit(other.root, tiny.len())));
    assert!(store.list().unwrap().is_empty() && store_place.files().is_empty());
    poured(&tiny).commit(tiny.root, tiny.len()).unwrap();
}

#[test]
fn importing_what_is_there_already_changes_nothing() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 3);
    import(&store, &sample).unwrap();
    let used = store.used_bytes();
    import(&store, &sample).unwrap();
    assert_eq!((store.used_bytes(), place.files().len()), (used, 2));
    assert_claims_hold(&store, &sample);
}

#[test]
fn importing_what_is_there_in_part_completes_it() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 5);
    hold(&store, &sample, [1, 3]);
    store.put(sample.root, &sample.chunk(4)).unwrap();
    import(&store, &sample).unwrap();
    assert!(store.held(sample.root).unwrap().is_complete());
    assert_claims_hold(&store, &sample);
    let used = store.used_bytes();
    drop(store);
    let store = place.open();
    assert_eq!(store.used_bytes(), used);
    assert_claims_hold(&store, &sample);
}

#[test]
fn a_chunk_is_new_once() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 3);
    store.begin(sample.root, sample.len()).unwrap();
    assert!(store.put(sample.root, &sample.chunk(1)).unwrap());
    assert!(!store.put(sample.root, &sample.chunk(1)).unwrap());
    store.flush(sample.root).unwrap();
    assert!(!store.put(sample.root, &sample.chunk(1)).unwrap());
    assert!(store.put(sample.root, &sample.chunk(2)).unwrap());
}

#[test]
fn a_chunk_is_held_after_a_flush_and_not_before() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 3);
    store.begin(sample.root, sample.len()).unwrap();
    store.put(sample.root, &sample.chunk(1)).unwrap();
    assert!(held(&store, &sample).is_empty());
    assert_eq!(store.chunk(sample.root, 1).unwrap(), sample.bytes_of(1));
    store.flush(sample.root).unwrap();
    assert_eq!(held(&store, &sample), [1]);
}

#[test]
fn a_full_batch_is_claimed_without_being_asked() {
    let place = Place::with(Options {
        sync: batch(2),
        max_bytes: None,
    });
    let store = place.open();
    let sample = Sample::of_chunks(1, 4);
    store.begin(sample.root, sample.len()).unwrap();
    store.put(sample.root, &sample.chunk(0)).unwrap();
    assert!(held(&store, &sample).is_empty());
    store.put(sample.root, &sample.chunk(3)).unwrap();
    assert_eq!(held(&store, &sample), [0, 3]);

    let eager = Place::with(Options {
        sync: SyncPolicy::EveryChunk,
        max_bytes: None,
    });
    let store = eager.open();
    store.begin(sample.root, sample.len()).unwrap();
    store.put(sample.root, &sample.chunk(2)).unwrap();
    assert_eq!(held(&store, &sample), [2]);
}

#[test]
fn a_store_that_is_closed_claims_what_was_put() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 4);
    store.begin(sample.root, sample.len()).unwrap();
    store.put(sample.root, &sample.chunk(2)).unwrap();
    drop(store);
    assert_eq!(held(&place.open(), &sample), [2]);
}

#[test]
fn a_chunk_of_another_blob_is_refused() {
    let place = Place::new();
    let store = place.open();
    let (sample, other) = (Sample::of_chunks(1, 3), Sample::of_chunks(2, 3));
    store.begin(sample.root, sample.len()).unwrap();
    let refused = store.put(sample.root, &other.chunk(1));
    assert!(matches!(refused, Err(StoreError::WrongChunk { index: 1, .. })));
    let (small, tiny) = (Sample::of_content(3, 700), Sample::of_content(4, 700));
    store.begin(small.root, small.len()).unwrap();
    assert!(matches!(
        store.put(small.root, &tiny.chunk(0)),
        Err(StoreError::WrongChunk { index: 0, .. })
    ));
    assert!(store.put(small.root, &small.chunk(0)).unwrap());
}

#[test]
fn a_blob_begins_once_and_with_one_length() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 3);
    hold(&store, &sample, [1]);
    store.begin(sample.root, sample.len()).unwrap();
    assert_eq!(held(&store, &sample), [1]);
    let other = store.begin(sample.root, sample.len() + 1024);
    assert!(matches!(other, Err(StoreError::OtherLength { stored, .. }) if stored == sample.len()));
    for blob_len in [0, 199, MAX_BLOB_LEN + 1, u64::MAX] {
        assert!(matches!(
            store.begin(ContentRoot([9; 32]), blob_len),
            Err(StoreError::BadLength { .. })
        ));
    }
}

#[test]
fn an_unknown_blob_has_no_chunks_and_takes_none() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 2);
    let unknown = |outcome: Result<(), StoreError>| matches!(outcome, Err(StoreError::UnknownBlob { .. }));
    assert!(unknown(store.put(sample.root, &sample.chunk(0)).map(drop)));
    assert!(unknown(store.held(sample.root).map(drop)));
    assert!(unknown(store.chunk(sample.root, 0).map(drop)));
    assert!(unknown(store.flush(sample.root)));
    assert!(unknown(store.remove(sample.root)));
    assert!(unknown(store.pin(sample.root, true)));
    assert!(unknown(store.evict(sample.root, 0..1)));
    assert!(unknown(store.verify(sample.root, &mut |_, _| {}).map(drop)));
}

#[test]
fn a_sparse_blob_occupies_what_it_holds() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 40);
    hold(&store, &sample, [39]);
    let info = &store.list().unwrap()[0];
    assert_eq!(
        std::fs::metadata(place.data(sample.root)).unwrap().len(),
        sample.len()
    );
    assert!(
        info.bytes_on_disk < CHUNK_LEN,
        "{} bytes for a short chunk",
        info.bytes_on_disk
    );
}
