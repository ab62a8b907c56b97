//! The market: a key is sold by its maker and by a clerk while the maker sleeps, resold, given, offered for and claimed; a
//! false one is refunded; a wallet comes back from its words. In the end the money of all of them adds up to the unit.
//!
//! **Every unit that left the parties was burnt by a settlement**: one hundredth of each price, rounded down. Fees of transactions
//! go to the chain's one author, who is a party as well, and so does what each block mints for him.

use std::path::Path;

use futures::future::try_join_all;
use hashcard_journey_tests::false_creator::FalseCreator;
use hashcard_journey_tests::{content, ensure, until, Failure, Home, Run, Told};
use serde_json::Value;

use crate::books::{in_card, Books, Flows, CARD};
use crate::cast::{Cast, Role};
use crate::show::Show;

/// Roles with the account of the development chain that each acts as.
pub const ROLES: [Role; 6] = [
    ("maker", "Alice"),
    ("bob", "Bob"),
    ("clerk", "Charlie"),
    ("dave", "Dave"),
    ("eve", "Eve"),
    ("partner", "Ferdie"),
];

/// Parts of a price that a settlement burns: one hundredth.
const BURNT: u128 = 100;
/// Prices of the sales, in CARD: what the table of shares is checked against.
const FIRST_PRICE: u128 = 20;
const RESALE_PRICES: [u128; 2] = [30, 40];
const OFFERED_PRICE: u128 = 15;
const SECOND_VERSION_PRICE: u128 = 24;
const FALSE_PRICE: u128 = 7;

/// Tells it all.
pub async fn tell(show: &Show, cast: &mut Cast, input: &Path) -> Told {
    let start = async {
        cast.assemble().await?;
        let node = cast.node()?;
        Ok(((), format!("{}, {} people", node.url(), ROLES.len())))
    };
    show.step("a development chain makes blocks", start).await?;
    let before = Books::read(cast, &ROLES, &[]).await?;
    let mut sold = Vec::new();

    // The maker publishes, shares with a partner, and appoints a clerk.
    let maker_daemon = show
        .step("the maker starts his daemon", started(cast.home("maker")?))
        .await?;
    let card = show
        .step(
            "publish: royalty for the maker, a share for a partner",
            publish(cast, input, None),
        )
        .await?;
    let id = card.to_string();
    show.step("the maker appoints a clerk for a commission", appoint(cast, &id))
        .await?;

    let bobs = show
        .step("sold by the maker", buy(cast, "bob", &[&id], FIRST_PRICE, None))
        .await?;
    sold.push(FIRST_PRICE);
    let sleeping = async {
        maker_daemon.stop().await?.outcome()?;
        Ok(((), "his process ended, as asked".to_owned()))
    };
    show.step("the maker goes to sleep", sleeping).await?;
    let clerk = show
        .step("a clerk is at his desk", at_desk(cast.home("clerk")?, &["clerk"]))
        .await?;
    cast.keep("clerk", clerk);
    let daves = show
        .step(
            "sold by the clerk while the maker sleeps",
            buy(cast, "dave", &[&id], FIRST_PRICE, Some("clerk")),
        )
        .await?;
    sold.push(FIRST_PRICE);

    // Each holder who sells runs a desk of his own, which delivers and settles.
    let desks = async {
        let names = ["bob", "dave", "eve", "partner"];
        let homes = names
            .iter()
            .map(|name| cast.home(name))
            .collect::<Told<Vec<_>>>()?;
        let desks = try_join_all(homes.iter().map(|home| at_desk(home, &["clerk"]))).await?;
        Ok((
            names
                .into_iter()
                .zip(desks.into_iter().map(|(run, _)| run))
                .collect::<Vec<_>>(),
            names.join(", "),
        ))
    };
    for (name, desk) in show.step("holders who may sell keep a desk open", desks).await? {
        cast.keep(name, desk);
    }
    for (turn, (seller, buyer)) in [("bob", "eve"), ("eve", "dave")].into_iter().enumerate() {
        let price = RESALE_PRICES[turn];
        show.step(
            &format!("resold by {seller} to {buyer}, with royalty and shares"),
            resell(cast, &id, seller, buyer, bobs, price),
        )
        .await?;
        sold.push(price);
    }
    show.step(
        "given: no price, the same proof",
        give(cast, &id, "dave", "partner", daves),
    )
    .await?;
    show.step(
        "an offer is taken",
        take_offer(cast, &id, "eve", "partner", daves),
    )
    .await?;
    sold.push(OFFERED_PRICE);

    let awake = show.step("the maker wakes", started(cast.home("maker")?)).await?;
    cast.keep("maker", awake);
    let newer = show
        .step(
            "a new version, at half price for holders",
            publish(cast, input, Some(&id)),
        )
        .await?;
    show.step(
        "a holder claims the new version",
        claim(cast, newer, "dave", bobs),
    )
    .await?;
    sold.push(SECOND_VERSION_PRICE / 2);

    show.step("a false key is found, reported and refunded", false_key(cast))
        .await?;
    show.step(
        "a wallet comes back from its words and plays what it owns",
        recover(cast, newer, input),
    )
    .await?;

    show.step("every order ends", all_settled(cast, &[card, newer]))
        .await?;
    let after = Books::read(cast, &ROLES, &[]).await?;
    let burnt = sold.iter().map(|price| price * CARD / BURNT).sum();
    let flows = Flows {
        burnt: vec![("by settlements", burnt)],
        minted: vec![],
    };
    let adding = async { Ok(((), before.add_up(&after, &flows)?)) };
    show.step("the money adds up to the unit", adding).await
}

