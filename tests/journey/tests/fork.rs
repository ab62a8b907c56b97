//! A chain that forks under those who trade on it, and a buyer who spends the same money on both sides.

use hashcard_journey_tests::fork::{primaries_above, Fork};
use hashcard_journey_tests::{content, ensure, until, Failure, Home, Lifetime, Node, Told};
use serde_json::json;

/// Blocks after the order for which the clerk is watched: more than he would need if he did not wait for finality.
const WATCHED_BLOCKS: u32 = 4;
/// Blocks that the other side makes at least beyond this one.
const LONGER_BY: u32 = 4;

/// An account of the development chains, at home in a folder of its own.
async fn person(fork: &Fork, folder: &std::path::Path, name: &str, account: &str) -> Told<Home> {
    Home::endowed(folder, name, account, &fork.here.url(), Lifetime::Bound).await
}

async fn publish(maker: &Home, folder: &std::path::Path, number: u64) -> Told<String> {
    let file = content::noise_file(&folder.join(format!("input-{number}")), 5_000, number)?;
    let words = [
        "publish",
        &file.display().to_string(),
        "--title",
        "A file",
        "--price",
        "3",
    ];
    Ok(maker.done(&words).await?["card"].to_string())
}

async fn transactions_of(node: &Node, address: &str) -> Told<u64> {
    let next = node.ask("system_accountNextIndex", json!([address])).await?;
    next.as_u64()
        .ok_or_else(|| Failure::new(format!("no number of transactions: {next}")))
}

/// Cards of which a home's index says that its account holds a key, and whether a fork may undo that answer.
async fn owned(home: &Home, more: &[&str]) -> Told<(Vec<String>, bool)> {
    let words: Vec<&str> = ["search", "--owned"].iter().chain(more).copied().collect();
    let found = home.done(&words).await?;
    let cards = found["cards"]
        .as_array()
        .ok_or_else(|| Failure::new(found.to_string()))?;
    let mut cards: Vec<String> = cards.iter().map(|card| card["id"].to_string()).collect();
    cards.sort();
    Ok((cards, found["block"].as_u64() > found["finalized"].as_u64()))
}

