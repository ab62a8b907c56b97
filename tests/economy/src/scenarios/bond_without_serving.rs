//! A rich account takes seats and holds nothing.

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    constants::money::CARD,
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    parameters::BOND_CAP,
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};
use hashcard_primitives::{coverage::Coverage, seeder::MAX_SEATS};

const RICH: &str = "rich account";
const HONEST: &str = "honest seeders";
const HONEST_SEATS: u32 = 20;
const HONEST_BOND: Balance = CARD;
const ERAS: u32 = 10;
const SALES_OF_AN_ERA: Balance = 1_000 * CARD;

pub fn run() -> Outcome {
    let (world, _) = idle(1, 0, ERAS);
    let (crowded, _) = idle(MAX_SEATS, 0, ERAS);
    let undisturbed = idle(0, 0, ERAS).0.books.party(HONEST).got_out;
    let left_to_honest = crowded.books.party(HONEST).got_out;
    // Many eras, so that chance hardly shows.
    let draws = 128;
    let parts: Vec<_> = (0..=8)
        .map(|eighths| (eighths * 8, idle(1, eighths * 8, draws)))
        .collect();
    let quarter = parts.iter().find(|one| one.0 == 16).map_or(0, |one| one.1 .1);
    let line = parts.iter().map(|(held, (world, _))| {
        (
            f64::from(*held) / 0.64,
            for_plot(gain(world.books.party(RICH).got_out)),
        )
    });
    let fair = idle(1, 64, draws).0.books.party(RICH).got_out;
    let verdict = format!(
        "He proves nothing, gets nothing and loses {} CARD of fees; the honest lose nothing. With 256 seats he displaces everybody: the honest \
         get {} CARD instead of {}, he gets nothing for {} CARD on hold, and the card's credit is nobody's.",
        in_card(-world.books.party(RICH).net()),
        in_card(gain(left_to_honest)),
        in_card(gain(undisturbed)),
        in_card(gain(crowded.books.party(RICH).held_at_most)),
    );
    Outcome {
        slug: "bond-without-serving",
        title: "a rich account that bonds and serves nothing",
        setting: format!(
            "A film sells for 1,000 CARD a day; {HONEST_SEATS} honest seats with 1 CARD each. A rich account takes a seat with the most that \
             counts, 10 CARD, says that it holds everything and holds nothing, for {ERAS} days. Then the same with 256 seats, each a unit above \
             10 CARD, so that it displaces everybody; who was displaced comes back nowhere. The plot is one seat that says it holds everything \
             and holds a part, over {draws} days of the real challenge."
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("what the honest get without him", Value::Card(gain(undisturbed))),
            ("what they get beside his one seat", Value::Card(gain(world.books.party(HONEST).got_out))),
            ("what they get after his 256 seats", Value::Card(gain(left_to_honest))),
            ("what his 256 seats gain", Value::Card(crowded.books.party(RICH).net())),
            ("what they hold", Value::Card(gain(crowded.books.party(RICH).held_at_most))),
            ("proofs that holding a quarter passes, of 128", Value::Count(i128::from(quarter))),
        ],
        about: RICH,
        verdict,
        bound: "a claim needs a leaf that chance chose. Displacing all seats of a card costs interest on 2,561 CARD and two CARD of \
                fees a day, and no bond is slashed"
            .into(),
        plot: Plot {
            title: "Saying all and holding a part: rewards over 128 days",
            x: "part of the film that is really held, %",
            y: "rewards, CARD",
            series: vec![
                Series { name: "rewards of a seat that says it holds everything", points: line.collect() },
                Series { name: "in proportion to what is held", points: vec![(0.0, 0.0), (100.0, for_plot(gain(fair)))] },
            ],
        },
    }
}

/// So many seats that say everything and hold the first so many buckets; and how many claims of theirs were heard.
fn idle(seats: u32, buckets: u32, eras: u32) -> (World, u32) {
    let mut world = World::of_trade(SEED);
    let creator = world.books.open("creator");
    let reader = world.books.open("readers");
    let card = world.publish(creator, FILM_LEN, 0);
    let mut honest = Vec::new();
    for _ in 0..HONEST_SEATS {
        let seeder = world.books.open(HONEST);
        world.pay(seeder, Transaction::Register);
        world.join_whole(card, seeder, HONEST_BOND);
        honest.push(seeder);
    }
    world.end_era();
    world.books.open(RICH);
    let all = Coverage::all(FILM_LEN);
    let holds = Coverage(if buckets == 64 {
        u64::MAX
    } else {
        (1 << buckets) - 1
    });
    let mut idlers = Vec::new();
    for _ in 0..seats {
        let one = world.books.open(RICH);
        world.pay(one, Transaction::Register);
        let above = if seats > 1 { 1 } else { 0 };
        world.join(card, one, BOND_CAP + above, all, holds);
        idlers.push(one);
    }
    let mut heard = 0;
    for _ in 0..eras {
        world.sell(card, reader, SALES_OF_AN_ERA);
        for one in world.seated(card) {
            world.heartbeats(one);
        }
        world.end_era();
        for one in &idlers {
            heard += u32::from(world.prove(*one, card).is_ok());
        }
        world.prove_all(card);
        world.collect_all();
    }
    world.end_era();
    world.collect_all();
    world.end_era();
    world.collect_all();
    (world, heard)
}
