//! A chain in memory, behind [`Dial`]: it keeps blocks, a pool and numbers, and breaks as a test tells it to.
//!
//! Time is tokio's paused clock: a block comes every slot of three seconds of it, and waits take none of ours.

use crate::{
    at::Header,
    extrinsic::hash_of,
    link::Dial,
    metadata::{committed, COMMITTED_BYTES},
    Account, Chain, Signer,
};
use codec::{Compact, Decode, Encode};
use futures::{channel::mpsc, future::BoxFuture, FutureExt, StreamExt};
use serde_json::{json, value::to_raw_value, Value};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use subxt::{
    config::substrate::{Digest, SubstrateHeader, H256},
    rpcs::{
        client::{RawRpcFuture, RawRpcSubscription, RawValue, RpcClient, RpcClientT},
        Error as RpcError, UserError,
    },
};

/// Time of a block.
pub(crate) const SLOT: Duration = Duration::from_secs(3);
/// The phrase of the development accounts.
pub(crate) const DEV_PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
/// What every transaction costs.
pub(crate) const FEE: u128 = 1_234_567;

pub(crate) fn signer(path: &str) -> Signer {
    Signer::from_phrase(DEV_PHRASE, path).unwrap()
}

/// What the node does with the next transaction that is handed to it.
#[derive(Clone, Debug)]
pub(crate) enum OnSubmit {
    /// Takes it into the pool, and the connection breaks before the answer.
    TakeAndBreak,
    /// The connection breaks before it arrives.
    Break,
    /// Answers with an error.
    Refuse(i32, &'static str, &'static str),
}

/// A handle on the chain in memory.
#[derive(Clone)]
pub(crate) struct FakeChain(Arc<Mutex<State>>);

pub(crate) struct State {
    blocks: Vec<Block>,
    finalized: usize,
    pool: Vec<Pooled>,
    connection: u64,
    /// Nobody can connect.
    pub(crate) down: bool,
    /// Blocks take nothing from the pool.
    pub(crate) blocks_stay_empty: bool,
    /// Blocks are not finalised.
    pub(crate) finality_stalls: bool,
    /// No blocks come.
    pub(crate) stalls: bool,
    pub(crate) on_submit: VecDeque<OnSubmit>,
    /// Every transaction that reached the node, in order, whatever it said.
    pub(crate) handed_over: Vec<Vec<u8>>,
    /// What events a block writes for a transaction: what its call did.
    pub(crate) events: fn(u32) -> Vec<Vec<u8>>,
    /// Answers of `state_call`, by method.
    pub(crate) answers: HashMap<String, VecDeque<Vec<u8>>>,
    /// Arguments of every `state_call`, by method.
    pub(crate) asked: Vec<(String, Vec<u8>)>,
    pub(crate) storage: HashMap<Vec<u8>, Vec<u8>>,
    /// Session keys that the node makes, and their proof.
    pub(crate) session_keys: (Vec<u8>, Vec<u8>),
    /// For whom it was asked to make them.
    pub(crate) owners: Vec<Vec<u8>>,
    pub(crate) metadata: Vec<u8>,
    pub(crate) spec_name: &'static str,
    pub(crate) spec_version: u32,
    genesis_salt: u8,
    /// What `chain_getBlock` says instead of the truth.
    pub(crate) block_lie: Option<Value>,
    /// It is a light client's chain: numbers lead to no block, and strangers say nothing of a transaction.
    pub(crate) is_light: bool,
    /// Headers that were asked for by their hash.
    pub(crate) headers_asked: usize,
}

struct Block {
    header: Header,
    extrinsics: Vec<Vec<u8>>,
    events: Vec<u8>,
}

struct Pooled {
    bytes: Vec<u8>,
    statuses: mpsc::UnboundedSender<Result<Box<RawValue>, RpcError>>,
}

