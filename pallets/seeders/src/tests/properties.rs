//! Any sequence of calls leaves holds that add up, rankings that are sorted and agree with seats, never answers
//! an expired seat, and lets nobody leave a young one. `chain` checks the invariants; each step does so here too.

use super::*;
use crate::{card_of_key, ClearedCards, Rankings, Seeders as SeederRows};
use hashcard_primitives::{roles::CardLookup, seeder::MAX_SEATS, BlockNumber};
use proptest::prelude::*;
use std::collections::BTreeMap;

const CARDS: u64 = 3;
const ACCOUNTS: u16 = 8;

#[derive(Clone, Debug)]
enum Step {
    Register(u16, usize),
    Deregister(u16),
    Apply(u16, Vec<Delta>),
    Heartbeat(u16),
    Clear(u16, Vec<CardId>),
    Forget(u16, u16, Vec<CardId>),
    Retire(CardId),
    Wait(u8),
}

fn delta() -> impl Strategy<Value = Delta> {
    let bond = prop_oneof![Just(MIN_BOND - 1), MIN_BOND..MIN_BOND + 4];
    prop_oneof![
        4 => (0..=CARDS, 0..40u64, prop::option::of(0..3u128), bond).prop_map(
            |(card, coverage, price_per_mib, bond)| Delta::Join {
                card,
                coverage: Coverage(coverage),
                price_per_mib,
                bond
            }
        ),
        1 => (0..=CARDS, 0..40u64)
            .prop_map(|(card, coverage)| Delta::Cover { card, coverage: Coverage(coverage) }),
        2 => (0..=CARDS).prop_map(|card| Delta::Leave { card }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..ACCOUNTS, 0..128usize).prop_map(|(who, len)| Step::Register(who, len)),
        3 => (0..ACCOUNTS).prop_map(Step::Deregister),
        24 => (0..ACCOUNTS, prop::collection::vec(delta(), 0..4))
            .prop_map(|(who, list)| Step::Apply(who, list)),
        6 => (0..ACCOUNTS).prop_map(Step::Heartbeat),
        6 => (0..ACCOUNTS, prop::collection::vec(0..=CARDS, 0..3))
            .prop_map(|(who, list)| Step::Clear(who, list)),
        3 => (0..ACCOUNTS, 0..ACCOUNTS, prop::collection::vec(0..=CARDS, 0..3))
            .prop_map(|(by, whose, list)| Step::Forget(by, whose, list)),
        1 => (0..CARDS).prop_map(Step::Retire),
        12 => (1..40u8).prop_map(Step::Wait),
    ]
}

/// Refusals are fine: what matters is what is left behind.
fn take(step: &Step) {
    let _ = match step {
        Step::Register(who, len) => Seeders::register(by(seeder(*who)), peer(*who as u8), addresses(&[*len])),
        Step::Deregister(who) => Seeders::deregister(by(seeder(*who))),
        Step::Apply(who, list) => Seeders::apply(by(seeder(*who)), deltas(list)),
        Step::Heartbeat(who) => Seeders::heartbeat(by(seeder(*who))),
        Step::Clear(who, list) => {
            let cards = ClearedCards::try_from(list.clone()).unwrap();
            Seeders::clear(by(seeder(99)), seeder(*who), cards)
                .map(|_| ())
                .map_err(|error| error.error)
        }
        Step::Forget(who, whose, list) => {
            let cards = ClearedCards::try_from(list.clone()).unwrap();
            Seeders::forget(by(seeder(*who)), seeder(*whose), cards)
                .map(|_| ())
                .map_err(|error| error.error)
        }
        Step::Retire(card) => {
            retire(*card);
            Ok(())
        }
        Step::Wait(blocks) => {
            pass(u64::from(*blocks));
            Ok(())
        }
    };
}

/// Block in which each seat was taken.
fn ages() -> BTreeMap<(CardId, AccountId32), BlockNumber> {
    Seats::<Test>::iter()
        .map(|(seeder, key, seat)| ((card_of_key(key), seeder), seat.joined_at))
        .collect()
}

/// Takes a step and checks that each seat that was left in it was there before, and was old or of a retired
/// card. A seat that was left twice, or taken and left, was not there before.
fn take_and_check_ages(step: &Step) {
    let (mut before, now) = (ages(), System::block_number() as u32);
    System::reset_events();
    take(step);
    for event in events() {
        if let Event::Left { card, seeder } = event {
            let joined_at = before
                .remove(&(card, seeder))
                .expect("the seat is older than the call that left it");
            assert!(FakeCards::terms(card).is_none() || now >= joined_at + SEAT_LIFETIME);
        }
    }
}

fn answered(card: CardId) -> Vec<AccountId32> {
    let (mut out, mut next) = (Vec::new(), Some(0));
    while let Some(page) = next {
        let answer = Seeders::seats(card, page);
        let now = System::block_number() as u32;
        assert!(
            answer.seats.iter().all(|seat| seat.expires_at >= now),
            "an expired seat was answered"
        );
        out.extend(answer.seats.into_iter().map(|seat| seat.seeder));
        next = answer.next;
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn after_any_calls_holds_rankings_and_answers_agree(steps in prop::collection::vec(step(), 1..120)) {
        chain_of(ACCOUNTS, || {
            (0..CARDS).for_each(|card| know(card, Some(BLOB_LEN)));
            for step in &steps {
                take_and_check_ages(step);
                Seeders::do_try_state().unwrap();
                for card in 0..CARDS {
                    let now = System::block_number() as u32;
                    let lives = |account: &AccountId32| {
                        SeederRows::<Test>::get(account).unwrap().last_heartbeat + SEAT_LIFETIME >= now
                    };
                    let expected: Vec<_> = ranked(card).into_iter().filter(lives).collect();
                    assert_eq!(answered(card), expected);
                }
            }
        });
    }

}

proptest! {
    // Each case fills a whole card, so few of them say as much as many of the others.
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// The model keeps every bid and, each time, throws out the lowest and newest of those above the number
    /// of seats.
    #[test]
    fn a_card_keeps_the_highest_bonds_and_never_more_than_its_seats(
        bonds in prop::collection::vec(MIN_BOND..MIN_BOND + 20, 280),
    ) {
        chain(|| {
            know(0, Some(BLOB_LEN));
            let mut model: BTreeMap<(std::cmp::Reverse<Balance>, u16), AccountId32> = BTreeMap::new();
            for (number, bond) in bonds.iter().enumerate() {
                let account = registered(number as u16);
                let _ = Seeders::apply(by(account.clone()), deltas(&[join(0, *bond)]));
                model.insert((std::cmp::Reverse(*bond), number as u16), account);
                if model.len() > MAX_SEATS as usize {
                    model.pop_last();
                }
            }
            assert_eq!(Rankings::<Test>::get(0).len(), MAX_SEATS as usize);
            assert_eq!(ranked(0), model.into_values().collect::<Vec<_>>());
        });
    }
}
