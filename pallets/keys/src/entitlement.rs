//! Who may deliver a primary sale besides the creator: one appointed clerk for the first blocks, then every clerk, and
//! every holder of a key if the creator lets them.
//!
//! A lock is an entitlement of its own, from the capsule as it was: otherwise a creator could dismiss a clerk who has
//! locked, and let an accomplice who bought collect the clerk's stake.

use crate::{ClerkCapsules, Clerks, Config, Error, Lock, Order, Pallet, SourceCapsule, TermsOfClerks};
use codec::Encode;
use frame_support::ensure;
use hashcard_primitives::{
    key::{ClerkSource, OrderId, Sale, CLERK_TURN},
    BlockNumber,
};
use sp_runtime::{
    traits::{BlakeTwo256, Hash},
    AccountId32,
};

impl<T: Config> Pallet<T> {
    /// The capsule from which this clerk may deliver this order now.
    pub(crate) fn clerk_source(
        id: OrderId,
        order: &Order,
        clerk: &AccountId32,
        source: ClerkSource,
    ) -> Result<SourceCapsule, Error<T>> {
        if let Some(Lock {
            by,
            source: Some(locked),
            ..
        }) = &order.lock
        {
            if by == clerk {
                ensure!(locked.is(source), Error::<T>::LockMismatch);
                return Ok(*locked);
            }
        }
        ensure!(order.sale == Sale::Primary, Error::<T>::NotEntitled);
        // A buyer would pay himself a part of his price; a creator would pass his collaborators.
        ensure!(
            *clerk != order.buyer && *clerk != order.seller,
            Error::<T>::NotEntitled
        );
        let capsule = match source {
            ClerkSource::Appointed => {
                let row = ClerkCapsules::<T>::get(order.card, clerk).ok_or(Error::<T>::NotEntitled)?;
                SourceCapsule {
                    edition: 0,
                    sequence: 0,
                    capsule: row.capsule,
                    key_index: row.key_index,
                    encryption_key: row.encryption_key,
                }
            }
            ClerkSource::Holder(edition) => {
                let terms = TermsOfClerks::<T>::get(order.card).ok_or(Error::<T>::NotEntitled)?;
                ensure!(terms.any_holder, Error::<T>::NotEntitled);
                let record = Self::free_key(&order.seller, clerk, order.card, edition)?;
                SourceCapsule {
                    edition,
                    sequence: record.sequence,
                    capsule: record.capsule,
                    key_index: record.key_index,
                    encryption_key: record.encryption_key,
                }
            }
        };
        if let Some((first, _)) = Self::turn_of(id, order) {
            ensure!(first == *clerk, Error::<T>::NotYourTurn);
        }
        Ok(capsule)
    }

    /// The clerk whose turn it is to deliver a primary order now, and the last block of his turn. Nobody's when the
    /// card has no clerks, or the turn is over.
    ///
    /// The clerks are those of this moment, so a turn goes to another when a creator appoints or dismisses.
    pub(crate) fn turn_of(id: OrderId, order: &Order) -> Option<(AccountId32, BlockNumber)> {
        let until = order.made_at.saturating_add(CLERK_TURN);
        if order.sale != Sale::Primary || Self::now() > until {
            return None;
        }
        let clerks = Clerks::<T>::get(order.card);
        let drawn = BlakeTwo256::hash(&("hashcard/turn", Self::genesis(), id).encode());
        let mut number = [0; 8];
        number.copy_from_slice(&drawn.as_bytes()[..8]);
        let place = u64::from_le_bytes(number).checked_rem(clerks.len() as u64)?;
        let first = clerks.get(usize::try_from(place).ok()?)?;
        Some((first.clone(), until))
    }
}
