//! A chain that ran before this pallet takes over the set that it has.
//!
//! **The set does not change by an upgrade.** Each member who can pay is bonded with the least bond, for a validator without one
//! would equivocate for nothing; he may leave like any other. Who cannot pay serves on until he bonds, as long as there are too
//! few candidates without him: two thirds of the set and one make another one. Without that the first stranger who bonded
//! would be the whole set.

use crate::{
    lengths::least_of, Config, LeastValidators, Pallet, SessionStart, UnbondingSessions, ValidatorCount,
    DEFAULT_UNBONDING_SESSIONS, DEFAULT_VALIDATOR_COUNT,
};
use core::marker::PhantomData;
use frame_support::{
    storage::with_storage_layer,
    traits::{Get, OnRuntimeUpgrade},
    weights::Weight,
};
use hashcard_primitives::roles::RunningSession;

/// Rows that bonding one account reads, and at most writes: ledger, hold, account, ranking.
const ROWS_PER_BOND: u64 = 6;

/// Does it once: a chain whose genesis knew this pallet, and one that did it, have a number of validators.
pub struct AdoptRunningSet<T>(PhantomData<T>);

impl<T: Config> OnRuntimeUpgrade for AdoptRunningSet<T> {
    fn on_runtime_upgrade() -> Weight {
        if ValidatorCount::<T>::exists() {
            return T::DbWeight::get().reads(1);
        }
        let set = T::Session::validators();
        let count = set.len() as u32;
        ValidatorCount::<T>::put(count.max(DEFAULT_VALIDATOR_COUNT));
        LeastValidators::<T>::put(least_of(count).max(1));
        UnbondingSessions::<T>::put(DEFAULT_UNBONDING_SESSIONS);
        // Nobody is silent for the time in which nobody listened.
        SessionStart::<T>::put(Pallet::<T>::now());
        for who in &set {
            // An error is that he cannot pay. Nothing of him is changed then.
            let _ = with_storage_layer(|| Pallet::<T>::make_candidate(who, T::MinBond::get()));
        }
        let rows = ROWS_PER_BOND.saturating_mul(count.into()).saturating_add(4);
        T::DbWeight::get().reads_writes(rows, rows)
    }

    #[cfg(feature = "try-runtime")]
    fn pre_upgrade() -> Result<alloc::vec::Vec<u8>, sp_runtime::TryRuntimeError> {
        Ok(codec::Encode::encode(&T::Session::validators()))
    }

    #[cfg(feature = "try-runtime")]
    fn post_upgrade(before: alloc::vec::Vec<u8>) -> Result<(), sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            codec::Encode::encode(&T::Session::validators()) == before,
            "validators: an upgrade changed the set"
        );
        Pallet::<T>::do_try_state()
    }
}
