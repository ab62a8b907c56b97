//! Which files a path means. **Nothing outside the folder is ever published**: a link that leads out is refused, not
//! left out, because whoever made it thought otherwise; and so is the home with its wallet.
//!
//! Folders that hold no file leave no trace. Links to a file inside the folder are published as that file.

use std::fs::{File, Metadata, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hashcard_format::{Directory, EntryPath, MAX_ENTRIES};
use hashcard_primitives::blob::MAX_BLOB_LEN;

use crate::error::{DiskContext, EngineError};

/// The files of a publication, in the order of their bytes in the blob.
#[derive(Debug)]
pub struct Source {
    /// What the blob says of them.
    pub directory: Directory,
    /// Where each is on this disk, in the same order.
    pub files: Vec<SourceFile>,
    /// Bytes of all.
    pub len: u64,
}

/// A file as it was found.
#[derive(Debug)]
pub struct SourceFile {
    path: PathBuf,
    len: u64,
    /// Device and number: whether it is still the same file when it is read.
    identity: (u64, u64),
}

impl Source {
    /// The files that `path` means. `home` is never one of them.
    pub fn walk(path: &Path, home: &Path) -> Result<Self, EngineError> {
        let top = path.canonicalize().disk("publish", path)?;
        let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
        if home.starts_with(&top) || top.starts_with(&home) {
            return Err(EngineError::bad_input(
                format!(
                    "{} and the home {} overlap, and the home holds the wallet",
                    top.display(),
                    home.display()
                ),
                "publish a folder without the home in it",
            ));
        }
        let found = top.metadata().disk("look at", &top)?;
        let mut files = Vec::new();
        if found.is_dir() {
            walk_folder(&top, &mut files)?;
        } else {
            let name = top.file_name().unwrap_or_default().as_bytes();
            files.push((entry_path(name, &top)?, SourceFile::of(top.clone(), &found)?));
        }
        if files.is_empty() {
            return Err(EngineError::bad_input(
                format!("there is no file in {}", top.display()),
                "put at least one into it",
            ));
        }
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        let directory = Directory::lay_out(files.iter().map(|(path, file)| (path.clone(), file.len)))
            .map_err(|error| {
                EngineError::bad_input(
                    format!("{} cannot be published: {error}", top.display()),
                    "rename or move what it names",
                )
            })?;
        let len = files
            .iter()
            .try_fold(0u64, |sum, (_, file)| sum.checked_add(file.len))
            .filter(|len| *len <= MAX_BLOB_LEN)
            .ok_or_else(|| {
                EngineError::bad_input(
                    format!("{} is larger than the 16 TiB that a blob can hold", top.display()),
                    "publish it in parts",
                )
            })?;
        Ok(Self {
            directory,
            files: files.into_iter().map(|(_, file)| file).collect(),
            len,
        })
    }
}

fn walk_folder(top: &Path, files: &mut Vec<(EntryPath, SourceFile)>) -> Result<(), EngineError> {
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().disk("read", &folder)? {
            let path = entry.disk("read", &folder)?.path();
            let found = path.symlink_metadata().disk("look at", &path)?;
            if found.is_dir() {
                // A path this deep has no entry anyway; asking now keeps the walk bounded.
                relative(top, &path)?;
                folders.push(path);
                continue;
            }
            let (target, found) = if found.is_symlink() {
                follow(top, &path)?
            } else {
                (path.clone(), found)
            };
            files.push((relative(top, &path)?, SourceFile::of(target, &found)?));
            if files.len() > MAX_ENTRIES {
                return Err(EngineError::bad_input(
                    format!("there are more than {MAX_ENTRIES} files in {}", top.display()),
                    "publish fewer, or an archive of them",
                ));
            }
        }
    }
    Ok(())
}

/// Where a link leads, if that is a file inside the folder.
fn follow(top: &Path, link: &Path) -> Result<(PathBuf, Metadata), EngineError> {
    let target = link.canonicalize().disk("follow the link", link)?;
    if !target.starts_with(top) {
        return Err(EngineError::bad_input(
            format!(
                "the link {} leads out of the folder, to {}",
                link.display(),
                target.display()
            ),
            "put a copy in its place, or remove it",
        ));
    }
    let found = target.metadata().disk("look at", &target)?;
    if found.is_dir() {
        return Err(EngineError::bad_input(
            format!("the link {} leads to a folder", link.display()),
            "put a copy in its place, or remove it",
        ));
    }
    Ok((target, found))
}

