//! Cards that cost readers nothing fill the feed.

use super::SEED;
use crate::{
    constants::money::EARLY_RETIRE_BURN,
    deposits,
    money::{for_plot, gain, in_card, with_commas},
    outcome::{who_moved, Outcome, Value},
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};
use hashcard_primitives::{blob::LEAF_LEN, feed::PAGE_ROWS};

const SPAMMER: &str = "spammer";
const PREVIEW: u32 = 500;
const CARDS_A_DAY: u32 = 1_000;
const DAYS: u32 = 14;
/// Days after which a card is retired without loss.
const WEEK: usize = 7;

pub fn run() -> Outcome {
    let (world, lost, held) = spam(WEEK);
    let (hasty, lost_hastily, held_hastily) = spam(1);
    let publish = Transaction::PublishInline { preview: PREVIEW }.fee();
    let net = world.books.party(SPAMMER).net();
    let verdict = format!(
        "He loses {} CARD of fees for {} cards and has up to {} CARD on hold; if he retires each card after a day, {} CARD with {} on hold. Free cards burn no network \
         fee, so they give no credit, however often they are taken.",
        in_card(-net),
        with_commas((CARDS_A_DAY * DAYS).into()),
        in_card(gain(world.books.party(SPAMMER).held_at_most)),
        in_card(-hasty.books.party(SPAMMER).net()),
        in_card(gain(hasty.books.party(SPAMMER).held_at_most)),
    );
    Outcome {
        slug: "free-card-spam",
        title: "spam of free cards",
        setting: format!(
            "1,000 inline cards with {PREVIEW} bytes of preview a day for {DAYS} days, each retired a week later, so that its deposit comes back whole. Each is \
             taken once by another account of his, at price 0. Deposits are the least that they can be."
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("fee of one card", Value::Card(gain(publish))),
            ("deposit of one card, at least", Value::Card(gain(deposits::inline_card_at_least(PREVIEW)))),
            ("fees of a new first page of the feed (64 cards)", Value::Card(gain(publish * Balance::from(PAGE_ROWS)))),
            ("minted for seeders", Value::Card(gain(world.books.minted))),
            ("gain when each card is retired after a day", Value::Card(hasty.books.party(SPAMMER).net())),
            ("of which burnt of deposits", Value::Card(gain(hasty.books.burnt))),
        ],
        about: SPAMMER,
        verdict,
        bound: "a fee for each card, which rises fivefold in a day of full blocks; a deposit for each byte while it stays. Nothing but filters keeps spam from \
                being seen"
            .into(),
        plot: Plot {
            title: "A thousand free cards a day",
            x: "day",
            y: "CARD",
            series: vec![
                Series { name: "lost so far, each card kept for a week", points: lost },
                Series { name: "lost so far, each card kept for a day", points: lost_hastily },
                Series { name: "on hold, kept for a week", points: held },
                Series { name: "on hold, kept for a day", points: held_hastily },
            ],
        },
    }
}

type Line = Vec<(f64, f64)>;

/// Each card is retired after so many days.
fn spam(kept: usize) -> (World, Line, Line) {
    let mut world = World::of_trade(SEED);
    let (spammer, fan) = (world.books.open(SPAMMER), world.books.open(SPAMMER));
    let deposit = deposits::inline_card_at_least(PREVIEW);
    let card = world.publish(spammer, LEAF_LEN, 0);
    let (mut lost, mut held) = (vec![(0.0, 0.0)], vec![(0.0, 0.0)]);
    let days = DAYS as usize;
    for day in 0..days + kept {
        if day >= kept {
            for _ in 0..CARDS_A_DAY {
                world.pay(spammer, Transaction::Retire);
                if kept < WEEK {
                    world.books.burn(spammer, EARLY_RETIRE_BURN.mul_floor(deposit));
                }
                world.books.release(spammer, deposit);
            }
        }
        if day < days {
            for _ in 0..CARDS_A_DAY {
                world.pay(spammer, Transaction::PublishInline { preview: PREVIEW });
                world.books.hold(spammer, deposit);
                world.sell(card, fan, 0);
            }
        }
        world.end_era();
        let party = world.books.party(SPAMMER);
        lost.push(((day + 1) as f64, for_plot(-party.net())));
        held.push(((day + 1) as f64, for_plot(gain(party.held))));
    }
    (world, lost, held)
}
