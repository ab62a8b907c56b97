//! The story: publish, discover, buy, fetch, seed; somebody without a key; somebody who lies.
//!
//! What does not depend on each other overlaps, because a transaction takes three blocks to be final.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use hashcard_journey_tests::{
    content, ensure, has_full_seats, liar, until, Failure, Home, Lifetime, Node, Run, Told,
};
use serde_json::Value;

use crate::bar::Bar;
use crate::cast::{Cast, Role};
use crate::show::Show;

/// Roles with the account of the development chain that each acts as.
pub const ROLES: [Role; 6] = [
    ("creator", "Alice"),
    ("buyer", "Bob"),
    ("seeder-1", "Charlie"),
    ("seeder-2", "Dave"),
    ("fourth", "Eve"),
    ("liar", "Ferdie"),
];

/// Price of a key, in CARD and in the smallest unit.
const PRICE: (&str, u128) = ("1.5", 1_500_000_000_000);
/// Fetches by newcomers until one of them happens to ask the liar, for inputs of very few chunks.
const FETCHES_TO_FIND_A_LIAR: usize = 25;

/// An input and the card that it became.
struct Item {
    input: PathBuf,
    title: String,
    card: u64,
    root: String,
    chunks: u64,
}

/// Tells it all.
pub async fn tell(show: &Show, cast: &mut Cast, inputs: &[PathBuf]) -> Told {
    let start = async {
        cast.assemble().await?;
        let node = cast.node()?;
        Ok((
            (),
            format!("{}, 6 people with a home and a wallet each", node.url()),
        ))
    };
    show.step("a development chain makes blocks", start).await?;

    let daemons = async {
        let (creator, buyer) = (cast.home("creator")?, cast.home("buyer")?);
        let (one, two) = futures::try_join!(creator.seed(&[] as &[&str]), buyer.seed(&[] as &[&str]))?;
        cast.keep("creator", one);
        cast.keep("buyer", two);
        Ok(((), "each listens on a port of its own".to_owned()))
    };
    show.step("creator and buyer start their daemons", daemons)
        .await?;

    let publishing = async {
        let creator = cast.home("creator")?;
        let items = try_join_all(inputs.iter().map(|input| publish(creator, input))).await?;
        let detail = items.iter().map(Item::describe).collect::<Vec<_>>().join("\n");
        Ok((items, detail))
    };
    let items = show
        .step("publish: each input becomes a card", publishing)
        .await?;
    let first = items
        .first()
        .ok_or_else(|| Failure::new("nothing was published"))?;
    let ids: Vec<String> = items.iter().map(|item| item.card.to_string()).collect();

    let feed = discover(cast.home("buyer")?, &items);
    show.step("discover: the feed as the buyer sees it", feed).await?;

    // The creator takes seats while the buyer buys; whoever wants to fetch waits for the seats.
    let keys = RefCell::new(Vec::new());
    let buying = async {
        let buyer = cast.home("buyer")?;
        let bought = try_join_all(items.iter().map(|item| buy(show, buyer, item))).await?;
        keys.borrow_mut().extend(bought);
        Ok(())
    };
    let swarm = async {
        let (node, creator) = (cast.node()?, cast.home("creator")?);
        let seats = async {
            for id in &ids {
                until(node, creator, &["seats", id], "seeded by the creator", |seats| {
                    has_full_seats(seats, 1)
                })
                .await?;
            }
            Ok(((), format!("cards {}", ids.join(" and "))))
        };
        show.step("seed: the creator's seats are on chain", seats).await?;
        let seeders = async {
            let (one, two) = (cast.home("seeder-1")?, cast.home("seeder-2")?);
            let daemons = futures::try_join!(join_swarm(one, &ids), join_swarm(two, &ids))?;
            Ok((daemons, "fetched, checked against the root, announced".to_owned()))
        };
        let seeders = show.step("two seeders join the swarm without a key", seeders);
        let fourth = show.step(
            "a fourth account fetches, seeds, and cannot open",
            without_key(cast.home("fourth")?, first),
        );
        let liar = show.step(
            "a seeder who will lie takes a seat",
            take_lying_seat(cast, node, first),
        );
        futures::try_join!(seeders, fourth, liar)
    };
    let ((), ((one, two), fourth, liar)) = futures::try_join!(buying, swarm)?;
    cast.keep("seeder-1", one);
    cast.keep("seeder-2", two);
    cast.keep("fourth", fourth);
    cast.keep("liar", liar);

    let card = first.card.to_string();
    let (node, buyer) = (cast.node()?, cast.home("buyer")?);
    until(node, buyer, &["seats", &card], "seeded by five", |seats| {
        has_full_seats(seats, 5)
    })
    .await?;

    let mut found = None;
    for item in &items {
        let outcome = show
            .step(&format!("fetch: {}", item.title), fetch(cast, item))
            .await?;
        let output = PathBuf::from(outcome["output"].as_str().unwrap_or_default());
        show.step(
            &format!("SHA-256 of {} is that of the input", item.title),
            same(&item.input, &output),
        )
        .await?;
        if item.card == first.card && cast.found_the_liar(&outcome["peers"]) {
            found = Some(cast.sources(&outcome["peers"]));
        }
    }
    show.step(
        "the liar was found out, and the download complete",
        find_liar(cast, first, found),
    )
    .await
}

