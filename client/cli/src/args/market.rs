//! What can be typed about keys that one has: to sell, give, open, keep, and deliver them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hashcard_engine::amount::Amount;

use super::percent;

pub(super) const KEYS_HELP: &str = "\
Examples:
  hashcard keys --account Alice
  hashcard keys register            so that others can give you a key

A key opens one version of a content, for good. Nobody can make a former holder forget what he could read.";

pub(super) const OPEN_HELP: &str = "\
Examples:
  hashcard open 7
  hashcard open 7 -o film.mkv

The chain is asked each time whether you hold a key; the swarm is not asked at all. When pieces are missing: hashcard fetch.";

/// The honest sentence of every command that passes a key on.
pub(super) const RESELL_HELP: &str = "\
A resale moves the title, the key and what comes later, not the memory. Nobody can make a former holder forget what he could
read.";

const LIST_HELP: &str = "\
Examples:
  hashcard resell list 7 --price 1.2
  hashcard resell list 7 --price 1.2 --edition 3

A bond is held while the key is listed. Keep `hashcard seed` or `hashcard clerk` running: it delivers when somebody buys. Who
does not deliver in time loses a part of the bond to the buyer. Network fee and the creator's royalty come off the price.

A resale moves the title, the key and what comes later, not the memory. Nobody can make a former holder forget what he could
read.";

const CANCEL_HELP: &str = "\
Examples:
  hashcard resell cancel 7
  hashcard resell cancel 7 --edition 3
  hashcard resell cancel --offer 12";

const OFFER_HELP: &str = "\
Examples:
  hashcard resell offer 7 --price 0.8
  hashcard resell offer 7 --price 0.8 --edition 3 --days 2
  hashcard resell offer 7 --price 0.8 --wait

The money is held until a holder accepts and delivers, until you take it back, or until the offer's last block.";

const ACCEPT_HELP: &str = "\
Examples:
  hashcard resell accept 12
  hashcard resell accept 12 --edition 3 --wait

Once accepted, the key has to be delivered in time: `hashcard seed` or `hashcard clerk` does that, or this command with --wait.

A resale moves the title, the key and what comes later, not the memory. Nobody can make a former holder forget what he could
read.";

const SHOW_HELP: &str = "\
Example:
  hashcard resell show 7

A resale moves the title, the key and what comes later, not the memory. Nobody can make a former holder forget what he could
read.";

pub(super) const GIFT_HELP: &str = "\
Examples:
  hashcard gift 7 hc...
  hashcard gift 7 hc... --edition 3

Whom you give it to must have run `hashcard keys register` once. You keep whatever you have read: a gift moves the title, the
key and what comes later. Nobody can make a former holder forget what he could read.";

pub(super) const CLERK_HELP: &str = "\
Examples:
  hashcard clerk
  hashcard clerk --account helper --lock-from 100
  hashcard clerk appoint 7 hc...; hashcard clerk terms 7 --commission 5

Anybody may run it: it needs no seat and listens to nobody. It delivers sales of cards whose creators appointed you, or whose
terms let any holder deliver, in turn with the others; and orders for your own cards and keys. `hashcard seed --clerk` does
that and serves content, in one process. A delivery costs a fee, and nobody asks you before he appoints you:
--min-commission says what is worth it.

A clerk knows the content before its first sale, and remembers it when he is dismissed.";

pub(super) const UPGRADE_HELP: &str = "\
Examples:
  hashcard upgrade-terms 8 --discount 50
  hashcard upgrade-terms 8 --free
  hashcard upgrade-terms 8 --none

Card 8 was published with --supersedes. Each key of the older version claims it once, whoever holds it:
hashcard buy 8 --upgrade";

pub(super) const LIBRARY_HELP: &str = "\
Examples:
  hashcard library
  hashcard library --collection films
  hashcard library add 7 films

What was paid is known of keys that this home bought. Collections are this home's alone, nothing of them is on chain.
Nobody can make a former holder forget what he could read: others may still have what you bought from them.";

pub(super) const HISTORY_HELP: &str = "\
Examples:
  hashcard history 7                what keys of card 7 were sold for
  hashcard history --limit 20       what this home did

What is sold on chain proves that fees were burnt, and nothing about demand. A home's own history begins with this home.";

