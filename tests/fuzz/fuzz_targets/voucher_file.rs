//! A file of vouchers, or a record of promises, whatever its records say, is read or refused, and reads the same again.
#![no_main]

#[path = "shared/file.rs"]
mod file;

use hashcard_engine::fuzzing::{file_of_bodies, lines_of_bodies, Vouchers};
use libfuzzer_sys::fuzz_target;

const GENESIS: [u8; 32] = [1; 32];
const PAYEE: [u8; 32] = [2; 32];
/// Most records of one file here.
const MOST: usize = 8;

// Bodies of records, each behind its length in two bytes; what is left over stands at the end of the file.
fuzz_target!(|data: &[u8]| {
    let (mut bodies, mut rest) = (Vec::new(), data);
    while let Some((len, behind)) = rest.split_first_chunk::<2>() {
        let len = usize::from(u16::from_le_bytes(*len));
        if bodies.len() == MOST || len == 0 || len > behind.len() {
            break;
        }
        let (body, behind) = behind.split_at(len);
        bodies.push(body);
        rest = behind;
    }
    if let Ok(lines) = lines_of_bodies(&bodies) {
        assert!(lines <= bodies.len());
    }

    let path = file::path("vouchers");
    std::fs::write(&path, file_of_bodies(GENESIS, PAYEE, &bodies, rest)).expect("there is room for a file");
    let Ok(read) = Vouchers::read(&path, GENESIS, PAYEE) else {
        return;
    };
    let again = Vouchers::read(&path, GENESIS, PAYEE).expect("it was read before");
    assert!(read.all().eq(again.all()));
    assert!(read.past() == again.past() && read.redeemed() == again.redeemed());
});
