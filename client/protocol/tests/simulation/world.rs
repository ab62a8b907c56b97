//! A network of nodes in virtual time: latency, serial uplinks, connections that break, nodes that come and go.
//!
//! Every message crosses it as the bytes of [`hashcard_protocol::messages`]. Slices carry a few bytes that say which chunk
//! they are and whether they are genuine, and take as long as a whole chunk would. The order of simultaneous events is
//! the order in which they were made, so a run depends on its scenario alone.

#[path = "holder.rs"]
mod holder;

use crate::watch::Watch;
use hashcard_primitives::blob::{chunk_count, ContentRoot};
use hashcard_primitives::coverage::Coverage;
use hashcard_protocol::limits::PREFIX_LEN;
use hashcard_protocol::{
    Action, Answer, Bitfield, Download, DownloadLimits, DropReason, Request, Upload, UploadLimits, Verdict,
};
use holder::slice_bytes;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

pub type NodeId = usize;

const ROOT: ContentRoot = ContentRoot([9; 32]);
/// How long a node needs to verify a chunk and write it.
const VERIFY_TIME: Duration = Duration::from_millis(2);

/// What a node does when it is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    Honest,
    /// Every slice is wrong.
    LiesAlways,
    /// The slice of this chunk is wrong.
    LiesAbout(u64),
    /// Says what it holds, and answers nothing else.
    Silent,
    /// Says that it holds everything, and denies every chunk.
    Denies,
    /// Sends bytes that are no message.
    Babbles,
    /// Sends slices nobody asked for.
    Pushes,
    /// Is always too busy.
    Busy,
}

pub struct NodeSpec {
    pub manner: Manner,
    pub held: Bitfield,
    /// What the chain says it holds.
    pub claim: Coverage,
    pub downloads: bool,
    pub latency: Duration,
    /// Bytes per second.
    pub uplink: u64,
    pub upload: UploadLimits,
    /// Times at which the node goes or comes back, ascending; it begins present.
    pub absences: Vec<Duration>,
}

pub struct Scenario {
    pub seed: u64,
    pub blob_len: u64,
    pub nodes: Vec<NodeSpec>,
    pub limits: DownloadLimits,
    /// How long the n-th connection lasts.
    pub lifetimes: Box<dyn FnMut() -> Duration>,
}

/// What came out.
#[derive(Default, Debug)]
pub struct Outcome {
    /// When each downloading node was done.
    pub done_at: BTreeMap<NodeId, Duration>,
    /// Chunks stored, by who stored them and who sent them.
    pub stored_from: BTreeMap<(NodeId, NodeId), u64>,
    /// Who found whom lying.
    pub liars: Vec<(NodeId, NodeId)>,
    /// Slices that came but were not needed.
    pub unwanted: u64,
    pub stalls: u64,
    /// A digest of everything that happened, in order.
    pub trace: u64,
}

struct Node {
    spec: NodeSpec,
    present: bool,
    /// What is to be sent, and whether something is being sent.
    uplink: VecDeque<(NodeId, Job, Duration)>,
    sending: bool,
    upload: Upload<NodeId, Job>,
    download: Option<Download<NodeId>>,
    watch: Watch,
    calls: BTreeMap<NodeId, Call>,
    wake_at: Option<Duration>,
}

/// Requests of a node to a peer over one connection.
struct Call {
    epoch: u64,
    next_id: u32,
    open: BTreeMap<u32, Request>,
}

#[derive(Clone, Copy)]
struct Job {
    epoch: u64,
    id: u32,
    request: Request,
}

enum Event {
    /// The connection of `from` to `to` is there, or could not be made.
    Connected {
        from: NodeId,
        to: NodeId,
        epoch: u64,
    },
    ConnectFailed {
        from: NodeId,
        to: NodeId,
    },
    Broken {
        from: NodeId,
        to: NodeId,
        epoch: u64,
    },
    Asked {
        from: NodeId,
        to: NodeId,
        epoch: u64,
        frame: Vec<u8>,
    },
    Sent {
        by: NodeId,
        to: NodeId,
        job: Job,
        began_at: Duration,
    },
    Answered {
        from: NodeId,
        to: NodeId,
        epoch: u64,
        frame: Vec<u8>,
    },
    Verified {
        node: NodeId,
        from: NodeId,
        chunk: u64,
        genuine: bool,
    },
    Wake {
        node: NodeId,
    },
    Toggle {
        node: NodeId,
    },
}

