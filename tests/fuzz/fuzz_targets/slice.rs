//! Of all slices of a chunk only the true one verifies, and any bytes at all are refused without harm.
#![no_main]

#[path = "shared/written.rs"]
mod written;

use hashcard_format::verify_slice;
use hashcard_primitives::blob::{chunk_count, chunk_len, Suite, CHUNK_LEN};
use libfuzzer_sys::fuzz_target;
use std::convert::Infallible;
use written::written;

// Four bytes: how long the content is and which chunk. Then what is laid over the slice, and where.
fuzz_target!(|data: &[u8]| {
    let Some((&[len_low, len_high, chunk, place], patch)) = data.split_first_chunk::<4>() else {
        return;
    };
    let content_len = usize::from(u16::from_le_bytes([len_low, len_high])) * 16;
    let (root, memory) = written(content_len, Suite::Plain, 0).expect("nothing of it is sealed");
    let len = memory.blob.len() as u64;

    let _ = verify_slice(root, u64::from(chunk) * 4_093, u64::from(place), patch);

    let chunk = u64::from(chunk) % chunk_count(len);
    let start = (chunk * CHUNK_LEN) as usize;
    let bytes = &memory.blob[start..start + chunk_len(len, chunk) as usize];
    let node = |offset: u64| Ok::<_, Infallible>(memory.nodes[offset as usize]);
    let honest = hashcard_format::build_slice(len, chunk, bytes, node).expect("all of the blob is here");
    assert_eq!(
        verify_slice(root, len, chunk, &honest)
            .expect("it is honest")
            .data(),
        bytes
    );

    let mut changed = honest.clone();
    let at = usize::from(place) * changed.len() / 256;
    for (byte, with) in changed[at..].iter_mut().zip(patch) {
        *byte ^= with;
    }
    assert_eq!(
        verify_slice(root, len, chunk, &changed).is_ok(),
        changed == honest
    );
});
