//! Keys to keyed cards: orders in escrow, capsules proven on delivery, settlement, fraud proofs, and the market.
//!
//! **Money and key never move apart.** A buyer's money is held before anybody can reveal anything to him, and
//! he cannot take it back; the seller gets nothing without a capsule that this pallet has verified.
//!
//! # Participants
//! - A **buyer** registers an encryption key, holds the price and a deposit by [`Pallet::buy`],
//!   [`Pallet::buy_listed`], [`Pallet::claim`] or an accepted [`Pallet::offer`], and waits.
//! - The **seller** (the card's creator, or in a resale the holder) delivers by [`Pallet::fulfil`] until the deadline.
//! - A **clerk** (an account with a capsule from the creator, or a holder if the creator lets all of them) delivers
//!   primary sales by [`Pallet::fulfil_for`], for the commission that was promised when the order was made.
//! - **Anybody** ends what time or fraud has ended: [`Pallet::expire`] refunds, [`Pallet::settle`] pays.
//! - A **holder** whose capsule opens to something that is not the card's key proves it by
//!   [`Pallet::report_false_key`]. That freezes the card: nothing of it is sold or settled again. Keys of a frozen
//!   card that no open order is about, their holders may destroy by [`Pallet::discard_key`].
//!
//! # The life of an order
//! ```text
//! buy, claim, ──▶ Waiting ──fulfil──▶ Delivered ──settle──▶ gone: everybody paid, the network fee burnt
//! buy_listed,        │                    │
//! offer+accept     expire               expire ───────────▶ gone: the buyer refunded
//!              (deadline passed,     (card frozen: the key
//!               or card frozen)       is destroyed as well)
//! ```
//! A free order has no money to wait for, so it is settled in the dispatch that delivers it. A resale waits for its
//! settlement as a first sale does: a cheat could sell false keys through a straw man otherwise.
//!
//! # Properties
//! - An order ends in exactly one of settlement and refund, and neither loops over anything unbounded.
//! - A payment or refund that the receiver's account cannot take waits in [`Unclaimed`]; it never fails the
//!   dispatch, so nobody can block somebody else's ending.
//! - The owner of a key is stored by the [`KeyItems`](hashcard_primitives::roles::KeyItems) role and nowhere
//!   here. Items move only while [`Pallet::items_unlocked`] is true, which no transaction ever observes.
//! - **A key does one thing at a time.** From the order about it to the settlement it is *engaged*, and can neither
//!   be sold again nor given, rewrapped, claimed with or discarded. So what a seller proves stays true until it is
//!   included, and a buyer gets the very key that he ordered or his money.
//! - Who reveals a capsule has first been promised the money: it is held, and only time or fraud gives it back. Who
//!   fears that blocks leave his delivery out until the deadline commits to it by [`Pallet::lock`] first.
//! - The invariants that hold between calls are listed in `invariants.rs` and checked after every test.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod buy;
mod buy_listed;
mod card;
mod claim;
mod clerks;
mod counts;
mod deliver;
mod discard;
pub mod division;
mod encryption_keys;
mod entitlement;
mod errors;
mod escrow;
mod events;
mod expire;
mod fulfil;
mod gift;
mod listings;
mod lock;
mod mint;
mod offers;
mod orders;
mod report;
mod resell;
mod rewrap;
mod rows;
mod settle;
mod storage;
mod upgrades;
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
pub use rows::{
    ClerkCapsule, ClerkTerms, EncryptionKey, InOrder, ItemInOrder, KeyChoice, KeyNumbers, KeyRecord, Listing,
    Lock, Offer, Order, SourceCapsule, Tally, Upgrade,
};
pub use settle::Share;
pub use views::MAX_PAGE;
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

