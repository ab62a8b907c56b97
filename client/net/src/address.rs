//! Peer ids and multiaddresses: binary on chain, text for people, libp2p's types only inside.

use hashcard_primitives::seeder::{MAX_ADDRESS, MAX_PEER_ID};
use libp2p::{Multiaddr, PeerId};
use std::net::SocketAddr;

/// Bytes or text that are no peer id, or no address.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum AddressError {
    /// Not a peer id.
    #[error("reading a peer id of {len} bytes: {why}; a peer id is the multihash that its peer prints when it starts")]
    Peer {
        /// Bytes or characters given.
        len: usize,
        /// What is wrong.
        why: String,
    },
    /// Not a multiaddress.
    #[error("reading a multiaddress of {len} bytes: {why}; write it as /ip4/192.0.2.1/tcp/4001")]
    Address {
        /// Bytes or characters given.
        len: usize,
        /// What is wrong.
        why: String,
    },
}

/// A peer id as people write it (base58). Bytes that are none are shown in hexadecimal, so that they can be shown at all.
pub fn peer_text(peer: &[u8]) -> String {
    parse_peer(peer).map_or_else(|_| hexadecimal(peer), |peer| peer.to_base58())
}

/// A peer id as the chain stores it.
pub fn peer_binary(text: &str) -> Result<Vec<u8>, AddressError> {
    let peer: PeerId = text.parse().map_err(|why| AddressError::Peer {
        len: text.len(),
        why: format!("{why}"),
    })?;
    Ok(peer.to_bytes())
}

/// A multiaddress as people write it, or its bytes in hexadecimal if they are none.
pub fn address_text(address: &[u8]) -> String {
    parse_address(address).map_or_else(|_| hexadecimal(address), |address| address.to_string())
}

/// A multiaddress as the chain stores it.
pub fn address_binary(text: &str) -> Result<Vec<u8>, AddressError> {
    Ok(parse_address_text(text)?.to_vec())
}

pub(crate) fn parse_peer(bytes: &[u8]) -> Result<PeerId, AddressError> {
    let failed = |why: String| AddressError::Peer {
        len: bytes.len(),
        why,
    };
    if bytes.len() > MAX_PEER_ID as usize {
        return Err(failed(format!("the longest has {MAX_PEER_ID} bytes")));
    }
    PeerId::from_bytes(bytes).map_err(|why| failed(why.to_string()))
}

pub(crate) fn parse_address(bytes: &[u8]) -> Result<Multiaddr, AddressError> {
    let failed = |why: String| AddressError::Address {
        len: bytes.len(),
        why,
    };
    if bytes.is_empty() || bytes.len() > MAX_ADDRESS as usize {
        return Err(failed(format!("one has from 1 to {MAX_ADDRESS} bytes")));
    }
    Multiaddr::try_from(bytes.to_vec()).map_err(|why| failed(why.to_string()))
}

pub(crate) fn parse_address_text(text: &str) -> Result<Multiaddr, AddressError> {
    let failed = |why: String| AddressError::Address { len: text.len(), why };
    let address: Multiaddr = text.parse().map_err(|why| failed(format!("{why}")))?;
    if address.is_empty() || address.len() > MAX_ADDRESS as usize {
        return Err(failed(format!("in binary one has from 1 to {MAX_ADDRESS} bytes")));
    }
    Ok(address)
}

/// The multiaddress of a TCP socket.
pub(crate) fn tcp_address(socket: SocketAddr) -> Multiaddr {
    Multiaddr::from(socket.ip()).with(libp2p::multiaddr::Protocol::Tcp(socket.port()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_and_addresses_read_back_from_binary_and_text() {
        let peer = PeerId::random().to_bytes();
        assert_eq!(peer_binary(&peer_text(&peer)), Ok(peer));
        for text in [
            "/ip4/127.0.0.1/tcp/4001",
            "/ip6/::1/tcp/9",
            "/dns4/seed.example/tcp/443",
        ] {
            assert_eq!(address_text(&address_binary(text).unwrap()), text);
        }
        assert_eq!(
            tcp_address("127.0.0.1:7".parse().unwrap()).to_string(),
            "/ip4/127.0.0.1/tcp/7"
        );
    }

    #[test]
    fn what_is_no_peer_and_no_address_is_refused_and_can_still_be_shown() {
        assert!(peer_binary("nobody").is_err() && address_binary("nowhere").is_err());
        assert!(parse_peer(&[0; 65]).is_err() && parse_peer(&[]).is_err());
        assert!(
            parse_address(&[0xff; 9]).is_err()
                && parse_address(&[]).is_err()
                && parse_address(&[4; 200]).is_err()
        );
        assert_eq!(
            (peer_text(&[1, 0xab]), address_text(&[0xff])),
            ("01ab".into(), "ff".into())
        );
    }
}
