//! Seats: pallet Seeders.

use crate::{
    metadata::{runtime_types::bounded_collections::bounded_vec::BoundedVec, tx},
    pages::{at_most, consistent, endless},
    Account, Chain, ChainAt, ChainError, Included, Result, Signer, Wait,
};
use hashcard_primitives::{
    card::CardId,
    seeder::{
        Delta, SeatPage, SeatView, MAX_ADDRESS, MAX_ADDRESSES, MAX_DELTAS, MAX_PEER_ID, MAX_SEATS,
        SEATS_PER_PAGE,
    },
};

/// Cards in one answer of `SeedersApi::seats_of`.
const CARDS_PER_PAGE: usize = 256;
/// Most pages of them: a seeder has at most 10,000 seats (pallet Seeders, `MAX_SEATS_PER_SEEDER`).
const MAX_PAGES_OF_CARDS: usize = 40;

impl ChainAt {
    /// All live seats of a card, highest bond first.
    pub async fn seats(&self, card: CardId) -> Result<Vec<SeatView<Account>>> {
        const METHOD: &str = "SeedersApi_seats";
        let mut seats = Vec::new();
        for page in 0..=MAX_SEATS.div_ceil(SEATS_PER_PAGE) {
            let answer: SeatPage<Account> = self.chain.runtime_call(self.hash, METHOD, (card, page)).await?;
            at_most(METHOD, &answer.seats, SEATS_PER_PAGE as usize)?;
            seats.extend(answer.seats);
            match answer.next {
                None => break,
                Some(next) => consistent(
                    METHOD,
                    page.checked_add(1) == Some(next),
                    "a page leads elsewhere",
                )?,
            }
        }
        at_most(METHOD, &seats, MAX_SEATS as usize)?;
        Ok(seats)
    }

    /// Cards on which an account has a seat, expired ones too, in order.
    pub async fn seats_of(&self, seeder: Account) -> Result<Vec<CardId>> {
        const METHOD: &str = "SeedersApi_seats_of";
        let mut cards: Vec<CardId> = Vec::new();
        for _ in 0..MAX_PAGES_OF_CARDS {
            let after = cards.last().copied();
            let page: Vec<CardId> = self
                .chain
                .runtime_call(self.hash, METHOD, (seeder, after))
                .await?;
            at_most(METHOD, &page, CARDS_PER_PAGE)?;
            let rises = after.iter().chain(&page).is_sorted_by(|a, b| a < b);
            consistent(METHOD, rises, "its cards are not in order")?;
            let is_last = page.len() < CARDS_PER_PAGE;
            cards.extend(page);
            if is_last {
                return Ok(cards);
            }
        }
        Err(endless(METHOD))
    }
}

impl Chain {
    /// All live seats of a card, at the finalised head.
    pub async fn seats(&self, card: CardId) -> Result<Vec<SeatView<Account>>> {
        self.at_finalized().await?.seats(card).await
    }

    /// Cards on which an account has a seat, at the finalised head.
    pub async fn seats_of(&self, seeder: Account) -> Result<Vec<CardId>> {
        self.at_finalized().await?.seats_of(seeder).await
    }

    /// Says under which peer id (libp2p, binary) and multiaddresses (binary) the signer serves.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction.
    pub async fn register_seeder(
        &self,
        signer: &Signer,
        peer: Vec<u8>,
        addresses: Vec<Vec<u8>>,
        wait: Wait,
    ) -> Result<Included<()>> {
        bounded("the peer id", peer.len(), MAX_PEER_ID)?;
        bounded("the list of addresses", addresses.len(), MAX_ADDRESSES)?;
        for address in &addresses {
            bounded("an address", address.len(), MAX_ADDRESS)?;
        }
        let addresses = BoundedVec(addresses.into_iter().map(BoundedVec).collect());
        let call = tx().seeders().register(BoundedVec(peer), addresses);
        Ok(self
            .transact(signer, "seeders.register", call, wait)
            .await?
            .included())
    }

    /// Takes, changes and gives up seats, in order, all or nothing.
    ///
    /// Errors: [`ChainError::TooLong`] before anything is sent; those of every transaction.
    pub async fn apply(&self, signer: &Signer, deltas: Vec<Delta>, wait: Wait) -> Result<Included<()>> {
        bounded("the list of deltas", deltas.len(), MAX_DELTAS)?;
        let deltas = BoundedVec(deltas.into_iter().map(Into::into).collect());
        let call = tx().seeders().apply(deltas);
        Ok(self
            .transact(signer, "seeders.apply", call, wait)
            .await?
            .included())
    }

    /// Renews all seats of the signer.
    pub async fn heartbeat(&self, signer: &Signer, wait: Wait) -> Result<Included<()>> {
        let call = tx().seeders().heartbeat();
        Ok(self
            .transact(signer, "seeders.heartbeat", call, wait)
            .await?
            .included())
    }
}

fn bounded(what: &'static str, len: usize, max: u32) -> Result<()> {
    let max = max as usize;
    if len > max {
        return Err(ChainError::TooLong { what, len, max });
    }
    Ok(())
}
