//! Any sequence of calls, by honest accounts, a cheat and a pauper, on good and on lying cards.
//!
//! After each step every invariant holds, no unit is lost or made but by burnt fees, and nobody's wealth has
//! changed but by the settlements that were announced. At the end, every order can be ended.
//!
//! `HASHCARD_SEQUENCES` sets the number of sequences.

use super::*;
use crate::{Frozen, Keys, OpenOrderOf, Orders};
use frame_support::traits::{fungible::Inspect, Currency};
use hashcard_primitives::{key::OrderState, roles::CardLookup};
use proptest::prelude::*;
use std::collections::BTreeMap;

const EVERYBODY: [AccountId32; 6] = [CREATOR, CHEAT, BUYER, OTHER, STRANGER, PAUPER];
/// What the mock's network fee takes, in parts per million.
const FEE_PARTS: Balance = 25_000;

#[derive(Clone, Debug)]
enum Step {
    Register {
        who: usize,
        honest: bool,
    },
    Mint {
        card: u64,
        to: usize,
    },
    Buy {
        card: u64,
        who: usize,
        stale: bool,
    },
    Fulfil {
        pick: usize,
        lie: Option<Lie>,
    },
    Expire {
        pick: usize,
        by: usize,
    },
    Settle {
        pick: usize,
        by: usize,
    },
    Report {
        pick: usize,
        by: Option<usize>,
    },
    Discard {
        pick: usize,
        by: Option<usize>,
    },
    Claim {
        who: usize,
    },
    Wait {
        blocks: u32,
    },
    Revise {
        card: u64,
        price: Balance,
        editions: Option<u32>,
        listed: bool,
    },
    Retire {
        card: u64,
    },
    Empty {
        who: usize,
        into: usize,
    },
}

#[derive(Clone, Copy, Debug)]
enum Lie {
    Price,
    Order,
    Edition,
    Submitter,
    Content,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..EVERYBODY.len();
    let card = 0..5u64;
    let pick = 0..64usize;
    let lie = prop_oneof![
        Just(Lie::Price),
        Just(Lie::Order),
        Just(Lie::Edition),
        Just(Lie::Submitter),
        Just(Lie::Content)
    ];
    prop_oneof![
        2 => (who.clone(), prop::bool::weighted(0.9)).prop_map(|(who, honest)| Step::Register { who, honest }),
        2 => (card.clone(), who.clone()).prop_map(|(card, to)| Step::Mint { card, to }),
        8 => (card.clone(), who.clone(), prop::bool::weighted(0.1))
            .prop_map(|(card, who, stale)| Step::Buy { card, who, stale }),
        8 => (pick.clone(), prop::option::weighted(0.15, lie)).prop_map(|(pick, lie)| Step::Fulfil { pick, lie }),
        3 => (pick.clone(), who.clone()).prop_map(|(pick, by)| Step::Expire { pick, by }),
        4 => (pick.clone(), who.clone()).prop_map(|(pick, by)| Step::Settle { pick, by }),
        2 => (pick.clone(), prop::option::weighted(0.2, who.clone()))
            .prop_map(|(pick, by)| Step::Report { pick, by }),
        2 => (pick, prop::option::weighted(0.2, who.clone())).prop_map(|(pick, by)| Step::Discard { pick, by }),
        2 => who.clone().prop_map(|who| Step::Claim { who }),
        5 => (1..SETTLEMENT_WINDOW).prop_map(|blocks| Step::Wait { blocks }),
        1 => (card.clone(), 0..300u128, prop::option::of(0..4u32), prop::bool::weighted(0.8))
            .prop_map(|(card, price, editions, listed)| Step::Revise { card, price, editions, listed }),
        1 => card.prop_map(|card| Step::Retire { card }),
        2 => (who.clone(), who).prop_map(|(who, into)| Step::Empty { who, into }),
    ]
}

/// The `pick`-th of what there is, counted round.
fn nth<T>(mut all: Vec<T>, pick: usize) -> Option<T> {
    (!all.is_empty()).then(|| all.swap_remove(pick % all.len()))
}

fn some_key(pick: usize) -> Option<(CardId, Edition)> {
    let mut keys: Vec<_> = Keys::<Test>::iter()
        .map(|(card, edition, _)| (card, edition))
        .collect();
    keys.sort_unstable();
    nth(keys, pick)
}

fn some_order(pick: usize) -> Option<OrderId> {
    let mut ids: Vec<_> = Orders::<Test>::iter_keys().collect();
    ids.sort_unstable();
    nth(ids, pick)
}

