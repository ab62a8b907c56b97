//! Whatever is wrong is refused with its code, says what it is about and what to do, and nothing is lost.
//!
//! That the message and the remedy are not empty, and that the process ends with the code that it prints, is checked
//! by the harness for every refusal of every journey.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use hashcard_chain::Chain;
use hashcard_journey_tests::{content, ensure, has_full_seats, Failure, Home, Run, Signal, Stage, Told};

/// Runs what follows with files that cannot grow beyond 16 MiB. The signal that comes with it means death otherwise.
const FULL_DISK: [&str; 3] = [
    "/bin/bash",
    "-c",
    r#"trap "" XFSZ; ulimit -f 16384; exec "$0" "$@""#,
];
/// More than the fees of a few transactions, far less than any price here.
const FEES_AT_MOST: u128 = 100_000_000_000;

async fn publish(creator: &Home, file: &Path, options: &[&str]) -> Told<String> {
    let mut line: Vec<&OsStr> = vec![
        "publish".as_ref(),
        file.as_os_str(),
        "--title".as_ref(),
        "A file".as_ref(),
    ];
    line.extend(options.iter().map(OsStr::new));
    Ok(creator.done(&line).await?["card"].to_string())
}

async fn start_fetch(home: &Home, card: &str, output: &Path) -> Told<Run> {
    home.start::<&OsStr>(&["fetch".as_ref(), card.as_ref(), "-o".as_ref(), output.as_os_str()])
        .await
}

pub async fn wrong_words_files_numbers_and_nodes_are_refused_and_nothing_changes() -> Told {
    let stage = Stage::open().await?;
    // Alice makes the blocks, each of which mints for her.
    let bob = stage.person("Bob").await?;
    let before = bob.money().await?;

    for words in [
        ["card", "999"],
        ["seats", "999"],
        ["buy", "999"],
        ["fetch", "999"],
    ] {
        bob.refused(&words).await?.is("not_found", 7)?.names("999")?;
    }
    for words in [["expire", "999"], ["settle", "999"]] {
        bob.refused(&words).await?.is("not_found", 7)?.names("999")?;
    }
    bob.refused(&["frobnicate"]).await?.is("usage", 2)?;
    bob.refused(&["publish", "/dev/null"]).await?.is("usage", 2)?;

    // The wallet.
    let wrong = bob.folder().join("wrong-passphrase");
    std::fs::write(&wrong, "not it")?;
    bob.command(&["keys"])
        .passphrase_file(&wrong)
        .refused()
        .await?
        .is("wrong_passphrase", 10)?;
    let missing = bob.folder().join("no-such-file");
    bob.command(&["keys"])
        .passphrase_file(&missing)
        .refused()
        .await?
        .names("no-such-file")?;
    bob.refused(&["wallet", "new"]).await?.is("wallet_exists", 10)?;
    let nobody = stage.newcomer("nobody", "")?;
    nobody.refused(&["keys"]).await?.is("no_wallet", 10)?;
    let refusal = nobody
        .command(&["wallet", "import"])
        .stdin("bottom drive obey")
        .refused()
        .await?
        .is("wallet", 10)?;
    ensure(!refusal.message.contains("obey"), || {
        "an error repeats secret words".to_owned()
    })?;
    nobody.refused(&["keys"]).await?.is("no_wallet", 10)?;

    // What is published.
    let missing = stage.input("missing").display().to_string();
    bob.refused(&["publish", &missing, "--title", "T", "--free"])
        .await?
        .names("missing")?;
    let file = content::noise_file(&stage.input("file"), 1000, 1)?
        .display()
        .to_string();
    let long = "x".repeat(129);
    for options in [["--title", long.as_str()], ["--title", "a\nb"]] {
        let words = ["publish", &file, options[0], options[1], "--free"];
        bob.refused(&words).await?.is("bad_input", 2)?.names("title")?;
    }
    let escape = stage.input("folder");
    std::fs::create_dir_all(&escape)?;
    std::os::unix::fs::symlink("/etc/passwd", escape.join("link"))?;
    let escape = escape.display().to_string();
    bob.refused(&["publish", &escape, "--title", "T", "--free"])
        .await?
        .is("bad_input", 2)?
        .names("link")?;

    // Money.
    let poor = stage.newcomer("poor", "")?;
    poor.done(&["wallet", "new"]).await?;
    poor.refused(&["publish", &file, "--title", "T", "--free"])
        .await?
        .is("insufficient_funds", 5)?;
    let address = bob.address().await?;
    bob.refused(&["wallet", "send", &address, "999999999"])
        .await?
        .is("insufficient_funds", 5)?;
    bob.refused(&["wallet", "send", "hcNobody", "1"])
        .await?
        .names("hcNobody")?;

    // Nodes: none there, and something there that is none.
    let nowhere = "ws://127.0.0.1:1";
    for words in [
        &["card", "0"][..],
        &["keys"],
        &["publish", &file, "--title", "T", "--free"],
    ] {
        bob.command(words)
            .node(nowhere)
            .refused()
            .await?
            .is("node_down", 3)?
            .names(nowhere)?;
    }
    bob.command(&["card", "0"])
        .node("http://127.0.0.1:1")
        .refused()
        .await?
        .names("http://127.0.0.1:1")?;

    let store = bob.done(&["store", "list"]).await?;
    ensure(store["blobs"].as_array().is_some_and(Vec::is_empty), || {
        format!("refused, and kept: {store}")
    })?;
    let after = bob.money().await?;
    ensure(after == before, || {
        format!("{before:?} became {after:?} by refusals")
    })
}

