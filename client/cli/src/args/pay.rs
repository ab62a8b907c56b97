//! What can be typed about paying for bytes.

use clap::{Args, Subcommand};
use hashcard_engine::amount::Amount;
use hashcard_engine::command::Pay;

pub(super) const POOL_HELP: &str = "\
One pool pays every seeder; the money stays yours, on hold, until it is paid. Who serves you relies on it, so it comes back in
two steps: close, and a day later withdraw.";

const OPEN_HELP: &str = "\
Example:
  hashcard pool open 10

Then: hashcard fetch 7 --max-price-per-mib 0.001";

const TOP_UP_HELP: &str = "\
Examples:
  hashcard pool top-up 5
  hashcard pool top-up 5 --pool 41";

const SHOW_HELP: &str = "\
Examples:
  hashcard pool show
  hashcard pool show --pool 41

Unpromised is what this home may still promise. Other homes with the same words promise out of the same pool, unseen by this one:
give each a pool of its own.";

const CLOSE_HELP: &str = "\
Example:
  hashcard pool close

For a day the pool still pays what was promised; nothing new can be promised. Then: hashcard pool withdraw";

const WITHDRAW_HELP: &str = "\
Examples:
  hashcard pool withdraw
  hashcard pool withdraw --pool 41

Of a closed pool all that nobody was paid comes back. Of an open one what expired sessions still hold returns to it, and their
deposits to you.";

/// `hashcard pool`
#[derive(Subcommand, Debug)]
pub enum PoolVerb {
    /// Put money into a new pool
    #[command(after_help = OPEN_HELP)]
    Open {
        /// How many CARD
        amount: Amount,
    },
    /// Add money to a pool
    #[command(after_help = TOP_UP_HELP)]
    TopUp {
        /// How many CARD
        amount: Amount,
        /// Which one [default: your newest open one]
        #[arg(long, value_name = "N")]
        pool: Option<u64>,
    },
    /// Show what your pools have, and what is promised of it
    #[command(after_help = SHOW_HELP)]
    Show {
        /// Which one; all of yours unless you say
        #[arg(long, value_name = "N")]
        pool: Option<u64>,
    },
    /// Begin to close a pool
    #[command(after_help = CLOSE_HELP)]
    Close {
        /// Which one [default: your newest open one]
        #[arg(long, value_name = "N")]
        pool: Option<u64>,
    },
    /// Get the money of a closed pool back
    #[command(after_help = WITHDRAW_HELP)]
    Withdraw {
        /// Which one [default: one whose closing window is over]
        #[arg(long, value_name = "N")]
        pool: Option<u64>,
    },
}

/// What is paid for bytes.
#[derive(Args, Debug)]
pub struct PayArgs {
    /// Pay seeders up to this much for a MiB, in CARD [default: nothing; take what is free]
    #[arg(long, value_name = "P")]
    pub max_price_per_mib: Option<Amount>,
    /// Promise no more than this in all, in CARD [default: what is missing at that price, and a MiB ahead for each seeder]
    #[arg(long, value_name = "B", requires = "max_price_per_mib")]
    pub budget: Option<Amount>,
    /// Pay from this pool [default: your newest open one]
    #[arg(long, value_name = "N", requires = "max_price_per_mib")]
    pub pool: Option<u64>,
}

impl PayArgs {
    /// As the engine takes it.
    pub fn pay(&self) -> Option<Pay> {
        Some(Pay {
            max_price_per_mib: self.max_price_per_mib?,
            budget: self.budget,
            pool: self.pool,
        })
    }
}
