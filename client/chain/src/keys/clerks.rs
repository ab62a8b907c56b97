//! Those who deliver a creator's sales for him.

use crate::{
    keys::ProvenCapsule,
    metadata::tx,
    pages::{at_most, consistent, endless, MAX_PAGES, ROWS_PER_PAGE},
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    key::{ClerkCapsuleView, ClerksView, KeyIndex, MAX_CLERKS, MAX_COMMISSION},
};

impl ChainAt {
    /// Who delivers the first sales of a card besides its creator, and for what.
    pub async fn clerks(&self, card: CardId) -> Result<ClerksView<Account>> {
        const METHOD: &str = "KeysApi_clerks";
        let clerks: ClerksView<Account> = self.chain.runtime_call(self.hash, METHOD, (card,)).await?;
        at_most(METHOD, &clerks.accounts, MAX_CLERKS as usize)?;
        let bounded = clerks.commission <= MAX_COMMISSION;
        consistent(METHOD, bounded, "the commission is more than there may be")?;
        Ok(clerks)
    }

    /// The capsule that a card's creator gave to a clerk.
    pub async fn clerk_capsule(&self, card: CardId, account: Account) -> Result<Option<ClerkCapsuleView>> {
        self.chain
            .runtime_call(self.hash, "KeysApi_clerk_capsule", (card, account))
            .await
    }

    /// Cards that an account was appointed a clerk of, in order.
    pub async fn clerk_cards(&self, account: Account) -> Result<Vec<CardId>> {
        const METHOD: &str = "KeysApi_clerk_cards";
        let mut cards: Vec<CardId> = Vec::new();
        for _ in 0..MAX_PAGES {
            let after = cards.last().copied();
            let page: Vec<CardId> = self
                .chain
                .runtime_call(self.hash, METHOD, (account, after, ROWS_PER_PAGE))
                .await?;
            at_most(METHOD, &page, ROWS_PER_PAGE as usize)?;
            let rises = after.iter().chain(&page).is_sorted_by(|a, b| a < b);
            consistent(METHOD, rises, "its cards are not in order")?;
            let is_last = page.len() < ROWS_PER_PAGE as usize;
            cards.extend(page);
            if is_last {
                return Ok(cards);
            }
        }
        Err(endless(METHOD))
    }
}

/// Calls.
impl Chain {
    /// Gives an account what it needs to deliver sales of the signer's card.
    pub async fn appoint_clerk(
        &self,
        signer: &Signer,
        card: CardId,
        account: Account,
        key_index: KeyIndex,
        proven: ProvenCapsule,
        wait: Wait,
    ) -> Result<Included<()>> {
        let (capsule, proof) = proven.arguments();
        let call = tx()
            .keys()
            .appoint_clerk(card, account.into(), key_index, capsule, proof);
        Ok(self
            .transact(signer, "keys.appoint_clerk", call, wait)
            .await?
            .included())
    }

    /// Ends an appointment, as the creator or as the clerk himself.
    pub async fn dismiss_clerk(
        &self,
        signer: &Signer,
        card: CardId,
        account: Account,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().keys().dismiss_clerk(card, account.into());
        Ok(self
            .transact(signer, "keys.dismiss_clerk", call, wait)
            .await?
            .included())
    }

    /// Says what clerks of the signer's card are paid, in parts per million of the price, and whether any holder is one.
    pub async fn set_clerk_terms(
        &self,
        signer: &Signer,
        card: CardId,
        commission: u32,
        any_holder: bool,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().keys().set_clerk_terms(card, commission, any_holder);
        Ok(self
            .transact(signer, "keys.set_clerk_terms", call, wait)
            .await?
            .included())
    }
}
