//! An account's key, and the text form of accounts.
//!
//! A [`Signer`] has no `Debug` and no serialisation, so that no log and no file can hold it by mistake. The secret is
//! cleared when it is dropped.

use crate::{ChainError, Result};
use base58::{FromBase58, ToBase58};
use blake2::{Blake2b512, Digest};
use std::str::FromStr;
use subxt_signer::{sr25519::Keypair, SecretUri};

/// 32 bytes: an sr25519 public key, or the hash of a shared account.
pub type Account = [u8; 32];

/// Prefix of this chain's addresses; its two bytes make them begin with `hc`.
pub const SS58_PREFIX: u16 = 13_936;
/// Prefix that any Substrate chain's tools use when they do not know the chain.
const GENERIC_PREFIX: u16 = 42;
/// What the checksum's hash begins with (SS58 registry, "Checksum types").
const CHECKSUM_CONTEXT: &[u8] = b"SS58PRE";
/// Bytes of the checksum of a 32-byte account.
const CHECKSUM_LEN: usize = 2;
/// Longest text that is looked at: 36 bytes are at most 50 characters.
const MAX_ADDRESS_TEXT: usize = 64;

/// Signs for one account.
#[derive(Clone)]
pub struct Signer {
    pub(crate) keypair: Keypair,
}

impl Signer {
    /// The key of a BIP-39 phrase (English, any of its lengths, without password) and a derivation path: `""` for the
    /// phrase's own key, else `//hard` and `/soft` steps as in `//Alice`.
    ///
    /// Errors: [`ChainError::BadPhrase`].
    pub fn from_phrase(phrase: &str, path: &str) -> Result<Self> {
        let bad = |reason| ChainError::BadPhrase { reason };
        let words = bip39::Mnemonic::parse_in(bip39::Language::English, phrase)
            .map_err(|_| bad("these are not the words of a phrase; check spelling, order and number"))?;
        if !path.is_empty() && !path.starts_with('/') {
            return Err(bad("a path is empty or begins with /"));
        }
        if path.contains("///") {
            return Err(bad("a password after /// is not supported; use the phrase alone"));
        }
        let steps =
            SecretUri::from_str(path).map_err(|_| bad("the path is not made of //hard and /soft steps"))?;
        let root = Keypair::from_phrase(&words, None).map_err(|_| bad("the phrase has an unusual length"))?;
        Ok(Signer {
            keypair: root.derive(steps.junctions),
        })
    }

    /// Whose key it is.
    pub fn account(&self) -> Account {
        self.keypair.public_key().0
    }

    /// The account as text of this chain.
    pub fn address(&self) -> String {
        address_of(&self.account())
    }
}

/// SS58 text of an account, with this chain's prefix.
pub fn address_of(account: &Account) -> String {
    address_with_prefix(account, SS58_PREFIX)
}

