//! What can be typed to find something.

use clap::{Args, Subcommand};
use hashcard_engine::amount::Amount;

use super::seed::size;

pub(super) const SEARCH_HELP: &str = "\
Examples:
  hashcard search night train
  hashcard search --kind film --language en --year-min 1990 --price-max 2 --for-sale
  hashcard search rain --sort popular --limit 5 --json
  hashcard search --owned --alive
  hashcard search rain --after 01a2...          the next page

Words may stand in title, tags or preview, in any order; the last may be the beginning of one. Everything that is given must hold.

The search is in an index of this home, which follows the chain: the first time that takes a while. Language, licence, year and
length are what creators say by tags: lang:en, licence:cc-by-4.0, year:1999, minutes:90. Who does not say them is not found by
them. The orders are relevance, new, popular (what brought most money), cheapest and dearest.";

pub(super) const EXPLORE_HELP: &str = "\
Examples:
  hashcard explore under-seeded
  hashcard explore creator hc...";

pub(super) const INDEX_HELP: &str = "\
Examples:
  hashcard index
  hashcard index rebuild
  hashcard index rebuild --from 120000

Searching does this by itself, and a daemon keeps an index that is there near the newest block. A node that is no archive keeps the state
of its last 256 blocks: an index that is new, or was away for longer, then begins with the newest state, and counts sales from there.
A file that is damaged is replaced by `hashcard index rebuild`.";

/// `hashcard search`
#[derive(Args, Debug)]
pub struct SearchArgs {
    /// Words to find
    pub words: Vec<String>,
    /// Only this kind
    #[arg(long, value_name = "K")]
    pub kind: Option<String>,
    /// Only of this creator
    #[arg(long, value_name = "ADDRESS")]
    pub creator: Option<String>,
    /// Only with this tag; can be repeated
    #[arg(long = "tag", value_name = "T")]
    pub tags: Vec<String>,
    /// Only with the tag lang:L
    #[arg(long, value_name = "L")]
    pub language: Option<String>,
    /// Only with the tag licence:L
    #[arg(long, value_name = "L")]
    pub licence: Option<String>,
    /// Only from this price on, in CARD
    #[arg(long, value_name = "P")]
    pub price_min: Option<Amount>,
    /// Only up to this price, in CARD
    #[arg(long, value_name = "P")]
    pub price_max: Option<Amount>,
    /// Only from so many bytes on, with k, M or G
    #[arg(long, value_name = "N", value_parser = size)]
    pub size_min: Option<u64>,
    /// Only up to so many bytes, with k, M or G
    #[arg(long, value_name = "N", value_parser = size)]
    pub size_max: Option<u64>,
    /// Only from so many minutes on, by the tag minutes:N
    #[arg(long, value_name = "N")]
    pub minutes_min: Option<u32>,
    /// Only up to so many minutes, by the tag minutes:N
    #[arg(long, value_name = "N")]
    pub minutes_max: Option<u32>,
    /// Only of this year, by the tag year:Y
    #[arg(long, value_name = "Y", conflicts_with_all = ["year_min", "year_max"])]
    pub year: Option<u32>,
    /// Only from this year on
    #[arg(long, value_name = "Y")]
    pub year_min: Option<u32>,
    /// Only up to this year
    #[arg(long, value_name = "Y")]
    pub year_max: Option<u32>,
    /// Only what can be bought, from its creator or from a holder
    #[arg(long)]
    pub for_sale: bool,
    /// Only what you hold a key of, withdrawn cards too
    #[arg(long)]
    pub owned: bool,
    /// Only what somebody serves
    #[arg(long)]
    pub alive: bool,
    /// relevance, new, popular, cheapest or dearest [default: relevance with words, new without]
    #[arg(long, value_name = "S")]
    pub sort: Option<String>,
    /// Cards wanted, up to 100
    #[arg(long, value_name = "N", default_value = "20")]
    pub limit: u32,
    /// Where the previous page ended
    #[arg(long, value_name = "CURSOR")]
    pub after: Option<String>,
    /// Blocks that are not final yet, too; a fork may undo them
    #[arg(long)]
    pub unfinalized: bool,
}

/// What can be explored.
#[derive(Subcommand, Debug)]
pub enum ExploreVerb {
    /// What fewest serve
    #[command(after_help = "Example:\n  hashcard explore under-seeded --limit 50")]
    UnderSeeded {
        /// Cards wanted, up to 100
        #[arg(long, value_name = "N", default_value = "20")]
        limit: u32,
    },
    /// What brought most for each byte to each who serves it
    #[command(
        after_help = "Example:\n  hashcard explore profitable\n\nBy bytes that were paid and by rewards for holding. What was paid so far promises nothing: anybody may pay for his own bytes."
    )]
    Profitable {
        /// Cards wanted, up to 100
        #[arg(long, value_name = "N", default_value = "20")]
        limit: u32,
    },
    /// What others hold who hold what you do; counted here
    #[command(after_help = "Example:\n  hashcard explore recommended --account Alice")]
    Recommended {
        /// Cards wanted, up to 100
        #[arg(long, value_name = "N", default_value = "20")]
        limit: u32,
    },
    /// What a creator's cards brought
    #[command(after_help = "Examples:\n  hashcard explore creator\n  hashcard explore creator hc...")]
    Creator {
        /// Whose; yours unless you say
        address: Option<String>,
    },
    /// Whose a key was, and what was paid for it
    #[command(after_help = "Example:\n  hashcard explore history 7/3        key 3 of card 7")]
    History {
        /// Number of the card and of its key
        #[arg(value_name = "CARD/KEY", value_parser = key)]
        key: (u64, u64),
    },
    /// Tags and titles that begin like this
    #[command(after_help = "Example:\n  hashcard explore suggest nig")]
    Suggest {
        /// The beginning
        #[arg(required = true)]
        text: Vec<String>,
        /// Of each wanted, up to 100
        #[arg(long, value_name = "N", default_value = "10")]
        limit: u32,
    },
}

/// `hashcard index`
#[derive(Args, Debug)]
pub struct IndexArgs {
    #[command(subcommand)]
    pub verb: Option<IndexVerb>,
}

/// What can be done with the index.
#[derive(Subcommand, Debug)]
pub enum IndexVerb {
    /// Empty it and read the chain again
    #[command(after_help = "Examples:\n  hashcard index rebuild\n  hashcard index rebuild --from 120000")]
    Rebuild {
        /// Begin with the state after this block [default: the first, if the node has it]
        #[arg(long, value_name = "BLOCK")]
        from: Option<u32>,
    },
}

/// A card and one of its keys.
pub(super) fn key(text: &str) -> Result<(u64, u64), String> {
    let say = || "give a card and its key, such as 7/3".to_owned();
    let (card, edition) = text.split_once('/').ok_or_else(say)?;
    Ok((
        card.parse().map_err(|_| say())?,
        edition.parse().map_err(|_| say())?,
    ))
}
