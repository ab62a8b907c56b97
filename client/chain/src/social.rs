//! Reactions and follows: pallet Social.

use crate::{
    pages::{at_most, consistent, endless, MAX_PAGES},
    Account, ChainAt, Result,
};
use hashcard_primitives::{
    card::CardId,
    social::{FollowCounts, Reaction, ReactionCounts, ROWS_PER_ANSWER},
};

/// Most pages of whom an account follows: 10,000 at most (pallet Social, `MAX_FOLLOWING`).
const MAX_PAGES_OF_FOLLOWS: usize = 40;

impl ChainAt {
    /// How many accounts reacted to a card.
    pub async fn reactions(&self, card: CardId) -> Result<ReactionCounts> {
        self.chain
            .runtime_call(self.hash, "SocialApi_reactions", (card,))
            .await
    }

    /// How an account reacted to a card.
    pub async fn reaction(&self, card: CardId, account: Account) -> Result<Option<Reaction>> {
        self.chain
            .runtime_call(self.hash, "SocialApi_reaction", (card, account))
            .await
    }

    /// All reactions of an account, in order of cards.
    pub async fn reactions_of(&self, account: Account) -> Result<Vec<(CardId, Reaction)>> {
        const METHOD: &str = "SocialApi_reactions_of";
        let mut reactions: Vec<(CardId, Reaction)> = Vec::new();
        for _ in 0..MAX_PAGES {
            let after = reactions.last().map(|(card, _)| *card);
            let page: Vec<(CardId, Reaction)> = self
                .chain
                .runtime_call(self.hash, METHOD, (account, after))
                .await?;
            at_most(METHOD, &page, ROWS_PER_ANSWER)?;
            let rises = after
                .into_iter()
                .chain(page.iter().map(|(card, _)| *card))
                .is_sorted_by(|a, b| a < b);
            consistent(METHOD, rises, "its cards are not in order")?;
            let is_last = page.len() < ROWS_PER_ANSWER;
            reactions.extend(page);
            if is_last {
                return Ok(reactions);
            }
        }
        Err(endless(METHOD))
    }

    /// How many follow an account, and how many it follows.
    pub async fn follow_counts(&self, account: Account) -> Result<FollowCounts> {
        self.chain
            .runtime_call(self.hash, "SocialApi_follow_counts", (account,))
            .await
    }

    /// Whether an account follows another.
    pub async fn follows(&self, follower: Account, followed: Account) -> Result<bool> {
        self.chain
            .runtime_call(self.hash, "SocialApi_follows", (follower, followed))
            .await
    }

    /// All whom an account follows, in no particular order.
    pub async fn following(&self, follower: Account) -> Result<Vec<Account>> {
        const METHOD: &str = "SocialApi_following";
        let mut following: Vec<Account> = Vec::new();
        for _ in 0..MAX_PAGES_OF_FOLLOWS {
            let after = following.last().copied();
            let page: Vec<Account> = self
                .chain
                .runtime_call(self.hash, METHOD, (follower, after))
                .await?;
            at_most(METHOD, &page, ROWS_PER_ANSWER)?;
            let others = page.iter().all(|followed| *followed != follower);
            consistent(METHOD, others, "nobody follows himself")?;
            let leads_on = after.is_none_or(|after| !page.contains(&after));
            consistent(METHOD, leads_on, "a page leads back")?;
            let is_last = page.len() < ROWS_PER_ANSWER;
            following.extend(page);
            if is_last {
                return Ok(following);
            }
        }
        Err(endless(METHOD))
    }
}