pub async fn a_delivery_on_a_block_that_is_reorganised_away_moves_no_money_and_no_key() -> Told {
    let folder = tempfile::tempdir()?;
    let stage = folder.path();
    let mut fork = Fork::open(stage).await?;
    let (bold, maker, clerk, buyer) = tokio::try_join!(
        person(&fork, stage, "bold", "Charlie"),
        person(&fork, stage, "maker", "Dave"),
        person(&fork, stage, "clerk", "Ferdie"),
        person(&fork, stage, "buyer", "Eve"),
    )?;
    let again = person(&fork, stage, "again", "Eve").await?;
    let mut elsewhere = person(&fork, stage, "elsewhere", "Eve").await?;
    elsewhere.use_node(&fork.there.url());
    let ready = tokio::try_join!(
        publish(&bold, stage, 0),
        async {
            let card = publish(&maker, stage, 1).await?;
            clerk.done(&["keys", "register"]).await?;
            maker
                .done(&["clerk", "appoint", &card, &clerk.address().await?])
                .await?;
            Ok(card)
        },
        buyer.done(&["keys", "register"]),
    )?;
    let (risky, careful) = (ready.0, ready.1);
    let (makers_address, clerks_address, buyers_address) =
        tokio::try_join!(maker.address(), clerk.address(), buyer.address())?;
    let before = tokio::try_join!(bold.money(), clerk.money(), buyer.money())?;
    let silent = transactions_of(&fork.here, &clerks_address).await?;
    let spent = transactions_of(&fork.here, &buyers_address).await?;

    let common = fork.part().await?;
    // One delivers small sales of his own on best blocks, at his own risk. The other is a clerk, who never does, whatever he says.
    let mut bold_desk = bold.start(&["clerk", "--best-block-below", "100"]).await?;
    let mut clerk_desk = clerk.start(&["clerk", "--best-block-below", "100"]).await?;
    tokio::try_join!(bold_desk.event("clerking"), clerk_desk.event("clerking"))?;
    // Two homes of one account: a home has one command at a time, and neither order becomes final.
    let mut buying = Vec::new();
    for (number, (home, card)) in (1u64..).zip([(&buyer, &risky), (&again, &careful)]) {
        buying.push(home.start(&["buy", card]).await?);
        while transactions_of(&fork.here, &buyers_address).await? < spent + number {
            fork.here.next_block().await?;
        }
    }
    bold_desk.event("fulfilled").await?;
    let ordered = fork.here.next_block().await?;
    // The buyer never meant to wait until his orders are final.
    drop(buying);
    fork.here.reach(ordered + WATCHED_BLOCKS).await?;
    ensure(
        transactions_of(&fork.here, &clerks_address).await? == silent,
        || "a clerk revealed a capsule for an order that was not final".to_owned(),
    )?;
    // The buyer's index shows the delivery to who asks for what is not final, and says that it is not; to nobody else.
    for (more, expected) in [
        (&["--unfinalized"][..], (vec![risky.clone()], true)),
        (&[][..], (vec![], false)),
        (&["--unfinalized"][..], (vec![risky.clone()], true)),
    ] {
        let found = owned(&buyer, more).await?;
        ensure(found == expected, || format!("{more:?}: {found:?}"))?;
    }
    let (height, weight) = (
        fork.here.best().await?,
        primaries_above(&fork.here, common).await?,
    );
    fork.here.kill().await?;

    // On the other side the same account spends the same two numbers on something else.
    for number in 1..=2 {
        let sending = elsewhere.start(&["wallet", "send", &makers_address, "1"]).await?;
        while transactions_of(&fork.there, &buyers_address).await? < spent + number {
            fork.there.next_block().await?;
        }
        drop(sending);
    }
    fork.there.reach(height + LONGER_BY).await?;
    while primaries_above(&fork.there, common).await? <= weight {
        fork.there.next_block().await?;
    }
    let height = fork.there.best().await?;
    fork.here.start_again().await?;
    fork.join().await?;
    fork.agree(height).await?;

    // What was delivered is not there, and nobody paid for it or was paid.
    for card in [&risky, &careful] {
        let seen = buyer.done(&["card", card]).await?;
        ensure(seen["card"]["keys_made"] == 0, || seen.to_string())?;
    }
    let keys = buyer.done(&["keys"]).await?;
    let none = |field: &str| keys[field].as_array().is_some_and(Vec::is_empty);
    ensure(none("keys") && none("orders"), || keys.to_string())?;
    for more in [&["--unfinalized"][..], &[][..]] {
        let (cards, _) = owned(&buyer, more).await?;
        ensure(cards.is_empty(), || {
            format!("{more:?}: the index still has {cards:?}")
        })?;
    }
    let after = tokio::try_join!(bold.money(), clerk.money(), buyer.money())?;
    ensure((after.0, after.1) == (before.0, before.1), || {
        format!("the sellers had {before:?} and have {after:?}")
    })?;
    ensure(after.2.held == before.2.held, || {
        format!("the buyer had {:?} and has {:?}", before.2, after.2)
    })?;

    // And both go on: the same orders, made on the chain that stayed, bring the keys.
    for card in [&risky, &careful] {
        let bought = buyer.done(&["buy", card]).await?;
        ensure(bought["key_verified"] == true, || bought.to_string())?;
    }
    let held = |keys: &serde_json::Value| keys["keys"].as_array().is_some_and(|keys| keys.len() == 2);
    until(&fork.here, &buyer, &["keys"], "two keys", held).await?;
    let mut both = vec![risky, careful];
    both.sort();
    let found = owned(&buyer, &[]).await?;
    ensure(found == (both, false), || format!("the index has {found:?}"))?;
    let ended = clerk_desk.stop().await?.outcome()?;
    ensure(ended["fulfilled"] == 1, || ended.to_string())?;
    bold_desk.stop().await?.outcome().map(drop)
}
