//! What a directory promises, and what it refuses.

use super::*;
use crate::error::PathFault;

fn path(text: &str) -> EntryPath {
    EntryPath::parse(text).unwrap()
}

fn folder(files: &[(&str, u64)]) -> Result<Directory, DirectoryError> {
    Directory::lay_out(files.iter().map(|(name, len)| (path(name), *len)))
}

fn sample() -> Directory {
    folder(&[("b/film.mp4", 10), ("a.txt", 3), ("empty", 0), ("b/ünï.txt", 4)]).unwrap()
}

/// An encoding with every check left out.
fn raw(entries: &[(&[u8], &[u8], u64)]) -> Vec<u8> {
    let mut out = b"HDIR\x01".to_vec();
    out.extend_from_slice(&(entries.len() as u32).to_le_bytes());
    for (path, media_type, len) in entries {
        out.extend_from_slice(&(path.len() as u16).to_le_bytes());
        out.extend_from_slice(path);
        out.push(media_type.len() as u8);
        out.extend_from_slice(media_type);
        out.extend_from_slice(&len.to_le_bytes());
    }
    out
}

#[test]
fn files_are_laid_out_by_path_one_behind_the_other() {
    let laid: Vec<(String, u64, u64)> = sample()
        .entries
        .iter()
        .map(|e| (e.path.to_string(), e.offset, e.len))
        .collect();
    let expected = [
        ("a.txt", 0, 3),
        ("b/film.mp4", 3, 10),
        ("b/ünï.txt", 13, 4),
        ("empty", 17, 0),
    ]
    .map(|(p, o, l)| (p.to_owned(), o, l));
    assert_eq!(laid, expected);
}

#[test]
fn a_directory_reads_back_as_it_was_written() {
    let bytes = sample().encode(17).unwrap();
    assert_eq!(Directory::decode(&bytes, 17), Ok(sample()));
    assert_eq!(sample().find("b/film.mp4").unwrap().offset, 3);
    assert_eq!(sample().find("b"), None);
}

#[test]
fn every_accepted_byte_string_is_the_one_that_would_be_written() {
    let bytes = sample().encode(17).unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            if let Ok(directory) = Directory::decode(&changed, 17) {
                assert_eq!(
                    directory.encode(17).unwrap(),
                    changed,
                    "byte {at} was accepted and not kept"
                );
            }
        }
    }
}

