use super::*;
use crate::{GenesisConfig, MAX_UNBONDING_SESSIONS, MIN_UNBONDING_SESSIONS};
use sp_runtime::BuildStorage;

#[test]
fn the_validators_of_genesis_are_bonded_and_validate_from_the_first_block_on() {
    chain(|| {
        assert_eq!(set(), [1, 2, 3, 4]);
        assert_eq!(candidates(), [1, 2, 3, 4]);
        assert_eq!((held(1), Balances::free_balance(account(1))), (BOND, WEALTH));
        pass_sessions(3);
        assert_eq!(set(), [1, 2, 3, 4]);
    });
}

#[test]
fn lengths_and_numbers_of_genesis_are_never_beyond_what_is_safe() {
    let said = |sessions, count| {
        let storage = GenesisConfig::<Test> {
            unbonding_sessions: sessions,
            validator_count: count,
            least_validators: count,
            ..Default::default()
        }
        .build_storage()
        .expect("it builds");
        sp_io::TestExternalities::new(storage).execute_with(|| {
            let lengths = (Validators::unbonding_sessions(), Validators::report_longevity());
            let (count, least) = (Validators::validator_count(), Validators::least_validators());
            assert!((1..=count).contains(&least));
            (lengths, count)
        })
    };
    assert_eq!(said(0, 0), ((MIN_UNBONDING_SESSIONS, 2), 1));
    assert_eq!(said(10, 3), ((10, 8), 3));
    assert_eq!(
        said(9_999, 9_999),
        ((MAX_UNBONDING_SESSIONS, 166), MAX_VALIDATORS)
    );
}
