//! This pallet with system and balances. Cards are a fake of their role, kept in storage.

use crate as pallet_social;
use frame_support::{
    construct_runtime, derive_impl, parameter_types, storage_alias, traits::ConstU128, Twox64Concat,
};
use hashcard_primitives::{
    card::{Card, CardId, Terms},
    roles::CardLookup,
    Balance,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};

/// What accounts 0 to 29 start with.
pub(crate) const WEALTH: Balance = 1_000_000_000;
/// An account that has the existential deposit and nothing more.
pub(crate) const PAUPER: u16 = 99;

type Block = frame_system::mocking::MockBlockU32<Test>;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Social: pallet_social,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = Balance;
}

parameter_types! {
    /// In storage, so that a test can change it as an upgrade would.
    pub storage DepositPerByte: Balance = 1;
}

impl pallet_social::Config for Test {
    type Cards = FakeCards;
    type Currency = Balances;
    type DepositBase = ConstU128<100>;
    type DepositPerByte = DepositPerByte;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = ();
}

#[storage_alias(verbatim)]
type Published = StorageMap<Fakes, Twox64Concat, CardId, ()>;

/// Cards that tests publish and retire.
pub struct FakeCards;

impl FakeCards {
    pub(crate) fn publish(id: CardId) {
        Published::insert(id, ());
    }

    pub(crate) fn retire(id: CardId) {
        Published::remove(id);
    }
}

impl CardLookup for FakeCards {
    fn card(_: CardId) -> Option<Card<AccountId32>> {
        None
    }

    fn terms(id: CardId) -> Option<Terms> {
        Published::contains_key(id).then_some(Terms {
            price: 0,
            editions: None,
            listed: true,
            version: 0,
        })
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_card(
        _: AccountId32,
        _: hashcard_primitives::blob::ContentRoot,
        _: u64,
        _: Option<hashcard_primitives::card::KeyCommitments>,
        _: Terms,
    ) -> CardId {
        let id = Published::iter_keys().count() as CardId;
        Self::publish(id);
        id
    }
}

pub(crate) fn account(number: u16) -> AccountId32 {
    let mut account = [0x50; 32];
    account[..2].copy_from_slice(&number.to_le_bytes());
    AccountId32::new(account)
}

pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("system genesis");
    let mut balances: Vec<_> = (0..30).map(|number| (account(number), WEALTH)).collect();
    balances.push((account(PAUPER), 1));
    pallet_balances::GenesisConfig::<Test> {
        balances,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances genesis");
    let mut chain = sp_io::TestExternalities::new(storage);
    chain.execute_with(|| System::set_block_number(1));
    chain
}

/// Runs a test at block 1, with cards 0 to 3, then checks every invariant.
pub(crate) fn chain(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        (0..4).for_each(FakeCards::publish);
        test();
        Social::do_try_state().expect("every invariant holds");
    });
}
