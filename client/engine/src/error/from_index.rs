//! Failures of the index.

use hashcard_index::IndexError;

use super::{chain_of, Code, EngineError};

impl From<IndexError> for EngineError {
    fn from(error: IndexError) -> Self {
        use IndexError::*;
        let (code, remedy) = match &error {
            BadQuestion { .. } => (Code::BadInput, "see hashcard search --help"),
            BadCursor => (Code::BadInput, "ask from the beginning"),
            Damaged { .. } => (
                Code::Damaged,
                "read it from the chain again: hashcard index rebuild",
            ),
            OtherChain { .. } => (
                Code::Home,
                "name the node of its chain: --node URL, or read this one: hashcard index rebuild",
            ),
            Contradiction { .. } => (
                Code::WrongChain,
                "name a node of the right chain: --node URL, or read this one from the beginning: hashcard index rebuild",
            ),
            Gap { .. } | TooLarge { .. } => (Code::HostileAnswer, "name another node: --node URL"),
            Empty | NotEmpty { .. } => (Code::Failed, "read it from the chain: hashcard index"),
            TooDeep { .. } => (
                Code::Failed,
                "leave --unfinalized out until the chain finalises again",
            ),
            Sqlite { .. } | File { .. } => (
                Code::Disk,
                "check the disk and try again; the index stands at its last block",
            ),
            _ => (Code::Failed, "try again"),
        };
        Self::new(code, chain_of(&error), remedy)
    }
}
