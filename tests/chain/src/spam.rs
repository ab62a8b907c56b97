//! What it costs to fill blocks, and to make state grow by a gigabyte, with the cheapest calls.

use frame_support::dispatch::DispatchClass;
use hashcard_runtime::{
    constants::{money::CARD, time::DAY_BLOCKS},
    Runtime,
};
use hashcard_runtime_tests::load::{cost_of, Cost, SPAM};

use crate::report::{Cell, Report, Table};

/// Transactions over which it is averaged: what is paid once is spread over them.
const SAMPLE: u32 = 64;

/// Measures, and adds a table.
pub fn measure(report: &mut Report) {
    let rows = SPAM
        .iter()
        .map(|act| row(act.name, cost_of(act, SAMPLE)))
        .collect();
    report.tables.push(Table {
        name: "spam",
        title: "What it costs to fill state and blocks with what is cheap".to_owned(),
        columns: vec![
            ("what", "with"),
            ("bytes", "state bytes each"),
            ("fee_mcard", "fee mCARD"),
            ("locked_mcard", "locked mCARD"),
            ("gone_per_gb", "CARD gone per GB"),
            ("locked_per_gb", "CARD locked per GB"),
            ("per_block", "in a block"),
            ("block_card", "CARD to fill a block"),
            ("day_card", "CARD for a day of them"),
            ("hours_per_gb", "hours of full blocks per GB"),
        ],
        rows,
        notes: vec![
            format!("means of {SAMPLE} transactions on an empty chain, by its own fees and deposits, at the lowest fee multiplier"),
            "fees go to authors; what is locked comes back when the rows go. Bytes are of keys and values: the trie adds about 100 for \
             each row"
                .to_owned(),
            "a day of full blocks multiplies fees by about five, and goes on from there; the column for a day is at the fees of its first \
             block, so it is the least"
                .to_owned(),
        ],
    });
}

fn row(name: &str, cost: Cost) -> Vec<Cell> {
    let count = f64::from(cost.count);
    let mcard = |units: u128| units as f64 / count / (CARD / 1_000) as f64;
    let per_gigabyte = |units: u128| match cost.per_gigabyte(units) {
        Some(units) => Cell::Number(units / CARD as f64, 0),
        None => Cell::Nothing,
    };
    let limit = <Runtime as frame_system::Config>::BlockWeights::get()
        .get(DispatchClass::Normal)
        .max_total;
    let by_time = limit.map_or(f64::MAX, |limit| limit.ref_time() as f64) / (cost.time as f64 / count);
    let len = *<Runtime as frame_system::Config>::BlockLength::get()
        .max
        .get(DispatchClass::Normal);
    let by_len = f64::from(len) / (cost.len as f64 / count);
    let per_block = by_time.min(by_len).floor();
    let fees = per_block * mcard(cost.gone) / 1_000.0;
    let hours = match cost.growth.bytes {
        bytes @ 1.. => Cell::Number(
            1e9 / (bytes as f64 / count * per_block) / f64::from(DAY_BLOCKS) * 24.0,
            1,
        ),
        _ => Cell::Nothing,
    };
    vec![
        Cell::text(name),
        Cell::Number(cost.growth.bytes as f64 / count, 0),
        Cell::Number(mcard(cost.gone), 4),
        Cell::Number(mcard(cost.locked), 4),
        per_gigabyte(cost.gone),
        per_gigabyte(cost.locked),
        Cell::Number(per_block, 0),
        Cell::Number(fees, 3),
        Cell::Number(fees * f64::from(DAY_BLOCKS), 0),
        hours,
    ]
}