impl FakeChain {
    pub(crate) fn new() -> Self {
        let mut state = State {
            blocks: Vec::new(),
            finalized: 0,
            pool: Vec::new(),
            connection: 0,
            down: false,
            blocks_stay_empty: false,
            finality_stalls: false,
            stalls: false,
            on_submit: VecDeque::new(),
            handed_over: Vec::new(),
            events: |index| vec![fee_paid(index), success(index)],
            answers: HashMap::new(),
            asked: Vec::new(),
            storage: HashMap::new(),
            session_keys: ([[1; 32], [2; 32]].concat(), vec![3; 128]),
            owners: Vec::new(),
            metadata: COMMITTED_BYTES.to_vec(),
            spec_name: "hashcard",
            spec_version: *crate::runtime::MADE_FOR,
            genesis_salt: 0,
            block_lie: None,
            is_light: false,
            headers_asked: 0,
        };
        for _ in 0..10 {
            state.author();
        }
        FakeChain(Arc::new(Mutex::new(state)))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Connects, with blocks coming from now on for as long as the test runs.
    pub(crate) async fn connect(&self) -> Chain {
        let chain = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SLOT).await;
                let mut state = chain.state();
                if !state.stalls {
                    state.author();
                }
            }
        });
        self.dial().await.unwrap()
    }

    /// As a node whose data folder was replaced by one of another chain.
    pub(crate) fn become_another_chain(&self) {
        let mut state = self.state();
        state.restart();
        state.blocks.clear();
        state.genesis_salt += 1;
        for _ in 0..10 {
            state.author();
        }
    }

    /// Connects without blocks coming.
    pub(crate) async fn dial(&self) -> crate::Result<Chain> {
        Chain::over("ws://fake", self.clone()).await
    }
}

impl State {
    /// Ends every connection; subscriptions with them.
    pub(crate) fn break_connections(&mut self) {
        self.connection += 1;
        for pooled in &mut self.pool {
            pooled.statuses.close_channel();
        }
    }

    /// As a restart: connections end and the pool is gone.
    pub(crate) fn restart(&mut self) {
        self.break_connections();
        self.pool.clear();
    }

    /// A block with what the pool has, or with these transactions that came from elsewhere.
    pub(crate) fn author(&mut self) {
        let pool = if self.blocks_stay_empty {
            Vec::new()
        } else {
            std::mem::take(&mut self.pool)
        };
        self.author_with(pool.iter().map(|pooled| pooled.bytes.clone()).collect());
        let best = hash_of(&self.blocks.last().unwrap().header.encode());
        for pooled in &pool {
            let _ = pooled
                .statuses
                .unbounded_send(Ok(to_raw_value(&json!({ "inBlock": best })).unwrap()));
        }
    }

    pub(crate) fn author_with(&mut self, extrinsics: Vec<Vec<u8>>) {
        let parent_hash = self
            .blocks
            .last()
            .map_or(H256::zero(), |b| hash_of(&b.header.encode()));
        let header = SubstrateHeader {
            parent_hash,
            number: self.blocks.len() as u64,
            state_root: H256::repeat_byte(self.genesis_salt),
            extrinsics_root: hash_of(&extrinsics.encode()),
            digest: Digest::default(),
        };
        let events: Vec<Vec<u8>> = (0..extrinsics.len())
            .flat_map(|i| (self.events)(i as u32))
            .collect();
        let mut event_bytes = Compact(events.len() as u32).encode();
        event_bytes.extend(events.concat());
        self.blocks.push(Block {
            header,
            extrinsics,
            events: event_bytes,
        });
        if !self.finality_stalls {
            self.finalized = self.blocks.len().saturating_sub(3);
        }
    }

    pub(crate) fn best_number(&self) -> u32 {
        self.blocks.len() as u32 - 1
    }

    pub(crate) fn finalized_number(&self) -> u32 {
        self.finalized as u32
    }

    /// Times that a transaction is in the chain.
    pub(crate) fn inclusions(&self, bytes: &[u8]) -> usize {
        self.blocks
            .iter()
            .flat_map(|block| &block.extrinsics)
            .filter(|held| *held == bytes)
            .count()
    }

