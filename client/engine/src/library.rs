//! What one holds, from the chain; under which names it is kept and what was paid for it, from this home.

use std::collections::{BTreeMap, HashSet};

use hashcard_chain::{address_of, Account, ChainAt};
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::{CardId, CardView};
use hashcard_primitives::key::{Edition, KeyView, PriceHistory};
use hashcard_primitives::BlockNumber;

use crate::amount::Amount;
use crate::command::{LibraryRow, Outcome};
use crate::engine::{known_card, waiting_for_disk, Actor, Engine};
use crate::error::EngineError;
use crate::events::Events;
use crate::history;
use crate::home::ledger::{Deed, Entry};
use crate::notation::{kind_name, root_name, text_of};
use crate::wallet::AccountName;

/// Most keys in one answer: a row has about 600 bytes, and a line of the home's socket is bounded.
const MAX_ROWS: usize = 2_048;

/// What the chain says of a card, asked once for all its keys.
struct Known {
    view: Option<CardView<Account>>,
    newer: Option<CardId>,
    history: Option<PriceHistory>,
}

/// All keys of the accounts that this home has used, or those kept under a name.
pub async fn library(
    engine: &Engine,
    account: &AccountName,
    collection: Option<String>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let collections = engine.home().collections()?;
    let wanted = match &collection {
        None => None,
        Some(name) => Some(collections.cards(name).cloned().ok_or_else(|| {
            EngineError::not_found(
                format!("there is no collection {name:?}"),
                "put a card into it: hashcard library add CARD NAME",
            )
        })?),
    };
    engine.actor(account).await?;
    let actors = engine.actors().await?;
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let here = complete_blobs(engine).await?;

    let mut known: BTreeMap<CardId, Known> = BTreeMap::new();
    let mut keys = Vec::new();
    let mut more = false;
    for actor in &actors {
        let mut held = then.keys_of(actor.account).await?;
        held.retain(|key| wanted.as_ref().is_none_or(|cards| cards.contains(&key.card)));
        held.sort_by_key(|key| (key.card, key.edition));
        for key in held {
            if keys.len() >= MAX_ROWS {
                more = true;
                break;
            }
            note_arrival(engine, &then, actor, &key, at.number, events).await?;
            if let std::collections::btree_map::Entry::Vacant(place) = known.entry(key.card) {
                place.insert(Known {
                    view: then.card(key.card).await?,
                    newer: then.superseded_by(key.card).await?,
                    history: then.price_history(key.card).await?,
                });
            }
            if let Some(card) = known.get(&key.card) {
                let names = collections.names_of(key.card);
                keys.push(row(actor, &key, card, &here, names));
            }
        }
    }
    let entries = engine.home().ledger()?;
    for row in &mut keys {
        let holder = actors
            .iter()
            .find(|actor| actor.name.name() == row.account.as_deref());
        row.paid = holder.and_then(|actor| paid(&entries, &actor.address(), row.card, row.edition));
    }
    Ok(Outcome::Library {
        keys,
        collection,
        more,
        block: at.number,
    })
}

/// Puts a card under a name.
pub async fn add(engine: &Engine, card: CardId, name: &str) -> Result<Outcome, EngineError> {
    known_card(&engine.chain().await?.at_finalized().await?, card).await?;
    let name = name.to_owned();
    engine
        .home()
        .collect(|collections| collections.add(&name, card))?;
    collected(engine, card)
}

/// Takes a card away from a name.
pub async fn remove(engine: &Engine, card: CardId, name: &str) -> Result<Outcome, EngineError> {
    let was_there = engine
        .home()
        .collect(|collections| Ok(collections.remove(name, card)))?;
    if !was_there {
        return Err(EngineError::not_found(
            format!("card {card} is not in the collection {name:?}"),
            "see where it is: hashcard library",
        ));
    }
    collected(engine, card)
}

fn collected(engine: &Engine, card: CardId) -> Result<Outcome, EngineError> {
    Ok(Outcome::Collected {
        card,
        collections: engine.home().collections()?.names_of(card),
    })
}

/// Notes a key that came here by no command of this home's.
pub async fn note_arrival(
    engine: &Engine,
    then: &ChainAt,
    actor: &Actor,
    key: &KeyView<Account>,
    block: BlockNumber,
    events: &Events,
) -> Result<(), EngineError> {
    let address = actor.address();
    if !is_new_here(&engine.home().ledger()?, &address, key.card, key.edition) {
        return Ok(());
    }
    // While its sale is not settled the chain knows what was paid.
    let bought = match key.order {
        Some(order) => then
            .order(order)
            .await?
            .filter(|order| order.buyer == actor.account),
        None => None,
    };
    let entry = Entry {
        deed: if bought.is_some() {
            Deed::Bought
        } else {
            Deed::Received
        },
        account: address,
        card: key.card,
        edition: Some(key.edition),
        sequence: Some(key.sequence),
        order: bought.as_ref().map(|order| order.id),
        price: Amount(bought.as_ref().map_or(0, |order| order.price)),
        with: bought.as_ref().map(|order| address_of(&order.seller)),
        block,
    };
    history::note(engine, entry, events).await;
    Ok(())
}

