//! One file for reactions, one for follows, one for what holds under any sequence of calls.

mod follow;
mod properties;
mod react;

use crate::{mock::*, Event, HoldReason};
use frame_support::{assert_ok, traits::fungible::InspectHold};
use frame_system::RawOrigin;
use hashcard_primitives::{
    social::{FollowCounts, Reaction, ReactionCounts},
    Balance,
};

fn by(number: u16) -> RuntimeOrigin {
    RawOrigin::Signed(account(number)).into()
}

fn held(number: u16) -> Balance {
    Balances::balance_on_hold(&HoldReason::Deposit.into(), &account(number))
}

fn last_event() -> Event<Test> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Social(event) => Some(event),
        _ => None,
    };
    System::events()
        .into_iter()
        .filter_map(ours)
        .next_back()
        .expect("an event was deposited")
}
