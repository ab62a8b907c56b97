//! The events of a block, whole.
//!
//! **They are read by the committed metadata as long as those describe them all.** A runtime that is newer than this program may
//! write events that it does not know; then the runtime's own metadata say where each ends, and what this program does know is as it
//! was (see [`crate::runtime`]). So a block before an upgrade and one after it are both read, whichever runtime is in force by now.

use crate::{extrinsic::Hashcard, metadata::committed, Chain, ChainError, Result};
use codec::{Compact, Encode};
use subxt::{events::Events, ArcMetadata};

impl Chain {
    /// Reads what `System.Events` holds after a block.
    ///
    /// Errors: [`ChainError::HostileAnswer`] for bytes that are not as many events as they say, or more; those of the link.
    pub(crate) async fn events(&self, bytes: Vec<u8>) -> Result<Events<Hashcard>> {
        let refused = match self.read_events(committed(), bytes.clone()) {
            Ok(events) => return Ok(events),
            Err(refused) => refused,
        };
        match self.runtime().await?.events {
            Some(theirs) => self.read_events(theirs, bytes),
            None => Err(refused),
        }
    }

    fn read_events(&self, metadata: ArcMetadata, bytes: Vec<u8>) -> Result<Events<Hashcard>> {
        let client = Hashcard::described_by(metadata, self.link().genesis(), 0, 0);
        whole(client.events().from_bytes(bytes))
    }
}

/// The events, if every one of them can be read and nothing is left over.
pub(crate) fn whole(events: Events<Hashcard>) -> Result<Events<Hashcard>> {
    let (mut count, mut len) = (0u32, Compact(events.len()).encoded_size());
    for event in events.iter() {
        let event = event.map_err(|e| ChainError::hostile("System.Events", e))?;
        count = count.saturating_add(1);
        len = len.saturating_add(event.bytes().len());
    }
    if count != events.len() || len != events.bytes().len() {
        return Err(ChainError::hostile(
            "System.Events",
            "there are fewer or more than they say",
        ));
    }
    Ok(events)
}
