//! What a payee asks for a card. **Never more than its seat says**: payers hold it to that, and a seat is not changed before it is
//! old enough. So while an older seat says less, that is the price, unless the floor is above it; then nobody who reads seats pays,
//! and only what is free is served.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::card::CardId;
use hashcard_primitives::Balance;

/// What is asked for 2²⁰ bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Asking {
    /// In new seats; 0: everything is free.
    pub price: Balance,
    /// Whatever an older seat says.
    pub min: Balance,
}

impl Asking {
    /// What a new seat says. A seat without a price asks for nothing.
    pub fn in_seat(self) -> Option<Balance> {
        Some(self.price).filter(|price| *price > 0)
    }

    /// The price where a seat says `seated`; `None`: there is no seat yet.
    fn where_seated(self, seated: Option<Balance>) -> Balance {
        self.price.min(seated.unwrap_or(self.price)).max(self.min)
    }
}

/// A card that is served for money.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Offered {
    /// Its number.
    pub card: CardId,
    /// Length of its blob, bytes.
    pub blob_len: u64,
    /// What its seat asks; `None`: there is none yet.
    pub seated: Option<Balance>,
}

/// The cards that are served for money, by root: one for each.
pub struct Shelf {
    asking: Asking,
    offered: RwLock<BTreeMap<ContentRoot, Offered>>,
}

impl Shelf {
    /// Nothing on it.
    pub fn new(asking: Asking) -> Self {
        Self {
            asking,
            offered: RwLock::default(),
        }
    }

    /// What is asked.
    pub fn asking(&self) -> Asking {
        self.asking
    }

    /// Puts these on it and nothing else.
    pub fn fill(&self, offered: BTreeMap<ContentRoot, Offered>) {
        *self.offered.write().unwrap_or_else(PoisonError::into_inner) = offered;
    }

    /// A seat on a card was taken at the price that is asked.
    pub fn seated(&self, card: CardId) {
        let mut offered = self.offered.write().unwrap_or_else(PoisonError::into_inner);
        for one in offered.values_mut().filter(|one| one.card == card) {
            one.seated = Some(self.asking.price);
        }
    }

    /// The card of a root and its price.
    pub fn find(&self, root: &ContentRoot) -> Option<(Offered, Balance)> {
        let offered = self.offered.read().unwrap_or_else(PoisonError::into_inner);
        let one = offered.get(root)?;
        Some((*one, self.asking.where_seated(one.seated)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: ContentRoot = ContentRoot([7; 32]);

    fn price(price: Balance, min: Balance, seated: Option<Balance>) -> Balance {
        Asking { price, min }.where_seated(seated)
    }

    #[test]
    fn the_price_is_never_above_the_seat_and_never_below_the_floor() {
        assert_eq!(price(9, 0, None), 9);
        assert_eq!(price(9, 0, Some(5)), 5);
        assert_eq!(price(5, 0, Some(9)), 5);
        assert_eq!(price(9, 7, Some(5)), 7);
        assert_eq!(price(9, 0, Some(0)), 0);
    }

    #[test]
    fn a_seat_without_a_price_is_what_a_free_seeder_takes() {
        assert_eq!(Asking { price: 0, min: 0 }.in_seat(), None);
        assert_eq!(Asking { price: 3, min: 0 }.in_seat(), Some(3));
    }

    #[test]
    fn a_card_is_found_by_its_root_and_follows_its_seat() {
        let shelf = Shelf::new(Asking { price: 9, min: 0 });
        assert_eq!(shelf.find(&ROOT), None);
        let offered = Offered {
            card: 3,
            blob_len: 5,
            seated: Some(4),
        };
        shelf.fill(BTreeMap::from([(ROOT, offered)]));
        assert_eq!(shelf.find(&ROOT), Some((offered, 4)));
        shelf.seated(3);
        assert_eq!(shelf.find(&ROOT).unwrap().1, 9);
        shelf.fill(BTreeMap::new());
        assert_eq!(shelf.find(&ROOT), None);
    }
}
