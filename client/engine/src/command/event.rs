//! What a command says while it works, and a daemon all the time.

use std::path::PathBuf;

use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{PoolId, SessionId};
use hashcard_primitives::key::{Edition, OrderId};
use hashcard_primitives::reward::EraIndex;
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use super::seconds;
use crate::amount::Amount;

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
    /// How far the index has come.
    Following {
        block: BlockNumber,
        head: BlockNumber,
    },
    /// How much of the state it has read that it begins with.
    Indexing {
        cards: u64,
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
    /// The key on the market that will be bought.
    Chosen {
        card: CardId,
        edition: Edition,
        price: Amount,
        seller: String,
    },
    OfferMade {
        offer: OrderId,
        card: CardId,
        price: Amount,
        until: BlockNumber,
    },
    OfferAccepted {
        offer: OrderId,
        edition: Edition,
        seller: String,
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
    /// What a fetch that pays may cost.
    Cost {
        card: CardId,
        seeders: u64,
        at_most: Amount,
        budget: Amount,
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
    Clerking {
        socket: PathBuf,
        pid: u32,
        cards: Vec<CardId>,
    },
    Listed {
        card: CardId,
        edition: Edition,
        price: Amount,
    },
    Sold {
        order: OrderId,
        card: CardId,
        edition: Edition,
        buyer: String,
        price: Amount,
        deadline: BlockNumber,
    },
    Offered {
        offer: OrderId,
        card: CardId,
        edition: Option<Edition>,
        buyer: String,
        price: Amount,
        until: BlockNumber,
    },
    Locked {
        order: OrderId,
        card: CardId,
        block: BlockNumber,
    },
    Delivered {
        order: OrderId,
        card: CardId,
        edition: Edition,
        buyer: String,
        block: BlockNumber,
    },
    Expired {
        order: OrderId,
        card: CardId,
        refunded: Option<Amount>,
        block: BlockNumber,
    },
    Looking {
        account: String,
    },
    Served {
        chunks: u64,
        total: u64,
    },
    Redeemed {
        vouchers: u64,
        paid: Amount,
        received: Amount,
        shortfall: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    VoucherRefused {
        pool: PoolId,
        session: SessionId,
        reason: String,
    },
    /// What is due would bring less than it costs.
    RedeemWaits {
        value: Amount,
        fee: Amount,
    },
    /// Deliveries are rewarded from now on.
    Enlisted {
        deposit: Amount,
        block: BlockNumber,
    },
    /// Seats have shown what the era asked them for.
    Proven {
        era: EraIndex,
        cards: Vec<CardId>,
        deposit: Amount,
        block: BlockNumber,
    },
    /// Rewards were paid.
    Collected {
        claims: u64,
        from_sales: Amount,
        from_endowments: Amount,
        from_deliveries: Amount,
        deposits: Amount,
        fee: Amount,
        block: BlockNumber,
    },
    /// What is at stake from now on, and how long it waits when its owner leaves.
    AtStake {
        amount: Amount,
        bond: Amount,
        sessions: u32,
        seconds: u64,
    },
    /// What leaves a bond, and how long it waits.
    Leaving {
        amount: Amount,
        rest: Amount,
        sessions: u32,
        seconds: u64,
    },
    /// An account leaves the ranking; what stays at stake.
    Resting {
        bond: Amount,
        seconds: u64,
    },
    /// Session keys that speak for the account two sessions from now.
    KeysNamed {
        session_keys: String,
        seconds: u64,
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
                | Self::Following { .. }
                | Self::Indexing { .. }
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
    /// What it was promised for them.
    pub paid: Amount,
    /// Whether it lied.
    pub banned: bool,
    /// About what.
    pub reason: Option<String>,
}
