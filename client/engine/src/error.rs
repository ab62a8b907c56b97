//! Every failure that a person can see says what happened and to what, and what to do about it.
//!
//! One error type for the whole product: it is printed, printed as JSON, and sent over the home's socket, always
//! with the same four fields. docs/CLI-JSON.md lists the codes; none is ever renamed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod from_chain;
mod from_disk;
mod from_index;
mod from_net;

pub(crate) use from_disk::DiskContext;

/// What kind of failure, in a word that programs can rely on.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Anything that has no code of its own.
    Failed,
    /// The seller let the deadline pass; the money is back.
    OrderExpired,
    /// A key that does not open its content.
    FalseKey,
    /// A key that was to be reported and is fine.
    KeyIsSound,
    /// The node said something that contradicts itself or us.
    HostileAnswer,
    /// The node is on another chain, or its runtime is one that this program does not know.
    WrongChain,
    /// The blob is not what the card says.
    WrongBlob,
    /// The address to listen on is in use.
    PortTaken,
    /// Another failure of the network.
    Network,
    /// The command line makes no sense.
    Usage,
    /// What was given is refused before anything is sent.
    BadInput,
    /// The output is there already.
    OutputExists,
    /// No node answers.
    NodeDown,
    /// The chain refused a call.
    Refused,
    /// The terms changed since they were seen.
    PriceChanged,
    /// All editions are sold.
    SoldOut,
    /// The card is not for sale.
    NotForSale,
    /// The creator withdrew the card.
    Retired,
    /// A false key was proven; nothing is sold any more.
    Frozen,
    /// A key is listed, or in an order that is not settled, and can do nothing else.
    KeyBusy,
    /// A transaction left the pool without being included.
    Dropped,
    /// Nobody can say yet whether a transaction was included.
    FateUnknown,
    /// Not enough money.
    InsufficientFunds,
    /// The account holds no key.
    NoKey,
    /// There is no such thing.
    NotFound,
    /// Nobody serves the content.
    NoSeeders,
    /// Not all of it could be fetched.
    Incomplete,
    /// Those who serve it want more for it than is paid.
    TooDear,
    /// What was to be spent is promised, and not all has come.
    BudgetSpent,
    /// The disk is full, or a file cannot be read or written.
    Disk,
    /// Something on disk was changed by somebody else.
    Damaged,
    /// Another process owns the home and does not answer.
    HomeBusy,
    /// The home cannot be used.
    Home,
    /// The home has no wallet.
    NoWallet,
    /// The home has a wallet already.
    WalletExists,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// A passphrase is needed and there is none.
    NoPassphrase,
    /// The wallet's file is damaged, or the words are none.
    Wallet,
}

impl Code {
    /// What the process ends with.
    pub const fn exit(self) -> u8 {
        use Code::*;
        match self {
            Failed | OrderExpired | FalseKey | KeyIsSound | HostileAnswer | WrongChain | WrongBlob
            | PortTaken | Network | FateUnknown => 1,
            Usage | BadInput | OutputExists => 2,
            NodeDown => 3,
            Refused | PriceChanged | SoldOut | NotForSale | Retired | Frozen | KeyBusy | Dropped => 4,
            InsufficientFunds => 5,
            NoKey => 6,
            NotFound => 7,
            NoSeeders | Incomplete | TooDear | BudgetSpent => 8,
            Disk | Damaged => 9,
            HomeBusy | Home | NoWallet | WalletExists | WrongPassphrase | NoPassphrase | Wallet => 10,
        }
    }
}

/// A failure, ready to be shown.
#[derive(thiserror::Error, Serialize, Deserialize, Clone, PartialEq, Debug)]
#[error("{message}")]
pub struct EngineError {
    /// What kind.
    pub code: Code,
    /// What the process ends with.
    pub exit: u8,
    /// What happened, and to what.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Further fields, named in docs/CLI-JSON.md.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

impl EngineError {
    /// An error without further fields.
    pub fn new(code: Code, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            exit: code.exit(),
            message: message.into(),
            remedy: remedy.into(),
            details: Map::new(),
        }
    }

    /// The same with one more field.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.details.insert(field.to_owned(), value.into());
        self
    }

    /// Input that is refused before anything is sent.
    pub fn bad_input(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Code::BadInput, message, remedy)
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message, remedy)
    }

    /// A task of this program ended in a way that it should not; the reason is in the message.
    pub(crate) fn task(source: tokio::task::JoinError) -> Self {
        Self::new(
            Code::Failed,
            format!("a part of the program stopped: {source}"),
            "try again; if it comes back, report it",
        )
    }
}

/// What went wrong below, outermost first, in one line.
pub(crate) fn chain_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_said = cause.to_string();
        if !said.contains(&cause_said) {
            said.push_str(": ");
            said.push_str(&cause_said);
        }
        next = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_four_fields_and_those_of_its_code() {
        let error = EngineError::new(Code::NoSeeders, "nobody serves card 7", "wait")
            .with("done", 3)
            .with("total", 5);
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(
            json,
            r#"{"code":"no_seeders","exit":8,"message":"nobody serves card 7","remedy":"wait","done":3,"total":5}"#
        );
        assert_eq!(serde_json::from_str::<EngineError>(&json).unwrap(), error);
    }

    #[test]
    fn a_cause_that_is_already_said_is_not_said_again() {
        #[derive(thiserror::Error, Debug)]
        #[error("could not read x: {0}")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("it is gone"));
        assert_eq!(chain_of(&error), "could not read x: it is gone");
    }
}
