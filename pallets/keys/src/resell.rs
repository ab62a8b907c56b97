//! The one way in which a key changes hands: item, capsule, counts and deposit together, for resale and gift alike.
//!
//! **The old capsule and its key come from the chain's own state**, and the sequence that the proof names goes up, so
//! a proof never serves twice, and nobody but the holder makes one.

use crate::{
    card::KeyedCard, card::Occasion, Config, Error, HoldReason, ItemsUnlocked, KeyRecord, Keys, Pallet,
};
use hashcard_primitives::{
    key::{item_id, Edition, KeyIndex, OrderId},
    roles::KeyItems,
    Balance,
};
use hashcard_proofs::{verify_transfer, Capsule, EncodedPoint, LongProof, TransferUse};
use sp_runtime::{AccountId32, ArithmeticError, DispatchResult};

/// A capsule that replaces the one of a key: whose, for whom, on which occasion.
pub(crate) struct Rekeying<'a> {
    pub(crate) transfer_use: TransferUse,
    pub(crate) edition: Edition,
    /// 0 where there is none.
    pub(crate) order: OrderId,
    pub(crate) price: Balance,
    /// The holder, who signs.
    pub(crate) from: &'a AccountId32,
    pub(crate) to: &'a AccountId32,
    pub(crate) key_index: KeyIndex,
    pub(crate) encryption_key: EncodedPoint,
}

impl<T: Config> Pallet<T> {
    /// Verifies the new capsule of a key and puts it into its record, which the caller stores.
    pub(crate) fn rekey(
        card: &KeyedCard,
        record: &mut KeyRecord,
        rekeying: &Rekeying,
        capsule: Capsule,
        proof: &LongProof,
    ) -> DispatchResult {
        let genesis = Self::genesis();
        let occasion = Occasion {
            edition: rekeying.edition,
            order: rekeying.order,
            price: rekeying.price,
            sequence: record.sequence,
            from: rekeying.from,
            from_key_index: record.key_index,
            to: rekeying.to,
            to_key_index: rekeying.key_index,
        };
        verify_transfer(
            rekeying.transfer_use,
            &card.context(&genesis, &occasion),
            &record.encryption_key,
            &rekeying.encryption_key,
            &record.capsule,
            &capsule,
            proof,
        )
        .map_err(Error::<T>::from)?;
        Self::use_key(rekeying.to, rekeying.key_index)?;
        Self::release_key(rekeying.from, record.key_index)?;
        record.capsule = capsule;
        record.key_index = rekeying.key_index;
        record.encryption_key = rekeying.encryption_key;
        record.sequence = record.sequence.checked_add(1).ok_or(ArithmeticError::Overflow)?;
        Ok(())
    }

    /// Moves a key to another holder under a new capsule. Whoever pays a new deposit, if one is given, is its
    /// depositor from now on, and the old one has his back.
    pub(crate) fn hand_key_over(
        card: &KeyedCard,
        mut record: KeyRecord,
        rekeying: &Rekeying,
        capsule: Capsule,
        proof: &LongProof,
        new_deposit: Option<(&AccountId32, Balance)>,
    ) -> DispatchResult {
        Self::rekey(card, &mut record, rekeying, capsule, proof)?;
        Self::holding_down(rekeying.from, card.id)?;
        Self::holding_up(rekeying.to, card.id)?;
        Self::with_items_unlocked(|| {
            T::Items::transfer(&card.creator, item_id(card.id, rekeying.edition), rekeying.to)
        })?;
        if let Some((depositor, deposit)) = new_deposit {
            Self::hand_over(
                HoldReason::Key,
                &record.depositor,
                &record.depositor,
                record.deposit,
            )?;
            record.depositor = depositor.clone();
            record.deposit = deposit;
        }
        Keys::<T>::insert(card.id, rekeying.edition, record);
        Ok(())
    }

    /// Lets the role move or burn one item. The runtime refuses both at any other time, and nothing but the role runs
    /// in between.
    pub(crate) fn with_items_unlocked(act: impl FnOnce() -> DispatchResult) -> DispatchResult {
        ItemsUnlocked::<T>::put(true);
        let done = act();
        ItemsUnlocked::<T>::kill();
        done
    }
}
