//! What holding and delivering earn beside what payers pay: proven, collected, counted.
//!
//! **The chain chooses, and this program only answers**: which leaf is to be shown, what it is worth and when it is paid are asked
//! of the chain, at finalised blocks, and never computed here. A seat is proven once for each era, in the era after it; what was
//! proven before a restart the chain remembers. All that is done is kept small for each block: some questions, one call of
//! proofs, one of claims.
//!
//! A seat that cannot be proven (its bytes are gone, the chain refuses it) is left out for the era and told; the others go on.

mod books;
mod possession;
mod shown;
mod todo;
mod verdict;

use std::collections::BTreeSet;
use std::time::Duration;

use futures::{stream, StreamExt, TryStreamExt};
use hashcard_chain::{Account, Chain, ChainAt, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::reward::{EraIndex, PossessionProof, MAX_PROOFS, REWARD_ROWS_PER_PAGE};
use hashcard_primitives::{Balance, BlockNumber};

use crate::amount::Amount;
use crate::command::{ClaimedRewards, CollectedRewards, Event};
use crate::engine::{waiting_for_disk, Actor, Engine};
use crate::error::EngineError;
use crate::events::Events;
#[cfg(fuzzing)]
pub use books::read as read_book;
pub use shown::shown;
use todo::Todo;
use verdict::chain_error;

/// Pause before something that failed is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(30);
/// Cards that the chain is asked about at a block: no burden for a node, and ten thousand seats are through in eight minutes.
const ASKED_AT_A_BLOCK: usize = 64;
/// Cards that are asked about at a time.
const ASKED_AT_ONCE: usize = 8;
/// Blocks before proofs are tried again that were refused for no fault of theirs, as for want of money: five minutes.
const REST: BlockNumber = 100;
/// Most rounds of one `earn --claim`: as many as prove ten thousand seats.
const MAX_ROUNDS: usize = 1_000;
/// Proves and collects for an account.
pub struct Claimant {
    actor: Actor,
    /// Whether it is paid for bytes, so that there is credit to be had for them.
    delivers: bool,
    todo: Todo,
    /// Until this block the running era is the one that is known.
    era_is_known_until: BlockNumber,
    /// Until this block nothing is proven: it was refused for no fault of the proofs.
    resting_until: BlockNumber,
}

/// One look at the chain, and what acts upon it.
struct Shift<'a> {
    engine: &'a Engine,
    chain: &'a Chain,
    then: ChainAt,
    now: BlockNumber,
    events: &'a Events,
}

/// What was done.
#[derive(Default)]
struct Tally {
    proven: Vec<CardId>,
    collected: CollectedRewards,
    deposits: Balance,
}

impl Claimant {
    /// For an account. `delivers`: it asks a price for bytes, and is to be enlisted.
    pub fn new(actor: Actor, delivers: bool) -> Self {
        Self {
            actor,
            delivers,
            todo: Todo::default(),
            era_is_known_until: 0,
            resting_until: 0,
        }
    }

