//! One blob being fetched from many peers. Events and time go in by the methods, actions come out of
//! [`poll`](Download::poll).
//!
//! A chunk is never asked of a second peer while the first may still deliver it on time, except for the last ones; a
//! connected peer that holds a chunk nobody was asked for is never left without a request while its pipeline has room; and
//! nothing counts as held before [`chunk_stored`](Download::chunk_stored) says so. The states are in download/STATE.md.
//!
//! After every event call `poll` until it gives nothing, and again at [`next_timeout`](Download::next_timeout).

mod action;
mod pace;
mod peers;
mod picker;
mod pieces;
mod schedule;

pub use action::{Action, DownloadLimits, DropReason, PeerUse, Verdict, WhyStalled, WrongBitfield};

use crate::bitfield::{pages, Bitfield};
use crate::limits::*;
use core::time::Duration;
use hashcard_primitives::blob::{chunk_count, chunk_len, CHUNK_LEN};
use hashcard_primitives::coverage::Coverage;
use pace::Pace;
use peers::{Holding, Link, Peer, State};
use picker::Picker;
use pieces::Pieces;
use std::collections::{BTreeMap, VecDeque};

/// One blob being fetched.
#[derive(Debug)]
pub struct Download<P> {
    blob_len: u64,
    limits: DownloadLimits,
    seed: u64,
    pieces: Pieces<P>,
    picker: Picker,
    peers: BTreeMap<P, Peer>,
    /// Peers ever heard of; ranks new ones.
    introduced: u64,
    actions: VecDeque<Action<P>>,
    /// Who was given the last request; the next peer in order has the next turn.
    turn: Option<P>,
    /// Whether no connected peer holds a chunk that is open.
    end_game: bool,
    /// When there last was a connected peer with something missing.
    source_at: Duration,
    /// When a chunk was last stored.
    progress_at: Duration,
    /// Whether a peer was given up because it is not paid.
    unpayable: bool,
    done: bool,
}

impl<P: Copy + Ord> Download<P> {
    /// Fetches what `held` lacks of a blob of `blob_len` bytes. `seed` decides among equally rare chunks and equally good
    /// peers; take another for each download. `now` is the time since any fixed start, here and everywhere.
    pub fn new(
        blob_len: u64,
        held: Bitfield,
        limits: DownloadLimits,
        seed: u64,
        now: Duration,
    ) -> Result<Self, WrongBitfield> {
        let chunks = chunk_count(blob_len);
        if held.chunks() != chunks {
            return Err(WrongBitfield {
                chunks,
                found: held.chunks(),
            });
        }
        Ok(Self {
            blob_len,
            limits: DownloadLimits {
                peers: limits.peers.max(1),
                pipeline: limits.pipeline.max(1),
                in_flight: limits.in_flight.max(1),
                ..limits
            },
            seed,
            pieces: Pieces::new(held),
            picker: Picker::new(chunks, seed),
            peers: BTreeMap::new(),
            introduced: 0,
            actions: VecDeque::new(),
            turn: None,
            end_game: false,
            source_at: now,
            progress_at: now,
            unpayable: false,
            done: false,
        })
    }

    /// The chunks held by now.
    pub fn held(&self) -> &Bitfield {
        self.pieces.held()
    }

    /// Chunks still missing.
    pub fn missing(&self) -> u64 {
        self.pieces.missing()
    }

    /// How a peer is being used; `None` when it is not connected.
    pub fn peer(&self, peer: P, now: Duration) -> Option<PeerUse> {
        let link = self.peers.get(&peer)?.link()?;
        Some(PeerUse {
            pipeline: link.pace.depth(),
            outstanding: u32::try_from(link.requests.len()).unwrap_or(u32::MAX),
            resting: now < link.rest_until,
        })
    }

    /// A peer exists and is said to hold `claim`, which counts beside what was said of it before: others can speak of a peer,
    /// and it says itself what it holds once it is connected. Brings back one that was given up, unless it lied. False when the
    /// peer is not taken: it is banned, or too many are known.
    pub fn peer_known(&mut self, peer: P, claim: Coverage, now: Duration) -> bool {
        let full = self.peers.len() >= MAX_KNOWN;
        match self.peers.get_mut(&peer) {
            Some(known) => {
                match known.state {
                    State::Gone { banned: true } => return false,
                    State::Gone { banned: false } => {
                        known.failures = 0;
                        known.state = State::Waiting;
                    }
                    _ => {}
                }
                known.claim.0 |= claim.0;
            }
            None if full => return false,
            None => {
                self.peers
                    .insert(peer, Peer::new(self.seed, self.introduced, claim));
                self.introduced += 1;
            }
        }
        self.source_at = self.source_at.max(now);
        true
    }

