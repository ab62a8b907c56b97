//! A blob of one file of zeros, small, as its publisher writes it.

use hashcard_format::{BlobWriter, ContentKey, Directory, EntryPath, Node, Sink};
use hashcard_primitives::{
    blob::{ContentRoot, Suite},
    footer::Head,
};
use std::convert::Infallible;

/// The content key of what is sealed here.
pub const KEY: [u8; 32] = [9; 32];

/// The blob, and its outboard.
#[derive(Default)]
pub struct Memory {
    pub blob: Vec<u8>,
    pub nodes: Vec<Node>,
}

impl Sink for Memory {
    type Error = Infallible;

    fn blob(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.blob.extend_from_slice(bytes);
        Ok(())
    }

    fn outboard(&mut self, node: &Node) -> Result<(), Infallible> {
        self.nodes.push(*node);
        Ok(())
    }
}

/// `None` where more chunks are to be free than there are.
pub fn written(content_len: usize, suite: Suite, free_chunks: u32) -> Option<(ContentRoot, Memory)> {
    let commitment = if suite == Suite::Plain { [0; 32] } else { [4; 32] };
    let head = Head {
        suite,
        free_chunks,
        genesis: [1; 32],
        creator: [2; 32],
        content_commitment: commitment,
        salt: [3; 32],
        key_commitment: commitment,
    };
    let path = EntryPath::parse("zeros").expect("an ordinary name");
    let directory = Directory::lay_out([(path, content_len as u64)]).expect("one file");
    let mut memory = Memory::default();
    let key = ContentKey::from(KEY);
    let key = (suite != Suite::Plain).then_some(&key);
    let mut writer = BlobWriter::new(head, key).expect("such a head can be written");
    writer
        .push(&vec![0; content_len], &mut memory)
        .expect("memory takes all");
    let written = writer.finish(&directory, &mut memory).ok()?;
    Some((written.root, memory))
}
