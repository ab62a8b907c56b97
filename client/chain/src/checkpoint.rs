//! A specification from which a light client begins at a block of today, and not at genesis.
//!
//! **Who takes it trusts whoever made it**, once: it says which validators there are, and everything later is proven from there. So it
//! is made at a node of one's own, or of somebody whose word one takes for the specification itself.
//!
//! Genesis is in it by the root of its state alone: smoldot needs no more of it beside a checkpoint, and a runtime in hex is most
//! of a specification.

use crate::{
    at::{at_of, At, Header},
    error::quoted,
    light, Chain, ChainError, Result,
};
use codec::DecodeAll;
use serde_json::{json, Value};
use subxt::{config::substrate::H256, rpcs::client::rpc_params};

const METHOD: &str = "sync_state_genSyncSpec";
/// Most addresses that are written into a specification.
const MAX_BOOT_NODES: usize = 64;

/// A specification with a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// As JSON: what a file for a light client holds.
    pub specification: String,
    /// The final block at which it begins.
    pub at: At,
    /// Where it looks for peers first.
    pub boot_nodes: Vec<String>,
}

impl Chain {
    /// A specification that begins at the node's finalised head, as the node says. `boot_nodes` are multiaddresses with a peer id;
    /// without any, those of the node's own specification, or else those at which it listens.
    ///
    /// Errors: [`ChainError::NodeRefused`] from a chain that is younger than three epochs, a node that has no address to name, and a
    /// light client, which has no checkpoint to give.
    pub async fn checkpoint(&self, boot_nodes: Vec<String>) -> Result<Checkpoint> {
        let refused = |reason: &str| ChainError::NodeRefused {
            method: METHOD.to_owned(),
            reason: reason.to_owned(),
        };
        if !self.link().knows_numbers() {
            return Err(refused(
                "a light client has no checkpoint to give; ask a node: --node URL",
            ));
        }
        let too_young = |why: &str| {
            refused(&format!(
                "no light client can begin there yet ({why}); a checkpoint is to be had from the third epoch on, and until then a \
                 light client begins at genesis: hashcard-node export-chain-spec --raw"
            ))
        };
        if self.finalized().await?.number == 0 {
            return Err(too_young("no block is final but genesis"));
        }
        let genesis = self.genesis_state_root().await?;
        // Not raw: genesis is replaced below, and making it raw runs the runtime for seconds.
        let mut specification: Value = self.link().ask(METHOD, rpc_params![false]).await?;
        let at = begins_at(&specification)?;
        if self.block_at(at.number).await? != Some(at) {
            return Err(ChainError::hostile(METHOD, "the checkpoint is on another chain"));
        }
        let boot_nodes = match boot_nodes.is_empty() {
            true => self.addresses(&specification).await?,
            false => boot_nodes,
        };
        if boot_nodes.is_empty() {
            return Err(refused(
                "the node knows no address of its own; name one: --boot-node ADDRESS",
            ));
        }
        specification["bootNodes"] = json!(boot_nodes);
        specification["genesis"] = json!({ "stateRootHash": genesis });
        let specification = specification.to_string();
        // smoldot counts the epochs: it needs the running one and the next, and both announced after genesis.
        light::taken(&specification).map_err(|why| too_young(&why))?;
        Ok(Checkpoint {
            specification,
            at,
            boot_nodes,
        })
    }

    async fn genesis_state_root(&self) -> Result<H256> {
        const METHOD: &str = "chain_getHeader";
        let genesis = self.link().genesis();
        let header: Option<Header> = self.link().ask(METHOD, rpc_params![genesis]).await?;
        match header {
            Some(header) if at_of(&header)?.hash == genesis.0 => Ok(header.state_root),
            _ => Err(ChainError::hostile(METHOD, "it does not have block 0")),
        }
    }

    /// Where peers are, as the specification says, or the node of itself.
    async fn addresses(&self, specification: &Value) -> Result<Vec<String>> {
        let named = dialled(&specification["bootNodes"]);
        if !named.is_empty() {
            return Ok(named);
        }
        let own: Value = self
            .link()
            .ask("system_localListenAddresses", rpc_params![])
            .await?;
        Ok(dialled(&own))
    }
}

/// Those of these addresses that a light client can dial: TCP, or WebSocket over it, with a peer id.
fn dialled(addresses: &Value) -> Vec<String> {
    let addresses = addresses
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    addresses
        .filter(|address| address.contains("/tcp/") && address.contains("/p2p/") && !address.contains("/wss"))
        .map(str::to_owned)
        .take(MAX_BOOT_NODES)
        .collect()
}

/// The block of a specification's checkpoint.
fn begins_at(specification: &Value) -> Result<At> {
    let header = specification
        .pointer("/lightSyncState/finalizedBlockHeader")
        .and_then(Value::as_str)
        .ok_or_else(|| ChainError::hostile(METHOD, "it has no checkpoint"))?;
    let bytes = hex::decode(header.trim_start_matches("0x"))
        .map_err(|error| ChainError::hostile(METHOD, quoted(error)))?;
    let header =
        Header::decode_all(&mut &bytes[..]).map_err(|error| ChainError::hostile(METHOD, quoted(error)))?;
    at_of(&header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeChain;

    #[test]
    fn only_addresses_that_a_light_client_can_dial_are_written() {
        let addresses = json!([
            "/ip4/127.0.0.1/tcp/30333/p2p/12D3",
            "/ip4/127.0.0.1/tcp/30334/ws/p2p/12D3",
            "/dns/x/tcp/443/wss/p2p/12D3",
            "/ip4/127.0.0.1/udp/30333/webrtc-direct/p2p/12D3",
            "/ip4/127.0.0.1/tcp/30333",
            7
        ]);
        assert_eq!(dialled(&addresses).len(), 2);
        assert!(dialled(&json!(null)).is_empty());
        let many: Vec<Value> = vec![addresses[0].clone(); 1_000];
        assert_eq!(dialled(&json!(many)).len(), MAX_BOOT_NODES);
    }

    #[test]
    fn a_checkpoint_is_read_strictly() {
        for header in [json!(null), json!("0xzz"), json!("0x"), json!("0x00")] {
            let spec = json!({ "lightSyncState": { "finalizedBlockHeader": header } });
            assert!(begins_at(&spec).is_err(), "{spec}");
        }
        assert!(begins_at(&json!({})).is_err());
    }

    #[tokio::test]
    async fn a_light_client_gives_no_checkpoint() {
        let fake = FakeChain::new();
        fake.state().is_light = true;
        let chain = fake.dial().await.unwrap();
        assert!(matches!(
            chain.checkpoint(Vec::new()).await,
            Err(ChainError::NodeRefused { .. })
        ));
    }
}
