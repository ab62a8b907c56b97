//! What one account has on hold: its bond, and the parts that wait. Pure.
//!
//! **Parts that wait are slashed like the bond**: leaving is no way out of what was done before.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use hashcard_primitives::Balance;
use scale_info::TypeInfo;
use sp_runtime::Perbill;
use sp_staking::SessionIndex;

/// Most parts of an account that wait at once: what is unbonded in one session is one part, and nobody has a reason to leave
/// in more pieces than this.
pub const MAX_PARTS: u32 = 16;

/// A part of a bond that waits.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct Part {
    /// How much.
    pub amount: Balance,
    /// First session in which it can be withdrawn.
    pub due: SessionIndex,
}

/// What one account has on hold.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default,
)]
pub struct Ledger {
    /// The bond; it counts in the ranking if its owner is a candidate.
    pub bond: Balance,
    /// What waits, first due first.
    pub parts: BoundedVec<Part, ConstU32<MAX_PARTS>>,
}

/// As many parts wait as may wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyParts;

impl Ledger {
    /// Everything.
    pub fn total(&self) -> Balance {
        let waiting = self.parts.iter().map(|part| part.amount);
        waiting.fold(self.bond, Balance::saturating_add)
    }

    /// Lets `amount` of the bond wait until `due`, which is no earlier than that of any part.
    pub fn unbond(&mut self, amount: Balance, due: SessionIndex) -> Result<(), TooManyParts> {
        let amount = amount.min(self.bond);
        match self.parts.last_mut() {
            Some(last) if last.due == due => last.amount = last.amount.saturating_add(amount),
            _ => self
                .parts
                .try_push(Part { amount, due })
                .map_err(|_| TooManyParts)?,
        }
        self.bond = self.bond.saturating_sub(amount);
        Ok(())
    }

    /// Lets all of the bond wait until `due`; how much that is. If as many parts wait as may wait, the last of them waits
    /// as long.
    pub fn unbond_all(&mut self, due: SessionIndex) -> Balance {
        let amount = self.bond;
        if self.unbond(amount, due).is_err() {
            if let Some(last) = self.parts.last_mut() {
                last.amount = last.amount.saturating_add(amount);
                last.due = due;
                self.bond = 0;
            }
        }
        amount
    }

    /// Lets all that waits wait until `due`, when there is no bond and nothing waits as long; how much, if it did.
    pub fn hold_back(&mut self, due: SessionIndex) -> Option<Balance> {
        let amount = self.total();
        self.parts
            .last()
            .filter(|last| self.bond == 0 && last.due < due)?;
        self.parts.truncate(1);
        let only = self.parts.last_mut()?;
        *only = Part { amount, due };
        Some(amount)
    }

    /// Takes `amount`, or what there is: out of what is due first, and out of the bond at last, so that what is left is what
    /// answers longest; how much that is.
    pub fn charge(&mut self, amount: Balance) -> Balance {
        let before = self.total();
        let mut left = amount;
        for waiting in &mut self.parts {
            let taken = left.min(waiting.amount);
            waiting.amount = waiting.amount.saturating_sub(taken);
            left = left.saturating_sub(taken);
        }
        self.bond = self.bond.saturating_sub(left);
        self.parts.retain(|part| part.amount > 0);
        before.saturating_sub(self.total())
    }

    /// Takes out what is due in this session.
    pub fn take_due(&mut self, session: SessionIndex) -> Balance {
        let before = self.total();
        self.parts.retain(|part| part.due > session);
        before.saturating_sub(self.total())
    }

    /// Takes a part of everything; how much that is. Rounded in favour of the account, by less than a unit for each part.
    pub fn slash(&mut self, part: Perbill) -> Balance {
        let before = self.total();
        self.bond = self.bond.saturating_sub(part.mul_floor(self.bond));
        for waiting in &mut self.parts {
            waiting.amount = waiting.amount.saturating_sub(part.mul_floor(waiting.amount));
        }
        self.parts.retain(|part| part.amount > 0);
        before.saturating_sub(self.total())
    }
}

