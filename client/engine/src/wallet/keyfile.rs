//! `wallet.age`: the words in the format age-encryption.org/v1, with one scrypt passphrase, so that `age -d` opens
//! it too when this program is gone.

use std::io::{Read, Write};
use std::iter;
use std::path::Path;

use age::DecryptError;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::passphrase::Passphrase;
use crate::error::{Code, EngineError};

/// scrypt's N is 2 to this: 128 MiB and about half a second, what OWASP asks for passphrases. Fixed, not measured, so that
/// a wallet made on a fast machine opens on a slow one.
pub const WORK_FACTOR: u8 = 17;
/// Most work that a file may ask for: 512 MiB. A file that asks for more was not made by this program.
const MAX_WORK_FACTOR: u8 = 19;
/// Longest file: header, words and tag have about 500 bytes.
pub const MAX_LEN: u64 = 16 * 1024;
/// Version of what is inside.
const VERSION: u32 = 1;

/// What is inside, as JSON.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Inside {
    version: u32,
    mnemonic: String,
}

/// The words, sealed.
pub fn seal(words: &str, passphrase: &Passphrase, work_factor: u8) -> Result<Vec<u8>, EngineError> {
    let failed = |error: &dyn std::fmt::Display| {
        EngineError::new(
            Code::Wallet,
            format!("could not seal the wallet: {error}"),
            "try again",
        )
    };
    let inside = Inside {
        version: VERSION,
        mnemonic: words.to_owned(),
    };
    let plain = Zeroizing::new(serde_json::to_vec(&inside).map_err(|error| failed(&error))?);
    let mut recipient = age::scrypt::Recipient::new(passphrase.for_age());
    recipient.set_work_factor(work_factor);
    let mut sealed = Vec::new();
    let mut writer = age::Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| failed(&error))?
        .wrap_output(&mut sealed)
        .map_err(|error| failed(&error))?;
    writer.write_all(&plain).map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))?;
    Ok(sealed)
}

/// Whether these bytes begin as a file that a passphrase may open. To try one takes half a second.
#[cfg(fuzzing)]
pub fn is_encrypted(bytes: &[u8]) -> bool {
    age::Decryptor::new_buffered(bytes).is_ok_and(|file| file.is_scrypt())
}

/// The words that were sealed.
pub fn open(sealed: &[u8], passphrase: &Passphrase, path: &Path) -> Result<Zeroizing<String>, EngineError> {
    let damaged = || {
        EngineError::new(
            Code::Wallet,
            format!("{} is damaged, or no wallet", path.display()),
            "put back your copy of it, or import your words into a new home: hashcard wallet import",
        )
    };
    let decryptor = age::Decryptor::new_buffered(sealed).map_err(|_| damaged())?;
    let mut identity = age::scrypt::Identity::new(passphrase.for_age());
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let mut reader = decryptor
        .decrypt(iter::once(&identity as &dyn age::Identity))
        .map_err(|error| match error {
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => EngineError::new(
                Code::WrongPassphrase,
                format!("the passphrase does not open {}", path.display()),
                "try again; without the passphrase only your words help: hashcard wallet import",
            ),
            DecryptError::ExcessiveWork { required, .. } => EngineError::new(
                Code::Wallet,
                format!(
                    "{} asks for more work (2^{required}) than any wallet of this program",
                    path.display()
                ),
                "put back your copy of it",
            ),
            _ => damaged(),
        })?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    (&mut reader)
        .take(MAX_LEN)
        .read_to_end(&mut plain)
        .map_err(|_| damaged())?;
    let mut inside: Inside = serde_json::from_slice(&plain).map_err(|_| damaged())?;
    if inside.version != VERSION {
        return Err(EngineError::new(
            Code::Wallet,
            format!(
                "{} was written by a later version of this program",
                path.display()
            ),
            "use that version",
        ));
    }
    Ok(Zeroizing::new(std::mem::take(&mut inside.mnemonic)))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Little enough work for tests.
    pub const QUICK: u8 = 4;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text).unwrap()
    }

    #[test]
    fn changed_and_missing_bytes_are_noticed() {
        let sealed = seal("some words", &passphrase("p"), QUICK).unwrap();
        assert_eq!(
            *open(&sealed, &passphrase("p"), Path::new("w")).unwrap(),
            "some words"
        );
        // Some of them, in every part of the file: each opening measures the machine first.
        for at in (0..sealed.len()).step_by(13) {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(
                open(&changed, &passphrase("p"), Path::new("w")).is_err(),
                "byte {at}"
            );
        }
        for len in (0..sealed.len()).step_by(29) {
            assert!(
                open(&sealed[..len], &passphrase("p"), Path::new("w")).is_err(),
                "length {len}"
            );
        }
    }

    #[test]
    fn a_file_that_asks_for_too_much_work_is_refused_before_the_work() {
        let sealed = seal("some words", &passphrase("p"), QUICK).unwrap();
        let text = String::from_utf8_lossy(&sealed[..200]).into_owned();
        let at = text.lines().next().unwrap().len() + 1 + text.lines().nth(1).unwrap().len();
        let mut hostile = sealed[..at - 1].to_vec();
        hostile.extend_from_slice(b"40");
        hostile.extend_from_slice(&sealed[at..]);
        let error = open(&hostile, &passphrase("p"), Path::new("w")).unwrap_err();
        assert_eq!(error.code, Code::Wallet);
        assert!(error.message.contains("more work"), "{}", error.message);
    }
}
