//! A reader takes what payees serve on credit, pays nobody, closes, and begins again.

use super::SEED;
use crate::{
    assumptions::{FILM_LEN, PEERS_OF_A_FETCH, PRICE_PER_MIB, WINDOW_MIB},
    constants::money::{CARD, NETWORK_FEE},
    deposits,
    money::{for_plot, gain, in_card, Gain},
    outcome::{who_moved, Outcome, Value},
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};
use hashcard_primitives::seeder::MAX_SEATS;

const GRIEFER: &str = "griefer";
const PAYEES: &str = "seeders he took from";
const DAYS: u32 = 10;

/// How he does it.
#[derive(Clone, Copy)]
struct Way {
    payees: u32,
    /// Opens a lane to each.
    lanes: bool,
    window: Balance,
}

pub fn run() -> Outcome {
    let window = PRICE_PER_MIB * Balance::from(WINDOW_MIB);
    let with_lanes = Way {
        payees: PEERS_OF_A_FETCH,
        lanes: true,
        window,
    };
    let world = grief(with_lanes);
    let net = |way| grief(way).books.party(GRIEFER).net();
    let without = Way {
        lanes: false,
        ..with_lanes
    };
    let swarm = Way {
        payees: MAX_SEATS,
        ..without
    };
    let break_even = (1..=MAX_SEATS).find(|payees| {
        net(Way {
            payees: *payees,
            ..without
        }) > 0
    });
    let line = |name, lanes, window| {
        let point = |payees| {
            (
                f64::from(payees),
                for_plot(net(Way {
                    payees,
                    lanes,
                    window,
                })),
            )
        };
        Series {
            name,
            points: (0..=16).map(|place| point((place * 16).max(1))).collect(),
        }
    };
    let alone = Transaction::Redeem { vouchers: 1 }.fee();
    let in_full_call = (Transaction::Redeem { vouchers: 64 }.fee()) / 64;
    let kept = PRICE_PER_MIB - NETWORK_FEE.mul_floor(PRICE_PER_MIB);
    let break_even = break_even.unwrap_or(0);
    let verdict = format!(
        "With lanes he loses {} CARD. Without them, on the credit of one small pool that all of them look at, he gains from {break_even} seeders on: {} CARD in ten days with all \
         256 seats of a card. Nobody loses more than a window to a pool.",
        in_card(-world.books.party(GRIEFER).net()),
        in_card(net(swarm)),
    );
    Outcome {
        slug: "lane-griefing",
        title: "griefing by open and close of lanes",
        setting: format!(
            "Each day for {DAYS} days a reader opens a pool that holds the price of one window (1 MiB, 0.0001 CARD), a session, and a lane with room for a line to each of \
             {PEERS_OF_A_FETCH} seeders; takes a window from each; promises, but redeeming the voucher costs a seeder more than it is worth; closes; a day later withdraws \
             all. Bytes are booked at their price, as if he had gained and the seeders paid it. Then the same without lanes."
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("gain without lanes, 20 seeders", Value::Card(net(without))),
            ("gain without lanes, 256 seeders", Value::Card(net(swarm))),
            ("seeders from which on that gains", Value::Count(i128::from(break_even))),
            ("most that a seeder loses in a day", Value::Card(gain(window))),
            ("deposits of pool, session and twenty lanes, for a day", Value::Card(gain(world.books.party(GRIEFER).held_at_most))),
            ("fee of redeeming one voucher alone", Value::Card(gain(alone))),
            ("of each voucher in a call of 64", Value::Card(gain(in_full_call))),
            ("MiB at 0.1 CARD for a GiB that pay for a voucher alone", Value::Count(worth(alone, kept))),
            ("in a call of 64", Value::Count(worth(in_full_call, kept))),
        ],
        about: GRIEFER,
        verdict,
        bound: "one window for each seeder and pool, and the fees of a new pool. Rows are paid for by deposits, so the chain is not harmed".into(),
        plot: Plot {
            title: "Taking a window from each and paying nobody: ten pools",
            x: "seeders that he takes a window from",
            y: "gain, CARD (bytes at their price)",
            series: vec![
                line("a lane to each, 0.1 CARD for a GiB", true, window),
                line("no lanes, 0.1 CARD for a GiB", false, window),
                line("no lanes, 0.02 CARD for a GiB", false, window / 5),
            ],
        },
    }
}

/// MiB that bring at least a fee.
fn worth(fee: Balance, price: Balance) -> Gain {
    gain(fee.div_ceil(price))
}

fn grief(way: Way) -> World {
    let mut world = World::of_trade(SEED);
    let griefer = world.books.open(GRIEFER);
    let payees: Vec<_> = (0..way.payees).map(|_| world.books.open(PAYEES)).collect();
    world.publish(griefer, FILM_LEN, 0);
    debug_assert!(
        way.window < CARD / 1_000,
        "a payee redeems what is worth more than the fee"
    );
    for _ in 0..DAYS {
        world.pay(griefer, Transaction::OpenPool);
        world.pay(griefer, Transaction::AddSession);
        let lanes = if way.lanes { way.payees } else { 0 };
        // As many as one call takes.
        for first in (0..lanes).step_by(64) {
            world.pay(
                griefer,
                Transaction::OpenLanes {
                    lanes: (lanes - first).min(64),
                },
            );
        }
        let held =
            way.window + deposits::pool() + deposits::session() + Balance::from(lanes) * deposits::lane(1);
        world.books.hold(griefer, held);
        for payee in &payees {
            world.books.transfer(*payee, griefer, way.window);
        }
        world.pay(griefer, Transaction::ClosePool);
        world.end_era();
        world.pay(griefer, Transaction::Withdraw { rows: lanes + 1 });
        world.books.release(griefer, held);
    }
    world
}
