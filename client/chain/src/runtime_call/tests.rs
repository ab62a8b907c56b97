use super::*;
use crate::{
    at::{At, ChainAt},
    metadata::committed,
    runtime::APIS,
    testing::FakeChain,
    Account,
};
use hashcard_primitives::{
    blob::{ContentRoot, Suite},
    card::{Access, Blob, Card, CardView, KeyCommitments, Kind, Terms},
    coverage::Coverage,
    feed::{Feed, FeedPage, FeedQuery},
    key::{CapsuleBytes, KeyPage, KeyView, OrderPage, OrderState, OrderView},
    lengths::Lengths,
    seeder::{SeatPage, SeatView},
    BoundedVec,
};
use std::collections::VecDeque;
use subxt::ext::scale_decode::visitor::{decode_with_visitor, IgnoreVisitor};

const ME: Account = [9; 32];

fn card(id: u64) -> CardView<Account> {
    CardView {
        id,
        card: Card {
            creator: ME,
            access: Access::Keyed,
            kind: Kind::Film,
            title: BoundedVec::truncate_from(b"A film".to_vec()),
            tags: BoundedVec::truncate_from(vec![BoundedVec::truncate_from(b"sea".to_vec())]),
            blob: Some(Blob {
                root: ContentRoot([1; 32]),
                len: 1_000,
                content_len: 700,
                suite: Suite::ChaCha20Poly1305,
                free_chunks: 1,
                salt: [2; 32],
                commitments: Some(KeyCommitments {
                    content: [3; 32],
                    key: [4; 32],
                }),
            }),
            in_reply_to: None,
            supersedes: Some(1),
            royalty: 50_000,
            delivery_share: 1,
            collaborators: Default::default(),
            published_at: 12,
        },
        terms: Terms {
            price: 5,
            editions: Some(3),
            listed: true,
            version: 2,
        },
        preview: BoundedVec::truncate_from(vec![1; 4096]),
        keys_made: 1,
        retired: false,
        frozen: false,
    }
}

fn seat() -> SeatView<Account> {
    SeatView {
        seeder: ME,
        peer: BoundedVec::truncate_from(vec![0, 36]),
        addresses: BoundedVec::truncate_from(vec![BoundedVec::truncate_from(vec![4; 8])]),
        coverage: Coverage(7),
        price_per_mib: Some(1),
        bond: 100,
        expires_at: 50,
    }
}

fn key(card: u64, edition: u64) -> KeyView<Account> {
    KeyView {
        card,
        edition,
        holder: ME,
        capsule: CapsuleBytes {
            r: [1; 32],
            c: [2; 32],
        },
        key_index: 0,
        encryption_key: [3; 32],
        sequence: 0,
    }
}

fn order(id: u64) -> OrderView<Account> {
    OrderView {
        id,
        card: 7,
        buyer: ME,
        seller: ME,
        price: 5,
        key_index: 0,
        encryption_key: [3; 32],
        state: OrderState::Delivered {
            edition: 1,
            settles_at: 9,
        },
    }
}

fn query() -> FeedQuery<Account> {
    FeedQuery {
        feed: Feed::Tag(BoundedVec::truncate_from(b"sea".to_vec())),
        kind: Some(Kind::Film),
        creator: Some(ME),
        tag: None,
        max_price: Some(6),
        since: Some(1),
        cursor: Some(640),
        limit: 20,
    }
}

/// Arguments and an answer of every runtime API that is called.
fn samples() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let lengths = Lengths {
        slot_millis: 3_000,
        epoch_slots: 20,
        order_deadline_blocks: 10,
        settlement_window_blocks: 5,
        seat_lifetime_blocks: 100,
    };
    let orders = OrderPage {
        orders: vec![order(3)],
        next: Some(4u64),
    };
    vec![
        ("CardsApi_card", (7u64,).encode(), Some(card(7)).encode()),
        (
            "CardsApi_cards_by_root",
            (ContentRoot([1; 32]),).encode(),
            vec![7u64].encode(),
        ),
        (
            "CardsApi_feed",
            (query(),).encode(),
            FeedPage {
                cards: vec![card(7)],
                next: Some(600),
            }
            .encode(),
        ),
        (
            "SeedersApi_seats",
            (7u64, 0u32).encode(),
            SeatPage {
                seats: vec![seat()],
                next: Some(1),
            }
            .encode(),
        ),
        (
            "SeedersApi_seats_of",
            (ME, Some(7u64)).encode(),
            vec![8u64].encode(),
        ),
        ("KeysApi_key", (7u64, 1u64).encode(), Some(key(7, 1)).encode()),
        (
            "KeysApi_keys_of",
            (ME, Some(1u128), 64u32).encode(),
            KeyPage {
                keys: vec![key(7, 1)],
                next: Some(5u128),
            }
            .encode(),
        ),
        ("KeysApi_order", (3u64,).encode(), Some(order(3)).encode()),
        (
            "KeysApi_orders_of_seller",
            (ME, 0u64, 64u32).encode(),
            orders.encode(),
        ),
        (
            "KeysApi_orders_of_buyer",
            (ME, 0u64, 64u32).encode(),
            orders.encode(),
        ),
        (
            "KeysApi_encryption_key",
            (ME, 0u32).encode(),
            Some([3u8; 32]).encode(),
        ),
        ("KeysApi_encryption_keys", (ME,).encode(), 1u32.encode()),
        ("LengthsApi_lengths", ().encode(), lengths.encode()),
        ("AccountNonceApi_account_nonce", (ME,).encode(), 5u32.encode()),
    ]
}

