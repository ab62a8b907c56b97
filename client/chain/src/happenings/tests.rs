use super::*;
use crate::testing::{event, fee_paid, success, FakeChain};
use codec::{Compact, Encode};
use hashcard_primitives::key::Sale;

const ALICE: Account = [1; 32];
const BOB: Account = [2; 32];

fn list(events: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Compact(events.len() as u32).encode();
    bytes.extend(events.concat());
    bytes
}

fn read(bytes: Vec<u8>) -> Result<Vec<Happening>> {
    happenings(&crate::events::whole(
        Hashcard::offline(H256::zero(), 0, 0).events().from_bytes(bytes),
    )?)
}

/// One of each event that counts, with what it tells.
fn each() -> Vec<(Vec<u8>, Vec<Happening>)> {
    let (card, edition, order) = (7u64, 3u64, 12u64);
    let changed = Happening::CardChanged { card };
    let coverage = Coverage(0b101);
    vec![
        (
            event(
                0,
                "Cards",
                "Published",
                (card, ALICE, 1u8, None::<[u8; 32]>, 5u128),
            ),
            vec![changed.clone()],
        ),
        (
            event(0, "Cards", "TermsRevised", (card, 5u128, None::<u32>, true, 1u32)),
            vec![changed.clone()],
        ),
        (
            event(0, "Cards", "Retired", (card, 5u128, 0u128, true)),
            vec![changed.clone()],
        ),
        (event(0, "Cards", "Cleared", (card, 5u128)), vec![changed.clone()]),
        (event(0, "Cards", "Reported", (card, ALICE, 0u8, 1u32)), vec![]),
        (
            event(0, "Keys", "KeyMinted", (card, edition, BOB, 0u32)),
            vec![
                changed.clone(),
                Happening::KeyMinted {
                    card,
                    edition,
                    to: BOB,
                },
            ],
        ),
        (
            event(
                0,
                "Keys",
                "OrderPlaced",
                (
                    (order, card, Sale::Primary),
                    (BOB, ALICE, 5u128),
                    (0u32, None::<u64>, 99u32),
                ),
            ),
            vec![changed.clone()],
        ),
        (
            event(
                0,
                "Keys",
                "OrderFulfilled",
                (order, card, edition, BOB, None::<Account>, 99u32),
            ),
            vec![
                changed.clone(),
                Happening::OrderFulfilled {
                    order,
                    card,
                    edition,
                    buyer: BOB,
                },
            ],
        ),
        (
            event(0, "Keys", "SharePaid", (order, ALICE, 1u8, 2u128)),
            vec![Happening::SharePaid {
                order,
                account: ALICE,
                amount: 2,
            }],
        ),
        (
            event(
                0,
                "Keys",
                "OrderSettled",
                ((order, card, edition), (BOB, ALICE), (9u128, 7u128, 1u128)),
            ),
            vec![Happening::OrderSettled {
                order,
                card,
                edition,
                buyer: BOB,
                seller: ALICE,
                price: 9,
                paid: 7,
            }],
        ),
        (
            event(
                0,
                "Keys",
                "OrderRefunded",
                (order, card, BOB, 9u128, Some(edition)),
            ),
            vec![changed.clone(), Happening::KeyDestroyed { card, edition }],
        ),
        (
            event(0, "Keys", "OrderRefunded", (order, card, BOB, 9u128, None::<u64>)),
            vec![changed.clone()],
        ),
        (
            event(0, "Keys", "CardFrozen", (card, edition, BOB)),
            vec![changed.clone()],
        ),
        (
            event(0, "Keys", "KeyDiscarded", (card, edition, BOB, ALICE, 1u128)),
            vec![changed, Happening::KeyDestroyed { card, edition }],
        ),
        (
            event(0, "Keys", "KeyListed", (card, edition, BOB, 8u128)),
            vec![Happening::KeyListed {
                card,
                edition,
                price: 8,
            }],
        ),
        (
            event(0, "Keys", "KeyUnlisted", (card, edition, BOB)),
            vec![Happening::KeyUnlisted { card, edition }],
        ),
        (
            event(0, "Keys", "KeyGiven", (card, edition, BOB, ALICE, 0u32)),
            vec![Happening::KeyGiven {
                card,
                edition,
                to: ALICE,
            }],
        ),
        (
            event(0, "Seeders", "Joined", (card, BOB, coverage, None::<u128>, 5u128)),
            vec![Happening::Seated {
                card,
                seeder: BOB,
                coverage,
            }],
        ),
        (
            event(0, "Seeders", "Covered", (card, BOB, coverage)),
            vec![Happening::Seated {
                card,
                seeder: BOB,
                coverage,
            }],
        ),
        (
            event(0, "Seeders", "Left", (card, BOB)),
            vec![Happening::Unseated {
                card,
                seeder: BOB,
                by_himself: true,
            }],
        ),
        (
            event(0, "Seeders", "Displaced", (card, BOB, ALICE)),
            vec![Happening::Unseated {
                card,
                seeder: BOB,
                by_himself: false,
            }],
        ),
        (
            event(0, "Seeders", "Cleared", (BOB, vec![card, 8u64])),
            vec![
                Happening::Unseated {
                    card,
                    seeder: BOB,
                    by_himself: false,
                },
                Happening::Unseated {
                    card: 8,
                    seeder: BOB,
                    by_himself: false,
                },
            ],
        ),
        (
            event(0, "Seeders", "Heartbeat", (BOB, 900u32)),
            vec![Happening::Heartbeat {
                seeder: BOB,
                expires_at: 900,
            }],
        ),
        (
            event(
                0,
                "Channels",
                "Redeemed",
                ((5u64, 1u32, BOB), (9u128, 7u128, 1u128, 0u128)),
            ),
            vec![Happening::Redeemed {
                pool: 5,
                session: 1,
                payee: BOB,
                paid: 9,
            }],
        ),
        (
            event(0, "Channels", "CreatorPaid", (5u64, BOB, ALICE, 1u128)),
            vec![Happening::CreatorPaid {
                creator: ALICE,
                amount: 1,
            }],
        ),
        (
            event(0, "Rewards", "Collected", (4u32, card, BOB, 9u128, 2u128)),
            vec![Happening::HoldingPaid {
                card,
                seeder: BOB,
                from_sales: 9,
                from_endowments: 2,
            }],
        ),
        (event(0, "Rewards", "DeliveriesCollected", (BOB, 9u128)), vec![]),
    ]
}

