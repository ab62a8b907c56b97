//! What a failure means for what was tried. **What a block refused has cost a fee**, so it is not tried again at once.

use crate::error::{Code, EngineError};

/// Errors of pallet Rewards that name one proof of a call.
const ABOUT_A_PROOF: [&str; 7] = [
    "AlreadyProven",
    "UnknownCard",
    "NoBlob",
    "NotSeated",
    "SeatTooYoung",
    "NothingToShare",
    "WrongLeaf",
];

/// The chain's name for a refusal.
pub fn chain_error(error: &EngineError) -> Option<&str> {
    error.details.get("chain_error").and_then(|name| name.as_str())
}

/// Whether a block said no to what was asked. What the node's pool says is about the pool.
fn is_refusal(error: &EngineError) -> bool {
    let pallet = error.details.get("pallet").and_then(|name| name.as_str());
    pallet.is_some_and(|pallet| pallet != "TransactionPool")
}

/// Whether it is the fault of one proof, so that the others may be taken without it.
pub fn is_about_a_proof(error: &EngineError) -> bool {
    is_refusal(error) && chain_error(error).is_some_and(|name| ABOUT_A_PROOF.contains(&name))
}

/// Whether trying again soon is of no use, or costs a fee each time.
pub fn is_for_good(error: &EngineError) -> bool {
    is_refusal(error) || error.code == Code::InsufficientFunds
}

/// Whether it is the node's fault and no seat's.
pub fn passes(error: &EngineError) -> bool {
    matches!(
        error.code,
        Code::NodeDown | Code::WrongChain | Code::HostileAnswer | Code::Failed
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_chain::ChainError;

    fn refused(pallet: &str, error: &str) -> EngineError {
        ChainError::Refused {
            call: "rewards.prove",
            pallet: pallet.into(),
            error: error.into(),
            remedy: "z".into(),
        }
        .into()
    }

    fn said(code: Code) -> EngineError {
        EngineError::new(code, "x", "y")
    }

    #[test]
    fn one_bad_proof_does_not_speak_for_the_others() {
        assert!(ABOUT_A_PROOF
            .iter()
            .all(|name| is_about_a_proof(&refused("Rewards", name))));
        for error in [
            refused("Rewards", "NotProvable"),
            refused("Token", "CannotCreateHold"),
            said(Code::InsufficientFunds),
        ] {
            assert!(!is_about_a_proof(&error) && is_for_good(&error), "{error}");
        }
    }

    #[test]
    fn what_no_block_refused_is_tried_again() {
        for error in [
            refused("TransactionPool", "PoolFull"),
            said(Code::FateUnknown),
            said(Code::NodeDown),
            said(Code::Dropped),
        ] {
            assert!(!is_about_a_proof(&error) && !is_for_good(&error), "{error}");
        }
    }

    #[test]
    fn a_node_that_is_away_is_no_seats_fault_and_a_rotten_chunk_is() {
        assert!(passes(&said(Code::NodeDown)) && passes(&said(Code::HostileAnswer)));
        assert!(!passes(&said(Code::Damaged)) && !passes(&said(Code::NotFound)));
    }
}
