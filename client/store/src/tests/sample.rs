//! Blobs made from a seed, with all their nodes, so that any chunk can be had as a peer would send it.

use bao_tree::io::sync::outboard_post_order;
use bao_tree::{BaoTree, BlockSize};
use hashcard_format::{build_slice, verify_slice, Sink, VerifiedChunk};
use hashcard_primitives::blob::{chunk_count, chunk_len, ContentRoot, Suite, CHUNK_LEN};
use hashcard_primitives::footer::{Footer, Head};

const GROUP: BlockSize = BlockSize::from_chunk_log(4);

/// A plain blob with a footer, of pseudo-random content.
pub struct Sample {
    pub root: ContentRoot,
    pub bytes: Vec<u8>,
    nodes: Vec<[u8; 64]>,
}

#[allow(dead_code)] // Not every test crate that includes this file needs all of it.
impl Sample {
    /// A blob of `chunks` chunks, the last of them about 5 KiB.
    pub fn of_chunks(seed: u64, chunks: u64) -> Self {
        Self::of_content(seed, (chunks - 1) * CHUNK_LEN + 5000)
    }

    pub fn of_content(seed: u64, content_len: u64) -> Self {
        let head = Head {
            suite: Suite::Plain,
            free_chunks: 0,
            genesis: [1; 32],
            creator: [2; 32],
            content_commitment: [0; 32],
            salt: [3; 32],
            key_commitment: [0; 32],
        };
        let footer = Footer::new(head, content_len, 0).unwrap().to_bytes();
        let blob_len = usize::try_from(Suite::Plain.blob_len(content_len).unwrap()).unwrap();
        let mut bytes = vec![0; usize::try_from(content_len).unwrap()];
        blake3::Hasher::new()
            .update(&seed.to_le_bytes())
            .finalize_xof()
            .fill(&mut bytes);
        bytes.resize(blob_len - footer.len(), 0);
        bytes.extend_from_slice(&footer);
        Self::of_bytes(bytes)
    }

    /// Any bytes, with a footer or not.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        let mut outboard = Vec::new();
        let root =
            outboard_post_order(&bytes[..], BaoTree::new(bytes.len() as u64, GROUP), &mut outboard).unwrap();
        let nodes = outboard
            .chunks_exact(64)
            .map(|node| node.try_into().unwrap())
            .collect();
        Self {
            root: ContentRoot(*root.as_bytes()),
            bytes,
            nodes,
        }
    }

    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub fn chunks(&self) -> u64 {
        chunk_count(self.len())
    }

    pub fn bytes_of(&self, index: u64) -> &[u8] {
        let start = usize::try_from(index * CHUNK_LEN).unwrap();
        &self.bytes[start..start + usize::try_from(chunk_len(self.len(), index)).unwrap()]
    }

    /// A chunk as a peer sends it.
    pub fn slice(&self, index: u64) -> Vec<u8> {
        let node = |offset| {
            self.nodes
                .get(usize::try_from(offset).unwrap())
                .copied()
                .ok_or(())
        };
        build_slice(self.len(), index, self.bytes_of(index), node).unwrap()
    }

    /// A chunk as it is received.
    pub fn chunk(&self, index: u64) -> VerifiedChunk {
        verify_slice(self.root, self.len(), index, &self.slice(index)).unwrap()
    }

    /// Gives all to a sink, in pieces of `piece` bytes.
    pub fn pour<S: Sink>(&self, sink: &mut S, piece: usize) -> Result<(), S::Error> {
        self.bytes.chunks(piece).try_for_each(|bytes| sink.blob(bytes))?;
        self.nodes.iter().try_for_each(|node| sink.outboard(node))
    }
}
