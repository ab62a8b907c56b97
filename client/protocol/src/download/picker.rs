//! Which chunk to ask a peer for: the rarest he holds; among equally rare ones, an order that differs by seed.
//!
//! Rarest first keeps a swarm alive when its only complete peer leaves, and the seed keeps a hundred downloads that begin
//! together from all fetching the same chunks. Peers that hold everything make all chunks equally less rare, so they are
//! not counted: a swarm of full seeders never costs a sort.

use crate::bitfield::Bitfield;

/// The order of the missing chunks, by how many incomplete peers hold them.
#[derive(Debug)]
pub(super) struct Picker {
    seed: u64,
    /// Per chunk, how many incomplete peers hold it.
    holders: Vec<u16>,
    /// Chunks that were missing when the order was made, rarest first.
    order: Vec<u32>,
    /// Per chunk, its place in the order.
    places: Vec<u32>,
    /// Which order the cursors belong to.
    generation: u64,
    stale: bool,
}

/// How far one peer has come in the order. Before it there is nothing to ask him for.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Cursor {
    generation: u64,
    at: usize,
}

impl Picker {
    pub(super) fn new(chunks: u64, seed: u64) -> Self {
        let chunks = usize::try_from(chunks).expect("a bitfield of as many chunks exists; qed");
        Self {
            seed,
            holders: vec![0; chunks],
            order: Vec::new(),
            places: vec![u32::MAX; chunks],
            generation: 0,
            stale: true,
        }
    }

    /// An incomplete peer holds these chunks.
    pub(super) fn add(&mut self, held: &Bitfield) {
        self.count(held, |holders| holders.saturating_add(1));
    }

    /// An incomplete peer that held these chunks is gone.
    pub(super) fn remove(&mut self, held: &Bitfield) {
        self.count(held, |holders| holders.saturating_sub(1));
    }

    /// The first chunk, rarest first, that is open and that the peer holds. It stays the answer until one of both ends.
    pub(super) fn next(
        &mut self,
        cursor: &mut Cursor,
        mut open: impl FnMut(u64) -> bool,
        holds: impl Fn(u64) -> bool,
        held: &Bitfield,
    ) -> Option<u64> {
        if self.stale {
            self.sort(held);
        }
        if cursor.generation != self.generation {
            *cursor = Cursor {
                generation: self.generation,
                at: 0,
            };
        }
        while let Some(chunk) = self.order.get(cursor.at).copied().map(u64::from) {
            if open(chunk) && holds(chunk) {
                return Some(chunk);
            }
            cursor.at += 1;
        }
        None
    }

