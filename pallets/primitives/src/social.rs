//! Reactions to cards, and who follows whom.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Kinds of reactions.
pub const REACTIONS: usize = 6;
/// Most rows that one answer about an account's reactions or follows holds.
pub const ROWS_PER_ANSWER: usize = 256;

/// What somebody feels about a card. Positions are part of stored rows: new ones go to the end.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
)]
pub enum Reaction {
    /// It is good.
    Like,
    /// It is dear to him.
    Love,
    /// It is funny.
    Laugh,
    /// It is amazing.
    Wonder,
    /// It is sad.
    Sorrow,
    /// It is outrageous.
    Anger,
}

impl Reaction {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; REACTIONS] = [
        Self::Like,
        Self::Love,
        Self::Laugh,
        Self::Wonder,
        Self::Sorrow,
        Self::Anger,
    ];
}

/// How many accounts reacted to a card, by [`Reaction`]. An account counts once; nothing says that accounts are people.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct ReactionCounts(pub [u32; REACTIONS]);

impl ReactionCounts {
    /// How many reacted so.
    pub const fn of(&self, reaction: Reaction) -> u32 {
        self.0[reaction as usize]
    }

    /// One more; `None` when there are as many as can be counted.
    #[must_use]
    pub fn plus(mut self, reaction: Reaction) -> Option<Self> {
        let count = &mut self.0[reaction as usize];
        *count = count.checked_add(1)?;
        Some(self)
    }

    /// One less; `None` when there is none.
    #[must_use]
    pub fn minus(mut self, reaction: Reaction) -> Option<Self> {
        let count = &mut self.0[reaction as usize];
        *count = count.checked_sub(1)?;
        Some(self)
    }

    /// Whether nobody reacted.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; REACTIONS]
    }
}

/// How many accounts follow an account, and how many it follows.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct FollowCounts {
    /// That follow it.
    pub followers: u32,
    /// That it follows.
    pub following: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reaction_has_the_place_at_which_it_is_counted_and_stored() {
        for (place, reaction) in Reaction::ALL.into_iter().enumerate() {
            assert_eq!(reaction as usize, place);
            assert_eq!(reaction.encode(), [place as u8]);
            let counts = ReactionCounts::default().plus(reaction).expect("there is room");
            assert_eq!((counts.of(reaction), counts.0.iter().sum()), (1, 1u32));
            assert!(counts.minus(reaction).expect("there is one").is_empty());
        }
    }

    #[test]
    fn nothing_is_counted_below_none_or_beyond_what_a_counter_holds() {
        let full = ReactionCounts([u32::MAX; REACTIONS]);
        assert_eq!(full.plus(Reaction::Love), None);
        assert_eq!(ReactionCounts::default().minus(Reaction::Love), None);
    }
}
