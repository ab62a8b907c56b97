//! What can be typed. Types and help only; what is done with them is in `request.rs`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
pub use endow::EndowArgs;
use endow::ENDOW_HELP;
use hashcard_engine::amount::Amount;
use hashcard_engine::command::CollaboratorShown;
pub use market::{
    ClerkArgs, ClerkVerb, GiftArgs, HistoryArgs, KeysArgs, KeysVerb, LibraryArgs, LibraryVerb, OpenArgs,
    PolicyArgs, RecoverArgs, ResellVerb, UpgradeTermsArgs,
};
use market::{
    CLERK_HELP, GIFT_HELP, HISTORY_HELP, KEYS_HELP, LIBRARY_HELP, OPEN_HELP, RECOVER_HELP, RESELL_HELP,
    UPGRADE_HELP,
};
use pay::POOL_HELP;
pub use pay::{PayArgs, PoolVerb};
pub use search::{ExploreVerb, IndexArgs, IndexVerb, SearchArgs};
use search::{EXPLORE_HELP, INDEX_HELP, SEARCH_HELP};
pub use seed::{EarnArgs, SeedArgs};
use seed::{EARN_HELP, SEED_HELP};
use social::{
    FollowingArgs, ReactArgs, FOLLOWING_HELP, FOLLOW_HELP, REACT_HELP, UNFOLLOW_HELP, UNREACT_HELP,
};
pub use validator::ValidatorVerb;
use validator::VALIDATOR_HELP;

mod endow;
mod market;
mod pay;
mod search;
mod seed;
mod social;
mod validator;

const EXIT_CODES: &str = "\
Exit codes:
  0  done                               6  you hold no key
  1  another failure                    7  not found
  2  wrong use, or refused input        8  nobody serves it, or not all of it
  3  the node cannot be reached         9  disk
  4  the chain refused                  10 home or wallet
  5  not enough money

The journey: wallet new -> publish -> discover -> buy -> fetch -> seed -> earn, and beside it resell
With --json every command prints lines of JSON with stable names: docs/CLI-JSON.md";

/// Publish, discover, buy, fetch and seed content on a chain of its own.
#[derive(Parser, Debug)]
#[command(name = "hashcard", version, after_help = EXIT_CODES, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

