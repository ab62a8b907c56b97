//! What blocks mint and seeders earn: who is asked for authors, chance, cards and seats.

use crate::{
    constants::{money, rewards},
    *,
};
use frame_support::{parameter_types, traits::Get, PalletId};
use hashcard_primitives::reward::Emission;
use sp_runtime::{traits::AccountIdConversion, SaturatedConversion};

use super::{
    governance::ByParameterDecision,
    parameters::{LeastShare, MinEndowment},
};

parameter_types! {
    pub const MostEmission: Emission = rewards::MOST_EMISSION;
    pub const BondCap: Balance = rewards::BOND_CAP;
    pub const MaxEndowmentBlocks: BlockNumber = rewards::MAX_ENDOWMENT_BLOCKS;
    pub const DepositPerRow: Balance = money::DEPOSIT_PER_ROW;
    pub const DepositPerByte: Balance = money::DEPOSIT_PER_BYTE;
    /// Names the account that keeps endowed money, and nothing else.
    pub const RewardsPalletId: PalletId = PalletId(*b"hc/rewrd");
    /// Names the account below, for pallet-treasury too.
    pub const TreasuryPalletId: PalletId = PalletId(*b"hc/treas");
    /// The treasury's account. Nobody has a key of it; decisions of the council move what it has.
    pub TreasuryAccount: AccountId = TreasuryPalletId::get().into_account_truncating();
}

/// Every slot of an epoch may have a block.
pub struct EpochBlocks;

impl Get<BlockNumber> for EpochBlocks {
    fn get() -> BlockNumber {
        <Runtime as pallet_babe::Config>::EpochDuration::get().saturated_into()
    }
}

/// The author that the block's digest names; Authorship has looked at it before Rewards is asked to mint.
pub struct BlockAuthor;

impl Get<Option<AccountId>> for BlockAuthor {
    #[cfg(not(feature = "runtime-benchmarks"))]
    fn get() -> Option<AccountId> {
        Authorship::author()
    }

    /// Benchmarks make no blocks, and minting for somebody is what is to be measured.
    #[cfg(feature = "runtime-benchmarks")]
    fn get() -> Option<AccountId> {
        Authorship::author().or(Some(AccountId::new([0xA0; 32])))
    }
}

/// A displaced seat is remembered for as long as it may still be proven.
pub struct ProvableFor;

impl Get<BlockNumber> for ProvableFor {
    fn get() -> BlockNumber {
        Rewards::provable_for()
    }
}

impl pallet_rewards::Config for Runtime {
    type Author = BlockAuthor;
    type BondCap = BondCap;
    type Cards = Cards;
    type Currency = Balances;
    type DepositBase = DepositPerRow;
    type DepositPerByte = DepositPerByte;
    type EpochBlocks = EpochBlocks;
    type Governance = ByParameterDecision;
    type LeastShare = LeastShare;
    type MaxEndowmentBlocks = MaxEndowmentBlocks;
    type MinEndowment = MinEndowment;
    type MostEmission = MostEmission;
    type PalletId = RewardsPalletId;
    type Randomness = pallet_babe::RandomnessFromOneEpochAgo<Runtime>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Seats = Seeders;
    type Treasury = TreasuryAccount;
    type WeightInfo = crate::weights::pallet_rewards::WeightInfo<Runtime>;
}