/// Does one step, or nothing where it has no object. Calls may fail: what must hold, holds all the same.
fn take(step: Step) {
    match step {
        Step::Register { who, honest } => {
            let who = &EVERYBODY[who];
            let (key, proof) = next_key::<Test>(who);
            let signer = if honest { who } else { &STRANGER };
            let _ = send(signer, Call::register_key { key, proof });
        }
        Step::Mint { card, to } => {
            let (to, creator) = (&EVERYBODY[to], FakeCards::card(card).expect("published").creator);
            if Pallet::<Test>::encryption_keys(to.clone()) > 0 {
                let (capsule, proof) = Handover::gift::<Test>(card, to, 0).prove(&content(card));
                let _ = send(
                    &creator,
                    Call::mint {
                        card,
                        to: to.clone(),
                        key_index: 0,
                        capsule,
                        proof,
                    },
                );
            }
        }
        Step::Buy {
            card,
            who,
            stale: false,
        } => {
            let _ = try_buy(&EVERYBODY[who], card);
        }
        Step::Buy {
            card,
            who,
            stale: true,
        } => {
            let price = FakeCards::terms(card).map_or(0, |terms| terms.price);
            let key = fresh_key::<Test>(&EVERYBODY[who]);
            let refused = send(
                &EVERYBODY[who],
                Call::buy {
                    card,
                    price,
                    terms_version: u32::MAX,
                    key,
                },
            );
            assert!(refused.is_err());
        }
        Step::Fulfil { pick, lie } => {
            if let Some(order) = some_order(pick) {
                deliver(order, lie);
            }
        }
        Step::Expire { pick, by } => {
            if let Some(order) = some_order(pick) {
                let _ = send(&EVERYBODY[by], Call::expire { order });
            }
        }
        Step::Settle { pick, by } => {
            if let Some(order) = some_order(pick) {
                let _ = send(&EVERYBODY[by], Call::settle { order });
            }
        }
        Step::Report { pick, by } => {
            if let Some((card, edition)) = some_key(pick) {
                report(card, edition, by.map(|by| &EVERYBODY[by]));
            }
        }
        Step::Discard { pick, by } => {
            if let Some((card, edition)) = some_key(pick) {
                discard(card, edition, by.map(|by| &EVERYBODY[by]));
            }
        }
        Step::Claim { who } => {
            let _ = send(&EVERYBODY[who], Call::claim_unclaimed {});
        }
        Step::Wait { blocks } => wait(blocks),
        Step::Revise {
            card,
            price,
            editions,
            listed,
        } => FakeCards::revise(card, |terms| {
            *terms = Terms {
                price,
                editions,
                listed,
                version: terms.version,
            };
        }),
        Step::Retire { card } => FakeCards::retire(card),
        Step::Empty { who, into } => {
            let origin = RuntimeOrigin::signed(EVERYBODY[who].clone());
            let _ = Balances::transfer_all(origin, EVERYBODY[into].clone(), false);
        }
    }
}

fn deliver(order: OrderId, lie: Option<Lie>) {
    let handover = Handover::of_order::<Test>(order);
    let seller = handover.submitter.clone();
    let mut secret = content(handover.card);
    let proven = match lie {
        None => handover,
        Some(Lie::Price) => Handover {
            price: handover.price + 1,
            ..handover
        },
        Some(Lie::Order) => Handover {
            order: order + 1,
            ..handover
        },
        Some(Lie::Edition) => Handover {
            edition: handover.edition + 1,
            ..handover
        },
        Some(Lie::Submitter) => Handover {
            submitter: STRANGER,
            ..handover
        },
        Some(Lie::Content) => {
            secret = content(99);
            handover
        }
    };
    let (capsule, proof) = proven.prove(&secret);
    let sent = send(
        &seller,
        Call::fulfil {
            order,
            capsule,
            proof,
        },
    );
    assert!(lie.is_none() || sent.is_err());
}

fn report(card: CardId, edition: Edition, by: Option<&AccountId32>) {
    let holder = Pallet::<Test>::key(card, edition).expect("it was listed").holder;
    let by = by.unwrap_or(&holder);
    let was_frozen = Frozen::<Test>::contains_key(card);
    let sent = send(by, report_of(card, edition, by));
    let lying = FakeCards::card(card).is_some_and(|row| row.creator == CHEAT);
    assert_eq!(sent.is_ok(), lying && *by == holder && !was_frozen);
    if sent.is_ok() {
        assert!(OpenOrderOf::<Test>::get(by, card).is_none());
    }
}

fn discard(card: CardId, edition: Edition, by: Option<&AccountId32>) {
    let holder = Pallet::<Test>::key(card, edition).expect("it was listed").holder;
    let by = by.unwrap_or(&holder);
    let paid_for_by_open_order = Orders::<Test>::iter_values().any(|order| {
        order.card == card
            && matches!(order.state, OrderState::Delivered { edition: delivered, .. } if delivered == edition)
    });
    let sent = send(by, Call::discard_key { card, edition });
    let frozen = Frozen::<Test>::contains_key(card);
    assert_eq!(sent.is_ok(), frozen && *by == holder && !paid_for_by_open_order);
    assert_eq!(sent.is_err(), Keys::<Test>::contains_key(card, edition));
}

