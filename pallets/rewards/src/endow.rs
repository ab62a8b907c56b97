//! Money for cards that earn little else: for each block of an era in which a seat proves, up to what was promised, less what
//! the sales of that era brought. **It is never spent on an era that nobody proves.**
//!
//! An endowment that is ended gives for the running era and the next, so that nobody serves for a promise that is withdrawn
//! behind his back. Nothing displaces an endowment: who takes all places with small ones has endowed the card.

use crate::{
    arithmetic::{flow, Stream},
    CardEndowments, Config, EndedEra, Endowment, Endowments, Error, Event, HoldReason, NextEndowmentId,
    Pallet, Running,
};
use alloc::vec::Vec;
use codec::MaxEncodedLen;
use frame_support::{
    ensure,
    traits::{fungible::hold::Mutate, Get},
};
use hashcard_primitives::{
    reward::{EndowmentId, EraIndex},
    roles::CardLookup,
    Balance, CardId,
};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_endow(
        funder: AccountId32,
        card: CardId,
        amount: Balance,
        per_block: Balance,
    ) -> DispatchResult {
        let has_blob = T::Cards::card(card).is_some_and(|row| row.blob.is_some());
        ensure!(
            has_blob && T::Cards::terms(card).is_some(),
            Error::<T>::CannotBeEndowed
        );
        ensure!(amount >= T::MinEndowment::get(), Error::<T>::EndowmentTooSmall);
        let slowest = per_block.saturating_mul(T::MaxEndowmentBlocks::get().into());
        ensure!(
            per_block > 0 && per_block <= amount && slowest >= amount,
            Error::<T>::BadRate
        );

        let mut endowments = Endowments::<T>::get(card);
        if endowments.is_full() {
            Self::drop_spent(card, &mut endowments)?;
        }
        let id = NextEndowmentId::<T>::mutate(|next| {
            let id = *next;
            *next = next.saturating_add(1);
            id
        });
        // The row of the map, too: it may be there for this endowment alone.
        let deposit = Self::deposit_for(1, Endowment::max_encoded_len());
        let endowment = Endowment {
            id,
            funder: funder.clone(),
            per_block,
            left: amount,
            first_era: Running::<T>::get().index,
            last_era: None,
            deposit,
        };
        endowments
            .try_push(endowment)
            .map_err(|_| Error::<T>::TooManyEndowments)?;
        Endowments::<T>::insert(card, endowments);
        T::Currency::hold(&HoldReason::Deposit.into(), &funder, deposit)?;
        Self::keep(&funder, amount)?;
        Self::deposit_event(Event::Endowed {
            card,
            endowment: id,
            funder,
            amount,
            per_block,
        });
        Ok(())
    }

    /// Removes one endowment of which nothing is left, if there is any: one place is all that is needed.
    fn drop_spent(card: CardId, endowments: &mut CardEndowments) -> DispatchResult {
        if let Some(place) = endowments.iter().position(|one| one.left == 0) {
            let spent = endowments.remove(place);
            Self::close_endowment(card, spent)?;
        }
        Ok(())
    }

    pub(crate) fn do_end_endowment(who: &AccountId32, card: CardId, id: EndowmentId) -> DispatchResult {
        let mut endowments = Endowments::<T>::get(card);
        let place = endowments
            .iter()
            .position(|one| one.id == id)
            .ok_or(Error::<T>::UnknownEndowment)?;
        let endowment = endowments.get_mut(place).ok_or(Error::<T>::UnknownEndowment)?;
        let running = Running::<T>::get().index;
        match endowment.last_era {
            _ if endowment.left == 0 => {
                let spent = endowments.remove(place);
                Self::close_endowment(card, spent)?;
            }
            None => {
                ensure!(endowment.funder == *who, Error::<T>::NotFunder);
                let last_era = running.saturating_add(1);
                endowment.last_era = Some(last_era);
                Self::deposit_event(Event::EndowmentEnding {
                    card,
                    endowment: id,
                    last_era,
                });
            }
            // Claims for the last era are made in the one after it.
            Some(last_era) => {
                ensure!(last_era.saturating_add(1) < running, Error::<T>::EndowmentEnding);
                let over = endowments.remove(place);
                Self::close_endowment(card, over)?;
            }
        }
        if endowments.is_empty() {
            Endowments::<T>::remove(card);
        } else {
            Endowments::<T>::insert(card, endowments);
        }
        Ok(())
    }

    /// Gives a funder the rest and his deposit. The money first: the deposit keeps his account alive for it.
    fn close_endowment(card: CardId, endowment: Endowment) -> DispatchResult {
        let Endowment {
            id,
            funder,
            left,
            deposit,
            ..
        } = endowment;
        Self::give(&funder, left)?;
        Self::return_deposit(&funder, deposit)?;
        Self::deposit_event(Event::EndowmentEnded {
            card,
            endowment: id,
            funder,
            refunded: left,
        });
        Ok(())
    }

    /// What each endowment gives for an ended era.
    pub(crate) fn flow_of(
        endowments: &CardEndowments,
        era: EraIndex,
        ended: &EndedEra,
        from_sales: Balance,
    ) -> Vec<Balance> {
        let streams: Vec<_> = endowments
            .iter()
            .map(|one| {
                let gives = one.first_era <= era && one.last_era.is_none_or(|last| era <= last);
                Stream {
                    per_block: if gives { one.per_block } else { 0 },
                    left: one.left,
                }
            })
            .collect();
        flow(&streams, ended.blocks(), from_sales)
    }

    /// Takes that out of them. The money stays on this pallet's account, for the claims.
    pub(crate) fn draw(card: CardId, era: EraIndex, ended: &EndedEra, from_sales: Balance) {
        let mut endowments = Endowments::<T>::get(card);
        if endowments.is_empty() {
            return;
        }
        let flow = Self::flow_of(&endowments, era, ended, from_sales);
        for (one, given) in endowments.iter_mut().zip(flow) {
            one.left = one.left.saturating_sub(given);
        }
        Endowments::<T>::insert(card, endowments);
    }
}
