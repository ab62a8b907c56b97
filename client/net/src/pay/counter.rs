//! Where payers are received. **However many streams they open, few threads work for them**: the disk and the chain take their time,
//! and the threads that may block are those that chunks are read on. Who waits does so in turn.

use super::Till;
use crate::limits::{GREETED_AT_ONCE, MAX_BANNED, MAX_REFUSED_GREETINGS, STORED_AT_ONCE};
use hashcard_primitives::channel::VoucherLines;
use hashcard_protocol::payment::{Decline, Hello, Promise, Terms};
use libp2p::PeerId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

pub(crate) struct Counter {
    till: Arc<dyn Till>,
    greeting: Arc<Semaphore>,
    storing: Arc<Semaphore>,
    /// Greetings in a row of connected peers that named what does not exist.
    refused: Mutex<BTreeMap<PeerId, u32>>,
}

/// The till panicked, which is told where it happens.
pub(crate) struct Panicked;

impl Counter {
    pub(crate) fn new(till: Arc<dyn Till>) -> Arc<Self> {
        Arc::new(Self {
            till,
            greeting: Arc::new(Semaphore::new(GREETED_AT_ONCE)),
            storing: Arc::new(Semaphore::new(STORED_AT_ONCE)),
            refused: Mutex::default(),
        })
    }

    /// A peer greets.
    pub(super) async fn greeted(
        &self,
        peer: PeerId,
        hello: Hello,
        signature: [u8; 64],
    ) -> Result<Result<(Terms, Visit), Decline>, Panicked> {
        let till = self.till.clone();
        let greeted = working(&self.greeting, move || {
            let name = peer.to_bytes();
            let terms = till.greeted(&name, &hello, &signature)?;
            // A visit from its first moment: if nobody waits any more, the till is told so.
            let visit = Visit {
                till,
                peer: name,
                hello,
            };
            Ok((terms, visit))
        });
        greeted.await
    }

    /// Counts what a greeting came to. False when a peer has named too often what does not exist.
    pub(super) fn is_sane(&self, peer: PeerId, declined: Option<Decline>) -> bool {
        let mut refused = self.refused();
        match declined {
            None => {
                refused.remove(&peer);
                true
            }
            Some(Decline::WRONG_CHAIN | Decline::UNKNOWN_SESSION | Decline::BAD_SIGNATURE) => {
                // A greeting may end after the connection it came by.
                if refused.len() >= MAX_BANNED {
                    refused.clear();
                }
                let times = refused.entry(peer).or_default();
                *times = times.saturating_add(1);
                *times <= MAX_REFUSED_GREETINGS
            }
            Some(_) => true,
        }
    }

    /// A peer has no connection any more.
    pub(crate) fn gone(&self, peer: &PeerId) {
        self.refused().remove(peer);
    }

    /// A peer that was greeted promises.
    pub(super) async fn vouched(
        &self,
        visit: &Visit,
        promise: Promise,
    ) -> Result<Result<VoucherLines, Decline>, Panicked> {
        let (till, peer, hello) = (self.till.clone(), visit.peer.clone(), visit.hello);
        working(&self.storing, move || till.vouched(&peer, &hello, promise)).await
    }

    fn refused(&self) -> MutexGuard<'_, BTreeMap<PeerId, u32>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A peer that was greeted. The till is told when it is gone.
pub(super) struct Visit {
    till: Arc<dyn Till>,
    peer: Vec<u8>,
    hello: Hello,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.till.left(&self.peer, &self.hello);
    }
}

/// Works on a thread when one is free. Its place is taken until it is done, whether or not anybody still waits.
async fn working<T: Send + 'static>(
    places: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panicked> {
    let place = places.clone().acquire_owned().await.map_err(|_| Panicked)?;
    let working = spawn_blocking(move || {
        let done = work();
        drop(place);
        done
    });
    working.await.map_err(|error| {
        if error.is_panic() {
            tracing::error!("the books of who is paid panicked; the stream is ended");
        }
        Panicked
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::Condvar;

    #[tokio::test(flavor = "multi_thread")]
    async fn however_many_work_is_asked_for_few_threads_do_it_and_all_is_done() {
        let places = Arc::new(Semaphore::new(3));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let all: Vec<_> = (0..50)
            .map(|_| {
                let (places, now, most, gate) = (places.clone(), now.clone(), most.clone(), gate.clone());
                tokio::spawn(async move {
                    let work = move || {
                        let at_once = now.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(at_once, Ordering::SeqCst);
                        let (open, changed) = &*gate;
                        drop(changed.wait_while(open.lock().unwrap(), |open| !*open).unwrap());
                        now.fetch_sub(1, Ordering::SeqCst);
                    };
                    working(&places, work).await.is_ok()
                })
            })
            .collect();
        while now.load(Ordering::SeqCst) < 3 {
            tokio::task::yield_now().await;
        }
        *gate.0.lock().unwrap() = true;
        gate.1.notify_all();
        for one in all {
            assert!(one.await.unwrap());
        }
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }
}
