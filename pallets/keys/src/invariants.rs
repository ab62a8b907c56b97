//! What holds between any two calls.
//!
//! # Invariants
//! 1. Items are locked.
//! 2. Every order stands in its three indices and nothing else does; its number was given out and is not 0. A
//!    delivered one has a price, and its buyer holds its key: he cannot discard it, even of a frozen card.
//! 3. Every key has an item with an owner, an edition that was given out, and the encryption key that its
//!    holder registered under the index it names.
//! 4. Counts equal what they count: keys and waiting orders per card, keys per account and card. A card that is
//!    not frozen has lost no key, so its editions run from 1 without a gap, and they never exceed the terms. No
//!    card has more keys than were made of it.
//! 5. An account's encryption keys are numbered from 0 without a gap, and not too many.
//! 6. On every account, what is held for each reason is the sum of the rows that say so, no unit more or less.

use crate::{
    Config, EncryptionKeys, Frozen, HoldReason, Holdings, InOrder, ItemsUnlocked, Keys, NextKeyIndex,
    NextOrderId, OpenOrderOf, Orders, OrdersByBuyer, OrdersBySeller, Pallet, Tallies, Tally, Unclaimed,
};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::Get};
use hashcard_primitives::{
    card::CardId,
    key::{item_id, KeyIndex, OrderState},
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
        Self::check_keys()?;
        Self::check_counts()?;
        Self::check_encryption_keys()?;
        Self::check_holds()
    }

    fn check_orders() -> Check {
        let next = NextOrderId::<T>::get();
        let mut orders = 0;
        for (id, order) in Orders::<T>::iter() {
            orders += 1;
            ensure!(
                id != 0 && id < next,
                "keys: an order has a number that was not given out"
            );
            let indexed = OpenOrderOf::<T>::get(&order.buyer, order.card) == Some(id)
                && OrdersBySeller::<T>::contains_key(&order.seller, InOrder::from(id))
                && OrdersByBuyer::<T>::contains_key(&order.buyer, InOrder::from(id));
            ensure!(indexed, "keys: an order is missing from an index");
            ensure!(
                Self::is_registered(&order.buyer, order.key_index, order.encryption_key),
                "keys: an order is for an encryption key that its buyer did not register"
            );
            if let OrderState::Delivered { edition, .. } = order.state {
                ensure!(order.price > 0, "keys: a free order is delivered and not settled");
                ensure!(
                    Keys::<T>::contains_key(order.card, edition),
                    "keys: a delivered order has no key"
                );
                let holder = T::Items::owner(&order.seller, item_id(order.card, edition));
                ensure!(
                    holder == Some(order.buyer),
                    "keys: a buyer does not hold the key that he waits to pay"
                );
            }
        }
        for indexed in [
            OpenOrderOf::<T>::iter().count(),
            OrdersBySeller::<T>::iter().count(),
            OrdersByBuyer::<T>::iter().count(),
        ] {
            ensure!(
                indexed == orders,
                "keys: an index names an order that does not exist"
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
            let creator = T::Cards::card(card)
                .ok_or("keys: a key outlives its card")?
                .creator;
            let holder =
                T::Items::owner(&creator, item_id(card, edition)).ok_or("keys: a key has no owner")?;
            ensure!(
                Self::is_registered(&holder, record.key_index, record.encryption_key),
                "keys: a capsule is for an encryption key that its holder did not register"
            );
        }
        Ok(())
    }

    fn check_counts() -> Check {
        let mut tallies = BTreeMap::<CardId, Tally>::new();
        let mut holdings = BTreeMap::<(AccountId32, CardId), u32>::new();
        for (card, edition, _) in Keys::<T>::iter() {
            tallies.entry(card).or_default().live += 1;
            let creator = T::Cards::card(card)
                .ok_or("keys: a key outlives its card")?
                .creator;
            let holder =
                T::Items::owner(&creator, item_id(card, edition)).ok_or("keys: a key has no owner")?;
            *holdings.entry((holder, card)).or_default() += 1;
        }
        for order in Orders::<T>::iter_values() {
            if matches!(order.state, OrderState::Waiting { .. }) {
                tallies.entry(order.card).or_default().waiting += 1;
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
                tally.live == counted.live && tally.waiting == counted.waiting,
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
                ensure!(tally.made <= most, "keys: a card has more keys than editions");
            }
        }
        Ok(())
    }

    fn check_encryption_keys() -> Check {
        let mut counts = BTreeMap::<AccountId32, u32>::new();
        for (account, index, _) in EncryptionKeys::<T>::iter() {
            ensure!(
                index < NextKeyIndex::<T>::get(&account),
                "keys: an encryption key has an index that was not given out"
            );
            *counts.entry(account).or_default() += 1;
        }
        let next: BTreeMap<_, _> = NextKeyIndex::<T>::iter().collect();
        ensure!(
            next == counts,
            "keys: an account's encryption keys are not numbered without gaps"
        );
        ensure!(
            counts.values().all(|count| *count <= T::MaxKeysPerAccount::get()),
            "keys: an account has too many encryption keys"
        );
        Ok(())
    }

    fn check_holds() -> Check {
        let mut owed = [
            (HoldReason::EncryptionKey, BTreeMap::<AccountId32, Balance>::new()),
            (HoldReason::Order, BTreeMap::new()),
            (HoldReason::Key, BTreeMap::new()),
            (HoldReason::Unclaimed, BTreeMap::new()),
        ];
        let [(_, encryption_keys), (_, prices), (_, keys), (_, unclaimed)] = &mut owed;
        for (account, _, registered) in EncryptionKeys::<T>::iter() {
            *encryption_keys.entry(account).or_default() += registered.deposit;
        }
        for order in Orders::<T>::iter_values() {
            *prices.entry(order.buyer.clone()).or_default() += order.price;
            if matches!(order.state, OrderState::Waiting { .. }) {
                *keys.entry(order.buyer).or_default() += order.deposit;
            }
        }
        for record in Keys::<T>::iter_values() {
            *keys.entry(record.depositor).or_default() += record.deposit;
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

    fn is_registered(account: &AccountId32, index: KeyIndex, key: EncodedPoint) -> bool {
        EncryptionKeys::<T>::get(account, index).is_some_and(|registered| registered.key == key)
    }
}
