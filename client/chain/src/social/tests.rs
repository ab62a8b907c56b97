use super::*;
use crate::{
    testing::{event, failure, fee_paid, signer, success, FakeChain, FEE},
    ChainError,
};
use codec::Encode;

/// `Social::Deposit` as the runtime's reason to hold money; only the amounts are read.
const DEPOSIT: (u8, u8) = (46, 0);
const SOMEBODY: Account = [3; 32];

fn me() -> Account {
    signer("//Alice").account()
}

fn social(index: u32, name: &str, fields: impl Encode) -> Vec<u8> {
    event(index, "Social", name, fields)
}

async fn chain_that(events: fn(u32) -> Vec<Vec<u8>>) -> Chain {
    let fake = FakeChain::new();
    fake.state().events = events;
    fake.connect().await
}

#[tokio::test(start_paused = true)]
async fn the_first_reaction_holds_a_deposit_and_the_next_says_what_it_replaces() {
    let first = |index| {
        vec![
            social(index, "Reacted", (7u64, me(), Reaction::Love, None::<Reaction>)),
            event(index, "Balances", "Held", (DEPOSIT, me(), 18u128)),
            fee_paid(index),
            success(index),
        ]
    };
    let chain = chain_that(first).await;
    let alice = signer("//Alice");
    let reacted = chain.react(&alice, 7, Reaction::Love, Wait::Best).await.unwrap();
    assert_eq!(
        (reacted.value, reacted.fee),
        (
            Reacted {
                before: None,
                deposit: 18
            },
            FEE
        )
    );
    let next = |index| {
        let fields = (7u64, me(), Reaction::Anger, Some(Reaction::Love));
        vec![social(index, "Reacted", fields), fee_paid(index), success(index)]
    };
    let chain = chain_that(next).await;
    let reacted = chain.react(&alice, 7, Reaction::Anger, Wait::Best).await.unwrap();
    let replaced = Reacted {
        before: Some(Reaction::Love),
        deposit: 0,
    };
    assert_eq!(reacted.value, replaced);
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_brings_its_own_deposit_and_nobody_elses() {
    let chain = chain_that(|index| {
        vec![
            social(index, "Unreacted", (7u64, me(), Reaction::Wonder)),
            social(index, "Unfollowed", (me(), SOMEBODY)),
            event(index, "Balances", "Released", (DEPOSIT, me(), 18u128)),
            event(index, "Balances", "Released", (DEPOSIT, SOMEBODY, 5u128)),
            success(index),
        ]
    })
    .await;
    let alice = signer("//Alice");
    assert_eq!(
        chain.unreact(&alice, 7, Wait::Best).await.unwrap().value,
        Unreacted {
            reaction: Reaction::Wonder,
            deposit: 18
        }
    );
    assert_eq!(
        chain
            .unfollow_account(&alice, SOMEBODY, Wait::Best)
            .await
            .unwrap()
            .value,
        18
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_follows_is_told_his_deposit_and_a_second_time_is_refused() {
    let chain = chain_that(|index| {
        vec![
            social(index, "Followed", (me(), SOMEBODY)),
            event(index, "Balances", "Held", (DEPOSIT, me(), 20u128)),
            success(index),
        ]
    })
    .await;
    let alice = signer("//Alice");
    assert_eq!(
        chain
            .follow_account(&alice, SOMEBODY, Wait::Best)
            .await
            .unwrap()
            .value,
        20
    );
    let chain =
        chain_that(|index| vec![fee_paid(index), failure(index, "Social", "AlreadyFollows", 0)]).await;
    let Err(ChainError::Refused { error, remedy, .. }) =
        chain.follow_account(&alice, SOMEBODY, Wait::Best).await
    else {
        panic!("taken")
    };
    assert!(
        error == "AlreadyFollows" && remedy.contains("hashcard following"),
        "{remedy}"
    );
}
