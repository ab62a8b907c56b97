//! Passphrases from where the user says: a file, a descriptor, or the terminal. Never from the command line or the
//! environment, and never asked for when the output is for a program.

use std::path::PathBuf;

use hashcard_engine::wallet::{AskPassphrase, Passphrase};
use hashcard_engine::{Code, EngineError};
use zeroize::Zeroizing;

use crate::args::Global;

/// Where passphrases come from in this run.
pub struct Passphrases {
    file: Option<PathBuf>,
    may_ask: bool,
}

impl Passphrases {
    /// As the options say.
    pub fn of(global: &Global) -> Self {
        let descriptor = global
            .passphrase_fd
            .map(|number| PathBuf::from(format!("/dev/fd/{number}")));
        Self {
            file: global.passphrase_file.clone().or(descriptor),
            may_ask: !global.json,
        }
    }

    /// A passphrase for a new wallet; typed twice when it is typed.
    pub fn new_passphrase(&self) -> Result<Passphrase, EngineError> {
        if let Some(file) = &self.file {
            return Passphrase::read_from(file);
        }
        let first = self.typed("New passphrase: ")?;
        let second = self.typed("The same again: ")?;
        if !first.same_as(&second) {
            return Err(EngineError::new(
                Code::NoPassphrase,
                "the two passphrases differ",
                "try again",
            ));
        }
        Ok(first)
    }

    /// Secret words from the terminal.
    pub fn typed_words(&self) -> Result<Zeroizing<String>, EngineError> {
        self.prompt("Your words (they are not shown): ")
    }

    fn typed(&self, prompt: &str) -> Result<Passphrase, EngineError> {
        Passphrase::of(self.prompt(prompt)?)
    }

    fn prompt(&self, prompt: &str) -> Result<Zeroizing<String>, EngineError> {
        let missing = |why: String| {
            EngineError::new(
                Code::NoPassphrase,
                format!("no passphrase was given{why}"),
                "give one: --passphrase-file FILE or --passphrase-fd N",
            )
        };
        if !self.may_ask {
            return Err(missing(", and --json never asks".to_owned()));
        }
        rpassword::prompt_password(prompt)
            .map(Zeroizing::new)
            .map_err(|error| missing(format!(", and there is no terminal to ask at: {error}")))
    }
}

impl AskPassphrase for Passphrases {
    fn passphrase(&self) -> Result<Passphrase, EngineError> {
        match &self.file {
            Some(file) => Passphrase::read_from(file),
            None => self.typed("Passphrase: "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_never_asked() {
        let none = Passphrases {
            file: None,
            may_ask: false,
        };
        for error in [
            none.passphrase().err(),
            none.new_passphrase().err(),
            none.typed_words().err(),
        ] {
            let error = error.unwrap();
            assert_eq!(error.code, Code::NoPassphrase);
            assert!(error.remedy.contains("--passphrase-file"));
        }
    }

    #[test]
    fn a_file_serves_for_new_and_for_existing_wallets() {
        let path = std::env::temp_dir().join(format!("hashcard-passphrase-{}", std::process::id()));
        std::fs::write(&path, "secret\n").unwrap();
        let from_file = Passphrases {
            file: Some(path.clone()),
            may_ask: false,
        };
        assert!(from_file
            .passphrase()
            .unwrap()
            .same_as(&from_file.new_passphrase().unwrap()));
        std::fs::remove_file(path).unwrap();
    }
}
