use super::*;
use crate::{
    GenesisConfig, LockWindow, OrderDeadline, SettlementWindow, DAY_OF_BLOCKS, MIN_LOCK_WINDOW,
    MIN_ORDER_DEADLINE, MIN_SETTLEMENT_WINDOW,
};
use sp_runtime::BuildStorage;

fn chain_with(genesis: GenesisConfig<Test>) -> sp_io::TestExternalities {
    genesis.build_storage().expect("a genesis builds").into()
}

#[test]
fn genesis_writes_the_lengths() {
    let genesis = GenesisConfig {
        order_deadline: 40,
        settlement_window: 50,
        lock_window: 60,
        ..Default::default()
    };
    chain_with(genesis).execute_with(|| {
        assert_eq!(
            (
                OrderDeadline::<Test>::get(),
                SettlementWindow::<Test>::get(),
                LockWindow::<Test>::get()
            ),
            (40, 50, 60)
        );
        assert_eq!(
            (
                Pallet::<Test>::order_deadline(),
                Pallet::<Test>::settlement_window(),
                Pallet::<Test>::lock_window()
            ),
            (40, 50, 60)
        );
    });
}

#[test]
fn a_genesis_that_says_nothing_gives_a_day_for_each() {
    chain_with(GenesisConfig::default()).execute_with(|| {
        assert_eq!(Pallet::<Test>::order_deadline(), DAY_OF_BLOCKS);
        assert_eq!(Pallet::<Test>::settlement_window(), DAY_OF_BLOCKS);
        assert_eq!(Pallet::<Test>::lock_window(), DAY_OF_BLOCKS);
    });
}

#[test]
fn lengths_that_are_missing_or_too_short_count_as_the_least() {
    let check = || {
        assert_eq!(Pallet::<Test>::order_deadline(), MIN_ORDER_DEADLINE);
        assert_eq!(Pallet::<Test>::settlement_window(), MIN_SETTLEMENT_WINDOW);
        assert_eq!(Pallet::<Test>::lock_window(), MIN_LOCK_WINDOW);
    };
    sp_io::TestExternalities::default().execute_with(check);
    let genesis = GenesisConfig {
        order_deadline: 1,
        settlement_window: 0,
        lock_window: 2,
        ..Default::default()
    };
    chain_with(genesis).execute_with(check);
}
