//! Vouchers that are left alone for a while, and sessions that have disappointed.
//!
//! **A voucher rests, never its session**: what a session owes for one card does not wait for what is wrong with another. It is known
//! by its cards, because of two promises for the same ones the newer is kept.

use std::collections::{BTreeMap, BTreeSet};

use hashcard_chain::Account;
use hashcard_primitives::card::CardId;
use hashcard_primitives::channel::SignedVoucher;
use hashcard_primitives::BlockNumber;
use hashcard_protocol::payment::SessionRef;

/// Vouchers that rest at a time. Each round adds what fits a transaction, and a rest takes some blocks, so in a daemon there are fewer
/// by far; beyond it a voucher is tried too early.
const MAX_RESTING: usize = 65_536;

type Name = (SessionRef, Vec<CardId>);

/// Who waits until when.
#[derive(Default, Debug)]
pub struct Rests {
    until: BTreeMap<Name, BlockNumber>,
    disappointments: BTreeMap<SessionRef, u32>,
}

impl Rests {
    /// Leaves a voucher alone before a block.
    pub fn rest(&mut self, voucher: &SignedVoucher<Account>, until: BlockNumber) {
        if self.until.len() < MAX_RESTING {
            self.until.insert(name(voucher), until);
        }
    }

    /// A voucher is tried again at once.
    pub fn wake(&mut self, voucher: &SignedVoucher<Account>) {
        self.until.remove(&name(voucher));
    }

    /// Whether a voucher is to be left alone at a block.
    pub fn is_resting(&self, voucher: &SignedVoucher<Account>, head: BlockNumber) -> bool {
        self.until.get(&name(voucher)).is_some_and(|until| *until > head)
    }

    /// A voucher of a session brought less than it costs, when the books said more.
    pub fn disappointed(&mut self, payer: SessionRef) {
        let times = self.disappointments.entry(payer).or_default();
        *times = times.saturating_add(1);
    }

    /// A session has paid.
    pub fn paid(&mut self, payer: SessionRef) {
        self.disappointments.remove(&payer);
    }

    /// How often a session has disappointed since it last paid.
    pub fn disappointments(&self, payer: SessionRef) -> u32 {
        self.disappointments.get(&payer).copied().unwrap_or(0)
    }

    /// Forgets what is over at a block, and sessions that are not there any more.
    pub fn prune(&mut self, head: BlockNumber, sessions: &BTreeSet<SessionRef>) {
        self.until.retain(|_, until| *until > head);
        self.disappointments.retain(|payer, _| sessions.contains(payer));
    }
}

fn name(voucher: &SignedVoucher<Account>) -> Name {
    let voucher = &voucher.voucher;
    let payer = SessionRef {
        pool: voucher.pool,
        session: voucher.session,
    };
    (payer, voucher.lines.iter().map(|line| line.card).collect())
}

#[cfg(test)]
mod tests {
    use super::super::choose::tests::voucher;
    use super::*;

    const PAYER: SessionRef = SessionRef { pool: 1, session: 7 };

    #[test]
    fn a_voucher_rests_and_the_others_of_its_session_do_not() {
        let mut rests = Rests::default();
        let (bad, good) = (voucher(PAYER, &[(1, 9), (2, 9)]), voucher(PAYER, &[(1, 8)]));
        rests.rest(&bad, 10);
        assert!(rests.is_resting(&bad, 9) && !rests.is_resting(&good, 9));
        // A promise of one unit more is the same voucher.
        assert!(rests.is_resting(&voucher(PAYER, &[(1, 10), (2, 9)]), 9));
        assert!(!rests.is_resting(&bad, 10));
        rests.wake(&bad);
        assert!(!rests.is_resting(&bad, 9));
    }

    #[test]
    fn what_is_over_or_gone_is_forgotten() {
        let mut rests = Rests::default();
        let other = SessionRef { session: 8, ..PAYER };
        rests.rest(&voucher(PAYER, &[(1, 9)]), 10);
        for payer in [PAYER, PAYER, other] {
            rests.disappointed(payer);
        }
        assert_eq!(
            (rests.disappointments(PAYER), rests.disappointments(other)),
            (2, 1)
        );
        rests.paid(PAYER);
        rests.prune(10, &BTreeSet::from([PAYER]));
        assert_eq!(
            (rests.disappointments(PAYER), rests.disappointments(other)),
            (0, 0)
        );
        assert!(rests.until.is_empty());
    }

    #[test]
    fn no_more_rest_than_there_is_place_for() {
        let mut rests = Rests::default();
        for card in 0..MAX_RESTING as u64 + 9 {
            rests.rest(&voucher(PAYER, &[(card, 1)]), 10);
        }
        assert_eq!(rests.until.len(), MAX_RESTING);
    }
}
