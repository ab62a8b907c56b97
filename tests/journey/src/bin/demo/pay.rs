//! Payment for bytes: two seeders ask a price, a reader puts money into one pool, fetches from both, and pays each for what it
//! verified; they redeem, the creator has his share of each byte, and the pool gives back what is left. In the end the money of
//! all of them adds up to the unit.

use std::path::Path;

use hashcard_journey_tests::{content, ensure, has_full_seats, until, Failure, Home, Run, Told};
use serde_json::Value;

use crate::books::{in_card, Books, CARD};
use crate::cast::{Cast, Role};
use crate::show::Show;

/// Roles with the account of the development chain that each acts as.
pub const ROLES: [Role; 4] = [
    ("maker", "Alice"),
    ("north", "Charlie"),
    ("south", "Dave"),
    ("reader", "Bob"),
];

/// Those who serve for money.
const SEEDERS: [&str; 2] = ["north", "south"];
/// What they ask for 2²⁰ bytes, in CARD.
const PRICE: &str = "0.01";
/// Bytes that each gives for nothing: enough for the directory, and little enough that most of a film is paid.
const FREE_BYTES: &str = "1M";
/// The most that the reader pays for 2²⁰ bytes, in CARD.
const MAX_PRICE: &str = "0.02";
/// The most that he pays in all, in CARD.
const BUDGET: u128 = 2;
/// What he puts into the pool, in CARD.
const DEPOSIT: u128 = 5;
/// The creator's part of each payment for bytes, in percent.
const DELIVERY_SHARE: u128 = 20;
/// Parts of a payment that the network burns: one hundredth.
const BURNT: u128 = 100;

/// Tells it all.
pub async fn tell(show: &Show, cast: &mut Cast, input: &Path) -> Told {
    let start = async {
        cast.assemble().await?;
        let node = cast.node()?;
        Ok(((), format!("{}, {} people", node.url(), ROLES.len())))
    };
    show.step("a development chain makes blocks", start).await?;
    let before = Books::read(cast, &ROLES).await?;

    let publishing = async {
        let maker = cast.home("maker")?;
        let daemon = maker.seed(&[] as &[&str]).await?;
        let path = input.display().to_string();
        let share = DELIVERY_SHARE.to_string();
        let words = [
            "publish",
            &path,
            "--title",
            "A work",
            "--open",
            "--delivery-share",
            &share,
        ];
        let published = maker.done(&words).await?;
        let card = number(&published, "card")?;
        let bytes = number(&published, "blob_len")?;
        let detail = format!("card {card}, {bytes} bytes, {share} % of what others earn by serving it");
        Ok(((card.to_string(), daemon), detail))
    };
    let (card, maker) = show.step("publish with a delivery share", publishing).await?;

    for seeder in SEEDERS {
        let daemon = show
            .step(
                &format!("{seeder} fetches it and serves it for money"),
                serve(cast, seeder, &card),
            )
            .await?;
        cast.keep(seeder, daemon);
    }
    let leaving = async {
        let reader = cast.home("reader")?;
        let full = |seats: &Value| has_full_seats(seats, SEEDERS.len() + 1);
        until(cast.node()?, reader, &["seats", &card], "three full seats", full).await?;
        maker.stop().await?.outcome()?;
        Ok(((), "who served it for nothing is gone".to_owned()))
    };
    show.step("the maker goes offline", leaving).await?;

    let opening = async {
        let deposit = DEPOSIT.to_string();
        let opened = cast.home("reader")?.done(&["pool", "open", &deposit]).await?;
        Ok((
            (),
            format!("pool {} holds {deposit} CARD for every seeder", opened["pool"]),
        ))
    };
    show.step("one pool pays every seeder", opening).await?;
    let promised = show
        .step(
            "fetch, and pay each for what it verified",
            fetch(cast, &card, input),
        )
        .await?;

    let mut redeemed = Vec::new();
    for seeder in SEEDERS {
        redeemed.extend(
            show.step(&format!("{seeder} redeems"), redeem(cast, seeder))
                .await?,
        );
    }
    let dividing = async {
        let paid: u128 = redeemed.iter().map(|one| one.paid).sum();
        ensure(paid == promised, || {
            format!("{promised} were promised and {paid} paid")
        })?;
        let burnt: u128 = redeemed.iter().map(|one| one.paid / BURNT).sum();
        let creators: u128 = redeemed.iter().map(|one| one.paid * DELIVERY_SHARE / 100).sum();
        let received: u128 = redeemed.iter().map(|one| one.received).sum();
        ensure(received + creators + burnt == paid, || {
            format!("{paid} were paid, {received} received, {creators} are the creator's, {burnt} burnt")
        })?;
        let detail = format!(
            "{} = seeders {} + creator {} + burnt {}",
            in_card(paid),
            in_card(received),
            in_card(creators),
            in_card(burnt)
        );
        Ok((burnt, detail))
    };
    let burnt = show.step("each payment is divided", dividing).await?;

    show.step("the pool closes and gives back what is left", close(cast))
        .await?;
    let after = Books::read(cast, &ROLES).await?;
    let adding = async { Ok(((), before.add_up(&after, burnt, "burnt by redemptions")?)) };
    show.step("the money adds up to the unit", adding).await
}

