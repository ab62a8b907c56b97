//! Listening, dialling, and the task that owns the connections.

use crate::address::{parse_address_text, parse_peer, tcp_address, AddressError};
use crate::bans::{Banned, Bans};
use crate::limits::*;
use crate::pay::{take_payments, Counter, Till};
use crate::serve::{serve, Blobs, Desk, Ended};
use crate::streams::{InboundStream, OpenError, Spoken, Streams, Wanted};
use futures::channel::oneshot;
use futures::StreamExt;
use hashcard_primitives::seeder::{MAX_ADDRESS, MAX_ADDRESSES};
use libp2p::allow_block_list::{self, BlockedPeers};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::core::transport::ListenerId;
use libp2p::identity::Keypair;
use libp2p::swarm::{NetworkBehaviour, Stream, SwarmEvent};
use libp2p::{noise, tcp, yamux, Multiaddr, PeerId, Swarm, SwarmBuilder, TransportError};
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// How long the system may take to say on which addresses we listen.
const LISTEN_TIME: Duration = Duration::from_secs(10);

/// How to start.
pub struct Config {
    /// The secret half of the node's identity: an Ed25519 seed (RFC 8032, section 5.1.5).
    pub identity: Zeroizing<[u8; 32]>,
    /// Where to listen; port 0 takes a free one. Without any, the node fetches but does not serve.
    pub listen: Vec<SocketAddr>,
    /// Multiaddresses under which others reach this node, if not those that it listens on; as text.
    pub announce: Vec<String>,
    /// Peers found lying before, in binary; oldest first.
    pub banned: Vec<Vec<u8>>,
    /// What to spend.
    pub limits: NetworkLimits,
}

