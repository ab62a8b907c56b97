//! A creator buys his own card, for rank or for rewards.

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    books::Who,
    constants::money::CARD,
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};

const CREATOR: &str = "creator and his other accounts";
const PRICE: Balance = 10 * CARD;
const ERAS: u32 = 10;
const BOND: Balance = CARD;

pub fn run() -> Outcome {
    let world = dealing(10, Some(0));
    let net = |sales, honest| dealing(sales, honest).books.party(CREATOR).net();
    let (alone, among_four, nobody) = (net(10, Some(0)), net(10, Some(4)), net(10, None));
    let line = |name, honest| Series {
        name,
        points: (0..=10)
            .map(|sales| {
                let turnover = Balance::from(sales * ERAS) * PRICE;
                (for_plot(gain(turnover)), for_plot(net(sales, honest)))
            })
            .collect(),
    };
    let verdict = format!(
        "He loses {} CARD of {} CARD that he moved, a fifth of each fee and the fees of transactions, though nobody shares with him; more if \
         somebody does.",
        in_card(-alone),
        in_card(gain(PRICE * Balance::from(10 * ERAS))),
    );
    Outcome {
        slug: "self-dealing",
        title: "self-dealing creator",
        setting: format!(
            "A creator sells his film to an account of his own, ten times a day at 10 CARD, for {ERAS} days. He has a seat on it and proves \
             it. In the table nobody else has; this is his best case."
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("his gain when his seat is the only one", Value::Card(alone)),
            ("his gain when four honest seats with the same bond prove too", Value::Card(among_four)),
            ("his gain when nobody has a seat", Value::Card(nobody)),
        ],
        about: CREATOR,
        verdict,
        bound: "φ < 1: each unit that he burns gives back at most 0.8".into(),
        plot: Plot {
            title: "Self-dealing creator: gain by what he moves",
            x: "turnover with himself in ten days, CARD",
            y: "gain, CARD",
            series: vec![
                line("his seat alone proves", Some(0)),
                line("four honest seats prove too", Some(4)),
                line("no seat proves", None),
            ],
        },
    }
}

/// So many sales each era. `honest` other seats beside his; `None`: no seat at all.
fn dealing(sales: u32, honest: Option<u32>) -> World {
    let mut world = World::of_trade(SEED);
    let creator = world.books.open(CREATOR);
    let straw_man = world.books.open(CREATOR);
    let card = world.publish(creator, FILM_LEN, 0);
    if let Some(honest) = honest {
        seat(&mut world, card, creator);
        for _ in 0..honest {
            let seeder = world.books.open("honest seeders");
            seat(&mut world, card, seeder);
        }
    }
    // Seats first count whole in the era after they were taken.
    world.end_era();
    for _ in 0..ERAS {
        for _ in 0..sales {
            world.sell(card, straw_man, PRICE);
            world.pay_for_sale(card, straw_man);
        }
        world.end_era();
        world.prove_all(card);
        world.collect_all();
    }
    world.wind_down(&[card]);
    world
}

fn seat(world: &mut World, card: u64, seeder: Who) {
    world.pay(seeder, Transaction::Register);
    world.join_whole(card, seeder, BOND);
}
