//! A chain with this pallet and balances. Cards, seats, authors and chance are fakes of their roles, kept in storage so that a
//! failed dispatch undoes them too. Fees are burnt by the tests.

use crate as pallet_rewards;
use crate::WeightInfo;
use codec::Encode;
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types, storage_alias,
    traits::{ConstU128, ConstU32, Get, Hooks, Randomness},
    weights::Weight,
    Blake2_128Concat, PalletId, Twox64Concat,
};
use frame_system::{
    limits::{BlockLength, BlockWeights},
    EnsureRoot,
};
use hashcard_primitives::{
    blob::{ContentRoot, Suite},
    card::{Access, Blob, Card, CardId, Kind, Terms},
    coverage::Coverage,
    reward::Emission,
    roles::{CardLookup, SeatLookup, SeatStanding},
    Balance, BlockNumber,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};

pub(crate) const EXISTENTIAL_DEPOSIT: Balance = 100;
pub(crate) const DEPOSIT_BASE: Balance = 10;
pub(crate) const EPOCH: BlockNumber = 5;
pub(crate) const ERA: BlockNumber = 20;
pub(crate) const BOND_CAP: Balance = 1_000;
pub(crate) const LEAST_SHARE: Balance = 10;
pub(crate) const MIN_ENDOWMENT: Balance = 1_000;
pub(crate) const MAX_ENDOWMENT_BLOCKS: BlockNumber = 10_000;
/// What every account of [`new_test_ext`] starts with.
pub(crate) const WEALTH: Balance = 1_000_000_000;
pub(crate) const EMISSION: Emission = Emission {
    author_per_block: 700,
    treasury_per_block: 300,
    seeders_per_block: 500,
    credit_share: 800_000,
};
pub(crate) const MOST_EMISSION: Emission = Emission {
    author_per_block: 1_000,
    treasury_per_block: 500,
    seeders_per_block: 1_000_000,
    credit_share: 900_000,
};

pub(crate) const AUTHOR: AccountId32 = AccountId32::new([0xa0; 32]);
pub(crate) const TREASURY: AccountId32 = AccountId32::new([0x70; 32]);
/// Has no account.
pub(crate) const NOBODY: AccountId32 = AccountId32::new([0xff; 32]);
/// Burns fees.
pub(crate) const PAYER: AccountId32 = AccountId32::new([0xb0; 32]);

/// One of many accounts with money.
pub(crate) const fn account(number: u8) -> AccountId32 {
    AccountId32::new([number; 32])
}
/// How many of them there are.
pub(crate) const ACCOUNTS: u8 = 40;

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Rewards: pallet_rewards,
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
    pub const RewardsPalletId: PalletId = PalletId(*b"hc/rewrd");
    pub const MostEmission: Emission = MOST_EMISSION;
    pub const Treasury: AccountId32 = TREASURY;
}

impl pallet_rewards::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Cards = FakeCards;
    type Seats = FakeSeats;
    type Randomness = FakeChance;
    type EpochBlocks = ConstU32<EPOCH>;
    type Author = FakeAuthor;
    type Treasury = Treasury;
    type Governance = EnsureRoot<AccountId32>;
    type MostEmission = MostEmission;
    type BondCap = ConstU128<BOND_CAP>;
    type LeastShare = ConstU128<LEAST_SHARE>;
    type MinEndowment = ConstU128<MIN_ENDOWMENT>;
    type MaxEndowmentBlocks = ConstU32<MAX_ENDOWMENT_BLOCKS>;
    type DepositBase = ConstU128<DEPOSIT_BASE>;
    type DepositPerByte = ConstU128<1>;
    type PalletId = RewardsPalletId;
    type WeightInfo = ();
}

/// Blob (root and length) of a card, and whether the card is retired.
type CardRow = (Option<([u8; 32], u64)>, bool);
/// Coverage, bond, block of joining, block of covering.
type SeatRow = (u64, Balance, BlockNumber, BlockNumber);

