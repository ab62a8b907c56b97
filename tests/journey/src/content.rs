//! Contents to publish, and whether what came back is the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::failure::{ensure, Failure, Told};

/// Bytes that differ from everything else and cannot be compressed: the same for the same seed (xorshift64*,
/// Vigna 2016). Not for secrets.
pub fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Writes such bytes to a file.
pub fn noise_file(path: &Path, len: usize, seed: u64) -> Told<PathBuf> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, noise(len, seed))?;
    Ok(path.to_owned())
}

/// A small website: pages, a picture larger than a chunk, an empty file, deep folders, a name that is not ASCII.
pub fn website(folder: &Path) -> Told<PathBuf> {
    let page = "<!doctype html><link rel=stylesheet href=style/main.css><h1>A site on a card</h1>\n";
    let files: [(&str, Vec<u8>); 6] = [
        ("index.html", page.into()),
        ("style/main.css", "h1 { color: teal }\n".into()),
        ("deep/er/and/deeper/page.html", "<p>Here.</p>\n".into()),
        ("files/привет-世界.txt", "unicode\n".into()),
        ("files/empty", Vec::new()),
        ("pictures/noise.png", noise(600_000, 77)),
    ];
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, bytes)?;
    }
    Ok(folder.to_owned())
}

/// Every file under a folder by its path in it, or the one file under the empty path. Symbolic links are refused.
pub fn files_of(path: &Path) -> Told<BTreeMap<PathBuf, PathBuf>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(at) = waiting.pop() {
        let kind = std::fs::symlink_metadata(&at)
            .map_err(|error| Failure::new(format!("{}: {error}", at.display())))?;
        if kind.is_dir() {
            for entry in std::fs::read_dir(&at)? {
                waiting.push(entry?.path());
            }
        } else if kind.is_file() {
            let name = at.strip_prefix(path).unwrap_or(&at).to_owned();
            files.insert(name, at);
        } else {
            return Err(Failure::new(format!(
                "{} is neither a file nor a folder",
                at.display()
            )));
        }
    }
    Ok(files)
}

/// Fails unless both are the same file, or folders of the same files.
pub fn ensure_same(one: &Path, other: &Path) -> Told {
    let (left, right) = (files_of(one)?, files_of(other)?);
    ensure(left.keys().eq(right.keys()), || {
        format!(
            "{} has {:?}, {} has {:?}",
            one.display(),
            left.keys(),
            other.display(),
            right.keys()
        )
    })?;
    for (name, path) in &left {
        ensure(std::fs::read(path)? == std::fs::read(&right[name])?, || {
            format!(
                "{} of {} and {} differ",
                name.display(),
                one.display(),
                other.display()
            )
        })?;
    }
    Ok(())
}

/// SHA-256 of every file, by path, as `sha256sum` (coreutils) says: a program that knows nothing of ours.
pub async fn sha256(path: &Path) -> Told<BTreeMap<PathBuf, String>> {
    let mut sums = BTreeMap::new();
    for (name, file) in files_of(path)? {
        let said = tokio::process::Command::new("sha256sum")
            .arg("--")
            .arg(&file)
            .stdin(Stdio::null())
            .output()
            .await?;
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        // A name with a backslash or newline has a backslash in front of its line.
        let sum = text
            .trim_start_matches('\\')
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        ensure(said.status.success() && sum.len() == 64, || {
            format!("sha256sum {}: {text}", file.display())
        })?;
        sums.insert(name, sum);
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_the_same_for_a_seed_and_another_for_another() {
        assert_eq!(noise(1000, 1), noise(1000, 1));
        assert_ne!(noise(1000, 1), noise(1000, 2));
        assert_eq!(noise(3, 1).len(), 3);
    }

    #[test]
    fn folders_differ_when_a_file_or_a_byte_does() {
        let stage = tempfile::tempdir().unwrap();
        let one = website(&stage.path().join("one")).unwrap();
        let other = website(&stage.path().join("other")).unwrap();
        ensure_same(&one, &other).unwrap();
        std::fs::write(other.join("index.html"), "else").unwrap();
        assert!(ensure_same(&one, &other).is_err());
        std::fs::remove_file(other.join("index.html")).unwrap();
        assert!(ensure_same(&one, &other).is_err());
    }
}
