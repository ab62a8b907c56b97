//! What comes of a command.

use std::path::PathBuf;

use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{PoolId, SessionId};
use hashcard_primitives::key::{Edition, KeyIndex, OrderId};
use hashcard_primitives::reward::{EndowmentId, EraIndex};
use hashcard_primitives::validator::SessionIndex;
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use super::earned::Earned;
use super::event::PeerShown;
use super::market::{
    ClerkedCard, LibraryRow, ListingShown, Market, OfferShown, OwnKeyShown, PastSaleShown, Recovered,
};
use super::rewards::EndowmentShown;
use super::search::{FiguresShown, FoundCard, KeyStepShown, SeedableShown, SuggestedTag, SuggestedTitle};
use super::seconds;
use super::shown::{AccountShown, BlobShown, CardShown, KeyShown, OrderShown, SeatShown, VerifiedBlob};
use super::social::{FollowedShown, ReactionsShown};
use super::validator::ValidatorStatus;
use crate::amount::Amount;
use crate::home::ledger::Entry;

/// How an output came about.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    /// With a key that the account holds.
    Key,
    /// By the wallet that sealed it.
    Creator,
    /// It was never sealed.
    Open,
    /// Only the part that opens without a key.
    FreePart,
    /// The preview is the content.
    Inline,
    /// Not at all.
    None,
}

