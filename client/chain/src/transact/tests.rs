use super::*;
use crate::{
    testing::{event, failure, fee_paid, nonce_of, signer, success, FakeChain, OnSubmit, FEE, SLOT},
    BuyKey, Included,
};
use hashcard_primitives::key::{OrderId, Sale};

/// Every transaction of a block places order 40, 41, ...
fn places_orders(index: u32) -> Vec<Vec<u8>> {
    let order = (
        (40 + u64::from(index), 7u64, Sale::Primary),
        ([1u8; 32], [2u8; 32], 500u128),
        (0u32, None::<u64>, 99u32),
    );
    vec![
        event(index, "Keys", "OrderPlaced", order),
        fee_paid(index),
        success(index),
    ]
}

async fn selling() -> (FakeChain, Chain) {
    let fake = FakeChain::new();
    fake.state().events = places_orders;
    let chain = fake.connect().await;
    (fake, chain)
}

async fn buy(chain: &Chain, wait: Wait) -> Result<Included<OrderId>> {
    chain
        .buy(&signer("//Alice"), 7, 500, 3, BuyKey::Registered(0), wait)
        .await
}

/// What was handed over, each once.
fn distinct(fake: &FakeChain) -> Vec<Vec<u8>> {
    let mut all = fake.state().handed_over.clone();
    all.sort();
    all.dedup();
    all
}

