//! What to do next. The order matters: first what time has ended, then connections, then questions, then requests; only
//! when nobody can be asked for anything new, the end game, and only when that has nothing either, complaints.

use super::peers::{Holding, Link, Peer, State};
use super::picker::Picker;
use super::pieces::Pieces;
use super::{Action, Download, DropReason, WhyStalled};
use crate::limits::*;
use core::time::Duration;
use hashcard_primitives::coverage::Coverage;

impl<P: Copy + Ord> Download<P> {
    /// The next thing to do; call until it gives nothing.
    pub fn poll(&mut self, now: Duration) -> Option<Action<P>> {
        if let Some(action) = self.actions.pop_front() {
            return Some(action);
        }
        if self.pieces.missing() == 0 {
            return (!core::mem::replace(&mut self.done, true)).then_some(Action::Done);
        }
        self.expire(now);
        self.actions
            .pop_front()
            .or_else(|| self.connect(now))
            .or_else(|| self.ask_have(now))
            .or_else(|| self.request(now))
            .or_else(|| self.request_again(now))
            .or_else(|| self.make_place(now))
            .or_else(|| self.stalled(now))
    }

    /// When to poll again although nothing happened.
    pub fn next_timeout(&self, now: Duration) -> Option<Duration> {
        if self.pieces.missing() == 0 {
            return None;
        }
        let crowded = self.is_crowded();
        let mut next = None;
        let mut at = |time: Duration| {
            if time > now && next.is_none_or(|next| time < next) {
                next = Some(time);
            }
        };
        at(self.source_at.saturating_add(self.limits.source_patience));
        at(self.progress_at.saturating_add(self.limits.progress_patience));
        for peer in self.peers.values() {
            match &peer.state {
                State::Waiting | State::Gone { .. } => {}
                State::Connecting { since } => at(*since + CONNECT_TIME),
                State::Resting { until } => at(*until),
                State::Connected(link) => {
                    match link.have.asked_at {
                        Some(asked_at) => at(asked_at + link.pace.patience() * 2),
                        None if matches!(link.holding, Holding::Part(_)) => at(link.have.due),
                        None => {}
                    }
                    at(link.rest_until);
                    if crowded {
                        at(link.connected_at + SETTLE_TIME);
                        at(link.pace.delivered_at() + SLOT_PATIENCE);
                    }
                    for request in &link.requests {
                        at(if request.live {
                            request.overdue_at
                        } else {
                            request.hopeless_at
                        });
                        if self.end_game && request.live {
                            at(request.expected_at);
                        }
                    }
                }
            }
        }
        next
    }

    /// Marks what is overdue and drops who does not answer.
    fn expire(&mut self, now: Duration) {
        let mut hopeless = Vec::new();
        let mut reopened = Vec::new();
        for (id, peer) in &mut self.peers {
            match &mut peer.state {
                State::Resting { until } if *until <= now => peer.state = State::Waiting,
                State::Connecting { since } if *since + CONNECT_TIME <= now => hopeless.push(*id),
                State::Connected(link) => {
                    let silent = link
                        .have
                        .asked_at
                        .is_some_and(|at| at + link.pace.patience() * 2 <= now);
                    if silent || link.requests.iter().any(|request| request.hopeless_at <= now) {
                        hopeless.push(*id);
                        continue;
                    }
                    for request in link
                        .requests
                        .iter_mut()
                        .filter(|request| request.live && request.overdue_at <= now)
                    {
                        request.live = false;
                        link.pace.overdue();
                        if self.pieces.give_up(request.chunk, *id) {
                            reopened.push(request.chunk);
                        }
                        self.actions.push_back(Action::Cancel {
                            peer: *id,
                            chunk: request.chunk,
                        });
                    }
                }
                _ => {}
            }
        }
        reopened.into_iter().for_each(|chunk| self.reopen(chunk));
        for peer in hopeless {
            if let Some(known) = self.peers.get_mut(&peer).filter(|known| known.link().is_some()) {
                known.silences = known.silences.saturating_add(1);
            }
            self.peer_failed(peer, now);
            self.actions.push_back(Action::Drop {
                peer,
                reason: DropReason::Unresponsive,
            });
        }
    }

