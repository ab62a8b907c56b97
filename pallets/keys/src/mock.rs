//! A chain with this pallet and balances. Cards and items are fakes of their roles, kept in storage so that a
//! failed dispatch undoes them too.

use crate as pallet_keys;
use frame_support::{
    derive_impl, ensure, parameter_types, storage_alias,
    traits::{ConstU128, ConstU32},
    PalletId, Twox64Concat,
};
#[cfg(feature = "runtime-benchmarks")]
use hashcard_primitives::card::{Collaborator, MAX_COLLABORATORS, WHOLE_SHARE};
use hashcard_primitives::{
    blob::{ContentRoot, Suite},
    card::{Access, Blob, Card, CardId, KeyCommitments, Kind, Terms},
    key::ItemId,
    roles::{BurntFees, CardDependents, CardLookup, KeyItems},
    Balance,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, DispatchResult, Permill};

pub(crate) const EXISTENTIAL_DEPOSIT: Balance = 100;
pub(crate) const ENCRYPTION_KEY_DEPOSIT: Balance = 20;
/// Below the existential deposit, so that even a refund can be too small for an account.
pub(crate) const KEY_DEPOSIT: Balance = 60;
pub(crate) const LISTING_DEPOSIT: Balance = 30;
pub(crate) const LOCK_DEPOSIT: Balance = 15;
pub(crate) const CLERK_DEPOSIT: Balance = 25;
pub(crate) const TERMS_DEPOSIT: Balance = 12;
pub(crate) const ORDER_DEADLINE: u32 = 20;
pub(crate) const SETTLEMENT_WINDOW: u32 = 15;
/// Longer than the order's own deadline, so that a lock is seen to move it.
pub(crate) const LOCK_WINDOW: u32 = 30;
/// What every account of [`new_test_ext`] starts with.
pub(crate) const WEALTH: Balance = 100_000;
pub(crate) const GENESIS: [u8; 32] = [0x6E; 32];

pub(crate) const CREATOR: AccountId32 = AccountId32::new([1; 32]);
/// Publishes cards whose keys do not open what they promise.
pub(crate) const CHEAT: AccountId32 = AccountId32::new([2; 32]);
pub(crate) const BUYER: AccountId32 = AccountId32::new([3; 32]);
pub(crate) const OTHER: AccountId32 = AccountId32::new([4; 32]);
/// Has an account and no business here.
pub(crate) const STRANGER: AccountId32 = AccountId32::new([5; 32]);
/// Publishes, and has not a single unit.
pub(crate) const PAUPER: AccountId32 = AccountId32::new([6; 32]);

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        KeysPallet: pallet_keys,
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
    /// Leaves a remainder at most prices, so that rounding is seen.
    pub const NetworkFee: Permill = Permill::from_parts(25_000);
    /// Leaves a remainder at most prices, likewise.
    pub const DeliveryBond: Permill = Permill::from_parts(70_000);
    pub const KeysPalletId: PalletId = PalletId(*b"hc/keys_");
}

impl pallet_keys::Config for Test {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Cards = FakeCards;
    type Items = FakeItems;
    type Fees = FeeRecorder;
    type NetworkFee = NetworkFee;
    type DeliveryBond = DeliveryBond;
    type ListingDeposit = ConstU128<LISTING_DEPOSIT>;
    type LockDeposit = ConstU128<LOCK_DEPOSIT>;
    type ClerkDeposit = ConstU128<CLERK_DEPOSIT>;
    type TermsDeposit = ConstU128<TERMS_DEPOSIT>;
    type EncryptionKeyDeposit = ConstU128<ENCRYPTION_KEY_DEPOSIT>;
    type KeyDeposit = ConstU128<KEY_DEPOSIT>;
    type MaxKeysPerAccount = ConstU32<5>;
    type PalletId = KeysPalletId;
    type WeightInfo = ();
}

#[storage_alias(verbatim)]
type CardRows = StorageMap<Fakes, Twox64Concat, CardId, (Card<AccountId32>, Option<Terms>)>;
#[storage_alias(verbatim)]
type ItemRows = StorageMap<Fakes, Twox64Concat, ItemId, (AccountId32, AccountId32)>;
#[storage_alias(verbatim)]
type ItemsRefuse = StorageValue<Fakes, bool>;

#[storage_alias(verbatim)]
type FeesTold = StorageValue<Fakes, Vec<(CardId, Balance)>, frame_support::pallet_prelude::ValueQuery>;

/// Keeps what it is told.
pub struct FeeRecorder;

impl FeeRecorder {
    /// Every burnt fee, oldest first.
    pub(crate) fn told() -> Vec<(CardId, Balance)> {
        FeesTold::get()
    }
}

impl BurntFees for FeeRecorder {
    fn of_sale(card: CardId, fee: Balance) {
        FeesTold::append((card, fee));
    }

    fn of_delivery(_: CardId, _: &AccountId32, _: Balance) {
        unreachable!("keys are sold, not delivered by the byte")
    }
}

/// Cards that tests write as they like.
pub struct FakeCards;