/// What everybody has, held and unclaimed included.
fn fortunes() -> BTreeMap<AccountId32, Balance> {
    EVERYBODY.map(|who| (who.clone(), wealth(&who))).into()
}

/// Does a step and checks that money went where events say, and nowhere else.
fn take_and_check(step: Step) {
    let moves_money_itself = matches!(step, Step::Empty { .. });
    let (mut expected, mut issued) = (fortunes(), Balances::total_issuance());
    System::reset_events();
    take(step);

    for record in System::events() {
        if let RuntimeEvent::KeysPallet(Event::OrderSettled {
            card,
            buyer,
            seller,
            paid,
            fee,
            ..
        }) = record.event
        {
            assert_eq!(fee, (paid + fee) * FEE_PARTS / 1_000_000);
            assert!(!Frozen::<Test>::contains_key(card));
            *expected.get_mut(&buyer).expect("a known buyer") -= paid + fee;
            *expected.get_mut(&seller).expect("a known seller") += paid;
            issued -= fee;
            assert_a_charged_buyer_can_read(card, &buyer);
        }
    }
    if !moves_money_itself {
        assert_eq!(fortunes(), expected);
    }
    assert_eq!(Balances::total_issuance(), issued);
    let everything: Balance = frame_system::Account::<Test>::iter_keys()
        .map(|who| <Balances as Inspect<_>>::total_balance(&who))
        .sum();
    assert_eq!(everything, issued);
    assert_ok!(Pallet::<Test>::do_try_state());
}

/// A buyer who was finally charged holds a key that opens the content point; on an honest card also one that
/// the card commits to.
fn assert_a_charged_buyer_can_read(card: CardId, buyer: &AccountId32) {
    let keys = Pallet::<Test>::keys_of(buyer.clone(), None, 64).keys;
    let key = keys
        .iter()
        .find(|key| key.card == card)
        .expect("a charged buyer holds a key");
    let point = opened(card, key.edition);
    assert_eq!(point, EncodedPoint(*content(card).point().as_bytes()));
    let lying = FakeCards::card(card).is_some_and(|row| row.creator == CHEAT);
    let commitment = hashcard_proofs::key_commitment(&point, &salt(card));
    let promised = Pallet::<Test>::keyed_card(card)
        .unwrap_or_else(|_| panic!("published"))
        .key_commitment;
    assert_eq!(commitment != promised, lying);
}

/// Lets time pass, ends every order in the one way that is open to it, destroys every key of a frozen card, and
/// pays out all that waits.
fn end_everything() {
    wait(ORDER_DEADLINE.max(SETTLEMENT_WINDOW) + 1);
    for (order, row) in Orders::<Test>::iter().collect::<Vec<_>>() {
        let frozen = Frozen::<Test>::contains_key(row.card);
        let refund = frozen || matches!(row.state, OrderState::Waiting { .. });
        let (end, other) = if refund {
            (Call::expire { order }, Call::settle { order })
        } else {
            (Call::settle { order }, Call::expire { order })
        };
        assert!(send(&STRANGER, other).is_err());
        assert_ok!(send(&STRANGER, end));
    }
    assert_eq!(Orders::<Test>::iter().count(), 0);
    for (card, edition, _) in Keys::<Test>::iter().collect::<Vec<_>>() {
        discard(card, edition, None);
    }
    assert!(Keys::<Test>::iter().all(|(card, _, _)| !Frozen::<Test>::contains_key(card)));
    for who in &EVERYBODY {
        assert_eq!(held(HoldReason::Order, who), 0);
        if Unclaimed::<Test>::contains_key(who) {
            let _ = Balances::deposit_creating(who, EXISTENTIAL_DEPOSIT);
            assert_ok!(send(who, Call::claim_unclaimed {}));
        }
    }
    assert_eq!(held(HoldReason::Unclaimed, &Pallet::<Test>::account_id()), 0);
    assert_ok!(Pallet::<Test>::do_try_state());
}

fn sequences() -> u32 {
    std::env::var("HASHCARD_SEQUENCES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(64)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(sequences()) })]

    #[test]
    fn no_sequence_of_calls_loses_makes_or_keeps_money(steps in prop::collection::vec(step(), 20..80)) {
        on_chain(|| {
            publish(&CREATOR, 1_010, Some(2));
            publish(&CREATOR, 0, None);
            publish_lie(&CHEAT, 777);
            publish(&PAUPER, 70, None);
            publish_lie(&CHEAT, 10);
            for step in steps {
                take_and_check(step);
            }
            end_everything();
        });
    }
}
