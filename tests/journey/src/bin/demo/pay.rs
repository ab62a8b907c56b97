//! Payment for bytes, and rewards: two seeders ask a price; a reader puts money into one pool, fetches from both, and pays each for
//! what it verified; they redeem, the creator has his share of each byte, and the pool gives back what is left. Meanwhile an era
//! passes: the seeders show that they hold the bytes, and share what the sale's and the deliveries' burnt fees left for them,
//! and what somebody endowed the card with. In the end the money of all of them adds up to the unit.

use std::path::Path;

use hashcard_journey_tests::{content, ensure, has_full_seats, until, Failure, Home, Run, Told};
use serde_json::Value;

use crate::books::{in_card, Books, Flows, CARD};
use crate::cast::{Cast, Role};
use crate::rewards;
use crate::show::Show;

/// Roles with the account of the development chain that each acts as.
pub const ROLES: [Role; 5] = [
    ("maker", "Alice"),
    ("north", "Charlie"),
    ("south", "Dave"),
    ("reader", "Bob"),
    ("fan", "Eve"),
];

/// Those who serve for money.
pub const SEEDERS: [&str; 2] = ["north", "south"];
/// What a key costs, in CARD.
pub const KEY_PRICE: u128 = 10;
/// Parts of a payment that the network burns: one hundredth.
pub const BURNT: u128 = 100;
/// What the seeders ask for 2²⁰ bytes, in CARD.
const PRICE: &str = "0.1";
/// Bytes that each gives for nothing: enough for the directory, and little enough that most of a film is paid.
const FREE_BYTES: &str = "1M";
/// The most that the reader pays for 2²⁰ bytes, in CARD.
pub const MAX_PRICE: &str = "0.2";
/// The most that he pays in all, in CARD.
pub const BUDGET: u128 = 5;
/// What he puts into the pool, in CARD.
const DEPOSIT: u128 = 10;
/// What the reader redeems himself towards each seeder, so that the card has a row in the lane; too little to be divided.
pub const ROW: u128 = 1;
/// The creator's part of each payment for bytes, in percent.
pub const DELIVERY_SHARE: u128 = 20;

/// Tells it all.
pub async fn tell(show: &Show, cast: &mut Cast, input: &Path) -> Told {
    let start = async {
        cast.assemble().await?;
        let node = cast.node()?;
        Ok(((), format!("{}, {} people", node.url(), ROLES.len())))
    };
    show.step("a development chain makes blocks", start).await?;
    let kept = [rewards::endowed_account()];
    let before = Books::read(cast, &ROLES, &kept).await?;

    let publishing = publish(cast.home("maker")?, input);
    let (card, maker) = show.step("publish with a delivery share", publishing).await?;
    for seeder in SEEDERS {
        let name = format!("{seeder} fetches it and serves it for money");
        let daemon = show.step(&name, serve(cast, seeder, &card, &[])).await?;
        cast.keep(seeder, daemon);
    }
    let desk = show
        .step(
            "the maker stops serving it, and delivers keys",
            leave(cast, &card, maker, SEEDERS.len()),
        )
        .await?;
    cast.keep("maker", desk);
    let seated = cast.node()?.best().await?;
    show.step("a fan endows the card", rewards::endow(cast, &card))
        .await?;
    show.step("one pool pays every seeder", open_pool(cast)).await?;
    show.step(
        "the seats are old enough for a reward",
        rewards::seats_stand(cast, seated),
    )
    .await?;

    show.step("the reader buys a key", buy(cast, &card)).await?;
    let promised = show
        .step(
            "fetch, and pay each for what it verified",
            fetch(cast, &card, input),
        )
        .await?;
    let mut redeemed = Vec::new();
    for seeder in SEEDERS {
        let name = format!("{seeder} redeems");
        redeemed.extend(show.step(&name, redeem(cast, seeder)).await?);
    }
    let dividing = async { divided(&redeemed, promised, SEEDERS.len()) };
    let by_redemptions = show.step("each payment is divided", dividing).await?;
    show.step("the pool closes and gives back what is left", close(cast))
        .await?;
    let by_sale = show.step("the sale is settled", settled(cast)).await?;

    let mut minted = Vec::new();
    let deliveries: Vec<(&str, u128)> = redeemed.iter().map(|one| (one.seeder, one.burnt())).collect();
    let held = rewards::shared(cast, by_sale);
    minted.push((
        "for holding what was sold",
        show.step("an era's proofs are rewarded", held).await?,
    ));
    let delivered = rewards::delivered(cast, &deliveries);
    minted.push((
        "for delivering",
        show.step("deliveries are rewarded", delivered).await?,
    ));
    show.step(
        "the endowment was streamed to those who proved",
        rewards::streamed(cast, &card),
    )
    .await?;

    let after = Books::read(cast, &ROLES, &kept).await?;
    let flows = Flows {
        burnt: vec![("by redemptions", by_redemptions), ("by the sale", by_sale)],
        minted,
    };
    let adding = async { Ok(((), before.add_up(&after, &flows)?)) };
    show.step("the money adds up to the unit", adding).await
}

