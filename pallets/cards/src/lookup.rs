//! The role that other pallets know this one by.

use crate::{Cards, Config, NextCardId, Pallet, TermsOf};
use hashcard_primitives::{
    card::{Card, CardId, Terms},
    roles::CardLookup,
};
use sp_runtime::AccountId32;

impl<T: Config> CardLookup for Pallet<T> {
    fn card(id: CardId) -> Option<Card<AccountId32>> {
        Cards::<T>::get(id)
    }

    fn terms(id: CardId) -> Option<Terms> {
        TermsOf::<T>::get(id)
    }

    fn was_published(id: CardId) -> bool {
        id < NextCardId::<T>::get()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_card(
        creator: AccountId32,
        root: hashcard_primitives::blob::ContentRoot,
        blob_len: u64,
        commitments: Option<hashcard_primitives::card::KeyCommitments>,
        terms: Terms,
    ) -> CardId {
        crate::benchmarking::store_largest::<T>(creator, Some((root, blob_len, commitments)), terms)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_supersede(newer: CardId, older: CardId) {
        Cards::<T>::mutate(newer, |card| {
            if let Some(card) = card {
                card.supersedes = Some(older);
            }
        });
    }
}
