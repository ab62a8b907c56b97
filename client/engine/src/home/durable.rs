//! A small file is either the old one or the new one, whatever happens in between.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Code, DiskContext, EngineError};

/// Puts `bytes` in place of the file: written beside it, made durable, renamed, and the name made durable. Only the
/// owner of the file can read it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let beside = beside(path);
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).disk("remove", &beside)
        }
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .disk("write", &beside)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .disk("write", &beside)?;
    drop(file);
    std::fs::rename(&beside, path).disk("replace", path)?;
    sync_folder_of(path)
}

/// Reads a file that has at most `max` bytes; `None` when there is none.
pub fn read(path: &Path, max: u64) -> Result<Option<Vec<u8>>, EngineError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.disk("open", path)?,
    };
    let mut bytes = Vec::new();
    file.take(max.saturating_add(1))
        .read_to_end(&mut bytes)
        .disk("read", path)?;
    if bytes.len() as u64 > max {
        return Err(EngineError::new(
            Code::Damaged,
            format!(
                "{} has more than {max} bytes, so this program did not write it",
                path.display()
            ),
            "put back your copy of it, or move it away",
        ));
    }
    Ok(Some(bytes))
}

/// Makes the name of a file durable.
pub fn sync_folder_of(path: &Path) -> Result<(), EngineError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .disk("make durable", folder)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        write(&path, b"old").unwrap();
        std::fs::write(beside(&path), b"what a crash left").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(read(&path, 3).unwrap().unwrap(), b"new");
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn a_missing_file_is_none_and_a_long_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        assert_eq!(read(&path, 3).unwrap(), None);
        std::fs::write(&path, b"four").unwrap();
        assert_eq!(read(&path, 3).unwrap_err().code, Code::Damaged);
    }
}
