//! **The words are the only thing to back up.** Accounts, encryption keys, the secrets of published contents, the
//! keys of payment sessions and the peer's identity all follow from them (and from what is public: salts, accounts, the chain).
//!
//! Whatever is secret here is cleared when dropped, cannot be printed, and never leaves this process: not through
//! the socket, not in a log, not in an error. On disk it is only inside `wallet.age`.

use bip39::{Language, Mnemonic};
use hashcard_chain::Signer;
use rand::RngCore;
use zeroize::Zeroizing;

use crate::error::{Code, EngineError};
use crate::home::HomePaths;
pub use account::AccountName;
#[cfg(fuzzing)]
pub use keyfile::is_encrypted;
pub use passphrase::{AskPassphrase, Passphrase};

mod account;
mod derive;
mod keyfile;
mod passphrase;

/// Bytes of chance in new words: 256 bits make 24 words (BIP 39).
const ENTROPY_LEN: usize = 32;
/// Longest words that are read: 24 words of at most 8 letters, with room for generous spaces.
pub const MAX_WORDS_LEN: usize = 1024;

/// A wallet that is open.
pub struct Wallet {
    /// The words, one space between them.
    phrase: Zeroizing<String>,
    /// What everything but signing keys derives from.
    seed: Zeroizing<[u8; 32]>,
}

impl Wallet {
    /// A wallet of new words.
    pub fn generate() -> Result<Self, EngineError> {
        let mut entropy = Zeroizing::new([0; ENTROPY_LEN]);
        rand::rngs::OsRng
            .try_fill_bytes(entropy.as_mut())
            .map_err(|error| wallet_error(format!("the system gave no randomness: {error}"), "try again"))?;
        let mnemonic = Mnemonic::from_entropy_in(Language::English, entropy.as_ref())
            .map_err(|error| wallet_error(format!("could not make words: {error}"), "report it"))?;
        Ok(Self::of(&mnemonic))
    }

    /// The wallet of these words: 12 to 24 English ones with the check that BIP 39 puts into the last.
    pub fn from_words(words: &str) -> Result<Self, EngineError> {
        if words.len() > MAX_WORDS_LEN {
            return Err(wallet_error(
                "these are not 12 to 24 words",
                "check what is being imported",
            ));
        }
        let lower = Zeroizing::new(words.to_lowercase());
        let mnemonic = Mnemonic::parse_in(Language::English, lower.as_str()).map_err(|error| {
            // The words themselves are never repeated.
            let what = match error {
                bip39::Error::BadWordCount(count) => {
                    format!("there are {count} words; there must be 12, 15, 18, 21 or 24")
                }
                bip39::Error::UnknownWord(index) => {
                    format!("word {} is not in the list of BIP 39", index.saturating_add(1))
                }
                bip39::Error::InvalidChecksum => "the words do not fit together".to_owned(),
                _ => "the words are none of BIP 39".to_owned(),
            };
            wallet_error(what, "check the words and their order")
        })?;
        Ok(Self::of(&mnemonic))
    }

    fn of(mnemonic: &Mnemonic) -> Self {
        let phrase = Zeroizing::new(mnemonic.words().collect::<Vec<_>>().join(" "));
        let bip39_seed = Zeroizing::new(mnemonic.to_seed_normalized(""));
        Self {
            phrase,
            seed: derive::wallet_seed(&bip39_seed),
        }
    }

    /// The words. Shown once when they are made, and when their owner asks on a terminal.
    pub fn words(&self) -> &str {
        &self.phrase
    }

    /// Signs as this account.
    pub fn signer(&self, account: &AccountName) -> Result<Signer, EngineError> {
        let path = account.derivation_path();
        Ok(Signer::from_phrase(&self.phrase, &path)?)
    }

    /// Keeps the wallet in a home that has none yet, sealed under the passphrase.
    pub fn keep(&self, paths: &HomePaths, passphrase: &Passphrase) -> Result<(), EngineError> {
        if exists(paths) {
            return Err(is_there_already(paths));
        }
        let sealed = keyfile::seal(&self.phrase, passphrase, keyfile::WORK_FACTOR)?;
        crate::home::durable::write(&paths.wallet(), &sealed)
    }

    /// Opens the wallet of a home.
    pub fn open(paths: &HomePaths, ask: &dyn AskPassphrase) -> Result<Self, EngineError> {
        let sealed = sealed_file(paths)?;
        let passphrase = ask.passphrase()?;
        let phrase = keyfile::open(&sealed, &passphrase, &paths.wallet())?;
        Self::from_words(&phrase)
    }
}

