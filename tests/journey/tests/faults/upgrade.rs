//! The rules change while everything is under way. The network begins with the runtime of spec version 3, whose validators are those of
//! genesis, and goes over to today's, whose validators are bonded candidates. **Nobody is restarted for it**: nodes, a seeder who is a
//! light client, and a buyer who is one and whose order is open, are the same processes before and after.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use hashcard_chain::{Chain, ChainError};
use hashcard_journey_tests::network::books::Books;
use hashcard_journey_tests::network::earlier::SPEC_VERSION;
use hashcard_journey_tests::network::genesis::own_runtime;
use hashcard_journey_tests::network::operator::Operator;
use hashcard_journey_tests::{
    content, ensure, has_full_seats, until, Failure, Home, Lifetime, Network, Node, Plan, Run, Setting, Told,
};
use hashcard_primitives::key::OrderState;
use hashcard_primitives::validator::Standing;
use serde_json::{json, Value};

/// Slots of a session, half a minute: some pass before the upgrade, and some after it.
const SESSION_SLOTS: u64 = 10;
/// The least bond, in 10⁻¹² CARD.
const BOND: u128 = 10_000_000_000_000_000;
/// Bytes of the film: a few pieces, most of which are paid for.
const FILM_LEN: usize = 3_000_000;
/// What the seeder gives each peer for nothing, and asks for 2²⁰ bytes beyond that, in CARD.
const FREE_BYTES: &str = "1M";
const PRICE: &str = "0.1";
/// Blocks after the upgrade that all nodes must hold for final.
const FINAL_AFTER: u32 = 4;
/// Blocks within which one of two who author makes one.
const AUTHORS_WITHIN: u32 = 30;
/// Texts that must be published after the upgrade by who goes on publishing all the time.
const POSTS_AFTER: u32 = 2;

pub async fn a_runtime_upgrade_in_mid_traffic_loses_no_order_no_seat_and_no_light_client() -> Told {
    let folder = tempfile::tempdir()?;
    let plan = Plan {
        epoch_slots: SESSION_SLOTS,
        earlier: true,
        ..Plan::of(2)
    };
    let mut network = Network::open(folder.path(), plan).await?;
    let gate = network.add("Gate", &Setting::open()).await?;
    let stage = Stage::open(folder.path(), &network, gate).await?;
    let traffic = Traffic::default();
    tokio::try_join!(traffic.flow(&stage), async {
        let told = upgraded(&stage, &traffic).await;
        traffic.is_over.store(true, Ordering::Relaxed);
        told
    })?;
    network.stop().await
}

async fn upgraded(stage: &Stage<'_>, traffic: &Traffic) -> Told {
    let film = content::noise_file(&stage.folder.join("film.mp4"), FILM_LEN, 7)?;
    let sidecars = before(stage, &film).await?;
    let height = enacted(stage).await?;
    adopted(stage, height).await?;
    after(stage, &film, sidecars, traffic).await
}

/// Who plays: each asks the node that is open to strangers, or nobody but the network.
struct Stage<'a> {
    network: &'a Network,
    folder: &'a Path,
    gate: usize,
    /// Sells, and is away while the rules change.
    creator: Home,
    /// Serves for money, as a light client.
    seeder: Home,
    /// Pays for bytes.
    reader: Home,
    /// Has an order open while the rules change, as a light client.
    buyer: Home,
    /// Publishes all the time.
    talker: Home,
}

impl<'a> Stage<'a> {
    async fn open(folder: &'a Path, network: &'a Network, gate: usize) -> Told<Self> {
        let node = &network.member(gate).node;
        node.finalize(1).await?;
        let specification = light_specification(network, gate).await?;
        let url = node.url();
        let person = |account: &'static str| Home::endowed(folder, account, account, &url, Lifetime::Bound);
        let (creator, reader, talker) = (
            person("Dave").await?,
            person("Charlie").await?,
            person("Bob").await?,
        );
        let (mut seeder, mut buyer) = (person("Eve").await?, person("Ferdie").await?);
        seeder.use_light(&specification);
        buyer.use_light(&specification);
        Ok(Self {
            network,
            folder,
            gate,
            creator,
            seeder,
            reader,
            buyer,
            talker,
        })
    }

    fn node(&self) -> &Node {
        &self.network.member(self.gate).node
    }

    /// Whether an order waits for its key.
    async fn has_open(&self, order: &Value) -> Told<bool> {
        let said = |error: ChainError| Failure::new(error.to_string());
        let chain = Chain::connect(&self.node().url()).await.map_err(said)?;
        let now = chain.at_finalized().await.map_err(said)?;
        let number = order.as_u64().unwrap_or_default();
        let order = now.order(number).await.map_err(said)?;
        Ok(order.is_some_and(|order| matches!(order.state, OrderState::Waiting { .. })))
    }

