use super::*;
use crate::testing::{event, failure, fee_paid, signer, success, FakeChain, FEE};
use codec::Encode;
use hashcard_primitives::reward::Leaf;
use std::collections::VecDeque;

/// `Rewards::Deposit` as the runtime's reason to hold money: the pallet's place, and the reason's.
const DEPOSIT: (u8, u8) = (45, 1);
const SOMEBODY: Account = [3; 32];

fn me() -> Account {
    signer("//Alice").account()
}

fn proof(card: CardId) -> PossessionProof {
    PossessionProof {
        card,
        leaf: Leaf::truncate_from(vec![7; 1024]),
        path: vec![[8; 32]; 10].try_into().unwrap(),
    }
}

fn rewards(index: u32, name: &str, fields: impl Encode) -> Vec<u8> {
    event(index, "Rewards", name, fields)
}

async fn chain_that(events: fn(u32) -> Vec<Vec<u8>>) -> (FakeChain, Chain) {
    let fake = FakeChain::new();
    fake.state().events = events;
    let chain = fake.connect().await;
    (fake, chain)
}

/// Two claims are proven; the deposit of both is one hold.
fn proves(index: u32) -> Vec<Vec<u8>> {
    vec![
        rewards(index, "Proven", (4u32, 7u64, me(), 64u128)),
        rewards(index, "Proven", (4u32, 9u64, me(), 32u128)),
        event(index, "Balances", "Held", (DEPOSIT, me(), 18u128)),
        event(index, "Balances", "Held", (DEPOSIT, SOMEBODY, 5u128)),
        success(index),
    ]
}

#[tokio::test(start_paused = true)]
async fn proofs_come_back_as_claims_with_their_deposit() {
    let (_, chain) = chain_that(proves).await;
    let alice = signer("//Alice");
    let proven = chain.prove(&alice, 4, vec![proof(7), proof(9)], Wait::Best);
    let proven = proven.await.unwrap();
    assert_eq!(
        proven.value,
        ProvenClaims {
            claims: vec![(7, 64), (9, 32)],
            deposit: 18
        }
    );
    assert_eq!(proven.fee, 0, "a proof is free");
}

#[tokio::test(start_paused = true)]
async fn events_about_more_or_fewer_proofs_are_not_believed() {
    let (_, chain) = chain_that(proves).await;
    let proven = chain
        .prove(&signer("//Alice"), 4, vec![proof(7)], Wait::Best)
        .await;
    assert!(matches!(
        proven,
        Err(ChainError::Unknown { .. } | ChainError::HostileAnswer { .. })
    ));
}

