use super::*;
use crate::{
    metadata::committed,
    testing::{event, failure, fee_paid, signer, success, FakeChain},
};
use subxt::ext::scale_decode::visitor::{decode_with_visitor, IgnoreVisitor};

/// `Session::Keys` as the runtime's reason to hold money; only the amounts are read.
const KEYS: (u8, u8) = (16, 0);
const SOMEBODY: Account = [3; 32];

fn me() -> Account {
    signer("//Alice").account()
}

fn keys() -> SessionKeys {
    SessionKeys {
        babe: [1; 32],
        grandpa: [2; 32],
    }
}

fn validators(index: u32, name: &str, fields: impl Encode) -> Vec<u8> {
    event(index, "Validators", name, fields)
}

#[test]
fn rows_are_what_the_runtime_stores() {
    let metadata = committed();
    for (pallet, entry, row) in [
        ("Session", "NextKeys", keys().encode()),
        (
            "Validators",
            "Silences",
            vec![SilentValidator {
                account: me(),
                blocks: 96,
            }]
            .encode(),
        ),
        ("Validators", "Authored", ().encode()),
    ] {
        let storage = metadata.pallet_by_name(pallet).unwrap().storage().unwrap();
        let ty = storage.entry_by_name(entry).unwrap().value_ty();
        let mut rest = &row[..];
        decode_with_visitor(&mut rest, ty, metadata.types(), IgnoreVisitor::new()).unwrap();
        assert!(rest.is_empty(), "{pallet}.{entry} is less");
    }
    assert_eq!(SessionKeys::from_bytes(&keys().to_bytes()), keys());
    assert_eq!(keys().encode(), keys().to_bytes());
}

#[tokio::test]
async fn keys_silence_and_a_block_are_read_where_the_runtime_keeps_them() {
    let fake = FakeChain::new();
    let then = fake.dial().await.unwrap().at_best().await.unwrap();
    assert_eq!(then.session_keys(me()).await.unwrap(), None);
    assert_eq!(then.silent_validators().await.unwrap(), []);
    assert!(!then.made_a_block(me()).await.unwrap());

    let silent = SilentValidator {
        account: SOMEBODY,
        blocks: 96,
    };
    let next_keys = Row::of_account("", storage().session().next_keys(), me());
    let silences = Row::single("", "Validators", "Silences");
    let authored = Row::of_account("", storage().validators().authored(), me());
    for (row, value) in [
        (next_keys, keys().encode()),
        (silences, vec![silent].encode()),
        (authored, vec![]),
    ] {
        let key = row.unwrap().key().to_vec();
        fake.state().storage.insert(key, value);
    }
    assert_eq!(then.session_keys(me()).await.unwrap(), Some(keys()));
    assert_eq!(then.silent_validators().await.unwrap(), [silent]);
    assert!(then.made_a_block(me()).await.unwrap());
    assert!(!then.made_a_block(SOMEBODY).await.unwrap());
}

#[tokio::test]
async fn a_node_makes_keys_for_the_account_that_is_named() {
    let fake = FakeChain::new();
    let chain = fake.dial().await.unwrap();
    let made = chain.make_session_keys(me()).await.unwrap();
    assert_eq!((made.keys, made.proof), (keys(), [3; 128]));
    assert_eq!(fake.state().owners, [me().to_vec()]);
    assert!(chain.has_session_keys(keys()).await.unwrap());
    for (keys, proof) in [(63, 128), (65, 128), (64, 0), (64, 129)] {
        fake.state().session_keys = (vec![1; keys], vec![3; proof]);
        assert!(matches!(
            chain.make_session_keys(me()).await,
            Err(ChainError::HostileAnswer { .. })
        ));
    }
}

#[tokio::test(start_paused = true)]
async fn each_call_tells_what_became_of_the_money() {
    let fake = FakeChain::new();
    fake.state().events = |index| {
        vec![
            validators(index, "Bonded", (me(), 50u128)),
            validators(index, "BondedMore", (me(), 10u128, 60u128)),
            validators(index, "Unbonded", (me(), 20u128, 40u128, 9u32)),
            validators(index, "Withdrawn", (me(), 20u128)),
            validators(index, "Paused", me()),
            validators(index, "Rejoined", (me(), 40u128)),
            validators(index, "KeysRetired", me()),
            event(index, "Balances", "Held", (KEYS, me(), 5u128)),
            event(index, "Balances", "Released", (KEYS, me(), 5u128)),
            fee_paid(index),
            success(index),
        ]
    };
    let chain = fake.connect().await;
    let alice = signer("//Alice");
    let proven = ProvenSessionKeys {
        keys: keys(),
        proof: [3; 128],
    };
    let set = chain.set_session_keys(&alice, proven, Wait::Best).await.unwrap();
    assert_eq!(set.value, 5);
    assert_eq!(chain.bond(&alice, 50, Wait::Best).await.unwrap().value, 50);
    assert_eq!(chain.bond_more(&alice, 10, Wait::Best).await.unwrap().value, 60);
    assert_eq!(
        chain.unbond(&alice, 20, Wait::Best).await.unwrap().value,
        Unbonded {
            amount: 20,
            bond: 40,
            due: 9
        }
    );
    let withdrawn = chain.withdraw_bond(&alice, me(), Wait::Best).await.unwrap();
    assert_eq!(withdrawn.value, 20);
    assert!(chain.pause(&alice, Wait::Best).await.is_ok());
    assert_eq!(chain.rejoin(&alice, Wait::Best).await.unwrap().value, 40);
    let retired = chain.retire_session_keys(&alice, Wait::Best).await.unwrap();
    assert_eq!(retired.value, 5);
    // The keys and their proof reached the chain as they were.
    let sent = fake.state().handed_over[0].clone();
    let bytes = [&keys().to_bytes()[..], &Encode::encode(&vec![3u8; 128])].concat();
    assert!(sent.ends_with(&bytes));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_to_do() {
    let fake = FakeChain::new();
    fake.state().events = |index| {
        vec![
            fee_paid(index),
            failure(index, "Validators", "TooFewCandidates", 0),
        ]
    };
    let chain = fake.connect().await;
    let Err(ChainError::Refused { error, remedy, .. }) = chain.pause(&signer("//Alice"), Wait::Best).await
    else {
        panic!("taken")
    };
    assert!(
        error == "TooFewCandidates" && remedy.contains("another"),
        "{remedy}"
    );
}