    /// Connects to a peer that waits. Who claims something open comes first, then who was tried the longest ago: that a
    /// peer failed before is paid for by its rest, or the only source of a chunk could wait for ever.
    fn connect(&mut self, now: Duration) -> Option<Action<P>> {
        if self.places_taken() >= self.limits.peers {
            return None;
        }
        let best = self.best_waiting()?;
        let peer = self.peers.get_mut(&best)?;
        peer.tried_at = Some(now);
        peer.state = State::Connecting { since: now };
        Some(Action::Connect(best))
    }

    fn ask_have(&mut self, now: Duration) -> Option<Action<P>> {
        let (id, link) = self.peers.iter_mut().find_map(|(id, peer)| {
            let link = peer.link_mut()?;
            let first = link.have.due <= link.connected_at;
            let wanted = first || matches!(link.holding, Holding::Part(_));
            (wanted && link.have.asked_at.is_none() && link.have.due <= now).then_some((*id, link))
        })?;
        link.have.asked_at = Some(now);
        Some(Action::AskHave {
            peer: id,
            page: link.have.page,
        })
    }

    /// Gives the next peer that has room an open chunk.
    fn request(&mut self, now: Duration) -> Option<Action<P>> {
        if self.pieces.open_count() == 0 || self.in_flight() >= self.limits.in_flight {
            return None;
        }
        for id in self.turns() {
            let Some(link) = self.peers.get_mut(&id).and_then(Peer::link_mut) else {
                continue;
            };
            if link.room(now) == 0 {
                continue;
            }
            if let Some(chunk) = next_open(&mut self.picker, &self.pieces, link) {
                link.ask(chunk, now);
                self.pieces.ask(chunk, id);
                self.turn = Some(id);
                return Some(Action::Request { peer: id, chunk });
            }
        }
        None
    }

    /// The end game: when nothing open is left that anybody holds, a peer with room may be asked for a chunk that another
    /// is late with, or will need more than twice as long for.
    fn request_again(&mut self, now: Duration) -> Option<Action<P>> {
        self.end_game = !self.has_source();
        if !self.end_game || self.in_flight() >= self.limits.in_flight {
            return None;
        }
        let awaited: Vec<(u64, P, Duration)> = self
            .pieces
            .asked_once()
            .filter_map(|(chunk, asked)| {
                let requests = &self.peers.get(&asked)?.link()?.requests;
                let request = requests.iter().find(|request| request.chunk == chunk)?;
                Some((chunk, asked, request.expected_at))
            })
            .collect();
        for id in self.turns() {
            let Some(link) = self.peers.get_mut(&id).and_then(Peer::link_mut) else {
                continue;
            };
            if link.room(now) == 0 {
                continue;
            }
            // A slice that comes second is not paid, so who is paid is asked only for what is late.
            let worthwhile = match link.paid_up_to {
                None => now + link.pace.latency() * 2,
                Some(_) => Duration::MAX,
            };
            let slowest = awaited
                .iter()
                .filter(|(chunk, asked, expected_at)| {
                    *asked != id
                        && (*expected_at <= now || *expected_at > worthwhile)
                        && link.holding.has(*chunk)
                        && !link.is_asked(*chunk)
                })
                .max_by_key(|(_, _, expected_at)| *expected_at);
            if let Some((chunk, _, _)) = slowest {
                link.ask(*chunk, now);
                self.pieces.ask(*chunk, id);
                self.turn = Some(id);
                return Some(Action::Request {
                    peer: id,
                    chunk: *chunk,
                });
            }
        }
        None
    }