/// The part of what is left that must go, so that of the whole `all` is gone when `done` was gone before.
pub fn rest_of(all: Perbill, done: Perbill) -> Perbill {
    let missing = all.deconstruct().saturating_sub(done.deconstruct());
    let left = Perbill::one().deconstruct().saturating_sub(done.deconstruct());
    if left == 0 {
        return Perbill::zero();
    }
    Perbill::from_rational(missing, left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ledger(bond: Balance, parts: &[(Balance, SessionIndex)]) -> Ledger {
        let parts: Vec<_> = parts
            .iter()
            .map(|(amount, due)| Part {
                amount: *amount,
                due: *due,
            })
            .collect();
        Ledger {
            bond,
            parts: parts.try_into().unwrap(),
        }
    }

    #[test]
    fn what_is_unbonded_in_one_session_is_one_part() {
        let mut all = ledger(100, &[]);
        all.unbond(10, 5).unwrap();
        all.unbond(20, 5).unwrap();
        all.unbond(30, 6).unwrap();
        assert_eq!(all, ledger(40, &[(30, 5), (30, 6)]));
    }

    #[test]
    fn a_part_too_many_is_refused_and_a_displaced_bond_joins_the_last() {
        let full: Vec<_> = (0..MAX_PARTS).map(|due| (1, due)).collect();
        let mut all = ledger(100, &full);
        assert_eq!(all.unbond(10, 90), Err(TooManyParts));
        assert_eq!(all, ledger(100, &full));
        assert_eq!(all.unbond_all(90), 100);
        assert_eq!(all.total(), 100 + Balance::from(MAX_PARTS));
        assert_eq!(all.parts.last(), Some(&Part { amount: 101, due: 90 }));
    }

    #[test]
    fn a_part_is_given_in_its_session_and_not_before() {
        let mut all = ledger(5, &[(10, 3), (20, 4)]);
        assert_eq!(all.take_due(2), 0);
        assert_eq!(all.take_due(3), 10);
        assert_eq!(all.take_due(9), 20);
        assert_eq!(all, ledger(5, &[]));
    }

    #[test]
    fn what_waits_is_held_back_together_when_nothing_waits_as_long_and_nothing_is_bonded() {
        let mut all = ledger(0, &[(10, 3), (20, 4)]);
        assert_eq!(all.hold_back(4), None);
        assert_eq!(all.hold_back(5), Some(30));
        assert_eq!(all, ledger(0, &[(30, 5)]));
        let mut bonded = ledger(1, &[(10, 3)]);
        assert_eq!(bonded.hold_back(5), None);
        assert_eq!(
            (bonded, Ledger::default().hold_back(5)),
            (ledger(1, &[(10, 3)]), None)
        );
    }

    #[test]
    fn a_charge_takes_what_is_due_first_and_the_bond_at_last_and_no_more_than_there_is() {
        let mut all = ledger(10, &[(10, 3), (20, 4)]);
        assert_eq!(all.charge(4), 4);
        assert_eq!(all, ledger(10, &[(6, 3), (20, 4)]));
        assert_eq!(all.charge(7), 7);
        assert_eq!(all, ledger(10, &[(19, 4)]));
        assert_eq!(all.charge(20), 20);
        assert_eq!(all, ledger(9, &[]));
        assert_eq!((all.charge(10), all.charge(10)), (9, 0));
        assert_eq!(all, Ledger::default());
    }

    #[test]
    fn a_slash_takes_the_part_of_the_bond_and_of_what_waits() {
        let mut all = ledger(1_000, &[(100, 3), (10, 4)]);
        assert_eq!(all.slash(Perbill::from_percent(30)), 333);
        assert_eq!(all, ledger(700, &[(70, 3), (7, 4)]));
        assert_eq!(all.slash(Perbill::one()), 777);
        assert_eq!(all, Ledger::default());
    }

    #[test]
    fn a_second_slash_fills_the_first_one_up() {
        let part = Perbill::from_percent;
        assert_eq!(rest_of(part(60), part(20)), part(50));
        assert_eq!(rest_of(part(20), part(60)), part(0));
        assert_eq!(rest_of(part(100), part(36)), part(100));
        assert_eq!(rest_of(part(100), part(100)), part(0));
    }

    proptest! {
        #[test]
        fn a_slash_in_two_steps_takes_no_more_than_in_one_and_almost_as_much(
            bond in 0..1u128 << 90,
            waiting in prop::collection::vec(0..1u128 << 80, 0..MAX_PARTS as usize),
            first in 0..=1_000_000_000u32,
            second in 0..=1_000_000_000u32,
        ) {
            let parts: Vec<_> = waiting.into_iter().map(|amount| (amount, 1)).collect();
            let (first, second) = (Perbill::from_parts(first), Perbill::from_parts(second));
            let worst = first.max(second);
            let (mut twice, mut once) = (ledger(bond, &parts), ledger(bond, &parts));
            let whole = once.total();
            let taken = twice.slash(first) + twice.slash(rest_of(worst, first));
            let expected = once.slash(worst);
            prop_assert_eq!(taken + twice.total(), whole);
            // Parts per billion are rounded to the nearest, amounts to the floor.
            let slack = whole / 1_000_000_000 + 2 * (1 + Balance::from(MAX_PARTS));
            prop_assert!(taken.abs_diff(expected) <= slack);
        }
    }
}
