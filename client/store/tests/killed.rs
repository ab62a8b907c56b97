//! A process that is killed at any moment leaves a store whose every claim is true.
//!
//! The test starts itself as a child that fetches into a store, and kills it after a number of its messages drawn
//! from a seed. What the child said was flushed must be there afterwards, and all that is claimed must verify.

#[path = "../src/tests/sample.rs"]
mod sample;

use std::io::{BufRead, BufReader, Write};
use std::num::NonZeroU32;
use std::path::Path;
use std::process::{Command, Stdio};

use hashcard_store::{Options, Store, SyncPolicy};
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sample::Sample;

/// Set for the child: the store's folder.
const FOLDER: &str = "HASHCARD_STORE_KILLED_FOLDER";
/// Set for the child: where its random choices begin.
const SEED: &str = "HASHCARD_STORE_KILLED_SEED";
const ROUNDS: u64 = 24;

fn options() -> Options {
    Options {
        sync: SyncPolicy::Batch(NonZeroU32::new(3).unwrap()),
        max_bytes: None,
    }
}

fn samples() -> [Sample; 2] {
    [Sample::of_chunks(1, 40), Sample::of_chunks(2, 9)]
}

#[test]
fn a_killed_process_leaves_only_true_claims_and_none_less_than_it_flushed() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return fetch_until_killed(Path::new(&folder), std::env::var(SEED).unwrap().parse().unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(20_261_121);
    let mut killed = 0;
    for round in 0..ROUNDS {
        // Every few rounds from nothing, else from what the killed one left.
        let path = folder.path().join((round / 6).to_string());
        let promised = kill_after(&path, round, random.next_u64() % 60, &mut killed);
        let store = Store::open(&path, options()).unwrap();
        for (sample, promised) in samples().iter().zip(promised) {
            let Ok(held) = store.held(sample.root) else {
                assert_eq!(promised, 0, "round {round}: a blob is gone with its claims");
                continue;
            };
            assert!(
                held.count() >= promised,
                "round {round}: {} held, {promised} promised",
                held.count()
            );
            for index in held.iter() {
                assert!(
                    store.chunk(sample.root, index).unwrap() == sample.bytes_of(index),
                    "round {round}"
                );
            }
            assert_eq!(
                store.verify(sample.root, &mut |_, _| {}).unwrap().rotten.count(),
                0,
                "round {round}"
            );
        }
    }
    assert!(killed > ROUNDS / 2, "most children ended before they were killed");
}

/// Starts a child, reads `messages` of its messages, and kills it. Gives how many chunks of each blob it last said
/// were held.
fn kill_after(path: &Path, seed: u64, messages: u64, killed: &mut u64) -> [u64; 2] {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_killed_process_leaves_only_true_claims_and_none_less_than_it_flushed",
            "--nocapture",
        ])
        .env(FOLDER, path)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut promised = [0; 2];
    let mut left = Some(messages);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines
        .map(|line| line.unwrap())
        .filter_map(|line| Some(line.strip_prefix("held ")?.to_owned()));
    for held in said {
        let (blob, count) = held.split_once(' ').unwrap();
        promised[blob.parse::<usize>().unwrap()] = count.parse().unwrap();
        // What it says until it is dead counts: it may give up a blob between a message and the signal.
        match left {
            Some(0) => {
                *killed += 1;
                drop(child.kill());
                left = None;
            }
            Some(more) => left = Some(more - 1),
            None => {}
        }
    }
    drop(child.kill());
    child.wait().unwrap();
    promised
}

/// Puts, flushes and imports for ever, and says after each call what is held for certain: before anything is given
/// up, what will remain of it.
fn fetch_until_killed(folder: &Path, seed: u64) {
    let store = Store::open(folder, options()).unwrap();
    let samples = samples();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let say = |blob: usize, count: u64| {
        let mut out = std::io::stdout().lock();
        if writeln!(out, "held {blob} {count}")
            .and_then(|()| out.flush())
            .is_err()
        {
            // The parent is gone without killing this process.
            std::process::exit(1);
        }
    };
    for sample in &samples {
        store.begin(sample.root, sample.len()).unwrap();
    }
    loop {
        let blob = usize::try_from(random.next_u64() % 2).unwrap();
        let sample = &samples[blob];
        let index = random.next_u64() % sample.chunks();
        match random.next_u64() % 40 {
            0 => {
                say(blob, store.held(sample.root).unwrap().count().saturating_sub(4));
                store.evict(sample.root, index..index + 4).unwrap();
            }
            1 => {
                say(blob, 0);
                store.remove(sample.root).unwrap();
                store.begin(sample.root, sample.len()).unwrap();
            }
            2 => {
                let mut import = store.import().unwrap();
                sample.pour(&mut import, 1 << 17).unwrap();
                import.commit(sample.root, sample.len()).unwrap();
            }
            3..=6 => store.flush(sample.root).unwrap(),
            _ => drop(store.put(sample.root, &sample.chunk(index)).unwrap()),
        }
        say(blob, store.held(sample.root).unwrap().count());
    }
}
