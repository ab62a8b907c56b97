//! From verified chunks back to files.
//!
//! The root says that the bytes are the publisher's, not that the publisher was honest: what the chain cannot see
//! (the sealing, the padding, the directory) is checked here, and a blob that is wrong in any of it is refused.
//!
//! Nothing is held between calls but the footer and the key, so a player may open pieces in any order.

use crate::{
    directory::{Directory, Entry, MAX_DIRECTORY_LEN},
    error::OpenError,
    seal::{ContentKey, PieceError, Sealing},
    slice::VerifiedChunk,
};
use hashcard_primitives::{
    blob::{chunk_count, chunk_len, ContentRoot, Suite, FOOTER_LEN, TAG_LEN},
    footer::Footer,
};
use std::ops::Range;
use zeroize::Zeroizing;

/// Some bytes of one piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// Number of the piece, which is also the number of its chunk.
    pub piece: u64,
    /// Which bytes of the opened piece.
    pub bytes: Range<usize>,
}

/// Which chunks hold a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryPlan<'a> {
    /// The file.
    pub entry: &'a Entry,
    /// Its chunks; none for an empty file.
    pub chunks: Range<u64>,
}

/// Opens the pieces of one blob.
pub struct BlobReader {
    root: ContentRoot,
    footer: Footer,
    sealing: Option<Sealing>,
}

impl BlobReader {
    /// A reader of the blob with this root and footer; see [`BlobReader::from_last_chunk`] for where the footer comes
    /// from. Without `key` it opens plain blobs and the free part of sealed ones. **Compare `h_K` first**
    /// (`hashcard_proofs::ContentPoint::key_commitment`): a wrong key is noticed piece by piece only.
    ///
    /// Errors: a footer with a directory that cannot be one.
    pub fn new(root: ContentRoot, footer: Footer, key: Option<&ContentKey>) -> Result<Self, OpenError> {
        let found = footer.directory_len();
        if found == 0 || found > MAX_DIRECTORY_LEN {
            return Err(OpenError::DirectoryLength { found });
        }
        let sealing = match footer.head().suite {
            Suite::Plain => None,
            Suite::ChaCha20Poly1305 => Some(Sealing::new(footer.head(), key)),
        };
        Ok(Self {
            root,
            footer,
            sealing,
        })
    }

    /// A reader of the blob whose last chunk this is. Its footer must be of the length that the chunk was verified with.
    pub fn from_last_chunk(chunk: &VerifiedChunk, key: Option<&ContentKey>) -> Result<Self, OpenError> {
        let last = chunk_count(chunk.blob_len()).saturating_sub(1);
        if chunk.index() != last {
            return Err(OpenError::NotTheLastChunk {
                chunk: chunk.index(),
                last,
            });
        }
        let start = chunk.data().len().saturating_sub(FOOTER_LEN as usize);
        let footer =
            Footer::from_bytes(chunk.data().get(start..).unwrap_or_default()).map_err(OpenError::Footer)?;
        if footer.blob_len() != chunk.blob_len() {
            return Err(OpenError::BlobLength {
                said: footer.blob_len(),
                found: chunk.blob_len(),
            });
        }
        Self::new(chunk.root(), footer, key)
    }

    /// The blob's name.
    pub fn root(&self) -> ContentRoot {
        self.root
    }

    /// Its footer.
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// Number of pieces.
    pub fn pieces(&self) -> u64 {
        self.footer.head().suite.pieces(self.footer.stream_len())
    }

    /// Number of pieces that open without a key: all of a plain blob, the free part of a sealed one.
    pub fn open_pieces(&self) -> u64 {
        match self.footer.head().suite {
            Suite::Plain => self.pieces(),
            Suite::ChaCha20Poly1305 => self.pieces().min(self.footer.head().free_chunks.into()),
        }
    }

    /// The byte at this offset of the stream (content, then directory); `None` past its end.
    pub fn piece_of(&self, stream_offset: u64) -> Option<Span> {
        self.spans(stream_offset..stream_offset.saturating_add(1)).next()
    }

    /// The chunks that hold these bytes of the stream. What lies past its end is left out.
    pub fn chunks_of_stream(&self, range: Range<u64>) -> Range<u64> {
        let range = self.clamp(range, self.footer.stream_len());
        if range.is_empty() {
            return 0..0;
        }
        let piece_len = self.footer.head().suite.piece_len();
        range.start / piece_len..range.end.div_ceil(piece_len)
    }

