//! Reactions and follows: pallet Social.

use crate::{
    metadata::{social::events, tx},
    pages::{at_most, consistent, endless, MAX_PAGES},
    Account, Chain, ChainAt, ChainError, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    social::{FollowCounts, Reaction, ReactionCounts, ROWS_PER_ANSWER},
    Balance,
};
use subxt::utils::AccountId32;

/// Most pages of whom an account follows: 10,000 at most (pallet Social, `MAX_FOLLOWING`).
const MAX_PAGES_OF_FOLLOWS: usize = 40;

/// A reaction that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reacted {
    /// How the account reacted before.
    pub before: Option<Reaction>,
    /// What was put on hold: nothing where there was a reaction.
    pub deposit: Balance,
}

/// A reaction that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreacted {
    /// Which.
    pub reaction: Reaction,
    /// What came back.
    pub deposit: Balance,
}

impl ChainAt {
    /// How many accounts reacted to a card.
    pub async fn reactions(&self, card: CardId) -> Result<ReactionCounts> {
        let counts = self
            .chain
            .runtime_call(self.hash, "SocialApi_reactions", (card,))
            .await;
        match counts {
            // Nobody reacted before anybody could.
            Err(ChainError::NotYet { .. }) => Ok(ReactionCounts::default()),
            counts => counts,
        }
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

    /// Whom an account follows, after this one: at most [`ROWS_PER_ANSWER`], and fewer only when there are no more. In no
    /// particular order, and always the same one.
    pub async fn following_after(&self, follower: Account, after: Option<Account>) -> Result<Vec<Account>> {
        const METHOD: &str = "SocialApi_following";
        let page: Vec<Account> = self
            .chain
            .runtime_call(self.hash, METHOD, (follower, after))
            .await?;
        at_most(METHOD, &page, ROWS_PER_ANSWER)?;
        let others = page.iter().all(|followed| *followed != follower);
        consistent(METHOD, others, "nobody follows himself")?;
        let leads_on = after.is_none_or(|after| !page.contains(&after));
        consistent(METHOD, leads_on, "a page leads back")?;
        Ok(page)
    }

    /// All whom an account follows.
    pub async fn following(&self, follower: Account) -> Result<Vec<Account>> {
        let mut following: Vec<Account> = Vec::new();
        for _ in 0..MAX_PAGES_OF_FOLLOWS {
            let page = self.following_after(follower, following.last().copied()).await?;
            let is_last = page.len() < ROWS_PER_ANSWER;
            following.extend(page);
            if is_last {
                return Ok(following);
            }
        }
        Err(endless("SocialApi_following"))
    }
}

/// Calls.
impl Chain {
    /// Reacts to a card, in place of how the signer reacted before.
    pub async fn react(
        &self,
        signer: &Signer,
        card: CardId,
        reaction: Reaction,
        wait: Wait,
    ) -> Result<Included<Reacted>> {
        let call = tx().social().react(card, reaction.into());
        let done = self.transact(signer, "social.react", call, wait).await?;
        let deposit = done.held_on(signer.account())?;
        done.with(|reacted: events::Reacted| Reacted {
            before: reacted.before.map(|before| before.0),
            deposit,
        })
    }

    /// Takes the signer's reaction to a card back.
    pub async fn unreact(&self, signer: &Signer, card: CardId, wait: Wait) -> Result<Included<Unreacted>> {
        let call = tx().social().unreact(card);
        let done = self.transact(signer, "social.unreact", call, wait).await?;
        let deposit = done.released_to(signer.account())?;
        done.with(|unreacted: events::Unreacted| Unreacted {
            reaction: unreacted.reaction.0,
            deposit,
        })
    }

    /// Follows an account; what was put on hold for that.
    pub async fn follow_account(
        &self,
        signer: &Signer,
        account: Account,
        wait: Wait,
    ) -> Result<Included<Balance>> {
        let call = tx().social().follow(AccountId32(account));
        let done = self.transact(signer, "social.follow", call, wait).await?;
        let deposit = done.held_on(signer.account())?;
        done.with(|_: events::Followed| deposit)
    }

    /// Follows an account no longer; what came back.
    pub async fn unfollow_account(
        &self,
        signer: &Signer,
        account: Account,
        wait: Wait,
    ) -> Result<Included<Balance>> {
        let call = tx().social().unfollow(AccountId32(account));
        let done = self.transact(signer, "social.unfollow", call, wait).await?;
        let deposit = done.released_to(signer.account())?;
        done.with(|_: events::Unfollowed| deposit)
    }
}

#[cfg(test)]
mod tests;
