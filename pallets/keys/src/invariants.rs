//! What holds between any two calls.
//!
//! # Invariants
//! 1. Items are locked.
//! 2. Every order and offer stands in its indices and nothing else does; its number was given out and is not 0. A
//!    delivered order has a price, and its buyer holds its key: he can neither discard nor pass it on. The key of a
//!    resale that waits is at its seller's. Stakes exist only while an order waits.
//! 3. Every key has an item with an owner, an edition that was given out, and the encryption key that its
//!    holder registered under the index it names. It names an order exactly when that order is about it, and then it
//!    is not listed.
//! 4. Counts equal what they count: keys, waiting and locked primary orders per card, keys per account and card. A card
//!    that is not frozen has lost no key, so its editions run from 1 without a gap; with those that are locked they
//!    never exceed the terms. No card has more keys than were made of it.
//! 5. An account's encryption keys have indices that were given out, are not too many, and count their uses.
//! 6. Listings are of keys that their sellers hold. Clerks have capsules under registered keys, and are not the
//!    creator. Promises are within bounds, and not empty. A claim is written on the old key while its order is open.
//!    A history belongs to a card with keys. (`invariants/market.rs`)
//! 7. On every account, what is held for each reason is the sum of the rows that say so, no unit more or less.

mod market;

use crate::{
    ClerkCapsules, Config, EncryptionKeyNumbers, EncryptionKeys, Frozen, HoldReason, Holdings, InOrder,
    ItemsUnlocked, Keys, Listings, NextOrderId, Offers, OffersByBuyer, OffersByCard, OpenOrderOf, Orders,
    OrdersByBuyer, OrdersByCard, OrdersBySeller, Pallet, Tallies, Tally, TermsOfClerks, Unclaimed, Upgrades,
};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition, KeyIndex, OrderId, OrderState, Sale},
    roles::{CardLookup, KeyItems},
    Balance,
};
use hashcard_proofs::EncodedPoint;
use sp_runtime::{AccountId32, TryRuntimeError};

type Check = Result<(), TryRuntimeError>;

impl<T: Config> Pallet<T> {
    /// Checks every invariant of this pallet. Reads all of its state.
    pub fn do_try_state() -> Check {
        ensure!(!ItemsUnlocked::<T>::exists(), "keys: items are left unlocked");
        Self::check_orders()?;
        Self::check_indices()?;
        Self::check_keys()?;
        Self::check_counts()?;
        Self::check_encryption_keys()?;
        Self::check_market()?;
        Self::check_holds()
    }

    fn check_orders() -> Check {
        for (id, order) in Orders::<T>::iter() {
            Self::check_number(id)?;
            ensure!(
                Self::is_registered(&order.buyer, order.key_index, order.encryption_key),
                "keys: an order is for an encryption key that its buyer did not register"
            );
            let primary = order.sale == Sale::Primary;
            let creator = Self::creator_of(order.card)?;
            ensure!(
                !primary || order.seller == creator,
                "keys: somebody else than the creator sells a new key"
            );
            match order.state {
                OrderState::Delivered { edition, .. } => {
                    ensure!(order.price > 0, "keys: a free order is delivered and not settled");
                    ensure!(
                        Self::holder_of(order.card, edition)? == order.buyer,
                        "keys: a buyer does not hold the key that he waits to pay"
                    );
                    ensure!(
                        order.lock.is_none() && order.penalty == 0,
                        "keys: a stake outlives its delivery"
                    );
                    ensure!(
                        primary || order.delivered_by.is_none(),
                        "keys: a clerk delivered a resale"
                    );
                }
                OrderState::Waiting { .. } => {
                    ensure!(
                        order.delivered_by.is_none(),
                        "keys: an order waits that was delivered"
                    );
                    if let Some(edition) = order.engages() {
                        ensure!(
                            Self::holder_of(order.card, edition)? == order.seller,
                            "keys: a seller does not hold the key that he sold"
                        );
                        ensure!(order.penalty > 0, "keys: nothing is staked on a resale");
                    }
                }
            }
            if let Some(edition) = order.engages() {
                let record = Keys::<T>::get(order.card, edition).ok_or("keys: an order is about no key")?;
                ensure!(
                    record.order == Some(id),
                    "keys: a key does not name the order about it"
                );
            }
        }
        Ok(())
    }

    fn check_number(id: OrderId) -> Check {
        ensure!(
            id != 0 && id < NextOrderId::<T>::get(),
            "keys: an order or offer has a number that was not given out"
        );
        Ok(())
    }

