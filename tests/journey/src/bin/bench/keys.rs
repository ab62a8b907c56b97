//! Latency of keys: from `buy` to a key that opens, beside two transactions that become final one after the other; and the time to
//! open a capsule.

use std::path::PathBuf;
use std::time::Instant;

use hashcard_journey_tests::figures::{extremes, median};
use hashcard_journey_tests::{content, ensure, Failure, Home, Run, Stage, Told};
use hashcard_proofs::{prove_mint, ContentSecret, DeliveryContext, EncryptionSecret};
use rand::rngs::OsRng;

/// Length of a block, in seconds: what a difference is counted in.
const BLOCK_SECONDS: f64 = 3.0;
/// Openings of a capsule that are timed together.
const OPENINGS: u32 = 1_000;

/// Measures and prints.
pub async fn keys(rounds: usize) -> Told {
    let stage = Stage::open().await?;
    let (maker, clerk, buyer, payer) = tokio::try_join!(
        stage.person("Alice"),
        stage.person("Charlie"),
        stage.person("Bob"),
        stage.person("Dave")
    )?;
    clerk.done(&["keys", "register"]).await?;
    buyer.done(&["keys", "register"]).await?;
    let (clerk_address, to) = (clerk.address().await?, buyer.address().await?);
    let mut cards = Vec::new();
    for number in 0..2 * rounds {
        let input = content::noise_file(&stage.input(&format!("{number}")), 4_096, number as u64)?;
        let card = publish(&maker, input, number).await?;
        maker.done(&["clerk", "appoint", &card, &clerk_address]).await?;
        cards.push(card);
    }
    let (by_maker, by_clerk) = cards.split_at(rounds);

    let mut table = vec![("two transactions, one after the other, each final", Vec::new())];
    for (kind, daemon, cards) in [
        (
            "buy to key, the maker's daemon delivers",
            desk(&maker).await?,
            by_maker,
        ),
        ("buy to key, a clerk delivers", None, by_clerk),
    ] {
        let daemon = match daemon {
            Some(daemon) => daemon,
            None => desk(&clerk).await?.ok_or_else(|| Failure::new("no clerk"))?,
        };
        let mut seconds = Vec::new();
        for card in cards {
            seconds.push(timed(async { bought(&buyer, card).await }).await?);
            let both = async {
                payer.done(&["wallet", "send", &to, "1"]).await?;
                payer.done(&["wallet", "send", &to, "1"]).await.map(drop)
            };
            table[0].1.push(timed(both).await?);
        }
        daemon.stop().await?.outcome()?;
        table.push((kind, seconds));
    }
    let peer = median(&table[0].1);
    println!(
        "{:<52} {:>8} {:>8} {:>8}  more blocks than the first",
        "", "least", "median", "most"
    );
    for (name, seconds) in &table {
        let (least, most) = extremes(seconds);
        let middle = median(seconds);
        println!(
            "{name:<52} {least:>8.2} {middle:>8.2} {most:>8.2}  {:+.2}",
            (middle - peer) / BLOCK_SECONDS
        );
    }
    println!(
        "{:<52} {:>8.3} milliseconds, mean of {OPENINGS}",
        "a capsule opened and the content key derived",
        opening()?
    );
    Ok(())
}

/// The daemon that delivers for this account. It needs neither a port nor a seat.
async fn desk(home: &Home) -> Told<Option<Run>> {
    let mut run = home.start(&["clerk"]).await?;
    run.event("clerking").await?;
    Ok(Some(run))
}

async fn publish(maker: &Home, input: PathBuf, number: usize) -> Told<String> {
    let (path, title) = (input.display().to_string(), format!("Content {number}"));
    let published = maker
        .done(&["publish", &path, "--title", &title, "--price", "1"])
        .await?;
    Ok(published["card"].to_string())
}

async fn bought(buyer: &Home, card: &str) -> Told {
    let bought = buyer.done(&["buy", card]).await?;
    ensure(bought["key_verified"] == true, || bought.to_string())
}

async fn timed(work: impl std::future::Future<Output = Told>) -> Told<f64> {
    let began = Instant::now();
    work.await?;
    Ok(began.elapsed().as_secs_f64())
}

/// Milliseconds from a capsule to the key of its content.
fn opening() -> Told<f64> {
    let failed = |error: hashcard_proofs::ProofError| Failure::new(error.to_string());
    let secret = ContentSecret::random(&mut OsRng);
    let holder = EncryptionSecret::derive(&[7; 32], &[1; 32], &[2; 32], 0);
    let commitment = secret.commitment();
    let context = DeliveryContext {
        genesis: &[1; 32],
        card: 1,
        root: &[3; 32],
        blob_len: 1,
        key_commitment: &[4; 32],
        content_commitment: &commitment,
        edition: 0,
        order: 1,
        price: 1,
        sequence: 0,
        from: &[5; 32],
        to: &[2; 32],
        submitter: &[5; 32],
        from_key_index: 0,
        to_key_index: 0,
    };
    let (capsule, _) = prove_mint(&context, &secret, &holder.public(), &mut OsRng).map_err(failed)?;
    let began = Instant::now();
    for _ in 0..OPENINGS {
        let point = holder.open(&capsule).map_err(failed)?;
        std::hint::black_box(point.content_key(&[6; 32]));
    }
    Ok(began.elapsed().as_secs_f64() * 1_000.0 / f64::from(OPENINGS))
}
