use super::{
    fit::{min_bond, queries_fit, spec_version, transactions_fit},
    *,
};
use crate::{
    metadata::{committed, COMMITTED_BYTES},
    testing::{event, fee_paid, success, FakeChain},
    Wait,
};
use codec::{Decode, Encode};
use hashcard_primitives::social::{Reaction, ReactionCounts};
use scale_info::{form::PortableForm, TypeDef, Variant};
use subxt::ext::frame_metadata::{v16::RuntimeMetadataV16, RuntimeMetadata, RuntimeMetadataPrefixed};

/// The committed metadata with a change, as a node would send it.
fn changed(change: impl FnOnce(&mut RuntimeMetadataV16)) -> Vec<u8> {
    let mut metadata = RuntimeMetadataPrefixed::decode(&mut &COMMITTED_BYTES[..]).unwrap();
    let RuntimeMetadata::V16(inner) = &mut metadata.1 else {
        panic!("the committed file has version 16")
    };
    change(inner);
    metadata.encode()
}

/// Variants of a type, found by the end of its path.
fn variants<'a>(metadata: &'a mut RuntimeMetadataV16, path: &[&str]) -> &'a mut Vec<Variant<PortableForm>> {
    let ty = metadata
        .types
        .types
        .iter_mut()
        .find(|ty| {
            ty.ty
                .path
                .segments
                .iter()
                .map(String::as_str)
                .eq(path.iter().copied())
        })
        .unwrap();
    match &mut ty.ty.type_def {
        TypeDef::Variant(variants) => &mut variants.variants,
        _ => panic!("{path:?} is no enum"),
    }
}

fn judged(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let verdict = verdict(bytes, false).unwrap();
    (verdict.no_queries, verdict.no_transactions)
}

#[test]
fn the_committed_file_describes_what_this_program_uses() {
    let ours = committed();
    assert_eq!(queries_fit(&ours, &ours, &mut None), Ok(()));
    assert_eq!(transactions_fit(&ours, &ours, &mut None), Ok(()));
    assert_eq!(spec_version(&ours), Ok(*MADE_FOR));
    assert!(min_bond(&ours, "Seeders").unwrap() > 0);
    assert!(min_bond(&ours, "Validators").unwrap() > 0);
    assert_eq!(judged(COMMITTED_BYTES), (None, None));
}

#[test]
fn a_runtime_that_differs_elsewhere_only_is_understood() {
    let bytes = changed(|metadata| {
        metadata.pallets.iter_mut().for_each(|pallet| pallet.docs.clear());
        variants(metadata, &["pallet_proxy", "pallet", "Call"]).pop();
        // Another error at the end.
        let errors = variants(metadata, &["pallet_keys", "pallet", "Error"]);
        let mut one_more = errors.last().unwrap().clone();
        one_more.index += 1;
        one_more.name = "Newer".into();
        errors.push(one_more);
    });
    assert_ne!(bytes, COMMITTED_BYTES);
    assert_eq!(judged(&bytes), (None, None));
}

#[test]
fn a_call_that_changed_bars_transactions_and_not_queries() {
    for change in [
        |calls: &mut Vec<Variant<PortableForm>>| calls.retain(|call| call.name != "buy"),
        |calls: &mut Vec<Variant<PortableForm>>| {
            calls.iter_mut().find(|c| c.name == "buy").unwrap().index = 99
        },
        |calls: &mut Vec<Variant<PortableForm>>| {
            calls
                .iter_mut()
                .find(|c| c.name == "buy")
                .unwrap()
                .fields
                .reverse();
        },
    ] {
        let (no_queries, no_transactions) = judged(&changed(|metadata| {
            change(variants(metadata, &["pallet_keys", "pallet", "Call"]))
        }));
        assert_eq!(no_queries, None);
        assert!(no_transactions.unwrap().contains("Keys.buy"));
    }
}

#[test]
fn a_changed_event_or_error_bars_transactions() {
    let (_, events) = judged(&changed(|metadata| {
        variants(metadata, &["pallet_cards", "pallet", "Event"])[0]
            .fields
            .pop();
    }));
    assert!(events.unwrap().contains("events"));
    let (_, errors) = judged(&changed(|metadata| {
        variants(metadata, &["pallet_keys", "pallet", "Error"]).swap(0, 1);
        for (index, error) in variants(metadata, &["pallet_keys", "pallet", "Error"])
            .iter_mut()
            .enumerate()
        {
            error.index = index as u8;
        }
    }));
    assert!(errors.unwrap().contains("Keys."));
}

#[test]
fn another_way_to_sign_bars_transactions() {
    let (_, reason) = judged(&changed(|metadata| {
        let version_0 = metadata
            .extrinsic
            .transaction_extensions_by_version
            .get_mut(&0)
            .unwrap();
        version_0.pop();
    }));
    assert!(reason.unwrap().contains("signed"));
}

#[test]
fn a_changed_answer_bars_queries() {
    let (reason, _) = judged(&changed(|metadata| {
        variants(metadata, &["hashcard_primitives", "card", "Access"]).pop();
    }));
    assert!(reason.unwrap().contains("CardsApi.card"));
}

