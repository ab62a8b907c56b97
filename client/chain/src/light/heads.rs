//! The newest blocks, with their runtimes at hand.
//!
//! **A question about one of these costs one proof.** Asked by the older methods, smoldot fetches the runtime of each block anew,
//! most of a megabyte, before it asks for the proof. So the heads that are told here are those at which calls can be answered; about any
//! other block the older methods are asked, which believe as little.

use futures::{stream, Stream};
use serde_json::{value::to_raw_value, Value};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use subxt::{
    config::substrate::H256,
    rpcs::{
        client::{rpc_params, RawValue, RpcClient},
        methods::chain_head::{FollowEvent, MethodResponse, RuntimeEvent, RuntimeSpec},
    },
};
use tokio::{
    sync::{oneshot, watch, Semaphore},
    task::AbortHandle,
    time::sleep,
};

/// Final blocks that are kept at hand: half a minute of them, for answers that must fit together. smoldot ends a subscription that
/// holds 32.
const KEPT_FINAL: usize = 12;
/// Questions at a time; smoldot takes 32.
const AT_A_TIME: usize = 24;
/// Most answers that wait for whoever asked; he may have gone away.
const MOST_EARLY: usize = 64;
/// Pause before the heads are asked for again, so that a client that always ends it is not kept busy.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// The newest blocks of a light client.
#[derive(Clone)]
pub(super) struct Heads(Arc<Following>);

struct Following {
    rpc: RpcClient,
    state: Arc<Mutex<State>>,
    newest: watch::Receiver<Option<Newest>>,
    slots: Semaphore,
    task: AbortHandle,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Which of the newest blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// That of the best chain.
    Best,
    /// That no fork can undo.
    Final,
}

/// The heads of this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Newest {
    best: H256,
    finalized: H256,
}

#[derive(Default)]
struct State {
    /// Under which name the blocks are held.
    subscription: String,
    /// Blocks that are held, with the version of their runtime.
    held: HashMap<H256, Arc<RuntimeSpec>>,
    /// Those of them that are final, the oldest first.
    finals: VecDeque<H256>,
    /// Who waits for which answer; `None` says that there is none.
    waiting: HashMap<String, oneshot::Sender<Option<String>>>,
    /// Answers that came before whoever asked knew under which name.
    early: HashMap<String, Option<String>>,
}

impl Heads {
    /// Follows from now on, until the last of these is gone. Needs a runtime.
    pub(super) fn follow(rpc: RpcClient) -> Self {
        let (told, newest) = watch::channel(None);
        let state = Arc::<Mutex<State>>::default();
        let task = tokio::spawn(follow(rpc.clone(), state.clone(), told)).abort_handle();
        Self(Arc::new(Following {
            rpc,
            state,
            newest,
            slots: Semaphore::new(AT_A_TIME),
            task,
        }))
    }

    /// The newest block, once there is one.
    pub(super) async fn best(&self) -> Option<H256> {
        self.newest().await.map(|newest| newest.best)
    }

    /// The newest final block, once it is known.
    pub(super) async fn finalized(&self) -> Option<H256> {
        self.newest().await.map(|newest| newest.finalized)
    }

    /// Every newest block from now on that is another than the one before; final ones, or the best.
    pub(super) fn changes(&self, of: Head) -> impl Stream<Item = H256> + Send + 'static + use<> {
        let newest = self.0.newest.clone();
        // Who listens keeps the client.
        let state = (self.clone(), newest, None);
        stream::unfold(state, move |(heads, mut newest, last)| async move {
            loop {
                let head = (*newest.borrow_and_update()).map(|newest| match of {
                    Head::Best => newest.best,
                    Head::Final => newest.finalized,
                });
                match head.filter(|_| head != last) {
                    Some(hash) => return Some((hash, (heads, newest, head))),
                    None => newest.changed().await.ok()?,
                }
            }
        })
    }

    async fn newest(&self) -> Option<Newest> {
        let mut newest = self.0.newest.clone();
        let found = newest.wait_for(Option::is_some).await.ok()?;
        *found
    }

    /// The version of a block's runtime, if the block is at hand.
    pub(super) fn version(&self, hash: H256) -> Option<Box<RawValue>> {
        let version = self.0.state().held.get(&hash)?.clone();
        to_raw_value(&*version).ok()
    }

    /// What a runtime says after a block, in hex; `None` if that has to be asked in the old way.
    pub(super) async fn call(&self, method: &str, args: &Value, hash: H256) -> Option<String> {
        let _slot = self.0.slots.acquire().await.ok()?;
        let subscription = {
            let state = self.0.state();
            state
                .held
                .contains_key(&hash)
                .then(|| state.subscription.clone())?
        };
        let params = rpc_params![subscription, hash, method, args];
        let asked: MethodResponse = self.0.rpc.request("chainHead_v1_call", params).await.ok()?;
        let MethodResponse::Started(started) = asked else {
            return None;
        };
        let answer = {
            let mut state = self.0.state();
            match state.early.remove(&started.operation_id) {
                Some(answer) => return answer,
                None => {
                    let (sender, answer) = oneshot::channel();
                    state.waiting.insert(started.operation_id, sender);
                    answer
                }
            }
        };
        answer.await.ok().flatten()
    }
}

