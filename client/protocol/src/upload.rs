//! Whom to serve next: one turn per peer, never one per request.
//!
//! A peer that asks for a hundred chunks waits no shorter for its second than a peer that asks for one. What waits and
//! what is being served are both bounded, per peer and altogether; beyond that a peer is told to come back. So what
//! strangers can make us hold in memory is a constant.

use crate::limits::*;
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

/// How much to take on at a time. Zeros are taken as ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UploadLimits {
    /// Jobs of one peer that may wait.
    pub waiting_per_peer: usize,
    /// Jobs that may wait altogether.
    pub waiting: usize,
    /// Jobs of one peer being served at a time.
    pub served_per_peer: usize,
    /// Jobs being served at a time.
    pub served: usize,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            waiting_per_peer: MAX_WAITING_PER_PEER,
            waiting: MAX_WAITING,
            served_per_peer: MAX_SERVED_PER_PEER,
            served: MAX_SERVED,
        }
    }
}

/// The queue of everybody who asks for something. `P` names a peer, `J` is what he asks for.
#[derive(Debug)]
pub struct Upload<P, J> {
    limits: UploadLimits,
    peers: BTreeMap<P, Line<J>>,
    /// Peers with something waiting, in the order of their turns.
    turns: VecDeque<P>,
    waiting: usize,
    served: usize,
    /// Smoothed time that a job takes; what a peer that must come back is told rests on it.
    job_time: Duration,
}

#[derive(Debug)]
struct Line<J> {
    waiting: VecDeque<J>,
    served: usize,
}

/// Too much is waiting already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Busy {
    /// When the queue should have shrunk: from [`MIN_RETRY`] to [`MAX_REST`].
    pub retry_after: Duration,
}

impl<P: Copy + Ord, J> Upload<P, J> {
    /// Nothing waits.
    pub fn new(limits: UploadLimits) -> Self {
        let limits = UploadLimits {
            waiting_per_peer: limits.waiting_per_peer.max(1),
            waiting: limits.waiting.max(1),
            served_per_peer: limits.served_per_peer.max(1),
            served: limits.served.max(1),
        };
        Self {
            limits,
            peers: BTreeMap::new(),
            turns: VecDeque::new(),
            waiting: 0,
            served: 0,
            job_time: MIN_RETRY,
        }
    }

    /// A peer asks. On [`Busy`] the job is not taken.
    pub fn request(&mut self, peer: P, job: J) -> Result<(), Busy> {
        let own = self.peers.get(&peer).map_or(0, |line| line.waiting.len());
        if self.waiting >= self.limits.waiting || own >= self.limits.waiting_per_peer {
            return Err(Busy {
                retry_after: self.expected_wait(),
            });
        }
        let line = self.peers.entry(peer).or_insert_with(|| Line {
            waiting: VecDeque::new(),
            served: 0,
        });
        line.waiting.push_back(job);
        if line.waiting.len() == 1 {
            self.turns.push_back(peer);
        }
        self.waiting += 1;
        Ok(())
    }

    /// The next job to begin, if there is room for one. Each is to be [`finished`](Self::finished) once.
    pub fn begin(&mut self) -> Option<(P, J)> {
        if self.served >= self.limits.served {
            return None;
        }
        for _ in 0..self.turns.len() {
            let peer = self.turns.pop_front()?;
            let Some(line) = self.peers.get_mut(&peer) else {
                continue;
            };
            if line.served >= self.limits.served_per_peer {
                self.turns.push_back(peer);
                continue;
            }
            let Some(job) = line.waiting.pop_front() else {
                continue;
            };
            line.served += 1;
            if !line.waiting.is_empty() {
                self.turns.push_back(peer);
            }
            self.waiting -= 1;
            self.served += 1;
            return Some((peer, job));
        }
        None
    }

    /// A job of this peer was sent, or given up, `took` after it began.
    pub fn finished(&mut self, peer: P, took: Duration) {
        let Some(line) = self.peers.get_mut(&peer).filter(|line| line.served > 0) else {
            return;
        };
        line.served -= 1;
        self.served = self.served.saturating_sub(1);
        self.job_time = (self.job_time.saturating_mul(7).saturating_add(took)) / 8;
        self.forget_if_idle(peer);
    }

