//! A creator who promises one key and delivers another: the chain takes both, and the buyer proves it.

use hashcard_journey_tests::false_creator::FalseCreator;
use hashcard_journey_tests::{ensure, Stage, Told};

/// In the smallest unit.
const PRICE: u128 = 7_000_000_000_000;

pub async fn a_false_key_is_found_reported_and_refunded_and_its_card_frozen() -> Told {
    let stage = Stage::open().await?;
    let url = stage.node.url();
    let (bob, eve, mallory) = tokio::try_join!(
        stage.person("Bob"),
        stage.person("Eve"),
        FalseCreator::publish(&url, "Alice", "A promise", PRICE)
    )?;
    let card = mallory.card().to_string();
    let before = bob.money().await?;

    let buying = async { bob.command(&["buy", &card, "--report"]).run().await };
    let (ran, (order, edition)) = tokio::try_join!(buying, mallory.fulfil())?;
    let reported = ran.event("false_key_reported").cloned().unwrap_or_default();
    ensure(
        reported["edition"] == edition && reported["refunded"] == PRICE.to_string(),
        || format!("order {order}: {:?}", ran.events),
    )?;
    let refusal = ran.refusal()?.is("false_key", 1)?;
    ensure(refusal.error["card"] == mallory.card(), || {
        refusal.error.to_string()
    })?;

    let after = bob.money().await?;
    let (spent, fees) = (before.total() - after.total(), refusal.fees());
    ensure(spent == fees && fees > 0, || {
        format!("{spent} gone, {fees} of it fees")
    })?;
    let seen = eve.done(&["card", &card]).await?;
    ensure(seen["card"]["frozen"] == true, || seen.to_string())?;
    eve.refused(&["buy", &card]).await?.is("frozen", 4)?;
    let keys = bob.done(&["keys"]).await?;
    ensure(keys["orders"].as_array().is_some_and(Vec::is_empty), || {
        keys.to_string()
    })
}
