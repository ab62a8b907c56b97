//! The home in the swarm: the store behind what is served and what is fetched, and names for people.
//!
//! **What arrives is verified against the root before it touches the store**, on the network's threads; a peer whose slice
//! does not match is banned, and the home remembers it.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hashcard_chain::{address_of, Account};
use hashcard_format::verify_slice;
pub use hashcard_net::{address_text, peer_text};
use hashcard_net::{
    peer_binary, Accepted, Blobs, ChunkSink, Config, FetchError, FetchEvent, FetchRequest, FetchSummary,
    HeldBlob, Network, NetworkLimits, NotServed, PeerAddress, Purse, Till,
};
use hashcard_primitives::blob::{chunk_count, ContentRoot};
use hashcard_primitives::seeder::SeatView;
use hashcard_protocol::WhyStalled;
use hashcard_store::{Store, StoreError};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::command::{Event, PeerShown, PeerState};
use crate::engine::{waiting_for_disk, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;

/// Events of one download that may wait; the counts at its end are exact whatever is lost here.
const WAITING_EVENTS: usize = 256;
/// How often a daemon says how much it served.
const SERVED_EVERY: Duration = Duration::from_secs(1);

/// Where to be reached, and how to serve.
#[derive(Clone)]
pub struct Listen {
    /// Where to listen.
    pub at: SocketAddr,
    /// Under which addresses others reach it: `IP:PORT`, or multiaddresses.
    pub external: Vec<String>,
    /// Who takes payments; `None`: everything is free.
    pub till: Option<Arc<dyn Till>>,
    /// Most bytes sent in a second; 0: no limit.
    pub max_up: u64,
}

/// Somebody who says he has a blob.
pub struct Source {
    seeder: Account,
    peer: PeerAddress,
}

impl From<SeatView<Account>> for Source {
    fn from(seat: SeatView<Account>) -> Self {
        let addresses = seat.addresses.iter().map(|address| address.to_vec()).collect();
        let peer = PeerAddress {
            peer: seat.peer.to_vec(),
            addresses,
            coverage: seat.coverage,
        };
        Self {
            seeder: seat.seeder,
            peer,
        }
    }
}

/// What to fetch from whom.
pub struct Order {
    /// The blob.
    pub root: ContentRoot,
    /// Its length in bytes.
    pub blob_len: u64,
    /// Who may have it.
    pub sources: Vec<Source>,
    /// What they are paid from; `None`: they are not paid.
    pub purse: Option<Arc<dyn Purse>>,
}

/// This home as a peer.
pub struct Swarm {
    network: Network,
    peer: String,
    served: Arc<Served>,
}

impl Swarm {
    /// Joins. Without `listen` it only asks. `banned` are peers as text.
    pub async fn start(
        secret: Zeroizing<[u8; 32]>,
        listen: Option<Listen>,
        store: Store,
        banned: Vec<String>,
        said: Option<Events>,
    ) -> Result<Self, EngineError> {
        let served = Arc::new(Served {
            store,
            lengths: Mutex::default(),
            chunks: AtomicU64::new(0),
            said,
            told: Mutex::new((Instant::now(), 0)),
        });
        let announce = match &listen {
            Some(listen) => listen.external.iter().map(|text| multiaddress(text)).collect(),
            None => Vec::new(),
        };
        let till = listen.as_ref().and_then(|listen| listen.till.clone());
        let limits = NetworkLimits {
            max_up: listen.as_ref().map_or(0, |listen| listen.max_up),
            ..NetworkLimits::default()
        };
        let config = Config {
            identity: secret,
            listen: listen.map(|listen| listen.at).into_iter().collect(),
            announce,
            banned: banned.iter().filter_map(|peer| peer_binary(peer).ok()).collect(),
            limits,
        };
        let network = match till {
            Some(till) => Network::start_paid(config, served.clone(), till).await?,
            None => Network::start(config, served.clone()).await?,
        };
        let peer = peer_text(&network.peer_id());
        Ok(Self {
            network,
            peer,
            served,
        })
    }

    /// The peer id for people.
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// The peer id for the chain.
    pub fn peer_bytes(&self) -> Vec<u8> {
        self.network.peer_id()
    }

    /// Where it is reached, for people.
    pub fn addresses(&self) -> Vec<String> {
        self.address_bytes()
            .iter()
            .map(|address| address_text(address))
            .collect()
    }

    /// Where it is reached, for the chain. Addresses that mean every machine to itself are left out if there are others.
    pub fn address_bytes(&self) -> Vec<Vec<u8>> {
        without_loopback(self.network.addresses())
    }

    /// Chunks that were served.
    pub fn served_chunks(&self) -> u64 {
        self.served.chunks.load(Ordering::Relaxed)
    }

    /// Leaves.
    pub async fn stop(&self) {
        self.network.clone().stop().await;
    }

    /// Fetches what the store lacks of a blob. `peers` is what they contributed, added to what was there.
    pub async fn fetch(
        &self,
        engine: &Engine,
        store: &Store,
        order: Order,
        peers: &mut Vec<PeerShown>,
        events: &Events,
    ) -> Result<(), EngineError> {
        let Order {
            root,
            blob_len,
            sources,
            purse,
        } = order;
        // Whoever took a seat for a peer first, as the chain names them: those with the highest bonds.
        let mut seeders: BTreeMap<Vec<u8>, Account> = BTreeMap::new();
        for source in &sources {
            seeders.entry(source.peer.peer.clone()).or_insert(source.seeder);
        }
        let reading = store.clone();
        let held = waiting_for_disk(move || Ok(reading.held(root)?.to_bytes())).await?;
        let request = FetchRequest {
            root,
            blob_len,
            held,
            peers: sources.into_iter().map(|source| source.peer).collect(),
        };
        let sink = Arc::new(Arrivals {
            store: store.clone(),
            blob_len,
            failed: Mutex::new(None),
        });
        let (teller, mut told) = mpsc::channel(WAITING_EVENTS);
        let fetch = self
            .network
            .fetch(request, sink.clone(), teller)
            .map_err(|error| from_fetch(error, None).0)?;
        let fetch = match purse {
            Some(purse) => fetch.paid_from(purse),
            None => fetch,
        };
        let running = fetch.run();
        tokio::pin!(running);
        let ended = loop {
            tokio::select! {
                biased;
                Some(event) = told.recv() => {
                    if let Some(event) = shown(event, chunk_count(blob_len)) {
                        events.say(event).await;
                    }
                }
                ended = &mut running => break ended,
            }
        };
        while let Ok(event) = told.try_recv() {
            if let Some(event) = shown(event, chunk_count(blob_len)) {
                events.say(event).await;
            }
        }
        let (result, summary) = match ended {
            Ok(summary) => (Ok(()), Some(summary)),
            Err(error) => {
                let (error, summary) = from_fetch(error, sink.failure());
                (Err(error), summary)
            }
        };
        if let Some(summary) = summary {
            credit(peers, &summary, &seeders);
            remember_liars(engine, &summary)?;
        }
        result
    }
}

/// What others may have.
struct Served {
    store: Store,
    /// Lengths of blobs that were asked about; a blob's never changes. Only blobs of the store get in.
    lengths: Mutex<HashMap<ContentRoot, u64>>,
    chunks: AtomicU64,
    said: Option<Events>,
    /// When it was last told how many were served, and how many that were.
    told: Mutex<(Instant, u64)>,
}

impl Served {
    fn len_of(&self, root: &ContentRoot) -> Option<u64> {
        let mut lengths = self.lengths.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(len) = lengths.get(root) {
            return Some(*len);
        }
        *lengths = self
            .store
            .list()
            .ok()?
            .into_iter()
            .map(|info| (info.root, info.len))
            .collect();
        lengths.get(root).copied()
    }

    fn count(&self) {
        let total = self.chunks.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let Some(said) = &self.said else { return };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.0.elapsed() >= SERVED_EVERY {
            said.progress(Event::Served {
                chunks: total.saturating_sub(told.1),
                total,
            });
            *told = (Instant::now(), total);
        }
    }
}

impl Blobs for Served {
    fn held(&self, root: &ContentRoot) -> Option<HeldBlob> {
        match self.store.held(*root) {
            Ok(held) => Some(HeldBlob {
                blob_len: self.len_of(root)?,
                bitfield: held.to_bytes(),
            }),
            Err(StoreError::UnknownBlob { .. }) => None,
            Err(error) => {
                tracing::warn!(%error, "a blob is not served");
                None
            }
        }
    }

    fn slice(&self, root: &ContentRoot, chunk: u64) -> Result<Vec<u8>, NotServed> {
        match self.store.slice(*root, chunk) {
            Ok(slice) => {
                self.count();
                Ok(slice)
            }
            Err(StoreError::NotHeld { .. } | StoreError::UnknownBlob { .. }) => Err(NotServed::NotHeld),
            Err(error) => Err(NotServed::Failed(error.to_string())),
        }
    }
}

/// Where chunks arrive.
struct Arrivals {
    store: Store,
    blob_len: u64,
    /// Why the store took one no more.
    failed: Mutex<Option<EngineError>>,
}

impl Arrivals {
    fn failure(&self) -> Option<EngineError> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ChunkSink for Arrivals {
    fn accept(&self, root: &ContentRoot, chunk: u64, slice: Vec<u8>) -> Accepted {
        let verified = match verify_slice(*root, self.blob_len, chunk, &slice) {
            Ok(verified) => verified,
            Err(error) => return Accepted::Refused(error.to_string()),
        };
        match self.store.put(*root, &verified) {
            Ok(_) => Accepted::Stored,
            Err(error) => {
                let why = error.to_string();
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.into());
                Accepted::StoreFailed(why)
            }
        }
    }
}

fn shown(event: FetchEvent, total: u64) -> Option<Event> {
    Some(match event {
        FetchEvent::Connected { peer } => Event::Peer {
            peer: peer_text(&peer),
            state: PeerState::Connected,
            reason: None,
        },
        FetchEvent::Chunk {
            peer, chunk, missing, ..
        } => Event::Chunk {
            index: chunk,
            peer: peer_text(&peer),
            done: total.saturating_sub(missing),
            total,
        },
        FetchEvent::Liar { peer, chunk } => Event::Peer {
            peer: peer_text(&peer),
            state: PeerState::Banned,
            reason: Some(lie(chunk)),
        },
        FetchEvent::PeerLost { peer, why } => Event::Peer {
            peer: peer_text(&peer),
            state: PeerState::Lost,
            reason: Some(why),
        },
    })
}

fn lie(chunk: u64) -> String {
    format!("chunk {chunk} does not match the root")
}

/// Adds what peers contributed in one round to what they did before.
fn credit(peers: &mut Vec<PeerShown>, summary: &FetchSummary, seeders: &BTreeMap<Vec<u8>, Account>) {
    let mut entry = |peer: &[u8]| -> usize {
        let text = peer_text(peer);
        peers.iter().position(|one| one.peer == text).unwrap_or_else(|| {
            let seeder = seeders.get(peer).map(address_of).unwrap_or_default();
            peers.push(PeerShown {
                peer: text,
                seeder,
                ..PeerShown::default()
            });
            peers.len().saturating_sub(1)
        })
    };
    let shares: Vec<(usize, u64, u64)> = summary
        .peers
        .iter()
        .map(|share| (entry(&share.peer), share.chunks, share.bytes))
        .collect();
    let liars: Vec<(usize, u64)> = summary
        .liars
        .iter()
        .map(|liar| (entry(&liar.peer), liar.chunk))
        .collect();
    for (at, chunks, bytes) in shares {
        if let Some(peer) = peers.get_mut(at) {
            peer.chunks = peer.chunks.saturating_add(chunks);
            peer.bytes = peer.bytes.saturating_add(bytes);
        }
    }
    for (at, chunk) in liars {
        if let Some(peer) = peers.get_mut(at) {
            peer.banned = true;
            peer.reason = Some(lie(chunk));
        }
    }
}

fn remember_liars(engine: &Engine, summary: &FetchSummary) -> Result<(), EngineError> {
    if summary.liars.is_empty() {
        return Ok(());
    }
    engine.home().amend(|notes| {
        for liar in &summary.liars {
            notes.ban(&peer_text(&liar.peer), &lie(liar.chunk));
        }
    })
}

/// What a fetch that failed means for a person, and what it did until then. `stored` is what the store said.
fn from_fetch(error: FetchError, stored: Option<EngineError>) -> (EngineError, Option<FetchSummary>) {
    let said = error.to_string();
    match error {
        FetchError::Stalled {
            summary,
            why: WhyStalled::Unpaid,
            ..
        } => (
            EngineError::new(
                Code::TooDear,
                said,
                "pay more, or try again later; what came is kept",
            ),
            Some(*summary),
        ),
        FetchError::Stalled { summary, .. } => (
            EngineError::new(
                Code::Incomplete,
                said,
                "try again later; what came is kept, and the rest is fetched then",
            ),
            Some(*summary),
        ),
        FetchError::StoreFailed { summary, .. } => (
            stored.unwrap_or_else(|| EngineError::new(Code::Disk, said, "free some space and try again")),
            Some(*summary),
        ),
        FetchError::Stopped => (EngineError::new(Code::Network, said, "try again"), None),
        FetchError::PursePanicked => (
            EngineError::new(Code::Failed, said, "what came is kept; try again"),
            None,
        ),
        FetchError::Held(_) | FetchError::SinkPanicked => (
            EngineError::new(
                Code::Failed,
                said,
                "check the store: hashcard store verify; then try again",
            ),
            None,
        ),
    }
}

/// `IP:PORT` as a multiaddress; anything else is taken as one.
fn multiaddress(text: &str) -> String {
    match text.parse::<SocketAddr>() {
        Ok(SocketAddr::V4(at)) => format!("/ip4/{}/tcp/{}", at.ip(), at.port()),
        Ok(SocketAddr::V6(at)) => format!("/ip6/{}/tcp/{}", at.ip(), at.port()),
        Err(_) => text.to_owned(),
    }
}

fn without_loopback(addresses: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let is_loopback = |address: &Vec<u8>| {
        let text = address_text(address);
        text.starts_with("/ip4/127.") || text.starts_with("/ip6/::1/")
    };
    if addresses.iter().all(is_loopback) {
        return addresses;
    }
    addresses
        .into_iter()
        .filter(|address| !is_loopback(address))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_net::{address_binary, Liar, PeerShare};

    #[test]
    fn a_socket_address_becomes_a_multiaddress_and_others_stay() {
        assert_eq!(multiaddress("203.0.113.5:4117"), "/ip4/203.0.113.5/tcp/4117");
        assert_eq!(multiaddress("[2001:db8::1]:4117"), "/ip6/2001:db8::1/tcp/4117");
        assert_eq!(multiaddress("/dns4/x.example/tcp/1"), "/dns4/x.example/tcp/1");
    }

    #[test]
    fn loopback_is_announced_only_when_there_is_nothing_else() {
        let binary = |text: &str| address_binary(text).unwrap();
        let (home, lan) = (binary("/ip4/127.0.0.1/tcp/1"), binary("/ip4/192.168.0.2/tcp/1"));
        let home6 = binary("/ip6/::1/tcp/1");
        assert_eq!(
            without_loopback(vec![home.clone(), lan.clone(), home6]),
            vec![lan]
        );
        assert_eq!(without_loopback(vec![home.clone()]), vec![home]);
    }

    #[test]
    fn contributions_of_several_rounds_add_up_and_liars_are_named() {
        let share = |peer: u8, chunks| PeerShare {
            peer: vec![peer],
            chunks,
            bytes: chunks * 10,
            connections: 1,
        };
        let seeders = BTreeMap::from([(vec![1], [7; 32])]);
        let mut peers = Vec::new();
        let first = FetchSummary {
            peers: vec![share(1, 2), share(2, 0)],
            ..FetchSummary::default()
        };
        credit(&mut peers, &first, &seeders);
        let liar = Liar {
            peer: vec![2],
            chunk: 3,
            why: "x".into(),
        };
        let second = FetchSummary {
            peers: vec![share(1, 5)],
            liars: vec![liar],
            ..FetchSummary::default()
        };
        credit(&mut peers, &second, &seeders);
        assert_eq!(peers.len(), 2);
        assert_eq!((peers[0].chunks, peers[0].bytes, peers[0].banned), (7, 70, false));
        assert_eq!(peers[0].seeder, address_of(&[7; 32]));
        assert!(peers[1].banned && peers[1].reason.as_ref().unwrap().contains("chunk 3"));
    }
}