/// Whether the ledger does not know yet how this key came to the account: it tells nothing of it, or that it went.
fn is_new_here(entries: &[Entry], account: &str, card: CardId, edition: Edition) -> bool {
    let last = entries
        .iter()
        .rev()
        .find(|entry| entry.account == account && entry.card == card && entry.edition == Some(edition));
    !last.is_some_and(|entry| matches!(entry.deed, Deed::Bought | Deed::Received))
}

/// What the account paid for a key, if it bought it with this home.
fn paid(entries: &[Entry], account: &str, card: CardId, edition: Edition) -> Option<Amount> {
    let arrived = entries.iter().rev().find(|entry| {
        entry.account == account
            && entry.card == card
            && entry.edition == Some(edition)
            && matches!(entry.deed, Deed::Bought | Deed::Received)
    });
    arrived
        .filter(|entry| entry.deed == Deed::Bought)
        .map(|entry| entry.price)
}

fn row(
    actor: &Actor,
    key: &KeyView<Account>,
    known: &Known,
    here: &HashSet<ContentRoot>,
    collections: Vec<String>,
) -> LibraryRow {
    let view = known.view.as_ref();
    let root = view.and_then(|view| view.card.blob).map(|blob| blob.root);
    let last = known.history.as_ref().and_then(|history| history.last.last());
    LibraryRow {
        card: key.card,
        edition: key.edition,
        title: view.map(|view| text_of(&view.card.title)),
        kind: view.map(|view| kind_name(view.card.kind).to_owned()),
        creator: view.map(|view| address_of(&view.card.creator)),
        account: actor.name.name().map(str::to_owned),
        root: root.map(root_name),
        frozen: view.is_some_and(|view| view.frozen),
        newer: known.newer,
        claimed: key.claimed,
        listed: key.listed.map(Amount),
        order: key.order,
        last_price: last.map(|sale| Amount(sale.price)),
        paid: None,
        here: root.is_some_and(|root| here.contains(&root)),
        collections,
    }
}

async fn complete_blobs(engine: &Engine) -> Result<HashSet<ContentRoot>, EngineError> {
    let store = engine.store().await?.clone();
    let infos = waiting_for_disk(move || Ok(store.list()?)).await?;
    Ok(infos
        .into_iter()
        .filter(|info| info.complete && !info.damaged)
        .map(|info| info.root)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(deed: Deed, edition: Edition, price: u128) -> Entry {
        Entry {
            deed,
            account: "hc".into(),
            card: 7,
            edition: Some(edition),
            sequence: Some(0),
            order: Some(1),
            price: Amount(price),
            with: None,
            block: 1,
        }
    }

    #[test]
    fn a_key_is_new_here_until_it_is_noted_and_again_after_it_went() {
        let mut entries = Vec::new();
        assert!(is_new_here(&entries, "hc", 7, 1));
        entries.push(entry(Deed::Received, 1, 0));
        assert!(!is_new_here(&entries, "hc", 7, 1));
        assert!(is_new_here(&entries, "hc", 7, 2));
        assert!(is_new_here(&entries, "hcOther", 7, 1));
        entries.push(entry(Deed::Gifted, 1, 0));
        assert!(is_new_here(&entries, "hc", 7, 1));
        entries.push(entry(Deed::Bought, 1, 5));
        assert!(!is_new_here(&entries, "hc", 7, 1));
    }

    #[test]
    fn what_was_paid_is_that_of_the_last_time() {
        let mut entries = vec![entry(Deed::Bought, 1, 5)];
        assert_eq!(paid(&entries, "hc", 7, 1), Some(Amount(5)));
        entries.extend([entry(Deed::Sold, 1, 9), entry(Deed::Bought, 1, 7)]);
        assert_eq!(paid(&entries, "hc", 7, 1), Some(Amount(7)));
        entries.extend([entry(Deed::Gifted, 1, 0), entry(Deed::Received, 1, 0)]);
        assert_eq!(paid(&entries, "hc", 7, 1), None);
        assert_eq!(paid(&entries, "hc", 7, 2), None);
    }
}