    async fn version_after(&self, hash: &Value) -> Told<u64> {
        let version = self.node().ask("state_getRuntimeVersion", json!([hash])).await?;
        let number = version["specVersion"].as_u64();
        number.ok_or_else(|| Failure::new(format!("no version in {version}")))
    }
}

/// The network's specification, with its open node to begin at.
async fn light_specification(network: &Network, gate: usize) -> Told<PathBuf> {
    let text = std::fs::read_to_string(network.specification())?;
    let mut specification: Value =
        serde_json::from_str(&text).map_err(|error| Failure::new(error.to_string()))?;
    specification["bootNodes"] = json!([network.member(gate).node.address().await?]);
    let path = network.specification().with_file_name("light.json");
    std::fs::write(&path, specification.to_string())?;
    Ok(path)
}

/// Somebody who goes on using the chain whatever happens: each of his transactions must be included.
#[derive(Default)]
struct Traffic {
    is_over: AtomicBool,
    posts: AtomicU32,
}

impl Traffic {
    async fn flow(&self, stage: &Stage<'_>) -> Told {
        while !self.is_over.load(Ordering::Relaxed) {
            let text = format!("Number {}", self.posts.load(Ordering::Relaxed));
            stage.talker.done(&["post", &text]).await?;
            self.posts.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// What is alive while the rules change.
struct Sidecars {
    card: String,
    seeding: Run,
    buying: Run,
    order: Value,
    /// What the reader has promised to the seeder, in the smallest unit.
    promised: u128,
}

async fn before(stage: &Stage<'_>, film: &Path) -> Told<Sidecars> {
    let version = stage.version_after(&Value::Null).await?;
    ensure(version == u64::from(SPEC_VERSION), || {
        format!("it begins with version {version}")
    })?;
    let path = film.display().to_string();
    let words = [
        "publish",
        &path,
        "--title",
        "A film",
        "--price",
        "1.5",
        "--delivery-share",
        "20",
    ];
    let published = stage.creator.done(&words).await?;
    let card = published["card"].to_string();
    let selling = stage.creator.seed::<&str>(&[]).await?;
    let words = [&card, "--price", PRICE, "--free-bytes", FREE_BYTES];
    let seeding = stage.seeder.seed(&words).await?;
    let full = |seats: &Value| has_full_seats(seats, 2);
    until(
        stage.node(),
        &stage.reader,
        &["seats", &card],
        "two full seats",
        full,
    )
    .await?;
    let bought = stage.reader.done(&["buy", &card]).await?;
    ensure(bought["key_verified"] == true, || bought.to_string())?;
    selling.stop().await?.outcome()?;

    // Money that was promised under the old rules, and is redeemed under the new ones.
    stage.reader.done(&["pool", "open", "10"]).await?;
    let output = stage.reader.folder().join("before.mp4");
    let out = output.display().to_string();
    let words = [
        "fetch",
        &card,
        "-o",
        &out,
        "--max-price-per-mib",
        "0.2",
        "--budget",
        "5",
    ];
    let fetched = stage.reader.done(&words).await?;
    content::ensure_same(film, &output)?;
    let promised = amount(&fetched, "paid")?;
    ensure(promised > 0, || format!("nothing was paid: {fetched}"))?;

    // What the old rules have not is said by its name, and the card is shown all the same.
    let refused = stage.reader.refused(&["react", &card, "love"]).await?;
    let refused = refused.is("wrong_chain", 1)?.names("social.react")?;
    ensure(refused.remedy.contains("upgraded"), || refused.error.to_string())?;
    let refused = stage.buyer.refused(&["validator", "status"]).await?;
    refused.is("wrong_chain", 1)?.names("ValidatorsApi")?;
    stage.reader.done(&["card", &card]).await?;
    for who in [&stage.reader, &stage.buyer] {
        let found = who.done(&["search", "film"]).await?;
        ensure(
            found["cards"][0]["title"] == "A film" && found["since"] == 0,
            || found.to_string(),
        )?;
    }

    let mut buying = stage.buyer.start(&["buy", &card]).await?;
    let order = buying.event("order_finalized").await?["order"].clone();
    Ok(Sidecars {
        card,
        seeding,
        buying,
        order,
        promised,
    })
}

/// Alice gives the network today's runtime; the height of the first block after which it is in force.
async fn enacted(stage: &Stage<'_>) -> Told<u32> {
    let from = stage.node().finalized().await?;
    let alice = Operator::at(&stage.network.member(0).node.url(), "Alice").await?;
    alice.set_code(&own_runtime().await?).await?;
    let to = stage.node().finalized().await?;
    for height in from + 1..=to {
        let hash = stage.network.hash_at(stage.gate, height).await?;
        if stage.version_after(&hash).await? > u64::from(SPEC_VERSION) {
            return Ok(height);
        }
    }
    Err(Failure::new(format!(
        "no block between {from} and {to} has another runtime"
    )))
}

/// The set is the one that it was, bonded now; no money came or went; and all nodes go on.
async fn adopted(stage: &Stage<'_>, height: u32) -> Told {
    let network = stage.network;
    let (last, all) = (height + FINAL_AFTER, [0, 1, stage.gate]);
    let hash = network.agree(&all, last).await?;
    for name in ["Alice", "Bob"] {
        let candidate = network.candidate(stage.gate, name, &hash).await?;
        let is_bonded = candidate.as_ref().is_some_and(|view| {
            view.bond == BOND && view.standing == Standing::Candidate && view.validates && !view.disabled
        });
        ensure(is_bonded, || format!("{name} after the upgrade: {candidate:?}"))?;
    }
    let set = network.set(stage.gate, &hash).await?;
    ensure(set.validators.len() == 2, || format!("{set:?}"))?;
    for height in [height - 1, height, height + 1, last] {
        let hash = network.hash_at(stage.gate, height).await?;
        let books = Books::read(stage.node(), &hash).await?;
        books
            .add_up()
            .map_err(|failure| failure.during(format!("after block {height}")))?;
    }
    // The sessions after it have the same authors.
    for name in ["Alice", "Bob"] {
        let later = last + 2 * SESSION_SLOTS as u32;
        network.authored(stage.gate, name, later, AUTHORS_WITHIN).await?;
    }
    Ok(())
}

async fn after(stage: &Stage<'_>, film: &Path, sidecars: Sidecars, traffic: &Traffic) -> Told {
    let posts = traffic.posts.load(Ordering::Relaxed);
    let Sidecars {
        card,
        seeding,
        mut buying,
        order,
        promised,
    } = sidecars;
    let is_open = stage.has_open(&order).await?;
    ensure(is_open, || format!("order {order} is not open any more"))?;
    let heard = buying.said_so_far()?;
    ensure(heard.iter().all(|event| event["event"] != "fulfilled"), || {
        format!("{heard:?}")
    })?;

    // The creator is back, and the buyer who has waited all the time gets his key.
    let selling = stage.creator.seed::<&str>(&[]).await?;
    let bought = buying.finish().await?.outcome()?;
    ensure(bought["order"] == order && bought["key_verified"] == true, || {
        bought.to_string()
    })?;
    let output = stage.buyer.folder().join("after.mp4");
    let out = output.display().to_string();
    let fetch = ["fetch", &card, "-o", &out, "--force"];
    stage.buyer.done(&fetch).await?;
    content::ensure_same(film, &output)?;

    // The seeder redeems what was promised before, with the process that took it.
    stage.seeder.done(&["earn", "--redeem"]).await?;
    let nothing_pending = |earned: &Value| earned["pending"] == "0";
    let earned = until(
        stage.node(),
        &stage.seeder,
        &["earn"],
        "all redeemed",
        nothing_pending,
    )
    .await?;
    let received = amount(&earned, "received")?;
    // The creator has a fifth of it, and a hundredth is burnt.
    ensure(received > promised / 2 && received < promised, || {
        format!("{promised} were promised, and: {earned}")
    })?;
    let full = |seats: &Value| has_full_seats(seats, 2);
    until(
        stage.node(),
        &stage.reader,
        &["seats", &card],
        "two full seats",
        full,
    )
    .await?;

    // The new rules are there for programs that were made for them.
    stage.reader.done(&["react", &card, "love"]).await?;
    let status = stage.buyer.done(&["validator", "status"]).await?;
    ensure(status["candidates"].as_array().map(Vec::len) == Some(2), || {
        status.to_string()
    })?;
    // One index, of blocks before and after.
    for who in [&stage.reader, &stage.buyer] {
        let found = who.done(&["search", "film"]).await?;
        ensure(
            found["cards"][0]["title"] == "A film" && found["since"] == 0,
            || found.to_string(),
        )?;
    }
    while traffic.posts.load(Ordering::Relaxed) < posts + POSTS_AFTER {
        stage.node().next_block().await?;
    }
    selling.stop().await?.outcome()?;
    seeding.stop().await?.outcome().map(drop)
}

/// An amount in the smallest unit.
fn amount(said: &Value, field: &str) -> Told<u128> {
    let digits = said[field].as_str().and_then(|digits| digits.parse().ok());
    digits.ok_or_else(|| Failure::new(format!("no {field} in {said}")))
}
