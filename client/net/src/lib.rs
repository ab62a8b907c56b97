//! The swarm over libp2p: the only crate that names it. Peers and addresses cross its border as the binary that the chain
//! stores, never as libp2p's types.
//!
//! It neither verifies nor stores: what is served comes from [`Blobs`], what arrives goes to a [`ChunkSink`], and a slice
//! that the sink refuses makes its sender a liar. What is decided about requests is decided in `hashcard_protocol`; here
//! are only connections, streams, timers and threads.
//!
//! * [`Network::start`] listens and serves; [`Network::fetch`] fetches one blob from many peers.
//! * [`pay`]: what a node asks of whoever keeps its books, when it is paid ([`Till`]) and when it pays ([`Purse`]).
//! * [`address`]: peer ids and multiaddresses, binary and text.
//! * [`limits`]: what strangers can make this process spend.

pub mod address;
pub mod fetch;
pub mod limits;
pub mod pay;

mod bans;
mod frames;
mod network;
mod serve;
mod streams;

#[cfg(test)]
mod tests;

pub use address::{address_binary, address_text, peer_binary, peer_text, AddressError};
pub use fetch::{
    Accepted, ChunkSink, Fetch, FetchError, FetchEvent, FetchRequest, FetchSummary, Liar, PeerAddress,
    PeerFeed, PeerShare,
};
pub use limits::NetworkLimits;
pub use network::{Config, Network, StartError};
pub use pay::{Allowed, Greeting, Purse, PurseEvent, PurseReply, Till};
pub use serve::{Blobs, HeldBlob, NotServed};
