//! Names under which a home keeps cards together. They are this home's alone: nothing of them is on chain.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hashcard_primitives::card::CardId;
use serde::{Deserialize, Serialize};

use super::durable;
use crate::error::{Code, EngineError};

/// Longest file that is read, in bytes: all that the bounds below allow, with room.
const MAX_LEN: u64 = 16 * 1024 * 1024;
/// Layout that this version writes.
const VERSION: u32 = 1;
/// Longest name, in bytes of UTF-8: one column of a list.
const MAX_NAME: usize = 64;
/// Most collections.
const MAX_COLLECTIONS: usize = 256;
/// Most cards of one.
const MAX_CARDS: usize = 4096;

/// The collections of one home.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Collections {
    version: u32,
    collections: BTreeMap<String, BTreeSet<CardId>>,
}

impl Collections {
    /// Reads them; a home without any has none.
    pub fn read(path: &Path) -> Result<Self, EngineError> {
        let Some(bytes) = durable::read(path, MAX_LEN)? else {
            return Ok(Self {
                version: VERSION,
                collections: BTreeMap::new(),
            });
        };
        let damaged = |why: String| {
            EngineError::new(
                Code::Damaged,
                format!("{} {why}", path.display()),
                "move it away: the home then forgets its collections, and nothing else",
            )
        };
        let read: Self =
            serde_json::from_slice(&bytes).map_err(|error| damaged(format!("cannot be read: {error}")))?;
        if read.version != VERSION {
            return Err(damaged(format!(
                "has version {}, and this program knows {VERSION}",
                read.version
            )));
        }
        Ok(read)
    }

    /// Writes them durably.
    pub(super) fn write(&self, path: &Path) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| {
            EngineError::new(
                Code::Failed,
                format!("could not write collections: {error}"),
                "report it",
            )
        })?;
        durable::write(path, &bytes)
    }

    /// Puts a card under a name; whether it was not there.
    pub fn add(&mut self, name: &str, card: CardId) -> Result<bool, EngineError> {
        if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(EngineError::bad_input(
                format!("{name:?} cannot be the name of a collection"),
                format!("use up to {MAX_NAME} bytes on one line"),
            ));
        }
        let is_full = |what: &str, most: usize| {
            Err(EngineError::bad_input(
                format!("there are {most} {what} already"),
                "remove some: hashcard library remove CARD NAME",
            ))
        };
        if !self.collections.contains_key(name) && self.collections.len() >= MAX_COLLECTIONS {
            return is_full("collections", MAX_COLLECTIONS);
        }
        let cards = self.collections.entry(name.to_owned()).or_default();
        if !cards.contains(&card) && cards.len() >= MAX_CARDS {
            return is_full("cards in this collection", MAX_CARDS);
        }
        Ok(cards.insert(card))
    }

    /// Takes a card away from a name; whether it was there. A collection without cards is gone.
    pub fn remove(&mut self, name: &str, card: CardId) -> bool {
        let Some(cards) = self.collections.get_mut(name) else {
            return false;
        };
        let was_there = cards.remove(&card);
        if cards.is_empty() {
            self.collections.remove(name);
        }
        was_there
    }

    /// Cards under a name; `None` when there is no such name.
    pub fn cards(&self, name: &str) -> Option<&BTreeSet<CardId>> {
        self.collections.get(name)
    }

    /// Names under which a card is kept.
    pub fn names_of(&self, card: CardId) -> Vec<String> {
        self.collections
            .iter()
            .filter(|(_, cards)| cards.contains(&card))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Collections {
        Collections::read(Path::new("/nowhere/collections.json")).unwrap()
    }

    #[test]
    fn a_card_is_kept_under_as_many_names_as_one_likes() {
        let mut collections = empty();
        assert!(collections.add("films", 7).unwrap());
        assert!(collections.add("summer", 7).unwrap());
        assert!(!collections.add("films", 7).unwrap());
        assert_eq!(collections.names_of(7), ["films", "summer"]);
        assert!(collections.remove("films", 7));
        assert!(!collections.remove("films", 7));
        assert_eq!(
            (collections.cards("films"), collections.names_of(7)),
            (None, vec!["summer".to_owned()])
        );
    }

    #[test]
    fn collections_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collections.json");
        let mut collections = empty();
        collections.add("films", 7).unwrap();
        collections.write(&path).unwrap();
        assert_eq!(Collections::read(&path).unwrap(), collections);
        std::fs::write(&path, br#"{"version":2,"collections":{}}"#).unwrap();
        assert_eq!(Collections::read(&path).unwrap_err().code, Code::Damaged);
    }

    #[test]
    fn names_that_are_none_and_lists_without_end_are_refused() {
        let mut collections = empty();
        for name in ["", "a\nb", &"a".repeat(MAX_NAME + 1)] {
            assert_eq!(collections.add(name, 1).unwrap_err().code, Code::BadInput);
        }
        for card in 0..MAX_CARDS as u64 {
            collections.add("films", card).unwrap();
        }
        assert!(collections.add("films", MAX_CARDS as u64).is_err());
        assert!(!collections.add("films", 1).unwrap());
        for n in 1..MAX_COLLECTIONS {
            collections.add(&n.to_string(), 1).unwrap();
        }
        assert!(collections.add("one more", 1).is_err());
    }
}