fn relative(top: &Path, path: &Path) -> Result<EntryPath, EngineError> {
    let below = path.strip_prefix(top).unwrap_or(path);
    entry_path(below.as_os_str().as_bytes(), path)
}

fn entry_path(name: &[u8], path: &Path) -> Result<EntryPath, EngineError> {
    EntryPath::from_utf8(name).map_err(|error| {
        EngineError::bad_input(
            format!("{} cannot be published: {error}", path.display()),
            "rename it, or move it",
        )
    })
}

impl SourceFile {
    fn of(path: PathBuf, found: &Metadata) -> Result<Self, EngineError> {
        let kind = found.file_type();
        if !kind.is_file() {
            let what = if kind.is_fifo() {
                "a pipe"
            } else if kind.is_socket() {
                "a socket"
            } else if kind.is_block_device() || kind.is_char_device() {
                "a device"
            } else {
                "no file"
            };
            return Err(EngineError::bad_input(
                format!(
                    "{} is {what}, and only files and folders can be published",
                    path.display()
                ),
                "move it out of the way",
            ));
        }
        Ok(Self {
            path,
            len: found.len(),
            identity: (found.dev(), found.ino()),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that it had when it was found.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Opens it, if it is still the file that was found.
    pub fn open(&self) -> Result<File, EngineError> {
        // Not through a link, and without waiting for the other end of a pipe, should one have taken its place.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(i32::from_ne_bytes(flags.bits().to_ne_bytes()))
            .open(&self.path)
            .disk("open", &self.path)?;
        let found = file.metadata().disk("look at", &self.path)?;
        if !found.is_file() || (found.dev(), found.ino()) != self.identity || found.len() != self.len {
            return Err(self.changed());
        }
        Ok(file)
    }

    /// It is not what it was when it was found.
    pub fn changed(&self) -> EngineError {
        EngineError::bad_input(
            format!("{} changed while it was being read", self.path.display()),
            "publish it again once nothing writes to it",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use std::os::unix::fs::symlink;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            std::fs::create_dir(folder.top()).unwrap();
            for (path, text) in files {
                let path = folder.top().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            folder
        }

        fn top(&self) -> PathBuf {
            self.0.path().canonicalize().unwrap().join("top")
        }

        fn walk(&self) -> Result<Source, EngineError> {
            Source::walk(&self.top(), Path::new("/nonexistent/home"))
        }

        fn refusal(&self) -> String {
            let error = self.walk().unwrap_err();
            assert_eq!((error.code, error.exit), (Code::BadInput, 2));
            error.message
        }
    }

    #[test]
    fn files_come_in_the_order_of_the_directory() {
        let folder = Folder::new(&[
            ("b/two.txt", "22"),
            ("a.txt", "1"),
            ("b/empty", ""),
            ("Ünï/ß.txt", "333"),
        ]);
        let source = folder.walk().unwrap();
        let paths: Vec<&str> = source
            .directory
            .entries
            .iter()
            .map(|entry| entry.path.as_str())
            .collect();
        assert_eq!(paths, ["a.txt", "b/empty", "b/two.txt", "Ünï/ß.txt"]);
        assert_eq!(source.len, 6);
        let lens: Vec<u64> = source.files.iter().map(SourceFile::len).collect();
        assert_eq!(lens, [1, 0, 2, 3]);
    }

    #[test]
    fn a_single_file_has_its_own_name() {
        let folder = Folder::new(&[("film.mkv", "x")]);
        let source = Source::walk(&folder.top().join("film.mkv"), Path::new("/nonexistent")).unwrap();
        assert_eq!(source.directory.entries[0].path.as_str(), "film.mkv");
    }

    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let folder = Folder::new(&[("a.txt", "1")]);
        std::fs::write(folder.0.path().join("secret"), "s").unwrap();
        symlink("../secret", folder.top().join("link")).unwrap();
        assert!(folder.refusal().contains("leads out of the folder"));
    }

    #[test]
    fn a_link_to_an_absolute_path_or_a_folder_or_nothing_is_refused() {
        for (target, part) in [("/etc/hostname", "leads out"), (".", "leads to a folder")] {
            let folder = Folder::new(&[("a.txt", "1")]);
            symlink(target, folder.top().join("link")).unwrap();
            assert!(folder.refusal().contains(part), "{target}");
        }
        let folder = Folder::new(&[("a.txt", "1")]);
        symlink("nothing", folder.top().join("link")).unwrap();
        assert_eq!(folder.walk().unwrap_err().code, Code::Disk);
    }

    #[test]
    fn a_link_to_a_file_inside_is_that_file() {
        let folder = Folder::new(&[("sub/a.txt", "12")]);
        symlink("sub/a.txt", folder.top().join("b.txt")).unwrap();
        let source = folder.walk().unwrap();
        assert_eq!(source.files[0].path(), folder.top().join("sub/a.txt"));
        assert_eq!(source.len, 4);
    }

    #[test]
    fn a_folder_that_was_swapped_for_a_link_to_itself_does_not_loop() {
        let folder = Folder::new(&[("a/b.txt", "1")]);
        symlink("..", folder.top().join("a/up")).unwrap();
        assert!(folder.refusal().contains("leads to a folder"));
    }

    #[test]
    fn pipes_sockets_and_devices_are_refused() {
        let folder = Folder::new(&[("a.txt", "1")]);
        let _socket = std::os::unix::net::UnixListener::bind(folder.top().join("s")).unwrap();
        assert!(folder.refusal().contains("is a socket"));
        assert!(Source::walk(Path::new("/dev/null"), Path::new("/nonexistent"))
            .unwrap_err()
            .message
            .contains("a device"));
    }

    #[test]
    fn names_that_differ_in_case_only_are_refused() {
        let folder = Folder::new(&[("Read.me", "1"), ("read.ME", "2")]);
        assert!(folder.refusal().contains("differ in case only"));
    }

    #[test]
    fn names_that_other_systems_cannot_hold_are_refused() {
        for name in ["a:b", "nul.txt", "dot."] {
            assert!(
                Folder::new(&[(name, "1")])
                    .refusal()
                    .contains("cannot be published"),
                "{name}"
            );
        }
        let folder = Folder::new(&[]);
        std::fs::write(folder.top().join(std::ffi::OsStr::from_bytes(b"\xff")), "").unwrap();
        assert!(folder.refusal().contains("UTF-8"));
    }

    #[test]
    fn a_folder_without_a_file_and_a_missing_path_are_refused() {
        assert!(Folder::new(&[]).refusal().contains("no file"));
        assert_eq!(
            Source::walk(Path::new("/nonexistent/x"), Path::new("/h"))
                .unwrap_err()
                .code,
            Code::Disk
        );
    }

    #[test]
    fn the_home_is_never_published() {
        let folder = Folder::new(&[("home/wallet.age", "w"), ("a.txt", "1")]);
        let home = folder.top().join("home");
        for path in [folder.top(), home.clone(), home.join("wallet.age")] {
            assert!(
                Source::walk(&path, &home)
                    .unwrap_err()
                    .message
                    .contains("overlap"),
                "{}",
                path.display()
            );
        }
        assert!(Source::walk(&folder.top().join("a.txt"), &home).is_ok());
    }

    #[test]
    fn a_file_that_changed_since_it_was_found_is_refused() {
        let folder = Folder::new(&[("a.txt", "1")]);
        let path = folder.top().join("a.txt");
        let source = folder.walk().unwrap();
        assert!(source.files[0].open().is_ok());
        std::fs::write(&path, "22").unwrap();
        assert!(source.files[0].open().unwrap_err().message.contains("changed"));
        let source = folder.walk().unwrap();
        std::fs::remove_file(&path).unwrap();
        symlink("/etc/hostname", &path).unwrap();
        assert!(source.files[0].open().is_err());
    }
}
