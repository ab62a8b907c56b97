//! A bounded script of mixed traffic, by the ordinary program, each person at another node; and the books after it.
//!
//! **Everybody asks a node of his own**, so nothing works unless blocks and transactions really travel. In the end all nodes must hold
//! the same block for final, and after it what was issued must be what accounts have, to the unit, as each node says.

use std::path::Path;

use hashcard_journey_tests::network::books::Books;
use hashcard_journey_tests::{
    content, ensure, has_full_seats, until, Failure, Home, Lifetime, Network, Run, Told,
};
use serde_json::Value;

use crate::said;

/// Bytes of the work that is sold.
const WORK_LEN: usize = 4_000_000;
/// Bytes that the seeder gives for nothing: enough for the directory, and little enough that most is paid.
const FREE_BYTES: &str = "256k";
/// What the seeder asks for 2²⁰ bytes, in CARD.
const PRICE: &str = "0.1";
/// Transfers of each who sends some.
const TRANSFERS: usize = 5;
/// Short texts that are published besides.
const POSTS: usize = 5;

/// Carries it all, and tells what was carried and what the books say.
pub async fn carry(network: &Network, work: &Path) -> Told<String> {
    let people = work.join("people");
    let node = |at: usize| network.member(at % network.members().len());
    let home = |name: &'static str, account: &'static str, at: usize| {
        let (people, url) = (&people, node(at).node.url());
        async move { Home::endowed(people, name, account, &url, Lifetime::Bound).await }
    };
    let (maker, seeder, reader, friend) = tokio::try_join!(
        home("maker", "Eve", 0),
        home("seeder", "Ferdie", 1),
        home("reader", "One", 2),
        home("friend", "Two", 3),
    )?;
    let mut told = Vec::new();

    let file = content::noise_file(&people.join("work"), WORK_LEN, 1)?;
    let daemon = maker.seed(&[] as &[&str]).await?;
    let path = file.display().to_string();
    let words = [
        "publish",
        &path,
        "--title",
        "A work",
        "--price",
        "5",
        "--delivery-share",
        "20",
    ];
    let card = maker.done(&words).await?["card"].to_string();
    let serving = seeder
        .seed(&[&card, "--price", PRICE, "--free-bytes", FREE_BYTES])
        .await?;
    let full = |seats: &Value| has_full_seats(seats, 2);
    until(&node(2).node, &reader, &["seats", &card], "two full seats", full).await?;
    // Who serves for nothing serves no more: what is read from here on is paid.
    daemon.stop().await?.outcome()?;
    let mut desk = maker.start(&["clerk"]).await?;
    desk.event("clerking").await?;
    told.push(format!("card {card} published, and two seats taken"));

    // All at once: a purchase that pays for bytes, another one, posts, and money that is sent.
    let (paid, (), (), ()) = tokio::try_join!(
        buy_and_fetch(&reader, &card),
        buy(&friend, &card),
        posts(&maker),
        transfers(&seeder, &friend),
    )?;
    told.push(format!("two keys bought, {paid} units paid for bytes"));
    told.push(format!("{POSTS} posts, {TRANSFERS} transfers"));
    let redeemed = redeem(network, &seeder).await?;
    told.push(format!("{redeemed} units redeemed"));
    for daemon in [serving, desk] {
        ended(daemon).await?;
    }
    told.push(books(network).await?);
    Ok(told.join("\n"))
}

async fn buy(home: &Home, card: &str) -> Told {
    let bought = home.done(&["buy", card]).await?;
    ensure(bought["key_verified"] == true, || bought.to_string())
}

/// What was promised for the bytes.
async fn buy_and_fetch(reader: &Home, card: &str) -> Told<u128> {
    reader.done(&["pool", "open", "10"]).await?;
    buy(reader, card).await?;
    let output = reader.folder().join("fetched").display().to_string();
    let words = [
        "fetch",
        card,
        "-o",
        &output,
        "--max-price-per-mib",
        "0.2",
        "--budget",
        "5",
    ];
    let fetched = reader.done(&words).await?;
    let paid = amount(&fetched, "paid")?;
    ensure(paid > 0, || format!("nothing was paid for: {fetched}"))?;
    Ok(paid)
}

async fn posts(maker: &Home) -> Told {
    for number in 1..=POSTS {
        maker
            .done(&["post", &format!("Post {number} of {POSTS}")])
            .await?;
    }
    Ok(())
}

async fn transfers(from: &Home, to: &Home) -> Told {
    let address = to.address().await?;
    for _ in 0..TRANSFERS {
        from.done(&["wallet", "send", &address, "1"]).await?;
    }
    Ok(())
}

/// What the seeder has received once nothing is pending.
async fn redeem(network: &Network, seeder: &Home) -> Told<u128> {
    seeder.done(&["earn", "--redeem"]).await?;
    let nothing_pending = |earned: &Value| earned["pending"] == "0";
    let earned = until(
        &network.member(0).node,
        seeder,
        &["earn"],
        "all redeemed",
        nothing_pending,
    )
    .await?;
    let received = amount(&earned, "received")?;
    ensure(received > 0, || format!("nothing was received: {earned}"))?;
    Ok(received)
}

async fn ended(daemon: Run) -> Told {
    daemon.stop().await?.outcome().map(drop)
}

/// Fails unless all nodes hold the same block for final, and the money after it adds up on each.
async fn books(network: &Network) -> Told<String> {
    let height = network.member(0).node.finalized().await?;
    let everybody: Vec<usize> = (0..network.members().len()).collect();
    let hash = network.agree(&everybody, height).await?;
    let mut first = None;
    for member in network.members() {
        let books = Books::read(&member.node, &hash).await?;
        books.add_up().map_err(|failure| failure.during(member.name()))?;
        let expected = *first.get_or_insert(books);
        ensure(books == expected, || {
            format!("{} has {books:?}, and not {expected:?}", member.name())
        })?;
    }
    let books = first.ok_or_else(|| Failure::new("nobody was asked"))?;
    Ok(format!(
        "All {} nodes hold block {height}, {}, for final.\n\
         {} units issued = {} free + {} held, of {} accounts, on every node: the books add up.",
        everybody.len(),
        hash.as_str().unwrap_or_default(),
        books.issued,
        books.free,
        books.held,
        books.accounts
    ))
}

fn amount(told: &Value, field: &str) -> Told<u128> {
    let digits = told[field]
        .as_str()
        .ok_or_else(|| said(format!("no {field} in {told}")))?;
    digits.parse().map_err(said)
}
