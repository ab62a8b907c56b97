//! Money as bytes that sort as the amounts do: SQLite's integers end at 2⁶³, the chain's at 2¹²⁸.
//!
//! One byte tells how many follow, then come the amount's bytes, highest first, without leading zeros. A longer number is
//! a larger one, so comparing bytes compares amounts.

use hashcard_primitives::Balance;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// An amount in the chain's smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(crate) struct Money(pub Balance);

impl Money {
    /// Its bytes: 1 to 17.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let all = self.0.to_be_bytes();
        let len = all.len() - self.0.leading_zeros() as usize / 8;
        let mut bytes = Vec::with_capacity(1 + len);
        bytes.push(len as u8);
        bytes.extend_from_slice(&all[all.len() - len..]);
        bytes
    }

    /// The amount of bytes that [`Self::bytes`] made.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let (len, digits) = bytes.split_first()?;
        if usize::from(*len) != digits.len() || digits.len() > 16 || digits.first() == Some(&0) {
            return None;
        }
        Some(Self(
            digits.iter().fold(0, |sum, byte| sum << 8 | Balance::from(*byte)),
        ))
    }

    /// Bits of the amount: 0 for nothing, 128 for the largest.
    pub(crate) fn bits(self) -> u32 {
        Balance::BITS - self.0.leading_zeros()
    }

    pub(crate) fn plus(self, more: Balance) -> Self {
        Self(self.0.saturating_add(more))
    }
}

impl ToSql for Money {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.bytes()))
    }
}

impl FromSql for Money {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::of(value.as_blob()?).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_shortest_form_is_the_only_one() {
        assert_eq!(Money(0).bytes(), [0]);
        assert_eq!(Money(255).bytes(), [1, 255]);
        assert_eq!(Money(256).bytes(), [2, 1, 0]);
        assert_eq!(Money(Balance::MAX).bytes().len(), 17);
        for bad in [&[][..], &[1], &[1, 0], &[0, 1], &[2, 1], &[17; 18]] {
            assert_eq!(Money::of(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn bytes_sort_as_amounts_do(a: u128, b: u128, shift_a in 0u32..128, shift_b in 0u32..128) {
            let (a, b) = (Money(a >> shift_a), Money(b >> shift_b));
            prop_assert_eq!(a.bytes().cmp(&b.bytes()), a.cmp(&b));
            prop_assert_eq!(Money::of(&a.bytes()), Some(a));
        }
    }
}
