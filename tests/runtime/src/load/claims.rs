//! Claims for an era that has ended: seats that are old enough, sales that paid for them, and the leaves that the chain asks for.

use super::{done, market, swarm, Sent};
use crate::{blocks, content::Sealed, scene, transactions::Person};
use hashcard_primitives::{
    card::CardId,
    key::OrderState,
    reward::{PossessionProof, MAX_PROOFS},
    seeder::MAX_SEATS,
};
use hashcard_runtime::{Keys, Rewards, Runtime, RuntimeCall, System};

/// Cards on which every seeder has a seat: two calls' worth of the largest `prove`.
const CARDS: u32 = 2 * MAX_PROOFS;
/// Most claims that a stage has.
pub const MOST: u32 = CARDS * MAX_SEATS;
/// Beside the seeders.
const CREATOR: u32 = 1_000_000;
const BUYER: u32 = 1_000_001;

/// Seeders who hold every card, in the first block of an era that follows one in which each card was sold.
struct Held {
    seeders: Vec<Person>,
    cards: Vec<(CardId, Sealed)>,
}

impl Held {
    fn by(seeders: u32) -> Self {
        let creator = Person::rich(CREATOR);
        let held = Self {
            cards: market::published(&creator, CARDS),
            seeders: swarm::registered(seeders),
        };
        let joins: Vec<_> = held
            .cards
            .iter()
            .map(|(card, content)| swarm::join(*card, content))
            .collect();
        held.all_send(|| swarm::apply(joins.clone()));
        next_era();
        next_era();
        held.all_send(|| pallet_seeders::Call::<Runtime>::heartbeat {}.into());
        held.sell(&creator);
        next_era();
        held
    }

    fn all_send(&self, call: impl Fn() -> RuntimeCall) {
        self.seeders.iter().for_each(|seeder| done(seeder, call()));
    }

    fn sell(&self, creator: &Person) {
        let buyer = Person::rich(BUYER);
        scene::registered(&buyer.account);
        let mut orders = Vec::new();
        for (card, content) in &self.cards {
            done(&buyer, market::purchase(*card));
            let order = market::order_of(&buyer, *card);
            content.fulfil(order).expect("its creator delivers");
            orders.push(order);
        }
        for order in orders {
            if let Some(OrderState::Delivered { settles_at, .. }) =
                Keys::order(order).map(|order| order.state)
            {
                blocks::pass(settles_at.saturating_sub(System::block_number()));
            }
            done(creator, pallet_keys::Call::<Runtime>::settle { order });
        }
    }

    /// What a seeder is asked to show of a card.
    fn proof(&self, seeder: &Person, card: usize) -> PossessionProof {
        let (card, content) = &self.cards[card];
        let challenge = Rewards::challenge(*card, seeder.account.clone()).expect("the card was sold");
        content.show(*card, challenge.leaf)
    }

    /// One call for so many cards from a place on.
    fn prove(&self, seeder: &Person, first: u32, cards: u32) -> Sent {
        let places = first..first + cards;
        let proofs: Vec<_> = places.map(|card| self.proof(seeder, card as usize)).collect();
        Sent {
            by: seeder.clone(),
            call: pallet_rewards::Call::<Runtime>::prove {
                era: Rewards::era().era - 1,
                proofs: proofs.try_into().expect("no more than one call shows"),
            }
            .into(),
        }
    }

    /// So many calls of so many cards each.
    fn proofs(&self, count: u32, cards: u32) -> Vec<Sent> {
        let calls = CARDS / cards;
        (0..count)
            .map(|number| {
                let seeder = &self.seeders[(number / calls) as usize];
                self.prove(seeder, number % calls * cards, cards)
            })
            .collect()
    }
}

fn next_era() {
    let era = Rewards::era().era;
    while Rewards::era().era == era {
        blocks::next();
    }
}

/// One claim each.
pub fn proofs(count: u32) -> Vec<Sent> {
    Held::by(count.div_ceil(CARDS)).proofs(count, 1)
}

/// As many claims as one call makes.
pub fn full_proofs(count: u32) -> Vec<Sent> {
    Held::by(count.div_ceil(CARDS / MAX_PROOFS)).proofs(count, MAX_PROOFS)
}

/// Claims that were made in the era before, each collected by a call of its own.
pub fn collections(count: u32) -> Vec<Sent> {
    let held = Held::by(count.div_ceil(CARDS));
    let era = Rewards::era().era - 1;
    for seeder in &held.seeders {
        for first in (0..CARDS).step_by(MAX_PROOFS as usize) {
            let Sent { by, call } = held.prove(seeder, first, MAX_PROOFS);
            done(&by, call);
        }
    }
    next_era();
    let collect = |number: u32| {
        let by = held.seeders[(number / CARDS) as usize].clone();
        let card = held.cards[(number % CARDS) as usize].0;
        let claims = vec![(era, card)].try_into().expect("one");
        let seeder = by.account.clone();
        Sent {
            by,
            call: pallet_rewards::Call::<Runtime>::collect { seeder, claims }.into(),
        }
    };
    (0..count).map(collect).collect()
}
