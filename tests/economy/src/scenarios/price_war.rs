//! Seeders undercut each other, and one sells below his cost to be alone.

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    books::Who,
    constants::money::MICROCARD,
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};

const CHEAPEST: &str = "the seeder with the lowest cost";
const OTHERS: &str = "eight other seeders";
const PREDATOR: &str = "predator";
const READERS: &str = "readers";
const OUTSIDE: &str = "power and lines";
/// Read each day: a tebibyte.
const MIB_A_DAY: u64 = 1 << 20;
const DAYS: u32 = 60;
const FIRST_PRICE: Balance = 200 * MICROCARD;
/// The predator's, below everybody's cost.
const DUMPING: Balance = 15 * MICROCARD;
const DUMPING_DAYS: std::ops::Range<u32> = 30..40;
/// The creator's part.
const DELIVERY_SHARE: u32 = 100_000;

struct Seller {
    who: Who,
    cost: Balance,
    price: Balance,
}

pub fn run() -> Outcome {
    let mut world = World::of_trade(SEED);
    let (creator, readers, outside) = (
        world.books.open("creator"),
        world.books.open(READERS),
        world.books.open(OUTSIDE),
    );
    let card = world.publish(creator, FILM_LEN, DELIVERY_SHARE);
    let mut sellers: Vec<_> = (0..9)
        .map(|place: u32| Seller {
            who: world.books.open(if place == 0 { CHEAPEST } else { OTHERS }),
            cost: Balance::from(20 + 10 * place) * MICROCARD,
            price: FIRST_PRICE,
        })
        .collect();
    sellers.push(Seller {
        who: world.books.open(PREDATOR),
        cost: 60 * MICROCARD,
        price: FIRST_PRICE,
    });
    for one in &sellers {
        world.enlist(one.who);
    }
    let predator = sellers.len() - 1;
    let (mut paid, mut rewards) = (Vec::new(), Vec::new());
    let mut lost_by_dumping = 0;
    for day in 0..DAYS {
        let lowest = sellers.iter().map(|one| one.price).min().unwrap_or(FIRST_PRICE);
        let selling: Vec<_> = (0..sellers.len())
            .filter(|at| sells_at(sellers[*at].price, lowest))
            .collect();
        let before = world.books.party(PREDATOR).net();
        let burnt = world.books.burnt;
        let mib = Balance::from(MIB_A_DAY) / selling.len() as Balance;
        for at in &selling {
            let one = &sellers[*at];
            world.deliver(card, readers, one.who, one.price * mib);
            world.books.transfer(one.who, outside, one.cost * mib);
            // Some thousand readers, in full calls.
            world.pay_times(one.who, Transaction::Redeem { vouchers: 64 }, 2);
            world.heartbeats(one.who);
        }
        burnt_and_paid(&mut paid, &mut rewards, day, lowest, world.books.burnt - burnt);
        world.end_era();
        for one in &sellers {
            world.collect_deliveries(one.who);
        }
        if DUMPING_DAYS.contains(&day) {
            lost_by_dumping += world.books.party(PREDATOR).net() - before;
        }
        reprice(&mut sellers, predator, lowest, day + 1);
    }
    let regained = world.books.party(PREDATOR).net() - lost_by_dumping;
    let last = paid.last().map_or(0.0, |(_, price)| *price);
    let verdict = format!(
        "Readers gain: the price falls from 200 to {last:.1} µCARD a MiB, just below the second lowest cost, and whoever costs more sells nothing. Rewards fall with \
         it, for they are a part of the price. The predator loses {} CARD in ten days of selling at a quarter of his cost, and the price is back where it was \
         days after he ends.",
        in_card(-lost_by_dumping),
    );
    Outcome {
        slug: "price-war",
        title: "a price war",
        setting: format!(
            "Readers fetch a TiB a day from whoever is within 5 % of the lowest price. Nine seeders, whose power and lines cost them 20, 30 … 100 µCARD for a \
             MiB, begin at 200. Who shares the market or has none of it undercuts the lowest by a tenth the next day, never below his cost; who has it alone goes up as far as the next offer lets him. A predator (cost 60) sells at 15 from day {} to day {}, to be alone, \
             then asks 200. A tenth is the creator's.",
            DUMPING_DAYS.start + 1,
            DUMPING_DAYS.end
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("predator's gain in the ten days of dumping", Value::Card(lost_by_dumping)),
            ("predator's gain in all other days", Value::Card(regained)),
            ("all rewards for deliveries", Value::Card(gain(world.books.minted))),
        ],
        about: PREDATOR,
        verdict,
        bound: "a seat costs little, so the others are back the next day; credit is a part of the price, so no reward pays for dumping".into(),
        plot: Plot {
            title: "A price war, and a predator in days 31 to 40",
            x: "day (era)",
            y: "µCARD a MiB",
            series: vec![
                Series { name: "price that readers pay", points: paid },
                Series { name: "lowest cost of all", points: vec![(0.0, 20.0), (f64::from(DAYS), 20.0)] },
                Series { name: "second lowest cost", points: vec![(0.0, 30.0), (f64::from(DAYS), 30.0)] },
                Series { name: "fee burnt of each MiB", points: rewards },
            ],
        },
    }
}

fn burnt_and_paid(
    paid: &mut Vec<(f64, f64)>,
    burnt: &mut Vec<(f64, f64)>,
    day: u32,
    price: Balance,
    fees: Balance,
) {
    let micro = |amount: Balance| for_plot(gain(amount)) * 1e6;
    paid.push((f64::from(day), micro(price)));
    burnt.push((f64::from(day), micro(fees / Balance::from(MIB_A_DAY))));
}

/// Prices of the next day: who shares the market or has none of it undercuts; who has it alone goes up as far as the next
/// offer lets him.
fn reprice(sellers: &mut [Seller], predator: usize, lowest: Balance, day: u32) {
    let offers: Vec<_> = sellers.iter().map(|one| one.price).collect();
    for (at, one) in sellers.iter_mut().enumerate() {
        let others = offers.iter().enumerate().filter(|(other, _)| *other != at);
        let next = others.map(|(_, price)| *price).min().unwrap_or(FIRST_PRICE);
        one.price = if at == predator {
            if DUMPING_DAYS.contains(&day) {
                DUMPING
            } else {
                FIRST_PRICE
            }
        } else if one.price > lowest || sells_at(next, one.price) {
            (lowest * 9 / 10).max(one.cost)
        } else {
            (one.price * 21 / 20).min(next * 19 / 20).max(one.cost)
        };
    }
}

/// Whether readers take this offer when that is the lowest.
fn sells_at(offer: Balance, lowest: Balance) -> bool {
    offer * 100 <= lowest * 105
}
