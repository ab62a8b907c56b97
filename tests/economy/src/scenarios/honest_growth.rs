//! Nobody cheats, and trade grows.

use super::SEED;
use crate::{
    assumptions::{FILM_LEN, FILM_MIB, HEARTBEATS, PRICE_PER_MIB},
    books::Who,
    constants::money::{CARD, NETWORK_FEE},
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    parameters::{EMISSION, ERA_BLOCKS},
    plot::{Plot, Series},
    transactions::Transaction,
    world::{World, AUTHORS, TREASURY},
    Balance,
};
use hashcard_primitives::{card::WHOLE_SHARE, channel::MAX_VOUCHERS, CardId};
use std::collections::BTreeMap;

const ERAS: u32 = 180;
const CARDS: u32 = 40;
const SEEDERS: u32 = 30;
/// Seats of each card.
const COPIES: u32 = 6;
/// Seeders that a film comes from.
const SOURCES: u32 = 4;
/// Sales of the last eras; before, the number doubles about every two weeks.
const MOST_SALES: u64 = 600;
const BOND: Balance = CARD;
/// The creator's part of what is paid for bytes.
const DELIVERY_SHARE: u32 = 100_000;

pub fn run() -> Outcome {
    let mut world = World::new(SEED, EMISSION);
    let creators: Vec<_> = (0..CARDS).map(|_| world.books.open("creators")).collect();
    let seeders: Vec<_> = (0..SEEDERS).map(|_| world.books.open("seeders")).collect();
    let readers = world.books.open("readers");
    let cards: Vec<_> = creators
        .iter()
        .map(|one| world.publish(*one, FILM_LEN, DELIVERY_SHARE))
        .collect();
    for seeder in &seeders {
        world.pay(*seeder, Transaction::Register);
        world.enlist(*seeder);
    }
    for (place, card) in cards.iter().enumerate() {
        for copy in 0..COPIES as usize {
            world.join_whole(*card, seeders[(place * 7 + copy) % seeders.len()], BOND);
        }
    }

    let mut burnt_by_day = Vec::new();
    let mut rewarded_by_day = Vec::new();
    let mut from_holding: Balance = 0;
    let mut from_delivering: Balance = 0;
    let mut turnover_of_last: Balance = 0;
    for era in 0..ERAS {
        let burnt_before = world.books.burnt;
        turnover_of_last = trade(&mut world, &cards, readers, era);
        for seeder in &seeders {
            world.heartbeats(*seeder);
        }
        world.end_era();
        burnt_by_day.push((f64::from(era), for_plot(gain(world.books.burnt - burnt_before))));
        for card in &cards {
            world.prove_all(*card);
        }
        let before = world.books.minted;
        world.collect_all();
        from_holding += world.books.minted - before;
        let delivered: Balance = seeders.iter().map(|one| world.collect_deliveries(*one)).sum();
        from_delivering += delivered;
        rewarded_by_day.push((f64::from(era), for_plot(gain(world.books.minted - before))));
    }
    let before = world.books.minted;
    let emitted_by_era =
        (EMISSION.author_per_block + EMISSION.treasury_per_block) * Balance::from(ERA_BLOCKS);
    world.wind_down(&cards);
    from_holding += world.books.minted - before - 3 * emitted_by_era;

    let rewards = from_holding + from_delivering;
    let pot = World::pot_of_an_era();
    let fee = Balance::from(NETWORK_FEE.deconstruct());
    let whole = Balance::from(WHOLE_SHARE);
    // Credit is turnover · fee · φ, both in parts per million.
    let to_turnover = |credit: Balance| credit * whole / fee * whole / Balance::from(EMISSION.credit_share);
    let fills_the_pot = to_turnover(pot);
    // Beyond that turnover more burns and no more is minted.
    let stands_still = (pot + emitted_by_era) * whole / fee;
    let heartbeats = Transaction::Heartbeat.fee() * Balance::from(HEARTBEATS);
    let collecting = Transaction::CollectDeliveries.fee();
    let seeders_books = world.books.party("seeders").clone();
    let verdict = format!(
        "Creators and seeders earn from readers, and rewards are a small addition: {} CARD of the seeders' {} CARD.",
        in_card(gain(rewards)),
        in_card(gain(seeders_books.got_out)),
    );
    Outcome {
        slug: "honest-growth",
        title: "honest growth",
        setting: format!(
            "{CARDS} films, {SEEDERS} seeders with {COPIES} seats on each film between them (bond 1 CARD each), {ERAS} days. Sales grow from 5 \
             to {MOST_SALES} a day, at 2 to 8 CARD. Each buyer fetches the film ({FILM_MIB} MiB at 0.1 CARD for a GiB) from {SOURCES} \
             seeders, a tenth of which is the creator's. All fees of transactions are paid: two for each sale, one voucher for each \
             source, 24 heartbeats a day for each seeder. Authors and treasury are minted their part of each block."
        ),
        figures: vec![
            ("rewards for holding", Value::Card(gain(from_holding))),
            ("rewards for delivering", Value::Card(gain(from_delivering))),
            ("turnover of the last day", Value::Card(gain(turnover_of_last))),
            ("turnover of a day that fills the pot", Value::Card(gain(fills_the_pot))),
            ("turnover of a day at which as much burns as is minted", Value::Card(gain(stands_still))),
            ("minted for authors and treasury in a day", Value::Card(gain(emitted_by_era))),
            ("fees of a seeder's heartbeats in a day", Value::Card(gain(heartbeats))),
            ("sales in a day that pay for them, of a card that he alone proves", Value::Card(gain(to_turnover(heartbeats)))),
            ("fee of collecting what deliveries earned", Value::Card(gain(collecting))),
            ("deliveries that pay for it", Value::Card(gain(to_turnover(collecting)))),
        ],
        about: "seeders",
        verdict,
        bound: "what readers pay; rewards by φ of the burnt fees".into(),
        plot: Plot {
            title: "Honest growth: fees burnt and seeders' rewards",
            x: "day (era)",
            y: "CARD a day",
            series: vec![
                Series { name: "burnt network fees", points: burnt_by_day },
                Series { name: "minted for seeders and collected (of holding: two days late)", points: rewarded_by_day },
            ],
        },
        parties: {
            let mut parties = who_moved(&world.books);
            parties.sort_by_key(|one| [AUTHORS, TREASURY].contains(&one.name));
            parties
        },
        minted: world.books.minted,
        burnt: world.books.burnt,
    }
}

