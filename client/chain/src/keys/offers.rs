//! Money that waits for a holder who sells.

use crate::{
    keys::BuyKey,
    metadata::{keys::events::OfferMade, tx},
    pages::{consistent, endless, Numbered, MAX_PAGES},
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    key::{Edition, OfferPage, OfferView, OrderId},
    Balance, BlockNumber,
};

/// What a buyer offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
    /// For a key of which card.
    pub card: CardId,
    /// For this key alone; `None` is any.
    pub edition: Option<Edition>,
    /// How much.
    pub price: Balance,
    /// Last block in which it can be accepted.
    pub until: BlockNumber,
}

impl ChainAt {
    /// An offer that nobody has accepted.
    pub async fn offer(&self, id: OrderId) -> Result<Option<OfferView<Account>>> {
        const METHOD: &str = "KeysApi_offer";
        let offer: Option<OfferView<Account>> = self.chain.runtime_call(self.hash, METHOD, (id,)).await?;
        consistent(
            METHOD,
            offer.as_ref().is_none_or(|offer| offer.id == id),
            "it is another offer",
        )?;
        Ok(offer)
    }

    /// A page of the offers for keys of a card, oldest first.
    pub async fn offers_of_card(&self, card: CardId, from: OrderId) -> Result<OfferPage<Account>> {
        let belongs = |offer: &OfferView<Account>| offer.card == card;
        let page = self
            .numbered_page(
                "KeysApi_offers_of_card",
                (card,),
                from,
                opened,
                |offer| offer.id,
                (belongs, "an offer for another card"),
            )
            .await?;
        Ok(OfferPage {
            offers: page.rows,
            next: page.next,
        })
    }

    /// All offers of a buyer, oldest first.
    pub async fn offers_of_buyer(&self, buyer: Account) -> Result<Vec<OfferView<Account>>> {
        const METHOD: &str = "KeysApi_offers_of_buyer";
        let mut offers = Vec::new();
        let mut from: OrderId = 0;
        for _ in 0..MAX_PAGES {
            let belongs = |offer: &OfferView<Account>| offer.buyer == buyer;
            let reason = "an offer of somebody else";
            let page = self
                .numbered_page(
                    METHOD,
                    (buyer,),
                    from,
                    opened,
                    |offer| offer.id,
                    (belongs, reason),
                )
                .await?;
            offers.extend(page.rows);
            match page.next {
                None => return Ok(offers),
                Some(next) => from = next,
            }
        }
        Err(endless(METHOD))
    }
}

fn opened(page: OfferPage<Account>) -> Numbered<OfferView<Account>> {
    Numbered {
        rows: page.offers,
        next: page.next,
    }
}

/// Calls.
impl Chain {
    /// Holds money for whoever sells a key of the card.
    pub async fn make_offer(
        &self,
        signer: &Signer,
        bid: Bid,
        key: BuyKey,
        wait: Wait,
    ) -> Result<Included<OrderId>> {
        let call = tx()
            .keys()
            .offer(bid.card, bid.edition, bid.price, bid.until, key.argument());
        let done = self.transact(signer, "keys.offer", call, wait).await?;
        done.with(|made: OfferMade| made.offer)
    }

    /// Takes an offer back, with its money; anybody may once it is over.
    pub async fn withdraw_offer(&self, signer: &Signer, offer: OrderId, wait: Wait) -> Result<Included<()>> {
        let call = tx().keys().withdraw_offer(offer);
        Ok(self
            .transact(signer, "keys.withdraw_offer", call, wait)
            .await?
            .included())
    }

    /// Sells a key of the signer's to whoever made the offer, which becomes an order of the same number.
    pub async fn accept(
        &self,
        signer: &Signer,
        offer: OrderId,
        edition: Edition,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().keys().accept(offer, edition);
        Ok(self.transact(signer, "keys.accept", call, wait).await?.included())
    }
}
