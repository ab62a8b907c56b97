//! The main job, end to end: publish, discover, buy, fetch, decrypt, seed.

use std::ffi::OsStr;
use std::path::Path;

use hashcard_journey_tests::{content, ensure, has_full_seats, liar, Failure, Home, Lifetime, Stage, Told};
use serde_json::Value;

/// Price of a key, as typed and in the smallest unit.
const PRICE: (&str, u128) = ("10", 10_000_000_000_000);
/// The chain burns a hundredth of a sale (`NETWORK_FEE`); fees of a few transactions are far below this.
const FEES_AT_MOST: u128 = 500_000_000_000;

fn words<'a>(words: &[&'a str], path: &'a Path) -> Vec<&'a OsStr> {
    let mut all: Vec<&'a OsStr> = words.iter().map(|word| OsStr::new(*word)).collect();
    all.push(path.as_os_str());
    all
}

async fn publish(creator: &Home, path: &Path, options: &[&str]) -> Told<(u64, Value)> {
    let mut line: Vec<&OsStr> = vec!["publish".as_ref(), path.as_os_str()];
    line.extend(options.iter().map(OsStr::new));
    let published = creator.done(&line).await?;
    let card = published["card"]
        .as_u64()
        .ok_or_else(|| Failure::new(format!("no card in {published}")))?;
    Ok((card, published))
}

pub async fn a_film_reaches_its_buyer_is_closed_to_everybody_else_and_is_paid_for() -> Told {
    let stage = Stage::open().await?;
    // Alice makes the blocks and is paid the fees, so somebody else is the creator whose money is counted.
    let (charlie, bob, eve) =
        tokio::try_join!(stage.person("Charlie"), stage.person("Bob"), stage.person("Eve"))?;
    let film = content::noise_file(&stage.input("film.mp4"), 6_000_000, 1)?;

    let mut creator = charlie.seed(&[] as &[&str]).await?;
    let options = ["--title", "A film", "--price", PRICE.0, "--tag", "short"];
    let (card, published) = publish(&charlie, &film, &options).await?;
    let before = charlie.money().await?;
    ensure(
        published["kind"] == "film" && published["access"] == "keyed",
        || published.to_string(),
    )?;
    ensure(
        published["content_len"] == 6_000_000 && published["chunks"] == 23,
        || published.to_string(),
    )?;
    let id = card.to_string();

    let feed = bob
        .done(&["discover", "--kind", "film", "--tag", "short"])
        .await?;
    let seen = &feed["cards"][0];
    ensure(
        seen["id"] == card && seen["root"] == published["root"] && seen["title"] == "A film",
        || feed.to_string(),
    )?;
    let none = bob.done(&["discover", "--kind", "book"]).await?;
    ensure(none["cards"] == Value::Array(Vec::new()), || none.to_string())?;

    let buying = async {
        let mut run = bob.start(&["buy", &id, "--max-price", PRICE.0]).await?;
        let ordered = run.event("ordered").await?;
        let bought = run.finish().await?.outcome()?;
        ensure(
            bought["order"] == ordered["order"] && bought["key_verified"] == true,
            || bought.to_string(),
        )?;
        let keys = bob.done(&["keys"]).await?;
        ensure(
            keys["keys"][0]["card"] == card && keys["orders"][0]["state"] == "delivered",
            || keys.to_string(),
        )
    };
    let keyless = async {
        stage
            .until(&eve, &["seats", &id], "seeded", |seats| has_full_seats(seats, 1))
            .await?;
        let output = eve.folder().join("film.mp4");
        let refusal = eve
            .refused(&words(&["fetch", &id, "-o"], &output))
            .await?
            .is("no_key", 6)?;
        ensure(refusal.remedy.contains("hashcard buy"), || refusal.remedy.clone())?;
        ensure(!output.exists(), || "it was written without a key".to_owned())?;
        let mut seeding = eve.seed(&[] as &[&str]).await?;
        seeding
            .event_where("announced", |said| said["joined"][0] == card)
            .await?;
        Ok(seeding)
    };
    let ((), _seeding) = tokio::try_join!(buying, keyless)?;

    stage
        .until(&bob, &["seats", &id], "seeded by two", |seats| {
            has_full_seats(seats, 2)
        })
        .await?;
    let output = bob.folder().join("film.mp4");
    let fetched = bob.done(&words(&["fetch", &id, "-o"], &output)).await?;
    ensure(fetched["opened"] == "key" && fetched["chunks"] == 23, || {
        fetched.to_string()
    })?;
    let sources = fetched["peers"].as_array().map_or(0, Vec::len);
    ensure(sources == 2, || format!("{sources} sources of two: {fetched}"))?;
    content::ensure_same(&film, &output)?;

    bob.refused(&["report-false-key", &id])
        .await?
        .is("key_is_sound", 1)?;

    creator.event("settled").await?;
    let due = PRICE.1 / 100 * 99;
    let enough = |balance: &Value| {
        let amount = |field: &str| {
            balance[field]
                .as_str()
                .and_then(|digits| digits.parse::<u128>().ok())
                .unwrap_or(0)
        };
        amount("free") + amount("held") > before.total() + due - FEES_AT_MOST
    };
    stage.until(&charlie, &["balance"], "paid", enough).await?;
    let earned = charlie.money().await?.total() - before.total();
    ensure(earned <= due, || {
        format!("{earned} came to the creator, and {due} were due")
    })?;
    let ended = creator.stop().await?.outcome()?;
    ensure(ended["fulfilled"] == 1 && ended["settled"] == 1, || {
        ended.to_string()
    })
}

