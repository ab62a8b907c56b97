//! One process owns a home; whatever else is asked of that home goes through it.

use std::ffi::OsStr;

use hashcard_journey_tests::{content, ensure, has_full_seats, Stage, Told};

pub async fn publish_buy_and_fetch_go_through_the_daemon_that_owns_the_home() -> Told {
    let stage = Stage::open().await?;
    let (alice, bob) = tokio::try_join!(stage.person("Alice"), stage.person("Bob"))?;
    let (mut creator, mut buyer) = tokio::try_join!(alice.seed(&[] as &[&str]), bob.seed(&[] as &[&str]))?;
    let film = content::noise_file(&stage.input("film.mp4"), 1_500_000, 1)?;

    let path = film.as_os_str();
    let words = [
        "publish".as_ref(),
        path,
        "--title".as_ref(),
        "A film".as_ref(),
        "--price".as_ref(),
        "2".as_ref(),
    ];
    let publishing = alice.command::<&OsStr>(&words).run().await?;
    ensure(publishing.event("stored").is_some(), || {
        "its events do not come through the socket".to_owned()
    })?;
    let card = publishing.outcome()?["card"].clone();
    creator
        .event_where("attached", |said| said["command"] == "publish")
        .await?;
    // The daemon seeds what was published through it, without being told.
    creator
        .event_where("announced", |said| said["joined"][0] == card)
        .await?;
    let id = card.to_string();

    let bought = bob.done(&["buy", &id]).await?;
    ensure(bought["key_verified"] == true, || bought.to_string())?;
    buyer
        .event_where("attached", |said| said["command"] == "buy")
        .await?;
    creator
        .event_where("fulfilled", |said| said["order"] == bought["order"])
        .await?;

    stage
        .until(&bob, &["seats", &id], "seeded", |seats| has_full_seats(seats, 1))
        .await?;
    let output = bob.folder().join("film.mp4");
    let words = ["fetch".as_ref(), id.as_ref(), "-o".as_ref(), output.as_os_str()];
    let fetched = bob.done::<&OsStr>(&words).await?;
    ensure(fetched["opened"] == "key", || fetched.to_string())?;
    content::ensure_same(&film, &output)?;
    buyer
        .event_where("attached", |said| said["command"] == "fetch")
        .await?;
    buyer
        .event_where("announced", |said| said["joined"][0] == card)
        .await?;

    // What the daemon refuses is refused with the code that the command itself would have.
    bob.refused(&["buy", "999999"]).await?.is("not_found", 7)?;
    bob.command(&["keys"])
        .node("ws://127.0.0.1:1")
        .refused()
        .await?
        .is("bad_input", 2)?
        .names("ws://127.0.0.1:1")?;

    // The home is free again when the daemon is gone.
    let ended = buyer.stop().await?.outcome()?;
    ensure(ended["outcome"] == "seeded", || ended.to_string())?;
    let keys = bob.done(&["keys"]).await?;
    ensure(keys["keys"][0]["card"] == card, || keys.to_string())
}
