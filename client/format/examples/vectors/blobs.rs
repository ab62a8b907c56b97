//! Vectors of whole blobs: made from files, head and content secret, and opened again.

use crate::{json::Json, reasons};
use hashcard_format::{
    build_slice, free_part_key, leaf_path, verify_slice, BlobReader, BlobWriter, ContentKey, Directory,
    EntryPath, Node, OpenError, Sink, Written, NODE_LEN,
};
use hashcard_primitives::{
    blob::{chunk_count, chunk_len, ContentRoot, Suite, CHUNK_LEN, GROUP_LEN},
    footer::{Footer, Head},
};
use hashcard_proofs::ContentSecret;
use std::convert::Infallible;

/// Longest blob and outboard that a vector spells out, in bytes; of longer ones it gives root and paths.
const SPELT_OUT: usize = 8 * 1024;

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

impl Memory {
    pub fn node(&self, offset: u64) -> Result<Node, Infallible> {
        let start = offset as usize * NODE_LEN;
        Ok(self.outboard[start..start + NODE_LEN]
            .try_into()
            .expect("the writer handed it out"))
    }

    pub fn slice(&self, chunk: u64) -> Vec<u8> {
        let len = self.blob.len() as u64;
        let start = (chunk * CHUNK_LEN) as usize;
        let data = &self.blob[start..start + chunk_len(len, chunk) as usize];
        build_slice(len, chunk, data, |offset| self.node(offset)).expect("all of the blob is here")
    }
}

/// Content of a file in a vector.
pub enum Bytes {
    SpeltOut(&'static [u8]),
    /// So many bytes, of which byte j is (7·j + ⌊j / 251⌋) mod 256.
    ByRule(usize),
}

impl Bytes {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Bytes::SpeltOut(bytes) => bytes.to_vec(),
            Bytes::ByRule(len) => (0..*len).map(|j| (7 * j + j / 251) as u8).collect(),
        }
    }
}

