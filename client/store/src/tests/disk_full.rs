//! A disk that is full or fails costs the call, and no claim.

use super::*;
use crate::disk::Step;
use crate::error::StoreError;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A listener that refuses with `errno` the steps for which `when` is true, while the switch is on.
fn refusing(
    errno: rustix::io::Errno,
    when: impl Fn(&Step<'_>) -> bool + Send + Sync + 'static,
) -> (Listener, Arc<AtomicBool>) {
    let on = Arc::new(AtomicBool::new(true));
    let switch = on.clone();
    let listener = move |step: Step<'_>| match on.load(Ordering::SeqCst) && when(&step) {
        true => Err(io::Error::from(errno)),
        false => Ok(()),
    };
    (Arc::new(listener), switch)
}

fn is_full<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::DiskFull { .. }))
}

#[test]
fn a_full_disk_fails_the_put_and_the_chunk_can_be_put_later() {
    for outboard in [false, true] {
        let place = Place::new();
        let sample = Sample::of_chunks(1, 4);
        hold(&place.open(), &sample, [0]);
        let ending = if outboard { "outboard" } else { "data" };
        let (listener, full) = refusing(
            rustix::io::Errno::NOSPC,
            move |step| matches!(step, Step::Write { path, .. } if path.extension().unwrap() == ending),
        );
        let store = place.open_heard(listener);
        let used = store.used_bytes();
        assert!(is_full(&store.put(sample.root, &sample.chunk(1))));
        store.flush(sample.root).unwrap();
        assert_eq!((held(&store, &sample), store.used_bytes()), (vec![0], used));
        assert!(matches!(
            store.chunk(sample.root, 1),
            Err(StoreError::NotHeld { .. })
        ));
        full.store(false, Ordering::SeqCst);
        assert!(store.put(sample.root, &sample.chunk(1)).unwrap());
        store.flush(sample.root).unwrap();
        assert_eq!(held(&store, &sample), [0, 1]);
        assert_claims_hold(&store, &sample);
    }
}

#[test]
fn a_full_disk_says_how_much_was_needed_and_where() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 4);
    hold(&place.open(), &sample, [0]);
    let (listener, _) = refusing(rustix::io::Errno::NOSPC, |step| {
        matches!(step, Step::Write { .. })
    });
    let error = place
        .open_heard(listener)
        .put(sample.root, &sample.chunk(2))
        .unwrap_err();
    let StoreError::DiskFull { needed, folder, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((*needed, folder), (256 * 1024, &place.data(sample.root)));
    assert!(error.to_string().contains(folder.to_str().unwrap()));
}

#[test]
fn a_disk_too_full_for_a_claim_claims_later() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 4);
    hold(&place.open(), &sample, [0]);
    let (listener, full) = refusing(rustix::io::Errno::NOSPC, |step| {
        matches!(
            step,
            Step::Commit {
                operation: "claim chunks"
            }
        )
    });
    let store = place.open_heard(listener);
    store.put(sample.root, &sample.chunk(3)).unwrap();
    assert!(is_full(&store.flush(sample.root)));
    assert_eq!(held(&store, &sample), [0]);
    full.store(false, Ordering::SeqCst);
    store.flush(sample.root).unwrap();
    assert_eq!(held(&store, &sample), [0, 3]);
}

#[test]
fn a_full_disk_leaves_no_half_begun_or_half_imported_blob() {
    let steps: [fn(&Step<'_>) -> bool; 6] = [
        |step| matches!(step, Step::Create { .. }),
        |step| matches!(step, Step::SetLen { .. }),
        |step| matches!(step, Step::Write { .. }),
        |step| matches!(step, Step::Sync { .. }),
        |step| matches!(step, Step::Rename { to, .. } if to.extension().unwrap() == "outboard"),
        |step| matches!(step, Step::Commit { operation } if operation.starts_with("claim") || *operation == "note a blob"),
    ];
    for when in steps {
        let place = Place::new();
        drop(place.open());
        let (listener, full) = refusing(rustix::io::Errno::DQUOT, when);
        let store = place.open_heard(listener);
        let (fetched, imported) = (Sample::of_chunks(1, 3), Sample::of_chunks(2, 7));
        let import = |store: &Store| {
            let mut import = store.import()?;
            imported.pour(&mut import, 1 << 18)?;
            import.commit(imported.root, imported.len())
        };
        let outcomes = [store.begin(fetched.root, fetched.len()), import(&store)];
        assert!(outcomes.iter().any(is_full));
        for info in store.list().unwrap() {
            assert!(
                info.root == fetched.root || info.complete,
                "half of a blob is listed"
            );
        }
        assert_eq!(place.files().len(), 2 * store.list().unwrap().len());
        full.store(false, Ordering::SeqCst);
        hold(&store, &fetched, 0..3);
        import(&store).unwrap();
        let store = place.reopen(store);
        assert_claims_hold(&store, &fetched);
        assert!(store.held(imported.root).unwrap().is_complete());
        assert_claims_hold(&store, &imported);
    }
}

#[test]
fn a_failed_sync_forgets_what_it_may_have_lost() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 4);
    hold(&place.open(), &sample, [0]);
    let (listener, failing) = refusing(rustix::io::Errno::IO, |step| matches!(step, Step::Sync { .. }));
    let store = place.open_heard(listener);
    store.put(sample.root, &sample.chunk(1)).unwrap();
    let used = store.used_bytes();
    assert!(matches!(
        store.flush(sample.root),
        Err(StoreError::Io {
            operation: "sync",
            ..
        })
    ));
    assert!(store.used_bytes() < used);
    failing.store(false, Ordering::SeqCst);
    // The next sync succeeds, which says nothing about what was written before the failure.
    store.flush(sample.root).unwrap();
    assert_eq!(held(&store, &sample), [0]);
    assert!(store.put(sample.root, &sample.chunk(1)).unwrap());
    store.flush(sample.root).unwrap();
    assert_eq!(held(&store, &sample), [0, 1]);
}

