//! Random lives of a market on the real runtime, by people who may try anything.
//!
//! Laws, after every step: no unit is lost or made, and nobody has more or less than the step says, to the unit. Every
//! key has one holder, and his capsule opens to the content point. Nobody is given a capsule but whom the step names.
//! Every invariant of every pallet holds. And in the end, when time has passed, everything that is held for a promise
//! returns.
//!
//! `HASHCARD_SEQUENCES` sets the number of sequences.

#[path = "market/capsules.rs"]
mod capsules;
#[path = "market/creators.rs"]
mod creators;
#[path = "market/effect.rs"]
mod effect;
#[path = "market/holders.rs"]
mod holders;
#[path = "market/money.rs"]
mod money;
#[path = "market/sales.rs"]
mod sales;
#[path = "market/steps.rs"]
mod steps;
#[path = "market/traders.rs"]
mod traders;

use capsules::{capsules, Held, Place};
use effect::Effect;
use frame_support::{
    assert_ok,
    traits::fungible::{hold::Inspect as _, Inspect},
};
use hashcard_primitives::key::{OrderState, MAX_OFFER_BLOCKS};
use hashcard_runtime::{AccountId, Balance, Balances, Keys, Runtime, RuntimeHoldReason, System};
use hashcard_runtime_tests::{
    account, check_invariants, check_invariants_of, figures::check_figures, go_to, sequences::Lives, sign,
};
use pallet_keys::HoldReason;
use sp_runtime::MultiAddress;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};
use steps::Step;
use traders::{indices, is_frozen, keys, listings, offers, orders, person, send, Market, BANK, PEOPLE};

/// Everything that a step may change.
struct Seen {
    wealth: BTreeMap<AccountId, i128>,
    issued: Balance,
    capsules: BTreeMap<Place, Held>,
}

impl Seen {
    fn now() -> Self {
        Self {
            wealth: money::wealth(),
            issued: <Balances as Inspect<AccountId>>::total_issuance(),
            capsules: capsules(),
        }
    }

    /// Fails unless a step changed what it said, and nothing else.
    fn after(self, effect: &Effect, market: &Market) -> Self {
        let now = Self::now();
        let sum: i128 = now.wealth.values().sum();
        assert_eq!(sum, now.issued as i128, "every unit is on somebody's account");
        assert_eq!(self.issued - now.issued, effect.burnt, "burnt by {effect:?}");

        let mut expected = self.wealth;
        for (who, change) in &effect.wealth {
            money::add(&mut expected, who, *change);
        }
        expected.retain(|_, amount| *amount != 0);
        assert_eq!(now.wealth, expected, "after {effect:?}");

        let mut expected = self.capsules;
        for place in &effect.removed {
            expected.remove(place);
        }
        if let Some(held) = effect.changed.as_ref().and_then(|place| expected.get_mut(place)) {
            held.sequence += 1;
        }
        if let Some((place, to)) = &effect.delivered {
            let new = now.capsules.get(place).expect("what is delivered is there");
            assert_eq!(new.by, *to, "{effect:?}");
            let card = sales::card_of(place);
            let content = market.content(card).secret.point();
            assert!(
                new.opened() == *content.as_bytes(),
                "the capsule of {place:?} opens to nothing"
            );
            let old = expected.insert(place.clone(), new.clone());
            assert!(
                old.is_none_or(|old| old.capsule != new.capsule && new.sequence == old.sequence + 1),
                "a delivery changes the capsule and its sequence, so that no proof serves twice"
            );
        }
        assert!(now.capsules == expected, "another capsule changed: {effect:?}");
        now
    }
}

/// How often each call was taken, over all sequences.
static TAKEN: [AtomicU64; CALLS.len()] = [const { AtomicU64::new(0) }; CALLS.len()];
const CALLS: [&str; 32] = [
    "accept",
    "appoint_clerk",
    "buy",
    "buy_listed",
    "claim",
    "claim_unclaimed",
    "discard_key",
    "dismiss_clerk",
    "expire",
    "fulfil a resale",
    "fulfil a sale",
    "fulfil_for as appointed",
    "fulfil_for as holder",
    "gift",
    "list",
    "lock",
    "mint",
    "offer",
    "publish",
    "register_key",
    "remove_key",
    "report_false_key",
    "retire",
    "revise_terms",
    "rewrap",
    "set_clerk_terms",
    "set_upgrade",
    "settle a resale",
    "settle a sale",
    "transfer_all",
    "unlist",
    "withdraw_offer",
];

fn count(effect: &Effect) {
    let call = CALLS.binary_search(&effect.name).expect("every step has a name");
    TAKEN[call].fetch_add(1, Ordering::Relaxed);
}

