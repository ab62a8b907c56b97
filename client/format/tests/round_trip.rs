//! What is written comes back, whatever the files, the suite and the sizes.

#[path = "support/blobs.rs"]
mod blobs;

use blobs::*;
use hashcard_format::{
    BlobReader, BlobWriter, ContentKey, Directory, EntryPath, HeadError, Node, Sink, WriteError,
};
use hashcard_primitives::{
    blob::{leaf_count, CHUNK_LEN, LEAF_LEN},
    footer::{Footer, Head},
    leaf::{verify_last_leaf, MAX_PATH},
};
use proptest::prelude::*;

const PIECE_LEN: usize = 262_128;

fn check(head: Head, files: &[(String, Vec<u8>)]) -> Blob {
    let blob = write(head, files);
    let mut sorted = files.to_vec();
    sorted.sort();
    assert!(
        blob.read(key_for(&head).as_ref()).unwrap() == sorted,
        "the files come back"
    );

    assert_eq!(blob.written.root.0, *blake3::hash(&blob.blob).as_bytes());
    assert_eq!(blob.written.footer.blob_len(), blob.len());
    let footer = &blob.blob[blob.blob.len() - 200..];
    assert_eq!(Footer::from_bytes(footer), Ok(blob.written.footer));
    assert!(verify_last_leaf(
        &blob.written.root,
        blob.len(),
        footer,
        &blob.written.last_leaf_path
    ));
    assert!(blob.written.last_leaf_path.len() <= MAX_PATH as usize);
    blob
}

#[test]
fn sizes_around_every_edge_come_back_in_both_suites() {
    let stream_edges = [
        1024,
        16_384,
        PIECE_LEN,
        CHUNK_LEN as usize,
        2 * PIECE_LEN,
        2 * CHUNK_LEN as usize,
    ];
    let mut lens = vec![0, 1, 2];
    for edge in stream_edges {
        for around in [edge, edge - FILE_DIRECTORY_LEN, edge - FILE_DIRECTORY_LEN - 16] {
            lens.extend([around - 1, around, around + 1]);
        }
    }
    for len in lens {
        for head in [plain_head(), sealed_head(0)] {
            check(head, &[("film.mp4".to_owned(), bytes(len))]);
        }
    }
}

#[test]
fn a_footer_may_be_alone_in_its_chunk() {
    let blob = check(
        plain_head(),
        &[(
            "film.mp4".to_owned(),
            bytes(CHUNK_LEN as usize - FILE_DIRECTORY_LEN),
        )],
    );
    assert_eq!(blob.len(), CHUNK_LEN + 200);
    assert_eq!(blob.reader(None).unwrap().pieces(), 1);
    let sealed = check(
        sealed_head(0),
        &[("film.mp4".to_owned(), bytes(PIECE_LEN - FILE_DIRECTORY_LEN))],
    );
    assert_eq!(sealed.len(), CHUNK_LEN + 200);
}

#[test]
fn a_directory_longer_than_a_piece_comes_back() {
    let files: Vec<_> = (0..4_000)
        .map(|i| (format!("{}/{i:05}", "folder".repeat(15)), bytes(i % 3)))
        .collect();
    for head in [plain_head(), sealed_head(0)] {
        let blob = check(head, &files);
        let chunks = blob.reader(key_for(&head).as_ref()).unwrap().directory_chunks();
        assert!(chunks.end - chunks.start > 1);
    }
}

#[test]
fn the_blob_depends_neither_on_how_the_content_is_cut_nor_on_the_order_in_which_files_are_named() {
    let content = bytes(3 * PIECE_LEN + 77);
    let whole = write(sealed_head(1), &[("a".to_owned(), content.clone())]);
    for step in [1_000, 16_384, PIECE_LEN, CHUNK_LEN as usize, content.len()] {
        let mut memory = Memory::default();
        let mut writer = BlobWriter::new(sealed_head(1), Some(&key())).unwrap();
        for part in content.chunks(step) {
            writer.push(part, &mut memory).unwrap();
            writer.push(&[], &mut memory).unwrap();
        }
        let directory = Directory::lay_out([(EntryPath::parse("a").unwrap(), content.len() as u64)]).unwrap();
        let written = writer.finish(&directory, &mut memory).unwrap();
        assert_eq!(written, whole.written);
        assert!(memory.blob == whole.blob && memory.outboard == whole.outboard);
    }
    let path = |text| (EntryPath::parse(text).unwrap(), 1);
    assert_eq!(
        Directory::lay_out([path("b"), path("a")]).unwrap(),
        Directory::lay_out([path("a"), path("b")]).unwrap()
    );
}

