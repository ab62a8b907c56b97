//! Random lives of pools on the real runtime, with vouchers signed by real keys and redeemed by anybody.
//!
//! Laws, after every step: the chain did what books kept beside it say, to the unit, and refused each voucher for the reason
//! that they say. Issuance falls by exactly the burnt fees, and every unit is on somebody's account. What is on hold is what
//! pools have. No session has paid more than its cap, and no pool more than was put in. Every invariant holds. And in the
//! end every pool is closed and emptied, its rows are gone, its deposits are back.
//!
//! `HASHCARD_SEQUENCES` sets the number of sequences.

#[path = "channels/books.rs"]
mod books;
#[path = "channels/steps.rs"]
mod steps;
#[path = "channels/street.rs"]
mod street;

use frame_support::{
    assert_ok,
    traits::fungible::{hold::Inspect as _, Inspect},
};
use hashcard_runtime::{
    constants::money::CARD, AccountId, Balances, Channels, Runtime, RuntimeHoldReason, System,
};
use hashcard_runtime_tests::{
    account, check_invariants, check_invariants_of, figures::check_figures, go_to, sequences::Lives, sign,
    World,
};
use pallet_channels::HoldReason;
use sp_runtime::MultiAddress;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};
use steps::{Step, Who};
use street::{person, Done, Street, BANK, PEOPLE};

/// What each account has, free or held, and what waits for it unclaimed; and what there is in all.
struct Seen {
    wealth: BTreeMap<AccountId, i128>,
    issued: u128,
}

impl Seen {
    fn now() -> Self {
        let mut wealth = BTreeMap::<AccountId, i128>::new();
        for (who, row) in frame_system::Account::<Runtime>::iter() {
            *wealth.entry(who).or_default() += (row.data.free + row.data.reserved) as i128;
        }
        for (who, owed) in pallet_channels::Unclaimed::<Runtime>::iter() {
            *wealth.entry(who).or_default() += owed as i128;
            *wealth.entry(Channels::account_id()).or_default() -= owed as i128;
        }
        wealth.retain(|_, amount| *amount != 0);
        Self {
            wealth,
            issued: <Balances as Inspect<AccountId>>::total_issuance(),
        }
    }

    /// Fails unless a step changed what it said, and nothing else.
    fn after(self, done: &Done, street: &Street) -> Self {
        let now = Self::now();
        assert_eq!(
            now.wealth.values().sum::<i128>(),
            now.issued as i128,
            "every unit is on somebody's account"
        );
        let effect = &done.effect;
        assert_eq!(self.issued - now.issued, effect.burnt, "burnt by {}", done.name);
        let mut expected = self.wealth;
        for (who, change) in &effect.wealth {
            *expected.entry(who.clone()).or_default() += change;
        }
        expected.retain(|_, amount| *amount != 0);
        assert_eq!(now.wealth, expected, "after {}: {effect:?}", done.name);
        pools_are_within_their_means(street);
        now
    }
}

/// What is on hold is what the books' pools have, and nobody has spent what he has not.
fn pools_are_within_their_means(street: &Street) {
    let mut money = BTreeMap::<AccountId, u128>::new();
    for (id, pool) in street.books.pools.iter().enumerate() {
        *money.entry(pool.owner.clone()).or_default() += pool.money();
        for session in &pool.sessions {
            assert!(
                session.charged <= session.cap,
                "pool {id}: a session beyond its cap"
            );
            assert!(
                session.spent() <= session.charged,
                "pool {id}: paid and not charged"
            );
        }
        let spent: u128 = pool.sessions.iter().map(|session| session.spent()).sum();
        assert!(spent <= pool.put_in, "pool {id} paid more than was put in");
    }
    for who in (0..PEOPLE.len()).map(person) {
        let expected = money.get(&who).copied().unwrap_or_default();
        assert_eq!(
            held(HoldReason::Pool, &who),
            expected,
            "on hold for pools of {who}"
        );
    }
}

