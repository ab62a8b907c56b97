//! Cards and the feed: pallet Cards.

use crate::{
    metadata::{
        cards::events::Published,
        runtime_types::{
            bounded_collections::bounded_vec::BoundedVec,
            hashcard_primitives::blob::ContentRoot as RootArgument,
            hashcard_proofs::proof::ShortProof,
            pallet_cards::types::{BlobProof, Content},
        },
        tx,
    },
    pages::{at_most, consistent},
    Account, Chain, ChainAt, ChainError, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    blob::{ContentRoot, LEAF_LEN},
    card::{CardId, CardView, Listing},
    feed::{FeedPage, FeedQuery, MAX_FEED_LIMIT},
    leaf::MAX_PATH,
    Balance,
};

/// Most cards of one root in an answer (`CardsApi::cards_by_root`).
const MAX_CARDS_OF_ROOT: usize = 16;

/// What is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishContent {
    /// The listing's preview is the content.
    Inline,
    /// A blob, with the proof that it is the signer's to publish.
    Blob {
        /// BLAKE3 of the blob.
        root: ContentRoot,
        /// Its last BLAKE3 leaf: the footer.
        last_leaf: Vec<u8>,
        /// Siblings from that leaf upward.
        path: Vec<[u8; 32]>,
        /// Proof of knowledge of the content secret, exactly when the blob is sealed.
        card_proof: Option<[u8; 64]>,
    },
}

impl ChainAt {
    /// A card by number, retired ones too while anything depends on them.
    pub async fn card(&self, id: CardId) -> Result<Option<CardView<Account>>> {
        const METHOD: &str = "CardsApi_card";
        let card: Option<CardView<Account>> = self.chain.runtime_call(self.hash, METHOD, (id,)).await?;
        consistent(
            METHOD,
            card.as_ref().is_none_or(|card| card.id == id),
            "it is another card",
        )?;
        Ok(card)
    }

    /// Cards of a blob.
    pub async fn cards_by_root(&self, root: ContentRoot) -> Result<Vec<CardId>> {
        const METHOD: &str = "CardsApi_cards_by_root";
        let cards: Vec<CardId> = self.chain.runtime_call(self.hash, METHOD, (root,)).await?;
        at_most(METHOD, &cards, MAX_CARDS_OF_ROOT)?;
        Ok(cards)
    }

    /// The newer version of a card.
    pub async fn superseded_by(&self, card: CardId) -> Result<Option<CardId>> {
        const METHOD: &str = "CardsApi_superseded_by";
        let newer: Option<CardId> = self.chain.runtime_call(self.hash, METHOD, (card,)).await?;
        let is_newer = newer.is_none_or(|newer| newer > card);
        consistent(METHOD, is_newer, "the newer version is older")?;
        Ok(newer)
    }

    /// A page of a feed, newest first. A page may be empty and still have a `next`: the chain looks at a few hundred rows
    /// a time.
    pub async fn feed(&self, query: FeedQuery<Account>) -> Result<FeedPage<Account>> {
        const METHOD: &str = "CardsApi_feed";
        let limit = query.limit.clamp(1, MAX_FEED_LIMIT) as usize;
        let cursor = query.cursor;
        let page: FeedPage<Account> = self.chain.runtime_call(self.hash, METHOD, (query,)).await?;
        at_most(METHOD, &page.cards, limit)?;
        let leads_on = match (cursor, page.next) {
            (Some(cursor), Some(next)) => next < cursor,
            _ => true,
        };
        consistent(METHOD, leads_on, "its cursor does not lead to older rows")?;
        Ok(page)
    }
}

impl Chain {
    /// A card, at the finalised head.
    pub async fn card(&self, id: CardId) -> Result<Option<CardView<Account>>> {
        self.at_finalized().await?.card(id).await
    }

    /// A card, at the best head: a fork may still change it.
    pub async fn card_at_best(&self, id: CardId) -> Result<Option<CardView<Account>>> {
        self.at_best().await?.card(id).await
    }

    /// Cards of a blob, at the finalised head.
    pub async fn cards_by_root(&self, root: ContentRoot) -> Result<Vec<CardId>> {
        self.at_finalized().await?.cards_by_root(root).await
    }

    /// A page of a feed, at the finalised head.
    pub async fn feed(&self, query: FeedQuery<Account>) -> Result<FeedPage<Account>> {
        self.at_finalized().await?.feed(query).await
    }

    /// Publishes a card.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction.
    pub async fn publish(
        &self,
        signer: &Signer,
        listing: Listing,
        content: PublishContent,
        wait: Wait,
    ) -> Result<Included<CardId>> {
        let call = tx().cards().publish(listing.into(), argument(content)?);
        let done = self.transact(signer, "cards.publish", call, wait).await?;
        done.with(|published: Published| published.card)
    }

    /// Changes price, editions and listing of a keyed card.
    pub async fn revise_terms(
        &self,
        signer: &Signer,
        card: CardId,
        price: Balance,
        editions: Option<u32>,
        listed: bool,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().cards().revise_terms(card, price, editions, listed);
        Ok(self
            .transact(signer, "cards.revise_terms", call, wait)
            .await?
            .included())
    }

    /// Withdraws a card.
    pub async fn retire(&self, signer: &Signer, card: CardId, wait: Wait) -> Result<Included<()>> {
        let call = tx().cards().retire(card);
        Ok(self
            .transact(signer, "cards.retire", call, wait)
            .await?
            .included())
    }
}

fn argument(content: PublishContent) -> Result<Content> {
    let PublishContent::Blob {
        root,
        last_leaf,
        path,
        card_proof,
    } = content
    else {
        return Ok(Content::Inline);
    };
    for (what, len, max) in [
        ("the last leaf", last_leaf.len(), LEAF_LEN as usize),
        ("the leaf's path", path.len(), MAX_PATH as usize),
    ] {
        if len > max {
            return Err(ChainError::TooLong { what, len, max });
        }
    }
    Ok(Content::Blob(Box::new(BlobProof {
        root: RootArgument(root.0),
        last_leaf: BoundedVec(last_leaf),
        path: BoundedVec(path),
        card_proof: card_proof.map(ShortProof),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_or_path_that_the_chain_would_not_take_is_refused_before_it_is_sent() {
        let blob = |leaf: usize, path: usize| PublishContent::Blob {
            root: ContentRoot([1; 32]),
            last_leaf: vec![0; leaf],
            path: vec![[0; 32]; path],
            card_proof: None,
        };
        assert!(argument(blob(1024, 34)).is_ok());
        assert!(matches!(
            argument(blob(1025, 34)),
            Err(ChainError::TooLong {
                len: 1025,
                max: 1024,
                ..
            })
        ));
        assert!(matches!(
            argument(blob(1024, 35)),
            Err(ChainError::TooLong { len: 35, max: 34, .. })
        ));
    }
}
