//! What can be asked of the engine, what it says meanwhile, and what comes of it.
//!
//! **These types are the command line's `--json` and the home's socket at once**: the fields are written down in
//! docs/CLI-JSON.md and are stable. An outcome is a value; how it looks on a screen is the command line's business.

mod seconds;
mod shown;

use std::path::PathBuf;

use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{Edition, OrderId};
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
pub use shown::{AccountShown, BlobShown, CardShown, KeyShown, OrderShown, SeatShown, VerifiedBlob};

/// Something to do.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Seals, keeps and registers a file or folder.
    Publish(Publish),
    /// Registers a short text.
    Post(Post),
    /// Changes price, editions or listing.
    Revise(Revise),
    /// Withdraws a card.
    Retire {
        /// Which.
        card: CardId,
    },
    /// A page of the feed.
    Discover(Discover),
    /// One card.
    Card {
        /// Which.
        card: CardId,
    },
    /// Who serves a card.
    Seats {
        /// Which.
        card: CardId,
    },
    /// The keys that the account holds, and its open orders.
    Keys,
    /// Buys a key.
    Buy(Buy),
    /// Takes the money of an unanswered order back.
    Expire {
        /// Which.
        order: OrderId,
    },
    /// Pays the seller of an order whose window is over.
    Settle {
        /// Which.
        order: OrderId,
    },
    /// Proves that a key does not open its content.
    ReportFalseKey {
        /// The card.
        card: CardId,
        /// Which key; `None`: the first that the account holds.
        edition: Option<Edition>,
    },
    /// Fetches a content and opens it.
    Fetch(Fetch),
    /// Has the daemon that runs fetch and serve more cards.
    Seed {
        /// Which.
        cards: Vec<CardId>,
    },
    /// What the store holds.
    StoreList,
    /// Reads blobs again.
    StoreVerify {
        /// A card or root; `None`: all.
        what: Option<String>,
    },
    /// Removes a blob.
    StoreRemove {
        /// A card or root.
        what: String,
    },
    /// The wallet's addresses.
    WalletShow,
    /// Sends money.
    WalletSend {
        /// To whom, SS58.
        to: String,
        /// How much.
        amount: Amount,
    },
    /// Money of an account.
    Balance {
        /// Whose, SS58; `None`: the account's own.
        address: Option<String>,
    },
}

impl Command {
    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Publish(_) => "publish",
            Self::Post(_) => "post",
            Self::Revise(_) => "revise",
            Self::Retire { .. } => "retire",
            Self::Discover(_) => "discover",
            Self::Card { .. } => "card",
            Self::Seats { .. } => "seats",
            Self::Keys => "keys",
            Self::Buy(_) => "buy",
            Self::Expire { .. } => "expire",
            Self::Settle { .. } => "settle",
            Self::ReportFalseKey { .. } => "report-false-key",
            Self::Fetch(_) => "fetch",
            Self::Seed { .. } => "seed",
            Self::StoreList => "store list",
            Self::StoreVerify { .. } => "store verify",
            Self::StoreRemove { .. } => "store remove",
            Self::WalletShow => "wallet show",
            Self::WalletSend { .. } => "wallet send",
            Self::Balance { .. } => "balance",
        }
    }

    /// Whether it asks the chain and nothing else, so that it needs neither home nor wallet.
    pub fn asks_only_the_chain(&self) -> bool {
        matches!(
            self,
            Self::Discover(_) | Self::Card { .. } | Self::Seats { .. } | Self::Balance { address: Some(_) }
        )
    }
}

/// On which terms a content is published.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Sale {
    /// Sealed; a key costs this much. Zero is a key for everybody who asks.
    Price(Amount),
    /// Not sealed at all.
    Open,
}

/// What to publish and how.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Publish {
    /// File or folder, absolute.
    pub path: PathBuf,
    /// One line.
    pub title: String,
    /// Name of a kind; `None`: guessed from the files.
    pub kind: Option<String>,
    /// On which terms.
    pub sale: Sale,
    /// Most keys that may ever exist.
    pub editions: Option<u32>,
    /// Feeds to list it under.
    pub tags: Vec<String>,
    /// File of at most 4 KiB that everybody can read on chain, absolute.
    pub preview: Option<PathBuf>,
    /// Parts per million of a resale that go to the creator.
    pub royalty: u32,
    /// Parts per million of delivery payments that go to the creator.
    pub delivery_share: u32,
    /// Bytes at the start that open without a key, rounded up to whole pieces.
    pub free_part: u64,
    /// The older version that this one replaces.
    pub supersedes: Option<CardId>,
    /// The card that this one replies to.
    pub in_reply_to: Option<CardId>,
}

/// A short text.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Post {
    /// The text, at most 4 KiB.
    pub text: String,
    /// One line; `None`: the beginning of the text.
    pub title: Option<String>,
    /// Feeds to list it under.
    pub tags: Vec<String>,
    /// The card that it replies to.
    pub reply_to: Option<CardId>,
}

/// New terms; what is `None` stays as it is.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Revise {
    /// Which card.
    pub card: CardId,
    /// Price of a key.
    pub price: Option<Amount>,
    /// Most keys that may ever exist.
    pub editions: Option<EditionLimit>,
    /// Whether keys are for sale.
    pub listed: Option<bool>,
}

