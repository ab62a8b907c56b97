//! The token falls to a tenth of its price in the money in which people think.

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    constants::money::CARD,
    money::{for_plot, gain},
    outcome::{who_moved, Outcome, Value},
    parameters::{EMISSION, ERA_BLOCKS},
    plot::{Plot, Series},
    world::World,
    Balance,
};
use pallet_rewards::arithmetic::credit;

const SEEDERS: &str = "seeders";
const DAYS: u32 = 60;
/// Films sold in a day, in one lot here.
const SALES: Balance = 40_000;
/// In money, in units of 10⁻¹² as CARD has: 5 for a film, 0.1 for its bytes, 0.06 for power and lines.
const FILM: Balance = 5 * CARD;
const BYTES: Balance = CARD / 10;
const POWER: Balance = CARD * 6 / 100;
/// Money for one CARD, in thousandths, on the days of the fall and after.
const FALL: [Balance; 5] = [1_000, 700, 400, 200, 100];
const FALL_BEGINS: u32 = 15;

pub fn run() -> Outcome {
    let mut world = World::new(SEED, EMISSION);
    let names = ["creators", SEEDERS, "readers", "power and lines"];
    let [creator, seeder, readers, outside] = names.map(|name| world.books.open(name));
    let card = world.publish(creator, FILM_LEN, 0);
    world.enlist(seeder);
    world.join_whole(card, seeder, CARD);
    world.end_era();
    let (mut film, mut bytes) = (FILM, BYTES);
    let [mut rewards, mut uncapped, mut authors] = [Vec::new(), Vec::new(), Vec::new()];
    let mut by_day = Vec::new();
    for day in 0..DAYS {
        let rate = FALL[(day.saturating_sub(FALL_BEGINS) as usize).min(FALL.len() - 1)];
        let in_tokens = |money: Balance| money * 1_000 / rate;
        let in_money = |tokens: Balance| tokens * rate / 1_000;
        // Asked prices follow the market a quarter of the way each day.
        film = follow(film, in_tokens(FILM));
        bytes = follow(bytes, in_tokens(BYTES));
        let era = world.era();
        let burnt = world.books.burnt;
        world.sell(card, readers, film * SALES);
        world.deliver(card, readers, seeder, bytes * SALES);
        world.books.transfer(seeder, outside, in_tokens(POWER * SALES));
        let fees = world.books.burnt - burnt;
        world.end_era();
        world.prove_all(card);
        world.collect_all();
        world.collect_deliveries(seeder);
        let ended = *world.ended(era);
        let paid = ended.worth(ended.sale_credit) + ended.worth(ended.delivery_credit);
        let point = |money: Balance| (f64::from(day), for_plot(gain(money)));
        rewards.push(point(in_money(paid)));
        uncapped.push(point(in_money(credit(fees, EMISSION.credit_share))));
        authors.push(point(in_money(
            EMISSION.author_per_block * Balance::from(ERA_BLOCKS),
        )));
        by_day.push((in_money(paid), paid));
    }
    world.wind_down(&[card]);
    let (first, last) = (by_day[0], by_day[DAYS as usize - 1]);
    let before = *FALL.first().expect("the fall has days; qed");
    let after = *FALL.last().expect("the fall has days; qed");
    let pot = World::pot_of_an_era();
    let verdict = format!(
        "Prices in CARD follow, so creators, and seeders for what they deliver, have about what they had. What is fixed in CARD falls to a tenth: the \
         authors' emission, and the pot. Rewards fall from {:.0} to {:.0} in money a day, since the same trade now overfills the pot {:.1} times.",
        for_plot(gain(first.0)),
        for_plot(gain(last.0)),
        uncapped.last().map_or(0.0, |one| one.1) * fell_by(before, after) / for_plot(gain(pot)),
    );
    Outcome {
        slug: "price-collapse",
        title: "a collapse of the token's price",
        setting: format!(
            "Readers buy 40,000 films a day and think in money: 5 for a film, 0.1 for its bytes; power and lines cost seeders 0.06. On day {} a CARD is worth 1 in \
             money, four days later 0.1. Asked prices follow a quarter of the way each day. The table is in CARD; fees of transactions are left out.",
            FALL_BEGINS + 1
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("seeders' rewards of the first day, in money", Value::Thousandths(thousandths(first.0))),
            ("of the last day, in money", Value::Thousandths(thousandths(last.0))),
            ("of the last day", Value::Card(gain(last.1))),
            ("authors' emission of a day before, in money", Value::Thousandths(thousandths(authors_in_money(before)))),
            ("after, in money", Value::Thousandths(thousandths(authors_in_money(after)))),
            ("deposit of a gigabyte of state before, in money", Value::Thousandths(thousandths(gigabyte(before)))),
            ("after, in money", Value::Thousandths(thousandths(gigabyte(after)))),
        ],
        about: SEEDERS,
        verdict,
        bound: "fees, credit and payments are parts of prices, which follow. Emission, bonds, deposits and fees of transactions are governed, not \
                indexed: governance has to move them, as nothing else does"
            .into(),
        plot: Plot {
            title: "The token falls to a tenth: a day's income, in money",
            x: "day (era)",
            y: "money a day",
            series: vec![
                Series { name: "seeders' rewards", points: rewards },
                Series { name: "φ of the burnt fees, if the pot had no end", points: uncapped },
                Series { name: "authors' emission", points: authors },
            ],
        },
    }
}

fn follow(price: Balance, market: Balance) -> Balance {
    (price * 3 + market) / 4
}

fn authors_in_money(rate: Balance) -> Balance {
    EMISSION.author_per_block * Balance::from(ERA_BLOCKS) * rate / 1_000
}

fn gigabyte(rate: Balance) -> Balance {
    crate::constants::money::DEPOSIT_PER_BYTE * 1_000_000_000 * rate / 1_000
}

fn thousandths(money: Balance) -> i128 {
    gain(money * 1_000 / CARD)
}

/// How many times less a CARD is worth.
fn fell_by(before: Balance, after: Balance) -> f64 {
    before as f64 / after as f64
}
