//! One file for each call and two for `publish`, one for queries, one for what holds under any sequence of calls.

mod add_sources;
mod clear;
mod collaborators;
mod lookup;
mod properties;
mod proven_blob;
mod publish;
mod query;
mod report;
mod retire;
mod revise_terms;

use crate::{mock::*, specimen::Specimen, BlobProof, Content, Event, HoldReason, NextCardId};
use frame_support::{assert_ok, traits::fungible::InspectHold};
use frame_system::RawOrigin;
use hashcard_primitives::{
    blob::Suite,
    card::{CardId, Collaborator, Collaborators, Kind, Listing, Tags},
    Balance,
};
use sp_runtime::AccountId32;

fn by(account: AccountId32) -> RuntimeOrigin {
    RawOrigin::Signed(account).into()
}

fn tags(tags: &[&str]) -> Tags {
    let tags: Vec<_> = tags
        .iter()
        .map(|tag| tag.as_bytes().to_vec().try_into().unwrap())
        .collect();
    tags.try_into().unwrap()
}

/// A listing without price, with one tag.
fn listing() -> Listing {
    Listing {
        kind: Kind::Film,
        title: b"A film".to_vec().try_into().unwrap(),
        tags: tags(&["noir"]),
        preview: b"Rain on a street".to_vec().try_into().unwrap(),
        in_reply_to: None,
        supersedes: None,
        royalty: 50_000,
        delivery_share: 100_000,
        price: 0,
        editions: None,
        collaborators: Default::default(),
    }
}

fn for_sale() -> Listing {
    Listing {
        price: 500,
        editions: Some(10),
        ..listing()
    }
}

fn collaborators(of: &[(AccountId32, u32)]) -> Collaborators<[u8; 32]> {
    let of: Vec<_> = of
        .iter()
        .map(|(account, share)| Collaborator {
            account: account.clone().into(),
            share: *share,
        })
        .collect();
    of.try_into().unwrap()
}

/// Five chunks and a bit, sealed.
fn sealed(creator: AccountId32, seed: u8) -> Specimen {
    Specimen {
        genesis: GENESIS,
        creator,
        suite: Suite::ChaCha20Poly1305,
        content_len: 1_400_000,
        seed,
    }
}

fn plain(creator: AccountId32, seed: u8) -> Specimen {
    Specimen {
        suite: Suite::Plain,
        ..sealed(creator, seed)
    }
}

fn publish(creator: AccountId32, listing: Listing, content: Content) -> CardId {
    let id = NextCardId::<Test>::get();
    assert_ok!(Cards::publish(by(creator), listing, content));
    id
}

fn blob(proof: BlobProof) -> Content {
    Content::Blob(proof.into())
}

fn publish_keyed(creator: AccountId32, seed: u8) -> CardId {
    publish(creator.clone(), for_sale(), blob(sealed(creator, seed).proof()))
}

fn publish_open(creator: AccountId32, seed: u8) -> CardId {
    publish(creator.clone(), listing(), blob(plain(creator, seed).proof()))
}

fn publish_inline(creator: AccountId32) -> CardId {
    publish(creator, listing(), Content::Inline)
}

fn held(account: &AccountId32) -> Balance {
    Balances::balance_on_hold(&HoldReason::Card.into(), account)
}

fn last_event() -> Event<Test> {
    match System::events().pop().expect("an event was deposited").event {
        RuntimeEvent::Cards(event) => event,
        other => panic!("the last event is another pallet's: {other:?}"),
    }
}
