//! Questions to a runtime API, at one block, read strictly.
//!
//! Arguments and answers are the shared types of `hashcard-primitives` with plain 32-byte accounts, which encode as the
//! runtime's do. An answer must be exactly one value: bytes left over are a lie, or another runtime.

use crate::{runtime::spec_version_at, Chain, ChainError, Result};
use codec::{Decode, DecodeAll, Encode};
use subxt::{
    config::substrate::H256,
    rpcs::{client::rpc_params, methods::legacy::Bytes},
};

/// Longest answer of an API, in bytes: a feed page of 64 cards with full previews has about 330 KiB.
const MAX_ANSWER: usize = 512 * 1024;

impl Chain {
    /// Asks `method`, as in `CardsApi_card`, about the state after block `at`. `args` is the tuple of its arguments.
    pub(crate) async fn runtime_call<T: Decode>(
        &self,
        at: [u8; 32],
        method: &'static str,
        args: impl Encode,
    ) -> Result<T> {
        if self.lacked(method).await {
            // Unless it was upgraded since.
            let runtime = self.runtime().await?;
            if runtime.lacks.contains(method) {
                return Err(self.not_yet(method, runtime.spec_version));
            }
        }
        let params = rpc_params![method, format!("0x{}", hex::encode(args.encode())), H256(at)];
        let asked: Result<Bytes> = self.link().ask("state_call", params).await;
        match asked.and_then(|answer| decode_answer(method, &answer.0)) {
            Err(error @ (ChainError::NodeRefused { .. } | ChainError::HostileAnswer { .. })) => {
                Err(self.explained(method, at, error).await)
            }
            answered => answered,
        }
    }

    /// An upgrade may explain an answer better: since `connect`, or between the block that was asked about and the best.
    async fn explained(&self, method: &str, at: [u8; 32], error: ChainError) -> ChainError {
        let runtime = match self.runtime().await {
            Ok(runtime) => runtime,
            Err(ChainError::NodeDown { .. } | ChainError::NodeRefused { .. }) => return error,
            Err(explains) => return explains,
        };
        match spec_version_at(self.link(), at).await {
            Ok(then) if then < runtime.spec_version => self.not_yet(method, then),
            _ => error,
        }
    }
}

/// The one value that these bytes encode.
///
/// Errors: [`ChainError::HostileAnswer`] for bytes that are truncated, left over, or no such value. Nothing
/// is allocated for elements that the bytes do not hold.
pub(crate) fn decode_strictly<T: Decode>(what: &str, bytes: &[u8]) -> Result<T> {
    T::decode_all(&mut &bytes[..]).map_err(|error| ChainError::hostile(what, error))
}

/// The same for an answer of a runtime API.
pub(crate) fn decode_answer<T: Decode>(what: &str, bytes: &[u8]) -> Result<T> {
    if bytes.len() > MAX_ANSWER {
        return Err(ChainError::hostile(
            what,
            format!("{} bytes are too many", bytes.len()),
        ));
    }
    decode_strictly(what, bytes)
}

#[cfg(test)]
mod tests;
