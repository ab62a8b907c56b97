//! What must hold between two calls, whatever they were.
//!
//! # Invariants
//! 1. The counts of a card are those of the reactions to it; there is no row of counts without a reaction.
//! 2. The counts of an account are those of the follows from it and to it; there is no row of counts without a follow. Nobody
//!    follows himself, or more than `MAX_FOLLOWING`.
//! 3. What an account has on hold is the sum of the deposits of its rows.

use crate::{
    rows::card_of_key, Config, CountsOfAccount, CountsOfCard, Follows, HoldReason, Pallet, Reactions,
    MAX_FOLLOWING,
};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::hold::Inspect};
use hashcard_primitives::{
    social::{FollowCounts, ReactionCounts},
    Balance, CardId,
};
use sp_runtime::{AccountId32, TryRuntimeError};

type Checked = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
    /// Errors: a text that says which invariant does not hold.
    pub(crate) fn do_try_state() -> Checked {
        let mut deposits = BTreeMap::new();
        Self::check_reactions(&mut deposits)?;
        Self::check_follows(&mut deposits)?;
        for account in frame_system::Account::<T>::iter_keys() {
            let sum = deposits.remove(&account).unwrap_or_default();
            ensure!(
                T::Currency::balance_on_hold(&HoldReason::Deposit.into(), &account) == sum,
                "social: what is held is not the sum of an account's deposits"
            );
        }
        ensure!(
            deposits.is_empty(),
            "social: an account that does not exist has a deposit"
        );
        Ok(())
    }

    fn check_reactions(deposits: &mut BTreeMap<AccountId32, Balance>) -> Checked {
        let mut counts = BTreeMap::<CardId, ReactionCounts>::new();
        for (account, key, row) in Reactions::<T>::iter() {
            let card = counts.entry(card_of_key(key)).or_default();
            *card = card
                .plus(row.reaction)
                .ok_or("social: too many reactions to count")?;
            *deposits.entry(account).or_default() += row.deposit;
        }
        let stored: BTreeMap<_, _> = CountsOfCard::<T>::iter().collect();
        ensure!(stored == counts, "social: a card's reactions are miscounted");
        Ok(())
    }

    fn check_follows(deposits: &mut BTreeMap<AccountId32, Balance>) -> Checked {
        let mut counts = BTreeMap::<AccountId32, FollowCounts>::new();
        for (follower, followed, deposit) in Follows::<T>::iter() {
            ensure!(follower != followed, "social: somebody follows himself");
            counts.entry(followed).or_default().followers += 1;
            let own = counts.entry(follower.clone()).or_default();
            own.following += 1;
            ensure!(
                own.following <= MAX_FOLLOWING,
                "social: somebody follows too many"
            );
            *deposits.entry(follower).or_default() += deposit;
        }
        let stored: BTreeMap<_, _> = CountsOfAccount::<T>::iter().collect();
        ensure!(stored == counts, "social: an account's follows are miscounted");
        Ok(())
    }
}
