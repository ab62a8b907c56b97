//! Cards, seats, keys, channels, rewards and reactions: the pallets that this chain exists for, and the roles that they play
//! for one another.

use crate::{constants::money, *};
use frame_support::{
    parameter_types,
    traits::{
        tokens::nonfungibles_v2::{Create, Inspect, Mutate, Transfer},
        ConstU32,
    },
    PalletId,
};
use hashcard_primitives::{
    key::{card_and_edition, ItemId},
    roles::{CardLookup, KeyItems},
};
use pallet_nfts::{CollectionConfig, CollectionSettings, ItemConfig, ItemSettings, MintSettings};
use sp_runtime::{AccountId32, DispatchResult, Permill};

use super::{
    nfts::{CreatorCollection, KeysAccount},
    parameters::NetworkFee,
};

parameter_types! {
    pub const DepositPerRow: Balance = money::DEPOSIT_PER_ROW;
    pub const DepositPerByte: Balance = money::DEPOSIT_PER_BYTE;
    pub const EarlyRetireBlocks: BlockNumber = money::EARLY_RETIRE_BLOCKS;
    pub const EarlyRetireBurn: Permill = money::EARLY_RETIRE_BURN;
    pub const MinBond: Balance = money::MIN_SEAT_BOND;
    pub const DeliveryBond: Permill = money::DELIVERY_BOND;
    /// An encryption key's row and its account's counter: account, index, point, deposit, uses; account, two numbers.
    pub const EncryptionKeyDeposit: Balance = money::deposit(2, 170);
    /// An order's rows and a key's together, for between delivery and settlement both exist: order and its four
    /// indices; record, tally and holding; item, owner and settings in pallet-nfts. The four rows of a creator's
    /// collection, which his first key makes. And the history of the card and the credit of its sales, which its last
    /// key still pays for.
    pub const KeyDeposit: Balance = money::deposit(17, 1_744);
    /// A listing and its index: card, edition, seller, price, deposit, stake, block; seller, item.
    pub const ListingDeposit: Balance = money::deposit(2, 180);
    /// What a lock adds to its order: account, commitment, two amounts, and a clerk's capsule.
    pub const LockDeposit: Balance = money::deposit(0, 212);
    /// A clerk's capsule, his place in the card's list and the list itself, and his index of cards.
    pub const ClerkDeposit: Balance = money::deposit(3, 290);
    /// Clerk terms or an upgrade: card, two numbers, an amount.
    pub const TermsDeposit: Balance = money::deposit(1, 40);
    pub const KeysPalletId: PalletId = super::nfts::KEYS_PALLET_ID;
    /// Names the account that keeps what payees and creators could not take, and nothing else.
    pub const ChannelsPalletId: PalletId = PalletId(*b"hc/chans");
}

impl pallet_cards::Config for Runtime {
    type Currency = Balances;
    type Dependents = Keys;
    type DepositBase = DepositPerRow;
    type DepositPerByte = DepositPerByte;
    type EarlyRetireBlocks = EarlyRetireBlocks;
    type EarlyRetireBurn = EarlyRetireBurn;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = crate::weights::pallet_cards::WeightInfo<Runtime>;
}

impl pallet_seeders::Config for Runtime {
    type Cards = Cards;
    type Currency = Balances;
    type DepositBase = DepositPerRow;
    type DepositPerByte = DepositPerByte;
    type MinBond = MinBond;
    type RememberedFor = super::rewards::ProvableFor;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = crate::weights::pallet_seeders::WeightInfo<Runtime>;
}

impl pallet_keys::Config for Runtime {
    type Cards = Cards;
    type Currency = Balances;
    type EncryptionKeyDeposit = EncryptionKeyDeposit;
    type Fees = Rewards;
    type Items = KeysInNfts;
    type KeyDeposit = KeyDeposit;
    // A fresh key for each purchase of a very busy buyer, for years.
    type MaxKeysPerAccount = ConstU32<1024>;
    type ClerkDeposit = ClerkDeposit;
    type DeliveryBond = DeliveryBond;
    type ListingDeposit = ListingDeposit;
    type LockDeposit = LockDeposit;
    type NetworkFee = NetworkFee;
    type PalletId = KeysPalletId;
    type RuntimeHoldReason = RuntimeHoldReason;
    type TermsDeposit = TermsDeposit;
    type WeightInfo = crate::weights::pallet_keys::WeightInfo<Runtime>;
}

impl pallet_channels::Config for Runtime {
    type Cards = Cards;
    type Currency = Balances;
    type DepositBase = DepositPerRow;
    type DepositPerByte = DepositPerByte;
    type Fees = Rewards;
    type NetworkFee = NetworkFee;
    type PalletId = ChannelsPalletId;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = crate::weights::pallet_channels::WeightInfo<Runtime>;
}

impl pallet_social::Config for Runtime {
    type Cards = Cards;
    type Currency = Balances;
    type DepositBase = DepositPerRow;
    type DepositPerByte = DepositPerByte;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = crate::weights::pallet_social::WeightInfo<Runtime>;
}

/// [`KeyItems`], played by pallet-nfts.
pub struct KeysInNfts;

impl KeyItems for KeysInNfts {
    fn mint(creator: &AccountId32, item: ItemId, owner: &AccountId32) -> DispatchResult {
        let collection = CreatorCollection(creator.clone().into());
        let keeper = KeysAccount::get();
        if <Nfts as Inspect<AccountId>>::collection_owner(&collection).is_none() {
            let config = CollectionConfig {
                settings: CollectionSettings::all_enabled(),
                max_supply: None,
                mint_settings: MintSettings::default(),
            };
            <Nfts as Create<AccountId, _>>::create_collection_with_id(collection, &keeper, &keeper, &config)?;
        }
        let config = ItemConfig {
            settings: ItemSettings::all_enabled(),
        };
        <Nfts as Mutate<AccountId, ItemConfig>>::mint_into(&collection, &item, owner, &config, true)
    }

    fn transfer(creator: &AccountId32, item: ItemId, to: &AccountId32) -> DispatchResult {
        let collection = CreatorCollection(creator.clone().into());
        <Nfts as Transfer<AccountId>>::transfer(&collection, &item, to)
    }

    fn burn(creator: &AccountId32, item: ItemId) -> DispatchResult {
        let collection = CreatorCollection(creator.clone().into());
        <Nfts as Mutate<AccountId, ItemConfig>>::burn(&collection, &item, None)
    }

    fn owner(creator: &AccountId32, item: ItemId) -> Option<AccountId32> {
        <Nfts as Inspect<AccountId>>::owner(&CreatorCollection(creator.clone().into()), &item)
    }

    fn owned(owner: &AccountId32, after: Option<ItemId>, limit: u32) -> alloc::vec::Vec<ItemId> {
        let items = match after {
            None => pallet_nfts::Account::<Runtime>::iter_key_prefix((owner.clone(),)),
            Some(item) => {
                let (card, _) = card_and_edition(item);
                let Some(card) = <Cards as CardLookup>::card(card) else {
                    return Default::default();
                };
                pallet_nfts::Account::<Runtime>::iter_key_prefix_from(
                    (owner.clone(),),
                    pallet_nfts::Account::<Runtime>::hashed_key_for((
                        owner.clone(),
                        CreatorCollection(card.creator.into()),
                        item,
                    )),
                )
            }
        };
        items.take(limit as usize).map(|(_, item)| item).collect()
    }
}
