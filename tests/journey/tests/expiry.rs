//! A seller who sleeps costs the buyer time and fees, never the price.

use hashcard_journey_tests::{content, ensure, Stage, Told};

pub async fn an_order_that_nobody_answers_expires_and_the_price_comes_back() -> Told {
    let stage = Stage::open().await?;
    let (alice, bob) = tokio::try_join!(stage.person("Alice"), stage.person("Bob"))?;
    let book = content::noise_file(&stage.input("book.epub"), 50_000, 1)?;
    // Nobody seeds and nobody fulfils: publishing ends, and Alice goes to sleep.
    let path = book.as_os_str();
    let words = [
        "publish".as_ref(),
        path,
        "--title".as_ref(),
        "A book".as_ref(),
        "--price".as_ref(),
        "5".as_ref(),
    ];
    let card = alice.done::<&std::ffi::OsStr>(&words).await?["card"].to_string();

    let before = bob.money().await?;
    let mut run = bob.start(&["buy", &card]).await?;
    let ordered = run.event("ordered").await?;
    let deadline = ordered["deadline"].as_u64().unwrap_or(0);
    let block = ordered["block"].as_u64().unwrap_or(0);
    ensure(deadline == block + 20, || {
        format!("20 blocks to answer: {ordered}")
    })?;
    let refusal = run.finish().await?.refusal()?.is("order_expired", 1)?;
    ensure(refusal.error["order"] == ordered["order"], || {
        refusal.error.to_string()
    })?;
    ensure(u64::from(stage.node.best().await?) > deadline, || {
        "it gave up too early".to_owned()
    })?;

    // It is over: neither waiting for it nor asking for the money again does anything.
    let order = ordered["order"].to_string();
    bob.refused(&["buy", &card, "--order", &order])
        .await?
        .is("not_found", 7)?
        .names(&order)?;

    let after = bob.money().await?;
    let (spent, fees) = (before.total() - after.total(), refusal.fees());
    ensure(spent == fees && fees > 0, || {
        format!("{spent} gone, {fees} of it fees")
    })?;
    // What stays held is the deposit of the encryption key that he registered, for the next purchase.
    ensure(after.held < 1_000_000_000_000, || {
        format!("{} is still held", after.held)
    })?;
    let keys = bob.done(&["keys"]).await?;
    ensure(keys["keys"].as_array().is_some_and(Vec::is_empty), || {
        keys.to_string()
    })?;
    ensure(keys["orders"].as_array().is_some_and(Vec::is_empty), || {
        keys.to_string()
    })
}
