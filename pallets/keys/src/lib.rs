//! Keys to keyed cards: orders in escrow, capsules proven on delivery, settlement, fraud proofs.
//!
//! **Money and key never move apart.** A buyer's money is held before anybody can reveal anything to him, and
//! he cannot take it back; the seller gets nothing without a capsule that this pallet has verified.
//!
//! # Participants
//! - A **buyer** registers an encryption key, holds the price and a deposit by [`Pallet::buy`], and waits.
//! - The **seller** (in a primary sale the card's creator) delivers by [`Pallet::fulfil`] until the deadline.
//! - **Anybody** ends what time or fraud has ended: [`Pallet::expire`] refunds, [`Pallet::settle`] pays.
//! - A **holder** whose capsule opens to something that is not the card's key proves it by
//!   [`Pallet::report_false_key`]. That freezes the card: nothing of it is sold or settled again. Keys of a frozen
//!   card that no open order is about, their holders may destroy by [`Pallet::discard_key`].
//!
//! # The life of an order
//! ```text
//! buy ──▶ Waiting ──fulfil──▶ Delivered ──settle──▶ gone: the seller paid, the network fee burnt
//!            │                    │
//!          expire               expire ───────────▶ gone: the buyer refunded
//!      (deadline passed,     (card frozen: the key
//!       or card frozen)       is destroyed as well)
//! ```
//! A free order has no money to wait for, so it is settled in the dispatch that delivers it.
//!
//! # Properties
//! - An order ends in exactly one of settlement and refund, and neither loops over anything.
//! - A payment or refund that the receiver's account cannot take waits in [`Unclaimed`]; it never fails the
//!   dispatch, so nobody can block somebody else's ending.
//! - The owner of a key is stored by the [`KeyItems`](hashcard_primitives::roles::KeyItems) role and nowhere
//!   here. Items move only while [`Pallet::items_unlocked`] is true, which no transaction ever observes.
//! - The invariants that hold between calls are listed in `invariants.rs` and checked after every test.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod buy;
mod card;
mod deliver;
mod discard;
mod escrow;
mod expire;
mod fulfil;
mod mint;
mod register;
mod report;
mod rows;
mod settle;
mod views;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(test, feature = "runtime-benchmarks"))]
mod fixtures;
#[cfg(any(test, feature = "try-runtime"))]
mod invariants;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use rows::{EncryptionKey, InOrder, KeyChoice, KeyRecord, Order, Tally};
pub use views::MAX_PAGE;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{pallet_prelude::*, traits::fungible, PalletId};
    use frame_system::pallet_prelude::*;
    use hashcard_primitives::{
        card::CardId,
        key::{Edition, KeyIndex, OrderId},
        roles::{CardLookup, KeyItems},
        Balance, BlockNumber,
    };
    use hashcard_proofs::{Capsule, EncodedPoint, LongProof, ProofError, ShortProof};
    use sp_runtime::{traits::ConstU64, AccountId32, Permill};

    /// Least number of blocks that a seller has. Below it a block or two full of other transactions would
    /// decide who keeps the money.
    pub const MIN_ORDER_DEADLINE: BlockNumber = 10;
    /// Least number of blocks between delivery and payment: then one whole block lies between the two, in which
    /// a report cannot be overtaken by a settlement.
    pub const MIN_SETTLEMENT_WINDOW: BlockNumber = 2;
    /// What genesis sets unless told otherwise, for both lengths: a day of 3-second blocks, so that a seller
    /// may sleep, and a buyer too.
    pub const DAY_OF_BLOCKS: BlockNumber = 28_800;

    #[pallet::config]
    pub trait Config:
        frame_system::Config<AccountId = AccountId32, Hash: Into<[u8; 32]>, RuntimeEvent: From<Event<Self>>>
    {
        /// The chain's token.
        type Currency: fungible::Mutate<AccountId32, Balance = Balance>
            + fungible::hold::Mutate<AccountId32, Balance = Balance, Reason = Self::RuntimeHoldReason>;
        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;
        /// Says what is sold, by whom, at which price.
        type Cards: CardLookup;
        /// Keeps the tokens that wallets see, and with them the owner of every key.
        type Items: KeyItems;
        /// The part of a settled price that is burnt.
        #[pallet::constant]
        type NetworkFee: Get<Permill>;
        /// Held while an encryption key is registered.
        #[pallet::constant]
        type EncryptionKeyDeposit: Get<Balance>;
        /// Held from `buy` or `mint` on, while the order and then the key exist. It pays for the rows of both
        /// together, because both exist between delivery and settlement.
        #[pallet::constant]
        type KeyDeposit: Get<Balance>;
        /// Most encryption keys of one account.
        #[pallet::constant]
        type MaxKeysPerAccount: Get<u32>;
        /// Names the account that keeps unclaimed payments.
        #[pallet::constant]
        type PalletId: Get<PalletId>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Deposits of registered encryption keys.
        EncryptionKey,
        /// Prices of orders that are neither settled nor refunded, on the buyer's account.
        Order,
        /// Deposits of orders that wait, and of keys.
        Key,
        /// Payments that their receivers could not take, on this pallet's account.
        Unclaimed,
    }

    /// Blocks that a seller has to fulfil an order. Genesis writes it, nothing else; read it by
    /// [`Pallet::order_deadline`].
    #[pallet::storage]
    pub type OrderDeadline<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// Blocks between delivery and payment. Genesis writes it, nothing else; read it by
    /// [`Pallet::settlement_window`].
    #[pallet::storage]
    pub type SettlementWindow<T: Config> = StorageValue<_, BlockNumber, ValueQuery>;

    /// Encryption keys by account and index.
    #[pallet::storage]
    pub type EncryptionKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Twox64Concat, KeyIndex, EncryptionKey>;

    /// The index that an account's next encryption key will have.
    #[pallet::storage]
    pub type NextKeyIndex<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, KeyIndex, ValueQuery>;

    /// The number that the next order will have. Starts at 1: a mint proof names order 0.
    #[pallet::storage]
    pub type NextOrderId<T: Config> = StorageValue<_, OrderId, ValueQuery, ConstU64<1>>;

    /// Orders that are neither settled nor refunded.
    #[pallet::storage]
    pub type Orders<T: Config> = StorageMap<_, Twox64Concat, OrderId, Order>;

    /// The order that a buyer has for a card. At most one.
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

    /// Keys by card and edition. Whose they are, [`Config::Items`] says.
    #[pallet::storage]
    pub type Keys<T: Config> = StorageDoubleMap<_, Twox64Concat, CardId, Twox64Concat, Edition, KeyRecord>;

    /// Keys and waiting orders of a card, counted.
    #[pallet::storage]
    pub type Tallies<T: Config> = StorageMap<_, Twox64Concat, CardId, Tally, ValueQuery>;

    /// How many keys of a card an account has.
    #[pallet::storage]
    pub type Holdings<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, AccountId32, Twox64Concat, CardId, u32, ValueQuery>;

    /// Cards of which a false key was proven. For ever: a content commitment cannot be mended.
    #[pallet::storage]
    pub type Frozen<T: Config> = StorageMap<_, Twox64Concat, CardId, ()>;

    /// What an account is owed and could not take. The money is held on this pallet's account.
    #[pallet::storage]
    pub type Unclaimed<T: Config> = StorageMap<_, Blake2_128Concat, AccountId32, Balance>;

    /// True only while this pallet itself destroys an item.
    #[pallet::storage]
    pub type ItemsUnlocked<T: Config> = StorageValue<_, bool, ValueQuery>;

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Blocks that a seller has to fulfil an order.
        pub order_deadline: BlockNumber,
        /// Blocks between delivery and payment.
        pub settlement_window: BlockNumber,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                order_deadline: DAY_OF_BLOCKS,
                settlement_window: DAY_OF_BLOCKS,
                _config: Default::default(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            OrderDeadline::<T>::put(self.order_deadline);
            SettlementWindow::<T>::put(self.settlement_window);
        }
    }

    /// Indices are never used for anything else again: clients of older blocks read them.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account can now receive capsules under this key.
        #[codec(index = 0)]
        EncryptionKeyRegistered {
            /// Whose key.
            account: AccountId32,
            /// Its number among the account's keys.
            index: KeyIndex,
            /// The key.
            key: EncodedPoint,
        },
        /// A creator gave a key away.
        #[codec(index = 1)]
        KeyMinted {
            /// The card that it opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who holds it.
            to: AccountId32,
            /// Which encryption key of the holder opens the capsule.
            key_index: KeyIndex,
        },
        /// Money waits for a key.
        #[codec(index = 2)]
        OrderPlaced {
            /// The order.
            order: OrderId,
            /// What was bought.
            card: CardId,
            /// Whose money is held.
            buyer: AccountId32,
            /// Who can fulfil it.
            seller: AccountId32,
            /// How much.
            price: Balance,
            /// Which encryption key of the buyer the capsule must be for.
            key_index: KeyIndex,
            /// Last block in which it can be fulfilled.
            deadline: BlockNumber,
        },
        /// A key was delivered. The money is still held, unless the key was free.
        #[codec(index = 3)]
        OrderFulfilled {
            /// The order.
            order: OrderId,
            /// The card that the key opens.
            card: CardId,
            /// Which of its keys.
            edition: Edition,
            /// Who holds it.
            buyer: AccountId32,
            /// First block in which the order can be settled.
            settles_at: BlockNumber,
        },
        /// An order ended with payment.
        #[codec(index = 4)]
        OrderSettled {
            /// The order.
            order: OrderId,
            /// What was bought.
            card: CardId,
            /// Who paid.
            buyer: AccountId32,
            /// Who was paid.
            seller: AccountId32,
            /// What the seller got.
            paid: Balance,
            /// What was burnt.
            fee: Balance,
        },
        /// An order ended with a refund of price and deposit.
        #[codec(index = 5)]
        OrderRefunded {
            /// The order.
            order: OrderId,
            /// What would have been bought.
            card: CardId,
            /// Who got the money back.
            buyer: AccountId32,
            /// The price that was given back.
            price: Balance,
            /// The false key that was destroyed, if one had been delivered.
            edition: Option<Edition>,
        },
        /// A key of this card was proven false.
        #[codec(index = 6)]
        CardFrozen {
            /// The card.
            card: CardId,
            /// The key that was shown to be false.
            edition: Edition,
            /// Its holder.
            reporter: AccountId32,
        },
        /// An account could not take what it is owed; `claim_unclaimed` pays it later.
        #[codec(index = 7)]
        LeftUnclaimed {
            /// Who is owed.
            account: AccountId32,
            /// How much was added.
            amount: Balance,
        },
        /// An account took what it was owed.
        #[codec(index = 8)]
        UnclaimedPaid {
            /// Who was paid.
            account: AccountId32,
            /// How much.
            amount: Balance,
        },
        /// A holder destroyed a key of a frozen card.
        #[codec(index = 9)]
        KeyDiscarded {
            /// The card.
            card: CardId,
            /// Which of its keys. The number is never used again.
            edition: Edition,
            /// Who held it.
            holder: AccountId32,
            /// Who got the key's deposit back: its buyer, or the creator who gave it away.
            depositor: AccountId32,
            /// How much.
            deposit: Balance,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// No card has this number.
        UnknownCard,
        /// The card is not keyed, so there is no key to it.
        NotKeyed,
        /// The card was withdrawn.
        Retired,
        /// The card is not for sale at present.
        NotListed,
        /// A false key of the card was proven; its orders can only be refunded.
        CardFrozen,
        /// The price is not the one that the buyer named. Look again, then decide.
        PriceChanged,
        /// The terms are not those that the buyer named. Look again, then decide.
        TermsChanged,
        /// Every edition is made or ordered.
        SoldOut,
        /// A creator buys no key to a card of his own; he can mint one.
        OwnCard,
        /// The buyer already has an order for this card that is not settled.
        OrderAlreadyOpen,
        /// The account has registered no encryption key with this index.
        UnknownEncryptionKey,
        /// The account has as many encryption keys as it may have.
        TooManyEncryptionKeys,
        /// A point is the identity or not canonically encoded.
        InvalidPoint,
        /// The proof does not hold for this statement, or was made for another occasion.
        InvalidProof,
        /// No open order has this number.
        UnknownOrder,
        /// Only the creator of the card mints.
        NotCreator,
        /// Only the seller fulfils.
        NotSeller,
        /// The key is delivered already.
        AlreadyDelivered,
        /// The key is not delivered yet.
        NotDelivered,
        /// The last block for delivery is past.
        DeadlinePassed,
        /// The seller still has time.
        DeadlineNotPassed,
        /// The settlement window is still open.
        WindowOpen,
        /// The card has no key of this edition.
        UnknownKey,
        /// Only the holder of a key reports or discards it.
        NotHolder,
        /// The opened point is the one that the card commits to: the key is true.
        KeyIsTrue,
        /// A false key of this card was proven before.
        AlreadyFrozen,
        /// Nothing waits for this account.
        NothingUnclaimed,
        /// No false key of this card was proven, so its keys stay.
        NotFrozen,
        /// The order that brought this key is still open; it ends by `expire`, which destroys the key as well.
        NotSettled,
    }

    impl<T> From<ProofError> for Error<T> {
        fn from(error: ProofError) -> Self {
            match error {
                ProofError::IdentityPoint | ProofError::NotCanonicalPoint => Error::InvalidPoint,
                _ => Error::InvalidProof,
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Registers an encryption key under the signer's next index.
        ///
        /// `proof` shows possession of its secret and binds genesis, account and index.
        #[pallet::call_index(0)]
        pub fn register_key(origin: OriginFor<T>, key: EncodedPoint, proof: ShortProof) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_register_key(account, key, proof)?;
            Ok(())
        }

        /// Gives a key to the holder of a registered encryption key. The creator pays its deposit.
        ///
        /// `proof` binds order 0, price 0 and the edition of the key, which is the next. It counts against the editions.
        #[pallet::call_index(1)]
        pub fn mint(
            origin: OriginFor<T>,
            card: CardId,
            to: AccountId32,
            key_index: KeyIndex,
            capsule: Capsule,
            proof: LongProof,
        ) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_mint(creator, card, to, key_index, capsule, proof)
        }

        /// Holds the price and a deposit until the creator delivers, or the deadline passes. It cannot be
        /// taken back before.
        ///
        /// `price` and `terms_version` are those that the buyer saw; if they are no longer true, he buys nothing.
        #[pallet::call_index(2)]
        #[pallet::weight(match key {
            KeyChoice::Registered(_) => T::WeightInfo::buy(),
            KeyChoice::Register(..) => T::WeightInfo::buy().saturating_add(T::WeightInfo::register_key()),
        })]
        pub fn buy(
            origin: OriginFor<T>,
            card: CardId,
            price: Balance,
            terms_version: u32,
            key: KeyChoice,
        ) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_buy(buyer, card, price, terms_version, key)
        }

        /// Delivers the key of an order, up to and including its deadline.
        ///
        /// `proof` binds the order, its price and the signer, so nobody else can send a copy. Its edition is 0,
        /// whichever the key will have, so deliveries that are proven together do not wait for one another.
        #[pallet::call_index(3)]
        pub fn fulfil(
            origin: OriginFor<T>,
            order: OrderId,
            capsule: Capsule,
            proof: LongProof,
        ) -> DispatchResult {
            let seller = ensure_signed(origin)?;
            Self::do_fulfil(seller, order, capsule, proof)
        }

        /// Refunds an order that nobody fulfilled in time, or whose card is frozen. Anybody may; success is free.
        #[pallet::call_index(4)]
        pub fn expire(origin: OriginFor<T>, order: OrderId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_expire(order)?;
            Ok(Pays::No.into())
        }

        /// Pays the seller of a delivered order once the settlement window is over. Anybody may; success is free.
        #[pallet::call_index(5)]
        pub fn settle(origin: OriginFor<T>, order: OrderId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_settle(order)?;
            Ok(Pays::No.into())
        }

        /// Freezes a card whose key, which the signer holds, opens to something else than the card commits to,
        /// and refunds the signer's open order for it. Success is free, and pays nothing else.
        ///
        /// **`opened` becomes public.** Send it only if its key commitment differs from the card's.
        #[pallet::call_index(6)]
        pub fn report_false_key(
            origin: OriginFor<T>,
            card: CardId,
            edition: Edition,
            opened: EncodedPoint,
            proof: ShortProof,
        ) -> DispatchResultWithPostInfo {
            let reporter = ensure_signed(origin)?;
            Self::do_report_false_key(reporter, card, edition, opened, proof)?;
            Ok(Pays::No.into())
        }

        /// Pays out what the signer was owed when his account could not take it.
        #[pallet::call_index(7)]
        pub fn claim_unclaimed(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_claim_unclaimed(account)
        }

        /// Destroys a key of a frozen card, which the signer holds, and gives its deposit back to whoever paid it.
        /// Success is free. While the order that brought the key is open, `expire` is the way.
        #[pallet::call_index(8)]
        pub fn discard_key(
            origin: OriginFor<T>,
            card: CardId,
            edition: Edition,
        ) -> DispatchResultWithPostInfo {
            let holder = ensure_signed(origin)?;
            Self::do_discard_key(holder, card, edition)?;
            Ok(Pays::No.into())
        }
    }
}
