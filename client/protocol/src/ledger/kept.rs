//! The vouchers worth keeping: for each card, one that promises the most, and one that **surely** will be paid as far as there is
//! money. The chain refuses a whole voucher when the lane has no room for one of its cards, and anybody who has another voucher of
//! the session can take that room first. So sure is only a voucher all of whose cards have a row already: rows stay.
//!
//! A voucher that is neither for any card is worth nothing more and is let go, so there are at most twice as many as cards.

use crate::payment::Account;
use core::time::Duration;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, VoucherLine};
use hashcard_primitives::Balance;
use std::collections::{BTreeMap, BTreeSet};

/// The vouchers of one session.
#[derive(Clone, Default, Debug)]
pub(super) struct Kept {
    vouchers: Vec<Stored>,
    best: BTreeMap<CardId, Balance>,
    sure: BTreeMap<CardId, Balance>,
    /// Cards that have a row at the finalised head; `None` until that was heard, and then nothing is given up that could be sure.
    rows: Option<BTreeSet<CardId>>,
}

/// A voucher, and when it was stored.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) voucher: SignedVoucher<Account>,
    pub(super) at: Duration,
}

impl Stored {
    fn lines(&self) -> &[VoucherLine] {
        &self.voucher.voucher.lines
    }

    /// Whether it has the same cards, and promises no more for any.
    fn is_within(&self, lines: &[VoucherLine]) -> bool {
        self.lines().len() == lines.len()
            && self
                .lines()
                .iter()
                .zip(lines)
                .all(|(own, other)| own.card == other.card && own.cumulative <= other.cumulative)
    }
}

impl Kept {
    pub(super) fn best(&self, card: CardId) -> Balance {
        self.best.get(&card).copied().unwrap_or(0)
    }

    /// The most that is promised for a card by vouchers that no room can spoil.
    pub(super) fn sure(&self, card: CardId) -> Balance {
        self.sure.get(&card).copied().unwrap_or(0)
    }

