//! The runtime APIs: all that a client asks the chain, answered with proofs to a light client too.

use crate::{
    blob::ContentRoot,
    card::{CardId, CardView, Sources},
    channel::{
        CreditView, LaneView, PoolId, PoolView, SessionId, SessionView, VoucherPayment, VoucherRefusal,
        Vouchers,
    },
    feed::{FeedPage, FeedQuery},
    figures::ChainFigures,
    key::{
        ClerkCapsuleView, ClerksView, Edition, ItemId, KeyIndex, KeyPage, KeyView, ListingPage, ListingView,
        OfferPage, OfferView, OrderId, OrderPage, OrderView, PriceHistory, TurnView,
    },
    lengths::Lengths,
    reward::{ChallengeView, ClaimView, DeliveryEarnings, Emission, EndowmentView, EraIndex, EraView},
    seeder::SeatPage,
    social::{FollowCounts, Reaction, ReactionCounts},
    validator::{CandidatePage, CandidateView, SetView},
};
use alloc::vec::Vec;
use sp_runtime::AccountId32;

sp_api::decl_runtime_apis! {
    /// Cards and the feed.
    pub trait CardsApi {
        /// A card by number, retired ones too while anything depends on them.
        fn card(id: CardId) -> Option<CardView<AccountId32>>;
        /// Cards of a blob: one for a sealed root, one per creator (at most 16 answered) for a plain one.
        fn cards_by_root(root: ContentRoot) -> Vec<CardId>;
        /// A page of a feed, newest first.
        fn feed(query: FeedQuery<AccountId32>) -> FeedPage<AccountId32>;
        /// The newer version of a card, unless that one is retired.
        fn superseded_by(card: CardId) -> Option<CardId>;
        /// URLs from which a card's blob can be had besides the swarm; none once it is retired.
        fn sources(card: CardId) -> Sources;
    }

    /// Seats.
    pub trait SeedersApi {
        /// Live seats of a card, highest bond first.
        fn seats(card: CardId, page: u32) -> SeatPage<AccountId32>;
        /// Cards on which an account has a seat, in order, after `after`, at most 256.
        fn seats_of(seeder: AccountId32, after: Option<CardId>) -> Vec<CardId>;
    }

    /// Keys, orders, and the market. Every page has at most 64 rows, whatever `limit` says.
    pub trait KeysApi {
        /// A key: its holder and its capsule.
        fn key(card: CardId, edition: Edition) -> Option<KeyView<AccountId32>>;
        /// Keys of an account.
        fn keys_of(holder: AccountId32, after: Option<ItemId>, limit: u32) -> KeyPage<AccountId32>;
        /// An order that is not settled or refunded yet.
        fn order(id: OrderId) -> Option<OrderView<AccountId32>>;
        /// Orders that wait for a seller, or whose money is not settled yet, from `from` on.
        fn orders_of_seller(seller: AccountId32, from: OrderId, limit: u32) -> OrderPage<AccountId32>;
        /// Unsettled orders of a buyer, likewise.
        fn orders_of_buyer(buyer: AccountId32, from: OrderId, limit: u32) -> OrderPage<AccountId32>;
        /// Primary orders of a card that wait for delivery, likewise: the work of its clerks.
        fn orders_of_card(card: CardId, from: OrderId, limit: u32) -> OrderPage<AccountId32>;
        /// The clerk who alone may deliver a waiting order now; `None` when it is nobody's turn.
        fn turn(order: OrderId) -> Option<TurnView<AccountId32>>;
        /// A registered encryption key.
        fn encryption_key(account: AccountId32, index: KeyIndex) -> Option<[u8; 32]>;
        /// The index that an account's next encryption key will have.
        fn encryption_keys(account: AccountId32) -> KeyIndex;
        /// A key's listing.
        fn listing(card: CardId, edition: Edition) -> Option<ListingView<AccountId32>>;
        /// Listed keys of a card, in no particular order.
        fn listings(card: CardId, after: Option<Edition>, limit: u32) -> ListingPage<AccountId32, Edition>;
        /// Listed keys of a holder, by card and edition.
        fn listings_of(seller: AccountId32, after: Option<ItemId>, limit: u32) -> ListingPage<AccountId32, ItemId>;
        /// An offer that nobody has accepted.
        fn offer(id: OrderId) -> Option<OfferView<AccountId32>>;
        /// Offers for keys of a card, from `from` on.
        fn offers_of_card(card: CardId, from: OrderId, limit: u32) -> OfferPage<AccountId32>;
        /// Offers of a buyer, likewise.
        fn offers_of_buyer(buyer: AccountId32, from: OrderId, limit: u32) -> OfferPage<AccountId32>;
        /// What keys of a card were sold for; `None` before the first sale.
        fn price_history(card: CardId) -> Option<PriceHistory>;
        /// Who delivers the primary sales of a card besides its creator.
        fn clerks(card: CardId) -> ClerksView<AccountId32>;
        /// The capsule of an appointed clerk.
        fn clerk_capsule(card: CardId, account: AccountId32) -> Option<ClerkCapsuleView>;
        /// Cards that an account is an appointed clerk of, in order, after `after`, at most `limit`.
        fn clerk_cards(account: AccountId32, after: Option<CardId>, limit: u32) -> Vec<CardId>;
        /// Parts per million that holders of the superseded card save on a key of this one; `None` if they may not
        /// claim it.
        fn upgrade(card: CardId) -> Option<u32>;
    }

    /// Pools and what they owe. Every page has at most 64 rows.
    pub trait ChannelsApi {
        /// A pool that has a row.
        fn pool(id: PoolId) -> Option<PoolView<AccountId32>>;
        /// Pools of an account, in order, after `after`.
        fn pools_of(owner: AccountId32, after: Option<PoolId>) -> Vec<PoolView<AccountId32>>;
        /// Sessions of a pool, in order, after `after`.
        fn sessions(pool: PoolId, after: Option<SessionId>) -> Vec<SessionView>;
        /// Lanes of a session, in no particular order, after the lane towards `after`.
        fn lanes(pool: PoolId, session: SessionId, after: Option<AccountId32>) -> Vec<LaneView<AccountId32>>;
        /// What stands behind a session's vouchers to a payee.
        fn credit(pool: PoolId, session: SessionId, payee: AccountId32) -> Option<CreditView<AccountId32>>;
        /// What these vouchers would be paid now, one after the other, if their payees sent them.
        fn quote(vouchers: Vouchers<AccountId32>) -> Vec<Result<VoucherPayment, VoucherRefusal>>;
    }

    /// Eras, claims and endowments.
    pub trait RewardsApi {
        /// The running era.
        fn era() -> EraView;
        /// What blocks mint.
        fn emission() -> Emission;
        /// What a seeder has to show for a card in the running era; `None` when his seat gives no right to the era before,
        /// or there is nothing to share.
        fn challenge(card: CardId, seeder: AccountId32) -> Option<ChallengeView>;
        /// Proven claims of an account by era and card, after `after`, at most 64.
        fn claims(seeder: AccountId32, after: Option<(EraIndex, CardId)>) -> Vec<ClaimView>;
        /// What an account has earned by deliveries; `None` for who is not enlisted.
        fn delivery_earnings(account: AccountId32) -> Option<DeliveryEarnings>;
        /// Endowments of a card.
        fn endowments(card: CardId) -> Vec<EndowmentView<AccountId32>>;
    }

    /// Reactions and follows. Every list has at most 256 rows.
    pub trait SocialApi {
        /// How many accounts reacted to a card.
        fn reactions(card: CardId) -> ReactionCounts;
        /// How an account reacted to a card.
        fn reaction(card: CardId, account: AccountId32) -> Option<Reaction>;
        /// Reactions of an account in order of cards, after `after`.
        fn reactions_of(account: AccountId32, after: Option<CardId>) -> Vec<(CardId, Reaction)>;
        /// How many follow an account, and how many it follows.
        fn follow_counts(account: AccountId32) -> FollowCounts;
        /// Whether an account follows another.
        fn follows(follower: AccountId32, followed: AccountId32) -> bool;
        /// Whom an account follows, in no particular order, after `after`.
        fn following(follower: AccountId32, after: Option<AccountId32>) -> Vec<AccountId32>;
    }

    /// Candidates and validators.
    pub trait ValidatorsApi {
        /// Who validates now and next.
        fn validator_set() -> SetView<AccountId32>;
        /// Candidates, highest bond first.
        fn candidates(page: u32) -> CandidatePage<AccountId32>;
        /// An account that has something at stake, or is barred.
        fn candidate(account: AccountId32) -> Option<CandidateView<AccountId32>>;
    }

    /// The whole chain in numbers, for whoever watches over a node.
    pub trait FiguresApi {
        /// All of them, at the end of the block.
        fn figures() -> ChainFigures;
    }

    /// The lengths that genesis set.
    pub trait LengthsApi {
        /// All of them.
        fn lengths() -> Lengths;
    }
}
