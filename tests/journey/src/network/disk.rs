//! A disk that can be full, for one process.
//!
//! **It is a real file system that has no room**, not an error that somebody makes up: a tmpfs of a few mebibytes, in a mount namespace of
//! its own. A user namespace around that makes it possible without being root. A limit on file sizes (`ulimit -f`) would need
//! neither, but it stops other writes: those far into a file, and none into a file that is mapped into memory, which is how a
//! node meets a full disk.

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, Told};
use crate::process::{within, Lifetime, Process};

/// How long the kernel may take to mount a file system in memory.
const MOUNTED_WITHIN: Duration = Duration::from_secs(20);
/// Bytes that are written at once where a disk is filled.
const PIECE: usize = 64 * 1024;
/// Mounts, says so, and becomes a process that does nothing: the namespace lives as long as somebody is in it.
const MOUNT: &str =
    r#"mount -t tmpfs -o "size=$2m,mode=700" none "$1" && echo mounted && exec tail -f /dev/null"#;

/// A disk of a few mebibytes. It goes away with this, and all that is on it.
pub struct SmallDisk {
    holder: Process,
    at: PathBuf,
}

impl SmallDisk {
    /// Mounts one at a path that is made, with its log in `folder`. Nobody sees it but who comes [`through`](Self::through) it.
    pub async fn mount(folder: &Path, at: &Path, mebibytes: u32) -> Told<Self> {
        std::fs::create_dir_all(at)?;
        let size = mebibytes.to_string();
        let words: Vec<OsString> = [
            "--user",
            "--map-root-user",
            "--mount",
            "--",
            "sh",
            "-c",
            MOUNT,
            "sh",
        ]
        .into_iter()
        .map(OsString::from)
        .chain([at.as_os_str().to_owned(), size.into()])
        .collect();
        let unshare = Path::new("unshare");
        let mut holder = Process::start("disk", unshare, &words, &[], folder, None, Lifetime::Bound).await?;
        let mut lines = holder.stdout_lines()?;
        let mounted = async {
            tokio::select! {
                line = lines.next() => line.map(drop).map_err(Failure::from),
                status = holder.end() => Err(Failure::new(format!(
                    "no disk of its own could be mounted ({}); it takes user namespaces \
                     (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns), or root",
                    status?
                ))),
            }
        };
        if let Err(failure) = within(MOUNTED_WITHIN, "a disk to be mounted", mounted).await {
            return Err(holder.blame(failure));
        }
        Ok(Self {
            holder,
            at: at.to_owned(),
        })
    }

    /// The words before a program that is to see this disk.
    pub fn through(&self) -> Vec<OsString> {
        let target = self.holder.pid().to_string();
        [
            "nsenter",
            "--target",
            &target,
            "--user",
            "--mount",
            "--preserve-credentials",
            "--",
        ]
        .map(OsString::from)
        .to_vec()
    }

    /// A file on the disk, as this process sees it.
    fn inside(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.pid()));
        root.join(self.at.strip_prefix("/").unwrap_or(&self.at))
            .join(name)
    }

    /// Fills it to the last byte; bytes that it took.
    pub fn fill(&self) -> Told<u64> {
        let mut ballast = File::create(self.inside("ballast"))?;
        let (piece, mut written, mut len) = ([0xb5; PIECE], 0, PIECE);
        while len > 0 {
            match ballast.write(&piece[..len]) {
                Ok(more) => written += more as u64,
                // Smaller pieces may fit still.
                Err(error) if error.kind() == ErrorKind::StorageFull => len /= 2,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(written)
    }

    /// Makes room again.
    pub fn free(&self) -> Told {
        Ok(std::fs::remove_file(self.inside("ballast"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_small_disk_is_full_when_it_was_filled_and_has_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("disk");
        let disk = SmallDisk::mount(folder.path(), &at, 1).await.unwrap();
        let filled = disk.fill().unwrap();
        assert!((900_000..=1_048_576).contains(&filled), "{filled}");
        let refused = std::fs::write(disk.inside("more"), "more").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::StorageFull);
        disk.free().unwrap();
        std::fs::write(disk.inside("more"), "more").unwrap();
        // It is nowhere else.
        assert!(!at.join("more").exists());
        let mut words = disk.through();
        words.extend(["cat".into(), at.join("more").into_os_string()]);
        let seen = std::process::Command::new(&words[0])
            .args(&words[1..])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&seen.stdout), "more");
    }
}
