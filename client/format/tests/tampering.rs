//! Bytes that differ from what was written are refused: by the root when a peer changed them, by the reader when the
//! publisher did.

#[path = "support/blobs.rs"]
mod blobs;

use blobs::*;
use hashcard_format::{verify_slice, BlobReader, Directory, OpenError, SliceError};
use hashcard_primitives::{
    blob::{chunk_count, CHUNK_LEN, GROUP_LEN},
    footer::Footer,
};
use proptest::prelude::*;

const PIECE_LEN: usize = 262_128;

#[test]
fn any_flipped_bit_of_a_small_slice_is_refused() {
    for head in [plain_head(), sealed_head(0)] {
        let blob = write_file(head, 900);
        let slice = blob.slice(0);
        assert!(verify_slice(blob.written.root, blob.len(), 0, &slice).is_ok());
        for bit in 0..slice.len() * 8 {
            let mut changed = slice.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let refused = verify_slice(blob.written.root, blob.len(), 0, &changed);
            assert_eq!(
                refused,
                Err(SliceError::Group { chunk: 0, group: 0 }),
                "bit {bit}"
            );
        }
    }
}

#[test]
fn the_error_names_the_group_or_node_that_does_not_match() {
    let blob = write_file(plain_head(), 40 * GROUP_LEN as usize);
    let slice = blob.slice(1);
    // Two nodes lead to the second of three chunks; fifteen are inside, interleaved with its groups.
    let mut data_at = 2 * 64;
    let flip = |at: usize| {
        let mut changed = slice.clone();
        changed[at] ^= 1;
        verify_slice(blob.written.root, blob.len(), 1, &changed).unwrap_err()
    };
    assert_eq!(
        flip(0),
        SliceError::Node {
            chunk: 1,
            groups: 0..41
        }
    );
    assert_eq!(
        flip(64),
        SliceError::Node {
            chunk: 1,
            groups: 0..32
        }
    );
    assert_eq!(
        flip(data_at),
        SliceError::Node {
            chunk: 1,
            groups: 16..32
        }
    );
    data_at += 4 * 64;
    assert_eq!(flip(data_at), SliceError::Group { chunk: 1, group: 16 });
    assert_eq!(
        flip(data_at + GROUP_LEN as usize),
        SliceError::Group { chunk: 1, group: 17 }
    );
    assert_eq!(flip(slice.len() - 1), SliceError::Group { chunk: 1, group: 31 });
}

#[test]
fn a_slice_of_another_length_is_refused() {
    let blob = write_file(plain_head(), 40_000);
    let slice = blob.slice(0);
    let expected = slice.len() as u64;
    for found in [0, 1, 63, 64, 65, slice.len() - 1] {
        let refused = verify_slice(blob.written.root, blob.len(), 0, &slice[..found]);
        assert_eq!(
            refused,
            Err(SliceError::Length {
                chunk: 0,
                expected,
                found: found as u64
            })
        );
    }
    let longer = [slice.as_slice(), &[0]].concat();
    let refused = verify_slice(blob.written.root, blob.len(), 0, &longer);
    assert_eq!(
        refused,
        Err(SliceError::Length {
            chunk: 0,
            expected,
            found: expected + 1
        })
    );
}

