//! Reactions and follows as people see them.

use hashcard_primitives::social::{Reaction, ReactionCounts};
use serde::{Deserialize, Serialize};

use super::shown::CardShown;

/// How many accounts reacted to a card, and how.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[allow(missing_docs)]
pub struct ReactionsShown {
    pub like: u32,
    pub love: u32,
    pub laugh: u32,
    pub wonder: u32,
    pub sorrow: u32,
    pub anger: u32,
}

impl From<ReactionCounts> for ReactionsShown {
    fn from(counts: ReactionCounts) -> Self {
        Self {
            like: counts.of(Reaction::Like),
            love: counts.of(Reaction::Love),
            laugh: counts.of(Reaction::Laugh),
            wonder: counts.of(Reaction::Wonder),
            sorrow: counts.of(Reaction::Sorrow),
            anger: counts.of(Reaction::Anger),
        }
    }
}

impl ReactionsShown {
    /// Each with its name, in the order in which the chain counts them.
    pub fn named(&self) -> [(&'static str, u32); 6] {
        [
            ("like", self.like),
            ("love", self.love),
            ("laugh", self.laugh),
            ("wonder", self.wonder),
            ("sorrow", self.sorrow),
            ("anger", self.anger),
        ]
    }
}

/// Somebody whom the account follows.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct FollowedShown {
    pub address: String,
    /// His newest, newest first.
    pub cards: Vec<CardShown>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::reaction_name;

    #[test]
    fn each_count_stands_under_the_name_of_its_reaction() {
        for reaction in Reaction::ALL {
            let counts = ReactionCounts::default().plus(reaction).unwrap();
            let counted: Vec<&str> = ReactionsShown::from(counts)
                .named()
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(name, _)| name)
                .collect();
            assert_eq!(counted, [reaction_name(reaction)]);
        }
    }
}
