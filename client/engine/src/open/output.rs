//! From a blob in the store to files. **An output is there as a whole or not at all**: it is made beside its place under
//! a name of its own, made durable, and renamed; what fails is removed. Nothing that is there is replaced unless that was
//! asked for, and no path of a stranger's directory leads out of the output.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use hashcard_format::{BlobReader, Directory, Entry, EntryPath};
use hashcard_primitives::card::CardId;
use hashcard_store::Store;
use rand::RngCore;
use rustix::fs::{renameat_with, RenameFlags, CWD};

use crate::error::{Code, DiskContext, EngineError};
use crate::home::durable::sync_folder_of;
use crate::notation::hex;

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// File or folder.
    pub output: PathBuf,
    /// Bytes of content.
    pub bytes: u64,
    /// Files.
    pub files: u64,
}

/// Hears how far it has come, in bytes, and says whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64) -> bool;

/// Reads the directory of a blob whose chunks are all held.
pub fn read_directory(store: &Store, reader: &BlobReader) -> Result<Directory, EngineError> {
    let mut pieces = Vec::new();
    for piece in reader.directory_chunks() {
        pieces.extend_from_slice(&reader.open_piece(piece, &store.chunk(reader.root(), piece)?)?);
    }
    Ok(reader.parse_directory(&pieces)?)
}

/// Writes all files of a blob. A single file becomes a file, several become a folder.
pub fn write_content(
    store: &Store,
    reader: &BlobReader,
    directory: &Directory,
    target: &Target,
    progress: Progress,
) -> Result<Written, EngineError> {
    let total = reader.footer().content_len();
    let output = target.place(&name_of_content(directory, target))?;
    let mut draft = match single_file(directory) {
        Some(_) => Draft::file(&output)?,
        None => Draft::folder(&output)?,
    };
    let mut files = directory.entries.iter();
    let mut current = next_file(&mut files, &draft)?;
    let mut done = 0u64;
    for span in reader.spans(0..total) {
        let opened = reader.open_piece(span.piece, &store.chunk(reader.root(), span.piece)?)?;
        let mut bytes = opened.get(span.bytes.clone()).unwrap_or_default();
        done = done.saturating_add(bytes.len() as u64);
        while !bytes.is_empty() {
            let Some(open) = &mut current else {
                return Err(contradiction(reader, "its files end before its content"));
            };
            let now = usize::try_from(open.left).unwrap_or(usize::MAX).min(bytes.len());
            let (now, later) = bytes.split_at(now);
            open.write(now)?;
            bytes = later;
            if open.left == 0 {
                open.finish()?;
                current = next_file(&mut files, &draft)?;
            }
        }
        if !progress(done, total) {
            return Err(EngineError::new(
                Code::Failed,
                "opening was broken off",
                "the blob is kept; try again",
            ));
        }
    }
    while let Some(open) = &mut current {
        if open.left > 0 {
            return Err(contradiction(reader, "its content ends before its files"));
        }
        open.finish()?;
        current = next_file(&mut files, &draft)?;
    }
    draft.put_in_place(&output, target.force)?;
    Ok(Written {
        output,
        bytes: total,
        files: directory.entries.len() as u64,
    })
}

/// Writes the bytes at the start that open without a key, as one file: what they are is said by the directory, which does
/// not open.
pub fn write_free_part(
    store: &Store,
    reader: &BlobReader,
    target: &Target,
    progress: Progress,
) -> Result<Written, EngineError> {
    let head = reader.footer().head();
    let free = u64::from(head.free_chunks).saturating_mul(head.suite.piece_len());
    let total = free.min(reader.footer().content_len());
    let output = target.place(&format!("{} (free part)", target.fallback_name()))?;
    let mut draft = Draft::file(&output)?;
    let mut file = OpenFile::create(&draft.path, total)?;
    for span in reader.spans(0..total) {
        let opened = reader.open_piece(span.piece, &store.chunk(reader.root(), span.piece)?)?;
        file.write(opened.get(span.bytes.clone()).unwrap_or_default())?;
        if !progress(total.saturating_sub(file.left), total) {
            return Err(EngineError::new(
                Code::Failed,
                "opening was broken off",
                "the blob is kept; try again",
            ));
        }
    }
    file.finish()?;
    draft.put_in_place(&output, target.force)?;
    Ok(Written {
        output,
        bytes: total,
        files: 1,
    })
}

/// Writes a text as a file.
pub fn write_text(text: &[u8], target: &Target) -> Result<Written, EngineError> {
    let output = target.place(&target.fallback_name())?;
    let mut draft = Draft::file(&output)?;
    let mut file = OpenFile::create(&draft.path, text.len() as u64)?;
    file.write(text)?;
    file.finish()?;
    draft.put_in_place(&output, target.force)?;
    Ok(Written {
        output,
        bytes: text.len() as u64,
        files: 1,
    })
}

/// Where an output goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// The path that was asked for; `None`: the content's own name in `folder`.
    pub output: Option<PathBuf>,
    /// Where relative things begin.
    pub folder: PathBuf,
    /// Replace what is there.
    pub force: bool,
    /// What the card is called.
    pub title: String,
    /// Its number, for when its title is no name for a file.
    pub card: CardId,
}

impl Target {
    /// Refuses a path that is taken before anything is fetched for it.
    pub fn ensure_free(&self) -> Result<(), EngineError> {
        match &self.output {
            Some(output) if !self.force && is_there(output) => Err(taken(output)),
            _ => Ok(()),
        }
    }

    fn place(&self, own_name: &str) -> Result<PathBuf, EngineError> {
        let output = self.output.clone().unwrap_or_else(|| self.folder.join(own_name));
        if !self.force && is_there(&output) {
            return Err(taken(&output));
        }
        Ok(output)
    }

