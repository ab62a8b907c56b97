//! What can be typed about endowments.

use clap::Args;
use hashcard_engine::amount::Amount;

pub(super) const ENDOW_HELP: &str = "\
Examples:
  hashcard endow 7 100 --per-block 0.01
  hashcard endow 7
  hashcard endow 7 --end 3

For each block of an era in which a seeder proves that he can reach the card's bytes, an endowment gives up to --per-block to those who
prove, less what sales of the card bring them for that era. For an era that nobody proves it gives nothing. It gives from the running
era on, at least 1 CARD in all, for a year at most at its full rate.

Honestly: a proof shows that somebody could reach the bytes. It does not show that he alone keeps them, nor that he will serve them.

The money leaves your account when you endow; a deposit is held beside it. --end lets an endowment give for this era and the next. Say it
again two eras later, and what is left comes back, with the deposit; when nothing is left, at once.";

/// `hashcard endow`
#[derive(Args, Debug)]
pub struct EndowArgs {
    /// Number of the card
    pub card: u64,
    /// How many CARD to give; without it the card's endowments are shown
    #[arg(requires = "per_block")]
    pub amount: Option<Amount>,
    /// Most to give for each block, in CARD
    #[arg(long, value_name = "P", requires = "amount")]
    pub per_block: Option<Amount>,
    /// End this endowment of yours, or get back what is left of an ended one
    #[arg(long, value_name = "N", conflicts_with_all = ["amount", "per_block"])]
    pub end: Option<u64>,
}
