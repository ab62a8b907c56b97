//! One owner, and nobody else may look.

use super::*;
use crate::error::StoreError;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_second_opening_is_refused_and_told_which_folder() {
    let place = Place::new();
    let store = place.open();
    let refused = Store::open(&place.path(), Options::default()).err().unwrap();
    assert!(matches!(&refused, StoreError::InUse { folder } if *folder == place.path()));
    assert!(refused.to_string().contains(place.path().to_str().unwrap()));
    let clone = store.clone();
    drop(store);
    assert!(matches!(
        Store::open(&place.path(), Options::default()),
        Err(StoreError::InUse { .. })
    ));
    drop(clone);
    place.open();
}

#[test]
fn an_import_keeps_the_folder_owned() {
    let place = Place::new();
    let store = place.open();
    let import = store.import().unwrap();
    drop(store);
    assert!(matches!(
        Store::open(&place.path(), Options::default()),
        Err(StoreError::InUse { .. })
    ));
    drop(import);
    place.open();
}

#[test]
fn files_and_folders_are_the_owners_alone() {
    let place = Place::new();
    let store = place.open();
    hold(&store, &Sample::of_chunks(1, 1), [0]);
    let _import = store.import().unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    for folder in [
        place.path(),
        place.path().join("blobs"),
        place.path().join("incoming"),
    ] {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert!(path.is_dir() || mode(&path) == 0o600, "{}", path.display());
        }
    }
}

#[test]
fn a_catalogue_that_is_something_else_is_refused_and_kept() {
    let place = Place::new();
    drop(place.open());
    let path = place.path().join("catalogue.redb");
    std::fs::write(&path, b"a letter, not a catalogue").unwrap();
    assert!(Store::open(&place.path(), Options::default()).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"a letter, not a catalogue");
}
