//! From content to blob, root, outboard and last leaf path in one pass.
//!
//! Nothing is written twice and nothing is read back: the footer's head is fixed before the first byte is sealed,
//! lengths and directory come last. A full piece is held until more arrives or the blob is finished, because whether
//! it is the last is sealed into it.

use crate::{
    directory::Directory,
    error::{HeadError, WriteError},
    seal::{ContentKey, Sealing},
    tree::{Node, TreeBuilder},
};
use hashcard_primitives::{
    blob::{ContentRoot, Suite, CHUNK_LEN, LEAF_LEN, MAX_BLOB_LEN},
    footer::{Footer, FooterError, Head},
};
use zeroize::Zeroizing;

/// Takes what a [`BlobWriter`] makes.
pub trait Sink {
    /// Why it could not.
    type Error;

    /// The next bytes of the blob, in order. At most 256 KiB at once.
    fn blob(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// The next node of the outboard, in post-order.
    fn outboard(&mut self, node: &Node) -> Result<(), Self::Error>;
}

/// What is known when a blob is finished.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The blob's name.
    pub root: ContentRoot,
    /// Its last leaf, with all lengths.
    pub footer: Footer,
    /// Siblings of the last leaf, from the leaf upward: with the footer's bytes, what `cards::publish` asks for.
    pub last_leaf_path: Vec<[u8; 32]>,
}

/// Writes one blob.
///
/// After an error the bytes that went to the sink are of no use, and every further call is refused.
pub struct BlobWriter {
    head: Head,
    sealing: Option<Sealing>,
    /// The piece being filled. Its capacity is a whole chunk, so that sealing it never moves it.
    piece: Zeroizing<Vec<u8>>,
    pieces: u64,
    content_len: u64,
    blob_len: u64,
    tree: TreeBuilder,
    failed: bool,
}

impl BlobWriter {
    /// A writer of a blob with this head. `key` goes with a sealed suite and with no other.
    pub fn new(head: Head, key: Option<&ContentKey>) -> Result<Self, HeadError> {
        head.check().map_err(HeadError::Footer)?;
        let sealing = match (head.suite, key) {
            (Suite::Plain, None) => None,
            (Suite::Plain, Some(_)) => return Err(HeadError::KeyUseless),
            (Suite::ChaCha20Poly1305, None) => return Err(HeadError::KeyNeeded),
            (Suite::ChaCha20Poly1305, Some(key)) => Some(Sealing::new(&head, Some(key))),
        };
        Ok(Self {
            head,
            sealing,
            piece: Zeroizing::new(Vec::with_capacity(CHUNK_LEN as usize)),
            pieces: 0,
            content_len: 0,
            blob_len: 0,
            tree: TreeBuilder::new(),
            failed: false,
        })
    }

    /// The next bytes of the content: the files of the directory one behind the other. Any number at once.
    pub fn push<S: Sink>(&mut self, content: &[u8], out: &mut S) -> Result<(), WriteError<S::Error>> {
        if self.failed {
            return Err(WriteError::FailedBefore);
        }
        self.failed = true;
        let content_len = self.content_len.saturating_add(content.len() as u64);
        if content_len > MAX_BLOB_LEN {
            return Err(WriteError::TooLong);
        }
        self.append(content, out)?;
        self.content_len = content_len;
        self.failed = false;
        Ok(())
    }

    /// Adds directory, padding and footer.
    pub fn finish<S: Sink>(
        mut self,
        directory: &Directory,
        out: &mut S,
    ) -> Result<Written, WriteError<S::Error>> {
        if self.failed {
            return Err(WriteError::FailedBefore);
        }
        let directory = directory.encode(self.content_len)?;
        let directory_len = directory.len() as u64;
        // The head was found valid at the start, so only the free part and the lengths can be wrong.
        let footer =
            Footer::new(self.head, self.content_len, directory_len).map_err(|error| match error {
                FooterError::FreePart => WriteError::NothingSealed {
                    free_chunks: self.head.free_chunks,
                    pieces: self
                        .head
                        .suite
                        .pieces(self.content_len.saturating_add(directory_len)),
                },
                _ => WriteError::TooLong,
            })?;
        self.append(&directory, out)?;
        self.close_piece(true, out)?;
        let padding = self
            .blob_len
            .next_multiple_of(LEAF_LEN)
            .saturating_sub(self.blob_len);
        let mut end = vec![0; usize::try_from(padding).expect("less than a leaf; qed")];
        end.extend_from_slice(&footer.to_bytes());
        self.emit(&end, out)?;
        let (root, last_leaf_path) = self
            .tree
            .finish(&mut |node| out.outboard(node))
            .map_err(WriteError::Sink)?;
        Ok(Written {
            root,
            footer,
            last_leaf_path,
        })
    }

    fn append<S: Sink>(&mut self, mut bytes: &[u8], out: &mut S) -> Result<(), WriteError<S::Error>> {
        let piece_len = usize::try_from(self.head.suite.piece_len()).expect("at most a chunk; qed");
        while !bytes.is_empty() {
            if self.piece.len() == piece_len {
                self.close_piece(false, out)?;
            }
            let room = piece_len.saturating_sub(self.piece.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn close_piece<S: Sink>(&mut self, last: bool, out: &mut S) -> Result<(), WriteError<S::Error>> {
        let mut piece = std::mem::take(&mut self.piece);
        if let Some(sealing) = &self.sealing {
            sealing
                .seal(self.pieces, last, &mut piece)
                .expect("a sealed blob is not begun without its key; qed");
        }
        self.emit(&piece, out)?;
        piece.clear();
        self.piece = piece;
        self.pieces += 1;
        Ok(())
    }

    fn emit<S: Sink>(&mut self, bytes: &[u8], out: &mut S) -> Result<(), WriteError<S::Error>> {
        out.blob(bytes).map_err(WriteError::Sink)?;
        self.blob_len = self.blob_len.saturating_add(bytes.len() as u64);
        self.tree
            .push(bytes, &mut |node| out.outboard(node))
            .map_err(WriteError::Sink)
    }
}