#[test]
fn a_slice_for_another_chunk_root_or_length_is_refused() {
    let blob = write_file(sealed_head(0), 3 * PIECE_LEN);
    let len = blob.len();
    for (asked, given) in [(0, 1), (1, 0), (2, 1)] {
        assert!(verify_slice(blob.written.root, len, asked, &blob.slice(given)).is_err());
    }
    let no_such = SliceError::NoSuchChunk {
        blob_len: len,
        chunk: chunk_count(len),
    };
    assert_eq!(
        verify_slice(blob.written.root, len, chunk_count(len), &blob.slice(0)),
        Err(no_such)
    );
    let mut root = blob.written.root;
    root.0[31] ^= 1;
    assert!(matches!(
        verify_slice(root, len, 0, &blob.slice(0)),
        Err(SliceError::Node { .. })
    ));

    let last = chunk_count(len) - 1;
    for other in [
        len - 1,
        len + 1,
        len - 1024,
        len + 1024,
        len - CHUNK_LEN,
        len + CHUNK_LEN,
    ] {
        let slice = blob.slice(last);
        for chunk in [last, chunk_count(other) - 1] {
            assert!(
                verify_slice(blob.written.root, other, chunk, &slice).is_err(),
                "length {other} was believed"
            );
        }
    }
    let too_long = verify_slice(blob.written.root, u64::MAX, 0, &blob.slice(0));
    assert_eq!(too_long, Err(SliceError::BlobTooLong { blob_len: u64::MAX }));
    let empty = verify_slice(blob.written.root, 0, 0, &[]);
    assert_eq!(
        empty,
        Err(SliceError::NoSuchChunk {
            blob_len: 0,
            chunk: 0
        })
    );
}

#[test]
fn any_flipped_bit_of_a_sealed_piece_is_refused_even_when_the_root_agrees() {
    let blob = write_file(sealed_head(0), 300);
    let reader = blob.reader(Some(&key())).unwrap();
    let stored = 300 + FILE_DIRECTORY_LEN + 16;
    for bit in 0..blob.blob.len() * 8 {
        let mut changed = blob.blob.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            at if at < stored => OpenError::DoesNotOpen { piece: 0 },
            at if at < 1024 => OpenError::Padding { piece: 0 },
            _ => OpenError::OtherFooter { piece: 0 },
        };
        assert_eq!(reader.open_piece(0, &changed).err(), Some(expected), "bit {bit}");
    }
}

#[test]
fn swapped_repeated_or_dropped_pieces_are_refused() {
    let blob = write_file(sealed_head(0), 3 * PIECE_LEN + 10);
    let reader = blob.reader(Some(&key())).unwrap();
    for (index, given) in [(0, 1), (1, 0), (2, 1)] {
        let refused = reader.open_piece(index, blob.chunk(given));
        assert_eq!(refused.err(), Some(OpenError::DoesNotOpen { piece: index }));
    }
    // A publisher who ends the blob after a piece that was not the last, with a footer that says so.
    let shorter = republished(&blob, |bytes| {
        bytes.truncate(CHUNK_LEN as usize);
        let footer = Footer::new(sealed_head(0), (PIECE_LEN - 37) as u64, 37).unwrap();
        bytes.extend_from_slice(&footer.to_bytes());
    });
    let reader = shorter.reader(Some(&key())).unwrap();
    assert_eq!(
        reader.open_piece(0, shorter.chunk(0)).err(),
        Some(OpenError::DoesNotOpen { piece: 0 })
    );
}

#[test]
fn a_chunk_of_another_length_or_number_is_refused() {
    let blob = write_file(plain_head(), CHUNK_LEN as usize + 10);
    let reader = blob.reader(None).unwrap();
    for (index, len) in [(0, 0), (0, CHUNK_LEN as usize - 1), (1, 0), (1, 10)] {
        let refused = reader.open_piece(index, &blob.chunk(index)[..len]);
        assert!(
            matches!(refused, Err(OpenError::ChunkLength { .. })),
            "piece {index} of {len} bytes"
        );
    }
    assert!(matches!(
        reader.open_piece(0, blob.chunk(1)),
        Err(OpenError::ChunkLength { .. })
    ));
    assert_eq!(
        reader.open_piece(2, &[]).err(),
        Some(OpenError::NoSuchPiece { piece: 2, pieces: 2 })
    );
    assert_eq!(
        reader.open_piece(u64::MAX, &[]).err(),
        Some(OpenError::NoSuchPiece {
            piece: u64::MAX,
            pieces: 2
        })
    );
}

#[test]
fn padding_that_is_not_zero_is_refused_even_when_the_root_agrees() {
    for head in [plain_head(), sealed_head(0)] {
        let blob = write_file(head, 300);
        let hidden = republished(&blob, |bytes| bytes[1023] = 1);
        assert_eq!(
            hidden.read(key_for(&head).as_ref()),
            Err(OpenError::Padding { piece: 0 })
        );
    }
}

