//! Cards, and who says that he holds them. Ranked by bond, as pallet-seeders does.

use super::World;
use crate::{
    books::Who, constants::money::MIN_SEAT_BOND, deposits, transactions::Transaction, Balance, BlockNumber,
};
use hashcard_primitives::{coverage::Coverage, reward::EndowmentId, seeder::MAX_SEATS, CardId};

/// A card, as far as money knows it.
pub(super) struct Card {
    pub(super) creator: Who,
    pub(super) delivery_share: u32,
    pub(super) blob_len: u64,
    /// By bond, highest first.
    pub(super) seats: Vec<Seat>,
    /// Those that higher bonds took.
    pub(super) displaced: Vec<Seat>,
    pub(super) endowments: Vec<Endowed>,
}

/// A seat.
#[derive(Clone, Copy)]
pub(super) struct Seat {
    pub(super) seeder: Who,
    pub(super) bond: Balance,
    /// What he says that he holds.
    pub(super) coverage: Coverage,
    /// What he can reach, which nobody sees.
    pub(super) holds: Coverage,
    pub(super) joined_at: BlockNumber,
    pub(super) displaced_at: Option<BlockNumber>,
}

/// An endowment.
pub(super) struct Endowed {
    pub(super) id: EndowmentId,
    pub(super) funder: Who,
    pub(super) per_block: Balance,
    pub(super) left: Balance,
    pub(super) first_era: u32,
    pub(super) last_era: Option<u32>,
}

impl World {
    pub(super) fn card(&self, card: CardId) -> &Card {
        &self.cards[usize::try_from(card).expect("few cards; qed")]
    }

    pub(super) fn card_mut(&mut self, card: CardId) -> &mut Card {
        &mut self.cards[usize::try_from(card).expect("few cards; qed")]
    }

    /// A card with a blob. `delivery_share` in parts per million.
    pub fn publish(&mut self, creator: Who, blob_len: u64, delivery_share: u32) -> CardId {
        self.cards.push(Card {
            creator,
            delivery_share,
            blob_len,
            seats: Vec::new(),
            displaced: Vec::new(),
            endowments: Vec::new(),
        });
        self.cards.len() as CardId - 1
    }

    /// Takes a seat and pays for the transaction; whether there was a place. Who finds none does not ask.
    pub fn join(
        &mut self,
        card: CardId,
        seeder: Who,
        bond: Balance,
        coverage: Coverage,
        holds: Coverage,
    ) -> bool {
        assert!(bond >= MIN_SEAT_BOND, "a bond below the least is refused");
        let now = self.now;
        let seats = &mut self.card_mut(card).seats;
        let mut out = None;
        if seats.len() >= MAX_SEATS as usize {
            if seats.last().is_some_and(|lowest| lowest.bond >= bond) {
                return false;
            }
            out = seats.pop();
        }
        let place = seats.partition_point(|one| one.bond >= bond);
        seats.insert(
            place,
            Seat {
                seeder,
                bond,
                coverage,
                holds,
                joined_at: now,
                displaced_at: None,
            },
        );
        if let Some(mut lowest) = out {
            lowest.displaced_at = Some(now);
            self.card_mut(card).displaced.push(lowest);
            self.books.release(lowest.seeder, lowest.bond + deposits::seat());
        }
        self.books.hold(seeder, bond + deposits::seat());
        self.pay(seeder, Transaction::Join);
        true
    }

    /// A seat that holds the whole blob.
    pub fn join_whole(&mut self, card: CardId, seeder: Who, bond: Balance) -> bool {
        let all = Coverage::all(self.card(card).blob_len);
        self.join(card, seeder, bond, all, all)
    }

    /// Who has a seat on a card.
    pub fn seated(&self, card: CardId) -> Vec<Who> {
        self.card(card).seats.iter().map(|seat| seat.seeder).collect()
    }
}
