//! Heads of a chain as a node tells of them, over a subscription of its JSON-RPC.

use std::time::Duration;

use serde_json::Value;
use subxt::rpcs::client::{rpc_params, RpcClient, RpcSubscription};

use crate::failure::{Failure, Told};
use crate::node::height_of;
use crate::process::within;

/// Which heads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Of the best chain, as it seems at the moment.
    Best,
    /// Those that no fork can undo.
    Finalized,
}

/// Heads to come. The first is the one that is there.
pub struct Heads {
    // The subscription ends with it.
    _client: RpcClient,
    subscription: RpcSubscription<Value>,
    kind: Kind,
    url: String,
}

impl Heads {
    /// Asks a node at `ws://…` for its heads.
    pub async fn of(url: &str, kind: Kind) -> Told<Self> {
        let failed = |error: subxt::rpcs::Error| Failure::new(format!("{kind:?} heads of {url}: {error}"));
        let client = RpcClient::from_insecure_url(url).await.map_err(failed)?;
        let (begin, end) = match kind {
            Kind::Best => ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads"),
            Kind::Finalized => ("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads"),
        };
        let subscription = client
            .subscribe(begin, rpc_params![], end)
            .await
            .map_err(failed)?;
        Ok(Self {
            _client: client,
            subscription,
            kind,
            url: url.to_owned(),
        })
    }

    /// Height of the next one. It must come within this time.
    pub async fn next(&mut self, limit: Duration) -> Told<u32> {
        let what = format!("a {:?} head of {}", self.kind, self.url);
        let head = async {
            match self.subscription.next().await {
                Some(Ok(header)) => height_of(&header),
                Some(Err(error)) => Err(Failure::new(error.to_string())),
                None => Err(Failure::new("the node went away")),
            }
        };
        within(limit, &what, head)
            .await
            .map_err(|failure| failure.during(&what))
    }
}
