//! Vectors of the parts of a blob on their own: footers, directories, paths, slices.

use crate::{blobs::Memory, json::Json, reasons};
use hashcard_format::{verify_slice, Directory, EntryPath, SliceError, VerifiedChunk};
use hashcard_primitives::{blob::ContentRoot, footer::Footer};

pub fn refused_footer(name: &str, law: &str, bytes: &[u8]) -> (String, String) {
    let error = Footer::from_bytes(bytes).expect_err(name);
    let fields = vec![
        ("expect", Json::text("refuse")),
        ("reason", Json::text(reasons::of_footer(&error))),
        ("law", Json::text(law)),
        ("kind", Json::text("footer")),
        ("footer", Json::hex(bytes)),
    ];
    (
        format!("refuse-footer-{name}.json"),
        Json::Object(fields).document(),
    )
}

pub fn opened_directory(name: &str, law: &str, bytes: &[u8], content_len: u64) -> (String, String) {
    let directory = Directory::decode(bytes, content_len).expect(name);
    let entries = directory.entries.iter().map(|entry| {
        Json::Object(vec![
            ("path", Json::text(entry.path.as_str())),
            ("media-type", Json::text(&entry.media_type)),
            ("offset", Json::number(entry.offset)),
            ("length", Json::number(entry.len)),
        ])
    });
    let fields = vec![
        ("expect", Json::text("open")),
        ("law", Json::text(law)),
        ("kind", Json::text("directory")),
        ("content-length", Json::number(content_len)),
        ("directory", Json::hex(bytes)),
        ("entries", Json::List(entries.collect())),
    ];
    (
        format!("open-directory-{name}.json"),
        Json::Object(fields).document(),
    )
}

pub fn refused_directory(name: &str, law: &str, bytes: &[u8], content_len: u64) -> (String, String) {
    let error = Directory::decode(bytes, content_len).expect_err(name);
    let fields = vec![
        ("expect", Json::text("refuse")),
        ("reason", Json::text(reasons::of_directory(&error))),
        ("law", Json::text(law)),
        ("kind", Json::text("directory")),
        ("content-length", Json::number(content_len)),
        ("directory", Json::hex(bytes)),
    ];
    (
        format!("refuse-directory-{name}.json"),
        Json::Object(fields).document(),
    )
}

/// Paths in hexadecimal, for some are not even text.
pub fn opened_paths(law: &str, paths: &[&str]) -> (String, String) {
    for path in paths {
        EntryPath::parse(path).expect("a path that is allowed");
    }
    let fields = vec![
        ("expect", Json::text("open")),
        ("law", Json::text(law)),
        ("kind", Json::text("paths")),
        ("paths", Json::List(paths.iter().map(Json::hex).collect())),
    ];
    ("open-paths.json".to_owned(), Json::Object(fields).document())
}

pub fn refused_paths(law: &str, paths: &[&[u8]]) -> (String, String) {
    let cases = paths.iter().map(|path| {
        let error = EntryPath::from_utf8(path).expect_err("a path that is not allowed");
        Json::Row(vec![Json::hex(path), Json::text(reasons::of_path(&error.fault))])
    });
    let fields = vec![
        ("expect", Json::text("refuse")),
        ("reason", Json::text("each-its-own")),
        ("law", Json::text(law)),
        ("kind", Json::text("paths")),
        ("paths", Json::List(cases.collect())),
    ];
    ("refuse-paths.json".to_owned(), Json::Object(fields).document())
}

/// The one slice that is spelt out; the others say how they differ from it.
pub const SLICE: &str = "verify-slice.json";

pub fn verified_slice(law: &str, blob: &Memory, chunk: u64) -> (String, String) {
    let (root, len, slice) = (root_of(blob), blob.blob.len() as u64, blob.slice(chunk));
    let verified = verify_slice(root, len, chunk, &slice).expect("root and bytes agree");
    let nodes = verified
        .nodes()
        .iter()
        .map(|(offset, node)| Json::Row(vec![Json::number(*offset), Json::hex(node)]));
    let fields = vec![
        ("expect", Json::text("verify")),
        ("law", Json::text(law)),
        ("kind", Json::text("slice")),
        ("root", Json::hex(root.0)),
        ("blob-length", Json::number(len)),
        ("chunk", Json::number(chunk)),
        ("nodes", Json::List(nodes.collect())),
        ("slice", Json::hex(slice)),
    ];
    (SLICE.to_owned(), Json::Object(fields).document())
}

/// How a slice that is refused differs from the one that verifies.
#[derive(Clone, Copy)]
pub enum Change {
    /// A byte is xored.
    Xor(usize, u8),
    /// Cut off, or continued with zeros.
    Length(usize),
    /// Looked at as another chunk.
    Chunk(u64),
    /// Looked at as of a blob of another length.
    BlobLength(u64),
}

impl Change {
    pub fn verify(
        self,
        root: ContentRoot,
        len: u64,
        chunk: u64,
        slice: &[u8],
    ) -> Result<VerifiedChunk, SliceError> {
        let mut slice = slice.to_vec();
        let (mut len, mut chunk) = (len, chunk);
        match self {
            Change::Xor(at, with) => slice[at] ^= with,
            Change::Length(to) => slice.resize(to, 0),
            Change::Chunk(to) => chunk = to,
            Change::BlobLength(to) => len = to,
        }
        verify_slice(root, len, chunk, &slice)
    }

    fn fields(self) -> Json {
        Json::Object(match self {
            Change::Xor(at, with) => vec![
                ("xor-at", Json::number(at as u64)),
                ("xor-with", Json::hex([with])),
            ],
            Change::Length(to) => vec![("slice-length", Json::number(to as u64))],
            Change::Chunk(to) => vec![("chunk", Json::number(to))],
            Change::BlobLength(to) => vec![("blob-length", Json::number(to))],
        })
    }
}

pub fn refused_slice(name: &str, law: &str, blob: &Memory, chunk: u64, change: Change) -> (String, String) {
    let refused = change.verify(root_of(blob), blob.blob.len() as u64, chunk, &blob.slice(chunk));
    let fields = vec![
        ("expect", Json::text("refuse")),
        ("reason", Json::text(reasons::of_slice(&refused.expect_err(name)))),
        ("law", Json::text(law)),
        ("kind", Json::text("slice")),
        ("slice-of", Json::text(SLICE)),
        ("change", change.fields()),
    ];
    (
        format!("refuse-slice-{name}.json"),
        Json::Object(fields).document(),
    )
}

fn root_of(blob: &Memory) -> ContentRoot {
    ContentRoot(*blake3::hash(&blob.blob).as_bytes())
}
