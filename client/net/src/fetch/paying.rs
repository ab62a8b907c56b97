//! Paying the peers of a fetch: what the purse is told, in order, and what follows from its replies.
//!
//! The purse may sign and write to disk, so it works on a thread of its own, with all that has happened meanwhile at a time. The
//! fetch goes on: what may be asked of a peer was said in bytes in all, which does not become wrong by waiting.

use super::pay_link::{Paid, PayLink, Said};
use super::running::Running;
use crate::limits::{MAX_ANSWERS, MAX_TOLD};
use crate::pay::{Allowed, Greeting, Purse, PurseEvent, PurseReply};
use crate::streams::{OpenError, Spoken};
use hashcard_protocol::payment::ToPayer;
use libp2p::swarm::Stream;
use libp2p::PeerId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A stream that was opened to greet a peer on; `None` when the node has stopped.
pub(super) struct Opened {
    peer: PeerId,
    link: u64,
    greeting: Greeting,
    stream: Option<Result<Stream, OpenError>>,
}

/// An event, the peer and the connection that it is about.
type Told = (PeerId, u64, PurseEvent);
/// A reply, the same, and what kind of event it was to.
pub(super) type Replied = (PeerId, u64, ReplyTo, PurseReply);

/// The events whose replies mean more than others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReplyTo {
    Connected,
    Accepted,
    Declined,
    Other,
}

/// The paying part of a fetch.
pub(super) struct Paying {
    purse: Arc<dyn Purse>,
    /// As few as chunks in flight and answers to what we said.
    untold: VecDeque<Told>,
    /// At most one: events are told in order.
    telling: JoinSet<Vec<Replied>>,
    opened: JoinSet<Opened>,
    /// Payment links, each with the number of the connection that it belongs to.
    links: BTreeMap<PeerId, (u64, PayLink)>,
    links_made: u64,
    /// Connections that the purse knows of.
    connected: BTreeSet<(PeerId, u64)>,
    /// Those of them over which nobody is paid.
    unpaid: BTreeSet<(PeerId, u64)>,
    say: mpsc::Sender<Paid>,
    said: mpsc::Receiver<Paid>,
    tasks: JoinSet<()>,
}

/// Why the loop of a fetch goes round.
pub(super) enum Happened {
    Opened(Box<Opened>),
    Replied(Vec<Replied>),
    PursePanicked,
    Paid(Paid),
    Nothing,
}

impl Paying {
    pub(super) fn new(purse: Arc<dyn Purse>) -> Self {
        let (say, said) = mpsc::channel(MAX_ANSWERS);
        Self {
            purse,
            untold: VecDeque::new(),
            telling: JoinSet::new(),
            opened: JoinSet::new(),
            links: BTreeMap::new(),
            links_made: 0,
            connected: BTreeSet::new(),
            unpaid: BTreeSet::new(),
            say,
            said,
            tasks: JoinSet::new(),
        }
    }

    pub(super) async fn next(&mut self) -> Happened {
        tokio::select! {
            Some(joined) = self.opened.join_next(), if !self.opened.is_empty() => match joined {
                Ok(opened) => Happened::Opened(Box::new(opened)),
                Err(_) => Happened::Nothing,
            },
            Some(joined) = self.telling.join_next(), if !self.telling.is_empty() => match joined {
                Ok(replies) => Happened::Replied(replies),
                Err(_) => Happened::PursePanicked,
            },
            Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => Happened::Nothing,
            Some(paid) = self.said.recv() => Happened::Paid(paid),
        }
    }

    /// Whether a peer is paid over this connection.
    pub(super) fn pays(&self, peer: PeerId, link: u64) -> bool {
        !self.unpaid.contains(&(peer, link))
    }

    pub(super) fn tell(&mut self, peer: PeerId, link: u64, event: PurseEvent) {
        if !self.pays(peer, link) && event != PurseEvent::Left {
            return;
        }
        match event {
            PurseEvent::Connected => {
                self.connected.insert((peer, link));
            }
            PurseEvent::Left => {
                if !self.connected.remove(&(peer, link)) {
                    return;
                }
                self.unpaid.remove(&(peer, link));
                self.links.remove(&peer);
            }
            PurseEvent::TakesNoPayment => {
                self.unpaid.insert((peer, link));
            }
            _ => {}
        }
        self.untold.push_back((peer, link, event));
    }

    /// Tells the purse what has happened, unless it still thinks.
    pub(super) fn hand_over(&mut self) {
        if !self.telling.is_empty() || self.untold.is_empty() {
            return;
        }
        let now: Vec<Told> = self.untold.drain(..MAX_TOLD.min(self.untold.len())).collect();
        let purse = self.purse.clone();
        self.telling.spawn_blocking(move || tell_all(&*purse, now));
    }

    /// Tells the purse the rest and that all is over. What it replies comes too late.
    pub(super) async fn close(&mut self) -> Result<(), ()> {
        while let Some(joined) = self.telling.join_next().await {
            joined.map_err(|_| ())?;
        }
        let mut rest: Vec<Told> = self.untold.drain(..).collect();
        let connected = std::mem::take(&mut self.connected);
        rest.extend(
            connected
                .into_iter()
                .map(|(peer, link)| (peer, link, PurseEvent::Left)),
        );
        self.links.clear();
        let purse = self.purse.clone();
        self.telling.spawn_blocking(move || tell_all(&*purse, rest));
        match self.telling.join_next().await {
            Some(Err(_)) => Err(()),
            _ => Ok(()),
        }
    }
}

