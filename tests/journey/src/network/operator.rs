//! What a validator's operator sends, and what a block says that happened. **The product has no such calls**: an operator uses a wallet,
//! and so does this, by the node's own metadata.

use futures::TryFutureExt;
use serde_json::Value as Json;
use std::str::FromStr;
use std::time::Duration;
use subxt::config::substrate::{SubstrateConfig, H256};
use subxt::dynamic::{self, Value};
use subxt::OnlineClient;
use subxt_signer::sr25519::Keypair;
use subxt_signer::SecretUri;

use super::chain::account;
use crate::failure::{Failure, Told};
use crate::process::within;

/// How long a transaction may take to be final: some blocks, on a machine that is busy.
const FINAL_WITHIN: Duration = Duration::from_secs(120);

/// An account, at a node.
pub struct Operator {
    client: OnlineClient<SubstrateConfig>,
    keypair: Keypair,
}

/// What happened in a block.
#[derive(Clone, Debug)]
pub struct Event {
    /// `Pallet.Name`.
    pub name: String,
    /// Its fields, in words.
    pub fields: String,
    /// The same, as they are in the block.
    pub bytes: Vec<u8>,
}

impl Operator {
    /// The account `//Name`, through a node at `ws://…`.
    pub async fn at(url: &str, name: &str) -> Told<Self> {
        let uri = SecretUri::from_str(&format!("//{name}")).map_err(said)?;
        Ok(Self {
            client: OnlineClient::from_insecure_url(url).await.map_err(said)?,
            keypair: Keypair::from_uri(&uri).map_err(said)?,
        })
    }

    /// Sends a call and waits until it is final. A refusal names the error, `Pallet::Error`.
    pub async fn send(&self, pallet: &str, call: &str, fields: Vec<Value>) -> Told {
        let what = format!("{pallet}.{call}");
        let call = dynamic::transaction(pallet, call, fields);
        let sending = async {
            let at = self.client.at_current_block().await.map_err(said)?;
            let mut transactions = at.transactions();
            let sent = transactions
                .sign_and_submit_then_watch_default(&call, &self.keypair)
                .await;
            let done = sent.map_err(said)?.wait_for_finalized_success().await;
            done.map(drop).map_err(said)
        };
        within(FINAL_WITHIN, &what, sending)
            .map_err(|failure| failure.during(&what))
            .await
    }

    /// Takes keys that a node made for this account as its session keys: the answer of `author_rotateKeysWithOwner`.
    pub async fn set_keys(&self, made: &Json) -> Told {
        let bytes = |field: &str| {
            let digits = made[field].as_str().map(|text| text.trim_start_matches("0x"));
            digits
                .and_then(|digits| hex::decode(digits).ok())
                .ok_or_else(|| Failure::new(format!("no {field} in {made}")))
        };
        let (keys, proof) = (bytes("keys")?, bytes("proof")?);
        if keys.len() != 64 {
            return Err(Failure::new(format!("not two keys: {made}")));
        }
        let keys = Value::named_composite([
            ("babe", Value::from_bytes(&keys[..32])),
            ("grandpa", Value::from_bytes(&keys[32..])),
        ]);
        self.send("Session", "set_keys", vec![keys, Value::from_bytes(proof)])
            .await
    }

    /// Puts so much on hold, in 10⁻¹² CARD.
    pub async fn bond(&self, amount: u128) -> Told {
        self.send("Validators", "bond", vec![Value::u128(amount)]).await
    }

    /// Asks for so much of the bond back.
    pub async fn unbond(&self, amount: u128) -> Told {
        self.send("Validators", "unbond", vec![Value::u128(amount)]).await
    }

    /// Takes what was unbonded and is due.
    pub async fn withdraw(&self) -> Told {
        let who = Value::from_bytes(self.keypair.public_key().0);
        self.send("Validators", "withdraw", vec![who]).await
    }

    /// Sends so much to `//Name`.
    pub async fn transfer(&self, name: &str, amount: u128) -> Told {
        let to = Value::unnamed_variant("Id", [Value::from_bytes(account(name)?)]);
        self.send("Balances", "transfer_keep_alive", vec![to, Value::u128(amount)])
            .await
    }

    /// Replaces the runtime, where this account has sudo. That it did is told by the version of the next block, not here.
    pub async fn set_code(&self, code: &[u8]) -> Told {
        let set_code = Value::named_variant("set_code", [("code", Value::from_bytes(code))]);
        let call = Value::unnamed_variant("System", [set_code]);
        // Root's own word for what it weighs.
        let weight = Value::named_composite([("ref_time", Value::u128(0)), ("proof_size", Value::u128(0))]);
        self.send("Sudo", "sudo_unchecked_weight", vec![call, weight])
            .await
    }

    /// What happened in a block, by its hash in hex.
    pub async fn events(&self, hash: &Json) -> Told<Vec<Event>> {
        let hash = hash.as_str().and_then(|text| H256::from_str(text).ok());
        let hash = hash.ok_or_else(|| Failure::new("no hash of a block"))?;
        let at = self.client.at_block(hash).await.map_err(said)?;
        let events = at.events().fetch().await.map_err(said)?;
        let mut told = Vec::new();
        for event in events.iter() {
            let event = event.map_err(said)?;
            let fields: Value = event.decode_as().map_err(said)?;
            told.push(Event {
                name: format!("{}.{}", event.pallet_name(), event.event_name()),
                fields: fields.to_string(),
                bytes: event.field_bytes().to_vec(),
            });
        }
        Ok(told)
    }
}

fn said(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}
