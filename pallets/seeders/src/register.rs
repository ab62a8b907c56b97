//! A peer id is checked for shape alone: whether anybody answers to it shows in the swarm, not here.

use crate::{Config, Contact, Contacts, Error, Event, HoldReason, Pallet, Seeder, Seeders};
use codec::{Encode, MaxEncodedLen};
use frame_support::{
    ensure,
    traits::{fungible::hold::Mutate, tokens::Precision, Get},
};
use hashcard_primitives::{
    seeder::{Addresses, PeerId},
    Balance,
};
use sp_runtime::{AccountId32, DispatchResult};

/// A [`Contact`] and a [`Seeder`].
const ROWS: usize = 2;
/// Bytes of a SHA-256 digest.
const SHA2_256_LEN: usize = 32;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register(seeder: AccountId32, peer: PeerId, addresses: Addresses) -> DispatchResult {
        ensure!(is_peer_id(&peer), Error::<T>::BadPeerId);
        ensure!(
            !addresses.iter().any(|address| address.is_empty()),
            Error::<T>::EmptyAddress
        );

        let bytes = peer.encoded_size()
            + addresses.encoded_size()
            + Balance::max_encoded_len()
            + Seeder::max_encoded_len();
        let deposit = Self::deposit_for(ROWS, bytes);
        let held = Contacts::<T>::get(&seeder).map_or(0, |contact| contact.deposit);
        if deposit > held {
            T::Currency::hold(&HoldReason::Deposit.into(), &seeder, deposit.saturating_sub(held))?;
        } else {
            Self::release(HoldReason::Deposit, &seeder, held.saturating_sub(deposit))?;
        }

        let seats = Seeders::<T>::get(&seeder).map_or(0, |row| row.seats);
        Seeders::<T>::insert(
            &seeder,
            Seeder {
                last_heartbeat: Self::now(),
                seats,
            },
        );
        Contacts::<T>::insert(
            &seeder,
            Contact {
                peer: peer.clone(),
                addresses,
                deposit,
            },
        );
        Self::deposit_event(Event::Registered {
            seeder,
            peer,
            deposit,
        });
        Ok(())
    }

    pub(crate) fn do_deregister(seeder: AccountId32) -> DispatchResult {
        let row = Seeders::<T>::get(&seeder).ok_or(Error::<T>::NotRegistered)?;
        ensure!(row.seats == 0, Error::<T>::StillSeated);
        let contact = Contacts::<T>::take(&seeder).ok_or(Error::<T>::NotRegistered)?;
        Seeders::<T>::remove(&seeder);
        Self::release(HoldReason::Deposit, &seeder, contact.deposit)?;
        Self::deposit_event(Event::Deregistered {
            seeder,
            refunded: contact.deposit,
        });
        Ok(())
    }

    /// Deposit for `rows` rows that hold `bytes` bytes together.
    pub(crate) fn deposit_for(rows: usize, bytes: usize) -> Balance {
        let for_rows = T::DepositBase::get().saturating_mul(rows as Balance);
        let for_bytes = T::DepositPerByte::get().saturating_mul(bytes as Balance);
        for_rows.saturating_add(for_bytes)
    }

    /// Gives a seeder back a part of what is on hold.
    pub(crate) fn release(reason: HoldReason, seeder: &AccountId32, amount: Balance) -> DispatchResult {
        if amount > 0 {
            T::Currency::release(&reason.into(), seeder, amount, Precision::Exact)?;
        }
        Ok(())
    }
}

/// The two multihashes that libp2p's peer id specification allows: identity (0x00) for keys of up to 42
/// bytes, and SHA-256 (0x12) for longer ones.
fn is_peer_id(bytes: &[u8]) -> bool {
    match bytes {
        [0x00, len, digest @ ..] => !digest.is_empty() && usize::from(*len) == digest.len(),
        [0x12, len, digest @ ..] => usize::from(*len) == SHA2_256_LEN && digest.len() == SHA2_256_LEN,
        _ => false,
    }
}
