//! A row of the store's catalogue that is accepted is the one that would be written.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(written) = hashcard_store::fuzzing::catalogue_row(data) {
        assert_eq!(written, data);
    }
});
