//! Vouchers do not say when they are redeemed. Who chooses the day, or the last block of it, gains what?

use super::SEED;
use crate::{
    assumptions::FILM_LEN,
    constants::money::CARD,
    money::{for_plot, gain, in_card},
    outcome::{who_moved, Outcome, Value},
    parameters::ERA_BLOCKS,
    plot::{Plot, Series},
    transactions::Transaction,
    world::World,
    Balance,
};

const STEADY: &str = "redeems each noon";
const LAST_BLOCK: &str = "redeems in each day's last block";
const HOARDER: &str = "redeems on quiet days only";
const CROWD: &str = "other seeders";
const EACH_DAY: Balance = 1_000 * CARD;
/// The others' deliveries on a busy day: twice what fills the pot.
const BUSY: Balance = 1_440_000 * CARD;
const QUIET: Balance = 100_000 * CARD;
const ERAS: u32 = 20;

pub fn run() -> Outcome {
    let mut world = World::of_trade(SEED);
    let reader = world.books.open("readers");
    let card = world.publish(reader, FILM_LEN, 0);
    let names = [STEADY, LAST_BLOCK, HOARDER, CROWD];
    let [steady, last_block, hoarder, crowd] = names.map(|name| world.books.open(name));
    for who in [steady, last_block, hoarder, crowd] {
        world.enlist(who);
    }
    let mut minted = [0; 3];
    let mut lines = [vec![(0.0, 0.0)], vec![(0.0, 0.0)], vec![(0.0, 0.0)]];
    let mut kept: Balance = 0;
    for era in 1..=ERAS {
        // Busy weeks of five days, quiet ones of five.
        let busy = (era - 1) / 5 % 2 == 0;
        kept += EACH_DAY;
        world.pass(ERA_BLOCKS / 2);
        world.deliver(card, reader, steady, EACH_DAY);
        world.pay(steady, Transaction::Redeem { vouchers: 1 });
        world.deliver(card, reader, crowd, if busy { BUSY } else { QUIET });
        world.pass(ERA_BLOCKS / 2 - 1);
        world.deliver(card, reader, last_block, EACH_DAY);
        world.pay(last_block, Transaction::Redeem { vouchers: 1 });
        if !busy {
            world.deliver(card, reader, hoarder, kept);
            world.pay(hoarder, Transaction::Redeem { vouchers: 1 });
            kept = 0;
        }
        world.end_era();
        for (place, who) in [steady, last_block, hoarder].into_iter().enumerate() {
            minted[place] += world.collect_deliveries(who);
            lines[place].push((f64::from(era), for_plot(gain(minted[place]))));
        }
        world.collect_deliveries(crowd);
    }
    let [of_steady, of_last, of_hoarder] = minted.map(gain);
    let whole_day = late_seat(0);
    let last_tenth = late_seat(9);
    let [steady_line, last_line, hoarder_line] = lines;
    let verdict = format!(
        "The last block of a day gains nothing. Waiting for quiet days gains {} CARD more than redeeming each day ({} instead of {}): a discount \
         avoided, never more than φ of the fees, and the voucher may expire meanwhile. A seat for the last tenth of a day gets its tenth.",
        in_card(of_hoarder - of_steady),
        in_card(of_hoarder),
        in_card(of_steady),
    );
    Outcome {
        slug: "hoarding",
        title: "hoarding credit until an era's end",
        setting: format!(
            "Three seeders deliver the same, 1,000 CARD a day for {ERAS} days. Others fill the pot twice on five days, then are quiet for five, and so on. \
             One redeems each noon, one in each day's last block, one keeps his vouchers for quiet days. Then sales: two seats with the same bond, \
             one of which came when nine tenths of the day were over."
        ),
        parties: who_moved(&world.books),
        minted: world.books.minted,
        burnt: world.books.burnt,
        figures: vec![
            ("rewards, redeeming each noon", Value::Card(of_steady)),
            ("rewards, redeeming in each day's last block", Value::Card(of_last)),
            ("rewards, redeeming on quiet days", Value::Card(of_hoarder)),
            ("share of a day's sales of a seat that stood all day", Value::Card(gain(whole_day))),
            ("share of a seat that stood the last tenth", Value::Card(gain(last_tenth))),
        ],
        about: HOARDER,
        verdict,
        bound: "credit is at most φ of its fee in any era; it is made when the fee burns and cannot be moved then".into(),
        plot: Plot {
            title: "Choosing the day of redemption: rewards so far",
            x: "day (era); days 1–5 and 11–15 are busy",
            y: "rewards so far, CARD",
            series: vec![
                Series { name: "redeems each noon", points: steady_line },
                Series { name: "redeems in each day's last block", points: last_line },
                Series { name: "redeems on quiet days only", points: hoarder_line },
            ],
        },
    }
}

/// What a seat gets of a day's sales, beside one that stood all day, when it came after so many tenths of it.
fn late_seat(tenths: u32) -> Balance {
    let mut world = World::of_trade(SEED);
    let (creator, early, late) = (
        world.books.open("creator"),
        world.books.open("early"),
        world.books.open("late"),
    );
    let reader = world.books.open("readers");
    let card = world.publish(creator, FILM_LEN, 0);
    world.join_whole(card, early, CARD);
    world.end_era();
    world.pass(ERA_BLOCKS / 10 * tenths);
    world.join_whole(card, late, CARD);
    world.sell(card, reader, 1_000 * CARD);
    world.wind_down(&[card]);
    world.books.party("late").got_out
}