#[test]
fn the_free_part_opens_without_a_key_and_nothing_else_does() {
    let blob = write_file(sealed_head(2), 3 * PIECE_LEN + 5);
    let keyless = blob.reader(None).unwrap();
    assert_eq!(keyless.open_pieces(), 2);
    let content = bytes(3 * PIECE_LEN + 5);
    for index in 0..keyless.pieces() {
        match keyless.open_piece(index, blob.chunk(index)) {
            Ok(piece) => {
                let start = index as usize * PIECE_LEN;
                assert!(index < 2 && **piece == content[start..start + PIECE_LEN]);
            }
            Err(error) => assert!(
                index >= 2 && error == hashcard_format::OpenError::KeyNeeded { piece: index },
                "piece {index}: {error}"
            ),
        }
    }
    assert!(blob.read(None).is_err());
    assert!(blob.read(Some(&key())).is_ok());
    assert!(blob.read(Some(&ContentKey::from([8; 32]))).is_err());
}

#[test]
fn a_plain_blob_opens_without_a_key_and_with_any() {
    let blob = write_file(plain_head(), 100);
    assert_eq!(blob.read(None), blob.read(Some(&key())));
    assert_eq!(blob.reader(None).unwrap().open_pieces(), 1);
}

#[test]
fn spans_cover_exactly_the_bytes_asked_for() {
    let head = sealed_head(0);
    let files = [
        ("a".to_owned(), bytes(PIECE_LEN - 3)),
        ("b".to_owned(), bytes(10)),
        ("c".to_owned(), bytes(PIECE_LEN)),
    ];
    let blob = write(head, &files);
    let reader = blob.reader(Some(&key())).unwrap();
    let mut stream = Vec::new();
    for index in 0..reader.pieces() {
        stream.extend_from_slice(&reader.open_piece(index, blob.chunk(index)).unwrap());
    }
    assert_eq!(stream.len() as u64, reader.footer().stream_len());
    let piece = PIECE_LEN as u64;
    for range in [
        0..0,
        0..1,
        piece - 1..piece,
        piece - 1..piece + 1,
        piece..piece,
        3..2 * piece + 5,
        5..u64::MAX,
    ] {
        let mut read = Vec::new();
        for span in reader.spans(range.clone()) {
            let opened = reader.open_piece(span.piece, blob.chunk(span.piece)).unwrap();
            read.extend_from_slice(&opened[span.bytes]);
        }
        let end = (range.end as usize).min(stream.len());
        assert!(read == stream[(range.start as usize).min(end)..end], "{range:?}");
    }
    assert_eq!(
        reader.piece_of(piece),
        Some(hashcard_format::Span {
            piece: 1,
            bytes: 0..1
        })
    );
    assert_eq!(reader.piece_of(reader.footer().stream_len()), None);
    assert_eq!(reader.chunks_of_stream(u64::MAX..u64::MAX), 0..0);
    let directory = Directory::lay_out(
        files
            .iter()
            .map(|(path, bytes)| (EntryPath::parse(path).unwrap(), bytes.len() as u64)),
    )
    .unwrap();
    let middle = directory.find("b").unwrap();
    let spans: Vec<_> = reader
        .spans_of_entry(middle, 1..u64::MAX)
        .map(|s| (s.piece, s.bytes))
        .collect();
    assert_eq!(spans, [(0, PIECE_LEN - 2..PIECE_LEN), (1, 0..7)]);
    #[allow(clippy::reversed_empty_ranges)]
    let nothing = reader.spans_of_entry(middle, 7..2).count();
    assert_eq!(nothing, 0);
}

#[test]
fn what_the_proofs_crate_derives_opens_what_it_sealed() {
    let secret = hashcard_proofs::ContentSecret::from_canonical_bytes(&[3; 32]).unwrap();
    let head = Head {
        content_commitment: secret.commitment().0,
        key_commitment: secret.point().key_commitment(&[4; 32]),
        ..sealed_head(0)
    };
    let key = ContentKey::from(secret.point().content_key(&head.salt));
    let directory = Directory::lay_out([(EntryPath::parse("a").unwrap(), 5)]).unwrap();
    let mut memory = Memory::default();
    let mut writer = BlobWriter::new(head, Some(&key)).unwrap();
    writer.push(b"bytes", &mut memory).unwrap();
    let written = writer.finish(&directory, &mut memory).unwrap();
    let reader = BlobReader::new(written.root, written.footer, Some(&key)).unwrap();
    assert_eq!(&reader.open_piece(0, &memory.blob).unwrap()[..5], b"bytes");
}