pub async fn a_sale_that_is_not_what_the_buyer_saw_or_can_pay_is_refused_before_money_moves() -> Told {
    let stage = Stage::open().await?;
    let (alice, bob, eve) =
        tokio::try_join!(stage.person("Alice"), stage.person("Bob"), stage.person("Eve"))?;
    let poor = stage.newcomer("poor", "")?;
    poor.done(&["wallet", "new"]).await?;
    let poor_address = poor.address().await?;
    let file = |number: u64| content::noise_file(&stage.input(&format!("file-{number}")), 20_000, number);
    let (one, two, three, four) = (file(1)?, file(2)?, file(3)?, file(4)?);

    let _creator = alice.seed(&[] as &[&str]).await?;
    let (last_one, dear, unlisted, withdrawn, _) = tokio::try_join!(
        publish(&alice, &one, &["--price", "1", "--editions", "1"]),
        publish(&alice, &two, &["--price", "50"]),
        publish(&alice, &three, &["--price", "1"]),
        publish(&alice, &four, &["--price", "1"]),
        eve.done(&["wallet", "send", &poor_address, "5"]),
    )?;
    let before = eve.money().await?;

    eve.refused(&["buy", &dear, "--max-price", "49.999"])
        .await?
        .is("price_changed", 4)?;
    alice.refused(&["buy", &dear]).await?.is("bad_input", 2)?;
    let had = poor.money().await?;
    poor.refused(&["buy", &dear]).await?.is("insufficient_funds", 5)?;
    let has = poor.money().await?;
    ensure(has == had, || format!("{had:?} became {has:?}"))?;

    let ending = async {
        tokio::try_join!(
            alice.done(&["revise", &unlisted, "--unlist"]),
            alice.done(&["retire", &withdrawn])
        )?;
        eve.refused(&["buy", &unlisted]).await?.is("not_for_sale", 4)?;
        // Nobody holds a key of it, so the chain has forgotten it.
        eve.refused(&["buy", &withdrawn]).await?.is("not_found", 7)
    };
    tokio::try_join!(bob.done(&["buy", &last_one]), ending)?;
    eve.refused(&["buy", &last_one]).await?.is("sold_out", 4)?;
    alice.done(&["retire", &last_one]).await?;
    eve.refused(&["buy", &last_one]).await?.is("retired", 4)?;

    // The price that a buyer sees is that of a final block; a revision may be in a later one already.
    let revising = alice.start(&["revise", &dear, "--price", "60"]).await?;
    let chain = Chain::connect(&stage.node.url())
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let number: u64 = dear.parse().map_err(|_| Failure::new("no number"))?;
    loop {
        let card = chain
            .card_at_best(number)
            .await
            .map_err(|error| Failure::new(error.to_string()))?;
        if card.is_some_and(|card| card.terms.version == 1) {
            break;
        }
        stage.node.next_block().await?;
    }
    let refusal = eve.refused(&["buy", &dear]).await?.is("price_changed", 4)?;
    revising.finish().await?.outcome()?;
    let after = eve.money().await?;
    let spent = before.total() - after.total();
    // A refused transaction costs its fee, and nothing is held.
    ensure(spent < FEES_AT_MOST && after.held == before.held, || {
        format!("{before:?} became {after:?}: {}", refusal.error)
    })
}

