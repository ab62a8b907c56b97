//! Hash cards: `publish`, `revise_terms`, `retire`, and the feed in which they are found.
//!
//! **The footer decides whose a blob is, and it is inside the root.** `publish` takes the blob's last leaf
//! with its path, and refuses a footer that names another chain or creator. So a root seen in the pool is of
//! no use to anybody else, every root has one creator and one suite, and one map from root to card keeps
//! sealed roots unique on the chain, plain ones unique for each creator, and either kind apart from the
//! other.
//!
//! # Lifecycle
//! `publish` → (`revise_terms`, `add_sources`)* → `retire` → `clear`. A retired card loses preview, terms,
//! sources and feed rows at once. Its own row stays while a key or an order depends on it; `clear` removes it
//! afterwards. Replies outlive the card that they reply to.
//!
//! # Properties
//! - A card never changes but for its [`Terms`](hashcard_primitives::card::Terms); these carry a version.
//! - Every stored row is paid for by a deposit that returns when the row goes, less a burnt part when a card
//!   is retired early.
//! - No call and no query costs more because there are more cards.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod add_sources;
mod clear;
mod deposit;
mod feed;
mod listing;
mod lookup;
mod proven_blob;
mod publish;
mod query;
mod report;
mod retire;
mod revise_terms;
mod types;
mod weights;

