use super::*;
use crate::{Error, GenesisConfig};
use frame_support::{assert_noop, pallet_prelude::BuildGenesisConfig};
use hashcard_primitives::{card::WHOLE_SHARE, reward::Emission};
use sp_runtime::DispatchError;

#[test]
fn each_block_mints_for_its_author_and_the_treasury_and_nothing_for_seeders() {
    on_chain(|| {
        let (author, treasury, issued) = (wealth(&AUTHOR), wealth(&TREASURY), Balances::total_issuance());
        pass(3);
        assert_eq!(wealth(&AUTHOR) - author, 3 * EMISSION.author_per_block);
        assert_eq!(wealth(&TREASURY) - treasury, 3 * EMISSION.treasury_per_block);
        let minted = 3 * (EMISSION.author_per_block + EMISSION.treasury_per_block);
        assert_eq!(Balances::total_issuance() - issued, minted);
    });
}

#[test]
fn what_no_author_can_take_is_not_minted() {
    on_chain(|| {
        let emission = Emission {
            author_per_block: EXISTENTIAL_DEPOSIT - 1,
            treasury_per_block: 0,
            ..EMISSION
        };
        assert_ok!(Rewards::set_emission(RuntimeOrigin::root(), emission));
        for author in [None, Some(NOBODY)] {
            FakeAuthor::set(author);
            let issued = Balances::total_issuance();
            pass(1);
            assert_eq!(Balances::total_issuance(), issued);
        }
        // With the existential deposit it can be.
        let emission = Emission {
            author_per_block: EXISTENTIAL_DEPOSIT,
            ..emission
        };
        assert_ok!(Rewards::set_emission(RuntimeOrigin::root(), emission));
        pass(1);
        assert_eq!(wealth(&NOBODY), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn governance_sets_the_emission_within_its_bounds_and_nobody_else_does() {
    on_chain(|| {
        assert_ok!(Rewards::set_emission(RuntimeOrigin::root(), MOST_EMISSION));
        assert_event(Event::EmissionSet {
            emission: MOST_EMISSION,
        });
        assert_eq!(Rewards::emission(), MOST_EMISSION);
        assert_noop!(
            Rewards::set_emission(by(&AUTHOR), EMISSION),
            DispatchError::BadOrigin
        );
        let beyond = [
            Emission {
                author_per_block: MOST_EMISSION.author_per_block + 1,
                ..MOST_EMISSION
            },
            Emission {
                treasury_per_block: MOST_EMISSION.treasury_per_block + 1,
                ..MOST_EMISSION
            },
            Emission {
                seeders_per_block: MOST_EMISSION.seeders_per_block + 1,
                ..MOST_EMISSION
            },
            Emission {
                credit_share: WHOLE_SHARE,
                ..MOST_EMISSION
            },
        ];
        for emission in beyond {
            assert_noop!(
                Rewards::set_emission(RuntimeOrigin::root(), emission),
                Error::<Test>::EmissionOutOfBounds
            );
        }
    });
}

#[test]
fn a_new_emission_changes_no_credit_of_before_and_counts_block_by_block() {
    on_chain(|| {
        let card = publish();
        sold(card, 1_000);
        pass(10);
        let emission = Emission {
            seeders_per_block: 2 * EMISSION.seeders_per_block,
            credit_share: EMISSION.credit_share / 2,
            ..EMISSION
        };
        assert_ok!(Rewards::set_emission(RuntimeOrigin::root(), emission));
        sold(card, 1_000);
        next_era();
        let era = Eras::<Test>::get(0).unwrap();
        assert_eq!(era.pot, 10 * 500 + 10 * 1_000);
        assert_eq!(era.sale_credit, 800 + 400);
    });
}

#[test]
#[should_panic(expected = "out of its bounds")]
fn a_genesis_beyond_the_bounds_is_refused() {
    new_test_ext().execute_with(|| {
        GenesisConfig::<Test> {
            credit_share: WHOLE_SHARE,
            ..Default::default()
        }
        .build()
    });
}
