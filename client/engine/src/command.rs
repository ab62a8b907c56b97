//! What can be asked of the engine, what it says meanwhile, and what comes of it.
//!
//! **These types are the command line's `--json` and the home's socket at once**: the fields are written down in
//! docs/CLI-JSON.md and are stable. An outcome is a value; how it looks on a screen is the command line's business.

mod earned;
mod event;
mod market;
mod outcome;
mod rewards;
mod search;
mod seconds;
mod shown;
mod social;
mod validator;

use std::path::PathBuf;

use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::PoolId;
use hashcard_primitives::key::{Edition, KeyIndex, OrderId};
use hashcard_primitives::reward::EndowmentId;
use hashcard_primitives::BlockNumber;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
pub use earned::{Earned, EarnedBefore, EarnedLine, EarnedSession};
pub use event::{Event, PeerShown, PeerState};
pub use market::{
    ClerkedCard, LibraryRow, ListingShown, Market, OfferShown, OwnKeyShown, PastSaleShown, Recovered,
    RecoveredCard, RecoveredKey,
};
pub use outcome::{Fetched, Opened, Outcome, PoolShown, Published, SessionShown};
pub use rewards::{
    ClaimedRewards, CollectedRewards, DeliveryRewards, EndowmentShown, PendingRewards, RewardClaim, Rewards,
};
pub use search::{
    Explore, FiguresShown, FoundCard, KeyStepShown, Search, SeedableShown, SuggestedTag, SuggestedTitle,
};
pub use shown::{
    AccountShown, BlobShown, CardShown, CollaboratorShown, KeyShown, OrderShown, SeatShown, VerifiedBlob,
};
pub use social::{FollowedShown, ReactionsShown};
pub use validator::{AccountStanding, CandidateShown, NewKeys, Validator, ValidatorStatus, WaitingShown};

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
    /// A page of the cards that match, from this home's index.
    Search(Search),
    /// A list or figures from this home's index.
    Explore(Explore),
    /// Brings this home's index to the newest block.
    IndexShow,
    /// Empties this home's index and reads the chain again.
    IndexRebuild {
        /// From the state after which final block; `None`: from the first block, if the node has it.
        from: Option<BlockNumber>,
    },
    /// Writes a specification from which a light client begins at the newest final block.
    Checkpoint {
        /// Where, absolute.
        file: PathBuf,
        /// Where to look for peers first; none: what the node names.
        boot_nodes: Vec<String>,
        /// Replace a file that is there.
        force: bool,
    },
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
    /// Opens a content that is here, without asking the swarm.
    Open(Open),
    /// Offers a key for sale.
    ResellList {
        /// Of which card.
        card: CardId,
        /// Which key; `None`: the first that is free.
        edition: Option<Edition>,
        /// For how much.
        price: Amount,
    },
    /// Takes a listing back.
    ResellCancel {
        /// Of which card.
        card: CardId,
        /// Which key; `None`: the one that is listed.
        edition: Option<Edition>,
    },
    /// Offers money for a key.
    ResellOffer(MakeOffer),
    /// Takes an offer back.
    ResellWithdraw {
        /// Which.
        offer: OrderId,
    },
    /// Sells a key to whoever made an offer.
    ResellAccept {
        /// Which.
        offer: OrderId,
        /// Which key; `None`: the one that is asked for, or the first that is free.
        edition: Option<Edition>,
        /// Return once the key is delivered.
        wait: bool,
    },
    /// What is for sale and asked for of a card.
    ResellShow {
        /// Which.
        card: CardId,
    },
    /// Gives a key away.
    Gift {
        /// Of which card.
        card: CardId,
        /// To whom, SS58.
        to: String,
        /// Which key; `None`: the first that is free.
        edition: Option<Edition>,
    },
    /// Registers an encryption key.
    KeysRegister {
        /// Even if there is one.
        another: bool,
    },
    /// Moves a key to a new encryption key.
    KeysRotate {
        /// Of which card.
        card: CardId,
        /// Which key; `None`: the first that is free.
        edition: Option<Edition>,
    },
    /// Takes an encryption key back.
    KeysRemove {
        /// Which.
        index: KeyIndex,
    },
    /// Gives somebody what he needs to deliver sales of a card.
    ClerkAppoint {
        /// Which card.
        card: CardId,
        /// Whom, SS58.
        clerk: String,
    },
    /// Ends an appointment.
    ClerkDismiss {
        /// Which card.
        card: CardId,
        /// Whose, SS58; `None`: the account's own.
        clerk: Option<String>,
    },
    /// Says who delivers sales of a card, and for what.
    ClerkTerms {
        /// Which card.
        card: CardId,
        /// Parts per million of the price.
        commission: u32,
        /// Whether any holder may.
        any_holder: bool,
    },
    /// Who delivers sales of a card; or which cards the account is a clerk of.
    ClerkList {
        /// Which; `None`: those that the account is a clerk of.
        card: Option<CardId>,
    },
    /// Says what holders of the older version save.
    UpgradeTerms {
        /// The newer card.
        card: CardId,
        /// Parts per million; `None`: they may not claim it.
        discount: Option<u32>,
    },
    /// What the account holds.
    Library {
        /// Only what this home keeps under the name.
        collection: Option<String>,
    },
    /// Puts a card under a name.
    LibraryAdd {
        /// Which.
        card: CardId,
        /// Of the collection.
        name: String,
    },
    /// Takes a card away from a name.
    LibraryRemove {
        /// Which.
        card: CardId,
        /// Of the collection.
        name: String,
    },
    /// What keys of a card were sold for; or what this home did.
    History {
        /// Which; `None`: this home.
        card: Option<CardId>,
        /// Most entries of this home's, the newest.
        limit: u32,
    },
    /// Looks for all that the wallet's accounts have.
    Recover {
        /// Names of accounts besides the default one.
        also: Vec<String>,
    },
    /// Has the daemon that runs fetch and serve more cards.
    Seed {
        /// Which.
        cards: Vec<CardId>,
        /// What is paid for fetching them; `None`: nothing.
        pay: Option<Pay>,
    },
    /// Puts money into a new pool.
    PoolOpen {
        /// How much.
        amount: Amount,
    },
    /// Adds money to a pool.
    PoolTopUp {
        /// How much.
        amount: Amount,
        /// Which; `None`: the account's newest open one.
        pool: Option<PoolId>,
    },
    /// What the account's pools have.
    PoolShow {
        /// Which; `None`: all.
        pool: Option<PoolId>,
    },
    /// Begins a pool's closing window.
    PoolClose {
        /// Which; `None`: the account's newest open one.
        pool: Option<PoolId>,
    },
    /// Gets back what nobody can be paid any more.
    PoolWithdraw {
        /// Which; `None`: one whose window is over, if there is any.
        pool: Option<PoolId>,
    },
    /// What the account earned by serving.
    Earn {
        /// Have what is worth it paid now.
        redeem: bool,
        /// Prove seats, and have all rewards paid that can be.
        claim: bool,
    },
    /// Gives money to who proves that he holds a card.
    Endow {
        /// Which.
        card: CardId,
        /// How much.
        amount: Amount,
        /// At most, for each block.
        per_block: Amount,
    },
    /// Endowments of a card.
    Endowments {
        /// Which.
        card: CardId,
    },
    /// Ends an endowment, or gets the rest of an ended one back.
    EndEndowment {
        /// Of which card.
        card: CardId,
        /// Which.
        endowment: EndowmentId,
    },
    /// Reacts to a card.
    React {
        /// Which.
        card: CardId,
        /// Name of the reaction.
        reaction: String,
    },
    /// Takes a reaction back.
    Unreact {
        /// To which card.
        card: CardId,
    },
    /// Follows an account.
    Follow {
        /// Whom, SS58.
        address: String,
    },
    /// Follows it no longer.
    Unfollow {
        /// Whom, SS58.
        address: String,
    },
    /// Whom the account follows, with their newest cards.
    Following {
        /// Most accounts.
        limit: u32,
        /// Most cards of each.
        cards: u32,
    },
    /// What candidates for the set of validators do.
    Validator(Validator),
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
            Self::Search(_) => "search",
            Self::Explore(_) => "explore",
            Self::IndexShow => "index",
            Self::IndexRebuild { .. } => "index rebuild",
            Self::Checkpoint { .. } => "checkpoint",
            Self::Card { .. } => "card",
            Self::Seats { .. } => "seats",
            Self::Keys => "keys",
            Self::Buy(_) => "buy",
            Self::Expire { .. } => "expire",
            Self::Settle { .. } => "settle",
            Self::ReportFalseKey { .. } => "report-false-key",
            Self::Fetch(_) => "fetch",
            Self::Open(_) => "open",
            Self::ResellList { .. } => "resell list",
            Self::ResellCancel { .. } | Self::ResellWithdraw { .. } => "resell cancel",
            Self::ResellOffer(_) => "resell offer",
            Self::ResellAccept { .. } => "resell accept",
            Self::ResellShow { .. } => "resell show",
            Self::Gift { .. } => "gift",
            Self::KeysRegister { .. } => "keys register",
            Self::KeysRotate { .. } => "keys rotate",
            Self::KeysRemove { .. } => "keys remove",
            Self::ClerkAppoint { .. } => "clerk appoint",
            Self::ClerkDismiss { .. } => "clerk dismiss",
            Self::ClerkTerms { .. } => "clerk terms",
            Self::ClerkList { .. } => "clerk list",
            Self::UpgradeTerms { .. } => "upgrade-terms",
            Self::Library { .. } => "library",
            Self::LibraryAdd { .. } => "library add",
            Self::LibraryRemove { .. } => "library remove",
            Self::History { .. } => "history",
            Self::Recover { .. } => "recover",
            Self::Seed { .. } => "seed",
            Self::Earn { .. } => "earn",
            Self::Endow { .. } | Self::Endowments { .. } | Self::EndEndowment { .. } => "endow",
            Self::PoolOpen { .. } => "pool open",
            Self::PoolTopUp { .. } => "pool top-up",
            Self::PoolShow { .. } => "pool show",
            Self::PoolClose { .. } => "pool close",
            Self::PoolWithdraw { .. } => "pool withdraw",
            Self::React { .. } => "react",
            Self::Unreact { .. } => "unreact",
            Self::Follow { .. } => "follow",
            Self::Unfollow { .. } => "unfollow",
            Self::Following { .. } => "following",
            Self::Validator(what) => what.name(),
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
            Self::Discover(_)
                | Self::Checkpoint { .. }
                | Self::Card { .. }
                | Self::Seats { .. }
                | Self::ResellShow { .. }
                | Self::ClerkList { card: Some(_) }
                | Self::History { card: Some(_), .. }
                | Self::Endowments { .. }
                | Self::Validator(Validator::Status { address: Some(_) })
                | Self::Balance { address: Some(_) }
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
    /// Who shares the creator's money of sales and resales.
    pub collaborators: Vec<CollaboratorShown>,
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
    /// From whom.
    pub from: Source,
    /// Refuse to pay more.
    pub max_price: Option<Amount>,
    /// Return once the order is placed.
    pub no_wait: bool,
    /// Report the key when it turns out false.
    pub report: bool,
    /// Go on waiting for this order, instead of placing one.
    pub order: Option<OrderId>,
}

