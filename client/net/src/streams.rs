//! Streams of our protocols: opened when asked for, dialling if need be; accepted in bounded number.
//!
//! Whoever asks for a stream holds a receiver whose sender travels with the request, through dial, connection and
//! negotiation. Wherever the request ends, the sender is used or dropped there, so that every request is answered once
//! without any table of open requests. libp2p has a crate for this, libp2p-stream 0.5.0-alpha; it keeps an entry per
//! connection for ever, dials without addresses, and does not bound inbound streams per peer.

mod handler;

use futures::channel::oneshot;
use handler::Handler;
use hashcard_protocol::limits::{PAYMENT_PROTOCOL_NAME, PROTOCOL_NAME};
use libp2p::core::{transport::PortUse, Endpoint};
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished, DialFailure};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, DialError, FromSwarm, NetworkBehaviour, NotifyHandler, Stream,
    StreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll};

/// What is spoken on a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spoken {
    Chunks,
    Payments,
}

impl Spoken {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Spoken::Chunks => PROTOCOL_NAME,
            Spoken::Payments => PAYMENT_PROTOCOL_NAME,
        }
    }

    fn protocol(self) -> StreamProtocol {
        StreamProtocol::new(self.name())
    }
}

/// Why a stream could not be opened.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub(crate) enum OpenError {
    #[error("no connection could be made: {0}")]
    Dial(String),
    #[error("the peer does not speak {0}")]
    NotSpoken(&'static str),
    #[error("the stream could not be opened: {0}")]
    Negotiation(String),
}

pub(crate) type Reply = oneshot::Sender<Result<Stream, OpenError>>;

/// A stream to open, and whom to give it.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) spoken: Spoken,
    pub(crate) reply: Reply,
}

/// A stream that a peer opened. Counts as open until its [`Ticket`] is dropped.
#[derive(Debug)]
pub(crate) struct InboundStream {
    pub(crate) peer: PeerId,
    pub(crate) spoken: Spoken,
    pub(crate) stream: Stream,
    pub(crate) ticket: Ticket,
}

/// One of the streams that a peer may have open on a connection.
#[derive(Debug)]
pub(crate) struct Ticket {
    _counted: Arc<()>,
}

/// The part of the network behaviour that opens and accepts streams.
pub(crate) struct Streams {
    per_connection: usize,
    takes_payments: bool,
    connections: HashMap<PeerId, Vec<ConnectionId>>,
    waiting: HashMap<PeerId, Vec<Wanted>>,
    queue: VecDeque<ToSwarm<InboundStream, Wanted>>,
}

impl Streams {
    /// At most `per_connection` streams of one connection are accepted of each kind; payments only if they are taken.
    pub(crate) fn new(per_connection: usize, takes_payments: bool) -> Self {
        Self {
            per_connection,
            takes_payments,
            connections: HashMap::new(),
            waiting: HashMap::new(),
            queue: VecDeque::new(),
        }
    }

    /// Opens a stream to a peer, at these addresses if it is not connected.
    pub(crate) fn open(&mut self, peer: PeerId, addresses: Vec<Multiaddr>, wanted: Wanted) {
        if let Some(connection) = self.connections.get(&peer).and_then(|all| all.first()) {
            return self.notify(peer, *connection, wanted);
        }
        self.waiting.entry(peer).or_default().push(wanted);
        let opts = DialOpts::peer_id(peer)
            .addresses(addresses)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            // A connection from the listening port cannot be made again while its predecessor is in TIME_WAIT.
            .allocate_new_port()
            .build();
        self.queue.push_back(ToSwarm::Dial { opts });
    }

    fn notify(&mut self, peer: PeerId, connection: ConnectionId, wanted: Wanted) {
        self.queue.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: wanted,
        });
    }

    fn established(&mut self, peer: PeerId, connection: ConnectionId) {
        self.connections.entry(peer).or_default().push(connection);
        for wanted in self.waiting.remove(&peer).unwrap_or_default() {
            self.notify(peer, connection, wanted);
        }
    }

    fn closed(&mut self, peer: PeerId, connection: ConnectionId) {
        if let Some(all) = self.connections.get_mut(&peer) {
            all.retain(|other| *other != connection);
            if all.is_empty() {
                self.connections.remove(&peer);
            }
        }
    }

    fn dial_failed(&mut self, peer: PeerId, error: &DialError) {
        if matches!(error, DialError::DialPeerConditionFalse(_)) {
            // Another dial to the same peer is under way and will answer.
            return;
        }
        let why = match error {
            DialError::NoAddresses => "it has no address that can be dialled".to_string(),
            DialError::Transport(tried) => {
                let all: Vec<String> = tried
                    .iter()
                    .map(|(at, why)| format!("{at}: {}", root_cause(why)))
                    .collect();
                all.join("; ")
            }
            DialError::WrongPeerId { obtained, .. } => format!("{obtained} answered in its place"),
            DialError::Denied { cause } => root_cause(cause),
            other => other.to_string(),
        };
        for wanted in self.waiting.remove(&peer).unwrap_or_default() {
            // Whoever asked may have gone.
            let _ = wanted.reply.send(Err(OpenError::Dial(why.clone())));
        }
    }
}

/// The innermost error: libp2p wraps "connection refused" several times.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = InboundStream;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(self.per_connection, self.takes_payments))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(self.per_connection, self.takes_payments))
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished {
                peer_id,
                connection_id,
                ..
            }) => {
                self.established(peer_id, connection_id);
            }
            FromSwarm::ConnectionClosed(ConnectionClosed {
                peer_id,
                connection_id,
                ..
            }) => {
                self.closed(peer_id, connection_id);
            }
            FromSwarm::DialFailure(DialFailure {
                peer_id: Some(peer),
                error,
                ..
            }) => self.dial_failed(peer, error),
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        let (spoken, stream, ticket) = event;
        self.queue.push_back(ToSwarm::GenerateEvent(InboundStream {
            peer,
            spoken,
            stream,
            ticket,
        }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Everything is queued by calls that the swarm makes, or that come just before it is polled.
        self.queue.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}
