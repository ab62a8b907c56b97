//! The connection: one at a time, dialled again when it breaks, for a bounded time.
//!
//! **Only questions are asked again by themselves.** A transaction that was handed to a breaking connection may have
//! arrived, so [`Link::submit`] tells what happened and leaves the decision to `transact`.
//!
//! Everything that a node sends is bounded here: the bytes of one answer, the answers that wait in a subscription, and
//! the time that one may take.

use crate::{error::quoted, ChainError, Result};
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use std::{future::Future, sync::OnceLock, time::Duration};
use subxt::{
    config::substrate::H256,
    ext::jsonrpsee::ws_client::{PingConfig, WsClientBuilder},
    rpcs::{
        client::{rpc_params, RpcClient, RpcParams, RpcSubscription},
        methods::legacy::TransactionStatus,
        Error as RpcError,
    },
};
use tokio::{
    sync::Mutex,
    time::{sleep, Instant},
};

/// Longest answer, in bytes of JSON: a full block of 5 MiB in hex, with room for its header and quotes.
const MAX_ANSWER_JSON: u32 = 16 * 1024 * 1024;
/// Most notifications that wait in one subscription. A subscriber that lags further is cut off, and asks again.
const MAX_WAITING_NOTIFICATIONS: usize = 16;
/// Longest wait for one answer: the slowest honest one is a block of 5 MiB over a home connection.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest wait for a connection.
const DIAL_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a silent connection is probed, so that a dead one is noticed.
const PING_INTERVAL: Duration = Duration::from_secs(15);
/// How long a question is asked again while the node is away: the time in which a node restarts.
const PATIENCE: Duration = Duration::from_secs(30);
/// First pause between two attempts; it doubles up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(4);

/// What is asked first of every connection.
const GENESIS_METHOD: &str = "chain_getBlockHash";

/// Makes connections. Tests put a chain of their own behind it.
pub(crate) trait Dial: Send + Sync + 'static {
    /// One attempt; the error is a reason for people.
    fn dial(&self) -> BoxFuture<'_, core::result::Result<RpcClient, String>>;

    /// Whether blocks are found by their numbers. A light client knows them by hash alone: no proof says which has a number.
    fn knows_numbers(&self) -> bool {
        true
    }

    /// Whether who takes a transaction says at once why he does not. A light client hands it to strangers, who say nothing.
    fn tells_why_not(&self) -> bool {
        true
    }
}

/// Dials a node's WebSocket.
pub(crate) struct WebSocket(String);

impl WebSocket {
    /// Errors: [`ChainError::BadUrl`] for a scheme other than `ws` and `wss`.
    pub(crate) fn new(url: &str) -> Result<Self> {
        if ["ws://", "wss://"]
            .iter()
            .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
        {
            return Ok(WebSocket(url.to_owned()));
        }
        Err(ChainError::BadUrl {
            url: quoted(url),
            reason: "it does not begin with ws:// or wss://".into(),
        })
    }
}

impl Dial for WebSocket {
    fn dial(&self) -> BoxFuture<'_, core::result::Result<RpcClient, String>> {
        Box::pin(async {
            WsClientBuilder::default()
                .max_response_size(MAX_ANSWER_JSON)
                .max_buffer_capacity_per_subscription(MAX_WAITING_NOTIFICATIONS)
                .request_timeout(ANSWER_TIMEOUT)
                .connection_timeout(DIAL_TIMEOUT)
                .enable_ws_ping(PingConfig::new().ping_interval(PING_INTERVAL))
                .build(&self.0)
                .await
                .map(RpcClient::new)
                .map_err(quoted)
        })
    }
}

/// Statuses of one submitted transaction.
pub(crate) type Statuses = RpcSubscription<TransactionStatus<H256>>;

/// What became of an attempt to hand a transaction over.
pub(crate) enum Submission {
    /// The node took it, and tells how it fares.
    Watched(Statuses),
    /// The node did not take it, and says why.
    Answered {
        /// JSON-RPC error code.
        code: i32,
        /// The node's words.
        reason: String,
    },
    /// The connection broke while the transaction was under way.
    Lost(String),
    /// There was no connection, so nothing was sent.
    Unsent(ChainError),
}

/// A connection that renews itself.
pub(crate) struct Link {
    url: String,
    dialler: Box<dyn Dial>,
    slot: Mutex<Slot>,
    genesis: OnceLock<H256>,
}

/// The connection in use, if there is one, and how many there have been.
#[derive(Default)]
struct Slot {
    rpc: Option<RpcClient>,
    serial: u64,
}

struct Wire {
    rpc: RpcClient,
    /// Tells a broken connection from the one that has replaced it since.
    serial: u64,
}

enum Trouble {
    Lost(String),
    Answered { code: i32, reason: String },
    Final(ChainError),
}

type Attempt<T> = core::result::Result<T, Trouble>;

impl Link {
    /// Connects once, without patience, so that a wrong address is told at once.
    pub(crate) async fn open(url: &str, dialler: impl Dial) -> Result<Self> {
        let link = Link {
            url: url.to_owned(),
            dialler: Box::new(dialler),
            slot: Mutex::default(),
            genesis: OnceLock::new(),
        };
        match link.wire().await {
            Ok(_) => Ok(link),
            Err(trouble) => Err(link.told(GENESIS_METHOD, trouble)),
        }
    }

    /// Whether blocks are found by their numbers.
    pub(crate) fn knows_numbers(&self) -> bool {
        self.dialler.knows_numbers()
    }

