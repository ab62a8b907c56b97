//! The system itself refuses to let files grow, and the store goes on when it may again.
//!
//! The limit is that of a process on the size of its files, so the test starts itself as a child, by way of a shell
//! that makes the accompanying signal harmless.

#[path = "../src/tests/sample.rs"]
mod sample;

use std::path::Path;
use std::process::Command;

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_store::{Options, Store, StoreError};
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use sample::Sample;

/// Set for the child: the store's folder.
const FOLDER: &str = "HASHCARD_STORE_NO_ROOM_FOLDER";

#[test]
fn a_store_whose_files_may_not_grow_keeps_its_claims_and_goes_on_when_they_may() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return run_out_of_room(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let outcome = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; exec "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_store_whose_files_may_not_grow_keeps_its_claims_and_goes_on_when_they_may",
        ])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(
        outcome.status.success(),
        "{}",
        String::from_utf8_lossy(&outcome.stdout)
    );

    let sample = Sample::of_chunks(1, 30);
    let store = Store::open(folder.path(), Options::default()).unwrap();
    assert!(store.held(sample.root).unwrap().is_complete());
    assert_eq!(
        store.verify(sample.root, &mut |_, _| {}).unwrap().rotten.count(),
        0
    );
}

fn run_out_of_room(folder: &Path) {
    let store = Store::open(folder, Options::default()).unwrap();
    let sample = Sample::of_chunks(1, 30);
    store.begin(sample.root, sample.len()).unwrap();
    let put = |index| store.put(sample.root, &sample.chunk(index));
    put(0).unwrap();
    store.flush(sample.root).unwrap();

    // The data file is longer than that already, and may be written only where it is short.
    limit_files(Some(20 * CHUNK_LEN + 1000));
    for index in 1..20 {
        assert!(put(index).unwrap());
    }
    assert!(
        matches!(
            put(20),
            Err(StoreError::DiskFull {
                needed: CHUNK_LEN,
                ..
            })
        ),
        "half a chunk is no chunk"
    );
    assert!(matches!(put(29), Err(StoreError::DiskFull { .. })));
    store.flush(sample.root).unwrap();
    assert_eq!(
        store.held(sample.root).unwrap().iter().collect::<Vec<_>>(),
        (0..20).collect::<Vec<_>>()
    );

    let other = Sample::of_chunks(2, 25);
    let mut import = store.import().unwrap();
    assert!(matches!(
        other.pour(&mut import, 1 << 18),
        Err(StoreError::DiskFull { .. })
    ));
    drop(import);
    assert!(matches!(
        store.begin(other.root, other.len()),
        Err(StoreError::DiskFull { .. })
    ));
    assert_eq!(store.list().unwrap().len(), 1);

    // Now the catalogue may not grow either, nor be written where it is longer than that.
    limit_files(Some(0));
    let stopped = (0..1000u64).find_map(|number| {
        store
            .set_label(sample.root, &"x".repeat(number as usize % 200))
            .err()
    });
    assert!(
        matches!(stopped, Some(StoreError::DiskFull { .. })),
        "{stopped:?}"
    );
    assert!(store.evict(sample.root, 0..5).is_err());

    limit_files(None);
    for index in (0..30).rev() {
        put(index).unwrap();
        assert_eq!(store.chunk(sample.root, index).unwrap(), sample.bytes_of(index));
    }
    store.flush(sample.root).unwrap();
}

/// Sets how long a file of this process may be, or takes the limit away.
fn limit_files(bytes: Option<u64>) {
    let Rlimit { maximum, .. } = getrlimit(Resource::Fsize);
    setrlimit(
        Resource::Fsize,
        Rlimit {
            current: bytes.or(maximum),
            maximum,
        },
    )
    .unwrap();
}