impl Item {
    fn describe(&self) -> String {
        format!(
            "card {} \"{}\", root {}, {} chunks",
            self.card, self.title, self.root, self.chunks
        )
    }
}

async fn publish(creator: &Home, input: &Path) -> Told<Item> {
    let title = input
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let path = input.as_os_str();
    let words = [
        "publish".as_ref(),
        path,
        "--title".as_ref(),
        title.as_ref(),
        "--price".as_ref(),
        PRICE.0.as_ref(),
    ];
    let published = creator.done::<&std::ffi::OsStr>(&words).await?;
    let number = |field: &str| {
        published[field]
            .as_u64()
            .ok_or_else(|| Failure::new(format!("no {field} in {published}")))
    };
    let root = published["root"].as_str().unwrap_or_default().to_owned();
    ensure(root.len() == 64, || format!("no root in {published}"))?;
    Ok(Item {
        input: input.to_owned(),
        title,
        card: number("card")?,
        root,
        chunks: number("chunks")?,
    })
}

async fn discover(buyer: &Home, items: &[Item]) -> Told<((), String)> {
    let feed = buyer.done(&["discover"]).await?;
    let cards = feed["cards"].as_array().cloned().unwrap_or_default();
    for item in items {
        ensure(
            cards
                .iter()
                .any(|card| card["id"] == item.card && card["root"] == item.root.as_str()),
            || format!("card {} is not in the feed: {feed}", item.card),
        )?;
    }
    let rows: Vec<String> = cards
        .iter()
        .map(|card| {
            let text = |field: &str| card[field].as_str().unwrap_or_default().to_owned();
            format!(
                "{:>3}  {:<6} {:<24} {} bytes  {}",
                card["id"],
                text("kind"),
                text("title"),
                card["content_len"],
                in_card(text("price").parse().unwrap_or(0))
            )
        })
        .collect();
    Ok(((), rows.join("\n")))
}

/// Order, escrow, delivery, key: four checks of one purchase.
async fn buy(show: &Show, buyer: &Home, item: &Item) -> Told<u64> {
    let card = item.card.to_string();
    let buying = async {
        let address = buyer.address().await?;
        let mut run = buyer
            .start(&["buy", &card, "--max-price", PRICE.0, "--report"])
            .await?;
        let ordered = run.event("ordered").await?;
        run.event("order_finalized").await?;
        let balance = buyer.done(&["balance", &address]).await?;
        let held: u128 = balance["held"]
            .as_str()
            .and_then(|held| held.parse().ok())
            .unwrap_or(0);
        ensure(held >= PRICE.1, || {
            format!("the price is not in escrow: {balance}")
        })?;
        run.event("fulfilled").await?;
        let ran = run.finish().await?;
        let seconds = ran.seconds;
        let bought = ran.outcome()?;
        ensure(bought["key_verified"] == true, || {
            format!("the key was not checked: {bought}")
        })?;
        let edition = bought["edition"]
            .as_u64()
            .ok_or_else(|| Failure::new(format!("no edition in {bought}")))?;
        let detail = format!(
            "order {} in block {}, {} in escrow, fulfilled, key {edition} opens the content; {seconds:.1} s",
            ordered["order"],
            ordered["block"],
            in_card(held)
        );
        Ok((edition, detail))
    };
    show.step(&format!("buy: {}", item.title), buying).await
}

/// Fetches the cards and serves them, as a daemon that was told their numbers.
async fn join_swarm(home: &Home, ids: &[String]) -> Told<Run> {
    let mut daemon = home.seed(ids).await?;
    let mut missing: BTreeSet<u64> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    while !missing.is_empty() {
        let announced = daemon.event("announced").await?;
        for list in ["joined", "covered"] {
            for card in announced[list]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_u64)
            {
                missing.remove(&card);
            }
        }
    }
    Ok(daemon)
}

