//! Accounts, peers and their addresses, from the chain as bytes and from people as text: what is read is written back as it was.
#![no_main]

use hashcard_chain::{account_of, address_of};
use hashcard_net::{address_binary, address_text, peer_binary, peer_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // Bytes that are no address are shown in hexadecimal, which is no address either.
    let shown = address_text(data);
    assert!(!shown.chars().any(char::is_control) || shown.starts_with('/'));
    if let Ok(binary) = address_binary(&shown) {
        assert_eq!(address_binary(&address_text(&binary)).as_ref(), Ok(&binary));
    }
    if let Ok(binary) = peer_binary(&peer_text(data)) {
        assert_eq!(peer_text(&binary), peer_text(data));
    }
    if let Ok(account) = <[u8; 32]>::try_from(data) {
        assert_eq!(account_of(&address_of(&account)).ok(), Some(account));
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(account) = account_of(text) {
        assert_eq!(address_of(&account), text);
    }
    if let Ok(peer) = peer_binary(text) {
        assert_eq!(peer_binary(&peer_text(&peer)), Ok(peer));
    }
    let _ = address_binary(text);
});
