//! Fetches that pay and fetches that do not, in turns, by real processes.
//!
//! **Each kind has a seller and a card of its own**, with the same content: so a fetch meets one seller and nobody else, and the two
//! differ in nothing but `--price`. Nothing is free at the one who asks a price, so that every byte is paid for.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use hashcard_journey_tests::delay::{Delay, Forwarder};
use hashcard_journey_tests::figures::{extremes, median, Ratio};
use hashcard_journey_tests::{cpu, ensure, has_full_seats, Failure, Home, Run, Stage, Told};

use crate::reader::Reader;

/// What is asked for a MiB, in CARD.
pub const PRICE: &str = "0.001";
/// The same in the chain's smallest unit.
const PRICE_UNITS: u128 = 1_000_000_000;
/// MiB that a payer is ahead at most, and what is beside the content in a blob; reserved for each round.
const WINDOWS_MIB: u128 = 40;
/// Fetches that open or fill their lane as they go, before the rounds.
const ON_THE_WAY: usize = 3;
/// Blocks after a fetch in which its vouchers are redeemed if they are worth it: then the next round begins.
const BLOCKS_AFTER: usize = 2;
/// A time without a chunk that is longer than this, in seconds, is a stall: two round trips of the long way.
const STALL: f64 = 0.2;
/// What a paid fetch may take of the time of an unpaid one.
const SLOWER: f64 = 1.03;
/// And of its processor time.
const DEARER: f64 = 1.05;

/// Somebody who serves one card.
pub struct Seller {
    pub home: Home,
    pub daemon: Run,
    card: String,
    /// The way to him, if it is long; dropped after the daemon.
    _way: Option<Forwarder>,
}

impl Seller {
    /// Publishes the input and serves it, at a price or for nothing; done when the reader sees it.
    pub async fn open(
        stage: &Stage,
        reader: &Home,
        account: &str,
        input: &Path,
        price: Option<&str>,
        delay: Option<Delay>,
    ) -> Told<Self> {
        let home = stage.person(account).await?;
        let path = input.display().to_string();
        let published = home
            .done(&["publish", &path, "--title", account, "--open"])
            .await?;
        let card = published["card"].to_string();

        // The seat names where the way begins, not where it ends.
        let at = free_address().await?;
        let way = match delay {
            Some(delay) => Some(Forwarder::start(at, delay).await?),
            None => None,
        };
        let announced = way.as_ref().map_or(at, Forwarder::address);
        let (listen, announced) = (at.to_string(), announced.to_string());
        let mut words = vec!["seed", "--listen", &listen, "--address", &announced];
        if let Some(price) = price {
            words.extend(["--price", price, "--free-bytes", "0"]);
        }
        let mut daemon = home.start(&words).await?;
        daemon.event("ready").await?;
        let full = |seats: &serde_json::Value| has_full_seats(seats, 1);
        stage
            .until(reader, &["seats", &card], "a full seat", full)
            .await?;
        Ok(Self {
            home,
            daemon,
            card,
            _way: way,
        })
    }
}

/// An address of loopback that was free a moment ago.
async fn free_address() -> Told<SocketAddr> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    Ok(listener.local_addr()?)
}

/// One who asks a price, and one who does not.
pub struct Pair {
    pub free: Seller,
    pub paid: Seller,
}

/// What one fetch took. Seconds, all of it.
#[derive(Clone, Copy)]
pub struct Fetched {
    /// From the seats that are known to the last chunk.
    transfer: f64,
    /// Of the reader's and the seller's processors, in that time.
    transfer_cpu: f64,
    /// From the start of the command to its end.
    command: f64,
    /// Of the reader's processors from start to end, and of the seller's until some blocks later.
    command_cpu: f64,
    /// From the seats that are known to the first chunk.
    first_chunk: f64,
    /// The longest time between two chunks.
    longest_gap: f64,
    /// What times between two chunks are longer than [`STALL`], in all.
    stalled: f64,
}

/// What came of all fetches.
#[derive(Default)]
pub struct Measured {
    /// One for each in `paid`, beside it.
    free: Vec<Fetched>,
    /// With a lane that has money for all of them.
    paid: Vec<Fetched>,
    /// That had to open or fill their lane on the way; the first a session, too.
    on_the_way: Vec<Fetched>,
    /// Why others failed.
    failed: Vec<String>,
}