/// Options of every command.
#[derive(Args, Debug)]
pub struct Global {
    /// WebSocket of the node [default: ws://127.0.0.1:9944, or what the home's daemon uses]
    #[arg(long, global = true, value_name = "URL", env = "HASHCARD_NODE")]
    pub node: Option<String>,
    /// Ask the network itself as a light client, and no node: a chain specification with addresses to begin at, raw or of hashcard checkpoint
    #[arg(
        long,
        global = true,
        value_name = "SPEC",
        env = "HASHCARD_LIGHT",
        conflicts_with = "node"
    )]
    pub light: Option<PathBuf>,
    /// Folder of wallet and blobs [default: ~/.local/share/hashcard]
    #[arg(long, global = true, value_name = "DIR", env = "HASHCARD_HOME")]
    pub home: Option<PathBuf>,
    /// Which account of the wallet acts: a hard derivation of the words, as in //NAME [default: the words' own]
    #[arg(long, global = true, value_name = "NAME")]
    pub account: Option<String>,
    /// Read the passphrase from the first line of a file
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "passphrase_fd")]
    pub passphrase_file: Option<PathBuf>,
    /// Read the passphrase from an open file descriptor
    #[arg(long, global = true, value_name = "N")]
    pub passphrase_fd: Option<u32>,
    /// Print lines of JSON, and never ask
    #[arg(long, global = true)]
    pub json: bool,
    /// Print the result only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log to stderr; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Make, import, show or back up the wallet
    #[command(subcommand)]
    Wallet(WalletVerb),
    /// Seal a file or folder, keep it to be seeded, and register a card for it
    #[command(after_help = PUBLISH_HELP)]
    Publish(PublishArgs),
    /// Publish a short text that everybody can read on chain
    #[command(
        after_help = "Examples:\n  hashcard post 'Hello, world' --tag news\n  hashcard post 'I agree' --reply-to 7"
    )]
    Post(PostArgs),
    /// Change price, editions or listing of a card of yours
    #[command(
        after_help = "Examples:\n  hashcard revise 7 --price 2.5\n  hashcard revise 7 --editions unlimited\n  hashcard revise 7 --unlist"
    )]
    Revise(ReviseArgs),
    /// Withdraw a card of yours; who holds a key keeps it
    #[command(after_help = "Example:\n  hashcard retire 7")]
    Retire {
        /// Number of the card
        card: u64,
    },
    /// Look through the feed, newest first
    #[command(
        visible_alias = "feed",
        after_help = "Examples:\n  hashcard discover --kind film --free\n  hashcard discover --tag news --limit 5\n  hashcard discover --replies-to 7"
    )]
    Discover(DiscoverArgs),
    /// Find cards by words and by what they are; nobody is told what you look for
    #[command(after_help = SEARCH_HELP)]
    Search(SearchArgs),
    /// Show what is worth serving, what you might like, what a creator earned, whose a key was
    #[command(subcommand, after_help = EXPLORE_HELP)]
    Explore(ExploreVerb),
    /// Bring this home's index to the newest block, or read the chain again
    #[command(after_help = INDEX_HELP, args_conflicts_with_subcommands = true)]
    Index(IndexArgs),
    /// Write a chain specification from which light clients begin at today's newest final block
    #[command(after_help = CHECKPOINT_HELP)]
    Checkpoint {
        /// Where to
        file: PathBuf,
        /// Where a light client looks for peers first, as in /dns/host/tcp/30333/p2p/ID; may be repeated [default: what the node names]
        #[arg(long = "boot-node", value_name = "ADDRESS")]
        boot_nodes: Vec<String>,
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Show one card
    #[command(after_help = "Example:\n  hashcard card 7")]
    Card {
        /// Number of the card
        card: u64,
    },
    /// Show who serves a card
    #[command(after_help = "Example:\n  hashcard seats 7")]
    Seats {
        /// Number of the card
        card: u64,
    },
    /// Show the keys that you hold, your open orders and offers; or change what you receive keys under
    #[command(after_help = KEYS_HELP, args_conflicts_with_subcommands = true)]
    Keys(KeysArgs),
    /// Buy a key, and wait until it is delivered and opens the content
    #[command(after_help = BUY_HELP)]
    Buy(BuyArgs),
    /// Take your money back from an order that the seller did not answer in time
    #[command(after_help = "Example:\n  hashcard expire 12")]
    Expire {
        /// Number of the order
        order: u64,
    },
    /// Pay the seller of an order whose settlement window is over (anybody may)
    #[command(after_help = "Example:\n  hashcard settle 12")]
    Settle {
        /// Number of the order
        order: u64,
    },
    /// Prove that a key you hold does not open its content, and get your money back
    #[command(
        after_help = "Example:\n  hashcard report-false-key 7\n\nWhat was in the capsule becomes public. A key that is sound is never reported."
    )]
    ReportFalseKey {
        /// Number of the card
        card: u64,
        /// Which key, if you hold several
        #[arg(long, value_name = "N")]
        edition: Option<u64>,
    },
    /// Fetch a content from the swarm, check it, and open it
    #[command(visible_alias = "get", after_help = FETCH_HELP)]
    Fetch(FetchArgs),
    /// Open a content that is here already, without asking the swarm
    #[command(after_help = OPEN_HELP)]
    Open(OpenArgs),
    /// Sell a key that you hold, or offer for one that somebody holds
    #[command(subcommand, visible_alias = "sell", after_help = RESELL_HELP)]
    Resell(ResellVerb),
    /// Give a key that you hold to somebody
    #[command(after_help = GIFT_HELP)]
    Gift(GiftArgs),
    /// Deliver keys of cards whose creators let you, and your own; runs until it is stopped
    #[command(after_help = CLERK_HELP, args_conflicts_with_subcommands = true)]
    Clerk(ClerkArgs),
    /// Say what holders of the older version pay for a newer card of yours
    #[command(after_help = UPGRADE_HELP)]
    UpgradeTerms(UpgradeTermsArgs),
    /// Show what you hold: versions, prices, collections
    #[command(after_help = LIBRARY_HELP, args_conflicts_with_subcommands = true)]
    Library(LibraryArgs),
    /// Show what keys of a card were sold for, or what this home bought, sold and gave away
    #[command(after_help = HISTORY_HELP)]
    History(HistoryArgs),
    /// Find all that your words have on chain, on a new machine
    #[command(after_help = RECOVER_HELP)]
    Recover(RecoverArgs),
    /// Keep money ready to pay seeders with
    #[command(subcommand, after_help = POOL_HELP)]
    Pool(PoolVerb),
    /// Serve what you hold, and deliver the keys that you sell; runs until it is stopped
    #[command(after_help = SEED_HELP)]
    Seed(SeedArgs),
    /// Show what you earned by serving and holding, and have it paid
    #[command(after_help = EARN_HELP)]
    Earn(EarnArgs),
    /// Give money to those who prove that they hold a card, or show who does
    #[command(after_help = ENDOW_HELP)]
    Endow(EndowArgs),
    /// Say what you think of a card
    #[command(after_help = REACT_HELP)]
    React(ReactArgs),
    /// Take your reaction to a card back
    #[command(after_help = UNREACT_HELP)]
    Unreact {
        /// Number of the card
        card: u64,
    },
    /// Follow somebody
    #[command(after_help = FOLLOW_HELP)]
    Follow {
        /// Whom
        address: String,
    },
    /// Follow somebody no longer
    #[command(after_help = UNFOLLOW_HELP)]
    Unfollow {
        /// Whom
        address: String,
    },
    /// Show whom you follow, and what they published last
    #[command(after_help = FOLLOWING_HELP)]
    Following(FollowingArgs),
    /// Put money at stake to make blocks, get it back, or see how validators stand
    #[command(subcommand, after_help = VALIDATOR_HELP)]
    Validator(ValidatorVerb),
    /// List, verify or remove the blobs of this home
    #[command(subcommand)]
    Store(StoreVerb),
    /// Show what an account has
    #[command(
        after_help = "Examples:\n  hashcard balance\n  hashcard balance --account Alice\n  hashcard balance hc..."
    )]
    Balance {
        /// Whose; yours unless you say
        address: Option<String>,
    },
}