#[test]
fn arguments_and_answers_have_the_runtimes_own_encoding() {
    let metadata = committed();
    let mut called = Vec::new();
    for (name, args, answer) in samples() {
        let (api, method) = name.split_once('_').unwrap();
        called.push((api, method));
        let method = metadata
            .runtime_api_trait_by_name(api)
            .unwrap()
            .method_by_name(method)
            .unwrap();
        let mut args = &args[..];
        for input in method.inputs() {
            decode_with_visitor(&mut args, input.id, metadata.types(), IgnoreVisitor::new()).expect(name);
        }
        assert!(args.is_empty(), "{name} takes less");
        let mut answer = &answer[..];
        decode_with_visitor(
            &mut answer,
            method.output_ty(),
            metadata.types(),
            IgnoreVisitor::new(),
        )
        .expect(name);
        assert!(answer.is_empty(), "{name} answers less");
    }
    for (api, methods) in APIS {
        assert!(
            methods.iter().all(|method| called.contains(&(*api, *method))),
            "{api} has no sample"
        );
    }
}

/// A chain that answers `method` with these bytes, one after the other, the last one for ever.
async fn answering(method: &str, answers: &[Vec<u8>]) -> (FakeChain, ChainAt) {
    let fake = FakeChain::new();
    fake.state()
        .answers
        .insert(method.to_owned(), VecDeque::from(answers.to_vec()));
    let chain = fake.dial().await.unwrap();
    let at = chain.at(At {
        number: 1,
        hash: chain.best().await.unwrap().hash,
    });
    (fake, at)
}

/// Asks by name, as a user of the crate would; whether the answer was taken.
async fn ask(at: &ChainAt, name: &str) -> Result<()> {
    match name {
        "CardsApi_card" => at.card(7).await.map(drop),
        "CardsApi_cards_by_root" => at.cards_by_root(ContentRoot([1; 32])).await.map(drop),
        "CardsApi_feed" => at.feed(query()).await.map(drop),
        "SeedersApi_seats" => at.seats(7).await.map(drop),
        "SeedersApi_seats_of" => at.seats_of(ME).await.map(drop),
        "KeysApi_key" => at.key(7, 1).await.map(drop),
        "KeysApi_keys_of" => at.keys_of(ME).await.map(drop),
        "KeysApi_order" => at.order(3).await.map(drop),
        "KeysApi_orders_of_seller" => at.orders_of_seller(ME).await.map(drop),
        "KeysApi_orders_of_buyer" => at.orders_of_buyer(ME).await.map(drop),
        "KeysApi_encryption_key" => at.encryption_key(ME, 0).await.map(drop),
        "KeysApi_encryption_keys" => at.next_key_index(ME).await.map(drop),
        "LengthsApi_lengths" => at.lengths().await.map(drop),
        "AccountNonceApi_account_nonce" => at.nonce(ME).await.map(drop),
        other => panic!("{other}"),
    }
}

fn is_hostile(result: &Result<()>) -> bool {
    matches!(result, Err(ChainError::HostileAnswer { .. }))
}

#[tokio::test]
async fn answers_that_are_cut_off_or_left_over_or_endless_are_refused() {
    for (name, _, answer) in samples() {
        let (fake, at) = answering(name, &[]).await;
        let mut bad: Vec<Vec<u8>> = [0, answer.len() / 2, answer.len() - 1]
            .map(|len| answer[..len].to_vec())
            .into();
        bad.push([&answer[..], &[0]].concat());
        bad.push(vec![0xff; 64]);
        bad.push(vec![0; MAX_ANSWER + 1]);
        // A list of four billion rows that are not there.
        bad.push([&[3u8, 0xff, 0xff, 0xff, 0xff][..], &answer].concat());
        for bytes in bad {
            let len = bytes.len();
            fake.state()
                .answers
                .insert(name.to_owned(), VecDeque::from([bytes]));
            assert!(is_hostile(&ask(&at, name).await), "{name}, {len} bytes");
        }
    }
}

