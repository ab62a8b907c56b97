//! The streams of one connection.

use super::{OpenError, Reply, Ticket, PROTOCOL};
use crate::limits::NEGOTIATION_TIME;
use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionHandler, ConnectionHandlerEvent, Stream, StreamProtocol, StreamUpgradeError, SubstreamProtocol,
};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

type Upgrade = ReadyUpgrade<StreamProtocol>;

pub(crate) struct Handler {
    limit: usize,
    /// One more reference than there are inbound streams.
    inbound: Arc<()>,
    queue: VecDeque<ConnectionHandlerEvent<Upgrade, Reply, (Stream, Ticket)>>,
}

impl Handler {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            inbound: Arc::new(()),
            queue: VecDeque::new(),
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Reply;
    type ToBehaviour = (Stream, Ticket);
    type InboundProtocol = Upgrade;
    type OutboundProtocol = Upgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Reply;

    fn listen_protocol(&self) -> SubstreamProtocol<Upgrade> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ()).with_timeout(NEGOTIATION_TIME)
    }

    fn on_behaviour_event(&mut self, reply: Reply) {
        let protocol =
            SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), reply).with_timeout(NEGOTIATION_TIME);
        self.queue
            .push_back(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Upgrade, Upgrade, (), Reply>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: stream, .. }) => {
                if Arc::strong_count(&self.inbound) > self.limit {
                    tracing::debug!(
                        limit = self.limit,
                        "a peer opened too many streams; the new one is reset"
                    );
                    return;
                }
                let ticket = Ticket {
                    _counted: self.inbound.clone(),
                };
                self.queue
                    .push_back(ConnectionHandlerEvent::NotifyBehaviour((stream, ticket)));
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: stream,
                info: reply,
            }) => {
                // Whoever asked may have gone; then the stream is reset.
                let _ = reply.send(Ok(stream));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info: reply, error }) => {
                let error = match error {
                    StreamUpgradeError::NegotiationFailed => OpenError::NotSpoken,
                    StreamUpgradeError::Timeout => OpenError::Negotiation("the peer did not answer".into()),
                    StreamUpgradeError::Io(error) => OpenError::Negotiation(error.to_string()),
                    StreamUpgradeError::Apply(never) => match never {},
                };
                let _ = reply.send(Err(error));
            }
            _ => {}
        }
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Upgrade, Reply, (Stream, Ticket)>> {
        // Everything is queued by calls of the connection, which polls again after each.
        self.queue.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}
