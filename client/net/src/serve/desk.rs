//! The one queue of everything asked of this node, and the threads that read for it.
//!
//! A job's place among those being served is a value, [`Place`], which travels with the answer until it is written, and
//! frees the place where it is dropped. So a stream that ends anywhere frees what it took.

use super::pace::Pace;
use super::{answer, Blobs};
use crate::limits::NetworkLimits;
use crate::pay::Till;
use hashcard_primitives::blob::ContentRoot;
use hashcard_protocol::ledger::{Charge, Serving};
use hashcard_protocol::{Answer, Request, Upload};
use libp2p::PeerId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{mpsc, Notify, Semaphore};
use tokio::task::{spawn_blocking, JoinSet};

pub(crate) struct Desk {
    upload: Mutex<Upload<PeerId, Job>>,
    /// Rung when a job came or a place became free.
    changed: Notify,
    blobs: Arc<dyn Blobs>,
    till: Option<Arc<dyn Till>>,
    reads: Semaphore,
    pace: Option<Pace>,
}

/// Something asked over a stream.
struct Job {
    id: u32,
    request: Request,
    card: Card,
}

/// How to answer the stream that a job came from.
#[derive(Clone)]
struct Card {
    answers: mpsc::Sender<Outgoing>,
    /// As many references, but for that of the visit, as jobs.
    jobs: Arc<()>,
}

/// An answer on its way to the writer.
pub(super) struct Outgoing {
    pub(super) frame: Vec<u8>,
    pub(super) place: Option<Place>,
}

/// A place among the jobs being served.
pub(super) struct Place {
    desk: Arc<Desk>,
    peer: PeerId,
    began_at: Instant,
}

/// A stream at the desk. Its waiting jobs leave with it.
pub(super) struct Visit {
    desk: Arc<Desk>,
    peer: PeerId,
    card: Card,
}

/// What became of a request.
pub(super) enum Taken {
    /// It waits for its turn.
    Queued,
    /// It took another one back.
    Cancelled,
    /// Nothing came of it, and this is to be said, if anything.
    Fruitless(Option<Answer>),
}

impl Desk {
    pub(crate) fn new(
        blobs: Arc<dyn Blobs>,
        till: Option<Arc<dyn Till>>,
        limits: &NetworkLimits,
    ) -> Arc<Self> {
        Arc::new(Self {
            upload: Mutex::new(Upload::new(limits.upload)),
            changed: Notify::new(),
            blobs,
            till,
            reads: Semaphore::new(limits.reads.max(1)),
            pace: Pace::new(limits.max_up),
        })
    }

    /// Serves for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut work = JoinSet::new();
        loop {
            while let Some((peer, job)) = self.begin() {
                let place = Place {
                    desk: self.clone(),
                    peer,
                    began_at: Instant::now(),
                };
                work.spawn(self.clone().work(job, place));
            }
            tokio::select! {
                () = self.changed.notified() => {}
                Some(_) = work.join_next(), if !work.is_empty() => {}
            }
        }
    }

    async fn work(self: Arc<Self>, job: Job, place: Place) {
        let Ok(_permit) = self.reads.acquire().await else {
            return;
        };
        let Job { id, request, card } = job;
        if card.answers.is_closed() {
            return;
        }
        let (blobs, till, peer) = (self.blobs.clone(), self.till.clone(), place.peer);
        let answering = move || match (till, request) {
            (Some(till), Request::Chunk { root, chunk }) => {
                answer_for_money(&*blobs, till, peer, root, chunk)
            }
            _ => (answer(&*blobs, request), None),
        };
        let Ok((answer, charged)) = spawn_blocking(answering).await else {
            tracing::error!("reading for a peer panicked; its request is not answered");
            return;
        };
        drop(_permit);
        let frame = answer.frame(id).or_else(|error| {
            tracing::error!(%error, "what was read for a peer is no valid answer; it was told that it is not held");
            Answer::NotHeld.frame(id)
        });
        if let Ok(frame) = frame {
            if let Some(pace) = &self.pace {
                let wait = pace.place(frame.len() as u64, Instant::now());
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = card.answers.closed() => return,
                }
            }
            let outgoing = Outgoing {
                frame,
                place: Some(place),
            };
            // A stream that ended has nobody to tell.
            if card.answers.send(outgoing).await.is_ok() {
                if let Some(charged) = charged {
                    charged.keep();
                }
            }
        }
    }

    fn begin(&self) -> Option<(PeerId, Job)> {
        self.upload().begin()
    }

    fn upload(&self) -> MutexGuard<'_, Upload<PeerId, Job>> {
        // The queue is valid between its calls, and none of them panics half-way.
        self.upload.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a chunk was counted as; given back where it is dropped, unless the chunk went to its writer.