/// The bytes of the wallet's file, still sealed.
pub fn sealed_file(paths: &HomePaths) -> Result<Vec<u8>, EngineError> {
    crate::home::durable::read(&paths.wallet(), keyfile::MAX_LEN)?.ok_or_else(|| {
        EngineError::new(
            Code::NoWallet,
            format!("there is no wallet in {}", paths.folder().display()),
            "make one: hashcard wallet new; or bring yours: hashcard wallet import",
        )
    })
}

/// Whether the home has a wallet.
pub fn exists(paths: &HomePaths) -> bool {
    paths.wallet().exists()
}

/// A wallet is never replaced.
pub fn is_there_already(paths: &HomePaths) -> EngineError {
    EngineError::new(
        Code::WalletExists,
        format!("{} is there already", paths.wallet().display()),
        "use another home (--home DIR), or move that file to a safe place",
    )
}

fn wallet_error(message: impl Into<String>, remedy: &str) -> EngineError {
    EngineError::new(Code::Wallet, message, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wallet::passphrase::tests::Fixed;

    /// The phrase that every development chain of Substrate funds.
    pub const DEV_WORDS: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    #[test]
    fn new_words_are_24_and_differ() {
        let (a, b) = (Wallet::generate().unwrap(), Wallet::generate().unwrap());
        assert_eq!(a.words().split(' ').count(), 24);
        assert_ne!(a.words(), b.words());
    }

    #[test]
    fn words_read_back_whatever_their_spaces_and_case() {
        let wallet = Wallet::generate().unwrap();
        let typed = format!("  {}\n", wallet.words().to_uppercase().replace(' ', " \t "));
        let again = Wallet::from_words(&typed).unwrap();
        assert_eq!(again.words(), wallet.words());
        assert_eq!(*again.seed, *wallet.seed);
    }

    #[test]
    fn words_that_are_none_are_refused_and_never_repeated() {
        let wrong = DEV_WORDS.replace("walk", "walrus");
        for (words, part) in [
            ("", "0 words"),
            ("bottom drive", "2 words"),
            (wrong.as_str(), "word 12"),
            (&DEV_WORDS.replace("walk", "abandon"), "do not fit together"),
            (&"abandon ".repeat(400), "not 12 to 24"),
        ] {
            let error = Wallet::from_words(words).err().unwrap();
            assert_eq!(error.code, Code::Wallet);
            assert!(error.message.contains(part), "{}", error.message);
            assert!(!error.message.contains("bottom") && !error.message.contains("walrus"));
        }
    }

    #[test]
    fn a_wallet_opens_with_its_passphrase_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let paths = HomePaths::new(folder.path());
        let wallet = Wallet::generate().unwrap();
        let right = Passphrase::new("correct horse").unwrap();
        let sealed = keyfile::seal(&wallet.phrase, &right, keyfile::tests::QUICK).unwrap();
        crate::home::durable::write(&paths.wallet(), &sealed).unwrap();

        let opened = Wallet::open(&paths, &Fixed("correct horse")).unwrap();
        assert_eq!(opened.words(), wallet.words());
        let error = Wallet::open(&paths, &Fixed("battery staple")).err().unwrap();
        assert_eq!((error.code, error.exit), (Code::WrongPassphrase, 10));
        let on_disk = String::from_utf8_lossy(&std::fs::read(paths.wallet()).unwrap()).into_owned();
        assert!(wallet
            .words()
            .split(' ')
            .filter(|word| word.len() > 5)
            .all(|word| !on_disk.contains(word)));
    }

    #[test]
    fn a_home_without_a_wallet_says_how_to_make_one() {
        let folder = tempfile::tempdir().unwrap();
        let error = Wallet::open(&HomePaths::new(folder.path()), &Fixed("x"))
            .err()
            .unwrap();
        assert_eq!(error.code, Code::NoWallet);
        assert!(error.remedy.contains("wallet new"));
    }

    #[test]
    fn a_wallet_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let paths = HomePaths::new(folder.path());
        std::fs::write(paths.wallet(), "precious").unwrap();
        let error = Wallet::generate()
            .unwrap()
            .keep(&paths, &Passphrase::new("x").unwrap())
            .unwrap_err();
        assert_eq!(error.code, Code::WalletExists);
        assert_eq!(std::fs::read(paths.wallet()).unwrap(), b"precious");
    }
}
