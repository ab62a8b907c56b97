//! A peer between a light client and a node: it passes on what they say to one another, counts it, and if it is told to lies about
//! it.
//!
//! **The client meets this peer and no other**, under a name of its own: what is said on the way is read in clear here, so that a lie
//! is the node's word but for what was put in its place. It keeps to itself where other peers are, so that nobody sets the client
//! right.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use libp2p::core::muxing::{StreamMuxerBox, StreamMuxerExt, SubstreamBox};
use libp2p::core::transport::{Boxed, DialOpts, ListenerId, PortUse, TransportEvent};
use libp2p::core::{upgrade, Endpoint};
use libp2p::identity::Keypair;
use libp2p::{noise, tcp, yamux, Multiaddr, PeerId, Transport};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::failure::{Failure, Told};
use crate::node::Node;

/// Questions with their proofs: the protocol by which light clients read state.
pub const PROOFS: &str = "light/2";
/// Blocks and headers.
pub const BLOCKS: &str = "sync/2";
/// Proofs of finality from checkpoint or genesis on.
pub const FINALITY: &str = "sync/warp";
/// Where peers tell of others.
const INTRODUCTIONS: &str = "kad";

/// Most bytes that are read at once.
const PIECE: usize = 64 << 10;
/// Longest begin of a stream in which its protocol is looked for: multistream-select's own name, and the protocol's.
const MAX_OPENING: usize = 512;

/// What is said in place of something, wherever the node says it by a protocol.
#[derive(Clone, Debug)]
pub struct Lie {
    /// By which.
    pub protocol: &'static str,
    /// What the node says.
    pub said: Vec<u8>,
    /// What the client hears; as long, so that frames around it stay what they were.
    pub instead: Vec<u8>,
}

/// What was carried by a protocol.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Carried {
    /// Streams that were opened: one for each question.
    pub streams: u64,
    /// Bytes from the client.
    pub up: u64,
    /// Bytes to the client.
    pub down: u64,
    /// Times that a lie was told.
    pub lies: u64,
}

impl Carried {
    /// What came since.
    pub fn since(self, before: Self) -> Self {
        Self {
            streams: self.streams - before.streams,
            up: self.up - before.up,
            down: self.down - before.down,
            lies: self.lies - before.lies,
        }
    }
}

/// The peer. It ends with this value.
pub struct Between {
    address: String,
    way: Way,
    task: JoinHandle<()>,
}

impl Drop for Between {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Between {
    /// Stands before a node, on a free port of loopback.
    pub async fn start(node: &Node, lie: Option<Lie>) -> Told<Self> {
        let to: Multiaddr = node.address().await?.parse().map_err(told)?;
        let key = Keypair::generate_ed25519();
        let name = PeerId::from(key.public());
        let mut transport = transport(&key)?;
        let port: Multiaddr = "/ip4/127.0.0.1/tcp/0".parse().map_err(told)?;
        transport.listen_on(ListenerId::next(), port).map_err(told)?;
        let at = loop {
            match transport.next().await {
                Some(TransportEvent::NewAddress { listen_addr, .. }) => break listen_addr,
                Some(_) => {}
                None => return Err(Failure::new("nobody can be listened to")),
            }
        };
        let way = Way {
            lie: lie.map(Arc::new),
            carried: Arc::default(),
        };
        let task = tokio::spawn(accept(transport, to, way.clone()));
        Ok(Self {
            address: format!("{at}/p2p/{name}"),
            way,
            task,
        })
    }

    /// Where a client finds it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What was carried by a protocol up to now; `light/2` is one.
    pub fn carried(&self, protocol: &str) -> Carried {
        self.way.carried().get(protocol).copied().unwrap_or_default()
    }

    /// What was carried by all of them.
    pub fn all(&self) -> Carried {
        let mut all = Carried::default();
        for one in self.way.carried().values() {
            all.streams += one.streams;
            all.up += one.up;
            all.down += one.down;
            all.lies += one.lies;
        }
        all
    }
}

/// What is known and done on the way.
#[derive(Clone)]
struct Way {
    lie: Option<Arc<Lie>>,
    carried: Arc<Mutex<BTreeMap<String, Carried>>>,
}

impl Way {
    fn carried(&self) -> MutexGuard<'_, BTreeMap<String, Carried>> {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, protocol: &str, add: impl FnOnce(&mut Carried)) {
        add(self.carried().entry(protocol.to_owned()).or_default());
    }
}

