//! Numbers that the council changes, and their bounds.

use crate::on_local;
use frame_support::{assert_ok, traits::Get};
use hashcard_primitives::{api::runtime_decl_for_rewards_api::RewardsApi, reward::Emission};
use hashcard_runtime::{
    configs::{dynamic_params, RuntimeParameters},
    constants::{governance, money, rewards},
    decisions::Kind,
    Runtime, Validators,
};
use hashcard_runtime_tests::{
    account, blocks,
    council::{decide, pass_notice, MAJORITY},
    on_dev, sign,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{DispatchError, Permill};

fn network_fee(value: Option<Permill>) -> pallet_parameters::Call<Runtime> {
    use dynamic_params::market::{NetworkFee, Parameters};
    pallet_parameters::Call::set_parameter {
        key_value: RuntimeParameters::Market(Parameters::NetworkFee(NetworkFee, value)),
    }
}

fn fee_of_sales() -> Permill {
    <Runtime as pallet_keys::Config>::NetworkFee::get()
}

fn fee_of_deliveries() -> Permill {
    <Runtime as pallet_channels::Config>::NetworkFee::get()
}

#[test]
fn a_majority_changes_the_network_fee_within_its_bounds_and_back_to_what_it_was() {
    on_local(|| {
        assert_eq!(fee_of_sales(), money::NETWORK_FEE);
        let two = Permill::from_percent(2);
        assert_ok!(decide(MAJORITY, Kind::Parameter, network_fee(Some(two))));
        assert_eq!(fee_of_sales(), money::NETWORK_FEE);
        assert_ok!(pass_notice());
        assert_eq!((fee_of_sales(), fee_of_deliveries()), (two, two));
        assert_ok!(decide(MAJORITY, Kind::Parameter, network_fee(None)));
        assert_ok!(pass_notice());
        assert_eq!(fee_of_sales(), money::NETWORK_FEE);
    });
}

#[test]
fn the_bounds_themselves_can_be_reached_and_nothing_beyond_them() {
    let (least, most) = governance::NETWORK_FEE_BOUNDS;
    let one = Permill::from_parts(1);
    on_local(|| {
        for value in [least, most] {
            assert_ok!(decide(MAJORITY, Kind::Parameter, network_fee(Some(value))));
            assert_ok!(pass_notice());
            assert_eq!(fee_of_sales(), value);
        }
        for value in [least - one, most + one, Permill::one()] {
            assert_ok!(decide(MAJORITY, Kind::Parameter, network_fee(Some(value))));
            let filtered = frame_system::Error::<Runtime>::CallFiltered;
            assert_eq!(pass_notice(), Err(filtered.into()));
            assert_eq!(fee_of_sales(), most);
        }
    });
}

#[test]
fn every_parameter_begins_as_its_constant_and_keeps_its_bounds() {
    use dynamic_params::{earning, validating};
    let earn = |value| {
        [
            RuntimeParameters::Earning(earning::Parameters::LeastShare(earning::LeastShare, Some(value))),
            RuntimeParameters::Earning(earning::Parameters::MinEndowment(
                earning::MinEndowment,
                Some(value),
            )),
            RuntimeParameters::Validating(validating::Parameters::ReportCost(
                validating::ReportCost,
                Some(value),
            )),
        ]
    };
    let now = || {
        [
            <Runtime as pallet_rewards::Config>::LeastShare::get(),
            <Runtime as pallet_rewards::Config>::MinEndowment::get(),
            <Runtime as pallet_validators::Config>::ReportCost::get(),
        ]
    };
    on_local(|| {
        let begin = [rewards::LEAST_SHARE, rewards::MIN_ENDOWMENT, money::REPORT_COST];
        assert_eq!(now(), begin);
        let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
        for beyond in [0, u128::MAX] {
            for key_value in earn(beyond) {
                let call = pallet_parameters::Call::<Runtime>::set_parameter { key_value };
                assert_ok!(decide(MAJORITY, Kind::Parameter, call));
                assert_eq!(pass_notice(), filtered);
            }
        }
        assert_eq!(now(), begin);
        let within = 50 * money::MILLICARD;
        for key_value in earn(within) {
            let call = pallet_parameters::Call::<Runtime>::set_parameter { key_value };
            assert_ok!(decide(MAJORITY, Kind::Parameter, call));
            assert_ok!(pass_notice());
        }
        assert_eq!(now(), [within; 3]);
    });
}

#[test]
fn what_root_stores_beyond_the_bounds_counts_as_the_bound() {
    on_dev(|| {
        let sudo = pallet_sudo::Call::<Runtime>::sudo {
            call: Box::new(network_fee(Some(Permill::one())).into()),
        };
        assert_ok!(sign(&account(Alice), sudo));
        assert_eq!(fee_of_sales(), governance::NETWORK_FEE_BOUNDS.1);
    });
}

#[test]
fn nobody_else_changes_a_parameter_and_no_other_kind_of_decision() {
    on_local(|| {
        let call = network_fee(Some(Permill::from_percent(2)));
        assert_eq!(sign(&account(Bob), call.clone()), Err(DispatchError::BadOrigin));
        for kind in [Kind::Spend, Kind::Membership, Kind::Upgrade] {
            assert_ok!(decide(5, kind, call.clone()));
            assert_eq!(pass_notice(), Err(DispatchError::BadOrigin));
        }
        assert_eq!(fee_of_sales(), money::NETWORK_FEE);
    });
}

#[test]
fn a_majority_sets_the_emission_within_the_bounds_of_its_pallet() {
    on_local(|| {
        let half = Emission {
            author_per_block: rewards::FIRST_EMISSION.author_per_block / 2,
            ..rewards::FIRST_EMISSION
        };
        let set = |emission| pallet_rewards::Call::<Runtime>::set_emission { emission };
        assert_ok!(decide(MAJORITY, Kind::Parameter, set(half)));
        assert_ok!(pass_notice());
        assert_eq!(Runtime::emission(), half);
        let much = Emission {
            author_per_block: rewards::MOST_EMISSION.author_per_block + 1,
            ..half
        };
        let beyond = pallet_rewards::Error::<Runtime>::EmissionOutOfBounds;
        assert_ok!(decide(MAJORITY, Kind::Parameter, set(much)));
        assert_eq!(pass_notice(), Err(beyond.into()));
        assert_eq!(Runtime::emission(), half);
    });
}

#[test]
fn a_majority_says_how_many_validators_there_are() {
    on_local(|| {
        let call = pallet_validators::Call::<Runtime>::set_validator_count { count: 7, least: 3 };
        assert_ok!(decide(MAJORITY, Kind::Parameter, call));
        assert_ok!(pass_notice());
        assert_eq!(Validators::validator_count(), 7);
        blocks::next();
    });
}

#[test]
fn a_majority_makes_no_set_of_one_and_none_that_nobody_can_leave() {
    on_local(|| {
        let beyond = DispatchError::from(pallet_validators::Error::<Runtime>::CountBeyondDecision);
        for (count, least) in [(1, 1), (100, 100)] {
            let call = pallet_validators::Call::<Runtime>::set_validator_count { count, least };
            assert_ok!(decide(MAJORITY, Kind::Parameter, call));
            assert_eq!(pass_notice(), Err(beyond));
        }
        assert_eq!(
            (Validators::validator_count(), Validators::least_validators()),
            (16, 3)
        );
    });
}