pub async fn every_kind_of_access_gives_exactly_what_it_promises() -> Told {
    let stage = Stage::open().await?;
    let (alice, bob, eve) =
        tokio::try_join!(stage.person("Alice"), stage.person("Bob"), stage.person("Eve"))?;
    let site = content::website(&stage.input("site"))?;
    let song = content::noise_file(&stage.input("song.flac"), 700_000, 2)?;
    let leaflet = content::noise_file(&stage.input("leaflet.pdf"), 300_000, 3)?;

    let _creator = alice.seed(&[] as &[&str]).await?;
    let ((site_card, published), (song_card, _), (leaflet_card, _), post) = tokio::try_join!(
        publish(&alice, &site, &["--title", "A site", "--free"]),
        publish(
            &alice,
            &song,
            &["--title", "A song", "--price", "1", "--free-part", "200000"]
        ),
        publish(&alice, &leaflet, &["--title", "A leaflet", "--open"]),
        alice.done(&["post", "Hello, world"]),
    )?;
    ensure(published["kind"] == "site" && published["files"] == 6, || {
        published.to_string()
    })?;
    let post = post["card"].to_string();
    let seeded = |card: u64| {
        let (stage, eve) = (&stage, &eve);
        async move {
            stage
                .until(eve, &["seats", &card.to_string()], "seeded", |seats| {
                    has_full_seats(seats, 1)
                })
                .await
        }
    };

    let sealed_site = async {
        let id = site_card.to_string();
        bob.done(&["buy", &id]).await?;
        let output = bob.folder().join("site");
        let fetched = bob.done(&words(&["fetch", &id, "-o"], &output)).await?;
        ensure(fetched["opened"] == "key" && fetched["files"] == 6, || {
            fetched.to_string()
        })?;
        content::ensure_same(&site, &output)
    };
    let without_a_key = async {
        seeded(song_card).await?;
        let output = eve.folder().join("song.flac");
        let fetched = eve
            .done(&words(&["fetch", &song_card.to_string(), "-o"], &output))
            .await?;
        let free = fetched["bytes"].as_u64().unwrap_or(0);
        // Rounded up to whole pieces, of which the last stays sealed.
        ensure(
            fetched["opened"] == "free_part" && (200_000..700_000).contains(&free),
            || fetched.to_string(),
        )?;
        let (whole, part) = (std::fs::read(&song)?, std::fs::read(&output)?);
        ensure(part.len() as u64 == free && whole.starts_with(&part), || {
            "it is not the beginning".to_owned()
        })?;

        seeded(leaflet_card).await?;
        let output = eve.folder().join("leaflet.pdf");
        let fetched = eve
            .done(&words(&["fetch", &leaflet_card.to_string(), "-o"], &output))
            .await?;
        ensure(fetched["opened"] == "open", || fetched.to_string())?;
        content::ensure_same(&leaflet, &output)?;

        let reply = eve.done(&["post", "Hello, Alice", "--reply-to", &post]).await?;
        let thread = eve.done(&["discover", "--replies-to", &post]).await?;
        ensure(thread["cards"][0]["id"] == reply["card"], || thread.to_string())?;
        ensure(thread["cards"][0]["preview"] == "Hello, Alice", || {
            thread.to_string()
        })?;
        let feed = eve.done(&["discover"]).await?;
        let in_feed = |card: &Value| {
            feed["cards"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one["id"] == *card))
        };
        ensure(!in_feed(&reply["card"]), || {
            "a reply is in the common feed".to_owned()
        })?;
        let read = eve.done(&["fetch", &post]).await?;
        ensure(
            read["opened"] == "inline" && read["text"] == "Hello, world",
            || read.to_string(),
        )
    };
    let own = async {
        let output = alice.folder().join("back.flac");
        let fetched = alice
            .done(&words(&["fetch", &song_card.to_string(), "-o"], &output))
            .await?;
        ensure(
            fetched["opened"] == "creator" && fetched["already_held"] == fetched["chunks"],
            || fetched.to_string(),
        )?;
        content::ensure_same(&song, &output)
    };
    tokio::try_join!(sealed_site, without_a_key, own).map(drop)
}