/// How many keys may ever exist.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum EditionLimit {
    /// As many as are bought.
    Unlimited,
    /// At most so many.
    AtMost(u32),
}

/// Which cards to show.
#[derive(Serialize, Deserialize, Clone, PartialEq, Default, Debug)]
pub struct Discover {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only cards that cost nothing.
    pub free: bool,
    /// Only up to this price.
    pub max_price: Option<Amount>,
    /// Only of this creator, SS58.
    pub creator: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Replies to this card, instead of the common feed.
    pub replies_to: Option<CardId>,
    /// Only published at this block or later.
    pub since: Option<BlockNumber>,
    /// Where the previous page ended.
    pub cursor: Option<u64>,
    /// Cards wanted.
    pub limit: u32,
}

/// What to buy.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Buy {
    /// Which card.
    pub card: CardId,
    /// Refuse to pay more.
    pub max_price: Option<Amount>,
    /// Return once the order is placed.
    pub no_wait: bool,
    /// Report the key when it turns out false.
    pub report: bool,
    /// Go on waiting for this order, instead of placing one.
    pub order: Option<OrderId>,
}

/// What to fetch and where to put it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Fetch {
    /// Which card.
    pub card: CardId,
    /// File or folder to write, absolute. `None`: the content's own name in `folder`.
    pub output: Option<PathBuf>,
    /// The working folder of whoever asks, absolute.
    pub folder: PathBuf,
    /// Keep the blob and write nothing.
    pub no_open: bool,
    /// Replace an output that is there.
    pub force: bool,
}

/// Said while a command works.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs)] // docs/CLI-JSON.md says what each is.
pub enum Event {
    Sending {
        call: String,
        account: String,
    },
    Included {
        call: String,
        block: BlockNumber,
        fee: Amount,
    },
    Reading {
        done: u64,
        total: u64,
    },
    Stored {
        root: String,
        blob_len: u64,
    },
    Price {
        card: CardId,
        price: Amount,
        version: u32,
    },
    Ordered {
        order: OrderId,
        card: CardId,
        price: Amount,
        block: Option<BlockNumber>,
        deadline: BlockNumber,
    },
    OrderFinalized {
        order: OrderId,
    },
    Fulfilled {
        order: OrderId,
        card: CardId,
        edition: Edition,
        block: Option<BlockNumber>,
    },
    FalseKeyReported {
        card: CardId,
        edition: Edition,
        refunded: Option<Amount>,
    },
    Sources {
        card: CardId,
        seats: u64,
    },
    Peer {
        peer: String,
        state: PeerState,
        reason: Option<String>,
    },
    Chunk {
        index: u64,
        peer: String,
        done: u64,
        total: u64,
    },
    Blob {
        card: CardId,
        root: String,
        chunks: u64,
        already_held: u64,
        peers: Vec<PeerShown>,
        #[serde(with = "seconds")]
        seconds: f64,
    },
    Opening {
        done: u64,
        total: u64,
    },
    Ready {
        peer: String,
        addresses: Vec<String>,
        socket: PathBuf,
        pid: u32,
        cards: Vec<CardId>,
    },
    Registered {
        block: BlockNumber,
    },
    Announced {
        joined: Vec<CardId>,
        covered: Vec<CardId>,
        left: Vec<CardId>,
        block: BlockNumber,
    },
    Heartbeat {
        block: BlockNumber,
    },
    Fetching {
        card: CardId,
    },
    Fetched {
        card: CardId,
        chunks: u64,
    },
    OrderSeen {
        order: OrderId,
        card: CardId,
        buyer: String,
        deadline: BlockNumber,
    },
    OrderRefused {
        order: OrderId,
        card: CardId,
        reason: String,
    },
    Settled {
        order: OrderId,
        block: BlockNumber,
    },
    Served {
        chunks: u64,
        total: u64,
    },
    Attached {
        command: String,
    },
    Verifying {
        root: String,
        done: u64,
        total: u64,
    },
    Trouble {
        message: String,
        remedy: String,
    },
}

impl Event {
    /// Whether it says how far something has come, so that it may be left out when the reader is slow.
    pub fn is_progress(&self) -> bool {
        matches!(
            self,
            Self::Reading { .. }
                | Self::Chunk { .. }
                | Self::Opening { .. }
                | Self::Verifying { .. }
                | Self::Served { .. }
        )
    }
}

/// How a source stands.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum PeerState {
    /// It can be asked.
    Connected,
    /// The connection broke, or none came about.
    Lost,
    /// It lied.
    Banned,
}

/// What one source contributed.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Default, Debug)]
pub struct PeerShown {
    /// Its id.
    pub peer: String,
    /// The account whose seat it is.
    pub seeder: String,
    /// Chunks that it sent and that matched the root.
    pub chunks: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Whether it lied.
    pub banned: bool,
    /// About what.
    pub reason: Option<String>,
}

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
    Card {
        card: Box<CardShown>,
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
    #[serde(with = "seconds")]
    pub seconds: f64,
    pub text: Option<String>,
}

#[cfg(test)]
mod tests;