impl FakeCards {
    /// Publishes what `commitments` says; its id is the number of cards before it.
    pub(crate) fn publish(
        creator: AccountId32,
        root: ContentRoot,
        blob_len: u64,
        salt: [u8; 32],
        commitments: Option<KeyCommitments>,
        terms: Terms,
    ) -> CardId {
        let id = CardRows::iter_keys().count() as CardId;
        let sealed = commitments.is_some();
        let blob = Blob {
            root,
            len: blob_len,
            content_len: blob_len / 2,
            suite: if sealed {
                Suite::ChaCha20Poly1305
            } else {
                Suite::Plain
            },
            free_chunks: 0,
            salt,
            commitments,
        };
        let card = Card {
            creator,
            access: if sealed { Access::Keyed } else { Access::Open },
            kind: Kind::Film,
            title: Default::default(),
            tags: Default::default(),
            blob: Some(blob),
            in_reply_to: None,
            supersedes: None,
            royalty: 0,
            delivery_share: 0,
            collaborators: Default::default(),
            published_at: 0,
        };
        CardRows::insert(id, (card, Some(terms)));
        id
    }

    /// Changes the terms of a card that is not retired, and counts the revision. As in the real pallet,
    /// editions never fall below the keys that exist or are promised under a stake.
    pub(crate) fn revise(card: CardId, change: impl FnOnce(&mut Terms)) {
        let bound = <KeysPallet as CardDependents>::editions_bound(card);
        CardRows::mutate(card, |row| {
            if let Some((_, Some(terms))) = row {
                change(terms);
                terms.editions = terms.editions.map(|most| most.max(bound));
                terms.version += 1;
            }
        });
    }

    /// Changes what in the real pallet never changes, before a test begins.
    pub(crate) fn amend(card: CardId, change: impl FnOnce(&mut Card<AccountId32>)) {
        CardRows::mutate(card, |row| {
            if let Some((card, _)) = row {
                change(card);
            }
        });
    }

    pub(crate) fn retire(card: CardId) {
        CardRows::mutate(card, |row| {
            if let Some((_, terms)) = row {
                *terms = None;
            }
        });
    }
}

impl CardLookup for FakeCards {
    fn card(id: CardId) -> Option<Card<AccountId32>> {
        CardRows::get(id).map(|(card, _)| card)
    }

    fn terms(id: CardId) -> Option<Terms> {
        CardRows::get(id).and_then(|(_, terms)| terms)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_card(
        creator: AccountId32,
        root: ContentRoot,
        blob_len: u64,
        commitments: Option<KeyCommitments>,
        terms: Terms,
    ) -> CardId {
        let id = Self::publish(creator, root, blob_len, [0; 32], commitments, terms);
        Self::amend(id, |card| {
            for n in 0..MAX_COLLABORATORS as u8 {
                card.collaborators.force_push(Collaborator {
                    account: AccountId32::new([0xc0 | n; 32]),
                    share: WHOLE_SHARE / MAX_COLLABORATORS,
                });
            }
        });
        id
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_supersede(newer: CardId, older: CardId) {
        Self::amend(newer, |card| card.supersedes = Some(older));
    }
}

/// Items as the runtime keeps them: it makes each once, and moves or destroys one only while it is unlocked.
pub struct FakeItems;

impl FakeItems {
    /// Makes `mint`, `transfer` and `burn` fail until told otherwise.
    pub(crate) fn refuse(refuse: bool) {
        ItemsRefuse::put(refuse);
    }
}

impl KeyItems for FakeItems {
    fn mint(creator: &AccountId32, item: ItemId, owner: &AccountId32) -> DispatchResult {
        ensure!(!ItemsRefuse::get().unwrap_or_default(), "the items refuse");
        ensure!(!ItemRows::contains_key(item), "the item exists");
        ItemRows::insert(item, (creator, owner));
        Ok(())
    }

    fn transfer(creator: &AccountId32, item: ItemId, to: &AccountId32) -> DispatchResult {
        ensure!(!ItemsRefuse::get().unwrap_or_default(), "the items refuse");
        ensure!(KeysPallet::items_unlocked(), "the items are locked");
        ensure!(
            ItemRows::get(item).is_some_and(|row| row.0 == *creator),
            "no such item"
        );
        ItemRows::insert(item, (creator, to));
        Ok(())
    }

    fn burn(creator: &AccountId32, item: ItemId) -> DispatchResult {
        ensure!(!ItemsRefuse::get().unwrap_or_default(), "the items refuse");
        ensure!(KeysPallet::items_unlocked(), "the items are locked");
        ensure!(
            ItemRows::get(item).is_some_and(|row| row.0 == *creator),
            "no such item"
        );
        ItemRows::remove(item);
        Ok(())
    }

    fn owner(creator: &AccountId32, item: ItemId) -> Option<AccountId32> {
        ItemRows::get(item)
            .filter(|row| row.0 == *creator)
            .map(|row| row.1)
    }

    fn owned(owner: &AccountId32, after: Option<ItemId>, limit: u32) -> Vec<ItemId> {
        let mut items: Vec<_> = ItemRows::iter()
            .filter(|(item, row)| row.1 == *owner && after.is_none_or(|after| *item > after))
            .map(|(item, _)| item)
            .collect();
        items.sort_unstable();
        items.truncate(limit as usize);
        items
    }
}

pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .expect("system genesis");
    pallet_balances::GenesisConfig::<Test> {
        balances: [CREATOR, CHEAT, BUYER, OTHER, STRANGER]
            .map(|who| (who, WEALTH))
            .to_vec(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances genesis");
    pallet_keys::GenesisConfig::<Test> {
        order_deadline: ORDER_DEADLINE,
        settlement_window: SETTLEMENT_WINDOW,
        lock_window: LOCK_WINDOW,
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("keys genesis");
    let mut chain = sp_io::TestExternalities::new(storage);
    chain.execute_with(|| {
        frame_system::BlockHash::<Test>::insert(0, sp_core::H256(GENESIS));
        System::set_block_number(1);
    });
    chain
}
