//! What a transaction costs, and who gets it: the author of the block.

use crate::{
    constants::{block, money},
    *,
};
use frame_support::{
    parameter_types,
    traits::{
        fungible::{Balanced, Credit},
        OnUnbalanced,
    },
    weights::{constants::WEIGHT_REF_TIME_PER_SECOND, ConstantMultiplier, Weight},
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{traits::Bounded, FixedPointNumber, Perquintill};

parameter_types! {
    pub const FeePerByte: Balance = money::FEE_PER_BYTE;
    /// Fullness of blocks at which fees stand still.
    pub const TargetFullness: Perquintill = Perquintill::from_percent(25);
    /// How fast they move: a day of full blocks multiplies them by about 5
    /// (28,800 blocks, each by 1 + 0.75 · 75·10⁻⁶).
    pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
    /// They never fall below the price of an empty chain.
    pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_integer(1);
    pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

/// Execution time at [`money::FEE_PER_SECOND`].
pub struct TimeToFee;

impl frame_support::weights::WeightToFee for TimeToFee {
    type Balance = Balance;

    fn weight_to_fee(weight: &Weight) -> Balance {
        let time = weight.ref_time().min(block::MAX_REF_TIME) as Balance;
        time * money::FEE_PER_SECOND / WEIGHT_REF_TIME_PER_SECOND as Balance
    }
}

/// Fees and tips to the author; burnt where there is none.
pub struct ToAuthor;

impl OnUnbalanced<Credit<AccountId, Balances>> for ToAuthor {
    fn on_nonzero_unbalanced(fee: Credit<AccountId, Balances>) {
        if let Some(author) = Authorship::author() {
            // An author whose account cannot take it loses it: the credit burns when dropped.
            let _ = Balances::resolve(&author, fee);
        }
    }
}

impl pallet_transaction_payment::Config for Runtime {
    type FeeMultiplierUpdate =
        TargetedFeeAdjustment<Self, TargetFullness, AdjustmentVariable, MinimumMultiplier, MaximumMultiplier>;
    type LengthToFee = ConstantMultiplier<Balance, FeePerByte>;
    type OnChargeTransaction = FungibleAdapter<Balances, ToAuthor>;
    // An operational transaction counts as five times its tip in the pool's order.
    type OperationalFeeMultiplier = frame_support::traits::ConstU8<5>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
    type WeightToFee = TimeToFee;
}
