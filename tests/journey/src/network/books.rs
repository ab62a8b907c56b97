//! All money of a chain after one block: **what was issued is what accounts have, to the unit**, free and held.

use serde_json::{json, Value};

use crate::failure::{ensure, Failure, Told};
use crate::node::Node;

/// `Balances::TotalIssuance`: the two names' hashes (twox128), one after the other.
const TOTAL_ISSUANCE: &str = "0xc2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80";
/// `System::Account`, likewise.
const ACCOUNTS: &str = "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9";
/// Accounts that are read at once: the most that a node gives.
const PAGE: usize = 1_000;
/// Where an account's record has its free and its held money: after a number and three counters of four bytes (frame-system 49
/// `AccountInfo`, pallet-balances 51 `AccountData`).
const FREE_AT: usize = 16;
const HELD_AT: usize = FREE_AT + 16;

/// Money in the smallest unit, 10⁻¹² CARD.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Books {
    /// What the chain says that there is.
    pub issued: u128,
    /// Accounts.
    pub accounts: usize,
    /// What they may spend.
    pub free: u128,
    /// What is held of theirs: bonds, deposits, escrow.
    pub held: u128,
}

impl Books {
    /// As a node has them after a block, by its hash in hex.
    pub async fn read(node: &Node, hash: &Value) -> Told<Self> {
        let issued = node
            .ask("state_getStorage", json!([TOTAL_ISSUANCE, hash]))
            .await?;
        let mut books = Self {
            issued: amount_at(&bytes_of(&issued)?, 0)?,
            accounts: 0,
            free: 0,
            held: 0,
        };
        let mut last = Value::Null;
        loop {
            let keys = node
                .ask("state_getKeysPaged", json!([ACCOUNTS, PAGE, last, hash]))
                .await?;
            let Some(end) = keys.as_array().and_then(|keys| keys.last()).cloned() else {
                return Ok(books);
            };
            let answer = node.ask("state_queryStorageAt", json!([keys, hash])).await?;
            for row in answer[0]["changes"].as_array().into_iter().flatten() {
                books.count(&bytes_of(&row[1])?)?;
            }
            last = end;
        }
    }

    fn count(&mut self, record: &[u8]) -> Told {
        self.accounts += 1;
        self.free = self.free.saturating_add(amount_at(record, FREE_AT)?);
        self.held = self.held.saturating_add(amount_at(record, HELD_AT)?);
        Ok(())
    }

    /// Fails unless all that was issued is somebody's, and nobody has more.
    pub fn add_up(&self) -> Told {
        ensure(self.issued == self.free.saturating_add(self.held), || {
            format!("it does not add up: {self:?}")
        })
    }
}

fn bytes_of(hexadecimal: &Value) -> Told<Vec<u8>> {
    let digits = hexadecimal.as_str().and_then(|text| text.strip_prefix("0x"));
    let bytes = digits.and_then(|digits| hex::decode(digits).ok());
    bytes.ok_or_else(|| Failure::new(format!("no bytes: {hexadecimal}")))
}

/// The 16 bytes at a place, least first.
fn amount_at(bytes: &[u8], at: usize) -> Told<u128> {
    let amount = bytes.get(at..at + 16).and_then(|bytes| bytes.try_into().ok());
    let amount = amount.ok_or_else(|| Failure::new(format!("no amount at {at} of {} bytes", bytes.len())))?;
    Ok(u128::from_le_bytes(amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_more_or_less_does_not_add_up() {
        let mut books = Books {
            issued: 12,
            accounts: 0,
            free: 0,
            held: 0,
        };
        let mut record = vec![0; 80];
        (record[FREE_AT], record[HELD_AT]) = (5, 7);
        books.count(&record).unwrap();
        books.add_up().unwrap();
        for issued in [11, 13] {
            assert!(Books { issued, ..books }.add_up().is_err());
        }
        assert!(books.count(&record[..40]).is_err());
        assert_eq!(bytes_of(&json!("0x0105")).unwrap(), [1, 5]);
        assert!(bytes_of(&Value::Null).is_err());
    }
}
