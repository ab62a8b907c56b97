//! One leaf of a blob with its path: the answer to a storage challenge.

use hashcard_format::{leaf_path, VerifiedChunk};
use hashcard_primitives::blob::{chunk_len, CHUNK_LEN, GROUP_LEN, LEAF_LEN};

use crate::error::StoreError;

/// A leaf that [`hashcard_primitives::leaf::verify_leaf`] accepts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvenLeaf {
    /// Its bytes: 1 KiB, or what the last leaf has.
    pub bytes: Vec<u8>,
    /// Siblings from the leaf upward.
    pub path: Vec<[u8; 32]>,
}

impl ProvenLeaf {
    /// Cuts leaf number `leaf` of the blob from its chunk, whose nodes are all that the path needs.
    pub(crate) fn cut_from(chunk: &VerifiedChunk, leaf: u64) -> Result<Self, StoreError> {
        let missing = || StoreError::NoSuchLeaf {
            root: chunk.root(),
            leaf,
        };
        let group = leaf / (GROUP_LEN / LEAF_LEN) * GROUP_LEN;
        let group = part(chunk, group, GROUP_LEN).ok_or_else(missing)?;
        let bytes = part(chunk, leaf.saturating_mul(LEAF_LEN), LEAF_LEN)
            .ok_or_else(missing)?
            .to_vec();
        let node = |offset| {
            chunk
                .nodes()
                .iter()
                .find(|(at, _)| *at == offset)
                .map(|(_, node)| *node)
                .ok_or(())
        };
        let path = leaf_path(chunk.blob_len(), leaf, group, node).map_err(|_| missing())?;
        Ok(Self { bytes, path })
    }
}

/// Up to `len` bytes of the chunk from offset `at` of the blob; `None` when it has none there.
fn part(chunk: &VerifiedChunk, at: u64, len: u64) -> Option<&[u8]> {
    let from = at.checked_sub(chunk.index().checked_mul(CHUNK_LEN)?)?;
    let to = from
        .checked_add(len)?
        .min(chunk_len(chunk.blob_len(), chunk.index()));
    chunk
        .data()
        .get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
        .filter(|part| !part.is_empty())
}
