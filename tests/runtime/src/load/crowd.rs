//! A chain that has grown: cards and seats in any number, each by a real call. A block of such a chain has to be as cheap as the first.

use super::{channels::Till, done, market, swarm};
use crate::{blocks, transactions::Person, World};
use hashcard_primitives::{card::CardId, channel::PoolId, key::Edition};
use hashcard_runtime::{AccountId, System};

/// Seats of every card.
pub const SEATS_PER_CARD: u32 = 10;
/// Cards that are published and seated between two commits: about as much as one block would take.
const AT_ONCE: u32 = 100;
/// Numbers of people: those of a step of growth begin here, and each step has as many more.
const FIRST_SEEDER: u32 = 2_000_000;
const FIRST_CREATOR: u32 = 1_500_000;
/// Of the one key that is sold here, and of the one pool.
const CREATOR: u32 = 1_000_010;
const BUYER: u32 = 1_000_011;

/// A chain that grows.
pub struct Crowd {
    world: World,
    cards: u32,
    steps: u32,
    /// A key that somebody holds.
    pub sold: (CardId, Edition),
    /// Who has a lane in session 0 of the pool.
    pub payee: AccountId,
    /// A pool with a session and a lane.
    pub pool: PoolId,
}

impl Crowd {
    /// In its first block: a card with a key, a pool with a session and a lane.
    pub fn small() -> Self {
        let mut world = World::new(sp_genesis_builder::DEV_RUNTIME_PRESET);
        let (sold, payee, pool) = world.execute_with(|| {
            blocks::begin_first();
            let (creator, buyer) = (Person::rich(CREATOR), Person::rich(BUYER));
            let sold = market::sold(&creator, &buyer, CREATOR);
            let till = Till::open();
            let (owner, pool) = till.place();
            let payee = creator.account;
            done(owner, till.lanes(std::iter::once(payee.clone()), 1, 1));
            (sold, payee, pool)
        });
        world.commit();
        Self {
            world,
            cards: 1,
            steps: 0,
            sold,
            payee,
            pool,
        }
    }

    /// The chain.
    pub fn world(&mut self) -> &mut World {
        &mut self.world
    }

    /// Cards that there are.
    pub fn cards(&self) -> u32 {
        self.cards
    }

    /// Publishes until there are so many cards, each new one with [`SEATS_PER_CARD`] seats.
    pub fn grow(&mut self, cards: u32) {
        while self.cards < cards {
            let more = AT_ONCE.min(cards - self.cards);
            let step = self.steps;
            self.world.execute_with(|| publish_and_seat(step, more));
            self.world.commit();
            self.cards += more;
            self.steps += 1;
        }
    }
}

fn publish_and_seat(step: u32, cards: u32) {
    let published = market::published(&Person::rich(FIRST_CREATOR + step), cards);
    let joins: Vec<_> = published
        .iter()
        .map(|(card, content)| swarm::join(*card, content))
        .collect();
    for seeder in Person::crowd(FIRST_SEEDER + step * SEATS_PER_CARD, SEATS_PER_CARD) {
        done(&seeder, swarm::registration(&seeder));
        done(&seeder, swarm::apply(joins.clone()));
    }
    // A real block would have ended before; what it said is nobody's business here.
    System::reset_events();
}
