//! Bits that are accepted are the ones that would be written, and none is past the last chunk: of messages, and of files.
#![no_main]

use hashcard_primitives::{
    blob::{chunk_count, CHUNK_LEN},
    coverage::Coverage,
};
use hashcard_protocol::Bitfield;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((number, bits)) = data.split_first_chunk::<8>() else {
        return;
    };
    let number = u64::from_le_bytes(*number);

    if let Ok(held) = Bitfield::from_bytes(number, bits) {
        assert_eq!(held.as_bytes(), bits);
        assert!(held.count() <= number && !held.get(number) && !held.get(u64::MAX));
        assert_eq!(held.is_complete(), held.count() == number);
    }
    if let Ok(held) = hashcard_store::Bitfield::from_bytes(number, bits) {
        assert_eq!(held.as_bytes(), bits);
        assert_eq!(
            Bitfield::from_bytes(number, bits).map(|held| held.count()),
            Ok(held.count())
        );
    }

    // A page of what somebody else holds, of a blob that is not too long to lay out here.
    let blob_len = number % (64 * CHUNK_LEN * 64);
    let mut of_peer = Bitfield::claimed(blob_len, Coverage(number)).expect("no blob here is too long");
    let before = of_peer.clone();
    match of_peer.set_page(u64::from(bits.first().copied().unwrap_or(0) & 3), bits) {
        Ok(changed) => assert_eq!(changed, of_peer != before),
        Err(_) => assert_eq!(of_peer, before, "what is refused changes nothing"),
    }
    assert!(of_peer.count() <= chunk_count(blob_len));
});
