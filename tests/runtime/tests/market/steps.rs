//! What may happen in a market, as plain values: a sequence that fails shrinks to a script that can be read.
//!
//! A number that names a person, card, key, order or offer is taken modulo what there is. Where there is none, the
//! step does nothing.

use hashcard_primitives::Balance;
use proptest::prelude::*;

/// Something that somebody tries. Whether the chain lets him is another question.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Publish {
        by: usize,
        price: Balance,
        editions: Option<u32>,
        royalty: u32,
        band: usize,
        supersedes: Option<usize>,
    },
    Revise {
        card: usize,
        price: Balance,
        editions: Option<u32>,
    },
    Retire {
        card: usize,
    },
    Register {
        who: usize,
    },
    Remove {
        who: usize,
        index: usize,
    },
    Mint {
        card: usize,
        to: usize,
    },
    Buy {
        card: usize,
        by: usize,
        fresh: bool,
    },
    Fulfil {
        order: usize,
        wrong: Option<Wrong>,
    },
    FulfilFor {
        order: usize,
        by: Who,
        as_holder: bool,
        wrong: Option<Wrong>,
    },
    Lock {
        order: usize,
        by: Who,
        as_holder: bool,
        empty: bool,
    },
    Expire {
        order: usize,
    },
    Settle {
        order: usize,
    },
    List {
        key: usize,
        by: Who,
        price: Balance,
    },
    Unlist {
        listing: usize,
        by: Who,
    },
    BuyListed {
        listing: usize,
        by: usize,
        fresh: bool,
        stale: bool,
    },
    Offer {
        card: usize,
        by: usize,
        price: Balance,
        named: Option<usize>,
        blocks: u32,
    },
    Withdraw {
        offer: usize,
        by: Who,
    },
    Accept {
        offer: usize,
        key: usize,
    },
    Gift {
        key: usize,
        to: usize,
        wrong: Option<Wrong>,
    },
    Rewrap {
        key: usize,
        index: usize,
        wrong: Option<Wrong>,
    },
    Appoint {
        card: usize,
        who: usize,
    },
    Dismiss {
        card: usize,
        who: usize,
        by: Who,
    },
    ClerkTerms {
        card: usize,
        commission: u32,
        any_holder: bool,
    },
    Upgrade {
        card: usize,
        discount: u32,
    },
    Claim {
        key: usize,
        fresh: bool,
    },
    Report {
        key: usize,
    },
    Discard {
        key: usize,
    },
    ClaimUnclaimed {
        who: usize,
    },
    /// Gives away all that is free.
    Empty {
        who: usize,
        into: usize,
    },
    Wait {
        blocks: u32,
    },
}

/// Whoever may do it, or somebody.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    Rightful,
    Anybody(usize),
}

/// What is wrong with a proof. Each must be refused, whatever else is right.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {
    Submitter,
    Signer,
    Order,
    Price,
    Sequence,
    Edition,
    Genesis,
    Receiver,
    Use,
}

fn wrong() -> impl Strategy<Value = Option<Wrong>> {
    let wrong = prop_oneof![
        Just(Wrong::Submitter),
        Just(Wrong::Signer),
        Just(Wrong::Order),
        Just(Wrong::Price),
        Just(Wrong::Sequence),
        Just(Wrong::Edition),
        Just(Wrong::Genesis),
        Just(Wrong::Receiver),
        Just(Wrong::Use),
    ];
    prop::option::weighted(0.1, wrong)
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![9 => Just(Who::Rightful), 1 => (0..8usize).prop_map(Who::Anybody)]
}

/// From nothing over dust to most of what a person has.
fn price() -> impl Strategy<Value = Balance> {
    prop_oneof![
        1 => Just(0),
        3 => 1u128..200,
        4 => 1_000_000_000u128..1_000_000_000_000_000,
        1 => Just(600_000_000_000_000_000),
    ]
}