/// Why a node could not start.
#[derive(thiserror::Error, Debug)]
pub enum StartError {
    /// Another program listens there.
    #[error("listening on {0}: port {port} is taken; stop the program that uses it, or choose another port", port = .0.port())]
    PortTaken(SocketAddr),
    /// The system refused to listen there.
    #[error(
        "listening on {at}: {source}; check that this machine has that address and that you may use the port"
    )]
    Listen {
        /// Where.
        at: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The identity is not usable, or its handshake could not be set up.
    #[error("setting up the node's identity: {0}; the identity is a seed of 32 bytes")]
    Identity(String),
    /// An address to announce, or a banned peer, is malformed.
    #[error("starting the network: {0}")]
    Address(#[from] AddressError),
}

/// A running node. Cheap to clone; it ends with its last clone, or by [`Network::stop`].
#[derive(Clone)]
pub struct Network {
    peer: PeerId,
    announce: Vec<Multiaddr>,
    listening: watch::Receiver<Vec<Multiaddr>>,
    commands: mpsc::Sender<Command>,
    bans: Arc<Bans>,
    pub(crate) limits: NetworkLimits,
}

enum Command {
    Open {
        peer: PeerId,
        addresses: Vec<Multiaddr>,
        wanted: Wanted,
    },
    Ban {
        peer: PeerId,
        forgotten: Option<PeerId>,
    },
    Stop {
        stopped: oneshot::Sender<()>,
    },
}

impl Network {
    /// Listens, and spawns the tasks that serve, everybody for nothing. Returns when the addresses are known. Needs a Tokio
    /// runtime.
    pub async fn start(config: Config, blobs: Arc<dyn Blobs>) -> Result<Self, StartError> {
        Self::start_with(config, blobs, None).await
    }

    /// As [`start`](Self::start), but for what the till allows, which takes payments.
    pub async fn start_paid(
        config: Config,
        blobs: Arc<dyn Blobs>,
        till: Arc<dyn Till>,
    ) -> Result<Self, StartError> {
        Self::start_with(config, blobs, Some(till)).await
    }

    async fn start_with(
        config: Config,
        blobs: Arc<dyn Blobs>,
        till: Option<Arc<dyn Till>>,
    ) -> Result<Self, StartError> {
        let Config {
            mut identity,
            listen,
            announce,
            banned,
            limits,
        } = config;
        let keypair = Keypair::ed25519_from_bytes(identity.as_mut_slice())
            .map_err(|error| StartError::Identity(error.to_string()))?;
        let peer = keypair.public().to_peer_id();
        let announce = announce
            .iter()
            .map(|text| parse_address_text(text))
            .collect::<Result<Vec<_>, _>>()?;
        let bans = Bans::default();
        for peer in &banned {
            bans.insert(parse_peer(peer)?);
        }
        let mut swarm = build(keypair, &limits, till.is_some())?;
        for peer in bans.all() {
            swarm.behaviour_mut().blocked.block_peer(peer);
        }
        let heard = start_listening(&mut swarm, &listen).await?;
        let (addresses, listening) = watch::channel(heard);
        let (commands, orders) = mpsc::channel(MAX_COMMANDS);
        let desk = Desk::new(blobs, till.clone(), &limits);
        tokio::spawn(
            Task {
                swarm,
                orders,
                addresses,
                desk,
                counter: till.map(Counter::new),
                limits,
            }
            .run(),
        );
        Ok(Self {
            peer,
            announce,
            listening,
            commands,
            bans: Arc::new(bans),
            limits,
        })
    }

    /// The node's peer id, as it goes on chain.
    pub fn peer_id(&self) -> Vec<u8> {
        self.peer.to_bytes()
    }

    /// Where others reach this node, as it goes on chain: what is announced, else what it listens on now.
    pub fn addresses(&self) -> Vec<Vec<u8>> {
        let listening = self.listening.borrow().clone();
        let all = if self.announce.is_empty() {
            listening
        } else {
            self.announce.clone()
        };
        let short = all
            .iter()
            .map(Multiaddr::to_vec)
            .filter(|address| address.len() <= MAX_ADDRESS as usize);
        short.take(MAX_ADDRESSES as usize).collect()
    }

    /// Peers found lying, in binary; oldest first. Give them back in [`Config::banned`].
    pub fn banned(&self) -> Vec<Vec<u8>> {
        self.bans.all().into_iter().map(PeerId::to_bytes).collect()
    }

    /// Never again connects to this peer, nor lets it connect.
    pub async fn ban(&self, peer: &[u8]) -> Result<(), AddressError> {
        self.ban_peer(parse_peer(peer)?).await;
        Ok(())
    }

    /// Ends the node, for all its clones: connections are closed, fetches fail.
    pub async fn stop(self) {
        let (stopped, is_stopped) = oneshot::channel();
        if self.commands.send(Command::Stop { stopped }).await.is_ok() {
            // The sender is dropped when the task has ended before it saw the order.
            let _ = is_stopped.await;
        }
    }

    pub(crate) fn local_peer(&self) -> PeerId {
        self.peer
    }

    pub(crate) fn is_banned(&self, peer: &PeerId) -> bool {
        self.bans.contains(peer)
    }

    pub(crate) async fn ban_peer(&self, peer: PeerId) {
        if let Banned::New { forgotten } = self.bans.insert(peer) {
            // A node that has stopped has no connection to close.
            let _ = self.commands.send(Command::Ban { peer, forgotten }).await;
        }
    }

    /// A new stream of chunks to a peer; `None` when the node has stopped.
    pub(crate) async fn open(
        &self,
        peer: PeerId,
        addresses: Vec<Multiaddr>,
    ) -> Option<Result<Stream, OpenError>> {
        self.open_for(peer, addresses, Spoken::Chunks).await
    }

    /// A new stream to a peer; `None` when the node has stopped.
    pub(crate) async fn open_for(
        &self,
        peer: PeerId,
        addresses: Vec<Multiaddr>,
        spoken: Spoken,
    ) -> Option<Result<Stream, OpenError>> {
        let (reply, replied) = oneshot::channel();
        self.commands
            .send(Command::Open {
                peer,
                addresses,
                wanted: Wanted { spoken, reply },
            })
            .await
            .ok()?;
        match replied.await {
            Ok(stream) => Some(stream),
            Err(_) if self.commands.is_closed() => None,
            Err(_) => Some(Err(OpenError::Negotiation("the connection closed".into()))),
        }
    }
}

#[derive(NetworkBehaviour)]
#[behaviour(to_swarm = "InboundStream", prelude = "libp2p::swarm::derive_prelude")]
pub(crate) struct Behaviour {
    limits: connection_limits::Behaviour,
    blocked: allow_block_list::Behaviour<BlockedPeers>,
    streams: Streams,
}

impl From<Infallible> for InboundStream {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A swarm that speaks our protocols and nothing else.
pub(crate) fn build(
    keypair: Keypair,
    limits: &NetworkLimits,
    takes_payments: bool,
) -> Result<Swarm<Behaviour>, StartError> {
    let connections = ConnectionLimits::default()
        .with_max_established_incoming(Some(limits.inbound))
        .with_max_established_outgoing(Some(limits.outbound))
        .with_max_pending_incoming(Some(limits.pending))
        .with_max_pending_outgoing(Some(limits.pending))
        .with_max_established_per_peer(Some(limits.per_peer));
    let behaviour = Behaviour {
        limits: connection_limits::Behaviour::new(connections),
        blocked: allow_block_list::Behaviour::default(),
        streams: Streams::new(limits.inbound_streams, takes_payments),
    };
    let multiplexer = || {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(MAX_STREAMS);
        config
    };
    let builder = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            multiplexer,
        )
        .map_err(|error| StartError::Identity(error.to_string()))?
        .with_behaviour(|_| behaviour);
    let builder = match builder {
        Ok(builder) => builder,
        Err(never) => match never {},
    };
    Ok(builder
        .with_swarm_config(|config| {
            config
                .with_idle_connection_timeout(limits.idle_connection)
                .with_max_negotiating_inbound_streams(MAX_NEGOTIATING)
        })
        .with_connection_timeout(limits.handshake)
        .build())
}

/// Listens on every socket and waits until each has said where.
async fn start_listening(
    swarm: &mut Swarm<Behaviour>,
    sockets: &[SocketAddr],
) -> Result<Vec<Multiaddr>, StartError> {
    let mut silent: HashMap<ListenerId, SocketAddr> = HashMap::new();
    for socket in sockets {
        check_port(*socket)?;
        let id = swarm
            .listen_on(tcp_address(*socket))
            .map_err(|error| match error {
                TransportError::Other(source) => refused(*socket, source),
                other => refused(*socket, io::Error::other(other.to_string())),
            })?;
        silent.insert(id, *socket);
    }
    let mut heard = Vec::new();
    while let Some(socket) = silent.values().next().copied() {
        let quiet = || refused(socket, io::Error::from(io::ErrorKind::TimedOut));
        match timeout(LISTEN_TIME, swarm.select_next_some())
            .await
            .map_err(|_| quiet())?
        {
            SwarmEvent::NewListenAddr { listener_id, address } => {
                silent.remove(&listener_id);
                heard.push(address);
            }
            SwarmEvent::ListenerError { listener_id, error }
            | SwarmEvent::ListenerClosed {
                listener_id,
                reason: Err(error),
                ..
            } => {
                return Err(refused(
                    silent.get(&listener_id).copied().unwrap_or(socket),
                    error,
                ));
            }
            _ => {}
        }
    }
    Ok(heard)
}

/// libp2p sets SO_REUSEPORT, with which two nodes of the same user would silently share a port, and peers would reach
/// either. A socket without it is refused, so one is tried first.
fn check_port(socket: SocketAddr) -> Result<(), StartError> {
    TcpListener::bind(socket)
        .map(drop)
        .map_err(|source| refused(socket, source))
}

fn refused(at: SocketAddr, source: io::Error) -> StartError {
    match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken(at),
        _ => StartError::Listen { at, source },
    }
}