    pub(crate) fn hash_at(&self, number: u32) -> [u8; 32] {
        hash_of(&self.blocks[number as usize].header.encode()).0
    }

    fn by_hash(&self, hash: &Value) -> Option<usize> {
        let hash: H256 = serde_json::from_value(hash.clone()).ok()?;
        self.blocks
            .iter()
            .position(|block| hash_of(&block.header.encode()) == hash)
    }

    fn nonce(&self, account: Account, upto: usize) -> u32 {
        let included = self
            .blocks
            .iter()
            .take(upto + 1)
            .flat_map(|block| &block.extrinsics);
        included.filter(|bytes| sender(bytes) == account).count() as u32
    }

    fn answer(&mut self, method: &str, params: &[Value]) -> Result<Value, RpcError> {
        let first = params.first().cloned().unwrap_or(Value::Null);
        let best = self.blocks.len() - 1;
        Ok(match method {
            "chain_getBlockHash" if self.is_light && first.as_u64().is_some_and(|number| number > 0) => {
                Value::Null
            }
            "chain_getBlockHash" => {
                let number = first.as_u64().map_or(best, |n| n as usize);
                json!(self
                    .blocks
                    .get(number)
                    .map(|block| hash_of(&block.header.encode())))
            }
            "chain_getHeader" => {
                let at = if first.is_null() {
                    Some(best)
                } else {
                    self.headers_asked += 1;
                    self.by_hash(&first)
                };
                json!(at.map(|at| &self.blocks[at].header))
            }
            "chain_getFinalizedHead" => json!(hash_of(&self.blocks[self.finalized].header.encode())),
            "chain_getBlock" => match (&self.block_lie, self.by_hash(&first)) {
                (Some(lie), _) => lie.clone(),
                (None, None) => Value::Null,
                (None, Some(at)) => {
                    let block = &self.blocks[at];
                    let extrinsics: Vec<String> = block.extrinsics.iter().map(|x| hexed(x)).collect();
                    json!({ "block": { "header": block.header, "extrinsics": extrinsics }, "justifications": null })
                }
            },
            "state_getRuntimeVersion" => json!({
                "specName": self.spec_name, "implName": "fake", "authoringVersion": 1,
                "specVersion": self.spec_version, "implVersion": 1, "apis": [], "transactionVersion": 1,
            }),
            "state_getStorage" => {
                let key = unhexed(&first);
                let at = params.get(1).and_then(|hash| self.by_hash(hash)).unwrap_or(best);
                let events_key = [
                    sp_twox("26aa394eea5630e07c48ae0c9558cef7"),
                    sp_twox("80d41e5e16056765bc8461851072c9d7"),
                ];
                let value = if key == events_key.concat() {
                    Some(&self.blocks[at].events)
                } else {
                    self.storage.get(&key)
                };
                json!(value.map(|value| hexed(value)))
            }
            "state_call" => {
                let name = first.as_str().unwrap_or_default().to_owned();
                let args = unhexed(&params[1]);
                let at = params.get(2).and_then(|hash| self.by_hash(hash)).unwrap_or(best);
                let answer = self.api(&name, &args, at);
                self.asked.push((name, args));
                json!(hexed(&answer?))
            }
            "author_rotateKeysWithOwner" => {
                self.owners.push(unhexed(&first));
                json!({ "keys": hexed(&self.session_keys.0), "proof": hexed(&self.session_keys.1) })
            }
            "author_hasSessionKeys" => json!(unhexed(&first) == self.session_keys.0),
            "system_accountNextIndex" => {
                let account: subxt::utils::AccountId32 = first.as_str().unwrap_or_default().parse().unwrap();
                let waiting = self
                    .pool
                    .iter()
                    .filter(|pooled| sender(&pooled.bytes) == account.0)
                    .count();
                json!(self.nonce(account.0, best) as usize + waiting)
            }
            other => panic!("the fake chain knows no {other}"),
        })
    }

