//! What people do all day, as many times as a block has room for it: prepared by real calls, so that each transaction that comes out
//! of it succeeds when it is sent in its order.
//!
//! Nothing is written into storage past the pallets. So a stage is a state that the chain can be in.

mod channels;
mod claims;
mod crowd;
mod market;
mod small;
mod spam;
mod swarm;

pub use crowd::{Crowd, SEATS_PER_CARD};
pub use spam::{cost_of, Cost, SPAM};

use crate::{blocks, transactions::Person, World};
use hashcard_primitives::{channel, reward, seeder};
use hashcard_runtime::{RuntimeCall, UncheckedExtrinsic};
use std::collections::BTreeMap;

/// A call and who sends it.
#[derive(Clone)]
pub struct Sent {
    /// Who.
    pub by: Person,
    /// What.
    pub call: RuntimeCall,
}

/// Something that people do.
#[derive(Clone, Copy)]
pub struct Act {
    /// What it is called in a table.
    pub name: &'static str,
    /// Things that one transaction does, such as vouchers that it redeems.
    pub things: u32,
    /// Most transactions that one stage has.
    pub most: u32,
    /// Prepares the running block of a new world for so many of it.
    pub stage: fn(u32) -> Vec<Sent>,
}

/// No limit of the stage's own.
const ANY: u32 = u32::MAX;

/// What a block is filled with.
pub const ACTS: [Act; 16] = [
    act("transfer", 1, ANY, small::transfers),
    act("publish, sealed", 1, ANY, market::publishes),
    act("publish, a post", 1, ANY, small::posts),
    act("buy", 1, ANY, market::buys),
    act("fulfil", 1, ANY, market::fulfils),
    act("seat delta, a join", 1, ANY, swarm::joins),
    act(
        "seat deltas, as many joins as fit",
        seeder::MAX_DELTAS,
        seeder::MAX_SEATS,
        swarm::full_joins,
    ),
    act("heartbeat", 1, ANY, swarm::heartbeats),
    act("redeem, a voucher of a line", 1, ANY, channels::redeems),
    act(
        "redeem, as many vouchers as fit",
        channel::MAX_VOUCHERS,
        ANY,
        channels::many_vouchers,
    ),
    act(
        "redeem, as many lines as fit",
        channel::MAX_REDEEMED_LINES,
        ANY,
        channels::many_lines,
    ),
    act("reaction", 1, ANY, small::reactions),
    act("follow", 1, ANY, small::follows),
    act("prove a claim", 1, claims::MOST, claims::proofs),
    act(
        "prove as many claims as fit",
        reward::MAX_PROOFS,
        claims::MOST / reward::MAX_PROOFS,
        claims::full_proofs,
    ),
    act("collect a claim", 1, claims::MOST, claims::collections),
];

const fn act(name: &'static str, things: u32, most: u32, stage: fn(u32) -> Vec<Sent>) -> Act {
    Act {
        name,
        things,
        most,
        stage,
    }
}

impl Act {
    /// A new `dev` chain in whose running block so many of it can be sent, and what is sent.
    pub fn staged(&self, count: u32) -> (World, Vec<Sent>) {
        let mut world = World::new(sp_genesis_builder::DEV_RUNTIME_PRESET);
        let sent = world.execute_with(|| {
            blocks::begin_first();
            (self.stage)(count.min(self.most))
        });
        world.commit();
        (world, sent)
    }
}

/// Signs what is sent, each person's in its order. Reads the chain.
pub fn signed(sent: Vec<Sent>) -> Vec<UncheckedExtrinsic> {
    let mut next = BTreeMap::new();
    sent.into_iter()
        .map(|Sent { by, call }| {
            let nonce = next
                .entry(by.account.clone())
                .or_insert_with(|| hashcard_runtime::System::account_nonce(&by.account));
            *nonce += 1;
            by.signs(*nonce - 1, call)
        })
        .collect()
}

/// Of `of`, the one whose turn it is.
fn turn<T>(of: &[T], number: u32) -> &T {
    &of[number as usize % of.len()]
}

/// Does it now, and fails if it is refused.
fn done(by: &Person, call: impl Into<RuntimeCall>) {
    if let Err(error) = crate::sign(&by.account, call) {
        panic!("a stage cannot be set: {}", crate::error_name(error));
    }
}
