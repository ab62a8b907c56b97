//! What fuzz targets reach of this crate's inside; tests/fuzz. Not there in any other build.

use crate::catalogue::row::Row;

/// The bytes that a row of the catalogue read from these would be written as; `None` if it is none.
pub fn catalogue_row(bytes: &[u8]) -> Option<Vec<u8>> {
    Row::from_bytes(bytes).map(|row| row.to_bytes())
}
