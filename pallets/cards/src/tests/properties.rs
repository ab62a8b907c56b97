//! Any sequence of publishing and retiring leaves feeds that a naive model has too, and no page that nobody
//! needs.

use super::*;
use crate::{FeedHeads, FeedPages};
use hashcard_primitives::{
    card::{Access, Blob, Card, KeyCommitments, Preview, Terms, Title},
    feed::{Feed, FeedQuery},
    BlockNumber,
};
use proptest::prelude::*;

const KINDS: [Kind; 3] = [Kind::Film, Kind::Music, Kind::Post];
const TAGS: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
enum Step {
    /// Creator, kind, which tags, price, and which earlier card to reply to.
    Publish {
        creator: bool,
        kind: usize,
        tags: u8,
        price: Balance,
        reply: Option<prop::sample::Index>,
    },
    Retire(prop::sample::Index),
    Wait(u8),
}

#[derive(Clone, Debug)]
struct Modelled {
    id: CardId,
    card: Card<AccountId32>,
    price: Balance,
    live: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let publish = (
        any::<bool>(),
        0..3usize,
        0..8u8,
        0..4u128,
        prop::option::weighted(0.2, any::<prop::sample::Index>()),
    )
        .prop_map(|(creator, kind, tags, price, reply)| Step::Publish {
            creator,
            kind,
            tags,
            price,
            reply,
        });
    let step = prop_oneof![
        6 => publish,
        4 => any::<prop::sample::Index>().prop_map(Step::Retire),
        1 => (1..50u8).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..250)
}

fn queries() -> impl Strategy<Value = FeedQuery<AccountId32>> {
    let feed = prop_oneof![
        Just(Feed::All),
        (0..3usize).prop_map(|kind| Feed::Kind(KINDS[kind])),
        any::<bool>().prop_map(|creator| Feed::Creator(account(creator))),
        (0..3usize).prop_map(|tag| Feed::Tag(tags(&TAGS[tag..=tag])[0].clone())),
        (0..40u64).prop_map(Feed::RepliesTo),
    ];
    let tag = (0..3usize).prop_map(|tag| tags(&TAGS[tag..=tag])[0].clone());
    (
        feed,
        prop::option::of((0..3usize).prop_map(|kind| KINDS[kind])),
        prop::option::of(any::<bool>().prop_map(account)),
        prop::option::of(tag),
        prop::option::of(0..4u128),
        prop::option::of(1..400u32),
        1..70u32,
    )
        .prop_map(|(feed, kind, creator, tag, max_price, since, limit)| FeedQuery {
            feed,
            kind,
            creator,
            tag,
            max_price,
            since,
            cursor: None,
            limit,
        })
}

fn account(alice: bool) -> AccountId32 {
    if alice {
        ALICE
    } else {
        BOB
    }
}

/// A keyed card without the cost of its proofs, which other tests check.
fn store(model: &[Modelled], step: &Step) -> Option<Modelled> {
    let Step::Publish {
        creator,
        kind,
        tags: chosen,
        price,
        reply,
    } = step
    else {
        return None;
    };
    let names: Vec<_> = (0..3)
        .filter(|bit| chosen >> bit & 1 == 1)
        .map(|bit| TAGS[bit])
        .collect();
    let live: Vec<_> = model.iter().filter(|card| card.live).collect();
    let parent = reply
        .as_ref()
        .filter(|_| !live.is_empty())
        .map(|index| index.get(&live).id);
    let number = NextCardId::<Test>::get();
    let mut root = [0; 32];
    root[..8].copy_from_slice(&number.to_le_bytes());
    let card = Card {
        creator: account(*creator),
        access: Access::Keyed,
        kind: KINDS[*kind],
        title: Title::truncate_from(b"t".to_vec()),
        tags: tags(&names),
        blob: Some(Blob {
            root: hashcard_primitives::blob::ContentRoot(root),
            len: 1_224,
            content_len: 1,
            suite: Suite::ChaCha20Poly1305,
            free_chunks: 0,
            salt: [0; 32],
            commitments: Some(KeyCommitments {
                content: [1; 32],
                key: [1; 32],
            }),
        }),
        in_reply_to: parent,
        supersedes: None,
        royalty: 0,
        delivery_share: 0,
        collaborators: Default::default(),
        published_at: System::block_number() as BlockNumber,
    };
    let terms = Terms {
        price: *price,
        editions: None,
        listed: true,
        version: 0,
    };
    let id = Cards::store(card.clone(), terms, Preview::default()).unwrap();
    Some(Modelled {
        id,
        card,
        price: *price,
        live: true,
    })
}

