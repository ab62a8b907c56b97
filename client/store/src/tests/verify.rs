//! Verification finds rot, and costs no more than what rotted.

use super::*;
use hashcard_primitives::blob::CHUNK_LEN;

#[test]
fn a_flipped_byte_costs_only_its_chunk() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 6);
    hold(&store, &sample, 0..6);
    flip_byte(&place.data(sample.root), 4 * CHUNK_LEN + 1);
    let report = store.verify(sample.root, &mut |_, _| {}).unwrap();
    assert_eq!((report.checked, report.outboard_rebuilt), (6, false));
    assert_eq!(report.rotten.iter().collect::<Vec<_>>(), [4]);
    assert_eq!(held(&store, &sample), [0, 1, 2, 3, 5]);
    assert_eq!(held(&place.reopen(store), &sample), [0, 1, 2, 3, 5]);
    assert_eq!(place.files().len(), 2);
}

#[test]
fn a_rotten_node_of_a_complete_blob_costs_nothing() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 6);
    hold(&store, &sample, 0..6);
    let nodes = std::fs::metadata(place.outboard(sample.root)).unwrap().len() / 64;
    for node in [0, nodes / 2, nodes - 1] {
        flip_byte(&place.outboard(sample.root), node * 64 + 5);
        let report = store.verify(sample.root, &mut |_, _| {}).unwrap();
        assert!(
            report.outboard_rebuilt && report.rotten.count() == 0,
            "node {node} of {nodes}: {report:?}"
        );
        assert_claims_hold(&store, &sample);
    }
    assert_eq!(place.files().len(), 2);
}

#[test]
fn a_rotten_node_of_a_partial_blob_costs_the_chunks_below_it() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 6);
    hold(&store, &sample, [0, 2, 5]);
    // The first nodes in post-order are those inside chunk 0.
    flip_byte(&place.outboard(sample.root), 0);
    let report = store.verify(sample.root, &mut |_, _| {}).unwrap();
    assert_eq!(
        (report.checked, report.rotten.iter().collect::<Vec<_>>()),
        (3, vec![0])
    );
    hold(&store, &sample, [0]);
    assert_claims_hold(&store, &sample);
}

#[test]
fn progress_counts_up_to_what_is_held() {
    let place = Place::new();
    let store = place.open();
    let sample = Sample::of_chunks(1, 5);
    hold(&store, &sample, [0, 4]);
    store.put(sample.root, &sample.chunk(2)).unwrap();
    let mut heard = Vec::new();
    let report = store
        .verify(sample.root, &mut |done, total| heard.push((done, total)))
        .unwrap();
    assert_eq!(heard, [(1, 3), (2, 3), (3, 3)]);
    assert_eq!((report.checked, report.rotten.count()), (3, 0));
}
