//! What a fetch tells while it runs and when it ends. Peers are named in binary, as on chain.

use libp2p::PeerId;
use std::collections::BTreeMap;
use std::time::Duration;

/// Something that happened in a fetch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FetchEvent {
    /// A peer can be asked now.
    Connected {
        /// Which.
        peer: Vec<u8>,
    },
    /// A chunk was verified and stored.
    Chunk {
        /// Who sent it.
        peer: Vec<u8>,
        /// Which.
        chunk: u64,
        /// Bytes of the blob in it.
        bytes: u64,
        /// Chunks still missing.
        missing: u64,
    },
    /// A peer sent a slice that does not match the root. It is banned.
    Liar {
        /// Which.
        peer: Vec<u8>,
        /// In which chunk.
        chunk: u64,
    },
    /// A peer is not used any more, for now or for good.
    PeerLost {
        /// Which.
        peer: Vec<u8>,
        /// Why, for people.
        why: String,
    },
}

/// What a fetch did.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FetchSummary {
    /// Chunks stored.
    pub chunks: u64,
    /// Bytes of the blob in them.
    pub bytes: u64,
    /// Who sent them: everybody who was connected, in the order of their peer ids.
    pub peers: Vec<PeerShare>,
    /// Who lied.
    pub liars: Vec<Liar>,
    /// Slices that came after another peer's of the same chunk.
    pub unwanted: u64,
    /// Events that nobody had room for.
    pub events_lost: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// What one peer gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerShare {
    /// Which.
    pub peer: Vec<u8>,
    /// Chunks stored.
    pub chunks: u64,
    /// Bytes of the blob in them.
    pub bytes: u64,
    /// Times it was connected.
    pub connections: u32,
}

/// A peer that sent what does not match the root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Liar {
    /// Which.
    pub peer: Vec<u8>,
    /// In which chunk.
    pub chunk: u64,
    /// What the sink says.
    pub why: String,
}

/// The summary in the making.
#[derive(Default)]
pub(super) struct Account {
    shares: BTreeMap<PeerId, (u64, u64, u32)>,
    liars: Vec<Liar>,
    pub(super) unwanted: u64,
    pub(super) events_lost: u64,
}

impl Account {
    pub(super) fn connected(&mut self, peer: PeerId) {
        let (_, _, connections) = self.shares.entry(peer).or_default();
        *connections = connections.saturating_add(1);
    }

    pub(super) fn stored(&mut self, peer: PeerId, bytes: u64) {
        let (chunks, sum, _) = self.shares.entry(peer).or_default();
        *chunks = chunks.saturating_add(1);
        *sum = sum.saturating_add(bytes);
    }

    pub(super) fn lied(&mut self, peer: PeerId, chunk: u64, why: String) {
        self.liars.push(Liar {
            peer: peer.to_bytes(),
            chunk,
            why,
        });
    }

    pub(super) fn summary(&self, elapsed: Duration) -> FetchSummary {
        let peers: Vec<PeerShare> = self
            .shares
            .iter()
            .map(|(peer, (chunks, bytes, connections))| PeerShare {
                peer: peer.to_bytes(),
                chunks: *chunks,
                bytes: *bytes,
                connections: *connections,
            })
            .collect();
        FetchSummary {
            chunks: peers.iter().map(|share| share.chunks).sum(),
            bytes: peers.iter().map(|share| share.bytes).sum(),
            peers,
            liars: self.liars.clone(),
            unwanted: self.unwanted,
            events_lost: self.events_lost,
            elapsed,
        }
    }
}
