//! What a download promises, checked from outside: this keeps its own books of what was asked and answered, and never
//! looks into the machine. Blobs have at most 128 chunks, so that a set of chunks is a number.

use crate::world::NodeId;
use hashcard_protocol::{Bitfield, Download, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub struct Watch {
    missing: u128,
    verifying: u128,
    in_flight_limit: usize,
    peers: BTreeMap<NodeId, Seen>,
    banned: BTreeSet<NodeId>,
}

/// A connected peer, as far as its messages show.
#[derive(Default)]
struct Seen {
    holds: u128,
    /// Asked and on time.
    live: u128,
    /// Asked and not answered, on time or not.
    owed: u128,
}

impl Watch {
    pub fn new(chunks: u64, held: &Bitfield, in_flight_limit: usize) -> Self {
        assert!(chunks <= 128);
        let all = if chunks == 128 {
            u128::MAX
        } else {
            (1 << chunks) - 1
        };
        Self {
            missing: all & !mask(held),
            verifying: 0,
            in_flight_limit,
            peers: BTreeMap::new(),
            banned: BTreeSet::new(),
        }
    }

    pub fn connected(&mut self, peer: NodeId, claim: &Bitfield) {
        assert!(!self.banned.contains(&peer), "a liar is never connected to again");
        self.peers.insert(
            peer,
            Seen {
                holds: mask(claim),
                ..Seen::default()
            },
        );
    }

    pub fn disconnected(&mut self, peer: NodeId, for_ever: bool) {
        self.peers.remove(&peer);
        if for_ever {
            self.banned.insert(peer);
        }
    }

    pub fn holding(&mut self, peer: NodeId, held: &Bitfield) {
        self.peers.get_mut(&peer).unwrap().holds = mask(held);
    }

    pub fn denied(&mut self, peer: NodeId, chunk: u64) {
        let seen = self.peers.get_mut(&peer).unwrap();
        seen.holds &= !(1 << chunk);
        seen.live &= !(1 << chunk);
        seen.owed &= !(1 << chunk);
    }

    pub fn requested(&mut self, peer: NodeId, chunk: u64) {
        assert!(
            self.missing >> chunk & 1 == 1,
            "only what is missing is asked for"
        );
        assert!(
            self.verifying >> chunk & 1 == 0,
            "what is being verified is not asked for"
        );
        let on_time = self
            .peers
            .values()
            .filter(|seen| seen.live >> chunk & 1 == 1)
            .count();
        if on_time > 0 {
            assert!(on_time < 2, "at most two peers are asked for a chunk");
            let open = self.open();
            let idle = self
                .peers
                .values()
                .all(|seen| open & seen.holds & !seen.owed == 0);
            assert!(
                idle,
                "outside the end game no chunk is asked of a second peer while the first may deliver"
            );
        }
        let seen = self.peers.get_mut(&peer).expect("only connected peers are asked");
        assert!(
            seen.holds >> chunk & 1 == 1,
            "a peer is asked only for what it says it holds"
        );
        assert!(
            seen.owed >> chunk & 1 == 0,
            "a peer is asked for a chunk once at a time"
        );
        seen.live |= 1 << chunk;
        seen.owed |= 1 << chunk;
    }

    /// The peer was told that its answer is not needed, or said that it is busy.
    pub fn let_go(&mut self, peer: NodeId, chunk: u64) {
        if let Some(seen) = self.peers.get_mut(&peer) {
            seen.live &= !(1 << chunk);
        }
    }

    pub fn answered(&mut self, peer: NodeId, chunk: u64) {
        if let Some(seen) = self.peers.get_mut(&peer) {
            seen.live &= !(1 << chunk);
            seen.owed &= !(1 << chunk);
        }
    }

    pub fn received(&mut self, peer: NodeId, chunk: u64, verdict: Verdict) {
        self.answered(peer, chunk);
        if verdict == Verdict::Verify {
            assert!(self.missing >> chunk & 1 == 1 && self.verifying >> chunk & 1 == 0);
            self.verifying |= 1 << chunk;
        }
    }

    pub fn verified(&mut self, chunk: u64, genuine: bool) {
        self.verifying &= !(1 << chunk);
        if genuine {
            self.missing &= !(1 << chunk);
        }
    }

    /// After everything was done that the machine wanted: nobody with room is left without an open chunk that it holds,
    /// and what the machine says it holds is what was verified.
    pub fn is_work_conserving(&self, download: &Download<NodeId>, now: Duration) {
        assert_eq!(
            download.missing(),
            u64::from(self.missing.count_ones()),
            "held is what was verified"
        );
        assert_eq!(mask(download.held()) & self.missing, 0);
        let owed: u32 = self.peers.values().map(|seen| seen.owed.count_ones()).sum();
        if (owed + self.verifying.count_ones()) as usize >= self.in_flight_limit {
            return;
        }
        let open = self.open();
        for (peer, seen) in &self.peers {
            let usage = download.peer(*peer, now).expect("a peer that is connected");
            assert_eq!(
                usage.outstanding,
                seen.owed.count_ones(),
                "every answer is accounted for"
            );
            let room = !usage.resting && usage.outstanding < usage.pipeline;
            assert!(
                !room || open & seen.holds & !seen.owed == 0,
                "peer {peer} is idle at {now:?}"
            );
        }
    }

    fn open(&self) -> u128 {
        let live = self.peers.values().fold(0, |live, seen| live | seen.live);
        self.missing & !self.verifying & !live
    }
}

fn mask(field: &Bitfield) -> u128 {
    field.held().fold(0, |mask, chunk| mask | 1 << chunk)
}
