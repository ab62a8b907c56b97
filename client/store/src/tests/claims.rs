//! The catalogue keeps claims of any blob, and rows of stores that it knows.

use super::*;
use crate::catalogue::row::Row;
use crate::catalogue::Catalogue;
use crate::error::StoreError;
use crate::layout::Layout;
use redb::{Database, TableDefinition};

/// 20 GiB and a little: three pages of claims, the last of them short.
const LEN: u64 = 20 * (1 << 30) + 200;
const ROOT: ContentRoot = ContentRoot([5; 32]);

fn open(place: &Place) -> Catalogue {
    Catalogue::open(&Layout::create(&place.path()).unwrap(), Disk::default()).unwrap()
}

fn claimed(catalogue: &Catalogue, root: ContentRoot) -> Vec<u64> {
    catalogue.entry(root).unwrap().unwrap().held.iter().collect()
}

#[test]
fn claims_far_apart_are_kept_apart() {
    let place = Place::new();
    let catalogue = open(&place);
    let (row, other) = (
        Row {
            doomed: false,
            ..Row::arriving(LEN, 1)
        },
        ContentRoot([6; 32]),
    );
    catalogue.put_row("add", ROOT, &row).unwrap();
    catalogue.put_row("add", other, &row).unwrap();
    let chunks = [0, 32_767, 32_768, 65_536, 81_920];
    catalogue.change_claims("claim", ROOT, LEN, chunks, true).unwrap();
    catalogue.change_claims("claim", other, LEN, [1], true).unwrap();
    assert_eq!(claimed(&catalogue, ROOT), chunks);
    catalogue
        .change_claims("give up", ROOT, LEN, [32_767, 65_536, 40_000], false)
        .unwrap();
    drop(catalogue);
    let catalogue = open(&place);
    assert_eq!(claimed(&catalogue, ROOT), [0, 32_768, 81_920]);
    assert_eq!(claimed(&catalogue, other), [1]);
    catalogue.claim_all("claim", ROOT, &row).unwrap();
    assert!(catalogue.entry(ROOT).unwrap().unwrap().held.is_complete());
    catalogue.forget(ROOT).unwrap();
    assert!(catalogue.entry(ROOT).unwrap().is_none());
    assert_eq!(claimed(&catalogue, other), [1]);
}

#[test]
fn nothing_is_claimed_of_a_blob_that_is_not_there_or_is_leaving() {
    let place = Place::new();
    let catalogue = open(&place);
    let claim = || catalogue.change_claims("claim", ROOT, LEN, [1], true);
    assert!(matches!(claim(), Err(StoreError::UnknownBlob { .. })));
    let row = Row {
        doomed: false,
        ..Row::arriving(LEN, 1)
    };
    catalogue.put_row("add", ROOT, &row).unwrap();
    claim().unwrap();
    catalogue.doom(ROOT).unwrap();
    assert!(matches!(claim(), Err(StoreError::UnknownBlob { .. })));
    catalogue.put_row("add", ROOT, &row).unwrap();
    assert!(claimed(&catalogue, ROOT).is_empty());
}

#[test]
fn a_store_of_another_layout_or_with_rows_of_another_version_is_refused() {
    let place = Place::new();
    drop(place.open());
    let change = |name: &str, change: &dyn Fn(&redb::WriteTransaction)| {
        let database = Database::open(place.path().join("catalogue.redb")).unwrap();
        let txn = database.begin_write().unwrap();
        change(&txn);
        txn.commit().expect(name);
    };
    let blobs = TableDefinition::<&[u8; 32], &[u8]>::new("blobs");
    change("an unknown row", &|txn| {
        drop(
            txn.open_table(blobs)
                .unwrap()
                .insert(&ROOT.0, &[9u8; 30][..])
                .unwrap(),
        )
    });
    let refused = Store::open(&place.path(), Options::default()).err().unwrap();
    assert!(
        matches!(refused, StoreError::BadRow { root: ROOT, .. }),
        "{refused}"
    );
    let layout = TableDefinition::<&str, u64>::new("layout");
    change("another layout", &|txn| {
        drop(txn.open_table(layout).unwrap().insert("version", 2).unwrap())
    });
    let refused = Store::open(&place.path(), Options::default()).err().unwrap();
    assert!(
        matches!(refused, StoreError::OtherLayout { found: 2, .. }),
        "{refused}"
    );
}
