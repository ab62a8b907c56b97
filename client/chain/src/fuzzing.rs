//! What fuzz targets reach of this crate's inside; tests/fuzz. Not there in any other build.

use crate::{extrinsic::Hashcard, happenings::happenings, Happening, Result};
use subxt::{client::OfflineClientAtBlock, config::substrate::H256};

/// Reads the events of blocks by the committed metadata, as they come from a node.
pub struct Events(OfflineClientAtBlock<Hashcard>);

impl Events {
    /// Decodes the metadata, which takes a while.
    pub fn new() -> Self {
        Self(Hashcard::offline(H256::zero(), 0, 0))
    }

    /// What a block with these events did.
    pub fn read(&self, bytes: &[u8]) -> Result<Vec<Happening>> {
        happenings(&self.0.events().from_bytes(bytes.to_vec()))
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}
