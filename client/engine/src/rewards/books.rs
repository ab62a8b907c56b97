//! What this home collected for an account on a chain: sums, for people. **They begin with this home**: what others collected for the
//! account, as anybody may, is not in them. Losing them loses no money.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::command::CollectedRewards;
use crate::error::{Code, EngineError};
use crate::home::durable;

/// Longest file: six numbers with their names.
const MAX_LEN: u64 = 4 * 1024;
/// Layout that this version writes.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Book {
    version: u32,
    #[serde(flatten)]
    collected: CollectedRewards,
}

/// The sums so far; a home without them has collected nothing.
pub fn read(path: &Path) -> Result<CollectedRewards, EngineError> {
    let damaged = |why: String| {
        EngineError::new(
            Code::Damaged,
            format!("{} {why}", path.display()),
            "move it away: the home then forgets what it collected, and no money",
        )
    };
    let Some(bytes) = durable::read(path, MAX_LEN)? else {
        return Ok(CollectedRewards::default());
    };
    let book: Book =
        serde_json::from_slice(&bytes).map_err(|error| damaged(format!("cannot be read: {error}")))?;
    if book.version != VERSION {
        return Err(damaged(format!(
            "has version {}, and this program knows {VERSION}",
            book.version
        )));
    }
    Ok(book.collected)
}

/// Adds to them; they are on disk when this returns. One caller at a time.
pub fn add(path: &Path, more: &CollectedRewards) -> Result<(), EngineError> {
    let mut collected = read(path)?;
    collected.add(more);
    let book = Book {
        version: VERSION,
        collected,
    };
    let bytes = serde_json::to_vec(&book).map_err(|error| {
        EngineError::new(
            Code::Failed,
            format!("could not write what was collected: {error}"),
            "report it",
        )
    })?;
    durable::write(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;

    fn some() -> CollectedRewards {
        CollectedRewards {
            claims: 2,
            from_sales: Amount(u128::MAX - 5),
            from_endowments: Amount(3),
            from_deliveries: Amount(4),
            fees: Amount(1),
        }
    }

    #[test]
    fn sums_grow_and_outlive_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        assert_eq!(read(&path).unwrap(), CollectedRewards::default());
        add(&path, &some()).unwrap();
        assert_eq!(read(&path).unwrap(), some());
        add(&path, &some()).unwrap();
        let twice = read(&path).unwrap();
        assert_eq!((twice.claims, twice.from_endowments), (4, Amount(6)));
        assert_eq!(twice.from_sales, Amount(u128::MAX), "and never overflow");
    }

    #[test]
    fn damaged_sums_are_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for bytes in [&b"{"[..], b"", br#"{"version":2}"#] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(add(&path, &some()).unwrap_err().code, Code::Damaged);
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
    }
}