#[test]
fn a_footer_that_contradicts_its_blob_is_refused() {
    let blob = write_file(plain_head(), 300);
    let at = blob.blob.len() - 200;
    let with =
        |change: &dyn Fn(&mut Vec<u8>)| republished(&blob, |bytes| change(bytes)).read(None).unwrap_err();
    assert!(matches!(with(&|bytes| bytes[at] ^= 1), OpenError::Footer(_)));
    assert!(matches!(with(&|bytes| bytes[at + 8] = 2), OpenError::Footer(_)));
    let footer = |content, directory| Footer::new(plain_head(), content, directory).unwrap().to_bytes();
    let longer = footer(2_000, 37);
    assert!(matches!(
        with(&|bytes| bytes[at..].copy_from_slice(&longer)),
        OpenError::BlobLength { .. }
    ));
    let without_directory = footer(337, 0);
    let refused = with(&|bytes| bytes[at..].copy_from_slice(&without_directory));
    assert_eq!(refused, OpenError::DirectoryLength { found: 0 });
    let shifted = footer(301, 36);
    assert!(matches!(
        with(&|bytes| bytes[at..].copy_from_slice(&shifted)),
        OpenError::Directory(_)
    ));
}

#[test]
fn a_directory_that_would_take_all_memory_is_refused_before_it_is_fetched() {
    let blob = write_file(plain_head(), 300);
    let footer = Footer::new(plain_head(), 0, 1 << 40).unwrap();
    let refused = BlobReader::new(blob.written.root, footer, None).err();
    assert_eq!(refused, Some(OpenError::DirectoryLength { found: 1 << 40 }));
}

#[test]
fn only_the_last_chunk_gives_a_reader() {
    let blob = write_file(plain_head(), CHUNK_LEN as usize + 10);
    let first = verify_slice(blob.written.root, blob.len(), 0, &blob.slice(0)).unwrap();
    let refused = BlobReader::from_last_chunk(&first, None).err();
    assert_eq!(refused, Some(OpenError::NotTheLastChunk { chunk: 0, last: 1 }));
}

#[test]
fn a_directory_is_read_from_exactly_its_pieces() {
    let blob = write_file(plain_head(), 300);
    let reader = blob.reader(None).unwrap();
    let piece = reader.open_piece(0, &blob.blob).unwrap();
    assert!(reader.parse_directory(&piece).is_ok());
    for wrong in [&piece[..0], &piece[300..], &piece[..piece.len() - 1]] {
        assert!(matches!(
            reader.parse_directory(wrong),
            Err(OpenError::DirectoryPieces { .. })
        ));
    }
}

#[test]
fn a_hostile_directory_inside_an_honest_blob_is_refused() {
    let blob = write_file(plain_head(), 300);
    let climbing = republished(&blob, |bytes| bytes[311..319].copy_from_slice(b"../l.mp4"));
    assert!(matches!(climbing.read(None), Err(OpenError::Directory(_))));
    assert!(
        Directory::decode(&blob.blob[300..337], 300).is_ok(),
        "the directory lies there"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_flipped_bit_anywhere_is_refused(chunk in 0u64..3, place: prop::sample::Index, bit in 0u32..8) {
        thread_local! {
            static BLOB: Blob = write_file(sealed_head(0), 2 * PIECE_LEN + 20_000);
        }
        BLOB.with(|blob| {
            let mut slice = blob.slice(chunk);
            let at = place.index(slice.len());
            slice[at] ^= 1 << bit;
            prop_assert!(verify_slice(blob.written.root, blob.len(), chunk, &slice).is_err());

            let reader = blob.reader(Some(&key())).unwrap();
            let mut piece = blob.chunk(chunk).to_vec();
            let at = place.index(piece.len());
            piece[at] ^= 1 << bit;
            prop_assert!(reader.open_piece(chunk, &piece).is_err());
            Ok(())
        })?;
    }
}
