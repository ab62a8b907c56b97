//! The streams of one connection.

use super::{OpenError, Spoken, Ticket, Wanted};
use crate::limits::NEGOTIATION_TIME;
use futures::future::{ready, Ready};
use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionHandler, ConnectionHandlerEvent, Stream, StreamProtocol, StreamUpgradeError, SubstreamProtocol,
};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A stream as it was negotiated, and what was agreed to speak on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer(&'static [Spoken]);

const CHUNKS: Offer = Offer(&[Spoken::Chunks]);
const PAYMENTS: Offer = Offer(&[Spoken::Payments]);
const BOTH: Offer = Offer(&[Spoken::Chunks, Spoken::Payments]);

impl Offer {
    fn agreed<C>(self, stream: C, name: &StreamProtocol) -> (Spoken, C) {
        let spoken = self
            .0
            .iter()
            .find(|spoken| spoken.name() == name.as_ref())
            .copied();
        (spoken.unwrap_or(Spoken::Chunks), stream)
    }
}

impl UpgradeInfo for Offer {
    type Info = StreamProtocol;
    type InfoIter = Vec<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.iter().map(|spoken| spoken.protocol()).collect()
    }
}

impl<C> InboundUpgrade<C> for Offer {
    type Output = (Spoken, C);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: C, name: StreamProtocol) -> Self::Future {
        ready(Ok(self.agreed(stream, &name)))
    }
}

impl<C> OutboundUpgrade<C> for Offer {
    type Output = (Spoken, C);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: C, name: StreamProtocol) -> Self::Future {
        ready(Ok(self.agreed(stream, &name)))
    }
}

type Inbound = (Spoken, Stream, Ticket);

pub(crate) struct Handler {
    limit: usize,
    takes_payments: bool,
    /// For each kind, one more reference than there are inbound streams.
    chunks: Arc<()>,
    payments: Arc<()>,
    queue: VecDeque<ConnectionHandlerEvent<Offer, Wanted, Inbound>>,
}

impl Handler {
    pub(super) fn new(limit: usize, takes_payments: bool) -> Self {
        Self {
            limit,
            takes_payments,
            chunks: Arc::new(()),
            payments: Arc::new(()),
            queue: VecDeque::new(),
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Wanted;
    type ToBehaviour = Inbound;
    type InboundProtocol = Offer;
    type OutboundProtocol = Offer;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Wanted;

    fn listen_protocol(&self) -> SubstreamProtocol<Offer> {
        let offer = if self.takes_payments { BOTH } else { CHUNKS };
        SubstreamProtocol::new(offer, ()).with_timeout(NEGOTIATION_TIME)
    }

    fn on_behaviour_event(&mut self, wanted: Wanted) {
        let offer = match wanted.spoken {
            Spoken::Chunks => CHUNKS,
            Spoken::Payments => PAYMENTS,
        };
        let protocol = SubstreamProtocol::new(offer, wanted).with_timeout(NEGOTIATION_TIME);
        self.queue
            .push_back(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Offer, Offer, (), Wanted>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (spoken, stream),
                ..
            }) => {
                let open = match spoken {
                    Spoken::Chunks => &self.chunks,
                    Spoken::Payments => &self.payments,
                };
                if Arc::strong_count(open) > self.limit {
                    tracing::debug!(
                        limit = self.limit,
                        "a peer opened too many streams; the new one is reset"
                    );
                    return;
                }
                let ticket = Ticket {
                    _counted: open.clone(),
                };
                self.queue
                    .push_back(ConnectionHandlerEvent::NotifyBehaviour((spoken, stream, ticket)));
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: (_, stream),
                info: wanted,
            }) => {
                // Whoever asked may have gone; then the stream is reset.
                let _ = wanted.reply.send(Ok(stream));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info: wanted, error }) => {
                let error = match error {
                    StreamUpgradeError::NegotiationFailed => OpenError::NotSpoken(wanted.spoken.name()),
                    StreamUpgradeError::Timeout => OpenError::Negotiation("the peer did not answer".into()),
                    StreamUpgradeError::Io(error) => OpenError::Negotiation(error.to_string()),
                    StreamUpgradeError::Apply(never) => match never {},
                };
                let _ = wanted.reply.send(Err(error));
            }
            _ => {}
        }
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Offer, Wanted, Inbound>> {
        // Everything is queued by calls of the connection, which polls again after each.
        self.queue.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}
