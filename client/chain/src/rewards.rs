//! Eras, claims and endowments: pallet Rewards.

use crate::{
    metadata::{
        rewards::events::{
            Collected, Delisted, DeliveriesCollected, Endowed, EndowmentEnded, EndowmentEnding, Enlisted,
            Proven,
        },
        runtime_types::bounded_collections::bounded_vec::BoundedVec,
        tx,
    },
    outcome::Executed,
    pages::{at_most, consistent, endless, MAX_PAGES},
    Account, Chain, ChainAt, ChainError, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    blob::{LEAF_LEN, MAX_BLOB_LEN},
    card::{CardId, WHOLE_SHARE},
    reward::{
        ChallengeView, ClaimView, DeliveryEarnings, Emission, EndowmentId, EndowmentView, EraIndex, EraView,
        PossessionProof, MAX_COLLECTED, MAX_ENDOWMENTS, MAX_PROOFS, REWARD_ROWS_PER_PAGE,
    },
    Balance,
};
use subxt::utils::AccountId32;

/// Most cards of one `clear_credits` (pallet Rewards, `MAX_CLEARED`).
const MAX_CLEARED: u32 = 64;

/// What a call of proofs did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenClaims {
    /// The cards proven, in the order of the proofs, each with the weight of its claim.
    pub claims: Vec<(CardId, Balance)>,
    /// What is on hold for the claims until they are collected.
    pub deposit: Balance,
}

/// A claim that was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidClaim {
    /// For which era.
    pub era: EraIndex,
    /// Of which card.
    pub card: CardId,
    /// Minted, out of sales.
    pub from_sales: Balance,
    /// Moved, out of endowments.
    pub from_endowments: Balance,
}

/// What a collection did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectedClaims {
    /// In their order.
    pub claims: Vec<PaidClaim>,
    /// Deposits that went back to the seeder.
    pub deposits: Balance,
}

/// What became of an endowment that was to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedEndowment {
    /// It gives for one more era.
    Ending {
        /// The last that it gives for.
        last_era: EraIndex,
    },
    /// It is gone.
    Ended {
        /// The rest, which went back to its funder beside his deposit.
        refunded: Balance,
    },
}

impl ChainAt {
    /// The running era.
    pub async fn era(&self) -> Result<EraView> {
        const METHOD: &str = "RewardsApi_era";
        let era: EraView = self.chain.runtime_call(self.hash, METHOD, ()).await?;
        let in_order = era.ends_at_earliest <= era.ends_at_latest;
        consistent(METHOD, in_order, "it ends after its end")?;
        Ok(era)
    }

    /// What blocks mint.
    pub async fn emission(&self) -> Result<Emission> {
        const METHOD: &str = "RewardsApi_emission";
        let emission: Emission = self.chain.runtime_call(self.hash, METHOD, ()).await?;
        let bounded = emission.credit_share < WHOLE_SHARE;
        consistent(METHOD, bounded, "a credit is as large as its fee")?;
        Ok(emission)
    }

    /// What a seeder has to show for a card in the running era; `None` when his seat gives no right to the era before, or
    /// there is nothing to share.
    pub async fn challenge(&self, card: CardId, seeder: Account) -> Result<Option<ChallengeView>> {
        const METHOD: &str = "RewardsApi_challenge";
        let challenge: Option<ChallengeView> =
            self.chain.runtime_call(self.hash, METHOD, (card, seeder)).await?;
        let is_leaf = challenge.is_none_or(|asked| asked.leaf < MAX_BLOB_LEN / LEAF_LEN);
        consistent(METHOD, is_leaf, "no blob has such a leaf")?;
        Ok(challenge)
    }

