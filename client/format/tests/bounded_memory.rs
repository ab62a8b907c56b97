//! Writing and reading hold a few chunks, however long the content is.

// A counting allocator cannot be had without implementing an unsafe trait; it only counts and passes on.
#![allow(unsafe_code)]

use hashcard_format::{BlobReader, BlobWriter, ContentKey, Directory, EntryPath, Node, Sink};
use hashcard_primitives::{
    blob::{ContentRoot, Suite, CHUNK_LEN},
    footer::{Footer, Head},
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    convert::Infallible,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// What is allocated now, and the most that ever was, in bytes.
struct Counting {
    now: AtomicUsize,
    peak: AtomicUsize,
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = self.now.fetch_add(layout.size(), Relaxed) + layout.size();
        self.peak.fetch_max(now, Relaxed);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.now.fetch_sub(layout.size(), Relaxed);
        System.dealloc(pointer, layout)
    }
}

#[global_allocator]
static MEMORY: Counting = Counting {
    now: AtomicUsize::new(0),
    peak: AtomicUsize::new(0),
};

/// Bytes by which memory grew at most while `work` ran.
fn growth(work: impl FnOnce()) -> usize {
    let before = MEMORY.now.load(Relaxed);
    MEMORY.peak.store(before, Relaxed);
    work();
    MEMORY.peak.load(Relaxed) - before
}

const MIB: usize = 1024 * 1024;

/// Keeps nothing but how much there was.
#[derive(Default)]
struct Discarding {
    blob: u64,
    nodes: u64,
}

impl Sink for Discarding {
    type Error = Infallible;

    fn blob(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.blob += bytes.len() as u64;
        Ok(())
    }

    fn outboard(&mut self, _: &Node) -> Result<(), Infallible> {
        self.nodes += 1;
        Ok(())
    }
}

/// Opens each piece as it is written.
struct Opening {
    reader: BlobReader,
    next: u64,
}

impl Sink for Opening {
    type Error = Infallible;

    fn blob(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        if bytes.len() as u64 == CHUNK_LEN {
            let piece = self
                .reader
                .open_piece(self.next, bytes)
                .expect("it was just sealed");
            assert!(piece.iter().all(|byte| *byte == 0));
            self.next += 1;
        }
        Ok(())
    }

    fn outboard(&mut self, _: &Node) -> Result<(), Infallible> {
        Ok(())
    }
}

fn head(suite: Suite) -> Head {
    let commitment = match suite {
        Suite::Plain => [0; 32],
        Suite::ChaCha20Poly1305 => [3; 32],
    };
    Head {
        suite,
        free_chunks: 0,
        genesis: [1; 32],
        creator: [2; 32],
        content_commitment: commitment,
        salt: [4; 32],
        key_commitment: commitment,
    }
}

fn directory(len: usize) -> Directory {
    Directory::lay_out([(EntryPath::parse("zeros").unwrap(), len as u64)]).unwrap()
}

// One test, so that nothing else allocates meanwhile.
#[test]
fn writing_and_reading_hold_a_few_chunks_however_long_the_content_is() {
    let zeros = vec![0; MIB];

    let len = 256 * MIB;
    let mut sink = Discarding::default();
    let grown = growth(|| {
        let mut writer = BlobWriter::new(head(Suite::Plain), None).unwrap();
        for _ in 0..len / MIB {
            writer.push(&zeros, &mut sink).unwrap();
        }
        writer.finish(&directory(len), &mut sink).unwrap();
    });
    assert!(sink.blob > len as u64 && sink.nodes > len as u64 / (16 * 1024) - 1);
    assert!(grown < 8 * MIB, "a plain blob took {grown} bytes of memory");

    let len = 16 * MIB;
    let key = ContentKey::from([7; 32]);
    let head = head(Suite::ChaCha20Poly1305);
    let directory_len = directory(len).encode(len as u64).unwrap().len();
    let footer = Footer::new(head, len as u64, directory_len as u64).unwrap();
    // A reader opens pieces; that they match a root is for the slices to say.
    let root = ContentRoot([0; 32]);
    let mut sink = Opening {
        reader: BlobReader::new(root, footer, Some(&key)).unwrap(),
        next: 0,
    };
    let grown = growth(|| {
        let mut writer = BlobWriter::new(head, Some(&key)).unwrap();
        for _ in 0..len / MIB {
            writer.push(&zeros, &mut sink).unwrap();
        }
        writer.finish(&directory(len), &mut sink).unwrap();
    });
    assert_eq!(sink.next, len as u64 / 262_128);
    assert!(grown < 8 * MIB, "a sealed blob took {grown} bytes of memory");
}