async fn serve(cast: &Cast, seeder: &str, card: &str) -> Told<(Run, String)> {
    let words = [card, "--price", PRICE, "--free-bytes", FREE_BYTES];
    let daemon = cast.home(seeder)?.seed(&words).await?;
    Ok((
        daemon,
        format!("{PRICE} CARD for 2^20 bytes, {FREE_BYTES} free for each peer"),
    ))
}

/// What was promised, in the smallest unit.
async fn fetch(cast: &Cast, card: &str, input: &Path) -> Told<(u128, String)> {
    let reader = cast.home("reader")?;
    let output = reader.folder().join("fetched");
    let (out, budget) = (output.display().to_string(), BUDGET.to_string());
    let words = [
        "fetch",
        card,
        "-o",
        &out,
        "--max-price-per-mib",
        MAX_PRICE,
        "--budget",
        &budget,
    ];
    let ran = reader.command(&words).run().await?;
    let cost = ran.event("cost").cloned().unwrap_or_default();
    let fetched = ran.outcome()?;
    let paid = amount(&fetched, "paid")?;
    let most = amount(&cost, "at_most")?;
    ensure(0 < paid && paid <= most && most <= BUDGET * CARD, || {
        format!("{paid} were promised; it said {most} at most")
    })?;
    let peers = fetched["peers"].as_array().cloned().unwrap_or_default();
    let shares: Vec<u128> = peers
        .iter()
        .filter_map(|peer| amount(peer, "paid").ok())
        .collect();
    ensure(
        shares.iter().sum::<u128>() == paid && shares.iter().filter(|one| **one > 0).count() == 2,
        || format!("not both were paid: {fetched}"),
    )?;
    let (before, after) = (content::sha256(input).await?, content::sha256(&output).await?);
    ensure(before.values().eq(after.values()), || {
        format!("{before:?} is not {after:?}")
    })?;
    let detail = format!(
        "{}, at most {} said before; {}; byte for byte the same",
        in_card(paid),
        in_card(most),
        cast.sources(&fetched["peers"])
    );
    Ok((paid, detail))
}

/// A redemption of one voucher.
struct Redeemed {
    paid: u128,
    received: u128,
}

/// Has a seeder redeem all that he holds; every redemption that his daemon ever made, and this one.
async fn redeem(cast: &mut Cast, seeder: &str) -> Told<(Vec<Redeemed>, String)> {
    let ran = cast.home(seeder)?.command(&["earn", "--redeem"]).run().await?;
    let mut events: Vec<Value> = ran.events.clone();
    ran.outcome()?;
    let nothing_pending = |earned: &Value| earned["pending"] == "0";
    let words = ["earn"];
    let earned = until(
        cast.node()?,
        cast.home(seeder)?,
        &words,
        "all redeemed",
        nothing_pending,
    )
    .await?;
    events.extend(cast.daemon(seeder)?.events().iter().cloned());
    let mut redeemed = Vec::new();
    for event in events.iter().filter(|event| event["event"] == "redeemed") {
        ensure(event["vouchers"] == 1 && event["shortfall"] == "0", || {
            event.to_string()
        })?;
        redeemed.push(Redeemed {
            paid: amount(event, "paid")?,
            received: amount(event, "received")?,
        });
    }
    let (bytes, received) = (number(&earned, "bytes")?, amount(&earned, "received")?);
    let told: u128 = redeemed.iter().map(|one| one.received).sum();
    ensure(received == told, || format!("{told} were told, and: {earned}"))?;
    let detail = format!("{bytes} bytes for {}, nothing pending", in_card(received));
    Ok((redeemed, detail))
}

async fn close(cast: &Cast) -> Told<((), String)> {
    let (reader, node) = (cast.home("reader")?, cast.node()?);
    let closes = reader.done(&["pool", "close"]).await?;
    let last =
        u32::try_from(number(&closes, "closes_at")?).map_err(|error| Failure::new(error.to_string()))?;
    node.finalize(last + 1).await?;
    let withdrawn = reader.done(&["pool", "withdraw"]).await?;
    ensure(withdrawn["removed"] == true, || withdrawn.to_string())?;
    let money = amount(&withdrawn, "amount")?;
    Ok((
        (),
        format!("{} came back, and the deposits of all rows", in_card(money)),
    ))
}

fn number(said: &Value, field: &str) -> Told<u64> {
    said[field]
        .as_u64()
        .ok_or_else(|| Failure::new(format!("no {field} in {said}")))
}

/// An amount in the smallest unit.
fn amount(said: &Value, field: &str) -> Told<u128> {
    said[field]
        .as_str()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Failure::new(format!("no {field} in {said}")))
}
