//! All vectors, in the order of the specification.

use crate::{
    blobs::{opened, plain, refused, sealed, Bytes, Memory, Specimen},
    parts::{
        opened_directory, opened_paths, refused_directory, refused_footer, refused_paths, refused_slice,
        verified_slice, Change,
    },
};
use hashcard_format::ContentKey;
use hashcard_primitives::blob::CHUNK_LEN;

/// Name and text of each file.
pub fn vectors() -> Vec<(String, String)> {
    [
        blobs(),
        hostile_blobs(),
        footers(),
        directories(),
        paths(),
        slices(),
    ]
    .concat()
}

fn small() -> Vec<(&'static str, Bytes)> {
    vec![(
        "poem.txt",
        Bytes::SpeltOut(b"All bytes are equal until one is hashed.\n"),
    )]
}

fn blobs() -> Vec<(String, String)> {
    let folder = || {
        vec![
            (
                "site/index.html",
                Bytes::SpeltOut(b"<!doctype html><title>Hashcard</title>"),
            ),
            ("site/empty.css", Bytes::SpeltOut(b"")),
            ("Über/日本語.txt", Bytes::SpeltOut("名前".as_bytes())),
            ("README", Bytes::SpeltOut(b"A folder of four files.")),
        ]
    };
    // With the 37 bytes of its directory, the film fills one piece exactly.
    let whole_piece = vec![("film.mp4", Bytes::ByRule(CHUNK_LEN as usize - 37))];
    vec![
        opened(
            "plain-file",
            "one file is a directory of one entry",
            &plain(small()),
        ),
        opened(
            "sealed-file",
            "the content point opens the file",
            &sealed(0, small()),
        ),
        opened(
            "plain-folder",
            "files lie in the order of their paths",
            &plain(folder()),
        ),
        opened(
            "sealed-folder",
            "names are sealed with the files",
            &sealed(0, folder()),
        ),
        opened(
            "plain-empty-file",
            "an empty file is a file",
            &plain(vec![("empty", Bytes::SpeltOut(b""))]),
        ),
        opened(
            "sealed-empty-file",
            "an empty file is a file",
            &sealed(0, vec![("empty", Bytes::SpeltOut(b""))]),
        ),
        opened(
            "many-groups",
            "the outboard has a node for each group but one",
            &plain(vec![("data.bin", Bytes::ByRule(50_000))]),
        ),
        opened(
            "footer-alone",
            "a footer may be alone in its chunk",
            &plain(whole_piece),
        ),
        opened(
            "free-part",
            "the free part opens without a key",
            &sealed(1, vec![("film.mp4", Bytes::ByRule(262_500))]),
        ),
    ]
}

fn hostile_blobs() -> Vec<(String, String)> {
    let blob = |specimen: &Specimen, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = specimen.write().1.blob;
        change(&mut bytes);
        bytes
    };
    let (open, keyed) = (plain(small()), sealed(0, small()));
    let key = keyed.key();
    let nothing: &dyn Fn(&mut Vec<u8>) = &|_| {};
    vec![
        refused(
            "sealed-blob-without-key",
            "a sealed piece needs its key",
            blob(&keyed, nothing),
            None,
        ),
        refused(
            "sealed-blob-with-another-key",
            "another key opens nothing",
            blob(&keyed, nothing),
            Some(ContentKey::from([7; 32])),
        ),
        refused(
            "changed-sealed-byte",
            "a publisher cannot change a sealed byte",
            blob(&keyed, &|bytes| bytes[0] ^= 1),
            key.clone(),
        ),
        refused(
            "changed-tag",
            "a tag is checked",
            blob(&keyed, &|bytes| bytes[93] ^= 0x80),
            key.clone(),
        ),
        refused(
            "moved-to-another-creator",
            "a sealed piece belongs to its footer",
            blob(&keyed, &|bytes| {
                let at = bytes.len() - 200 + 48;
                bytes[at] ^= 1;
            }),
            key.clone(),
        ),
        refused(
            "padding",
            "padding is zero",
            blob(&open, &|bytes| bytes[1_023] = 1),
            None,
        ),
        refused(
            "padding-of-sealed",
            "padding is zero",
            blob(&keyed, &|bytes| bytes[500] = 0xff),
            key,
        ),
        refused(
            "no-directory",
            "a blob has a directory",
            blob(&open, &|bytes| {
                let at = bytes.len() - 200;
                bytes[at + 176] += bytes[at + 184];
                bytes[at + 184] = 0;
            }),
            None,
        ),
        refused(
            "footer-of-another-length",
            "the footer says the length of its blob",
            blob(&open, &|bytes| {
                let at = bytes.len() - 200;
                bytes[at + 177] += 4;
                bytes[at + 193] += 4;
            }),
            None,
        ),
        refused(
            "climbing-path",
            "no file leaves its folder",
            blob(&open, &|bytes| bytes[52..60].copy_from_slice(b"../m.txt")),
            None,
        ),
    ]
}

