//! This pallet with system and balances. Cards are faked as a role: a test says which exist, how long their
//! blobs are and which are retired.

use crate as pallet_seeders;
use crate::{Config, WeightInfo};
use frame_support::{construct_runtime, derive_impl, parameter_types, weights::Weight};
use hashcard_primitives::{
    blob::{ContentRoot, Suite},
    card::{Access, Blob, Card, CardId, Kind, Terms},
    roles::CardLookup,
    Balance, BlockNumber,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};
use std::{cell::RefCell, collections::BTreeMap};

type Block = frame_system::mocking::MockBlock<Test>;

construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Seeders: pallet_seeders,
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

pub const MIN_BOND: Balance = 1_000;
pub const DEPOSIT_BASE: Balance = 100;
pub const DEPOSIT_PER_BYTE: Balance = 1;
pub const SEAT_LIFETIME: BlockNumber = 50;
pub const REMEMBERED_FOR: BlockNumber = 70;

parameter_types! {
    pub const MinBond: Balance = MIN_BOND;
    pub const DepositBase: Balance = DEPOSIT_BASE;
    pub const DepositPerByte: Balance = DEPOSIT_PER_BYTE;
    pub const RememberedFor: BlockNumber = REMEMBERED_FOR;
}

thread_local! {
    static KNOWN_CARDS: RefCell<BTreeMap<CardId, KnownCard>> = const { RefCell::new(BTreeMap::new()) };
}

impl Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Cards = FakeCards;
    type MinBond = MinBond;
    type DepositBase = DepositBase;
    type DepositPerByte = DepositPerByte;
    type RememberedFor = RememberedFor;
    type WeightInfo = ();
}

/// What a test says of a card.
#[derive(Clone, Copy)]
struct KnownCard {
    /// `None` for an inline card.
    blob_len: Option<u64>,
    retired: bool,
}

/// Answers as the test said with [`know`], [`retire`] and [`forget`].
pub struct FakeCards;

impl CardLookup for FakeCards {
    fn card(id: CardId) -> Option<Card<AccountId32>> {
        let known = known(id)?;
        let blob = known.blob_len.map(|len| Blob {
            root: ContentRoot([0; 32]),
            len,
            content_len: len,
            suite: Suite::Plain,
            free_chunks: 0,
            salt: [0; 32],
            commitments: None,
        });
        Some(Card {
            creator: seeder(0),
            access: if blob.is_some() {
                Access::Open
            } else {
                Access::Inline
            },
            kind: Kind::Film,
            title: Default::default(),
            tags: Default::default(),
            blob,
            in_reply_to: None,
            supersedes: None,
            royalty: 0,
            delivery_share: 0,
            collaborators: Default::default(),
            published_at: 0,
        })
    }

    fn terms(id: CardId) -> Option<Terms> {
        let known = known(id)?;
        (!known.retired).then_some(Terms {
            price: 0,
            editions: None,
            listed: true,
            version: 0,
        })
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_card(
        _: AccountId32,
        _: ContentRoot,
        blob_len: u64,
        _: Option<hashcard_primitives::card::KeyCommitments>,
        _: Terms,
    ) -> CardId {
        let id = KNOWN_CARDS.with_borrow(|cards| cards.len()) as CardId;
        know(id, Some(blob_len));
        id
    }
}

fn known(id: CardId) -> Option<KnownCard> {
    KNOWN_CARDS.with_borrow(|cards| cards.get(&id).copied())
}

/// Makes a card exist.
pub fn know(id: CardId, blob_len: Option<u64>) {
    KNOWN_CARDS.with_borrow_mut(|cards| {
        cards.insert(
            id,
            KnownCard {
                blob_len,
                retired: false,
            },
        )
    });
}

pub fn retire(id: CardId) {
    KNOWN_CARDS.with_borrow_mut(|cards| cards.get_mut(&id).unwrap().retired = true);
}

/// Makes all cards go.
pub fn forget() {
    KNOWN_CARDS.with_borrow_mut(|cards| cards.clear());
}

fn any_weight() -> Weight {
    Weight::from_parts(10_000, 0)
}

impl WeightInfo for () {
    fn register() -> Weight {
        any_weight()
    }
    fn deregister() -> Weight {
        any_weight()
    }
    fn apply_joins(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
    fn apply_covers(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
    fn apply_leaves(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
    fn heartbeat() -> Weight {
        any_weight()
    }
    fn clear(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
    fn forget(n: u32) -> Weight {
        any_weight().saturating_mul(n.into())
    }
}

pub const ENDOWMENT: Balance = 1_000_000_000;
/// Accounts that have money, unless a test asks for fewer: two for each seat of a card, and some.
const ENDOWED: u16 = 600;
/// An account that has the existential deposit and nothing more.
pub const PAUPER: u16 = ENDOWED;

pub fn seeder(number: u16) -> AccountId32 {
    let mut account = [0x5e; 32];
    account[..2].copy_from_slice(&number.to_le_bytes());
    AccountId32::new(account)
}

#[cfg(feature = "runtime-benchmarks")]
pub fn new_test_ext() -> sp_io::TestExternalities {
    test_ext_with(0)
}

fn test_ext_with(endowed: u16) -> sp_io::TestExternalities {
    forget();
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .unwrap();
    let mut balances: Vec<_> = (0..endowed).map(|number| (seeder(number), ENDOWMENT)).collect();
    balances.push((seeder(PAUPER), 1));
    pallet_balances::GenesisConfig::<Test> {
        balances,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .unwrap();
    pallet_seeders::GenesisConfig::<Test> {
        seat_lifetime_blocks: SEAT_LIFETIME,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .unwrap();
    let mut ext = sp_io::TestExternalities::new(storage);
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test at block 1, then checks every invariant.
pub fn chain(test: impl FnOnce()) {
    chain_of(ENDOWED, test);
}

/// The same with fewer accounts that have money, from number 0, for tests that check invariants often.
pub fn chain_of(endowed: u16, test: impl FnOnce()) {
    test_ext_with(endowed).execute_with(|| {
        test();
        Seeders::do_try_state().unwrap();
    });
}
