//! What the runtime APIs answer. An account's rows are under a prefix of its own: an answer reads no more rows than it has.

use crate::{
    rows::{card_key, card_of_key},
    Config, CountsOfAccount, CountsOfCard, Follows, Pallet, Reactions,
};
use alloc::vec::Vec;
use hashcard_primitives::{
    social::{FollowCounts, Reaction, ReactionCounts, ROWS_PER_ANSWER},
    CardId,
};
use sp_runtime::AccountId32;

impl<T: Config> Pallet<T> {
    /// How many accounts reacted to a card.
    pub fn reactions(card: CardId) -> ReactionCounts {
        CountsOfCard::<T>::get(card)
    }

    /// How an account reacted to a card.
    pub fn reaction(card: CardId, account: AccountId32) -> Option<Reaction> {
        Reactions::<T>::get(account, card_key(card)).map(|row| row.reaction)
    }

    /// Reactions of an account in order of cards, after `after`, at most [`ROWS_PER_ANSWER`].
    pub fn reactions_of(account: AccountId32, after: Option<CardId>) -> Vec<(CardId, Reaction)> {
        let rows = match after {
            None => Reactions::<T>::iter_prefix(&account),
            Some(after) => {
                let from = Reactions::<T>::hashed_key_for(&account, card_key(after));
                Reactions::<T>::iter_prefix_from(&account, from)
            }
        };
        rows.take(ROWS_PER_ANSWER)
            .map(|(key, row)| (card_of_key(key), row.reaction))
            .collect()
    }

    /// How many follow an account, and how many it follows.
    pub fn follow_counts(account: AccountId32) -> FollowCounts {
        CountsOfAccount::<T>::get(account)
    }

    /// Whether an account follows another.
    pub fn follows(follower: AccountId32, followed: AccountId32) -> bool {
        Follows::<T>::contains_key(follower, followed)
    }

    /// Whom an account follows, in no particular order, after `after`, at most [`ROWS_PER_ANSWER`].
    pub fn following(follower: AccountId32, after: Option<AccountId32>) -> Vec<AccountId32> {
        let keys = match after {
            None => Follows::<T>::iter_key_prefix(&follower),
            Some(after) => {
                let from = Follows::<T>::hashed_key_for(&follower, after);
                Follows::<T>::iter_key_prefix_from(&follower, from)
            }
        };
        keys.take(ROWS_PER_ANSWER).collect()
    }
}
