//! A seeder that proves each day and never answers a reader.

use super::SEED;
use crate::{
    assumptions::{FILM_LEN, FILM_MIB, PRICE_PER_MIB},
    books::Who,
    constants::money::CARD,
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};
use hashcard_primitives::blob::CHUNK_LEN;

const PROVER: &str = "prover who never serves";
const TWIN: &str = "his twin who serves";
const OTHERS: &str = "other seeders";
const ERAS: u32 = 20;
const SALES: u32 = 40;
const PRICE: Balance = 5 * CARD;
const BOND: Balance = CARD;

pub fn run() -> Outcome {
    let mut world = World::of_trade(SEED);
    let creator = world.books.open("creator");
    let reader = world.books.open("readers");
    let card = world.publish(creator, FILM_LEN, 0);
    let prover = seat(&mut world, card, PROVER);
    let servers = [TWIN, OTHERS, OTHERS, OTHERS].map(|name| seat(&mut world, card, name));
    for one in servers {
        world.enlist(one);
    }
    let mut lines = [vec![(0.0, 0.0)], vec![(0.0, 0.0)]];
    for era in 1..=ERAS {
        for _ in 0..SALES {
            world.sell(card, reader, PRICE);
            world.pay_for_sale(card, reader);
            for one in servers {
                world.deliver(card, reader, one, PRICE_PER_MIB * Balance::from(FILM_MIB) / 4);
            }
        }
        for one in servers {
            world.pay(one, Transaction::Redeem { vouchers: SALES });
            world.heartbeats(one);
        }
        world.heartbeats(prover);
        world.end_era();
        world.prove_all(card);
        world.collect_all();
        for one in servers {
            world.collect_deliveries(one);
        }
        for (line, name) in lines.iter_mut().zip([PROVER, TWIN]) {
            line.push((f64::from(era), for_plot(world.books.party(name).net())));
        }
    }
    world.wind_down(&[card]);
    let (net, twin) = (world.books.party(PROVER).net(), world.books.party(TWIN).net());
    let reward = world.books.party(PROVER).got_out;
    let chunk = PRICE_PER_MIB * Balance::from(CHUNK_LEN) / (1 << 20);
    let empty_disk = net - gain(chunk * Balance::from(ERAS));
    let [of_prover, of_twin] = lines;
    let verdict = format!(
        "He gains {} CARD for nothing that a reader notices; his twin, who serves, gains {} CARD. With an empty disk, buying the one chunk \
         that he is asked for each day, he would still gain {} CARD.",
        in_card(net),
        in_card(twin),
        in_card(empty_disk),
    );
    Outcome {
        slug: "prove-without-serving",
        title: "a seeder that proves and never serves",
        setting: format!(
            "Five seats with 1 CARD each on a film that sells {SALES} times a day at 5 CARD, for {ERAS} days. All five prove. One never answers a \
             reader; the other four deliver every film at 0.1 CARD for a GiB."
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("rewards of the prover", Value::Card(gain(reward))),
            ("gain of the prover", Value::Card(net)),
            ("gain of his twin", Value::Card(twin)),
            ("price of the chunk with the leaf, each day, for who holds nothing", Value::Card(gain(chunk))),
            ("gain of a prover with an empty disk", Value::Card(empty_disk)),
        ],
        about: PROVER,
        verdict,
        bound: "his part, by bond, of φ of the fees of the card's sales; nothing of deliveries. He ends where nobody else serves him the leaf".into(),
        plot: Plot {
            title: "Proving without serving: what each has gained so far",
            x: "day (era)",
            y: "gain so far, CARD",
            series: vec![
                Series { name: "proves and never serves", points: of_prover },
                Series { name: "proves and serves, same bond", points: of_twin },
            ],
        },
    }
}

fn seat(world: &mut World, card: u64, party: &'static str) -> Who {
    let who = world.books.open(party);
    world.pay(who, Transaction::Register);
    world.join_whole(card, who, BOND);
    who
}