    fn api(&mut self, name: &str, args: &[u8], at: usize) -> Result<Vec<u8>, RpcError> {
        if let Some(answers) = self.answers.get_mut(name) {
            let answer = if answers.len() > 1 {
                answers.pop_front()
            } else {
                answers.front().cloned()
            };
            return Ok(answer.expect("a scripted answer"));
        }
        Ok(match name {
            "Metadata_metadata_at_version" => Some(self.metadata.clone()).encode(),
            "AccountNonceApi_account_nonce" => self.nonce(args.try_into().unwrap(), at).encode(),
            "TransactionPaymentApi_query_info" => (Compact(1u64), Compact(1u64), 0u8, FEE).encode(),
            _ => {
                return Err(user_error(
                    4003,
                    "Client error",
                    &format!("Exported method {name} is not found"),
                ))
            }
        })
    }

    /// Takes a transaction, or not; the stream tells its fate.
    fn submit(
        &mut self,
        bytes: Vec<u8>,
    ) -> Result<mpsc::UnboundedReceiver<Result<Box<RawValue>, RpcError>>, RpcError> {
        let (statuses, stream) = mpsc::unbounded();
        let event = self.on_submit.pop_front();
        if let Some(OnSubmit::Break) = event {
            self.break_connections();
            return Err(broken());
        }
        self.handed_over.push(bytes.clone());
        if let Some(OnSubmit::Refuse(code, message, data)) = event {
            return Err(user_error(code, message, data));
        }
        if self.pool.iter().any(|pooled| pooled.bytes == bytes) {
            return Err(user_error(1013, "Transaction Already Imported", "0x00"));
        }
        let account = sender(&bytes);
        let waiting = self
            .pool
            .iter()
            .filter(|pooled| sender(&pooled.bytes) == account)
            .count() as u32;
        let expected = self.nonce(account, self.blocks.len() - 1) + waiting;
        if nonce_of(&bytes) < expected {
            return Err(user_error(1010, "Invalid Transaction", "Transaction is outdated"));
        }
        self.pool.push(Pooled { bytes, statuses });
        if let Some(OnSubmit::TakeAndBreak) = event {
            self.break_connections();
            return Err(broken());
        }
        Ok(stream)
    }
}

impl Dial for FakeChain {
    fn knows_numbers(&self) -> bool {
        !self.state().is_light
    }

    fn tells_why_not(&self) -> bool {
        !self.state().is_light
    }

    fn dial(&self) -> BoxFuture<'_, Result<RpcClient, String>> {
        async {
            let state = self.state();
            if state.down {
                return Err("nobody listens".to_owned());
            }
            Ok(RpcClient::new(Connection {
                chain: self.clone(),
                number: state.connection,
            }))
        }
        .boxed()
    }
}

/// One connection to it; dead once the chain counts another.
struct Connection {
    chain: FakeChain,
    number: u64,
}

impl Connection {
    fn state(&self) -> Result<MutexGuard<'_, State>, RpcError> {
        let state = self.chain.state();
        if state.down || state.connection != self.number {
            return Err(broken());
        }
        Ok(state)
    }
}

