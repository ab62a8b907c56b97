//! One file for each part of a validator's life, one for what holds under any sequence of calls.

mod bonding;
mod election;
mod genesis;
mod leaving;
mod migration;
mod offences;
mod properties;
mod query;
mod resting;
mod silence;

use crate::{mock::*, ranking, Event, HoldReason, Ranking};
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use frame_system::RawOrigin;
use hashcard_primitives::Balance;

fn by(number: u8) -> RuntimeOrigin {
    RawOrigin::Signed(account(number)).into()
}

/// Registers keys and bonds.
fn join(number: u8, bond: Balance) {
    set_keys(number);
    assert_ok!(Validators::bond(by(number), bond));
}

fn held(number: u8) -> Balance {
    Balances::balance_on_hold(&HoldReason::Bond.into(), &account(number))
}

fn wealth(number: u8) -> Balance {
    Balances::total_balance(&account(number))
}

fn number_of(who: &sp_runtime::AccountId32) -> u8 {
    AsRef::<[u8]>::as_ref(who)[0]
}

/// The running set.
fn set() -> Vec<u8> {
    Session::validators().iter().map(number_of).collect()
}

/// Candidates, highest bond first.
fn candidates() -> Vec<u8> {
    Ranking::<Test>::get()
        .iter()
        .map(|rank| number_of(&rank.who))
        .collect()
}

fn is_candidate(number: u8) -> bool {
    ranking::contains(&Ranking::<Test>::get(), &account(number))
}

/// Events of this pallet, oldest first.
fn events() -> Vec<Event<Test>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Validators(event) => Some(event),
        _ => None,
    };
    System::events().into_iter().filter_map(ours).collect()
}

fn last_event() -> Event<Test> {
    events().pop().expect("an event was deposited")
}

/// All state but events.
fn state() -> Vec<u8> {
    System::reset_events();
    sp_io::storage::root(sp_runtime::StateVersion::V1)
}
