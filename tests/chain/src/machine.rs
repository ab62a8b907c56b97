//! A runtime's wasm over a state: the executor of the node, and a trie in memory.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use codec::{DecodeAll, Encode};
use frame_support::{dispatch::PerDispatchClass, weights::Weight};
use hashcard_runtime_tests::state::Growth;
use sc_executor::WasmExecutor;
use sp_core::{
    storage::well_known_keys::CODE,
    traits::{CallContext, RuntimeCode, WrappedRuntimeCode},
    Blake2Hasher,
};
use sp_externalities::Extensions;
use sp_runtime::{
    generic::Header,
    traits::{BlakeTwo256, Header as _},
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    ApplyExtrinsicResult, Digest,
};
use sp_state_machine::{prove_execution_on_trie_backend, InMemoryBackend, OverlayedChanges, StateMachine};

/// The state of a chain.
pub type Trie = InMemoryBackend<Blake2Hasher>;
type Changes = OverlayedChanges<Blake2Hasher>;

/// The wasm in the chain specification of a node: the runtime that it runs.
pub fn code_of_node(node: Option<&Path>) -> Result<Vec<u8>, String> {
    let node = match node {
        Some(path) => path.to_owned(),
        None => beside()?,
    };
    let failed = |why: String| format!("{} says no code of its runtime: {why}", node.display());
    let export = std::process::Command::new(&node)
        .args(["export-chain-spec", "--chain", "dev", "--raw"])
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let specification: serde_json::Value =
        serde_json::from_slice(&export.stdout).map_err(|error| failed(error.to_string()))?;
    let code = &specification["genesis"]["raw"]["top"][format!("0x{}", hex::encode(CODE))];
    let digits = code.as_str().and_then(|text| text.strip_prefix("0x"));
    digits
        .and_then(|digits| hex::decode(digits).ok())
        .ok_or_else(|| failed("its specification has none".into()))
}

fn beside() -> Result<PathBuf, String> {
    let me = std::env::current_exe().map_err(|error| error.to_string())?;
    let node = me.with_file_name("hashcard-node");
    match node.is_file() {
        true => Ok(node),
        false => Err(format!(
            "{} is not there; build it with scripts/bench, or name one with --node",
            node.display()
        )),
    }
}

/// A runtime that can be called.
pub struct Machine {
    executor: WasmExecutor<sp_io::SubstrateHostFunctions>,
    code: Vec<u8>,
    hash: Vec<u8>,
}

/// A block, and what it did.
pub struct Built {
    /// Encoded, as `execute_block` takes it.
    pub block: Vec<u8>,
    /// Transactions in it, without the time stamp.
    pub transactions: u32,
    /// Whether another one did not fit.
    pub is_full: bool,
    /// Of the transactions.
    pub len: u64,
    /// Of all that is in it, as the runtime reckons.
    pub weight: PerDispatchClass<Weight>,
    /// By how much state grew.
    pub growth: Growth,
}

/// What stands at the head of a block that is to be built.
pub struct Place {
    /// Its number.
    pub number: u32,
    /// By whom it is made.
    pub digest: Digest,
    /// The time stamp, encoded as an extrinsic.
    pub time: Vec<u8>,
}

impl Machine {
    /// Of a runtime, compiled when it is first called.
    pub fn new(code: Vec<u8>) -> Self {
        Self {
            executor: WasmExecutor::builder().build(),
            hash: sp_io::hashing::blake2_256(&code).to_vec(),
            code,
        }
    }

    fn run(
        &self,
        trie: &Trie,
        changes: &mut Changes,
        method: &str,
        arguments: &[u8],
    ) -> Result<Vec<u8>, String> {
        let fetcher = WrappedRuntimeCode((&self.code).into());
        let code = RuntimeCode {
            code_fetcher: &fetcher,
            heap_pages: None,
            hash: self.hash.clone(),
        };
        let mut extensions = Extensions::default();
        let ran = StateMachine::new(
            trie,
            changes,
            &self.executor,
            method,
            arguments,
            &mut extensions,
            &code,
            CallContext::Onchain { import: true },
        )
        .execute();
        ran.map_err(|error| format!("{method}: {error}"))
    }