pub async fn a_seeder_that_lies_about_a_chunk_is_found_out_and_the_download_completes() -> Told {
    let stage = Stage::open().await?;
    let (alice, bob, ferdie) =
        tokio::try_join!(stage.person("Alice"), stage.person("Bob"), stage.person("Ferdie"))?;
    let film = content::noise_file(&stage.input("film.mp4"), 20_000_000, 4)?;
    let _creator = alice.seed(&[] as &[&str]).await?;
    let (card, _) = publish(&alice, &film, &["--title", "A film", "--open"]).await?;
    let id = card.to_string();
    stage
        .until(&ferdie, &["seats", &id], "seeded", |seats| {
            has_full_seats(seats, 1)
        })
        .await?;
    ferdie.done(&["fetch", &id, "--no-open"]).await?;
    let mut liar = liar::start(&ferdie, &stage.node.url(), card, ferdie.folder(), Lifetime::Bound).await?;
    let liar_id = liar.events()[0]["peer"].clone();
    stage
        .until(&bob, &["seats", &id], "seeded by two", |seats| {
            has_full_seats(seats, 2)
        })
        .await?;

    let output = bob.folder().join("film.mp4");
    let run = bob.command(&words(&["fetch", &id, "-o"], &output)).run().await?;
    let banned =
        |event: &&Value| event["event"] == "peer" && event["state"] == "banned" && event["peer"] == liar_id;
    ensure(
        run.events
            .iter()
            .find(banned)
            .is_some_and(|event| event["reason"].is_string()),
        || format!("the liar was not banned: {:?}", run.events),
    )?;
    let fetched = run.outcome()?;
    ensure(fetched["opened"] == "open", || fetched.to_string())?;
    content::ensure_same(&film, &output)?;
    liar.event("lied").await?;

    // He is remembered: the next fetch does not ask him at all.
    bob.done(&["store", "remove", &id]).await?;
    let again = bob
        .done(&words(&["fetch", &id, "--force", "-o"], &output))
        .await?;
    let from_liar = |peer: &Value| peer["peer"] == liar_id && peer["chunks"] != 0;
    ensure(
        !again["peers"]
            .as_array()
            .is_some_and(|peers| peers.iter().any(from_liar)),
        || again.to_string(),
    )?;
    content::ensure_same(&film, &output)
}
