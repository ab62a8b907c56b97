use super::*;
use crate::{testing::FakeChain, Wait};
use codec::Encode;
use scale_info::{TypeDef, Variant};
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
    let verdict = verdict(bytes).unwrap();
    (verdict.no_queries, verdict.no_transactions)
}

#[test]
fn the_committed_file_describes_what_this_program_uses() {
    let ours = committed();
    assert_eq!(queries_fit(&ours, &ours), Ok(()));
    assert_eq!(transactions_fit(&ours, &ours), Ok(()));
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
        state.spec_version = 2;
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
