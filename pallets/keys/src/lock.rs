//! Commitments to deliveries that nobody has seen yet. A delivery is public before it is in a block; block authors who
//! side with the buyer could read it, leave it out until the deadline, and the buyer would have key and money. A lock
//! shows nothing, and once it stands they would have to leave the delivery out for the whole lock window.
//!
//! **A lock costs a stake**, so that nobody moves deadlines for sport: it is the buyer's if nobody delivers. It excludes
//! nobody, and another's delivery gives it back. There is one for each order, and whoever set it, the longer deadline is
//! everybody's: a buyer's accomplice who locks first to keep the seller from it gives the seller the same time.
//!
//! **What is locked can be delivered.** The order's edition is bound, so that a creator cannot lower the editions under
//! a clerk, for good or for a while, and let an accomplice who bought collect the stake; and the clerk's capsule is
//! kept as it was (see `entitlement.rs`).

use crate::{Config, Error, Event, HoldReason, Lock, Order, Orders, Pallet, Tallies};
use frame_support::{ensure, traits::Get};
use hashcard_primitives::key::{ClerkSource, OrderId, OrderState, Sale};
use hashcard_proofs::{lock_commitment, Capsule, LongProof};
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_lock(
        by: AccountId32,
        id: OrderId,
        commitment: [u8; 32],
        source: Option<ClerkSource>,
    ) -> DispatchResult {
        let (mut order, deadline) = Self::deliverable(id)?;
        ensure!(order.lock.is_none(), Error::<T>::AlreadyLocked);
        let source = match source {
            None => {
                ensure!(order.seller == by, Error::<T>::NotSeller);
                None
            }
            Some(source) => Some(Self::clerk_source(id, &order, &by, source)?),
        };
        if order.sale == Sale::Primary {
            let mut tally = Tallies::<T>::get(order.card);
            Self::ensure_deliverable(order.card, &tally)?;
            tally.locked = tally.locked.checked_add(1).ok_or(ArithmeticError::Overflow)?;
            Tallies::<T>::insert(order.card, tally);
        }
        let longer = Self::now()
            .checked_add(Self::lock_window())
            .ok_or(ArithmeticError::Overflow)?;
        let deadline = deadline.max(longer);

        let lock = Lock {
            by: by.clone(),
            commitment,
            source,
            deposit: T::LockDeposit::get(),
            penalty: Self::delivery_bond(order.price),
        };
        Self::hold(HoldReason::Bond, &by, lock.deposit)?;
        Self::hold(HoldReason::Bond, &by, lock.penalty)?;
        order.lock = Some(lock);
        order.state = OrderState::Waiting { deadline };
        Orders::<T>::insert(id, order);
        Self::deposit_event(Event::OrderLocked {
            order: id,
            by,
            commitment,
            deadline,
        });
        Ok(())
    }

    /// Refuses what is not the delivery that its sender committed to.
    pub(crate) fn ensure_as_committed(
        id: OrderId,
        order: &Order,
        submitter: &AccountId32,
        capsule: &Capsule,
        proof: &LongProof,
    ) -> Result<(), Error<T>> {
        match &order.lock {
            Some(lock) if lock.by == *submitter => {
                let delivered = lock_commitment(id, submitter.as_ref(), capsule, proof);
                ensure!(delivered == lock.commitment, Error::<T>::LockMismatch);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Gives all of a lock's bond back.
    pub(crate) fn release_lock(lock: Lock) -> DispatchResult {
        Self::hand_over(HoldReason::Bond, &lock.by, &lock.by, lock.deposit)?;
        Self::hand_over(HoldReason::Bond, &lock.by, &lock.by, lock.penalty)
    }
}
