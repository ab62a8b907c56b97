//! Networks of real nodes, and what may befall them, one file per kind. What each proves is in tests/README.md.

use std::process::ExitCode;

use hashcard_journey_tests::{harness, journeys};

#[path = "faults/away.rs"]
mod away;
#[path = "faults/clock.rs"]
mod clock;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/kills.rs"]
mod kills;
#[path = "faults/split.rs"]
mod split;
#[path = "faults/upgrade.rs"]
mod upgrade;
#[path = "faults/validators.rs"]
mod validators;

/// Each is a network of up to five nodes. A node needs four seconds of a processor to start and a twentieth of one after that; most
/// of what happens is waited for.
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    // Those that take longest come first, so that none of them is alone in the end.
    let journeys: &[_] = journeys![
        kills::a_node_that_is_killed_fifty_times_while_it_imports_opens_its_database_each_time,
        upgrade::a_runtime_upgrade_in_mid_traffic_loses_no_order_no_seat_and_no_light_client,
        validators::who_leaves_has_the_bond_back_after_the_unbonding_time_and_not_before,
        validators::who_bonds_and_sets_keys_authors_and_votes_within_two_sessions,
        away::two_of_four_killed_stop_finality_until_one_is_back,
        clock::a_clock_ten_seconds_fast_costs_its_validator_his_blocks_and_nobody_finality,
        split::a_network_split_in_halves_finalises_nothing_and_heals_into_one_chain,
        disk::a_full_disk_ends_its_node_alone_and_with_room_again_it_goes_on_where_it_was,
        away::one_of_four_killed_is_not_waited_for_and_catches_up,
        validators::a_key_in_two_places_is_slashed_and_disabled,
    ];
    harness::run(journeys, AT_ONCE)
}
