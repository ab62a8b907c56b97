//! A light client in place of a node: it follows the headers that validators sign and asks whoever is on the network, of whom it
//! believes nothing without a proof.
//!
//! **There is no node to fall back to.** What the network does not prove is not known, and a question that nobody answers ends as
//! one to a node that is away does. The client is smoldot's; what a chain specification says of genesis and of where to begin is
//! all that it trusts.
//!
//! subxt 0.51 gives smoldot no database to begin with, so nothing that was synchronised outlives the process: each begins where
//! the specification says. A checkpoint in it makes that a matter of a second or two ([`crate::checkpoint`]).

mod heads;

use crate::{error::quoted, link::Dial, ChainError, Result};
use codec::DecodeAll;
use futures::{future::BoxFuture, StreamExt};
use heads::{Head, Heads};
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{value::to_raw_value, Value};
use std::time::Duration;
use subxt::{
    lightclient::{LightClient, LightClientRpc},
    rpcs::{
        client::{RawRpcFuture, RawRpcSubscription, RawValue, RpcClient, RpcClientT},
        Error as RpcError,
    },
    utils::AccountId32,
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
    heads: Heads,
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
        if let Some(reason) = unfit(&spec) {
            return Err(refuse(reason));
        }
        let joined = LightClient::relay_chain(spec.as_str());
        let (client, rpc) = joined.map_err(|error| refuse(quoted(error)))?;
        Ok(Self(Joined {
            heads: Heads::follow(RpcClient::new(rpc.clone())),
            rpc,
            _client: client,
        }))
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

    fn tells_why_not(&self) -> bool {
        false
    }
}

/// Whether a specification is one that a light client can begin with; if not, why. Needs a runtime.
pub(crate) fn taken(spec: &str) -> core::result::Result<(), String> {
    match unfit(spec) {
        Some(reason) => Err(reason),
        // It is gone again before it has met anybody.
        None => LightClient::relay_chain(spec).map(drop).map_err(quoted),
    }
}

/// What makes smoldot 2.2 panic over a specification, instead of refusing it: child tries in genesis, which this chain has not.
fn unfit(spec: &str) -> Option<String> {
    let spec: Value = match serde_json::from_str(spec) {
        Ok(spec) => spec,
        Err(error) => return Some(quoted(error)),
    };
    let children = spec.pointer("/genesis/raw/childrenDefault")?;
    let has_some = children.as_object().is_none_or(|children| !children.is_empty());
    has_some.then(|| "its genesis has child tries".to_owned())
}

impl Joined {
    /// How many transactions of an account the best block's chain has. A light client has no pool in which others wait.
    async fn next_number(&self, account: AccountId32) -> Option<u32> {
        const METHOD: &str = "AccountNonceApi_account_nonce";
        let args = Value::String(format!("0x{}", hex::encode(account.0)));
        let answer = self.heads.call(METHOD, &args, self.heads.best().await?).await?;
        let bytes = hex::decode(answer.trim_start_matches("0x")).ok()?;
        u32::decode_all(&mut &bytes[..]).ok()
    }

    /// Headers of the newest blocks as they come: of blocks at which questions can be asked at once.
    fn headers(&self, of: Head) -> RawRpcSubscription {
        let rpc = self.rpc.clone();
        let headers = self.heads.changes(of).then(move |hash| {
            let rpc = rpc.clone();
            async move {
                rpc.request_raw("chain_getHeader", to_raw_value(&[hash]).ok())
                    .await
                    .map_err(unproven)
            }
        });
        RawRpcSubscription {
            stream: headers.boxed(),
            id: None,
        }
    }