/// Which key to buy.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A new one, from the creator.
    #[default]
    Creator,
    /// This one, from its holder.
    Edition(Edition),
    /// Whichever holder sells for least.
    Cheapest,
    /// A new one, at what a key of the older version saves.
    Upgrade {
        /// Which key of the older version; `None`: the first that can.
        with: Option<Edition>,
    },
}

/// What to offer.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct MakeOffer {
    /// For a key of which card.
    pub card: CardId,
    /// For this key alone.
    pub edition: Option<Edition>,
    /// How much.
    pub price: Amount,
    /// For how many days.
    pub days: u32,
    /// Return once the key is delivered.
    pub wait: bool,
    /// Report the key when it turns out false.
    pub report: bool,
}

/// What to open and where to put it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Open {
    /// Which card.
    pub card: CardId,
    /// File or folder to write, absolute. `None`: the content's own name in `folder`.
    pub output: Option<PathBuf>,
    /// The working folder of whoever asks, absolute.
    pub folder: PathBuf,
    /// Replace an output that is there.
    pub force: bool,
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
    /// What is paid for it; `None`: nothing.
    pub pay: Option<Pay>,
}

/// What is paid for bytes.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Pay {
    /// For 2²⁰ bytes at most.
    pub max_price_per_mib: Amount,
    /// In all at most; `None`: what the missing bytes cost at that price, and a little ahead.
    pub budget: Option<Amount>,
    /// From which pool; `None`: the account's newest open one.
    pub pool: Option<PoolId>,
}

#[cfg(test)]
mod tests;
