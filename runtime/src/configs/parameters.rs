//! Numbers that the council may change within bounds, without another runtime.
//!
//! They are those of which no row keeps what it was made with: where a deposit is returned, or a share reckoned twice, a number
//! that changed meanwhile would be wrong. The bounds are kept twice. The call filter refuses what is beyond them; Root passes no
//! filter, and bounds may be narrowed by a later runtime, so whoever reads clamps.

use crate::{
    constants::{governance, money, rewards},
    *,
};
use frame_support::{
    dynamic_params::{dynamic_pallet_params, dynamic_params},
    traits::Get,
};
use sp_runtime::Permill;

use super::governance::ByParameterDecisionForAll;

/// What is stored. `None` is what a network begins with.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod dynamic_params {
    use super::*;

    /// Of sales and deliveries.
    #[dynamic_pallet_params]
    #[codec(index = 0)]
    pub mod market {
        /// Part of a price, and of a payment for delivered bytes, that burns when they are settled. In millionths.
        #[codec(index = 0)]
        pub static NetworkFee: Permill = money::NETWORK_FEE;
    }

    /// Of rewards.
    #[dynamic_pallet_params]
    #[codec(index = 1)]
    pub mod earning {
        /// Least that the claims of a card share before one is heard, in units of 10⁻¹² CARD.
        #[codec(index = 0)]
        pub static LeastShare: Balance = rewards::LEAST_SHARE;
        /// Least endowment, in units of 10⁻¹² CARD.
        #[codec(index = 1)]
        pub static MinEndowment: Balance = rewards::MIN_ENDOWMENT;
    }

    /// Of validators.
    #[dynamic_pallet_params]
    #[codec(index = 2)]
    pub mod validating {
        /// What an offender pays for each report of him beyond those that are free, in units of 10⁻¹² CARD.
        #[codec(index = 0)]
        pub static ReportCost: Balance = money::REPORT_COST;
    }
}

/// The dearest to store.
#[cfg(feature = "runtime-benchmarks")]
impl Default for RuntimeParameters {
    fn default() -> Self {
        use dynamic_params::earning::{MinEndowment, Parameters};
        RuntimeParameters::Earning(Parameters::MinEndowment(
            MinEndowment,
            Some(rewards::MIN_ENDOWMENT),
        ))
    }
}

/// Each with its bounds, least and most.
macro_rules! bounded {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $stored:ty, $bounds:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl Get<$type> for $name {
            fn get() -> $type {
                let (least, most) = $bounds;
                <$stored as Get<$type>>::get().clamp(least, most)
            }
        }
    )*};
}

bounded! {
    /// See [`money::NETWORK_FEE`].
    NetworkFee: Permill = dynamic_params::market::NetworkFee, governance::NETWORK_FEE_BOUNDS;
    /// See [`rewards::LEAST_SHARE`].
    LeastShare: Balance = dynamic_params::earning::LeastShare, governance::LEAST_SHARE_BOUNDS;
    /// See [`rewards::MIN_ENDOWMENT`].
    MinEndowment: Balance = dynamic_params::earning::MinEndowment, governance::MIN_ENDOWMENT_BOUNDS;
    /// See [`money::REPORT_COST`].
    ReportCost: Balance = dynamic_params::validating::ReportCost, governance::REPORT_COST_BOUNDS;
}

/// Whether a call sets nothing beyond its bounds.
pub fn are_within_bounds(call: &pallet_parameters::Call<Runtime>) -> bool {
    use dynamic_params::{earning, market, validating};
    let pallet_parameters::Call::set_parameter { key_value } = call else {
        return true;
    };
    match key_value {
        RuntimeParameters::Market(market::Parameters::NetworkFee(_, value)) => {
            is_within(value, governance::NETWORK_FEE_BOUNDS)
        }
        RuntimeParameters::Earning(earning::Parameters::LeastShare(_, value)) => {
            is_within(value, governance::LEAST_SHARE_BOUNDS)
        }
        RuntimeParameters::Earning(earning::Parameters::MinEndowment(_, value)) => {
            is_within(value, governance::MIN_ENDOWMENT_BOUNDS)
        }
        RuntimeParameters::Validating(validating::Parameters::ReportCost(_, value)) => {
            is_within(value, governance::REPORT_COST_BOUNDS)
        }
    }
}

fn is_within<Value: Ord>(value: &Option<Value>, (least, most): (Value, Value)) -> bool {
    value
        .as_ref()
        .is_none_or(|value| (&least..=&most).contains(&value))
}

impl pallet_parameters::Config for Runtime {
    type AdminOrigin = ByParameterDecisionForAll;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeParameters = RuntimeParameters;
    // The library keeps its measured one to itself.
    type WeightInfo = ();
}
