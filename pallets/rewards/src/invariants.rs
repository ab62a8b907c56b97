//! What must hold between two calls, whatever they were.
//!
//! # Invariants
//! 1. The emission is within its bounds. Ended eras are older than the running one and not older than the horizon; none
//!    granted more than its pot; each ends where the next begins.
//! 2. Credits of the running era are what it counts, from sales and from deliveries. Those of an ended era are not more.
//! 3. An earner's credits are in order of eras, none of 0, none of an era to come.
//! 4. What a card's claims of an era share has as many claims as it says, and at least one, with the weight that it says; there
//!    are no other claims.
//! 5. No card has an empty list of endowments. Their numbers were given out, none twice.
//! 6. What this pallet's account holds is what is left of endowments, and of what claims have of them; nobody else holds any.
//!    Deposits on hold are those of rows.

use crate::{
    claim_of_key, CardCredits, Claims, Config, Earners, Endowments, Eras, HoldReason, NextEndowmentId,
    Pallet, Running, SharesOf, TheEmission,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{
    ensure,
    traits::{fungible::hold::Inspect, Get},
};
use hashcard_primitives::{
    reward::{EraIndex, HORIZON},
    Balance, BlockNumber, CardId,
};
use sp_runtime::{AccountId32, TryRuntimeError};

type Checked = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
    /// Errors: a text that says which invariant does not hold.
    pub(crate) fn do_try_state() -> Checked {
        Self::check_eras()?;
        Self::check_credits()?;
        Self::check_claims()?;
        Self::check_endowments()?;
        Self::check_holds()
    }

    fn check_eras() -> Checked {
        ensure!(
            TheEmission::<T>::get().is_within(&T::MostEmission::get()),
            "rewards: the emission is out of its bounds"
        );
        let running = Running::<T>::get();
        for (index, era) in Eras::<T>::iter() {
            ensure!(
                index < running.index && index.saturating_add(HORIZON) >= running.index,
                "rewards: an era is stored before it is over, or after its credits expired"
            );
            ensure!(
                era.granted <= era.pot,
                "rewards: an era granted more than its pot"
            );
            ensure!(
                era.started_at <= era.ended_at && era.settled_by <= era.ended_at,
                "rewards: an era's blocks are out of order"
            );
            let next: Option<BlockNumber> = match index.saturating_add(1) {
                next if next == running.index => Some(running.started_at),
                next => Eras::<T>::get(next).map(|era| era.started_at),
            };
            ensure!(
                next == era.ended_at.checked_add(1),
                "rewards: an era does not begin where the one before ended"
            );
        }
        Ok(())
    }

    fn check_credits() -> Checked {
        let running = Running::<T>::get();
        let mut sales = BTreeMap::<EraIndex, Balance>::new();
        for row in CardCredits::<T>::iter_values() {
            ensure!(
                row.era <= running.index && row.credit > 0,
                "rewards: a card has credit of an era to come, or none"
            );
            *sales.entry(row.era).or_default() += row.credit;
            if let Some(before) = row.era.checked_sub(1) {
                *sales.entry(before).or_default() += row.before;
            }
        }
        let mut deliveries = BTreeMap::<EraIndex, Balance>::new();
        for earner in Earners::<T>::iter_values() {
            ensure!(
                earner.credits.windows(2).all(|pair| pair[0].era < pair[1].era),
                "rewards: an earner's credits are out of order"
            );
            for one in earner.credits {
                ensure!(
                    one.era <= running.index && one.credit > 0,
                    "rewards: an earner has credit of an era to come, or of nothing"
                );
                *deliveries.entry(one.era).or_default() += one.credit;
            }
        }
        let counted =
            |credits: &BTreeMap<EraIndex, Balance>, era| credits.get(&era).copied().unwrap_or_default();
        ensure!(
            counted(&sales, running.index) == running.sale_credit
                && counted(&deliveries, running.index) == running.delivery_credit,
            "rewards: the running era miscounts its credits"
        );
        for (index, era) in Eras::<T>::iter() {
            ensure!(
                counted(&sales, index) <= era.sale_credit
                    && counted(&deliveries, index) <= era.delivery_credit,
                "rewards: more credit is left of an era than it had"
            );
        }
        Ok(())
    }

    fn check_claims() -> Checked {
        let mut sums = BTreeMap::<(CardId, EraIndex), (Balance, u32)>::new();
        for ((_, era_key, card_key), claim) in Claims::<T>::iter() {
            let (era, card) = claim_of_key(era_key, card_key);
            ensure!(claim.weight > 0, "rewards: a claim has no weight");
            let sum = sums.entry((card, era)).or_default();
            sum.0 += claim.weight;
            sum.1 += 1;
        }
        for (card, era, shares) in SharesOf::<T>::iter() {
            ensure!(
                era < Running::<T>::get().index,
                "rewards: claims of an era that is not over"
            );
            ensure!(
                sums.remove(&(card, era)) == Some((shares.weight, shares.claims)),
                "rewards: the claims of a card and era are miscounted"
            );
        }
        ensure!(sums.is_empty(), "rewards: a claim has nothing to share");
        Ok(())
    }

    fn check_endowments() -> Checked {
        let mut seen = BTreeSet::new();
        for endowments in Endowments::<T>::iter_values() {
            ensure!(
                !endowments.is_empty(),
                "rewards: an empty list of endowments is stored"
            );
            for one in endowments {
                ensure!(
                    one.id < NextEndowmentId::<T>::get() && seen.insert(one.id),
                    "rewards: an endowment's number was not given out, or twice"
                );
                ensure!(one.per_block > 0, "rewards: an endowment gives nothing");
                ensure!(
                    one.first_era <= Running::<T>::get().index,
                    "rewards: an endowment of an era to come"
                );
            }
        }
        Ok(())
    }

    fn check_holds() -> Checked {
        let (mut kept, mut deposits) = (0, BTreeMap::<AccountId32, Balance>::new());
        for endowment in Endowments::<T>::iter_values().flatten() {
            kept += endowment.left;
            *deposits.entry(endowment.funder).or_default() += endowment.deposit;
        }
        for shares in SharesOf::<T>::iter_values() {
            kept += shares.from_endowments;
        }
        for ((seeder, _, _), claim) in Claims::<T>::iter() {
            *deposits.entry(seeder).or_default() += claim.deposit;
        }
        for (account, earner) in Earners::<T>::iter() {
            *deposits.entry(account).or_default() += earner.deposit;
        }
        let keeper = Self::account_id();
        let on_hold =
            |reason: HoldReason, account: &AccountId32| T::Currency::balance_on_hold(&reason.into(), account);
        ensure!(
            on_hold(HoldReason::Endowment, &keeper) == kept,
            "rewards: what is kept is not what is left of endowments"
        );
        for account in frame_system::Account::<T>::iter_keys() {
            ensure!(
                on_hold(HoldReason::Deposit, &account) == deposits.remove(&account).unwrap_or_default(),
                "rewards: deposits on hold are not those of rows"
            );
            ensure!(
                account == keeper || on_hold(HoldReason::Endowment, &account) == 0,
                "rewards: somebody else keeps endowed money"
            );
        }
        ensure!(
            deposits.is_empty(),
            "rewards: an account that does not exist has a deposit"
        );
        Ok(())
    }
}
