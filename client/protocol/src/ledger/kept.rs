//! The vouchers worth keeping: for each card, one that promises the most. A voucher that is the best for no card is worth
//! nothing more and is let go, so there are never more of them than cards.

use crate::payment::Account;
use core::time::Duration;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::{SignedVoucher, VoucherLine};
use hashcard_primitives::Balance;
use std::collections::BTreeMap;

/// The vouchers of one session.
#[derive(Clone, Default, Debug)]
pub(super) struct Kept {
    vouchers: Vec<Stored>,
    best: BTreeMap<CardId, Balance>,
}

#[derive(Clone, Debug)]
struct Stored {
    voucher: SignedVoucher<Account>,
    at: Duration,
}

impl Kept {
    pub(super) fn best(&self, card: CardId) -> Balance {
        self.best.get(&card).copied().unwrap_or(0)
    }

    pub(super) fn cards(&self) -> impl Iterator<Item = (CardId, Balance)> + '_ {
        self.best.iter().map(|(card, best)| (*card, *best))
    }

    /// Whether lines promise anything that no kept voucher does.
    pub(super) fn is_better(&self, lines: &[VoucherLine]) -> bool {
        lines.iter().any(|line| line.cumulative > self.best(line.card))
    }

    /// Keeps a voucher; those that it makes worthless are let go. A promise that was there before keeps its age.
    pub(super) fn keep(&mut self, voucher: SignedVoucher<Account>, at: Duration) {
        if !self.is_better(&voucher.voucher.lines) {
            return;
        }
        for line in &voucher.voucher.lines {
            let best = self.best.entry(line.card).or_default();
            *best = line.cumulative.max(*best);
        }
        self.vouchers.push(Stored { voucher, at });
        // The newest first, so that of two with the same promise the one with more lines stays.
        let mut covered = BTreeMap::new();
        let mut kept = Vec::with_capacity(self.vouchers.len());
        for stored in self.vouchers.drain(..).rev() {
            let needed = stored.voucher.voucher.lines.iter().any(|line| {
                self.best.get(&line.card) == Some(&line.cumulative) && !covered.contains_key(&line.card)
            });
            if needed {
                for line in &stored.voucher.voucher.lines {
                    if self.best.get(&line.card) == Some(&line.cumulative) {
                        covered.insert(line.card, ());
                    }
                }
                kept.push(stored);
            }
        }
        kept.reverse();
        self.vouchers = kept;
    }

    /// Vouchers that promise more for some card than was redeemed for it.
    pub(super) fn unredeemed<'a>(
        &'a self,
        redeemed: impl Fn(CardId) -> Balance + 'a,
    ) -> impl Iterator<Item = (&'a SignedVoucher<Account>, Duration)> + 'a {
        self.vouchers
            .iter()
            .filter(move |stored| {
                let mut lines = stored.voucher.voucher.lines.iter();
                lines.any(|line| line.cumulative > redeemed(line.card))
            })
            .map(|stored| (&stored.voucher, stored.at))
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.vouchers.len()
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

    #[test]
    fn of_growing_vouchers_the_last_is_kept() {
        let mut kept = Kept::default();
        for amount in [5, 9, 7, 12] {
            kept.keep(voucher(&[(1, amount)]), Duration::ZERO);
        }
        assert_eq!((kept.best(1), kept.len()), (12, 1));
    }

    #[test]
    fn a_voucher_that_is_the_best_for_one_card_is_kept_beside_the_others() {
        let mut kept = Kept::default();
        kept.keep(voucher(&[(1, 5), (2, 5)]), Duration::ZERO);
        kept.keep(voucher(&[(2, 9)]), Duration::ZERO);
        assert_eq!((kept.best(1), kept.best(2), kept.len()), (5, 9, 2));
        kept.keep(voucher(&[(1, 6), (2, 9)]), Duration::ZERO);
        assert_eq!(kept.len(), 1);
    }

    #[test]
    fn what_was_redeemed_is_not_redeemed_again() {
        let mut kept = Kept::default();
        kept.keep(voucher(&[(1, 5), (2, 5)]), Duration::ZERO);
        assert_eq!(kept.unredeemed(|card| if card == 1 { 5 } else { 4 }).count(), 1);
        assert_eq!(kept.unredeemed(|_| 5).count(), 0);
    }
}