    /// When all places are taken and somebody waits, drops a peer that has nothing missing or delivers nothing.
    fn make_place(&mut self, now: Duration) -> Option<Action<P>> {
        if self.pieces.open_count() == 0 || !self.is_crowded() {
            return None;
        }
        let ids: Vec<P> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(link) = self.peers.get_mut(&id).and_then(Peer::link_mut) else {
                continue;
            };
            if link.requests.iter().any(|request| request.live) {
                continue;
            }
            let idle = link.pace.delivered_at() + SLOT_PATIENCE <= now;
            let settled = link.connected_at + SETTLE_TIME <= now;
            if idle || (settled && next_open(&mut self.picker, &self.pieces, link).is_none()) {
                self.send_away(id, DropReason::NotNeeded, now);
                return self.actions.pop_front();
            }
        }
        None
    }

    fn stalled(&mut self, now: Duration) -> Option<Action<P>> {
        if self.is_awaiting() || self.has_paid_source() {
            self.source_at = now;
        }
        let without_source = now >= self.source_at.saturating_add(self.limits.source_patience);
        if !without_source && now < self.progress_at.saturating_add(self.limits.progress_patience) {
            return None;
        }
        let why = if !without_source {
            WhyStalled::NoProgress
        } else if self.unpayable || self.has_source() {
            WhyStalled::Unpaid
        } else if self.peers.values().any(|peer| peer.link().is_some()) {
            WhyStalled::NotHeld
        } else if self
            .peers
            .values()
            .any(|peer| !matches!(peer.state, State::Gone { .. }))
        {
            WhyStalled::NoneReachable
        } else {
            WhyStalled::NoPeers
        };
        self.source_at = now;
        self.progress_at = now;
        Some(Action::Stalled {
            missing: self.pieces.missing(),
            why,
        })
    }

    /// Peers in the order of their turns.
    fn turns(&self) -> Vec<P> {
        let after = self
            .peers
            .keys()
            .filter(|id| self.turn.is_none_or(|turn| **id > turn));
        let before = self
            .peers
            .keys()
            .filter(|id| self.turn.is_some_and(|turn| **id <= turn));
        after.chain(before).copied().collect()
    }

    /// Whether anything is under way that may well come: not what a peer wants to be paid for first.
    fn is_awaiting(&self) -> bool {
        let mut links = self.peers.values().filter_map(Peer::link);
        self.pieces.verifying_count() > 0 || links.any(|link| !link.unpaid && !link.requests.is_empty())
    }

    /// Whether a connected peer holds an open chunk, paid or not.
    fn has_source(&mut self) -> bool {
        self.has_source_that(|_| true)
    }

    /// Whether a connected peer holds an open chunk that it will send.
    fn has_paid_source(&mut self) -> bool {
        self.has_source_that(|link| link.is_paid() && !link.unpaid)
    }

    fn has_source_that(&mut self, which: impl Fn(&Link) -> bool) -> bool {
        let Self {
            peers,
            picker,
            pieces,
            ..
        } = self;
        pieces.open_count() > 0
            && peers
                .values_mut()
                .filter_map(Peer::link_mut)
                .any(|link| which(link) && next_open(picker, pieces, link).is_some())
    }

    fn in_flight(&self) -> usize {
        let outstanding: usize = self
            .peers
            .values()
            .filter_map(Peer::link)
            .map(|link| link.requests.len())
            .sum();
        outstanding + self.pieces.verifying_count()
    }

    fn places_taken(&self) -> usize {
        self.peers
            .values()
            .filter(|peer| matches!(peer.state, State::Connecting { .. } | State::Connected(_)))
            .count()
    }

    /// Whether somebody waits for a place.
    fn is_crowded(&self) -> bool {
        self.places_taken() >= self.limits.peers
            && self
                .peers
                .values()
                .any(|peer| matches!(peer.state, State::Waiting))
    }

    fn best_waiting(&self) -> Option<P> {
        if !self
            .peers
            .values()
            .any(|peer| matches!(peer.state, State::Waiting))
        {
            return None;
        }
        let lacking = self.lacking();
        self.peers
            .iter()
            .filter(|(_, peer)| matches!(peer.state, State::Waiting))
            .min_by_key(|(_, peer)| (peer.claim.0 & lacking == 0, peer.tried_at, peer.rank))
            .map(|(id, _)| *id)
    }

    /// The buckets in which a chunk is open.
    fn lacking(&self) -> u64 {
        let complete = Coverage::of(self.blob_len, |chunk| !self.pieces.is_open(chunk));
        Coverage::all(self.blob_len).0 & !complete.0
    }
}

/// The chunk that this peer would be asked for next.
fn next_open<P: Copy + Ord>(picker: &mut Picker, pieces: &Pieces<P>, link: &mut Link) -> Option<u64> {
    let Link {
        holding,
        cursor,
        requests,
        ..
    } = link;
    let asked = |chunk: u64| requests.iter().any(|request| request.chunk == chunk);
    picker.next(
        cursor,
        |chunk| pieces.is_open(chunk) && !asked(chunk),
        |chunk| holding.has(chunk),
        pieces.held(),
    )
}
