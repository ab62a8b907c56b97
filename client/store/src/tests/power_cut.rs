//! The power fails before every single step, with a disk that keeps nothing it was not made to sync.
//!
//! A killed process loses nothing that it wrote, so killing cannot show that writes are synced before they are
//! claimed. Here the disk is as bad as it may be: at the cut, bytes written since the last sync of their file turn
//! into noise, lengths go back, and names that were not synced are what they were, or not, in two passes.

use super::*;
use crate::disk::Step;
use crate::error::StoreError;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, Mutex};

/// What the disk may forget.
struct Disklike {
    /// Steps until the power fails.
    left: u64,
    /// Whether syncs are believed although they do nothing.
    lying: bool,
    /// Ranges written since the last sync, by file.
    written: HashMap<PathBuf, Vec<(u64, u64)>>,
    /// Length at the last sync, by file whose length changed.
    lengths: HashMap<PathBuf, u64>,
    /// Changes of names since the last sync of their folder, in order.
    names: Vec<Renaming>,
    backups: PathBuf,
}

enum Renaming {
    Created(PathBuf),
    Moved {
        from: PathBuf,
        to: PathBuf,
        replaced: Option<PathBuf>,
    },
    Removed {
        path: PathBuf,
        backup: PathBuf,
    },
}

impl Disklike {
    fn new(left: u64, lying: bool, backups: &Path) -> Self {
        Self {
            left,
            lying,
            written: HashMap::new(),
            lengths: HashMap::new(),
            names: Vec::new(),
            backups: backups.to_owned(),
        }
    }