/// A blob to make.
pub struct Specimen {
    pub head: Head,
    pub secret: Option<ContentSecret>,
    pub files: Vec<(&'static str, Bytes)>,
}

pub fn plain(files: Vec<(&'static str, Bytes)>) -> Specimen {
    let head = Head {
        suite: Suite::Plain,
        free_chunks: 0,
        genesis: *blake3::hash(b"a genesis block").as_bytes(),
        creator: *blake3::hash(b"a creator").as_bytes(),
        content_commitment: [0; 32],
        salt: *blake3::hash(b"a salt").as_bytes(),
        key_commitment: [0; 32],
    };
    Specimen {
        head,
        secret: None,
        files,
    }
}

pub fn sealed(free_chunks: u32, files: Vec<(&'static str, Bytes)>) -> Specimen {
    let mut specimen = plain(files);
    let mut scalar = *blake3::hash(b"a content secret").as_bytes();
    // Below the group order, which lies just above 2²⁵².
    scalar[31] &= 0x0f;
    let secret = ContentSecret::from_canonical_bytes(&scalar).expect("reduced, and not zero");
    specimen.head.suite = Suite::ChaCha20Poly1305;
    specimen.head.free_chunks = free_chunks;
    specimen.head.content_commitment = secret.commitment().0;
    specimen.head.key_commitment = secret.point().key_commitment(&specimen.head.salt);
    specimen.secret = Some(secret);
    specimen
}

impl Specimen {
    pub fn key(&self) -> Option<ContentKey> {
        self.secret
            .as_ref()
            .map(|secret| secret.point().content_key(&self.head.salt).into())
    }

    pub fn directory(&self) -> Directory {
        let files = self.files.iter().map(|(path, bytes)| {
            (
                EntryPath::parse(path).expect("a path of ours"),
                bytes.bytes().len() as u64,
            )
        });
        Directory::lay_out(files).expect("files that fit together")
    }

    pub fn write(&self) -> (Written, Memory) {
        let directory = self.directory();
        let mut memory = Memory::default();
        let mut writer = BlobWriter::new(self.head, self.key().as_ref()).expect("a head that fits its key");
        for entry in &directory.entries {
            let (_, bytes) = self
                .files
                .iter()
                .find(|(path, _)| *path == entry.path.as_str())
                .expect("it is listed");
            writer
                .push(&bytes.bytes(), &mut memory)
                .expect("memory takes all");
        }
        let written = writer
            .finish(&directory, &mut memory)
            .expect("the directory is the content's");
        (written, memory)
    }
}

/// Opens a whole blob as a reader does, from slices.
pub fn open(blob: &Memory, key: Option<&ContentKey>) -> Result<Vec<(String, Vec<u8>)>, OpenError> {
    let len = blob.blob.len() as u64;
    let root = ContentRoot(*blake3::hash(&blob.blob).as_bytes());
    let chunk = |index| verify_slice(root, len, index, &blob.slice(index)).expect("root and bytes agree");
    let reader = BlobReader::from_last_chunk(&chunk(chunk_count(len) - 1), key)?;
    let mut stream = Vec::new();
    for index in 0..reader.pieces() {
        stream.extend_from_slice(&reader.open_piece(index, chunk(index).data())?);
    }
    let begin = reader.directory_chunks().start * reader.footer().head().suite.piece_len();
    let directory = reader.parse_directory(&stream[begin as usize..])?;
    let files = directory.entries.iter().map(|entry| {
        let bytes = &stream[entry.offset as usize..(entry.offset + entry.len) as usize];
        (entry.path.to_string(), bytes.to_vec())
    });
    Ok(files.collect())
}

/// Bytes with the outboard that belongs to them.
pub fn rehashed(blob: Vec<u8>) -> Memory {
    let tree = bao_tree::BlockSize::from_chunk_log(4);
    let outboard = bao_tree::io::outboard::PostOrderMemOutboard::create(&blob, tree).data;
    Memory { blob, outboard }
}

pub fn opened(name: &str, law: &str, specimen: &Specimen) -> (String, String) {
    let (written, memory) = specimen.write();
    let key = specimen.key();
    let mut files: Vec<_> = specimen
        .files
        .iter()
        .map(|(path, bytes)| (path.to_string(), bytes.bytes()))
        .collect();
    files.sort();
    assert!(open(&memory, key.as_ref()).expect("it opens") == files, "{name}");

    let mut fields = vec![
        ("expect", Json::text("open")),
        ("law", Json::text(law)),
        ("kind", Json::text("blob")),
        ("head", head_fields(&specimen.head)),
    ];
    if let Some(secret) = &specimen.secret {
        fields.push(("content-point", Json::hex(secret.point().as_bytes())));
    }
    fields.push(("files", Json::List(file_fields(specimen))));
    if let Some(key) = &key {
        let derived = vec![
            ("content-key", Json::hex(key.as_bytes())),
            ("sealing-context", Json::hex(specimen.head.sealing_context())),
            (
                "free-part-key",
                Json::hex(free_part_key(&specimen.head).as_bytes()),
            ),
        ];
        fields.push(("derived", Json::Object(derived)));
    }
    let reader = BlobReader::new(written.root, written.footer, None).expect("a footer of ours");
    let directory = specimen
        .directory()
        .encode(written.footer.content_len())
        .expect("it was written");
    fields.extend([
        ("directory", Json::hex(directory)),
        ("footer", Json::hex(written.footer.to_bytes())),
        ("blob-length", Json::number(written.footer.blob_len())),
        ("pieces", Json::number(reader.pieces())),
        ("pieces-open-without-key", Json::number(reader.open_pieces())),
        ("root", Json::hex(written.root.0)),
        (
            "last-leaf-path",
            Json::List(written.last_leaf_path.iter().map(Json::hex).collect()),
        ),
        ("middle-leaf", middle_leaf(&written.footer, &memory)),
    ]);
    if memory.outboard.len() <= SPELT_OUT {
        fields.push(("outboard", Json::hex(&memory.outboard)));
    }
    if memory.blob.len() <= SPELT_OUT {
        fields.push(("blob", Json::hex(&memory.blob)));
    }
    (format!("open-{name}.json"), Json::Object(fields).document())
}

/// A blob that matches its root and is refused all the same.
pub fn refused(name: &str, law: &str, blob: Vec<u8>, key: Option<ContentKey>) -> (String, String) {
    let memory = rehashed(blob);
    let error = open(&memory, key.as_ref()).expect_err(name);
    let mut fields = vec![
        ("expect", Json::text("refuse")),
        ("reason", Json::text(reasons::of_open(&error))),
        ("law", Json::text(law)),
        ("kind", Json::text("blob")),
    ];
    if let Some(key) = &key {
        fields.push(("content-key", Json::hex(key.as_bytes())));
    }
    fields.extend([
        ("root", Json::hex(blake3::hash(&memory.blob).as_bytes())),
        ("blob", Json::hex(&memory.blob)),
    ]);
    (format!("refuse-{name}.json"), Json::Object(fields).document())
}

fn head_fields(head: &Head) -> Json {
    let suite = match head.suite {
        Suite::Plain => "plain",
        Suite::ChaCha20Poly1305 => "chacha20-poly1305",
    };
    Json::Object(vec![
        ("suite", Json::text(suite)),
        ("free-chunks", Json::number(head.free_chunks.into())),
        ("genesis", Json::hex(head.genesis)),
        ("creator", Json::hex(head.creator)),
        ("content-commitment", Json::hex(head.content_commitment)),
        ("salt", Json::hex(head.salt)),
        ("key-commitment", Json::hex(head.key_commitment)),
    ])
}

fn file_fields(specimen: &Specimen) -> Vec<Json> {
    let directory = specimen.directory();
    let entries = directory.entries.iter().map(|entry| {
        let (_, bytes) = specimen
            .files
            .iter()
            .find(|(path, _)| *path == entry.path.as_str())
            .expect("it is listed");
        let mut fields = vec![
            ("path", Json::text(entry.path.as_str())),
            ("media-type", Json::text(&entry.media_type)),
            ("offset", Json::number(entry.offset)),
            ("length", Json::number(entry.len)),
        ];
        if let Bytes::SpeltOut(bytes) = bytes {
            fields.push(("bytes", Json::hex(bytes)));
        }
        Json::Object(fields)
    });
    entries.collect()
}

/// A leaf somewhere in the middle, as a storage proof shows it.
fn middle_leaf(footer: &Footer, memory: &Memory) -> Json {
    let len = footer.blob_len();
    let leaf = hashcard_primitives::blob::leaf_count(len) / 2;
    let start = (leaf / 16 * GROUP_LEN) as usize;
    let group = &memory.blob[start..memory.blob.len().min(start + GROUP_LEN as usize)];
    let path = leaf_path(len, leaf, group, |offset| memory.node(offset)).expect("the leaf is there");
    Json::Object(vec![
        ("index", Json::number(leaf)),
        ("path", Json::List(path.iter().map(Json::hex).collect())),
    ])
}