    /// Asks about the newest blocks where their runtimes are at hand, and otherwise as a node is asked.
    async fn ask(
        &self,
        method: &str,
        params: Option<Box<RawValue>>,
    ) -> core::result::Result<Box<RawValue>, RpcError> {
        let params = some(params);
        let asked: Vec<Value> = params
            .as_ref()
            .and_then(|params| serde_json::from_str(params.get()).ok())
            .unwrap_or_default();
        let of_the_best = asked.first().is_none_or(Value::is_null);
        let told = match method {
            "chain_getFinalizedHead" => told(self.heads.finalized().await),
            "chain_getBlockHash" if of_the_best => told(self.heads.best().await),
            "chain_getHeader" if of_the_best => {
                let best = [self.heads.best().await];
                return self.rpc.request_raw(method, to_raw_value(&best).ok()).await;
            }
            "state_getRuntimeVersion" => {
                let at = match of_the_best {
                    true => self.heads.best().await,
                    false => read(asked.first()),
                };
                at.and_then(|at| self.heads.version(at))
            }
            "system_accountNextIndex" => match read::<AccountId32>(asked.first()) {
                Some(account) => told(self.next_number(account).await),
                None => None,
            },
            "state_call" => match (read::<String>(asked.first()), asked.get(1), read(asked.get(2))) {
                (Some(name), Some(args), Some(at)) => told(self.heads.call(&name, args, at).await),
                _ => None,
            },
            _ => None,
        };
        match told {
            Some(answer) => Ok(answer),
            None => self.rpc.request_raw(method, params).await.map_err(unproven),
        }
    }
}

fn told(answer: Option<impl Serialize>) -> Option<Box<RawValue>> {
    answer.and_then(|answer| to_raw_value(&answer).ok())
}

fn read<T: DeserializeOwned>(value: Option<&Value>) -> Option<T> {
    serde_json::from_value(value?.clone()).ok()
}

/// Errors by which smoldot 1.3 says that nobody on the network answered with a proof. Another peer may, so they are no answer.
fn unproven(error: RpcError) -> RpcError {
    const NOBODY_PROVED: [&str; 4] = [
        "Storage query errors",
        "No node available for storage query",
        "Error trying to access the storage required for the runtime call",
        "Failed to retrieve",
    ];
    match error {
        RpcError::User(error) if NOBODY_PROVED.iter().any(|said| error.message.contains(said)) => {
            RpcError::Client(quoted(error.message).into())
        }
        other => other,
    }
}

impl RpcClientT for Joined {
    fn request_raw<'a>(
        &'a self,
        method: &'a str,
        params: Option<Box<RawValue>>,
    ) -> RawRpcFuture<'a, Box<RawValue>> {
        Box::pin(async move {
            timeout(ANSWER_TIMEOUT, self.ask(method, params))
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
            let of = match sub {
                "chain_subscribeFinalizedHeads" => Some(Head::Final),
                "chain_subscribeNewHeads" => Some(Head::Best),
                _ => None,
            };
            if let Some(of) = of {
                return Ok(self.headers(of));
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use subxt::rpcs::UserError;

    #[test]
    fn what_nobody_proved_is_no_answer_and_what_the_runtime_says_is_one() {
        let error = |message: &str| {
            unproven(RpcError::User(UserError {
                code: -32_000,
                message: message.to_owned(),
                data: None,
            }))
        };
        assert!(matches!(
            error("Storage query errors:\n- proof is missing"),
            RpcError::Client(_)
        ));
        assert!(matches!(
            error("Failed to retrieve block information from the network"),
            RpcError::Client(_)
        ));
        assert!(matches!(
            error("Error during the execution of the runtime: no such function"),
            RpcError::User(_)
        ));
    }

    #[test]
    fn a_specification_over_which_the_client_would_panic_is_refused() {
        let spec = |children: Value| {
            unfit(&json!({ "genesis": { "raw": { "top": {}, "childrenDefault": children } } }).to_string())
        };
        assert_eq!(spec(json!({})), None);
        assert!(spec(json!({ "0x00": {} })).is_some() && spec(json!([])).is_some());
        assert!(unfit("{").is_some());
        assert_eq!(unfit("{}"), None);
    }
}