pub struct World {
    now: Duration,
    made: u64,
    epochs: u64,
    queue: BinaryHeap<Reverse<(Duration, u64)>>,
    events: BTreeMap<u64, Event>,
    nodes: Vec<Node>,
    blob_len: u64,
    lifetimes: Box<dyn FnMut() -> Duration>,
    outcome: Outcome,
}

impl World {
    pub fn new(scenario: Scenario) -> Self {
        let Scenario {
            seed,
            blob_len,
            nodes,
            limits,
            lifetimes,
        } = scenario;
        let count = nodes.len();
        let chunks = chunk_count(blob_len);
        let mut world = Self {
            now: Duration::ZERO,
            made: 0,
            epochs: 0,
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            nodes: Vec::new(),
            blob_len,
            lifetimes,
            outcome: Outcome::default(),
        };
        for (id, spec) in nodes.into_iter().enumerate() {
            let download = spec.downloads.then(|| {
                Download::new(
                    blob_len,
                    spec.held.clone(),
                    limits,
                    seed ^ (id as u64) << 32,
                    Duration::ZERO,
                )
                .unwrap()
            });
            for time in &spec.absences {
                world.after(*time, Event::Toggle { node: id });
            }
            world.nodes.push(Node {
                present: true,
                uplink: VecDeque::new(),
                sending: false,
                upload: Upload::new(spec.upload),
                download,
                watch: Watch::new(chunks, &spec.held, limits.in_flight),
                calls: BTreeMap::new(),
                wake_at: None,
                spec,
            });
        }
        for id in 0..count {
            world.introduce(id);
            world.act(id);
        }
        world
    }

