//! An era of rewards, as its seeders live it: their daemons prove and collect by themselves; what is left of the deliveries they
//! collect when asked.

use hashcard_chain::Account;
use hashcard_journey_tests::{ensure, Failure, Told};
use serde_json::Value;

use crate::books::{in_card, CARD};
use crate::cast::Cast;
use crate::pay::{amount, number, SEEDERS};

/// What the fan gives, in CARD.
const ENDOWED: u128 = 20;
/// What it gives for each block of an era in which a seeder proves, in CARD.
const PER_BLOCK: &str = "0.01";
/// Credit for each unit that burns, in parts per hundred.
const CREDIT: u128 = 80;
/// Blocks that a seat must stand before an era ends that it is rewarded for: two epochs of the development chain.
const STANDING: u64 = 40;
/// Blocks of an era of the development chain.
const ERA: u64 = 20;

/// The account that keeps endowed money: of a pallet, so nobody has a key of it.
pub fn endowed_account() -> (&'static str, Account) {
    let mut account = Account::default();
    account[..12].copy_from_slice(b"modlhc/rewrd");
    ("endowed", account)
}

pub async fn endow(cast: &Cast, card: &str) -> Told<((), String)> {
    let given = ENDOWED.to_string();
    let words = ["endow", card, &given, "--per-block", PER_BLOCK];
    let endowed = cast.home("fan")?.done(&words).await?;
    let first = number(&endowed, "first_era")?;
    Ok((
        (),
        format!("{given} CARD, at most {PER_BLOCK} for each block from era {first} on"),
    ))
}

/// Waits for an era at whose end seats that were there at this block count.
pub async fn seats_stand(cast: &Cast, seated: u32) -> Told<((), String)> {
    let (node, north) = (cast.node()?, cast.home(SEEDERS[0])?);
    for _ in 0..STANDING + ERA {
        let earned = north.done(&["earn"]).await?;
        let era = &earned["rewards"];
        if number(era, "ends_at_earliest")? >= u64::from(seated) + STANDING {
            let detail = format!(
                "at the end of era {}, {STANDING} blocks after they joined",
                era["era"]
            );
            return Ok(((), detail));
        }
        node.next_block().await?;
    }
    Err(Failure::new("no era came"))
}

/// What a daemon has told of its collections so far.
fn collected(events: &[Value], what: &str) -> Told<u128> {
    let events = events.iter().filter(|event| event["event"] == "collected");
    events.map(|event| amount(event, what)).sum()
}

/// Waits until both seeders have their part of what the sale burnt for.
pub async fn shared(cast: &mut Cast, burnt: u128) -> Told<(u128, String)> {
    let mut shares = Vec::new();
    for seeder in SEEDERS {
        let daemon = cast.daemon(seeder)?;
        while collected(daemon.said_so_far()?, "from_sales")? == 0 {
            daemon.event("collected").await?;
        }
        shares.push(collected(daemon.events(), "from_sales")?);
    }
    let (all, credit) = (shares.iter().sum::<u128>(), burnt * CREDIT / 100);
    ensure(all == credit, || {
        format!("{all} were shared, and {credit} were there to share")
    })?;
    let parts: Vec<String> = SEEDERS
        .iter()
        .zip(&shares)
        .map(|(seeder, share)| format!("{seeder} {}", in_card(*share)))
        .collect();
    let detail = format!(
        "{}, {CREDIT} % of what the sale burnt: {}",
        in_card(all),
        parts.join(", ")
    );
    Ok((all, detail))
}

/// Has both collect what they delivered, each redemption named with what it burnt.
pub async fn delivered(cast: &mut Cast, redemptions: &[(&str, u128)]) -> Told<(u128, String)> {
    let (mut all, mut parts) = (0, Vec::new());
    for seeder in SEEDERS {
        let credits = redemptions
            .iter()
            .filter(|(one, _)| *one == seeder)
            .map(|(_, burnt)| burnt * CREDIT / 100);
        let credit: u128 = credits.sum();
        let asked = cast.home(seeder)?.command(&["earn", "--claim"]).run().await?;
        let mut got = collected(&asked.events, "from_deliveries")?;
        asked.outcome()?;
        let daemon = cast.daemon(seeder)?;
        got += collected(daemon.said_so_far()?, "from_deliveries")?;
        ensure(got == credit, || {
            format!("{seeder} collected {got} for deliveries, and his credit was {credit}")
        })?;
        all += got;
        parts.push(format!("{seeder} {}", in_card(got)));
    }
    Ok((
        all,
        format!("{CREDIT} % of what redemptions burnt: {}", parts.join(", ")),
    ))
}

/// Stops the seeders, so that nothing moves any more, and looks where the endowment is.
pub async fn streamed(cast: &mut Cast, card: &str) -> Told<((), String)> {
    let (mut came, mut proven) = (0, 0);
    for seeder in SEEDERS {
        came += collected(&cast.end(seeder).await?, "from_endowments")?;
    }
    for seeder in SEEDERS {
        let earned = cast.home(seeder)?.done(&["earn"]).await?;
        let claims = earned["rewards"]["claims"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for claim in &claims {
            proven += amount(claim, "from_endowments")?;
        }
    }
    let endowments = cast.home("fan")?.done(&["endow", card]).await?;
    let left = amount(&endowments["endowments"][0], "left")?;
    ensure(came > 0 && came + proven + left == ENDOWED * CARD, || {
        format!("{came} came to seeders, {proven} are proven, {left} are left: {endowments}")
    })?;
    let detail = format!(
        "{} came, {} are proven and wait, {} are left",
        in_card(came),
        in_card(proven),
        in_card(left)
    );
    Ok(((), detail))
}
