//! **One process owns a home.** Whoever holds the lock may open the store, the notes and the wallet; everybody else
//! asks the owner over the socket ([`crate::attach`]), or waits until it is done.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `lock` | locked by the owner; its process number, for error messages |
//! | `socket` | where a daemon listens for other commands |
//! | `wallet.age` | the words, sealed under the passphrase |
//! | `notes.json` | what this home remembers: see [`notes::Notes`] |
//! | `collections.json` | names under which cards are kept together: see [`collections::Collections`] |
//! | `ledger.jsonl` | what was done with money and keys: see [`ledger::Ledger`] |
//! | `vouchers/` | promises of those who were served: see `pay::vouchers` |
//! | `rewards/` | what was collected, a file for each account and chain: see `rewards::books` |
//! | `paying/` | what was promised to whom, a file for each payment session: see [`crate::pay`] |
//! | `store/` | the blobs |
//!
//! The folder belongs to one user and is closed to others.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::error::{Code, DiskContext, EngineError};
use crate::notation::hex;
use collections::Collections;
use ledger::{Entry, Ledger};
use notes::Notes;

pub mod collections;
pub mod durable;
pub mod ledger;
pub mod notes;

/// Bytes read of the lock file: a process number has at most ten digits.
const MAX_PID_LEN: u64 = 16;

/// Where the things of a home are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HomePaths {
    folder: PathBuf,
}

impl HomePaths {
    /// Of the home in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The home that is meant when nobody says one: `$XDG_DATA_HOME/hashcard`, or `~/.local/share/hashcard`
    /// (XDG Base Directory Specification).
    pub fn default_of_user() -> Result<Self, EngineError> {
        let absolute = |name| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        absolute("XDG_DATA_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
            .map(|data| Self::new(data.join("hashcard")))
            .ok_or_else(|| {
                EngineError::new(
                    Code::Home,
                    "this user has no home folder",
                    "say where to keep things: --home DIR",
                )
            })
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file that the owner locks.
    pub fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    /// Where a daemon listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// The blobs.
    pub fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    /// The sealed words.
    pub fn wallet(&self) -> PathBuf {
        self.folder.join("wallet.age")
    }

    /// What the home remembers.
    pub fn notes(&self) -> PathBuf {
        self.folder.join("notes.json")
    }

    /// Names under which cards are kept together.
    pub fn collections(&self) -> PathBuf {
        self.folder.join("collections.json")
    }

    /// What was done with money and keys.
    pub fn ledger(&self) -> PathBuf {
        self.folder.join("ledger.jsonl")
    }

    /// Promises of those who were served, a file for each account and chain.
    pub fn vouchers(&self) -> PathBuf {
        self.folder.join("vouchers")
    }

    /// What was collected, a file for each account and chain.
    pub fn rewards(&self) -> PathBuf {
        self.folder.join("rewards")
    }

    /// What was promised to whom.
    pub fn paying(&self) -> PathBuf {
        self.folder.join("paying")
    }
}

/// A home that this process owns, until this is dropped or the process ends.
pub struct Home {
    paths: HomePaths,
    notes: Mutex<Notes>,
    /// Read when it is needed first, so that a damaged one holds up nothing else.
    ledger: Mutex<Option<Box<Ledger>>>,
    /// One change of the collections at a time.
    collecting: Mutex<()>,
    /// Locked while open; the system lets go of it however the process ends.
    _lock: File,
}

/// Whether the home could be had.
pub enum Ownership {
    /// It is ours.
    Owned(Home),
    /// Another process has it; its number, if it wrote one.
    Taken(Option<u32>),
}

impl Home {
    /// Takes the home if nobody has it, and makes the folder if it is not there.
    pub fn try_own(paths: &HomePaths) -> Result<Ownership, EngineError> {
        make_private_folder(paths.folder())?;
        let path = paths.lock();
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .disk("open", &path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let read = (&lock).take(MAX_PID_LEN).read_to_string(&mut pid);
                return Ok(Ownership::Taken(read.ok().and_then(|_| pid.trim().parse().ok())));
            }
            Err(TryLockError::Error(source)) => return Err(source).disk("lock", &path),
        }
        lock.set_len(0).disk("write", &path)?;
        writeln!(lock, "{}", std::process::id()).disk("write", &path)?;
        let notes = Notes::read(&paths.notes())?;
        Ok(Ownership::Owned(Home {
            paths: paths.clone(),
            notes: Mutex::new(notes),
            ledger: Mutex::default(),
            collecting: Mutex::default(),
            _lock: lock,
        }))
    }

    /// Where its things are.
    pub fn paths(&self) -> &HomePaths {
        &self.paths
    }

    /// The file of an account's vouchers on a chain; its folder is there.
    pub fn vouchers(&self, genesis: &[u8; 32], account: &[u8; 32]) -> Result<PathBuf, EngineError> {
        file_of(self.paths.vouchers(), genesis, account)
    }

    /// The file of what was collected for an account on a chain; its folder is there.
    pub fn rewards(&self, genesis: &[u8; 32], account: &[u8; 32]) -> Result<PathBuf, EngineError> {
        file_of(self.paths.rewards(), genesis, account)
    }

    /// Looks at the notes.
    pub fn notes<T>(&self, look: impl FnOnce(&Notes) -> T) -> T {
        look(&self.notes.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Changes the notes; they are on disk when this returns. When they cannot be written nothing changes.
    pub fn amend(&self, change: impl FnOnce(&mut Notes)) -> Result<(), EngineError> {
        let mut notes = self.notes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut changed = notes.clone();
        change(&mut changed);
        if changed != *notes {
            changed.write(&self.paths.notes())?;
            *notes = changed;
        }
        Ok(())
    }

    /// What this home did, oldest first.
    pub fn ledger(&self) -> Result<Vec<Entry>, EngineError> {
        self.with_ledger(|ledger| Ok(ledger.entries().to_vec()))
    }

    /// Notes what was done; it is on disk when this returns. What was noted before is not noted again.
    pub fn record(&self, entry: Entry) -> Result<(), EngineError> {
        self.with_ledger(|ledger| ledger.append(entry))
    }

    fn with_ledger<T>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut ledger = self
            .ledger
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        match &mut *ledger {
            Some(ledger) => work(ledger),
            none => work(none.insert(Box::new(Ledger::read(&self.paths.ledger())?))),
        }
    }

    /// The collections.
    pub fn collections(&self) -> Result<Collections, EngineError> {
        Collections::read(&self.paths.collections())
    }

    /// Changes the collections; they are on disk when this returns.
    pub fn collect<T>(
        &self,
        change: impl FnOnce(&mut Collections) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let _one_at_a_time = self
            .collecting
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut collections = self.collections()?;
        let result = change(&mut collections)?;
        collections.write(&self.paths.collections())?;
        Ok(result)
    }
}

/// A file for each account and chain, in a folder that is made if it is not there.
fn file_of(folder: PathBuf, genesis: &[u8; 32], account: &[u8; 32]) -> Result<PathBuf, EngineError> {
    make_private_folder(&folder)?;
    durable::sync_folder_of(&folder)?;
    Ok(folder.join(format!("{}-{}", hex(genesis), hex(account))))
}

/// Makes the folder with mode 0700, or checks that the one there is this user's. One that others can enter is closed
/// to them if it is empty or a home already; anything else was not meant.
fn make_private_folder(folder: &Path) -> Result<(), EngineError> {
    match folder.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .disk("make", folder);
        }
        Err(error) => return Err(error).disk("look at", folder),
        Ok(found) if !found.is_dir() => {
            let message = format!("{} is not a folder", folder.display());
            return Err(EngineError::new(Code::Home, message, "give a folder: --home DIR"));
        }
        Ok(found) if found.uid() != rustix::process::geteuid().as_raw() => {
            let message = format!("the home {} belongs to another user", folder.display());
            return Err(EngineError::new(
                Code::Home,
                message,
                "use a folder of your own: --home DIR",
            ));
        }
        Ok(found) if found.mode() & 0o077 == 0 => return Ok(()),
        Ok(_) => {}
    }
    let is_home = folder.join("lock").is_file();
    let is_empty = folder.read_dir().disk("read", folder)?.next().is_none();
    if !is_home && !is_empty {
        return Err(EngineError::new(
            Code::Home,
            format!(
                "{} has other things in it and is open to other users",
                folder.display()
            ),
            format!(
                "use a folder of its own, or close it: chmod 700 {}",
                folder.display()
            ),
        ));
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).disk("close to others", folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(paths: &HomePaths) -> Home {
        match Home::try_own(paths).unwrap() {
            Ownership::Owned(home) => home,
            Ownership::Taken(pid) => panic!("taken by {pid:?}"),
        }
    }

    #[test]
    fn a_home_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let paths = HomePaths::new(folder.path().join("home"));
        let home = own(&paths);
        match Home::try_own(&paths).unwrap() {
            Ownership::Taken(pid) => assert_eq!(pid, Some(std::process::id())),
            Ownership::Owned(_) => panic!("two owners"),
        }
        drop(home);
        own(&paths);
    }

