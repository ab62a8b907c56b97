//! Of all slices of a chunk only the true one verifies, and any bytes at all are refused without harm.
#![no_main]

use hashcard_format::{verify_slice, BlobWriter, Directory, EntryPath, Node, Sink};
use hashcard_primitives::{
    blob::{chunk_count, chunk_len, ContentRoot, Suite, CHUNK_LEN},
    footer::Head,
};
use libfuzzer_sys::fuzz_target;
use std::convert::Infallible;

#[derive(Default)]
struct Memory {
    blob: Vec<u8>,
    nodes: Vec<Node>,
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

/// A blob of one file of zeros.
fn written(content_len: usize) -> (ContentRoot, Memory) {
    let head = Head {
        suite: Suite::Plain,
        free_chunks: 0,
        genesis: [1; 32],
        creator: [2; 32],
        content_commitment: [0; 32],
        salt: [3; 32],
        key_commitment: [0; 32],
    };
    let path = EntryPath::parse("zeros").expect("an ordinary name");
    let directory = Directory::lay_out([(path, content_len as u64)]).expect("one file");
    let mut memory = Memory::default();
    let mut writer = BlobWriter::new(head, None).expect("a plain head");
    writer
        .push(&vec![0; content_len], &mut memory)
        .expect("memory takes all");
    let written = writer.finish(&directory, &mut memory).expect("memory takes all");
    (written.root, memory)
}

// Four bytes: how long the content is and which chunk. Then what is laid over the slice, and where.
fuzz_target!(|data: &[u8]| {
    let Some((&[len_low, len_high, chunk, place], patch)) = data.split_first_chunk::<4>() else {
        return;
    };
    let content_len = usize::from(u16::from_le_bytes([len_low, len_high])) * 16;
    let (root, memory) = written(content_len);
    let len = memory.blob.len() as u64;

    let _ = verify_slice(root, u64::from(chunk) * 4_093, u64::from(place), patch);

    let chunk = u64::from(chunk) % chunk_count(len);
    let start = (chunk * CHUNK_LEN) as usize;
    let bytes = &memory.blob[start..start + chunk_len(len, chunk) as usize];
    let node = |offset: u64| Ok::<_, Infallible>(memory.nodes[offset as usize]);
    let honest = hashcard_format::build_slice(len, chunk, bytes, node).expect("all of the blob is here");
    assert_eq!(
        verify_slice(root, len, chunk, &honest)
            .expect("it is honest")
            .data(),
        bytes
    );

    let mut changed = honest.clone();
    let at = usize::from(place) * changed.len() / 256;
    for (byte, with) in changed[at..].iter_mut().zip(patch) {
        *byte ^= with;
    }
    assert_eq!(
        verify_slice(root, len, chunk, &changed).is_ok(),
        changed == honest
    );
});
