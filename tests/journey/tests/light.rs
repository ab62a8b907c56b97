//! A buyer who trusts no node does the whole job: he joins the network himself, and believes what is proven.

use std::ffi::OsString;
use std::path::PathBuf;

use hashcard_journey_tests::between::{Between, Lie, PROOFS};
use hashcard_journey_tests::{content, ensure, has_full_seats, Failure, Home, Lifetime, Node, Stage, Told};
use serde_json::{json, Value};

/// Epochs of a development chain until two were announced after genesis, and a checkpoint is to be had.
const CHECKPOINT_AFTER_EPOCHS: u32 = 3;
/// Slots of an epoch there, with a few that may stay empty.
const EPOCH_BLOCKS: u32 = 21;

pub async fn a_light_client_discovers_buys_and_opens_with_no_node_of_its_own_and_a_network_it_cannot_reach_is_told(
) -> Told {
    let stage = Stage::open().await?;
    let (alice, bob) = tokio::try_join!(stage.person("Alice"), stage.person("Bob"))?;
    let film = content::noise_file(&stage.input("film.mp4"), 600_000, 1)?;
    let path = film.display().to_string();
    let published = alice
        .done(&["publish", &path, "--title", "A film", "--price", "1.5"])
        .await?;
    let card = published["card"].to_string();
    let daemon = alice.seed::<&str>(&[]).await?;
    let full = |seats: &Value| has_full_seats(seats, 1);
    stage.until(&bob, &["seats", &card], "a full seat", full).await?;

    // All that he is given: genesis, and where to find somebody.
    let network = stage.input("chain.json");
    stage.node.specification(&network).await?;
    let feed = bob.command(&["discover"]).light(&network).done().await?;
    ensure(feed["cards"][0]["title"] == "A film", || feed.to_string())?;
    let bought = bob.command(&["buy", &card]).light(&network).done().await?;
    ensure(bought["key_verified"] == true, || bought.to_string())?;
    let got = bob.folder().join("got.mp4");
    let output = got.display().to_string();
    let words = ["fetch", &card, "-o", &output];
    bob.command(&words).light(&network).done().await?;
    ensure(std::fs::read(&got)? == std::fs::read(&film)?, || {
        "the film is not the film".to_owned()
    })?;
    let unknown = bob.command(&["card", "9"]).light(&network);
    unknown.refused().await?.is("not_found", 7)?;

    // The same genesis, and nobody there: it is said, and no node is asked instead.
    let mut alone: Value = serde_json::from_slice(&std::fs::read(&network)?)
        .map_err(|error| Failure::new(format!("the specification is no JSON: {error}")))?;
    alone["bootNodes"] = json!([]);
    let nobody = stage.input("nobody.json");
    std::fs::write(&nobody, alone.to_string())?;
    let unanswered = bob.command(&["discover"]).light(&nobody);
    unanswered.refused().await?.is("node_down", 3)?;
    std::fs::write(&nobody, "{}")?;
    let senseless = bob.command(&["discover"]).light(&nobody);
    senseless.refused().await?.is("usage", 2)?;
    daemon.stop().await?.outcome().map(drop)
}

/// Titles in an answer of discover or search.
fn titles(found: &Value) -> Vec<&str> {
    let cards = found["cards"].as_array().into_iter().flatten();
    cards.filter_map(|card| card["title"].as_str()).collect()
}

async fn post(who: &Home, text: &str) -> Told {
    who.done(&["post", text]).await.map(drop)
}