/// Somebody without a key: gets the blob, is not let in, and serves it all the same.
async fn without_key(home: &Home, item: &Item) -> Told<(Run, String)> {
    let card = item.card.to_string();
    let output = home.folder().join("must-not-appear");
    let words = ["fetch".as_ref(), card.as_ref(), "-o".as_ref(), output.as_os_str()];
    let refusal = home.refused::<&std::ffi::OsStr>(&words).await?.is("no_key", 6)?;
    ensure(!output.exists(), || {
        format!("{} was written without a key", output.display())
    })?;
    let store = home.done(&["store", "list"]).await?;
    let held = store["blobs"].as_array().is_some_and(|blobs| {
        blobs
            .iter()
            .any(|blob| blob["root"] == item.root.as_str() && blob["complete"] == true)
    });
    ensure(held, || format!("the blob is not complete in the store: {store}"))?;
    let daemon = join_swarm(home, &[card]).await?;
    Ok((daemon, format!("exit code 6: {}", refusal.message)))
}

async fn take_lying_seat(cast: &Cast, node: &Node, item: &Item) -> Told<(Run, String)> {
    let home = cast.home("liar")?;
    home.done(&["fetch", &item.card.to_string(), "--no-open"]).await?;
    let liar = liar::start(home, &node.url(), item.card, home.folder(), cast.lifetime()).await?;
    Ok((liar, "his copy is honest, his answers will not be".to_owned()))
}

async fn fetch(cast: &Cast, item: &Item) -> Told<(Value, String)> {
    let buyer = cast.home("buyer")?;
    let output = buyer.folder().join("fetched").join(&item.title);
    std::fs::create_dir_all(buyer.folder().join("fetched"))?;
    let card = item.card.to_string();
    let words = ["fetch".as_ref(), card.as_ref(), "-o".as_ref(), output.as_os_str()];
    let mut run = buyer.start::<&std::ffi::OsStr>(&words).await?;
    let mut bar = Bar::new();
    while let Some(event) = run.next_event("the fetch to end").await? {
        if event["event"] == "chunk" {
            bar.follow(&event);
        }
    }
    drop(bar);
    let outcome = run.finish().await?.outcome()?;
    ensure(outcome["opened"] == "key", || {
        format!("it was not opened with the key: {outcome}")
    })?;
    let detail = format!(
        "{} chunks in {:.2} s: {}",
        outcome["chunks"],
        outcome["seconds"].as_f64().unwrap_or(0.0),
        cast.sources(&outcome["peers"])
    );
    Ok((outcome, detail))
}

async fn same(input: &Path, output: &Path) -> Told<((), String)> {
    let (before, after) = (content::sha256(input).await?, content::sha256(output).await?);
    // A folder of one file comes back as that file.
    let one = before.len() == 1 && before.values().eq(after.values());
    ensure(!before.is_empty() && (one || before == after), || {
        format!("{before:?} is not {after:?}")
    })?;
    let detail = match before.values().next() {
        Some(sum) if before.len() == 1 => sum.clone(),
        _ => format!("{} files, each the same", before.len()),
    };
    Ok(((), detail))
}

/// An amount in CARD, from the digits of the smallest unit.
fn in_card(units: u128) -> String {
    let part = format!("{:012}", units % 1_000_000_000_000);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{}{point}{part} CARD", units / 1_000_000_000_000)
}

/// The buyer asked the liar if the input has more than a few chunks. Otherwise newcomers fetch until one does.
async fn find_liar(cast: &mut Cast, item: &Item, found: Option<String>) -> Told<((), String)> {
    let mut found = found;
    let card = item.card.to_string();
    for number in 0..FETCHES_TO_FIND_A_LIAR {
        if found.is_some() {
            break;
        }
        let node = cast.node()?.url();
        let newcomer = Home::empty(
            cast.work(),
            &format!("newcomer-{number}"),
            "",
            &node,
            Lifetime::Bound,
        )?;
        newcomer.done(&["wallet", "new"]).await?;
        let outcome = newcomer.done(&["fetch", &card, "--no-open"]).await?;
        found = cast
            .found_the_liar(&outcome["peers"])
            .then(|| cast.sources(&outcome["peers"]));
    }
    let liar = cast.daemon("liar")?;
    let lie = liar.event("lied").await?;
    let found = found.ok_or_else(|| Failure::new("nobody noticed the lie"))?;
    Ok((
        (),
        format!("he sent a wrong chunk {}; sources: {found}", lie["chunk"]),
    ))
}
