//! What it costs to make state grow with calls that do nothing else for whoever sends them.

use hashcard_runtime::constants::money::{CARD, DEPOSIT_PER_BYTE};
use hashcard_runtime_tests::load::{cost_of, SPAM};

/// Transactions over which it is averaged.
const SAMPLE: u32 = 16;
/// Least that a gigabyte takes, gone or locked, in CARD.
const FLOOR: f64 = 5_000.0;

#[test]
fn no_row_is_free_and_a_gigabyte_of_them_takes_at_least_five_thousand_card() {
    assert_eq!(
        DEPOSIT_PER_BYTE * 1_000_000_000,
        10_000 * CARD,
        "what the constants promise"
    );
    let mut cheap = Vec::new();
    for act in &SPAM {
        let cost = cost_of(act, SAMPLE);
        assert_eq!(cost.count, SAMPLE, "{}", act.name);
        let all = cost
            .per_gigabyte(cost.gone + cost.locked)
            .map(|units| units / CARD as f64);
        let all = all.unwrap_or_else(|| panic!("{} makes nothing grow: {cost:?}", act.name));
        if all < FLOOR {
            cheap.push(format!("{}: {all:.0} CARD ({cost:?})", act.name));
        }
    }
    assert!(cheap.is_empty(), "{}", cheap.join("\n"));
}
