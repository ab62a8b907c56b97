//! What blocks mint for their author and the treasury. What seeders earn is minted when they collect it.

use crate::{Config, Error, Event, Pallet, TheEmission};
use frame_support::{
    ensure,
    traits::{fungible::Mutate, Get},
};
use hashcard_primitives::{reward::Emission, Balance};
use sp_runtime::{AccountId32, DispatchResult};

impl<T: Config> Pallet<T> {
    /// To be called once for each block, before its transactions: only then does everybody agree who the author is.
    pub(crate) fn emit() {
        let emission = TheEmission::<T>::get();
        if let Some(author) = T::Author::get() {
            Self::mint_if_possible(&author, emission.author_per_block);
        }
        Self::mint_if_possible(&T::Treasury::get(), emission.treasury_per_block);
    }

    /// Who cannot take it (his account would be below the existential deposit) is not minted anything: a block must not
    /// fail for it.
    fn mint_if_possible(who: &AccountId32, amount: Balance) {
        if amount > 0 {
            let _ = T::Currency::mint_into(who, amount);
        }
    }

    pub(crate) fn do_set_emission(emission: Emission) -> DispatchResult {
        ensure!(
            emission.is_within(&T::MostEmission::get()),
            Error::<T>::EmissionOutOfBounds
        );
        TheEmission::<T>::put(emission);
        Self::deposit_event(Event::EmissionSet { emission });
        Ok(())
    }
}