impl Following {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn follow(rpc: RpcClient, state: Arc<Mutex<State>>, told: watch::Sender<Option<Newest>>) {
    loop {
        let followed = rpc
            .subscribe::<FollowEvent<H256>>("chainHead_v1_follow", rpc_params![true], "chainHead_v1_unfollow")
            .await;
        if let Ok(mut events) = followed {
            let name = events.subscription_id().unwrap_or_default().to_owned();
            *lock(&state) = State {
                subscription: name.clone(),
                ..State::default()
            };
            while let Some(Ok(event)) = events.next().await {
                if matches!(event, FollowEvent::Stop) {
                    break;
                }
                let heads = *told.borrow();
                let (newest, gone) = lock(&state).learn(event, heads);
                // The newest is told once it is held.
                if newest != heads {
                    told.send_replace(newest);
                }
                for hash in gone {
                    let params = rpc_params![&name, hash];
                    // What is not let go is let go with the subscription.
                    let _ = rpc.request::<Value>("chainHead_v1_unpin", params).await;
                }
            }
            // Whoever waits asks in the old way.
            *lock(&state) = State::default();
        }
        sleep(AGAIN_AFTER).await;
    }
}

impl State {
    /// Takes an event in; the newest blocks after it, and blocks that are not needed any more.
    fn learn(&mut self, event: FollowEvent<H256>, newest: Option<Newest>) -> (Option<Newest>, Vec<H256>) {
        match event {
            FollowEvent::Initialized(begun) => {
                let Some(RuntimeEvent::Valid(runtime)) = begun.finalized_block_runtime else {
                    return (newest, Vec::new());
                };
                let version = Arc::new(runtime.spec);
                for hash in &begun.finalized_block_hashes {
                    self.held.insert(*hash, version.clone());
                }
                self.finals.extend(&begun.finalized_block_hashes);
                let last = self.finals.back().copied();
                let newest = last.map(|last| Newest {
                    best: last,
                    finalized: last,
                });
                (newest, self.old())
            }
            FollowEvent::NewBlock(block) => {
                let version = match block.new_runtime {
                    Some(RuntimeEvent::Valid(runtime)) => Some(Arc::new(runtime.spec)),
                    Some(RuntimeEvent::Invalid(_)) => None,
                    None => self.held.get(&block.parent_block_hash).cloned(),
                };
                if let Some(version) = version {
                    self.held.insert(block.block_hash, version);
                }
                (newest, Vec::new())
            }
            FollowEvent::BestBlockChanged(changed) => {
                let best = changed.best_block_hash;
                (newest.map(|newest| Newest { best, ..newest }), Vec::new())
            }
            FollowEvent::Finalized(event) => {
                self.finals.extend(&event.finalized_block_hashes);
                let finalized = self.finals.back().copied();
                let mut gone = event.pruned_block_hashes;
                gone.extend(self.old());
                for hash in &gone {
                    self.held.remove(hash);
                }
                let newest = newest
                    .zip(finalized)
                    .map(|(newest, finalized)| Newest { finalized, ..newest });
                (newest, gone)
            }
            FollowEvent::OperationCallDone(done) => {
                let output = format!("0x{}", hex::encode(done.output.0));
                self.answer(done.operation_id, Some(output));
                (newest, Vec::new())
            }
            FollowEvent::OperationInaccessible(operation) => {
                self.answer(operation.operation_id, None);
                (newest, Vec::new())
            }
            FollowEvent::OperationError(error) => {
                self.answer(error.operation_id, None);
                (newest, Vec::new())
            }
            _ => (newest, Vec::new()),
        }
    }

    /// Final blocks that are older than those that are kept.
    fn old(&mut self) -> Vec<H256> {
        let too_many = self.finals.len().saturating_sub(KEPT_FINAL);
        let old: Vec<H256> = self.finals.drain(..too_many).collect();
        for hash in &old {
            self.held.remove(hash);
        }
        old
    }

