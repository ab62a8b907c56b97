//! Lines of a file that another process is writing, as they come.
//!
//! The kernel says when the file grows (inotify), so nothing here asks again and again. Output goes through files and
//! not through pipes: it is there to be shown when something fails, and a process that is left running does not
//! lose its reader.

use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify;
use tokio::io::unix::AsyncFd;

/// Bytes read at once.
const READ_LEN: usize = 64 * 1024;

/// A reader of a growing file.
pub struct Lines {
    file: File,
    pending: Vec<u8>,
    grows: AsyncFd<OwnedFd>,
}

impl Lines {
    /// From the start of the file.
    pub fn of(path: &Path) -> io::Result<Self> {
        let watch = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC)?;
        // Watched before it is read, so that no growth falls between the two.
        inotify::add_watch(&watch, path, inotify::WatchFlags::MODIFY)?;
        // Deprecated for types that may change or close what they hold; an `OwnedFd` does neither.
        #[allow(deprecated)]
        let grows = AsyncFd::new(watch)?;
        Ok(Self {
            file: File::open(path)?,
            pending: Vec::new(),
            grows,
        })
    }

    /// The next whole line, as soon as there is one. Dropping the future loses nothing.
    pub async fn next(&mut self) -> io::Result<String> {
        loop {
            if let Some(line) = self.written()? {
                return Ok(line);
            }
            let mut growth = self.grows.readable().await?;
            let mut notes = [MaybeUninit::uninit(); 1024];
            let mut reader = inotify::Reader::new(growth.get_inner(), &mut notes);
            while reader.next().is_ok() {}
            growth.clear_ready();
        }
    }

    /// The next whole line that is there already.
    pub fn written(&mut self) -> io::Result<Option<String>> {
        if !self.pending.contains(&b'\n') {
            let mut bytes = vec![0; READ_LEN];
            loop {
                let read = self.file.read(&mut bytes)?;
                self.pending.extend_from_slice(&bytes[..read]);
                if read == 0 || self.pending.contains(&b'\n') {
                    break;
                }
            }
        }
        let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        let line: Vec<u8> = self.pending.drain(..=end).collect();
        Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()))
    }
}