fn run(steps: &[Step]) -> Vec<Modelled> {
    let mut model: Vec<Modelled> = Vec::new();
    for step in steps {
        match step {
            Step::Publish { .. } => model.extend(store(&model, step)),
            Step::Wait(blocks) => System::set_block_number(System::block_number() + u64::from(*blocks)),
            Step::Retire(index) => {
                let mut live: Vec<_> = model.iter_mut().filter(|card| card.live).collect();
                if !live.is_empty() {
                    let at = index.index(live.len());
                    assert_ok!(Cards::retire(by(live[at].card.creator.clone()), live[at].id));
                    live[at].live = false;
                }
            }
        }
    }
    model
}

/// What the whole feed is, by reading every card.
fn expected(model: &[Modelled], query: &FeedQuery<AccountId32>) -> Vec<CardId> {
    let in_feed = |card: &Card<AccountId32>| match &query.feed {
        Feed::All => card.in_reply_to.is_none(),
        Feed::Kind(kind) => card.in_reply_to.is_none() && card.kind == *kind,
        Feed::Tag(tag) => card.in_reply_to.is_none() && card.tags.contains(tag),
        Feed::Creator(creator) => card.creator == *creator,
        Feed::RepliesTo(parent) => card.in_reply_to == Some(*parent),
    };
    let matches = |modelled: &&Modelled| {
        let card = &modelled.card;
        modelled.live
            && in_feed(card)
            && query.kind.is_none_or(|kind| card.kind == kind)
            && query
                .creator
                .clone()
                .is_none_or(|creator| card.creator == creator)
            && query.tag.clone().is_none_or(|tag| card.tags.contains(&tag))
            && query.max_price.is_none_or(|most| modelled.price <= most)
            && query.since.is_none_or(|since| card.published_at >= since)
    };
    model
        .iter()
        .rev()
        .filter(matches)
        .map(|modelled| modelled.id)
        .collect()
}

/// All answers of a query, one after the other.
fn answered(mut query: FeedQuery<AccountId32>) -> Vec<CardId> {
    let mut out = Vec::new();
    loop {
        let page = Cards::feed(query.clone());
        assert!(page.cards.len() <= query.limit as usize);
        out.extend(page.cards.iter().map(|view| view.id));
        match (page.next, query.cursor) {
            (None, _) => return out,
            (Some(next), Some(before)) if next >= before => panic!("the cursor stood still at {next}"),
            (next, _) => query.cursor = next,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_feed_under_any_filter_is_what_reading_every_card_would_give(
        steps in steps(),
        queries in prop::collection::vec(queries(), 12),
    ) {
        chain(|| {
            let model = run(&steps);
            Cards::do_try_state().unwrap();
            for query in queries {
                assert_eq!(answered(query.clone()), expected(&model, &query), "{query:?}");
            }
        });
    }

    #[test]
    fn when_every_card_is_retired_no_feed_row_is_left_and_no_deposit(steps in steps()) {
        chain(|| {
            for modelled in run(&steps).iter().filter(|card| card.live) {
                assert_ok!(Cards::retire(by(modelled.card.creator.clone()), modelled.id));
            }
            assert_eq!(FeedPages::<Test>::iter().count(), 0);
            assert_eq!(FeedHeads::<Test>::iter().count(), 0);
            assert_eq!((held(&ALICE), held(&BOB)), (0, 0));
        });
    }
}