fn footers() -> Vec<(String, String)> {
    let footer = |specimen: &Specimen, change: &dyn Fn(&mut [u8])| {
        let mut bytes = specimen.write().0.footer.to_bytes();
        change(&mut bytes);
        bytes
    };
    let (open, keyed) = (plain(small()), sealed(0, small()));
    vec![
        refused_footer(
            "cut-short",
            "a footer has 200 bytes",
            &footer(&open, &|_| {})[..199],
        ),
        refused_footer(
            "magic",
            "a footer begins with its magic",
            &footer(&open, &|bytes| bytes[0] = b'h'),
        ),
        refused_footer(
            "version",
            "an unknown version is refused",
            &footer(&open, &|bytes| bytes[8] = 2),
        ),
        refused_footer(
            "suite",
            "an unknown suite is refused",
            &footer(&open, &|bytes| bytes[9] = 2),
        ),
        refused_footer(
            "reserved",
            "reserved bytes are zero",
            &footer(&open, &|bytes| bytes[11] = 1),
        ),
        refused_footer(
            "blob-length",
            "the lengths agree",
            &footer(&open, &|bytes| bytes[192] ^= 1),
        ),
        refused_footer(
            "endless",
            "a length may not overflow",
            &footer(&open, &|bytes| bytes[176..184].fill(0xff)),
        ),
        refused_footer(
            "free-plain",
            "a plain blob has no free part",
            &footer(&open, &|bytes| bytes[12] = 1),
        ),
        refused_footer(
            "committed-plain",
            "a plain blob commits to no key",
            &footer(&open, &|bytes| bytes[80] = 1),
        ),
        refused_footer(
            "uncommitted-sealed",
            "a sealed blob commits to its key",
            &footer(&keyed, &|bytes| bytes[144..176].fill(0)),
        ),
        refused_footer(
            "nothing-sealed",
            "a sealed blob has a piece that is not free",
            &footer(&keyed, &|bytes| bytes[12] = 1),
        ),
    ]
}

/// A directory with every check left out.
fn raw(entries: &[(&str, &str, u64)]) -> Vec<u8> {
    let mut out = b"HDIR\x01".to_vec();
    out.extend_from_slice(&(entries.len() as u32).to_le_bytes());
    for (path, media_type, len) in entries {
        out.extend_from_slice(&(path.len() as u16).to_le_bytes());
        out.extend_from_slice(path.as_bytes());
        out.push(media_type.len() as u8);
        out.extend_from_slice(media_type.as_bytes());
        out.extend_from_slice(&len.to_le_bytes());
    }
    out
}

fn directories() -> Vec<(String, String)> {
    let text = "text/plain";
    let two = |first, second| raw(&[(first, text, 1), (second, text, 1)]);
    let one = raw(&[("a", text, 5)]);
    let refuse = refused_directory;
    let mut many = b"HDIR\x01".to_vec();
    many.extend_from_slice(&65_537u32.to_le_bytes());
    vec![
        opened_directory(
            "of-two",
            "offsets follow from lengths",
            &raw(&[
                ("a/x", text, 3),
                ("b", "application/octet-stream", 0),
                ("é", text, 4),
            ]),
            7,
        ),
        refuse("no-entries", "a directory has a file", &raw(&[]), 0),
        refuse("too-many-entries", "the number of files is bounded", &many, 0),
        refuse(
            "magic",
            "a directory begins with its magic",
            &[b"HDIX", &one[4..]].concat(),
            5,
        ),
        refuse(
            "version",
            "an unknown version is refused",
            &[b"HDIR\x02", &one[5..]].concat(),
            5,
        ),
        refuse("cut-short", "an entry is whole", &one[..one.len() - 1], 5),
        refuse(
            "continued",
            "nothing follows the last entry",
            &[one.as_slice(), &[0]].concat(),
            5,
        ),
        refuse("too-short", "the files fill the content", &one, 6),
        refuse("too-long", "the files fit the content", &one, 4),
        refuse(
            "overflowing",
            "lengths may not overflow",
            &raw(&[("a", text, u64::MAX), ("b", text, 2)]),
            1,
        ),
        refuse("unsorted", "paths ascend", &two("b", "a"), 2),
        refuse("twice", "a path comes once", &two("a", "a"), 2),
        refuse(
            "case-collision",
            "names differ in more than case",
            &two("README", "readme"),
            2,
        ),
        refuse(
            "case-collision-of-folders",
            "names differ in more than case",
            &two("X/é", "x/É"),
            2,
        ),
        refuse("file-as-folder", "a file is not a folder", &two("a", "a/b"), 2),
        refuse(
            "file-as-folder-in-another-case",
            "a file is not a folder, in any case",
            &raw(&[("A", text, 1), ("a-b", text, 1), ("a/b", text, 1)]),
            3,
        ),
        refuse(
            "media-type-missing",
            "a file has a media type",
            &raw(&[("a", "", 1)]),
            1,
        ),
        refuse(
            "media-type-in-upper-case",
            "a media type is lower case",
            &raw(&[("a", "Text/plain", 1)]),
            1,
        ),
        refuse(
            "media-type-with-a-line-break",
            "a media type is safe in a header",
            &raw(&[("a", "text/plain\r\nx: y", 1)]),
            1,
        ),
        refuse(
            "climbing-path",
            "no file leaves its folder",
            &raw(&[("../a", text, 1)]),
            1,
        ),
    ]
}

