//! Failures of the chain. Pallet errors are known by their names, so that a program can tell "sold out" from "the
//! price changed" without reading a sentence.

use hashcard_chain::ChainError;

use super::{Code, EngineError};
use crate::amount::Amount;

impl From<ChainError> for EngineError {
    fn from(error: ChainError) -> Self {
        use ChainError::*;
        match error {
            BadUrl { url, reason } if url.starts_with("light:") => Self::new(
                Code::Usage,
                format!("{} is no chain specification: {reason}", url.trim_start_matches("light:")),
                "make one: hashcard checkpoint, or hashcard-node export-chain-spec --raw",
            ),
            BadUrl { url, reason } => Self::new(
                Code::Usage,
                format!("{url} is not the address of a node: {reason}"),
                "use ws://host:port or wss://host:port",
            ),
            NodeDown { url, reason } if url.starts_with("light:") => Self::new(
                Code::NodeDown,
                format!("nobody on the network answers: {reason}"),
                "go online, or add addresses of nodes to bootNodes of the specification that --light names",
            ),
            NodeDown { url, reason } => Self::new(
                Code::NodeDown,
                format!("the node at {url} does not answer: {reason}"),
                "start it, or name another one: --node URL",
            ),
            WrongChain { url, expected, found } => Self::new(
                Code::WrongChain,
                format!("the node at {url} follows another chain: expected {expected}, found {found}"),
                "name a node of the right chain: --node URL",
            ),
            Incompatible { url, reason, remedy } => Self::new(
                Code::WrongChain,
                format!("the runtime of the chain at {url} does not fit this program: {reason}"),
                remedy,
            ),
            NotYet { url, what, spec_version, made_for } => Self::new(
                Code::WrongChain,
                format!("the chain at {url} has no {what}: its runtime has version {spec_version}, and this program was made for {made_for}"),
                "ask again when the chain was upgraded and that is final; all else works until then",
            ),
            InsufficientFunds { call, needed, free } => {
                let needed_said = needed.map(|amount| format!("; needed: {}", Amount(amount))).unwrap_or_default();
                let free_said = free.map(|amount| format!("; free: {}", Amount(amount))).unwrap_or_default();
                Self::new(
                    Code::InsufficientFunds,
                    format!("there is not enough money for {call}{needed_said}{free_said}"),
                    "put money on the account: hashcard balance shows its address",
                )
                .with("call", call)
            }
            Refused { call, pallet, error, remedy } => refused(call, &pallet, &error, &remedy),
            Dropped { call, hash, reason } => Self::new(
                Code::Dropped,
                format!("{call} was not included in the chain: {reason} (transaction {hash})"),
                "nothing happened; try again",
            )
            .with("call", call),
            Unknown { call, hash, valid_until, reason } => Self::new(
                Code::FateUnknown,
                format!("it is not known whether {call} was included: {reason} (transaction {hash})"),
                format!("look again once the node answers; it can be included up to block {valid_until}, so do not repeat it before"),
            )
            .with("call", call)
            .with("valid_until", valid_until),
            NodeRefused { method, reason } => Self::new(
                Code::Failed,
                format!("the node could not answer {method}: {reason}"),
                "try again, or name another node: --node URL",
            ),
            HostileAnswer { what, reason } => Self::new(
                Code::HostileAnswer,
                format!("the node's answer to {what} cannot be true: {reason}"),
                "name another node: --node URL",
            ),
            TooLong { what, len, max } => Self::bad_input(
                format!("{what} has a length of {len}, and the chain takes {max}"),
                "make it shorter",
            ),
            BadPhrase { reason } => Self::new(Code::Wallet, format!("no key can be made: {reason}"), "check the words"),
            BadAddress { text, reason } => Self::bad_input(
                format!("{text} is not an address of this chain: {reason}"),
                "copy the whole address, as hashcard balance shows it",
            ),
        }
    }
}

fn refused(call: &'static str, pallet: &str, error: &str, remedy: &str) -> EngineError {
    let (code, remedy) = match error {
        "PriceChanged" | "TermsChanged" | "KeyChanged" => (
            Code::PriceChanged,
            "look at the card again: hashcard card ID, then decide",
        ),
        "SoldOut" => (
            Code::SoldOut,
            "there are no more keys; the creator may raise the editions",
        ),
        "NotListed" | "NoUpgrade" => (Code::NotForSale, remedy),
        "KeyEngaged" | "KeyListed" => (Code::KeyBusy, remedy),
        "Retired" | "CardRetired" => (Code::Retired, "the creator withdrew it; who holds a key keeps it"),
        "CardFrozen" | "AlreadyFrozen" => (
            Code::Frozen,
            "a false key of this card was proven; nothing is sold any more",
        ),
        "UnknownCard" | "UnknownOrder" | "UnknownKey" | "UnknownOffer" | "UnknownClerk" | "UnknownPool"
        | "UnknownSession" | "UnknownEndowment" | "UnknownClaim" => (Code::NotFound, "check the number"),
        "KeyIsTrue" => (
            Code::KeyIsSound,
            "nothing is to be done: the key opens the content",
        ),
        _ => (Code::Refused, remedy),
    };
    EngineError::new(
        code,
        format!("the chain refused {call}: {pallet}.{error}"),
        remedy,
    )
    .with("call", call)
    .with("pallet", pallet)
    .with("chain_error", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(error: &str) -> EngineError {
        ChainError::Refused {
            call: "keys.buy",
            pallet: "Keys".into(),
            error: error.into(),
            remedy: "what the chain's side says".into(),
        }
        .into()
    }

    #[test]
    fn refusals_that_people_meet_have_codes_of_their_own() {
        for (error, code, exit) in [
            ("PriceChanged", Code::PriceChanged, 4),
            ("TermsChanged", Code::PriceChanged, 4),
            ("SoldOut", Code::SoldOut, 4),
            ("NotListed", Code::NotForSale, 4),
            ("NoUpgrade", Code::NotForSale, 4),
            ("KeyChanged", Code::PriceChanged, 4),
            ("KeyEngaged", Code::KeyBusy, 4),
            ("KeyListed", Code::KeyBusy, 4),
            ("UnknownOffer", Code::NotFound, 7),
            ("Retired", Code::Retired, 4),
            ("CardFrozen", Code::Frozen, 4),
            ("UnknownCard", Code::NotFound, 7),
            ("UnknownEndowment", Code::NotFound, 7),
            ("NotFunder", Code::Refused, 4),
            ("OwnCard", Code::Refused, 4),
        ] {
            let said = refusal(error);
            assert_eq!((said.code, said.exit), (code, exit), "{error}");
            assert_eq!(
                said.details.get("chain_error").and_then(|name| name.as_str()),
                Some(error)
            );
            assert!(!said.remedy.is_empty());
        }
        assert_eq!(refusal("OwnCard").remedy, "what the chain's side says");
    }

    #[test]
    fn a_node_that_is_down_and_an_empty_purse_have_their_exit_codes() {
        let down = EngineError::from(ChainError::NodeDown {
            url: "ws://x".into(),
            reason: "refused".into(),
        });
        assert_eq!((down.code, down.exit), (Code::NodeDown, 3));
        let poor = EngineError::from(ChainError::InsufficientFunds {
            call: "keys.buy",
            needed: Some(1_500_000_000_000),
            free: None,
        });
        assert_eq!((poor.code, poor.exit), (Code::InsufficientFunds, 5));
        assert!(poor.message.contains("1.5 CARD"), "{}", poor.message);
    }
}
