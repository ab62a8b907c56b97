//! Two accounts of one person pay each other for bytes.

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    constants::money::CARD,
    money::{for_plot, gain, in_card, Gain},
    outcome::{who_moved, Outcome, Value},
    parameters::EMISSION,
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};
use hashcard_primitives::card::WHOLE_SHARE;

const WASHER: &str = "the two accounts";
const HONEST: &str = "honest seeders";
const ERAS: u32 = 10;
const WASHED: Balance = 100 * CARD;

pub fn run() -> Outcome {
    let mut world = World::of_trade(SEED);
    let (payer, payee) = (world.books.open(WASHER), world.books.open(WASHER));
    let card = world.publish(payer, FILM_LEN, 0);
    world.pay(payer, Transaction::OpenPool);
    world.pay(payer, Transaction::AddSession);
    world.pay(payer, Transaction::OpenLanes { lanes: 1 });
    world.enlist(payee);
    for _ in 0..ERAS {
        world.deliver(card, payer, payee, WASHED);
        world.pay(payee, Transaction::Redeem { vouchers: 1 });
        world.end_era();
        world.collect_deliveries(payee);
    }
    let pot = World::pot_of_an_era();
    let shares: Vec<_> = (0..=30).map(|tenth| pot * tenth / 10).collect();
    let losses: Vec<_> = shares.iter().map(|credit| (*credit, crowding(*credit))).collect();
    let line = |which: fn(&Crowding) -> Gain| {
        let points = losses
            .iter()
            .map(|(credit, losses)| (for_plot(gain(*credit)), for_plot(which(losses))));
        points.collect()
    };
    let tenth = crowding(pot / 10);
    let hundredth = crowding(pot / 100);
    let ratio = |one: &Crowding| one.honest_lost * 1_000 / one.washer_lost;
    // From here on the washer loses at least what the others do.
    let fair = losses
        .iter()
        .skip(1)
        .find(|(_, one)| one.washer_lost >= one.honest_lost);
    let fair = fair.map_or(0, |(credit, _)| gain(*credit));
    let net = world.books.party(WASHER).net();
    let verdict = format!(
        "He loses {} CARD of {} CARD that he moved: a fifth of each fee and the fees of transactions. But when the pot is just full, a washer \
         takes from others up to {} times what he loses himself.",
        in_card(-net),
        in_card(gain(WASHED * Balance::from(ERAS))),
        Value::Thousandths(ratio(&hundredth)).shown(),
    );
    Outcome {
        slug: "wash-deliveries",
        title: "wash deliveries between two accounts",
        setting: format!(
            "A payer and an enlisted payee of one person, over a card of theirs: {} CARD a day for {ERAS} days, one lane, one voucher a day. \
             In the plot the same on a chain whose honest deliveries fill the pot exactly, 720,000 CARD a day: what is washed in \
             one day crowds the pot. Fees of transactions are left out there.",
            in_card(gain(WASHED))
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("burnt", Value::Card(gain(world.books.burnt))),
            ("full pot, credit of a tenth of it washed: the washer loses", Value::Card(tenth.washer_lost)),
            ("full pot, credit of a tenth of it washed: the honest lose", Value::Card(tenth.honest_lost)),
            ("full pot, a hundredth: the honest lose, for each unit that the washer loses", Value::Thousandths(ratio(&hundredth))),
            ("credit to be washed in a day before he loses as much as the others", Value::Card(fair)),
        ],
        about: WASHER,
        verdict,
        bound: "φ < 1. Below a full pot nobody else notices; at a full pot the harm to others is at most φ / (1 − φ) = 4 times his loss".into(),
        plot: Plot {
            title: "Washing on a chain whose pot is full: who loses what in a day",
            x: "credit from washed deliveries, CARD (the pot is 5,760)",
            y: "loss, CARD",
            series: vec![
                Series { name: "the washer", points: line(|one| one.washer_lost) },
                Series { name: "all honest seeders together", points: line(|one| one.honest_lost) },
            ],
        },
    }
}

struct Crowding {
    washer_lost: Gain,
    honest_lost: Gain,
}

/// A day in which honest credit is the pot, and this much is washed beside it.
fn crowding(credit: Balance) -> Crowding {
    let mut world = World::of_trade(SEED);
    let reader = world.books.open("readers");
    let honest = world.books.open(HONEST);
    let (payer, payee) = (world.books.open(WASHER), world.books.open(WASHER));
    let card = world.publish(reader, FILM_LEN, 0);
    world.enlist(honest);
    world.enlist(payee);
    let pot = World::pot_of_an_era();
    world.deliver(card, reader, honest, turnover(pot));
    world.deliver(card, payer, payee, turnover(credit));
    world.end_era();
    let got = world.collect_deliveries(honest);
    let back = world.collect_deliveries(payee);
    let fee = crate::constants::money::NETWORK_FEE.mul_floor(turnover(credit));
    Crowding {
        washer_lost: gain(fee) - gain(back),
        honest_lost: gain(pot) - gain(got),
    }
}

/// Payments whose fees give this much credit.
fn turnover(credit: Balance) -> Balance {
    let whole = Balance::from(WHOLE_SHARE);
    let fee = Balance::from(crate::constants::money::NETWORK_FEE.deconstruct());
    credit * whole / Balance::from(EMISSION.credit_share) * whole / fee
}