#[tokio::test]
async fn lists_that_no_call_takes_are_refused_before_anything_is_sent() {
    let fake = FakeChain::new();
    let chain = fake.dial().await.unwrap();
    let alice = signer("//Alice");
    let too_long = |refused: ChainError| matches!(refused, ChainError::TooLong { .. });
    let proofs = (0..17).map(proof).collect();
    assert!(too_long(
        chain.prove(&alice, 4, proofs, Wait::Best).await.unwrap_err()
    ));
    let claims = (0..65).map(|card| (4, card)).collect();
    assert!(too_long(
        chain.collect(&alice, me(), claims, Wait::Best).await.unwrap_err()
    ));
    let cards = (0..65).collect();
    assert!(too_long(
        chain.clear_credits(&alice, cards, Wait::Best).await.unwrap_err()
    ));
    assert!(fake.state().handed_over.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refused_proof_is_named() {
    let (_, chain) =
        chain_that(|index| vec![fee_paid(index), failure(index, "Rewards", "WrongLeaf", 1)]).await;
    let alice = signer("//Alice");
    let refused = chain.prove(&alice, 4, vec![proof(7), proof(9)], Wait::Best);
    let Err(ChainError::Refused { error, remedy, .. }) = refused.await else {
        panic!("taken")
    };
    assert!(error == "WrongLeaf" && remedy.contains("number 1"), "{remedy}");
}

#[tokio::test(start_paused = true)]
async fn what_is_minted_moved_and_released_is_told_apart() {
    let (_, chain) = chain_that(|index| {
        vec![
            rewards(index, "Collected", (3u32, 7u64, SOMEBODY, 40u128, 2u128)),
            rewards(index, "Collected", (3u32, 9u64, SOMEBODY, 0u128, 1u128)),
            event(index, "Balances", "Released", (DEPOSIT, SOMEBODY, 18u128)),
            success(index),
        ]
    })
    .await;
    let claims = vec![(3, 7), (3, 9)];
    let alice = signer("//Alice");
    let collected = chain.collect(&alice, SOMEBODY, claims, Wait::Best);
    let paid = |card, from_sales, from_endowments| PaidClaim {
        era: 3,
        card,
        from_sales,
        from_endowments,
    };
    assert_eq!(
        collected.await.unwrap().value,
        CollectedClaims {
            claims: vec![paid(7, 40, 2), paid(9, 0, 1)],
            deposits: 18
        }
    );
}

#[tokio::test(start_paused = true)]
async fn an_endowment_ends_in_two_steps() {
    let ending = |index| {
        let fields = (7u64, 2u64, 6u32);
        vec![
            rewards(index, "EndowmentEnding", fields),
            fee_paid(index),
            success(index),
        ]
    };
    let (_, chain) = chain_that(ending).await;
    let first = chain
        .end_endowment(&signer("//Alice"), 7, 2, Wait::Best)
        .await
        .unwrap();
    assert_eq!(first.value, EndedEndowment::Ending { last_era: 6 });

    let ended = |index| {
        let fields = (7u64, 2u64, me(), 30u128);
        vec![
            rewards(index, "EndowmentEnded", fields),
            fee_paid(index),
            success(index),
        ]
    };
    let (_, chain) = chain_that(ended).await;
    let second = chain
        .end_endowment(&signer("//Alice"), 7, 2, Wait::Best)
        .await
        .unwrap();
    assert_eq!(
        (second.value, second.fee),
        (EndedEndowment::Ended { refunded: 30 }, FEE)
    );
}

#[tokio::test(start_paused = true)]
async fn who_enlists_endows_or_collects_is_told_what_it_came_to() {
    let (_, chain) = chain_that(|index| {
        vec![
            rewards(index, "Enlisted", (me(), 5u128)),
            rewards(index, "Delisted", (me(), 6u128)),
            rewards(index, "DeliveriesCollected", (me(), 7u128)),
            rewards(index, "Endowed", (7u64, 8u64, me(), 100u128, 1u128)),
            success(index),
        ]
    })
    .await;
    let alice = signer("//Alice");
    assert_eq!(chain.enlist(&alice, Wait::Best).await.unwrap().value, 5);
    assert_eq!(chain.delist(&alice, Wait::Best).await.unwrap().value, 6);
    assert_eq!(
        chain.collect_deliveries(&alice, Wait::Best).await.unwrap().value,
        7
    );
    assert_eq!(chain.endow(&alice, 7, 100, 1, Wait::Best).await.unwrap().value, 8);
    assert!(chain.clear_credits(&alice, vec![7], Wait::Best).await.is_ok());
    assert_eq!(chain.collect_deliveries_fee(&alice).await.unwrap(), FEE);
}

#[tokio::test]
async fn claims_of_all_pages_come_in_order() {
    let claim = |era, card| ClaimView {
        era,
        card,
        collectable_from: era + 2,
        from_sales: 1,
        from_endowments: 0,
        deposit: 9,
    };
    let first: Vec<ClaimView> = (0..64).map(|card| claim(3, card)).collect();
    let second = vec![claim(3, 64), claim(4, 0)];
    let fake = FakeChain::new();
    let pages = VecDeque::from([first.encode(), second.encode()]);
    fake.state().answers.insert("RewardsApi_claims".into(), pages);
    let chain = fake.dial().await.unwrap();
    let claims = chain.at_best().await.unwrap().claims(me()).await.unwrap();
    assert_eq!((claims.len(), claims[65].era), (66, 4));
    let asked = fake.state().asked.last().unwrap().1.clone();
    assert_eq!(asked, (me(), Some((3u32, 63u64))).encode());
}