/// Bytes that are paid for in [`rounds`].
pub fn paid_bytes(bytes: u64, rounds: usize) -> u64 {
    bytes.saturating_mul((rounds + ON_THE_WAY) as u64)
}

/// First some fetches that open their lane on the way, then fetches of both kinds in turns; who comes first alternates.
pub async fn rounds(
    stage: &Stage,
    reader: &Reader,
    pair: &Pair,
    bytes: u64,
    rounds: usize,
) -> Told<Measured> {
    let mut measured = Measured::default();
    let both = |paid: bool| if paid { &pair.paid } else { &pair.free };
    // So that the page cache is full for both kinds.
    fetch(stage, reader, &pair.free, false)
        .await?
        .map_err(Failure::new)?;
    for _ in 0..ON_THE_WAY {
        match fetch(stage, reader, &pair.paid, true).await? {
            Ok(fetched) => measured.on_the_way.push(fetched),
            Err(why) => measured.failed.push(why),
        }
    }
    let price = PRICE_UNITS.saturating_mul(u128::from(bytes >> 20) + WINDOWS_MIB);
    reader
        .reserve(&pair.paid, price.saturating_mul(rounds as u128 + 1))
        .await?;
    for round in 1..=rounds {
        let mut one = [None, None];
        for paid in [round % 2 == 0, round % 2 == 1] {
            match fetch(stage, reader, both(paid), paid).await? {
                Ok(fetched) => one[usize::from(paid)] = Some(fetched),
                Err(why) => measured.failed.push(why),
            }
        }
        if let [Some(free), Some(paid)] = one {
            eprintln!(
                "round {round} of {rounds}: {:.2} s unpaid, {:.2} s paid",
                free.transfer, paid.transfer
            );
            measured.free.push(free);
            measured.paid.push(paid);
        }
    }
    Ok(measured)
}

/// Fetches once, removes what came, and lets the vouchers be redeemed; or why it could not be fetched.
async fn fetch(stage: &Stage, reader: &Reader, seller: &Seller, paid: bool) -> Told<Result<Fetched, String>> {
    let reader = &reader.home;
    let seller_pid = seller.daemon.process().pid();
    let before = (cpu::seconds_of(seller_pid)?, cpu::seconds_of_ended_children()?);
    let mut words = vec!["fetch", &seller.card, "--no-open"];
    if paid {
        words.extend(["--max-price-per-mib", PRICE]);
    }
    let began = Instant::now();
    let mut run = reader.start(&words).await?;
    let watched = watch(&mut run, seller_pid).await?;
    let ran = run.finish().await?;
    let command = began.elapsed().as_secs_f64();
    let reader_cpu = cpu::seconds_of_ended_children()? - before.1;

    let fetched = match (ran.exit, watched) {
        (Some(0), Some(watched)) => {
            let outcome = ran.outcome()?;
            ensure(outcome["already_held"] == 0, || {
                format!("no fresh start: {outcome}")
            })?;
            ensure((outcome["paid"] != "0") == paid, || {
                format!("paid is {paid}, and: {outcome}")
            })?;
            Ok(watched)
        }
        (Some(0), None) => return Err(Failure::new("a fetch without seats or chunks")),
        _ => Err(format!("after {command:.0} s: {}", ran.refusal()?.error)),
    };
    reader.done(&["store", "remove", &seller.card]).await?;
    for _ in 0..BLOCKS_AFTER {
        stage.node.next_block().await?;
    }
    let seller_cpu = cpu::seconds_of(seller_pid)? - before.0;
    Ok(fetched.map(|fetched| Fetched {
        command,
        command_cpu: reader_cpu + seller_cpu,
        ..fetched
    }))
}

