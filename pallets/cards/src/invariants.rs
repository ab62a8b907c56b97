//! What must hold between two calls, whatever they were.
//!
//! # Invariants
//! 1. Every card's number is below [`NextCardId`]. A card has deposit; a live one (with terms) has preview
//!    and positions, a retired one has neither, nor sources. No such row belongs to a card that does not
//!    exist.
//! 2. A blob's root leads to its card, and no other root leads anywhere. A card is keyed exactly when its
//!    blob has commitments, inline exactly when it has no blob.
//! 3. `SupersededBy` is the reverse of `supersedes` of live cards.
//! 4. The rows of all pages are exactly the positions of live cards; no page and no head is without a live
//!    row, none is beyond its head, and heads count live rows.
//! 5. What accounts have on hold is the sum of their cards' and reports' deposits.
//! 6. `ReportCounts` counts `Reports`.
//! 7. Only a keyed card has collaborators: no account twice, none without a share, never the creator, and
//!    together not more than the whole.

use crate::{
    feed::page_and_row, CardOfRoot, Cards, Config, Deposits, FeedHeads, FeedPages, HoldReason, NextCardId,
    Pallet, PositionsOf, Previews, ReportCounts, Reports, SourcesOf, SupersededBy, TermsOf,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::Encode;
use frame_support::{ensure, traits::fungible::hold::Inspect};
use hashcard_primitives::{
    card::{Access, Card, CardId, WHOLE_SHARE},
    feed::Cursor,
    Balance,
};
use sp_runtime::{AccountId32, TryRuntimeError};

type Checked = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
    /// Errors: a text that says which invariant does not hold.
    pub(crate) fn do_try_state() -> Checked {
        for (id, card) in Cards::<T>::iter() {
            Self::check_rows(id, &card)?;
            Self::check_blob(id, &card)?;
            Self::check_collaborators(&card)?;
        }
        Self::check_no_orphans()?;
        Self::check_versions()?;
        Self::check_feeds()?;
        Self::check_holds()?;
        Self::check_reports()
    }

    fn check_rows(id: CardId, card: &Card<AccountId32>) -> Checked {
        ensure!(
            id < NextCardId::<T>::get(),
            "a card's number is not below the next one"
        );
        ensure!(Deposits::<T>::contains_key(id), "a card has no deposit");
        let live = TermsOf::<T>::contains_key(id);
        ensure!(
            Previews::<T>::contains_key(id) == live,
            "a preview stands for a card that is not retired"
        );
        ensure!(
            PositionsOf::<T>::contains_key(id) == live,
            "a card has positions until it is retired"
        );
        let sources = SourcesOf::<T>::get(id);
        ensure!(
            sources.is_none() || live && card.blob.is_some(),
            "sources without a live blob"
        );
        ensure!(
            sources.is_none_or(|sources| !sources.is_empty()),
            "an empty list of sources is stored"
        );
        Ok(())
    }

    fn check_blob(id: CardId, card: &Card<AccountId32>) -> Checked {
        let access = match &card.blob {
            None => Access::Inline,
            Some(blob) if blob.commitments.is_some() => Access::Keyed,
            Some(_) => Access::Open,
        };
        ensure!(
            card.access == access,
            "a card's access does not follow from its blob"
        );
        if let Some(blob) = &card.blob {
            ensure!(
                CardOfRoot::<T>::get(blob.root) == Some(id),
                "a root does not lead to its card"
            );
        }
        Ok(())
    }

    fn check_collaborators(card: &Card<AccountId32>) -> Checked {
        let accounts: BTreeSet<_> = card.collaborators.iter().map(|one| &one.account).collect();
        let together: u64 = card.collaborators.iter().map(|one| u64::from(one.share)).sum();
        ensure!(
            card.collaborators.is_empty() || card.access == Access::Keyed,
            "a card without keys has collaborators"
        );
        ensure!(
            accounts.len() == card.collaborators.len() && !accounts.contains(&card.creator),
            "a collaborator stands there twice, or is the creator"
        );
        ensure!(
            card.collaborators.iter().all(|one| one.share > 0) && together <= u64::from(WHOLE_SHARE),
            "collaborators have nothing, or more than the whole"
        );
        Ok(())
    }

    fn check_no_orphans() -> Checked {
        let known = Cards::<T>::contains_key;
        ensure!(TermsOf::<T>::iter_keys().all(known), "terms without a card");
        ensure!(Previews::<T>::iter_keys().all(known), "a preview without a card");
        ensure!(SourcesOf::<T>::iter_keys().all(known), "sources without a card");
        ensure!(
            PositionsOf::<T>::iter_keys().all(known),
            "positions without a card"
        );
        ensure!(Deposits::<T>::iter_keys().all(known), "a deposit without a card");
        for (root, id) in CardOfRoot::<T>::iter() {
            let blob = Cards::<T>::get(id).and_then(|card| card.blob);
            ensure!(
                blob.is_some_and(|blob| blob.root == root),
                "a root leads to a card of another"
            );
        }
        Ok(())
    }

    fn check_versions() -> Checked {
        let mut links = 0usize;
        for (id, card) in Cards::<T>::iter() {
            if let (Some(older), true) = (card.supersedes, TermsOf::<T>::contains_key(id)) {
                ensure!(
                    SupersededBy::<T>::get(older) == Some(id),
                    "a version is not linked from its predecessor"
                );
                links += 1;
            }
        }
        ensure!(
            SupersededBy::<T>::iter().count() == links,
            "a link leads to no version"
        );
        Ok(())
    }

    fn check_feeds() -> Checked {
        let mut expected = BTreeMap::<(Vec<u8>, Cursor), CardId>::new();
        for (id, positions) in PositionsOf::<T>::iter() {
            let card = Cards::<T>::get(id).ok_or("positions without a card")?;
            let feeds = Self::feeds_of(&card);
            ensure!(
                feeds.len() == positions.len(),
                "a card has not one position in each feed"
            );
            for (feed, position) in feeds.iter().zip(positions) {
                expected.insert((feed.encode(), position), id);
            }
        }
        let mut live_rows = BTreeMap::<Vec<u8>, u64>::new();
        for (feed, page, rows) in FeedPages::<T>::iter() {
            let head = FeedHeads::<T>::get(&feed);
            let feed = feed.encode();
            ensure!(
                rows.iter().any(Option::is_some),
                "a page without a live row is stored"
            );
            for (row, slot) in rows.iter().enumerate() {
                let position = crate::feed::first_row(page) + row as Cursor;
                ensure!(
                    page_and_row(position) == (page, row),
                    "a position does not stand in its page"
                );
                ensure!(position < head.rows, "a row is beyond its feed's head");
                if let Some(id) = slot {
                    ensure!(
                        expected.remove(&(feed.clone(), position)) == Some(*id),
                        "a row names a card that is not listed there"
                    );
                    *live_rows.entry(feed.clone()).or_default() += 1;
                }
            }
        }
        ensure!(expected.is_empty(), "a card's position has no row");
        for (feed, head) in FeedHeads::<T>::iter() {
            ensure!(head.live > 0, "a head without a live row is stored");
            ensure!(
                live_rows.remove(&feed.encode()) == Some(head.live),
                "a head counts its rows wrongly"
            );
        }
        ensure!(live_rows.is_empty(), "a feed has rows and no head");
        Ok(())
    }

    fn check_holds() -> Checked {
        let mut held = BTreeMap::<AccountId32, (Balance, Balance)>::new();
        for (id, card) in Cards::<T>::iter() {
            held.entry(card.creator).or_default().0 += Deposits::<T>::get(id).total();
        }
        for (_, reporter, report) in Reports::<T>::iter() {
            held.entry(reporter).or_default().1 += report.deposit;
        }
        for account in frame_system::Account::<T>::iter_keys() {
            let (cards, reports) = held.remove(&account).unwrap_or_default();
            let on_hold = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
            ensure!(
                on_hold(HoldReason::Card) == cards,
                "holds are not the sum of an account's card deposits"
            );
            ensure!(
                on_hold(HoldReason::Report) == reports,
                "holds are not the sum of an account's report deposits"
            );
        }
        ensure!(held.is_empty(), "an account that does not exist has a deposit");
        Ok(())
    }

    fn check_reports() -> Checked {
        let mut counts = BTreeMap::<CardId, u32>::new();
        for (id, _) in Reports::<T>::iter_keys() {
            *counts.entry(id).or_default() += 1;
        }
        let stored: BTreeMap<_, _> = ReportCounts::<T>::iter().collect();
        ensure!(counts == stored, "reports are counted wrongly");
        Ok(())
    }
}