    #[test]
    fn a_new_home_is_closed_to_other_users() {
        let folder = tempfile::tempdir().unwrap();
        let paths = HomePaths::new(folder.path().join("a/b"));
        let _home = own(&paths);
        assert_eq!(paths.folder().metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(paths.lock().metadata().unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_empty_folder_is_closed_and_a_used_one_that_others_can_enter_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let empty = HomePaths::new(open("empty"));
        drop(own(&empty));
        assert_eq!(empty.folder().metadata().unwrap().mode() & 0o777, 0o700);

        let used = HomePaths::new(open("used"));
        std::fs::write(used.folder().join("letter.txt"), "dear").unwrap();
        let Err(error) = Home::try_own(&used) else {
            panic!("accepted")
        };
        assert_eq!(error.code, Code::Home);
        assert_eq!(used.folder().metadata().unwrap().mode() & 0o777, 0o755);
    }

    #[test]
    fn notes_outlive_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let paths = HomePaths::new(folder.path().join("home"));
        let home = own(&paths);
        let id = home.notes(|notes| notes.home_id().to_owned());
        home.amend(|notes| notes.remember_account("Alice")).unwrap();
        drop(home);
        let home = own(&paths);
        assert_eq!(home.notes(|notes| notes.home_id().to_owned()), id);
        assert_eq!(home.notes(|notes| notes.accounts().to_vec()), ["Alice"]);
    }
}