/// Follows a fetch by its events. Chunks that came in the same moment are one arrival: their events are.
async fn watch(run: &mut Run, seller: i32) -> Told<Option<Fetched>> {
    let reader = run.process().pid();
    let both = || -> Told<f64> { Ok(cpu::seconds_of(reader)? + cpu::seconds_of(seller)?) };
    let mut known: Option<(Instant, f64)> = None;
    let mut arrivals: Vec<Instant> = Vec::new();
    let mut cpu_after: Option<f64> = None;
    while let Some(said) = run.next_event("a fetch to go on").await? {
        match said["event"].as_str() {
            Some("sources") if known.is_none() => known = Some((Instant::now(), both()?)),
            Some("chunk") => {
                arrivals.push(Instant::now());
                if said["done"] == said["total"] {
                    cpu_after = Some(both()?);
                }
            }
            // The event of the last chunk may be left out when there are too many.
            Some("blob") if cpu_after.is_none() => cpu_after = Some(both()?),
            _ => {}
        }
    }
    let (Some((known, cpu_before)), Some(first), Some(last), Some(cpu_after)) =
        (known, arrivals.first(), arrivals.last(), cpu_after)
    else {
        return Ok(None);
    };
    let gaps: Vec<f64> = arrivals
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs_f64())
        .collect();
    Ok(Some(Fetched {
        transfer: (*last - known).as_secs_f64(),
        transfer_cpu: cpu_after - cpu_before,
        command: 0.0,
        command_cpu: 0.0,
        first_chunk: (*first - known).as_secs_f64(),
        longest_gap: extremes(&gaps).1.max(0.0),
        // Nothing adds up to -0.0.
        stalled: gaps.iter().filter(|gap| **gap > STALL).sum::<f64>() + 0.0,
    }))
}

/// Prints rounds over loopback.
pub fn near(measured: &Measured, bytes: u64) {
    let gib = bytes as f64 / f64::from(1 << 30);
    head();
    compare(measured, "transfer, s", |one| one.transfer, Some(SLOWER));
    compare(
        measured,
        "transfer, processor s for a GiB",
        |one| one.transfer_cpu / gib,
        Some(DEARER),
    );
    compare(measured, "the whole command, s", |one| one.command, None);
    compare(
        measured,
        "the whole command, processor s for a GiB",
        |one| one.command_cpu / gib,
        Some(DEARER),
    );
    told(measured);
    println!(
        "Transfer: from the seats that are known to the last chunk. Processors: reader and seller; for the whole command until\n\
         {BLOCKS_AFTER} blocks later, redemptions with it. A command that pays also opens its wallet, which takes the same however much is\n\
         fetched."
    );
}

/// Prints rounds over the long way.
pub fn with_delay(measured: &Measured) {
    head();
    compare(measured, "transfer, s", |one| one.transfer, Some(SLOWER));
    compare(measured, "until the first chunk, s", |one| one.first_chunk, None);
    compare(
        measured,
        "longest time without a chunk, s",
        |one| one.longest_gap,
        None,
    );
    compare(
        measured,
        &format!("stalled (over {STALL} s without a chunk), s"),
        |one| one.stalled,
        None,
    );
    told(measured);
}

fn head() {
    println!("{:<62} {:>9} {:>9} {:>9}", "", "least", "median", "most");
}

fn print_line(name: &str, figures: &[f64]) {
    let (least, most) = extremes(figures);
    println!("{name:<62} {least:>9.3} {:>9.3} {most:>9.3}", median(figures));
}

/// Two lines of figures, and their ratio, with what can be said about a limit.
fn compare(measured: &Measured, what: &str, figure: impl Fn(&Fetched) -> f64, limit: Option<f64>) {
    let of = |fetched: &[Fetched]| -> Vec<f64> { fetched.iter().map(&figure).collect() };
    let (free, paid) = (of(&measured.free), of(&measured.paid));
    if free.is_empty() {
        return println!("{what}: no round of both kinds ended well");
    }
    print_line(&format!("unpaid: {what}"), &free);
    print_line(&format!("paid: {what}"), &paid);
    if !measured.on_the_way.is_empty() {
        print_line(&format!("paid, lane opened: {what}"), &of(&measured.on_the_way));
    }
    if median(&free) > 0.0 {
        let ratio = Ratio::of(&paid, &free);
        let wanted = limit.map(|limit| format!("; at most {limit}: {}", ratio.verdict(limit)));
        println!(
            "  paid / unpaid: {:.3}, 95 % between {:.3} and {:.3}{}",
            ratio.ratio,
            ratio.from,
            ratio.to,
            wanted.unwrap_or_default()
        );
    }
}

/// What no line of figures says.
fn told(measured: &Measured) {
    println!(
        "Paid: the lane has money for all rounds. Lane opened: {ON_THE_WAY} fetches before, which opened or filled it as they went."
    );
    println!("Fetches that failed: {}", measured.failed.len());
    for why in &measured.failed {
        println!("  {why}");
    }
}
