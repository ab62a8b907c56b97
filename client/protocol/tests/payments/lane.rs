//! A lane as the channels pallet has it: what is paid of a voucher, from which money, and when it is refused.

use hashcard_primitives::card::CardId;
use hashcard_primitives::Balance;
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Lane {
    pub reserve: Balance,
    pub room: u16,
    /// What was redeemed for each card.
    pub rows: BTreeMap<CardId, Balance>,
}

impl Lane {
    pub fn add(&mut self, reserve: Balance, room: u16) {
        self.reserve += reserve;
        self.room += room;
    }

    /// Pays a voucher's lines, in their order, out of the reserve and then out of the pool's money; or not one, if the lane has no
    /// room for a card that something is due for. Gives what was paid.
    pub fn redeem(&mut self, lines: &[(CardId, Balance)], unreserved: &mut Balance) -> Balance {
        let redeemed = |rows: &BTreeMap<CardId, Balance>, card| rows.get(&card).copied().unwrap_or(0);
        let due = |rows: &BTreeMap<CardId, Balance>, (card, cumulative): (CardId, Balance)| {
            cumulative.saturating_sub(redeemed(rows, card))
        };
        let new = |line: &&(CardId, Balance)| due(&self.rows, **line) > 0 && !self.rows.contains_key(&line.0);
        if self.rows.len() + lines.iter().filter(new).count() > usize::from(self.room) {
            return 0;
        }
        let mut sum = 0;
        for line in lines {
            let paid = due(&self.rows, *line).min(self.reserve + *unreserved);
            let reserved = paid.min(self.reserve);
            self.reserve -= reserved;
            *unreserved -= paid - reserved;
            sum += paid;
            if paid > 0 {
                *self.rows.entry(line.0).or_default() += paid;
            }
        }
        sum
    }
}
