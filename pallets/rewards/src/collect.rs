//! Payment of proven claims, once no more can come. It waits as long as it takes, and anybody may have it made: the money is the
//! claimant's, and so is the deposit.

use crate::{claim_key, Claims, Config, Error, Event, Pallet, Running, SharesOf};
use frame_support::{defensive, ensure, traits::fungible::Mutate};
use hashcard_primitives::{
    reward::{CollectedClaims, EraIndex},
    Balance, CardId,
};
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

/// Money of claims.
#[derive(Default)]
struct Sum {
    minted: Balance,
    endowed: Balance,
    deposits: Balance,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_collect(seeder: AccountId32, claims: CollectedClaims) -> DispatchResult {
        ensure!(!claims.is_empty(), Error::<T>::NothingGiven);
        let running = Running::<T>::get().index;
        let mut sum = Sum::default();
        for (at, (era, card)) in (0..=u8::MAX).zip(claims) {
            ensure!(collectable_from(era) <= running, Error::<T>::StillProvable { at });
            Self::collect_one(&seeder, era, card, at, &mut sum)?;
        }
        Self::return_deposit(&seeder, sum.deposits)?;
        if sum.minted > 0 {
            T::Currency::mint_into(&seeder, sum.minted)?;
        }
        Self::give(&seeder, sum.endowed)
    }

    fn collect_one(
        seeder: &AccountId32,
        era: EraIndex,
        card: CardId,
        at: u8,
        sum: &mut Sum,
    ) -> DispatchResult {
        let (era_key, card_key) = claim_key(era, card);
        let claim = Claims::<T>::take((seeder, era_key, card_key)).ok_or(Error::<T>::UnknownClaim { at })?;
        let Some(mut shares) = SharesOf::<T>::take(card, era) else {
            defensive!("a claim has something to share");
            return Err(DispatchError::Corruption);
        };
        let (minted, endowed) = shares.take(claim.weight);
        if shares.claims > 0 {
            SharesOf::<T>::insert(card, era, shares);
        }
        sum.minted = sum.minted.saturating_add(minted);
        sum.endowed = sum.endowed.saturating_add(endowed);
        sum.deposits = sum.deposits.saturating_add(claim.deposit);
        Self::deposit_event(Event::Collected {
            era,
            card,
            seeder: seeder.clone(),
            minted,
            endowed,
        });
        Ok(())
    }
}

/// First era in which claims for `era` can be collected: their number is known then.
pub(crate) const fn collectable_from(era: EraIndex) -> EraIndex {
    era.saturating_add(2)
}
