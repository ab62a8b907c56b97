//! What is to be done about an order, and when. Decisions only: the order, the heights and what was done before come in.

use std::collections::{HashMap, HashSet};

use hashcard_chain::{Account, At};
use hashcard_primitives::key::{OrderId, OrderState, OrderView};
use hashcard_primitives::BlockNumber;

use super::delivery::Step;
use super::Policy;
use crate::amount::Amount;

/// Fewest blocks that an order must have left: time for the pool, an unlucky author, and a short fork.
pub(super) const MIN_BLOCKS_LEFT: BlockNumber = 5;
/// Blocks before the end in which an order that somebody else has locked is answered all the same: he had his time.
const LAST_CHANCE: BlockNumber = 2 * MIN_BLOCKS_LEFT;
/// Blocks to wait after a delivery or settlement that failed.
const AFTER_FAILURE: BlockNumber = 3;

/// What to do with an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Todo {
    Deliver(Step),
    Settle,
    TooLate { blocks_left: BlockNumber },
    Over,
    Nothing,
}

/// What was done about orders that are still open.
#[derive(Default)]
pub(super) struct Memory {
    /// Orders that were dealt with, until the block in which that is final, or until they may be tried again.
    pub(super) resting: HashMap<OrderId, BlockNumber>,
    /// Orders that were seen.
    pub(super) seen: HashSet<OrderId>,
    /// Orders that are left to expire.
    pub(super) left: HashSet<OrderId>,
    /// Orders that have expired.
    pub(super) over: HashSet<OrderId>,
}

impl Memory {
    /// What is not open any more needs no memory; what rests may only be out of sight.
    pub(super) fn keep_only(&mut self, open: &HashSet<OrderId>, finalized: BlockNumber) {
        self.resting
            .retain(|order, until| open.contains(order) || finalized <= *until);
        for orders in [&mut self.seen, &mut self.left, &mut self.over] {
            orders.retain(|order| open.contains(order));
        }
    }

    /// Leaves an order alone for a while.
    pub(super) fn rest(&mut self, order: OrderId, at: At) {
        self.resting
            .insert(order, at.number.saturating_add(AFTER_FAILURE));
    }

    /// What an account owes an order, as it is in a finalised block (or a best one, if it is small).
    pub(super) fn todo(
        &self,
        policy: &Policy,
        order: &OrderView<Account>,
        me: &Account,
        finalized: BlockNumber,
        now: BlockNumber,
    ) -> Todo {
        let deadline = match order.state {
            OrderState::Delivered { settles_at, .. } => {
                return if now >= settles_at && !self.is_resting(order.id, finalized) {
                    Todo::Settle
                } else {
                    Todo::Nothing
                };
            }
            OrderState::Waiting { deadline } => deadline,
        };
        if finalized > deadline {
            return if self.over.contains(&order.id) {
                Todo::Nothing
            } else {
                Todo::Over
            };
        }
        if self.left.contains(&order.id) || self.is_resting(order.id, finalized) {
            return Todo::Nothing;
        }
        let blocks_left = deadline.saturating_sub(now);
        match &order.lock {
            _ if blocks_left < MIN_BLOCKS_LEFT => Todo::TooLate { blocks_left },
            Some(lock) if lock.by == *me => Todo::Deliver(Step::Locked),
            // A clerk has committed to it, and pays if he does not deliver.
            Some(_) if blocks_left > LAST_CHANCE => Todo::Nothing,
            Some(_) => Todo::Deliver(Step::Deliver),
            None => Todo::Deliver(first_step(policy, order)),
        }
    }

    fn is_resting(&self, order: OrderId, finalized: BlockNumber) -> bool {
        self.resting.get(&order).is_some_and(|until| finalized <= *until)
    }
}