fn held(reason: HoldReason, who: &AccountId) -> u128 {
    Balances::balance_on_hold(&RuntimeHoldReason::Channels(reason), who)
}

/// Rows that a pool is emptied by: few, so that it takes several calls.
const ROWS_AT_ONCE: u32 = 5;

/// How often each thing was done, over all sequences.
static TAKEN: [AtomicU64; DEEDS.len()] = [const { AtomicU64::new(0) }; DEEDS.len()];
const DEEDS: [&str; 12] = [
    "add_session",
    "claim_unclaimed",
    "close_pool",
    "end_session",
    "open_lanes",
    "open_pool",
    "redeem",
    "redeem again",
    "redeem and pay",
    "top_up",
    "wait",
    "withdraw",
];

fn count(done: &Done) {
    let deed = DEEDS.binary_search(&done.name).expect("every step has a name");
    TAKEN[deed].fetch_add(1, Ordering::Relaxed);
}

/// Lives a sequence, then closes and empties every pool.
fn live(mut street: Street, steps: &[Step]) {
    let mut seen = Seen::now();
    for step in steps {
        let done = street.take(step);
        System::reset_events();
        // What the chain refuses it undoes; the pallet's own tests compare the whole state.
        if done.taken {
            count(&done);
            seen = seen.after(&done, &street);
            check_invariants_of::<(System, Balances, Channels)>();
        }
    }
    check_figures();
    empty_everything(&mut street, seen);
}

fn empty_everything(street: &mut Street, mut seen: Seen) {
    for pool in 0..street.books.pools.len() {
        let row = &street.books.pools[pool];
        if row.rows_left() > 0 && row.closes_at.is_none() {
            let call = pallet_channels::Call::<Runtime>::close_pool { pool: pool as u64 };
            assert_ok!(sign(&row.owner.clone(), call));
            let closes_at = System::block_number() + Channels::closing_window();
            street.books.pools[pool].closes_at = Some(closes_at);
        }
    }
    go_to(System::block_number() + Channels::closing_window() + 1);
    for pool in 0..street.books.pools.len() {
        while street.books.pools[pool].rows_left() > 0 {
            let done = street.withdraw(pool, 4, ROWS_AT_ONCE);
            assert!(done.taken, "every pool can be emptied, by anybody");
            seen = seen.after(&done, street);
        }
    }
    for who in pallet_channels::Unclaimed::<Runtime>::iter_keys().collect::<Vec<_>>() {
        let call = pallet_balances::Call::transfer_keep_alive {
            dest: MultiAddress::Id(who.clone()),
            value: CARD,
        };
        assert_ok!(sign(&account(BANK), call));
        let claim = pallet_channels::Call::<Runtime>::claim_unclaimed { account: who };
        assert_ok!(sign(&account(BANK), claim));
    }
    nothing_is_left();
    check_invariants_of::<(System, Balances, Channels)>();
}

fn nothing_is_left() {
    assert_eq!(pallet_channels::Pools::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_channels::PoolsOf::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_channels::Sessions::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_channels::Lanes::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_channels::Lines::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_channels::Unclaimed::<Runtime>::iter().count(), 0);
    for who in frame_system::Account::<Runtime>::iter_keys() {
        for reason in [HoldReason::Pool, HoldReason::Deposit, HoldReason::Unclaimed] {
            assert_eq!(held(reason, &who), 0, "{reason:?} of {who}");
        }
    }
}

#[test]
fn no_sequence_pays_more_than_was_held_or_leaves_a_pool_that_cannot_be_emptied() {
    let lives = Lives {
        unless_told: 2_000,
        one_of: 1,
        most_steps: 40,
        begin: Street::opened,
        live,
    };
    lives.all(steps::step);
    let taken: Vec<_> = DEEDS
        .iter()
        .zip(&TAKEN)
        .map(|(deed, taken)| (*deed, taken.load(Ordering::Relaxed)))
        .collect();
    println!("what was done: {taken:?}");
    // A random street on which something never happens proves nothing about it.
    if lives.number() >= 500 {
        let never: Vec<_> = taken.iter().filter(|(_, taken)| *taken == 0).collect();
        assert!(never.is_empty(), "never happened: {never:?}");
    }
}

