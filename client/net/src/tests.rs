//! Nodes on the loopback interface. Nothing here sleeps: every wait is for an event, and ends the test after [`PATIENCE`].

mod fetching;
mod hostile_holders;
mod hostile_payers;
mod hostile_requesters;
mod paying;
mod starting;
mod till_and_purse;

use crate::*;
use hashcard_primitives::blob::{chunk_count, chunk_len, ContentRoot, CHUNK_LEN};
use hashcard_primitives::coverage::Coverage;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

const PATIENCE: Duration = Duration::from_secs(60);
const ROOT: ContentRoot = ContentRoot([7; 32]);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("it happens soon")
}

/// The slice of a chunk. Tests verify by comparison; trees are not this crate's business.
fn genuine(blob_len: u64, chunk: u64) -> Vec<u8> {
    let mut bytes = vec![chunk as u8; chunk_len(blob_len, chunk) as usize];
    for (byte, index) in bytes.iter_mut().zip(chunk.to_le_bytes()) {
        *byte = index;
    }
    bytes
}

/// A blob held in whole, with whatever is done to its slices before they are sent.
struct Shelf<F> {
    blob_len: u64,
    tamper: F,
}

impl<F: Fn(u64, Vec<u8>) -> Result<Vec<u8>, NotServed> + Send + Sync + 'static> Blobs for Shelf<F> {
    fn held(&self, root: &ContentRoot) -> Option<HeldBlob> {
        let bitfield = hashcard_protocol::Bitfield::claimed(self.blob_len, Coverage(u64::MAX)).unwrap();
        (*root == ROOT).then(|| HeldBlob {
            blob_len: self.blob_len,
            bitfield: bitfield.as_bytes().to_vec(),
        })
    }

    fn slice(&self, _: &ContentRoot, chunk: u64) -> Result<Vec<u8>, NotServed> {
        (self.tamper)(chunk, genuine(self.blob_len, chunk))
    }
}

fn honest(blob_len: u64) -> Arc<dyn Blobs> {
    Arc::new(Shelf {
        blob_len,
        tamper: |_, bytes| Ok(bytes),
    })
}

/// Holds slices back, on the threads that read them.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<BTreeSet<usize>>, std::sync::Condvar)>);

impl Gate {
    /// `who` is here; waits for as many others.
    fn meet(&self, who: usize, all: usize) {
        let (here, changed) = &*self.0;
        let mut here = here.lock().unwrap();
        here.insert(who);
        changed.notify_all();
        drop(changed.wait_while(here, |here| here.len() < all).unwrap());
    }

    fn open(&self) {
        self.0 .0.lock().unwrap().extend(0..100);
        self.0 .1.notify_all();
    }
}

/// A seeder that sends nothing before each of `all` was asked for something: so every one has its share.
fn patient(blob_len: u64, who: usize, all: usize, gate: Gate) -> Arc<dyn Blobs> {
    Arc::new(Shelf {
        blob_len,
        tamper: move |_, bytes| {
            gate.meet(who, all);
            Ok(bytes)
        },
    })
}

fn liar(blob_len: u64) -> Arc<dyn Blobs> {
    Arc::new(Shelf {
        blob_len,
        tamper: |_, mut bytes: Vec<u8>| {
            bytes[0] ^= 1;
            Ok(bytes)
        },
    })
}

struct Nothing;

impl Blobs for Nothing {
    fn held(&self, _: &ContentRoot) -> Option<HeldBlob> {
        None
    }

    fn slice(&self, _: &ContentRoot, _: u64) -> Result<Vec<u8>, NotServed> {
        Err(NotServed::NotHeld)
    }
}

/// Compares what comes with what is genuine, and remembers it.
struct Basket {
    blob_len: u64,
    stored: Mutex<BTreeSet<u64>>,
}

impl Basket {
    fn new(blob_len: u64) -> Arc<Self> {
        Arc::new(Self {
            blob_len,
            stored: Mutex::default(),
        })
    }

    fn is_full(&self) -> bool {
        self.stored.lock().unwrap().len() as u64 == chunk_count(self.blob_len)
    }
}

impl ChunkSink for Basket {
    fn accept(&self, root: &ContentRoot, chunk: u64, slice: Vec<u8>) -> Accepted {
        assert_eq!(*root, ROOT);
        if slice != genuine(self.blob_len, chunk) {
            return Accepted::Refused("it is another chunk".into());
        }
        assert!(
            self.stored.lock().unwrap().insert(chunk),
            "a chunk is stored once"
        );
        Accepted::Stored
    }
}

fn config(limits: NetworkLimits) -> Config {
    let seed = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0u8).to_le_bytes();
    let mut identity = Zeroizing::new([0; 32]);
    identity[..8].copy_from_slice(&seed);
    Config {
        identity,
        listen: vec!["127.0.0.1:0".parse().unwrap()],
        announce: Vec::new(),
        banned: Vec::new(),
        limits,
    }
}

async fn node(blobs: Arc<dyn Blobs>) -> Network {
    node_with(blobs, NetworkLimits::default()).await
}

async fn node_with(blobs: Arc<dyn Blobs>, limits: NetworkLimits) -> Network {
    Network::start(config(limits), blobs).await.unwrap()
}

fn seat(node: &Network) -> PeerAddress {
    PeerAddress {
        peer: node.peer_id(),
        addresses: node.addresses(),
        coverage: Coverage(u64::MAX),
    }
}

fn request(blob_len: u64, peers: Vec<PeerAddress>) -> FetchRequest {
    let held = vec![0; chunk_count(blob_len).div_ceil(8) as usize];
    FetchRequest {
        root: ROOT,
        blob_len,
        held,
        peers,
    }
}

fn chunks_of(summary: &FetchSummary, peer: &[u8]) -> u64 {
    summary
        .peers
        .iter()
        .find(|share| share.peer == peer)
        .map_or(0, |share| share.chunks)
}

/// Fetches a whole blob and checks that it came.
async fn fetch(node: &Network, blob_len: u64, peers: Vec<PeerAddress>) -> (FetchSummary, Vec<FetchEvent>) {
    let basket = Basket::new(blob_len);
    let (events, mut told) = mpsc::channel(10_000);
    let fetch = node
        .fetch(request(blob_len, peers), basket.clone(), events)
        .unwrap();
    let summary = soon(fetch.run()).await.unwrap();
    assert!(basket.is_full());
    assert_eq!(
        (summary.chunks, summary.bytes, summary.events_lost),
        (chunk_count(blob_len), blob_len, 0)
    );
    let mut all = Vec::new();
    while let Ok(event) = told.try_recv() {
        all.push(event);
    }
    (summary, all)
}