fn address_with_prefix(account: &Account, prefix: u16) -> String {
    let mut bytes = prefix_bytes(prefix);
    bytes.extend_from_slice(account);
    let checksum = checksum(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes.to_base58()
}

/// The account behind SS58 text with this chain's prefix or with the generic one.
///
/// Errors: [`ChainError::BadAddress`]; an address of another chain is refused, since its owner may hold keys for that
/// chain only.
pub fn account_of(address: &str) -> Result<Account> {
    let bad = |reason| ChainError::BadAddress {
        text: crate::error::quoted(address),
        reason,
    };
    if address.len() > MAX_ADDRESS_TEXT {
        return Err(bad("it is too long"));
    }
    let bytes = address
        .from_base58()
        .map_err(|_| bad("it holds characters that no address has"))?;
    for prefix in [SS58_PREFIX, GENERIC_PREFIX] {
        let Some(rest) = bytes.strip_prefix(prefix_bytes(prefix).as_slice()) else {
            continue;
        };
        let Some((account, found)) = rest.split_last_chunk::<CHECKSUM_LEN>() else {
            continue;
        };
        let Ok(account) = Account::try_from(account) else {
            continue;
        };
        let mut signed = prefix_bytes(prefix);
        signed.extend_from_slice(&account);
        return if checksum(&signed) == *found {
            Ok(account)
        } else {
            Err(bad("it was mistyped"))
        };
    }
    Err(bad("it belongs to another chain, or a part of it is missing"))
}

/// One byte below 64, else two, whose bits the SS58 registry's "Address type" orders; prefixes end at 16,383.
fn prefix_bytes(prefix: u16) -> Vec<u8> {
    let [high, low] = prefix.to_be_bytes();
    match prefix {
        0..=63 => vec![low],
        _ => vec![(low >> 2) | 0b0100_0000, high | (low << 6)],
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_LEN] {
    let hash = Blake2b512::new()
        .chain_update(CHECKSUM_CONTEXT)
        .chain_update(bytes)
        .finalize();
    [hash[0], hash[1]]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The phrase of the well-known development accounts.
    const DEV: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
    const ALICE: &str = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    #[test]
    fn alice_is_who_every_substrate_tool_says_she_is() {
        let alice = Signer::from_phrase(DEV, "//Alice").unwrap();
        assert_eq!(hex::encode(alice.account()), ALICE);
        assert_eq!(
            address_with_prefix(&alice.account(), GENERIC_PREFIX),
            "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
        );
        assert_eq!(
            alice.address(),
            "hcVGSrGajMjcdMH58oYL6icHdQvssWzgjGcsQYS9BNNkPbaCN"
        );
    }

    #[test]
    fn addresses_of_this_chain_begin_with_its_letters_and_lead_back() {
        let bob = Signer::from_phrase(DEV, "//Bob").unwrap();
        assert!(bob.address().starts_with("hc"), "{}", bob.address());
        assert_eq!(account_of(&bob.address()).unwrap(), bob.account());
        assert_eq!(
            account_of("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty").unwrap(),
            bob.account()
        );
    }

    #[test]
    fn the_two_prefix_bytes_are_those_of_the_registry() {
        // Prefix 64 is the first of two bytes, 255 and 16383 the examples of sp-core's own tests.
        assert_eq!(prefix_bytes(64), [0b0101_0000, 0]);
        assert_eq!(prefix_bytes(255), [0b0111_1111, 0b1100_0000]);
        assert_eq!(prefix_bytes(16_383), [0b0111_1111, 0b1111_1111]);
    }

    #[test]
    fn a_mistyped_or_foreign_address_is_refused() {
        let address = Signer::from_phrase(DEV, "").unwrap().address();
        for at in 0..address.len() {
            let mut typed: Vec<char> = address.chars().collect();
            typed[at] = if typed[at] == '7' { '8' } else { '7' };
            let typed: String = typed.into_iter().collect();
            assert!(account_of(&typed).is_err(), "{typed}");
        }
        // Alice on Polkadot, prefix 0.
        assert!(account_of("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5").is_err());
        for text in ["", "hc", "0OIl", &"7".repeat(10_000)] {
            assert!(account_of(text).is_err());
        }
    }

    #[test]
    fn a_bad_phrase_or_path_is_refused_without_repeating_it() {
        let wrong = DEV.replace("walk", "walks");
        for (phrase, path) in [
            (wrong.as_str(), ""),
            ("", "//Alice"),
            ("0x00", ""),
            (DEV, "Alice"),
            (DEV, "//Alice///secret"),
        ] {
            let error = Signer::from_phrase(phrase, path).err().unwrap().to_string();
            assert!(!error.contains("secret") && !error.contains("bottom"), "{error}");
        }
    }

    #[test]
    fn paths_lead_to_different_keys() {
        let own = Signer::from_phrase(DEV, "").unwrap().account();
        let hard = Signer::from_phrase(DEV, "//0").unwrap().account();
        let soft = Signer::from_phrase(DEV, "/0").unwrap().account();
        assert!(own != hard && hard != soft && own != soft);
    }
}