    /// Runs until every download is done, or `deadline`.
    pub fn run(mut self, deadline: Duration) -> Outcome {
        while let Some(Reverse((time, number))) = self.queue.pop() {
            let waiting = self
                .nodes
                .iter()
                .any(|node| node.download.as_ref().is_some_and(|it| it.missing() > 0));
            if !waiting || time > deadline {
                break;
            }
            self.now = time;
            let event = self.events.remove(&number).unwrap();
            self.happen(event);
        }
        self.outcome
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Connected { from, to, epoch } => {
                if !self.nodes[to].present {
                    return self.fail(from, to);
                }
                self.note(1, from, to, epoch);
                let lifetime = (self.lifetimes)();
                self.after(lifetime, Event::Broken { from, to, epoch });
                self.nodes[from].calls.insert(
                    to,
                    Call {
                        epoch,
                        next_id: 0,
                        open: BTreeMap::new(),
                    },
                );
                let claim = Bitfield::claimed(self.blob_len, self.nodes[to].spec.claim).unwrap();
                let now = self.now;
                let node = &mut self.nodes[from];
                node.watch.connected(to, &claim);
                node.download.as_mut().unwrap().peer_connected(to, now);
                self.act(from);
            }
            Event::ConnectFailed { from, to } => self.fail(from, to),
            Event::Broken { from, to, epoch } => {
                if self.is_current(from, to, epoch) {
                    self.fail(from, to);
                }
            }
            Event::Asked {
                from,
                to,
                epoch,
                frame,
            } => {
                if self.is_current(from, to, epoch) && self.nodes[to].present {
                    self.asked(from, to, epoch, &frame);
                }
            }
            Event::Sent {
                by,
                to,
                job,
                began_at,
            } => {
                let took = self.now - began_at;
                self.nodes[by].upload.finished(to, took);
                self.nodes[by].sending = false;
                self.answer(by, to, job);
                self.serve(by);
            }
            Event::Answered {
                from,
                to,
                epoch,
                frame,
            } => {
                if self.is_current(to, from, epoch) {
                    self.answered(to, from, frame);
                }
            }
            Event::Verified {
                node,
                from,
                chunk,
                genuine,
            } => {
                self.note(2, node, from, chunk);
                let now = self.now;
                let it = &mut self.nodes[node];
                let download = it.download.as_mut().unwrap();
                it.watch.verified(chunk, genuine);
                if genuine {
                    download.chunk_stored(from, chunk, now);
                    *self.outcome.stored_from.entry((node, from)).or_default() += 1;
                } else {
                    download.chunk_refused(from, chunk);
                    self.outcome.liars.push((node, from));
                }
                self.act(node);
            }
            Event::Wake { node } => {
                if self.nodes[node].wake_at == Some(self.now) {
                    self.nodes[node].wake_at = None;
                    self.act(node);
                }
            }
            Event::Toggle { node } => {
                self.nodes[node].present ^= true;
                if !self.nodes[node].present {
                    for from in 0..self.nodes.len() {
                        if self.nodes[from].calls.contains_key(&node) {
                            self.fail(from, node);
                        }
                    }
                }
            }
        }
    }

    /// Tells a downloading node of all others, as reading the chain again would.
    fn introduce(&mut self, id: NodeId) {
        let claims: Vec<Coverage> = self.nodes.iter().map(|node| node.spec.claim).collect();
        let now = self.now;
        if let Some(download) = &mut self.nodes[id].download {
            for (peer, claim) in claims.into_iter().enumerate().filter(|(peer, _)| *peer != id) {
                download.peer_known(peer, claim, now);
            }
        }
    }

    /// Carries out what the machine of a node wants, and checks the laws.
    fn act(&mut self, id: NodeId) {
        while let Some(action) = {
            let now = self.now;
            self.nodes[id]
                .download
                .as_mut()
                .and_then(|download| download.poll(now))
        } {
            match action {
                Action::Connect(peer) => {
                    self.epochs += 1;
                    let event = if self.nodes[peer].present {
                        Event::Connected {
                            from: id,
                            to: peer,
                            epoch: self.epochs,
                        }
                    } else {
                        Event::ConnectFailed { from: id, to: peer }
                    };
                    let handshake = self.latency(id, peer) * 4;
                    self.after(handshake, event);
                }
                Action::AskHave { peer, page } => self.ask(id, peer, Request::Have { root: ROOT, page }),
                Action::Request { peer, chunk } => {
                    self.note(3, id, peer, chunk);
                    self.nodes[id].watch.requested(peer, chunk);
                    self.ask(id, peer, Request::Chunk { root: ROOT, chunk });
                }
                Action::Cancel { peer, chunk } => {
                    self.note(4, id, peer, chunk);
                    self.nodes[id].watch.let_go(peer, chunk);
                    self.cancel(id, peer, chunk);
                }
                Action::Drop { peer, reason } => {
                    self.note(5, id, peer, 0);
                    let lied = matches!(reason, DropReason::Lied { .. } | DropReason::Violated);
                    self.nodes[id].watch.disconnected(peer, lied);
                    self.nodes[id].calls.remove(&peer);
                }
                Action::Stalled { .. } => {
                    self.outcome.stalls += 1;
                    self.introduce(id);
                }
                Action::Done => {
                    self.note(6, id, 0, 0);
                    self.outcome.done_at.insert(id, self.now);
                }
            }
        }
        let now = self.now;
        let node = &mut self.nodes[id];
        let Some(download) = &node.download else { return };
        node.watch.is_work_conserving(download, now);
        let wake_at = download.next_timeout(now);
        if let Some(time) = wake_at.filter(|time| node.wake_at.is_none_or(|wake_at| *time < wake_at)) {
            node.wake_at = Some(time);
            self.after(time - now, Event::Wake { node: id });
        }
    }

    fn ask(&mut self, id: NodeId, peer: NodeId, request: Request) {
        let call = self.nodes[id]
            .calls
            .get_mut(&peer)
            .expect("only connected peers are asked");
        call.next_id += 1;
        call.open.insert(call.next_id, request);
        let frame = request.frame(call.next_id).unwrap();
        let epoch = call.epoch;
        let latency = self.latency(id, peer);
        self.after(
            latency,
            Event::Asked {
                from: id,
                to: peer,
                epoch,
                frame,
            },
        );
    }

    fn cancel(&mut self, id: NodeId, peer: NodeId, chunk: u64) {
        let Some(call) = self.nodes[id].calls.get(&peer) else {
            return;
        };
        let request = Request::Chunk { root: ROOT, chunk };
        let number = call
            .open
            .iter()
            .find(|(_, open)| **open == request)
            .map(|(number, _)| *number);
        let frame = Request::Cancel
            .frame(number.expect("only what is outstanding is cancelled"))
            .unwrap();
        let epoch = call.epoch;
        let latency = self.latency(id, peer);
        self.after(
            latency,
            Event::Asked {
                from: id,
                to: peer,
                epoch,
                frame,
            },
        );
    }

    /// A connection ended, or never came about.
    fn fail(&mut self, from: NodeId, to: NodeId) {
        self.note(7, from, to, 0);
        let now = self.now;
        let node = &mut self.nodes[from];
        node.calls.remove(&to);
        node.watch.disconnected(to, false);
        node.download.as_mut().unwrap().peer_failed(to, now);
        self.nodes[to].upload.withdraw(from, |_| true);
        self.act(from);
    }

    fn answered(&mut self, id: NodeId, from: NodeId, frame: Vec<u8>) {
        let now = self.now;
        let node = &mut self.nodes[id];
        let download = node.download.as_mut().unwrap();
        let call = node.calls.get_mut(&from).unwrap();
        let answer = Answer::decode(frame[PREFIX_LEN..].to_vec())
            .ok()
            .and_then(|(number, answer)| Some((call.open.remove(&number)?, answer)));
        match answer {
            Some((Request::Have { .. }, Answer::Holding { blob_len, page, bits })) => {
                node.watch
                    .holding(from, &Bitfield::from_bytes(chunk_count(blob_len), &bits).unwrap());
                download.peer_holding(from, blob_len, page, &bits, now);
            }
            Some((Request::Have { .. }, Answer::Busy { retry_after })) => {
                download.have_postponed(from, retry_after, now);
            }
            Some((Request::Have { .. }, Answer::Unknown)) => download.peer_lacks_blob(from, now),
            Some((Request::Chunk { chunk, .. }, Answer::Slice { bytes })) => {
                let verdict = download.slice_received(from, chunk, now);
                node.watch.received(from, chunk, verdict);
                match verdict {
                    Verdict::Verify => {
                        let genuine = bytes == slice_bytes(chunk, true);
                        self.after(
                            VERIFY_TIME,
                            Event::Verified {
                                node: id,
                                from,
                                chunk,
                                genuine,
                            },
                        );
                    }
                    Verdict::Unwanted => self.outcome.unwanted += 1,
                    Verdict::Unsolicited => panic!("the number of a request that is outstanding"),
                }
            }
            Some((Request::Chunk { chunk, .. }, Answer::NotHeld)) => {
                node.watch.denied(from, chunk);
                download.not_held(from, chunk, now);
            }
            Some((Request::Chunk { chunk, .. }, Answer::Busy { retry_after })) => {
                node.watch.let_go(from, chunk);
                node.watch.answered(from, chunk);
                download.busy(from, chunk, retry_after, now);
            }
            Some((Request::Chunk { chunk, .. }, Answer::Cancelled)) => {
                node.watch.answered(from, chunk);
                download.cancelled(from, chunk);
            }
            _ => download.peer_violated(from),
        }
        self.act(id);
    }

    fn is_current(&self, from: NodeId, to: NodeId, epoch: u64) -> bool {
        self.nodes[from]
            .calls
            .get(&to)
            .is_some_and(|call| call.epoch == epoch)
    }

    fn latency(&self, a: NodeId, b: NodeId) -> Duration {
        self.nodes[a].spec.latency + self.nodes[b].spec.latency
    }

    fn after(&mut self, wait: Duration, event: Event) {
        self.made += 1;
        self.queue.push(Reverse((self.now + wait, self.made)));
        self.events.insert(self.made, event);
    }

    /// Folds what happened into the digest (FNV-1a, by words).
    fn note(&mut self, kind: u64, a: NodeId, b: NodeId, what: u64) {
        for word in [self.now.as_nanos() as u64, kind, a as u64, b as u64, what] {
            self.outcome.trace = (self.outcome.trace ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