    /// Takes back the waiting jobs of a peer for which `which` is true, in their order.
    pub fn withdraw(&mut self, peer: P, mut which: impl FnMut(&J) -> bool) -> Vec<J> {
        let Some(line) = self.peers.get_mut(&peer) else {
            return Vec::new();
        };
        let (taken, left): (VecDeque<J>, VecDeque<J>) = line.waiting.drain(..).partition(|job| which(job));
        line.waiting = left;
        self.waiting = self.waiting.saturating_sub(taken.len());
        if line.waiting.is_empty() {
            self.turns.retain(|other| *other != peer);
        }
        self.forget_if_idle(peer);
        taken.into()
    }

    /// Jobs waiting and being served.
    pub fn load(&self) -> (usize, usize) {
        (self.waiting, self.served)
    }

    fn forget_if_idle(&mut self, peer: P) {
        if self
            .peers
            .get(&peer)
            .is_some_and(|line| line.served == 0 && line.waiting.is_empty())
        {
            self.peers.remove(&peer);
        }
    }

    fn expected_wait(&self) -> Duration {
        let rounds = self.waiting / self.limits.served + 1;
        let wait = self
            .job_time
            .saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
        wait.clamp(MIN_RETRY, MAX_REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn small() -> Upload<u8, u32> {
        Upload::new(UploadLimits {
            waiting_per_peer: 4,
            waiting: 6,
            served_per_peer: 2,
            served: 3,
        })
    }

    fn begin_all(upload: &mut Upload<u8, u32>) -> Vec<(u8, u32)> {
        std::iter::from_fn(|| upload.begin()).collect()
    }

    #[test]
    fn peers_are_served_in_turns_however_much_one_asks() {
        let mut upload = small();
        for job in 0..4 {
            upload.request(1, job).unwrap();
        }
        upload.request(2, 10).unwrap();
        upload.request(2, 11).unwrap();
        assert_eq!(begin_all(&mut upload), [(1, 0), (2, 10), (1, 1)]);
        upload.finished(1, MS);
        assert_eq!(begin_all(&mut upload), [(2, 11)]);
    }

    #[test]
    fn one_peer_never_takes_all_places() {
        let mut upload = small();
        for job in 0..4 {
            upload.request(1, job).unwrap();
        }
        assert_eq!(begin_all(&mut upload), [(1, 0), (1, 1)]);
        upload.request(2, 9).unwrap();
        assert_eq!(begin_all(&mut upload), [(2, 9)]);
    }

    #[test]
    fn what_waits_is_bounded_per_peer_and_altogether() {
        let mut upload = small();
        for job in 0..4 {
            upload.request(1, job).unwrap();
        }
        assert!(upload.request(1, 4).is_err());
        upload.request(2, 0).unwrap();
        upload.request(2, 1).unwrap();
        assert!(upload.request(3, 0).is_err());
        assert_eq!(upload.load(), (6, 0));
    }

    #[test]
    fn who_must_come_back_is_told_a_later_time_when_jobs_take_longer() {
        let mut upload = small();
        for job in 0..4 {
            upload.request(1, job).unwrap();
        }
        let soon = upload.request(1, 4).unwrap_err().retry_after;
        upload.begin().unwrap();
        upload.finished(1, Duration::from_secs(80));
        upload.request(1, 4).unwrap();
        let late = upload.request(1, 5).unwrap_err().retry_after;
        assert!(soon >= MIN_RETRY && late > soon && late <= MAX_REST);
    }

    #[test]
    fn a_withdrawn_job_is_not_begun_and_leaves_no_trace() {
        let mut upload = small();
        upload.request(1, 7).unwrap();
        upload.request(1, 8).unwrap();
        assert_eq!(upload.withdraw(1, |job| *job == 7), [7]);
        assert_eq!(upload.withdraw(1, |job| *job == 7), [0u32; 0]);
        assert_eq!(begin_all(&mut upload), [(1, 8)]);
        upload.finished(1, MS);
        assert_eq!(upload.load(), (0, 0));
        assert!(upload.peers.is_empty() && upload.turns.is_empty());
    }

    #[test]
    fn a_job_finished_twice_makes_no_second_place() {
        let mut upload = small();
        upload.request(1, 0).unwrap();
        upload.begin().unwrap();
        upload.finished(1, MS);
        upload.finished(1, MS);
        assert_eq!(upload.load(), (0, 0));
    }
}
