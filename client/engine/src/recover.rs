//! A wallet's words on a new machine: all that they still have is found on chain, and each key is opened and compared with
//! its card. **What does not open is named, with its reason**, and never left out.
//!
//! The chain does not know which names were used for accounts besides the default one, so those must be said. What was
//! found is remembered, so that a daemon of this home answers for all of them.

use hashcard_chain::{address_of, Account, Chain, ChainAt};
use hashcard_primitives::card::{Access, CardView};
use hashcard_primitives::feed::{Feed, FeedQuery, MAX_FEED_LIMIT};
use hashcard_primitives::key::KeyView;
use hashcard_primitives::BlockNumber;

use crate::amount::Amount;
use crate::capsule::{self, Inside};
use crate::command::{
    Event, ListingShown, OfferShown, OrderShown, Outcome, Recovered, RecoveredCard, RecoveredKey,
};
use crate::deliver::Maker;
use crate::engine::{Actor, Engine};
use crate::error::EngineError;
use crate::events::Events;
use crate::library::note_arrival;
use crate::notation::{access_name, text_of};
use crate::wallet::AccountName;

/// Most rows in one answer: a row has up to 400 bytes, and a line of the home's socket is bounded.
const MAX_ROWS: usize = 8_192;
/// Most pages of an account's own feed that are read.
const MAX_FEED_PAGES: usize = 64;
/// Most accounts in one answer.
const MAX_ACCOUNTS: usize = 16;

/// Looks for all that the accounts have: the default one, and those of these names.
pub async fn recover(engine: &Engine, also: &[String], events: &Events) -> Result<Outcome, EngineError> {
    let mut names = vec![AccountName::DEFAULT];
    for name in also {
        let name = AccountName::named(name)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > MAX_ACCOUNTS {
        return Err(EngineError::bad_input(
            format!("{} accounts are too many at once", names.len()),
            format!("name up to {} at a time", MAX_ACCOUNTS - 1),
        ));
    }
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let mut accounts = Vec::new();
    let mut room = Room { rows: MAX_ROWS };
    for name in names {
        // This remembers it.
        let actor = engine.actor(&name).await?;
        events
            .say(Event::Looking {
                account: actor.address(),
            })
            .await;
        accounts.push(of_account(engine, chain, &chain.at(at), &actor, at.number, &mut room, events).await?);
    }
    Ok(Outcome::Recovered {
        accounts,
        block: at.number,
    })
}

async fn of_account(
    engine: &Engine,
    chain: &Chain,
    then: &ChainAt,
    actor: &Actor,
    block: BlockNumber,
    room: &mut Room,
    events: &Events,
) -> Result<Recovered, EngineError> {
    let account = actor.account;
    let money = then.balance(account).await?;
    let mut more = false;

    let mut keys = Vec::new();
    for key in room.take(then.keys_of(account).await?, &mut more) {
        let card = then.card(key.card).await?;
        keys.push(opened(engine, chain, actor, &key, card.as_ref()).await?);
        note_arrival(engine, then, actor, &key, block, events).await?;
    }
    let published = published(engine, chain, then, actor, room, &mut more).await?;
    let shown = |orders: Vec<_>| {
        orders
            .iter()
            .map(|order| OrderShown::of(order, address_of))
            .collect::<Vec<OrderShown>>()
    };
    let bought = shown(room.take(then.orders_of_buyer(account).await?, &mut more));
    let sold = shown(room.take(then.orders_of_seller(account).await?, &mut more));
    let listings = room.take(then.listings_of(account).await?, &mut more);
    let offers = room.take(then.offers_of_buyer(account).await?, &mut more);
    Ok(Recovered {
        account: actor.name.name().map(str::to_owned),
        address: actor.address(),
        free: Amount(money.free),
        held: Amount(money.held),
        keys,
        published,
        bought,
        sold,
        listings: listings
            .iter()
            .map(|listing| ListingShown::of(listing, address_of))
            .collect(),
        offers: offers
            .iter()
            .map(|offer| OfferShown::of(offer, address_of))
            .collect(),
        clerk_of: room.take(then.clerk_cards(account).await?, &mut more),
        seats: room.take(then.seats_of(account).await?, &mut more),
        more,
    })
}

/// Whether a key opens its card's content with this wallet.
async fn opened(
    engine: &Engine,
    chain: &Chain,
    actor: &Actor,
    key: &KeyView<Account>,
    card: Option<&CardView<Account>>,
) -> Result<RecoveredKey, EngineError> {
    let reason = match card {
        None => Some("the chain does not know its card".to_owned()),
        Some(card) => match capsule::open(engine.wallet().await?, &chain.genesis(), actor, key, card) {
            Ok(Inside::Sound(_)) => None,
            Ok(Inside::False) => {
                Some("it does not open its content: a false key was sold, which can be reported".to_owned())
            }
            Err(error) => Some(error.message),
        },
    };
    Ok(RecoveredKey {
        card: key.card,
        edition: key.edition,
        title: card.map(|card| text_of(&card.card.title)),
        opens: reason.is_none(),
        reason,
    })
}

/// The cards of an account's own feed, newest first, and whether the wallet makes their keys.
async fn published(
    engine: &Engine,
    chain: &Chain,
    then: &ChainAt,
    actor: &Actor,
    room: &mut Room,
    more: &mut bool,
) -> Result<Vec<RecoveredCard>, EngineError> {
    let mut cards = Vec::new();
    let mut cursor = None;
    for _ in 0..MAX_FEED_PAGES {
        let query = FeedQuery {
            feed: Feed::Creator(actor.account),
            kind: None,
            creator: None,
            tag: None,
            max_price: None,
            since: None,
            cursor,
            limit: MAX_FEED_LIMIT,
        };
        let page = then.feed(query).await?;
        for view in page.cards {
            cards.push(recovered_card(engine, chain, actor, &view).await?);
        }
        match page.next {
            None => return Ok(room.take(cards, more)),
            next => cursor = next,
        }
    }
    *more = true;
    Ok(room.take(cards, more))
}

async fn recovered_card(
    engine: &Engine,
    chain: &Chain,
    actor: &Actor,
    view: &CardView<Account>,
) -> Result<RecoveredCard, EngineError> {
    let maker = Maker {
        wallet: engine.wallet().await?,
        genesis: chain.genesis(),
        actor,
        card: view,
    };
    let makes_keys = (view.card.access == Access::Keyed).then(|| maker.content_secret().is_ok());
    Ok(RecoveredCard {
        card: view.id,
        title: text_of(&view.card.title),
        access: access_name(view.card.access).to_owned(),
        keys_made: view.keys_made,
        retired: view.retired,
        frozen: view.frozen,
        makes_keys,
    })
}

/// Rows that still fit into the answer.
struct Room {
    rows: usize,
}

impl Room {
    /// The first rows, as many as fit; `more` becomes true when some do not.
    fn take<T>(&mut self, mut rows: Vec<T>, more: &mut bool) -> Vec<T> {
        *more |= rows.len() > self.rows;
        rows.truncate(self.rows);
        self.rows = self.rows.saturating_sub(rows.len());
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_bounded_and_says_so() {
        let (mut room, mut more) = (Room { rows: 5 }, false);
        assert_eq!(room.take(vec![1; 3], &mut more).len(), 3);
        assert_eq!(room.take(vec![1; 2], &mut more).len(), 2);
        assert!(!more);
        assert!(room.take(vec![1], &mut more).is_empty() && more);
        // Once true it stays so.
        room.take(Vec::<u8>::new(), &mut more);
        assert!(more);
    }
}
