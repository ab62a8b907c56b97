//! Who has been asked for which chunk. Each chunk is in exactly one state: *held*; *open* (missing, nobody asked);
//! *asked* (of one peer, in the end game of two); or *verifying*. See STATE.md.
//!
//! Only chunks that are asked or verifying have an entry, so the entries are as few as the requests in flight.

use crate::bitfield::Bitfield;
use std::collections::BTreeMap;

/// Most peers asked for the same chunk at a time.
pub(super) const MAX_ASKED: usize = 2;

/// The chunks of one blob.
#[derive(Debug)]
pub(super) struct Pieces<P> {
    held: Bitfield,
    missing: u64,
    busy: BTreeMap<u64, Busy<P>>,
}

#[derive(Debug)]
struct Busy<P> {
    /// Peers whose answer is still on time. Late ones are not here: the chunk is not theirs any more.
    asked: Vec<P>,
    /// Whose slice is being verified.
    verifying: Option<P>,
}

impl<P: Copy + Ord> Pieces<P> {
    pub(super) fn new(held: Bitfield) -> Self {
        let missing = held.chunks().saturating_sub(held.count());
        Self {
            held,
            missing,
            busy: BTreeMap::new(),
        }
    }

    pub(super) fn held(&self) -> &Bitfield {
        &self.held
    }

    pub(super) fn missing(&self) -> u64 {
        self.missing
    }

    /// Chunks that nobody has been asked for.
    pub(super) fn open_count(&self) -> u64 {
        self.missing.saturating_sub(self.busy.len() as u64)
    }

    pub(super) fn is_open(&self, chunk: u64) -> bool {
        chunk < self.held.chunks() && !self.held.get(chunk) && !self.busy.contains_key(&chunk)
    }

    pub(super) fn verifying_count(&self) -> usize {
        self.busy.values().filter(|busy| busy.verifying.is_some()).count()
    }

    /// The chunks asked of exactly one peer, with that peer, ascending.
    pub(super) fn asked_once(&self) -> impl Iterator<Item = (u64, P)> + '_ {
        self.busy
            .iter()
            .filter_map(|(chunk, busy)| match busy.asked.as_slice() {
                [only] if busy.verifying.is_none() => Some((*chunk, *only)),
                _ => None,
            })
    }

    /// A peer is asked for a chunk that is open, or asked of fewer than [`MAX_ASKED`] others.
    pub(super) fn ask(&mut self, chunk: u64, peer: P) {
        let busy = self.busy.entry(chunk).or_insert_with(|| Busy {
            asked: Vec::new(),
            verifying: None,
        });
        if busy.asked.len() < MAX_ASKED && !busy.asked.contains(&peer) {
            busy.asked.push(peer);
        }
    }

    /// A peer will not deliver the chunk, or not in time. True when the chunk is open again.
    pub(super) fn give_up(&mut self, chunk: u64, peer: P) -> bool {
        let Some(busy) = self.busy.get_mut(&chunk) else {
            return false;
        };
        busy.asked.retain(|asked| *asked != peer);
        self.reopen_if_idle(chunk)
    }

    /// A slice came from a peer. True when it is to be verified, false when nobody needs it any more.
    pub(super) fn verify(&mut self, chunk: u64, peer: P) -> bool {
        if self.held.get(chunk) || chunk >= self.held.chunks() {
            return false;
        }
        let busy = self.busy.entry(chunk).or_insert_with(|| Busy {
            asked: Vec::new(),
            verifying: None,
        });
        busy.asked.retain(|asked| *asked != peer);
        if busy.verifying.is_some() {
            return false;
        }
        busy.verifying = Some(peer);
        true
    }

    /// The chunk was verified and stored. Gives the peers whose answers are not needed any more.
    pub(super) fn store(&mut self, chunk: u64) -> Vec<P> {
        if self.held.set(chunk, true) {
            self.missing = self.missing.saturating_sub(1);
        }
        self.busy
            .remove(&chunk)
            .map(|busy| busy.asked)
            .unwrap_or_default()
    }

    /// The slice did not match the root. True when the chunk is open again.
    pub(super) fn refuse(&mut self, chunk: u64) -> bool {
        let Some(busy) = self.busy.get_mut(&chunk) else {
            return false;
        };
        busy.verifying = None;
        self.reopen_if_idle(chunk)
    }

    fn reopen_if_idle(&mut self, chunk: u64) -> bool {
        let idle = self
            .busy
            .get(&chunk)
            .is_some_and(|busy| busy.asked.is_empty() && busy.verifying.is_none());
        if idle {
            self.busy.remove(&chunk);
        }
        idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Pieces<u8> {
        Pieces::new(Bitfield::from_bytes(4, &[0b0001]).unwrap())
    }

    #[test]
    fn a_chunk_given_up_by_its_only_peer_is_open_again() {
        let mut pieces = pieces();
        pieces.ask(1, 7);
        assert!(!pieces.is_open(1) && !pieces.give_up(1, 8));
        assert!(pieces.give_up(1, 7) && pieces.is_open(1));
        assert!(!pieces.give_up(1, 7));
    }

    #[test]
    fn a_chunk_of_two_peers_is_open_only_after_both_gave_up() {
        let mut pieces = pieces();
        pieces.ask(1, 7);
        pieces.ask(1, 8);
        pieces.ask(1, 9);
        assert!(!pieces.give_up(1, 7) && pieces.give_up(1, 8));
    }

    #[test]
    fn a_second_slice_of_the_same_chunk_is_not_wanted_until_the_first_is_refused() {
        let mut pieces = pieces();
        pieces.ask(1, 7);
        pieces.ask(1, 8);
        assert!(pieces.verify(1, 7) && !pieces.verify(1, 8));
        assert!(pieces.refuse(1) && pieces.is_open(1));
    }

    #[test]
    fn a_slice_that_comes_late_is_taken_and_the_other_peer_told() {
        let mut pieces = pieces();
        pieces.ask(1, 7);
        assert!(pieces.give_up(1, 7));
        pieces.ask(1, 8);
        assert!(pieces.verify(1, 7));
        assert_eq!(pieces.store(1), [8]);
        assert_eq!((pieces.missing(), pieces.open_count()), (2, 2));
    }

    #[test]
    fn a_held_chunk_is_neither_open_nor_verified_again() {
        let mut pieces = pieces();
        assert!(!pieces.is_open(0) && !pieces.verify(0, 7) && !pieces.verify(9, 7) && !pieces.is_open(9));
        assert_eq!((pieces.missing(), pieces.open_count()), (3, 3));
    }
}
