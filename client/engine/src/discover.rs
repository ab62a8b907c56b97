//! Looking, which costs nothing and changes nothing. Every answer is about one finalised block, and names it.

use hashcard_chain::{account_of, address_of, Account, Chain, ChainAt};
use hashcard_primitives::card::{Access, CardId, Tag};
use hashcard_primitives::coverage::{Coverage, BUCKETS};
use hashcard_primitives::feed::{Feed, FeedQuery, MAX_FEED_LIMIT};
use hashcard_primitives::seeder::SeatView;

use crate::amount::Amount;
use crate::command::{
    CardShown, Discover, KeyShown, ListingShown, Market, OfferShown, OrderShown, Outcome, SeatShown,
};
use crate::encryption_keys;
use crate::engine::{known_card, Engine};
use crate::error::EngineError;
use crate::notation::{parse_kind, root_name, text_of};
use crate::resell::first_listings;
use crate::swarm::{address_text, peer_text};
use crate::wallet::AccountName;

/// A page of a feed, newest first.
pub async fn feed(chain: &Chain, query: Discover) -> Result<Outcome, EngineError> {
    let query = feed_query(&query)?;
    let at = chain.finalized().await?;
    let page = chain.at(at).feed(query).await?;
    let cards = page
        .cards
        .iter()
        .map(|view| CardShown::of(view, address_of))
        .collect();
    Ok(Outcome::Feed {
        cards,
        next: page.next,
        block: at.number,
    })
}

/// One card, with its market if it has keys.
pub async fn card(chain: &Chain, card: CardId) -> Result<Outcome, EngineError> {
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let view = known_card(&then, card).await?;
    let market = match view.card.access {
        Access::Keyed => Some(Box::new(market(&then, card).await?)),
        Access::Open | Access::Inline => None,
    };
    Ok(Outcome::Card {
        card: Box::new(CardShown::of(&view, address_of)),
        market,
        reactions: then.reactions(card).await?.into(),
        block: at.number,
    })
}

async fn market(then: &ChainAt, card: CardId) -> Result<Market, EngineError> {
    let listings = first_listings(then, card).await?;
    let lowest = listings
        .rows
        .iter()
        .min_by_key(|listing| (listing.price, listing.listed_at, listing.edition));
    let clerks = then.clerks(card).await?;
    let history = then.price_history(card).await?.unwrap_or_default();
    Ok(Market {
        superseded_by: then.superseded_by(card).await?,
        upgrade_discount: then.upgrade(card).await?,
        lowest: lowest.map(|listing| ListingShown::of(listing, address_of)),
        listings: listings.rows.len() as u64,
        more_listings: listings.more,
        commission: clerks.commission,
        any_holder: clerks.any_holder,
        clerks: clerks.accounts.iter().map(address_of).collect(),
        sold: history.sold,
        volume: Amount(history.volume),
        last_price: history.last.last().map(|sale| Amount(sale.price)),
    })
}

/// Who serves a card, highest bond first.
pub async fn seats(chain: &Chain, card: CardId) -> Result<Outcome, EngineError> {
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let view = known_card(&then, card).await?;
    let blob_len = view.card.blob.map_or(0, |blob| blob.len);
    let seats = then
        .seats(card)
        .await?
        .iter()
        .map(|seat| shown(seat, blob_len))
        .collect();
    Ok(Outcome::Seats {
        card,
        seats,
        block: at.number,
    })
}

/// The keys that an account holds, the orders and offers that it waits for, and the keys under which it receives.
pub async fn keys(engine: &Engine, account: &AccountName) -> Result<Outcome, EngineError> {
    let actor = engine.actor(account).await?;
    let chain = engine.chain().await?;
    let at = chain.finalized().await?;
    let then = chain.at(at);
    let mut keys = Vec::new();
    for key in then.keys_of(actor.account).await? {
        let card = then.card(key.card).await?;
        keys.push(KeyShown {
            card: key.card,
            edition: key.edition,
            title: card.as_ref().map(|view| text_of(&view.card.title)),
            root: card
                .and_then(|view| view.card.blob)
                .map(|blob| root_name(blob.root)),
            account: actor.name.name().map(str::to_owned),
            holder: address_of(&key.holder),
            key_index: key.key_index,
            sequence: key.sequence,
            order: key.order,
            claimed: key.claimed,
            listed: key.listed.map(Amount),
        });
    }
    let orders = then.orders_of_buyer(actor.account).await?;
    let orders = orders
        .iter()
        .map(|order| OrderShown::of(order, address_of))
        .collect();
    let offers = then.offers_of_buyer(actor.account).await?;
    Ok(Outcome::Keys {
        keys,
        orders,
        offers: offers
            .iter()
            .map(|offer| OfferShown::of(offer, address_of))
            .collect(),
        encryption_keys: encryption_keys::of_account(engine.wallet().await?, chain, &then, &actor).await?,
        block: at.number,
    })
}

