//! What a node's transaction pool says when it does not take a transaction.
//!
//! Codes and sentences are those of sc-rpc-api 0.60 (`author/error.rs`) and sp-runtime 49
//! (`transaction_validity.rs`). A sentence that is not known is passed on as it is.

use crate::ChainError;

/// How errors name the pool.
pub(crate) const NAME: &str = "TransactionPool";

pub(crate) const INVALID: i32 = 1010;
pub(crate) const UNKNOWN_VALIDITY: i32 = 1011;
const TEMPORARILY_BANNED: i32 = 1012;
const ALREADY_IMPORTED: i32 = 1013;
const TOO_LOW_PRIORITY: i32 = 1014;
const IMMEDIATELY_DROPPED: i32 = 1016;

/// What an answer means for the transaction that was handed over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The pool has it, or had it until a block took it.
    Known,
    /// Its number is in use; with another it may be taken.
    NumberTaken,
    /// It was signed for a runtime or a fork that is no more; signed anew it may be taken.
    Outdated,
    /// The account cannot pay the fee.
    CannotPay,
    /// Signing anew would not help.
    Refused {
        /// A name for programs.
        error: &'static str,
        /// A sentence for people.
        remedy: String,
    },
}

pub(crate) fn verdict(code: i32, reason: &str) -> Verdict {
    let refused = |error, remedy: &str| Verdict::Refused {
        error,
        remedy: format!("{remedy} ({reason})"),
    };
    match code {
        // A pool bans for a while what a block took, and what it dropped.
        ALREADY_IMPORTED | TEMPORARILY_BANNED => Verdict::Known,
        TOO_LOW_PRIORITY => Verdict::NumberTaken,
        IMMEDIATELY_DROPPED => refused("PoolFull", "The node has too many transactions; try later."),
        INVALID if reason.contains("outdated") => Verdict::NumberTaken,
        INVALID if reason.contains("bad signature") || reason.contains("ancient birth block") => {
            Verdict::Outdated
        }
        INVALID if reason.contains("Inability to pay") => Verdict::CannotPay,
        INVALID if reason.contains("exhaust the block limits") => refused(
            "ExhaustsResources",
            "It is too large for a block; split it, or try when blocks are emptier.",
        ),
        INVALID => refused("Invalid", "The chain does not take it."),
        _ => refused("NotTaken", "The node did not take it; use another one."),
    }
}

pub(crate) fn refused(call: &'static str, error: &'static str, remedy: String) -> ChainError {
    ChainError::Refused {
        call,
        pallet: NAME.to_owned(),
        error: error.to_owned(),
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_the_pool_are_understood() {
        for (code, reason, expected) in [
            (
                1010,
                "Invalid Transaction: Transaction is outdated",
                Verdict::NumberTaken,
            ),
            (
                1010,
                "Invalid Transaction: Transaction has a bad signature",
                Verdict::Outdated,
            ),
            (
                1010,
                "Invalid Transaction: Transaction has an ancient birth block",
                Verdict::Outdated,
            ),
            (
                1010,
                "Invalid Transaction: Inability to pay some fees (e.g. account balance too low)",
                Verdict::CannotPay,
            ),
            (1012, "Transaction is temporarily banned", Verdict::Known),
            (1013, "Transaction Already Imported: 0x00", Verdict::Known),
            (
                1014,
                "Priority is too low: (5 vs 5): The transaction has too low priority",
                Verdict::NumberTaken,
            ),
        ] {
            assert_eq!(verdict(code, reason), expected, "{reason}");
        }
    }

    #[test]
    fn a_sentence_that_is_not_known_is_passed_on() {
        for (code, name) in [(1010, "Invalid"), (1016, "PoolFull"), (-32_000, "NotTaken")] {
            let Verdict::Refused { error, remedy } = verdict(code, "no reason that anybody knows") else {
                panic!("{code}")
            };
            assert!(error == name && remedy.contains("no reason that anybody knows"));
        }
    }
}