#[tokio::test]
async fn an_honest_answer_is_taken() {
    for (name, _, answer) in samples() {
        // Lists end with a page that leads nowhere.
        let last = match name {
            "SeedersApi_seats" => SeatPage::<Account> {
                seats: vec![],
                next: None,
            }
            .encode(),
            "SeedersApi_seats_of" => Vec::<u64>::new().encode(),
            "KeysApi_keys_of" => KeyPage::<Account> {
                keys: vec![],
                next: None,
            }
            .encode(),
            "KeysApi_orders_of_seller" | "KeysApi_orders_of_buyer" => OrderPage {
                orders: vec![order(4)],
                next: None,
            }
            .encode(),
            _ => answer.clone(),
        };
        let first = match name {
            // The page after the last key of this one.
            "KeysApi_keys_of" => {
                let next = Some(hashcard_primitives::key::item_id(7, 1));
                KeyPage {
                    keys: vec![key(7, 1)],
                    next,
                }
                .encode()
            }
            _ => answer,
        };
        let (_, at) = answering(name, &[first, last]).await;
        ask(&at, name).await.expect(name);
    }
}

#[tokio::test]
async fn an_answer_about_something_else_is_refused() {
    for (name, answer) in [
        ("CardsApi_card", Some(card(8)).encode()),
        ("KeysApi_key", Some(key(7, 2)).encode()),
        ("KeysApi_order", Some(order(4)).encode()),
        ("KeysApi_keys_of", {
            let theirs = KeyView {
                holder: [1; 32],
                ..key(7, 1)
            };
            KeyPage {
                keys: vec![theirs],
                next: None,
            }
            .encode()
        }),
        ("KeysApi_orders_of_buyer", {
            let theirs = OrderView {
                buyer: [1; 32],
                ..order(3)
            };
            OrderPage {
                orders: vec![theirs],
                next: None,
            }
            .encode()
        }),
    ] {
        let (_, at) = answering(name, &[answer]).await;
        assert!(is_hostile(&ask(&at, name).await), "{name}");
    }
}

#[tokio::test]
async fn pages_that_lead_nowhere_end() {
    let nowhere = [
        (
            "CardsApi_feed",
            FeedPage::<Account> {
                cards: vec![],
                next: Some(640),
            }
            .encode(),
        ),
        (
            "SeedersApi_seats",
            SeatPage::<Account> {
                seats: vec![],
                next: Some(0),
            }
            .encode(),
        ),
        ("SeedersApi_seats_of", (1..=256u64).collect::<Vec<_>>().encode()),
        (
            "KeysApi_keys_of",
            KeyPage::<Account> {
                keys: vec![],
                next: Some(1),
            }
            .encode(),
        ),
        (
            "KeysApi_orders_of_seller",
            OrderPage::<Account> {
                orders: vec![],
                next: Some(0),
            }
            .encode(),
        ),
        (
            "KeysApi_orders_of_buyer",
            OrderPage {
                orders: vec![order(5)],
                next: Some(5u64),
            }
            .encode(),
        ),
    ];
    for (name, page) in nowhere {
        let (fake, at) = answering(name, &[page]).await;
        assert!(is_hostile(&ask(&at, name).await), "{name}");
        assert!(fake.state().asked.len() < 10, "{name} was asked too often");
    }
}

#[tokio::test]
async fn pages_with_more_rows_than_asked_for_are_refused() {
    for (name, page) in [
        (
            "CardsApi_feed",
            FeedPage {
                cards: (0..21).map(card).collect(),
                next: None,
            }
            .encode(),
        ),
        ("CardsApi_cards_by_root", vec![1u64; 17].encode()),
        (
            "SeedersApi_seats",
            SeatPage {
                seats: vec![seat(); 65],
                next: None,
            }
            .encode(),
        ),
        (
            "KeysApi_keys_of",
            KeyPage {
                keys: vec![key(7, 1); 65],
                next: None,
            }
            .encode(),
        ),
        (
            "KeysApi_orders_of_buyer",
            OrderPage {
                orders: (0..65).map(order).collect(),
                next: None,
            }
            .encode(),
        ),
    ] {
        let (_, at) = answering(name, &[page]).await;
        assert!(is_hostile(&ask(&at, name).await), "{name}");
    }
}

#[tokio::test]
async fn a_method_that_the_runtime_lacks_is_told() {
    let fake = FakeChain::new();
    let chain = fake.dial().await.unwrap();
    assert!(
        matches!(chain.card(7).await, Err(ChainError::NodeRefused { method, .. }) if method == "state_call")
    );
}