pub(super) const RECOVER_HELP: &str = "\
Examples:
  hashcard wallet import < words.txt; hashcard recover
  hashcard recover --also Alice --also shop

Finds money, keys, cards, orders, listings, offers, posts and seats of the default account and of those that you name, tries
every key, and remembers the accounts. The chain does not know which names you used.";

/// `hashcard keys`
#[derive(Args, Debug)]
pub struct KeysArgs {
    #[command(subcommand)]
    pub verb: Option<KeysVerb>,
}

/// What can be done with encryption keys.
#[derive(Subcommand, Debug)]
pub enum KeysVerb {
    /// Register an encryption key, so that others can give you something
    #[command(after_help = "Examples:\n  hashcard keys register\n  hashcard keys register --another")]
    Register {
        /// Even if there is one
        #[arg(long)]
        another: bool,
    },
    /// Move a key that you hold to your newest encryption key, or to a new one
    #[command(after_help = "Example:\n  hashcard keys rotate 7 --edition 3")]
    Rotate {
        /// Number of the card
        card: u64,
        /// Which key, if you hold several [default: the one that was moved least]
        #[arg(long, value_name = "N")]
        edition: Option<u64>,
    },
    /// Take back an encryption key that nothing needs any more, and its deposit
    #[command(after_help = "Example:\n  hashcard keys remove 0")]
    Remove {
        /// Its number, as hashcard keys shows it
        index: u32,
    },
}

/// `hashcard open`
#[derive(Args, Debug)]
pub struct OpenArgs {
    /// Number of the card
    pub card: u64,
    /// File or folder to write [default: the content's own name, here]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// Replace an output that is there
    #[arg(long)]
    pub force: bool,
}

/// `hashcard resell`
#[derive(Subcommand, Debug)]
pub enum ResellVerb {
    /// Offer a key that you hold for sale
    #[command(after_help = LIST_HELP)]
    List {
        /// Number of the card
        card: u64,
        /// For how much, in CARD
        #[arg(long, value_name = "P")]
        price: Amount,
        /// Which key, if you hold several
        #[arg(long, value_name = "N")]
        edition: Option<u64>,
    },
    /// Take a listing or an offer back
    #[command(after_help = CANCEL_HELP)]
    Cancel {
        /// Number of the card whose key you list
        #[arg(required_unless_present = "offer")]
        card: Option<u64>,
        /// Which key, if you list several
        #[arg(long, value_name = "N", requires = "card")]
        edition: Option<u64>,
        /// The offer instead
        #[arg(long, value_name = "ID", conflicts_with = "card")]
        offer: Option<u64>,
    },
    /// Offer money for a key, whether it is for sale or not
    #[command(after_help = OFFER_HELP)]
    Offer {
        /// Number of the card
        card: u64,
        /// How much, in CARD
        #[arg(long, value_name = "P")]
        price: Amount,
        /// For this key alone [default: any key of the card]
        #[arg(long, value_name = "N")]
        edition: Option<u64>,
        /// For how many days, up to 30
        #[arg(long, value_name = "D", default_value = "7")]
        days: u32,
        /// Wait until a holder accepts and the key is delivered and opens
        #[arg(long)]
        wait: bool,
        /// If the key is false, report it at once
        #[arg(long, requires = "wait")]
        report: bool,
    },
    /// Sell a key to whoever made an offer
    #[command(after_help = ACCEPT_HELP)]
    Accept {
        /// Number of the offer
        offer: u64,
        /// Which key, if you hold several and the offer is for any
        #[arg(long, value_name = "N")]
        edition: Option<u64>,
        /// Return once the key is delivered
        #[arg(long)]
        wait: bool,
    },
    /// Show what is for sale and asked for of a card
    #[command(after_help = SHOW_HELP)]
    Show {
        /// Number of the card
        card: u64,
    },
}

/// `hashcard gift`
#[derive(Args, Debug)]
pub struct GiftArgs {
    /// Number of the card
    pub card: u64,
    /// To whom
    pub address: String,
    /// Which key, if you hold several
    #[arg(long, value_name = "N")]
    pub edition: Option<u64>,
}

