//! Peers come into a fetch as seats name them. **No seat replaces what another says of a peer**: anybody can take one for a peer that
//! is not his.

use super::running::Running;
use super::{FetchEvent, PeerAddress};
use crate::limits::MAX_DIALLED;
use libp2p::{Multiaddr, PeerId};

impl Running {
    pub(super) fn introduce(&mut self, seats: Vec<PeerAddress>) {
        let now = self.now();
        let mut named: Vec<(PeerId, Vec<Vec<Multiaddr>>)> = Vec::new();
        for seat in seats {
            let (peer, addresses) = match seat.parse() {
                Ok(parsed) => parsed,
                Err(error) => {
                    self.tell(FetchEvent::PeerLost {
                        peer: seat.peer,
                        why: error.to_string(),
                    });
                    continue;
                }
            };
            if peer == self.network.local_peer() {
                continue;
            }
            if self.network.is_banned(&peer) {
                self.tell(FetchEvent::PeerLost {
                    peer: seat.peer,
                    why: "it is banned".into(),
                });
                continue;
            }
            if !self.download.peer_known(peer, seat.coverage, now) {
                continue;
            }
            match named.iter_mut().find(|(known, _)| *known == peer) {
                Some((_, lists)) => lists.push(addresses),
                None => named.push((peer, vec![addresses])),
            }
        }
        for (peer, mut lists) in named {
            lists.extend(self.addresses.remove(&peer));
            self.addresses.insert(peer, in_turn(&lists, MAX_DIALLED));
        }
    }
}

/// The first of each list, then the second of each, and so on: no list keeps another from being tried. None twice.
fn in_turn<T: Clone + PartialEq>(lists: &[Vec<T>], most: usize) -> Vec<T> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let all = (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at)));
    let mut taken = Vec::new();
    for one in all {
        if taken.len() < most && !taken.contains(one) {
            taken.push(one.clone());
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::in_turn;

    #[test]
    fn no_list_keeps_another_from_being_tried_and_none_is_tried_twice() {
        let lists = [vec![1, 2, 3], vec![4], vec![], vec![1, 5]];
        assert_eq!(in_turn(&lists, 9), [1, 4, 2, 5, 3]);
        assert_eq!(in_turn(&lists, 2), [1, 4]);
        assert!(in_turn::<u8>(&[], 2).is_empty());
    }
}