    pub(super) fn cards(&self) -> impl Iterator<Item = (CardId, Balance)> + '_ {
        self.best.iter().map(|(card, best)| (*card, *best))
    }

    pub(super) fn vouchers(&self) -> &[Stored] {
        &self.vouchers
    }

    /// Whether lines promise anything that no kept voucher does, or make it sure.
    pub(super) fn is_better(&self, lines: &[VoucherLine]) -> bool {
        let sure = self.is_sure(lines);
        let known = |card| if sure { self.sure(card) } else { self.best(card) };
        lines.iter().any(|line| line.cumulative > known(line.card))
    }

    /// Keeps a voucher; those that it makes worthless are let go.
    pub(super) fn keep(&mut self, voucher: SignedVoucher<Account>, at: Duration) {
        if !self.is_better(&voucher.voucher.lines) && self.rows.is_some() {
            return;
        }
        for line in &voucher.voucher.lines {
            let best = self.best.entry(line.card).or_default();
            *best = line.cumulative.max(*best);
        }
        self.vouchers
            .retain(|stored| !stored.is_within(&voucher.voucher.lines));
        self.vouchers.push(Stored { voucher, at });
        self.let_go();
    }

    /// The cards that have a row at the finalised head.
    pub(super) fn rows_are(&mut self, rows: BTreeSet<CardId>) {
        if self.rows.as_ref() != Some(&rows) {
            self.rows = Some(rows);
            self.let_go();
        }
    }

    fn is_sure(&self, lines: &[VoucherLine]) -> bool {
        let Some(rows) = &self.rows else {
            return false;
        };
        let mut promising = lines.iter().filter(|line| line.cumulative > 0);
        promising.all(|line| rows.contains(&line.card))
    }

    fn let_go(&mut self) {
        if self.rows.is_none() {
            return;
        }
        self.sure.clear();
        let sure: Vec<bool> = self
            .vouchers
            .iter()
            .map(|stored| self.is_sure(stored.lines()))
            .collect();
        for (stored, _) in self.vouchers.iter().zip(&sure).filter(|(_, sure)| **sure) {
            for line in &stored.voucher.voucher.lines {
                let most = self.sure.entry(line.card).or_default();
                *most = line.cumulative.max(*most);
            }
        }
        // The newest first, so that of two with the same promise the one with more lines stays.
        let (mut best_of, mut sure_of) = (BTreeSet::new(), BTreeSet::new());
        let mut kept = Vec::with_capacity(self.vouchers.len());
        for (stored, sure) in self.vouchers.drain(..).zip(sure).rev() {
            let mut needed = false;
            for line in &stored.voucher.voucher.lines {
                needed |= self.best.get(&line.card) == Some(&line.cumulative) && best_of.insert(line.card);
                needed |=
                    sure && self.sure.get(&line.card) == Some(&line.cumulative) && sure_of.insert(line.card);
            }
            if needed {
                kept.push(stored);
            }
        }
        kept.reverse();
        self.vouchers = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_primitives::channel::{Voucher, VoucherLines};

    fn voucher(lines: &[(CardId, Balance)]) -> SignedVoucher<Account> {
        let lines: Vec<_> = lines
            .iter()
            .map(|(card, cumulative)| VoucherLine {
                card: *card,
                cumulative: *cumulative,
            })
            .collect();
        SignedVoucher {
            voucher: Voucher {
                pool: 1,
                session: 1,
                payee: [1; 32],
                lines: VoucherLines::try_from(lines).unwrap(),
            },
            signature: [0; 64],
        }
    }

    /// With rows for these cards.
    fn kept(rows: &[CardId]) -> Kept {
        let mut kept = Kept::default();
        kept.rows_are(rows.iter().copied().collect());
        kept
    }

    #[test]
    fn of_growing_vouchers_the_last_is_kept() {
        for mut kept in [kept(&[]), kept(&[1])] {
            for amount in [5, 9, 7, 12] {
                kept.keep(voucher(&[(1, amount)]), Duration::ZERO);
            }
            assert_eq!((kept.best(1), kept.vouchers().len()), (12, 1));
        }
    }

    #[test]
    fn a_voucher_that_is_the_best_for_one_card_is_kept_beside_the_others() {
        let mut kept = kept(&[]);
        kept.keep(voucher(&[(1, 5), (2, 5)]), Duration::ZERO);
        kept.keep(voucher(&[(2, 9)]), Duration::ZERO);
        assert_eq!((kept.best(1), kept.best(2), kept.vouchers().len()), (5, 9, 2));
        kept.keep(voucher(&[(1, 6), (2, 9)]), Duration::ZERO);
        assert_eq!(kept.vouchers().len(), 1);
    }

    #[test]
    fn a_voucher_that_could_be_refused_for_want_of_room_does_not_replace_one_that_could_not() {
        let mut kept = kept(&[1]);
        kept.keep(voucher(&[(1, 9)]), Duration::ZERO);
        kept.keep(voucher(&[(1, 12), (2, 1)]), Duration::ZERO);
        assert_eq!((kept.best(1), kept.sure(1), kept.sure(2)), (12, 9, 0));
        assert_eq!(kept.vouchers().len(), 2);
        kept.keep(voucher(&[(1, 12)]), Duration::ZERO);
        assert_eq!((kept.sure(1), kept.vouchers().len()), (12, 2));
        kept.rows_are([1, 2].into());
        assert_eq!((kept.sure(1), kept.sure(2), kept.vouchers().len()), (12, 1, 2));
        kept.keep(voucher(&[(1, 12), (2, 2)]), Duration::ZERO);
        assert_eq!((kept.sure(2), kept.vouchers().len()), (2, 1));
    }

    #[test]
    fn until_the_rows_are_known_nothing_is_let_go_that_could_be_sure() {
        let mut kept = Kept::default();
        kept.keep(voucher(&[(1, 8)]), Duration::ZERO);
        kept.keep(voucher(&[(1, 9)]), Duration::ZERO);
        kept.keep(voucher(&[(1, 12), (2, 1)]), Duration::ZERO);
        assert_eq!((kept.best(1), kept.sure(1), kept.vouchers().len()), (12, 0, 2));
        kept.rows_are([1].into());
        assert_eq!((kept.sure(1), kept.vouchers().len()), (9, 2));
    }
}
