//! Failures of the network and of blobs.

use hashcard_format::OpenError;
use hashcard_net::StartError;

use super::{Code, EngineError};

impl From<StartError> for EngineError {
    fn from(error: StartError) -> Self {
        let message = match &error {
            StartError::PortTaken(at) => format!("another program listens at {at}"),
            other => other.to_string(),
        };
        let (code, remedy) = match &error {
            StartError::PortTaken(_) => (
                Code::PortTaken,
                "stop that program, or listen elsewhere: --listen ADDR:PORT",
            ),
            StartError::Listen { .. } => (
                Code::Network,
                "listen at an address of this machine: --listen ADDR:PORT",
            ),
            StartError::Identity(_) => (Code::Failed, "report it"),
            StartError::Address(_) => (
                Code::BadInput,
                "give IP:PORT or a multiaddress: --address EXTERNAL",
            ),
        };
        Self::new(code, message, remedy)
    }
}

impl From<OpenError> for EngineError {
    fn from(error: OpenError) -> Self {
        let (code, remedy) = match &error {
            OpenError::KeyNeeded { .. } => (Code::NoKey, "buy a key: hashcard buy ID"),
            OpenError::DoesNotOpen { .. } => {
                (Code::WrongBlob, "the key is the card's and the blob matches its root, so the creator sealed it wrongly; ask him")
            }
            _ => (Code::WrongBlob, "the blob matches its root and is malformed: do not trust it, and ask its creator"),
        };
        Self::new(code, error.to_string(), remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_says_which_and_what_to_do() {
        let error = EngineError::from(StartError::PortTaken("127.0.0.1:4117".parse().unwrap()));
        assert_eq!((error.code, error.exit), (Code::PortTaken, 1));
        assert!(error.message.contains("127.0.0.1:4117") && error.remedy.contains("--listen"));
    }

    #[test]
    fn a_sealed_piece_without_a_key_is_no_damage() {
        assert_eq!(EngineError::from(OpenError::KeyNeeded { piece: 1 }).exit, 6);
        assert_eq!(
            EngineError::from(OpenError::Padding { piece: 1 }).code,
            Code::WrongBlob
        );
    }
}