const CHECKPOINT_HELP: &str = "\
Examples:
  hashcard checkpoint chain.json
  hashcard checkpoint chain.json --boot-node /dns/node.example/tcp/30333/p2p/12D3...
  hashcard --light chain.json discover

It is asked of the node (--node), and says who the validators are. Whoever begins with it trusts you in that, and nobody in anything that
is later: so make it at a node of your own. It does not grow old soon, but a new one is quicker to begin with.";

const PUBLISH_HELP: &str = "\
Examples:
  hashcard publish film.mkv --title 'A film' --price 1.5 --tag short
  hashcard publish song.flac --title 'A song' --free --editions 100
  hashcard publish site/ --title 'My site' --open
  hashcard publish book.epub --title 'A book' --price 3 --free-part 100000 --preview cover.txt
  hashcard publish duet.flac --title 'A duet' --price 2 --royalty 10 --collaborator hc...=40

--free seals the content and gives a key to everybody who asks; --open does not seal it at all.
Keep `hashcard seed` running: it serves the content and delivers the keys.
Your words alone let you deliver keys again after you have lost everything else.";

const BUY_HELP: &str = "\
Examples:
  hashcard buy 7
  hashcard buy 7 --max-price 2 --report
  hashcard buy 7 --no-wait; hashcard buy 7 --order 12
  hashcard buy 7 --cheapest         from the holder who asks least
  hashcard buy 8 --upgrade          8 supersedes a card that you hold a key of

The money is held, not paid, until the key is delivered; unanswered orders come back to you. Interrupted?
Say the same command again: nothing is bought twice.

What a key is, honestly: it opens this one version, for good. Nobody can make a former holder forget what he
could read; a resale moves the title, not the memory.";

const FETCH_HELP: &str = "\
Examples:
  hashcard fetch 7
  hashcard fetch 7 -o film.mkv
  hashcard fetch 7 --no-open        keep it to be seeded, without opening it
  hashcard fetch 7 --max-price-per-mib 0.001 --budget 0.5

Every piece is checked against the card before it is kept; who sends a wrong one is not asked again. An interrupted
fetch goes on where it was. Without a key the content is fetched and kept, and not opened (exit code 6).

Nothing is paid without --max-price-per-mib: who serves for nothing, and what others give for nothing, is taken. With it, seeders
are paid from a pool (hashcard pool open 10) as their bytes come and match the card. What is promised to a seeder is ahead of its
bytes by a few MiB at most; who takes that and sends nothing, or rubbish, keeps it, and gets no more.";