#[test]
fn every_preset_has_its_closing_window_and_clients_can_ask_for_it() {
    use hashcard_primitives::api::runtime_decl_for_lengths_api::LengthsApi;
    for (preset, blocks) in [
        (sp_genesis_builder::DEV_RUNTIME_PRESET, 20),
        (sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET, 100),
    ] {
        hashcard_runtime_tests::on_preset(preset, || {
            assert_eq!(Channels::closing_window(), blocks);
            assert_eq!(Runtime::lengths().closing_window_blocks, blocks);
        });
    }
}

#[test]
fn a_delegate_who_may_not_move_money_may_not_promise_it_and_may_redeem() {
    use frame_support::traits::InstanceFilter;
    use hashcard_runtime::{configs::ProxyType, RuntimeCall};
    use pallet_channels::Call;
    let may = |proxy: ProxyType, call: Call<Runtime>| proxy.filter(&RuntimeCall::from(call));
    let open = || Call::open_pool { deposit: 1 };
    let redeem = || Call::redeem {
        vouchers: Default::default(),
    };
    assert!(may(ProxyType::Content, open()) && may(ProxyType::Content, redeem()));
    assert!(!may(ProxyType::NonTransfer, open()));
    assert!(may(ProxyType::NonTransfer, redeem()));
    assert!(may(ProxyType::NonTransfer, Call::close_pool { pool: 0 }));
}

#[test]
fn a_runtime_upgrade_loses_nothing_of_a_pool() {
    let mut world = World::new(sp_genesis_builder::DEV_RUNTIME_PRESET);
    world.execute_with(|| {
        let mut street = Street::opened();
        let credit = |who| Channels::credit(0, 0, who).expect("the pool and its session are there");
        let (before, lane) = (credit(person(0)), credit(person(1)).lane);
        assert!(lane.is_some());
        hashcard_runtime::Executive::execute_on_runtime_upgrade();
        assert_eq!((credit(person(0)), credit(person(1)).lane), (before, lane));
        let seen = Seen::now();
        let by = Who::Owner;
        assert!(street.take(&Step::Close { pool: 0, by }).taken);
        empty_everything(&mut street, seen);
        check_invariants();
    });
}

#[test]
fn a_step_by_step_life_ends_with_every_unit_where_it_belongs() {
    let mut world = World::new(sp_genesis_builder::DEV_RUNTIME_PRESET);
    world.execute_with(|| {
        let mut street = Street::opened();
        let before = Seen::now();
        let raise = |card: usize, amount| {
            let mut raises = [None; 4];
            raises[card] = Some(amount);
            raises
        };
        // The eighth is Bob, whether he has a lane or not.
        let bob = 8;
        let promise = |payee, raises| steps::Promise {
            pool: 0,
            session: 0,
            payee,
            raises,
            wrong: steps::Wrong::Nothing,
        };
        // Bob delivers a card with a tenth for Charlie, and one of which nothing is left.
        let promises = vec![promise(bob, raise(0, CARD)), promise(bob, raise(1, CARD))];
        let done = street.take(&Step::Redeem { by: 3, promises });
        let (bob, charlie) = (person(1), person(2));
        assert_eq!(
            done.effect.wealth[&bob],
            (CARD as i128) * 89 / 100 + (CARD as i128) * 99 / 100
        );
        assert_eq!(done.effect.wealth[&charlie], CARD as i128 / 10);
        assert_eq!(done.effect.burnt, CARD / 50);
        let seen = before.after(&done, &street);
        let by = Who::Owner;
        assert!(street.take(&Step::Close { pool: 0, by }).taken);
        empty_everything(&mut street, seen);
        check_invariants();
    });
}
