//! A follow and both counts change together, here and nowhere else.

use crate::{Config, CountsOfAccount, Error, Event, Follows, Pallet, MAX_FOLLOWING};
use frame_support::{defensive, ensure};
use hashcard_primitives::social::FollowCounts;
use sp_runtime::{AccountId32, ArithmeticError, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_follow(follower: AccountId32, followed: AccountId32) -> DispatchResult {
        ensure!(follower != followed, Error::<T>::FollowsHimself);
        ensure!(
            !Follows::<T>::contains_key(&follower, &followed),
            Error::<T>::AlreadyFollows
        );
        let deposit = Self::follow_deposit();
        Self::hold(&follower, deposit)?;
        Follows::<T>::insert(&follower, &followed, deposit);
        Self::recount(&follower, |counts| {
            ensure!(counts.following < MAX_FOLLOWING, Error::<T>::TooManyFollowed);
            counts.following = counts.following.saturating_add(1);
            Ok(())
        })?;
        Self::recount(&followed, |counts| {
            counts.followers = counts.followers.checked_add(1).ok_or(ArithmeticError::Overflow)?;
            Ok(())
        })?;
        Self::deposit_event(Event::Followed { follower, followed });
        Ok(())
    }

    pub(crate) fn do_unfollow(follower: AccountId32, followed: AccountId32) -> DispatchResult {
        let deposit = Follows::<T>::take(&follower, &followed).ok_or(Error::<T>::DoesNotFollow)?;
        Self::recount(&follower, |counts| one_less(&mut counts.following))?;
        Self::recount(&followed, |counts| one_less(&mut counts.followers))?;
        Self::release(&follower, deposit)?;
        Self::deposit_event(Event::Unfollowed { follower, followed });
        Ok(())
    }

    fn recount(
        who: &AccountId32,
        change: impl FnOnce(&mut FollowCounts) -> DispatchResult,
    ) -> DispatchResult {
        CountsOfAccount::<T>::try_mutate_exists(who, |row| {
            let mut counts = row.unwrap_or_default();
            change(&mut counts)?;
            *row = (counts != FollowCounts::default()).then_some(counts);
            Ok(())
        })
    }
}

fn one_less(count: &mut u32) -> DispatchResult {
    let Some(less) = count.checked_sub(1) else {
        defensive!("every follow is counted");
        return Err(DispatchError::Corruption);
    };
    *count = less;
    Ok(())
}