/// Lives a sequence, then lets time pass and ends all that can be ended.
fn live(mut market: Market, steps: &[Step]) {
    let mut seen = Seen::now();
    for step in steps {
        let effect = market.take(*step);
        System::reset_events();
        // What the chain refuses it undoes; `resale.rs` compares the whole state.
        let Some(effect) = effect.filter(|effect| effect.done) else {
            continue;
        };
        count(&effect);
        seen = seen.after(&effect, &market);
        match effect.name {
            "publish" | "retire" | "revise_terms" => check_invariants(),
            _ => check_invariants_of::<(System, Balances, Keys)>(),
        }
    }
    check_figures();
    end_everything(&mut market, seen);
}

/// Whatever was promised ends without the help of those who promised it.
fn end_everything(market: &mut Market, mut seen: Seen) {
    let stranger = account(BANK);
    let longest = Keys::order_deadline() + Keys::lock_window() + Keys::settlement_window() + MAX_OFFER_BLOCKS;
    go_to(System::block_number() + longest + 1);
    for offer in offers() {
        assert_ok!(send(&stranger, pallet_keys::Call::withdraw_offer { offer }));
    }
    for order in orders() {
        let effect = match order.state {
            OrderState::Delivered { .. } if !is_frozen(order.card) => market.settle_order(order, &stranger),
            _ => market.expire_order(order, &stranger),
        };
        seen = seen.after(&effect.expect("it was open"), market);
    }
    for (card, edition) in listings() {
        let seller = Keys::listing(card, edition).expect("it is listed").seller;
        assert_ok!(send(&seller, pallet_keys::Call::unlist { card, edition }));
    }
    for key in keys().into_iter().filter(|key| is_frozen(key.card)) {
        let (card, edition) = (key.card, key.edition);
        assert_ok!(send(
            &key.holder,
            pallet_keys::Call::discard_key { card, edition }
        ));
    }
    for (card, clerk) in pallet_keys::ClerkCapsules::<Runtime>::iter_keys().collect::<Vec<_>>() {
        let account = clerk.clone();
        assert_ok!(send(&clerk, pallet_keys::Call::dismiss_clerk { card, account }));
    }
    for (card, content) in &market.contents {
        for call in [
            pallet_keys::Call::<Runtime>::set_clerk_terms {
                card: *card,
                commission: 0,
                any_holder: false,
            },
            pallet_keys::Call::set_upgrade {
                card: *card,
                discount: 0,
            },
        ] {
            assert_ok!(send(content.creator(), call));
        }
    }
    pay_unclaimed(&stranger);
    nothing_is_left_but_keys();
    check_invariants();
}

fn pay_unclaimed(rich: &AccountId) {
    for who in pallet_keys::Unclaimed::<Runtime>::iter_keys().collect::<Vec<_>>() {
        let call = pallet_balances::Call::transfer_keep_alive {
            dest: MultiAddress::Id(who.clone()),
            value: hashcard_runtime::constants::money::CARD,
        };
        assert_ok!(sign(rich, call));
        let claimed = send(&who, pallet_keys::Call::<Runtime>::claim_unclaimed {});
        assert_ok!(claimed);
        count(&Effect::of("claim_unclaimed", &claimed));
    }
}

fn nothing_is_left_but_keys() {
    assert!(orders().is_empty() && offers().is_empty() && listings().is_empty());
    assert_eq!(pallet_keys::OpenOrderOf::<Runtime>::iter().count(), 0);
    assert_eq!(pallet_keys::ClerkCapsules::<Runtime>::iter().count(), 0);
    let keys = keys();
    assert!(keys.iter().all(|key| key.order.is_none() && !is_frozen(key.card)));
    let accounts = frame_system::Account::<Runtime>::iter_keys();
    for who in accounts {
        for reason in [
            HoldReason::Order,
            HoldReason::Bond,
            HoldReason::Clerk,
            HoldReason::Unclaimed,
        ] {
            let held = Balances::balance_on_hold(&RuntimeHoldReason::Keys(reason), &who);
            assert_eq!(held, 0, "{reason:?} of {who}");
        }
    }
    for who in (0..PEOPLE.len()).map(person) {
        for index in indices(&who) {
            let uses = pallet_keys::EncryptionKeys::<Runtime>::get(&who, index).map_or(0, |row| row.uses);
            let needed = keys
                .iter()
                .filter(|key| key.holder == who && key.key_index == index);
            assert_eq!(
                uses as usize,
                needed.count(),
                "only capsules of keys need encryption keys now"
            );
        }
    }
}

#[test]
fn no_sequence_loses_money_or_keys_or_gives_a_capsule_to_who_is_not_entitled() {
    let lives = Lives {
        unless_told: 2_000,
        one_of: 1,
        most_steps: 80,
        begin: Market::opened,
        live,
    };
    lives.all(steps::step);
    let taken: Vec<_> = CALLS
        .iter()
        .zip(&TAKEN)
        .map(|(call, taken)| (*call, taken.load(Ordering::Relaxed)))
        .collect();
    println!("calls that were taken: {taken:?}");
    // A random market that never does something proves nothing about it.
    if lives.number() >= 500 {
        let never: Vec<_> = taken.iter().filter(|(_, taken)| *taken == 0).collect();
        assert!(never.is_empty(), "never happened: {never:?}");
    }
}
