//! What can go wrong between this program and the chain, in words that a person can act on.
//!
//! **`Unknown` is not a failure.** It is the only error after which a transaction may still be included; every other
//! one says that it was not, and that sending it again cannot do it twice.

use hashcard_primitives::Balance;

/// Errors of everything in this crate.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
pub enum ChainError {
    /// The address of the node is not one.
    #[error("{url} is not the address of a node ({reason}). Use ws://host:port or wss://host:port.")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The node does not answer.
    #[error("The node at {url} does not answer ({reason}). Start it, or name another one.")]
    NodeDown {
        /// Which node.
        url: String,
        /// The last attempt's error.
        reason: String,
    },
    /// The node follows another chain than expected.
    #[error(
        "The node at {url} follows another chain: expected {expected}, found {found}. Name another node."
    )]
    WrongChain {
        /// Which node.
        url: String,
        /// What this program expected.
        expected: String,
        /// What the node has.
        found: String,
    },
    /// The chain's runtime is not one that this program understands.
    #[error("The runtime of the chain at {url} does not fit this program: {reason}. What to do: {remedy}.")]
    Incompatible {
        /// Which node.
        url: String,
        /// What differs.
        reason: String,
        /// Who has to change, as the versions say.
        remedy: &'static str,
    },
    /// The chain's runtime is older than this program, and what was asked for came later.
    #[error(
        "The chain at {url} has no {what}: its runtime has version {spec_version}, and this program was made for {made_for}. \
         Ask again when the chain was upgraded and that is final."
    )]
    NotYet {
        /// Which node.
        url: String,
        /// What it does not have, as the runtime would name it.
        what: String,
        /// The runtime's `spec_version`, at the block that was asked about.
        spec_version: u32,
        /// That of the runtime that this program knows.
        made_for: u32,
    },
    /// The account cannot pay.
    #[error("{call}: not enough money{}{}. Add some, or choose a smaller amount.", of(" needed: ", .needed), of(" free: ", .free))]
    InsufficientFunds {
        /// The call that was not made.
        call: &'static str,
        /// Fee that the transaction would have cost, when it is the fee that could not be paid.
        needed: Option<Balance>,
        /// Free balance of the account, when the node told.
        free: Option<Balance>,
    },
    /// The chain refused a call. Nothing but the fee was taken.
    #[error("{call} was refused: {pallet}.{error}. {remedy}")]
    Refused {
        /// The call.
        call: &'static str,
        /// Who refused: a pallet's name, or a part of the node.
        pallet: String,
        /// Name of the error, as the pallet writes it.
        error: String,
        /// What to do about it.
        remedy: String,
    },
    /// The transaction was not included, and never will be.
    #[error("{call} was not included in the chain: {reason}. It can be sent again.")]
    Dropped {
        /// The call.
        call: &'static str,
        /// Hash of the transaction, in hex.
        hash: String,
        /// Why.
        reason: String,
    },
    /// The transaction may have been included, or may still be.
    #[error(
        "{call}: it is not known whether transaction {hash} was included ({reason}). Look again once the node \
         answers; up to block {valid_until} it can still be included, so do not repeat it before."
    )]
    Unknown {
        /// The call.
        call: &'static str,
        /// Hash of the transaction, in hex.
        hash: String,
        /// Last block that can include it.
        valid_until: u32,
        /// What hid its fate.
        reason: String,
    },
    /// The node answered with an error to a question that the protocol allows.
    #[error("The node could not answer {method}: {reason}")]
    NodeRefused {
        /// The method.
        method: String,
        /// What the node said.
        reason: String,
    },
    /// The node answered with something that no honest node of this chain says.
    #[error("The node's answer to {what} cannot be true: {reason}. Use another node.")]
    HostileAnswer {
        /// What was asked.
        what: String,
        /// Why the answer is refused.
        reason: String,
    },
    /// An argument is longer than the chain takes.
    #[error("{what}: {len} is too much; at most {max} are taken.")]
    TooLong {
        /// Which argument.
        what: &'static str,
        /// Its length.
        len: usize,
        /// The longest allowed.
        max: usize,
    },
    /// The words or the path do not make a key.
    #[error("No key can be made from this: {reason}")]
    BadPhrase {
        /// What is wrong; never a part of the phrase.
        reason: &'static str,
    },
    /// Text that is not an address of this chain.
    #[error("{text} is not an address of this chain: {reason}")]
    BadAddress {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// Results of this crate.
pub type Result<T> = core::result::Result<T, ChainError>;

/// Longest text of a node that is repeated in an error, in characters: a hostile one could send megabytes.
const MAX_QUOTE: usize = 300;

impl ChainError {
    pub(crate) fn hostile(what: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        ChainError::HostileAnswer {
            what: what.into(),
            reason: quoted(reason),
        }
    }
}

/// Text from elsewhere, short and on one line.
pub(crate) fn quoted(text: impl std::fmt::Display) -> String {
    text.to_string()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_QUOTE)
        .collect()
}

fn of(label: &str, amount: &Option<Balance>) -> String {
    const CARD: Balance = 1_000_000_000_000;
    amount.map_or_else(String::new, |amount| {
        format!(",{label}{}.{:012} CARD", amount / CARD, amount % CARD)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_whole_tokens() {
        let error = ChainError::InsufficientFunds {
            call: "keys.buy",
            needed: Some(1_500_000_000_000),
            free: None,
        };
        assert_eq!(
            error.to_string(),
            "keys.buy: not enough money, needed: 1.500000000000 CARD. Add some, or choose a smaller amount."
        );
    }

    #[test]
    fn a_long_or_wild_text_of_a_node_is_repeated_short_and_plain() {
        let error = ChainError::hostile("x", format!("\u{1b}[2J{}", "a".repeat(1 << 20)));
        let text = error.to_string();
        assert!(text.len() < 400 && !text.contains('\u{1b}'));
    }
}