#[tokio::test]
async fn a_runtime_that_cannot_be_queried_is_refused_at_connect() {
    let fake = FakeChain::new();
    fake.state().metadata = changed(|metadata| metadata.apis.retain(|api| api.name != "CardsApi"));
    assert!(matches!(fake.dial().await, Err(ChainError::Incompatible { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_is_noticed_before_the_next_transaction() {
    let fake = FakeChain::new();
    let chain = fake.connect().await;
    let signer = crate::testing::signer("//Alice");
    assert!(chain.heartbeat(&signer, Wait::Best).await.is_ok());
    {
        let mut state = fake.state();
        state.spec_version += 1;
        state.metadata = changed(|metadata| {
            variants(metadata, &["pallet_seeders", "pallet", "Call"]).retain(|call| call.name != "heartbeat");
        });
    }
    let handed_over = fake.state().handed_over.len();
    assert!(matches!(
        chain.heartbeat(&signer, Wait::Best).await,
        Err(ChainError::Incompatible { .. })
    ));
    assert_eq!(fake.state().handed_over.len(), handed_over);
    // Queries go on.
    assert!(chain.min_seat_bond().await.is_ok());
}

/// The runtime before candidates, reactions and the council, as a node of its time describes it.
static SPEC_3: &[u8] = include_bytes!("../../artifacts/metadata-spec-3.scale");

fn of_spec_3() -> FakeChain {
    let fake = FakeChain::new();
    {
        let mut state = fake.state();
        state.spec_version = 3;
        state.metadata = SPEC_3.to_vec();
    }
    fake
}

#[test]
fn an_older_runtime_is_understood_and_what_it_lacks_is_known() {
    let found = verdict(SPEC_3, true).unwrap();
    assert_eq!((found.no_queries, found.no_transactions), (None, None));
    assert!(found.min_seat_bond > 0 && found.min_validator_bond.is_none() && found.events.is_some());
    for what in [
        "SocialApi_reactions",
        "ValidatorsApi_candidate",
        "social.react",
        "validators.bond",
    ] {
        assert!(found.lacks.contains(what), "{what}");
    }
    assert!(found.lacks.iter().all(|what| {
        let what = what.to_lowercase();
        what.starts_with("social") || what.starts_with("validators")
    }));
    // One that is not older has no excuse.
    assert!(verdict(SPEC_3, false).is_err());
}

#[tokio::test(start_paused = true)]
async fn what_an_older_runtime_has_works_and_what_it_has_not_is_told_by_name_and_sends_nothing() {
    let fake = of_spec_3();
    let chain = fake.connect().await;
    let alice = crate::testing::signer("//Alice");
    assert!(chain.heartbeat(&alice, Wait::Best).await.is_ok());
    let then = chain.at_finalized().await.unwrap();
    assert_eq!(then.reactions(7).await, Ok(ReactionCounts::default()));
    let handed_over = fake.state().handed_over.len();
    for (asked, named) in [
        (
            chain.react(&alice, 7, Reaction::Like, Wait::Best).await.map(drop),
            "social.react",
        ),
        (then.following([1; 32]).await.map(drop), "SocialApi_following"),
        (chain.min_validator_bond().await.map(drop), "Validators.MinBond"),
    ] {
        let Err(ChainError::NotYet {
            what,
            spec_version: 3,
            ..
        }) = asked
        else {
            panic!("{asked:?}")
        };
        assert_eq!(what, named);
    }
    assert_eq!(fake.state().handed_over.len(), handed_over);

    // The same handle, after the upgrade.
    {
        let mut state = fake.state();
        state.spec_version = *MADE_FOR;
        state.metadata = COMMITTED_BYTES.to_vec();
    }
    assert!(chain.min_validator_bond().await.is_ok());
    let reacted = chain.react(&alice, 7, Reaction::Like, Wait::Best).await;
    assert!(!matches!(reacted, Err(ChainError::NotYet { .. })));
    assert_eq!(fake.state().handed_over.len(), handed_over + 1);
}

/// Two events of a transaction, and one that only a newer runtime knows.
fn with_a_newer_event(index: u32) -> Vec<Vec<u8>> {
    let mut newer = event(index, "Cards", "Cleared", (7u64, 5u128));
    newer[6] = NEWER;
    vec![newer, fee_paid(index), success(index)]
}

/// Number of an event that this program does not know.
const NEWER: u8 = 200;

#[tokio::test(start_paused = true)]
async fn events_that_only_a_newer_runtime_knows_are_passed_over_and_without_its_description_refused() {
    let fake = FakeChain::new();
    fake.state().events = with_a_newer_event;
    let chain = fake.connect().await;
    let alice = crate::testing::signer("//Alice");
    let unread = chain.heartbeat(&alice, Wait::Best).await;
    assert!(matches!(unread, Err(ChainError::Unknown { .. })), "{unread:?}");
    {
        let mut state = fake.state();
        state.spec_version += 1;
        state.metadata = changed(|metadata| {
            let events = variants(metadata, &["pallet_cards", "pallet", "Event"]);
            let mut newer = events
                .iter()
                .find(|event| event.name == "Cleared")
                .unwrap()
                .clone();
            (newer.index, newer.name) = (NEWER, "Newer".into());
            events.push(newer);
        });
    }
    let read = chain.heartbeat(&alice, Wait::Best).await;
    assert!(read.is_ok(), "{read:?}");
}

#[test]
fn whoever_is_older_has_to_change() {
    for (version, remedy) in [
        (*MADE_FOR - 1, "until the chain is upgraded"),
        (*MADE_FOR + 1, "update hashcard"),
    ] {
        let told = incompatible("ws://there", "it has no CardsApi.card".into(), version).to_string();
        assert!(told.contains(remedy) && told.contains("CardsApi.card"), "{told}");
    }
}
