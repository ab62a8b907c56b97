//! The loop of a fetch: events into the machine, its actions out.

use super::link::{Heard, Link, What};
use super::paying::{self, Paying};
use super::report::Account;
use super::{Accepted, ChunkSink, FetchError, FetchEvent, FetchRequest, FetchSummary, PeerAddress};
use crate::address::peer_text;
use crate::limits::MAX_ANSWERS;
use crate::network::Network;
use crate::pay::{Purse, PurseEvent};
use crate::streams::OpenError;
use hashcard_primitives::blob::{chunk_count, chunk_len, ContentRoot, CHUNK_LEN};
use hashcard_protocol::bitfield::BitfieldError;
use hashcard_protocol::{Action, Answer, Bitfield, Download, DropReason, Request, Verdict};
use libp2p::swarm::Stream;
use libp2p::{Multiaddr, PeerId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub(super) struct Running {
    pub(super) network: Network,
    root: ContentRoot,
    blob_len: u64,
    sink: Arc<dyn ChunkSink>,
    events: mpsc::Sender<FetchEvent>,
    fed: mpsc::Receiver<Vec<PeerAddress>>,
    started: Instant,
    pub(super) download: Download<PeerId>,
    pub(super) addresses: BTreeMap<PeerId, Vec<Multiaddr>>,
    /// Peers whose stream is being opened.
    opening: BTreeSet<PeerId>,
    opened: JoinSet<(PeerId, Option<Result<Stream, OpenError>>)>,
    links: BTreeMap<PeerId, Link>,
    links_made: u64,
    link_tasks: JoinSet<()>,
    hear: mpsc::Sender<Heard>,
    heard: mpsc::Receiver<Heard>,
    /// Slices that wait for a thread to verify them. As few as the machine has in flight.
    unverified: VecDeque<(Sender, u64, Vec<u8>)>,
    verified: JoinSet<(Sender, u64, Accepted)>,
    account: Account,
    pub(super) paying: Option<Paying>,
    /// Peers that are being dropped because they are not paid, and why; for people.
    pub(super) refused: BTreeMap<PeerId, String>,
}

/// Who sent a slice, over which link.
type Sender = (PeerId, u64);

/// Why the loop goes round.
enum Happened {
    Opened(PeerId, Option<Result<Stream, OpenError>>),
    Heard(Heard),
    Verified(Sender, u64, Accepted),
    SinkPanicked,
    Fed(Vec<PeerAddress>),
    Paid(paying::Happened),
    Time,
}

impl Running {
    pub(super) fn new(
        network: Network,
        request: FetchRequest,
        sink: Arc<dyn ChunkSink>,
        events: mpsc::Sender<FetchEvent>,
        fed: mpsc::Receiver<Vec<PeerAddress>>,
    ) -> Result<Self, BitfieldError> {
        let FetchRequest {
            root,
            blob_len,
            held,
            peers,
        } = request;
        let held = Bitfield::from_bytes(chunk_count(blob_len), &held)?;
        // A seed needs to differ between downloads, not to be secret; the standard library's hash keys do differ.
        let seed = RandomState::new().build_hasher().finish();
        let download = Download::new(blob_len, held, network.limits.download, seed, Duration::ZERO)
            .expect("the bitfield was read for this blob; qed");
        let (hear, heard) = mpsc::channel(MAX_ANSWERS);
        let mut running = Self {
            network,
            root,
            blob_len,
            sink,
            events,
            fed,
            started: Instant::now(),
            download,
            addresses: BTreeMap::new(),
            opening: BTreeSet::new(),
            opened: JoinSet::new(),
            links: BTreeMap::new(),
            links_made: 0,
            link_tasks: JoinSet::new(),
            hear,
            heard,
            unverified: VecDeque::new(),
            verified: JoinSet::new(),
            account: Account::default(),
            paying: None,
            refused: BTreeMap::new(),
        };
        running.introduce(peers);
        Ok(running)
    }

    pub(super) fn pay_from(&mut self, purse: Arc<dyn Purse>) {
        self.paying = Some(Paying::new(purse));
    }

    /// Lets the purse know all that happened before the fetch is said to have ended.
    pub(super) async fn settle(
        mut self,
        ended: Result<FetchSummary, FetchError>,
    ) -> Result<FetchSummary, FetchError> {
        if let Some(paying) = &mut self.paying {
            if paying.close().await.is_err() {
                return Err(FetchError::PursePanicked);
            }
        }
        ended
    }

    pub(super) async fn run(&mut self) -> Result<FetchSummary, FetchError> {
        self.started = Instant::now();
        loop {
            if let Some(summary) = self.act().await? {
                return Ok(summary);
            }
            self.verify();
            if let Some(paying) = &mut self.paying {
                paying.hand_over();
            }
            match self.next().await {
                Happened::Opened(peer, stream) => self.opened(peer, stream.ok_or(FetchError::Stopped)?),
                Happened::Heard(heard) => self.heard(heard),
                Happened::Verified(sender, chunk, accepted) => self.verified(sender, chunk, accepted).await?,
                Happened::SinkPanicked => return Err(FetchError::SinkPanicked),
                Happened::Fed(peers) => self.introduce(peers),
                Happened::Paid(happened) => {
                    if !self.paid(happened) {
                        return Err(FetchError::PursePanicked);
                    }
                }
                Happened::Time => {}
            }
        }
    }

    /// Carries out what the machine wants. Gives the summary when it is done.
    async fn act(&mut self) -> Result<Option<FetchSummary>, FetchError> {
        while let Some(action) = self.download.poll(self.now()) {
            match action {
                Action::Connect(peer) => self.connect(peer),
                Action::AskHave { peer, page } => self.ask(
                    peer,
                    Request::Have {
                        root: self.root,
                        page,
                    },
                ),
                Action::Request { peer, chunk } => self.ask(
                    peer,
                    Request::Chunk {
                        root: self.root,
                        chunk,
                    },
                ),
                Action::Cancel { peer, chunk } => {
                    let request = Request::Chunk {
                        root: self.root,
                        chunk,
                    };
                    if self
                        .links
                        .get_mut(&peer)
                        .is_some_and(|link| !link.cancel(request))
                    {
                        self.lost(peer, "it does not read what it is sent".into());
                    }
                }
                Action::Drop { peer, reason } => {
                    self.unlink(peer);
                    self.opening.remove(&peer);
                    let refused = self.refused.remove(&peer);
                    let why = match reason {
                        DropReason::Lied { chunk } => format!("it sent a wrong chunk {chunk}"),
                        DropReason::Violated => "it broke the protocol".into(),
                        DropReason::Banned => "it is banned".into(),
                        DropReason::Unresponsive => "it did not answer in time".into(),
                        DropReason::HoldsNothing => "it does not hold the blob".into(),
                        DropReason::NotNeeded => "it holds nothing that is missing".into(),
                        DropReason::WantsPayment => {
                            refused.unwrap_or_else(|| "it wants to be paid, and is not".into())
                        }
                    };
                    self.tell(FetchEvent::PeerLost {
                        peer: peer.to_bytes(),
                        why,
                    });
                }
                Action::Stalled { missing, why } => {
                    let summary = Box::new(self.account.summary(self.now()));
                    return Err(FetchError::Stalled {
                        missing,
                        why,
                        summary,
                    });
                }
                Action::Done => return Ok(Some(self.account.summary(self.now()))),
            }
        }
        Ok(None)
    }

    async fn next(&mut self) -> Happened {
        let now = self.now();
        let wait = self
            .download
            .next_timeout(now)
            .map(|time| time.saturating_sub(now));
        let payment = async {
            match &mut self.paying {
                Some(paying) => paying.next().await,
                None => std::future::pending().await,
            }
        };
        let timer = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(joined) = self.opened.join_next(), if !self.opened.is_empty() => match joined {
                Ok((peer, stream)) => Happened::Opened(peer, stream),
                // These tasks are never aborted and do not panic; the machine's own timeout covers even that.
                Err(_) => Happened::Time,
            },
            Some(joined) = self.verified.join_next(), if !self.verified.is_empty() => match joined {
                Ok((sender, chunk, accepted)) => Happened::Verified(sender, chunk, accepted),
                Err(_) => Happened::SinkPanicked,
            },
            Some(_) = self.link_tasks.join_next(), if !self.link_tasks.is_empty() => Happened::Time,
            Some(heard) = self.heard.recv() => Happened::Heard(heard),
            Some(peers) = self.fed.recv() => Happened::Fed(peers),
            happened = payment => Happened::Paid(happened),
            () = timer => Happened::Time,
        }
    }

    fn connect(&mut self, peer: PeerId) {
        if self.network.is_banned(&peer) {
            return self.download.peer_banned(peer);
        }
        let network = self.network.clone();
        let addresses = self.addresses.get(&peer).cloned().unwrap_or_default();
        self.opening.insert(peer);
        self.opened
            .spawn(async move { (peer, network.open(peer, addresses).await) });
    }

    fn opened(&mut self, peer: PeerId, stream: Result<Stream, OpenError>) {
        if !self.opening.remove(&peer) {
            return;
        }
        match stream {
            Ok(stream) => {
                self.links_made += 1;
                let (number, hear) = (self.links_made, self.hear.clone());
                let link = Link::new(
                    peer,
                    number,
                    stream,
                    hear,
                    &self.network.limits,
                    &mut self.link_tasks,
                );
                self.links.insert(peer, link);
                self.account.connected(peer);
                self.download.peer_connected(peer, self.now());
                if let Some(paying) = &mut self.paying {
                    self.download.peer_paid_up_to(peer, Some(0));
                    paying.tell(peer, number, PurseEvent::Connected);
                }
                self.tell(FetchEvent::Connected {
                    peer: peer.to_bytes(),
                });
            }
            Err(error) => self.lost(peer, error.to_string()),
        }
    }

    fn ask(&mut self, peer: PeerId, request: Request) {
        if self.links.get_mut(&peer).is_some_and(|link| !link.ask(request)) {
            self.lost(peer, "it does not read what it is sent".into());
        }
    }

    pub(super) fn lost(&mut self, peer: PeerId, why: String) {
        self.unlink(peer);
        self.download.peer_failed(peer, self.now());
        self.tell(FetchEvent::PeerLost {
            peer: peer.to_bytes(),
            why,
        });
    }

    /// Whether this is the connection that a peer has now.
    pub(super) fn is_linked(&self, peer: PeerId, number: u64) -> bool {
        self.links.get(&peer).is_some_and(|link| link.is(number))
    }

    fn unlink(&mut self, peer: PeerId) {
        self.tell_purse(peer, PurseEvent::Left);
        self.links.remove(&peer);
    }

    fn tell_purse(&mut self, peer: PeerId, event: PurseEvent) {
        if let (Some(paying), Some(link)) = (&mut self.paying, self.links.get(&peer)) {
            paying.tell(peer, link.number(), event);
        }
    }

    fn heard(&mut self, heard: Heard) {
        let Heard {
            peer,
            link: number,
            what,
        } = heard;
        let now = self.now();
        let Some(link) = self.links.get_mut(&peer).filter(|link| link.is(number)) else {
            return;
        };
        let (id, answer) = match what {
            What::Answer(id, answer) => (id, answer),
            What::Ended(why) => return self.lost(peer, why),
            What::Breach(why) => {
                tracing::debug!(%peer, why, "a peer broke the protocol");
                return self.download.peer_violated(peer);
            }
        };
        let download = &mut self.download;
        match (link.answered(id), answer) {
            (Some(Request::Have { .. }), Answer::Holding { blob_len, page, bits }) => {
                download.peer_holding(peer, blob_len, page, &bits, now);
            }
            (Some(Request::Have { .. }), Answer::Unknown) => download.peer_lacks_blob(peer, now),
            (Some(Request::Have { .. }), Answer::Busy { retry_after }) => {
                download.have_postponed(peer, retry_after, now);
            }
            (Some(Request::Chunk { chunk, .. }), Answer::Slice { bytes }) => {
                match download.slice_received(peer, chunk, now) {
                    Verdict::Verify => self.unverified.push_back(((peer, number), chunk, bytes)),
                    Verdict::Unwanted => {
                        self.account.unwanted += 1;
                        let bytes = chunk_len(self.blob_len, chunk);
                        self.tell_purse(peer, PurseEvent::Unwanted { chunk, bytes });
                    }
                    Verdict::Unsolicited => {}
                }
            }
            (Some(Request::Chunk { chunk, .. }), Answer::NotHeld) => download.not_held(peer, chunk, now),
            (Some(Request::Chunk { chunk, .. }), Answer::Busy { retry_after }) => {
                download.busy(peer, chunk, retry_after, now);
            }
            (Some(Request::Chunk { chunk, .. }), Answer::PaymentDue { vouched, secured }) => {
                download.payment_due(peer, chunk, now);
                if self
                    .paying
                    .as_ref()
                    .is_some_and(|paying| paying.pays(peer, number))
                {
                    self.tell_purse(peer, PurseEvent::Due { vouched, secured });
                } else if download.peer(peer, now).is_some_and(|link| link.outstanding == 0) {
                    // What it serves for nothing has come.
                    download.peer_unpayable(peer, now);
                }
            }
            (Some(Request::Chunk { chunk, .. }), Answer::Cancelled) => download.cancelled(peer, chunk),
            // An answer to nothing, or to something else, or a refusal of a request that this version has.
            _ => download.peer_violated(peer),
        }
    }

    /// Starts as many verifications as threads are allowed for.
    fn verify(&mut self) {
        while self.verified.len() < self.network.limits.verifications.max(1) {
            let Some((sender, chunk, slice)) = self.unverified.pop_front() else {
                return;
            };
            let (sink, root) = (self.sink.clone(), self.root);
            self.verified
                .spawn_blocking(move || (sender, chunk, sink.accept(&root, chunk, slice)));
        }
    }

    async fn verified(&mut self, sender: Sender, chunk: u64, accepted: Accepted) -> Result<(), FetchError> {
        let now = self.now();
        let (peer, link) = sender;
        match accepted {
            Accepted::Stored => {
                self.download.chunk_stored(peer, chunk, now);
                let bytes = chunk_len(self.blob_len, chunk);
                self.account.stored(peer, bytes);
                let missing = self.download.missing();
                let left = missing.saturating_mul(CHUNK_LEN).min(self.blob_len);
                let event = PurseEvent::Verified {
                    chunk,
                    bytes,
                    missing: left,
                    late: !self.is_linked(peer, link),
                };
                if let Some(paying) = &mut self.paying {
                    paying.tell(peer, link, event);
                }
                self.tell(FetchEvent::Chunk {
                    peer: peer.to_bytes(),
                    chunk,
                    bytes,
                    missing,
                });
            }
            Accepted::Refused(why) => {
                tracing::info!(
                    peer = peer_text(&peer.to_bytes()),
                    chunk,
                    why,
                    "a peer sent a wrong chunk and is banned"
                );
                self.tell_purse(peer, PurseEvent::Lied);
                self.download.chunk_refused(peer, chunk);
                self.account.lied(peer, chunk, why);
                self.tell(FetchEvent::Liar {
                    peer: peer.to_bytes(),
                    chunk,
                });
                self.network.ban_peer(peer).await;
            }
            Accepted::StoreFailed(why) => {
                let summary = Box::new(self.account.summary(now));
                return Err(FetchError::StoreFailed { chunk, why, summary });
            }
        }
        Ok(())
    }

    pub(super) fn tell(&mut self, event: FetchEvent) {
        if self.events.try_send(event).is_err() {
            self.account.events_lost += 1;
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.started.elapsed()
    }
}
