//! Transaction numbers, so that concurrent sends from one account never take the same.
//!
//! The node's answer counts what is in its pool, but a transaction that was accepted a moment ago may not be counted yet.
//! So as long as one of this process is under way, the next number is at least one more than the last that was taken
//! here. When none is, the node alone decides: a chain that was reset, or a pool that lost a transaction, leaves no gap
//! behind.

use crate::Account;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The lanes of all accounts that this process signs for: a handful, so none is ever removed.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<HashMap<Account, Arc<Lane>>>);

/// One account's.
#[derive(Default)]
pub(crate) struct Lane {
    /// Held from the choice of a number until the node has the transaction.
    turn: tokio::sync::Mutex<()>,
    numbers: Mutex<Numbers>,
}

#[derive(Default)]
struct Numbers {
    under_way: usize,
    next: u32,
}

/// Lets one signer at a time choose a number.
pub(crate) struct Turn<'a> {
    lane: &'a Arc<Lane>,
    _held: tokio::sync::MutexGuard<'a, ()>,
}

/// A transaction of this process whose fate is open.
pub(crate) struct UnderWay(Arc<Lane>);

impl Lanes {
    pub(crate) fn of(&self, account: Account) -> Arc<Lane> {
        // A map of handles is whole after any panic.
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.entry(account).or_default().clone()
    }
}

impl Lane {
    pub(crate) async fn turn(self: &Arc<Self>) -> Turn<'_> {
        Turn {
            lane: self,
            _held: self.turn.lock().await,
        }
    }

    fn numbers(&self) -> std::sync::MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// The number to sign with, given what the node says is next.
    pub(crate) fn number(&self, node_says: u32) -> u32 {
        let numbers = self.lane.numbers();
        if numbers.under_way == 0 {
            node_says
        } else {
            node_says.max(numbers.next)
        }
    }

    /// The node has, or may have, the transaction with this number.
    pub(crate) fn taken(&self, number: u32) -> UnderWay {
        let mut numbers = self.lane.numbers();
        let next = number.saturating_add(1);
        numbers.next = if numbers.under_way == 0 {
            next
        } else {
            numbers.next.max(next)
        };
        numbers.under_way += 1;
        UnderWay(self.lane.clone())
    }
}

impl UnderWay {
    /// It was not included and will not be: its number is free again, and later ones wait for it.
    pub(crate) fn gave_up(&self) {
        self.0.numbers().next = 0;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut numbers = self.0.numbers();
        numbers.under_way = numbers.under_way.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Account = [7; 32];

    #[tokio::test]
    async fn transactions_under_way_take_rising_numbers_even_if_the_node_is_behind() {
        let lanes = Lanes::default();
        let lane = lanes.of(ME);
        let mut under_way = Vec::new();
        for expected in 5..9 {
            let turn = lane.turn().await;
            assert_eq!(turn.number(5), expected);
            under_way.push(turn.taken(expected));
        }
        assert_eq!(lanes.of([8; 32]).turn().await.number(5), 5);
    }

    #[tokio::test]
    async fn the_node_decides_when_nothing_is_under_way() {
        let lane = Lanes::default().of(ME);
        let under_way = lane.turn().await.taken(41);
        assert_eq!(lane.turn().await.number(0), 42);
        drop(under_way);
        assert_eq!(lane.turn().await.number(0), 0);
    }

    #[tokio::test]
    async fn a_number_that_was_given_up_is_used_again() {
        let lane = Lanes::default().of(ME);
        let first = lane.turn().await.taken(3);
        let _second = lane.turn().await.taken(4);
        first.gave_up();
        assert_eq!(lane.turn().await.number(3), 3);
    }

    #[tokio::test]
    async fn one_signer_at_a_time_has_the_turn() {
        let lane = Lanes::default().of(ME);
        let turn = lane.turn().await;
        assert!(futures::poll!(Box::pin(lane.turn())).is_pending());
        drop(turn);
        assert!(futures::poll!(Box::pin(lane.turn())).is_ready());
    }
}
