//! Keys that their holders offer for sale.

use crate::{
    keys::BuyKey,
    metadata::{keys::events::OrderPlaced, tx},
    pages::{at_most, consistent, endless, MAX_PAGES, ROWS_PER_PAGE},
    Account, Chain, ChainAt, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition, ItemId, ListingPage, ListingView, OrderId},
    Balance,
};

impl ChainAt {
    /// A key's listing.
    pub async fn listing(&self, card: CardId, edition: Edition) -> Result<Option<ListingView<Account>>> {
        const METHOD: &str = "KeysApi_listing";
        let listing: Option<ListingView<Account>> = self
            .chain
            .runtime_call(self.hash, METHOD, (card, edition))
            .await?;
        let is_it = listing
            .as_ref()
            .is_none_or(|listing| listing.card == card && listing.edition == edition);
        consistent(METHOD, is_it, "it is another key's")?;
        Ok(listing)
    }

    /// A page of the listed keys of a card, in no particular order.
    pub async fn listings(
        &self,
        card: CardId,
        after: Option<Edition>,
    ) -> Result<ListingPage<Account, Edition>> {
        const METHOD: &str = "KeysApi_listings";
        let page: ListingPage<Account, Edition> = self
            .chain
            .runtime_call(self.hash, METHOD, (card, after, ROWS_PER_PAGE))
            .await?;
        let of_card = page.listings.iter().all(|listing| listing.card == card);
        consistent(METHOD, of_card, "a key of another card")?;
        sound(METHOD, &page, after, |listing| listing.edition)?;
        Ok(page)
    }

    /// All listed keys of a holder.
    pub async fn listings_of(&self, seller: Account) -> Result<Vec<ListingView<Account>>> {
        const METHOD: &str = "KeysApi_listings_of";
        let mut listings = Vec::new();
        let mut after: Option<ItemId> = None;
        for _ in 0..MAX_PAGES {
            let page: ListingPage<Account, ItemId> = self
                .chain
                .runtime_call(self.hash, METHOD, (seller, after, ROWS_PER_PAGE))
                .await?;
            let all_his = page.listings.iter().all(|listing| listing.seller == seller);
            consistent(METHOD, all_his, "a key of another seller")?;
            sound(METHOD, &page, after, |listing| {
                item_id(listing.card, listing.edition)
            })?;
            listings.extend(page.listings);
            match page.next {
                None => return Ok(listings),
                next => after = next,
            }
        }
        Err(endless(METHOD))
    }
}

/// A page is short, sells for money, and leads on from its last row.
fn sound<After: Copy + PartialEq>(
    method: &str,
    page: &ListingPage<Account, After>,
    after: Option<After>,
    place: impl Fn(&ListingView<Account>) -> After,
) -> Result<()> {
    at_most(method, &page.listings, ROWS_PER_PAGE as usize)?;
    let cost = page.listings.iter().all(|listing| listing.price > 0);
    consistent(method, cost, "a listed key costs nothing")?;
    // The rows are in no order, so only standing still can be told from leading on.
    let leads_on = page.next.is_none_or(|next| Some(next) != after);
    consistent(method, leads_on, "a page leads to itself")?;
    let last = page.listings.last().map(place);
    consistent(
        method,
        page.next.is_none() || page.next == last || last.is_none(),
        "a page leads elsewhere",
    )
}

/// Calls.
impl Chain {
    /// Offers a key of the signer's for sale.
    pub async fn list(
        &self,
        signer: &Signer,
        card: CardId,
        edition: Edition,
        price: Balance,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().keys().list(card, edition, price);
        Ok(self.transact(signer, "keys.list", call, wait).await?.included())
    }

    /// Takes a listing back, with its bond; refused while somebody has bought it.
    pub async fn unlist(
        &self,
        signer: &Signer,
        card: CardId,
        edition: Edition,
        wait: Wait,
    ) -> Result<Included<()>> {
        let call = tx().keys().unlist(card, edition);
        Ok(self.transact(signer, "keys.unlist", call, wait).await?.included())
    }

    /// Holds the price of a listed key; refused if the price or the key is not as it was seen.
    pub async fn buy_listed(
        &self,
        signer: &Signer,
        seen: &ListingView<Account>,
        key: BuyKey,
        wait: Wait,
    ) -> Result<Included<OrderId>> {
        let call = tx()
            .keys()
            .buy_listed(seen.card, seen.edition, seen.price, seen.sequence, key.argument());
        let done = self.transact(signer, "keys.buy_listed", call, wait).await?;
        done.with(|placed: OrderPlaced| placed.order)
    }
}
