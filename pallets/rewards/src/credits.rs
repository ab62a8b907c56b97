//! Credit is created here and nowhere else: once for each burnt fee, less than the fee, in the era in which it is burnt.

use crate::{
    arithmetic, CardCredits, Config, Earner, Earners, EraCredit, Eras, Error, Event, HoldReason, Pallet,
    Running, TheEmission,
};
use codec::MaxEncodedLen;
use frame_support::{
    defensive, ensure,
    traits::fungible::{hold::Mutate as _, Mutate as _},
};
use hashcard_primitives::{
    reward::{EraIndex, HORIZON},
    roles::BurntFees,
    Balance, CardId,
};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> BurntFees for Pallet<T> {
    fn of_sale(card: CardId, fee: Balance) {
        let credit = Self::credit(fee);
        if credit == 0 {
            return;
        }
        let era = Running::<T>::mutate(|era| {
            era.sale_credit = era.sale_credit.saturating_add(credit);
            era.index
        });
        CardCredits::<T>::mutate(card, |row| row.get_or_insert_default().add(era, credit));
        Self::deposit_event(Event::SaleCredited { era, card, credit });
    }

    fn of_delivery(card: CardId, payee: &AccountId32, fee: Balance) {
        let credit = Self::credit(fee);
        if credit == 0 {
            return;
        }
        let Some(mut earner) = Earners::<T>::get(payee) else {
            return;
        };
        let mut running = Running::<T>::get();
        let era = running.index;
        earner.credits.retain(|one| is_alive(one.era, era));
        match earner.credits.last_mut() {
            Some(last) if last.era == era => last.credit = last.credit.saturating_add(credit),
            _ => {
                if earner.credits.try_push(EraCredit { era, credit }).is_err() {
                    defensive!("there are no more eras that live than places");
                    return;
                }
            }
        }
        running.delivery_credit = running.delivery_credit.saturating_add(credit);
        Running::<T>::put(running);
        Earners::<T>::insert(payee, earner);
        Self::deposit_event(Event::DeliveryCredited {
            era,
            card,
            payee: payee.clone(),
            credit,
        });
    }

    /// An emission that gives credit; and credit of every era but the running one, the oldest of which has expired.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_crediting(payee: Option<&AccountId32>) {
        TheEmission::<T>::mutate(|emission| {
            emission.credit_share = hashcard_primitives::card::WHOLE_SHARE / 2;
        });
        let Some(payee) = payee else {
            return;
        };
        let running = HORIZON.saturating_add(1);
        Running::<T>::mutate(|era| era.index = running);
        let credits = (0..running).map(|era| EraCredit { era, credit: 1 });
        let earner = Earner {
            deposit: 0,
            credits: hashcard_primitives::BoundedVec::truncate_from(credits.collect()),
        };
        Earners::<T>::insert(payee, earner);
    }
}

/// Whether credit of an era exists in the running one.
pub(crate) fn is_alive(era: EraIndex, running: EraIndex) -> bool {
    era.saturating_add(HORIZON) >= running
}

impl<T: Config> Pallet<T> {
    fn credit(fee: Balance) -> Balance {
        arithmetic::credit(fee, TheEmission::<T>::get().credit_share)
    }

    pub(crate) fn do_enlist(account: AccountId32) -> DispatchResult {
        ensure!(!Earners::<T>::contains_key(&account), Error::<T>::AlreadyEnlisted);
        let deposit = Self::deposit_for(1, Earner::max_encoded_len());
        T::Currency::hold(&HoldReason::Deposit.into(), &account, deposit)?;
        Earners::<T>::insert(
            &account,
            Earner {
                deposit,
                credits: Default::default(),
            },
        );
        Self::deposit_event(Event::Enlisted { account, deposit });
        Ok(())
    }

    pub(crate) fn do_delist(account: AccountId32) -> DispatchResult {
        let earner = Earners::<T>::take(&account).ok_or(Error::<T>::NotEnlisted)?;
        let running = Running::<T>::get().index;
        ensure!(
            !earner.credits.iter().any(|one| is_alive(one.era, running)),
            Error::<T>::CreditPending
        );
        Self::return_deposit(&account, earner.deposit)?;
        Self::deposit_event(Event::Delisted {
            account,
            refunded: earner.deposit,
        });
        Ok(())
    }

    pub(crate) fn do_collect_deliveries(account: AccountId32) -> DispatchResult {
        let mut earner = Earners::<T>::get(&account).ok_or(Error::<T>::NotEnlisted)?;
        let running = Running::<T>::get().index;
        // Even if it is worth nothing: it must not keep the account from delisting.
        ensure!(
            earner.credits.iter().any(|one| one.era < running),
            Error::<T>::NothingToCollect
        );
        let mut minted: Balance = 0;
        for one in earner.credits.iter().filter(|one| one.era < running) {
            // An era that is forgotten has expired with its credits.
            let Some(mut ended) = Eras::<T>::get(one.era) else {
                continue;
            };
            let worth = ended.worth(one.credit);
            ended.granted = ended.granted.saturating_add(worth);
            Eras::<T>::insert(one.era, ended);
            minted = minted.saturating_add(worth);
        }
        earner.credits.retain(|one| one.era == running);
        Earners::<T>::insert(&account, earner);
        if minted > 0 {
            T::Currency::mint_into(&account, minted)?;
        }
        Self::deposit_event(Event::DeliveriesCollected { account, minted });
        Ok(())
    }

    /// Takes the credit that a card's claims of an ended era share; nobody can take it again.
    pub(crate) fn take_card_credit(card: CardId, era: EraIndex) -> Balance {
        CardCredits::<T>::mutate_exists(card, |place| {
            let Some(row) = place else {
                return 0;
            };
            let credit = row.of(era);
            if row.era == era {
                *place = None;
            } else if credit > 0 {
                row.before = 0;
            }
            credit
        })
    }

    pub(crate) fn do_clear_credits(cards: crate::ClearedCards) -> DispatchResult {
        ensure!(!cards.is_empty(), Error::<T>::NothingGiven);
        let running = Running::<T>::get().index;
        for (at, card) in (0..=u8::MAX).zip(&cards) {
            let row = CardCredits::<T>::take(card).ok_or(Error::<T>::NoCredit { at })?;
            ensure!(
                row.era.saturating_add(1) < running,
                Error::<T>::StillProvable { at }
            );
        }
        Self::deposit_event(Event::CreditsCleared { cards });
        Ok(())
    }
}