#[cfg(any(test, feature = "try-runtime"))]
mod invariants;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(any(test, feature = "runtime-benchmarks"))]
mod specimen;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use super::*;
    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{hold::Mutate as MutateHold, Mutate},
    };
    use frame_system::pallet_prelude::*;
    use hashcard_primitives::{
        blob::ContentRoot,
        card::{Access, Card, CardId, Listing, Preview, Terms},
        feed::{Feed, Page},
        roles::CardDependents,
        Balance, BlockNumber,
    };
    use sp_runtime::{AccountId32, Permill};

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<AccountId = AccountId32, RuntimeEvent: From<Event<Self>>> {
        /// Holds deposits.
        type Currency: Mutate<AccountId32>
            + MutateHold<AccountId32, Reason = Self::RuntimeHoldReason, Balance = Balance>;
        /// The runtime's reasons to hold money.
        type RuntimeHoldReason: From<HoldReason>;
        /// Says what still depends on a card.
        type Dependents: CardDependents;
        /// Deposit for each row in state beside its bytes.
        #[pallet::constant]
        type DepositBase: Get<Balance>;
        /// Deposit for each byte in state.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;
        /// A card retired in fewer blocks after publication loses a part of its deposit: feed space is not
        /// free to churn.
        #[pallet::constant]
        type EarlyRetireBlocks: Get<BlockNumber>;
        /// That part.
        #[pallet::constant]
        type EarlyRetireBurn: Get<Permill>;
        /// Costs of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why this pallet holds money.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// Deposit of a creator for the rows of a card.
        Card,
        /// Deposit of a reporter for the row of a report.
        Report,
    }

    /// Number of the next card.
    #[pallet::storage]
    pub type NextCardId<T: Config> = StorageValue<_, CardId, ValueQuery>;

    /// What never changes; stays after `retire` while anything depends on it.
    #[pallet::storage]
    pub type Cards<T: Config> = StorageMap<_, Twox64Concat, CardId, Card<AccountId32>>;

    /// What the creator may revise. A card without terms is retired.
    #[pallet::storage]
    pub type TermsOf<T: Config> = StorageMap<_, Twox64Concat, CardId, Terms>;

    /// Previews of cards that are not retired.
    #[pallet::storage]
    pub type Previews<T: Config> = StorageMap<_, Twox64Concat, CardId, Preview>;

    /// Sources of cards that are not retired; no row for a card that has none.
    #[pallet::storage]
    pub type SourcesOf<T: Config> = StorageMap<_, Twox64Concat, CardId, Sources>;

    /// The card of a blob.
    #[pallet::storage]
    pub type CardOfRoot<T: Config> = StorageMap<_, Blake2_128Concat, ContentRoot, CardId>;

    /// The newer version of a card, while that one is not retired.
    #[pallet::storage]
    pub type SupersededBy<T: Config> = StorageMap<_, Twox64Concat, CardId, CardId>;

    /// What each card's creator has on hold for it.
    #[pallet::storage]
    pub type Deposits<T: Config> = StorageMap<_, Twox64Concat, CardId, Deposit, ValueQuery>;

    /// How long each feed is.
    #[pallet::storage]
    pub type FeedHeads<T: Config> = StorageMap<_, Blake2_128Concat, Feed<AccountId32>, FeedHead, ValueQuery>;

    /// Rows of each feed, 64 to a page, oldest page 0. A page without a live row is not stored.
    #[pallet::storage]
    pub type FeedPages<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, Feed<AccountId32>, Twox64Concat, u64, Page, ValueQuery>;

    /// Where a card stands in its feeds.
    #[pallet::storage]
    pub type PositionsOf<T: Config> = StorageMap<_, Twox64Concat, CardId, Positions>;

    /// Who reported which card.
    #[pallet::storage]
    pub type Reports<T: Config> =
        StorageDoubleMap<_, Twox64Concat, CardId, Blake2_128Concat, AccountId32, Report>;

    /// How many did.
    #[pallet::storage]
    pub type ReportCounts<T: Config> = StorageMap<_, Twox64Concat, CardId, u32, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A card was published.
        Published {
            /// Its number.
            card: CardId,
            /// Whose it is.
            creator: AccountId32,
            /// Who can read it.
            access: Access,
            /// Its blob, unless inline.
            root: Option<ContentRoot>,
            /// What the creator has on hold for it.
            deposit: Balance,
        },
        /// A creator changed the terms of a card.
        TermsRevised {
            /// Which card.
            card: CardId,
            /// Its terms from now on.
            terms: Terms,
        },
        /// A creator withdrew a card.
        Retired {
            /// Which card.
            card: CardId,
            /// Deposit that went back to the creator.
            refunded: Balance,
            /// Deposit that was burnt, because it was early.
            burned: Balance,
            /// Whether the card's own row stays, because a key or an order depends on it.
            kept: bool,
        },
        /// The row of a retired card on which nothing depended any more was removed.
        Cleared {
            /// Which card.
            card: CardId,
            /// Deposit that went back to the creator.
            refunded: Balance,
        },
        /// A creator added sources of a blob.
        SourcesAdded {
            /// Which card.
            card: CardId,
            /// How many were added.
            added: u32,
            /// How many of the oldest made room for them.
            dropped: u32,
        },
        /// Somebody reported a card.
        Reported {
            /// Which card.
            card: CardId,
            /// Who.
            reporter: AccountId32,
            /// Why.
            reason: ReportReason,
            /// Reports of this card, this one included.
            reports: u32,
        },
        /// Somebody took a report back.
        ReportWithdrawn {
            /// Which card.
            card: CardId,
            /// Who.
            reporter: AccountId32,
            /// Reports that are left.
            reports: u32,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The title is empty, not UTF-8, or holds a control character.
        BadTitle,
        /// A tag is empty, not UTF-8, or holds a control character.
        BadTag,
        /// A tag stands there twice.
        TagTwice,
        /// The royalty is above `MAX_ROYALTY`.
        RoyaltyTooHigh,
        /// The creator's share of deliveries is more than the whole.
        DeliveryShareTooHigh,
        /// No editions at all; retire the card, or unlist it, instead.
        NoEditions,
        /// The card that this one would reply to does not exist.
        UnknownParent,
        /// The card that this one would supersede does not exist.
        UnknownPredecessor,
        /// The card that this one would supersede is another creator's.
        NotYourPredecessor,
        /// The card that this one would supersede has a newer version already.
        AlreadySuperseded,
        /// An inline card needs a preview: it is the content.
        EmptyInline,
        /// Only a sealed blob has keys, so only that can have a price, editions or collaborators.
        OnlyKeyedSells,
        /// The last leaf is not a footer of a known format, or its lengths contradict one another.
        NotAFooter,
        /// The footer names another chain.
        AnotherChain,
        /// The footer names another creator.
        AnotherCreator,
        /// The path does not lead from this leaf, as the last of a blob of this length, to this root.
        LeafNotProven,
        /// A card has this blob already.
        RootTaken,
        /// A sealed blob needs a proof of knowledge of its content secret.
        CardProofMissing,
        /// A plain blob has no content secret to prove.
        CardProofUnexpected,
        /// The proof of knowledge does not hold for this creator, blob and commitments.
        CardProofInvalid,
        /// There is no such card.
        UnknownCard,
        /// Only the creator may do this.
        NotCreator,
        /// Only a keyed card has terms to revise.
        NotKeyed,
        /// More keys exist already than these editions allow.
        EditionsBelowKeysMade,
        /// The terms were revised as often as their version can count.
        TooManyRevisions,
        /// The card is retired.
        CardRetired,
        /// Only a retired card can be cleared.
        NotRetired,
        /// A key or an order still depends on the card.
        StillNeeded,
        /// An inline card has no blob that could be had elsewhere.
        NoBlob,
        /// No source was given.
        NoSources,
        /// A source does not begin with `https://`, `http://` or `magnet:?`, or is not printable text.
        BadSource,
        /// A source is listed already.
        SourceTwice,
        /// This account has reported this card already.
        AlreadyReported,
        /// This account has not reported this card.
        NotReported,
        /// The creator gets what his collaborators leave; he cannot be one of them.
        CreatorCollaborates,
        /// A collaborator's share is nothing.
        CollaboratorWithoutShare,
        /// An account stands twice among the collaborators.
        CollaboratorTwice,
        /// The collaborators' shares are together more than the whole.
        CollaboratorsShareTooHigh,
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
        /// Publishes a card.
        ///
        /// A blob's footer must name this chain and the caller; a sealed blob's card is keyed, a plain one's
        /// open. Holds a deposit for every row.
        #[pallet::call_index(0)]
        #[pallet::weight(match content {
            Content::Inline => T::WeightInfo::publish_inline(listing.tags.len() as u32),
            Content::Blob(_) => T::WeightInfo::publish_blob(listing.tags.len() as u32),
        })]
        pub fn publish(origin: OriginFor<T>, listing: Listing, content: Content) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_publish(creator, listing, content)
        }

        /// Changes price, editions and listing of a keyed card, and counts its terms' version up.
        #[pallet::call_index(1)]
        pub fn revise_terms(
            origin: OriginFor<T>,
            card: CardId,
            price: Balance,
            editions: Option<u32>,
            listed: bool,
        ) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_revise_terms(&creator, card, price, editions, listed)
        }

        /// Withdraws a card: its preview, terms, sources and feed rows go, and their deposit returns.
        ///
        /// The card's own row stays while a key or an order depends on it.
        #[pallet::call_index(2)]
        pub fn retire(origin: OriginFor<T>, card: CardId) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_retire(&creator, card)
        }

        /// Removes the row of a retired card on which nothing depends any more. Anybody may; the deposit
        /// returns to the creator.
        #[pallet::call_index(3)]
        pub fn clear(origin: OriginFor<T>, card: CardId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_clear(card)
        }

        /// Adds URLs from which the blob can be had besides the swarm. Beyond eight the oldest make room, so
        /// a list of dead mirrors can always be renewed.
        #[pallet::call_index(4)]
        pub fn add_sources(origin: OriginFor<T>, card: CardId, sources: Sources) -> DispatchResult {
            let creator = ensure_signed(origin)?;
            Self::do_add_sources(&creator, card, sources)
        }

        /// Reports a card, once for each account. A count that clients may weigh; the chain does nothing with
        /// it.
        #[pallet::call_index(5)]
        pub fn report(origin: OriginFor<T>, card: CardId, reason: ReportReason) -> DispatchResult {
            let reporter = ensure_signed(origin)?;
            Self::do_report(reporter, card, reason)
        }

        /// Takes a report back, and its deposit. Also when the card is gone.
        #[pallet::call_index(6)]
        pub fn withdraw_report(origin: OriginFor<T>, card: CardId) -> DispatchResult {
            let reporter = ensure_signed(origin)?;
            Self::do_withdraw_report(reporter, card)
        }
    }
}
