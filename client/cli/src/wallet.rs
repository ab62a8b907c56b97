//! The commands that handle the words themselves. They never go through a daemon: no secret passes a socket.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use hashcard_engine::command::Outcome;
use hashcard_engine::home::{Home, HomePaths, Ownership};
use hashcard_engine::wallet::{self, AccountName, Wallet, MAX_WORDS_LEN};
use hashcard_engine::{Code, EngineError};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::args::WalletVerb;
use crate::passphrase::Passphrases;
use crate::screen::Screen;

/// A new wallet, with the words: the only time that they are printed unasked.
#[derive(Serialize)]
struct Created<'a> {
    outcome: &'static str,
    path: &'a Path,
    address: &'a str,
    mnemonic: Option<&'a str>,
}

/// Carries out what the engine does not.
pub async fn carry_out(
    verb: WalletVerb,
    paths: &HomePaths,
    passphrases: &Passphrases,
    screen: &mut Screen,
) -> Result<(), EngineError> {
    match verb {
        WalletVerb::New => {
            let wallet = Wallet::generate()?;
            create(&wallet, paths, passphrases)?;
            created(&wallet, paths, true, screen)
        }
        WalletVerb::Import => {
            ensure_none(paths)?;
            let wallet = Wallet::from_words(&given_words(passphrases)?)?;
            create(&wallet, paths, passphrases)?;
            created(&wallet, paths, false, screen)
        }
        WalletVerb::Backup { file: Some(file), .. } => {
            copy_to(&file, &wallet::sealed_file(paths)?)?;
            screen.outcome(&Outcome::WalletBackup {
                path: paths.wallet(),
                copy: Some(file),
            });
            Ok(())
        }
        WalletVerb::Backup { file: None, .. } => show_words(paths, passphrases, screen),
        // Those are the engine's.
        WalletVerb::Show | WalletVerb::Send { .. } => Ok(()),
    }
}

fn create(wallet: &Wallet, paths: &HomePaths, passphrases: &Passphrases) -> Result<(), EngineError> {
    ensure_none(paths)?;
    let home = match Home::try_own(paths)? {
        Ownership::Owned(home) => home,
        Ownership::Taken(_) => {
            return Err(EngineError::new(
                Code::HomeBusy,
                format!("another process is using the home {}", paths.folder().display()),
                "stop it first, or use another home: --home DIR",
            ))
        }
    };
    wallet.keep(home.paths(), &passphrases.new_passphrase()?)
}

/// Before anything is asked.
fn ensure_none(paths: &HomePaths) -> Result<(), EngineError> {
    if wallet::exists(paths) {
        return Err(wallet::is_there_already(paths));
    }
    Ok(())
}

fn created(
    wallet: &Wallet,
    paths: &HomePaths,
    with_words: bool,
    screen: &mut Screen,
) -> Result<(), EngineError> {
    let address = wallet.signer(&AccountName::DEFAULT)?.address();
    if screen.is_json() {
        let path = paths.wallet();
        let mnemonic = with_words.then(|| wallet.words());
        let created = Created {
            outcome: "wallet_created",
            path: &path,
            address: &address,
            mnemonic,
        };
        // The line holds the words, so it is cleared.
        let line = Zeroizing::new(serde_json::to_string(&created).map_err(|error| {
            EngineError::new(
                Code::Failed,
                format!("could not write the answer: {error}"),
                "hashcard wallet backup --words",
            )
        })?);
        screen.line(&line);
        return Ok(());
    }
    screen.line(&format!("Wallet:  {}", paths.wallet().display()));
    screen.line(&format!("Address: {address}"));
    if with_words {
        screen.line("");
        screen.line("These words are the wallet. Write them down now; they are not shown again unasked.");
        screen.line("Who has them has your money and your keys; without them and the passphrase nobody has.");
        print_words(wallet, screen);
    }
    Ok(())
}

fn print_words(wallet: &Wallet, screen: &mut Screen) {
    let words: Vec<&str> = wallet.words().split(' ').collect();
    screen.line("");
    for (row, four) in words.chunks(4).enumerate() {
        let mut line = Zeroizing::new(String::with_capacity(128));
        for (column, word) in four.iter().enumerate() {
            line.push_str(&format!("{:>4}. ", row * 4 + column + 1));
            line.push_str(word);
            // The longest word of BIP 39 has eight letters.
            line.push_str(" ".repeat(9usize.saturating_sub(word.len())).as_str());
        }
        screen.line(line.trim_end());
    }
}

fn show_words(paths: &HomePaths, passphrases: &Passphrases, screen: &mut Screen) -> Result<(), EngineError> {
    if screen.is_json() || !std::io::stdout().is_terminal() {
        return Err(EngineError::new(
            Code::Usage,
            "the words are shown on a terminal only",
            "run it at a terminal without --json, or copy the sealed file: hashcard wallet backup FILE",
        ));
    }
    let wallet = Wallet::open(paths, passphrases)?;
    print_words(&wallet, screen);
    Ok(())
}

/// The words of the user, typed or from a pipe.
fn given_words(passphrases: &Passphrases) -> Result<Zeroizing<String>, EngineError> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return passphrases.typed_words();
    }
    let unreadable = |why: String| {
        EngineError::new(
            Code::Wallet,
            format!("could not read the words from stdin: {why}"),
            "put 12 to 24 words there",
        )
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_WORDS_LEN + 1));
    let limit = MAX_WORDS_LEN as u64 + 1;
    stdin
        .lock()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| unreadable("they are not UTF-8".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Writes the sealed wallet to a new file.
fn copy_to(file: &Path, sealed: &[u8]) -> Result<(), EngineError> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut copy| copy.write_all(sealed).and_then(|()| copy.sync_all()));
    written.map_err(|error| {
        let (code, remedy) = match error.kind() {
            std::io::ErrorKind::AlreadyExists => (Code::OutputExists, "give another name"),
            _ => (Code::Disk, "check the path and the disk"),
        };
        EngineError::new(
            code,
            format!("could not write {}: {error}", file.display()),
            remedy,
        )
    })
}