#[test]
fn every_event_that_counts_is_told_in_order() {
    for (bytes, told) in each() {
        assert_eq!(read(list(&[success(0), bytes, fee_paid(0)])).unwrap(), told);
    }
    let (bytes, told): (Vec<_>, Vec<_>) = each().into_iter().unzip();
    assert_eq!(read(list(&bytes)).unwrap(), told.concat());
}

#[test]
fn events_that_are_cut_off_or_left_over_are_refused_whole() {
    let bytes: Vec<Vec<u8>> = each().into_iter().map(|(bytes, _)| bytes).collect();
    let good = list(&bytes);
    for len in 0..good.len() {
        assert!(read(good[..len].to_vec()).is_err(), "cut at {len}");
    }
    let mut longer = good;
    longer.push(0);
    assert!(read(longer).is_err());
}

#[tokio::test]
async fn a_block_tells_what_it_did_and_whom_it_follows() {
    let fake = FakeChain::new();
    fake.state().events = |index| {
        vec![
            event(index, "Cards", "Cleared", (u64::from(index), 0u128)),
            success(index),
        ]
    };
    fake.state().author_with(vec![vec![1], vec![2]]);
    let chain = fake.dial().await.unwrap();
    let (best, parent) = (
        chain.best().await.unwrap(),
        chain.block_at(9).await.unwrap().unwrap(),
    );
    let happened = chain.happened(best.hash).await.unwrap();
    assert_eq!((happened.at, happened.parent), (best, parent.hash));
    assert_eq!(
        happened.happenings,
        [
            Happening::CardChanged { card: 0 },
            Happening::CardChanged { card: 1 }
        ]
    );
    assert_eq!(chain.block_at(99).await.unwrap(), None);
    assert!(matches!(
        chain.happened([9; 32]).await,
        Err(ChainError::NodeRefused { .. })
    ));
}

#[tokio::test]
async fn the_next_card_is_read_from_storage() {
    let fake = FakeChain::new();
    let chain = fake.dial().await.unwrap();
    assert_eq!(chain.at_finalized().await.unwrap().next_card().await.unwrap(), 0);
    let client = Hashcard::offline(H256::zero(), 0, 0);
    let key = client
        .storage()
        .entry(("Cards", "NextCardId"))
        .unwrap()
        .key_prefix();
    fake.state().storage.insert(key.to_vec(), 41u64.encode());
    assert_eq!(chain.at_finalized().await.unwrap().next_card().await.unwrap(), 41);
}
