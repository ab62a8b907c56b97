//! A source is shown to users as a link, so only schemes that fetch bytes are taken: no scripts, no local
//! files.

use crate::{
    listing::is_line_of_text, Config, Deposits, Error, Event, HoldReason, Pallet, Sources, SourcesOf, TermsOf,
};
use alloc::vec::Vec;
use frame_support::{defensive, ensure, traits::fungible::hold::Mutate};
use hashcard_primitives::card::CardId;
use sp_runtime::{AccountId32, DispatchError, DispatchResult};

/// How a source may begin.
const SCHEMES: [&[u8]; 3] = [b"https://", b"http://", b"magnet:?"];

impl<T: Config> Pallet<T> {
    pub(crate) fn do_add_sources(creator: &AccountId32, id: CardId, new: Sources) -> DispatchResult {
        ensure!(!new.is_empty(), Error::<T>::NoSources);
        let card = Self::card_by(creator, id)?;
        ensure!(card.blob.is_some(), Error::<T>::NoBlob);
        ensure!(TermsOf::<T>::contains_key(id), Error::<T>::CardRetired);

        let mut all = SourcesOf::<T>::get(id).map(Vec::from).unwrap_or_default();
        let added = new.len() as u32;
        for source in new {
            ensure!(is_source(&source), Error::<T>::BadSource);
            ensure!(!all.contains(&source), Error::<T>::SourceTwice);
            all.push(source);
        }
        let dropped = all.len().saturating_sub(crate::MAX_SOURCES as usize);
        let kept: Sources = all.split_off(dropped).try_into().map_err(|_| {
            defensive!("what is left after dropping is MAX_SOURCES at most");
            DispatchError::Corruption
        })?;

        Self::adjust_sources_deposit(creator, id, &kept)?;
        SourcesOf::<T>::insert(id, kept);
        Self::deposit_event(Event::SourcesAdded {
            card: id,
            added,
            dropped: dropped as u32,
        });
        Ok(())
    }

    fn adjust_sources_deposit(creator: &AccountId32, id: CardId, sources: &Sources) -> DispatchResult {
        let wanted = Self::deposit_of_sources(sources);
        Deposits::<T>::try_mutate(id, |deposit| {
            if wanted > deposit.sources {
                let more = wanted.saturating_sub(deposit.sources);
                T::Currency::hold(&HoldReason::Card.into(), creator, more)?;
            } else {
                Self::refund(creator, deposit.sources.saturating_sub(wanted))?;
            }
            deposit.sources = wanted;
            Ok(())
        })
    }
}

fn is_source(source: &[u8]) -> bool {
    is_line_of_text(source)
        && SCHEMES
            .iter()
            .any(|scheme| source.strip_prefix(*scheme).is_some_and(|rest| !rest.is_empty()))
}