impl Drop for Paying {
    fn drop(&mut self) {
        for (peer, _) in std::mem::take(&mut self.connected) {
            self.purse.told(&peer.to_bytes(), PurseEvent::Left);
        }
    }
}

fn tell_all(purse: &dyn Purse, events: Vec<Told>) -> Vec<Replied> {
    events
        .into_iter()
        .map(|(peer, link, event)| {
            let to = match event {
                PurseEvent::Connected => ReplyTo::Connected,
                PurseEvent::Accepted { .. } => ReplyTo::Accepted,
                PurseEvent::Declined(_) => ReplyTo::Declined,
                _ => ReplyTo::Other,
            };
            (peer, link, to, purse.told(&peer.to_bytes(), event))
        })
        .collect()
}

impl Running {
    /// Acts on what concerns payment. False when the purse has panicked.
    pub(super) fn paid(&mut self, happened: Happened) -> bool {
        match happened {
            Happened::Opened(opened) => self.pay_stream_opened(*opened),
            Happened::Replied(replies) => {
                for (peer, link, to, reply) in replies {
                    self.purse_replied(peer, link, to, reply);
                }
            }
            Happened::PursePanicked => return false,
            Happened::Paid(paid) => self.payee_said(paid),
            Happened::Nothing => {}
        }
        true
    }

    fn purse_replied(&mut self, peer: PeerId, link: u64, to: ReplyTo, reply: PurseReply) {
        if !self.is_linked(peer, link) {
            return;
        }
        let now = self.now();
        let Some(paying) = &mut self.paying else { return };
        if let (ReplyTo::Connected, None) = (to, &reply.greeting) {
            paying.unpaid.insert((peer, link));
        }
        // A promise that is declined does not end its stream, and nobody greets twice on one.
        let may_greet = match to {
            ReplyTo::Connected => true,
            ReplyTo::Declined => !paying.links.contains_key(&peer),
            _ => false,
        };
        if let Some(greeting) = reply.greeting.filter(|_| may_greet) {
            let (network, addresses) = (self.network.clone(), Vec::new());
            paying.opened.spawn(async move {
                // It is connected, so no address is needed.
                let stream = network.open_for(peer, addresses, Spoken::Payments).await;
                Opened {
                    peer,
                    link,
                    greeting,
                    stream,
                }
            });
            return;
        }
        if let Some(promise) = reply.promise {
            let sent = paying
                .links
                .get_mut(&peer)
                .is_some_and(|(_, link)| link.pay(promise));
            if !sent {
                return self.lost(peer, "it does not read what it is paid".into());
            }
        }
        match reply.allowed {
            Allowed::Anything => self.download.peer_paid_up_to(peer, None),
            Allowed::UpTo(bytes) => self.download.peer_paid_up_to(peer, Some(bytes)),
            Allowed::Nothing(why) => {
                self.refused.insert(peer, why);
                self.download.peer_unpayable(peer, now);
            }
        }
        if to == ReplyTo::Accepted {
            self.download.peer_satisfied(peer, now);
        }
    }

    fn pay_stream_opened(&mut self, opened: Opened) {
        let Opened {
            peer,
            link,
            greeting,
            stream,
        } = opened;
        if !self.is_linked(peer, link) {
            return;
        }
        let Some(paying) = &mut self.paying else { return };
        match stream {
            Some(Ok(stream)) => {
                let say = paying.say.clone();
                let limits = &self.network.limits;
                paying.links_made += 1;
                let number = paying.links_made;
                let pay_link = PayLink::new(peer, number, stream, greeting, say, limits, &mut paying.tasks);
                paying.links.insert(peer, (link, pay_link));
            }
            _ => paying.tell(peer, link, PurseEvent::TakesNoPayment),
        }
    }

    fn payee_said(&mut self, paid: Paid) {
        let Paid { peer, number, what } = paid;
        let Some(paying) = &mut self.paying else { return };
        let Some((link, open)) = paying.links.get_mut(&peer).filter(|(_, open)| open.is(number)) else {
            return;
        };
        let link = *link;
        match what {
            Said::Answer(id, answer) => {
                if !open.answered(id, &answer) {
                    return self.download.peer_violated(peer);
                }
                let event = match answer {
                    ToPayer::Terms(terms) => PurseEvent::Terms(terms),
                    ToPayer::Accepted { best } => PurseEvent::Accepted { best },
                    ToPayer::Refused(decline) => {
                        if !open.is_greeted() {
                            // With this the payee ends the stream; the peer may be greeted on another.
                            paying.links.remove(&peer);
                        }
                        PurseEvent::Declined(decline)
                    }
                };
                paying.tell(peer, link, event);
            }
            Said::Ended(why) if open.is_greeted() => self.lost(peer, why),
            // The stream is handed out before the answer to its negotiation has come; this is how a refusal looks.
            Said::Ended(_) => {
                paying.links.remove(&peer);
                paying.tell(peer, link, PurseEvent::TakesNoPayment);
            }
            Said::Breach(why) => {
                tracing::debug!(%peer, why, "a peer broke the payment protocol");
                self.download.peer_violated(peer);
            }
        }
    }
}