    /// The title, if it is one component of a path on every system.
    fn fallback_name(&self) -> String {
        let name = self.title.replace('/', "-");
        match EntryPath::parse(&name) {
            // A name that begins with a dot is hidden, which nobody expects of a download.
            Ok(path) if !name.starts_with('.') => path.as_str().to_owned(),
            _ => format!("card-{}", self.card),
        }
    }
}

/// The only file, when it lies at the top.
fn single_file(directory: &Directory) -> Option<&Entry> {
    match directory.entries.as_slice() {
        [file] if file.path.components().count() == 1 => Some(file),
        _ => None,
    }
}

fn name_of_content(directory: &Directory, target: &Target) -> String {
    single_file(directory).map_or_else(|| target.fallback_name(), |file| file.path.file_name().to_owned())
}

fn next_file<'a>(
    files: &mut impl Iterator<Item = &'a Entry>,
    draft: &Draft,
) -> Result<Option<OpenFile>, EngineError> {
    let mut next = files.next();
    // Empty files are made on the way; the next one with bytes is given.
    while let Some(entry) = next {
        let mut open = OpenFile::create(&draft.path_of(&entry.path)?, entry.len)?;
        if entry.len > 0 {
            return Ok(Some(open));
        }
        open.finish()?;
        next = files.next();
    }
    Ok(None)
}

fn contradiction(reader: &BlobReader, what: &str) -> EngineError {
    EngineError::new(
        Code::WrongBlob,
        format!("the blob {} contradicts itself: {what}", hex(&reader.root().0)),
        "ask its creator",
    )
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn taken(path: &Path) -> EngineError {
    EngineError::new(
        Code::OutputExists,
        format!("{} is there already", path.display()),
        "give another name (-o PATH), or replace it (--force)",
    )
}

/// An output while it is made; removed unless it was put in place.
struct Draft {
    path: PathBuf,
    is_folder: bool,
    in_place: bool,
}

impl Draft {
    fn file(output: &Path) -> Result<Self, EngineError> {
        Ok(Self {
            path: beside(output)?,
            is_folder: false,
            in_place: false,
        })
    }

    fn folder(output: &Path) -> Result<Self, EngineError> {
        let path = beside(output)?;
        DirBuilder::new().create(&path).disk("make", &path)?;
        Ok(Self {
            path,
            is_folder: true,
            in_place: false,
        })
    }

    /// Where a file of the directory is made. The folder is new and ours, and an [`EntryPath`] has no component that
    /// leads up, so this is always inside.
    fn path_of(&self, entry: &EntryPath) -> Result<PathBuf, EngineError> {
        if !self.is_folder {
            return Ok(self.path.clone());
        }
        let mut path = self.path.clone();
        path.extend(entry.components());
        if let Some(folder) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .create(folder)
                .disk("make", folder)?;
        }
        Ok(path)
    }

    fn put_in_place(&mut self, output: &Path, force: bool) -> Result<(), EngineError> {
        if force && is_there(output) {
            self.replace(output)?;
        } else {
            match renameat_with(CWD, &self.path, CWD, output, RenameFlags::NOREPLACE) {
                Ok(()) => {}
                Err(rustix::io::Errno::EXIST) => return Err(taken(output)),
                // A file system that cannot promise it; between question and answer somebody else would have to come.
                Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if !is_there(output) => {
                    std::fs::rename(&self.path, output).disk("put in place", output)?;
                }
                Err(error) => return Err(std::io::Error::from(error)).disk("put in place", output),
            }
        }
        self.in_place = true;
        sync_folder_of(output)
    }

    /// Swaps with what is there, so that at no moment nothing is; then removes the old.
    fn replace(&self, output: &Path) -> Result<(), EngineError> {
        match renameat_with(CWD, &self.path, CWD, output, RenameFlags::EXCHANGE) {
            Ok(()) => remove(&self.path).disk("remove what was replaced,", &self.path),
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                remove(output).disk("remove", output)?;
                std::fs::rename(&self.path, output).disk("put in place", output)
            }
            Err(error) => Err(std::io::Error::from(error)).disk("replace", output),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.in_place && is_there(&self.path) {
            if let Err(error) = remove(&self.path) {
                tracing::warn!(%error, path = %self.path.display(), "an unfinished output stays");
            }
        }
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    if path.symlink_metadata()?.is_dir() {
        std::fs::remove_dir_all(path)
    } else {
        std::fs::remove_file(path)
    }
}

/// A name beside the output that nobody else has.
fn beside(output: &Path) -> Result<PathBuf, EngineError> {
    let name = output.file_name().ok_or_else(|| {
        EngineError::bad_input(
            format!("{} is no name for an output", output.display()),
            "give another: -o PATH",
        )
    })?;
    let mut random = [0; 8];
    rand::rngs::OsRng.fill_bytes(&mut random);
    // Cut, so that a name of the longest kind still has room for the rest.
    let shown: String = name.to_string_lossy().chars().take(32).collect();
    Ok(output.with_file_name(format!(".{shown}.{}.part", hex(&random))))
}

/// A file being written.
struct OpenFile {
    file: File,
    path: PathBuf,
    left: u64,
}

impl OpenFile {
    fn create(path: &Path, len: u64) -> Result<Self, EngineError> {
        // New, so that two names that a system takes for one are found out and not overwritten.
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .disk("write", path)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            left: len,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        self.file.write_all(bytes).disk("write", &self.path)?;
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), EngineError> {
        self.file.sync_all().disk("write", &self.path)
    }
}

#[cfg(test)]
mod tests;