    fn check_indices() -> Check {
        let (mut orders, mut waiting_primaries, mut offers) = (0, 0, 0);
        for (id, order) in Orders::<T>::iter() {
            orders += 1;
            let waits = order.engages().is_none();
            waiting_primaries += usize::from(waits);
            let indexed = OpenOrderOf::<T>::get(&order.buyer, order.card) == Some(id)
                && OrdersBySeller::<T>::contains_key(&order.seller, InOrder::from(id))
                && OrdersByBuyer::<T>::contains_key(&order.buyer, InOrder::from(id))
                && OrdersByCard::<T>::contains_key(order.card, InOrder::from(id)) == waits;
            ensure!(indexed, "keys: an order is missing from an index");
        }
        for (id, offer) in Offers::<T>::iter() {
            offers += 1;
            Self::check_number(id)?;
            ensure!(
                !Orders::<T>::contains_key(id),
                "keys: a number is an order's and an offer's"
            );
            ensure!(offer.price > 0, "keys: an offer of nothing is stored");
            ensure!(
                Self::is_registered(&offer.buyer, offer.key_index, offer.encryption_key),
                "keys: an offer is for an encryption key that its buyer did not register"
            );
            let indexed = OpenOrderOf::<T>::get(&offer.buyer, offer.card) == Some(id)
                && OffersByCard::<T>::contains_key(offer.card, InOrder::from(id))
                && OffersByBuyer::<T>::contains_key(&offer.buyer, InOrder::from(id));
            ensure!(indexed, "keys: an offer is missing from an index");
        }
        for (indexed, expected) in [
            (OpenOrderOf::<T>::iter_keys().count(), orders + offers),
            (OrdersBySeller::<T>::iter_keys().count(), orders),
            (OrdersByBuyer::<T>::iter_keys().count(), orders),
            (OrdersByCard::<T>::iter_keys().count(), waiting_primaries),
            (OffersByCard::<T>::iter_keys().count(), offers),
            (OffersByBuyer::<T>::iter_keys().count(), offers),
        ] {
            ensure!(
                indexed == expected,
                "keys: an index names an order or offer that does not exist"
            );
        }
        Ok(())
    }

    fn check_keys() -> Check {
        for (card, edition, record) in Keys::<T>::iter() {
            let made = Tallies::<T>::get(card).made;
            ensure!(
                edition >= 1 && edition <= u64::from(made),
                "keys: an edition was not given out"
            );
            let holder = Self::holder_of(card, edition)?;
            ensure!(
                Self::is_registered(&holder, record.key_index, record.encryption_key),
                "keys: a capsule is for an encryption key that its holder did not register"
            );
            if let Some(id) = record.order {
                let order = Orders::<T>::get(id).ok_or("keys: a key names an order that does not exist")?;
                ensure!(
                    order.card == card && order.engages() == Some(edition),
                    "keys: a key names an order that is not about it"
                );
                ensure!(
                    !Listings::<T>::contains_key(card, edition),
                    "keys: a key that is being sold is listed"
                );
            }
        }
        Ok(())
    }

    fn check_counts() -> Check {
        let mut tallies = BTreeMap::<CardId, Tally>::new();
        let mut holdings = BTreeMap::<(AccountId32, CardId), u32>::new();
        for (card, edition, _) in Keys::<T>::iter() {
            tallies.entry(card).or_default().live += 1;
            let holder = Self::holder_of(card, edition)?;
            *holdings.entry((holder, card)).or_default() += 1;
        }
        for order in Orders::<T>::iter_values() {
            if order.engages().is_none() {
                let tally = tallies.entry(order.card).or_default();
                tally.waiting += 1;
                tally.locked += u32::from(order.lock.is_some());
            }
        }
        let stored: BTreeMap<_, _> = Holdings::<T>::iter()
            .map(|(who, card, held)| ((who, card), held))
            .collect();
        ensure!(stored == holdings, "keys: the keys of an account are miscounted");

        for card in tallies.keys() {
            ensure!(
                Tallies::<T>::contains_key(card),
                "keys: a card with keys or orders has no tally"
            );
        }
        for (card, tally) in Tallies::<T>::iter() {
            let counted = tallies.get(&card).copied().unwrap_or_default();
            ensure!(
                (tally.live, tally.waiting, tally.locked) == (counted.live, counted.waiting, counted.locked),
                "keys: the keys or orders of a card are miscounted"
            );
            ensure!(tally != Tally::default(), "keys: an empty tally is stored");
            ensure!(
                tally.live <= tally.made,
                "keys: a card has more keys than were made of it"
            );
            ensure!(
                tally.live == tally.made || Frozen::<T>::contains_key(card),
                "keys: a card that is not frozen has lost a key"
            );
            if let Some(most) = T::Cards::terms(card).and_then(|terms| terms.editions) {
                ensure!(
                    tally.made + tally.locked <= most,
                    "keys: a card has more keys than editions, or a stake on one too many"
                );
            }
        }
        Ok(())
    }

