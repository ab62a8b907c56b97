//! What the runtime APIs answer. Pages count live seats, so an answer is stable within a block and not across
//! blocks.

use crate::{card_key, card_of_key, Config, Contacts, Pallet, Rank, Rankings, Seats};
use alloc::vec::Vec;
use frame_support::traits::Defensive;
use hashcard_primitives::{
    seeder::{SeatPage, SeatView, MAX_SEATS, SEATS_PER_PAGE},
    CardId,
};
use sp_runtime::AccountId32;

/// Most cards that one answer of `seats_of` holds.
const MAX_CARDS_ANSWERED: usize = 256;

impl<T: Config> Pallet<T> {
    /// Live seats of a card, highest bond first, [`SEATS_PER_PAGE`] to a page from page 0.
    pub fn seats(card: CardId, page: u32) -> SeatPage<AccountId32> {
        // A card has MAX_SEATS seats at most, so every page from this one on is empty.
        let page = page.min(MAX_SEATS.div_ceil(SEATS_PER_PAGE));
        let now = Self::now();
        let ranking = Rankings::<T>::get(card);
        let mut live = ranking
            .into_iter()
            .filter_map(|rank| Self::expires_at(&rank.seeder).map(|expires_at| (rank, expires_at)))
            .filter(|(_, expires_at)| now <= *expires_at)
            .skip(page.saturating_mul(SEATS_PER_PAGE) as usize);
        let seats = live
            .by_ref()
            .take(SEATS_PER_PAGE as usize)
            .filter_map(|(rank, expires_at)| Self::seat_view(card, rank, expires_at))
            .collect();
        let next = live.next().map(|_| page.saturating_add(1));
        SeatPage { seats, next }
    }

    /// Cards on which an account has a seat, in order, after `after`, at most 256; expired seats too, since
    /// their owner wants to know of them.
    pub fn seats_of(seeder: AccountId32, after: Option<CardId>) -> Vec<CardId> {
        let keys = match after {
            None => Seats::<T>::iter_key_prefix(&seeder),
            Some(after) => {
                let from = Seats::<T>::hashed_key_for(&seeder, card_key(after));
                Seats::<T>::iter_key_prefix_from(&seeder, from)
            }
        };
        keys.take(MAX_CARDS_ANSWERED).map(card_of_key).collect()
    }

    fn seat_view(card: CardId, rank: Rank, expires_at: u32) -> Option<SeatView<AccountId32>> {
        let seat = Seats::<T>::get(&rank.seeder, card_key(card))
            .defensive_proof("every line of a ranking has a seat")?;
        let contact = Contacts::<T>::get(&rank.seeder).defensive_proof("who has a seat has a contact")?;
        Some(SeatView {
            seeder: rank.seeder,
            peer: contact.peer,
            addresses: contact.addresses,
            coverage: seat.coverage,
            price_per_mib: seat.price_per_mib,
            bond: seat.bond,
            expires_at,
        })
    }
}