impl RpcClientT for Connection {
    fn request_raw<'a>(
        &'a self,
        method: &'a str,
        params: Option<Box<RawValue>>,
    ) -> RawRpcFuture<'a, Box<RawValue>> {
        async move {
            let params: Vec<Value> = params.map_or(Vec::new(), |p| serde_json::from_str(p.get()).unwrap());
            let answer = self.state()?.answer(method, &params)?;
            Ok(to_raw_value(&answer).unwrap())
        }
        .boxed()
    }

    fn subscribe_raw<'a>(
        &'a self,
        method: &'a str,
        params: Option<Box<RawValue>>,
        _: &'a str,
    ) -> RawRpcFuture<'a, RawRpcSubscription> {
        async move {
            let params: Vec<Value> = params.map_or(Vec::new(), |p| serde_json::from_str(p.get()).unwrap());
            let stream = match method {
                "author_submitAndWatchExtrinsic" => self.state()?.submit(unhexed(&params[0]))?.boxed(),
                "chain_subscribeFinalizedHeads" => {
                    // Two heads, and the connection's end.
                    let state = self.state()?;
                    let heads =
                        [state.finalized - 1, state.finalized].map(|at| state.blocks[at].header.clone());
                    let items: Vec<_> = heads.iter().map(|h| Ok(to_raw_value(h).unwrap())).collect();
                    futures::stream::iter(items).boxed()
                }
                "chain_subscribeNewHeads" => {
                    let state = self.state()?;
                    let heads = state
                        .blocks
                        .last()
                        .map(|best| Ok(to_raw_value(&best.header).unwrap()));
                    futures::stream::iter(heads).boxed()
                }
                other => panic!("the fake chain knows no {other}"),
            };
            Ok(RawRpcSubscription {
                stream,
                id: Some("1".into()),
            })
        }
        .boxed()
    }
}

fn broken() -> RpcError {
    RpcError::Client("the connection broke".into())
}

fn user_error(code: i32, message: &str, data: &str) -> RpcError {
    let data = Some(to_raw_value(data).unwrap());
    RpcError::User(UserError {
        code,
        message: message.to_owned(),
        data,
    })
}

pub(crate) fn hexed(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn unhexed(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().trim_start_matches("0x")).unwrap()
}

fn sp_twox(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

/// Who signed: after length, version and the kind of address.
pub(crate) fn sender(bytes: &[u8]) -> Account {
    let mut inner = bytes;
    Compact::<u32>::decode(&mut inner).unwrap();
    assert_eq!(inner[..2], [0x84, 0], "signed, version 4, by an account");
    inner[2..34].try_into().unwrap()
}

/// The number: after sender, signature (kind and 64 bytes) and a mortal era of two bytes.
pub(crate) fn nonce_of(bytes: &[u8]) -> u32 {
    let mut inner = bytes;
    Compact::<u32>::decode(&mut inner).unwrap();
    let mut rest = &inner[2 + 32 + 1 + 64 + 2..];
    Compact::<u32>::decode(&mut rest).unwrap().0
}

/// An event of transaction `index`, by its names in the committed metadata.
pub(crate) fn event(index: u32, pallet: &str, name: &str, fields: impl Encode) -> Vec<u8> {
    let metadata = committed();
    let pallet = metadata.pallet_by_name(pallet).unwrap();
    let variant = pallet
        .event_variants()
        .unwrap()
        .iter()
        .find(|variant| variant.name == name)
        .unwrap();
    let mut bytes = vec![0];
    bytes.extend(index.encode());
    bytes.extend([pallet.event_index(), variant.index]);
    bytes.extend(fields.encode());
    bytes.push(0); // no topics
    bytes
}

/// Weight in two parts, class, whether it pays.
const DISPATCH_INFO: (Compact<u64>, Compact<u64>, u8, u8) = (Compact(7), Compact(0), 0, 0);

pub(crate) fn fee_paid(index: u32) -> Vec<u8> {
    event(
        index,
        "TransactionPayment",
        "TransactionFeePaid",
        ([1u8; 32], FEE, 0u128),
    )
}

pub(crate) fn success(index: u32) -> Vec<u8> {
    event(index, "System", "ExtrinsicSuccess", DISPATCH_INFO)
}

/// Failure with a pallet's error and the first byte of its data.
pub(crate) fn failure(index: u32, pallet: &str, error: &str, detail: u8) -> Vec<u8> {
    const MODULE: u8 = 3; // sp_runtime::DispatchError::Module
    let metadata = committed();
    let pallet = metadata.pallet_by_name(pallet).unwrap();
    let variant = pallet
        .error_variants()
        .unwrap()
        .iter()
        .find(|variant| variant.name == error)
        .unwrap();
    let error = (MODULE, pallet.error_index(), variant.index, detail, [0u8; 2]);
    event(index, "System", "ExtrinsicFailed", (error, DISPATCH_INFO))
}