#[test]
fn a_head_that_does_not_fit_its_key_is_refused_at_the_start() {
    let begin = |head, key: Option<&ContentKey>| BlobWriter::new(head, key).err();
    assert_eq!(begin(sealed_head(0), None), Some(HeadError::KeyNeeded));
    assert_eq!(begin(plain_head(), Some(&key())), Some(HeadError::KeyUseless));
    let bare = Head {
        key_commitment: [0; 32],
        ..sealed_head(0)
    };
    assert!(matches!(begin(bare, Some(&key())), Some(HeadError::Footer(_))));
    let free = Head {
        free_chunks: 1,
        ..plain_head()
    };
    assert!(matches!(begin(free, None), Some(HeadError::Footer(_))));
}

#[test]
fn a_free_part_that_leaves_nothing_sealed_is_not_written() {
    for (free_chunks, len, allowed) in [(1, 10, false), (1, PIECE_LEN, true), (2, PIECE_LEN, false)] {
        let directory = Directory::lay_out([(EntryPath::parse("a").unwrap(), len as u64)]).unwrap();
        let mut memory = Memory::default();
        let mut writer = BlobWriter::new(sealed_head(free_chunks), Some(&key())).unwrap();
        writer.push(&bytes(len), &mut memory).unwrap();
        match writer.finish(&directory, &mut memory) {
            Ok(_) => assert!(allowed),
            Err(error) => assert!(!allowed && matches!(error, WriteError::NothingSealed { .. })),
        }
    }
}

#[test]
fn a_directory_of_another_length_than_the_content_is_not_written() {
    let directory = Directory::lay_out([(EntryPath::parse("a").unwrap(), 5)]).unwrap();
    let mut memory = Memory::default();
    let mut writer = BlobWriter::new(plain_head(), None).unwrap();
    writer.push(b"four", &mut memory).unwrap();
    assert!(matches!(
        writer.finish(&directory, &mut memory),
        Err(WriteError::Directory(_))
    ));
}

/// Fails at a given call.
struct Failing(usize);

impl Sink for Failing {
    type Error = &'static str;

    fn blob(&mut self, _: &[u8]) -> Result<(), &'static str> {
        self.0 = self.0.checked_sub(1).ok_or("disk full")?;
        Ok(())
    }

    fn outboard(&mut self, _: &Node) -> Result<(), &'static str> {
        Ok(())
    }
}

#[test]
fn a_writer_whose_sink_failed_writes_no_more() {
    let mut sink = Failing(1);
    let mut writer = BlobWriter::new(plain_head(), None).unwrap();
    writer.push(&bytes(CHUNK_LEN as usize + 1), &mut sink).unwrap();
    let failed = writer.push(&bytes(CHUNK_LEN as usize), &mut sink);
    assert_eq!(failed, Err(WriteError::Sink("disk full")));
    sink.0 = 1_000;
    assert_eq!(writer.push(&[1], &mut sink), Err(WriteError::FailedBefore));
    let directory = Directory::lay_out([(EntryPath::parse("a").unwrap(), 0)]).unwrap();
    assert_eq!(
        writer.finish(&directory, &mut sink).err(),
        Some(WriteError::FailedBefore)
    );
}

fn folder() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let name = prop_oneof![
        "[a-z]{1,6}",
        Just("ünïcödé".to_owned()),
        Just("日本語の名前".to_owned()),
        Just("👩‍👩‍👧 album".to_owned()),
        Just(".hidden".to_owned()),
    ];
    let path = prop::collection::vec(name, 1..4).prop_map(|parts| parts.join("/"));
    let len = prop_oneof![
        3 => 0usize..40,
        1 => Just(0usize),
        1 => 16_300usize..16_500,
        1 => 262_000usize..262_300,
    ];
    prop::collection::vec((path, len), 1..12).prop_map(|files| {
        let files = files.into_iter().enumerate();
        // A number makes the paths differ, and keeps a file from being another's folder.
        files
            .map(|(i, (path, len))| (format!("{path}-{i}.bin"), bytes(len)))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_folder_comes_back(files in folder(), sealed: bool) {
        let head = if sealed { sealed_head(0) } else { plain_head() };
        let blob = check(head, &files);
        prop_assert_eq!(blob.len() % LEAF_LEN, 200);
        prop_assert!(leaf_count(blob.len()) >= 2);
    }
}