#[tokio::test(start_paused = true)]
async fn a_call_is_included_and_its_event_and_fee_are_read() {
    let (fake, chain) = selling().await;
    let bought = buy(&chain, Wait::Best).await.unwrap();
    assert_eq!((bought.value, bought.fee), (40, FEE));
    let at = fake.state().best_number();
    assert_eq!(bought.at.number, at);
    assert_eq!(fake.state().handed_over.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_finality_is_told_no_earlier() {
    let (fake, chain) = selling().await;
    // The pool of this chain does not tell of finality, so it is found in the blocks.
    let bought = buy(&chain, Wait::Finalized).await.unwrap();
    assert_eq!(bought.value, 40);
    assert!(bought.at.number <= fake.state().finalized_number());
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_names_pallet_error_and_remedy() {
    let (fake, chain) = selling().await;
    fake.state().events = |index| vec![fee_paid(index), failure(index, "Keys", "PriceChanged", 0)];
    let Err(ChainError::Refused {
        call,
        pallet,
        error,
        remedy,
    }) = buy(&chain, Wait::Best).await
    else {
        panic!("refused")
    };
    assert_eq!(
        (call, pallet.as_str(), error.as_str()),
        ("keys.buy", "Keys", "PriceChanged")
    );
    assert!(remedy.contains("decide again"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_pay_is_told_the_fee() {
    let (fake, chain) = selling().await;
    fake.state().on_submit.push_back(OnSubmit::Refuse(
        1010,
        "Invalid Transaction",
        "Inability to pay some fees (e.g. account balance too low)",
    ));
    assert_eq!(
        buy(&chain, Wait::Best).await.unwrap_err(),
        ChainError::InsufficientFunds {
            call: "keys.buy",
            needed: Some(FEE),
            free: Some(0)
        }
    );
}

#[tokio::test(start_paused = true)]
async fn concurrent_calls_of_one_account_never_take_the_same_number() {
    let (fake, chain) = selling().await;
    let calls = (0..6).map(|_| {
        let chain = chain.clone();
        tokio::spawn(async move { buy(&chain, Wait::Best).await })
    });
    let orders = futures::future::join_all(calls).await;
    assert!(orders.into_iter().all(|order| order.unwrap().is_ok()));
    let mut numbers: Vec<u32> = fake
        .state()
        .handed_over
        .iter()
        .map(|bytes| nonce_of(bytes))
        .collect();
    numbers.sort();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_whose_answer_was_lost_is_found_in_a_block() {
    let (fake, chain) = selling().await;
    fake.state().on_submit.push_back(OnSubmit::TakeAndBreak);
    assert_eq!(buy(&chain, Wait::Best).await.unwrap().value, 40);
    let [bytes] = &distinct(&fake)[..] else {
        panic!("one transaction")
    };
    assert_eq!(fake.state().inclusions(bytes), 1);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_never_arrived_is_handed_over_again_unchanged() {
    let (fake, chain) = selling().await;
    fake.state().on_submit.extend([OnSubmit::Break, OnSubmit::Break]);
    assert_eq!(buy(&chain, Wait::Best).await.unwrap().value, 40);
    let [bytes] = &distinct(&fake)[..] else {
        panic!("one transaction")
    };
    assert_eq!(fake.state().inclusions(bytes), 1);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_restarts_without_its_pool_gets_the_same_bytes_again() {
    let (fake, chain) = selling().await;
    fake.state().blocks_stay_empty = true;
    let buying = tokio::spawn(async move { buy(&chain, Wait::Best).await });
    tokio::time::sleep(SLOT / 2).await;
    assert_eq!(fake.state().handed_over.len(), 1);
    {
        let mut state = fake.state();
        state.down = true;
        state.restart();
    }
    tokio::time::sleep(SLOT * 5).await;
    {
        let mut state = fake.state();
        state.down = false;
        state.blocks_stay_empty = false;
    }
    assert_eq!(buying.await.unwrap().unwrap().value, 40);
    let [bytes] = &distinct(&fake)[..] else {
        panic!("one transaction")
    };
    assert_eq!(fake.state().inclusions(bytes), 1);
    assert!(fake.state().handed_over.len() >= 2);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_no_block_takes_is_dropped_when_its_era_is_over() {
    let (fake, chain) = selling().await;
    fake.state().blocks_stay_empty = true;
    let Err(ChainError::Dropped { reason, .. }) = buy(&chain, Wait::Best).await else {
        panic!("dropped")
    };
    assert!(reason.contains("while it was valid"), "{reason}");
    assert_eq!(distinct(&fake).len(), 1);
    // Its number is free again.
    {
        let mut state = fake.state();
        state.restart();
        state.blocks_stay_empty = false;
    }
    assert!(buy(&chain, Wait::Best).await.is_ok());
    assert!(fake.state().handed_over.iter().all(|bytes| nonce_of(bytes) == 0));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_an_upgrade_outlived_is_signed_for_the_new_runtime_and_included_once() {
    let (fake, chain) = selling().await;
    fake.state().blocks_stay_empty = true;
    let buying = tokio::spawn({
        let chain = chain.clone();
        async move { buy(&chain, Wait::Finalized).await }
    });
    sleep(SEARCH_PAUSE).await;
    {
        // A pool drops what the new runtime does not take.
        let mut state = fake.state();
        state.restart();
        state.spec_version += 1;
        state.blocks_stay_empty = false;
    }
    let began = Instant::now();
    assert!(buying.await.unwrap().is_ok());
    assert!(began.elapsed() < SILENCE * 2, "{:?}", began.elapsed());
    let signed = distinct(&fake);
    let included: usize = signed.iter().map(|bytes| fake.state().inclusions(bytes)).sum();
    assert_eq!((signed.len(), included), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_whose_number_another_one_used_is_dropped() {
    let (fake, chain) = selling().await;
    fake.state().blocks_stay_empty = true;
    let buying = tokio::spawn({
        let chain = chain.clone();
        async move { buy(&chain, Wait::Best).await }
    });
    tokio::time::sleep(SLOT / 2).await;
    let theirs = {
        let runtime = chain.runtime().await.unwrap();
        let call = crate::metadata::tx().seeders().heartbeat();
        let birth = chain.best().await.unwrap();
        sign(
            "x",
            &call,
            &signer("//Alice"),
            0,
            birth,
            H256(chain.genesis()),
            &runtime,
        )
        .unwrap()
        .bytes
    };
    {
        let mut state = fake.state();
        state.restart();
        state.author_with(vec![theirs]);
    }
    let Err(ChainError::Dropped { reason, .. }) = buying.await.unwrap() else {
        panic!("dropped")
    };
    assert!(reason.contains("took its place"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn the_fate_is_unknown_when_the_node_stays_away() {
    let (fake, chain) = selling().await;
    fake.state().blocks_stay_empty = true;
    let buying = tokio::spawn(async move { buy(&chain, Wait::Best).await });
    tokio::time::sleep(SLOT / 2).await;
    {
        let mut state = fake.state();
        state.down = true;
        state.restart();
    }
    let Err(ChainError::Unknown {
        valid_until, hash, ..
    }) = buying.await.unwrap()
    else {
        panic!("unknown")
    };
    assert!(valid_until > fake.state().finalized_number() && hash.starts_with("0x"));
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_stalls_ends_the_wait() {
    let (fake, chain) = selling().await;
    fake.state().stalls = true;
    assert!(matches!(
        buy(&chain, Wait::Best).await,
        Err(ChainError::Unknown { .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_down_before_anything_was_sent_is_no_mystery() {
    let (fake, chain) = selling().await;
    fake.state().down = true;
    assert!(matches!(
        buy(&chain, Wait::Best).await,
        Err(ChainError::NodeDown { .. })
    ));
    assert!(fake.state().handed_over.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_number_that_was_taken_meanwhile_leads_to_a_new_signature() {
    let (fake, chain) = selling().await;
    fake.state().on_submit.extend([
        OnSubmit::Refuse(
            1014,
            "Priority is too low: (1 vs 1)",
            "The transaction has too low priority",
        ),
        OnSubmit::Refuse(1010, "Invalid Transaction", "Transaction is outdated"),
    ]);
    assert!(buy(&chain, Wait::Best).await.is_ok());
    assert_eq!(distinct(&fake).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_others_use_all_the_time_is_not_tried_for_ever() {
    let (fake, chain) = selling().await;
    let refusal = OnSubmit::Refuse(1010, "Invalid Transaction", "Transaction is outdated");
    fake.state().on_submit.extend(vec![refusal; 100]);
    let Err(ChainError::Refused { error, .. }) = buy(&chain, Wait::Best).await else {
        panic!("refused")
    };
    assert_eq!(error, "NumberTaken");
    assert_eq!(fake.state().handed_over.len(), MAX_SIGNINGS);
}

#[tokio::test(start_paused = true)]
async fn a_birth_is_final_unless_finality_is_far_behind() {
    let (fake, chain) = selling().await;
    assert_eq!(chain.birth().await.unwrap(), chain.finalized().await.unwrap());
    {
        let mut state = fake.state();
        state.finality_stalls = true;
        (0..MAX_FINALITY_LAG + 1).for_each(|_| state.author());
    }
    assert_eq!(chain.birth().await.unwrap(), chain.best().await.unwrap());
    assert!(buy(&chain, Wait::Best).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_node_that_lies_about_blocks_makes_the_fate_unknown() {
    for lie in [
        serde_json::json!(null),
        serde_json::json!({ "block": 7 }),
        serde_json::json!({ "block": { "header": {
            "digest": { "logs": [] }, "number": "0xffffffffffff",
            "extrinsicsRoot": format!("0x{:064x}", 0), "parentHash": format!("0x{:064x}", 0),
            "stateRoot": format!("0x{:064x}", 0) }, "extrinsics": ["0x", "0x00"] } }),
    ] {
        let (fake, chain) = selling().await;
        fake.state().block_lie = Some(lie);
        let error = buy(&chain, Wait::Best).await.unwrap_err();
        assert!(matches!(error, ChainError::Unknown { .. }), "{error}");
    }
}

/// Compiled, never run.
async fn everything(chain: Chain, signer: Signer) -> Option<()> {
    use crate::{ProvenCapsule, PublishContent};
    use hashcard_primitives::{blob::ContentRoot, key::CapsuleBytes};
    let (wait, proven) = (
        Wait::Best,
        ProvenCapsule {
            capsule: CapsuleBytes {
                r: [0; 32],
                c: [0; 32],
            },
            proof: [0; 96],
        },
    );
    let card = chain.card(0).await.ok()??;
    let listing = hashcard_primitives::card::Listing {
        kind: card.card.kind,
        title: card.card.title.clone(),
        tags: card.card.tags.clone(),
        preview: card.preview.clone(),
        in_reply_to: None,
        supersedes: None,
        royalty: 0,
        delivery_share: 0,
        price: 0,
        editions: None,
        collaborators: Default::default(),
    };
    chain
        .publish(&signer, listing, PublishContent::Inline, wait)
        .await
        .ok()?;
    chain.revise_terms(&signer, 0, 0, None, true, wait).await.ok()?;
    chain.retire(&signer, 0, wait).await.ok()?;
    chain.register_seeder(&signer, vec![], vec![], wait).await.ok()?;
    chain.apply(&signer, vec![], wait).await.ok()?;
    chain.heartbeat(&signer, wait).await.ok()?;
    chain.register_key(&signer, [0; 32], [0; 64], wait).await.ok()?;
    chain.mint(&signer, 0, [0; 32], 0, proven, wait).await.ok()?;
    chain.fulfil(&signer, 0, proven, wait).await.ok()?;
    chain.expire(&signer, 0, wait).await.ok()?;
    chain.settle(&signer, 0, wait).await.ok()?;
    chain
        .report_false_key(&signer, 0, 0, [0; 32], [0; 64], wait)
        .await
        .ok()?;
    chain.transfer(&signer, [0; 32], 0, wait).await.ok()?;
    chain.cards_by_root(ContentRoot([0; 32])).await.ok()?;
    chain.keys_of([0; 32]).await.ok()?;
    chain.orders_of_seller([0; 32]).await.ok()?;
    chain.seats(0).await.ok()?;
    market(&chain, &signer, &card, proven).await?;
    chain.lengths().await.ok().map(drop)
}

async fn market(
    chain: &Chain,
    signer: &Signer,
    card: &hashcard_primitives::card::CardView<[u8; 32]>,
    proven: crate::ProvenCapsule,
) -> Option<()> {
    use crate::{Bid, BuyKey};
    use hashcard_primitives::key::ClerkSource;
    let (wait, key, source) = (Wait::Best, BuyKey::Registered(0), ClerkSource::Appointed);
    let then = chain.at_finalized().await.ok()?;
    chain.list(signer, 0, 1, 1, wait).await.ok()?;
    chain.unlist(signer, 0, 1, wait).await.ok()?;
    let listing = then.listing(0, 1).await.ok()??;
    chain.buy_listed(signer, &listing, key, wait).await.ok()?;
    let bid = Bid {
        card: 0,
        edition: None,
        price: 1,
        until: 9,
    };
    chain.make_offer(signer, bid, key, wait).await.ok()?;
    chain.withdraw_offer(signer, 1, wait).await.ok()?;
    chain.accept(signer, 1, 1, wait).await.ok()?;
    chain.lock(signer, 1, [0; 32], None, wait).await.ok()?;
    chain.fulfil_for(signer, 1, source, proven, wait).await.ok()?;
    chain
        .appoint_clerk(signer, 0, [0; 32], 0, proven, wait)
        .await
        .ok()?;
    chain.dismiss_clerk(signer, 0, [0; 32], wait).await.ok()?;
    chain.set_clerk_terms(signer, 0, 0, true, wait).await.ok()?;
    chain.gift(signer, 0, 1, [0; 32], 0, proven, wait).await.ok()?;
    chain.rewrap(signer, 0, 1, 1, proven, wait).await.ok()?;
    chain.remove_key(signer, 0, wait).await.ok()?;
    chain.set_upgrade(signer, 0, 0, wait).await.ok()?;
    chain.claim(signer, card, 1, 1, key, wait).await.ok()?;
    then.listings_of([0; 32]).await.ok()?;
    then.offers_of_buyer([0; 32]).await.ok()?;
    then.clerk_cards([0; 32]).await.ok().map(drop)
}

#[test]
fn everything_can_run_on_any_thread() {
    fn is_send<T: Send>(_: fn(Chain, Signer) -> T) {}
    is_send(everything);
}
