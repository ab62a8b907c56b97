//! A footer that is accepted is the one that would be written, and everything that follows from it stays in bounds.
#![no_main]

use hashcard_format::BlobReader;
use hashcard_primitives::{
    blob::{chunk_count, ContentRoot},
    footer::Footer,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(footer) = Footer::from_bytes(data) else {
        return;
    };
    assert_eq!(footer.to_bytes(), data);
    let Ok(reader) = BlobReader::new(ContentRoot([0; 32]), footer, None) else {
        return;
    };
    let chunks = chunk_count(footer.blob_len());
    let directory = reader.directory_chunks();
    assert!(reader.pieces() <= chunks && reader.open_pieces() <= reader.pieces());
    assert!(directory.start < directory.end && directory.end == reader.pieces());
    assert!(reader.spans(0..u64::MAX).take(4).all(|span| span.piece < chunks));
    for index in [0, reader.pieces() - 1, reader.pieces(), u64::MAX] {
        assert!(
            reader.open_piece(index, data).is_err(),
            "no piece is as short as a footer"
        );
    }
});
