//! Rows are appended and never move. Retiring leaves a tombstone; **a page without a live row is removed,
//! full or not, and so is the head of a feed without a live row**.
//!
//! When a feed goes on in a page that was removed, the page comes back with tombstones before the new row, so
//! a position means the same row as long as its feed lives. A feed that dies out begins again at row 0; a
//! cursor from its former life is merely too large, and queries clamp it.

use crate::{Config, FeedHeads, FeedPages, Pallet, Positions};
use alloc::{vec, vec::Vec};
use frame_support::{defensive, traits::Defensive};
use hashcard_primitives::{
    card::{Card, CardId},
    feed::{Cursor, Feed, PAGE_ROWS},
};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError};

const ROWS: u64 = PAGE_ROWS as u64;

/// The page and the row in it at which a position stands.
pub(crate) const fn page_and_row(position: Cursor) -> (u64, usize) {
    (position / ROWS, (position % ROWS) as usize)
}

/// The position of a page's first row.
pub(crate) const fn first_row(page: u64) -> Cursor {
    page.saturating_mul(ROWS)
}

impl<T: Config> Pallet<T> {
    /// The feeds that list a card, always in this order.
    pub(crate) fn feeds_of(card: &Card<AccountId32>) -> Vec<Feed<AccountId32>> {
        let mut feeds = vec![Feed::Creator(card.creator.clone())];
        match card.in_reply_to {
            Some(parent) => feeds.push(Feed::RepliesTo(parent)),
            None => {
                feeds.push(Feed::All);
                feeds.push(Feed::Kind(card.kind));
                feeds.extend(card.tags.iter().cloned().map(Feed::Tag));
            }
        }
        feeds
    }

    /// Appends a card to all its feeds.
    pub(crate) fn list(id: CardId, card: &Card<AccountId32>) -> Result<Positions, DispatchError> {
        let positions: Result<Vec<_>, _> = Self::feeds_of(card)
            .iter()
            .map(|feed| Self::append(feed, id))
            .collect();
        positions?.try_into().map_err(|_| {
            defensive!("a card has at most MAX_FEEDS feeds");
            DispatchError::Corruption
        })
    }

    /// Leaves a tombstone at each of a card's positions, and frees what has no live row any more.
    pub(crate) fn unlist(card: &Card<AccountId32>, positions: &Positions) {
        for (feed, position) in Self::feeds_of(card).iter().zip(positions) {
            Self::bury(feed, *position);
        }
    }

    fn append(feed: &Feed<AccountId32>, id: CardId) -> Result<Cursor, DispatchError> {
        FeedHeads::<T>::try_mutate(feed, |head| {
            let position = head.rows;
            let (page, row) = page_and_row(position);
            FeedPages::<T>::try_mutate(feed, page, |rows| {
                while rows.len() < row {
                    rows.try_push(None)?;
                }
                rows.try_push(Some(id))
            })
            .defensive_proof("row is below PAGE_ROWS, and rows beyond the head do not exist")
            .map_err(|_| DispatchError::Corruption)?;
            head.rows = position.checked_add(1).ok_or(ArithmeticError::Overflow)?;
            head.live = head.live.checked_add(1).ok_or(ArithmeticError::Overflow)?;
            Ok(position)
        })
    }

    fn bury(feed: &Feed<AccountId32>, position: Cursor) {
        let (page, row) = page_and_row(position);
        let mut rows = FeedPages::<T>::get(feed, page);
        match rows.get_mut(row) {
            Some(slot) => *slot = None,
            None => {
                defensive!("a card's positions exist until it is retired");
            }
        }
        if rows.iter().all(Option::is_none) {
            FeedPages::<T>::remove(feed, page);
        } else {
            FeedPages::<T>::insert(feed, page, rows);
        }

        let mut head = FeedHeads::<T>::get(feed);
        head.live = head.live.saturating_sub(1);
        if head.live == 0 {
            FeedHeads::<T>::remove(feed);
        } else {
            FeedHeads::<T>::insert(feed, head);
        }
    }
}
