//! This pallet with system and balances. Keys are faked as a role: a test says what depends on a card.

use crate as pallet_cards;
use crate::{Config, WeightInfo};
use frame_support::{construct_runtime, derive_impl, parameter_types, weights::Weight};
use hashcard_primitives::{card::CardId, roles::CardDependents, Balance, BlockNumber};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, Permill};
use std::collections::{BTreeMap, BTreeSet};

type Block = frame_system::mocking::MockBlock<Test>;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Cards: pallet_cards,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type Block = Block;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type AccountStore = System;
}

pub const DEPOSIT_BASE: Balance = 100;
pub const DEPOSIT_PER_BYTE: Balance = 1;
pub const EARLY_RETIRE_BLOCKS: BlockNumber = 100;
pub const EARLY_RETIRE_BURN: Permill = Permill::from_percent(25);

parameter_types! {
    pub const DepositBase: Balance = DEPOSIT_BASE;
    pub const DepositPerByte: Balance = DEPOSIT_PER_BYTE;
    pub const EarlyRetireBlocks: BlockNumber = EARLY_RETIRE_BLOCKS;
    pub const EarlyRetireBurn: Permill = EARLY_RETIRE_BURN;
    pub static KeysMade: BTreeMap<CardId, u32> = BTreeMap::new();
    pub static Ordered: BTreeSet<CardId> = BTreeSet::new();
    pub static Frozen: BTreeSet<CardId> = BTreeSet::new();
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Dependents = FakeKeys;
    type DepositBase = DepositBase;
    type DepositPerByte = DepositPerByte;
    type EarlyRetireBlocks = EarlyRetireBlocks;
    type EarlyRetireBurn = EarlyRetireBurn;
    type WeightInfo = ();
}

/// Answers as the test wrote into `KeysMade`, `Ordered` and `Frozen`.
pub struct FakeKeys;

impl CardDependents for FakeKeys {
    fn keys_made(card: CardId) -> u32 {
        KeysMade::get().get(&card).copied().unwrap_or_default()
    }
    fn depends_on(card: CardId) -> bool {
        Ordered::get().contains(&card)
    }
    fn is_frozen(card: CardId) -> bool {
        Frozen::get().contains(&card)
    }
}

fn any_weight() -> Weight {
    Weight::from_parts(10_000, 0)
}

impl WeightInfo for () {
    fn publish_inline(_: u32) -> Weight {
        any_weight()
    }
    fn publish_blob(_: u32) -> Weight {
        any_weight()
    }
    fn revise_terms() -> Weight {
        any_weight()
    }
    fn retire() -> Weight {
        any_weight()
    }
    fn clear() -> Weight {
        any_weight()
    }
    fn add_sources() -> Weight {
        any_weight()
    }
    fn report() -> Weight {
        any_weight()
    }
    fn withdraw_report() -> Weight {
        any_weight()
    }
}

pub const GENESIS: [u8; 32] = [0x9e; 32];
pub const ALICE: AccountId32 = AccountId32::new([1; 32]);
pub const BOB: AccountId32 = AccountId32::new([2; 32]);
/// Has an existential deposit and nothing more.
pub const PAUPER: AccountId32 = AccountId32::new([3; 32]);
pub const ENDOWMENT: Balance = 1_000_000_000;

pub fn new_test_ext() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .unwrap();
    pallet_balances::GenesisConfig::<Test> {
        balances: vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT), (PAUPER, 1)],
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .unwrap();
    let mut ext = sp_io::TestExternalities::new(storage);
    ext.execute_with(|| {
        frame_system::BlockHash::<Test>::insert(0, H256(GENESIS));
        System::set_block_number(1);
    });
    ext
}

/// Runs a test at block 1, then checks every invariant.
pub fn chain(test: impl FnOnce()) {
    KeysMade::set(BTreeMap::new());
    Ordered::set(BTreeSet::new());
    Frozen::set(BTreeSet::new());
    new_test_ext().execute_with(|| {
        test();
        Cards::do_try_state().unwrap();
    });
}