#[storage_alias(verbatim)]
type CardRows = StorageMap<Fakes, Twox64Concat, CardId, CardRow>;
#[storage_alias(verbatim)]
type SeatRows = StorageMap<Fakes, Blake2_128Concat, (CardId, AccountId32), SeatRow>;
#[storage_alias(verbatim)]
type DisplacedRows = StorageMap<Fakes, Blake2_128Concat, (CardId, AccountId32), (SeatRow, BlockNumber)>;
#[storage_alias(verbatim)]
type TheAuthor = StorageValue<Fakes, AccountId32>;
#[storage_alias(verbatim)]
type ChanceKnownSince = StorageValue<Fakes, BlockNumber>;

pub struct FakeAuthor;

impl FakeAuthor {
    pub(crate) fn set(author: Option<AccountId32>) {
        TheAuthor::set(author);
    }
}

impl Get<Option<AccountId32>> for FakeAuthor {
    fn get() -> Option<AccountId32> {
        TheAuthor::get()
    }
}

/// A hash of the block and what it is asked for, known since the begin of the epoch unless a test says otherwise.
pub struct FakeChance;

impl FakeChance {
    pub(crate) fn known_since(block: BlockNumber) {
        ChanceKnownSince::put(block);
    }
}

impl Randomness<H256, BlockNumber> for FakeChance {
    fn random(subject: &[u8]) -> (H256, BlockNumber) {
        let now = System::block_number();
        let since = ChanceKnownSince::get().unwrap_or(now - now % EPOCH);
        (H256(blake2_256(&(since, subject).encode())), since)
    }
}

pub struct FakeCards;

impl FakeCards {
    pub(crate) fn publish(blob: Option<(ContentRoot, u64)>) -> CardId {
        let id = CardRows::iter_keys().count() as CardId;
        CardRows::insert(id, (blob.map(|(root, len)| (root.0, len)), false));
        id
    }

    pub(crate) fn retire(card: CardId) {
        CardRows::mutate(card, |row| {
            if let Some(row) = row {
                row.1 = true;
            }
        });
    }
}

impl CardLookup for FakeCards {
    fn card(id: CardId) -> Option<Card<AccountId32>> {
        let (blob, _) = CardRows::get(id)?;
        Some(Card {
            creator: PAYER,
            access: if blob.is_some() {
                Access::Open
            } else {
                Access::Inline
            },
            kind: Kind::Film,
            title: Default::default(),
            tags: Default::default(),
            blob: blob.map(|(root, len)| Blob {
                root: ContentRoot(root),
                len,
                content_len: len,
                suite: Suite::Plain,
                free_chunks: 0,
                salt: [0; 32],
                commitments: None,
            }),
            in_reply_to: None,
            supersedes: None,
            royalty: 0,
            delivery_share: 0,
            collaborators: Default::default(),
            published_at: 0,
        })
    }

    fn terms(id: CardId) -> Option<Terms> {
        let (_, retired) = CardRows::get(id)?;
        (!retired).then_some(Terms {
            price: 0,
            editions: None,
            listed: true,
            version: 0,
        })
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_card(
        _: AccountId32,
        root: ContentRoot,
        blob_len: u64,
        _: Option<hashcard_primitives::card::KeyCommitments>,
        _: Terms,
    ) -> CardId {
        Self::publish(Some((root, blob_len)))
    }
}

pub struct FakeSeats;

impl FakeSeats {
    pub(crate) fn put(card: CardId, seeder: &AccountId32, seat: SeatStanding) {
        let row = (seat.coverage.0, seat.bond, seat.joined_at, seat.covered_at);
        SeatRows::insert((card, seeder), row);
    }

    pub(crate) fn leave(card: CardId, seeder: &AccountId32) {
        SeatRows::remove((card, seeder));
    }

