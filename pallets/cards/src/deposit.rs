//! Deposits are for the worst case: a feed row is charged as if it stood alone in its feed behind 63
//! tombstones. So whatever others retire, every stored row is paid for by somebody whose card is still there.

use crate::{Config, Deposit, FeedHead, Pallet, Positions, Sources};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::Get;
use hashcard_primitives::{
    blob::ContentRoot,
    card::{Card, CardId, Preview, Terms},
    feed::{Cursor, Row, PAGE_ROWS},
    Balance,
};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// Deposit for `rows` rows that hold `bytes` bytes together.
    pub(crate) fn deposit_for(rows: usize, bytes: usize) -> Balance {
        let for_rows = T::DepositBase::get().saturating_mul(rows as Balance);
        let for_bytes = T::DepositPerByte::get().saturating_mul(bytes as Balance);
        for_rows.saturating_add(for_bytes)
    }

    /// Deposit of a card without sources.
    pub(crate) fn deposit_of(card: &Card<AccountId32>, preview: &Preview) -> Deposit {
        let id_len = CardId::max_encoded_len();
        let (root_rows, root_bytes) = if card.blob.is_some() {
            (1, ContentRoot::max_encoded_len() + id_len)
        } else {
            (0, 0)
        };
        let (link_rows, link_bytes) = if card.supersedes.is_some() {
            (1, 2 * id_len)
        } else {
            (0, 0)
        };
        let feeds = Self::feeds_of(card).len();
        Deposit {
            card: Self::deposit_for(
                2 + root_rows,
                card.encoded_size() + Deposit::max_encoded_len() + root_bytes,
            ),
            listing: Self::deposit_for(
                3 + link_rows + FEED_ROWS * feeds,
                Terms::max_encoded_len()
                    + preview.encoded_size()
                    + Positions::max_encoded_len()
                    + link_bytes
                    + feed_bytes() * feeds,
            ),
            sources: 0,
        }
    }

    /// Deposit of a list of sources.
    pub(crate) fn deposit_of_sources(sources: &Sources) -> Balance {
        Self::deposit_for(1, sources.encoded_size())
    }
}

/// A head and a page.
const FEED_ROWS: usize = 2;

/// Bytes of a head, and of a page that holds one live row behind tombstones.
fn feed_bytes() -> usize {
    let page_len_prefix = 2;
    let tombstone: Row = None;
    let tombstones = (PAGE_ROWS as usize).saturating_sub(1) * tombstone.encoded_size();
    FeedHead::max_encoded_len()
        + page_len_prefix
        + tombstones
        + Row::max_encoded_len()
        + Cursor::max_encoded_len()
}
