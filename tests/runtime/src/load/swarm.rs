//! Seats and signs of life.

use super::{done, market, turn, Sent};
use crate::{content::Sealed, transactions::Person};
use hashcard_primitives::{
    card::CardId,
    coverage::Coverage,
    seeder::{Delta, PeerId, MAX_DELTAS},
};
use hashcard_runtime::{constants::money::MIN_SEAT_BOND, Runtime, RuntimeCall};

/// Seeders among whom single seats are spread.
const SEEDERS: u32 = 64;
/// Beside the seeders.
const CREATOR: u32 = 1_000_000;

/// What a seeder says once.
pub fn registration(seeder: &Person) -> RuntimeCall {
    let mut peer = vec![0x12, 32];
    peer.extend_from_slice(seeder.account.as_ref());
    let peer: PeerId = peer.try_into().expect("it is as long as a hash");
    pallet_seeders::Call::<Runtime>::register {
        peer,
        addresses: Default::default(),
    }
    .into()
}

/// Seeders who have said where they are.
pub fn registered(count: u32) -> Vec<Person> {
    let seeders = Person::crowd(0, count);
    for seeder in &seeders {
        done(seeder, registration(seeder));
    }
    seeders
}

/// The least seat on a card that is held whole.
pub fn join(card: CardId, content: &Sealed) -> Delta {
    Delta::Join {
        card,
        coverage: Coverage::all(content.blob_len()),
        price_per_mib: None,
        bond: MIN_SEAT_BOND,
    }
}

/// What changes so many seats at once.
pub fn apply(deltas: Vec<Delta>) -> RuntimeCall {
    let deltas = deltas.try_into().expect("no more than one call takes");
    pallet_seeders::Call::<Runtime>::apply { deltas }.into()
}

/// One seat each, of everybody on one card after the other.
pub fn joins(count: u32) -> Vec<Sent> {
    let cards = market::published(&Person::rich(CREATOR), count.div_ceil(SEEDERS));
    let seeders = registered(SEEDERS);
    let join = |number: u32| {
        let (card, content) = &cards[(number / SEEDERS) as usize];
        Sent {
            by: turn(&seeders, number).clone(),
            call: apply(vec![join(*card, content)]),
        }
    };
    (0..count).map(join).collect()
}

/// Seats on as many cards as one call takes, of one seeder after the other.
pub fn full_joins(count: u32) -> Vec<Sent> {
    let cards = market::published(&Person::rich(CREATOR), MAX_DELTAS);
    let deltas: Vec<_> = cards.iter().map(|(card, content)| join(*card, content)).collect();
    let sent = |by| Sent {
        by,
        call: apply(deltas.clone()),
    };
    registered(count).into_iter().map(sent).collect()
}

/// One each, of seeders who are registered.
pub fn heartbeats(count: u32) -> Vec<Sent> {
    let sent = |by| Sent {
        by,
        call: pallet_seeders::Call::<Runtime>::heartbeat {}.into(),
    };
    registered(count).into_iter().map(sent).collect()
}

/// Registrations themselves.
pub fn registrations(count: u32) -> Vec<Sent> {
    let sent = |by: Person| Sent {
        call: registration(&by),
        by,
    };
    Person::crowd(0, count).into_iter().map(sent).collect()
}