fn told(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

fn transport(key: &Keypair) -> Told<Boxed<(PeerId, StreamMuxerBox)>> {
    Ok(tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(upgrade::Version::V1)
        .authenticate(noise::Config::new(key).map_err(told)?)
        .multiplex(yamux::Config::default())
        .boxed())
}

async fn accept(mut transport: Boxed<(PeerId, StreamMuxerBox)>, to: Multiaddr, way: Way) {
    while let Some(event) = transport.next().await {
        let TransportEvent::Incoming { upgrade, .. } = event else {
            continue;
        };
        let (to, way) = (to.clone(), way.clone());
        tokio::spawn(async move {
            // Whoever does not come through sees a connection that is closed.
            let Ok((_, client)) = upgrade.await else { return };
            let Ok(node) = dial(to).await else { return };
            join(client, node, way).await;
        });
    }
}

/// Meets the node under a new name: two connections of one peer would be one too many.
async fn dial(to: Multiaddr) -> Told<StreamMuxerBox> {
    let options = DialOpts {
        role: Endpoint::Dialer,
        port_use: PortUse::New,
    };
    let mut transport = transport(&Keypair::generate_ed25519())?;
    let (_, node) = transport.dial(to, options).map_err(told)?.await.map_err(told)?;
    Ok(node)
}

/// Carries every stream that either opens, until one of the two is gone.
async fn join(mut client: StreamMuxerBox, mut node: StreamMuxerBox, way: Way) {
    let (mut by_client, mut by_node) = (VecDeque::new(), VecDeque::new());
    poll_fn(|cx| loop {
        let mut moved = false;
        for muxer in [&mut client, &mut node] {
            match muxer.poll_unpin(cx) {
                Poll::Ready(Ok(_)) => moved = true,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {}
            }
        }
        for (muxer, opened) in [(&mut client, &mut by_client), (&mut node, &mut by_node)] {
            match muxer.poll_inbound_unpin(cx) {
                Poll::Ready(Ok(stream)) => {
                    opened.push_back(stream);
                    moved = true;
                }
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {}
            }
        }
        for (muxer, opened, to_node) in [
            (&mut node, &mut by_client, true),
            (&mut client, &mut by_node, false),
        ] {
            if opened.is_empty() {
                continue;
            }
            match muxer.poll_outbound_unpin(cx) {
                Poll::Ready(Ok(stream)) => {
                    if let Some(opened) = opened.pop_front() {
                        tokio::spawn(carry(opened, stream, to_node, way.clone()));
                    }
                    moved = true;
                }
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => {}
            }
        }
        if !moved {
            return Poll::Pending;
        }
    })
    .await;
}

/// Carries a stream, both ways, to its end.
async fn carry(opened: SubstreamBox, other: SubstreamBox, by_client: bool, way: Way) {
    let (opened_reader, opened_writer) = opened.split();
    let (other_reader, other_writer) = other.split();
    let (name, named) = mpsc::unbounded_channel();
    let there = Direction {
        way: way.clone(),
        up: by_client,
        protocol: Protocol::Read {
            opening: Vec::new(),
            tell: name,
        },
        swap: None,
    };
    let back = Direction {
        way,
        up: !by_client,
        protocol: Protocol::Told(named),
        swap: None,
    };
    tokio::join!(
        there.run(opened_reader, other_writer),
        back.run(other_reader, opened_writer)
    );
}

/// How a direction of a stream learns what is spoken in it.
enum Protocol {
    /// By reading it.
    Read {
        opening: Vec<u8>,
        tell: mpsc::UnboundedSender<String>,
    },
    /// From the other direction.
    Told(mpsc::UnboundedReceiver<String>),
    Known(String),
}

struct Direction {
    way: Way,
    up: bool,
    protocol: Protocol,
    swap: Option<Swap>,
}

impl Direction {
    /// To the end, and passes the end on. A failure on either side ends it as well.
    async fn run(mut self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
        let mut buffer = vec![0; PIECE];
        loop {
            let Ok(read) = from.read(&mut buffer).await else {
                return;
            };
            let Some(bytes) = self.passes(&buffer[..read]) else {
                return;
            };
            if to.write_all(&bytes).await.is_err() || to.flush().await.is_err() {
                return;
            }
            if read == 0 {
                // Whoever is gone needs no end.
                let _ = to.close().await;
                return;
            }
        }
    }

    /// What is passed on of these bytes; without any, at the end. `None`: the stream is cut off.
    fn passes(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let protocol = self.learn(bytes);
        if protocol.as_deref() == Some(INTRODUCTIONS) {
            return None;
        }
        let (len, up) = (bytes.len() as u64, self.up);
        if let Some(protocol) = &protocol {
            self.way.count(protocol, |carried| match up {
                true => carried.up += len,
                false => carried.down += len,
            });
        }
        let Some(swap) = &mut self.swap else {
            return Some(bytes.to_vec());
        };
        let (passed, lies) = swap.pass(bytes);
        if let (Some(protocol), true) = (&protocol, lies > 0) {
            self.way.count(protocol, |carried| carried.lies += lies);
        }
        Some(passed)
    }

    /// The protocol, if it is known with these bytes.
    fn learn(&mut self, bytes: &[u8]) -> Option<String> {
        let found = match &mut self.protocol {
            Protocol::Known(name) => return Some(name.clone()),
            Protocol::Told(named) => named.try_recv().ok()?,
            Protocol::Read { opening, tell } => {
                opening
                    .extend_from_slice(&bytes[..bytes.len().min(MAX_OPENING.saturating_sub(opening.len()))]);
                let name = protocol_in(opening)?;
                // The other direction may be over.
                let _ = tell.send(name.clone());
                self.way.count(&name, |carried| carried.streams += 1);
                name
            }
        };
        let lie = self
            .way
            .lie
            .as_ref()
            .filter(|lie| lie.protocol == found && !self.up);
        self.swap = lie.map(|lie| Swap::new(lie.clone()));
        self.protocol = Protocol::Known(found.clone());
        Some(found)
    }
}

/// The protocol that the opening of a stream asks for, without the chain's name: the second of multistream-select's lines, each after
/// its length in one byte or two.
fn protocol_in(opening: &[u8]) -> Option<String> {
    let (_, rest) = line(opening)?;
    let (name, _) = line(rest)?;
    let name = std::str::from_utf8(name).ok()?.trim();
    let mut parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 {
        parts.remove(0);
    }
    Some(parts.join("/"))
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (len, rest) = match first & 0x80 {
        0 => (usize::from(*first), rest),
        _ => {
            let (second, rest) = rest.split_first()?;
            (usize::from(first & 0x7f) | usize::from(*second) << 7, rest)
        }
    };
    rest.split_at_checked(len)
}

/// Puts other bytes in the place of some, however the stream is cut into pieces.
struct Swap {
    lie: Arc<Lie>,
    held: Vec<u8>,
}

impl Swap {
    fn new(lie: Arc<Lie>) -> Self {
        Self {
            lie,
            held: Vec::new(),
        }
    }

    /// What is passed on, and how often it lies. An empty piece is the end.
    fn pass(&mut self, bytes: &[u8]) -> (Vec<u8>, u64) {
        let Lie { said, instead, .. } = &*self.lie;
        let (mut passed, mut lies) = (Vec::new(), 0);
        self.held.extend_from_slice(bytes);
        let mut rest = &self.held[..];
        while let Some(at) = rest.windows(said.len()).position(|window| window == said) {
            passed.extend_from_slice(&rest[..at]);
            passed.extend_from_slice(instead);
            rest = &rest[at + said.len()..];
            lies += 1;
        }
        // The end of a piece may be the begin of it.
        let may_begin = |len: &usize| rest.ends_with(&said[..*len]);
        let kept = match bytes.is_empty() {
            true => 0,
            false => (0..said.len()).rev().find(may_begin).unwrap_or(0),
        };
        let (passes, kept) = rest.split_at(rest.len() - kept);
        passed.extend_from_slice(passes);
        self.held = kept.to_vec();
        (passed, lies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lie() -> Arc<Lie> {
        Arc::new(Lie {
            protocol: PROOFS,
            said: b"A film".to_vec(),
            instead: b"A fake".to_vec(),
        })
    }

    #[test]
    fn a_lie_is_told_however_the_stream_is_cut() {
        let truth = b"xA filA film, A film and A fi".to_vec();
        for cut in 0..=truth.len() {
            let mut swap = Swap::new(lie());
            let (mut heard, mut lies) = swap.pass(&truth[..cut]);
            // An empty piece is the end, so there is none in the middle.
            for piece in [&truth[cut..], &[]] {
                let (more, told) = swap.pass(piece);
                heard.extend(more);
                lies += told;
            }
            let expected: &[u8] = b"xA filA fake, A fake and A fi";
            assert_eq!((heard.as_slice(), lies), (expected, 2), "{cut}");
        }
    }

    #[test]
    fn a_protocol_is_known_by_its_second_line() {
        let mut opening = b"\x13/multistream/1.0.0\n".to_vec();
        assert_eq!(protocol_in(&opening), None);
        let name = format!("/{}/light/2\n", "ab".repeat(32));
        opening.push(name.len() as u8);
        opening.extend(name.as_bytes());
        assert_eq!(protocol_in(&opening).as_deref(), Some(PROOFS));
        let long = format!("/{}/block-announces/1\n", "ab".repeat(60));
        let mut opening = b"\x13/multistream/1.0.0\n".to_vec();
        opening.extend([long.len() as u8 & 0x7f | 0x80, (long.len() >> 7) as u8]);
        opening.extend(long.as_bytes());
        assert_eq!(protocol_in(&opening).as_deref(), Some("block-announces/1"));
    }
}
