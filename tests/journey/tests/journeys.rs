//! Every journey, one file per group of promises. What each proves is in tests/README.md.

use std::process::ExitCode;

use hashcard_journey_tests::{harness, journeys};

mod attach;
mod bad_input;
mod cli;
mod crash;
mod door;
mod expiry;
mod false_key;
mod fork;
mod happy;
mod light;
mod restart;
mod rewards;

/// A node needs ten seconds of a processor to start, and little after that.
const AT_ONCE: usize = 5;

fn main() -> ExitCode {
    // Those that take longest come first, so that none of them is alone in the end.
    let journeys: &[_] = journeys![
        rewards::a_daemon_that_holds_an_endowed_card_proves_it_and_is_paid_and_one_that_does_not_prove_is_not,
        fork::a_delivery_on_a_block_that_is_reorganised_away_moves_no_money_and_no_key,
        cli::resell,
        cli::library,
        cli::pool,
        cli::earn,
        cli::gift,
        cli::endow,
        cli::social,
        cli::validator,
        cli::clerk,
        cli::recover,
        expiry::an_order_that_nobody_answers_expires_and_the_price_comes_back,
        restart::a_node_that_restarts_in_the_middle_of_a_purchase_leads_to_exactly_one_order,
        bad_input::ports_outputs_and_disks_that_are_not_as_they_should_be_lose_nothing,
        happy::a_film_reaches_its_buyer_is_closed_to_everybody_else_and_is_paid_for,
        bad_input::a_sale_that_is_not_what_the_buyer_saw_or_can_pay_is_refused_before_money_moves,
        light::a_light_client_discovers_buys_and_opens_with_no_node_of_its_own_and_a_network_it_cannot_reach_is_told,
        light::a_light_client_begins_at_a_checkpoint_and_a_chain_too_young_for_one_says_so,
        light::blocks_that_never_become_final_and_a_node_of_another_chain_are_believed_by_no_light_client,
        light::a_peer_that_lies_about_the_state_is_never_believed,
        light::a_light_clients_index_goes_on_where_it_was_and_what_it_cannot_pay_is_refused_as_by_a_node,
        cli::publish,
        attach::publish_buy_and_fetch_go_through_the_daemon_that_owns_the_home,
        happy::every_kind_of_access_gives_exactly_what_it_promises,
        happy::a_seeder_that_lies_about_a_chunk_is_found_out_and_the_download_completes,
        cli::fetch,
        crash::a_fetch_that_was_killed_goes_on_where_it_was,
        crash::a_fetch_completes_from_the_others_when_a_seeder_is_killed,
        cli::seed,
        door::what_is_malformed_oversized_replayed_or_meant_for_another_chain_is_refused_by_name_and_costs_nobody,
        cli::buy,
        false_key::a_false_key_is_found_reported_and_refunded_and_its_card_frozen,
        cli::discover,
        cli::search,
        cli::wallet,
        bad_input::wrong_words_files_numbers_and_nodes_are_refused_and_nothing_changes,
        cli::every_document_of_the_folder_is_run,
    ];
    harness::run(journeys, AT_ONCE)
}