    fn check_encryption_keys() -> Check {
        let mut uses = BTreeMap::<(AccountId32, KeyIndex), u32>::new();
        let mut count = |account: AccountId32, index| *uses.entry((account, index)).or_default() += 1;
        for order in Orders::<T>::iter_values() {
            count(order.buyer, order.key_index);
        }
        for offer in Offers::<T>::iter_values() {
            count(offer.buyer, offer.key_index);
        }
        for (card, edition, record) in Keys::<T>::iter() {
            count(Self::holder_of(card, edition)?, record.key_index);
        }
        for (_, clerk, row) in ClerkCapsules::<T>::iter() {
            count(clerk, row.key_index);
        }

        let mut lives = BTreeMap::<AccountId32, u32>::new();
        for (account, index, registered) in EncryptionKeys::<T>::iter() {
            let numbers = EncryptionKeyNumbers::<T>::get(&account);
            ensure!(
                index < numbers.next,
                "keys: an encryption key has an index that was not given out"
            );
            let used = uses.remove(&(account.clone(), index)).unwrap_or_default();
            ensure!(
                registered.uses == used,
                "keys: the uses of an encryption key are miscounted"
            );
            *lives.entry(account).or_default() += 1;
        }
        ensure!(uses.is_empty(), "keys: an encryption key is used and not there");
        for (account, numbers) in EncryptionKeyNumbers::<T>::iter() {
            let live = lives.remove(&account).unwrap_or_default();
            ensure!(
                numbers.live == live,
                "keys: an account's encryption keys are miscounted"
            );
            ensure!(
                live <= T::MaxKeysPerAccount::get(),
                "keys: an account has too many encryption keys"
            );
        }
        ensure!(
            lives.is_empty(),
            "keys: an account's encryption keys are not counted"
        );
        Ok(())
    }

    fn check_holds() -> Check {
        let mut owed = [
            (HoldReason::EncryptionKey, BTreeMap::<AccountId32, Balance>::new()),
            (HoldReason::Order, BTreeMap::new()),
            (HoldReason::Key, BTreeMap::new()),
            (HoldReason::Unclaimed, BTreeMap::new()),
            (HoldReason::Bond, BTreeMap::new()),
            (HoldReason::Clerk, BTreeMap::new()),
        ];
        let [(_, encryption_keys), (_, prices), (_, keys), (_, unclaimed), (_, bonds), (_, clerks)] =
            &mut owed;
        for (account, _, registered) in EncryptionKeys::<T>::iter() {
            *encryption_keys.entry(account).or_default() += registered.deposit;
        }
        for order in Orders::<T>::iter_values() {
            *prices.entry(order.buyer.clone()).or_default() += order.price;
            if matches!(order.state, OrderState::Waiting { .. }) {
                *keys.entry(order.buyer).or_default() += order.deposit;
            }
            *bonds.entry(order.seller).or_default() += order.penalty;
            if let Some(lock) = order.lock {
                *bonds.entry(lock.by).or_default() += lock.deposit + lock.penalty;
            }
        }
        for offer in Offers::<T>::iter_values() {
            *prices.entry(offer.buyer.clone()).or_default() += offer.price;
            *keys.entry(offer.buyer).or_default() += offer.deposit;
        }
        for record in Keys::<T>::iter_values() {
            *keys.entry(record.depositor).or_default() += record.deposit;
        }
        for listing in Listings::<T>::iter_values() {
            *bonds.entry(listing.seller).or_default() += listing.deposit + listing.penalty;
        }
        for (card, _, row) in ClerkCapsules::<T>::iter() {
            *clerks.entry(Self::creator_of(card)?).or_default() += row.deposit;
        }
        for (card, terms) in TermsOfClerks::<T>::iter() {
            *clerks.entry(Self::creator_of(card)?).or_default() += terms.deposit;
        }
        for (card, upgrade) in Upgrades::<T>::iter() {
            *clerks.entry(Self::creator_of(card)?).or_default() += upgrade.deposit;
        }
        for (_, amount) in Unclaimed::<T>::iter() {
            ensure!(amount > 0, "keys: a claim to nothing is stored");
            *unclaimed.entry(Self::account_id()).or_default() += amount;
        }

        for (reason, sums) in &owed {
            for account in frame_system::Account::<T>::iter_keys().chain(sums.keys().cloned()) {
                let sum = sums.get(&account).copied().unwrap_or_default();
                ensure!(
                    Self::held(*reason, &account) == sum,
                    "keys: what is held is not what rows say"
                );
            }
        }
        Ok(())
    }

    fn creator_of(card: CardId) -> Result<AccountId32, TryRuntimeError> {
        let card = T::Cards::card(card).ok_or("keys: something outlives its card")?;
        Ok(card.creator)
    }

    fn holder_of(card: CardId, edition: Edition) -> Result<AccountId32, TryRuntimeError> {
        let creator = Self::creator_of(card)?;
        Ok(T::Items::owner(&creator, item_id(card, edition)).ok_or("keys: a key has no owner")?)
    }

    fn is_registered(account: &AccountId32, index: KeyIndex, key: EncodedPoint) -> bool {
        EncryptionKeys::<T>::get(account, index).is_some_and(|registered| registered.key == key)
    }
}
