//! The one way in which a key comes into being: item, record and counts together, for gift and sale alike. The caller
//! has verified the capsule.
//!
//! **The proof of a sale names no edition that is yet to be made.** Its order ends with it, so it never serves twice;
//! and were the next edition bound as well, one delivery that fails would spoil all that were sent after it, whose
//! capsules are public by then and not paid. A gift has no order, so its edition is what makes its proof serve once.

use crate::{Config, KeyRecord, Keys, Pallet, Tallies};
use hashcard_primitives::{
    card::CardId,
    key::{item_id, Edition, KeyIndex},
    roles::KeyItems,
    Balance,
};
use hashcard_proofs::{Capsule, EncodedPoint};
use sp_runtime::{AccountId32, ArithmeticError, DispatchError};

/// A new key: of what and for whom.
pub(crate) struct NewKey<'a> {
    pub(crate) card: CardId,
    pub(crate) creator: &'a AccountId32,
    pub(crate) to: &'a AccountId32,
    pub(crate) key_index: KeyIndex,
    pub(crate) encryption_key: EncodedPoint,
    pub(crate) depositor: &'a AccountId32,
    pub(crate) deposit: Balance,
}

impl<T: Config> Pallet<T> {
    /// The edition that the next key of a card will have.
    pub(crate) fn next_edition(card: CardId) -> Result<Edition, ArithmeticError> {
        let made = Tallies::<T>::get(card).made;
        Ok(Edition::from(
            made.checked_add(1).ok_or(ArithmeticError::Overflow)?,
        ))
    }

    /// Makes the next edition. The caller has checked that one is left, and has seen to the deposit.
    pub(crate) fn make_key(key: NewKey, capsule: Capsule) -> Result<Edition, DispatchError> {
        let NewKey {
            card,
            creator,
            to,
            key_index,
            encryption_key,
            depositor,
            deposit,
        } = key;
        let mut tally = Tallies::<T>::get(card);
        tally.made = tally.made.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        tally.live = tally.live.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        let edition = Edition::from(tally.made);
        Tallies::<T>::insert(card, tally);
        Self::holding_up(to, card)?;
        Self::use_key(to, key_index)?;
        T::Items::mint(creator, item_id(card, edition), to)?;
        let record = KeyRecord {
            capsule,
            key_index,
            encryption_key,
            sequence: 0,
            depositor: depositor.clone(),
            deposit,
            order: None,
            claimed: None,
        };
        Keys::<T>::insert(card, edition, record);
        Ok(edition)
    }
}