/// The owner of all connections.
struct Task {
    swarm: Swarm<Behaviour>,
    orders: mpsc::Receiver<Command>,
    addresses: watch::Sender<Vec<Multiaddr>>,
    desk: Arc<Desk>,
    counter: Option<Arc<Counter>>,
    limits: NetworkLimits,
}

impl Task {
    async fn run(mut self) {
        let mut visits: JoinSet<(PeerId, Ended)> = JoinSet::new();
        let mut desk = JoinSet::new();
        desk.spawn(self.desk.clone().run());
        let mut stopped = None;
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Command::Open { peer, addresses, wanted }) => {
                        self.swarm.behaviour_mut().streams.open(peer, addresses, wanted);
                    }
                    Some(Command::Ban { peer, forgotten }) => {
                        let blocked = &mut self.swarm.behaviour_mut().blocked;
                        blocked.block_peer(peer);
                        if let Some(peer) = forgotten {
                            blocked.unblock_peer(peer);
                        }
                    }
                    Some(Command::Stop { stopped: told }) => {
                        stopped = Some(told);
                        break;
                    }
                    None => break,
                },
                event = self.swarm.select_next_some() => match event {
                    SwarmEvent::Behaviour(inbound) => match (inbound.spoken, &self.counter) {
                        (Spoken::Chunks, _) => {
                            visits.spawn(serve(inbound, self.desk.clone(), self.limits));
                        }
                        (Spoken::Payments, Some(counter)) => {
                            visits.spawn(take_payments(inbound, counter.clone(), self.limits));
                        }
                        // It is not offered.
                        (Spoken::Payments, None) => {}
                    },
                    other => self.heard(other),
                },
                Some(ended) = visits.join_next(), if !visits.is_empty() => match ended {
                    Ok((peer, Ended::Breach(why))) => {
                        tracing::debug!(%peer, why, "a peer is disconnected");
                        // It may have gone by itself.
                        let _ = self.swarm.disconnect_peer_id(peer);
                    }
                    Ok((peer, ended)) => tracing::trace!(%peer, %ended, "a visit ended"),
                    Err(error) => tracing::error!(%error, "serving a stream failed"),
                },
            }
        }
        // Closed before the answer, so that whoever stopped this node can listen on its port again.
        drop(self);
        visits.shutdown().await;
        desk.shutdown().await;
        if let Some(told) = stopped {
            let _ = told.send(());
        }
    }

    fn heard(&mut self, event: SwarmEvent<InboundStream>) {
        match event {
            SwarmEvent::NewListenAddr { address, .. } => self.listen_addresses(|all| {
                all.insert(address);
            }),
            SwarmEvent::ExpiredListenAddr { address, .. } => self.listen_addresses(|all| {
                all.remove(&address);
            }),
            SwarmEvent::ListenerClosed {
                addresses, reason, ..
            } => {
                tracing::warn!(
                    ?reason,
                    "a listener closed; the node cannot be reached there any more"
                );
                self.listen_addresses(|all| all.retain(|address| !addresses.contains(address)));
            }
            SwarmEvent::ListenerError { error, .. } => {
                tracing::warn!(%error, "accepting a connection failed")
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                num_established: 0,
                ..
            } => {
                if let Some(counter) = &self.counter {
                    counter.gone(&peer_id);
                }
            }
            SwarmEvent::IncomingConnectionError {
                send_back_addr,
                error,
                ..
            } => {
                tracing::debug!(%send_back_addr, %error, "an incoming connection failed");
            }
            _ => {}
        }
    }

    fn listen_addresses(&self, change: impl FnOnce(&mut BTreeSet<Multiaddr>)) {
        self.addresses.send_modify(|addresses| {
            let mut all: BTreeSet<Multiaddr> = addresses.drain(..).collect();
            change(&mut all);
            addresses.extend(all);
        });
    }
}