/// Starts the daemon that seeds, delivers and settles. Rewards are a story of their own.
async fn started(home: &Home) -> Told<(Run, String)> {
    Ok((home.seed(&["--no-rewards"]).await?, home.account().to_owned()))
}

/// Starts a daemon that delivers and settles, and waits until it is ready.
async fn at_desk(home: &Home, words: &[&str]) -> Told<(Run, String)> {
    let mut desk = home.start(words).await?;
    desk.event("clerking").await?;
    Ok((desk, home.account().to_owned()))
}

async fn publish(cast: &Cast, input: &Path, supersedes: Option<&str>) -> Told<(u64, String)> {
    let (maker, partner) = (cast.home("maker")?, cast.home("partner")?);
    let share = format!("{}=25", partner.address().await?);
    let path = input.display().to_string();
    let price = if supersedes.is_some() {
        SECOND_VERSION_PRICE
    } else {
        FIRST_PRICE
    }
    .to_string();
    let mut words = vec![
        "publish",
        &path,
        "--title",
        "A work",
        "--price",
        &price,
        "--royalty",
        "10",
    ];
    words.extend(["--collaborator", &share]);
    if let Some(older) = supersedes {
        words.extend(["--supersedes", older]);
    }
    let published = maker.done(&words).await?;
    let card = number(&published, "card")?;
    let mut detail = format!("card {card}, {price} CARD, 10 % of resales, a quarter of it to the partner");
    if supersedes.is_some() {
        maker
            .done(&["upgrade-terms", &card.to_string(), "--discount", "50"])
            .await?;
        detail.push_str("; half price for holders of the old one");
    }
    Ok((card, detail))
}

async fn appoint(cast: &Cast, card: &str) -> Told<((), String)> {
    let (maker, clerk) = (cast.home("maker")?, cast.home("clerk")?);
    clerk.done(&["keys", "register"]).await?;
    maker.done(&["clerk", "terms", card, "--commission", "5"]).await?;
    maker
        .done(&["clerk", "appoint", card, &clerk.address().await?])
        .await?;
    Ok(((), "5 % of each sale that he delivers".to_owned()))
}

/// Buys, and waits until the money has been divided. The edition.
async fn buy(cast: &Cast, who: &str, what: &[&str], price: u128, by: Option<&str>) -> Told<(u64, String)> {
    let buyer = cast.home(who)?;
    let most = price.to_string();
    let words = [&["buy"], what, &["--max-price", &most]].concat();
    let bought = buyer.done(&words).await?;
    ensure(bought["key_verified"] == true, || {
        format!("the key was not checked: {bought}")
    })?;
    let edition = number(&bought, "edition")?;
    let paid = settled(cast, buyer).await?;
    let by = by.map_or(String::new(), |by| format!(", delivered by the {by}"));
    Ok((edition, format!("key {edition} for {price} CARD{by}; {paid}")))
}

/// Waits until none of the buyer's orders is open.
async fn settled(cast: &Cast, buyer: &Home) -> Told<String> {
    let none = |keys: &Value| keys["orders"].as_array().is_some_and(Vec::is_empty);
    until(cast.node()?, buyer, &["keys"], "settled", none).await?;
    Ok("settled".to_owned())
}

async fn resell(
    cast: &Cast,
    card: &str,
    seller: &str,
    buyer: &str,
    edition: u64,
    price: u128,
) -> Told<((), String)> {
    let (edition, price_text) = (edition.to_string(), price.to_string());
    let listed = cast
        .home(seller)?
        .done(&[
            "resell",
            "list",
            card,
            "--edition",
            &edition,
            "--price",
            &price_text,
        ])
        .await?;
    ensure(listed["outcome"] == "listed", || listed.to_string())?;
    let (_, detail) = buy(cast, buyer, &[card, "--edition", &edition], price, Some(seller)).await?;
    Ok(((), detail))
}

