//! A buyer who trusts no node does the whole job: he joins the network himself, and believes what is proven.

use hashcard_journey_tests::{content, ensure, has_full_seats, Failure, Stage, Told};
use serde_json::{json, Value};

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
