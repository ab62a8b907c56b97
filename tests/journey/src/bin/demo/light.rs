//! The whole job with a buyer, and a seeder, who trust no node: both join the network as light clients, by a specification and the
//! address of one peer, and believe what is proven to them. The buyer discovers, looks, buys, pays a seeder for bytes and opens; the
//! seeder is paid; the buyer searches an index of his own; a newcomer begins at a checkpoint. In the end the money of all of them
//! adds up to the unit.
//!
//! **What the buyer is told goes through a peer that counts it**, so the bytes and proofs are those that were on the wire.

use std::path::{Path, PathBuf};

use hashcard_journey_tests::between::{Between, Carried, FINALITY, PROOFS};
use hashcard_journey_tests::memory::peak_of;
use hashcard_journey_tests::{content, ensure, Failure, Home, Told};
use serde_json::Value;

use crate::books::{in_card, Books, Flows};
use crate::cast::{Cast, Role};
use crate::pay::{self, amount, number, BUDGET, MAX_PRICE};
use crate::show::Show;

/// Roles with the account of the development chain that each acts as.
pub const ROLES: [Role; 4] = [
    ("maker", "Alice"),
    ("north", "Charlie"),
    ("reader", "Bob"),
    ("newcomer", "Eve"),
];

/// Who serves for money.
const SEEDER: &str = "north";
/// Blocks until three epochs of 20 slots were announced, some of which stay empty: what a checkpoint is made of.
const CHECKPOINT_AT: u32 = 66;

/// Tells it all.
pub async fn tell(show: &Show, cast: &mut Cast, input: &Path) -> Told {
    let start = async {
        cast.assemble().await?;
        let node = cast.node()?;
        // One each, so that the one's bytes are not counted as the other's.
        let (between, other) = (
            Between::start(node, None).await?,
            Between::start(node, None).await?,
        );
        for (role, peer) in [("reader", &between), (SEEDER, &other)] {
            let network = cast.work().join(format!("{role}.json"));
            cast.node()?
                .specification_by_way_of(&network, peer.address())
                .await?;
            cast.home_mut(role)?.use_light(&network);
        }
        Ok((
            (between, other),
            "the reader and a seeder know genesis, and the address of one peer".to_owned(),
        ))
    };
    let (between, _other) = show.step("a chain, and two who trust no node", start).await?;
    let before = Books::read(cast, &ROLES, &[]).await?;

    let publishing = pay::publish(cast.home("maker")?, input);
    let (card, maker) = show.step("the maker publishes", publishing).await?;
    let seen = async {
        let feed = asked(cast.home("reader")?, &between, &["discover"]).await?;
        let title = &feed.outcome["cards"][0]["title"];
        ensure(title == "A work", || feed.outcome.to_string())?;
        Ok(((), feed.told()))
    };
    show.step("discover: the first page, from a cold start", seen)
        .await?;
    let looked = async {
        let seen = asked(cast.home("reader")?, &between, &["card", &card]).await?;
        ensure(seen.outcome["card"]["title"] == "A work", || {
            seen.outcome.to_string()
        })?;
        Ok(((), seen.told()))
    };
    show.step("card: what is sold, and for how much", looked).await?;

    let serving = pay::serve(cast, SEEDER, &card, &["--no-rewards"]);
    let daemon = show.step("a light client seeds it for money", serving).await?;
    cast.keep(SEEDER, daemon);
    let leaving = pay::leave(cast, &card, maker, 1);
    let desk = show
        .step("the maker delivers keys, and serves no more", leaving)
        .await?;
    cast.keep("maker", desk);
    let seats = async {
        let seen = asked(cast.home("reader")?, &between, &["seats", &card]).await?;
        Ok(((), seen.told()))
    };
    show.step("seats: who serves it", seats).await?;

    show.step("one pool pays whoever serves", pay::open_pool(cast))
        .await?;
    let buying = async {
        let bought = asked(cast.home("reader")?, &between, &["buy", &card]).await?;
        ensure(bought.outcome["key_verified"] == true, || {
            bought.outcome.to_string()
        })?;
        Ok(((), bought.told()))
    };
    show.step("buy: a key, verified by proof", buying).await?;
    let promised = show
        .step(
            "fetch, and pay for what was verified",
            fetch(cast, &between, &card, input),
        )
        .await?;
    let redeemed = show
        .step("the seeder redeems, by light", pay::redeem(cast, SEEDER))
        .await?;
    let dividing = async { pay::divided(&redeemed, promised, 1) };
    let by_redemptions = show.step("the payment is divided", dividing).await?;
    show.step("the pool closes and gives back what is left", pay::close(cast))
        .await?;
    let by_sale = show.step("the sale is settled", pay::settled(cast)).await?;
    let searching = async {
        let found = asked(cast.home("reader")?, &between, &["search", "work", "--owned"]).await?;
        let cards = found.outcome["cards"].as_array().map_or(0, Vec::len);
        ensure(cards == 1 && found.outcome["since"] == 0, || {
            found.outcome.to_string()
        })?;
        Ok(((), found.told()))
    };
    show.step("search: an index of his own, from the first block", searching)
        .await?;
    show.step("a newcomer begins at a checkpoint", newcomer(cast, &between))
        .await?;

    let after = Books::read(cast, &ROLES, &[]).await?;
    let flows = Flows {
        burnt: vec![("by redemptions", by_redemptions), ("by the sale", by_sale)],
        minted: Vec::new(),
    };
    let adding = async { Ok(((), before.add_up(&after, &flows)?)) };
    show.step("the money adds up to the unit", adding).await
}