#[import_section(storage::storage)]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{pallet_prelude::*, traits::fungible, PalletId};
    use frame_system::pallet_prelude::*;
    use hashcard_primitives::{
        card::CardId,
        key::{ClerkSource, Edition, KeyIndex, OrderId, PriceHistory, Sale, CLERK_TURN, MAX_CLERKS},
        roles::{BurntFees, CardLookup, KeyItems},
        Balance, BlockNumber,
    };
    use hashcard_proofs::{Capsule, EncodedPoint, LongProof, ProofError, ShortProof};
    use sp_runtime::{traits::ConstU64, AccountId32, Permill};

    /// Least number of blocks that a seller has. Below it a block or two full of other transactions would
    /// decide who keeps the money. A clerk's turn fits in, and leaves the others two blocks.
    pub const MIN_ORDER_DEADLINE: BlockNumber = 10;
    /// Least number of blocks between delivery and payment: then one whole block lies between the two, in which
    /// a report cannot be overtaken by a settlement.
    pub const MIN_SETTLEMENT_WINDOW: BlockNumber = 2;
    /// Least number of blocks that a lock gives. A lock against censorship that lasts no longer than an order's own
    /// deadline would protect nobody.
    pub const MIN_LOCK_WINDOW: BlockNumber = MIN_ORDER_DEADLINE;
    /// What genesis sets unless told otherwise, for all three lengths: a day of 3-second blocks, so that a seller
    /// may sleep, and a buyer too.
    pub const DAY_OF_BLOCKS: BlockNumber = 28_800;

    const _: () = assert!(CLERK_TURN < MIN_ORDER_DEADLINE, "a turn ends before the deadline");

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
        /// Is told of every fee that is burnt.
        type Fees: BurntFees;
        /// The part of a settled price that is burnt.
        #[pallet::constant]
        type NetworkFee: Get<Permill>;
        /// The part of a price that a seller of a resale, and whoever locks an order, stakes on delivering in time.
        #[pallet::constant]
        type DeliveryBond: Get<Permill>;
        /// Held while an encryption key is registered.
        #[pallet::constant]
        type EncryptionKeyDeposit: Get<Balance>;
        /// Held from an order, offer or `mint` on, while the order or offer and then the key exist. It pays for the
        /// rows of order and key together, because both exist between delivery and settlement; and for the one
        /// history of the card, because its keys may all go but one.
        #[pallet::constant]
        type KeyDeposit: Get<Balance>;
        /// Held on the seller's account while a key is listed.
        #[pallet::constant]
        type ListingDeposit: Get<Balance>;
        /// Held on the account of whoever locks an order, for the bytes of the lock.
        #[pallet::constant]
        type LockDeposit: Get<Balance>;
        /// Held on the creator's account for each appointed clerk.
        #[pallet::constant]
        type ClerkDeposit: Get<Balance>;
        /// Held on the creator's account for a card's clerk terms, and likewise for its upgrade: one small row each.
        #[pallet::constant]
        type TermsDeposit: Get<Balance>;
        /// Most encryption keys of one account at a time.
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
        /// Prices of orders that are neither settled nor refunded, and of offers, on the buyer's account.
        Order,
        /// Deposits of orders that wait, of offers, and of keys.
        Key,
        /// Payments that their receivers could not take, on this pallet's account.
        Unclaimed,
        /// Deposits of listings and locks, and what sellers and lockers stake on delivering in time.
        Bond,
        /// Deposits of a creator's clerks, clerk terms and upgrades.
        Clerk,
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

        /// Delivers the key of an order, which the signer sells, up to and including its deadline.
        ///
        /// `proof` binds the order, its price and the signer, so nobody else can send a copy. For a new key it is a
        /// mint proof whose edition is 0, whichever the key will have, so deliveries that are proven together do not
        /// wait for one another. For a resale it is a transfer proof of the key that the order names.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::fulfil_primary().max(T::WeightInfo::fulfil_resale()))]
        pub fn fulfil(
            origin: OriginFor<T>,
            order: OrderId,
            capsule: Capsule,
            proof: LongProof,
        ) -> DispatchResult {
            let seller = ensure_signed(origin)?;
            Self::do_fulfil(seller, order, capsule, proof)
        }

        /// Refunds an order that nobody fulfilled in time, or whose card is frozen. Anybody may; success is free. The
        /// seller of a resale, and whoever locked the order, lose their stake to the buyer, unless the card is frozen.
        #[pallet::call_index(4)]
        #[pallet::weight(
            T::WeightInfo::expire_resale()
                .max(T::WeightInfo::expire_claim())
                .max(T::WeightInfo::expire_delivered())
        )]
        pub fn expire(origin: OriginFor<T>, order: OrderId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_expire(order)?;
            Ok(Pays::No.into())
        }

        /// Pays for a delivered order once the settlement window is over: seller, clerk, creator and collaborators,
        /// and burns the network fee. Anybody may; success is free.
        #[pallet::call_index(5)]
        pub fn settle(origin: OriginFor<T>, order: OrderId) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::do_settle(order)?;
            Ok(Pays::No.into())
        }

        /// Freezes a card whose key, which the signer holds, opens to something else than the card commits to,
        /// and refunds the signer's open order or offer for it. Success is free, and pays nothing else.
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
        /// Success is free. While an order about the key is open, `expire` goes first.
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

        /// Takes an encryption key of the signer's back, with its deposit. Refused while anything needs it.
        #[pallet::call_index(9)]
        pub fn remove_key(origin: OriginFor<T>, index: KeyIndex) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_remove_key(account, index)
        }

        /// Offers a key that the signer holds for sale. Holds a deposit, and a part of the price that a buyer gets if
        /// the key is not delivered to him in time.
        #[pallet::call_index(10)]
        pub fn list(origin: OriginFor<T>, card: CardId, edition: Edition, price: Balance) -> DispatchResult {
            let seller = ensure_signed(origin)?;
            Self::do_list(seller, card, edition, price)
        }

        /// Takes a key of the signer's off sale. Once it is bought it is too late.
        #[pallet::call_index(11)]
        pub fn unlist(origin: OriginFor<T>, card: CardId, edition: Edition) -> DispatchResult {
            let seller = ensure_signed(origin)?;
            Self::do_unlist(seller, card, edition)
        }

        /// Holds the price of a listed key and a deposit until the holder delivers, or the deadline passes.
        ///
        /// `price` and `sequence` are those that the buyer saw; if they are no longer true, he buys nothing.
        #[pallet::call_index(12)]
        #[pallet::weight(match key {
            KeyChoice::Registered(_) => T::WeightInfo::buy_listed(),
            KeyChoice::Register(..) => T::WeightInfo::buy_listed().saturating_add(T::WeightInfo::register_key()),
        })]
        pub fn buy_listed(
            origin: OriginFor<T>,
            card: CardId,
            edition: Edition,
            price: Balance,
            sequence: u32,
            key: KeyChoice,
        ) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_buy_listed(buyer, card, edition, price, sequence, key)
        }

        /// Holds a price and a deposit for whichever holder accepts first, up to and including block `until`.
        #[pallet::call_index(13)]
        #[pallet::weight(match key {
            KeyChoice::Registered(_) => T::WeightInfo::offer(),
            KeyChoice::Register(..) => T::WeightInfo::offer().saturating_add(T::WeightInfo::register_key()),
        })]
        pub fn offer(
            origin: OriginFor<T>,
            card: CardId,
            edition: Option<Edition>,
            price: Balance,
            until: BlockNumber,
            key: KeyChoice,
        ) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_offer(buyer, card, edition, price, until, key)
        }

        /// Takes an offer of the signer's back. After its last block, or when the card is frozen, anybody may, and
        /// success is free.
        #[pallet::call_index(14)]
        pub fn withdraw_offer(origin: OriginFor<T>, offer: OrderId) -> DispatchResultWithPostInfo {
            let who = ensure_signed(origin)?;
            Self::do_withdraw_offer(who, offer)
        }

        /// Sells a key that the signer holds to the buyer of an offer, which becomes an order. Holds a part of the
        /// price that the buyer gets if the key is not delivered in time.
        #[pallet::call_index(15)]
        pub fn accept(origin: OriginFor<T>, offer: OrderId, edition: Edition) -> DispatchResult {
            let seller = ensure_signed(origin)?;
            Self::do_accept(seller, offer, edition)
        }

        /// Commits to a delivery before revealing it, and moves the deadline on. Holds a deposit, and a part of the
        /// price that the buyer gets if nobody delivers in time. Once for each order.
        ///
        /// `commitment` is [`hashcard_proofs::lock_commitment`] of the delivery; `source` is what a clerk opens, and
        /// `None` for the seller. The signer may deliver even if he is dismissed or his key is sold meanwhile.
        #[pallet::call_index(16)]
        pub fn lock(
            origin: OriginFor<T>,
            order: OrderId,
            commitment: [u8; 32],
            source: Option<ClerkSource>,
        ) -> DispatchResult {
            let by = ensure_signed(origin)?;
            Self::do_lock(by, order, commitment, source)
        }

        /// Delivers the new key of a primary order for its creator, up to and including its deadline, for the
        /// commission that was promised when the order was made.
        ///
        /// `proof` is a transfer proof for the use `fulfil` from the capsule of `source`. It binds the order, its price
        /// and the signer. For the first [`CLERK_TURN`] blocks of an order, only the clerk whose turn it is may.
        #[pallet::call_index(17)]
        pub fn fulfil_for(
            origin: OriginFor<T>,
            order: OrderId,
            source: ClerkSource,
            capsule: Capsule,
            proof: LongProof,
        ) -> DispatchResult {
            let clerk = ensure_signed(origin)?;
            Self::do_fulfil_for(clerk, order, source, capsule, proof)
        }

        /// Gives an account a capsule to deliver from. The creator pays its deposit.
        ///
        /// `proof` is a mint proof of edition 0 and order 0, which neither a gift nor a sale is.
        #[pallet::call_index(18)]
        pub fn appoint_clerk(
            origin: OriginFor<T>,
            card: CardId,
            account: AccountId32,
            key_index: KeyIndex,
            capsule: Capsule,
            proof: LongProof,
        ) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_appoint_clerk(creator, card, account, key_index, capsule, proof)
        }

        /// Ends a clerkship; the creator or the clerk himself may. What he locked he may still deliver.
        #[pallet::call_index(19)]
        pub fn dismiss_clerk(origin: OriginFor<T>, card: CardId, account: AccountId32) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_dismiss_clerk(who, card, account)
        }

        /// Says what those are promised who deliver for the creator, and whether every holder may. Orders keep the
        /// commission that was promised when they were made.
        #[pallet::call_index(20)]
        pub fn set_clerk_terms(
            origin: OriginFor<T>,
            card: CardId,
            commission: u32,
            any_holder: bool,
        ) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_set_clerk_terms(creator, card, commission, any_holder)
        }

        /// Gives a key that the signer holds to the holder of a registered encryption key, for nothing. The key's
        /// deposit stays with whoever paid it.
        ///
        /// `proof` is a transfer proof with order 0 and price 0.
        #[pallet::call_index(21)]
        pub fn gift(
            origin: OriginFor<T>,
            card: CardId,
            edition: Edition,
            to: AccountId32,
            key_index: KeyIndex,
            capsule: Capsule,
            proof: LongProof,
        ) -> DispatchResult {
            let holder = ensure_signed(origin)?;
            Self::do_gift(holder, card, edition, to, key_index, capsule, proof)
        }

        /// Moves the capsule of a key that the signer holds to another of his encryption keys.
        ///
        /// `proof` is a transfer proof for the use `rewrap`, with order 0 and price 0.
        #[pallet::call_index(22)]
        pub fn rewrap(
            origin: OriginFor<T>,
            card: CardId,
            edition: Edition,
            key_index: KeyIndex,
            capsule: Capsule,
            proof: LongProof,
        ) -> DispatchResult {
            let holder = ensure_signed(origin)?;
            Self::do_rewrap(holder, card, edition, key_index, capsule, proof)
        }

        /// Lets every key of the superseded card claim this one once, `discount` parts per million below the price.
        /// 0 closes that way again; claims that wait go on.
        #[pallet::call_index(23)]
        pub fn set_upgrade(origin: OriginFor<T>, card: CardId, discount: u32) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_set_upgrade(creator, card, discount)
        }

        /// Orders a key of a newer version at the price for holders of the superseded one. `with` is the signer's key
        /// of that card, which can claim once; an order that is refunded gives the claim back.
        #[pallet::call_index(24)]
        #[pallet::weight(match key {
            KeyChoice::Registered(_) => T::WeightInfo::claim(),
            KeyChoice::Register(..) => T::WeightInfo::claim().saturating_add(T::WeightInfo::register_key()),
        })]
        pub fn claim(
            origin: OriginFor<T>,
            card: CardId,
            with: Edition,
            price: Balance,
            terms_version: u32,
            key: KeyChoice,
        ) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::do_claim(buyer, card, with, price, terms_version, key)
        }
    }
}
