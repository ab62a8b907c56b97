//! One disk, one copy, many accounts.

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    constants::money::{CARD, MIN_SEAT_BOND},
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    parameters::BOND_CAP,
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};

const CROWD: &str = "the thousand on one disk";
const HONEST: &str = "honest seeders";
const MONEY: Balance = 100 * CARD;
const HONEST_SEATS: u32 = 40;
const HONEST_BOND: Balance = CARD;
const ERAS: u32 = 10;
const SALES_OF_AN_ERA: Balance = 1_000 * CARD;

pub fn run() -> Outcome {
    let (world, seats) = crowd(1_000);
    let net = |identities| crowd(identities).0.books.party(CROWD).net();
    let counts = [1, 2, 5, 10, 20, 40, 64, 100, 150, 216, 300, 500, 750, 1_000];
    let gains: Vec<_> = counts.iter().map(|count| (*count, net(*count))).collect();
    let of = |count| gains.iter().find(|one| one.0 == count).map_or(0, |one| one.1);
    let honest_alone = crowd(0).0.books.party(HONEST).net();
    let honest_beside_ten = crowd(10).0.books.party(HONEST).net();
    let reward = world.books.party(CROWD).got_out;
    let verdict = format!(
        "A crowd does not pay: a thousand identities gain {} CARD, for {seats} find a place, weigh what their bonds do, and each pays for its heartbeats; the same 100 CARD in \
         ten accounts, as many as the cap lets weigh, gain {} CARD. Both are gains without a second copy: seats on one disk look like copies to the chain.",
        in_card(of(1_000)),
        in_card(of(10)),
    );
    Outcome {
        slug: "thousand-identities",
        title: "1,000 identities on one disk",
        setting: format!(
            "A film sells for 1,000 CARD a day; {HONEST_SEATS} honest seats with 1 CARD of bond each. Somebody with 100 CARD for bonds and one \
             copy makes a thousand accounts of 0.1 CARD each, the least bond; each registers, takes a seat if there is a place, sends its \
             heartbeats and proves, from the one disk, for {ERAS} days. In the plot he divides the same 100 CARD among fewer."
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("seats that a thousand identities find", Value::Count(i128::from(seats))),
            ("rewards of a thousand identities", Value::Card(gain(reward))),
            ("gain of one identity (weighs 10 CARD)", Value::Card(of(1))),
            ("gain of ten identities (weigh 100 CARD)", Value::Card(of(10))),
            ("gain of a hundred", Value::Card(of(100))),
            ("gain of a thousand", Value::Card(of(1_000))),
            ("what ten identities cost the honest seats", Value::Card(honest_alone - honest_beside_ten)),
        ],
        about: CROWD,
        verdict,
        bound: "weight is linear in bonds; a card has 256 seats; all shares of a card together are φ of its burnt fees. Nothing bounds \
                how many seats one copy serves"
            .into(),
        plot: Plot {
            title: "One disk, 100 CARD of bonds: gain by the number of accounts",
            x: "accounts among which the bonds are divided",
            y: "gain in ten days, CARD",
            series: vec![Series {
                name: "one copy, all seats together",
                points: gains.iter().map(|(count, net)| (f64::from(*count), for_plot(*net))).collect(),
            }],
        },
    }
}

/// So many identities that share one purse and one disk; how many find a place.
fn crowd(identities: u32) -> (World, u32) {
    let mut world = World::of_trade(SEED);
    let creator = world.books.open("creator");
    let reader = world.books.open("readers");
    let card = world.publish(creator, FILM_LEN, 0);
    let mut beating = Vec::new();
    for _ in 0..HONEST_SEATS {
        let seeder = world.books.open(HONEST);
        world.pay(seeder, Transaction::Register);
        world.join_whole(card, seeder, HONEST_BOND);
        beating.push(seeder);
    }
    world.books.open(CROWD);
    let mut seats = 0;
    for _ in 0..identities {
        let one = world.books.open(CROWD);
        let bond = (MONEY / Balance::from(identities)).max(MIN_SEAT_BOND);
        world.pay(one, Transaction::Register);
        if world.join_whole(card, one, bond) {
            seats += 1;
            beating.push(one);
        }
    }
    const { assert!(BOND_CAP < MONEY, "one account cannot make all of it weigh") };
    world.end_era();
    for _ in 0..ERAS {
        world.sell(card, reader, SALES_OF_AN_ERA);
        for one in &beating {
            world.heartbeats(*one);
        }
        world.end_era();
        world.prove_all(card);
        world.collect_all();
    }
    world.wind_down(&[card]);
    (world, seats)
}
