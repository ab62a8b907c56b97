//! One file for each call, one for queries, one for what holds under any sequence of calls.

mod apply;
mod clear;
mod forget;
mod heartbeat;
mod lookup;
mod properties;
mod query;
mod register;

use crate::{card_key, mock::*, Event, HoldReason, Seats};
use frame_support::{assert_ok, traits::fungible::InspectHold};
use frame_system::RawOrigin;
use hashcard_primitives::{
    blob::CHUNK_LEN,
    coverage::Coverage,
    seeder::{Addresses, Delta, Deltas, PeerId},
    Balance, CardId,
};
use sp_runtime::AccountId32;

/// A blob of five chunks, so of five buckets.
const BLOB_LEN: u64 = 5 * CHUNK_LEN;

fn by(account: AccountId32) -> RuntimeOrigin {
    RawOrigin::Signed(account).into()
}

/// The identity multihash of an ed25519 key in protobuf, 38 bytes.
fn peer(byte: u8) -> PeerId {
    let mut peer = vec![0x00, 36, 8, 1, 18, 32];
    peer.resize(38, byte);
    peer.try_into().unwrap()
}

fn addresses(lengths: &[usize]) -> Addresses {
    let addresses: Vec<_> = lengths
        .iter()
        .map(|len| vec![4; *len].try_into().unwrap())
        .collect();
    addresses.try_into().unwrap()
}

/// Registers a seeder.
fn registered(number: u16) -> AccountId32 {
    let account = seeder(number);
    assert_ok!(Seeders::register(
        by(account.clone()),
        peer(number as u8),
        addresses(&[8])
    ));
    account
}

fn join(card: CardId, bond: Balance) -> Delta {
    Delta::Join {
        card,
        coverage: Coverage(0b11),
        price_per_mib: None,
        bond,
    }
}

fn deltas(deltas: &[Delta]) -> Deltas {
    deltas.to_vec().try_into().unwrap()
}

fn apply(account: &AccountId32, list: &[Delta]) {
    assert_ok!(Seeders::apply(by(account.clone()), deltas(list)));
}

fn bonded(account: &AccountId32) -> Balance {
    Balances::balance_on_hold(&HoldReason::Bond.into(), account)
}

fn deposited(account: &AccountId32) -> Balance {
    Balances::balance_on_hold(&HoldReason::Deposit.into(), account)
}

fn is_seated(account: &AccountId32, card: CardId) -> bool {
    Seats::<Test>::contains_key(account, card_key(card))
}

fn ranked(card: CardId) -> Vec<AccountId32> {
    crate::Rankings::<Test>::get(card)
        .into_iter()
        .map(|rank| rank.seeder)
        .collect()
}

fn pass(blocks: u64) {
    System::set_block_number(System::block_number() + blocks);
}

/// Passes the blocks after which every seat of now can be left.
fn grow_old() {
    pass(u64::from(SEAT_LIFETIME));
}

/// Events of this pallet, oldest first.
fn events() -> Vec<Event<Test>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Seeders(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().filter_map(ours).collect()
}

fn last_event() -> Event<Test> {
    events().pop().expect("an event was deposited")
}
