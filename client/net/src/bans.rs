//! Peers that sent bytes which do not match a root. Bounded: the oldest is forgotten first.

use crate::limits::MAX_BANNED;
use libp2p::PeerId;
use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(crate) struct Bans {
    inner: Mutex<Remembered>,
}

#[derive(Default)]
struct Remembered {
    order: VecDeque<PeerId>,
    peers: HashSet<PeerId>,
}

/// What became of a ban.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Banned {
    Already,
    /// A new one; for it, this peer was forgotten.
    New {
        forgotten: Option<PeerId>,
    },
}

impl Bans {
    pub(crate) fn insert(&self, peer: PeerId) -> Banned {
        let mut inner = self.lock();
        if !inner.peers.insert(peer) {
            return Banned::Already;
        }
        inner.order.push_back(peer);
        let forgotten = if inner.order.len() > MAX_BANNED {
            inner.order.pop_front()
        } else {
            None
        };
        if let Some(old) = &forgotten {
            inner.peers.remove(old);
        }
        Banned::New { forgotten }
    }

    pub(crate) fn contains(&self, peer: &PeerId) -> bool {
        self.lock().peers.contains(peer)
    }

    /// Oldest first.
    pub(crate) fn all(&self) -> Vec<PeerId> {
        self.lock().order.iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        // A set of peers is valid after every statement above, so a panic elsewhere cannot have spoilt it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_ban_is_forgotten_when_there_are_too_many() {
        let bans = Bans::default();
        let peers: Vec<PeerId> = (0..=MAX_BANNED).map(|_| PeerId::random()).collect();
        for peer in &peers[..MAX_BANNED] {
            assert_eq!(bans.insert(*peer), Banned::New { forgotten: None });
        }
        assert_eq!(bans.insert(peers[1]), Banned::Already);
        assert_eq!(
            bans.insert(peers[MAX_BANNED]),
            Banned::New {
                forgotten: Some(peers[0])
            }
        );
        assert!(!bans.contains(&peers[0]) && bans.contains(&peers[1]));
        assert_eq!(bans.all(), peers[1..]);
    }
}
