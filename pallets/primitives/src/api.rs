//! The runtime APIs: all that a client asks the chain, answered with proofs to a light client too.

use crate::{
    blob::ContentRoot,
    card::{CardId, CardView},
    feed::{FeedPage, FeedQuery},
    key::{Edition, ItemId, KeyIndex, KeyPage, KeyView, OrderId, OrderPage, OrderView},
    lengths::Lengths,
    seeder::SeatPage,
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
    }

    /// Seats.
    pub trait SeedersApi {
        /// Live seats of a card, highest bond first.
        fn seats(card: CardId, page: u32) -> SeatPage<AccountId32>;
        /// Cards on which an account has a seat, in order, after `after`, at most 256.
        fn seats_of(seeder: AccountId32, after: Option<CardId>) -> Vec<CardId>;
    }

    /// Keys and orders.
    pub trait KeysApi {
        /// A key: its holder and its capsule.
        fn key(card: CardId, edition: Edition) -> Option<KeyView<AccountId32>>;
        /// Keys of an account, at most `limit` (64 at most).
        fn keys_of(holder: AccountId32, after: Option<ItemId>, limit: u32) -> KeyPage<AccountId32>;
        /// An order that is not settled or refunded yet.
        fn order(id: OrderId) -> Option<OrderView<AccountId32>>;
        /// Orders that wait for a seller, or whose money is not settled yet, from `from` on (64 at most).
        fn orders_of_seller(seller: AccountId32, from: OrderId, limit: u32) -> OrderPage<AccountId32>;
        /// Unsettled orders of a buyer, likewise.
        fn orders_of_buyer(buyer: AccountId32, from: OrderId, limit: u32) -> OrderPage<AccountId32>;
        /// A registered encryption key.
        fn encryption_key(account: AccountId32, index: KeyIndex) -> Option<[u8; 32]>;
        /// Encryption keys that an account has registered; the next index.
        fn encryption_keys(account: AccountId32) -> KeyIndex;
    }

    /// The lengths that genesis set.
    pub trait LengthsApi {
        /// All of them.
        fn lengths() -> Lengths;
    }
}
