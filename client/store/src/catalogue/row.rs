//! One row of the catalogue, as bytes.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 1 | row version, 1 |
//! | 1 | 1 | flags: bit 0 doomed, bit 1 pinned, others zero |
//! | 2 | 8 | bytes of the blob, little endian |
//! | 10 | 8 | order number of its arrival, little endian |
//! | 18 | 8 | order number of its last reading, little endian |
//! | 26 | 0 to 256 | label, UTF-8; empty when there is none |
//!
//! [`Row::to_bytes`] is the only place that builds it, [`Row::from_bytes`] accepts exactly what that makes.

use hashcard_primitives::blob::MAX_BLOB_LEN;

/// Most bytes of a label: a title or a file name, with room.
pub const MAX_LABEL_LEN: usize = 256;

const ROW_VERSION: u8 = 1;
const DOOMED: u8 = 1;
const PINNED: u8 = 2;
const HEAD_LEN: usize = 26;

/// What the catalogue says of a blob beside its claims.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    /// Its files may exist, in any state, and are to be removed: it is arriving or leaving.
    pub doomed: bool,
    /// Not to be evicted or removed.
    pub pinned: bool,
    /// Bytes of the blob.
    pub len: u64,
    /// Order number of its arrival.
    pub added: u64,
    /// Order number of its last reading; that of its arrival before any.
    pub last_read: u64,
    /// For people; at most [`MAX_LABEL_LEN`] bytes.
    pub label: Option<String>,
}

impl Row {
    /// A blob that arrives now.
    pub fn arriving(len: u64, order: u64) -> Self {
        Self {
            doomed: true,
            pinned: false,
            len,
            added: order,
            last_read: order,
            label: None,
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD_LEN);
        out.push(ROW_VERSION);
        out.push(if self.doomed { DOOMED } else { 0 } | if self.pinned { PINNED } else { 0 });
        for number in [self.len, self.added, self.last_read] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(self.label.as_deref().unwrap_or_default().as_bytes());
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, label) = bytes.split_first_chunk::<HEAD_LEN>()?;
        let [version, flags, numbers @ ..] = head;
        if *version != ROW_VERSION || flags & !(DOOMED | PINNED) != 0 || label.len() > MAX_LABEL_LEN {
            return None;
        }
        let mut longs = numbers.chunks_exact(8).map(|long| {
            let mut out = [0; 8];
            out.copy_from_slice(long);
            u64::from_le_bytes(out)
        });
        let (len, added, last_read) = (longs.next()?, longs.next()?, longs.next()?);
        if len == 0 || len > MAX_BLOB_LEN {
            return None;
        }
        let label = std::str::from_utf8(label).ok()?;
        Some(Self {
            doomed: flags & DOOMED != 0,
            pinned: flags & PINNED != 0,
            len,
            added,
            last_read,
            label: (!label.is_empty()).then(|| label.to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            doomed: false,
            pinned: true,
            len: 0x0102_0304,
            added: 5,
            last_read: 9,
            label: Some("Ü".to_owned()),
        }
    }

    #[test]
    fn a_row_is_these_bytes_for_ever() {
        let expected = [
            &[1, 2][..],
            &[4, 3, 2, 1, 0, 0, 0, 0],
            &[5, 0, 0, 0, 0, 0, 0, 0],
            &[9, 0, 0, 0, 0, 0, 0, 0],
            "Ü".as_bytes(),
        ]
        .concat();
        assert_eq!(row().to_bytes(), expected);
        assert_eq!(Row::from_bytes(&expected), Some(row()));
    }

    #[test]
    fn every_accepted_byte_string_is_the_one_that_would_be_written() {
        let bytes = row().to_bytes();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                if let Some(row) = Row::from_bytes(&changed) {
                    assert_eq!(row.to_bytes(), changed, "byte {at} was accepted and not kept");
                }
            }
        }
    }

    #[test]
    fn a_short_row_an_unknown_version_an_impossible_length_and_a_long_label_are_refused() {
        let bytes = row().to_bytes();
        assert_eq!(Row::from_bytes(&bytes[..HEAD_LEN - 1]), None);
        assert_eq!(Row::from_bytes(&[&[2], &bytes[1..]].concat()), None);
        assert_eq!(Row::from_bytes(&Row { len: 0, ..row() }.to_bytes()), None);
        assert_eq!(
            Row::from_bytes(
                &Row {
                    len: MAX_BLOB_LEN + 1,
                    ..row()
                }
                .to_bytes()
            ),
            None
        );
        let label = |len| {
            Row {
                label: Some("x".repeat(len)),
                ..row()
            }
            .to_bytes()
        };
        assert!(Row::from_bytes(&label(MAX_LABEL_LEN)).is_some());
        assert_eq!(Row::from_bytes(&label(MAX_LABEL_LEN + 1)), None);
    }
}
