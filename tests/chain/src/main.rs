//! What a block of the chain holds, how long it takes to import, what state grows by, what questions cost as the chain grows, and
//! what it costs to fill blocks and state: what `scripts/bench chain` prints.
//!
//! **Blocks are built and executed through the wasm of the node that stands beside this program**, over a trie in memory: execution,
//! signatures and the state root are in the time, the disk is not. States are prepared by real calls. Times are read as ratios to
//! the plain chain beside them.

mod machine;
mod peer;
mod queries;
mod report;
mod spam;
mod throughput;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use report::Report;

/// What a block of the chain holds, how long it takes, and what it costs to fill it.
#[derive(Parser, Debug)]
#[command(name = "chain-bench")]
pub struct Options {
    /// The node whose runtime is executed [default: the one beside this program]
    #[arg(long, value_name = "PATH")]
    node: Option<PathBuf>,
    /// Times that each full block is imported; the median counts
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Cards to which the chain grows for the questions, each with ten seats; also at a tenth and a hundredth of them
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    cards: u32,
    /// Most transactions in a block, for a quick look
    #[arg(long, value_name = "N", default_value_t = u32::MAX, value_parser = clap::value_parser!(u32).range(1..))]
    most: u32,
    /// Prints JSON instead of tables
    #[arg(long)]
    json: bool,
    /// Writes what is printed there too, as Markdown, or as JSON if the name ends so
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match measure(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("chain-bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let code = machine::code_of_node(options.node.as_deref())?;
    let mut report = Report::default();
    throughput::measure(options, &code, &mut report)?;
    queries::measure(options, &code, &mut report)?;
    spam::measure(&mut report);
    report.tell(options.json, options.report.as_deref())
}