    /// The first claims of an account after this one, by era and card: at most [`REWARD_ROWS_PER_PAGE`], and fewer only when
    /// there are no more.
    pub async fn claims_after(
        &self,
        seeder: Account,
        after: Option<(EraIndex, CardId)>,
    ) -> Result<Vec<ClaimView>> {
        const METHOD: &str = "RewardsApi_claims";
        let page: Vec<ClaimView> = self
            .chain
            .runtime_call(self.hash, METHOD, (seeder, after))
            .await?;
        at_most(METHOD, &page, REWARD_ROWS_PER_PAGE as usize)?;
        let rises = after
            .into_iter()
            .chain(page.iter().map(|claim| (claim.era, claim.card)))
            .is_sorted_by(|a, b| a < b);
        consistent(METHOD, rises, "its claims are not in order")?;
        let later = page.iter().all(|claim| claim.era < claim.collectable_from);
        consistent(METHOD, later, "a claim is paid before its era is over")?;
        Ok(page)
    }

    /// All claims of an account, by era and card.
    pub async fn claims(&self, seeder: Account) -> Result<Vec<ClaimView>> {
        let mut claims: Vec<ClaimView> = Vec::new();
        for _ in 0..MAX_PAGES {
            let after = claims.last().map(|claim| (claim.era, claim.card));
            let page = self.claims_after(seeder, after).await?;
            let is_last = page.len() < REWARD_ROWS_PER_PAGE as usize;
            claims.extend(page);
            if is_last {
                return Ok(claims);
            }
        }
        Err(endless("RewardsApi_claims"))
    }

    /// What an account has earned by deliveries; `None` for who is not enlisted.
    pub async fn delivery_earnings(&self, account: Account) -> Result<Option<DeliveryEarnings>> {
        self.chain
            .runtime_call(self.hash, "RewardsApi_delivery_earnings", (account,))
            .await
    }

    /// Endowments of a card, by number.
    pub async fn endowments(&self, card: CardId) -> Result<Vec<EndowmentView<Account>>> {
        const METHOD: &str = "RewardsApi_endowments";
        let endowments: Vec<EndowmentView<Account>> =
            self.chain.runtime_call(self.hash, METHOD, (card,)).await?;
        at_most(METHOD, &endowments, MAX_ENDOWMENTS as usize)?;
        let rises = endowments.is_sorted_by(|a, b| a.id < b.id);
        consistent(METHOD, rises, "they are not in order")?;
        Ok(endowments)
    }
}

fn bounded(what: &'static str, len: usize, max: u32) -> Result<()> {
    let max = max as usize;
    if len > max {
        return Err(ChainError::TooLong { what, len, max });
    }
    Ok(())
}

/// Calls.
impl Chain {
    /// Has the signer rewarded for deliveries from now on; what is on hold for that.
    pub async fn enlist(&self, signer: &Signer, wait: Wait) -> Result<Included<Balance>> {
        let call = tx().rewards().enlist();
        let done = self.transact(signer, "rewards.enlist", call, wait).await?;
        done.with(|enlisted: Enlisted| enlisted.deposit)
    }

    /// Ends that; the deposit that came back.
    pub async fn delist(&self, signer: &Signer, wait: Wait) -> Result<Included<Balance>> {
        let call = tx().rewards().delist();
        let done = self.transact(signer, "rewards.delist", call, wait).await?;
        done.with(|delisted: Delisted| delisted.refunded)
    }

    /// Mints what the signer's deliveries of ended eras have earned; how much.
    pub async fn collect_deliveries(&self, signer: &Signer, wait: Wait) -> Result<Included<Balance>> {
        let call = tx().rewards().collect_deliveries();
        let done = self
            .transact(signer, "rewards.collect_deliveries", call, wait)
            .await?;
        done.with(|collected: DeliveriesCollected| collected.minted)
    }

    /// What that would cost, at the best block.
    pub async fn collect_deliveries_fee(&self, signer: &Signer) -> Result<Balance> {
        let call = tx().rewards().collect_deliveries();
        self.fee_of_call(signer, "rewards.collect_deliveries", &call)
            .await
    }