/// How a daemon answers orders.
#[derive(Args, Clone, Copy, Debug)]
pub struct PolicyArgs {
    /// Answer orders for less than this on the best block, at your own risk, in CARD
    #[arg(long, value_name = "P")]
    pub best_block_below: Option<Amount>,
    /// Commit to orders for this much and more before delivering them, in CARD
    #[arg(long, value_name = "P")]
    pub lock_from: Option<Amount>,
    /// Deliver for other creators only when the commission is at least this, in CARD
    #[arg(long, value_name = "P", default_value = "0")]
    pub min_commission: Amount,
}

/// `hashcard clerk`
#[derive(Args, Debug)]
pub struct ClerkArgs {
    #[command(flatten)]
    pub policy: PolicyArgs,
    #[command(subcommand)]
    pub verb: Option<ClerkVerb>,
}

/// What can be done about clerks.
#[derive(Subcommand, Debug)]
pub enum ClerkVerb {
    /// Let somebody deliver sales of a card of yours
    #[command(
        after_help = "Example:\n  hashcard clerk appoint 7 hc...\n\nA clerk can read the content from then on. Whom you appoint must have run hashcard keys register."
    )]
    Appoint {
        /// Number of the card
        card: u64,
        /// Whom
        address: String,
    },
    /// Dismiss a clerk of a card of yours, or give up your own post
    #[command(
        after_help = "Examples:\n  hashcard clerk dismiss 7 hc...\n  hashcard clerk dismiss 7          your own post"
    )]
    Dismiss {
        /// Number of the card
        card: u64,
        /// Whom; yourself unless you say
        address: Option<String>,
    },
    /// Say what clerks of a card of yours are paid, and whether any holder is one
    #[command(
        after_help = "Examples:\n  hashcard clerk terms 7 --commission 5\n  hashcard clerk terms 7 --commission 2.5 --any-holder\n\nOrders keep what was promised when they were made."
    )]
    Terms {
        /// Number of the card
        card: u64,
        /// Their share of the price, in percent, up to 20
        #[arg(long, value_name = "PCT", value_parser = percent)]
        commission: u32,
        /// Let anybody who holds a key deliver
        #[arg(long)]
        any_holder: bool,
    },
    /// Show who delivers a card, or the cards that you are a clerk of
    #[command(after_help = "Examples:\n  hashcard clerk list\n  hashcard clerk list 7")]
    List {
        /// Number of the card
        card: Option<u64>,
    },
}

/// `hashcard upgrade-terms`
#[derive(Args, Debug)]
pub struct UpgradeTermsArgs {
    /// Number of the newer card
    pub card: u64,
    #[command(flatten)]
    pub terms: UpgradeArgs,
}

/// Exactly one of three.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct UpgradeArgs {
    /// What they save of the price, in percent
    #[arg(long, value_name = "PCT", value_parser = percent)]
    pub discount: Option<u32>,
    /// They pay nothing
    #[arg(long)]
    pub free: bool,
    /// They pay as everybody
    #[arg(long)]
    pub none: bool,
}

/// `hashcard library`
#[derive(Args, Debug)]
pub struct LibraryArgs {
    /// Only cards that this home keeps under this name
    #[arg(long, value_name = "NAME")]
    pub collection: Option<String>,
    #[command(subcommand)]
    pub verb: Option<LibraryVerb>,
}

/// What can be done with collections.
#[derive(Subcommand, Debug)]
pub enum LibraryVerb {
    /// Keep a card under a name
    #[command(after_help = "Example:\n  hashcard library add 7 films")]
    Add {
        /// Number of the card
        card: u64,
        /// Name of the collection
        name: String,
    },
    /// Take a card away from a name
    #[command(after_help = "Example:\n  hashcard library remove 7 films")]
    Remove {
        /// Number of the card
        card: u64,
        /// Name of the collection
        name: String,
    },
}

/// `hashcard history`
#[derive(Args, Debug)]
pub struct HistoryArgs {
    /// Number of the card; this home unless you say
    pub card: Option<u64>,
    /// Most entries of this home, the newest
    #[arg(long, value_name = "N", default_value = "100", conflicts_with = "card")]
    pub limit: u32,
}

/// `hashcard recover`
#[derive(Args, Debug)]
pub struct RecoverArgs {
    /// An account besides the default one; can be repeated
    #[arg(long, value_name = "NAME")]
    pub also: Vec<String>,
}
