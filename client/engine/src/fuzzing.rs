//! What fuzz targets reach of this crate's inside; tests/fuzz. Not there in any other build.
//!
//! Records are framed here with their right checksums, which no fuzzer would guess.

pub use crate::pay::journal::lines_of_bodies;
pub use crate::pay::vouchers::{file_of_bodies, Vouchers};
pub use crate::rewards::read_book;
pub use crate::wallet::is_encrypted;
