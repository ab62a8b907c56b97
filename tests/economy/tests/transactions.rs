//! Fees in the simulation are near what the runtime charges. They are rounded, so that a new measurement of weights does not
//! change the document; a rule that becomes twice as expensive does.

use frame_support::{
    derive_impl,
    weights::{
        constants::{ExtrinsicBaseWeight, ParityDbWeight},
        Weight,
    },
};
use hashcard_economy::transactions::Transaction;
use pallet_cards::WeightInfo as _;
use pallet_channels::WeightInfo as _;
use pallet_keys::WeightInfo as _;
use pallet_rewards::WeightInfo as _;
use pallet_seeders::WeightInfo as _;

#[path = "../../../runtime/src/weights/pallet_cards.rs"]
mod cards;
#[path = "../../../runtime/src/weights/pallet_channels.rs"]
mod channels;
#[path = "../../../runtime/src/weights/pallet_keys.rs"]
mod keys;
#[path = "../../../runtime/src/weights/pallet_rewards.rs"]
mod rewards;
#[path = "../../../runtime/src/weights/pallet_seeders.rs"]
mod seeders;

type Block = frame_system::mocking::MockBlock<Chain>;

frame_support::construct_runtime!(
    pub struct Chain {
        System: frame_system,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Chain {
    type Block = Block;
    type DbWeight = ParityDbWeight;
}

#[test]
fn no_fee_of_the_simulation_is_more_than_twice_or_less_than_half_of_the_chains() {
    use Transaction::*;
    type Cards = cards::WeightInfo<Chain>;
    type Channels = channels::WeightInfo<Chain>;
    type Keys = keys::WeightInfo<Chain>;
    type Rewards = rewards::WeightInfo<Chain>;
    type Seeders = seeders::WeightInfo<Chain>;
    let measured: [(Transaction, Weight); 20] = [
        (PublishInline { preview: 500 }, Cards::publish_inline(0)),
        (Retire, Cards::retire()),
        (Buy, Keys::buy()),
        (Fulfil, Keys::fulfil_primary()),
        (Register, Seeders::register()),
        (Join, Seeders::apply_joins(1)),
        (Heartbeat, Seeders::heartbeat()),
        (OpenPool, Channels::open_pool()),
        (AddSession, Channels::add_session()),
        (OpenLanes { lanes: 1 }, Channels::open_lanes(1)),
        (OpenLanes { lanes: 20 }, Channels::open_lanes(20)),
        (ClosePool, Channels::close_pool()),
        (Withdraw { rows: 1 }, Channels::withdraw_sessions(1)),
        (Withdraw { rows: 21 }, Channels::withdraw_lanes(21)),
        (Redeem { vouchers: 1 }, Channels::redeem_ed25519(1)),
        (Redeem { vouchers: 64 }, Channels::redeem_ed25519(64)),
        (Enlist, Rewards::enlist()),
        (CollectDeliveries, Rewards::collect_deliveries()),
        (Endow, Rewards::endow()),
        (EndEndowment, Rewards::end_endowment()),
    ];
    for (transaction, weight) in measured {
        let micros = weight.saturating_add(ExtrinsicBaseWeight::get()).ref_time() / 1_000_000;
        let assumed = u64::from(transaction.micros());
        assert!(
            assumed <= 2 * micros && micros <= 2 * assumed,
            "{transaction:?} takes {micros} µs, the simulation says {assumed}"
        );
    }
}