    /// `chunk` is open again: cursors beyond it come back.
    pub(super) fn reopen<'a>(&self, chunk: u64, cursors: impl Iterator<Item = &'a mut Cursor>) {
        let place = usize::try_from(chunk)
            .ok()
            .and_then(|at| self.places.get(at))
            .copied();
        let place = place.and_then(|place| usize::try_from(place).ok()).unwrap_or(0);
        for cursor in cursors {
            cursor.at = cursor.at.min(place);
        }
    }

    fn count(&mut self, held: &Bitfield, change: impl Fn(u16) -> u16) {
        for chunk in held.held() {
            if let Some(holders) = usize::try_from(chunk)
                .ok()
                .and_then(|at| self.holders.get_mut(at))
            {
                *holders = change(*holders);
            }
        }
        self.stale = true;
    }

    fn sort(&mut self, held: &Bitfield) {
        let mut order: Vec<(u16, u64, u32)> = held
            .missing()
            .filter_map(|chunk| {
                let index = u32::try_from(chunk).ok()?;
                let holders = *self.holders.get(usize::try_from(chunk).ok()?)?;
                Some((holders, mix(self.seed, chunk), index))
            })
            .collect();
        order.sort_unstable();
        self.order = order.into_iter().map(|(_, _, chunk)| chunk).collect();
        for (place, chunk) in (0u32..).zip(&self.order) {
            if let Some(slot) = usize::try_from(*chunk)
                .ok()
                .and_then(|at| self.places.get_mut(at))
            {
                *slot = place;
            }
        }
        self.generation += 1;
        self.stale = false;
    }
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014) over a seed
/// and an index: a fixed shuffle per seed. Not for secrets.
pub(super) fn mix(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field(bits: &[bool]) -> Bitfield {
        let mut out = Bitfield::empty(bits.len() as u64).unwrap();
        for (chunk, held) in (0u64..).zip(bits) {
            out.set(chunk, *held);
        }
        out
    }

    fn drain(picker: &mut Picker, own: &Bitfield, peer: &Bitfield) -> Vec<u64> {
        let mut cursor = Cursor::default();
        let mut taken = own.clone();
        let mut out = Vec::new();
        while let Some(chunk) = picker.next(
            &mut cursor,
            |chunk| !taken.get(chunk),
            |chunk| peer.get(chunk),
            own,
        ) {
            taken.set(chunk, true);
            out.push(chunk);
        }
        out
    }

    proptest! {
        #[test]
        fn every_open_chunk_of_a_peer_is_picked_once_and_the_rarest_first(
            own in prop::collection::vec(any::<bool>(), 1..200),
            peers in prop::collection::vec(prop::collection::vec(any::<bool>(), 200), 1..5),
            seed: u64,
        ) {
            let own = field(&own);
            let peers: Vec<Bitfield> = peers.iter().map(|bits| field(&bits[..own.chunks() as usize])).collect();
            let mut picker = Picker::new(own.chunks(), seed);
            peers.iter().for_each(|peer| picker.add(peer));
            let rarity = |chunk: u64| peers.iter().filter(|peer| peer.get(chunk)).count();
            let picked = drain(&mut picker, &own, &peers[0]);
            prop_assert!(picked.windows(2).all(|pair| rarity(pair[0]) <= rarity(pair[1])));
            let mut sorted = picked.clone();
            sorted.sort_unstable();
            let wanted: Vec<u64> = own.missing().filter(|chunk| peers[0].get(*chunk)).collect();
            prop_assert_eq!(sorted, wanted);
            prop_assert_eq!(picked, drain(&mut picker, &own, &peers[0]));
        }
    }

    #[test]
    fn equally_rare_chunks_come_in_an_order_that_depends_on_the_seed() {
        let own = Bitfield::empty(64).unwrap();
        let full = field(&[true; 64]);
        let orders: Vec<Vec<u64>> = (0..3)
            .map(|seed| drain(&mut Picker::new(64, seed), &own, &full))
            .collect();
        assert!(orders[0] != orders[1] && orders[1] != orders[2]);
        assert_ne!(orders[0], (0..64).collect::<Vec<_>>());
    }

    #[test]
    fn a_chunk_that_opens_again_is_picked_again() {
        let own = Bitfield::empty(8).unwrap();
        let mut picker = Picker::new(8, 1);
        let mut cursor = Cursor::default();
        let first = picker.next(&mut cursor, |_| true, |_| true, &own).unwrap();
        let second = picker
            .next(&mut cursor, |chunk| chunk != first, |_| true, &own)
            .unwrap();
        assert_ne!(first, second);
        picker.reopen(first, std::iter::once(&mut cursor));
        assert_eq!(picker.next(&mut cursor, |_| true, |_| true, &own), Some(first));
    }

    #[test]
    fn a_peer_that_leaves_makes_its_chunks_rarer() {
        let own = Bitfield::empty(2).unwrap();
        let (first, both) = (field(&[true, false]), field(&[true, true]));
        let mut picker = Picker::new(2, 3);
        picker.add(&first);
        picker.add(&both);
        assert_eq!(drain(&mut picker, &own, &both)[0], 1);
        picker.remove(&both);
        picker.add(&field(&[false, true]));
        picker.add(&field(&[false, true]));
        assert_eq!(drain(&mut picker, &own, &both)[0], 0);
    }
}
