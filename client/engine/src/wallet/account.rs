//! Accounts of one wallet: the bare words, or the words with one hard junction, as `subkey` and every wallet of
//! this family write it (`//Alice`).

use serde::{Deserialize, Serialize};

use crate::error::EngineError;

/// Longest name: a junction of more than 32 bytes is hashed by Substrate, so long names would only look different.
const MAX_NAME_LEN: usize = 32;

/// Which account of the wallet.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Default, Debug)]
#[serde(try_from = "Option<String>", into = "Option<String>")]
pub struct AccountName(Option<String>);

impl AccountName {
    /// The account of the bare words.
    pub const DEFAULT: Self = Self(None);

    /// A named account. A name has letters, digits, `-` and `_` only: a slash would make more junctions of it.
    pub fn named(name: &str) -> Result<Self, EngineError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || name.len() > MAX_NAME_LEN || !name.bytes().all(allowed) {
            return Err(EngineError::bad_input(
                format!("{name:?} cannot be the name of an account"),
                format!("use up to {MAX_NAME_LEN} letters, digits, - and _"),
            ));
        }
        Ok(Self(Some(name.to_owned())))
    }

    /// The name, unless it is the default account.
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// What comes behind the words.
    pub fn derivation_path(&self) -> String {
        self.0
            .as_ref()
            .map_or_else(String::new, |name| format!("//{name}"))
    }
}

impl TryFrom<Option<String>> for AccountName {
    type Error = EngineError;

    fn try_from(name: Option<String>) -> Result<Self, EngineError> {
        name.map_or(Ok(Self::DEFAULT), |name| Self::named(&name))
    }
}

impl From<AccountName> for Option<String> {
    fn from(account: AccountName) -> Self {
        account.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_hard_junction() {
        assert_eq!(AccountName::named("Alice").unwrap().derivation_path(), "//Alice");
        assert_eq!(AccountName::DEFAULT.derivation_path(), "");
    }

    #[test]
    fn a_name_that_would_be_more_than_one_junction_is_refused() {
        for name in [
            "",
            "/",
            "//Alice",
            "a/b",
            "a//b",
            "a b",
            "ä",
            "///pw",
            &"a".repeat(33),
        ] {
            assert!(AccountName::named(name).is_err(), "{name}");
        }
        assert!(serde_json::from_str::<AccountName>(r#""a//b""#).is_err());
        assert_eq!(
            serde_json::from_str::<AccountName>("null").unwrap(),
            AccountName::DEFAULT
        );
    }
}
