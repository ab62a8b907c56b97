//! A blob that was changed after it was written opens to what was written, or not at all; where nothing but the root could
//! notice, it opens to something of the same shape.
#![no_main]

#[path = "shared/written.rs"]
mod written;

use hashcard_format::{BlobReader, ContentKey};
use hashcard_primitives::blob::{chunk_count, chunk_len, Suite, CHUNK_LEN, FOOTER_LEN};
use hashcard_primitives::footer::Footer;
use libfuzzer_sys::fuzz_target;
use written::{written, KEY};

// Four bytes: how long the content is, how it is sealed, and where the rest is laid over the blob.
fuzz_target!(|data: &[u8]| {
    let Some((&[len_low, len_high, sealing, place], patch)) = data.split_first_chunk::<4>() else {
        return;
    };
    let content_len = usize::from(u16::from_le_bytes([len_low, len_high])) * 16;
    let suite = if sealing & 1 == 0 {
        Suite::Plain
    } else {
        Suite::ChaCha20Poly1305
    };
    let free_chunks = u32::from(suite != Suite::Plain) * u32::from(sealing >> 1 & 3);
    let Some((root, honest)) = written(content_len, suite, free_chunks) else {
        return;
    };

    let mut blob = honest.blob.clone();
    let at = usize::from(place) * blob.len() / 256;
    for (byte, with) in blob[at..].iter_mut().zip(patch) {
        *byte ^= with;
    }
    let footer_at = blob.len() - FOOTER_LEN as usize;
    let Ok(footer) = Footer::from_bytes(&blob[footer_at..]) else {
        assert_ne!(blob, honest.blob);
        return;
    };
    let key = ContentKey::from(KEY);
    let Ok(reader) = BlobReader::new(root, footer, Some(&key)) else {
        return;
    };
    let len = blob.len() as u64;
    let directory = reader.directory_chunks();
    let has_its_footer = footer.to_bytes() == honest.blob[footer_at..];
    let mut pieces = Vec::new();
    for index in 0..chunk_count(len) {
        let start = (index * CHUNK_LEN) as usize;
        let end = start + chunk_len(len, index) as usize;
        let opened = reader.open_piece(index, &blob[start..end]);
        if has_its_footer && index < reader.pieces() {
            let is_same = blob[start..end] == honest.blob[start..end];
            assert!(opened.is_ok() || !is_same, "what was written opens");
            assert!(
                opened.is_err() || is_same || suite == Suite::Plain,
                "a sealed piece that was changed opened"
            );
        }
        if directory.contains(&index) {
            pieces.extend(opened.into_iter().flat_map(|piece| piece.to_vec()));
        }
    }
    let Ok(directory) = reader.parse_directory(&pieces) else {
        assert_ne!(blob, honest.blob);
        return;
    };
    for plan in reader.content_plan(&directory) {
        assert!(plan.entry.offset + plan.entry.len <= footer.content_len());
        assert!(plan.chunks.end <= reader.pieces());
        let spans = reader.spans_of_entry(plan.entry, 0..u64::MAX);
        let bytes: u64 = spans.take(1_000).map(|span| span.bytes.len() as u64).sum();
        assert_eq!(bytes, plan.entry.len);
    }
});
