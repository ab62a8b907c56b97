//! Streams of our protocol: opened when asked for, dialling if need be; accepted in bounded number.
//!
//! Whoever asks for a stream holds a receiver whose sender travels with the request, through dial, connection and
//! negotiation. Wherever the request ends, the sender is used or dropped there, so that every request is answered once
//! without any table of open requests. libp2p has a crate for this, libp2p-stream 0.5.0-alpha; it keeps an entry per
//! connection for ever, dials without addresses, and does not bound inbound streams per peer.

mod handler;

use futures::channel::oneshot;
use handler::Handler;
use hashcard_protocol::limits::PROTOCOL_NAME;
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

pub(crate) const PROTOCOL: StreamProtocol = StreamProtocol::new(PROTOCOL_NAME);

/// Why a stream could not be opened.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub(crate) enum OpenError {
    #[error("no connection could be made: {0}")]
    Dial(String),
    #[error("the peer does not speak {PROTOCOL_NAME}")]
    NotSpoken,
    #[error("the stream could not be opened: {0}")]
    Negotiation(String),
}

pub(crate) type Reply = oneshot::Sender<Result<Stream, OpenError>>;

/// A stream that a peer opened. Counts as open until its [`Ticket`] is dropped.
#[derive(Debug)]
pub(crate) struct InboundStream {
    pub(crate) peer: PeerId,
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
    connections: HashMap<PeerId, Vec<ConnectionId>>,
    waiting: HashMap<PeerId, Vec<Reply>>,
    queue: VecDeque<ToSwarm<InboundStream, Reply>>,
}

impl Streams {
    /// At most `per_connection` streams of one connection are accepted.
    pub(crate) fn new(per_connection: usize) -> Self {
        Self {
            per_connection,
            connections: HashMap::new(),
            waiting: HashMap::new(),
            queue: VecDeque::new(),
        }
    }

    /// Opens a stream to a peer, at these addresses if it is not connected.
    pub(crate) fn open(&mut self, peer: PeerId, addresses: Vec<Multiaddr>, reply: Reply) {
        if let Some(connection) = self.connections.get(&peer).and_then(|all| all.first()) {
            return self.notify(peer, *connection, reply);
        }
        self.waiting.entry(peer).or_default().push(reply);
        let opts = DialOpts::peer_id(peer)
            .addresses(addresses)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            // A connection from the listening port cannot be made again while its predecessor is in TIME_WAIT.
            .allocate_new_port()
            .build();
        self.queue.push_back(ToSwarm::Dial { opts });
    }

    fn notify(&mut self, peer: PeerId, connection: ConnectionId, reply: Reply) {
        self.queue.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: reply,
        });
    }

    fn established(&mut self, peer: PeerId, connection: ConnectionId) {
        self.connections.entry(peer).or_default().push(connection);
        for reply in self.waiting.remove(&peer).unwrap_or_default() {
            self.notify(peer, connection, reply);
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
        for reply in self.waiting.remove(&peer).unwrap_or_default() {
            // Whoever asked may have gone.
            let _ = reply.send(Err(OpenError::Dial(why.clone())));
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
        Ok(Handler::new(self.per_connection))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::new(self.per_connection))
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
        let (stream, ticket) = event;
        self.queue
            .push_back(ToSwarm::GenerateEvent(InboundStream { peer, stream, ticket }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Everything is queued by calls that the swarm makes, or that come just before it is polled.
        self.queue.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}