struct Charged {
    till: Arc<dyn Till>,
    peer: PeerId,
    root: ContentRoot,
    chunk: u64,
    charge: Option<Charge>,
}

impl Charged {
    fn keep(mut self) {
        self.charge = None;
    }
}

impl Drop for Charged {
    fn drop(&mut self) {
        if let Some(charge) = self.charge.take() {
            self.till
                .not_served(&self.peer.to_bytes(), &self.root, self.chunk, charge);
        }
    }
}

/// The answer to a request for a chunk where a till decides.
fn answer_for_money(
    blobs: &dyn Blobs,
    till: Arc<dyn Till>,
    peer: PeerId,
    root: ContentRoot,
    chunk: u64,
) -> (Answer, Option<Charged>) {
    let charge = match till.may_serve(&peer.to_bytes(), &root, chunk) {
        Serving::Serve(charge) => charge,
        Serving::Due { vouched, secured } => return (Answer::PaymentDue { vouched, secured }, None),
    };
    let charged = Charged {
        till,
        peer,
        root,
        chunk,
        charge: Some(charge),
    };
    match answer(blobs, Request::Chunk { root, chunk }) {
        slice @ Answer::Slice { .. } => (slice, Some(charged)),
        other => (other, None),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.desk.upload().finished(self.peer, self.began_at.elapsed());
        self.desk.changed.notify_one();
    }
}

impl Visit {
    pub(super) fn new(desk: Arc<Desk>, peer: PeerId, answers: mpsc::Sender<Outgoing>) -> Self {
        Self {
            desk,
            peer,
            card: Card {
                answers,
                jobs: Arc::new(()),
            },
        }
    }

    /// Takes a request in.
    pub(super) fn take(&self, id: u32, request: Request) -> Taken {
        if request == Request::Cancel {
            let mine = |job: &Job| job.id == id && Arc::ptr_eq(&job.card.jobs, &self.card.jobs);
            let withdrawn = self.desk.upload().withdraw(self.peer, mine);
            return if withdrawn.is_empty() {
                Taken::Fruitless(None)
            } else {
                Taken::Cancelled
            };
        }
        let job = Job {
            id,
            request,
            card: self.card.clone(),
        };
        match self.desk.upload().request(self.peer, job) {
            Ok(()) => {
                self.desk.changed.notify_one();
                Taken::Queued
            }
            Err(busy) => Taken::Fruitless(Some(Answer::Busy {
                retry_after: busy.retry_after,
            })),
        }
    }

    /// Answers without a place: for short answers that needed no reading. Fails when the writer has ended.
    pub(super) async fn say(&self, id: u32, answer: &Answer) -> Result<(), ()> {
        let frame = answer.frame(id).map_err(|_| ())?;
        self.card
            .answers
            .send(Outgoing { frame, place: None })
            .await
            .map_err(|_| ())
    }

    /// Whether an answer is still due.
    pub(super) fn is_waiting(&self) -> bool {
        Arc::strong_count(&self.card.jobs) > 1
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let jobs = &self.card.jobs;
        let left = self
            .desk
            .upload()
            .withdraw(self.peer, |job| Arc::ptr_eq(&job.card.jobs, jobs));
        drop(left);
    }
}