#[test]
fn a_directory_cut_short_or_continued_is_refused() {
    let bytes = sample().encode(17).unwrap();
    for len in 0..bytes.len() {
        let error = Directory::decode(&bytes[..len], 17).unwrap_err();
        assert!(
            matches!(
                error,
                DirectoryError::UnknownFormat | DirectoryError::Truncated { .. }
            ),
            "{error}"
        );
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(
        Directory::decode(&longer, 17),
        Err(DirectoryError::TrailingBytes { extra: 1 })
    );
}

#[test]
fn a_directory_of_no_files_is_refused() {
    assert_eq!(folder(&[]), Err(DirectoryError::Empty));
    assert_eq!(Directory::decode(&raw(&[]), 0), Err(DirectoryError::Empty));
}

#[test]
fn lengths_that_do_not_fill_the_content_are_refused() {
    for content_len in [16, 18] {
        let expected = DirectoryError::ContentLength {
            expected: content_len,
            found: Some(17),
        };
        assert_eq!(sample().encode(content_len), Err(expected));
    }
    let overflow = raw(&[(b"a", b"text/plain", u64::MAX), (b"b", b"text/plain", 2)]);
    assert_eq!(
        Directory::decode(&overflow, 1),
        Err(DirectoryError::ContentLength {
            expected: 1,
            found: None
        })
    );
    assert!(folder(&[("a", u64::MAX), ("b", 1)]).is_err());
}

#[test]
fn an_offset_that_points_elsewhere_is_not_written() {
    let mut directory = sample();
    directory.entries[1].offset = 0;
    assert!(matches!(
        directory.encode(17),
        Err(DirectoryError::Offset {
            expected: 3,
            found: 0,
            ..
        })
    ));
}

#[test]
fn paths_out_of_order_or_twice_are_refused() {
    for second in [b"a".as_slice(), b"A", b"a"] {
        let bytes = raw(&[(b"a", b"text/plain", 1), (second, b"text/plain", 1)]);
        assert!(matches!(
            Directory::decode(&bytes, 2),
            Err(DirectoryError::Order { .. })
        ));
    }
    assert!(matches!(
        folder(&[("a", 1), ("a", 1)]),
        Err(DirectoryError::Order { .. })
    ));
}

#[test]
fn names_that_differ_in_case_only_are_refused() {
    for (first, second) in [
        ("readme", "README"),
        ("Ä/b", "ä/B"),
        ("ΑΣ", "ας".replace('ς', "σ").as_str()),
        ("x/É", "X/é"),
    ] {
        let error = folder(&[(first, 1), (second, 1)]).unwrap_err();
        assert!(
            matches!(error, DirectoryError::CaseCollision { .. }),
            "{first} {second}: {error}"
        );
    }
    assert!(
        folder(&[("a/x", 1), ("A/y", 1)]).is_ok(),
        "a folder may be written in two ways"
    );
}

#[test]
fn a_file_that_is_also_a_folder_is_refused() {
    for (file, inside) in [("a", "a/b"), ("A", "a/b/c"), ("x/y", "X/Y/z")] {
        let error = folder(&[(file, 1), (inside, 1), ("a.txt", 1), ("a-b", 1), ("x/y!", 1)]).unwrap_err();
        assert!(
            matches!(error, DirectoryError::FileAsFolder { .. }),
            "{file} {inside}: {error}"
        );
    }
    assert!(folder(&[("a.txt", 1), ("a/b", 1), ("a-b", 1)]).is_ok());
}

#[test]
fn a_hostile_path_or_media_type_is_refused_on_reading() {
    for (bytes, fault) in [
        (b"../x".as_slice(), PathFault::DotComponent),
        (b"/x", PathFault::Absolute),
        (b"a\0", PathFault::Character('\0')),
        (b"\xff", PathFault::NotUtf8),
        (b"nul", PathFault::ReservedName),
        (b"", PathFault::Empty),
    ] {
        match Directory::decode(&raw(&[(bytes, b"text/plain", 1)]), 1) {
            Err(DirectoryError::Path(error)) => assert_eq!(error.fault, fault),
            other => panic!("{other:?}"),
        }
    }
    for media_type in [b"".as_slice(), b"text", b"Text/plain", b"text/plain\n", b"a/\xff"] {
        let read = Directory::decode(&raw(&[(b"a", media_type, 1)]), 1);
        assert!(
            matches!(read, Err(DirectoryError::MediaType { .. })),
            "{media_type:?}"
        );
    }
}

#[test]
fn the_number_of_files_and_the_length_are_bounded() {
    let many = |count: usize| Directory::lay_out((0..count).map(|i| (path(&format!("f{i:06}")), 0)));
    assert_eq!(many(MAX_ENTRIES).unwrap().entries.len(), MAX_ENTRIES);
    assert!(matches!(
        many(MAX_ENTRIES + 1),
        Err(DirectoryError::TooManyEntries { .. })
    ));

    let long = ["d".repeat(255), "d".repeat(255), "d".repeat(255)].join("/");
    let wide = |count: usize| Directory::lay_out((0..count).map(|i| (path(&format!("{long}/{i:06}")), 0)));
    assert!(matches!(wide(22_000), Err(DirectoryError::TooLong { .. })));
    assert!(wide(20_000).is_ok());

    let mut claimed = b"HDIR\x01".to_vec();
    claimed.extend_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(
        Directory::decode(&claimed, 0),
        Err(DirectoryError::TooManyEntries { .. })
    ));
    let zeros = vec![0; MAX_DIRECTORY_LEN as usize + 1];
    assert!(matches!(
        Directory::decode(&zeros, 0),
        Err(DirectoryError::TooLong { .. })
    ));
}

#[test]
fn another_version_is_refused() {
    let mut bytes = sample().encode(17).unwrap();
    bytes[4] = 2;
    assert_eq!(Directory::decode(&bytes, 17), Err(DirectoryError::UnknownFormat));
}
