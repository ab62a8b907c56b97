//! A light client in place of a node: it follows the headers that validators sign and asks whoever is on the network, of whom it
//! believes nothing without a proof.
//!
//! **There is no node to fall back to.** What the network does not prove is not known, and a question that nobody answers ends as
//! one to a node that is away does. The client is smoldot's; what a chain specification says of genesis and of where to begin is
//! all that it trusts.

use crate::{error::quoted, link::Dial, ChainError, Result};
use futures::future::BoxFuture;
use std::time::Duration;
use subxt::{
    lightclient::{LightClient, LightClientRpc},
    rpcs::{
        client::{RawRpcFuture, RawRpcSubscription, RawValue, RpcClient, RpcClientT},
        Error as RpcError,
    },
};
use tokio::time::timeout;

/// What a place begins with that is the specification of a chain, and not a node.
pub(crate) const SCHEME: &str = "light:";
/// Longest specification, in bytes: a genesis with some runtimes in hex.
const MAX_SPEC: u64 = 64 * 1024 * 1024;
/// Longest wait for one answer: the first waits for peers, for the proof of finality, and for the runtime to be fetched and compiled.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// A network that was joined as a light client. What it has synchronised is kept for as long as the link lives.
pub(crate) struct Network(Joined);

/// A running light client; it ends with the last of these.
#[derive(Clone)]
struct Joined {
    rpc: LightClientRpc,
    _client: LightClient,
}

impl Network {
    /// Joins the network of a chain specification in a file. Needs a runtime.
    ///
    /// Errors: [`ChainError::BadUrl`] for a file that cannot be read, or is none.
    pub(crate) fn join(place: &str) -> Result<Self> {
        let path = place.strip_prefix(SCHEME).unwrap_or(place);
        let refuse = |reason: String| ChainError::BadUrl {
            url: quoted(place),
            reason,
        };
        let len = std::fs::metadata(path)
            .map_err(|error| refuse(error.to_string()))?
            .len();
        if len > MAX_SPEC {
            return Err(refuse(format!(
                "it has {len} bytes, and a specification at most {MAX_SPEC}"
            )));
        }
        let spec = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let joined = LightClient::relay_chain(spec.as_str());
        let (client, rpc) = joined.map_err(|error| refuse(quoted(error)))?;
        Ok(Self(Joined { rpc, _client: client }))
    }
}

impl Dial for Network {
    fn dial(&self) -> BoxFuture<'_, core::result::Result<RpcClient, String>> {
        // It finds peers by itself, and again when they are gone.
        Box::pin(async { Ok(RpcClient::new(self.0.clone())) })
    }

    fn knows_numbers(&self) -> bool {
        false
    }
}

impl RpcClientT for Joined {
    fn request_raw<'a>(
        &'a self,
        method: &'a str,
        params: Option<Box<RawValue>>,
    ) -> RawRpcFuture<'a, Box<RawValue>> {
        Box::pin(async move {
            let asking = self.rpc.request_raw(method, some(params));
            timeout(ANSWER_TIMEOUT, asking)
                .await
                .unwrap_or_else(|_| Err(silent()))
        })
    }

    fn subscribe_raw<'a>(
        &'a self,
        sub: &'a str,
        params: Option<Box<RawValue>>,
        unsub: &'a str,
    ) -> RawRpcFuture<'a, RawRpcSubscription> {
        Box::pin(async move {
            let asking = self.rpc.subscribe_raw(sub, some(params), unsub);
            timeout(ANSWER_TIMEOUT, asking)
                .await
                .unwrap_or_else(|_| Err(silent()))
        })
    }
}

/// The client takes an empty list of parameters, and not none.
fn some(params: Option<Box<RawValue>>) -> Option<Box<RawValue>> {
    params.or_else(|| RawValue::from_string("[]".to_owned()).ok())
}

fn silent() -> RpcError {
    RpcError::Client("no peer of the network has answered with a proof".into())
}