    /// The answer of a runtime API and how long it took.
    pub fn ask(&self, trie: &Trie, method: &str, arguments: &[u8]) -> Result<(Vec<u8>, Duration), String> {
        let mut changes = Changes::default();
        let begun = Instant::now();
        let answer = self.run(trie, &mut changes, method, arguments)?;
        Ok((answer, begun.elapsed()))
    }

    /// Bytes of the proof of an answer, as a light client gets them.
    pub fn proof_len(&self, trie: &Trie, method: &str, arguments: &[u8]) -> Result<usize, String> {
        let fetcher = WrappedRuntimeCode((&self.code).into());
        let code = RuntimeCode {
            code_fetcher: &fetcher,
            heap_pages: None,
            hash: self.hash.clone(),
        };
        let (_, proof) = prove_execution_on_trie_backend(
            trie,
            &mut Changes::default(),
            &self.executor,
            method,
            arguments,
            &code,
            &mut Extensions::default(),
        )
        .map_err(|error| format!("{method}: {error}"))?;
        Ok(proof.encoded_size())
    }

    /// Builds a block of the transactions that fit, in their order. Each of them has to succeed.
    pub fn build(&self, trie: &Trie, place: &Place, transactions: &[Vec<u8>]) -> Result<Built, String> {
        let mut changes = Changes::default();
        let header = Header::<u32, BlakeTwo256>::new(
            place.number,
            Default::default(),
            Default::default(),
            [0x70; 32].into(),
            place.digest.clone(),
        );
        self.run(trie, &mut changes, "Core_initialize_block", &header.encode())?;
        let mut body = Vec::new();
        if !self.apply(trie, &mut changes, &place.time)? {
            return Err("the time stamp does not fit into a block".into());
        }
        body.push(place.time.clone());
        let mut is_full = false;
        for transaction in transactions {
            if !self.apply(trie, &mut changes, transaction)? {
                is_full = true;
                break;
            }
            body.push(transaction.clone());
        }
        let header = self.run(trie, &mut changes, "BlockBuilder_finalize_block", &[])?;
        let len = body[1..].iter().map(|one| one.len() as u64).sum();
        let mut block = header;
        codec::Compact(body.len() as u32).encode_to(&mut block);
        // Each is encoded with its length already.
        body.iter().for_each(|one| block.extend_from_slice(one));
        Ok(Built {
            block,
            transactions: body.len() as u32 - 1,
            is_full,
            len,
            weight: weight_of(&mut changes)?,
            growth: Growth::of(&changes, trie)?,
        })
    }

    /// Whether there was room for it.
    fn apply(&self, trie: &Trie, changes: &mut Changes, transaction: &[u8]) -> Result<bool, String> {
        changes.start_transaction();
        let answer = self.run(trie, changes, "BlockBuilder_apply_extrinsic", transaction)?;
        let result = ApplyExtrinsicResult::decode_all(&mut answer.as_slice())
            .map_err(|error| format!("an answer that is none: {error}"))?;
        let closed = |error| format!("a transaction of the state is not open: {error:?}");
        match result {
            Ok(Ok(())) => {
                changes.commit_transaction().map_err(closed)?;
                Ok(true)
            }
            Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => {
                changes.rollback_transaction().map_err(closed)?;
                Ok(false)
            }
            Ok(Err(error)) => Err(format!("a transaction failed: {error:?}")),
            Err(error) => Err(format!("a transaction was refused: {error:?}")),
        }
    }

    /// Executes a block from its parent's state, as an import does, and answers how long that took.
    pub fn import(&self, trie: &Trie, block: &[u8]) -> Result<Duration, String> {
        let mut changes = Changes::default();
        let begun = Instant::now();
        self.run(trie, &mut changes, "Core_execute_block", block)?;
        Ok(begun.elapsed())
    }
}

fn weight_of(changes: &mut Changes) -> Result<PerDispatchClass<Weight>, String> {
    let mut key = sp_io::hashing::twox_128(b"System").to_vec();
    key.extend(sp_io::hashing::twox_128(b"BlockWeight"));
    let row = changes.changes_mut().find(|(changed, _)| **changed == key);
    let bytes = row.and_then(|(_, value)| value.value().cloned());
    let bytes = bytes.ok_or("a block without a weight")?;
    DecodeAll::decode_all(&mut bytes.as_slice()).map_err(|error| format!("a weight that is none: {error}"))
}
