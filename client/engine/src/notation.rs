//! How ids, roots, kinds and names are written for people and in JSON, and read back.

use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::{Access, Kind};
use hashcard_primitives::social::Reaction;

use crate::error::EngineError;

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(
        String::with_capacity(bytes.len().saturating_mul(2)),
        |mut out, byte| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        },
    )
}

/// The 32 bytes that 64 hexadecimal digits, with or without `0x`, stand for.
pub fn bytes32(text: &str) -> Option<[u8; 32]> {
    bytes_of(text)
}

/// The bytes that twice as many hexadecimal digits, with or without `0x`, stand for.
pub fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.len() != N.checked_mul(2)? {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| pair.get(at).and_then(|c| char::from(*c).to_digit(16));
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(out)
}

/// A root as 64 digits.
pub fn root_name(root: ContentRoot) -> String {
    hex(&root.0)
}

/// All kinds with their names.
pub const KINDS: [(Kind, &str); 9] = [
    (Kind::Post, "post"),
    (Kind::Film, "film"),
    (Kind::Music, "music"),
    (Kind::Book, "book"),
    (Kind::Picture, "picture"),
    (Kind::Software, "software"),
    (Kind::Site, "site"),
    (Kind::Dataset, "dataset"),
    (Kind::Other, "other"),
];

/// Name of a kind.
pub fn kind_name(kind: Kind) -> &'static str {
    KINDS
        .iter()
        .find(|(one, _)| *one == kind)
        .map_or("other", |(_, name)| name)
}

/// Kind of a name.
pub fn parse_kind(name: &str) -> Result<Kind, EngineError> {
    KINDS
        .iter()
        .find(|(_, one)| *one == name)
        .map(|(kind, _)| *kind)
        .ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|(_, name)| *name).collect();
            EngineError::bad_input(
                format!("{name:?} is no kind of content"),
                format!("use one of {}", names.join(", ")),
            )
        })
}

/// Name of a reaction.
pub fn reaction_name(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Like => "like",
        Reaction::Love => "love",
        Reaction::Laugh => "laugh",
        Reaction::Wonder => "wonder",
        Reaction::Sorrow => "sorrow",
        Reaction::Anger => "anger",
    }
}

/// Reaction of a name.
pub fn parse_reaction(name: &str) -> Result<Reaction, EngineError> {
    let found = Reaction::ALL.into_iter().find(|one| reaction_name(*one) == name);
    found.ok_or_else(|| {
        let names = Reaction::ALL.map(reaction_name);
        EngineError::bad_input(
            format!("{name:?} is no reaction"),
            format!("use one of {}", names.join(", ")),
        )
    })
}

/// Name of an access.
pub fn access_name(access: Access) -> &'static str {
    match access {
        Access::Open => "open",
        Access::Keyed => "keyed",
        Access::Inline => "inline",
    }
}

/// A card's number or a root, as people type either.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardOrRoot {
    /// A number.
    Card(u64),
    /// 64 hexadecimal digits.
    Root(ContentRoot),
}

impl std::str::FromStr for CardOrRoot {
    type Err = EngineError;

    fn from_str(text: &str) -> Result<Self, EngineError> {
        if let Some(root) = bytes32(text) {
            return Ok(Self::Root(ContentRoot(root)));
        }
        text.parse().map(Self::Card).map_err(|_| {
            EngineError::bad_input(
                format!("{text:?} is neither the number of a card nor a root"),
                "give a number, or the 64 hexadecimal digits of a root",
            )
        })
    }
}

/// Text from a stranger, made safe for a terminal: control characters and those that turn the direction of text
/// are replaced, so that a title can neither move the cursor nor hide its end.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
            c if c.is_control() => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// A title or tag from the chain. It is UTF-8, for the pallet checks it; a hostile node's bytes are replaced.
pub fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_reads_back_and_nothing_else_is_read() {
        let bytes: [u8; 32] = std::array::from_fn(|i| (i * 37) as u8);
        assert_eq!(bytes32(&hex(&bytes)), Some(bytes));
        assert_eq!(bytes32(&format!("0x{}", hex(&bytes))), Some(bytes));
        for text in [
            "",
            "0x",
            "ab",
            &"g".repeat(64),
            &"a".repeat(63),
            &"a".repeat(65),
            &"é".repeat(32),
        ] {
            assert_eq!(bytes32(text), None, "{text}");
        }
    }

    #[test]
    fn every_kind_has_one_name_that_reads_back() {
        for (kind, name) in KINDS {
            assert_eq!(kind_name(kind), name);
            assert_eq!(parse_kind(name).unwrap(), kind);
        }
        assert!(parse_kind("movie").unwrap_err().remedy.contains("film"));
    }

    #[test]
    fn a_number_is_a_card_and_64_digits_are_a_root() {
        assert_eq!("7".parse::<CardOrRoot>().unwrap(), CardOrRoot::Card(7));
        assert_eq!(
            "11".repeat(32).parse::<CardOrRoot>().unwrap(),
            CardOrRoot::Root(ContentRoot([0x11; 32]))
        );
        for text in ["", "-1", "7a", "99999999999999999999999"] {
            assert!(text.parse::<CardOrRoot>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_strangers_text_cannot_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\nd"), "a\u{FFFD}[2Jb\u{FFFD}c d");
    }
}