fn shown(seat: &SeatView<Account>, blob_len: u64) -> SeatShown {
    SeatShown {
        seeder: address_of(&seat.seeder),
        peer: peer_text(&seat.peer),
        addresses: seat
            .addresses
            .iter()
            .map(|address| address_text(address))
            .collect(),
        coverage: format!("{:016x}", seat.coverage.0),
        covered: percent(seat.coverage, blob_len),
        price_per_mib: seat.price_per_mib.map(Amount),
        bond: Amount(seat.bond),
        expires_at: seat.expires_at,
    }
}

/// Share of the blob's buckets that are covered, rounded down.
fn percent(coverage: Coverage, blob_len: u64) -> u32 {
    let all = Coverage::all(blob_len).0;
    let held = (coverage.0 & all).count_ones();
    debug_assert!(u64::from(held) <= BUCKETS);
    (held * 100).checked_div(all.count_ones()).unwrap_or(0)
}

/// The narrowest feed that holds all that is asked for, and filters for the rest.
fn feed_query(asked: &Discover) -> Result<FeedQuery<Account>, EngineError> {
    if asked.limit == 0 || asked.limit > MAX_FEED_LIMIT {
        return Err(EngineError::bad_input(
            format!("a page cannot have {} cards", asked.limit),
            format!("ask for 1 to {MAX_FEED_LIMIT}: --limit N"),
        ));
    }
    let kind = asked.kind.as_deref().map(parse_kind).transpose()?;
    let creator = asked.creator.as_deref().map(account_of).transpose()?;
    let tag = asked
        .tag
        .as_ref()
        .map(|tag| Tag::try_from(tag.as_bytes().to_vec()))
        .transpose()
        .map_err(|_| EngineError::bad_input("no tag is as long", "give at most 32 bytes: --tag TAG"))?;
    let feed = match (asked.replies_to, creator, &tag, kind) {
        (Some(card), _, _, _) => Feed::RepliesTo(card),
        (None, Some(creator), _, _) => Feed::Creator(creator),
        (None, None, Some(tag), _) => Feed::Tag(tag.clone()),
        (None, None, None, Some(kind)) => Feed::Kind(kind),
        (None, None, None, None) => Feed::All,
    };
    let max_price = if asked.free {
        Some(0)
    } else {
        asked.max_price.map(|price| price.0)
    };
    Ok(FeedQuery {
        feed,
        kind,
        creator,
        tag,
        max_price,
        since: asked.since,
        cursor: asked.cursor,
        limit: asked.limit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::blob::CHUNK_LEN;
    use hashcard_primitives::card::Kind;

    fn asked() -> Discover {
        Discover {
            limit: 20,
            ..Discover::default()
        }
    }

    #[test]
    fn the_narrowest_feed_is_asked() {
        let creator = address_of(&[7; 32]);
        let feed = |asked: Discover| feed_query(&asked).unwrap().feed;
        assert_eq!(feed(asked()), Feed::All);
        assert_eq!(
            feed(Discover {
                kind: Some("film".into()),
                ..asked()
            }),
            Feed::Kind(Kind::Film)
        );
        let both = Discover {
            kind: Some("film".into()),
            creator: Some(creator),
            ..asked()
        };
        let query = feed_query(&both).unwrap();
        assert_eq!(
            (query.feed, query.kind),
            (Feed::Creator([7; 32]), Some(Kind::Film))
        );
        assert_eq!(
            feed(Discover {
                replies_to: Some(3),
                ..asked()
            }),
            Feed::RepliesTo(3)
        );
        assert_eq!(
            feed_query(&Discover {
                free: true,
                ..asked()
            })
            .unwrap()
            .max_price,
            Some(0)
        );
    }

    #[test]
    fn what_no_feed_can_answer_is_refused() {
        for bad in [
            Discover { limit: 0, ..asked() },
            Discover { limit: 65, ..asked() },
            Discover {
                kind: Some("movie".into()),
                ..asked()
            },
            Discover {
                creator: Some("nobody".into()),
                ..asked()
            },
            Discover {
                tag: Some("x".repeat(33)),
                ..asked()
            },
        ] {
            assert_eq!(feed_query(&bad).unwrap_err().exit, 2);
        }
    }

    #[test]
    fn coverage_is_a_share_of_the_buckets_that_the_blob_has() {
        assert_eq!(percent(Coverage(0b111), 5 * CHUNK_LEN), 60);
        assert_eq!(percent(Coverage(u64::MAX), 5 * CHUNK_LEN), 100);
        assert_eq!(percent(Coverage(0), 5 * CHUNK_LEN), 0);
        assert_eq!(percent(Coverage(u64::MAX), 0), 0);
    }
}