    /// Whether a transaction that is not taken comes back with a reason.
    pub(crate) fn tells_why_not(&self) -> bool {
        self.dialler.tells_why_not()
    }

    /// Where the node is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Hash of block 0; every connection of this link has led to the same.
    pub(crate) fn genesis(&self) -> H256 {
        *self
            .genesis
            .get()
            .expect("`open` returns only links that learnt it; qed")
    }

    /// Asks, and asks again on a new connection while [`PATIENCE`] lasts.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: RpcParams,
    ) -> Result<T> {
        self.patiently(method, || self.ask_once(method, params.clone()))
            .await
    }

    /// Opens a subscription, with the same patience.
    pub(crate) async fn subscribe<T: DeserializeOwned>(
        &self,
        method: &'static str,
        end: &'static str,
    ) -> Result<RpcSubscription<T>> {
        self.patiently(method, || self.subscribe_once(method, rpc_params![], end))
            .await
    }

    /// Hands a signed transaction over, once.
    pub(crate) async fn submit(&self, extrinsic: &[u8]) -> Submission {
        const METHOD: &str = "author_submitAndWatchExtrinsic";
        if let Err(trouble) = self.wire().await {
            return Submission::Unsent(self.told(METHOD, trouble));
        }
        let params = rpc_params![format!("0x{}", hex::encode(extrinsic))];
        match self
            .subscribe_once(METHOD, params, "author_unwatchExtrinsic")
            .await
        {
            Ok(statuses) => Submission::Watched(statuses),
            Err(Trouble::Answered { code, reason }) => Submission::Answered { code, reason },
            Err(Trouble::Lost(reason)) => Submission::Lost(reason),
            Err(Trouble::Final(error)) => Submission::Lost(quoted(error)),
        }
    }

    async fn patiently<T, F>(&self, method: &str, attempt: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Attempt<T>>,
    {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Lost(_)) if began.elapsed() + pause <= PATIENCE => {}
                Err(trouble) => return Err(self.told(method, trouble)),
            }
            sleep(pause).await;
            pause = MAX_PAUSE.min(pause * 2);
        }
    }

    async fn ask_once<T: DeserializeOwned>(&self, method: &str, params: RpcParams) -> Attempt<T> {
        let wire = self.wire().await?;
        match wire.rpc.request(method, params).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.judged(method, &wire, error).await),
        }
    }

    async fn subscribe_once<T: DeserializeOwned>(
        &self,
        method: &str,
        params: RpcParams,
        end: &str,
    ) -> Attempt<RpcSubscription<T>> {
        let wire = self.wire().await?;
        match wire.rpc.subscribe(method, params, end).await {
            Ok(subscription) => Ok(subscription),
            Err(error) => Err(self.judged(method, &wire, error).await),
        }
    }

    /// The connection in use, or a new one that leads to the same chain.
    async fn wire(&self) -> Attempt<Wire> {
        let mut slot = self.slot.lock().await;
        if let Some(rpc) = &slot.rpc {
            return Ok(Wire {
                rpc: rpc.clone(),
                serial: slot.serial,
            });
        }
        let rpc = self.dialler.dial().await.map_err(Trouble::Lost)?;
        let genesis: Option<H256> = rpc
            .request(GENESIS_METHOD, rpc_params![0u32])
            .await
            .map_err(|e| trouble_of(GENESIS_METHOD, e))?;
        let found = genesis
            .ok_or_else(|| Trouble::Final(ChainError::hostile(GENESIS_METHOD, "the chain has no block 0")))?;
        let expected = *self.genesis.get_or_init(|| found);
        if found != expected {
            return Err(Trouble::Final(ChainError::WrongChain {
                url: self.url.clone(),
                expected: format!("{expected:?}"),
                found: format!("{found:?}"),
            }));
        }
        slot.serial = slot.serial.wrapping_add(1);
        slot.rpc = Some(rpc.clone());
        Ok(Wire {
            rpc,
            serial: slot.serial,
        })
    }

    /// What an error means; a broken connection is put away, unless another task has replaced it already.
    async fn judged(&self, method: &str, wire: &Wire, error: RpcError) -> Trouble {
        let trouble = trouble_of(method, error);
        if let Trouble::Lost(reason) = &trouble {
            tracing::debug!(url = %self.url, method, reason, "the connection to the node broke");
            let mut slot = self.slot.lock().await;
            if slot.serial == wire.serial {
                slot.rpc = None;
            }
        }
        trouble
    }

    fn told(&self, method: &str, trouble: Trouble) -> ChainError {
        match trouble {
            Trouble::Lost(reason) => ChainError::NodeDown {
                url: self.url.clone(),
                reason,
            },
            Trouble::Answered { reason, .. } => ChainError::NodeRefused {
                method: method.to_owned(),
                reason,
            },
            Trouble::Final(error) => error,
        }
    }
}

fn trouble_of(method: &str, error: RpcError) -> Trouble {
    match error {
        RpcError::User(error) => Trouble::Answered {
            code: error.code,
            // The pool's reasons are in `data`, as a JSON string.
            reason: quoted(match &error.data {
                Some(data) => format!("{}: {}", error.message, data.get().trim_matches('"')),
                None => error.message.clone(),
            }),
        },
        RpcError::Deserialization(error) => Trouble::Final(ChainError::hostile(method, error)),
        RpcError::Decode(error) => Trouble::Final(ChainError::hostile(method, error)),
        error => Trouble::Lost(quoted(error)),
    }
}

#[cfg(test)]
mod tests;
