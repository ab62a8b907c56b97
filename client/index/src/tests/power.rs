//! Power that fails at a chosen statement: what is on disk then is copied, as a machine that starts again finds it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::error::{IndexError, Result};

struct Cut {
    left: u32,
    from: PathBuf,
    to: PathBuf,
}

thread_local! {
    static CUT: RefCell<Option<Cut>> = const { RefCell::new(None) };
}

/// Lets the power fail at the statement after `statements`; what `from` holds then is in `to` afterwards.
pub(crate) fn cut_after<T>(statements: u32, from: &Path, to: &Path, work: impl FnOnce() -> T) -> T {
    let cut = Cut {
        left: statements,
        from: from.to_owned(),
        to: to.to_owned(),
    };
    CUT.with(|slot| *slot.borrow_mut() = Some(cut));
    let done = work();
    CUT.with(|slot| *slot.borrow_mut() = None);
    done
}

/// One statement more.
pub(crate) fn step() -> Result<()> {
    CUT.with(|slot| {
        let mut slot = slot.borrow_mut();
        let Some(cut) = slot.as_mut() else { return Ok(()) };
        if cut.left > 0 {
            cut.left -= 1;
            return Ok(());
        }
        copy(&cut.from, &cut.to);
        Err(IndexError::Sqlite {
            operation: "go on without power",
            source: rusqlite::Error::InvalidQuery,
        })
    })
}

/// Copies the files of a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        // The map of the log lives in memory alone, and a machine that starts again makes it anew.
        if file.file_name().to_string_lossy().ends_with("-shm") {
            continue;
        }
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