/// `hashcard wallet`
#[derive(Subcommand, Debug)]
pub enum WalletVerb {
    /// Make a new wallet; its words are shown once
    #[command(
        after_help = "Examples:\n  hashcard wallet new\n  hashcard wallet new --passphrase-file secret.txt --json"
    )]
    New,
    /// Bring your own words (12 to 24, BIP 39), typed or from stdin, never as an argument
    #[command(after_help = "Examples:\n  hashcard wallet import\n  hashcard wallet import < words.txt")]
    Import,
    /// Show addresses
    #[command(after_help = "Example:\n  hashcard wallet show --account Alice")]
    Show,
    /// Copy the sealed wallet to a file, or show its words on a terminal
    #[command(
        after_help = "Examples:\n  hashcard wallet backup wallet-copy.age\n  hashcard wallet backup --words\n\nThe copy opens with your passphrase, also with the program age: age -d wallet-copy.age"
    )]
    Backup {
        /// Where to put the copy
        #[arg(required_unless_present = "words")]
        file: Option<PathBuf>,
        /// Show the words, on a terminal only
        #[arg(long, conflicts_with = "file")]
        words: bool,
    },
    /// Send money
    #[command(after_help = "Example:\n  hashcard wallet send hc... 12.5")]
    Send {
        /// To whom
        address: String,
        /// How many CARD
        amount: Amount,
    },
}

/// `hashcard store`
#[derive(Subcommand, Debug)]
pub enum StoreVerb {
    /// List the blobs
    #[command(after_help = "Example:\n  hashcard store list")]
    List,
    /// Read blobs again and give up what has rotted
    #[command(after_help = "Examples:\n  hashcard store verify\n  hashcard store verify 7")]
    Verify {
        /// Number of a card, or a root; everything unless you say
        what: Option<String>,
    },
    /// Remove a blob from this disk; the card stays
    #[command(after_help = "Example:\n  hashcard store remove 7")]
    Remove {
        /// Number of a card, or a root
        what: String,
    },
}

/// `hashcard publish`
#[derive(Args, Debug)]
pub struct PublishArgs {
    /// File or folder
    pub path: PathBuf,
    /// One line that everybody sees
    #[arg(long, value_name = "T")]
    pub title: String,
    /// post, film, music, book, picture, software, site, dataset or other [default: guessed]
    #[arg(long, value_name = "K")]
    pub kind: Option<String>,
    #[command(flatten)]
    pub sale: SaleArgs,
    /// Most keys that may ever exist
    #[arg(long, value_name = "N")]
    pub editions: Option<u32>,
    /// A feed to list it under; up to 8
    #[arg(long = "tag", value_name = "T")]
    pub tags: Vec<String>,
    /// A file of up to 4096 bytes that everybody can read on chain
    #[arg(long, value_name = "FILE")]
    pub preview: Option<PathBuf>,
    /// Your share of every resale, in percent, up to 50
    #[arg(long, value_name = "PCT", value_parser = percent, default_value = "0")]
    pub royalty: u32,
    /// Your share of what others earn by serving it, in percent; it can never be changed
    #[arg(long, value_name = "PCT", value_parser = percent, default_value = "0")]
    pub delivery_share: u32,
    /// Somebody who shares what you earn by sales and resales, in percent; up to 8; it can never be changed
    #[arg(long = "collaborator", value_name = "ADDRESS=PCT", value_parser = collaborator)]
    pub collaborators: Vec<CollaboratorShown>,
    /// Bytes at the start that open without a key, rounded up to chunks
    #[arg(long, value_name = "BYTES", default_value = "0", conflicts_with = "open")]
    pub free_part: u64,
    /// The card of yours whose newer version this is
    #[arg(long, value_name = "ID")]
    pub supersedes: Option<u64>,
    /// The card that this one replies to
    #[arg(long, value_name = "ID")]
    pub reply_to: Option<u64>,
}

/// Exactly one of three.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct SaleArgs {
    /// Price of a key, in CARD
    #[arg(long, value_name = "P")]
    pub price: Option<Amount>,
    /// Sealed, and a key costs nothing
    #[arg(long)]
    pub free: bool,
    /// Not sealed: everybody can read it
    #[arg(long)]
    pub open: bool,
}

