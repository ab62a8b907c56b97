//! Rich seats take an endowment from those who kept a rare card.

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    books::Who,
    constants::money::{CARD, MILLICARD},
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    parameters::{BOND_CAP, ERA_BLOCKS},
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};
use hashcard_primitives::{coverage::Coverage, seeder::MAX_SEATS};

const CARTEL: &str = "cartel";
const HONEST: &str = "honest seeders";
const FUNDER: &str = "funder";
const ENDOWED: Balance = 1_000 * CARD;
const PER_BLOCK: Balance = 2 * MILLICARD;
const HONEST_SEATS: u32 = 5;
const FIRST_SEATS: u32 = 10;
const CARTEL_COMES: u32 = 5;
const CARTEL_DISPLACES: u32 = 10;
const FUNDER_ENDS: u32 = 14;
const LAST: u32 = 20;

pub fn run() -> Outcome {
    let mut world = World::of_trade(SEED);
    let (creator, funder) = (world.books.open("creator"), world.books.open(FUNDER));
    let card = world.publish(creator, FILM_LEN, 0);
    let mut beating: Vec<Who> = (0..HONEST_SEATS)
        .map(|_| take(&mut world, card, HONEST, CARD))
        .collect();
    world.books.open(CARTEL);
    world.end_era();
    let id = world.endow(card, funder, ENDOWED, PER_BLOCK);
    let mut lines = [Vec::new(), Vec::new(), Vec::new()];
    let mut left_when_ended = 0;
    let mut refunded = 0;
    for era in 0..LAST {
        if era == CARTEL_COMES {
            for _ in 0..FIRST_SEATS {
                beating.push(take(&mut world, card, CARTEL, BOND_CAP));
            }
        }
        if era == CARTEL_DISPLACES {
            for _ in 0..MAX_SEATS - FIRST_SEATS {
                beating.push(take(&mut world, card, CARTEL, BOND_CAP + 1));
            }
        }
        if era == FUNDER_ENDS {
            left_when_ended = world.left_of(card, id);
            world.end_endowment(card, id);
        }
        for one in world.seated(card) {
            world.heartbeats(one);
        }
        world.end_era();
        world.prove_all(card);
        world.collect_all();
        if era == FUNDER_ENDS + 3 {
            refunded = world.return_endowment(card, id);
        }
        let now = f64::from(era);
        lines[0].push((now, for_plot(gain(world.books.party(HONEST).got_out))));
        lines[1].push((now, for_plot(gain(world.books.party(CARTEL).got_out))));
        lines[2].push((now, for_plot(gain(world.left_of(card, id)))));
    }
    let [honest_line, cartel_line, left_line] = lines;
    let era_flow = PER_BLOCK * Balance::from(ERA_BLOCKS);
    let cartel = world.books.party(CARTEL).clone();
    let alone = one_bucket(false);
    let beside = one_bucket(true);
    let verdict = format!(
        "The cartel gains {} CARD: ten seats take 95 % of the stream, 256 take all of it. The funder loses no more than he promised, {} CARD a day, of which {} CARD \
         after he gave notice; {} CARD come back. While the cartel is paid the card can be reached, from one copy at least.",
        in_card(cartel.net()),
        in_card(gain(era_flow)),
        in_card(gain(left_when_ended - refunded)),
        in_card(gain(refunded)),
    );
    Outcome {
        slug: "endowment-cartel",
        title: "an endowment drained by a cartel",
        setting: format!(
            "A card without sales, endowed with 1,000 CARD at 0.002 CARD a block (57.6 a day), and {HONEST_SEATS} honest seats with 1 CARD each. On day {} a cartel takes \
             ten seats with the most that counts, 10 CARD each; on day {} all other seats of the card, a unit higher, which displaces the honest. On day {} the funder \
             ends his endowment. The cartel may hold one copy for all its seats.",
            CARTEL_COMES + 1,
            CARTEL_DISPLACES + 1,
            FUNDER_ENDS + 1
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("given for a day in which somebody proves", Value::Card(gain(era_flow))),
            ("given after the funder's notice", Value::Card(gain(left_when_ended - refunded))),
            ("returned to the funder", Value::Card(gain(refunded))),
            ("a day's stream to one seat that holds 1 of 64 parts, alone", Value::Card(gain(alone))),
            ("the same beside one honest seat with the same bond", Value::Card(gain(beside))),
        ],
        about: CARTEL,
        verdict,
        bound: "the rate that the funder chose, and two days after his notice; nothing is minted for it. The chain does not see who is a cartel, nor how many \
                copies there are"
            .into(),
        plot: Plot {
            title: "An endowment and a cartel",
            x: "day (era); cartel comes on day 6, displaces on day 11, notice on day 15; paid a day late",
            y: "CARD",
            series: vec![
                Series { name: "paid to honest seeders so far", points: honest_line },
                Series { name: "paid to the cartel so far", points: cartel_line },
                Series { name: "left of the endowment", points: left_line },
            ],
        },
    }
}

fn take(world: &mut World, card: u64, party: &'static str, bond: Balance) -> Who {
    let who = world.books.open(party);
    world.pay(who, Transaction::Register);
    world.join_whole(card, who, bond);
    who
}

/// What a seat with one bucket of 64 gets of one day, alone or beside one that holds everything.
fn one_bucket(beside_honest: bool) -> Balance {
    let mut world = World::of_trade(SEED);
    let (creator, funder, little) = (
        world.books.open("creator"),
        world.books.open(FUNDER),
        world.books.open("little"),
    );
    let card = world.publish(creator, FILM_LEN, 0);
    world.join(card, little, CARD, Coverage(1), Coverage(1));
    if beside_honest {
        take(&mut world, card, HONEST, CARD);
    }
    world.end_era();
    // Enough for one day.
    let a_day = PER_BLOCK * Balance::from(ERA_BLOCKS);
    world.endow(card, funder, a_day, PER_BLOCK);
    world.wind_down(&[card]);
    world.books.party("little").got_out
}