#[test]
fn a_put_writes_no_node_that_a_claim_rests_on_until_a_sync_has_failed() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 2);
    hold(&place.open(), &sample, [0]);
    let nodes = Arc::new(Mutex::new(Vec::new()));
    let failing = Arc::new(AtomicBool::new(false));
    let (heard, fails) = (nodes.clone(), failing.clone());
    let store = place.open_heard(Arc::new(move |step: Step<'_>| match step {
        Step::Write { path, at, len } if path.extension().unwrap() == "outboard" => {
            heard.lock().unwrap().extend(at / 64..(at + len) / 64);
            Ok(())
        }
        Step::Sync { .. } if fails.load(Ordering::SeqCst) => Err(rustix::io::Errno::IO.into()),
        _ => Ok(()),
    }));
    // Chunk 1 has one group, so its only node is the top, which came with chunk 0.
    store.put(sample.root, &sample.chunk(1)).unwrap();
    assert!(nodes.lock().unwrap().is_empty());
    failing.store(true, Ordering::SeqCst);
    assert!(store.flush(sample.root).is_err());
    store.put(sample.root, &sample.chunk(1)).unwrap();
    assert_eq!(*nodes.lock().unwrap(), [15]);
}

#[test]
fn chunks_that_cannot_be_freed_are_given_up_all_the_same() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 4);
    hold(&place.open(), &sample, 0..4);
    let (listener, _) = refusing(rustix::io::Errno::OPNOTSUPP, |step| matches!(step, Step::Punch));
    let store = place.open_heard(listener);
    assert!(matches!(
        store.evict(sample.root, 1..3),
        Err(StoreError::CannotFree { .. })
    ));
    assert_eq!(held(&store, &sample), [0, 3]);
    assert_claims_hold(&store, &sample);
}

#[test]
fn the_claim_is_the_last_step_and_comes_after_both_syncs() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 4);
    hold(&place.open(), &sample, [0]);
    let steps = Arc::new(Mutex::new(Vec::new()));
    let heard = steps.clone();
    let store = place.open_heard(Arc::new(move |step: Step<'_>| {
        let ending = |path: &Path| path.extension().unwrap().to_str().unwrap().to_owned();
        heard.lock().unwrap().push(match step {
            Step::Write { path, .. } => format!("write {}", ending(path)),
            Step::Sync { path } => format!("sync {}", ending(path)),
            Step::Commit { operation } => operation.to_owned(),
            other => format!("{other:?}"),
        });
        Ok(())
    }));
    steps.lock().unwrap().clear();
    store.put(sample.root, &sample.chunk(2)).unwrap();
    store.flush(sample.root).unwrap();
    let mut steps = steps.lock().unwrap().clone();
    steps.dedup();
    assert_eq!(
        steps,
        [
            "write data",
            "write outboard",
            "sync data",
            "sync outboard",
            "claim chunks"
        ]
    );
}

#[test]
fn claims_are_given_up_before_their_space_is() {
    let place = Place::new();
    let sample = Sample::of_chunks(1, 4);
    hold(&place.open(), &sample, 0..4);
    let (listener, _) = refusing(rustix::io::Errno::IO, |step| {
        matches!(
            step,
            Step::Commit {
                operation: "give up chunks"
            }
        )
    });
    let store = place.open_heard(listener);
    assert!(store.evict(sample.root, 1..3).is_err());
    assert_eq!(held(&store, &sample), [0, 1, 2, 3]);
    assert_claims_hold(&store, &sample);
}
