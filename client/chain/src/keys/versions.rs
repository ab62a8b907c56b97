//! What holders of an older version save on the newer one.

use crate::{
    keys::BuyKey,
    metadata::{keys::events::OrderPlaced, tx},
    pages::consistent,
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::{CardId, CardView, WHOLE_SHARE},
    key::{Edition, OrderId},
    Balance,
};

impl ChainAt {
    /// Parts per million that holders of the superseded card save on a key of this one; `None` if they may not claim it.
    pub async fn upgrade(&self, card: CardId) -> Result<Option<u32>> {
        const METHOD: &str = "KeysApi_upgrade";
        let discount: Option<u32> = self.chain.runtime_call(self.hash, METHOD, (card,)).await?;
        let bounded = discount.is_none_or(|discount| discount <= WHOLE_SHARE);
        consistent(METHOD, bounded, "the discount is more than the whole")?;
        Ok(discount)
    }
}

/// Calls.
impl Chain {
    /// Says what holders of the card that the signer's card supersedes save on a key, in parts per million; 0 ends it.
    pub async fn set_upgrade(
        &self,
        signer: &Signer,
        card: CardId,
        discount: u32,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().keys().set_upgrade(card, discount);
        Ok(self
            .transact(signer, "keys.set_upgrade", call, wait)
            .await?
            .included())
    }

    /// Holds `price` for a key of a newer version, with a key of the card that it supersedes; refused if price or terms are
    /// not as they were seen.
    pub async fn claim(
        &self,
        signer: &Signer,
        seen: &CardView<Account>,
        with: Edition,
        price: Balance,
        key: BuyKey,
        wait: Wait,
    ) -> Result<Included<OrderId>> {
        let call = tx()
            .keys()
            .claim(seen.id, with, price, seen.terms.version, key.argument());
        let done = self.transact(signer, "keys.claim", call, wait).await?;
        done.with(|placed: OrderPlaced| placed.order)
    }
}