/// A day of sales; the turnover.
fn trade(world: &mut World, cards: &[CardId], reader: Who, era: u32) -> Balance {
    let doubled = 5u64 << (era / 14).min(16);
    let grown = doubled + doubled * u64::from(era % 14) / 14;
    let sales = grown.min(MOST_SALES);
    let mut turnover = 0;
    let mut received = BTreeMap::<Who, u32>::new();
    for _ in 0..sales {
        let place = world.below(cards.len() as u64) as usize;
        let card = cards[place];
        let price = CARD * Balance::from(2 + (place as u64 % 7));
        world.sell(card, reader, price);
        world.pay_for_sale(card, reader);
        let of_each = PRICE_PER_MIB * Balance::from(FILM_MIB) / Balance::from(SOURCES);
        for payee in world.seated(card).into_iter().take(SOURCES as usize) {
            world.deliver(card, reader, payee, of_each);
            *received.entry(payee).or_default() += 1;
            turnover += of_each;
        }
        turnover += price;
    }
    for (payee, vouchers) in received {
        for batch in batches(vouchers) {
            world.pay(payee, Transaction::Redeem { vouchers: batch });
        }
    }
    turnover
}

/// So many vouchers in calls of as many as one takes.
fn batches(vouchers: u32) -> impl Iterator<Item = u32> {
    (0..vouchers)
        .step_by(MAX_VOUCHERS as usize)
        .map(move |done| (vouchers - done).min(MAX_VOUCHERS))
}
