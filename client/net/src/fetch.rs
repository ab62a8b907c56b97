//! Fetching one blob from many peers. What to ask of whom is decided by `hashcard_protocol::Download`; here are the
//! connections, the clock, and the threads that verify.
//!
//! A fetch is a future. Dropping it drops its streams; verifications that have begun still finish, so a chunk may be
//! stored just after. It never waits for whoever reads its events.

mod introducing;
mod link;
mod pay_link;
mod paying;
mod report;
mod running;

pub use report::{FetchEvent, FetchSummary, Liar, PeerShare};

use crate::address::{parse_address, parse_peer, AddressError};
use crate::limits::MAX_FEEDS;
use crate::network::Network;
use crate::pay::Purse;
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::coverage::Coverage;
use hashcard_primitives::seeder::MAX_ADDRESSES;
use hashcard_protocol::bitfield::BitfieldError;
use hashcard_protocol::WhyStalled;
use libp2p::{Multiaddr, PeerId};
use running::Running;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Where fetched chunks go. Called on threads that may block, several at a time, each chunk at most once at a time.
pub trait ChunkSink: Send + Sync + 'static {
    /// Verifies a slice against the root and stores its chunk.
    fn accept(&self, root: &ContentRoot, chunk: u64, slice: Vec<u8>) -> Accepted;
}

/// What became of a slice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// It matches the root, and its chunk is stored.
    Stored,
    /// It does not match the root: whoever sent it lied.
    Refused(String),
    /// It matches the root but could not be stored. Ends the fetch.
    StoreFailed(String),
}

/// What to fetch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchRequest {
    /// The blob.
    pub root: ContentRoot,
    /// Its length, bytes.
    pub blob_len: u64,
    /// The chunks that are held already, as `hashcard_protocol::Bitfield::from_bytes` reads them.
    pub held: Vec<u8>,
    /// Who may have the others.
    pub peers: Vec<PeerAddress>,
}

/// A seat, as far as the swarm is concerned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerAddress {
    /// Peer id in binary.
    pub peer: Vec<u8>,
    /// Multiaddresses in binary; those that cannot be dialled are passed over.
    pub addresses: Vec<Vec<u8>>,
    /// What it says it holds.
    pub coverage: Coverage,
}

/// Why a fetch ended without all chunks. What was stored stays stored: call again with a newer bitfield.
#[derive(thiserror::Error, Debug)]
pub enum FetchError {
    /// The bitfield is not one of this blob.
    #[error("starting a fetch: {0}; rebuild the bitfield from the stored blob")]
    Held(#[from] BitfieldError),
    /// There was no source, or no progress, for as long as the limits allow.
    #[error("fetching a blob: {missing} chunks are missing and {}", reason(.why))]
    Stalled {
        /// Chunks still missing.
        missing: u64,
        /// What stands in the way.
        why: WhyStalled,
        /// What came until then.
        summary: Box<FetchSummary>,
    },
    /// The sink failed.
    #[error("storing chunk {chunk}: {why}; free some space or repair the store, then fetch again")]
    StoreFailed {
        /// Which chunk.
        chunk: u64,
        /// What the sink says.
        why: String,
        /// What came until then.
        summary: Box<FetchSummary>,
    },
    /// The purse panicked.
    #[error("paying for a blob: the purse panicked; report this, then check the record of payments")]
    PursePanicked,
    /// The sink panicked.
    #[error("storing a chunk: the store panicked; report this, then check the store")]
    SinkPanicked,
    /// The node was stopped.
    #[error("fetching a blob: the network was stopped; start it again")]
    Stopped,
}

/// A blob being fetched; nothing happens before [`run`](Fetch::run).
pub struct Fetch {
    running: Running,
    feed: mpsc::Sender<Vec<PeerAddress>>,
}

/// Adds peers to a fetch while it runs.
#[derive(Clone)]
pub struct PeerFeed(mpsc::Sender<Vec<PeerAddress>>);

impl Network {
    /// Prepares a fetch. Events that `events` has no room for are lost, and counted in the summary.
    pub fn fetch(
        &self,
        request: FetchRequest,
        sink: Arc<dyn ChunkSink>,
        events: mpsc::Sender<FetchEvent>,
    ) -> Result<Fetch, FetchError> {
        let (feed, fed) = mpsc::channel(MAX_FEEDS);
        let running = Running::new(self.clone(), request, sink, events, fed)?;
        Ok(Fetch { running, feed })
    }
}

impl Fetch {
    /// Pays the peers out of this purse. Without one, nobody is paid.
    pub fn paid_from(mut self, purse: Arc<dyn Purse>) -> Self {
        self.running.pay_from(purse);
        self
    }

    /// A handle to add peers by.
    pub fn feed(&self) -> PeerFeed {
        PeerFeed(self.feed.clone())
    }

    /// Fetches until every chunk is stored.
    pub async fn run(self) -> Result<FetchSummary, FetchError> {
        // The sender lives as long as the fetch, so that a fetch without feeders still waits for them.
        let Self { mut running, feed } = self;
        let ended = running.run().await;
        drop(feed);
        running.settle(ended).await
    }
}

impl PeerFeed {
    /// Adds peers, or brings back those that were given up. False when the fetch has ended.
    pub async fn add_peers(&self, peers: Vec<PeerAddress>) -> bool {
        self.0.send(peers).await.is_ok()
    }
}

impl PeerAddress {
    /// In libp2p's terms. Addresses that are none are left out: others of the same peer may be good.
    fn parse(&self) -> Result<(PeerId, Vec<Multiaddr>), AddressError> {
        let addresses = self.addresses.iter().take(MAX_ADDRESSES as usize);
        Ok((
            parse_peer(&self.peer)?,
            addresses
                .filter_map(|address| parse_address(address).ok())
                .collect(),
        ))
    }
}

fn reason(why: &WhyStalled) -> &'static str {
    match why {
        WhyStalled::NoPeers => "nobody is known who serves this blob; look for seeders again later",
        WhyStalled::NoneReachable => "no seeder could be reached; check the connection, or try again later",
        WhyStalled::NotHeld => "the seeders that can be reached do not hold them; wait for other seeders",
        WhyStalled::Unpaid => {
            "the seeders that hold them want more than is paid; raise the price or the budget, or wait for other seeders"
        }
        WhyStalled::NoProgress => "the seeders that hold them do not send them; try again later",
    }
}
