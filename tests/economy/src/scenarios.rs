//! One file for each thing that people may do to the economy. Each answers with the books of everybody.

mod bond_without_serving;
mod endowment_cartel;
mod free_card_spam;
mod hoarding;
mod honest_growth;
mod lane_griefing;
mod price_collapse;
mod price_war;
mod prove_without_serving;
mod self_dealing;
mod thousand_identities;
mod wash_deliveries;

use crate::outcome::Outcome;

/// Chance is the same in every run.
const SEED: u64 = 0x6861_7368_6361_7264;

/// All of them, in the document's order.
pub fn all() -> Vec<Outcome> {
    [
        honest_growth::run,
        self_dealing::run,
        thousand_identities::run,
        bond_without_serving::run,
        prove_without_serving::run,
        wash_deliveries::run,
        hoarding::run,
        price_war::run,
        price_collapse::run,
        endowment_cartel::run,
        lane_griefing::run,
        free_card_spam::run,
    ]
    .map(|run| run())
    .into()
}
