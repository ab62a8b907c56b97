//! Many threads at one blob.

use super::*;
use crate::error::StoreError;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn threads_that_put_and_read_at_once_see_whole_chunks_only() {
    let place = Place::with(Options {
        sync: batch(5),
        max_bytes: None,
    });
    let store = place.open();
    let sample = Sample::of_chunks(1, 24);
    store.begin(sample.root, sample.len()).unwrap();
    let new = AtomicUsize::new(0);
    let read = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for seed in 0..3 {
            let (store, sample, new, read) = (store.clone(), &sample, &new, &read);
            scope.spawn(move || {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                let mut order: Vec<u64> = (0..sample.chunks()).collect();
                for at in (1..order.len()).rev() {
                    order.swap(at, usize::try_from(random.next_u64() % (at as u64 + 1)).unwrap());
                }
                for index in order {
                    if store.put(sample.root, &sample.chunk(index)).unwrap() {
                        new.fetch_add(1, Ordering::SeqCst);
                    }
                    let wanted = random.next_u64() % sample.chunks();
                    match store.slice(sample.root, wanted) {
                        Ok(slice) => {
                            assert!(slice == sample.slice(wanted));
                            read.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(StoreError::NotHeld { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert_eq!(new.load(Ordering::SeqCst), 24, "each chunk was new to one thread");
    assert!(read.load(Ordering::SeqCst) > 0);
    store.flush(sample.root).unwrap();
    assert!(store.held(sample.root).unwrap().is_complete());
    let used = store.used_bytes();
    let store = place.reopen(store);
    assert_eq!(store.used_bytes(), used);
    assert_claims_hold(&store, &sample);
}

#[test]
fn eviction_among_puts_and_reads_never_leaves_a_false_claim() {
    let place = Place::with(Options {
        sync: batch(2),
        max_bytes: None,
    });
    let store = place.open();
    let sample = Sample::of_chunks(1, 12);
    store.begin(sample.root, sample.len()).unwrap();
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let (store, sample) = (store.clone(), &sample);
            scope.spawn(move || {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                for _ in 0..120 {
                    let index = random.next_u64() % sample.chunks();
                    match random.next_u64() % 8 {
                        0 => store.evict(sample.root, index..index + 3).unwrap(),
                        1 => store.flush(sample.root).unwrap(),
                        2..=4 => match store.chunk(sample.root, index) {
                            Ok(bytes) => assert!(bytes == sample.bytes_of(index)),
                            Err(StoreError::NotHeld { .. }) => {}
                            Err(error) => panic!("{error}"),
                        },
                        _ => drop(store.put(sample.root, &sample.chunk(index)).unwrap()),
                    }
                }
            });
        }
    });
    store.flush(sample.root).unwrap();
    let (claimed, used) = (held(&store, &sample), store.used_bytes());
    let store = place.reopen(store);
    assert_eq!((held(&store, &sample), store.used_bytes()), (claimed, used));
    assert_claims_hold(&store, &sample);
}

#[test]
fn removal_among_puts_leaves_nothing_behind() {
    let place = Place::with(Options {
        sync: batch(2),
        max_bytes: None,
    });
    let store = place.open();
    let sample = Sample::of_chunks(1, 4);
    std::thread::scope(|scope| {
        for seed in 0..3 {
            let (store, sample) = (store.clone(), &sample);
            scope.spawn(move || {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                for _ in 0..60 {
                    let outcome = match random.next_u64() % 6 {
                        0 => store.remove(sample.root),
                        1 => store.begin(sample.root, sample.len()),
                        2 => store.flush(sample.root),
                        _ => store
                            .put(sample.root, &sample.chunk(random.next_u64() % 4))
                            .map(drop),
                    };
                    assert!(
                        matches!(outcome, Ok(()) | Err(StoreError::UnknownBlob { .. })),
                        "{outcome:?}"
                    );
                }
            });
        }
    });
    drop(store.remove(sample.root));
    assert_eq!((store.used_bytes(), place.files().len()), (0, 0));
    hold(&store, &sample, [1]);
    assert_eq!(held(&store, &sample), [1]);
}
