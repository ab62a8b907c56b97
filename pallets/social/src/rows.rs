//! What a reaction stores, and what rows cost while they exist: a base for the row, and its bytes, keys included. Who makes a row
//! also pays for the rows of counts, which may be there for him alone.

use crate::{Config, HoldReason, Pallet};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::mem::size_of;
use frame_support::traits::{fungible::hold::Mutate, tokens::Precision::Exact, Get};
use hashcard_primitives::{
    social::{FollowCounts, Reaction, ReactionCounts},
    Balance, CardId,
};
use scale_info::TypeInfo;
use sp_runtime::{AccountId32, DispatchResult};

/// One account's reaction to one card.
#[derive(
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug,
)]
pub struct ReactionRow {
    /// Which.
    pub reaction: Reaction,
    /// On hold for the row.
    pub deposit: Balance,
}

/// A card number whose bytes sort as its value does, so that an account's reactions are read in order of cards.
pub type CardKey = [u8; 8];

/// The key of a card.
pub(crate) const fn card_key(card: CardId) -> CardKey {
    card.to_be_bytes()
}

/// The card of a key.
pub(crate) const fn card_of_key(key: CardKey) -> CardId {
    CardId::from_be_bytes(key)
}

const ACCOUNT: usize = 32;

impl<T: Config> Pallet<T> {
    /// For a reaction and its card's counts.
    pub(crate) fn reaction_deposit() -> Balance {
        let row = ReactionRow::max_encoded_len()
            .saturating_add(ACCOUNT)
            .saturating_add(size_of::<CardKey>());
        let counts = ReactionCounts::max_encoded_len().saturating_add(size_of::<CardId>());
        Self::deposit_for(2, row.saturating_add(counts))
    }

    /// For a follow and the counts of both.
    pub(crate) fn follow_deposit() -> Balance {
        let row = Balance::max_encoded_len().saturating_add(2 * ACCOUNT);
        let counts = FollowCounts::max_encoded_len().saturating_add(ACCOUNT);
        Self::deposit_for(3, row.saturating_add(counts.saturating_mul(2)))
    }

    fn deposit_for(rows: u32, bytes: usize) -> Balance {
        let for_rows = T::DepositBase::get().saturating_mul(rows.into());
        let for_bytes = T::DepositPerByte::get().saturating_mul(bytes as Balance);
        for_rows.saturating_add(for_bytes)
    }

    pub(crate) fn hold(who: &AccountId32, deposit: Balance) -> DispatchResult {
        if deposit == 0 {
            return Ok(());
        }
        T::Currency::hold(&HoldReason::Deposit.into(), who, deposit)
    }

    pub(crate) fn release(who: &AccountId32, deposit: Balance) -> DispatchResult {
        if deposit > 0 {
            T::Currency::release(&HoldReason::Deposit.into(), who, deposit, Exact)?;
        }
        Ok(())
    }
}
