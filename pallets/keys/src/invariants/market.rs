//! Listings, clerks, promises, claims and histories.

use super::Check;
use crate::{
    CardsByClerk, ClerkCapsules, Clerks, Config, Frozen, Histories, InOrder, ItemInOrder, Keys, Listings,
    ListingsBySeller, Orders, Pallet, Tallies, TermsOfClerks, Upgrades,
};
use frame_support::ensure;
use hashcard_primitives::{
    card::{CardId, WHOLE_SHARE},
    key::MAX_COMMISSION,
    roles::CardLookup,
};

impl<T: Config> Pallet<T> {
    pub(super) fn check_market() -> Check {
        Self::check_listings()?;
        Self::check_clerks()?;
        Self::check_promises()?;
        Self::check_claims()?;
        Self::check_histories()
    }

    fn check_listings() -> Check {
        let mut listings = 0;
        for (card, edition, listing) in Listings::<T>::iter() {
            listings += 1;
            ensure!(listing.price > 0, "keys: a key is listed for nothing");
            ensure!(
                Self::holder_of(card, edition)? == listing.seller,
                "keys: somebody lists a key that he does not hold"
            );
            ensure!(
                ListingsBySeller::<T>::contains_key(&listing.seller, ItemInOrder::of(card, edition)),
                "keys: a listing is missing from its index"
            );
        }
        ensure!(
            ListingsBySeller::<T>::iter_keys().count() == listings,
            "keys: an index names a listing that does not exist"
        );
        Ok(())
    }

    fn check_clerks() -> Check {
        let mut listed = 0;
        for (card, clerks) in Clerks::<T>::iter() {
            ensure!(!clerks.is_empty(), "keys: an empty list of clerks is stored");
            listed += clerks.len();
            for clerk in clerks {
                ensure!(
                    clerk != Self::creator_of(card)?,
                    "keys: a creator is a clerk of his own card"
                );
                let row = ClerkCapsules::<T>::get(card, &clerk).ok_or("keys: a clerk has no capsule")?;
                ensure!(
                    Self::is_registered(&clerk, row.key_index, row.encryption_key),
                    "keys: a clerk's capsule is for an encryption key that he did not register"
                );
                ensure!(
                    CardsByClerk::<T>::contains_key(&clerk, InOrder::from(card)),
                    "keys: a clerk is missing from the index"
                );
            }
        }
        ensure!(
            ClerkCapsules::<T>::iter_keys().count() == listed
                && CardsByClerk::<T>::iter_keys().count() == listed,
            "keys: a clerk has a capsule or an index row too many"
        );
        Ok(())
    }

    fn check_promises() -> Check {
        for terms in TermsOfClerks::<T>::iter_values() {
            ensure!(
                terms.commission <= MAX_COMMISSION && (terms.commission > 0 || terms.any_holder),
                "keys: clerk terms promise nothing or too much"
            );
        }
        for (card, upgrade) in Upgrades::<T>::iter() {
            ensure!(
                upgrade.discount > 0 && upgrade.discount <= WHOLE_SHARE,
                "keys: an upgrade promises nothing or too much"
            );
            ensure!(
                Self::superseded(card).is_some(),
                "keys: a card that supersedes nothing has an upgrade"
            );
        }
        Ok(())
    }

    fn check_claims() -> Check {
        for (card, _, record) in Keys::<T>::iter() {
            if let Some(newer) = record.claimed {
                ensure!(
                    Self::superseded(newer) == Some(card),
                    "keys: a key has claimed a card that does not supersede its own"
                );
            }
        }
        for order in Orders::<T>::iter_values() {
            ensure!(
                order.commission <= MAX_COMMISSION,
                "keys: an order promises too much to a clerk"
            );
            let Some(with) = order.claimed_with else {
                continue;
            };
            let older = Self::superseded(order.card).ok_or("keys: a claim names no older card")?;
            match Keys::<T>::get(older, with) {
                Some(record) => ensure!(
                    record.claimed == Some(order.card),
                    "keys: a claim is open that its key does not show"
                ),
                None => ensure!(
                    Frozen::<T>::contains_key(older),
                    "keys: a claim names a key that is gone"
                ),
            }
        }
        Ok(())
    }

    fn check_histories() -> Check {
        for (card, history) in Histories::<T>::iter() {
            ensure!(
                Tallies::<T>::get(card).live > 0,
                "keys: a history outlives the keys that paid for it"
            );
            ensure!(
                history.sold as usize >= history.last.len() && !history.last.is_empty(),
                "keys: a history tells more sales than there were, or none"
            );
        }
        Ok(())
    }

    fn superseded(card: CardId) -> Option<CardId> {
        T::Cards::card(card).and_then(|card| card.supersedes)
    }
}
