//! Notes, collections, ledger, books of rewards and the beginning of a wallet: any bytes are read or refused.
#![no_main]

#[path = "shared/file.rs"]
mod file;

use hashcard_engine::{
    fuzzing::{is_encrypted, read_book},
    home::{collections::Collections, ledger::Ledger, notes::Notes},
};
use libfuzzer_sys::fuzz_target;

// The first byte says which.
fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else {
        return;
    };
    if which % 5 == 0 {
        is_encrypted(bytes);
        return;
    }
    let path = file::path("home-file");
    std::fs::write(&path, bytes).expect("there is room for a file");
    match which % 5 {
        1 => drop(Notes::read(&path)),
        2 => drop(Collections::read(&path)),
        3 => drop(Ledger::read(&path)),
        _ => drop(read_book(&path)),
    }
});