    /// Claims shares of an era for the signer's seats, by the leaves that it chose. All or nothing.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction.
    pub async fn prove(
        &self,
        signer: &Signer,
        era: EraIndex,
        proofs: Vec<PossessionProof>,
        wait: Wait,
    ) -> Result<Included<ProvenClaims>> {
        bounded("the list of proofs", proofs.len(), MAX_PROOFS)?;
        let count = proofs.len();
        let proofs = BoundedVec(proofs.into_iter().map(Into::into).collect());
        let call = tx().rewards().prove(era, proofs);
        let done = self.transact(signer, "rewards.prove", call, wait).await?;
        let claims = done.every(|proven: Proven| (proven.card, proven.weight))?;
        as_many(&done, claims.len(), count)?;
        let deposit = done.held_on(signer.account())?;
        Ok(done.included().map(|()| ProvenClaims { claims, deposit }))
    }

    /// Has claims of a seeder paid, by era and card. All or nothing.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction.
    pub async fn collect(
        &self,
        signer: &Signer,
        seeder: Account,
        claims: Vec<(EraIndex, CardId)>,
        wait: Wait,
    ) -> Result<Included<CollectedClaims>> {
        bounded("the list of claims", claims.len(), MAX_COLLECTED)?;
        let count = claims.len();
        let call = tx().rewards().collect(AccountId32(seeder), BoundedVec(claims));
        let done = self.transact(signer, "rewards.collect", call, wait).await?;
        let claims = done.every(|paid: Collected| PaidClaim {
            era: paid.era,
            card: paid.card,
            from_sales: paid.minted,
            from_endowments: paid.endowed,
        })?;
        as_many(&done, claims.len(), count)?;
        let deposits = done.released_to(seeder)?;
        Ok(done.included().map(|()| CollectedClaims { claims, deposits }))
    }

    /// Gives money to seeders of a card, at most `per_block` for each block of an era that one of them proves; the
    /// endowment's number.
    pub async fn endow(
        &self,
        signer: &Signer,
        card: CardId,
        amount: Balance,
        per_block: Balance,
        wait: Wait,
    ) -> Result<Included<EndowmentId>> {
        let call = tx().rewards().endow(card, amount, per_block);
        let done = self.transact(signer, "rewards.endow", call, wait).await?;
        done.with(|endowed: Endowed| endowed.endowment)
    }

    /// Lets an endowment end with the next era; or, when that is long over or nothing is left, returns the rest.
    pub async fn end_endowment(
        &self,
        signer: &Signer,
        card: CardId,
        endowment: EndowmentId,
        wait: Wait,
    ) -> Result<Included<EndedEndowment>> {
        let call = tx().rewards().end_endowment(card, endowment);
        let done = self.transact(signer, "rewards.end_endowment", call, wait).await?;
        let ending = done.every(|ending: EndowmentEnding| EndedEndowment::Ending {
            last_era: ending.last_era,
        })?;
        match ending.first() {
            Some(ending) => Ok(done.included().map(|()| *ending)),
            None => done.with(|ended: EndowmentEnded| EndedEndowment::Ended {
                refunded: ended.refunded,
            }),
        }
    }

    /// Removes credits of cards that no claim can ask for any more. All or nothing.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction.
    pub async fn clear_credits(
        &self,
        signer: &Signer,
        cards: Vec<CardId>,
        wait: Wait,
    ) -> Result<Included<()>> {
        bounded("the list of cards", cards.len(), MAX_CLEARED)?;
        let call = tx().rewards().clear_credits(BoundedVec(cards));
        Ok(self
            .transact(signer, "rewards.clear_credits", call, wait)
            .await?
            .included())
    }
}

fn as_many(done: &Executed, told: usize, asked: usize) -> Result<()> {
    if told == asked {
        return Ok(());
    }
    let call = done.call();
    Err(ChainError::hostile(
        "System.Events",
        format!("{call} tells of {told} claims and was about {asked}"),
    ))
}

#[cfg(test)]
mod tests;
