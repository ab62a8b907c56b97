//! This pallet with system and balances. Cards and whoever counts burnt fees are fakes of their roles, kept in storage so
//! that a failed dispatch, and a quote, undo them too.

use crate as pallet_channels;
use frame_support::{
    construct_runtime, derive_impl, parameter_types, storage_alias, traits::ConstU128, PalletId, Twox64Concat,
};
use hashcard_primitives::{
    card::{Access, Card, CardId, Kind, Terms},
    roles::{BurntFees, CardLookup},
    Balance,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, Permill};

pub(crate) const EXISTENTIAL_DEPOSIT: Balance = 100;
pub(crate) const CLOSING_WINDOW: u32 = 20;
/// What every account of [`chain`] starts with.
pub(crate) const WEALTH: Balance = 1_000_000_000;
pub(crate) const GENESIS: [u8; 32] = [0x6E; 32];

pub(crate) const OWNER: AccountId32 = AccountId32::new([1; 32]);
pub(crate) const PAYEE: AccountId32 = AccountId32::new([2; 32]);
pub(crate) const CREATOR: AccountId32 = AccountId32::new([3; 32]);
pub(crate) const STRANGER: AccountId32 = AccountId32::new([4; 32]);
/// Has not a single unit.
pub(crate) const PAUPER: AccountId32 = AccountId32::new([5; 32]);

type Block = frame_system::mocking::MockBlockU32<Test>;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Channels: pallet_channels,
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
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
}

parameter_types! {
    /// Leaves a remainder at most amounts, so that rounding is seen. In storage, so that a test can have another.
    pub storage NetworkFee: Permill = Permill::from_parts(25_000);
    pub const ChannelsPalletId: PalletId = PalletId(*b"hc/chans");
    /// In storage, so that a test can change it as an upgrade would.
    pub storage DepositPerByte: Balance = 1;
}

impl pallet_channels::Config for Test {
    type Cards = FakeCards;
    type Currency = Balances;
    type DepositBase = ConstU128<10>;
    type DepositPerByte = DepositPerByte;
    type Fees = FakeFees;
    type NetworkFee = NetworkFee;
    type PalletId = ChannelsPalletId;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = ();
}

#[storage_alias(verbatim)]
type CardRows = StorageMap<Fakes, Twox64Concat, CardId, Option<Card<AccountId32>>>;
#[storage_alias(verbatim)]
type FeeRows = StorageValue<Fakes, Vec<(CardId, AccountId32, Balance)>>;

/// Cards that tests write as they like.
pub struct FakeCards;

impl FakeCards {
    /// Makes a card exist.
    pub(crate) fn publish(id: CardId, creator: AccountId32, delivery_share: u32) {
        let card = Card {
            creator,
            access: Access::Inline,
            kind: Kind::Film,
            title: Default::default(),
            tags: Default::default(),
            blob: None,
            in_reply_to: None,
            supersedes: None,
            royalty: 0,
            delivery_share,
            collaborators: Default::default(),
            published_at: 0,
        };
        CardRows::insert(id, Some(card));
    }

    /// Leaves nothing of a card but its number.
    pub(crate) fn forget(id: CardId) {
        CardRows::insert(id, None::<Card<AccountId32>>);
    }
}

impl CardLookup for FakeCards {
    fn card(id: CardId) -> Option<Card<AccountId32>> {
        CardRows::get(id).flatten()
    }

    fn terms(_: CardId) -> Option<Terms> {
        None
    }

    fn was_published(id: CardId) -> bool {
        CardRows::contains_key(id)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_card(
        creator: AccountId32,
        _: hashcard_primitives::blob::ContentRoot,
        _: u64,
        _: Option<hashcard_primitives::card::KeyCommitments>,
        _: Terms,
    ) -> CardId {
        let id = CardRows::iter_keys().count() as CardId;
        Self::publish(id, creator, 1);
        id
    }
}

/// Remembers what it is told.
pub struct FakeFees;

impl FakeFees {
    pub(crate) fn told() -> Vec<(CardId, AccountId32, Balance)> {
        FeeRows::get().unwrap_or_default()
    }
}

impl BurntFees for FakeFees {
    fn of_sale(_: CardId, _: Balance) {}

    fn of_delivery(card: CardId, payee: &AccountId32, fee: Balance) {
        let mut told = Self::told();
        told.push((card, payee.clone(), fee));
        FeeRows::put(told);
    }
}

pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("system genesis");
    pallet_balances::GenesisConfig::<Test> {
        balances: [OWNER, PAYEE, CREATOR, STRANGER]
            .map(|who| (who, WEALTH))
            .to_vec(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances genesis");
    pallet_channels::GenesisConfig::<Test> {
        closing_window_blocks: CLOSING_WINDOW,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("channels genesis");
    let mut chain = sp_io::TestExternalities::new(storage);
    // Benchmarks sign with keys that the host keeps.
    chain.register_extension(sp_keystore::KeystoreExt::new(
        sp_keystore::testing::MemoryKeystore::new(),
    ));
    chain.execute_with(|| {
        frame_system::BlockHash::<Test>::insert(0, sp_core::H256(GENESIS));
        System::set_block_number(1);
    });
    chain
}

/// Runs a test at block 1, then checks every invariant, and that each unit is on somebody's account.
pub(crate) fn chain(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        check();
    });
}

/// Every invariant, and that each unit is on somebody's account.
pub(crate) fn check() {
    Channels::do_try_state().expect("every invariant holds");
    let on_accounts: Balance = frame_system::Account::<Test>::iter_values()
        .map(|account| account.data.free + account.data.reserved)
        .sum();
    assert_eq!(on_accounts, Balances::total_issuance());
}
