//! All that the chain's state says at one block, for an index that begins there.
//!
//! **One question for each card, and one for each of its keys**: nothing here iterates a map of the chain, so a light client
//! can do it too, and it takes as long as there are cards. What is read is written in parts, so that memory holds one of them.
//!
//! Seats that had expired then are not seen here; they come when their seeder lives again (see `follow::silent`).

use std::sync::Arc;

use futures::{stream, StreamExt, TryStreamExt};
use hashcard_chain::{At, Chain, ChainAt, ChainError};
use hashcard_index::facts::{Block, Fact};
use hashcard_index::Index;
use hashcard_primitives::card::{Access, CardId};

use super::facts::card_fact;
use super::{on, AT_A_TIME};
use crate::command::Event;
use crate::error::EngineError;
use crate::events::Events;

/// Facts that are written together: with texts of the greatest length about 50 MB.
const PART: usize = 10_000;
/// Cards between two words of how far it has come.
const SAID_EVERY: u64 = 1_000;

/// Empties the index, and begins it with the state after a block.
pub async fn begin_anew(
    chain: &Chain,
    index: &Arc<Index>,
    at: At,
    events: &Events,
) -> Result<(), EngineError> {
    let then = chain.at(at);
    let next = then.next_card().await?;
    on(index, |index| index.clear()).await?;
    let mut part = Vec::new();
    let mut cards = stream::iter(0..next)
        .map(|card| of_card(&then, card))
        .buffered(AT_A_TIME);
    let mut read = 0u64;
    while let Some(facts) = cards.try_next().await? {
        part.extend(facts);
        if part.len() >= PART {
            let facts = std::mem::take(&mut part);
            on(index, move |index| index.load(at.number, &facts)).await?;
        }
        read = read.saturating_add(1);
        if read.is_multiple_of(SAID_EVERY) {
            events
                .say(Event::Indexing {
                    cards: read,
                    total: next,
                })
                .await;
        }
    }
    let block = Block {
        number: at.number,
        hash: at.hash,
    };
    on(index, move |index| index.begin(block, &part)).await
}

/// A card, its seats, its keys, and what they were sold for.
async fn of_card(then: &ChainAt, card: CardId) -> Result<Vec<Fact>, ChainError> {
    let Some(view) = then.card(card).await? else {
        return Ok(Vec::new());
    };
    let mut facts = vec![Fact::Card(Box::new(card_fact(&view)))];
    if view.card.blob.is_some() {
        for seat in then.seats(card).await? {
            let (seeder, until, coverage) = (seat.seeder, seat.expires_at, seat.coverage);
            facts.extend([
                Fact::SeederLives { seeder, until },
                Fact::SeatTaken {
                    card,
                    seeder,
                    coverage,
                },
            ]);
        }
    }
    if view.card.access != Access::Keyed || view.keys_made == 0 {
        return Ok(facts);
    }
    for edition in 1..=u64::from(view.keys_made) {
        let Some(key) = then.key(card, edition).await? else {
            continue;
        };
        facts.push(Fact::KeyMade {
            card,
            edition,
            to: key.holder,
        });
        facts.extend(key.listed.map(|price| Fact::KeyListed { card, edition, price }));
    }
    if let Some(history) = then.price_history(card).await? {
        let (sold, volume) = (history.sold, history.volume);
        facts.push(Fact::SoldBefore { card, sold, volume });
    }
    Ok(facts)
}