pub async fn publish(maker: &Home, input: &Path) -> Told<((String, Run), String)> {
    let daemon = maker.seed(&[] as &[&str]).await?;
    let path = input.display().to_string();
    let (price, share) = (KEY_PRICE.to_string(), DELIVERY_SHARE.to_string());
    let words = [
        "publish",
        &path,
        "--title",
        "A work",
        "--price",
        &price,
        "--delivery-share",
        &share,
    ];
    let published = maker.done(&words).await?;
    let card = number(&published, "card")?;
    let bytes = number(&published, "blob_len")?;
    let detail = format!(
        "card {card}, {bytes} bytes, {price} CARD a key, {share} % of what others earn by serving it"
    );
    Ok(((card.to_string(), daemon), detail))
}

pub async fn serve(cast: &Cast, seeder: &str, card: &str, more: &[&str]) -> Told<(Run, String)> {
    let mut words = vec![card, "--price", PRICE, "--free-bytes", FREE_BYTES];
    words.extend(more);
    let daemon = cast.home(seeder)?.seed(&words).await?;
    Ok((
        daemon,
        format!("{PRICE} CARD for 2^20 bytes, {FREE_BYTES} free for each peer"),
    ))
}

/// The maker's desk, once the seeders hold everything.
pub async fn leave(cast: &Cast, card: &str, maker: Run, seeders: usize) -> Told<(Run, String)> {
    let (reader, home) = (cast.home("reader")?, cast.home("maker")?);
    let full = |seats: &Value| has_full_seats(seats, seeders + 1);
    until(cast.node()?, reader, &["seats", card], "as many full seats", full).await?;
    maker.stop().await?.outcome()?;
    let mut desk = home.start(&["clerk"]).await?;
    desk.event("clerking").await?;
    Ok((desk, "who served it for nothing serves no more".to_owned()))
}

pub async fn open_pool(cast: &Cast) -> Told<((), String)> {
    let deposit = DEPOSIT.to_string();
    let opened = cast.home("reader")?.done(&["pool", "open", &deposit]).await?;
    let pool = &opened["pool"];
    Ok(((), format!("pool {pool} holds {deposit} CARD for every seeder")))
}

async fn buy(cast: &Cast, card: &str) -> Told<((), String)> {
    let bought = cast.home("reader")?.done(&["buy", card]).await?;
    ensure(bought["key_verified"] == true, || bought.to_string())?;
    Ok(((), format!("key {} for {KEY_PRICE} CARD", bought["edition"])))
}