pub async fn a_light_clients_index_goes_on_where_it_was_and_what_it_cannot_pay_is_refused_as_by_a_node(
) -> Told {
    let stage = Stage::open().await?;
    let (alice, mut bob) = tokio::try_join!(stage.person("Alice"), stage.person("Bob"))?;
    let network = stage.input("chain.json");
    stage.node.specification(&network).await?;
    bob.use_light(&network);

    post(&alice, "Trains run at night").await?;
    let is_found = |title: &'static str| move |found: &Value| titles(found).contains(&title);
    let words = ["search", "run"];
    let found = stage
        .until(&bob, &words, "found", is_found("Trains run at night"))
        .await?;
    ensure(found["since"] == 0, || found.to_string())?;
    // It is the same index: what is new is read from where it stood, and nothing is counted anew.
    post(&alice, "Ships run by day").await?;
    let found = stage
        .until(&bob, &words, "found", is_found("Ships run by day"))
        .await?;
    ensure(found["since"] == 0 && titles(&found).len() == 2, || {
        found.to_string()
    })?;
    let words = ["search", "run", "--unfinalized"];
    let tentative = bob.done(&words).await?;
    ensure(
        tentative["block"].as_u64() >= tentative["finalized"].as_u64(),
        || tentative.to_string(),
    )?;
    // Both ways of asking give one answer, and share one index.
    let by_node = bob
        .command(&["search", "run"])
        .node(&stage.node.url())
        .done()
        .await?;
    ensure(titles(&by_node) == titles(&found), || by_node.to_string())?;
    let rebuilt = bob.done(&["index", "rebuild", "--from", "2"]).await?;
    ensure(rebuilt["since"] == 2 && rebuilt["cards"] == 2, || {
        rebuilt.to_string()
    })?;

    // An account without money, and one that has more than it may send.
    let mut poor = stage.newcomer("poor", "")?;
    poor.use_light(&network);
    poor.done(&["wallet", "new"]).await?;
    let refused = poor.refused(&["post", "I have nothing"]).await?;
    refused.is("insufficient_funds", 5)?;
    let address = alice.address().await?;
    let refused = bob.refused(&["wallet", "send", &address, "99999999"]).await?;
    refused.is("insufficient_funds", 5)?;
    post(&bob, "I have something").await
}

pub async fn a_light_client_begins_at_a_checkpoint_and_a_chain_too_young_for_one_says_so() -> Told {
    let stage = Stage::open().await?;
    let (alice, bob) = tokio::try_join!(stage.person("Alice"), stage.person("Bob"))?;
    let file = stage.input("checkpoint.json");
    std::fs::create_dir_all(stage.input(""))?;
    let path = file.display().to_string();
    let young = alice.refused(&["checkpoint", &path]).await?;
    young.is("failed", 1)?.names("third epoch")?;
    ensure(!file.exists(), || "a file was written".to_owned())?;

    post(&alice, "Hello").await?;
    stage
        .node
        .finalize(CHECKPOINT_AFTER_EPOCHS * EPOCH_BLOCKS)
        .await?;
    let made = alice.done(&["checkpoint", &path]).await?;
    let begins = made["block"].as_u64().unwrap_or_default();
    ensure(begins > 0 && made["bytes"].as_u64() < Some(16_384), || {
        made.to_string()
    })?;
    let feed = bob.command(&["discover"]).light(&file).done().await?;
    ensure(
        titles(&feed) == ["Hello"] && feed["block"].as_u64() >= Some(begins),
        || feed.to_string(),
    )?;
    let sent = bob.command(&["post", "And from a checkpoint"]).light(&file);
    sent.done().await?;

    // It is not replaced unasked, a place that is none is refused, and a light client makes none.
    let again = alice.refused(&["checkpoint", &path]).await?;
    again.is("output_exists", 2)?;
    let nowhere = ["checkpoint", &path, "--force", "--boot-node", "127.0.0.1:30333"];
    alice.refused(&nowhere).await?.is("bad_input", 2)?;
    let words = ["checkpoint", &path, "--force"];
    let light = bob.command(&words).light(&file);
    light.refused().await?.is("failed", 1)?;
    alice.done(&words).await.map(drop)
}