pub async fn ports_outputs_and_disks_that_are_not_as_they_should_be_lose_nothing() -> Told {
    let mut stage = Stage::open().await?;
    let (alice, bob, eve) =
        tokio::try_join!(stage.person("Alice"), stage.person("Bob"), stage.person("Eve"))?;
    let big = content::noise_file(&stage.input("big.bin"), 64 * 1024 * 1024, 1)?;
    let small = content::noise_file(&stage.input("small.bin"), 600_000, 2)?;

    // A card without seats: its creator published and left.
    let orphan = publish(&eve, &small, &["--open"]).await?;
    let orphaned = async {
        let output = bob.folder().join("orphan");
        let refusal = start_fetch(&bob, &orphan, &output)
            .await?
            .finish()
            .await?
            .refusal()?
            .is("no_seeders", 8)?;
        ensure(refusal.error["done"] == 0 && refusal.error["total"] == 3, || {
            refusal.error.to_string()
        })?;
        ensure(!output.exists(), || {
            "there is an output without a content".to_owned()
        })
    };
    let mut creator = alice.seed(&[] as &[&str]).await?;
    let publishing = async {
        tokio::try_join!(
            publish(&alice, &big, &["--price", "1"]),
            publish(&alice, &small, &["--open"])
        )
    };
    let ((), (sealed, open)) = tokio::try_join!(orphaned, publishing)?;

    // A port that somebody has.
    let address = creator.events()[0]["addresses"][0]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let port = address.rsplit('/').next().unwrap_or_default();
    let taken = format!("127.0.0.1:{port}");
    eve.refused(&["seed", "--listen", &taken])
        .await?
        .is("port_taken", 1)?
        .names(port)?;

    // An output that is there.
    creator
        .event_where("announced", |said| !said["joined"].is_null())
        .await?;
    for card in [&sealed, &open] {
        stage
            .until(&bob, &["seats", card], "seeded", |seats| has_full_seats(seats, 1))
            .await?;
    }
    let precious = bob.folder().join("precious");
    std::fs::write(&precious, "precious")?;
    start_fetch(&bob, &open, &precious)
        .await?
        .finish()
        .await?
        .refusal()?
        .is("output_exists", 2)?
        .names("precious")?;
    ensure(std::fs::read(&precious)? == b"precious", || {
        "an output that was there was touched".to_owned()
    })?;

    // A foreign file under the store, and a blob that somebody truncated.
    let output = bob.folder().join("small");
    let fetched = start_fetch(&bob, &open, &output)
        .await?
        .finish()
        .await?
        .outcome()?;
    let store = bob.path().join("store");
    let foreign = store.join("letter.txt");
    std::fs::write(&foreign, "dear")?;
    let blob = data_file(&store, fetched["root"].as_str().unwrap_or("no root"))?;
    std::fs::OpenOptions::new()
        .write(true)
        .open(&blob)?
        .set_len(1000)?;
    let verified = bob.done(&["store", "verify"]).await?;
    let rotten = |blob: &serde_json::Value| blob["rotten"].as_u64().unwrap_or(0);
    let rotten: u64 = verified["blobs"]
        .as_array()
        .into_iter()
        .flatten()
        .map(rotten)
        .sum();
    ensure(rotten > 0, || verified.to_string())?;
    let again = bob.folder().join("again");
    let fetched = start_fetch(&bob, &open, &again)
        .await?
        .finish()
        .await?
        .outcome()?;
    ensure(
        fetched["already_held"].as_u64() < fetched["chunks"].as_u64(),
        || fetched.to_string(),
    )?;
    content::ensure_same(&small, &again)?;
    ensure(std::fs::read(&foreign)? == b"dear", || {
        "a foreign file was touched".to_owned()
    })?;

    // A disk that is full, for a fetch and for a publication: each says so, and the next one has all it needs.
    let output = bob.folder().join("big");
    let words = [
        "fetch".as_ref(),
        sealed.as_ref(),
        "-o".as_ref(),
        output.as_os_str(),
    ];
    bob.command::<&OsStr>(&words)
        .through(&FULL_DISK)
        .refused()
        .await?
        .is("disk", 9)?
        .names("store")?;
    let before = eve.money().await?;
    let words = [
        "publish".as_ref(),
        big.as_os_str(),
        "--title".as_ref(),
        "B".as_ref(),
        "--open".as_ref(),
    ];
    eve.command::<&OsStr>(&words)
        .through(&FULL_DISK)
        .refused()
        .await?
        .is("disk", 9)?
        .names("store")?;
    let after = eve.money().await?;
    let store = eve.done(&["store", "list"]).await?;
    ensure(
        after == before && store["blobs"].as_array().map(Vec::len) == Some(1),
        || format!("{before:?} became {after:?}, and the store has {store}"),
    )?;

    // A node that goes away in the middle: the blob is fetched, whether it may be opened nobody can say. The only
    // seeder is silent until the node is gone, so that the fetch cannot be over before.
    creator.process().signal(Signal::STOP)?;
    let mut run = start_fetch(&bob, &sealed, &output).await?;
    run.event("sources").await?;
    stage.node.kill().await?;
    creator.process().signal(Signal::CONT)?;
    run.finish().await?.refusal()?.is("node_down", 3)?;
    stage.node.start_again().await?;
    let ran = start_fetch(&bob, &sealed, &output).await?.finish().await?;
    let held = ran
        .event("blob")
        .map(|blob| (blob["already_held"].clone(), blob["chunks"].clone()));
    ran.refusal()?.is("no_key", 6)?;
    let (held, chunks) = held.ok_or_else(|| Failure::new("it did not say what it held"))?;
    ensure(held == chunks, || {
        format!("{held} of {chunks} chunks survived the outage")
    })?;
    ensure(!output.exists(), || "it was written without a key".to_owned())
}

/// The largest file under the store that is named after the root.
fn data_file(store: &Path, root: &str) -> Told<PathBuf> {
    let of_blob = |path: &PathBuf| {
        path.strip_prefix(store)
            .is_ok_and(|name| name.to_string_lossy().contains(root))
    };
    let len = |path: &PathBuf| std::fs::metadata(path).map(|found| found.len()).unwrap_or(0);
    let files = content::files_of(store)?.into_values().filter(of_blob);
    files
        .max_by_key(len)
        .ok_or_else(|| Failure::new(format!("{} has no files of {root}", store.display())))
}