    fn hear(&mut self, step: Step<'_>) -> io::Result<()> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| io::Error::other("power cut"))?;
        match step {
            Step::Create { path } => self.names.push(Renaming::Created(path.to_owned())),
            Step::SetLen { path, .. } => self.note_length(path),
            Step::Write { path, at, len } => {
                self.note_length(path);
                self.written.entry(path.to_owned()).or_default().push((at, len));
            }
            Step::Sync { path } if !self.lying => {
                self.written.remove(path);
                self.lengths.remove(path);
            }
            Step::SyncFolder { path } if !self.lying => self.names.retain(|name| name.folder() != path),
            Step::Rename { from, to } => {
                let replaced = to.exists().then(|| self.back_up(to));
                self.names.push(Renaming::Moved {
                    from: from.to_owned(),
                    to: to.to_owned(),
                    replaced,
                });
                for file in [self.written.remove_entry(from)].into_iter().flatten() {
                    self.written.insert(to.to_owned(), file.1);
                }
            }
            Step::Unlink { path } if path.exists() => {
                let backup = self.back_up(path);
                self.names.push(Renaming::Removed {
                    path: path.to_owned(),
                    backup,
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn note_length(&mut self, path: &Path) {
        let now = path.metadata().unwrap().len();
        self.lengths.entry(path.to_owned()).or_insert(now);
    }

    fn back_up(&self, path: &Path) -> PathBuf {
        let backup = self.backups.join(format!("{}", self.left));
        fs::hard_link(path, &backup).unwrap();
        backup
    }

    /// What the disk looks like when the power is back.
    fn forget(&mut self, names_too: bool) {
        for (path, ranges) in self.written.drain() {
            let Ok(file) = fs::OpenOptions::new().read(true).write(true).open(&path) else {
                continue;
            };
            let end = file.metadata().unwrap().len();
            for (at, len) in ranges {
                let noise = vec![0xa5; usize::try_from(end.min(at + len).saturating_sub(at)).unwrap()];
                file.write_all_at(&noise, at).unwrap();
            }
        }
        for (path, len) in self.lengths.drain() {
            if path.exists() {
                set_len(&path, len);
            }
        }
        if !names_too {
            return;
        }
        for name in self.names.drain(..).rev() {
            match name {
                Renaming::Created(path) => drop(fs::remove_file(path)),
                Renaming::Moved { from, to, replaced } => {
                    drop(fs::rename(&to, from));
                    if let Some(backup) = replaced {
                        fs::rename(backup, to).unwrap();
                    }
                }
                Renaming::Removed { path, backup } => fs::rename(backup, path).unwrap(),
            }
        }
    }
}

impl Renaming {
    fn folder(&self) -> &Path {
        match self {
            Renaming::Created(path) | Renaming::Moved { to: path, .. } | Renaming::Removed { path, .. } => {
                path.parent().unwrap()
            }
        }
    }
}

/// What must be held whatever happened, by blob, and which blobs must be gone.
#[derive(Default)]
struct Known {
    held: HashMap<ContentRoot, BTreeSet<u64>>,
    gone: BTreeSet<[u8; 32]>,
}

struct Cast {
    fetched: Sample,
    imported: Sample,
    removed: Sample,
}

/// A life of a store with everything that changes files. Notes what must not be lost as soon as it was promised.
fn live(store: &Store, cast: &Cast, known: &mut Known) -> Result<(), StoreError> {
    let Cast {
        fetched,
        imported,
        removed,
    } = cast;
    let import = |sample: &Sample| {
        let mut import = store.import()?;
        sample.pour(&mut import, 300_000)?;
        import.commit(sample.root, sample.len())
    };
    let put = |sample: &Sample, chunks: &[u64], known: &mut Known| {
        for index in chunks {
            store.put(sample.root, &sample.chunk(*index))?;
        }
        store.flush(sample.root)?;
        known.held.entry(sample.root).or_default().extend(chunks);
        Ok::<_, StoreError>(())
    };
    store.begin(fetched.root, fetched.len())?;
    put(fetched, &[4, 0], known)?;
    put(fetched, &[2, 5], known)?;
    import(imported)?;
    known
        .held
        .entry(imported.root)
        .or_default()
        .extend(0..imported.chunks());
    known
        .held
        .entry(fetched.root)
        .or_default()
        .retain(|index| *index < 4);
    store.evict(fetched.root, 4..6)?;
    put(fetched, &[5, 1], known)?;
    store.begin(removed.root, removed.len())?;
    put(removed, &[0, 1], known)?;
    known.held.remove(&removed.root);
    store.remove(removed.root)?;
    known.gone.insert(removed.root.0);
    // The blob that is there in part becomes whole.
    import(fetched)?;
    known
        .held
        .entry(fetched.root)
        .or_default()
        .extend(0..fetched.chunks());
    Ok(())
}

fn cast() -> Cast {
    Cast {
        fetched: Sample::of_chunks(1, 6),
        imported: Sample::of_chunks(2, 3),
        removed: Sample::of_chunks(3, 2),
    }
}

/// Lives until the power fails after `steps` steps. Gives the store's folder as it is afterwards, and whether the life
/// was over before.
fn cut_after(steps: u64, lying: bool, names_too: bool, cast: &Cast, known: &mut Known) -> (Place, bool) {
    let place = Place::new();
    drop(place.open());
    let backups = tempfile::tempdir_in(place.folder.path()).unwrap();
    let disk = Arc::new(Mutex::new(Disklike::new(steps, lying, backups.path())));
    let heard = disk.clone();
    let (over, store) = match Store::open_on(
        &place.path(),
        &place.options,
        Disk {
            listener: Some(Arc::new(move |step: Step<'_>| heard.lock().unwrap().hear(step))),
        },
    ) {
        Ok(store) => (live(&store, cast, known).is_ok(), Some(store)),
        Err(_) => (false, None),
    };
    // Closing does nothing more to the disk either.
    disk.lock().unwrap().left = 0;
    drop(store);
    disk.lock().unwrap().forget(names_too);
    (place, over)
}

/// Rotten chunks and damaged blobs that the store claims.
fn false_claims(store: &Store) -> u64 {
    store
        .list()
        .unwrap()
        .iter()
        .map(|info| u64::from(info.damaged) + store.verify(info.root, &mut |_, _| {}).unwrap().rotten.count())
        .sum()
}

#[test]
fn a_power_cut_at_any_step_makes_no_false_claim_and_loses_no_claim() {
    let cast = cast();
    for names_too in [false, true] {
        for steps in 0.. {
            let mut known = Known::default();
            let (place, over) = cut_after(steps, false, names_too, &cast, &mut known);
            let store = place.open();
            assert_eq!(false_claims(&store), 0, "cut after {steps} steps");
            assert_eq!(
                place.files().len(),
                2 * store.list().unwrap().len(),
                "cut after {steps} steps"
            );
            for (root, chunks) in &known.held {
                let held: BTreeSet<u64> = store.held(*root).unwrap().iter().collect();
                assert!(
                    held.is_superset(chunks),
                    "cut after {steps} steps: {held:?} lacks some of {chunks:?}"
                );
            }
            assert!(known.gone.iter().all(|root| store
                .list()
                .unwrap()
                .iter()
                .all(|info| info.root.0 != *root)));
            for sample in [&cast.fetched, &cast.imported, &cast.removed] {
                hold(&store, sample, 0..sample.chunks());
                assert_claims_hold(&store, sample);
            }
            if over {
                break;
            }
        }
    }
}

#[test]
fn this_test_would_see_claims_that_come_before_the_sync() {
    let cast = cast();
    let mut found = 0;
    for steps in 0.. {
        let (place, over) = cut_after(steps, true, false, &cast, &mut Known::default());
        found += false_claims(&place.open());
        if over {
            break;
        }
    }
    assert!(found > 0, "a disk that never syncs was not found out");
}
