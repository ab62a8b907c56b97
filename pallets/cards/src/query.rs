//! What the runtime APIs answer. A query reads at most [`MAX_PAGES_SCANNED`] pages, freed ones counted, and
//! its cursor gets smaller every time, so a client that keeps asking always comes to the end.

use crate::{
    feed::{first_row, page_and_row},
    CardOfRoot, Cards, Config, FeedHeads, FeedPages, NextCardId, Pallet, Previews, Sources, SourcesOf,
    SupersededBy, TermsOf,
};
use alloc::vec::Vec;
use frame_support::defensive;
use hashcard_primitives::{
    blob::ContentRoot,
    card::{Card, CardId, CardView, Kind, Terms},
    feed::{Cursor, Feed, FeedPage, FeedQuery, MAX_FEED_LIMIT, MAX_PAGES_SCANNED},
    figures::CardFigures,
    roles::CardDependents,
    BoundedVec,
};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// A card, retired or not. The terms of a retired one are that no further key is for sale.
    pub fn card_view(id: CardId) -> Option<CardView<AccountId32>> {
        Cards::<T>::get(id).map(|card| Self::view(id, card))
    }

    /// The card of a blob, if any; the footer, which is part of the root, names one creator, so there is no
    /// second.
    pub fn cards_by_root(root: ContentRoot) -> Vec<CardId> {
        CardOfRoot::<T>::get(root).into_iter().collect()
    }

    /// The newer version of a card, unless that one is retired.
    pub fn superseded_by(id: CardId) -> Option<CardId> {
        SupersededBy::<T>::get(id)
    }

    /// URLs from which a card's blob can be had besides the swarm; none once it is retired.
    pub fn sources(id: CardId) -> Sources {
        SourcesOf::<T>::get(id).unwrap_or_default()
    }

    /// Cards in numbers.
    pub fn figures() -> CardFigures {
        let live = |kind| FeedHeads::<T>::get(Feed::Kind(kind)).live;
        let in_feed = Kind::ALL.map(|kind| (kind, live(kind)));
        CardFigures {
            published: NextCardId::<T>::get(),
            in_feed: BoundedVec::truncate_from(in_feed.to_vec()),
        }
    }

    /// A page of a feed, newest first.
    ///
    /// A limit of 0 counts as 1. `next` is `None` when no older row can match: at the feed's beginning, or at
    /// the first card older than `since`.
    pub fn feed(query: FeedQuery<AccountId32>) -> FeedPage<AccountId32> {
        let limit = query.limit.clamp(1, MAX_FEED_LIMIT) as usize;
        let rows = FeedHeads::<T>::get(&query.feed).rows;
        let mut before = query.cursor.map_or(rows, |cursor| cursor.min(rows));
        let mut cards = Vec::new();
        for _ in 0..MAX_PAGES_SCANNED {
            let Some(newest) = before.checked_sub(1) else {
                break;
            };
            let (page, row) = page_and_row(newest);
            let slots = FeedPages::<T>::get(&query.feed, page);
            for (at, slot) in slots.iter().enumerate().take(row.saturating_add(1)).rev() {
                let Some(id) = *slot else { continue };
                let Some(card) = Cards::<T>::get(id) else {
                    defensive!("a live row names a card");
                    continue;
                };
                if query.since.is_some_and(|since| card.published_at < since) {
                    return FeedPage { cards, next: None };
                }
                if !Self::matches(&query, id, &card) {
                    continue;
                }
                cards.push(Self::view(id, card));
                if cards.len() == limit {
                    return FeedPage {
                        cards,
                        next: more(first_row(page).saturating_add(at as Cursor)),
                    };
                }
            }
            before = first_row(page);
        }
        FeedPage {
            cards,
            next: more(before),
        }
    }

    fn matches(query: &FeedQuery<AccountId32>, id: CardId, card: &Card<AccountId32>) -> bool {
        query.kind.is_none_or(|kind| card.kind == kind)
            && query
                .creator
                .as_ref()
                .is_none_or(|creator| card.creator == *creator)
            && query.tag.as_ref().is_none_or(|tag| card.tags.contains(tag))
            && query
                .max_price
                .is_none_or(|most| TermsOf::<T>::get(id).is_some_and(|terms| terms.price <= most))
    }

    fn view(id: CardId, card: Card<AccountId32>) -> CardView<AccountId32> {
        let keys_made = T::Dependents::keys_made(id);
        let terms = TermsOf::<T>::get(id);
        CardView {
            id,
            card,
            retired: terms.is_none(),
            terms: terms.unwrap_or(Terms {
                price: 0,
                editions: Some(keys_made),
                listed: false,
                version: 0,
            }),
            preview: Previews::<T>::get(id).unwrap_or_default(),
            keys_made,
            frozen: T::Dependents::is_frozen(id),
        }
    }
}

/// A cursor, unless nothing is before it.
fn more(before: Cursor) -> Option<Cursor> {
    (before > 0).then_some(before)
}
