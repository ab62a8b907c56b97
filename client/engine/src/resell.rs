//! Holders sell. **A resale moves the title and not the memory**: the seller keeps whatever he could read, and nobody can
//! make him forget it. So what is sold here is the key: the right to open again, to sell on, and to what comes later.
//!
//! ```text
//! seller: list ────────▶ somebody buys ─┐
//! buyer:  offer ─▶ a holder accepts ────┴▶ order ─▶ the seller's daemon delivers ─▶ settled
//! ```

use hashcard_chain::{address_of, Account, Bid, Chain, ChainAt, Wait};
use hashcard_primitives::card::CardId;
use hashcard_primitives::key::{
    Edition, ListingView, OfferView, OrderId, OrderState, OrderView, Sale, MAX_OFFER_BLOCKS,
};
use hashcard_primitives::lengths::Lengths;
use hashcard_primitives::BlockNumber;

use crate::amount::Amount;
use crate::buy::{offer_in_the_way, Purchase};
use crate::capsule::{self, held_keys, sealed_with, Inside};
use crate::command::{Event, ListingShown, MakeOffer, OfferShown, Outcome};
use crate::encryption_keys;
use crate::engine::{known_card, Actor, Engine};
use crate::error::{Code, EngineError};
use crate::events::Events;
use crate::fulfil;
use crate::history;
use crate::holding::{free_key, unengaged_key};
use crate::home::ledger::{Deed, Entry};
use crate::wallet::AccountName;

/// Most pages of listings or offers that one answer looks through: 256 rows, more than a person reads.
const MAX_PAGES: usize = 4;
/// Milliseconds of a day.
const DAY_MILLIS: u64 = 24 * 60 * 60 * 1000;

/// The first listings of a card that the chain gives.
pub struct Listings {
    /// In no particular order.
    pub rows: Vec<ListingView<Account>>,
    /// Whether there are more.
    pub more: bool,
}

/// Listings of a card, up to a bound.
pub async fn first_listings(then: &ChainAt, card: CardId) -> Result<Listings, EngineError> {
    let mut rows = Vec::new();
    let mut after = None;
    for _ in 0..MAX_PAGES {
        let page = then.listings(card, after).await?;
        rows.extend(page.listings);
        match page.next {
            None => return Ok(Listings { rows, more: false }),
            next => after = next,
        }
    }
    Ok(Listings { rows, more: true })
}

async fn first_offers(then: &ChainAt, card: CardId) -> Result<(Vec<OfferView<Account>>, bool), EngineError> {
    let mut rows = Vec::new();
    let mut from = 0;
    for _ in 0..MAX_PAGES {
        let page = then.offers_of_card(card, from).await?;
        rows.extend(page.offers);
        match page.next {
            None => return Ok((rows, false)),
            Some(next) => from = next,
        }
    }
    Ok((rows, true))
}

/// What is for sale and asked for of a card: the cheapest listing and the highest offer first.
pub async fn show(chain: &Chain, card: CardId) -> Result<Outcome, EngineError> {
    let at = chain.finalized().await?;
    let then = chain.at(at);
    sealed_with(&known_card(&then, card).await?)?;
    let mut listings = first_listings(&then, card).await?;
    listings
        .rows
        .sort_by_key(|listing| (listing.price, listing.listed_at, listing.edition));
    let (mut offers, more_offers) = first_offers(&then, card).await?;
    offers.sort_by_key(|offer| (std::cmp::Reverse(offer.price), offer.id));
    Ok(Outcome::Market {
        card,
        listings: listings
            .rows
            .iter()
            .map(|listing| ListingShown::of(listing, address_of))
            .collect(),
        offers: offers
            .iter()
            .map(|offer| OfferShown::of(offer, address_of))
            .collect(),
        more: listings.more || more_offers,
        block: at.number,
    })
}

