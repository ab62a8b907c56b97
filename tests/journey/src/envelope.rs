//! A transaction put together by hand, byte by byte: what a client that is careless, or means ill, can send. Nothing of the client under
//! test is in it, so that each of its parts can be wrong.

use codec::{Compact, Encode};
use serde_json::{json, Value};
use subxt::config::{substrate::BlakeTwo256, Hasher};
use subxt_signer::sr25519::Keypair;

use crate::failure::{Failure, Told};
use crate::node::Node;

/// Format 4, with a signature.
const SIGNED: u8 = 0x84;
/// Format 4, without.
const BARE: u8 = 0x04;
/// Format 5, in which extensions may say who sends; version 0 of the extensions.
const GENERAL: [u8; 2] = [0x45, 0];
/// Of `MultiAddress`: an account's id. Of `MultiSignature`: sr25519.
const BY_ID: u8 = 0;
const SR25519: u8 = 1;
/// Of `CheckMetadataHash`: not asked for.
const NO_METADATA_HASH: u8 = 0;
/// What is signed is hashed above this length.
const LONGEST_SIGNED: usize = 256;

/// What a signature binds beside the call. Made right for a node, and then changed.
#[derive(Clone)]
pub struct Envelope {
    /// The sender's transactions so far.
    pub nonce: u32,
    /// 0 for ever, or two bytes.
    pub era: Vec<u8>,
    /// Hash of the block with which the era begins; of block 0 for one without an end.
    pub era_hash: [u8; 32],
    /// Hash of block 0.
    pub genesis: [u8; 32],
    /// Of the runtime.
    pub spec_version: u32,
    /// Of how calls are encoded.
    pub transaction_version: u32,
}

impl Envelope {
    /// As it has to be for the sender's next transaction.
    pub async fn right(node: &Node, sender: &Keypair) -> Told<Self> {
        let genesis = hash_of(&node.ask("chain_getBlockHash", json!([0])).await?)?;
        let version = node.ask("state_getRuntimeVersion", json!([])).await?;
        let number = |name: &str| {
            let number = version[name]
                .as_u64()
                .and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| Failure::new(format!("no {name} in {version}")))
        };
        let address = subxt::utils::AccountId32(sender.public_key().0).to_string();
        let nonce = node.ask("system_accountNextIndex", json!([address])).await?;
        let nonce = nonce.as_u64().and_then(|nonce| u32::try_from(nonce).ok());
        Ok(Self {
            nonce: nonce.ok_or_else(|| Failure::new("no number of transactions"))?,
            era: vec![0],
            era_hash: genesis,
            genesis,
            spec_version: number("specVersion")?,
            transaction_version: number("transactionVersion")?,
        })
    }

    /// The transaction, with its length in front.
    pub fn seal(&self, sender: &Keypair, call: &[u8]) -> Vec<u8> {
        let mut shown = self.era.clone();
        Compact(self.nonce).encode_to(&mut shown);
        // The tip.
        Compact(0u128).encode_to(&mut shown);
        shown.push(NO_METADATA_HASH);
        let hidden = (
            self.spec_version,
            self.transaction_version,
            self.genesis,
            self.era_hash,
            None::<[u8; 32]>,
        );
        let mut signed = call.to_vec();
        signed.extend_from_slice(&shown);
        hidden.encode_to(&mut signed);
        if signed.len() > LONGEST_SIGNED {
            signed = BlakeTwo256.hash(&signed).0.to_vec();
        }
        let mut transaction = vec![SIGNED, BY_ID];
        transaction.extend_from_slice(&sender.public_key().0);
        transaction.push(SR25519);
        transaction.extend_from_slice(&sender.sign(&signed).0);
        transaction.extend_from_slice(&shown);
        transaction.extend_from_slice(call);
        with_length(&transaction)
    }
}

/// A call without a sender, with its length in front.
pub fn bare(call: &[u8]) -> Vec<u8> {
    let mut transaction = vec![BARE];
    transaction.extend_from_slice(call);
    with_length(&transaction)
}

/// A call whose extensions name no sender, with its length in front.
pub fn general(call: &[u8]) -> Vec<u8> {
    let mut transaction = GENERAL.to_vec();
    // For ever, the first, no tip, no hash of the metadata.
    transaction.extend_from_slice(&[0, 0, 0, NO_METADATA_HASH]);
    transaction.extend_from_slice(call);
    with_length(&transaction)
}

fn with_length(transaction: &[u8]) -> Vec<u8> {
    let mut bytes = Compact(transaction.len() as u32).encode();
    bytes.extend_from_slice(transaction);
    bytes
}

/// Gives it to a node's pool.
pub async fn submit(node: &Node, transaction: &[u8]) -> Told<Value> {
    let text = format!("0x{}", hex::encode(transaction));
    node.ask("author_submitExtrinsic", json!([text])).await
}

/// A hash as nodes write it.
pub fn hash_of(answer: &Value) -> Told<[u8; 32]> {
    let digits = answer.as_str().and_then(|text| text.strip_prefix("0x"));
    let bytes = digits.and_then(|digits| hex::decode(digits).ok());
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Failure::new(format!("no hash in {answer}")))
}