    /// Does what there is to do at every finalised block. Never returns.
    pub async fn keep(&mut self, engine: &Engine, events: &Events) {
        loop {
            if let Err(error) = self.while_connected(engine, events).await {
                tell(error, events).await;
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    async fn while_connected(&mut self, engine: &Engine, events: &Events) -> Result<(), EngineError> {
        let chain = engine.chain().await?;
        let mut blocks = chain.finalized_blocks().await?;
        while let Some(block) = blocks.next().await {
            let now = block?.number;
            if now < self.era_is_known_until && (self.todo.is_done() || now < self.resting_until) {
                continue;
            }
            self.round(engine, chain, events, &mut Tally::default()).await?;
        }
        Ok(())
    }

    /// Proves what can be proven, and collects all that can be collected.
    pub async fn claim_all(
        &mut self,
        engine: &Engine,
        events: &Events,
    ) -> Result<ClaimedRewards, EngineError> {
        let chain = engine.chain().await?;
        let mut tally = Tally::default();
        for _ in 0..MAX_ROUNDS {
            self.round(engine, chain, events, &mut tally).await?;
            if self.todo.is_done() || self.resting_until > 0 {
                break;
            }
        }
        Ok(ClaimedRewards {
            proven: tally.proven,
            collected: tally.collected,
            deposits: Amount(tally.deposits),
        })
    }

    /// A bounded part of what there is to do.
    async fn round(
        &mut self,
        engine: &Engine,
        chain: &Chain,
        events: &Events,
        tally: &mut Tally,
    ) -> Result<(), EngineError> {
        let _turn = engine.turn_to_claim().await;
        // What was done while this waited for its turn is in the newest head.
        let at = chain.finalized().await?;
        let shift = Shift {
            engine,
            chain,
            then: chain.at(at),
            now: at.number,
            events,
        };
        if at.number >= self.era_is_known_until {
            let era = shift.then.era().await?;
            if self.todo.is_about_another(era.era) {
                let cards = own_cards(&shift, self.actor.account).await?;
                self.todo.begin(era.era, cards, self.delivers);
                self.resting_until = 0;
            }
            // The state after an era's last block is of the next era.
            self.era_is_known_until = era.ends_at_earliest.max(at.number.saturating_add(1));
        }
        self.enlist(&shift).await?;
        self.collect(&shift, tally).await?;
        self.collect_deliveries(&shift, tally).await?;
        if at.number >= self.resting_until {
            self.prove(&shift, tally).await?;
        }
        Ok(())
    }

    async fn enlist(&mut self, shift: &Shift<'_>) -> Result<(), EngineError> {
        if !self.todo.enlisting {
            return Ok(());
        }
        let enlisted = shift.then.delivery_earnings(self.actor.account).await?.is_some();
        if !enlisted {
            let enlisting = shift.chain.enlist(&self.actor.signer, Wait::Finalized);
            match shift.send("enlist", &self.actor, enlisting).await {
                Ok(done) => {
                    let (deposit, block) = (Amount(done.value), done.at.number);
                    shift.events.say(Event::Enlisted { deposit, block }).await;
                }
                Err(error) if chain_error(&error) == Some("AlreadyEnlisted") => {}
                // Tried again in the next era.
                Err(error) if verdict::is_for_good(&error) => tell(error, shift.events).await,
                Err(error) => return Err(error),
            }
        }
        self.todo.enlisting = false;
        Ok(())
    }

    async fn prove(&mut self, shift: &Shift<'_>, tally: &mut Tally) -> Result<(), EngineError> {
        self.ask(shift).await?;
        let Some((era, asked)) = self.todo.next_to_prove(MAX_PROOFS as usize) else {
            return Ok(());
        };
        let mut proofs = Vec::new();
        for one in asked {
            match possession::proof(shift.engine, &shift.then, one).await {
                Ok(Some(proof)) => proofs.push(proof),
                // Another home of this account has it.
                Ok(None) => self.todo.leave_out(one.card),
                Err(error) if verdict::passes(&error) => return Err(error),
                Err(error) => {
                    self.todo.leave_out(one.card);
                    tell_unproven(one.card, error, shift.events).await;
                }
            }
        }
        if proofs.is_empty() {
            return Ok(());
        }
        match self.prove_call(shift, era, &proofs, tally).await {
            Err(error) if proofs.len() > 1 && verdict::is_about_a_proof(&error) => {
                // All or nothing: each alone, to find the one at fault.
                for proof in &proofs {
                    let proven = self
                        .prove_call(shift, era, std::slice::from_ref(proof), tally)
                        .await;
                    self.judge(shift, std::slice::from_ref(proof), proven).await?;
                }
                Ok(())
            }
            proven => self.judge(shift, &proofs, proven).await,
        }
    }

    /// What a call that failed means for its proofs.
    async fn judge(
        &mut self,
        shift: &Shift<'_>,
        proofs: &[PossessionProof],
        proven: Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let Err(error) = proven else {
            return Ok(());
        };
        let cards = proofs.iter().map(|proof| proof.card);
        if verdict::is_about_a_proof(&error) {
            for card in cards {
                self.todo.leave_out(card);
                if chain_error(&error) != Some("AlreadyProven") {
                    tell_unproven(card, error.clone(), shift.events).await;
                }
            }
            return Ok(());
        }
        if chain_error(&error) == Some("NotProvable") {
            // The era is over.
            self.era_is_known_until = 0;
            cards.for_each(|card| self.todo.leave_out(card));
        } else if verdict::is_for_good(&error) {
            self.resting_until = shift.now.saturating_add(REST);
        } else {
            // It may have been included: the chain says so when it is asked again.
            self.todo.ask_again(cards);
            return Err(error);
        }
        tell(error, shift.events).await;
        Ok(())
    }

    async fn prove_call(
        &mut self,
        shift: &Shift<'_>,
        era: EraIndex,
        proofs: &[PossessionProof],
        tally: &mut Tally,
    ) -> Result<(), EngineError> {
        let proving = shift
            .chain
            .prove(&self.actor.signer, era, proofs.to_vec(), Wait::Finalized);
        let done = shift.send("prove", &self.actor, proving).await?;
        let cards: Vec<CardId> = proofs.iter().map(|proof| proof.card).collect();
        for card in &cards {
            self.todo.leave_out(*card);
        }
        tally.proven.extend(&cards);
        let event = Event::Proven {
            era,
            cards,
            deposit: Amount(done.value.deposit),
            block: done.at.number,
        };
        shift.events.say(event).await;
        Ok(())
    }

    /// Asks what the next seats have to show.
    async fn ask(&mut self, shift: &Shift<'_>) -> Result<(), EngineError> {
        let cards = self.todo.next_to_ask(ASKED_AT_A_BLOCK);
        let (then, account) = (&shift.then, self.actor.account);
        let answers: Vec<_> = stream::iter(cards)
            .map(|card| async move {
                let challenge = then.challenge(card, account).await?;
                Ok::<_, EngineError>((card, challenge))
            })
            .buffered(ASKED_AT_ONCE)
            .try_collect()
            .await?;
        for (card, challenge) in answers {
            self.todo.answered(card, challenge.as_ref());
        }
        Ok(())
    }

    async fn collect(&mut self, shift: &Shift<'_>, tally: &mut Tally) -> Result<(), EngineError> {
        let Some(era) = self.todo.era().filter(|_| self.todo.collecting) else {
            return Ok(());
        };
        let page = shift.then.claims_after(self.actor.account, None).await?;
        let due: Vec<(EraIndex, CardId)> = page
            .iter()
            .filter(|claim| claim.collectable_from <= era)
            .map(|claim| (claim.era, claim.card))
            .collect();
        let more = due.len() == REWARD_ROWS_PER_PAGE as usize;
        if due.is_empty() {
            self.todo.collecting = false;
            return Ok(());
        }
        let (signer, account) = (&self.actor.signer, self.actor.account);
        let collecting = shift.chain.collect(signer, account, due, Wait::Finalized);
        let done = match shift.send("collect", &self.actor, collecting).await {
            Ok(done) => done,
            // Anybody may collect, and somebody has. What is left shows at the next block.
            Err(error) if chain_error(&error) == Some("UnknownClaim") => return Ok(()),
            Err(error) if verdict::is_for_good(&error) => {
                self.todo.collecting = false;
                tell(error, shift.events).await;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.todo.collecting = more;
        let sum = |part: fn(&hashcard_chain::PaidClaim) -> Balance| {
            let parts = done.value.claims.iter().map(part);
            Amount(parts.fold(0, Balance::saturating_add))
        };
        let collected = CollectedRewards {
            claims: done.value.claims.len() as u64,
            from_sales: sum(|claim| claim.from_sales),
            from_endowments: sum(|claim| claim.from_endowments),
            from_deliveries: Amount(0),
            fees: Amount(done.fee),
        };
        tally.deposits = tally.deposits.saturating_add(done.value.deposits);
        self.count(shift, collected, done.value.deposits, done.at.number, tally)
            .await
    }

    async fn collect_deliveries(&mut self, shift: &Shift<'_>, tally: &mut Tally) -> Result<(), EngineError> {
        if !self.todo.collecting_deliveries {
            return Ok(());
        }
        let earnings = shift.then.delivery_earnings(self.actor.account).await?;
        let collectable = earnings.map_or(0, |earnings| earnings.collectable);
        let signer = &self.actor.signer;
        // What is not worth its fee now waits for later eras.
        if collectable > 0 && collectable > shift.chain.collect_deliveries_fee(signer).await? {
            let collecting = shift.chain.collect_deliveries(signer, Wait::Finalized);
            match shift.send("collect_deliveries", &self.actor, collecting).await {
                Ok(done) => {
                    let collected = CollectedRewards {
                        from_deliveries: Amount(done.value),
                        fees: Amount(done.fee),
                        ..Default::default()
                    };
                    self.count(shift, collected, 0, done.at.number, tally).await?;
                }
                Err(error) if verdict::is_for_good(&error) => tell(error, shift.events).await,
                Err(error) => return Err(error),
            }
        }
        self.todo.collecting_deliveries = false;
        Ok(())
    }

    /// Tells what came, and notes it in the home's books.
    async fn count(
        &self,
        shift: &Shift<'_>,
        collected: CollectedRewards,
        deposits: Balance,
        block: BlockNumber,
        tally: &mut Tally,
    ) -> Result<(), EngineError> {
        tally.collected.add(&collected);
        let event = Event::Collected {
            claims: collected.claims,
            from_sales: collected.from_sales,
            from_endowments: collected.from_endowments,
            from_deliveries: collected.from_deliveries,
            deposits: Amount(deposits),
            fee: collected.fees,
            block,
        };
        shift.events.say(event).await;
        let genesis = shift.chain.genesis();
        let path = shift.engine.home().rewards(&genesis, &self.actor.account)?;
        waiting_for_disk(move || books::add(&path, &collected)).await
    }
}

impl Shift<'_> {
    async fn send<T>(
        &self,
        call: &str,
        actor: &Actor,
        sending: impl std::future::Future<
            Output = Result<hashcard_chain::Included<T>, hashcard_chain::ChainError>,
        >,
    ) -> Result<hashcard_chain::Included<T>, EngineError> {
        self.engine.send(call, actor, self.events, sending).await
    }
}

/// Cards that the account may have to prove: those of its seats first, then those that this home holds, for a seat that a
/// higher bond took is proven for what it stood.
async fn own_cards(shift: &Shift<'_>, account: Account) -> Result<Vec<CardId>, EngineError> {
    let mut cards = shift.then.seats_of(account).await?;
    let seated: BTreeSet<CardId> = cards.iter().copied().collect();
    let held: BTreeSet<CardId> = shift.engine.home().notes(|notes| {
        let served = notes.blobs().filter(|(_, note)| note.seed);
        served.map(|(_, note)| note.card).collect()
    });
    cards.extend(held.difference(&seated));
    Ok(cards)
}

async fn tell_unproven(card: CardId, error: EngineError, events: &Events) {
    let message = format!("the seat on card {card} is not proven: {}", error.message);
    tell(EngineError { message, ..error }, events).await;
}

/// A failure that does not stop the rest.
async fn tell(error: EngineError, events: &Events) {
    events
        .say(Event::Trouble {
            message: error.message,
            remedy: error.remedy,
        })
        .await;
}