/// What an answer took.
struct Asked {
    outcome: Value,
    seconds: f64,
    peak: u64,
    all: Carried,
    proofs: Carried,
    finality: Carried,
}

impl Asked {
    /// In words.
    fn told(&self) -> String {
        format!(
            "{:.2} s from start to end; {} questions with proofs, {} bytes of them; {} of finality; {} on the wire in all; {:.1} MiB of \
             memory at most",
            self.seconds,
            self.proofs.streams,
            self.proofs.down,
            self.finality.down,
            self.all.up + self.all.down,
            self.peak as f64 / f64::from(1 << 20)
        )
    }
}

/// Runs a command of somebody whose one peer counts.
async fn asked(who: &Home, between: &Between, words: &[&str]) -> Told<Asked> {
    let count = || (between.all(), between.carried(PROOFS), between.carried(FINALITY));
    let before = count();
    let (ran, peak) = peak_of(who.start(words).await?).await?;
    let after = count();
    let seconds = ran.seconds;
    Ok(Asked {
        outcome: ran.outcome()?,
        seconds,
        peak,
        all: after.0.since(before.0),
        proofs: after.1.since(before.1),
        finality: after.2.since(before.2),
    })
}

/// What was promised, in the smallest unit.
async fn fetch(cast: &Cast, between: &Between, card: &str, input: &Path) -> Told<(u128, String)> {
    let reader = cast.home("reader")?;
    let output: PathBuf = reader.folder().join("fetched");
    let (out, budget) = (output.display().to_string(), BUDGET.to_string());
    let words = [
        "fetch",
        card,
        "-o",
        &out,
        "--max-price-per-mib",
        MAX_PRICE,
        "--budget",
        &budget,
    ];
    let fetched = asked(reader, between, &words).await?;
    let paid = amount(&fetched.outcome, "paid")?;
    ensure(paid > 0, || fetched.outcome.to_string())?;
    let (before, after) = (content::sha256(input).await?, content::sha256(&output).await?);
    ensure(before.values().eq(after.values()), || {
        format!("{before:?} is not {after:?}")
    })?;
    let detail = format!(
        "{} for it, byte for byte the same\n{}",
        in_card(paid),
        fetched.told()
    );
    Ok((paid, detail))
}

/// Somebody who has nothing but a small file begins at a block of today.
async fn newcomer(cast: &Cast, between: &Between) -> Told<((), String)> {
    cast.node()?.finalize(CHECKPOINT_AT).await?;
    let file = cast.work().join("checkpoint.json");
    let path = file.display().to_string();
    let words = ["checkpoint", &path, "--boot-node", between.address()];
    let made = cast.home("maker")?.done(&words).await?;
    let newcomer = cast.home("newcomer")?;
    let started = newcomer.command(&["discover"]).light(&file).start().await?;
    let (ran, peak) = peak_of(started).await?;
    let seconds = ran.seconds;
    let feed = ran.outcome()?;
    let begins = number(&made, "block")?;
    ensure(
        feed["cards"][0]["title"] == "A work" && number(&feed, "block")? >= begins,
        || feed.to_string(),
    )?;
    let bytes = std::fs::metadata(&file)
        .map_err(|error| Failure::new(error.to_string()))?
        .len();
    Ok((
        (),
        format!(
            "a file of {bytes} bytes, block {begins}: the first page after {seconds:.2} s, with {:.1} MiB of memory at most",
            peak as f64 / f64::from(1 << 20)
        ),
    ))
}
