//! Free bytes of the day. A peer id costs nothing, so the day has an allowance of its own beside that of each peer.

use crate::limits::*;
use core::time::Duration;
use std::collections::BTreeMap;

/// Who had how much for nothing today.
#[derive(Clone, Debug)]
pub(super) struct Guests<P> {
    per_peer: u64,
    per_day: u64,
    day: u128,
    given: u64,
    peers: BTreeMap<P, u64>,
}

impl<P: Clone + Ord> Guests<P> {
    pub(super) fn new(per_peer: u64, per_day: u64) -> Self {
        Self {
            per_peer,
            per_day,
            day: 0,
            given: 0,
            peers: BTreeMap::new(),
        }
    }

    /// Bytes that a peer still has free.
    pub(super) fn left(&mut self, peer: &P, now: Duration) -> u64 {
        let day = now.as_nanos() / FREE_DAY.as_nanos();
        if day != self.day {
            self.day = day;
            self.given = 0;
            self.peers.clear();
        }
        let own = match self.peers.get(peer) {
            Some(used) => self.per_peer.saturating_sub(*used),
            None if self.peers.len() >= MAX_GUESTS => 0,
            None => self.per_peer,
        };
        own.min(self.per_day.saturating_sub(self.given))
    }

    /// Takes what [`left`](Self::left) gave, or less.
    pub(super) fn take(&mut self, peer: &P, bytes: u64) {
        if bytes > 0 {
            let used = self.peers.entry(peer.clone()).or_default();
            *used = used.saturating_add(bytes);
            self.given = self.given.saturating_add(bytes);
        }
    }

    /// What was taken was not sent.
    pub(super) fn give_back(&mut self, peer: &P, bytes: u64) {
        if let Some(used) = self.peers.get_mut(peer) {
            *used = used.saturating_sub(bytes);
            self.given = self.given.saturating_sub(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_bounded_per_peer_and_per_day_and_comes_back_the_next_day() {
        let mut guests = Guests::new(100, 250);
        let noon = FREE_DAY / 2;
        for peer in 0..3 {
            let left = guests.left(&peer, noon);
            assert_eq!(left, [100, 100, 50][peer]);
            guests.take(&peer, left);
        }
        assert_eq!((guests.left(&0, noon), guests.left(&9, noon)), (0, 0));
        assert_eq!(guests.left(&0, noon + FREE_DAY), 100);
    }

    #[test]
    fn what_was_not_sent_is_free_again() {
        let mut guests = Guests::new(100, 250);
        guests.take(&1, 100);
        guests.give_back(&1, 40);
        assert_eq!(guests.left(&1, Duration::ZERO), 40);
    }

    #[test]
    fn peers_beyond_those_that_are_counted_get_nothing_free() {
        let mut guests = Guests::new(1, u64::MAX);
        for peer in 0..MAX_GUESTS {
            guests.take(&peer, 1);
        }
        assert_eq!(guests.left(&MAX_GUESTS, Duration::ZERO), 0);
    }
}
