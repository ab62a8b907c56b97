//! Where passphrases come from: a terminal, a file, a descriptor. Never the command line and never the environment,
//! which other processes can read.

use std::io::Read;
use std::path::Path;

use age::secrecy::SecretString;
use zeroize::Zeroizing;

use crate::error::{Code, DiskContext, EngineError};

/// Longest passphrase that is read, in bytes.
const MAX_LEN: u64 = 4096;

/// What opens a wallet. Cleared when dropped, never printed.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// A passphrase; an empty one is refused.
    pub fn new(text: &str) -> Result<Self, EngineError> {
        Self::of(Zeroizing::new(text.to_owned()))
    }

    /// The same, without a copy.
    pub fn of(text: Zeroizing<String>) -> Result<Self, EngineError> {
        if text.is_empty() {
            return Err(EngineError::new(
                Code::NoPassphrase,
                "the passphrase is empty",
                "give one",
            ));
        }
        Ok(Self(text))
    }

    /// The first line of a file or pipe, without its end.
    pub fn read_from(path: &Path) -> Result<Self, EngineError> {
        let file = std::fs::File::open(path).disk("open the passphrase file", path)?;
        // With room for all of it, so that growing leaves no copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN as usize + 1));
        file.take(MAX_LEN + 1)
            .read_to_end(&mut bytes)
            .disk("read the passphrase file", path)?;
        let refused = |what: &str| {
            EngineError::new(
                Code::NoPassphrase,
                format!("{} {what}", path.display()),
                format!("put the passphrase on its first line, at most {MAX_LEN} bytes of UTF-8"),
            )
        };
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() as u64 > MAX_LEN {
            return Err(refused("has too long a line"));
        }
        let text = std::str::from_utf8(line).map_err(|_| refused("is not UTF-8"))?;
        if text.is_empty() {
            return Err(refused("has no passphrase"));
        }
        Self::new(text)
    }

    /// Whether two are the same, as when a new one is typed twice.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    pub(super) fn for_age(&self) -> SecretString {
        SecretString::from(self.0.as_str().to_owned())
    }
}

/// Gets the passphrase of the wallet that is there, when it is needed and not before.
pub trait AskPassphrase: Send + Sync {
    /// The passphrase, or why there is none.
    fn passphrase(&self) -> Result<Passphrase, EngineError>;
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub struct Fixed(pub &'static str);

    impl AskPassphrase for Fixed {
        fn passphrase(&self) -> Result<Passphrase, EngineError> {
            Passphrase::new(self.0)
        }
    }

    #[test]
    fn the_first_line_of_a_file_is_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        for bytes in [
            "pass word",
            "pass word\n",
            "pass word\r\n",
            "pass word\nnot this\n",
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert!(Passphrase::read_from(&path)
                .unwrap()
                .same_as(&Passphrase::new("pass word").unwrap()));
        }
    }

    #[test]
    fn a_file_without_a_passphrase_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        for bytes in [&b""[..], b"\n", b"\nsecond", b"\xff\xfe", &[b'a'; 5000]] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(
                Passphrase::read_from(&path).err().unwrap().code,
                Code::NoPassphrase
            );
        }
        assert_eq!(
            Passphrase::read_from(&folder.path().join("none"))
                .err()
                .unwrap()
                .code,
            Code::Disk
        );
        assert_eq!(Passphrase::new("").err().unwrap().code, Code::NoPassphrase);
    }
}
