//! What paying for bytes costs: the fetch that pays beside the fetch that does not, a voucher beside a signature, and what is taken
//! of a block and of the state.

use std::time::Duration;

use hashcard_journey_tests::delay::Delay;
use hashcard_journey_tests::{content, Failure, Stage, Told};

use crate::fetches::{self, near, paid_bytes, with_delay, Pair, Seller, PRICE};
use crate::reader::Reader;
use crate::runtime::Described;
use crate::{state, vouchers, weights};

/// Bytes that are fetched over the long way: many windows, and a part of a minute.
const DELAYED_BYTES: u64 = 64 << 20;
/// Fetches of each kind over the long way, at most. The times differ by less there: most of them is waiting.
const DELAYED_ROUNDS: usize = 7;
/// A round trip of 100 ms, give or take what an idle line does.
const DELAY: Delay = Delay {
    each_way: Duration::from_millis(49),
    jitter: Duration::from_millis(2),
    seed: 4,
};
/// In CARD, over what the fetches cost: windows, and rounding.
const SPARE: u64 = 10;
/// MiB for one CARD at the price that is asked.
const MIB_PER_CARD: u64 = 1_000;

/// Measures and prints.
pub async fn pay(rounds: usize, bytes: u64) -> Told {
    vouchers::print()?;
    let stage = Stage::open().await?;
    let described = Described::by(&stage.node).await?;
    weights::print(&stage.node, &described).await?;

    let delayed_rounds = rounds.min(DELAYED_ROUNDS);
    let paid = paid_bytes(bytes, rounds) + paid_bytes(DELAYED_BYTES, delayed_rounds);
    // What is reserved for a seller does not count as money to promise, so there must be as much again.
    let reader = Reader::open(&stage, 2 * (paid >> 20) / MIB_PER_CARD + SPARE).await?;

    let input = content::noise_file(&stage.input("near"), usize_of(bytes)?, 1)?;
    let pair = Pair {
        free: Seller::open(&stage, &reader.home, "Alice", &input, None, None).await?,
        paid: Seller::open(&stage, &reader.home, "Charlie", &input, Some(PRICE), None).await?,
    };
    // Its bytes are in two stores by now.
    std::fs::remove_file(&input)?;
    let measured = fetches::rounds(&stage, &reader, &pair, bytes, rounds).await?;
    println!(
        "\n{} MiB over loopback, {rounds} rounds of each kind, in turns; the price is {PRICE} CARD for a MiB",
        bytes >> 20
    );
    near(&measured, bytes);
    // They follow the chain, and would do so beside what comes next.
    redeem(pair.paid).await?;
    pair.free.daemon.stop().await?.outcome()?;

    let input = content::noise_file(&stage.input("far"), usize_of(DELAYED_BYTES)?, 2)?;
    let pair = Pair {
        free: Seller::open(&stage, &reader.home, "Dave", &input, None, Some(DELAY)).await?,
        paid: Seller::open(&stage, &reader.home, "Eve", &input, Some(PRICE), Some(DELAY)).await?,
    };
    let measured = fetches::rounds(&stage, &reader, &pair, DELAYED_BYTES, delayed_rounds).await?;
    println!(
        "\n{} MiB over a round trip of 100 ms, {delayed_rounds} rounds of each kind, in turns",
        DELAYED_BYTES >> 20
    );
    with_delay(&measured);
    redeem(pair.paid).await?;

    state::print(&stage.node, &described).await
}

/// Has what a seller holds redeemed, so that its lines are on chain, and ends his daemon.
async fn redeem(seller: Seller) -> Told {
    seller.home.done(&["earn", "--redeem"]).await?;
    let ended = seller.daemon.stop().await?;
    for trouble in ended.events.iter().filter(|said| said["event"] == "trouble") {
        eprintln!("a seller had trouble: {trouble}");
    }
    ended.outcome().map(drop)
}

fn usize_of(bytes: u64) -> Told<usize> {
    usize::try_from(bytes).map_err(|_| Failure::new("more bytes than there is memory"))
}
