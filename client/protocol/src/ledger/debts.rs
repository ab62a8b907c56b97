//! What sessions had earned us and not paid when their books were given up. Without it, who owes a window would leave, have his
//! books given up for others', and come back for the next. Some bytes for each session, so there is place for many more than
//! have books.

use crate::limits::MAX_DEBTS;
use crate::payment::SessionRef;
use hashcard_primitives::card::CardId;
use hashcard_primitives::{Balance, BlockNumber};
use std::collections::BTreeMap;

/// Sessions that owe.
#[derive(Clone, Default, Debug)]
pub(super) struct Debts {
    owing: BTreeMap<SessionRef, Debt>,
    /// Lines of all of them.
    lines: usize,
}

#[derive(Clone, Debug)]
struct Debt {
    /// After this block the session is over, and the debt with it.
    ends_at: BlockNumber,
    /// All that was earned, for cards that did not pay all of it.
    earned: BTreeMap<CardId, Balance>,
    unpaid: Balance,
}

impl Debts {
    /// Remembers what was earned, for cards that did not pay all of it; `unpaid` of it in all. When there is no place, what is
    /// over is forgotten, and then who owes the least.
    pub(super) fn remember(
        &mut self,
        payer: SessionRef,
        earned: BTreeMap<CardId, Balance>,
        unpaid: Balance,
        ends_at: BlockNumber,
        head: BlockNumber,
    ) {
        self.take(payer);
        if earned.is_empty() || ends_at < head {
            return;
        }
        self.lines = self.lines.saturating_add(earned.len());
        let debt = Debt {
            ends_at,
            earned,
            unpaid,
        };
        self.owing.insert(payer, debt);
        if self.lines > MAX_DEBTS {
            self.owing.retain(|_, debt| debt.ends_at >= head);
            self.lines = self.owing.values().map(|debt| debt.earned.len()).sum();
        }
        while self.lines > MAX_DEBTS {
            let least = self.owing.iter().min_by_key(|(_, debt)| debt.unpaid);
            let Some(payer) = least.map(|(payer, _)| *payer) else {
                return;
            };
            self.take(payer);
        }
    }

    /// What a session had earned us, if it owed anything; and forgets it.
    pub(super) fn take(&mut self, payer: SessionRef) -> BTreeMap<CardId, Balance> {
        let earned = self.owing.remove(&payer).map(|debt| debt.earned);
        let earned = earned.unwrap_or_default();
        self.lines = self.lines.saturating_sub(earned.len());
        earned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(session: u32) -> SessionRef {
        SessionRef { pool: 1, session }
    }

    #[test]
    fn a_debt_is_remembered_once_and_the_least_gives_way_when_there_are_too_many() {
        let mut debts = Debts::default();
        for number in 0..MAX_DEBTS as u32 {
            let unpaid = Balance::from(number) + 7;
            debts.remember(session(number), [(5, unpaid)].into(), unpaid, 100, 1);
        }
        debts.remember(session(u32::MAX), [(5, 9)].into(), 9, 100, 1);
        assert!(debts.take(session(0)).is_empty());
        assert_eq!(debts.take(session(1)), [(5, 8)].into());
        assert!(debts.take(session(1)).is_empty());
        assert_eq!(debts.take(session(u32::MAX)), [(5, 9)].into());
    }

    #[test]
    fn a_debt_of_a_session_that_is_over_gives_way_first() {
        let mut debts = Debts::default();
        debts.remember(session(0), [(5, 1_000)].into(), 1_000, 50, 1);
        for number in 1..=MAX_DEBTS as u32 {
            debts.remember(session(number), [(5, 1)].into(), 1, 100, 51);
        }
        assert!(debts.take(session(0)).is_empty());
        assert_eq!(debts.take(session(1)), [(5, 1)].into());
    }
}
