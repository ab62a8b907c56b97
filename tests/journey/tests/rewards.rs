//! Who holds what others endowed shares the endowment, by showing bytes that the chain picks, and nobody has to ask for it.

use hashcard_journey_tests::{content, ensure, has_full_seats, Failure, Stage, Told};
use serde_json::Value;

/// What is given, in CARD.
const ENDOWED: &str = "10";
/// The same in the smallest unit.
const ENDOWED_UNITS: u128 = 10_000_000_000_000;
/// Given for each block of an era, in CARD.
const PER_BLOCK: &str = "0.1";
/// Blocks of the development chain that a seat must stand before the end of the era that it is rewarded for, and those of an era.
const STANDING_AND_ERA: usize = 60;

pub async fn a_daemon_that_holds_an_endowed_card_proves_it_and_is_paid_and_one_that_does_not_prove_is_not(
) -> Told {
    let stage = Stage::open().await?;
    let (alice, bob, charlie) = tokio::try_join!(
        stage.person("Alice"),
        stage.person("Bob"),
        stage.person("Charlie")
    )?;
    let film = content::noise_file(&stage.input("film.mp4"), 600_000, 1)?;
    let path = film.display().to_string();
    let published = alice
        .done(&["publish", &path, "--title", "A film", "--open"])
        .await?;
    let card = published["card"].to_string();
    let mut proving = alice.seed::<&str>(&[]).await?;
    charlie.done(&["fetch", &card, "--no-open"]).await?;
    let silent = charlie.seed(&["--no-rewards"]).await?;
    let both = |seats: &Value| has_full_seats(seats, 2);
    stage
        .until(&bob, &["seats", &card], "two full seats", both)
        .await?;
    bob.done(&["endow", &card, ENDOWED, "--per-block", PER_BLOCK])
        .await?;

    // Longer than a daemon may be silent: seats are rewarded once they have stood.
    for _ in 0..STANDING_AND_ERA {
        stage.node.next_block().await?;
    }
    let is_of_card = |event: &Value| {
        event["cards"]
            .as_array()
            .is_some_and(|all| all == &[published["card"].clone()])
    };
    proving.event_where("proven", is_of_card).await?;
    while collected(proving.events())? == 0 {
        proving.event("collected").await?;
    }

    // Nothing moves any more when both have ended.
    proving.stop().await?.outcome().map(drop)?;
    silent.stop().await?.outcome().map(drop)?;
    let earned = alice.done(&["earn"]).await?;
    let came = amount(&earned["rewards"]["collected"], "from_endowments")?;
    let waiting = amount(&earned["rewards"]["pending"], "from_endowments")?;
    let endowments = bob.done(&["endow", &card]).await?;
    let left = amount(&endowments["endowments"][0], "left")?;
    ensure(came > 0 && came + waiting + left == ENDOWED_UNITS, || {
        format!("{came} came, {waiting} are to come, {left} are left: {earned} {endowments}")
    })?;
    let others = charlie.done(&["earn"]).await?;
    let nothing = &others["rewards"];
    ensure(
        amount(&nothing["collected"], "from_endowments")? == 0 && nothing["pending"]["claims"] == 0,
        || format!("nothing was proven, and: {others}"),
    )
}

/// What a daemon has told of collections from endowments so far.
fn collected(events: &[Value]) -> Told<u128> {
    let events = events.iter().filter(|event| event["event"] == "collected");
    events.map(|event| amount(event, "from_endowments")).sum()
}

/// A sum of money in an answer.
fn amount(of: &Value, field: &str) -> Told<u128> {
    let digits = of[field].as_str().and_then(|digits| digits.parse().ok());
    digits.ok_or_else(|| Failure::new(format!("no amount {field:?} in {of}")))
}
