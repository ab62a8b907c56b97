//! What the chain is asked on behalf of others. **Who asks about what does not exist spends an allowance of its own**: each peer has
//! a few questions about sessions that nothing is known of, and each session a few about cards, for each finalised block. A session
//! that has books here is asked about beside those, and is answered from what was heard of it last when there is no question left.

use std::collections::{BTreeMap, BTreeSet};

use hashcard_chain::At;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{CreditView, SessionKey};
use hashcard_protocol::ledger::Credit;
use hashcard_protocol::payment::{Account, Decline, SessionRef};

use super::{lock, Cashier, Heard};

/// Questions about unknown sessions that a peer has in one block: a fetch asks one, and once more if its session was too new.
pub(super) const STRANGERS_PER_PEER: usize = 4;
/// Those of all peers together: as many as all connections of others have, so that who uses them up has no need to.
pub(super) const STRANGERS: usize = 512;
/// Questions in one block about sessions that have books.
pub(super) const KNOWN: usize = 256;
/// Questions about cards that a session has in one block: two vouchers whose cards are all new.
pub(super) const CARDS_PER_SESSION: usize = 32;
/// Those of all sessions together.
const CARDS: usize = 512;
/// Cards that are known to have been published; beyond that they are asked about again.
const MAX_KNOWN_CARDS: usize = 16_384;

/// What was asked of the chain about one block.
#[derive(Default)]
pub struct Asked {
    at: Option<At>,
    strangers: Allowance<Vec<u8>>,
    known: usize,
    cards: Allowance<SessionRef>,
    credits: BTreeMap<SessionRef, Option<CreditView<Account>>>,
    published: BTreeSet<CardId>,
}

/// Questions that were used up; there are never more entries than questions.
struct Allowance<K> {
    all: usize,
    each: BTreeMap<K, usize>,
}

impl<K> Default for Allowance<K> {
    fn default() -> Self {
        Self {
            all: 0,
            each: BTreeMap::new(),
        }
    }
}

impl<K: Ord> Allowance<K> {
    fn take(&mut self, who: K, most_each: usize, most: usize) -> Result<(), Decline> {
        if self.all >= most {
            return Err(Decline::NOT_NOW);
        }
        let used = self.each.entry(who).or_default();
        if *used >= most_each {
            return Err(Decline::NOT_NOW);
        }
        *used = used.saturating_add(1);
        self.all = self.all.saturating_add(1);
        Ok(())
    }
}

impl Asked {
    fn take_known(&mut self) -> bool {
        let is_left = self.known < KNOWN;
        self.known = self.known.saturating_add(usize::from(is_left));
        is_left
    }
}

/// A session that somebody pays from.
#[derive(Debug)]
pub struct Found {
    /// Its key.
    pub key: SessionKey,
    /// What stands behind it; `None`: what the books say already.
    pub credit: Option<Credit>,
}

impl Found {
    fn now(view: &CreditView<Account>, at: At) -> Self {
        Self {
            key: view.session.key,
            credit: Some(Credit::new(view, at.number)),
        }
    }
}

impl Cashier {
    /// A new finalised head: others may ask about it.
    pub fn head_is(&self, at: At) {
        let mut asked = lock(&self.asked);
        if asked.at != Some(at) {
            let published = std::mem::take(&mut asked.published);
            *asked = Asked {
                at: Some(at),
                published,
                ..Asked::default()
            };
        }
    }

    /// What stands behind a session at the finalised head, asked at most once for each block.
    pub(super) fn look_up(&self, peer: &[u8], payer: SessionRef) -> Result<Found, Decline> {
        let heard = lock(&self.heard).get(&payer).copied();
        let last = heard
            .and_then(|heard| heard.key)
            .map(|key| Found { key, credit: None });
        match self.ask(peer, payer, heard) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(Decline::UNKNOWN_SESSION),
            Err(decline) => last.ok_or(decline),
        }
    }

    fn ask(&self, peer: &[u8], payer: SessionRef, heard: Option<Heard>) -> Result<Option<Found>, Decline> {
        let at = {
            let mut asked = lock(&self.asked);
            if let (Some(at), Some(view)) = (asked.at, asked.credits.get(&payer)) {
                return Ok(view.as_ref().map(|view| Found::now(view, at)));
            }
            match heard {
                Some(_) if !asked.take_known() => return Err(Decline::NOT_NOW),
                Some(_) => {}
                None => asked
                    .strangers
                    .take(peer.to_vec(), STRANGERS_PER_PEER, STRANGERS)?,
            }
            asked.at
        };
        let not_now = |error| {
            tracing::warn!(%error, "a session was not looked up");
            Decline::NOT_NOW
        };
        let at = match at {
            Some(at) => at,
            None => self.witness.head().map_err(not_now)?,
        };
        let view = self.witness.credit(at, payer, self.payee).map_err(not_now)?;
        let mut asked = lock(&self.asked);
        if asked.at.is_none_or(|then| then == at) {
            asked.at = Some(at);
            asked.credits.insert(payer, view.clone());
        }
        Ok(view.map(|view| Found::now(&view, at)))
    }

    /// Whether all of these cards exist: a line for one that was never published would make its voucher worthless.
    pub(super) fn all_published(&self, payer: SessionRef, cards: &BTreeSet<CardId>) -> Result<(), Decline> {
        for card in cards {
            let at = {
                let mut asked = lock(&self.asked);
                if asked.published.contains(card) {
                    continue;
                }
                asked.cards.take(payer, CARDS_PER_SESSION, CARDS)?;
                asked.at.ok_or(Decline::NOT_NOW)?
            };
            match self.witness.has_card(at, *card) {
                Ok(true) => {}
                Ok(false) => return Err(Decline::UNKNOWN_CARD),
                Err(error) => {
                    tracing::warn!(%error, card, "a card was not looked up");
                    return Err(Decline::NOT_NOW);
                }
            }
            let mut asked = lock(&self.asked);
            if asked.published.len() < MAX_KNOWN_CARDS {
                asked.published.insert(*card);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_each_one_s_and_all_together_s() {
        let mut allowance = Allowance::default();
        for who in [1, 1, 2] {
            allowance.take(who, 2, 4).unwrap();
        }
        assert_eq!(allowance.take(1, 2, 4), Err(Decline::NOT_NOW));
        allowance.take(3, 2, 4).unwrap();
        assert_eq!(allowance.take(4, 2, 4), Err(Decline::NOT_NOW));
        assert_eq!(allowance.each.len(), 3);
    }
}