    /// The connection that [`Action::Connect`] asked for is there.
    pub fn peer_connected(&mut self, peer: P, now: Duration) {
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        if !matches!(known.state, State::Connecting { .. }) {
            return;
        }
        let Some(holding) = Holding::claimed(self.blob_len, known.claim) else {
            return;
        };
        if let Some(part) = holding.part() {
            self.picker.add(part);
        }
        let pace = Pace::new(self.limits.pipeline, known.silences, now);
        let longest = self.blob_len.clamp(1, CHUNK_LEN);
        known.state = State::Connected(Box::new(Link::new(holding, pace, longest, now)));
    }

    /// The connection could not be made, or broke.
    pub fn peer_failed(&mut self, peer: P, now: Duration) {
        self.unlink(peer);
        if let Some(known) = self.peers.get_mut(&peer) {
            if matches!(known.state, State::Connecting { .. } | State::Waiting) {
                known.failed(now);
            }
        }
    }

    /// A peer broke the protocol.
    pub fn peer_violated(&mut self, peer: P) {
        self.give_up(peer, DropReason::Violated);
    }

    /// A peer is not to be used any more, for a reason found elsewhere.
    pub fn peer_banned(&mut self, peer: P) {
        self.give_up(peer, DropReason::Banned);
    }

    /// A peer answered what it holds of a page.
    pub fn peer_holding(&mut self, peer: P, blob_len: u64, page: u64, bits: &[u8], now: Duration) {
        let chunks = chunk_count(self.blob_len);
        let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) else {
            return;
        };
        if blob_len != self.blob_len || link.have.page != page || link.have.asked_at.is_none() {
            return self.give_up(peer, DropReason::Violated);
        }
        let mut held = match &link.holding {
            Holding::Part(held) => held.clone(),
            Holding::Everything => match Bitfield::claimed(self.blob_len, Coverage(u64::MAX)) {
                Ok(all) => all,
                Err(_) => return,
            },
        };
        let Ok(changed) = held.set_page(page, bits) else {
            return self.give_up(peer, DropReason::Violated);
        };
        let last = page + 1 >= pages(chunks);
        link.have.page = if last { 0 } else { page + 1 };
        link.have.due = if last { now + HAVE_REFRESH } else { now };
        link.have.asked_at = None;
        if changed {
            self.set_holding(peer, held);
        }
    }

    /// A peer answered that it knows nothing of the blob.
    pub fn peer_lacks_blob(&mut self, peer: P, now: Duration) {
        self.send_away(peer, DropReason::HoldsNothing, now);
    }

    /// A peer was too busy to say what it holds.
    pub fn have_postponed(&mut self, peer: P, retry_after: Duration, now: Duration) {
        if let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) {
            link.have.asked_at = None;
            link.have.due = now + retry_after.clamp(MIN_RETRY, MAX_RETRY);
        }
    }

    /// A slice came; the answer says what to do with it.
    pub fn slice_received(&mut self, peer: P, chunk: u64, now: Duration) -> Verdict {
        let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) else {
            return Verdict::Unwanted;
        };
        let Some(request) = link.answered(chunk) else {
            self.give_up(peer, DropReason::Violated);
            return Verdict::Unsolicited;
        };
        link.pace.delivered(request.asked_at, now);
        link.received = link.received.saturating_add(chunk_len(self.blob_len, chunk));
        if self.pieces.verify(chunk, peer) {
            Verdict::Verify
        } else {
            Verdict::Unwanted
        }
    }

    /// A slice was verified and its chunk stored.
    pub fn chunk_stored(&mut self, peer: P, chunk: u64, now: Duration) {
        self.progress_at = now;
        if let Some(known) = self.peers.get_mut(&peer) {
            known.failures = 0;
            known.silences = 0;
        }
        for other in self.pieces.store(chunk) {
            let requests = self
                .peers
                .get_mut(&other)
                .and_then(Peer::link_mut)
                .map(|link| &mut link.requests);
            if let Some(request) =
                requests.and_then(|requests| requests.iter_mut().find(|request| request.chunk == chunk))
            {
                request.live = false;
                self.actions.push_back(Action::Cancel { peer: other, chunk });
            }
        }
    }

    /// A slice did not match the root: the peer lied, and the chunk is given to another.
    pub fn chunk_refused(&mut self, peer: P, chunk: u64) {
        if self.pieces.refuse(chunk) {
            self.reopen(chunk);
        }
        self.give_up(peer, DropReason::Lied { chunk });
    }

    /// A peer answered that it does not hold a chunk.
    pub fn not_held(&mut self, peer: P, chunk: u64, now: Duration) {
        if !self.withdraw(peer, chunk) {
            return;
        }
        let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) else {
            return;
        };
        link.denials = link.denials.saturating_add(1);
        if link.denials > MAX_DENIALS {
            return self.send_away(peer, DropReason::HoldsNothing, now);
        }
        let held = match &link.holding {
            Holding::Part(held) => Ok(held.clone()),
            Holding::Everything => Bitfield::claimed(self.blob_len, Coverage(u64::MAX)),
        };
        if let Ok(mut held) = held {
            held.set(chunk, false);
            self.set_holding(peer, held);
        }
    }

    /// A peer answered that it has too much to do.
    pub fn busy(&mut self, peer: P, chunk: u64, retry_after: Duration, now: Duration) {
        if !self.withdraw(peer, chunk) {
            return;
        }
        if let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) {
            link.pace.busy();
            link.rest_until = link.rest_until.max(now + retry_after.clamp(MIN_RETRY, MAX_RETRY));
        }
    }

    /// At most so many bytes in all may come from a peer over this connection, those included that came already and those under
    /// way: what is paid for. `None`: nothing limits them, as it is when nobody is paid.
    pub fn peer_paid_up_to(&mut self, peer: P, bytes: Option<u64>) {
        if let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) {
            link.paid_up_to = bytes;
        }
    }

    /// A peer does not serve a chunk before it is paid. It is asked for nothing for [`PAYMENT_REST`], or until
    /// [`peer_satisfied`](Self::peer_satisfied).
    pub fn payment_due(&mut self, peer: P, chunk: u64, now: Duration) {
        if !self.withdraw(peer, chunk) {
            return;
        }
        if let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) {
            link.rest_until = link.rest_until.max(now + PAYMENT_REST);
            link.unpaid = true;
        }
    }

    /// A peer has what it asked for.
    pub fn peer_satisfied(&mut self, peer: P, now: Duration) {
        let link = self.peers.get_mut(&peer).and_then(Peer::link_mut);
        if let Some(link) = link.filter(|link| link.unpaid) {
            link.rest_until = now;
            link.unpaid = false;
        }
    }

    /// A peer is not paid, and serves nothing more for nothing. It is left alone for a while, as one that holds nothing.
    pub fn peer_unpayable(&mut self, peer: P, now: Duration) {
        self.send_away(peer, DropReason::WantsPayment, now);
        self.unpayable = true;
    }

    /// A peer confirmed that it will not answer a request. Unless that was asked of it, it breaks the protocol.
    pub fn cancelled(&mut self, peer: P, chunk: u64) {
        let requests = self
            .peers
            .get(&peer)
            .and_then(Peer::link)
            .map(|link| link.requests.as_slice());
        if requests
            .unwrap_or_default()
            .iter()
            .any(|request| request.chunk == chunk && request.live)
        {
            return self.give_up(peer, DropReason::Violated);
        }
        self.withdraw(peer, chunk);
    }

    fn set_holding(&mut self, peer: P, held: Bitfield) {
        let Some(link) = self.peers.get_mut(&peer).and_then(Peer::link_mut) else {
            return;
        };
        if let Some(old) = link.holding.part() {
            self.picker.remove(old);
        }
        link.holding = if held.is_complete() {
            Holding::Everything
        } else {
            self.picker.add(&held);
            Holding::Part(held)
        };
        link.cursor = Default::default();
    }

    /// Takes a request out of a peer's pipeline, and its chunk out of his hands. False when there was none, because the
    /// answer came after he was dropped.
    fn withdraw(&mut self, peer: P, chunk: u64) -> bool {
        let link = self.peers.get_mut(&peer).and_then(Peer::link_mut);
        if link.and_then(|link| link.answered(chunk)).is_none() {
            return false;
        }
        self.pieces.give_up(chunk, peer);
        if self.pieces.is_open(chunk) {
            self.reopen(chunk);
        }
        true
    }

    fn reopen(&mut self, chunk: u64) {
        let cursors = self
            .peers
            .values_mut()
            .filter_map(Peer::link_mut)
            .map(|link| &mut link.cursor);
        self.picker.reopen(chunk, cursors);
    }

    /// Ends the connection of a peer in our books and gives his chunks back. He is left waiting.
    fn unlink(&mut self, peer: P) {
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        if known.link().is_none() {
            return;
        }
        let State::Connected(link) = core::mem::replace(&mut known.state, State::Waiting) else {
            return;
        };
        if let Some(part) = link.holding.part() {
            self.picker.remove(part);
        }
        for request in link.requests {
            if self.pieces.give_up(request.chunk, peer) {
                self.reopen(request.chunk);
            }
        }
    }

    /// Drops a peer for good.
    fn give_up(&mut self, peer: P, reason: DropReason) {
        self.unlink(peer);
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        if !matches!(known.state, State::Gone { banned: true }) {
            known.state = State::Gone { banned: true };
            self.actions.push_back(Action::Drop { peer, reason });
        }
    }

    /// Drops a peer for a while.
    fn send_away(&mut self, peer: P, reason: DropReason, now: Duration) {
        self.unlink(peer);
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        if matches!(known.state, State::Gone { .. }) {
            return;
        }
        if reason != DropReason::NotNeeded {
            known.failed(now);
        }
        if !matches!(known.state, State::Gone { .. }) {
            known.state = State::Resting {
                until: now + MAX_REST,
            };
        }
        self.actions.push_back(Action::Drop { peer, reason });
    }
}