/// What the sale burnt, once the maker has his money.
pub async fn settled(cast: &Cast) -> Told<(u128, String)> {
    let none = |keys: &Value| keys["orders"].as_array().is_some_and(Vec::is_empty);
    until(cast.node()?, cast.home("reader")?, &["keys"], "settled", none).await?;
    let burnt = KEY_PRICE * CARD / BURNT;
    Ok((burnt, format!("{} of the price burnt", in_card(burnt))))
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
pub struct Redeemed {
    seeder: &'static str,
    paid: u128,
    received: u128,
}

impl Redeemed {
    fn burnt(&self) -> u128 {
        self.paid / BURNT
    }
}

/// What was burnt, if seeders, creator and network have together what was promised.
pub fn divided(redeemed: &[Redeemed], promised: u128, seeders: usize) -> Told<(u128, String)> {
    let paid: u128 = redeemed.iter().map(|one| one.paid).sum();
    let rows = ROW * seeders as u128;
    ensure(paid + rows == promised, || {
        format!("{promised} were promised, {rows} paid for rows and {paid} after that")
    })?;
    let burnt: u128 = redeemed.iter().map(Redeemed::burnt).sum();
    let creators: u128 = redeemed.iter().map(|one| one.paid * DELIVERY_SHARE / 100).sum();
    let received: u128 = redeemed.iter().map(|one| one.received).sum();
    ensure(received + creators + burnt == paid, || {
        format!("{paid} were paid, {received} received, {creators} are the creator's, {burnt} burnt")
    })?;
    let detail = format!(
        "{} = seeders {} + creator {} + burnt {}; and a unit to each seeder for the row of the card",
        in_card(paid),
        in_card(received),
        in_card(creators),
        in_card(burnt)
    );
    Ok((burnt, detail))
}

/// Has a seeder redeem all that he holds; every redemption that his daemon ever made, and this one.
pub async fn redeem(cast: &mut Cast, seeder: &'static str) -> Told<(Vec<Redeemed>, String)> {
    let asked = cast.home(seeder)?.command(&["earn", "--redeem"]).run().await?;
    let asked_for: Vec<Value> = asked.events.clone();
    asked.outcome()?;
    let nothing_pending = |earned: &Value| earned["pending"] == "0";
    let earned = until(
        cast.node()?,
        cast.home(seeder)?,
        &["earn"],
        "all redeemed",
        nothing_pending,
    )
    .await?;
    let daemon = cast.daemon(seeder)?;
    let mut redeemed = redemptions(seeder, &asked_for)?;
    redeemed.extend(redemptions(seeder, daemon.said_so_far()?)?);
    let told = |redeemed: &[Redeemed]| redeemed.iter().map(|one| one.received).sum::<u128>();
    // The books hear of a redemption before the daemon says so.
    while told(&redeemed) < amount(&earned, "received")? {
        let event = daemon.event("redeemed").await?;
        redeemed.extend(redemptions(seeder, &[event])?);
    }
    let (bytes, received) = (number(&earned, "bytes")?, amount(&earned, "received")?);
    let told = told(&redeemed);
    ensure(received == told, || format!("{told} were told, and: {earned}"))?;
    let detail = format!("{bytes} bytes for {}, nothing pending", in_card(received));
    Ok((redeemed, detail))
}

/// Of these events. One voucher each, so that rounding down is the chain's.
fn redemptions(seeder: &'static str, events: &[Value]) -> Told<Vec<Redeemed>> {
    let events = events.iter().filter(|event| event["event"] == "redeemed");
    events
        .map(|event| {
            ensure(event["vouchers"] == 1 && event["shortfall"] == "0", || {
                event.to_string()
            })?;
            Ok(Redeemed {
                seeder,
                paid: amount(event, "paid")?,
                received: amount(event, "received")?,
            })
        })
        .collect()
}

pub async fn close(cast: &Cast) -> Told<((), String)> {
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

/// A number in what was said.
pub fn number(said: &Value, field: &str) -> Told<u64> {
    said[field]
        .as_u64()
        .ok_or_else(|| Failure::new(format!("no {field} in {said}")))
}

/// An amount in the smallest unit.
pub fn amount(said: &Value, field: &str) -> Told<u128> {
    said[field]
        .as_str()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Failure::new(format!("no {field} in {said}")))
}
