//! What was paid: for keys of a card, as the chain tells; and by this home, as it noted itself.
//!
//! **Neither proves demand.** Anybody may trade with himself; the chain's figures show that fees were burnt. And the home's
//! own list begins with this home: what the same words did elsewhere is not in it.

use hashcard_chain::Chain;
use hashcard_primitives::card::CardId;

use crate::amount::Amount;
use crate::command::{Event, Outcome};
use crate::engine::{known_card, Engine};
use crate::error::EngineError;
use crate::events::Events;
use crate::home::ledger::Entry;

/// Most entries in one answer: at 250 bytes each they fit a line of the home's socket.
const MAX_ENTRIES: u32 = 10_000;

/// What keys of a card were sold for.
pub async fn of_card(chain: &Chain, card: CardId) -> Result<Outcome, EngineError> {
    let at = chain.finalized().await?;
    let then = chain.at(at);
    known_card(&then, card).await?;
    let history = then.price_history(card).await?.unwrap_or_default();
    Ok(Outcome::PriceHistory {
        card,
        sold: history.sold,
        volume: Amount(history.volume),
        last: history.last.iter().map(Into::into).collect(),
        block: at.number,
    })
}

/// What this home did, the newest `limit` entries, oldest first.
pub fn of_home(engine: &Engine, limit: u32) -> Result<Outcome, EngineError> {
    if limit == 0 || limit > MAX_ENTRIES {
        return Err(EngineError::bad_input(
            format!("{limit} entries cannot be shown"),
            format!("ask for 1 to {MAX_ENTRIES}: --limit N"),
        ));
    }
    let mut entries = engine.home().ledger()?;
    let older = entries.len().saturating_sub(limit as usize);
    Ok(Outcome::History {
        entries: entries.split_off(older),
        more: older > 0,
    })
}

/// Notes what was done. It is done, so a ledger that cannot be written is trouble and no failure.
pub async fn note(engine: &Engine, entry: Entry, events: &Events) {
    if let Err(error) = engine.home().record(entry) {
        events
            .say(Event::Trouble {
                message: format!("it is done, and could not be noted: {}", error.message),
                remedy: error.remedy,
            })
            .await;
    }
}
