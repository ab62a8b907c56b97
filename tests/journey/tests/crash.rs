//! Processes that die in the middle of a fetch cost nobody what he has.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use hashcard_journey_tests::{content, ensure, has_full_seats, Failure, Home, Run, Stage, Told};
use serde_json::Value;

/// Long enough that a process can be killed in the middle: most of a second at least on loopback.
const LEN: usize = 128 * 1024 * 1024;

/// An open card with two seeders; the first is its creator.
struct Swarm {
    stage: Stage,
    card: String,
    file: PathBuf,
    creator: Run,
    _other: Run,
}

async fn swarm() -> Told<Swarm> {
    let stage = Stage::open().await?;
    let (alice, charlie) = tokio::try_join!(stage.person("Alice"), stage.person("Charlie"))?;
    let file = content::noise_file(&stage.input("data.bin"), LEN, 1)?;
    let creator = alice.seed(&[] as &[&str]).await?;
    let words = [
        "publish".as_ref(),
        file.as_os_str(),
        "--title".as_ref(),
        "Data".as_ref(),
        "--open".as_ref(),
    ];
    let card = alice.done::<&OsStr>(&words).await?["card"].to_string();
    stage
        .until(&charlie, &["seats", &card], "seeded", |seats| {
            has_full_seats(seats, 1)
        })
        .await?;
    let other = charlie.seed(&[&card]).await?;
    stage
        .until(&charlie, &["seats", &card], "seeded by two", |seats| {
            has_full_seats(seats, 2)
        })
        .await?;
    Ok(Swarm {
        stage,
        card,
        file,
        creator,
        _other: other,
    })
}

async fn fetch(home: &Home, card: &str, output: &Path) -> Told<Run> {
    home.start::<&OsStr>(&["fetch".as_ref(), card.as_ref(), "-o".as_ref(), output.as_os_str()])
        .await
}

fn share(event: &Value) -> f64 {
    event["done"].as_f64().unwrap_or(0.0) / event["total"].as_f64().unwrap_or(1.0)
}

pub async fn a_fetch_completes_from_the_others_when_a_seeder_is_killed() -> Told {
    let mut swarm = swarm().await?;
    let bob = swarm.stage.person("Bob").await?;
    let killed = swarm.creator.events()[0]["peer"].clone();
    let output = bob.folder().join("data.bin");
    let mut run = fetch(&bob, &swarm.card, &output).await?;
    let chunk = run.event_where("chunk", |said| said["peer"] == killed).await?;
    swarm.creator.kill().await?;
    ensure(share(&chunk) < 0.9, || {
        format!("the fetch was over before the kill: {chunk}")
    })?;

    let fetched = run.finish().await?.outcome()?;
    let chunks = |from_killed: bool| -> u64 {
        let peers = fetched["peers"].as_array().into_iter().flatten();
        peers
            .filter(|peer| (peer["peer"] == killed) == from_killed)
            .filter_map(|peer| peer["chunks"].as_u64())
            .sum()
    };
    ensure(chunks(true) > 0 && chunks(false) > 0, || fetched.to_string())?;
    ensure(fetched["already_held"] == 0, || fetched.to_string())?;
    content::ensure_same(&swarm.file, &output)
}

pub async fn a_fetch_that_was_killed_goes_on_where_it_was() -> Told {
    let swarm = swarm().await?;
    let bob = swarm.stage.person("Bob").await?;
    let output = bob.folder().join("data.bin");
    let mut run = fetch(&bob, &swarm.card, &output).await?;
    let chunk = run.event_where("chunk", |said| share(said) > 0.2).await?;
    run.kill().await?;
    ensure(!output.exists(), || {
        format!("there is an output of a fetch that was killed after {chunk}")
    })?;

    let fetched = fetch(&bob, &swarm.card, &output)
        .await?
        .finish()
        .await?
        .outcome()?;
    let (held, total) = (fetched["already_held"].as_u64(), fetched["chunks"].as_u64());
    let (held, total) = held.zip(total).ok_or_else(|| Failure::new(fetched.to_string()))?;
    ensure(0 < held && held < total, || {
        format!("{held} of {total} chunks were held: {fetched}")
    })?;
    let sent: u64 = fetched["peers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|peer| peer["chunks"].as_u64())
        .sum();
    ensure(sent == total - held, || {
        format!("{sent} chunks were sent for {} missing", total - held)
    })?;
    content::ensure_same(&swarm.file, &output)
}
