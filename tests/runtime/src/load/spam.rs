//! What it costs to make state grow, and to fill blocks, with the calls that do nothing else for whoever sends them.
//!
//! **Money that goes and money that waits are told apart**: fees are gone; deposits come back to whoever has the rows removed, and only
//! then.

use super::{act, channels, market, signed, small, swarm, Act, ANY};
use crate::state::Growth;
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, traits::fungible::Inspect};
use hashcard_runtime::{
    constants::money::EXISTENTIAL_DEPOSIT, AccountId, Balances, Runtime, RuntimeOrigin, TransactionPayment,
};
use sp_runtime::traits::Dispatchable;

/// Bytes of a gigabyte, as disks count them.
const GIGABYTE: f64 = 1e9;

/// Every way to make a row that we know, each at its cheapest for the byte.
pub const SPAM: [Act; 17] = [
    act("accounts, by transfers", 1, ANY, small::new_accounts),
    act("posts of a byte", 1, ANY, small::shortest_posts),
    act("posts of 4 KiB", 1, ANY, small::longest_posts),
    act("sealed cards", 1, ANY, market::publishes),
    act("sources of a card", 1, ANY, small::sources),
    act("reports", 1, ANY, small::reports),
    act("reactions", 1, ANY, small::reactions),
    act("follows", 1, ANY, small::follows),
    act("encryption keys", 1, ANY, market::keys),
    act("offers of a unit", 1, ANY, market::offers),
    act("seeders", 1, ANY, swarm::registrations),
    act("seats of least bond", 1, ANY, swarm::joins),
    act("pools of a unit", 1, ANY, channels::pools),
    act("sessions", 1, ANY, channels::sessions),
    act("lanes with nothing in them", 64, ANY, channels::lanes),
    act(
        "lanes, and a unit unclaimed in each",
        32,
        ANY,
        channels::unclaimed,
    ),
    act("places among earners", 1, ANY, small::enlistments),
];

/// What some transactions cost together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Transactions.
    pub count: u32,
    /// Fees and what burns, in units.
    pub gone: u128,
    /// What is on hold, and what new accounts have to keep, in units.
    pub locked: u128,
    /// By how much state grew.
    pub growth: Growth,
    /// Bytes of the transactions.
    pub len: u64,
    /// Execution time by the runtime's own reckoning, in picoseconds, with what every transaction costs.
    pub time: u64,
}

impl Cost {
    /// Units for each gigabyte of `part`, which is of all these; `None` if state did not grow.
    pub fn per_gigabyte(&self, part: u128) -> Option<f64> {
        (self.growth.bytes > 0).then(|| part as f64 / self.growth.bytes as f64 * GIGABYTE)
    }
}

/// Sends so many of it on a new chain, and reckons.
pub fn cost_of(act: &Act, count: u32) -> Cost {
    let (mut world, sent) = act.staged(count);
    let (mut cost, touched) = world.touched(|| {
        let before = Money::now();
        let mut cost = Cost::default();
        for transaction in signed(sent.clone()) {
            cost.count += 1;
            let len = transaction.encoded_size();
            let info = transaction.get_dispatch_info();
            let base = <Runtime as frame_system::Config>::BlockWeights::get()
                .get(info.class)
                .base_extrinsic;
            cost.len += len as u64;
            cost.time += info.total_weight().saturating_add(base).ref_time();
            let by = &sent[cost.count as usize - 1].by;
            let result = transaction
                .function
                .dispatch(RuntimeOrigin::signed(by.account.clone()));
            let post = result.unwrap_or_else(|failed| panic!("{}: {:?}", act.name, failed.error));
            cost.gone += TransactionPayment::compute_actual_fee(len as u32, &info, &post, 0);
        }
        let after = Money::now();
        cost.gone += before.issued.saturating_sub(after.issued);
        cost.locked = (after.held + after.accounts * EXISTENTIAL_DEPOSIT)
            .saturating_sub(before.held + before.accounts * EXISTENTIAL_DEPOSIT);
        cost
    });
    cost.growth = touched.growth;
    cost
}

/// Of all accounts.
struct Money {
    issued: u128,
    held: u128,
    accounts: u128,
}

impl Money {
    fn now() -> Self {
        let mut money = Self {
            issued: <Balances as Inspect<AccountId>>::total_issuance(),
            held: 0,
            accounts: 0,
        };
        for account in frame_system::Account::<Runtime>::iter_values() {
            money.held += account.data.reserved;
            money.accounts += 1;
        }
        money
    }
}