fn first_step(policy: &Policy, order: &OrderView<Account>) -> Step {
    match policy.lock_from {
        Some(from) if Amount(order.price) >= from => Step::Lock,
        _ => Step::Deliver,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::tests::order_of;
    use hashcard_primitives::key::{LockView, Sale};

    const ME: Account = [4; 32];

    fn order(state: OrderState) -> OrderView<Account> {
        OrderView {
            state,
            ..order_of(Sale::Primary)
        }
    }

    fn waiting() -> OrderView<Account> {
        order(OrderState::Waiting { deadline: 100 })
    }

    const PLAIN: Policy = Policy {
        best_block_below: None,
        lock_from: None,
        clerk: false,
        min_commission: Amount(0),
    };

    fn todo(order: &OrderView<Account>, finalized: BlockNumber, now: BlockNumber) -> Todo {
        Memory::default().todo(&PLAIN, order, &ME, finalized, now)
    }

    #[test]
    fn an_order_with_too_few_blocks_left_is_left_alone() {
        assert_eq!(todo(&waiting(), 50, 60), Todo::Deliver(Step::Deliver));
        assert_eq!(todo(&waiting(), 50, 95), Todo::Deliver(Step::Deliver));
        // The best block decides: finality may lag.
        assert_eq!(todo(&waiting(), 50, 96), Todo::TooLate { blocks_left: 4 });
        assert_eq!(todo(&waiting(), 100, 101), Todo::TooLate { blocks_left: 0 });
    }

    #[test]
    fn an_order_that_is_over_is_told_once() {
        let mut memory = Memory::default();
        assert_eq!(memory.todo(&PLAIN, &waiting(), &ME, 101, 101), Todo::Over);
        memory.over.insert(12);
        assert_eq!(memory.todo(&PLAIN, &waiting(), &ME, 101, 101), Todo::Nothing);
        memory.resting.insert(12, 105);
        memory.keep_only(&HashSet::new(), 105);
        assert!(memory.over.is_empty() && memory.resting.len() == 1);
        memory.keep_only(&HashSet::new(), 106);
        assert!(memory.resting.is_empty());
    }

    #[test]
    fn a_sale_is_settled_when_its_window_is_over() {
        let delivered = order(OrderState::Delivered {
            edition: 1,
            settles_at: 100,
        });
        assert_eq!(todo(&delivered, 98, 99), Todo::Nothing);
        assert_eq!(todo(&delivered, 98, 100), Todo::Settle);
    }

    #[test]
    fn what_was_sent_is_not_sent_again_until_it_should_be_final() {
        let mut memory = Memory::default();
        memory.resting.insert(12, 55);
        assert_eq!(memory.todo(&PLAIN, &waiting(), &ME, 55, 60), Todo::Nothing);
        // Still waiting in a later final block: a fork undid it.
        let again = memory.todo(&PLAIN, &waiting(), &ME, 56, 60);
        assert_eq!(again, Todo::Deliver(Step::Deliver));
        memory.left.insert(12);
        assert_eq!(memory.todo(&PLAIN, &waiting(), &ME, 56, 60), Todo::Nothing);
    }

    #[test]
    fn a_large_order_is_locked_first_and_answered_when_the_lock_is_final() {
        let careful = Policy {
            lock_from: Some(Amount(5)),
            ..PLAIN
        };
        let todo_of = |policy: &Policy, order: &OrderView<Account>, now| {
            Memory::default().todo(policy, order, &ME, 50, now)
        };
        let dear = waiting();
        assert_eq!(todo_of(&careful, &dear, 60), Todo::Deliver(Step::Lock));
        let cheap = OrderView {
            price: 4,
            ..waiting()
        };
        assert_eq!(todo_of(&careful, &cheap, 60), Todo::Deliver(Step::Deliver));
        let locked = OrderView {
            lock: Some(LockView {
                by: ME,
                commitment: [1; 32],
            }),
            ..waiting()
        };
        assert_eq!(todo_of(&careful, &locked, 60), Todo::Deliver(Step::Locked));
        // A daemon that was started again without the option keeps its promise all the same.
        assert_eq!(todo_of(&PLAIN, &locked, 60), Todo::Deliver(Step::Locked));
        assert_eq!(todo_of(&PLAIN, &locked, 96), Todo::TooLate { blocks_left: 4 });
    }

    #[test]
    fn what_a_clerk_has_locked_is_his_until_the_last_blocks() {
        let locked = OrderView {
            lock: Some(LockView {
                by: [9; 32],
                commitment: [1; 32],
            }),
            ..waiting()
        };
        assert_eq!(todo(&locked, 50, 89), Todo::Nothing);
        assert_eq!(todo(&locked, 50, 90), Todo::Deliver(Step::Deliver));
    }
}