/// What came of a command.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[allow(missing_docs)] // docs/CLI-JSON.md says what each is.
pub enum Outcome {
    Published(Published),
    Revised {
        card: CardId,
        price: Amount,
        editions: Option<u32>,
        listed: bool,
        fee: Amount,
        block: BlockNumber,
    },
    Retired {
        card: CardId,
        fee: Amount,
        block: BlockNumber,
    },
    Feed {
        cards: Vec<CardShown>,
        next: Option<u64>,
        block: BlockNumber,
    },
    Found {
        cards: Vec<FoundCard>,
        next: Option<String>,
        block: BlockNumber,
        finalized: BlockNumber,
        since: BlockNumber,
    },
    Seedable {
        cards: Vec<SeedableShown>,
        block: BlockNumber,
        since: BlockNumber,
    },
    Figures {
        creator: String,
        figures: FiguresShown,
        block: BlockNumber,
        since: BlockNumber,
    },
    KeyHistory {
        card: CardId,
        edition: Edition,
        steps: Vec<KeyStepShown>,
        block: BlockNumber,
        since: BlockNumber,
    },
    Suggestions {
        tags: Vec<SuggestedTag>,
        titles: Vec<SuggestedTitle>,
        block: BlockNumber,
    },
    Index {
        cards: u64,
        bytes: u64,
        block: BlockNumber,
        finalized: BlockNumber,
        since: BlockNumber,
    },
    Checkpoint {
        file: PathBuf,
        bytes: u64,
        boot_nodes: Vec<String>,
        block: BlockNumber,
    },
    Card {
        card: Box<CardShown>,
        market: Option<Box<Market>>,
        reactions: ReactionsShown,
        block: BlockNumber,
    },
    Seats {
        card: CardId,
        seats: Vec<SeatShown>,
        block: BlockNumber,
    },
    Keys {
        keys: Vec<KeyShown>,
        orders: Vec<OrderShown>,
        offers: Vec<OfferShown>,
        encryption_keys: Vec<OwnKeyShown>,
        block: BlockNumber,
    },
    Ordered {
        card: CardId,
        order: OrderId,
        price: Amount,
        deadline: BlockNumber,
        fee: Option<Amount>,
    },
    Bought {
        card: CardId,
        order: Option<OrderId>,
        edition: Edition,
        price: Amount,
        fee: Option<Amount>,
        key_verified: bool,
        already_held: bool,
        resale: bool,
    },
    Expired {
        order: OrderId,
        fee: Amount,
        block: BlockNumber,
    },
    Settled {
        order: OrderId,
        fee: Amount,
        block: BlockNumber,
    },
    FalseKeyReported {
        card: CardId,
        edition: Edition,
        fee: Amount,
        block: BlockNumber,
    },
    Fetched(Fetched),
    Listed {
        card: CardId,
        edition: Edition,
        price: Amount,
        royalty: u32,
        penalty: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Unlisted {
        card: CardId,
        edition: Edition,
        fee: Amount,
        block: BlockNumber,
    },
    Offered {
        offer: OrderId,
        card: CardId,
        edition: Option<Edition>,
        price: Amount,
        until: BlockNumber,
        fee: Option<Amount>,
    },
    OfferWithdrawn {
        offer: OrderId,
        fee: Amount,
        block: BlockNumber,
    },
    Accepted {
        order: OrderId,
        card: CardId,
        edition: Edition,
        price: Amount,
        buyer: String,
        deadline: Option<BlockNumber>,
        delivered: bool,
        fee: Option<Amount>,
        block: BlockNumber,
    },
    Market {
        card: CardId,
        listings: Vec<ListingShown>,
        offers: Vec<OfferShown>,
        more: bool,
        block: BlockNumber,
    },
    Gifted {
        card: CardId,
        edition: Edition,
        to: String,
        fee: Amount,
        block: BlockNumber,
    },
    KeyRegistered {
        key_index: KeyIndex,
        already_registered: bool,
        fee: Option<Amount>,
        block: BlockNumber,
    },
    KeyRotated {
        card: CardId,
        edition: Edition,
        key_index: KeyIndex,
        fee: Amount,
        block: BlockNumber,
    },
    KeyRemoved {
        key_index: KeyIndex,
        fee: Amount,
        block: BlockNumber,
    },
    ClerkAppointed {
        card: CardId,
        clerk: String,
        fee: Amount,
        block: BlockNumber,
    },
    ClerkDismissed {
        card: CardId,
        clerk: String,
        fee: Amount,
        block: BlockNumber,
    },
    ClerkTerms {
        card: CardId,
        commission: u32,
        any_holder: bool,
        fee: Amount,
        block: BlockNumber,
    },
    Clerks {
        cards: Vec<ClerkedCard>,
        block: BlockNumber,
    },
    Clerked {
        #[serde(with = "seconds")]
        seconds: f64,
        fulfilled: u64,
        settled: u64,
    },
    UpgradeTerms {
        card: CardId,
        discount: Option<u32>,
        fee: Amount,
        block: BlockNumber,
    },
    Library {
        keys: Vec<LibraryRow>,
        collection: Option<String>,
        more: bool,
        block: BlockNumber,
    },
    Collected {
        card: CardId,
        collections: Vec<String>,
    },
    History {
        entries: Vec<Entry>,
        more: bool,
    },
    PriceHistory {
        card: CardId,
        sold: u32,
        volume: Amount,
        last: Vec<PastSaleShown>,
        block: BlockNumber,
    },
    Recovered {
        accounts: Vec<Recovered>,
        block: BlockNumber,
    },
    Seeding {
        cards: Vec<CardId>,
    },
    Seeded {
        #[serde(with = "seconds")]
        seconds: f64,
        fulfilled: u64,
        settled: u64,
        served_chunks: u64,
        left: bool,
    },
    Earned(Box<Earned>),
    Endowed {
        card: CardId,
        endowment: EndowmentId,
        amount: Amount,
        per_block: Amount,
        first_era: EraIndex,
        fee: Amount,
        block: BlockNumber,
    },
    Endowments {
        card: CardId,
        endowments: Vec<EndowmentShown>,
        block: BlockNumber,
    },
    /// The last era that it gives for; or, once it is gone, what came back.
    EndowmentEnds {
        card: CardId,
        endowment: EndowmentId,
        last_era: Option<EraIndex>,
        refunded: Option<Amount>,
        fee: Amount,
        block: BlockNumber,
    },
    PoolOpened {
        pool: PoolId,
        amount: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    PoolToppedUp {
        pool: PoolId,
        amount: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Pools {
        pools: Vec<PoolShown>,
        block: BlockNumber,
    },
    PoolCloses {
        pool: PoolId,
        closes_at: BlockNumber,
        fee: Amount,
        block: BlockNumber,
    },
    PoolWithdrawn {
        pool: PoolId,
        amount: Amount,
        deposits: Amount,
        removed: bool,
        fee: Amount,
        block: BlockNumber,
    },
    Reacted {
        card: CardId,
        reaction: String,
        before: Option<String>,
        deposit: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Unreacted {
        card: CardId,
        reaction: String,
        deposit: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Followed {
        address: String,
        deposit: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Unfollowed {
        address: String,
        deposit: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Following {
        accounts: Vec<FollowedShown>,
        following: u32,
        followers: u32,
        block: BlockNumber,
    },
    ValidatorStatus(Box<ValidatorStatus>),
    Bonded {
        address: String,
        bond: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    BondedMore {
        address: String,
        amount: Amount,
        bond: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Unbonded {
        address: String,
        amount: Amount,
        bond: Amount,
        due: SessionIndex,
        fee: Amount,
        block: BlockNumber,
    },
    BondWithdrawn {
        address: String,
        amount: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Paused {
        address: String,
        fee: Amount,
        block: BlockNumber,
    },
    Rejoined {
        address: String,
        bond: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    SessionKeysSet {
        address: String,
        session_keys: String,
        deposit: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    SessionKeysRetired {
        address: String,
        deposit: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Store {
        blobs: Vec<BlobShown>,
        used_bytes: u64,
    },
    Verified {
        blobs: Vec<VerifiedBlob>,
    },
    Removed {
        root: String,
        bytes_freed: u64,
    },
    Wallet {
        path: PathBuf,
        accounts: Vec<AccountShown>,
    },
    WalletBackup {
        path: PathBuf,
        copy: Option<PathBuf>,
    },
    Sent {
        from: String,
        to: String,
        amount: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    Balance {
        address: String,
        free: Amount,
        held: Amount,
    },
}

/// A card that was registered.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Published {
    pub card: CardId,
    pub access: String,
    pub kind: String,
    pub title: String,
    pub root: Option<String>,
    pub content_len: u64,
    pub blob_len: u64,
    pub chunks: u64,
    pub files: u64,
    pub free_chunks: u32,
    pub price: Amount,
    pub editions: Option<u32>,
    pub fee: Amount,
    pub block: BlockNumber,
}

/// A content that was fetched.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Fetched {
    pub card: CardId,
    pub root: Option<String>,
    pub opened: Opened,
    pub output: Option<PathBuf>,
    pub bytes: u64,
    pub files: u64,
    pub chunks: u64,
    pub already_held: u64,
    pub peers: Vec<PeerShown>,
    pub paid: Amount,
    #[serde(with = "seconds")]
    pub seconds: f64,
    pub text: Option<String>,
}

/// A pool as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PoolShown {
    pub pool: PoolId,
    pub unreserved: Amount,
    pub reserved: Amount,
    /// What this home may still promise.
    pub unpromised: Amount,
    /// Last block in which vouchers are paid; `None` while it is open.
    pub closes_at: Option<BlockNumber>,
    pub sessions: Vec<SessionShown>,
}

/// A payment session as people see it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct SessionShown {
    pub session: SessionId,
    pub cap: Amount,
    pub charged: Amount,
    pub expires_at: BlockNumber,
    pub lanes: u32,
    /// All that this home promised in it; `None` if it is not this home's.
    pub promised: Option<Amount>,
}
