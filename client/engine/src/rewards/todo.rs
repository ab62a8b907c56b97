//! What is left to do in an era. **A card is asked about, then proven or left out, once**: only one whose fate is not known is
//! asked about again.

use std::collections::VecDeque;

use hashcard_primitives::card::CardId;
use hashcard_primitives::reward::{ChallengeView, EraIndex};

/// What the chain asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// A leaf of which card's blob.
    pub card: CardId,
    /// Which.
    pub leaf: u64,
}

/// What is left to do in the running era; nothing before one is known.
#[derive(Default, Debug)]
pub struct Todo {
    era: Option<EraIndex>,
    /// Whether the account is perhaps not enlisted, and is to be.
    pub enlisting: bool,
    /// Whether there may be claims that can be collected.
    pub collecting: bool,
    /// Whether deliveries may have earned something.
    pub collecting_deliveries: bool,
    to_ask: VecDeque<CardId>,
    to_prove: VecDeque<Asked>,
}

impl Todo {
    /// Whether what is left is not about this era.
    pub fn is_about_another(&self, era: EraIndex) -> bool {
        self.era != Some(era)
    }

    /// The era that it is about.
    pub fn era(&self) -> Option<EraIndex> {
        self.era
    }

    /// An era has begun; what was left of the one before cannot be done any more.
    pub fn begin(&mut self, era: EraIndex, cards: Vec<CardId>, enlisting: bool) {
        *self = Self {
            era: Some(era),
            enlisting,
            collecting: true,
            collecting_deliveries: true,
            // Nothing is proven in the first era: there is none before it.
            to_ask: if era == 0 { VecDeque::new() } else { cards.into() },
            to_prove: VecDeque::new(),
        };
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        !self.enlisting
            && !self.collecting
            && !self.collecting_deliveries
            && self.to_ask.is_empty()
            && self.to_prove.is_empty()
    }

    /// Cards to ask the chain about.
    pub fn next_to_ask(&self, most: usize) -> Vec<CardId> {
        self.to_ask.iter().copied().take(most).collect()
    }

    /// What the chain asks of a card's seat; nothing, if it gives no right or there is nothing to share.
    pub fn answered(&mut self, card: CardId, challenge: Option<&ChallengeView>) {
        self.to_ask.retain(|waiting| *waiting != card);
        let Some(challenge) = challenge else { return };
        let is_current = challenge.era.checked_add(1) == self.era;
        let is_worth_it = challenge.from_sales > 0 || challenge.from_endowments > 0;
        if is_current && is_worth_it && !challenge.proven {
            let leaf = challenge.leaf;
            self.to_prove.push_back(Asked { card, leaf });
        }
    }

    /// What to prove next, and for which era.
    pub fn next_to_prove(&self, most: usize) -> Option<(EraIndex, Vec<Asked>)> {
        let era = self.era?.checked_sub(1)?;
        let asked: Vec<Asked> = self.to_prove.iter().copied().take(most).collect();
        (!asked.is_empty()).then_some((era, asked))
    }

    /// The card is proven, or will not be in this era.
    pub fn leave_out(&mut self, card: CardId) {
        self.to_prove.retain(|asked| asked.card != card);
    }

    /// It is not known whether these are proven.
    pub fn ask_again(&mut self, cards: impl Iterator<Item = CardId>) {
        for card in cards {
            self.leave_out(card);
            self.to_ask.push_back(card);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(era: EraIndex, leaf: u64) -> ChallengeView {
        ChallengeView {
            era,
            leaf,
            proven: false,
            weight: 1,
            claimed_weight: 0,
            from_sales: 1,
            from_endowments: 0,
        }
    }

    fn in_era(era: EraIndex, cards: &[CardId]) -> Todo {
        let mut todo = Todo::default();
        todo.begin(era, cards.to_vec(), false);
        todo
    }

    fn cards_to_prove(todo: &Todo) -> Vec<CardId> {
        let asked = todo.next_to_prove(16);
        asked.map_or_else(Vec::new, |(_, asked)| asked.iter().map(|one| one.card).collect())
    }

    #[test]
    fn only_what_is_unproven_and_brings_something_is_proven_and_once() {
        let mut todo = in_era(5, &[7, 8, 9, 10, 11]);
        assert_eq!(todo.next_to_ask(2), [7, 8]);
        todo.answered(7, Some(&challenge(4, 300)));
        todo.answered(8, None);
        todo.answered(
            9,
            Some(&ChallengeView {
                proven: true,
                ..challenge(4, 1)
            }),
        );
        todo.answered(
            10,
            Some(&ChallengeView {
                from_sales: 0,
                ..challenge(4, 1)
            }),
        );
        todo.answered(
            11,
            Some(&ChallengeView {
                from_sales: 0,
                from_endowments: 1,
                ..challenge(4, 2)
            }),
        );
        assert!(todo.next_to_ask(64).is_empty());
        let (era, asked) = todo.next_to_prove(16).unwrap();
        assert_eq!(era, 4);
        assert_eq!(asked, [Asked { card: 7, leaf: 300 }, Asked { card: 11, leaf: 2 }]);
        todo.leave_out(7);
        assert_eq!(cards_to_prove(&todo), [11]);
        todo.leave_out(11);
        assert_eq!(todo.next_to_prove(16), None);
    }

    #[test]
    fn a_challenge_of_another_era_is_not_answered() {
        let mut todo = in_era(5, &[7]);
        todo.answered(7, Some(&challenge(5, 1)));
        assert_eq!(todo.next_to_prove(16), None);
    }

    #[test]
    fn what_may_have_been_included_is_asked_about_again() {
        let mut todo = in_era(5, &[7, 8]);
        todo.answered(7, Some(&challenge(4, 1)));
        todo.ask_again([7].into_iter());
        assert!(cards_to_prove(&todo).is_empty());
        assert_eq!(todo.next_to_ask(64), [8, 7]);
    }

    #[test]
    fn a_call_has_as_many_proofs_as_it_may() {
        let cards: Vec<CardId> = (0..40).collect();
        let mut todo = in_era(1, &cards);
        for card in &cards {
            todo.answered(*card, Some(&challenge(0, 1)));
        }
        assert_eq!(cards_to_prove(&todo), cards[..16]);
    }

    #[test]
    fn a_new_era_ends_what_was_left_and_the_first_one_has_nothing_to_prove() {
        let mut todo = in_era(5, &[7]);
        todo.answered(7, Some(&challenge(4, 1)));
        assert!(todo.is_about_another(6) && !todo.is_about_another(5));
        todo.begin(6, vec![8], true);
        assert!(cards_to_prove(&todo).is_empty() && todo.enlisting);
        assert_eq!(todo.next_to_ask(64), [8]);
        let mut first = in_era(0, &[7]);
        assert!(first.next_to_ask(64).is_empty() && !first.is_done());
        (first.collecting, first.collecting_deliveries) = (false, false);
        assert!(first.is_done());
    }
}
