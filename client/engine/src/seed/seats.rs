//! The seats of this home, kept in step with its store.
//!
//! What should be and what is are compared anew each time, so nothing has to be remembered: a seat that was lost, or a
//! blob that was removed while nobody looked, is found by the next comparison.
//!
//! The price of a seat cannot be changed: a seat at another price than is asked is left and taken anew in one call, once it is old
//! enough to be left. Until then payers are held to what it says, see [`crate::pay::price`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use hashcard_chain::{ChainAt, Wait};
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::CardId;
use hashcard_primitives::coverage::Coverage;
use hashcard_primitives::seeder::{Delta, MAX_DELTAS};
use hashcard_primitives::{Balance, BlockNumber};

use crate::amount::Amount;
use crate::command::Event;
use crate::engine::{known_card, waiting_for_disk, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::pay::price::{Offered, Shelf};
use crate::swarm::Swarm;

/// Heartbeats in the life of a seat: two may fail before it is lost.
const HEARTBEATS_PER_LIFE: BlockNumber = 3;
/// Pause after a failure.
const TRY_AGAIN: Duration = Duration::from_secs(15);

/// The seats.
pub struct Seats {
    peer: Vec<u8>,
    addresses: Vec<Vec<u8>>,
    bond: Option<Amount>,
    /// What is offered for money, and at what price.
    shelf: Arc<Shelf>,
    /// Cards that refused a seat in this run, for a reason that does not pass by itself.
    refused: BTreeSet<CardId>,
    /// Cards whose seat is too young to be left; looked at again at the next heartbeat.
    young: BTreeSet<CardId>,
    /// Block of the last sign of life.
    alive_at: Option<BlockNumber>,
}

impl Seats {
    /// For this peer. `bond` is for each new seat, and the shelf's price.
    pub fn new(swarm: &Swarm, bond: Option<Amount>, shelf: Arc<Shelf>) -> Self {
        Self {
            peer: swarm.peer_bytes(),
            addresses: swarm.address_bytes(),
            bond,
            shelf,
            refused: BTreeSet::new(),
            young: BTreeSet::new(),
            alive_at: None,
        }
    }

    /// Registers, takes and changes seats, and keeps them alive. Never returns.
    pub async fn keep(&mut self, engine: &Engine, actor: &Actor, events: &Events) {
        loop {
            if let Err(error) = self.keep_while_connected(engine, actor, events).await {
                events
                    .say(Event::Trouble {
                        message: error.message,
                        remedy: error.remedy,
                    })
                    .await;
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    async fn keep_while_connected(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        events: &Events,
    ) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        let beat_every = (chain.lengths().await?.seat_lifetime_blocks / HEARTBEATS_PER_LIFE).max(1);
        if self.alive_at.is_none() {
            let (peer, addresses) = (self.peer.clone(), self.addresses.clone());
            let registered = chain
                .register_seeder(&actor.signer, peer, addresses, Wait::Best)
                .await?;
            self.alive_at = Some(registered.at.number);
            events
                .say(Event::Registered {
                    block: registered.at.number,
                })
                .await;
        }
        let mut blocks = chain.finalized_blocks().await?;
        self.bring_in_step(engine, actor, events).await?;
        loop {
            tokio::select! {
                () = engine.holdings_to_change() => self.bring_in_step(engine, actor, events).await?,
                block = blocks.next() => {
                    let Some(block) = block else { return Ok(()) };
                    let now = block?.number;
                    if now >= self.alive_at.unwrap_or(0).saturating_add(beat_every) {
                        let beaten = chain.heartbeat(&actor.signer, Wait::Best).await?;
                        self.alive_at = Some(beaten.at.number);
                        events.say(Event::Heartbeat { block: beaten.at.number }).await;
                        if !std::mem::take(&mut self.young).is_empty() {
                            self.bring_in_step(engine, actor, events).await?;
                        }
                    }
                }
            }
        }
    }

    /// Gives up all seats; whether that worked.
    pub async fn leave_all(&mut self, engine: &Engine, actor: &Actor, events: &Events) -> bool {
        let left = async {
            let seated = engine
                .chain()
                .await?
                .at_best()
                .await?
                .seats_of(actor.account)
                .await?;
            let deltas: Vec<Delta> = seated.into_iter().map(|card| Delta::Leave { card }).collect();
            self.apply(engine, actor, deltas, events).await
        };
        match left.await {
            Ok(()) => true,
            Err(error) => {
                events
                    .say(Event::Trouble {
                        message: error.message,
                        remedy: error.remedy,
                    })
                    .await;
                false
            }
        }
    }

    async fn bring_in_step(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        events: &Events,
    ) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        let bond = match self.bond {
            Some(bond) => bond.0,
            None => chain.min_seat_bond().await?,
        };
        let held = held(engine).await?;
        let seated = seated(&chain.at_best().await?, actor, &held).await?;
        self.shelf.fill(offered(&held, &seated));
        let passed_over = &self.refused | &self.young;
        let deltas = deltas(&held, &seated, &passed_over, bond, self.shelf.asking().in_seat());
        // A seat that has lapsed does not say its price; it is looked at again when it is live.
        let lapsed = seated
            .iter()
            .filter(|(card, seat)| seat.is_none() && held.contains_key(card));
        self.young.extend(lapsed.map(|(card, _)| *card));
        self.apply(engine, actor, deltas, events).await
    }

    /// Applies deltas, as many at once as a call takes. A call is all or nothing, so when one is refused each of its deltas
    /// is tried alone, to find the one at fault.
    async fn apply(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        deltas: Vec<Delta>,
        events: &Events,
    ) -> Result<(), EngineError> {
        for batch in batches(&deltas) {
            match self.apply_call(engine, actor, batch, events).await {
                Ok(()) => {}
                Err(error) if !is_refusal(&error) => return Err(error),
                Err(error) if of_each_card(batch).count() == 1 => self.refuse(batch, error, events).await,
                Err(_) => {
                    for one in of_each_card(batch) {
                        match self.apply_call(engine, actor, one, events).await {
                            Ok(()) => {}
                            Err(error) if is_refusal(&error) => self.refuse(one, error, events).await,
                            Err(error) => return Err(error),
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn refuse(&mut self, deltas: &[Delta], error: EngineError, events: &Events) {
        let chain_error = error.details.get("chain_error").and_then(|name| name.as_str());
        let passes = if chain_error == Some("SeatTooYoung") {
            &mut self.young
        } else {
            &mut self.refused
        };
        passes.extend(deltas.iter().map(card_of));
        let cards: BTreeSet<CardId> = deltas.iter().map(card_of).collect();
        let cards: Vec<String> = cards.iter().map(CardId::to_string).collect();
        let message = format!(
            "the seat on card {} stays as it is: {}",
            cards.join(", "),
            error.message
        );
        events
            .say(Event::Trouble {
                message,
                remedy: error.remedy,
            })
            .await;
    }

    async fn apply_call(
        &mut self,
        engine: &Engine,
        actor: &Actor,
        deltas: &[Delta],
        events: &Events,
    ) -> Result<(), EngineError> {
        let applied = engine
            .chain()
            .await?
            .apply(&actor.signer, deltas.to_vec(), Wait::Best)
            .await?;
        self.alive_at = Some(applied.at.number);
        let (mut joined, mut covered, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for delta in deltas {
            match delta {
                Delta::Join { card, .. } => {
                    self.shelf.seated(*card);
                    joined.push(*card);
                }
                Delta::Cover { card, .. } => covered.push(*card),
                Delta::Leave { card } => left.push(*card),
            }
        }
        events
            .say(Event::Announced {
                joined,
                covered,
                left,
                block: applied.at.number,
            })
            .await;
        Ok(())
    }
}

/// Puts what the home holds on the shelf, at the prices of its seats, before anybody asks.
pub async fn stock(engine: &Engine, actor: &Actor, shelf: &Shelf) -> Result<(), EngineError> {
    let held = held(engine).await?;
    let seated = seated(&engine.chain().await?.at_best().await?, actor, &held).await?;
    shelf.fill(offered(&held, &seated));
    Ok(())
}

/// What is held of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Holding {
    root: ContentRoot,
    blob_len: u64,
    coverage: Coverage,
}

/// What a live seat says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seated {
    coverage: Coverage,
    price: Option<Balance>,
}

/// The seats of an account; `None` for those that are not live, or whose card is not held.
async fn seated(
    now: &ChainAt,
    actor: &Actor,
    held: &BTreeMap<CardId, Holding>,
) -> Result<BTreeMap<CardId, Option<Seated>>, EngineError> {
    let mut seated = BTreeMap::new();
    for card in now.seats_of(actor.account).await? {
        let seats = if held.contains_key(&card) {
            now.seats(card).await?
        } else {
            Vec::new()
        };
        let own = seats.into_iter().find(|seat| seat.seeder == actor.account);
        let own = own.map(|seat| Seated {
            coverage: seat.coverage,
            price: seat.price_per_mib,
        });
        seated.insert(card, own);
    }
    Ok(seated)
}

/// What is held, with what seats ask for it.
fn offered(
    held: &BTreeMap<CardId, Holding>,
    seated: &BTreeMap<CardId, Option<Seated>>,
) -> BTreeMap<ContentRoot, Offered> {
    let offered = held.iter().map(|(card, holding)| {
        let seat = seated.get(card).copied().flatten();
        let offered = Offered {
            card: *card,
            blob_len: holding.blob_len,
            seated: seat.map(|seat| seat.price.unwrap_or(0)),
        };
        (holding.root, offered)
    });
    offered.collect()
}

/// Deltas as many as a call takes; those of one card stay together.
fn batches(deltas: &[Delta]) -> Vec<&[Delta]> {
    let (mut batches, mut rest) = (Vec::new(), deltas);
    while !rest.is_empty() {
        let mut end = rest.len().min(MAX_DELTAS as usize);
        if let (Some(last), Some(next)) = (rest.get(end.saturating_sub(1)), rest.get(end)) {
            if card_of(last) == card_of(next) {
                end = end.saturating_sub(1).max(1);
            }
        }
        let (batch, after) = rest.split_at(end);
        batches.push(batch);
        rest = after;
    }
    batches
}

/// The deltas of one card after the other.
fn of_each_card(deltas: &[Delta]) -> impl Iterator<Item = &[Delta]> {
    deltas.chunk_by(|one, next| card_of(one) == card_of(next))
}

/// What the home holds and is to serve, by card. A card whose blob is another than the one remembered (another chain, or a
/// note that is wrong) is left out: a seat for it would be a lie.
async fn held(engine: &Engine) -> Result<BTreeMap<CardId, Holding>, EngineError> {
    let noted: Vec<_> = engine.home().notes(|notes| {
        notes
            .blobs()
            .filter(|(_, note)| note.seed)
            .map(|(root, note)| (root, note.card))
            .collect()
    });
    let chain = engine.chain().await?.at_finalized().await?;
    let mut held = BTreeMap::new();
    for (root, card) in noted {
        let blob = match known_card(&chain, card).await {
            Ok(view) if view.retired => continue,
            Ok(view) => view.card.blob,
            Err(error) if error.code == Code::NotFound => continue,
            Err(error) => return Err(error),
        };
        let Some(blob) = blob.filter(|blob| blob.root == root) else {
            continue;
        };
        let store = engine.store().await?.clone();
        let coverage =
            waiting_for_disk(move || Ok(store.held(root).map(|bits| bits.coverage(blob.len)))).await?;
        match coverage {
            Ok(coverage) if !coverage.is_empty() => {
                let holding = Holding {
                    root,
                    blob_len: blob.len,
                    coverage,
                };
                held.insert(card, holding);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, card, "a blob is not served"),
        }
    }
    Ok(held)
}

/// What has to change for the seats to say what is held and asked. `seated` gives what each seat says, `None` where it is not
/// live; cards of `passed_over` are left as they are.
fn deltas(
    held: &BTreeMap<CardId, Holding>,
    seated: &BTreeMap<CardId, Option<Seated>>,
    passed_over: &BTreeSet<CardId>,
    bond: Balance,
    price_per_mib: Option<Balance>,
) -> Vec<Delta> {
    let taken = held.iter().flat_map(|(&card, holding)| {
        let coverage = holding.coverage;
        let join = Delta::Join {
            card,
            coverage,
            price_per_mib,
            bond,
        };
        match seated.get(&card) {
            None => vec![join],
            Some(Some(said)) if said.price.unwrap_or(0) != price_per_mib.unwrap_or(0) => {
                vec![Delta::Leave { card }, join]
            }
            Some(Some(said)) if said.coverage == coverage => Vec::new(),
            Some(_) => vec![Delta::Cover { card, coverage }],
        }
    });
    let left = seated
        .keys()
        .filter(|card| !held.contains_key(card))
        .map(|&card| Delta::Leave { card });
    // Bonds come back before new ones are asked for.
    left.chain(taken)
        .filter(|delta| !passed_over.contains(&card_of(delta)))
        .collect()
}

fn card_of(delta: &Delta) -> CardId {
    match delta {
        Delta::Join { card, .. } | Delta::Cover { card, .. } | Delta::Leave { card } => *card,
    }
}

/// Whether the chain said no to what was asked, so that asking again is of no use.
fn is_refusal(error: &EngineError) -> bool {
    matches!(error.code, Code::Refused | Code::NotFound | Code::Retired)
}

#[cfg(test)]
mod tests;
