//! Random lives: sales and deliveries, proofs true and false, seats that higher bonds take, endowments, and eras that pass.
//!
//! Laws, after every step: the chain did what books kept beside it say, to the unit. Issuance changes by exactly what was
//! burnt and minted. What was minted for an era exceeds neither its pot nor φ of the fees that burnt in it. Every invariant
//! holds. And in the end all that was held for rewards and seats returns, and no row is left.
//!
//! `HASHCARD_SEQUENCES` sets the number of sequences.

use crate::{
    steps::{self, Step},
    town::{parties, seeder, Done, Town, SEEDERS},
};
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use hashcard_primitives::seeder::Delta;
use hashcard_runtime::{AccountId, Balances, Rewards, Runtime, RuntimeHoldReason};
use hashcard_runtime_tests::{
    check_invariants, check_invariants_of, figures::check_figures, sequences::Lives, sign,
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

/// What the parties have, free or held, and what there is in all.
struct Seen {
    wealth: BTreeMap<AccountId, i128>,
    issued: u128,
}

impl Seen {
    fn now() -> Self {
        let wealth = |who: AccountId| {
            let has = Balances::total_balance(&who) as i128;
            (who, has)
        };
        Self {
            wealth: parties().into_iter().map(wealth).collect(),
            issued: <Balances as Inspect<AccountId>>::total_issuance(),
        }
    }

    /// Fails unless a step changed what it said, and nothing else.
    fn after(mut self, done: &Done, town: &Town) -> Self {
        let now = Self::now();
        let effect = &done.effect;
        assert_eq!(
            now.issued,
            self.issued + effect.minted - effect.burnt,
            "issued after {}: {effect:?}",
            done.name
        );
        for (who, change) in &effect.wealth {
            *self.wealth.entry(who.clone()).or_default() += change;
        }
        assert_eq!(now.wealth, self.wealth, "after {}: {effect:?}", done.name);
        for (number, era) in town.books.eras.iter().enumerate() {
            let granted = pallet_rewards::Eras::<Runtime>::get(number as u32).map_or(0, |era| era.granted);
            assert!(granted >= era.minted, "era {number} minted more than it promised");
            assert!(
                granted <= era.pot,
                "era {number}: {granted} of a pot of {}",
                era.pot
            );
            assert!(
                granted <= era.most,
                "era {number}: {granted} for credit of {}",
                era.most
            );
        }
        now
    }
}

/// How often each thing was done, over all sequences.
static TAKEN: [AtomicU64; DEEDS.len()] = [const { AtomicU64::new(0) }; DEEDS.len()];
const DEEDS: [&str; 20] = [
    "clear_credits",
    "collect",
    "collect_deliveries",
    "cover",
    "delist",
    "deliver",
    "displace",
    "end_endowment",
    "endow",
    "enlist",
    "fill",
    "forget",
    "heartbeat",
    "join",
    "leave",
    "pass",
    "prove",
    "sell",
    "set_emission",
    "settle",
];

fn count(done: &Done) {
    let deed = DEEDS.binary_search(&done.name).expect("every step has a name");
    TAKEN[deed].fetch_add(1, Ordering::Relaxed);
}

/// Lives a sequence, then ends everything that anybody began.
fn live(mut town: Town, steps: &[Step]) {
    let mut seen = Seen::now();
    for step in steps {
        let done = town.take(step);
        // What the chain refuses it undoes; the pallet's own tests compare the whole state.
        if done.taken {
            count(&done);
            seen = seen.after(&done, &town);
            check_invariants_of::<Rewards>();
        }
    }
    check_figures();
    end_everything(&mut town, seen);
    nothing_is_left();
    check_invariants();
}

fn end_everything(town: &mut Town, mut seen: Seen) {
    let mut must = |town: &mut Town, done: Done| {
        assert!(done.taken, "{} in the end", done.name);
        let before = std::mem::replace(&mut seen, Seen::now());
        before.after(&done, town);
    };
    let era = |town: &mut Town, must: &mut dyn FnMut(&mut Town, Done)| {
        let running = town.books.running();
        while town.books.running() == running {
            let done = town.take(&Step::Pass(1));
            must(town, done);
        }
    };
    let open: Vec<_> = town
        .books
        .endowments
        .iter()
        .map(|(id, one)| (*id, one.funder.clone()))
        .collect();
    for (id, funder) in open {
        // One that was ended before may have to wait.
        let done = town.end_endowment(&funder, id);
        if done.taken {
            must(town, done);
        }
    }
    // The rest of this one, which may be a block, and a whole one: longer than a settlement window.
    (0..2).for_each(|_| era(town, &mut must));
    for _ in 0..town.unsettled() {
        // The first of those that are due; all are by now.
        let done = town.take(&Step::Settle { card: 1 });
        must(town, done);
    }
    // Credit of the last sales, and of deliveries, needs two eras to be nobody's, and so does a promise of an endowment.
    (0..2).for_each(|_| era(town, &mut must));
    for who in (0..SEEDERS.len()).map(seeder) {
        let claims = town.books.shares.iter();
        let claims = claims.filter(|(_, shares)| shares.claims.contains_key(&who));
        let claims: Vec<_> = claims.map(|(claim, _)| *claim).collect();
        for some in claims.chunks(3) {
            let done = town.collect(&seeder(0), &who, some);
            must(town, done);
        }
    }
    for number in 0..SEEDERS.len() {
        if town.books.earners.contains_key(&seeder(number)) {
            let done = town.take(&Step::CollectDeliveries(number));
            if done.taken {
                must(town, done);
            }
            let done = town.take(&Step::Delist(number));
            must(town, done);
        }
    }
    for id in town.books.endowments.keys().copied().collect::<Vec<_>>() {
        let done = town.end_endowment(&seeder(0), id);
        must(town, done);
    }
    for card in town.books.credited() {
        let done = town.clear_credits(card);
        must(town, done);
    }
    leave_all();
}

/// Every seat that people of the town have is old by now.
fn leave_all() {
    for who in (0..SEEDERS.len()).map(seeder) {
        let card_of = |key: [u8; 8]| u64::from_be_bytes(key);
        let seats: Vec<_> = pallet_seeders::Seats::<Runtime>::iter_key_prefix(&who)
            .map(card_of)
            .collect();
        for card in seats {
            assert_ok!(crate::acts::apply(&who, Delta::Leave { card }));
        }
        let lost: Vec<_> = pallet_seeders::Displaced::<Runtime>::iter_key_prefix(&who)
            .map(card_of)
            .collect();
        if !lost.is_empty() {
            let call = pallet_seeders::Call::<Runtime>::forget {
                seeder: who.clone(),
                cards: lost.try_into().expect("few"),
            };
            assert_ok!(sign(&who, call));
        }
        assert_ok!(sign(&who, pallet_seeders::Call::<Runtime>::deregister {}));
    }
}

fn nothing_is_left() {
    use pallet_rewards::HoldReason::{Deposit, Endowment};
    use pallet_seeders::HoldReason as OfSeats;
    assert_eq!(pallet_rewards::Claims::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_rewards::SharesOf::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_rewards::Endowments::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_rewards::Earners::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_rewards::CardCredits::<Runtime>::iter().count(), 0);
    for who in parties() {
        for reason in [
            RuntimeHoldReason::Rewards(Deposit),
            RuntimeHoldReason::Rewards(Endowment),
            RuntimeHoldReason::Seeders(OfSeats::Bond),
            RuntimeHoldReason::Seeders(OfSeats::Deposit),
        ] {
            assert_eq!(Balances::balance_on_hold(&reason, &who), 0, "{reason:?} of {who}");
        }
    }
    assert_eq!(Balances::total_balance(&Rewards::account_id()), 0);
}

#[test]
fn no_sequence_mints_more_than_a_part_of_what_burnt_or_keeps_what_was_held() {
    let quiet = Lives {
        unless_told: 300,
        one_of: 1,
        most_steps: 60,
        begin: Town::quiet,
        live,
    };
    let crowded = Lives {
        one_of: 10,
        begin: Town::crowded,
        ..quiet
    };
    quiet.all(steps::step);
    crowded.all(steps::crowded_step);
    let taken: Vec<_> = DEEDS
        .iter()
        .zip(&TAKEN)
        .map(|(deed, taken)| (*deed, taken.load(Ordering::Relaxed)))
        .collect();
    println!("what was done: {taken:?}");
    // Random lives in which something never happens prove nothing about it.
    if crowded.number() >= 30 {
        let never: Vec<_> = taken.iter().filter(|(_, taken)| *taken == 0).collect();
        assert!(never.is_empty(), "never happened: {never:?}");
    }
}