fn share() -> impl Strategy<Value = u32> {
    prop_oneof![
        Just(0),
        1..10u32,
        1_000..300_000u32,
        Just(500_000),
        Just(1_000_000)
    ]
}

/// One step. Steps that lead on are likelier than those that end.
pub fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..64usize;
    let card = || 0..6usize;
    let person = || 0..8usize;
    let fresh = || prop::bool::weighted(0.2);
    prop_oneof![
        1 => (person(), price(), prop::option::of(1..4u32), share(), pick(), prop::option::of(card()))
            .prop_map(|(by, price, editions, royalty, band, supersedes)| {
                Step::Publish { by, price, editions, royalty, band, supersedes }
            }),
        1 => (card(), price(), prop::option::of(1..6u32))
            .prop_map(|(card, price, editions)| Step::Revise { card, price, editions }),
        1 => (40..70usize).prop_map(|card| Step::Retire { card }),
        3 => person().prop_map(|who| Step::Register { who }),
        2 => (person(), pick()).prop_map(|(who, index)| Step::Remove { who, index }),
        3 => (card(), person()).prop_map(|(card, to)| Step::Mint { card, to }),
        10 => (card(), person(), fresh()).prop_map(|(card, by, fresh)| Step::Buy { card, by, fresh }),
        14 => (pick(), wrong()).prop_map(|(order, wrong)| Step::Fulfil { order, wrong }),
        8 => (pick(), who(), any::<bool>(), wrong())
            .prop_map(|(order, by, as_holder, wrong)| Step::FulfilFor { order, by, as_holder, wrong }),
        4 => (pick(), who(), any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(order, by, as_holder, empty)| Step::Lock { order, by, as_holder, empty }),
        3 => pick().prop_map(|order| Step::Expire { order }),
        8 => pick().prop_map(|order| Step::Settle { order }),
        8 => (pick(), who(), price()).prop_map(|(key, by, price)| Step::List { key, by, price }),
        2 => (pick(), who()).prop_map(|(listing, by)| Step::Unlist { listing, by }),
        8 => (pick(), person(), fresh(), prop::bool::weighted(0.1))
            .prop_map(|(listing, by, fresh, stale)| Step::BuyListed { listing, by, fresh, stale }),
        5 => (card(), person(), price(), prop::option::of(pick()), 0..30u32)
            .prop_map(|(card, by, price, named, blocks)| Step::Offer { card, by, price, named, blocks }),
        2 => (pick(), who()).prop_map(|(offer, by)| Step::Withdraw { offer, by }),
        7 => (pick(), pick()).prop_map(|(offer, key)| Step::Accept { offer, key }),
        4 => (pick(), person(), wrong()).prop_map(|(key, to, wrong)| Step::Gift { key, to, wrong }),
        3 => (pick(), pick(), wrong()).prop_map(|(key, index, wrong)| Step::Rewrap { key, index, wrong }),
        4 => (card(), person()).prop_map(|(card, who)| Step::Appoint { card, who }),
        1 => (card(), person(), who()).prop_map(|(card, who, by)| Step::Dismiss { card, who, by }),
        3 => (card(), prop_oneof![4 => 0..=200_000u32, 1 => share()], prop::bool::weighted(0.5))
            .prop_map(|(card, commission, any_holder)| Step::ClerkTerms { card, commission, any_holder }),
        2 => (card(), share()).prop_map(|(card, discount)| Step::Upgrade { card, discount }),
        5 => (pick(), fresh()).prop_map(|(key, fresh)| Step::Claim { key, fresh }),
        2 => pick().prop_map(|key| Step::Report { key }),
        2 => pick().prop_map(|key| Step::Discard { key }),
        1 => person().prop_map(|who| Step::ClaimUnclaimed { who }),
        1 => (person(), person()).prop_map(|(who, into)| Step::Empty { who, into }),
        9 => prop_oneof![1..6u32, 10..12u32, 20..22u32].prop_map(|blocks| Step::Wait { blocks }),
    ]
}