async fn give(cast: &Cast, card: &str, from: &str, to: &str, edition: u64) -> Told<((), String)> {
    let (from, to) = (cast.home(from)?, cast.home(to)?);
    to.done(&["keys", "register"]).await?;
    let address = to.address().await?;
    let given = from
        .done(&["gift", card, &address, "--edition", &edition.to_string()])
        .await?;
    ensure(given["outcome"] == "gifted", || given.to_string())?;
    Ok(((), format!("key {edition} to {}", to.account())))
}

async fn take_offer(cast: &Cast, card: &str, buyer: &str, seller: &str, edition: u64) -> Told<((), String)> {
    let (buyer, seller) = (cast.home(buyer)?, cast.home(seller)?);
    let price = OFFERED_PRICE.to_string();
    let offered = buyer.done(&["resell", "offer", card, "--price", &price]).await?;
    let offer = number(&offered, "offer")?.to_string();
    let edition = edition.to_string();
    let accepted = seller
        .done(&["resell", "accept", &offer, "--edition", &edition, "--wait"])
        .await?;
    ensure(accepted["delivered"] == true, || accepted.to_string())?;
    settled(cast, buyer).await?;
    Ok((
        (),
        format!("offer {offer}: key {edition} for {price} CARD, settled"),
    ))
}

async fn claim(cast: &Cast, card: u64, who: &str, with: u64) -> Told<((), String)> {
    let (card, with) = (card.to_string(), with.to_string());
    let what = [card.as_str(), "--upgrade", "--with", &with];
    let (_, detail) = buy(cast, who, &what, SECOND_VERSION_PRICE / 2, None).await?;
    Ok(((), detail))
}

async fn false_key(cast: &Cast) -> Told<((), String)> {
    let (eve, node) = (cast.home("eve")?, cast.node()?);
    let mallory = FalseCreator::publish(&node.url(), "Bob", "A promise", FALSE_PRICE * CARD).await?;
    let card = mallory.card().to_string();
    let before = eve.money().await?;
    let buying = async { eve.command(&["buy", &card, "--report"]).run().await };
    let (ran, _) = tokio::try_join!(buying, mallory.fulfil())?;
    let refusal = ran.refusal()?.is("false_key", 1)?;
    let after = eve.money().await?;
    let spent = before.total().saturating_sub(after.total());
    ensure(spent == refusal.fees(), || {
        format!("{spent} gone, {} of it fees", refusal.fees())
    })?;
    Ok(((), format!("card {card} is frozen, {FALSE_PRICE} CARD are back")))
}

/// A new machine: an empty home, the words, and nothing else.
async fn recover(cast: &Cast, newer: u64, input: &Path) -> Told<((), String)> {
    let node = cast.node()?;
    let lost = Home::empty(cast.work(), "new-machine", "Dave", &node.url(), cast.lifetime())?;
    lost.import_wallet().await?;
    let recovered = lost.done(&["recover", "--also", "Dave"]).await?;
    let keys = recovered["accounts"]
        .as_array()
        .and_then(|accounts| accounts.iter().find(|account| account["account"] == "Dave"))
        .and_then(|account| account["keys"].as_array())
        .cloned()
        .unwrap_or_default();
    let opens = keys.iter().filter(|key| key["opens"] == true).count();
    ensure(opens == keys.len() && opens >= 2, || {
        format!("{opens} of {} keys open: {recovered}", keys.len())
    })?;
    let output = lost.folder().join("played");
    let card = newer.to_string();
    let words = ["fetch".as_ref(), card.as_ref(), "-o".as_ref(), output.as_os_str()];
    let fetched = lost.done::<&std::ffi::OsStr>(&words).await?;
    ensure(fetched["opened"] == "key", || fetched.to_string())?;
    let (before, after) = (content::sha256(input).await?, content::sha256(&output).await?);
    ensure(before.values().eq(after.values()), || {
        format!("{before:?} is not {after:?}")
    })?;
    lost.done(&["open", &card, "--force", "-o", &output.display().to_string()])
        .await?;
    Ok((
        (),
        format!("{opens} keys, each opens; card {card} fetched, opened, and byte for byte the same"),
    ))
}

async fn all_settled(cast: &Cast, cards: &[u64]) -> Told<((), String)> {
    for (role, _) in ROLES {
        settled(cast, cast.home(role)?).await?;
    }
    let maker = cast.home("maker")?;
    let mut detail = Vec::new();
    for card in cards {
        let history = maker.done(&["history", &card.to_string()]).await?;
        let volume = history["volume"]
            .as_str()
            .and_then(|units| units.parse().ok())
            .unwrap_or(0);
        detail.push(format!(
            "card {card}: {} sales, {}",
            history["sold"],
            in_card(volume)
        ));
    }
    Ok(((), detail.join("\n")))
}

fn number(said: &Value, field: &str) -> Told<u64> {
    said[field]
        .as_u64()
        .ok_or_else(|| Failure::new(format!("no {field} in {said}")))
}