    /// These bytes of the stream, piece by piece. What lies past its end is left out.
    pub fn spans(&self, range: Range<u64>) -> impl Iterator<Item = Span> {
        let range = self.clamp(range, self.footer.stream_len());
        let piece_len = self.footer.head().suite.piece_len();
        self.chunks_of_stream(range.clone()).map(move |piece| {
            let start = piece.saturating_mul(piece_len);
            let within = |at: u64| {
                usize::try_from(at.saturating_sub(start).min(piece_len))
                    .expect("a piece is at most a chunk; qed")
            };
            Span {
                piece,
                bytes: within(range.start)..within(range.end),
            }
        })
    }

    /// These bytes of a file, piece by piece: what a web server needs for a range. What lies past its end is left out.
    pub fn spans_of_entry(&self, entry: &Entry, range: Range<u64>) -> impl Iterator<Item = Span> {
        let range = self.clamp(range, entry.len);
        self.spans(entry.offset.saturating_add(range.start)..entry.offset.saturating_add(range.end))
    }

    /// For each file its chunks. Files that lie one behind the other share the chunk they meet in.
    pub fn content_plan<'a>(&'a self, directory: &'a Directory) -> impl Iterator<Item = EntryPlan<'a>> {
        directory.entries.iter().map(|entry| EntryPlan {
            entry,
            chunks: self.chunks_of_stream(entry.offset..entry.offset.saturating_add(entry.len)),
        })
    }

    /// The chunks that hold the directory.
    pub fn directory_chunks(&self) -> Range<u64> {
        self.chunks_of_stream(self.footer.content_len()..self.footer.stream_len())
    }

    /// The directory, from the opened pieces of [`BlobReader::directory_chunks`], one behind the other.
    pub fn parse_directory(&self, pieces: &[u8]) -> Result<Directory, OpenError> {
        let chunks = self.directory_chunks();
        let begin = chunks.start.saturating_mul(self.footer.head().suite.piece_len());
        let expected = self.footer.stream_len().saturating_sub(begin);
        if pieces.len() as u64 != expected {
            return Err(OpenError::DirectoryPieces {
                expected,
                found: pieces.len() as u64,
            });
        }
        let before = usize::try_from(self.footer.content_len().saturating_sub(begin))
            .expect("the directory begins in the first of these pieces; qed");
        Ok(Directory::decode(
            pieces.get(before..).unwrap_or_default(),
            self.footer.content_len(),
        )?)
    }

    /// Piece `index`, from the bytes of its chunk.
    ///
    /// Errors: a sealed piece without its key or with another, a chunk of a wrong length, padding that is not zero.
    pub fn open_piece(&self, index: u64, chunk: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let pieces = self.pieces();
        if index >= pieces {
            return Err(OpenError::NoSuchPiece { piece: index, pieces });
        }
        let expected = chunk_len(self.footer.blob_len(), index);
        let wrong_length = OpenError::ChunkLength {
            piece: index,
            expected,
            found: chunk.len() as u64,
        };
        if chunk.len() as u64 != expected {
            return Err(wrong_length);
        }
        let stored = usize::try_from(self.stored_len(index)).expect("a piece fits its chunk; qed");
        let (stored, end) = chunk.split_at_checked(stored).ok_or(wrong_length)?;
        self.check_end(index, end)?;
        let mut piece = Zeroizing::new(stored.to_vec());
        if let Some(sealing) = &self.sealing {
            let last = index.saturating_add(1) == pieces;
            sealing
                .open(index, last, &mut piece)
                .map_err(|error| match error {
                    PieceError::KeyNeeded => OpenError::KeyNeeded { piece: index },
                    PieceError::DoesNotOpen => OpenError::DoesNotOpen { piece: index },
                })?;
        }
        Ok(piece)
    }

    /// Bytes that a piece takes in its chunk, with its tag.
    fn stored_len(&self, index: u64) -> u64 {
        let piece_len = self.footer.head().suite.piece_len();
        let left = self
            .footer
            .stream_len()
            .saturating_sub(index.saturating_mul(piece_len));
        let tag = if self.sealing.is_some() { TAG_LEN } else { 0 };
        left.min(piece_len).saturating_add(tag)
    }

    /// What follows a piece in its chunk: nothing, or zeros, and in the last chunk the footer.
    fn check_end(&self, piece: u64, end: &[u8]) -> Result<(), OpenError> {
        let is_last_chunk = piece.saturating_add(1) == chunk_count(self.footer.blob_len());
        let footer_len = if is_last_chunk { FOOTER_LEN as usize } else { 0 };
        let (padding, footer) = end.split_at(end.len().saturating_sub(footer_len));
        if is_last_chunk && footer != self.footer.to_bytes() {
            return Err(OpenError::OtherFooter { piece });
        }
        if padding.iter().any(|byte| *byte != 0) {
            return Err(OpenError::Padding { piece });
        }
        Ok(())
    }

    fn clamp(&self, range: Range<u64>, len: u64) -> Range<u64> {
        let end = range.end.min(len);
        range.start.min(end)..end
    }
}
