//! What the chain keeps of keys and their market, and what genesis writes. `invariants.rs` says how the rows hang
//! together.

use frame_support::pallet_macros::*;

#[pallet_section]
mod storage {
    /// Blocks in which an order must be delivered. Genesis writes it, nothing else; read it by
    /// [`Pallet::order_deadline`].
    #[pallet::storage]
    pub type OrderDeadline<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// Blocks between delivery and payment. Genesis writes it, nothing else; read it by
    /// [`Pallet::settlement_window`].
    #[pallet::storage]
    pub type SettlementWindow<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// Blocks that a lock gives. Genesis writes it, nothing else; read it by [`Pallet::lock_window`].
    #[pallet::storage]
    pub type LockWindow<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// Encryption keys by account and index.
    #[pallet::storage]
    pub type EncryptionKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Twox64Concat, KeyIndex, EncryptionKey>;

    /// Encryption keys of an account, counted.
    #[pallet::storage]
    pub type EncryptionKeyNumbers<T: Config> =
        StorageMap<_, Blake2_128Concat, AccountId32, KeyNumbers, ValueQuery>;

    /// The number that the next order or offer will have. Starts at 1: a proof that is about no order names 0.
    #[pallet::storage]
    pub type NextOrderId<T: Config> = StorageValue<_, OrderId, ValueQuery, ConstU64<1>>;

    /// Orders that are neither settled nor refunded.
    #[pallet::storage]
    pub type Orders<T: Config> = StorageMap<_, Twox64Concat, OrderId, Order>;

    /// Offers that nobody has accepted.
    #[pallet::storage]
    pub type Offers<T: Config> = StorageMap<_, Twox64Concat, OrderId, Offer>;

    /// The order or offer that a buyer has for a card. At most one.
    #[pallet::storage]
    pub type OpenOrderOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Twox64Concat, CardId, OrderId>;

    /// Orders by seller, oldest first.
    #[pallet::storage]
    pub type OrdersBySeller<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, InOrder, ()>;

    /// Orders by buyer, oldest first.
    #[pallet::storage]
    pub type OrdersByBuyer<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, InOrder, ()>;

    /// Primary orders that wait, by card, oldest first: where clerks find work.
    #[pallet::storage]
    pub type OrdersByCard<T: Config> = StorageDoubleMap<_, Twox64Concat, CardId, Identity, InOrder, ()>;

    /// Offers by card, oldest first.
    #[pallet::storage]
    pub type OffersByCard<T: Config> = StorageDoubleMap<_, Twox64Concat, CardId, Identity, InOrder, ()>;

    /// Offers by buyer, oldest first.
    #[pallet::storage]
    pub type OffersByBuyer<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, InOrder, ()>;

    /// Keys by card and edition. Whose they are, [`Config::Items`] says.
    #[pallet::storage]
    pub type Keys<T: Config> = StorageDoubleMap<_, Twox64Concat, CardId, Twox64Concat, Edition, KeyRecord>;

    /// Keys for sale. A key that is being bought is not here any more.
    #[pallet::storage]
    pub type Listings<T: Config> = StorageDoubleMap<_, Twox64Concat, CardId, Twox64Concat, Edition, Listing>;

    /// Keys for sale by seller, then by card and edition.
    #[pallet::storage]
    pub type ListingsBySeller<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, ItemInOrder, ()>;

    /// Keys and waiting primary orders of a card, counted.
    #[pallet::storage]
    pub type Tallies<T: Config> = StorageMap<_, Twox64Concat, CardId, Tally, ValueQuery>;

    /// How many keys of a card an account has.
    #[pallet::storage]
    pub type Holdings<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Twox64Concat, CardId, u32, ValueQuery>;

    /// What keys of a card were sold for. A part of every key's deposit pays for it; it goes with the last key.
    #[pallet::storage]
    pub type Histories<T: Config> = StorageMap<_, Twox64Concat, CardId, PriceHistory, ValueQuery>;

    /// Appointed clerks of a card, in the order of their appointment.
    #[pallet::storage]
    pub type Clerks<T: Config> =
        StorageMap<_, Twox64Concat, CardId, BoundedVec<AccountId32, ConstU32<MAX_CLERKS>>, ValueQuery>;

    /// What clerks deliver from.
    #[pallet::storage]
    pub type ClerkCapsules<T: Config> =
        StorageDoubleMap<_, Twox64Concat, CardId, Blake2_128Concat, AccountId32, ClerkCapsule>;

    /// Cards that an account is a clerk of, in order.
    #[pallet::storage]
    pub type CardsByClerk<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Identity, InOrder, ()>;

    /// What a creator promises to those who deliver for him.
    #[pallet::storage]
    pub type TermsOfClerks<T: Config> = StorageMap<_, Twox64Concat, CardId, ClerkTerms>;

    /// What holders of the superseded card save on a key of this one.
    #[pallet::storage]
    pub type Upgrades<T: Config> = StorageMap<_, Twox64Concat, CardId, Upgrade>;

    /// Cards of which a false key was proven. For ever: a content commitment cannot be mended.
    #[pallet::storage]
    pub type Frozen<T: Config> = StorageMap<_, Twox64Concat, CardId, ()>;

    /// What an account is owed and could not take. The money is held on this pallet's account.
    #[pallet::storage]
    pub type Unclaimed<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Balance>;

    /// True only while this pallet itself moves or destroys an item.
    #[pallet::storage]
    pub type ItemsUnlocked<T: Config> = StorageValue<_, bool, ValueQuery>;

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Blocks that a seller has to fulfil an order.
        pub order_deadline: BlockNumber,
        /// Blocks between delivery and payment.
        pub settlement_window: BlockNumber,
        /// Blocks that a lock gives.
        pub lock_window: BlockNumber,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                order_deadline: DAY_OF_BLOCKS,
                settlement_window: DAY_OF_BLOCKS,
                lock_window: DAY_OF_BLOCKS,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            OrderDeadline::<T>::put(self.order_deadline);
            SettlementWindow::<T>::put(self.settlement_window);
            LockWindow::<T>::put(self.lock_window);
        }
    }
}