    /// A higher bond takes the seat in this block.
    pub(crate) fn displace(card: CardId, seeder: &AccountId32) {
        if let Some(row) = SeatRows::take((card, seeder)) {
            DisplacedRows::insert((card, seeder), (row, System::block_number()));
        }
    }
}

fn standing((coverage, bond, joined_at, covered_at): SeatRow) -> SeatStanding {
    SeatStanding {
        coverage: Coverage(coverage),
        bond,
        joined_at,
        covered_at,
    }
}

impl SeatLookup for FakeSeats {
    fn seat(card: CardId, seeder: &AccountId32) -> Option<SeatStanding> {
        SeatRows::get((card, seeder)).map(standing)
    }

    fn displaced(card: CardId, seeder: &AccountId32) -> Option<(SeatStanding, BlockNumber)> {
        DisplacedRows::get((card, seeder)).map(|(row, at)| (standing(row), at))
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_seat(card: CardId, seeder: &AccountId32, seat: SeatStanding) {
        Self::put(card, seeder, seat);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_displaced(card: CardId, seeder: &AccountId32, seat: SeatStanding, at: BlockNumber) {
        let row = (seat.coverage.0, seat.bond, seat.joined_at, seat.covered_at);
        DisplacedRows::insert((card, seeder), (row, at));
    }
}

fn any_weight() -> Weight {
    Weight::from_parts(10_000, 0)
}

impl WeightInfo for () {
    fn emit() -> Weight {
        any_weight()
    }
    fn end_era() -> Weight {
        any_weight()
    }
    fn set_emission() -> Weight {
        any_weight()
    }
    fn enlist() -> Weight {
        any_weight()
    }
    fn delist() -> Weight {
        any_weight()
    }
    fn collect_deliveries() -> Weight {
        any_weight()
    }
    fn prove(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
    fn collect(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
    fn endow() -> Weight {
        any_weight()
    }
    fn end_endowment() -> Weight {
        any_weight()
    }
    fn clear_credits(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
}

pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    test_ext_of(ACCOUNTS)
}

/// With fewer accounts, for tests that check invariants often.
pub(crate) fn test_ext_of(accounts: u8) -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("system genesis");
    let rich = (1..=accounts).map(account).chain([AUTHOR, TREASURY, PAYER]);
    pallet_balances::GenesisConfig::<Test> {
        balances: rich.map(|who| (who, WEALTH)).collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances genesis");
    pallet_rewards::GenesisConfig::<Test> {
        era_blocks: ERA,
        author_per_block: EMISSION.author_per_block,
        treasury_per_block: EMISSION.treasury_per_block,
        seeders_per_block: EMISSION.seeders_per_block,
        credit_share: EMISSION.credit_share,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("rewards genesis");
    let mut chain = sp_io::TestExternalities::new(storage);
    chain.execute_with(|| begin_block(1));
    chain
}

fn begin_block(number: BlockNumber) {
    System::set_block_number(number);
    System::set_block_consumed_resources(Weight::zero(), 0);
    Rewards::on_initialize(number);
}

/// Ends the block and begins the next one.
pub(crate) fn next_block() {
    let now = System::block_number();
    Rewards::on_finalize(now);
    begin_block(now + 1);
}

/// Ends a block that proofs found no room in.
pub(crate) fn full_block() {
    let (limit, _) = limits();
    System::set_block_consumed_resources(limit, 0);
    next_block();
}

/// Weight and bytes that ordinary transactions may use of a block.
pub(crate) fn limits() -> (Weight, usize) {
    let weights: BlockWeights = <Test as frame_system::Config>::BlockWeights::get();
    let lengths: BlockLength = <Test as frame_system::Config>::BlockLength::get();
    let limit = weights.get(DispatchClass::Normal).max_total;
    (
        limit.unwrap_or(weights.max_block),
        *lengths.max.get(DispatchClass::Normal) as usize,
    )
}
