//! The list says what there is, in what order it came and was read.

use super::*;
use crate::error::StoreError;
use crate::store::BlobInfo;
use crate::MAX_LABEL_LEN;

fn info(store: &Store, sample: &Sample) -> BlobInfo {
    store
        .list()
        .unwrap()
        .into_iter()
        .find(|info| info.root == sample.root)
        .unwrap()
}

#[test]
fn the_list_says_what_is_held() {
    let place = Place::new();
    let store = place.open();
    let (one, two) = (Sample::of_chunks(1, 4), Sample::of_chunks(2, 2));
    hold(&store, &one, [0, 3]);
    hold(&store, &two, 0..2);
    let found = info(&store, &one);
    assert_eq!((found.len, found.held, found.chunks), (one.len(), 2, 4));
    assert!(!found.complete && !found.pinned && !found.damaged && found.label.is_none());
    assert!(info(&store, &two).complete);
    store.remove(one.root).unwrap();
    assert_eq!(store.list().unwrap().len(), 1);
    assert_eq!(place.files().len(), 2);
}

#[test]
fn arrival_and_reading_keep_their_order_over_a_restart() {
    let place = Place::new();
    let store = place.open();
    let (one, two) = (Sample::of_chunks(1, 1), Sample::of_chunks(2, 1));
    hold(&store, &one, [0]);
    hold(&store, &two, [0]);
    assert!(info(&store, &one).added < info(&store, &two).added);
    assert!(info(&store, &one).last_read < info(&store, &two).last_read);
    store.chunk(one.root, 0).unwrap();
    assert!(info(&store, &one).last_read > info(&store, &two).last_read);
    let before = info(&store, &one);
    drop(store);
    let store = place.open();
    assert_eq!(info(&store, &one), before);
    store.slice(two.root, 0).unwrap();
    assert!(info(&store, &two).last_read > info(&store, &one).last_read);
}

#[test]
fn a_label_is_kept_within_its_length() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 1);
    hold(&store, &sample, [0]);
    store.set_label(sample.root, "Nosferatu").unwrap();
    let long = "x".repeat(MAX_LABEL_LEN + 1);
    assert!(matches!(
        store.set_label(sample.root, &long),
        Err(StoreError::LabelTooLong { .. })
    ));
    drop(store);
    let store = place.open();
    assert_eq!(info(&store, &sample).label.as_deref(), Some("Nosferatu"));
    assert_eq!(held(&store, &sample), [0]);
    store.set_label(sample.root, "").unwrap();
    assert_eq!(info(&store, &sample).label, None);
}