fn paths() -> Vec<(String, String)> {
    let long_name = "n".repeat(255);
    let longest = [long_name.as_str(); 4].join("/");
    let allowed = [
        "a",
        ".hidden",
        "..hidden",
        "a b/ c",
        "Über/日本語.txt",
        "e\u{301}",
        "👩‍👩‍👧.png",
        "common/com10/consul.txt",
        "עברית",
        &long_name,
        &longest,
    ];
    let (longer_name, longer) = ("n".repeat(256), format!("{longest}/n"));
    let wide = "ä".repeat(128);
    let refused: Vec<&[u8]> = [
        "",
        "/",
        "/etc/passwd",
        "a//b",
        "a/",
        ".",
        "..",
        "../a",
        "a/../b",
        "./a",
        "a\\b",
        "C:a",
        "a:b",
        "a\0",
        "a\nb",
        "a\u{7f}",
        "a\u{85}",
        "a<",
        "a>",
        "a\"",
        "a|",
        "a?",
        "a*",
        "a\u{202e}b",
        "a\u{2066}b",
        "a.",
        "a ",
        "a./b",
        "CON",
        "nul.txt",
        "a/Aux.tar.gz",
        "com1",
        "LPT9.x",
        "COM¹",
        "con .txt",
        "CONIN$",
        "conout$",
        &longer_name,
        &wide,
        &longer,
    ]
    .map(str::as_bytes)
    .into_iter()
    .chain([b"a\xff".as_slice(), b"\xc0\xaf", b"\xed\xa0\x80"])
    .collect();
    vec![
        opened_paths("ordinary names of all scripts are paths", &allowed),
        refused_paths(
            "a path means one file inside the folder on every system",
            &refused,
        ),
    ]
}

fn slices() -> Vec<(String, String)> {
    // The smallest blob with a node: two groups, of which the second is a leaf and the footer.
    let (_, blob): (_, Memory) = plain(vec![("a", Bytes::ByRule(16_384))]).write();
    let len = blob.blob.len() as u64;
    let end = blob.slice(0).len();
    let refuse = |name, law, change| refused_slice(name, law, &blob, 0, change);
    vec![
        verified_slice("a slice is nodes and groups in pre-order", &blob, 0),
        refuse("changed-node", "a node matches the root", Change::Xor(0, 1)),
        refuse(
            "changed-right-hash",
            "a node matches the root",
            Change::Xor(63, 0x80),
        ),
        refuse(
            "changed-first-byte",
            "a group matches the root",
            Change::Xor(64, 1),
        ),
        refuse(
            "changed-last-byte",
            "a group matches the root",
            Change::Xor(end - 1, 1),
        ),
        refuse("cut-short", "a slice has one length", Change::Length(end - 1)),
        refuse("empty", "a slice has one length", Change::Length(0)),
        refuse(
            "continued",
            "nothing follows the last group",
            Change::Length(end + 1),
        ),
        refuse(
            "no-such-chunk",
            "a slice is of a chunk that exists",
            Change::Chunk(1),
        ),
        refuse(
            "shorter-blob",
            "a slice has one length",
            Change::BlobLength(len - 1_024),
        ),
        refuse(
            "too-long-blob",
            "no blob is longer than 16 TiB",
            Change::BlobLength((1 << 44) + 1),
        ),
    ]
}