    fn answer(&mut self, operation: String, answer: Option<String>) {
        match self.waiting.remove(&operation) {
            // Who went away needs it no more.
            Some(waiting) => drop(waiting.send(answer)),
            None => {
                if self.early.len() >= MOST_EARLY {
                    self.early.clear();
                }
                self.early.insert(operation, answer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hash(number: u8) -> H256 {
        H256::repeat_byte(number)
    }

    fn learn(state: &mut State, event: Value, newest: Option<Newest>) -> (Option<Newest>, Vec<H256>) {
        state.learn(serde_json::from_value(event).unwrap(), newest)
    }

    fn runtime(version: u32) -> Value {
        json!({"type": "valid", "spec": {"specName": "hashcard", "implName": "x", "specVersion": version,
            "implVersion": 1, "transactionVersion": 1, "apis": {}}})
    }

    /// As smoldot begins: one final block, and its runtime.
    fn begun() -> (State, Option<Newest>) {
        let mut state = State::default();
        let event = json!({"event": "initialized", "finalizedBlockHashes": [hash(0)], "finalizedBlockRuntime": runtime(1)});
        let (newest, gone) = learn(&mut state, event, None);
        assert!(gone.is_empty());
        (state, newest)
    }

    fn block(state: &mut State, number: u8, newest: Option<Newest>) -> Option<Newest> {
        let event = json!({"event": "newBlock", "blockHash": hash(number), "parentBlockHash": hash(number - 1), "newRuntime": null});
        learn(state, event, newest);
        let event = json!({"event": "bestBlockChanged", "bestBlockHash": hash(number)});
        learn(state, event, newest).0
    }

    #[test]
    fn blocks_have_the_runtime_of_their_parent_unless_they_bring_one() {
        let (mut state, newest) = begun();
        let newest = block(&mut state, 1, newest);
        let event = json!({"event": "newBlock", "blockHash": hash(2), "parentBlockHash": hash(1), "newRuntime": runtime(2)});
        learn(&mut state, event, newest);
        block(&mut state, 3, newest);
        let versions = [0, 1, 2, 3].map(|number| state.held[&hash(number)].spec_version);
        assert_eq!(versions, [1, 1, 2, 2]);
    }

    #[test]
    fn a_block_is_final_only_when_it_is_said_to_be_and_old_ones_are_let_go() {
        let (mut state, mut newest) = begun();
        let mut gone = Vec::new();
        for number in 1..=30 {
            newest = block(&mut state, number, newest);
            let before = newest.unwrap();
            assert_eq!((before.best, before.finalized), (hash(number), hash(number - 1)));
            let event = json!({"event": "finalized", "finalizedBlockHashes": [hash(number)], "prunedBlockHashes": []});
            let (after, let_go) = learn(&mut state, event, newest);
            newest = after;
            gone.extend(let_go);
            assert_eq!(newest.unwrap().finalized, hash(number));
        }
        assert_eq!((state.finals.len(), state.held.len()), (KEPT_FINAL, KEPT_FINAL));
        let expected: Vec<H256> = (0..=30 - KEPT_FINAL as u8).map(hash).collect();
        assert_eq!(gone, expected);
    }

    #[test]
    fn a_block_of_a_fork_that_lost_is_let_go() {
        let (mut state, newest) = begun();
        let newest = block(&mut state, 1, newest);
        let fork = json!({"event": "newBlock", "blockHash": hash(99), "parentBlockHash": hash(0), "newRuntime": null});
        learn(&mut state, fork, newest);
        let event =
            json!({"event": "finalized", "finalizedBlockHashes": [hash(1)], "prunedBlockHashes": [hash(99)]});
        let (_, gone) = learn(&mut state, event, newest);
        assert_eq!(gone, [hash(99)]);
        assert!(!state.held.contains_key(&hash(99)));
    }

    #[test]
    fn an_answer_that_comes_before_its_name_is_known_is_kept_and_no_number_of_them_fills_the_memory() {
        let (mut state, newest) = begun();
        let done = |name: usize| json!({"event": "operationCallDone", "operationId": name.to_string(), "output": "0x07"});
        learn(&mut state, done(0), newest);
        assert_eq!(state.early.remove("0"), Some(Some("0x07".to_owned())));
        for name in 0..10 * MOST_EARLY {
            learn(&mut state, done(name), newest);
        }
        assert!(state.early.len() <= MOST_EARLY);
    }
}