/// `hashcard post`
#[derive(Args, Debug)]
pub struct PostArgs {
    /// The text, up to 4096 bytes
    pub text: String,
    /// One line for lists [default: the beginning of the text]
    #[arg(long, value_name = "T")]
    pub title: Option<String>,
    /// A feed to list it under; up to 8
    #[arg(long = "tag", value_name = "T")]
    pub tags: Vec<String>,
    /// The card that it replies to
    #[arg(long, value_name = "ID")]
    pub reply_to: Option<u64>,
}

/// `hashcard revise`
#[derive(Args, Debug)]
pub struct ReviseArgs {
    /// Number of the card
    pub card: u64,
    /// Price of a key, in CARD
    #[arg(long, value_name = "P")]
    pub price: Option<Amount>,
    /// Most keys that may ever exist, or `unlimited`
    #[arg(long, value_name = "N")]
    pub editions: Option<String>,
    /// Sell keys again
    #[arg(long, conflicts_with = "unlist")]
    pub list: bool,
    /// Stop selling keys
    #[arg(long)]
    pub unlist: bool,
}

/// `hashcard discover`
#[derive(Args, Debug)]
pub struct DiscoverArgs {
    /// Only this kind
    #[arg(long, value_name = "K")]
    pub kind: Option<String>,
    /// Only what costs nothing
    #[arg(long, conflicts_with = "max_price")]
    pub free: bool,
    /// Only up to this price, in CARD
    #[arg(long, value_name = "P")]
    pub max_price: Option<Amount>,
    /// Only of this creator
    #[arg(long, value_name = "ADDRESS")]
    pub creator: Option<String>,
    /// Only with this tag
    #[arg(long, value_name = "T")]
    pub tag: Option<String>,
    /// Replies to this card
    #[arg(long, value_name = "ID")]
    pub replies_to: Option<u64>,
    /// Only published at this block or later
    #[arg(long, value_name = "BLOCK")]
    pub since: Option<u32>,
    /// Where the previous page ended
    #[arg(long, value_name = "N")]
    pub cursor: Option<u64>,
    /// Cards wanted, up to 64
    #[arg(long, value_name = "N", default_value = "20")]
    pub limit: u32,
}

/// `hashcard buy`
#[derive(Args, Debug)]
pub struct BuyArgs {
    /// Number of the card
    pub card: u64,
    /// This key, from the holder who sells it
    #[arg(long, value_name = "N", group = "source")]
    pub edition: Option<u64>,
    /// Whichever key a holder sells for least
    #[arg(long, group = "source")]
    pub cheapest: bool,
    /// A key of a newer version, for less, with a key of the older one
    #[arg(long, group = "source")]
    pub upgrade: bool,
    /// Which key of the older version to use
    #[arg(long, value_name = "N", requires = "upgrade")]
    pub with: Option<u64>,
    /// Refuse to pay more, in CARD
    #[arg(long, value_name = "P")]
    pub max_price: Option<Amount>,
    /// Return once the order is placed
    #[arg(long)]
    pub no_wait: bool,
    /// If the key is false, report it at once
    #[arg(long)]
    pub report: bool,
    /// Go on waiting for this order
    #[arg(long, value_name = "N", conflicts_with_all = ["no_wait", "source"])]
    pub order: Option<u64>,
}

/// `hashcard fetch`
#[derive(Args, Debug)]
pub struct FetchArgs {
    /// Number of the card
    pub card: u64,
    /// File or folder to write [default: the content's own name, here]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Keep the blob to be seeded, and write nothing
    #[arg(long, conflicts_with = "output")]
    pub no_open: bool,
    /// Replace an output that is there
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub pay: PayArgs,
}

/// Percent with up to four decimals, as parts per million. Exact.
fn percent(text: &str) -> Result<u32, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits =
        |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return Err("give percent with up to four decimals, such as 2.5".to_owned());
    }
    let whole: u32 = whole.parse().map_err(|_| "too large".to_owned())?;
    let part: u32 = format!("{part:0<4}").parse().map_err(|_| "too fine".to_owned())?;
    let millionths = whole.saturating_mul(10_000).saturating_add(part);
    if millionths > 1_000_000 {
        return Err("there is no more than 100 percent".to_owned());
    }
    Ok(millionths)
}

/// An address and a share.
fn collaborator(text: &str) -> Result<CollaboratorShown, String> {
    let (account, share) = text
        .split_once('=')
        .ok_or("give an address and a share, such as hc...=25")?;
    Ok(CollaboratorShown {
        account: account.to_owned(),
        share: percent(share)?,
    })
}

#[cfg(test)]
mod tests;
