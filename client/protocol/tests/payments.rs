//! Payers and payees in virtual time, over a chain that takes six seconds for a block: who loses how much to whom.
//!
//! `HASHCARD_SEEDS=2000 cargo test -p hashcard-protocol --test payments -- --nocapture` runs more of them and prints the worst.

#[path = "payments/world.rs"]
mod world;

use hashcard_primitives::blob::CHUNK_LEN;
use hashcard_protocol::ledger::cost;
use hashcard_protocol::limits::*;
use std::time::Duration;
use world::{Chain, Outcome, PayeeManner, PayerManner, Scenario, Start, World, PRICE};

const MB: u64 = 1_000_000;

fn seeds() -> u64 {
    std::env::var("HASHCARD_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(48)
}

fn scenario(payees: usize) -> Scenario {
    Scenario {
        seed: 1,
        chunks: 400,
        round_trip: Duration::from_millis(100),
        storing: Duration::from_millis(5),
        rates: vec![4 * MB; payees],
        free_bytes: 0,
        price: PRICE,
        payer: PayerManner::Honest,
        payees: vec![PayeeManner::Honest; payees],
        chain: Chain {
            unreserved: cost(PRICE, 1 << 34),
            start: Start::Row,
            prepared: 1 << 28,
            payer_makes_rows: true,
            closes_at: None,
        },
        ends_at: Duration::from_secs(600),
    }
}

/// Nobody loses more than one window to anybody. Gives the largest losses of payers to a payee, and of payees.
fn check(outcome: &Outcome, what: &str) -> (u128, u128) {
    let window = cost(PRICE, MAX_WINDOW);
    let credit = cost(PRICE, MIN_WINDOW);
    let mut worst = (0, 0);
    for loss in &outcome.losses {
        assert!(
            loss.payer <= window,
            "{what}: a payer lost {} of {window}",
            loss.payer
        );
        assert!(
            loss.payer <= loss.payers_window,
            "{what}: beyond the window of that payee: {loss:?}"
        );
        assert!(
            loss.payee <= credit,
            "{what}: a payee lost {} of {credit}",
            loss.payee
        );
        worst = (worst.0.max(loss.payer), worst.1.max(loss.payee));
    }
    worst
}

fn report(what: &str, worst: (u128, u128)) {
    let share = |loss: u128, window: u64| loss as f64 / cost(PRICE, window) as f64;
    println!(
        "{what}: a payer lost at most {:.2} of a first window, a payee at most {:.2}",
        share(worst.0, MIN_WINDOW),
        share(worst.1, MIN_WINDOW)
    );
}

/// Runs many variations of a scenario.
fn vary(what: &str, change: impl Fn(&mut Scenario, u64)) -> (u128, u128) {
    let mut worst = (0, 0);
    for seed in 0..seeds() {
        let mut scenario = scenario(1 + (seed % 4) as usize);
        scenario.seed = seed;
        scenario.round_trip = Duration::from_millis([1, 20, 100, 300][(seed / 4 % 4) as usize]);
        scenario.rates.iter_mut().enumerate().for_each(|(at, rate)| {
            *rate = [MB / 4, 2 * MB, 20 * MB][(seed as usize / 16 + at) % 3];
        });
        scenario.ends_at = Duration::from_secs(45);
        scenario.free_bytes = [0, MIN_WINDOW / 2, 3 * MIN_WINDOW][(seed / 48 % 3) as usize];
        change(&mut scenario, seed);
        let found = check(&World::new(scenario).run(), &format!("{what}, seed {seed}"));
        worst = (worst.0.max(found.0), worst.1.max(found.1));
    }
    report(what, worst);
    worst
}

#[test]
fn an_honest_pair_never_stalls_for_payment_at_100_milliseconds() {
    for rate in [MB, 4 * MB, 20 * MB, 35 * MB] {
        let pair = Scenario {
            rates: vec![rate],
            ..scenario(1)
        };
        let free = Scenario {
            price: 0,
            ..pair.clone()
        };
        let free = World::new(free).run().done_at.unwrap();
        let paid = World::new(pair).run().done_at.unwrap();
        println!("400 chunks at {rate} bytes/s over 100 ms: {free:?} for nothing, {paid:?} paid");
        // Until the rate is known the window is the smallest.
        let learning = Duration::from_millis(300);
        assert!(
            paid.as_secs_f64() <= free.as_secs_f64() * 1.01 + learning.as_secs_f64(),
            "{free:?} {paid:?}"
        );
    }
}

#[test]
fn a_slow_disk_at_the_payee_does_not_slow_the_bytes() {
    let slow = Scenario {
        storing: Duration::from_millis(60),
        ..scenario(1)
    };
    let free = World::new(Scenario {
        price: 0,
        ..slow.clone()
    })
    .run()
    .done_at
    .unwrap();
    let paid = World::new(slow).run().done_at.unwrap();
    assert!(
        paid.as_secs_f64() <= free.as_secs_f64() * 1.02,
        "{free:?} {paid:?}"
    );
}

#[test]
fn a_start_waits_for_no_block_and_an_honest_fetch_ends_with_nobody_unpaid() {
    let mut scenario = scenario(4);
    scenario.chain.start = Start::Bare;
    let outcome = World::new(scenario).run();
    assert!(outcome.first_at.unwrap() < Duration::from_secs(1));
    assert!(outcome.done_at.is_some());
    for loss in &outcome.losses {
        assert_eq!(loss.payee, 0);
    }
    report("honest, lanes opened meanwhile", check(&outcome, "honest"));
}

#[test]
fn honest_payers_and_payees_lose_nothing_that_matters() {
    let worst = vary("honest", |_, _| ());
    assert_eq!(worst.1, 0, "a payee of an honest payer is paid to the unit");
}

#[test]
fn a_payer_that_stops_paying_takes_at_most_a_window() {
    let worst = vary("a payer that stops paying", |scenario, seed| {
        scenario.payer = PayerManner::StopsAfter((seed % 9) as u32);
    });
    assert!(worst.1 > 0);
}

#[test]
fn a_payer_that_overspends_over_twenty_payees_takes_at_most_a_window_from_each() {
    let mut worst = (0, 0);
    for seed in 0..seeds() / 8 + 1 {
        let mut scenario = scenario(20);
        scenario.seed = seed;
        scenario.chunks = 2000;
        scenario.payer = PayerManner::Overspends;
        scenario.ends_at = Duration::from_secs(10);
        scenario.chain = Chain {
            unreserved: cost(PRICE, (1 + seed % 5) * 5 * CHUNK_LEN),
            start: Start::Bare,
            prepared: 1 << 28,
            payer_makes_rows: true,
            closes_at: None,
        };
        let found = check(&World::new(scenario).run(), "twenty payees");
        worst = (worst.0.max(found.0), worst.1.max(found.1));
    }
    report("a payer that overspends over twenty payees", worst);
    assert!(worst.1 > 0);
}

#[test]
fn a_pool_that_closes_in_mid_fetch_costs_at_most_a_window() {
    vary("a payer that closes in mid-fetch", |scenario, seed| {
        scenario.chain.closes_at = Some(Duration::from_secs(2 + seed % 20));
        scenario.chain.start = [Start::Row, Start::Bare, Start::Lane][(seed % 3) as usize];
    });
}

#[test]
fn a_payee_that_sends_garbage_after_payment_keeps_at_most_a_window() {
    let worst = vary("a payee that sends garbage", |scenario, seed| {
        scenario.payees[0] = PayeeManner::GarbageAfter(seed % 30);
    });
    assert!(worst.0 > 0);
}

#[test]
fn a_payee_that_refuses_after_the_free_part_keeps_at_most_a_window() {
    vary("a payee that takes and refuses", |scenario, seed| {
        scenario.payees[0] = PayeeManner::RefusesAfter(seed % 30);
    });
}

#[test]
fn a_payee_that_dies_between_serving_and_storing_loses_at_most_a_window_and_is_paid_when_it_is_back() {
    vary("a payee that dies before it stores", |scenario, seed| {
        scenario.payees[0] = PayeeManner::DiesAtVoucher(1 + (seed % 12) as u32);
    });
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = || {
        let mut scenario = scenario(4);
        scenario.payees[1] = PayeeManner::DiesAtVoucher(3);
        World::new(scenario).run()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_payer_that_fills_the_room_behind_the_payee_takes_at_most_a_window() {
    let worst = vary("a payer that fills the room", |scenario, seed| {
        scenario.payer = PayerManner::FillsRoom;
        scenario.chain.start = [Start::Lane, Start::Bare][(seed % 2) as usize];
        scenario.ends_at = Duration::from_secs(60);
    });
    assert!(worst.1 > 0);
}

#[test]
fn a_payer_that_mixes_in_a_card_whose_room_it_then_takes_gets_at_most_a_window() {
    let worst = vary("a payer that spoils its vouchers", |scenario, seed| {
        scenario.payer = PayerManner::MixesAfter((seed % 40) as u32);
        scenario.chain.start = [Start::Row, Start::Lane, Start::Bare][(seed % 3) as usize];
        scenario.chain.payer_makes_rows = seed % 2 == 0;
        scenario.ends_at = Duration::from_secs(60);
    });
    assert!(worst.1 > 0);
}

#[test]
fn payees_that_send_nothing_lock_nothing_and_those_that_ask_for_a_lane_a_window_each() {
    for (manner, windows) in [(PayeeManner::Silent, 0), (PayeeManner::RefusesAfter(0), 31)] {
        let mut scenario = scenario(32);
        scenario.payees = vec![manner; 32];
        scenario.payees[0] = PayeeManner::Honest;
        scenario.chain.start = Start::Bare;
        scenario.ends_at = Duration::from_secs(100);
        let outcome = World::new(scenario).run();
        check(&outcome, "31 payees that send nothing");
        let first = outcome.first_at.map(|at| at.as_millis());
        let locked = outcome.locked_for_nothing;
        let share = locked as f64 / cost(PRICE, MIN_WINDOW) as f64;
        println!("{manner:?} 31 times: {share:.2} windows are locked for nothing, the first chunk comes after {first:?} ms");
        assert!(locked <= windows * cost(PRICE, MIN_WINDOW));
        assert_eq!(outcome.losses[0].payee, 0);
    }
}

/// How much longer a GiB from one payee takes for money than for nothing.
fn stall(rate: u64, start: Start, payer_makes_rows: bool) -> Duration {
    let mut paid = Scenario {
        chunks: 4096,
        rates: vec![rate],
        ends_at: Duration::from_secs(3000),
        ..scenario(1)
    };
    paid.chain.start = start;
    paid.chain.prepared = 1 << 31;
    paid.chain.payer_makes_rows = payer_makes_rows;
    let free = Scenario {
        price: 0,
        ..paid.clone()
    };
    let took = |scenario| World::new(scenario).run().done_at.expect("it comes to its end");
    took(paid).saturating_sub(took(free))
}

#[test]
fn a_fetch_waits_for_the_chain_when_a_lane_or_a_row_is_missing_and_not_again_and_again() {
    // In a block, and final: 18 seconds, and at most 3 until the next block.
    let transaction = Duration::from_secs(21);
    for rate in [MB, 4 * MB, 20 * MB, 35 * MB] {
        let row = stall(rate, Start::Row, true);
        let lane = stall(rate, Start::Lane, true);
        let lane_alone = stall(rate, Start::Lane, false);
        let bare = stall(rate, Start::Bare, true);
        let bare_alone = stall(rate, Start::Bare, false);
        println!(
            "1 GiB at {} MB/s waits {row:.1?} with lane and row, {lane:.1?} with a lane ({lane_alone:.1?} if the payer makes no \
             row), {bare:.1?} with neither ({bare_alone:.1?})",
            rate / MB
        );
        // At 35 MB/s what may be under way, and what is promised for it, is just enough for 100 ms.
        let learning = Duration::from_secs(2);
        assert!(row <= learning, "{row:?}");
        assert!(lane <= transaction + learning, "{lane:?}");
        assert!(lane_alone <= transaction + learning, "{lane_alone:?}");
        // Who has nothing on chain waits for the lane, and perhaps once more for what is added when its rate is known.
        assert!(bare <= transaction * 2, "{bare:?}");
        assert!(bare_alone <= bare + transaction, "{bare_alone:?}");
    }
}