/// Offers a key for sale.
pub async fn list(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    edition: Option<Edition>,
    price: Amount,
    events: &Events,
) -> Result<Outcome, EngineError> {
    ensure_some_price(
        price,
        &format!("to give a key away: hashcard gift {card} ADDRESS"),
    )?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let then = chain.at_finalized().await?;
    let view = known_card(&then, card).await?;
    let key = free_key(&then, &actor, card, edition).await?;
    // What does not open is not put up for sale.
    if let Inside::False = capsule::open(engine.wallet().await?, &chain.genesis(), &actor, &key, &view)? {
        return Err(capsule::false_key(card, key.edition));
    }
    let listing = chain.list(&actor.signer, card, key.edition, price.0, Wait::Finalized);
    let sent = engine.send("list", &actor, events, listing).await?;
    let listed = chain.at(sent.at).listing(card, key.edition).await?;
    let penalty = listed.map_or(0, |listing| listing.penalty);
    Ok(Outcome::Listed {
        card,
        edition: key.edition,
        price,
        royalty: view.card.royalty,
        penalty: Amount(penalty),
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Takes a listing back.
pub async fn unlist(
    engine: &Engine,
    account: &AccountName,
    card: CardId,
    edition: Option<Edition>,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let keys = held_keys(&chain.at_best().await?, actor.account, card).await?;
    let mut listed = keys
        .into_iter()
        .filter(|key| key.listed.is_some() && edition.is_none_or(|edition| edition == key.edition));
    let key = listed.next().ok_or_else(|| {
        EngineError::not_found(
            format!("the account {} lists no such key of card {card}", actor.address()),
            "once somebody has bought it, it cannot be taken back; see your keys: hashcard library",
        )
    })?;
    let unlisting = chain.unlist(&actor.signer, card, key.edition, Wait::Finalized);
    let sent = engine.send("unlist", &actor, events, unlisting).await?;
    Ok(Outcome::Unlisted {
        card,
        edition: key.edition,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Offers money for a key, and waits for it if that is wanted.
pub async fn offer(
    engine: &Engine,
    account: &AccountName,
    order: MakeOffer,
    events: &Events,
) -> Result<Outcome, EngineError> {
    ensure_some_price(order.price, "offer more than nothing: --price P")?;
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let now = chain.at_best().await?;
    let card = known_card(&now, order.card).await?;
    sealed_with(&card)?;
    if card.frozen {
        return Err(EngineError::new(
            Code::Frozen,
            format!(
                "a false key of card {} was proven; nothing of it is sold",
                card.id
            ),
            "look for another: hashcard discover",
        ));
    }
    let until = last_block(chain.best().await?.number, order.days, &now.lengths().await?)?;
    let offers = now.offers_of_buyer(actor.account).await?;
    if let Some(open) = offers.iter().find(|offer| offer.card == card.id) {
        return Err(offer_in_the_way(open.id, card.id));
    }
    let held = held_keys(&now, actor.account, card.id).await?;
    let chosen = encryption_keys::choose(engine, &actor).await?;
    let bid = Bid {
        card: card.id,
        edition: order.edition,
        price: order.price.0,
        until,
    };
    let offering = chain.make_offer(&actor.signer, bid, chosen.key, Wait::Finalized);
    let sent = engine.send("offer", &actor, events, offering).await?;
    drop(chosen);
    let (id, fee) = (sent.value, Amount(sent.fee));
    if !order.wait {
        return Ok(Outcome::Offered {
            offer: id,
            card: card.id,
            edition: order.edition,
            price: order.price,
            until,
            fee: Some(fee),
        });
    }
    events
        .say(Event::OfferMade {
            offer: id,
            card: card.id,
            price: order.price,
            until,
        })
        .await;
    let purchase = Purchase {
        engine,
        chain,
        actor: &actor,
        card: &card,
        report: order.report,
        fee: Some(fee),
        placed_at: Some(sent.at.number),
        held_before: held.iter().map(|key| key.edition).collect(),
    };
    let accepted = purchase.wait_for_seller(id, events).await?;
    purchase.wait_and_finish(&accepted, true, events).await
}

/// Takes an offer back.
pub async fn withdraw(
    engine: &Engine,
    account: &AccountName,
    offer: OrderId,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let open = chain.at_best().await?.offer(offer).await?;
    let withdrawing = chain.withdraw_offer(&actor.signer, offer, Wait::Finalized);
    let sent = engine.send("withdraw_offer", &actor, events, withdrawing).await?;
    if let Some(open) = open.filter(|open| open.buyer == actor.account) {
        note_withdrawn(engine, &actor, &open, sent.at.number, events).await;
    }
    Ok(Outcome::OfferWithdrawn {
        offer,
        fee: Amount(sent.fee),
        block: sent.at.number,
    })
}

/// Notes that the money of an offer came back.
pub async fn note_withdrawn(
    engine: &Engine,
    actor: &Actor,
    offer: &OfferView<Account>,
    block: BlockNumber,
    events: &Events,
) {
    let entry = Entry {
        deed: Deed::Refunded,
        account: actor.address(),
        card: offer.card,
        edition: None,
        sequence: None,
        order: Some(offer.id),
        price: Amount(offer.price),
        with: None,
        block,
    };
    history::note(engine, entry, events).await;
}

/// Sells a key to whoever made the offer; with `wait`, returns once it is delivered.
pub async fn accept(
    engine: &Engine,
    account: &AccountName,
    id: OrderId,
    edition: Option<Edition>,
    wait: bool,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let then = chain.at_finalized().await?;
    let Some(offer) = then.offer(id).await? else {
        // Accepted before, by a command that was interrupted.
        let order = then
            .order(id)
            .await?
            .filter(|order| order.seller == actor.account && matches!(order.sale, Sale::Resale { .. }));
        let order = order.ok_or_else(|| {
            EngineError::not_found(
                format!("there is no offer {id}"),
                "it was withdrawn, or somebody else accepted it; see others: hashcard resell show CARD",
            )
        })?;
        return finish_sale(engine, &actor, order, None, wait, events).await;
    };
    if offer.buyer == actor.account {
        return Err(EngineError::bad_input(
            format!("offer {id} is your own"),
            format!("take it back: hashcard resell cancel --offer {id}"),
        ));
    }
    let wanted = agreed_edition(&offer, edition)?;
    let view = known_card(&then, offer.card).await?;
    let key = unengaged_key(&then, &actor, offer.card, wanted).await?;
    if let Inside::False = capsule::open(engine.wallet().await?, &chain.genesis(), &actor, &key, &view)? {
        return Err(capsule::false_key(offer.card, key.edition));
    }
    let accepting = chain.accept(&actor.signer, id, key.edition, Wait::Finalized);
    let sent = engine.send("accept", &actor, events, accepting).await?;
    let order = chain.at(sent.at).order(id).await?.ok_or_else(|| {
        EngineError::new(
            Code::HostileAnswer,
            format!("the node accepted offer {id} and does not know its order"),
            "name another node: --node URL; the order stands",
        )
    })?;
    finish_sale(engine, &actor, order, Some(Amount(sent.fee)), wait, events).await
}

async fn finish_sale(
    engine: &Engine,
    actor: &Actor,
    order: OrderView<Account>,
    fee: Option<Amount>,
    wait: bool,
    events: &Events,
) -> Result<Outcome, EngineError> {
    let Sale::Resale { edition } = order.sale else {
        return Err(EngineError::bad_input(
            format!("order {} is for a new key", order.id),
            "its seller delivers it: hashcard seed",
        ));
    };
    let mut delivered = matches!(order.state, OrderState::Delivered { .. });
    if wait && !delivered {
        fulfil::deliver_and_wait(engine, actor, &order, events).await?;
        delivered = true;
    }
    let deadline = match order.state {
        OrderState::Waiting { deadline } if !delivered => Some(deadline),
        _ => None,
    };
    Ok(Outcome::Accepted {
        order: order.id,
        card: order.card,
        edition,
        price: Amount(order.price),
        buyer: address_of(&order.buyer),
        deadline,
        delivered,
        fee,
        block: order.made_at,
    })
}

/// The key that both sides mean; `None` is any.
fn agreed_edition(
    offer: &OfferView<Account>,
    edition: Option<Edition>,
) -> Result<Option<Edition>, EngineError> {
    match (offer.edition, edition) {
        (Some(wanted), Some(given)) if wanted != given => Err(EngineError::bad_input(
            format!("offer {} is for key {wanted} of card {}", offer.id, offer.card),
            "leave --edition out",
        )),
        (wanted, given) => Ok(wanted.or(given)),
    }
}

/// The last block of an offer that is made now and stands for so many days.
fn last_block(now: BlockNumber, days: u32, lengths: &Lengths) -> Result<BlockNumber, EngineError> {
    let blocks = u64::from(days).saturating_mul(DAY_MILLIS) / lengths.slot_millis.max(1);
    let most = u64::from(MAX_OFFER_BLOCKS);
    if days == 0 || blocks > most {
        return Err(EngineError::bad_input(
            format!("an offer cannot stand for {days} days"),
            format!(
                "give 1 to {}: --days D",
                most.saturating_mul(lengths.slot_millis) / DAY_MILLIS
            ),
        ));
    }
    u32::try_from(blocks)
        .ok()
        .and_then(|blocks| now.checked_add(blocks))
        .ok_or_else(|| EngineError::bad_input("the chain has no such block", "give fewer days: --days D"))
}

fn ensure_some_price(price: Amount, remedy: &str) -> Result<(), EngineError> {
    if price == Amount(0) {
        return Err(EngineError::bad_input("a resale has a price", remedy));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTHS: Lengths = Lengths {
        slot_millis: 3_000,
        epoch_slots: 20,
        order_deadline_blocks: 10,
        settlement_window_blocks: 5,
        seat_lifetime_blocks: 100,
        lock_window_blocks: 10,
        closing_window_blocks: 10,
        era_blocks: 20,
        unbonding_sessions: 4,
        notice_blocks: 20,
    };

    #[test]
    fn days_of_an_offer_become_blocks_within_what_the_chain_takes() {
        assert_eq!(last_block(100, 1, &LENGTHS).unwrap(), 100 + 28_800);
        assert_eq!(last_block(0, 30, &LENGTHS).unwrap(), MAX_OFFER_BLOCKS);
        for days in [0, 31, u32::MAX] {
            assert_eq!(last_block(0, days, &LENGTHS).unwrap_err().code, Code::BadInput);
        }
        assert!(last_block(u32::MAX, 1, &LENGTHS).is_err());
    }

    #[test]
    fn both_sides_of_an_offer_mean_the_same_key() {
        let offer = |edition| OfferView {
            id: 12,
            card: 7,
            edition,
            claimed: None,
            buyer: [1; 32],
            price: 5,
            key_index: 0,
            encryption_key: [0; 32],
            until: 100,
        };
        assert_eq!(agreed_edition(&offer(None), None).unwrap(), None);
        assert_eq!(agreed_edition(&offer(None), Some(2)).unwrap(), Some(2));
        assert_eq!(agreed_edition(&offer(Some(1)), None).unwrap(), Some(1));
        assert_eq!(agreed_edition(&offer(Some(1)), Some(1)).unwrap(), Some(1));
        assert!(agreed_edition(&offer(Some(1)), Some(2)).is_err());
    }

    #[test]
    fn nothing_is_sold_for_nothing() {
        assert!(ensure_some_price(Amount(1), "x").is_ok());
        assert_eq!(
            ensure_some_price(Amount(0), "x").unwrap_err().code,
            Code::BadInput
        );
    }
}
