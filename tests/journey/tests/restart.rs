//! A node that goes away in the middle of a purchase: one order at most, and an answer that says what to do.

use std::ffi::OsStr;

use hashcard_journey_tests::{content, ensure, Failure, Home, Stage, Told};

async fn publish(stage: &Stage, alice: &Home, number: u64) -> Told<String> {
    let file = content::noise_file(&stage.input(&format!("file-{number}")), 30_000, number)?;
    let words = [
        "publish".as_ref(),
        file.as_os_str(),
        "--title".as_ref(),
        "A file".as_ref(),
        "--price".as_ref(),
        "3".as_ref(),
    ];
    Ok(alice.done::<&OsStr>(&words).await?["card"].to_string())
}

/// How the node goes away, and at which event of the buyer.
#[derive(Clone, Copy, Debug)]
enum Outage {
    /// SIGKILL as soon as the order is being sent: neither the pool nor the last blocks survive.
    KilledWhileSending,
    /// SIGTERM while the key is waited for.
    StoppedWhileWaiting,
}

pub async fn a_node_that_restarts_in_the_middle_of_a_purchase_leads_to_exactly_one_order() -> Told {
    let mut stage = Stage::open().await?;
    let (alice, bob) = tokio::try_join!(stage.person("Alice"), stage.person("Bob"))?;
    // The creator's daemon outlives the restarts, too.
    let creator = alice.seed(&[] as &[&str]).await?;
    let cards = tokio::try_join!(publish(&stage, &alice, 0), publish(&stage, &alice, 1))?;

    let outages = [
        (cards.0, Outage::KilledWhileSending),
        (cards.1, Outage::StoppedWhileWaiting),
    ];
    for (order, (card, outage)) in (1u64..).zip(&outages) {
        let mut run = bob.start(&["buy", card]).await?;
        match outage {
            Outage::KilledWhileSending => {
                run.event("sending").await?;
                stage.node.kill().await?;
            }
            Outage::StoppedWhileWaiting => {
                run.event("order_finalized").await?;
                stage.node.stop().await?;
            }
        }
        stage.node.start_again().await?;
        let ran = run.finish().await?;
        let bought = match ran.exit {
            Some(0) => ran.outcome()?,
            _ => {
                // A clear answer is as good, if saying the same again leads to the key.
                let refusal = ran.refusal()?;
                let clear = ["node_down", "dropped", "fate_unknown"].contains(&refusal.code.as_str());
                ensure(clear, || format!("{outage:?}: {}", refusal.error))?;
                bob.done(&["buy", card]).await?
            }
        };
        // Orders are numbered from 1: a double would have taken a number.
        ensure(bought["order"] == order && bought["edition"] == 1, || {
            format!("{outage:?}: {bought}")
        })?;
    }

    let keys = bob.done(&["keys"]).await?;
    let held = keys["keys"]
        .as_array()
        .map(Vec::len)
        .ok_or_else(|| Failure::new(keys.to_string()))?;
    ensure(held == 2, || format!("two purchases made {held} keys: {keys}"))?;
    for (card, _) in &outages {
        let seen = bob.done(&["card", card]).await?;
        ensure(seen["card"]["keys_made"] == 1, || seen.to_string())?;
    }
    let ended = creator.stop().await?.outcome()?;
    ensure(ended["fulfilled"] == 2, || ended.to_string())
}
