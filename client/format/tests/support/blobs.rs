//! Blobs in memory, written and read as a program would: through a sink, slices and a reader.

// Every test file uses a part of this.
#![allow(dead_code)]

use hashcard_format::{
    build_slice, verify_slice, BlobReader, BlobWriter, ContentKey, Directory, EntryPath, Node, OpenError,
    Sink, Written, NODE_LEN,
};
use hashcard_primitives::{
    blob::{chunk_count, chunk_len, Suite, CHUNK_LEN},
    footer::Head,
};
use std::convert::Infallible;

/// What a sink was given.
#[derive(Default)]
pub struct Memory {
    pub blob: Vec<u8>,
    pub outboard: Vec<u8>,
}

impl Sink for Memory {
    type Error = Infallible;

    fn blob(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.blob.extend_from_slice(bytes);
        Ok(())
    }

    fn outboard(&mut self, node: &Node) -> Result<(), Infallible> {
        self.outboard.extend_from_slice(node);
        Ok(())
    }
}

/// A finished blob.
pub struct Blob {
    pub written: Written,
    pub blob: Vec<u8>,
    pub outboard: Vec<u8>,
}

impl Blob {
    pub fn len(&self) -> u64 {
        self.blob.len() as u64
    }

    pub fn chunk(&self, index: u64) -> &[u8] {
        let start = (index * CHUNK_LEN) as usize;
        &self.blob[start..start + chunk_len(self.len(), index) as usize]
    }

    pub fn node(&self, offset: u64) -> Result<Node, Infallible> {
        let start = offset as usize * NODE_LEN;
        Ok(self.outboard[start..start + NODE_LEN].try_into().unwrap())
    }

    pub fn slice(&self, index: u64) -> Vec<u8> {
        build_slice(self.len(), index, self.chunk(index), |offset| self.node(offset)).unwrap()
    }

    pub fn reader(&self, key: Option<&ContentKey>) -> Result<BlobReader, OpenError> {
        let last = chunk_count(self.len()) - 1;
        let chunk = verify_slice(self.written.root, self.len(), last, &self.slice(last)).unwrap();
        BlobReader::from_last_chunk(&chunk, key)
    }

    /// All files, from nothing but root, length and slices.
    pub fn read(&self, key: Option<&ContentKey>) -> Result<Vec<(String, Vec<u8>)>, OpenError> {
        let reader = self.reader(key)?;
        let open = |index: u64| {
            let chunk = verify_slice(self.written.root, self.len(), index, &self.slice(index)).unwrap();
            reader.open_piece(index, chunk.data())
        };
        let mut pieces = Vec::new();
        for index in reader.directory_chunks() {
            pieces.extend_from_slice(&open(index)?);
        }
        let directory = reader.parse_directory(&pieces)?;
        let mut files = Vec::new();
        let mut last = None;
        for plan in reader.content_plan(&directory) {
            let mut bytes = Vec::new();
            let spans: Vec<_> = reader.spans_of_entry(plan.entry, 0..u64::MAX).collect();
            assert!(
                spans.iter().map(|span| span.piece).eq(plan.chunks),
                "plan and spans agree"
            );
            for span in spans {
                let piece = match last.take() {
                    Some((index, piece)) if index == span.piece => piece,
                    _ => open(span.piece)?,
                };
                bytes.extend_from_slice(&piece[span.bytes]);
                last = Some((span.piece, piece));
            }
            files.push((plan.entry.path.to_string(), bytes));
        }
        Ok(files)
    }
}

pub fn plain_head() -> Head {
    Head {
        suite: Suite::Plain,
        free_chunks: 0,
        genesis: [1; 32],
        creator: [2; 32],
        content_commitment: [0; 32],
        salt: [4; 32],
        key_commitment: [0; 32],
    }
}

pub fn sealed_head(free_chunks: u32) -> Head {
    Head {
        suite: Suite::ChaCha20Poly1305,
        free_chunks,
        content_commitment: [3; 32],
        key_commitment: [5; 32],
        ..plain_head()
    }
}

pub fn key() -> ContentKey {
    ContentKey::from([7; 32])
}

/// The key that goes with a head.
pub fn key_for(head: &Head) -> Option<ContentKey> {
    (head.suite == Suite::ChaCha20Poly1305).then(key)
}

/// Bytes that repeat nowhere within a chunk.
pub fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|j| (7 * j + j / 251 + j / 65_537) as u8).collect()
}

/// Writes files, which come back sorted by path.
pub fn write(head: Head, files: &[(String, Vec<u8>)]) -> Blob {
    let mut files: Vec<_> = files.iter().collect();
    files.sort();
    let listed = files
        .iter()
        .map(|(path, bytes)| (EntryPath::parse(path).unwrap(), bytes.len() as u64));
    let directory = Directory::lay_out(listed).unwrap();
    let mut memory = Memory::default();
    let mut writer = BlobWriter::new(head, key_for(&head).as_ref()).unwrap();
    for (_, bytes) in files {
        writer.push(bytes, &mut memory).unwrap();
    }
    let written = writer.finish(&directory, &mut memory).unwrap();
    Blob {
        written,
        blob: memory.blob,
        outboard: memory.outboard,
    }
}

/// A blob of one file of this length.
pub fn write_file(head: Head, len: usize) -> Blob {
    write(head, &[("film.mp4".to_owned(), bytes(len))])
}

/// Bytes of the directory of [`write_file`].
pub const FILE_DIRECTORY_LEN: usize = 9 + 2 + 8 + 1 + 9 + 8;

/// The blob with some bytes changed by its publisher: root and outboard are those of the changed bytes.
pub fn republished(blob: &Blob, change: impl FnOnce(&mut Vec<u8>)) -> Blob {
    let mut bytes = blob.blob.clone();
    change(&mut bytes);
    let tree = bao_tree::BlockSize::from_chunk_log(4);
    let outboard = bao_tree::io::outboard::PostOrderMemOutboard::create(&bytes, tree);
    let root = hashcard_primitives::blob::ContentRoot(*blake3::hash(&bytes).as_bytes());
    Blob {
        written: Written {
            root,
            ..blob.written.clone()
        },
        blob: bytes,
        outboard: outboard.data,
    }
}
