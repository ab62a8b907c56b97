//! Figures of the real programs, each beside a peer in the same run: what `scripts/bench` prints.
//!
//! **Absolute times say little on a shared machine; read the ratios.** Rounds of what is measured and of what it is measured
//! against take turns, so that both meet the same weather. Nothing here passes or fails.

#[path = "bench/fetches.rs"]
mod fetches;
#[path = "bench/keys.rs"]
mod keys;
#[path = "bench/light.rs"]
mod light;
#[path = "bench/pay.rs"]
mod pay;
#[path = "bench/reader.rs"]
mod reader;
#[path = "bench/runtime.rs"]
mod runtime;
#[path = "bench/state.rs"]
mod state;
#[path = "bench/vouchers.rs"]
mod vouchers;
#[path = "bench/weights.rs"]
mod weights;

use std::process::ExitCode;

use clap::Parser;

/// Purchases of each kind, unless told otherwise.
const KEYS_ROUNDS: usize = 5;
/// Fetches of each kind, unless told otherwise: with fewer the interval is wider than what it should tell.
const PAY_ROUNDS: usize = 15;
/// Cold starts of each kind, unless told otherwise.
const LIGHT_ROUNDS: usize = 5;

/// Figures of the real programs, each beside a peer.
#[derive(Parser, Debug)]
#[command(name = "bench")]
struct Options {
    /// What to measure
    what: What,
    /// Rounds of each kind [default: 5 for keys and light, 15 for pay]
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Bytes that `pay` fetches in each round, at least 1 MiB
    #[arg(long, value_name = "N", default_value_t = 1 << 30, value_parser = clap::value_parser!(u64).range(1 << 20..))]
    bytes: u64,
    /// Height to which `light` lets its chain grow, three seconds for each
    #[arg(long, value_name = "N", default_value_t = 300)]
    blocks: u32,
    /// Cards that `light` publishes
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    cards: usize,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum What {
    /// From `buy` to a key that opens, by maker and by clerk, beside two transactions that become final
    Keys,
    /// Paid beside unpaid fetches, near and far; vouchers beside signatures; what redemptions, claims and rows take of the chain
    Pay,
    /// From a cold start to the first page of the feed, and what each question of a light client costs
    Light,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let rounds = |unless_told: usize| options.rounds.unwrap_or(unless_told).max(1);
    let measured = match options.what {
        What::Keys => keys::keys(rounds(KEYS_ROUNDS)).await,
        What::Light => light::light(rounds(LIGHT_ROUNDS), options.blocks, options.cards).await,
        What::Pay => pay::pay(rounds(PAY_ROUNDS), options.bytes).await,
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}
