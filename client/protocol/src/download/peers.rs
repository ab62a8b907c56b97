//! What is known of each peer of one download. A peer is *waiting*, *connecting*, *connected*, *resting* or *gone*; only
//! a connected one has requests. See STATE.md.

use super::pace::Pace;
use super::picker::{mix, Cursor};
use crate::bitfield::Bitfield;
use crate::limits::*;
use core::time::Duration;
use hashcard_primitives::coverage::Coverage;

/// One peer.
#[derive(Debug)]
pub(super) struct Peer {
    /// His rank among equals: differs by seed, so that downloads spread over the seeders.
    pub(super) rank: u64,
    /// What the chain says he holds.
    pub(super) claim: Coverage,
    /// When he was last connected to, or tried.
    pub(super) tried_at: Option<Duration>,
    /// Failures in a row.
    pub(super) failures: u32,
    /// How often he did not answer in time since he last delivered. Kept when he is announced again: where every source is
    /// slow, only growing patience ends.
    pub(super) silences: u32,
    pub(super) state: State,
}

#[derive(Debug)]
pub(super) enum State {
    /// Could be connected to.
    Waiting,
    /// Is being connected to.
    Connecting { since: Duration },
    /// Is connected.
    Connected(Box<Link>),
    /// Is to be left alone for a while.
    Resting { until: Duration },
    /// Is given up. `banned` says that he lied or broke the protocol, and that nothing brings him back.
    Gone { banned: bool },
}

/// A connection to a peer.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) holding: Holding,
    /// Length of the longest chunk.
    chunk_len: u64,
    pub(super) have: Have,
    pub(super) requests: Vec<Outstanding>,
    pub(super) cursor: Cursor,
    pub(super) pace: Pace,
    pub(super) connected_at: Duration,
    /// He was busy; nothing is asked before this.
    pub(super) rest_until: Duration,
    pub(super) denials: u32,
    /// Bytes that came from him.
    pub(super) received: u64,
    /// Bytes that may come in all, when he is paid.
    pub(super) paid_up_to: Option<u64>,
    /// He rests because he wants to be paid.
    pub(super) unpaid: bool,
}

/// What a peer holds.
#[derive(Debug)]
pub(super) enum Holding {
    Everything,
    Part(Bitfield),
}

/// Where asking him what he holds has come to.
#[derive(Debug)]
pub(super) struct Have {
    /// Page to ask for next, or being asked for.
    pub(super) page: u64,
    /// When to ask for it.
    pub(super) due: Duration,
    /// Since when an answer is awaited.
    pub(super) asked_at: Option<Duration>,
}

/// A request that has not been answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outstanding {
    pub(super) chunk: u64,
    pub(super) asked_at: Duration,
    /// When peers of this pace answer.
    pub(super) expected_at: Duration,
    /// From when on the chunk is given to others.
    pub(super) overdue_at: Duration,
    /// From when on the peer is given up.
    pub(super) hopeless_at: Duration,
    /// False once the chunk is not his any more: overdue, or delivered by another.
    pub(super) live: bool,
}

impl Peer {
    pub(super) fn new(seed: u64, index: u64, claim: Coverage) -> Self {
        Self {
            rank: mix(seed, index),
            claim,
            tried_at: None,
            failures: 0,
            silences: 0,
            state: State::Waiting,
        }
    }

    pub(super) fn link(&self) -> Option<&Link> {
        match &self.state {
            State::Connected(link) => Some(link),
            _ => None,
        }
    }

    pub(super) fn link_mut(&mut self) -> Option<&mut Link> {
        match &mut self.state {
            State::Connected(link) => Some(link),
            _ => None,
        }
    }

    /// One more failure: a rest that doubles, and after [`MAX_ATTEMPTS`] the end.
    pub(super) fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.state = if self.failures > MAX_ATTEMPTS {
            State::Gone { banned: false }
        } else {
            let rest = FIRST_REST
                .saturating_mul(1 << (self.failures - 1).min(16))
                .min(MAX_REST);
            State::Resting { until: now + rest }
        };
    }
}

impl Link {
    pub(super) fn new(holding: Holding, pace: Pace, chunk_len: u64, now: Duration) -> Self {
        Self {
            holding,
            chunk_len,
            have: Have {
                page: 0,
                due: now,
                asked_at: None,
            },
            requests: Vec::new(),
            cursor: Cursor::default(),
            pace,
            connected_at: now,
            rest_until: now,
            denials: 0,
            received: 0,
            paid_up_to: None,
            unpaid: false,
        }
    }

    /// Requests that he can be given now.
    pub(super) fn room(&self, now: Duration) -> u32 {
        if now < self.rest_until {
            return 0;
        }
        self.pace.depth().min(self.payable()).saturating_sub(self.asked())
    }

    /// Whether what is paid suffices for another chunk, beside those that are under way.
    pub(super) fn is_paid(&self) -> bool {
        self.payable() > self.asked()
    }

    /// Chunks that may be under way, as far as money goes.
    fn payable(&self) -> u32 {
        self.paid_up_to.map_or(u32::MAX, |bytes| {
            u32::try_from(bytes.saturating_sub(self.received) / self.chunk_len).unwrap_or(u32::MAX)
        })
    }

    fn asked(&self) -> u32 {
        u32::try_from(self.requests.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn ask(&mut self, chunk: u64, now: Duration) {
        let patience = self.pace.patience();
        self.requests.push(Outstanding {
            chunk,
            asked_at: now,
            expected_at: now + self.pace.latency(),
            overdue_at: now + patience,
            hopeless_at: now + patience * 2,
            live: true,
        });
    }

    /// Takes the request of this chunk out of the pipeline.
    pub(super) fn answered(&mut self, chunk: u64) -> Option<Outstanding> {
        let at = self.requests.iter().position(|request| request.chunk == chunk)?;
        Some(self.requests.remove(at))
    }

    pub(super) fn is_asked(&self, chunk: u64) -> bool {
        self.requests.iter().any(|request| request.chunk == chunk)
    }
}

impl Holding {
    /// What a seat with this coverage says it holds.
    pub(super) fn claimed(blob_len: u64, claim: Coverage) -> Option<Self> {
        let all = Coverage::all(blob_len).0;
        if claim.0 & all == all {
            return Some(Self::Everything);
        }
        Bitfield::claimed(blob_len, claim).ok().map(Self::Part)
    }

    pub(super) fn has(&self, chunk: u64) -> bool {
        match self {
            Self::Everything => true,
            Self::Part(held) => held.get(chunk),
        }
    }

    /// The chunks held by somebody who does not hold all.
    pub(super) fn part(&self) -> Option<&Bitfield> {
        match self {
            Self::Everything => None,
            Self::Part(held) => Some(held),
        }
    }
}