pub async fn a_peer_that_lies_about_the_state_is_never_believed() -> Told {
    let stage = Stage::open().await?;
    let (alice, bob) = tokio::try_join!(stage.person("Alice"), stage.person("Bob"))?;
    let published = alice.done(&["post", "It is worth one coin"]).await?;
    let card = published["card"].to_string();
    let block = published["block"]
        .as_u64()
        .and_then(|block| u32::try_from(block).ok());
    stage.node.finalize(block.unwrap_or_default()).await?;

    // The same peer, honest: it is not in its being there that the lie is found.
    let network = stage.input("honest.json");
    let honest = Between::start(&stage.node, None).await?;
    stage
        .node
        .specification_by_way_of(&network, honest.address())
        .await?;
    for words in [&["discover"][..], &["card", &card]] {
        let seen = bob.command(words).light(&network).done().await?;
        ensure(seen.to_string().contains("worth one coin"), || seen.to_string())?;
    }
    ensure(honest.carried(PROOFS).streams > 0, || {
        "the client found another peer".to_owned()
    })?;

    let liar = Between::start(
        &stage.node,
        Some(Lie {
            protocol: PROOFS,
            said: b"worth one coin".to_vec(),
            instead: b"worth ten mill".to_vec(),
        }),
    )
    .await?;
    stage
        .node
        .specification_by_way_of(&network, liar.address())
        .await?;
    for words in [&["discover"][..], &["card", &card]] {
        let refused = bob.command(words).light(&network).refused().await?;
        let refused = refused.is("node_down", 3)?;
        ensure(!refused.error.to_string().contains("ten mill"), || {
            refused.error.to_string()
        })?;
    }
    ensure(liar.carried(PROOFS).lies > 0, || "it never lied".to_owned())
}

/// A validator of four, whom the other three have left: it makes blocks, and none can become final.
async fn alone(folder: &std::path::Path) -> Told<Node> {
    let words = [
        "--chain",
        "local",
        "--alice",
        "--validator",
        "--force-authoring",
        "--no-mdns",
        "--unsafe-force-node-key-generation",
    ];
    let role = words.into_iter().map(OsString::from).collect();
    Node::start_as(folder, Lifetime::Bound, role).await
}

pub async fn blocks_that_never_become_final_and_a_node_of_another_chain_are_believed_by_no_light_client(
) -> Told {
    let folder = tempfile::tempdir()?;
    let node = alone(&folder.path().join("node")).await?;
    let url = node.url();
    let account = |name: &'static str| Home::endowed(folder.path(), name, name, &url, Lifetime::Bound);
    let (alice, bob) = (account("Alice").await?, account("Bob").await?);
    let address = alice.address().await?;
    let posting = alice.start(&["post", "It is so, because I say so"]).await?;
    while node.ask("system_accountNextIndex", json!([address])).await? == 0 {
        node.next_block().await?;
    }
    let posted = node.next_block().await? + 1;
    node.reach(posted).await?;
    drop(posting);

    // Who asks that node for what may yet be undone sees it, and is told that it may.
    let network = folder.path().join("chain.json");
    node.specification(&network).await?;
    let words = ["search", "because", "--unfinalized"];
    let seen = alice.done(&words).await?;
    ensure(titles(&seen).len() == 1 && seen["finalized"] == 0, || {
        seen.to_string()
    })?;
    let feed = bob.command(&["discover"]).light(&network).done().await?;
    ensure(titles(&feed).is_empty() && feed["block"] == 0, || {
        feed.to_string()
    })?;

    // The network of the development chain, at the address of that node: a stranger, and nobody else.
    let other = Node::start(&folder.path().join("other"), Lifetime::Bound).await?;
    let stranger: PathBuf = folder.path().join("stranger.json");
    other
        .specification_by_way_of(&stranger, &node.address().await?)
        .await?;
    let unanswered = bob.command(&["discover"]).light(&stranger).refused().await?;
    unanswered.is("node_down", 3).map(drop)
}
