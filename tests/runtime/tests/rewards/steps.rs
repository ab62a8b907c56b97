//! What can happen next.

use hashcard_runtime::constants::money::{CARD, MILLICARD};
use proptest::prelude::*;

use crate::town::CROWDED;

/// How a proof is not what it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    Nothing,
    /// It shows the leaf beside the one that was asked for.
    OtherLeaf,
    /// A bit of the bytes is another.
    OtherByte,
    /// It names the running era.
    OtherEra,
    /// It shows a card twice.
    Twice,
}

#[derive(Clone, Debug)]
pub enum Step {
    Pass(u32),
    Fill(u32),
    Sell {
        card: usize,
    },
    Settle {
        card: usize,
    },
    Deliver {
        card: usize,
        to: usize,
        amount: u128,
    },
    Enlist(usize),
    Delist(usize),
    CollectDeliveries(usize),
    Join {
        who: usize,
        card: usize,
        coverage: u64,
        bond: u128,
    },
    Cover {
        who: usize,
        card: usize,
        coverage: u64,
    },
    Leave {
        who: usize,
        card: usize,
    },
    Forget {
        who: usize,
        by: usize,
    },
    Heartbeat {
        mask: u8,
    },
    Prove {
        who: usize,
        cards: u8,
        wrong: Wrong,
    },
    Collect {
        who: usize,
        by: usize,
        from: usize,
        most: usize,
    },
    Endow {
        who: usize,
        card: usize,
        amount: u128,
        per_block: u128,
    },
    EndEndowment {
        who: usize,
        pick: usize,
    },
    ClearCredits {
        card: usize,
    },
    SetEmission {
        seeders: u128,
        share: u32,
    },
}

fn pick() -> impl Strategy<Value = usize> {
    0..12usize
}

/// From nothing worth a reward to more than an era's pot allows.
fn paid() -> impl Strategy<Value = u128> {
    prop_oneof![
        1 => 1..20_000u128,
        4 => MILLICARD..20 * CARD,
        2 => 300 * CARD..900 * CARD,
    ]
}

fn bond() -> impl Strategy<Value = u128> {
    prop_oneof![1 => 0..200 * MILLICARD, 5 => 100 * MILLICARD..30 * CARD]
}

fn wrong() -> impl Strategy<Value = Wrong> {
    prop_oneof![
        12 => Just(Wrong::Nothing),
        1 => prop::sample::select(vec![Wrong::OtherLeaf, Wrong::OtherByte, Wrong::OtherEra, Wrong::Twice]),
    ]
}

fn endowed() -> impl Strategy<Value = (u128, u128)> {
    let amount = prop_oneof![1 => 0..CARD, 6 => CARD..20 * CARD];
    let per_block = prop_oneof![1 => Just(0u128), 2 => 1..10_000u128, 6 => MILLICARD..800 * MILLICARD];
    (amount, per_block)
}

/// Any step, those that make others possible more often.
pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        22 => (1..18u32).prop_map(Step::Pass),
        1 => (1..90u32).prop_map(Step::Fill),
        8 => pick().prop_map(|card| Step::Sell { card }),
        8 => pick().prop_map(|card| Step::Settle { card }),
        10 => (pick(), pick(), paid()).prop_map(|(card, to, amount)| Step::Deliver { card, to, amount }),
        4 => pick().prop_map(Step::Enlist),
        3 => pick().prop_map(Step::Delist),
        6 => pick().prop_map(Step::CollectDeliveries),
        6 => (pick(), pick(), 1..16u64, bond())
            .prop_map(|(who, card, coverage, bond)| Step::Join { who, card, coverage, bond }),
        2 => (pick(), pick(), 0..16u64).prop_map(|(who, card, coverage)| Step::Cover { who, card, coverage }),
        2 => (pick(), pick()).prop_map(|(who, card)| Step::Leave { who, card }),
        2 => (pick(), pick()).prop_map(|(who, by)| Step::Forget { who, by }),
        8 => prop_oneof![3 => Just(15u8), 1 => 0..16u8].prop_map(|mask| Step::Heartbeat { mask }),
        18 => (pick(), 1..8u8, wrong()).prop_map(|(who, cards, wrong)| Step::Prove { who, cards, wrong }),
        12 => (pick(), pick(), pick(), 0..4usize)
            .prop_map(|(who, by, from, most)| Step::Collect { who, by, from, most }),
        6 => (pick(), pick(), endowed())
            .prop_map(|(who, card, (amount, per_block))| Step::Endow { who, card, amount, per_block }),
        5 => (pick(), pick()).prop_map(|(who, pick)| Step::EndEndowment { who, pick }),
        2 => pick().prop_map(|card| Step::ClearCredits { card }),
        1 => (0..3 * CARD, 0..950_000u32).prop_map(|(seeders, share)| Step::SetEmission { seeders, share }),
    ]
}

/// The same where a card has no place left: seats are taken from others, and forgotten.
pub fn crowded_step() -> impl Strategy<Value = Step> {
    let taking = (pick(), 1..16u64, CARD..30 * CARD).prop_map(|(who, coverage, bond)| Step::Join {
        who,
        card: CROWDED,
        coverage,
        bond,
    });
    prop_oneof![
        8 => step().boxed(),
        2 => taking.boxed(),
        1 => (pick(), pick()).prop_map(|(who, by)| Step::Forget { who, by }).boxed(),
    ]
}
