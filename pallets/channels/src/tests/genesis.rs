use super::*;
use crate::{ClosingWindow, GenesisConfig, MIN_CLOSING_WINDOW_BLOCKS};
use sp_runtime::BuildStorage;

#[test]
fn genesis_sets_the_closing_window() {
    chain(|| assert_eq!(Channels::closing_window(), CLOSING_WINDOW));
}

#[test]
fn genesis_without_words_sets_a_day() {
    let storage = GenesisConfig::<Test>::default().build_storage().unwrap();
    sp_io::TestExternalities::new(storage)
        .execute_with(|| assert_eq!(Channels::closing_window() * 3, 24 * 60 * 60));
}

#[test]
fn no_genesis_makes_the_window_shorter_than_its_floor() {
    chain(|| {
        ClosingWindow::<Test>::put(MIN_CLOSING_WINDOW_BLOCKS - 1);
        assert_eq!(Channels::closing_window(), MIN_CLOSING_WINDOW_BLOCKS);
        ClosingWindow::<Test>::put(MIN_CLOSING_WINDOW_BLOCKS + 1);
        assert_eq!(Channels::closing_window(), MIN_CLOSING_WINDOW_BLOCKS + 1);
    });
}
