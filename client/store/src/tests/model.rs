//! Any sequence of calls leaves the store as a set of chunks would be.

use super::*;
use crate::error::StoreError;
use hashcard_primitives::blob::{chunk_len, CHUNK_LEN};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

const BATCH: usize = 3;

static SAMPLES: LazyLock<[Sample; 2]> =
    LazyLock::new(|| [Sample::of_chunks(1, 6), Sample::of_content(2, 20_000)]);

#[derive(Clone, Debug)]
enum Call {
    Begin(usize),
    Import(usize),
    Put(usize, u64),
    Flush(usize),
    Read(usize, u64),
    Evict(usize, Range<u64>),
    Pin(usize, bool),
    Remove(usize),
    Rot(usize, u64),
    Reopen,
}

#[derive(Default)]
struct Model {
    held: BTreeSet<u64>,
    unflushed: BTreeSet<u64>,
    pinned: bool,
}

fn call() -> impl Strategy<Value = Call> {
    let blob = 0..2usize;
    let chunk = 0..7u64;
    prop_oneof![
        2 => blob.clone().prop_map(Call::Begin),
        1 => blob.clone().prop_map(Call::Import),
        8 => (blob.clone(), chunk.clone()).prop_map(|(blob, chunk)| Call::Put(blob, chunk)),
        2 => blob.clone().prop_map(Call::Flush),
        3 => (blob.clone(), chunk.clone()).prop_map(|(blob, chunk)| Call::Read(blob, chunk)),
        2 => (blob.clone(), chunk.clone(), chunk.clone()).prop_map(|(blob, from, to)| Call::Evict(blob, from..to)),
        1 => (blob.clone(), any::<bool>()).prop_map(|(blob, pinned)| Call::Pin(blob, pinned)),
        1 => blob.clone().prop_map(Call::Remove),
        1 => (blob, chunk).prop_map(|(blob, chunk)| Call::Rot(blob, chunk)),
        1 => Just(Call::Reopen),
    ]
}

/// Does the call to both, and compares what they say.
fn apply(place: &Place, store: Store, models: &mut BTreeMap<usize, Model>, call: Call) -> Store {
    let samples = &*SAMPLES;
    match call {
        Call::Begin(blob) => {
            store.begin(samples[blob].root, samples[blob].len()).unwrap();
            models.entry(blob).or_default();
        }
        Call::Import(blob) => {
            let sample = &samples[blob];
            let mut import = store.import().unwrap();
            sample.pour(&mut import, 50_000).unwrap();
            import.commit(sample.root, sample.len()).unwrap();
            let model = models.entry(blob).or_default();
            model.held = (0..sample.chunks()).collect();
            model.unflushed.clear();
        }
        Call::Put(blob, chunk) => {
            let sample = &samples[blob];
            let chunk = chunk % sample.chunks();
            let outcome = store.put(sample.root, &sample.chunk(chunk));
            let Some(model) = models.get_mut(&blob) else {
                return expect_unknown(outcome, store);
            };
            assert_eq!(
                outcome.unwrap(),
                !model.held.contains(&chunk) && model.unflushed.insert(chunk)
            );
            if model.unflushed.len() >= BATCH {
                model.flush();
            }
        }
        Call::Flush(blob) => {
            let outcome = store.flush(samples[blob].root);
            let Some(model) = models.get_mut(&blob) else {
                return expect_unknown(outcome, store);
            };
            model.flush();
        }
        Call::Read(blob, chunk) => {
            let outcome = store.chunk(samples[blob].root, chunk);
            let Some(model) = models.get(&blob) else {
                return expect_unknown(outcome, store);
            };
            match outcome {
                Ok(bytes) => assert!(model.has(chunk) && bytes == samples[blob].bytes_of(chunk)),
                Err(StoreError::NotHeld { .. }) => assert!(!model.has(chunk)),
                Err(error) => panic!("{error}"),
            }
        }
        Call::Evict(blob, range) => {
            let outcome = store.evict(samples[blob].root, range.clone());
            let Some(model) = models.get_mut(&blob) else {
                return expect_unknown(outcome, store);
            };
            if model.pinned {
                assert!(matches!(outcome, Err(StoreError::Pinned { .. })));
            } else {
                outcome.unwrap();
                model.held.retain(|chunk| !range.contains(chunk));
                model.unflushed.retain(|chunk| !range.contains(chunk));
            }
        }
        Call::Pin(blob, pinned) => {
            let outcome = store.pin(samples[blob].root, pinned);
            let Some(model) = models.get_mut(&blob) else {
                return expect_unknown(outcome, store);
            };
            model.pinned = pinned;
        }
        Call::Remove(blob) => {
            let outcome = store.remove(samples[blob].root);
            let Some(model) = models.get(&blob) else {
                return expect_unknown(outcome, store);
            };
            if model.pinned {
                assert!(matches!(outcome, Err(StoreError::Pinned { .. })));
            } else {
                outcome.unwrap();
                models.remove(&blob);
            }
        }
        Call::Rot(blob, chunk) => {
            let Some(model) = models.get_mut(&blob) else {
                return store;
            };
            let chunk = chunk % samples[blob].chunks();
            flip_byte(&place.data(samples[blob].root), chunk * CHUNK_LEN);
            let report = store.verify(samples[blob].root, &mut |_, _| {}).unwrap();
            model.flush();
            let rotten: Vec<u64> = if model.held.remove(&chunk) {
                vec![chunk]
            } else {
                vec![]
            };
            assert_eq!(report.rotten.iter().collect::<Vec<_>>(), rotten);
        }
        Call::Reopen => {
            models.values_mut().for_each(Model::flush);
            return place.reopen(store);
        }
    }
    store
}

fn expect_unknown<T: std::fmt::Debug>(outcome: Result<T, StoreError>, store: Store) -> Store {
    assert!(
        matches!(outcome, Err(StoreError::UnknownBlob { .. })),
        "{outcome:?}"
    );
    store
}

impl Model {
    fn flush(&mut self) {
        self.held.append(&mut self.unflushed);
    }

    fn has(&self, chunk: u64) -> bool {
        self.held.contains(&chunk) || self.unflushed.contains(&chunk)
    }

    /// Bytes in blocks of 4 KiB, the outboard's included.
    fn bytes(&self, sample: &Sample) -> u64 {
        let chunks = self.held.iter().chain(&self.unflushed);
        let data: u64 = chunks
            .map(|chunk| chunk_len(sample.len(), *chunk).next_multiple_of(4096))
            .sum();
        let nodes = sample.len().div_ceil(16 * 1024) - 1;
        data + (nodes * 64).next_multiple_of(4096)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_calls_does_to_the_store_what_it_does_to_a_set(calls in prop::collection::vec(call(), 1..40)) {
        let place = Place::with(Options { sync: batch(BATCH as u32), max_bytes: None });
        let mut store = place.open();
        let mut models = BTreeMap::new();
        for call in calls {
            store = apply(&place, store, &mut models, call);
            for (blob, model) in &models {
                prop_assert_eq!(&held(&store, &SAMPLES[*blob]), &model.held.iter().copied().collect::<Vec<_>>());
            }
            let bytes: u64 = models.iter().map(|(blob, model)| model.bytes(&SAMPLES[*blob])).sum();
            prop_assert_eq!(store.used_bytes(), bytes);
            prop_assert_eq!(store.list().unwrap().len(), models.len());
        }
        for blob in models.keys() {
            assert_claims_hold(&store, &SAMPLES[*blob]);
        }
    }
}
